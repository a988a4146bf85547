// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/lesson_room.h"

#include "widgets/design/fit_screen.h"
#include "widgets/design/metrics.h"
#include "widgets/lesson/lesson_text.h"
#include "widgets/lesson/problem_text.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/ways.h"

#include <QComboBox>
#include <QDialog>
#include <QEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kColumnWidth = 860;
constexpr int kProgressWidth = 120;

QLabel* label(const char* role, QWidget* parent) {
    auto* made = new QLabel(parent);
    made->setProperty("role", role);
    made->setWordWrap(true);
    return made;
}
} // namespace

QString depthTitle(LessonDepth depth) {
    switch (depth) {
    case LessonDepth::Power:
        return LessonRoom::tr("Power user");
    case LessonDepth::Developer:
        return LessonRoom::tr("Developer");
    case LessonDepth::Researcher:
        return LessonRoom::tr("Researcher");
    case LessonDepth::User:
        break;
    }
    return LessonRoom::tr("User");
}

LessonRoom::LessonRoom(LessonPlayer& player, QWidget* parent) : Room(parent), player_(player) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace4, 0);
    column->setSpacing(design::kSpace2);
    auto* head = new QHBoxLayout;
    title_ = label("heading", this);
    depthLabel_ = new QLabel(this);
    depth_ = new QComboBox(this);
    for (int i = 0; i < 4; ++i)
        depth_->addItem({});
    depthLabel_->setBuddy(depth_);
    folder_ = new QPushButton(this);
    bundledButton_ = new QPushButton(this);
    bundledButton_->setProperty("kind", "link");
    bundledButton_->hide();
    work_ = new QPushButton(this);
    head->addWidget(title_, 1);
    head->addWidget(depthLabel_);
    head->addWidget(depth_);
    column->addLayout(head);
    auto* second = new QHBoxLayout;
    about_ = label("small", this);
    second->addWidget(about_, 1);
    second->addWidget(folder_);
    second->addWidget(bundledButton_);
    second->addWidget(work_);
    column->addLayout(second);
    notice_ = new NoticeBar(this);
    notice_->hide();
    column->addWidget(notice_);
    scroll_ = new QScrollArea(this);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(scroll_, 1);
    depth_->installEventFilter(this);
    connect(depth_, &QComboBox::activated, this, [](int index) { Ways::shared().setDepth(static_cast<Depth>(index)); });
    const auto follow = [this] {
        depth_->setCurrentIndex(static_cast<int>(Ways::shared().depth()));
        player_.setDepth(static_cast<LessonDepth>(Ways::shared().depth()));
    };
    connect(&Ways::shared(), &Ways::depthChanged, this, follow);
    connect(folder_, &QPushButton::clicked, this, &LessonRoom::openFolderAsked);
    connect(bundledButton_, &QPushButton::clicked, this, [this] { player_.openCourse(bundled_); });
    connect(work_, &QPushButton::clicked, this, &LessonRoom::openWorkAsked);
    connect(&player_, &LessonPlayer::courseChanged, this, [this] {
        build();
        emit stateChanged();
    });
    connect(&player_, &LessonPlayer::lessonChanged, this, [this] {
        if (isVisible())
            build();
    });
    retranslate();
    follow();
}

// PageUp and PageDown walk the lessons wherever the focus is; a choice is not changed by a page, nor by the wheel.
bool LessonRoom::eventFilter(QObject* object, QEvent* event) {
    if (object == depth_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_PageUp || key == Qt::Key_PageDown) {
            scroll_->verticalScrollBar()->triggerAction(key == Qt::Key_PageUp ? QScrollBar::SliderPageStepSub
                                                                              : QScrollBar::SliderPageStepAdd);
            return true;
        }
    } else if (object == depth_ && event->type() == QEvent::Wheel) {
        return true;
    }
    return Room::eventFilter(object, event);
}

void LessonRoom::activated() {
    build();
    if (focusWidget() == nullptr) // not its focus proxy: Tab would never come to what stands above
        scroll_->setFocus(Qt::OtherFocusReason);
}

QString LessonRoom::emptyText() const {
    if (player_.reading())
        return tr("Reading the lessons\u2026");
    if (!player_.courseError().isEmpty())
        return tr("There are no lessons to show. %1").arg(player_.courseError());
    return tr("There are no lessons here yet. Open the folder of a course, or of a single lesson.");
}

