// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/lesson_player.h"

#include "core/lesson/markdown.h"

#include <QDir>
#include <QFileInfo>
#include <QFileSystemWatcher>
#include <QPointer>
#include <QTextDocument>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace vitral {
namespace {

constexpr int kReloadMs = 150; ///< editors write in several goes
constexpr int kDraftMs = 1000; ///< a second of typing may be lost, never more

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

QString plain(const std::string& markdown) {
    QTextDocument document;
    document.setHtml(q(lessonInlineHtml(markdown)));
    return document.toPlainText();
}

} // namespace

LessonPlayer::LessonPlayer(LessonHost& host, Worker& reader, QString workFolder, QObject* parent)
    : PresentSource(parent), host_(host), reader_(reader), workFolder_(std::move(workFolder)),
      watcher_(new QFileSystemWatcher(this)) {
    draftTimer_.setSingleShot(true);
    draftTimer_.setInterval(kDraftMs);
    connect(&draftTimer_, &QTimer::timeout, this, &LessonPlayer::save);
    connect(this, &LessonPlayer::stopChanged, this, &PresentSource::changed);
    connect(this, &LessonPlayer::lessonChanged, this, &PresentSource::changed);
    const auto later = [this] {
        if (hotReload_)
            QTimer::singleShot(kReloadMs, this, [this] { openCourse(courseFolder_); });
    };
    connect(watcher_, &QFileSystemWatcher::fileChanged, this, later);
    connect(watcher_, &QFileSystemWatcher::directoryChanged, this, later);
}

LessonPlayer::~LessonPlayer() {
    if (draftTimer_.isActive())
        save();
}

void LessonPlayer::setLanguage(const QString& language) {
    if (language == language_)
        return;
    language_ = language;
    if (lesson() != nullptr)
        makeStops();
    emit courseChanged();
    emit lessonChanged();
    carried_ = -1;
    if (lesson() != nullptr && workOf_.isEmpty())
        enter(); // the step speaks of other words now: they are put there
    else
        emit stopChanged();
}

void LessonPlayer::setDepth(LessonDepth depth) {
    if (depth == depth_)
        return;
    depth_ = depth;
    if (lesson() != nullptr)
        makeStops();
    emit courseChanged();
    emit lessonChanged();
    emit stopChanged();
}

void LessonPlayer::openCourse(const QString& folder) {
    courseFolder_ = folder;
    reading_ = true;
    struct Read {
        std::shared_ptr<Course> course;
        LessonProblems problems;
        QString error;
    };
    reader_.ask(
        this,
        [path = std::filesystem::path(folder.toStdU16String())] {
            Read read;
            if (auto course = vitral::openCourse(path, read.problems))
                read.course = std::make_shared<Course>(std::move(*course));
            else
                read.error = q(course.error().message);
            return read;
        },
        [this](Read read) { adopt(std::move(read.course), std::move(read.problems), read.error); }, "course");
}

void LessonPlayer::adopt(std::shared_ptr<Course> course, LessonProblems problems, const QString& error) {
    reading_ = false;
    course_ = std::move(course);
    problems_ = std::move(problems);
    courseError_ = error;
    const int stop = stop_;
    const QString open = unit_;
    watch();
    if (!wantedUnit_.isEmpty() && course_) {
        emit courseChanged();
        openUnit(std::exchange(wantedUnit_, {}), wantedStop_, asItIs_);
        return;
    }
    if (!open.isEmpty()) { // read again: the student stays where they are
        if (lesson() == nullptr) {
            close();
        } else {
            makeStops();
            stop_ = std::clamp(stop, 0, std::max(0, count() - 1));
        }
    }
    emit courseChanged();
    emit lessonChanged();
    emit stopChanged();
}

void LessonPlayer::setHotReload(bool on) {
    hotReload_ = on;
    watch();
}

void LessonPlayer::watch() {
    if (!watcher_->files().isEmpty())
        watcher_->removePaths(watcher_->files());
    if (!watcher_->directories().isEmpty())
        watcher_->removePaths(watcher_->directories());
    if (!hotReload_ || courseFolder_.isEmpty())
        return;
    QStringList paths{courseFolder_, QDir(courseFolder_).filePath(QStringLiteral("course.yaml")),
                      QDir(courseFolder_).filePath(QStringLiteral("glossary.yaml"))};
    if (const Lesson* open = lesson()) {
        const QDir folder(QString::fromStdU16String(open->folder.u16string()));
        paths << folder.path();
        for (const QString& name : folder.entryList({QStringLiteral("*.md")}, QDir::Files))
            paths << folder.filePath(name);
    }
    paths.erase(std::remove_if(paths.begin(), paths.end(), [](const QString& p) { return !QFileInfo::exists(p); }),
                paths.end());
    paths.removeDuplicates();
    watcher_->addPaths(paths);
}

void LessonPlayer::openUnit(const QString& unit, int stop, bool asItIs) {
    if (unit.isEmpty())
        return close();
    asItIs_ = asItIs;
    if (!course_) {
        wantedUnit_ = unit;
        wantedStop_ = stop;
        return;
    }
    const CourseUnit* found = course_->unit(unit.toStdString());
    if (found == nullptr)
        return;
    unit_ = q(found->folder);
    forgetWork();
    load();
    makeStops();
    stop_ = std::clamp(stop >= 0 ? stop : furthest_, 0, std::max(0, count() - 1));
    watch();
    emit lessonChanged();
    enter();
}

void LessonPlayer::close() {
    if (unit_.isEmpty())
        return;
    save();
    ++run_;
    unit_.clear();
    stops_.clear();
    answers_.clear();
    drafts_.clear();
    forgetWork();
    stop_ = 0;
    carried_ = -1;
    host_.hideElements({});
    emit lessonChanged();
    emit stopChanged();
}

