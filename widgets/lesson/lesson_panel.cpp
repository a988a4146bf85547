// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/lesson_panel.h"

#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/lesson/lesson_text.h"
#include "widgets/lesson/problem_text.h"
#include "widgets/lesson/spotlight.h"
#include "widgets/panels/notice_bar.h"

#include <QApplication>
#include <QDialog>
#include <QEvent>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStyle>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace vitral {
namespace {
constexpr int kLeastWidth = 300;
constexpr int kPointMs = 120; ///< the room lays itself out first
constexpr int kSettleMs = 2000;
constexpr int kMaxProblems = 6;
constexpr int kPictureWidth = 280;
} // namespace

LessonPanel::LessonPanel(LessonPlayer& player, LessonHost& host, QWidget* window, QWidget* parent)
    : QWidget(parent), player_(player), host_(host), spotlight_(new Spotlight(window)) {
    setObjectName(QStringLiteral("lesson.panel"));
    setMinimumWidth(kLeastWidth);
    spotlight_->setClear(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHead());
    notice_ = new NoticeBar(this);
    notice_->hide();
    column->addWidget(notice_);
    scroll_ = new QScrollArea(this);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setProperty("kind", "reading");
    column->addWidget(scroll_, 1);
    column->addWidget(makeFoot());
    settle_.setSingleShot(true);
    settle_.setInterval(kSettleMs);
    connect(scroll_->verticalScrollBar(), &QScrollBar::rangeChanged, this, [this] {
        if (settle_.isActive())
            toNewest();
        nameNext();
    });
    connect(scroll_->verticalScrollBar(), &QScrollBar::valueChanged, this, &LessonPanel::nameNext);
    connect(scroll_->verticalScrollBar(), &QScrollBar::actionTriggered, &settle_, &QTimer::stop); // the person's
    connect(&player_, &LessonPlayer::lessonChanged, this, &LessonPanel::build);
    connect(&player_, &LessonPlayer::stopChanged, this, &LessonPanel::build);
    connect(&player_, &LessonPlayer::answersChanged, this, &LessonPanel::build);
    connect(&player_, &LessonPlayer::courseChanged, this, &LessonPanel::update_);
    connect(&player_, &LessonPlayer::workingChanged, this, [this] {
        update_();
        if (!player_.working())
            QTimer::singleShot(kPointMs, this, &LessonPanel::point);
    });
    retranslate();
}

QWidget* LessonPanel::makeHead() {
    auto* head = new QWidget(this);
    auto* rows = new QVBoxLayout(head);
    rows->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace2, design::kSpace2);
    rows->setSpacing(design::kSpace1);
    auto* first = new QHBoxLayout;
    unit_ = new design::ElidedLabel(head);
    unit_->setProperty("role", "section");
    menu_ = new QMenu(this);
    again_ = menu_->addAction(design::icon(QStringLiteral("reset")), QString(), &player_, &LessonPlayer::again);
    forget_ = menu_->addAction(QString(), &player_, &LessonPlayer::forgetAnswers);
    menu_->addSeparator();
    handIn_ = menu_->addAction(design::icon(QStringLiteral("save")), QString(), this,
                               [this] { emit exportAsked(QStringLiteral("work")); });
    asHtml_ = menu_->addAction(QString(), this, [this] { emit exportAsked(QStringLiteral("html")); });
    asPdf_ = menu_->addAction(QString(), this, [this] { emit exportAsked(QStringLiteral("pdf")); });
    menu_->addSeparator();
    reload_ = menu_->addAction(QString());
    reload_->setCheckable(true);
    connect(reload_, &QAction::toggled, &player_, &LessonPlayer::setHotReload);
    const auto tool = [head](const char* icon) {
        auto* button = new QToolButton(head);
        button->setIcon(design::icon(QLatin1String(icon), design::IconTone::Muted));
        button->setIconSize({design::kIconSmall, design::kIconSmall});
        return button;
    };
    more_ = tool("more");
    more_->setMenu(menu_);
    more_->setPopupMode(QToolButton::InstantPopup);
    close_ = tool("close");
    connect(close_, &QToolButton::clicked, this, &LessonPanel::closeAsked);
    first->addWidget(unit_, 1);
    first->addWidget(more_);
    first->addWidget(close_);
    rows->addLayout(first);
    page_ = new QLabel(head);
    page_->setProperty("role", "title");
    page_->setWordWrap(true);
    rows->addWidget(page_);
    workOf_ = new QLabel(head);
    workOf_->setProperty("role", "small");
    workOf_->setTextFormat(Qt::PlainText); // a name out of somebody's file
    workOf_->setWordWrap(true);
    rows->addWidget(workOf_);
    workState_ = new QPushButton(head);
    workState_->setProperty("kind", "link");
    connect(workState_, &QPushButton::clicked, this, [this] { emit stateAsked(player_.workState()); });
    rows->addWidget(workState_, 0, Qt::AlignLeft);
    return head;
}

