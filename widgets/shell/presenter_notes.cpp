// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/presenter_notes.h"

#include "widgets/design/metrics.h"

#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScreen>
#include <QSpinBox>
#include <QTextBrowser>
#include <QTime>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kWidth = 640, kHeight = 720, kMostOptions = 9, kOptionLines = 3;
}

PresenterNotes::PresenterNotes(Presenter& presenter, QWidget* parent)
    : QWidget(parent, Qt::Window), presenter_(presenter) {
    setProperty("kind", "window");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace4, design::kSpace4);
    column->setSpacing(design::kSpace2);
    auto* top = new QHBoxLayout;
    clock_ = new QLabel(this);
    clock_->setProperty("role", "display");
    elapsed_ = new QLabel(this);
    elapsed_->setProperty("role", "heading");
    restart_ = new QPushButton(this);
    restart_->setProperty("kind", "link");
    top->addWidget(clock_);
    top->addStretch(1);
    top->addWidget(elapsed_);
    top->addWidget(restart_);
    column->addLayout(top);
    step_ = new QLabel(this);
    step_->setProperty("role", "title");
    step_->setWordWrap(true);
    column->addWidget(step_);
    notes_ = new QTextBrowser(this);
    notes_->setOpenLinks(false);
    column->addWidget(notes_, 1);
    next_ = new QLabel(this);
    next_->setProperty("role", "small");
    next_->setWordWrap(true);
    column->addWidget(next_);
    aside_ = new QLabel(this);
    aside_->setProperty("role", "error");
    aside_->setWordWrap(true);
    aside_->hide();
    column->addWidget(aside_);
    column->addWidget(makeTools());
    column->addWidget(makePoll());
    keys_ = new QLabel(this);
    keys_->setProperty("role", "caption");
    keys_->setWordWrap(true);
    column->addStretch(); // where there are no notes
    column->addWidget(keys_);
    connect(restart_, &QPushButton::clicked, &presenter_, &Presenter::restartClock);
    connect(&presenter_, &Presenter::clockRestarted, this, &PresenterNotes::tick);
    second_.setInterval(1000);
    connect(&second_, &QTimer::timeout, this, &PresenterNotes::tick);
    second_.start();
    connect(&presenter_, &Presenter::changed, this, &PresenterNotes::refresh);
    connect(&presenter_, &Presenter::onChanged, this, &PresenterNotes::tick);
    retranslate();
    resize(kWidth, kHeight);
}

QWidget* PresenterNotes::makeTools() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    previous_ = new QPushButton(box);
    forward_ = new QPushButton(box);
    forward_->setProperty("kind", "primary");
    row->addWidget(previous_);
    row->addWidget(forward_);
    row->addStretch(1);
    connect(previous_, &QPushButton::clicked, this, [this] { presenter_.step(-1); });
    connect(forward_, &QPushButton::clicked, this, [this] { presenter_.step(1); });
    const std::function<void()> calls[] = {
        [this] {
            presenter_.setBlank(presenter_.blank() == Presenter::Blank::No ? Presenter::Blank::Black
                                                                           : Presenter::Blank::No);
        },
        [this] { presenter_.setPen(!presenter_.pen()); },
        [this] { presenter_.erase(); },
        [this] { presenter_.setSlow(!presenter_.slow()); },
    };
    for (const auto& call : calls) {
        auto* tool = new QToolButton(box);
        tool->setToolButtonStyle(Qt::ToolButtonTextOnly);
        tool->setCheckable(tools_.size() != 2); // erasing is no state
        connect(tool, &QToolButton::clicked, this, call);
        row->addWidget(tool);
        tools_.push_back(tool);
    }
    return box;
}