const Lesson* LessonPlayer::lesson() const {
    const CourseUnit* unit = course_ && !unit_.isEmpty() ? course_->unit(unit_.toStdString()) : nullptr;
    return unit != nullptr ? unit->lesson(language_.toStdString()) : nullptr;
}

void LessonPlayer::makeStops() {
    stops_.clear();
    const Lesson& open = *lesson();
    for (std::size_t p = 0; p < open.pages.size(); ++p) {
        const LessonPage& page = open.pages[p];
        // A page below or at the lesson's own depth belongs to everybody who opened it.
        if (page.depth && *page.depth > depth_ && *page.depth > open.depth)
            continue;
        int first = 0;
        const int n = static_cast<int>(page.blocks.size());
        for (int b = 0; b < n; ++b)
            if (page.blocks[static_cast<std::size_t>(b)].kind == LessonBlock::Kind::Step) {
                stops_.push_back({static_cast<int>(p), first, b + 1, false});
                first = b + 1;
            }
        if (first < n || first == 0)
            stops_.push_back({static_cast<int>(p), first, n, false});
        stops_.back().lastOfPage = true;
    }
    stop_ = std::clamp(stop_, 0, std::max(0, count() - 1));
}

const LessonStep* LessonPlayer::step(int stop) const {
    const Lesson* open = lesson();
    if (open == nullptr || stop < 0 || stop >= count())
        return nullptr;
    const Stop& at = stops_[static_cast<std::size_t>(stop)];
    const auto& blocks = open->pages[static_cast<std::size_t>(at.page)].blocks;
    if (at.end <= at.firstBlock || blocks[static_cast<std::size_t>(at.end - 1)].kind != LessonBlock::Kind::Step)
        return nullptr;
    return &blocks[static_cast<std::size_t>(at.end - 1)].step;
}

void LessonPlayer::go(int stop) {
    if (lesson() == nullptr || count() == 0)
        return;
    stop_ = std::clamp(stop, 0, count() - 1);
    enter();
}

void LessonPlayer::next() {
    if (waiting()) {
        const Stop& at = stops_[static_cast<std::size_t>(stop_)];
        LessonAnswer skipped;
        skipped.skipped = true;
        giveAnswer(questionId(at.page, at.end - 1), skipped);
        return;
    }
    if (stop_ + 1 < count())
        go(stop_ + 1);
}

void LessonPlayer::reveal() {
    if (waiting())
        next();
}

void LessonPlayer::back() {
    if (stop_ > 0)
        go(stop_ - 1);
}

void LessonPlayer::again() {
    enter();
}

void LessonPlayer::enter() {
    furthest_ = std::max(furthest_, stop_);
    stepProblem_.clear();
    const LessonStep* at = step(stop_);
    QStringList commands, hidden;
    // A stop of words only stands beside what the step before it shows, also where it is opened directly.
    int from = stop_;
    while (from >= 0 && (step(from) == nullptr || step(from)->commands.empty()))
        --from;
    if (!std::exchange(asItIs_, false) && from >= 0 && (from == stop_ || from != carried_))
        for (const LessonStep::Command& command : step(from)->commands)
            commands << q(command.text);
    carried_ = from;
    if (at != nullptr)
        for (const std::string& name : at->hide)
            hidden << q(name);
    host_.hideElements(hidden);
    const quint64 run = ++run_;
    working_ = !commands.isEmpty();
    save();
    emit stopChanged();
    emit workingChanged();
    if (commands.isEmpty())
        return;
    QStringList recorded;
    for (const LessonStep::Command& command : step(from)->recorded)
        recorded << q(command.text);
    if (recorded.isEmpty() && !lesson()->needsRun.empty())
        recorded << QStringLiteral("inside:open=") + q(lesson()->needsRun.front());
    host_.carryOut(commands, QString::fromStdU16String(lesson()->folder.u16string()), recorded,
                   [this, self = QPointer<LessonPlayer>(this), run](const QString& problem) {
                       if (!self || run != run_)
                           return;
                       working_ = false;
                       stepProblem_ = problem;
                       emit workingChanged();
                   });
}

QString LessonPlayer::title(int stop) const {
    const Lesson* open = lesson();
    if (open == nullptr || stop < 0 || stop >= count())
        return {};
    return plain(open->pages[static_cast<std::size_t>(stops_[static_cast<std::size_t>(stop)].page)].title);
}

QString LessonPlayer::notes(int stop) const {
    const Lesson* open = lesson();
    if (open == nullptr || stop < 0 || stop >= count())
        return {};
    return q(open->pages[static_cast<std::size_t>(stops_[static_cast<std::size_t>(stop)].page)].notes);
}

PresentPoll LessonPlayer::poll(int stop) const {
    const LessonStep* at = step(stop);
    PresentPoll poll;
    if (at == nullptr || !at->ask || at->ask->kind == AskKind::Do)
        return poll;
    poll.question = plain(at->ask->question);
    for (const std::string& option : at->ask->options)
        poll.options << plain(option);
    poll.right = at->ask->right.empty() ? -1 : at->ask->right.front();
    if (at->ask->options.empty() && !at->ask->accepted.empty())
        poll.answer = answerShown(*at->ask);
    poll.explain = plain(at->ask->explain);
    return poll;
}

const GlossaryWords* LessonPlayer::term(const QString& id) const {
    return course_ ? course_->glossary.words(id.toStdString(), language_.toStdString()) : nullptr;
}

} // namespace vitral
