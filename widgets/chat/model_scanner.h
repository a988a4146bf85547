// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds model files in the usual places without ever blocking: the person's folders, and the caches of Hugging Face, LM
// Studio and Ollama. Only headers are read. Thread: GUI; the work is done on the worker it is given.

#include "widgets/engine/worker.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <atomic>
#include <memory>
#include <vector>

namespace vitral {

enum class ModelSource : std::uint8_t { Bundled, Recent, Folder, HuggingFace, LmStudio, Ollama };

struct ModelEntry {
    QString path, name, architecture, quantisation, licence; ///< licence: as the file says it, "apache-2.0"
    ModelSource source = ModelSource::Folder;
    qint64 nParameter = 0, fileBytes = 0, nCtxTrain = 0;
    quint64 neededBytes = 0; ///< as the engine counts before it loads, with a context of 4,096 tokens
    bool known = false;      ///< this version can run the architecture
    QString problem;         ///< why the header could not be read
};

struct ScanPlace {
    QString folder;
    ModelSource source;
};

/// The usual places that exist here (environment variables of those programs respected).
std::vector<ScanPlace> usualModelPlaces(const QStringList& ownFolders);

/// Reads one header. Thread: any.
ModelEntry readModelEntry(const QString& path, ModelSource source);

class ModelScanner : public QObject {
    Q_OBJECT
public:
    explicit ModelScanner(Worker& worker, QObject* parent = nullptr);
    ~ModelScanner() override;

    void scan(std::vector<ScanPlace> places, const QStringList& files);
    void stop();
    [[nodiscard]] bool scanning() const { return scanning_; }

signals:
    void found(const vitral::ModelEntry& entry);
    void finished();

private:
    Worker& worker_;
    std::shared_ptr<std::atomic<bool>> stop_;
    bool scanning_ = false;
};

} // namespace vitral