QWidget* PresenterNotes::makePoll() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, design::kSpace2, 0, 0);
    column->setSpacing(design::kSpace1);
    pollTitle_ = new QLabel(box);
    pollTitle_->setProperty("role", "section");
    question_ = new QLineEdit(box);
    options_ = new QPlainTextEdit(box);
    options_->setTabChangesFocus(true);
    options_->setFixedHeight(options_->fontMetrics().lineSpacing() * kOptionLines + 2 * design::kSpace2);
    hands_ = new QVBoxLayout;
    show_ = new QPushButton(box);
    reveal_ = new QPushButton(box);
    auto* row = new QHBoxLayout;
    row->addWidget(show_);
    row->addWidget(reveal_);
    row->addStretch(1);
    column->addWidget(pollTitle_);
    column->addWidget(question_);
    column->addWidget(options_);
    column->addLayout(hands_);
    column->addLayout(row);
    connect(question_, &QLineEdit::textEdited, this, &PresenterNotes::ownPoll);
    connect(options_, &QPlainTextEdit::textChanged, this, [this] {
        if (!filling_)
            ownPoll();
    });
    connect(show_, &QPushButton::clicked, this, [this] { presenter_.poll().show(!presenter_.poll().shown()); });
    connect(reveal_, &QPushButton::clicked, this, [this] { presenter_.poll().reveal(!presenter_.poll().revealed()); });
    return box;
}

namespace {
/// As they are typed: an asterisk before the right one.
QStringList linesOf(const PresentPoll& poll) {
    QStringList lines = poll.options;
    if (poll.right >= 0 && poll.right < lines.size())
        lines[poll.right].prepend(QStringLiteral("* "));
    return lines;
}
} // namespace

void PresenterNotes::ownPoll() {
    PresentPoll poll;
    poll.question = question_->text().trimmed();
    for (QString line : options_->toPlainText().split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        line = line.trimmed();
        const bool right = line.startsWith(QLatin1Char('*'));
        if (right)
            line = line.mid(1).trimmed();
        if (line.isEmpty() || poll.options.size() >= kMostOptions)
            continue;
        if (right && poll.right < 0)
            poll.right = static_cast<int>(poll.options.size());
        poll.options << line;
    }
    filling_ = true;                   // what is being typed stays as it is
    presenter_.poll().set(poll, presenter_.poll().shown()); // while hands are up, a slip of the pen is mended
    shownPoll_ = linesOf(poll);
    filling_ = false;
}

void PresenterNotes::place(const QWidget* window) {
    for (QScreen* screen : QGuiApplication::screens())
        if (screen != window->screen()) {
            const QRect room = screen->availableGeometry();
            move(room.center() - QPoint(width() / 2, height() / 2));
            return;
        }
}

// Big type makes it larger than it was when it was placed.
void PresenterNotes::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const QRect room = screen()->availableGeometry(), frame = frameGeometry();
    if (!room.contains(frame) && room.contains(frame.topLeft()))
        move(std::clamp(frame.x(), room.left(), std::max(room.left(), room.right() + 1 - frame.width())),
             std::clamp(frame.y(), room.top(), std::max(room.top(), room.bottom() + 1 - frame.height())));
}

void PresenterNotes::tick() {
    const QLocale locale;
    clock_->setText(locale.toString(QTime::currentTime(), QLocale::ShortFormat));
    const qint64 seconds = presenter_.passedMs() / 1000;
    elapsed_->setText(QStringLiteral("%1:%2:%3")
                          .arg(seconds / 3600)
                          .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'))
                          .arg(seconds % 60, 2, 10, QLatin1Char('0')));
}

void PresenterNotes::refresh() {
    PresentSource* source = presenter_.source();
    const int n = source != nullptr ? source->count() : 0;
    const int at = n > 0 ? source->current() : 0;
    step_->setText(n > 0 ? tr("%1 of %2: %3").arg(at + 1).arg(n).arg(source->title(at))
                         : tr("Nothing to step through. Open a lesson: its steps and notes stand here."));
    const QString notes = n > 0 ? source->notes(at) : QString();
    if (notes_->property("shown").toString() != notes) {
        notes_->setProperty("shown", notes);
        notes_->setMarkdown(notes);
        // The boldest Inter there is; asked for more, Qt would smear its letters. The size stays the window's.
        static const QRegularExpression body(QStringLiteral("<body style=\"[^\"]*\">"));
        QString html = notes_->toHtml().replace(QLatin1String("font-weight:700"), QLatin1String("font-weight:600"));
        notes_->setHtml(html.replace(body, QStringLiteral("<body>")));
    }
    notes_->setVisible(n > 0);
    next_->setText(n > 0 && at + 1 < n ? tr("Next: %1").arg(source->title(at + 1)) : QString());
    previous_->setEnabled(at > 0);
    forward_->setEnabled(at + 1 < n);
    aside_->setVisible(!presenter_.aside().isEmpty());
    aside_->setText(tr("The class does not see this: %1").arg(presenter_.aside()));
    tools_[0]->setChecked(presenter_.blank() != Presenter::Blank::No);
    tools_[1]->setChecked(presenter_.pen());
    tools_[3]->setChecked(presenter_.slow());
    refreshPoll();
}

