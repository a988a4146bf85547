// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_store.h"

#include "widgets/chat/error_text.h"
#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QPointer>
#include <QSaveFile>

#include <algorithm>
#include <set>
#include <utility>

namespace vitral {

using namespace diffusion;

namespace {

constexpr qint64 kMostStateBytes = qint64{80} << 20;
constexpr int kMostRuns = 2000;
constexpr qint64 kMostTries = 100000;
constexpr qint64 kTakenSeconds = 24 * 3600; ///< an empty file this old is a killed program's

QString pathText(const QString& folder, const QString& name) {
    return folder + QLatin1Char('/') + name;
}

QByteArray readAll(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.size() <= kMostStateBytes ? file.readAll() : QByteArray();
}

std::filesystem::path filePath(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

} // namespace

std::size_t recordingBytes(const DenoiseRecording& recording) {
    std::set<const void*> seen;
    std::size_t bytes = 0;
    const auto picture = [&](const PicturePtr& p) {
        if (p && seen.insert(p.get()).second)
            bytes += p->size() * sizeof(float);
    };
    for (const DenoiseStepPtr& step : recording.steps) {
        if (!step)
            continue;
        for (const PicturePtr& p :
             {step->x, step->next, step->x0, step->eps, step->conditional, step->unconditional, step->preview})
            picture(p);
        for (const auto& map : step->cross)
            bytes += map->weights.size() * 2;
        for (const auto& map : step->features)
            bytes += map->values.size() * 2;
    }
    picture(recording.result);
    return bytes;
}

DenoiseStore::DenoiseStore(QString folder, DenoiseFunctions functions, QObject* parent)
    : QObject(parent), folder_(std::move(folder)), functions_(std::move(functions)) {
    if (!folder_.isEmpty())
        QDir().mkpath(folder_ + QStringLiteral("/runs"));
}

QString DenoiseStore::fileOf(qint64 id, const char* ending) const {
    return pathText(folder_, QStringLiteral("runs/%1.%2").arg(id, 6, 10, QLatin1Char('0')).arg(QLatin1String(ending)));
}

void DenoiseStore::write(const QString& path, std::function<QByteArray()> makeBytes, const std::string& tag) {
    auto job = [path, makeBytes = std::move(makeBytes), back = QPointer<DenoiseStore>(this)] {
        const QByteArray bytes = makeBytes();
        QSaveFile file(path);
        if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
            return;
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [back, path] {
                if (back)
                    emit back->problem(tr("%1 could not be written: the disk may be full. The run stays in memory "
                                          "until the program ends.")
                                           .arg(path));
            },
            Qt::QueuedConnection);
    };
    if (tag.empty())
        worker_.post(std::move(job));
    else
        worker_.postLatest(tag, std::move(job));
}

void DenoiseStore::saveState(const QJsonObject& state, DenoiseRecipe recipe) {
    if (folder_.isEmpty())
        return;
    write(
        pathText(folder_, QStringLiteral("state.json")),
        [state, recipe = std::move(recipe), functions = functions_] {
            QJsonObject whole = state;
            whole[QStringLiteral("recipe")] = QString::fromUtf8(recipeToJson(recipe, functions));
            return QJsonDocument(whole).toJson(QJsonDocument::Indented);
        },
        "state");
}

void DenoiseStore::readState(QObject* receiver, std::function<void(StoredState)> then) {
    worker_.ask(
        receiver,
        [folder = folder_, functions = functions_] {
            StoredState stored;
            if (folder.isEmpty())
                return stored;
            stored.json = QJsonDocument::fromJson(readAll(pathText(folder, QStringLiteral("state.json")))).object();
            auto recipe = recipeFromJson(stored.json[QStringLiteral("recipe")].toString().toUtf8(), functions);
            if (recipe)
                stored.recipe = std::move(*recipe);
            return stored;
        },
        std::move(then));
}

qint64 DenoiseStore::takeId(qint64 least) {
    if (folder_.isEmpty())
        return least;
    for (qint64 id = least; id < least + kMostTries; ++id) {
        QFile file(fileOf(id, "json"));
        if (file.open(QIODevice::WriteOnly | QIODevice::NewOnly))
            return id;
        if (!file.exists()) // the folder cannot be written: saving will say so
            break;
    }
    return least;
}

void DenoiseStore::releaseId(qint64 id) {
    if (!folder_.isEmpty())
        worker_.post([path = fileOf(id, "json")] {
            if (QFileInfo(path).size() == 0)
                QFile::remove(path);
        });
}

void DenoiseStore::saveRun(const DenoiseRun& run, const DenoiseRecipe& recipe) {
    if (folder_.isEmpty())
        return;
    QJsonObject json;
    json[QStringLiteral("id")] = run.id;
    json[QStringLiteral("parent")] = run.parent;
    json[QStringLiteral("branchStep")] = run.branchStep;
    json[QStringLiteral("cancelled")] = run.state == RunState::Cancelled;
    json[QStringLiteral("made")] = run.made.toString(Qt::ISODateWithMs);
    json[QStringLiteral("seconds")] = run.seconds;
    const bool keep = functions_.save && run.recording && recordingBytes(*run.recording) <= kMostRecordingBytes;
    json[QStringLiteral("recording")] = keep;
    if (keep)
        worker_.post([save = functions_.save, recording = run.recording, path = fileOf(run.id, "safetensors"),
                      back = QPointer<DenoiseStore>(this)] {
            if (const Result<void> done = save(*recording, filePath(path)); !done)
                QMetaObject::invokeMethod(
                    QCoreApplication::instance(),
                    [back, sentence = knownText(done.error())] {
                        if (back)
                            emit back->problem(sentence);
                    },
                    Qt::QueuedConnection);
        });
    write(fileOf(run.id, "json"),
          [json, recipe, image = run.thumb, functions = functions_]() mutable {
              QByteArray thumb;
              QBuffer buffer(&thumb);
              buffer.open(QIODevice::WriteOnly);
              image.save(&buffer, "PNG");
              json[QStringLiteral("thumb")] = QString::fromLatin1(thumb.toBase64());
              // As text: Qt's numbers would round a 64-bit seed.
              json[QStringLiteral("recipe")] = QString::fromUtf8(recipeToJson(recipe, functions));
              return QJsonDocument(json).toJson(QJsonDocument::Compact);
          },
          {});
}

void DenoiseStore::removeRun(qint64 id) {
    if (folder_.isEmpty())
        return;
    worker_.post([json = fileOf(id, "json"), recording = fileOf(id, "safetensors")] {
        QFile::remove(json);
        QFile::remove(recording);
    });
}

void DenoiseStore::readRuns(QObject* receiver, std::function<void(std::vector<DenoiseRun>)> then) {
    worker_.ask(
        receiver,
        [folder = folder_, functions = functions_] {
            std::vector<DenoiseRun> runs;
            if (folder.isEmpty())
                return runs;
            QDir dir(folder + QStringLiteral("/runs"));
            QStringList names = dir.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
            if (names.size() > kMostRuns)
                names = names.mid(names.size() - kMostRuns);
            for (const QString& name : names) {
                if (const QFileInfo taken(dir.filePath(name)); taken.size() == 0) { // another window's run, not done
                    if (taken.lastModified().secsTo(QDateTime::currentDateTime()) > kTakenSeconds)
                        QFile::remove(taken.filePath());
                    continue;
                }
                const QJsonObject json = QJsonDocument::fromJson(readAll(dir.filePath(name))).object();
                const auto recipe = recipeFromJson(json[QStringLiteral("recipe")].toString().toUtf8(), functions);
                DenoiseRun run;
                run.id = json[QStringLiteral("id")].toInteger();
                if (!recipe || run.id <= 0) // another version's, or damaged: left where it is
                    continue;
                run.parent = json[QStringLiteral("parent")].toInteger();
                run.branchStep = recipe->branchStep;
                run.state = json[QStringLiteral("cancelled")].toBool() ? RunState::Cancelled : RunState::Done;
                run.model = recipe->model;
                run.settings = recipe->settings;
                run.parentRecipe = recipe->parent;
                run.made = QDateTime::fromString(json[QStringLiteral("made")].toString(), Qt::ISODateWithMs);
                run.seconds = json[QStringLiteral("seconds")].toDouble();
                run.thumb.loadFromData(QByteArray::fromBase64(json[QStringLiteral("thumb")].toString().toLatin1()),
                                       "PNG");
                run.onDisk = true;
                run.hasFile = QFile::exists(
                    QString(dir.filePath(name)).replace(QLatin1String(".json"), QLatin1String(".safetensors")));
                runs.push_back(std::move(run));
            }
            std::sort(runs.begin(), runs.end(), [](const DenoiseRun& a, const DenoiseRun& b) { return a.id < b.id; });
            return runs;
        },
        std::move(then));
}

void DenoiseStore::readRecording(qint64 id, QObject* receiver, std::function<void(Result<DenoiseRecordingPtr>)> then) {
    if (!functions_.open)
        return;
    worker_.ask(
        receiver, [open = functions_.open, path = fileOf(id, "safetensors")] { return open(filePath(path)); },
        std::move(then));
}

} // namespace vitral
