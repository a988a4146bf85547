// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything a person may choose about the next run, what it will take, and presets. Every change goes to the
// controller at once, which keeps it. Thread: GUI.

#include "widgets/denoise/denoise_controller.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace vitral {

class Section;

class DenoiseSettingsPanel : public QWidget {
    Q_OBJECT
public:
    explicit DenoiseSettingsPanel(DenoiseController& denoise, QWidget* parent = nullptr);
    void focusPrompt();
    [[nodiscard]] QPlainTextEdit* prompt() const { return prompt_; }
    void newSeed();

signals:
    void initFileAsked();
    void runAsked(); ///< Ctrl+Enter in a field

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    QLabel* addRow(QFormLayout* form, QWidget* field);
    QDoubleSpinBox* decimal(double low, double high, double step, int decimals);
    void fillFields(); ///< the controller's settings in the fields
    void showPlan();
    void edited(); ///< the fields to the controller
    void retranslate();
    void showModel(); ///< which fields there are
    void fillPresets();
    void savePreset();

    DenoiseController& denoise_;
    Section *what_, *how_, *guide_, *start_, *recorded_;
    QPlainTextEdit *prompt_, *negative_;
    QComboBox *class_, *solver_, *spacing_, *preview_, *presets_;
    QLineEdit* seed_;
    QToolButton *dice_, *savePreset_, *removePreset_;
    QSpinBox *steps_, *width_, *height_, *budget_;
    QDoubleSpinBox *eta_, *guidance_, *rescale_, *begin_, *end_, *strength_;
    QLabel* initPicture_;
    QPushButton *initFile_, *initRun_, *initNone_;
    QCheckBox *cross_, *features_;
    QLabel* plan_;
    std::vector<std::pair<QWidget*, QLabel*>> labels_; ///< each field with its name
    bool showing_ = false;
    static constexpr int kRoomForPlan = 440; ///< height from which on the whole plan is shown
};

} // namespace vitral