QWidget* LessonPanel::makeFoot() {
    auto* foot = new QWidget(this);
    auto* rows = new QVBoxLayout(foot);
    rows->setContentsMargins(design::kSpace4, design::kSpace2, design::kSpace4, design::kSpace3);
    rows->setSpacing(design::kSpace2);
    progress_ = new QProgressBar(foot);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(design::kSpace1);
    rows->addWidget(progress_);
    auto* row = new QHBoxLayout;
    back_ = new QPushButton(foot);
    back_->setIcon(design::icon(QStringLiteral("chevron-left")));
    next_ = new QPushButton(foot);
    place_ = new QLabel(foot);
    place_->setProperty("role", "small");
    place_->setAlignment(Qt::AlignCenter);
    connect(back_, &QPushButton::clicked, this, &LessonPanel::toPreviousStop);
    connect(next_, &QPushButton::clicked, this, &LessonPanel::toNextStop);
    row->addWidget(back_);
    row->addWidget(place_, 1);
    row->addWidget(next_);
    rows->addLayout(row);
    return foot;
}

void LessonPanel::toNextStop() {
    if (questionBelow()) { // nobody leaves out a question that was not seen
        settle_.stop();
        return scroll_->verticalScrollBar()->setValue(questionPlace());
    }
    if (answerReady()) { // what was chosen is not thrown away by going on
        card_->submit();
        return;
    }
    if (player_.current() + 1 < player_.count() || player_.waiting())
        return player_.next();
    const std::vector<int> open = player_.workOf().isEmpty() ? player_.openQuestions() : std::vector<int>();
    if (open.empty() || warned_) {
        emit finishAsked();
        return;
    }
    warned_ = true; // once: nobody is kept
    notice_->tell(NoticeBar::Kind::Notice,
                  tr("%Ln question(s) have no answer yet. Finish once more ends the lesson without.", nullptr,
                     static_cast<int>(open.size())),
                  tr("Show it"), [this, stop = open.front()] {
                      if (stop != player_.current())
                          player_.go(stop);
                      for (AskCard* card : cards())
                          if (!card->answered()) {
                              scroll_->ensureWidgetVisible(card, 0, design::kSpace4);
                              card->takeFocus();
                              return;
                          }
                  });
}

void LessonPanel::toPreviousStop() {
    player_.back();
}

QString LessonPanel::pageTitle() const {
    return page_->text();
}

QList<AskCard*> LessonPanel::cards() const {
    return body_ != nullptr ? body_->findChildren<AskCard*>() : QList<AskCard*>();
}

