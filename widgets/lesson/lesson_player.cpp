// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/lesson_player.h"

#include "core/lesson/markdown.h"
#include "widgets/lesson/lesson_formulas.h"

#include <QBuffer>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QFileSystemWatcher>
#include <QImageReader>
#include <QJsonArray>
#include <QJsonDocument>
#include <QPointer>
#include <QSaveFile>
#include <QTextDocument>
#include <QTimer>

#include <algorithm>

namespace vitral {
namespace {

constexpr qint64 kMaxWorkBytes = 64LL << 20U;
constexpr int kReloadMs = 150; ///< editors write in several goes
constexpr int kPictureWidth = 720;
constexpr qsizetype kMostPictures = 400, kMaxPictureChars = 6'000'000;
constexpr int kMostPixels = 4096;
constexpr int kDraftMs = 1000; ///< a second of typing may be lost, never more

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

QString plain(const std::string& markdown) {
    QTextDocument document;
    LessonHtmlOptions look;
    look.formulas = lessonFormulas;
    document.setHtml(q(lessonInlineHtml(markdown, look)));
    return document.toPlainText();
}

QJsonObject toJson(const LessonAnswer& answer) {
    QJsonObject out{{QStringLiteral("text"), answer.text}};
    if (answer.option >= 0)
        out[QStringLiteral("option")] = answer.option + 1;
    if (answer.right)
        out[QStringLiteral("right")] = *answer.right;
    if (answer.skipped)
        out[QStringLiteral("skipped")] = true;
    return out;
}

LessonAnswer fromJson(const QJsonObject& in) {
    LessonAnswer answer;
    answer.text = in[QStringLiteral("text")].toString().left(20'000);
    answer.option = in[QStringLiteral("option")].toInt(0) - 1;
    if (in.contains(QStringLiteral("right")))
        answer.right = in[QStringLiteral("right")].toBool();
    answer.skipped = in[QStringLiteral("skipped")].toBool();
    return answer;
}

/// A PNG out of somebody's file: looked at before it is decoded. Null: none.
QImage readPicture(const QString& base64) {
    if (base64.size() > kMaxPictureChars)
        return {};
    QByteArray bytes = QByteArray::fromBase64(base64.toLatin1());
    QBuffer buffer(&bytes);
    QImageReader reader(&buffer, "PNG");
    const QSize size = reader.size();
    if (!size.isValid() || size.width() > kMostPixels || size.height() > kMostPixels)
        return {};
    return reader.read();
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
        openUnit(std::exchange(wantedUnit_, {}), wantedStop_);
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

void LessonPlayer::openUnit(const QString& unit, int stop) {
    if (unit.isEmpty())
        return close();
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

void LessonPlayer::setDraft(const QString& question, const QString& text) {
    drafts_[question] = text;
    draftTimer_.start();
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
    if (from >= 0 && (from == stop_ || from != carried_))
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

QString LessonPlayer::questionId(int page, int block, int question) const {
    const Lesson* open = lesson();
    if (open == nullptr)
        return {};
    QString id = q(open->pages[static_cast<std::size_t>(page)].id) + QLatin1Char('/') + QString::number(block);
    return question < 0 ? id : id + QLatin1Char('/') + QString::number(question + 1);
}

const LessonAnswer* LessonPlayer::answer(const QString& question) const {
    const auto at = answers_.constFind(question);
    return at == answers_.constEnd() ? nullptr : &*at;
}

void LessonPlayer::giveAnswer(const QString& question, LessonAnswer answer) {
    answers_[question] = std::move(answer);
    drafts_.remove(question);
    if (workOf_.isEmpty()) {
        if (const QImage picture = host_.picture(); !picture.isNull()) {
            keepPicture(question, picture);
        }
        save();
    }
    emit answersChanged();
}

void LessonPlayer::forgetAnswers() {
    answers_.clear();
    drafts_.clear();
    furthest_ = stop_ = 0;
    emit answersChanged();
    if (lesson() != nullptr)
        enter();
}

// Beside the work and not in it: the work is written again with every answer.
void LessonPlayer::keepPicture(const QString& question, const QImage& picture) {
    const QString path = pictureFile(question);
    if (path.isEmpty())
        return;
    QDir().mkpath(QFileInfo(path).path());
    QSaveFile out(path);
    if (out.open(QIODevice::WriteOnly) &&
        (picture.width() > kPictureWidth ? picture.scaledToWidth(kPictureWidth, Qt::SmoothTransformation) : picture)
            .save(&out, "PNG"))
        out.commit();
}

QString LessonPlayer::pictureFile(const QString& question) const {
    const QString work = file(unit_);
    QString name = question;
    for (QChar& c : name)
        if (!c.isLetterOrNumber())
            c = QLatin1Char('-');
    return work.isEmpty() ? QString() : work + QStringLiteral("-pictures/") + name + QStringLiteral(".png");
}

bool LessonPlayer::waiting() const {
    const LessonStep* at = step(stop_);
    if (at == nullptr || !at->ask)
        return false;
    const Stop& stop = stops_[static_cast<std::size_t>(stop_)];
    return answer(questionId(stop.page, stop.end - 1)) == nullptr;
}

std::vector<int> LessonPlayer::openQuestions() const {
    std::vector<int> out;
    const Lesson* open = lesson();
    for (int s = 0; open != nullptr && s < count(); ++s) {
        const Stop& at = stops_[static_cast<std::size_t>(s)];
        const auto& blocks = open->pages[static_cast<std::size_t>(at.page)].blocks;
        for (int b = at.firstBlock; b < at.end; ++b)
            for (std::size_t i = 0; i < blocks[static_cast<std::size_t>(b)].quiz.size(); ++i)
                if (answer(questionId(at.page, b, static_cast<int>(i))) == nullptr)
                    out.push_back(s);
    }
    return out;
}

bool LessonPlayer::done(const LessonAsk& ask) const {
    return !ask.until.empty() && std::all_of(ask.until.begin(), ask.until.end(), [&](const StateCondition& condition) {
        return holds(condition, host_.state(q(condition.name)).toStdString());
    });
}

QString LessonPlayer::file(const QString& unit) const {
    if (workFolder_.isEmpty() || !course_)
        return {};
    QString name = q(course_->id) + QLatin1Char('-') +
                   (unit == QLatin1String(".") ? q(course_->folder.filename().string()) : unit);
    for (QChar& c : name)
        if (!c.isLetterOrNumber() && c != QLatin1Char('-') && c != QLatin1Char('_'))
            c = QLatin1Char('-');
    return QDir(workFolder_).filePath(name + QStringLiteral(".vitral-work"));
}

QJsonObject LessonPlayer::work() const {
    QJsonObject answers, drafts;
    for (auto it = drafts_.constBegin(); it != drafts_.constEnd(); ++it)
        drafts[it.key()] = *it;
    for (auto it = answers_.constBegin(); it != answers_.constEnd(); ++it)
        answers[it.key()] = toJson(*it);
    const Lesson* open = lesson();
    return {{QStringLiteral("vitral_work"), 1},
            {QStringLiteral("course"), course_ ? q(course_->id) : QString()},
            {QStringLiteral("unit"), unit_},
            {QStringLiteral("title"), open != nullptr ? q(open->title) : QString()},
            {QStringLiteral("language"), language_},
            {QStringLiteral("stop"), furthest_},
            {QStringLiteral("stops"), count()},
            {QStringLiteral("answers"), answers},
            {QStringLiteral("drafts"), drafts}};
}

void LessonPlayer::save() const {
    const QString path = file(unit_);
    if (path.isEmpty() || unit_.isEmpty() || !workOf_.isEmpty())
        return;
    QDir().mkpath(workFolder_);
    QSaveFile out(path); // whole or not at all
    if (out.open(QIODevice::WriteOnly)) {
        out.write(QJsonDocument(work()).toJson(QJsonDocument::Compact));
        out.commit();
    }
}

void LessonPlayer::load() {
    answers_.clear();
    drafts_.clear();
    furthest_ = stop_ = 0;
    carried_ = -1;
    QFile in(file(unit_));
    if (in.fileName().isEmpty() || in.size() > kMaxWorkBytes || !in.open(QIODevice::ReadOnly))
        return;
    const QJsonObject work = QJsonDocument::fromJson(in.readAll()).object();
    const QJsonObject answers = work[QStringLiteral("answers")].toObject();
    for (auto it = answers.begin(); it != answers.end(); ++it)
        answers_[it.key()] = fromJson(it.value().toObject());
    const QJsonObject drafts = work[QStringLiteral("drafts")].toObject();
    for (auto it = drafts.begin(); it != drafts.end(); ++it)
        drafts_[it.key()] = it.value().toString().left(20'000);
    furthest_ = std::max(0, work[QStringLiteral("stop")].toInt());
}

LessonPlayer::Progress LessonPlayer::progress(const QString& unit) const {
    if (unit == unit_ && lesson() != nullptr && workOf_.isEmpty())
        return {furthest_, count(), furthest_ + 1 >= count()};
    QFile in(file(unit));
    if (in.fileName().isEmpty() || in.size() > kMaxWorkBytes || !in.open(QIODevice::ReadOnly))
        return {};
    const QJsonObject work = QJsonDocument::fromJson(in.readAll()).object();
    Progress progress{work[QStringLiteral("stop")].toInt(), work[QStringLiteral("stops")].toInt(), false};
    progress.finished = progress.nStop > 0 && progress.stop + 1 >= progress.nStop;
    return progress;
}

QString LessonPlayer::saveWork(const QString& path, const QString& student) const {
    QJsonObject out = work();
    out[QStringLiteral("student")] = student;
    out[QStringLiteral("saved")] = QDateTime::currentDateTimeUtc().toString(Qt::ISODate);
    out[QStringLiteral("state")] = QJsonDocument::fromJson(host_.stateFile()).object();
    QJsonObject pictures;
    for (auto it = answers_.constBegin(); it != answers_.constEnd(); ++it)
        if (QFile picture(pictureFile(it.key())); picture.open(QIODevice::ReadOnly))
            pictures[it.key()] = QString::fromLatin1(picture.readAll().toBase64());
    out[QStringLiteral("pictures")] = pictures;
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(out).toJson(QJsonDocument::Indented)) < 0 ||
        !file.commit())
        return tr("The work could not be written to %1 (%2); choose another folder.").arg(path, file.errorString());
    return {};
}

QString LessonPlayer::openWork(const QString& path) {
    QFile in(path);
    if (!in.open(QIODevice::ReadOnly))
        return tr("%1 could not be read (%2).").arg(path, in.errorString());
    if (in.size() > kMaxWorkBytes)
        return tr("%1 is too large for the work of a lesson.").arg(path);
    const QJsonObject work = QJsonDocument::fromJson(in.readAll()).object();
    if (work[QStringLiteral("vitral_work")].toInt() != 1)
        return tr("%1 is not the work of a lesson.").arg(path);
    const QString unit = work[QStringLiteral("unit")].toString();
    if (!course_ || course_->unit(unit.toStdString()) == nullptr)
        return tr("The lesson of this work (%1) is not in the open course; open its course first.")
            .arg(work[QStringLiteral("title")].toString());
    close();
    unit_ = unit;
    const QString student = work[QStringLiteral("student")].toString().left(200);
    workOf_ = student.isEmpty() ? tr("no name") : student;
    workState_ = QJsonDocument(work[QStringLiteral("state")].toObject()).toJson(QJsonDocument::Compact);
    const QJsonObject pictures = work[QStringLiteral("pictures")].toObject();
    for (auto it = pictures.begin(); it != pictures.end() && workPictures_.size() < kMostPictures; ++it)
        if (const QImage picture = readPicture(it.value().toString()); !picture.isNull())
            workPictures_.insert(it.key(), picture);
    const QJsonObject answers = work[QStringLiteral("answers")].toObject();
    for (auto it = answers.begin(); it != answers.end(); ++it)
        answers_[it.key()] = fromJson(it.value().toObject());
    makeStops();
    furthest_ = count() - 1;
    stop_ = 0;
    emit lessonChanged();
    enter();
    return {};
}

void LessonPlayer::forgetWork() {
    workOf_.clear();
    workState_.clear();
    workPictures_.clear();
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
    if (at == nullptr || !at->ask || at->ask->options.empty())
        return poll;
    poll.question = plain(at->ask->question);
    for (const std::string& option : at->ask->options)
        poll.options << plain(option);
    poll.right = at->ask->right.empty() ? -1 : at->ask->right.front();
    poll.explain = plain(at->ask->explain);
    return poll;
}

const GlossaryWords* LessonPlayer::term(const QString& id) const {
    return course_ ? course_->glossary.words(id.toStdString(), language_.toStdString()) : nullptr;
}

} // namespace vitral
