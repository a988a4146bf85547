// SPDX-License-Identifier: Apache-2.0
#include "widgets/chat/model_scanner.h"

#include "core/io/gguf_summary.h"
#include "core/model/model.h"
#include "core/runtime/placement.h"
#include "widgets/chat/error_text.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

namespace vitral {
namespace {

constexpr std::int64_t kUsualContext = 4096;
constexpr int kMaxFilesPerPlace = 5000;

void addIf(std::vector<ScanPlace>& places, const QString& folder, ModelSource source) {
    if (!folder.isEmpty() && QFileInfo(folder).isDir())
        places.push_back({QDir(folder).absolutePath(), source});
}

bool looksLikeGguf(const QString& path) {
    QFile file(path);
    return QFileInfo(path).isFile() && // a pipe would wait for its writer
           file.open(QIODevice::ReadOnly) && file.read(4) == "GGUF";
}

/// Ollama keeps files by digest; their names stand in its manifests.
std::vector<std::pair<QString, QString>> ollamaFiles(const QString& models) {
    std::vector<std::pair<QString, QString>> files;
    QDirIterator it(models + QStringLiteral("/manifests"), QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext() && files.size() < 1000) {
        const QString manifest = it.next();
        QFile file(manifest);
        if (!file.open(QIODevice::ReadOnly) || file.size() > (1 << 20))
            continue;
        const QJsonArray layers =
            QJsonDocument::fromJson(file.readAll()).object().value(QStringLiteral("layers")).toArray();
        for (const QJsonValue& layer : layers) {
            if (layer.toObject().value(QStringLiteral("mediaType")).toString() !=
                QLatin1String("application/vnd.ollama.image.model"))
                continue;
            QString digest = layer.toObject().value(QStringLiteral("digest")).toString();
            digest.replace(QLatin1Char(':'), QLatin1Char('-'));
            static const QRegularExpression plain(QStringLiteral("^sha256-[0-9a-f]+$")); // never a path of its own
            if (!plain.match(digest).hasMatch())
                continue;
            const QStringList parts = manifest.split(QLatin1Char('/'));
            files.emplace_back(models + QStringLiteral("/blobs/") + digest,
                               parts.mid(parts.size() - 2).join(QLatin1Char(':')));
        }
    }
    return files;
}

} // namespace

std::vector<ScanPlace> usualModelPlaces(const QStringList& ownFolders) {
    std::vector<ScanPlace> places;
    for (const QString& folder : ownFolders)
        addIf(places, folder, ModelSource::Folder);
    const QString home = QDir::homePath();
    addIf(places, home + QStringLiteral("/models"), ModelSource::Folder);
    addIf(places, home + QStringLiteral("/Models"), ModelSource::Folder);
    const QString hub = qEnvironmentVariable("HF_HUB_CACHE");
    const QString hfHome = qEnvironmentVariable("HF_HOME");
    addIf(places,
          !hub.isEmpty()
              ? hub
              : (hfHome.isEmpty() ? home + QStringLiteral("/.cache/huggingface") : hfHome) + QStringLiteral("/hub"),
          ModelSource::HuggingFace);
    addIf(places, home + QStringLiteral("/.lmstudio/models"), ModelSource::LmStudio);
    addIf(places, home + QStringLiteral("/.cache/lm-studio/models"), ModelSource::LmStudio);
    const QString ollama = qEnvironmentVariable("OLLAMA_MODELS");
    addIf(places, ollama.isEmpty() ? home + QStringLiteral("/.ollama/models") : ollama, ModelSource::Ollama);
    addIf(places, QStringLiteral("/usr/share/ollama/.ollama/models"), ModelSource::Ollama);
    return places;
}

ModelEntry readModelEntry(const QString& path, ModelSource source) {
    ModelEntry entry;
    entry.path = path;
    entry.source = source;
    entry.name = QFileInfo(path).completeBaseName();
    entry.fileBytes = QFileInfo(path).size();
    const auto file = GgufFile::open(std::filesystem::path(path.toStdU16String()));
    if (!file) {
        entry.problem = errorText(file.error(), Doing::LoadModel);
        return entry;
    }
    entry.fileBytes = static_cast<qint64>((*file)->fileBytes()); // of all parts
    const GgufSummary s = summarize(**file);
    if (!s.name.empty())
        entry.name = QString::fromStdString(s.name);
    entry.architecture = QString::fromStdString(s.architecture);
    entry.quantisation = QString::fromStdString(s.quantisation);
    if (const auto licence = (*file)->string("general.license", ""); licence && licence->size() < 200)
        entry.licence = QString::fromStdString(*licence).simplified();
    entry.nParameter = s.nParameter;
    entry.nCtxTrain = s.nCtxTrain;
    entry.neededBytes = planPlacement(**file, {}, {DeviceChoice::Cpu, -1, kUsualContext, DType::F16}).needBytes;
    const auto known = knownArchitectures();
    entry.known = std::find(known.begin(), known.end(), s.architecture) != known.end();
    return entry;
}

ModelScanner::ModelScanner(Worker& worker, QObject* parent)
    : QObject(parent), worker_(worker), stop_(std::make_shared<std::atomic<bool>>(false)) {}

ModelScanner::~ModelScanner() {
    stop();
}

void ModelScanner::stop() {
    stop_->store(true);
}

void ModelScanner::scan(std::vector<ScanPlace> places, const QStringList& files) {
    stop();
    stop_ = std::make_shared<std::atomic<bool>>(false);
    scanning_ = true;
    const QPointer<ModelScanner> self(this);
    const auto give = [self](const ModelEntry& entry) {
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [self, entry] {
                if (self)
                    emit self->found(entry);
            },
            Qt::QueuedConnection);
    };
    worker_.ask(
        this,
        [places = std::move(places), files, stop = stop_, give] {
            QSet<QString> seen;
            const auto look = [&](const QString& path, ModelSource source, const QString& name) {
                const QString real = QFileInfo(path).canonicalFilePath();
                if (real.isEmpty() || seen.contains(real))
                    return;
                seen.insert(real);
                ModelEntry entry = readModelEntry(path, source);
                if (!name.isEmpty())
                    entry.name = name;
                give(entry);
            };
            for (const QString& file : files)
                if (!stop->load())
                    look(file, ModelSource::Recent, {});
            static const QRegularExpression laterPart(QStringLiteral("-0*([2-9]|[1-9][0-9]+)-of-[0-9]+\\.gguf$"));
            for (const ScanPlace& place : places) {
                if (place.source == ModelSource::Ollama) {
                    for (const auto& [file, name] : ollamaFiles(place.folder))
                        if (!stop->load() && looksLikeGguf(file))
                            look(file, place.source, name);
                    continue;
                }
                QDirIterator it(place.folder, {QStringLiteral("*.gguf")}, QDir::Files,
                                QDirIterator::Subdirectories | QDirIterator::FollowSymlinks);
                for (int n = 0; it.hasNext() && n < kMaxFilesPerPlace && !stop->load(); ++n) {
                    const QString file = it.next();
                    if (!laterPart.match(file).hasMatch())
                        look(file, place.source, {});
                }
            }
            return true;
        },
        [this, stop = stop_](bool) {
            if (stop != stop_)
                return; // a newer scan has begun
            scanning_ = false;
            emit finished();
        });
}

} // namespace vitral
