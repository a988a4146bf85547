// SPDX-License-Identifier: Apache-2.0
#pragma once
// One question on the screen, of a step or of a quiz: options or a line to type in, then what is right and why. A
// question answered before comes back with its answer. Thread: GUI.

#include "widgets/lesson/lesson_player.h"

#include <QFrame>
#include <QTimer>

class QButtonGroup;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QVBoxLayout;

namespace vitral {

class AskCard : public QFrame {
    Q_OBJECT
public:
    AskCard(LessonPlayer& player, const LessonAsk& ask, QString question, QWidget* parent = nullptr);
    AskCard(LessonPlayer& player, const QuizQuestion& quiz, int number, QString question, QWidget* parent = nullptr);

    [[nodiscard]] QString resultText() const; ///< empty: not answered
    [[nodiscard]] bool answered() const;
    /// What the button does; false: nothing was chosen or written.
    bool submit();
    /// Something is chosen or written that could be checked.
    [[nodiscard]] bool ready() const;
    void takeFocus();                    ///< the first thing to choose, to write or to press
    [[nodiscard]] int resultTop() const; ///< where in the card the result stands, in pixels; 0: not answered
    void choose(int option);
    void write(const QString& text);

signals:
    void readyChanged();

private:
    void makeOptions(const std::vector<std::string>& options, bool several);
    void makeLine(bool tall);
    void makeButton(const QString& text);
    void lookWhetherReady(); ///< nothing chosen or written is nothing to check
    void give(LessonAnswer answer);
    void reveal();
    void showAnswer(const LessonAnswer& answer, bool given);
    [[nodiscard]] bool readOnly() const { return !player_.workOf().isEmpty(); }
    void told(const QString& icon, const QString& sentence);
    void lookWhetherDone();
    [[nodiscard]] QList<int> chosen() const;

    LessonPlayer& player_;
    std::optional<LessonAsk> ask_;
    std::optional<QuizQuestion> quiz_;
    QString question_;
    QVBoxLayout* column_;
    QButtonGroup* options_ = nullptr;
    QLineEdit* line_ = nullptr;
    QPlainTextEdit* long_ = nullptr;
    QPushButton* button_ = nullptr;
    QWidget* result_ = nullptr;
    QLabel* resultText_ = nullptr;
    QTimer doneTimer_; ///< looks at the state while something is to be done
};

} // namespace vitral
