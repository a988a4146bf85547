// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/ask_card.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/lesson/lesson_text.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kLookMs = 300; ///< whether what was to be done is done
constexpr int kShortAnswerHeight = 84;
} // namespace

AskCard::AskCard(LessonPlayer& player, const LessonAsk& ask, QString question, QWidget* parent)
    : QFrame(parent), player_(player), ask_(ask), question_(std::move(question)), column_(new QVBoxLayout(this)) {
    setProperty("kind", "card");
    column_->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, design::kSpace3);
    column_->setSpacing(design::kSpace2);
    column_->addWidget(new LessonText(player, QString::fromStdString(ask.question), this, true));
    if (!ask.options.empty())
        makeOptions(ask.options, ask.kind == AskKind::Choose && ask.right.size() > 1);
    else if (ask.kind != AskKind::Do)
        makeLine(false);
    makeButton(ask.kind == AskKind::Do        ? tr("I have done it")
               : ask.kind == AskKind::Predict ? tr("Show what happens")
                                              : tr("Check"));
    if (answered() || readOnly()) {
        reveal();
    } else if (ask.kind == AskKind::Do && !ask.until.empty()) {
        button_->hide(); // the program sees it
        connect(&doneTimer_, &QTimer::timeout, this, &AskCard::lookWhetherDone);
        doneTimer_.start(kLookMs);
    }
}

AskCard::AskCard(LessonPlayer& player, const QuizQuestion& quiz, int number, QString question, QWidget* parent)
    : QFrame(parent), player_(player), quiz_(quiz), question_(std::move(question)), column_(new QVBoxLayout(this)) {
    setProperty("kind", "card");
    column_->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, design::kSpace3);
    column_->setSpacing(design::kSpace2);
    column_->addWidget(new LessonText(
        player, QStringLiteral("%1\\. %2").arg(number).arg(QString::fromStdString(quiz.question)), this, true));
    if (quiz.choose)
        makeOptions(quiz.options, quiz.right.size() > 1);
    else
        makeLine(true);
    makeButton(quiz.choose ? tr("Check") : tr("Compare"));
    if (!quiz.choose)
        button_->setAccessibleName(tr("Compare with the model answer"));
    if (answered() || readOnly())
        reveal();
}

void AskCard::makeOptions(const std::vector<std::string>& options, bool several) {
    options_ = new QButtonGroup(this);
    options_->setExclusive(!several);
    for (std::size_t i = 0; i < options.size(); ++i) {
        // A radio button has one line of plain words: a long option stands beside an empty one.
        const QString words = lessonPlain(options[i], player_);
        auto* row = new QHBoxLayout;
        row->setSpacing(design::kSpace2);
        QAbstractButton* button = several ? static_cast<QAbstractButton*>(new QCheckBox(this)) : new QRadioButton(this);
        button->setAccessibleName(words);
        auto* text = new LessonText(player_, QString::fromStdString(options[i]), this);
        text->setTextInteractionFlags(Qt::LinksAccessibleByMouse);
        connect(text, &LessonText::clicked, button, &QAbstractButton::click);
        button->setChecked(player_.draft(question_) == QString::number(i));
        connect(button, &QAbstractButton::toggled, this, [this, i](bool on) {
            if (on && !answered())
                player_.setDraft(question_, QString::number(i));
            lookWhetherReady();
        });
        options_->addButton(button, static_cast<int>(i));
        row->addWidget(button, 0, Qt::AlignTop);
        row->addWidget(text, 1);
        column_->addLayout(row);
    }
}

void AskCard::makeLine(bool tall) {
    if (tall) {
        long_ = new QPlainTextEdit(this);
        long_->setFixedHeight(kShortAnswerHeight);
        long_->setTabChangesFocus(true);
        long_->setAccessibleName(tr("Your answer"));
        long_->setPlaceholderText(tr("Your answer"));
        long_->setPlainText(player_.draft(question_));
        connect(long_, &QPlainTextEdit::textChanged, this, [this] {
            if (!answered())
                player_.setDraft(question_, long_->toPlainText());
            lookWhetherReady();
        });
        column_->addWidget(long_);
        return;
    }
    line_ = new QLineEdit(this);
    line_->setAccessibleName(tr("Your answer"));
    line_->setPlaceholderText(tr("Your answer"));
    line_->setText(player_.draft(question_));
    connect(line_, &QLineEdit::textEdited, this, [this](const QString& text) { player_.setDraft(question_, text); });
    connect(line_, &QLineEdit::textChanged, this, &AskCard::lookWhetherReady);
    connect(line_, &QLineEdit::returnPressed, this, &AskCard::submit);
    column_->addWidget(line_);
}