void PresenterNotes::refreshPoll() {
    const Poll& poll = presenter_.poll();
    if (!filling_) {
        filling_ = true;
        if (question_->text().trimmed() != poll.poll().question) {
            question_->setText(poll.poll().question);
            question_->setCursorPosition(0); // its beginning is what is read
        }
        if (const QStringList lines = linesOf(poll.poll()); shownPoll_ != lines) {
            shownPoll_ = lines;
            options_->setPlainText(lines.join(QLatin1Char('\n')));
        }
        filling_ = false;
    }
    const auto n = static_cast<std::size_t>(poll.poll().options.size());
    while (counts_.size() > n) {
        delete counts_.back()->parentWidget();
        counts_.pop_back();
    }
    while (counts_.size() < n) {
        auto* box = new QWidget(hands_->parentWidget());
        auto* row = new QHBoxLayout(box);
        row->setContentsMargins(0, 0, 0, 0);
        auto* label = new QLabel(box);
        auto* spin = new QSpinBox(box);
        spin->setRange(0, 9999);
        spin->setKeyboardTracking(false);
        row->addWidget(label, 1);
        row->addWidget(spin);
        hands_->addWidget(box);
        const int option = static_cast<int>(counts_.size());
        connect(spin, &QSpinBox::valueChanged, this, [this, option](int value) {
            if (value != presenter_.poll().count(option))
                presenter_.poll().setCount(option, value);
        });
        counts_.push_back(spin);
    }
    for (std::size_t i = 0; i < n; ++i) {
        const QString words = poll.poll().options[static_cast<qsizetype>(i)];
        counts_[i]->parentWidget()->findChild<QLabel*>()->setText(words);
        counts_[i]->setAccessibleName(tr("Hands for %1").arg(words));
        counts_[i]->setValue(poll.count(static_cast<int>(i)));
    }
    show_->setEnabled(!poll.poll().empty());
    show_->setText(poll.shown() ? tr("Hide the question") : tr("Show the question"));
    reveal_->setEnabled(poll.shown() && poll.hasAnswer());
    reveal_->setText(poll.revealed() ? tr("Cover the answer") : tr("Reveal the answer"));
}

void PresenterNotes::retranslate() {
    setWindowTitle(tr("Notes of the presenter"));
    setAccessibleName(windowTitle());
    restart_->setText(tr("From zero"));
    restart_->setAccessibleDescription(tr("Starts the time that has passed from zero"));
    notes_->setAccessibleName(tr("Notes"));
    previous_->setText(tr("Back"));
    forward_->setText(tr("Next step"));
    tools_[0]->setText(tr("Blank"));
    tools_[1]->setText(tr("Pen"));
    tools_[2]->setText(tr("Erase"));
    tools_[3]->setText(tr("Slow"));
    pollTitle_->setText(tr("Ask the class"));
    question_->setPlaceholderText(tr("Question"));
    question_->setAccessibleName(tr("Question"));
    options_->setPlaceholderText(tr("One answer in each line, * before the right one"));
    options_->setAccessibleName(tr("Answers, one in each line, an asterisk before the right one"));
    keys_->setText(tr(
        "Page Down, Page Up: step. B: blank. S: spotlight on what is under the pointer. Z: zoom. P: pen, "
        "E: erase. L: slow motion. V: question, 1 to 9: a hand more, Backspace: one less, R: reveal. Zoomed: arrows, "
        "+ and -. N: this window. Esc: back."));
    tick();
    refresh();
}

void PresenterNotes::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
