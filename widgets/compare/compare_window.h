// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two answers to one question side by side: another model, other settings, or simply another draw. Both are siblings in
// the conversation, so the chat and its tree show them too. Thread: GUI.

#include "widgets/compare/answer_source.h"
#include "widgets/compare/compare_run.h"
#include "widgets/panels/model_picker.h"

#include <QWidget>

#include <functional>
#include <vector>

class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace vitral {

class Composer;
class ParameterRow;
class TokenChanges;
class TranscriptView;

class CompareWindow : public QWidget {
    Q_OBJECT
public:
    /// `known` is asked for models each time the window opens; `worker` looks for more in the usual places.
    CompareWindow(ChatController& chat, ModelSession& model, Worker& worker, std::function<ModelPicker::Known()> known,
                  QWidget* parent = nullptr);

    /// Shows the last two answers to the question being looked at in the chat.
    void showCurrent();
    /// A further answer to the question on the left, with what is set for the right side.
    void answerAgain();
    [[nodiscard]] MessageId shown(int side) const { return sides_[side].source->answer(); }
    [[nodiscard]] Composer* composer() const { return composer_; }
    /// Offers that file for the right side and chooses it.
    void useModelFile(const QString& path);
    [[nodiscard]] QString summary() const;

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Side {
        AnswerSource* source = nullptr;
        TranscriptView* view = nullptr;
        QLabel* title = nullptr;
        QToolButton *previous = nullptr, *next = nullptr;
    };
    QWidget* makeSide(int iSide);
    QWidget* makeSecondSettings();
    void placeSettings(int width);
    void setAnswer(int iSide, MessageId id);
    void step(int iSide, int by);
    [[nodiscard]] std::vector<MessageId> answers() const; ///< all answers to the question on show, oldest first
    [[nodiscard]] CompareSide second() const;
    void fillModels();
    void offerModel(const QString& path, const QString& name);
    void modelChosen(int index);
    void refresh();
    void retranslate();

    ChatController& chat_;
    ModelSession& model_;
    ModelScanner scanner_;
    std::function<ModelPicker::Known()> known_;
    struct Offer {
        QString path, name;
    };
    std::vector<Offer> offers_; ///< models for the right side: bundled, used lately, opened here, found
    QString chosenModel_;       ///< path; empty: the same model
    CompareRun run_;
    Side sides_[2];
    TokenChanges* changes_;
    QGridLayout* settings_; ///< second_, the parameters and the buttons: a row, or the parameters below
    QWidget *second_, *parameters_, *buttons_;
    int oneRow_ = -1; ///< not placed yet
    QComboBox* models_;
    std::vector<ParameterRow*> rows_;
    QLabel *secondLabel_, *summary_, *problem_;
    QToolButton* tokens_;
    QPushButton* again_;
    Composer* composer_;
};

} // namespace vitral