void LessonRoom::build() {
    starts_.clear();
    bundledButton_->setVisible(!bundled_.isEmpty() && player_.courseFolder() != bundled_);
    auto* page = new QWidget;
    page->setProperty("kind", "page");
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, 0, design::kSpace4);
    auto* column = new QVBoxLayout;
    column->setSpacing(design::kSpace2);
    row->addLayout(column, 100);
    row->addStretch(1);
    const auto& course = player_.course();
    title_->setText(course ? QString::fromStdString(course->title(player_.language().toStdString())) : tr("Lessons"));
    int number = 0, hidden = 0;
    if (course)
        for (const CourseUnit& unit : course->units) {
            const Lesson* lesson = unit.lesson(player_.language().toStdString());
            ++number;
            if (lesson->depth > player_.depth()) {
                ++hidden;
                continue;
            }
            column->addWidget(makeUnit(unit, number));
        }
    if (starts_.empty()) {
        auto* empty = new QLabel(emptyText(), page);
        empty->setWordWrap(true);
        empty->setAlignment(Qt::AlignCenter);
        column->addWidget(empty, 1);
    } else if (hidden > 0) {
        auto* more = label("small", page);
        more->setText(tr("%Ln more lesson(s) for other ways of working: choose one above.", nullptr, hidden));
        column->insertWidget(0, more); // or the gaps in the numbers puzzle
    }
    column->addStretch(1);
    const auto errors = std::count_if(player_.problems().begin(), player_.problems().end(),
                                      [](const LessonProblem& p) { return !p.warning; });
    if (errors > 0)
        notice_->tell(NoticeBar::Kind::Notice,
                      tr("%Ln mistake(s) in this course; the first: %1", nullptr, int(errors))
                          .arg(problemText(player_.problems().front())),
                      tr("Show them all"), [this] { showProblems(); });
    else
        notice_->hide();
    scroll_->setWidget(page);
}

void LessonRoom::showProblems() {
    auto* window = new QDialog(this);
    window->setAttribute(Qt::WA_DeleteOnClose);
    window->setWindowTitle(tr("Mistakes in this course"));
    auto* rows = new QVBoxLayout(window);
    auto* list = new QPlainTextEdit(window);
    QStringList lines;
    for (const LessonProblem& problem : player_.problems())
        lines << problemText(problem);
    list->setPlainText(lines.join(QStringLiteral("\n\n")));
    list->setReadOnly(true); // to be read and copied
    list->setTabChangesFocus(true);
    list->setAccessibleName(window->windowTitle());
    rows->addWidget(list);
    window->resize(design::fitScreen(*window, {720, 480}));
    window->open();
}

void LessonRoom::setBundledFolder(const QString& folder) {
    bundled_ = folder;
}

QWidget* LessonRoom::makeUnit(const CourseUnit& unit, int number) {
    const Lesson& lesson = *unit.lesson(player_.language().toStdString());
    const QString folder = QString::fromStdString(unit.folder);
    auto* card = new QFrame;
    card->setProperty("kind", "card");
    card->setMaximumWidth(kColumnWidth);
    auto* row = new QHBoxLayout(card);
    row->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace4, design::kSpace3);
    row->setSpacing(design::kSpace4);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(design::kSpace1);
    auto* title = label("title", card);
    const QString words = lessonPlain(lesson.title, player_);
    title->setText(QStringLiteral("%1. %2").arg(number).arg(words));
    auto* summary = new QLabel(lessonPlain(lesson.summary, player_), card);
    summary->setWordWrap(true);
    auto* facts = label("small", card);
    const LessonPlayer::Progress progress = player_.progress(folder);
    QStringList parts{tr("%Ln minute(s)", nullptr, lesson.minutes), depthTitle(lesson.depth)};
    if (progress.finished)
        parts << tr("done");
    else if (progress.nStop > 0)
        parts << tr("step %1 of %2").arg(progress.stop + 1).arg(progress.nStop);
    facts->setText(parts.join(QStringLiteral("  \u00B7  ")));
    texts->addWidget(title);
    texts->addWidget(summary);
    texts->addWidget(facts);
    row->addLayout(texts, 1);
    auto* side = new QVBoxLayout;
    auto* start = new QPushButton(progress.finished    ? tr("Take it again")
                                  : progress.nStop > 0 ? tr("Go on")
                                                       : tr("Begin"),
                                  card);
    if (starts_.empty() || (progress.nStop > 0 && !progress.finished))
        start->setProperty("kind", "primary");
    start->setAccessibleName(QStringLiteral("%1: %2").arg(start->text(), words));
    connect(start, &QPushButton::clicked, this,
            [this, folder, again = progress.finished] { player_.openUnit(folder, again ? 0 : -1); });
    side->addStretch(1);
    side->addWidget(start);
    if (progress.nStop > 0) {
        auto* bar = new QProgressBar(card);
        bar->setTextVisible(false);
        bar->setFixedSize(kProgressWidth, design::kSpace1);
        bar->setRange(0, progress.nStop);
        bar->setValue(progress.stop + 1);
        bar->setAccessibleName(tr("How far you are in %1").arg(words));
        side->addWidget(bar);
    }
    side->addStretch(1);
    row->addLayout(side);
    starts_.push_back(start);
    return card;
}

