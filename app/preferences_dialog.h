// SPDX-License-Identifier: Apache-2.0
#pragma once
// All preferences in one window with a field that finds them. What is changed holds at once. Thread: GUI.

#include "app/preferences.h"

#include <QDialog>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace vitral::app {

class PreferencesDialog : public QDialog {
    Q_OBJECT
public:
    PreferencesDialog(Preferences& preferences, QWidget* parent);
    /// A further button below (resetting layouts).
    void addButton(std::function<QString()> text, std::function<void()> call);
    [[nodiscard]] QLineEdit* search() const { return search_; }
    /// Ids of what is shown now.
    [[nodiscard]] QStringList shown() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Row {
        QString id;
        QWidget* box;
        QLabel *name, *help;
        QWidget* field; ///< QComboBox or QCheckBox
    };
    void refresh();
    void filter();
    void retranslate();

    Preferences& preferences_;
    QLineEdit* search_;
    QLabel* none_;
    std::vector<Row> rows_;
    std::vector<std::pair<QPushButton*, std::function<QString()>>> buttons_;
    QWidget* buttonBox_;
    QPushButton* close_;
    bool refreshing_ = false;
};

} // namespace vitral::app
