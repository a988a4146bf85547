// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the room keeps on disk: what is typed, and every finished run (its recipe always, its recording up to a size).
// Files appear whole or not at all, and are written at once, on a thread of their own, so that a killed program loses
// nothing that was finished. Thread: GUI.

#include "widgets/denoise/denoise_recipe.h"
#include "widgets/engine/worker.h"

#include <QDateTime>
#include <QImage>
#include <QJsonObject>
#include <QObject>

#include <functional>
#include <optional>
#include <vector>

namespace vitral {

enum class RunState : std::uint8_t { Waiting, Running, Done, Cancelled, Failed };

/// What was on the screen when the program ended.
struct StoredState {
    QJsonObject json;
    std::optional<DenoiseRecipe> recipe; ///< of the next run
};

/// One run in the room's list.
struct DenoiseRun {
    qint64 id = 0;
    qint64 parent = 0; ///< id of the run it was branched off; 0: none (or gone)
    std::int32_t branchStep = 0;
    RunState state = RunState::Waiting;
    QString model; ///< name
    diffusion::DenoiseSettings settings;
    diffusion::DenoiseRecordingPtr recording; ///< null: its recipe only, so far
    QImage thumb;
    QDateTime made;
    double seconds = 0;
    QString problem; ///< why it failed
    bool onDisk = false;
    bool hasFile = false;                              ///< its recording is on disk
    std::shared_ptr<const DenoiseRecipe> parentRecipe; ///< kept where the parent itself is gone
};

class DenoiseStore : public QObject {
    Q_OBJECT
public:
    /// An empty folder: nothing is kept.
    DenoiseStore(QString folder, DenoiseFunctions functions, QObject* parent = nullptr);

    /// `recipe` goes under the key "recipe". Everything is put into words, and pictures into PNG, on the other thread.
    void saveState(const QJsonObject& state, DenoiseRecipe recipe);
    /// What was saved last, read and decoded (its start picture may be megabytes) on the other thread.
    void readState(QObject* receiver, std::function<void(StoredState)> then);
    /// An id from `least` on that no run on disk has, in this window or another: its file is made, empty, in the one
    /// step that fails where it is there already. Some microseconds.
    [[nodiscard]] qint64 takeId(qint64 least);
    void releaseId(qint64 id); ///< a run that was never saved: its empty file goes
    void saveRun(const DenoiseRun& run, const DenoiseRecipe& recipe);
    void removeRun(qint64 id);
    /// All runs, oldest first, without their recordings.
    void readRuns(QObject* receiver, std::function<void(std::vector<DenoiseRun>)> then);
    void readRecording(qint64 id, QObject* receiver, std::function<void(Result<diffusion::DenoiseRecordingPtr>)> then);
    [[nodiscard]] Worker& worker() { return worker_; }
    [[nodiscard]] const QString& folder() const { return folder_; }

    /// Recordings that take more than this stay in memory only.
    static constexpr std::size_t kMostRecordingBytes = std::size_t{256} << 20U;

signals:
    void problem(const QString& sentence);

private:
    [[nodiscard]] QString fileOf(qint64 id, const char* ending) const;
    void write(const QString& path, std::function<QByteArray()> makeBytes, const std::string& tag);

    QString folder_;
    DenoiseFunctions functions_;
    Worker worker_;
};

/// Bytes of everything recorded.
[[nodiscard]] std::size_t recordingBytes(const diffusion::DenoiseRecording& recording);

} // namespace vitral