void LessonRoom::go(const QString& argument) {
    const QString first = argument.section(QLatin1Char(':'), 0, 0), rest = argument.section(QLatin1Char(':'), 1);
    if (first == QLatin1String("close"))
        player_.close();
    else if (first == QLatin1String("next"))
        player_.next();
    else if (first == QLatin1String("answer")) {
        const LessonStep* step = player_.step(player_.current());
        if (step == nullptr || !step->ask)
            return;
        const LessonPlayer::Stop& at = player_.stops()[std::size_t(player_.current())];
        LessonAnswer answer;
        const int option = rest.toInt() - 1;
        if (option >= 0 && option < int(step->ask->options.size())) {
            answer.option = option;
            answer.text = lessonPlain(step->ask->options[std::size_t(option)], player_);
            answer.right =
                std::find(step->ask->right.begin(), step->ask->right.end(), option) != step->ask->right.end();
        } else {
            answer.text = rest;
            if (!step->ask->accepted.empty())
                answer.right = answerFits(*step->ask, rest.toStdString());
        }
        player_.giveAnswer(player_.questionId(at.page, at.end - 1), answer);
    } else if (!first.isEmpty()) {
        player_.openUnit(first, rest.isEmpty() ? -1 : rest.toInt() - 1);
    }
}

std::vector<RoomPlace> LessonRoom::places() const {
    std::vector<RoomPlace> out;
    if (player_.course())
        for (const CourseUnit& unit : player_.course()->units)
            out.push_back({QString::fromStdString(unit.folder),
                           lessonPlain(unit.lesson(player_.language().toStdString())->title, player_)});
    return out;
}

std::vector<RoomPlace> LessonRoom::recent() const {
    std::vector<RoomPlace> out;
    for (const RoomPlace& place : places()) {
        const LessonPlayer::Progress progress = player_.progress(place.argument);
        if (progress.nStop > 0 && !progress.finished && out.size() < 5)
            out.push_back(place);
    }
    return out;
}

bool LessonRoom::takesFile(const QString& path) const {
    return path.endsWith(QLatin1String(".vitral-work")) || QFileInfo(path).isDir() ||
           QFileInfo(path).fileName() == QLatin1String("course.yaml");
}

void LessonRoom::openFile(const QString& path) {
    if (path.endsWith(QLatin1String(".vitral-work"))) {
        if (const QString problem = player_.openWork(path); !problem.isEmpty())
            notice_->tell(NoticeBar::Kind::Problem, problem);
        return;
    }
    const QFileInfo info(path);
    player_.close();
    player_.openCourse(info.isDir() ? path : info.path());
}

void LessonRoom::retranslate() {
    depthLabel_->setText(tr("Way of working"));
    depth_->setAccessibleName(depthLabel_->text());
    for (int i = 0; i < 4; ++i)
        depth_->setItemText(i, depthTitle(static_cast<LessonDepth>(i)));
    about_->setText(help());
    folder_->setText(tr("Open a folder of lessons\u2026"));
    bundledButton_->setText(tr("Back to the program's course"));
    work_->setText(tr("Open handed-in work\u2026"));
    build();
}

void LessonRoom::changeEvent(QEvent* event) {
    Room::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        emit stateChanged();
    }
}

} // namespace vitral