// What was read stays, what comes next is not shown yet. Built anew at every stop: a page is short.
void LessonPanel::build() {
    const int before = scroll_->verticalScrollBar()->value();
    const bool same = player_.unit() == shownUnit_ && player_.current() == shownStop_; // answered, or another language
    shownUnit_ = player_.unit();
    shownStop_ = player_.current();
    warned_ = false;
    card_ = nullptr;
    newest_ = nullptr;
    if (body_ != nullptr) {
        body_->hide();
        body_->deleteLater();
        scroll_->takeWidget();
    }
    body_ = new QWidget;
    body_->setProperty("kind", "page");
    body_->setMinimumWidth(1); // never wider than the panel, whatever stands on it
    column_ = new QVBoxLayout(body_);
    column_->setContentsMargins(design::kSpace4, design::kSpace2, design::kSpace4, design::kSpace4);
    column_->setSpacing(design::kSpace3);
    const Lesson* lesson = player_.lesson();
    const bool hadFocus = isAncestorOf(QApplication::focusWidget());
    bool firstOfPage = true;
    if (lesson != nullptr && player_.count() > 0) {
        addProblems();
        const int page = player_.stops()[std::size_t(player_.current())].page;
        for (int stop = 0; stop <= player_.current(); ++stop)
            if (player_.stops()[std::size_t(stop)].page == page) {
                if (stop == player_.current()) {
                    newest_ = new QWidget(body_);
                    newest_->setFixedHeight(0);
                    column_->addWidget(newest_);
                    firstOfPage = stop == 0 || player_.stops()[std::size_t(stop - 1)].page != page;
                }
                addBlocks(stop);
            }
        if (player_.current() + 1 >= player_.count() && !lesson->sources.empty()) {
            auto* head = new QLabel(tr("Sources"), body_);
            head->setProperty("role", "section");
            column_->addWidget(head);
            for (const std::string& source : lesson->sources) {
                auto* text = new LessonText(player_, QString::fromStdString(source), body_);
                text->setProperty("role", "small");
                column_->addWidget(text);
            }
        }
    }
    column_->addStretch(1);
    scroll_->setWidget(body_);
    update_();
    point();
    orderTabs();
    if (hadFocus)
        takeFocus();
    from_ = same ? before : firstOfPage ? 0 : before;
    firstOfPage_ = !same && firstOfPage;
    same_ = same;
    QTimer::singleShot(0, this, &LessonPanel::toNewest);
    settle_.start();
}

// Texts find their height over several rounds of layout: until then it is done again when the page's height changes.
void LessonPanel::toNewest() {
    QScrollBar* bar = scroll_->verticalScrollBar();
    const int top = newest_ ? newest_->y() - design::kSpace4 : 0;
    int to = firstOfPage_ ? 0 : same_ ? from_ : std::max(from_, top);
    if (card_ && !firstOfPage_ && card_->answered()) { // what was told, as much of it as there is room for
        const int end = card_->y() + card_->height() + design::kSpace4;
        to = std::min(std::max(to, end - scroll_->viewport()->height()),
                      std::max(to, card_->y() + card_->resultTop() - design::kSpace4));
    } else if (const int place = questionPlace(); place >= 0 && !firstOfPage_ && !same_) {
        to = std::max(to, place);
    }
    bar->setValue(std::max(0, to));
    nameNext();
}

// The whole question, or its beginning where it is taller than the panel.
int LessonPanel::questionPlace() const {
    if (!card_ || card_->answered())
        return -1;
    const int begin = card_->y() - design::kSpace4, end = card_->y() + card_->height() + design::kSpace4;
    return std::clamp(end - scroll_->viewport()->height(), 0, std::max(0, begin));
}

bool LessonPanel::questionBelow() const {
    constexpr int kSeen = design::kSpace4; // a card's edge may be cut
    const QScrollBar* bar = scroll_->verticalScrollBar();
    return isVisible() && bar->value() < bar->maximum() && questionPlace() > bar->value() + kSeen;
}

// The page from above, then the steps, then what stands over the page: the order in which it is read.
void LessonPanel::orderTabs() {
    QWidget* last = scroll_;
    for (QWidget* widget : body_->findChildren<QWidget*>())
        if (widget->focusPolicy() & Qt::TabFocus) {
            setTabOrder(last, widget);
            last = widget;
        }
    for (QWidget* widget : std::initializer_list<QWidget*>{back_, next_, more_, close_}) {
        setTabOrder(last, widget);
        last = widget;
    }
}

