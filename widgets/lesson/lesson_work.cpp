// SPDX-License-Identifier: Apache-2.0
// A student's work as files: kept while it grows, handed in, opened by a teacher.
#include "widgets/lesson/lesson_player.h"

#include <QBuffer>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QImageReader>
#include <QJsonDocument>
#include <QLocale>
#include <QSaveFile>

#include <algorithm>

namespace vitral {
namespace {

constexpr qint64 kMaxWorkBytes = 64LL << 20U;
constexpr qsizetype kMostPictures = 400, kMaxPictureChars = 6'000'000;
constexpr int kMostPixels = 4096, kLongestName = 80;

QString q(const std::string& text) {
    return QString::fromStdString(text);
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
    QJsonParseError error;
    const QByteArray bytes = in.readAll();
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    if (error.error != QJsonParseError::NoError && bytes.trimmed().startsWith('{'))
        return tr("%1 is damaged (at byte %2: %3); ask for it once more.")
            .arg(path, QLocale().toString(error.offset), error.errorString());
    const QJsonObject work = document.object();
    const int version = work[QStringLiteral("vitral_work")].toInt();
    if (version > 1)
        return tr("%1 was written by a newer version of Vitral; open it with that one.").arg(path);
    if (version != 1)
        return tr("%1 is not the work of a lesson.").arg(path);
    const auto kindOf = [&work](const char* key, QJsonValue::Type kind) {
        const QJsonValue value = work[QLatin1String(key)];
        return value.isUndefined() || value.type() == kind;
    };
    if (!kindOf("answers", QJsonValue::Object) || !kindOf("drafts", QJsonValue::Object) ||
        !kindOf("pictures", QJsonValue::Object) || !kindOf("stop", QJsonValue::Double) ||
        !kindOf("student", QJsonValue::String))
        return tr("%1 is damaged: its answers cannot be read; ask for it once more.").arg(path);
    const QString unit = work[QStringLiteral("unit")].toString();
    if (!course_ || course_->unit(unit.toStdString()) == nullptr)
        return tr("The lesson of this work (%1) is not in the open course; open its course first.")
            .arg(work[QStringLiteral("title")].toString());
    close();
    unit_ = unit;
    const QString student = work[QStringLiteral("student")].toString().simplified().left(kLongestName);
    workOf_ = student.isEmpty() ? tr("somebody who gave no name") : student;
    workState_ = QJsonDocument(work[QStringLiteral("state")].toObject()).toJson(QJsonDocument::Compact);
    const QJsonObject pictures = work[QStringLiteral("pictures")].toObject();
    for (auto it = pictures.begin(); it != pictures.end() && workPictures_.size() < kMostPictures; ++it)
        if (const QImage picture = readPicture(it.value().toString()); !picture.isNull())
            workPictures_.insert(it.key(), picture);
    const QJsonObject answers = work[QStringLiteral("answers")].toObject();
    for (auto it = answers.begin(); it != answers.end(); ++it)
        answers_[it.key()] = fromJson(it.value().toObject());
    const QJsonObject drafts = work[QStringLiteral("drafts")].toObject();
    for (auto it = drafts.begin(); it != drafts.end(); ++it)
        drafts_[it.key()] = it.value().toString().left(20'000);
    makeStops();
    judgeAgain();
    furthest_ = count() - 1;
    stop_ = std::clamp(work[QStringLiteral("stop")].toInt(), 0, std::max(0, count() - 1)); // where the student stood
    emit lessonChanged();
    enter();
    return {};
}

void LessonPlayer::forgetWork() {
    workOf_.clear();
    workState_.clear();
    workPictures_.clear();
}

} // namespace vitral