void AskCard::makeButton(const QString& text) {
    button_ = new QPushButton(text, this);
    button_->setProperty("kind", "primary");
    connect(button_, &QPushButton::clicked, this, &AskCard::submit);
    column_->addWidget(button_, 0, Qt::AlignLeft);
    lookWhetherReady();
}

bool AskCard::ready() const {
    if (options_ != nullptr)
        return !chosen().isEmpty();
    const QString written = line_ != nullptr ? line_->text() : long_ != nullptr ? long_->toPlainText() : QString();
    return !written.trimmed().isEmpty();
}

void AskCard::lookWhetherReady() {
    if (button_ == nullptr)
        return;
    const bool does = options_ == nullptr && line_ == nullptr && long_ == nullptr; // nothing to choose or to write
    button_->setEnabled(does || ready());
    button_->setToolTip(button_->isEnabled()  ? QString()
                        : options_ != nullptr ? tr("Choose an answer first.")
                                              : tr("Write an answer first."));
    emit readyChanged();
}

void AskCard::takeFocus() {
    QWidget* first = nullptr;
    if (answered() || readOnly())
        return;
    if (options_ != nullptr && !options_->buttons().isEmpty())
        first = options_->checkedButton() != nullptr ? options_->checkedButton() : options_->buttons().constFirst();
    else if (line_ != nullptr)
        first = line_;
    else if (long_ != nullptr)
        first = long_;
    else if (!button_->isHidden())
        first = button_;
    if (first != nullptr)
        first->setFocus(Qt::TabFocusReason);
}

int AskCard::resultTop() const {
    return result_ != nullptr ? result_->y() : 0;
}

QList<int> AskCard::chosen() const {
    QList<int> out;
    for (QAbstractButton* button : options_->buttons())
        if (button->isChecked())
            out << options_->id(button);
    std::sort(out.begin(), out.end());
    return out;
}

void AskCard::choose(int option) {
    if (QAbstractButton* button = options_ != nullptr ? options_->button(option) : nullptr)
        button->setChecked(true);
}

void AskCard::write(const QString& text) {
    if (line_ != nullptr)
        line_->setText(text);
    else if (long_ != nullptr)
        long_->setPlainText(text);
}

bool AskCard::answered() const {
    return player_.answer(question_) != nullptr;
}

bool AskCard::submit() {
    LessonAnswer answer;
    if (options_ != nullptr) {
        const QList<int> picked = chosen();
        if (picked.isEmpty())
            return false;
        const std::vector<int>& right = ask_ ? ask_->right : quiz_->right;
        const std::vector<std::string>& options = ask_ ? ask_->options : quiz_->options;
        QStringList words;
        for (const int i : picked)
            words << lessonPlain(options[std::size_t(i)], player_);
        answer.text = words.join(QStringLiteral("; "));
        answer.option = picked.front();
        if (!ask_ || ask_->kind == AskKind::Choose || !right.empty())
            answer.right = std::equal(picked.begin(), picked.end(), right.begin(), right.end());
    } else if (line_ != nullptr || long_ != nullptr) {
        answer.text = (line_ != nullptr ? line_->text() : long_->toPlainText()).trimmed();
        if (answer.text.isEmpty())
            return false;
        if (ask_ && (!ask_->accepted.empty() || ask_->number))
            answer.right = answerFits(*ask_, answer.text.toStdString());
    }
    give(std::move(answer));
    return true;
}

void AskCard::give(LessonAnswer answer) {
    doneTimer_.stop();
    player_.giveAnswer(question_, std::move(answer)); // may build the page again, without this card
}

void AskCard::lookWhetherDone() {
    if (!player_.working() && player_.done(*ask_)) {
        LessonAnswer answer;
        answer.right = true;
        give(std::move(answer));
    }
}