bool LessonPanel::answerReady() const {
    return card_ && player_.waiting() && !card_->answered() && card_->ready();
}

void LessonPanel::takeFocus() {
    scroll_->setFocus(Qt::TabFocusReason);
    if (card_ && !questionBelow())
        card_->takeFocus();
}

/// What the button does now; it invites only where nothing is left open.
void LessonPanel::nameNext() {
    const bool below = questionBelow(), open = player_.waiting();
    next_->setText(below                                      ? tr("Read on")
                   : answerReady()                            ? tr("Check")
                   : open                                     ? tr("Skip")
                   : player_.current() + 1 >= player_.count() ? tr("Finish")
                                                              : tr("Next"));
    const QString kind = open && !below ? QString() : QStringLiteral("primary");
    if (next_->property("kind").toString() != kind) {
        next_->setProperty("kind", kind);
        next_->style()->unpolish(next_);
        next_->style()->polish(next_);
    }
}

void LessonPanel::addBlocks(int stop) {
    const LessonPlayer::Stop& at = player_.stops()[std::size_t(stop)];
    const LessonPage& page = player_.lesson()->pages[std::size_t(at.page)];
    for (int b = at.firstBlock; b < at.end; ++b) {
        const LessonBlock& block = page.blocks[std::size_t(b)];
        if (block.kind == LessonBlock::Kind::Text)
            column_->addWidget(new LessonText(player_, QString::fromStdString(block.markdown), body_));
        if (!block.step.say.empty())
            column_->addWidget(new LessonText(player_, QString::fromStdString(block.step.say), body_));
        if (block.step.ask) {
            auto* card = new AskCard(player_, *block.step.ask, player_.questionId(at.page, b), body_);
            column_->addWidget(card);
            addPicture(player_.questionId(at.page, b));
            if (stop == player_.current()) {
                card_ = card;
                connect(card, &AskCard::readyChanged, this, &LessonPanel::nameNext);
            }
        }
        for (std::size_t i = 0; i < block.quiz.size(); ++i) {
            const QString question = player_.questionId(at.page, b, int(i));
            column_->addWidget(new AskCard(player_, block.quiz[i], int(i) + 1, question, body_));
            addPicture(question);
        }
    }
}

/// Of handed-in work: what the student saw when they answered.
void LessonPanel::addPicture(const QString& question) {
    const QImage picture = player_.workPicture(question);
    if (picture.isNull())
        return;
    auto* button = new QToolButton(body_);
    const QPixmap small = QPixmap::fromImage(
        picture.width() > kPictureWidth ? picture.scaledToWidth(kPictureWidth, Qt::SmoothTransformation) : picture);
    button->setIcon(QIcon(small));
    button->setIconSize(small.size());
    button->setToolTip(tr("The screen when this was answered. Click to see it larger."));
    button->setAccessibleName(tr("The screen when this was answered"));
    connect(button, &QToolButton::clicked, this, [this, picture] {
        auto* window = new QDialog(this);
        window->setAttribute(Qt::WA_DeleteOnClose);
        window->setWindowTitle(tr("The screen when this was answered"));
        auto* rows = new QVBoxLayout(window);
        auto* shown = new QLabel(window);
        shown->setPixmap(QPixmap::fromImage(picture));
        shown->setAccessibleName(window->windowTitle());
        rows->addWidget(shown);
        window->open();
    });
    column_->addWidget(button, 0, Qt::AlignLeft);
}

/// For whoever writes the lesson, while they do.
void LessonPanel::addProblems() {
    if (!player_.hotReload())
        return;
    int n = 0;
    for (const LessonProblem& problem : player_.problems())
        if (QString::fromStdString(problem.file).startsWith(player_.unit()) || player_.unit() == QLatin1String(".")) {
            if (++n > kMaxProblems)
                break;
            auto* text = new QLabel(problemText(problem), body_);
            text->setProperty("role", "error");
            text->setWordWrap(true);
            text->setTextInteractionFlags(Qt::TextSelectableByMouse);
            column_->addWidget(text);
        }
}

