// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the library's window asks of a hub: searches, lists of files, downloads one after another, the access token. All
// of it on threads of its own; nothing goes out unless one of these functions is called because a person pressed
// something. Thread: GUI.

#include "core/hub/download.h"
#include "widgets/engine/worker.h"
#include "widgets/shell/task_list.h"

#include <QObject>
#include <QString>

#include <deque>
#include <vector>

namespace vitral {

class HubController : public QObject {
    Q_OBJECT
public:
    enum class TransferState : std::uint8_t { Queued, Running, Done, Failed, Cancelled };
    struct Transfer {
        quint64 id = 0;
        hub::RepoFiles repo; ///< without its files
        QString folder;      ///< it goes to folder/owner/name/
        hub::HubFile file;
        TransferState state = TransferState::Queued;
        hub::DownloadProgress progress;
        QString sentence; ///< of a failure
        QString path;     ///< of a finished one
    };

    /// Files go to `folder`/owner/name/.
    explicit HubController(QString folder, QObject* parent = nullptr);
    ~HubController() override;

    [[nodiscard]] QString folder() const { return folder_; }
    /// For the downloads that are asked for from now on.
    void setFolder(const QString& folder);
    [[nodiscard]] QString address() const { return QString::fromStdString(access_.base); }
    [[nodiscard]] QString host() const;
    [[nodiscard]] QString page(const QString& repo) const;

    /// A newer search ends an older one; likewise a list.
    void search(const QString& text, bool ggufOnly);
    void list(const QString& repo);
    [[nodiscard]] bool searching() const { return searching_; }
    [[nodiscard]] bool listing() const { return listing_; }

    /// With all other parts of its model where `repo` lists them.
    void download(const hub::RepoFiles& repo, const hub::HubFile& file);
    void cancel(quint64 id);
    /// Newest last; those that are over stay until forget().
    [[nodiscard]] const std::deque<Transfer>& transfers() const { return transfers_; }
    void forget(quint64 id);
    /// Deletes what a stopped or failed download left on the disk, and forgets it.
    void discard(quint64 id);
    /// Whether there is something to delete.
    [[nodiscard]] bool leftSomething(const Transfer& transfer) const;

    [[nodiscard]] bool hasToken() const { return !access_.token.empty(); }
    /// For this run of the program; `keep` also gives it to the key store. "" forgets it, there too.
    void setToken(const QString& token, bool keep);
    /// Asks the key store, once; the answer is tokenChanged().
    void lookUpToken();

    /// An error of core/hub in the window's language.
    [[nodiscard]] static QString sentenceOf(const Error& error);

signals:
    void folderChanged(const QString& folder);
    void discarded();
    void searched(const std::vector<vitral::hub::RepoEntry>& found);
    void searchFailed(const QString& sentence);
    void listed(const vitral::hub::RepoFiles& files);
    void listFailed(const QString& sentence);
    void transfersChanged();
    void transferFinished(const QString& path);
    void tokenChanged();
    void tokenNote(const QString& sentence); ///< the key store said no

private:
    Transfer* find(quint64 id);
    void enqueue(const hub::RepoFiles& repo, const hub::HubFile& file);
    void startNext();
    void finish(quint64 id, Result<hub::Downloaded> result);
    void progress(quint64 id, const hub::DownloadProgress& progress);

    QString folder_;
    hub::HubAccess access_;
    bool searching_ = false, listing_ = false, lookedUp_ = false;
    std::stop_source searchStop_, listStop_, transferStop_;
    std::deque<Transfer> transfers_;
    quint64 nextId_ = 1;
    RunningTask task_;
    // Last: they end first. What runs there is told to stop before.
    Worker asking_, transferring_;
};

} // namespace vitral