void AskCard::told(const QString& icon, const QString& sentence) {
    auto* row = new QHBoxLayout;
    auto* mark = new QLabel(result_);
    mark->setPixmap(design::icon(icon, design::IconTone::Text).pixmap(design::kIconSmall, design::kIconSmall));
    mark->setAlignment(Qt::AlignTop);
    resultText_ = new QLabel(sentence, result_);
    resultText_->setProperty("role", "value");
    resultText_->setTextFormat(Qt::PlainText); // it holds what somebody wrote
    resultText_->setWordWrap(true);
    resultText_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row->addWidget(mark, 0, Qt::AlignTop);
    row->addWidget(resultText_, 1);
    static_cast<QVBoxLayout*>(result_->layout())->addLayout(row);
}

void AskCard::reveal() {
    doneTimer_.stop();
    if (const LessonAnswer* given = player_.answer(question_))
        return showAnswer(LessonAnswer(*given), true);
    // Of handed-in work: what was begun stands there, and nothing can be given any more.
    LessonAnswer begun;
    const QString draft = player_.draft(question_);
    if (options_ != nullptr)
        begun.option = draft.isEmpty() ? -1 : draft.toInt();
    else
        begun.text = draft;
    showAnswer(begun, false);
}

void AskCard::showAnswer(const LessonAnswer& answer, bool given) {
    button_->hide();
    if (options_ != nullptr)
        for (QAbstractButton* button : options_->buttons()) {
            button->setChecked(options_->id(button) == answer.option);
            button->setEnabled(false);
        }
    write(answer.text);
    if (line_ != nullptr)
        line_->setReadOnly(true);
    if (long_ != nullptr)
        long_->setReadOnly(true);
    const bool leftOut = readOnly() && answer.skipped;
    result_ = new QWidget(this);
    auto* rows = new QVBoxLayout(result_);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(design::kSpace2);
    const std::vector<int>& right = ask_ ? ask_->right : quiz_->right;
    const std::vector<std::string>& options = ask_ ? ask_->options : quiz_->options;
    QStringList words;
    for (const int i : right)
        words << lessonPlain(options[std::size_t(i)], player_);
    if (right.empty() && ask_ && !ask_->accepted.empty())
        words << answerShown(*ask_);
    const QString truth = words.join(QStringLiteral("; "));
    if (!given) {
        const bool begun = !answer.text.isEmpty() || answer.option >= 0;
        const QString missing = ask_ && ask_->kind == AskKind::Do ? tr("Not done.")
                                : begun                           ? tr("Begun, but not answered.")
                                                                  : tr("Not answered.");
        told(QStringLiteral("info"),
             truth.isEmpty() ? missing : QStringLiteral("%1 %2").arg(missing, tr("The answer: %1").arg(truth)));
    } else if (ask_ && ask_->kind == AskKind::Predict)
        told(QStringLiteral("info"),
             truth.isEmpty() ? tr("You predicted: %1").arg(answer.text)
             : answer.skipped
                 ? (leftOut ? tr("Left out.") + QLatin1Char(' ') : QString()) + tr("What happens: %1").arg(truth)
             : answer.right.value_or(false) ? tr("That is what happens: %1").arg(truth)
                                            : tr("You predicted: %1. What happens: %2").arg(answer.text, truth));
    else if (ask_ && ask_->kind == AskKind::Do)
        told(QStringLiteral("check"), answer.skipped ? tr("Left out.") : tr("Done."));
    else if (answer.skipped)
        told(QStringLiteral("info"), truth.isEmpty() ? tr("Left out.")
                                     : leftOut ? tr("Left out.") + QLatin1Char(' ') + tr("The answer: %1").arg(truth)
                                               : tr("The answer: %1").arg(truth));
    else if (answer.right)
        told(*answer.right ? QStringLiteral("check") : QStringLiteral("info"),
             *answer.right ? tr("Right.") : tr("Not quite. The answer: %1").arg(truth));
    if (quiz_ && !quiz_->modelAnswer.empty()) {
        auto* head = new QLabel(tr("Model answer"), result_);
        head->setProperty("role", "section");
        rows->addWidget(head);
        rows->addWidget(new LessonText(player_, QString::fromStdString(quiz_->modelAnswer), result_));
    }
    const std::string& explain = ask_ ? ask_->explain : quiz_->explain;
    if (!explain.empty())
        rows->addWidget(new LessonText(player_, QString::fromStdString(explain), result_));
    column_->addWidget(result_);
}

QString AskCard::resultText() const {
    return resultText_ != nullptr ? resultText_->text() : QString();
}

} // namespace vitral