void LessonPanel::update_() {
    const Lesson* lesson = player_.lesson();
    unit_->setText(lesson != nullptr ? QString::fromStdString(lesson->title) : QString());
    page_->setText(player_.title(player_.current()));
    workOf_->setVisible(!player_.workOf().isEmpty());
    const LessonPlayer::WorkCount work = player_.workOf().isEmpty() ? LessonPlayer::WorkCount() : player_.workCount();
    workOf_->setText(tr("The work of %1: %2 of %3 questions answered, %4 of %5 that can be checked are right")
                         .arg(player_.workOf())
                         .arg(work.answered)
                         .arg(work.asked)
                         .arg(work.right)
                         .arg(work.judged));
    forget_->setEnabled(player_.workOf().isEmpty());
    handIn_->setEnabled(player_.workOf().isEmpty());
    workState_->setVisible(!player_.workOf().isEmpty() && player_.workState().size() > 2);
    const int n = player_.count(), at = player_.current();
    progress_->setRange(0, std::max(1, n));
    progress_->setValue(n > 0 ? at + 1 : 0);
    progress_->setAccessibleName(tr("Progress in the lesson"));
    place_->setText(player_.working() ? tr("Setting up\u2026") : tr("%1 of %2").arg(at + 1).arg(std::max(1, n)));
    back_->setEnabled(at > 0);
    nameNext();
    if (player_.stepProblem().isEmpty())
        notice_->hide();
    else
        notice_->tell(NoticeBar::Kind::Notice, player_.stepProblem());
    const QSignalBlocker quiet(reload_);
    reload_->setChecked(player_.hotReload());
}

void LessonPanel::point() {
    const LessonStep* step = player_.step(player_.current());
    QWidget* element = nullptr;
    if (isVisible() && step != nullptr && !step->point.empty() && !player_.working())
        element = host_.element(QString::fromStdString(step->point));
    spotlight_->point(element);
}

void LessonPanel::retranslate() {
    setAccessibleName(tr("Lesson"));
    scroll_->setAccessibleName(tr("Page of the lesson"));
    more_->setToolTip(tr("More of this lesson"));
    more_->setAccessibleName(more_->toolTip());
    close_->setToolTip(tr("Close the lesson; it goes on where you stopped"));
    close_->setAccessibleName(tr("Close the lesson"));
    again_->setText(tr("Set this step up &again"));
    forget_->setText(tr("&Begin anew, without my answers"));
    handIn_->setText(tr("Save my &work to hand in\u2026"));
    asHtml_->setText(tr("Export the lesson as a &page\u2026"));
    asPdf_->setText(tr("Export the lesson as P&DF\u2026"));
    workState_->setText(tr("Show the program as it was then"));
    reload_->setText(tr("&Writing: read the files again when they change"));
    back_->setText(tr("Back"));
    back_->setToolTip(tr("The step before (Alt+PgUp)"));
    next_->setToolTip(tr("The next step (Alt+PgDown)"));
    build();
}

void LessonPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange)
        QTimer::singleShot(0, this, &LessonPanel::fitFoot);
}

// As wide as its buttons ask for, also in a presenter's letters and whatever the next one says.
void LessonPanel::fitFoot() {
    const QFontMetrics letters(next_->font());
    int widest = 0;
    for (const QString& words : {tr("Read on"), tr("Skip"), tr("Finish"), tr("Next")})
        widest = std::max(widest, letters.horizontalAdvance(words));
    const int frame = next_->sizeHint().width() - letters.horizontalAdvance(next_->text());
    const int needed = back_->sizeHint().width() + place_->sizeHint().width() + widest + frame + 2 * design::kSpace4 +
                       2 * design::kSpace3;
    setMinimumWidth(std::max(kLeastWidth, needed));
}

void LessonPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    QTimer::singleShot(kPointMs, this, &LessonPanel::point);
}

void LessonPanel::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    spotlight_->point(nullptr);
}

} // namespace vitral
