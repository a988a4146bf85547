// SPDX-License-Identifier: Apache-2.0
#include "widgets/hub/hub_controller.h"

#include "core/hub/key_store.h"
#include "widgets/chat/error_text.h"
#include "widgets/design/amounts.h"

#include <algorithm>
#include <thread>

namespace vitral {

namespace {

/// Runs something on the GUI thread if `self` still lives then.
template <class Call>
void deliver(const QPointer<HubController>& self, Call call) {
    QCoreApplication* app = QCoreApplication::instance();
    if (app == nullptr)
        return; // the program has ended
    QMetaObject::invokeMethod(
        app,
        [self, call = std::move(call)]() mutable {
            if (self)
                call(*self);
        },
        Qt::QueuedConnection);
}

} // namespace

HubController::HubController(QString folder, QObject* parent) : QObject(parent), folder_(std::move(folder)) {
    access_.base = hub::defaultHubAddress();
}

HubController::~HubController() {
    searchStop_.request_stop();
    listStop_.request_stop();
    transferStop_.request_stop();
}

QString HubController::host() const {
    return QString::fromStdString(hub::hostOf(access_.base));
}

QString HubController::page(const QString& repo) const {
    return QString::fromStdString(hub::pageOf(access_, repo.toStdString()));
}

QString HubController::sentenceOf(const Error& error) {
    const QString kept = QStringLiteral(" What came is kept, and the next download goes on from there.");
    QString english = QString::fromStdString(error.message);
    const bool more = english.endsWith(kept);
    if (more)
        english.chop(kept.size());
    const QString translated = translatedSentence(english);
    const QString sentence = translated.isEmpty() ? english : translated;
    return more ? tr("%1 What came is kept, and the next download goes on from there.").arg(sentence) : sentence;
}

void HubController::search(const QString& text, bool ggufOnly) {
    searchStop_.request_stop();
    searchStop_ = std::stop_source();
    searching_ = true;
    asking_.ask(
        this,
        [access = access_, text = text.toStdString(), ggufOnly, stop = searchStop_.get_token()] {
            return hub::searchModels(access, {text, 50, ggufOnly}, stop);
        },
        [this, stop = searchStop_.get_token()](Result<std::vector<hub::RepoEntry>> found) {
            if (stop.stop_requested())
                return; // a newer one is on its way
            searching_ = false;
            if (found)
                emit searched(*found);
            else
                emit searchFailed(sentenceOf(found.error()));
        });
}

void HubController::list(const QString& repo) {
    listStop_.request_stop();
    listStop_ = std::stop_source();
    listing_ = true;
    asking_.ask(
        this,
        [access = access_, repo = repo.toStdString(), stop = listStop_.get_token()] {
            return hub::listFiles(access, repo, "main", stop);
        },
        [this, stop = listStop_.get_token()](Result<hub::RepoFiles> files) {
            if (stop.stop_requested())
                return;
            listing_ = false;
            if (files)
                emit listed(*files);
            else
                emit listFailed(sentenceOf(files.error()));
        });
}

HubController::Transfer* HubController::find(quint64 id) {
    const auto it = std::find_if(transfers_.begin(), transfers_.end(), [id](const Transfer& t) { return t.id == id; });
    return it == transfers_.end() ? nullptr : &*it;
}

void HubController::setFolder(const QString& folder) {
    if (folder.isEmpty() || folder == folder_)
        return;
    folder_ = folder;
    emit folderChanged(folder_);
}

void HubController::download(const hub::RepoFiles& repo, const hub::HubFile& file) {
    for (const hub::HubFile& part : hub::partsOf(repo, file))
        enqueue(repo, part);
    startNext();
    emit transfersChanged();
}

void HubController::enqueue(const hub::RepoFiles& repo, const hub::HubFile& file) {
    for (const Transfer& t : transfers_)
        if (t.repo.id == repo.id && t.file.path == file.path &&
            (t.state == TransferState::Queued || t.state == TransferState::Running))
            return;
    std::erase_if(transfers_, [&](const Transfer& t) { return t.repo.id == repo.id && t.file.path == file.path; });
    Transfer transfer;
    transfer.id = nextId_++;
    transfer.repo = repo;
    transfer.repo.files.clear();
    transfer.file = file;
    transfer.folder = folder_;
    transfer.progress.totalBytes = file.size;
    transfers_.push_back(std::move(transfer));
}

void HubController::startNext() {
    for (const Transfer& t : transfers_)
        if (t.state == TransferState::Running)
            return;
    const auto next = std::find_if(transfers_.begin(), transfers_.end(),
                                   [](const Transfer& t) { return t.state == TransferState::Queued; });
    if (next == transfers_.end())
        return;
    next->state = TransferState::Running;
    transferStop_ = std::stop_source();
    const quint64 id = next->id;
    const QPointer<HubController> self(this);
    hub::DownloadOptions options;
    options.folder = std::filesystem::path(next->folder.toStdU16String());
    options.progress = [self, id](const hub::DownloadProgress& p) {
        deliver(self, [id, p](HubController& me) { me.progress(id, p); });
    };
    task_ = TaskList::shared().begin(
        [path = QString::fromStdString(next->file.path)] { return tr("Download of %1").arg(path); },
        [self, id] {
            if (self)
                self->cancel(id);
        });
    transferring_.ask(
        this,
        [access = access_, repo = next->repo, file = next->file, options = std::move(options),
         stop = transferStop_.get_token()] { return hub::download(access, repo, file, options, stop); },
        [this, id](Result<hub::Downloaded> result) { finish(id, std::move(result)); });
}

void HubController::progress(quint64 id, const hub::DownloadProgress& progress) {
    Transfer* t = find(id);
    if (t == nullptr || t->state != TransferState::Running)
        return;
    t->progress = progress;
    const double whole = static_cast<double>(std::max<std::uint64_t>(1, progress.totalBytes));
    task_.setProgress(static_cast<double>(progress.doneBytes) / whole,
                      tr("%1 of %2").arg(design::sizeText(progress.doneBytes), design::sizeText(progress.totalBytes)));
    emit transfersChanged();
}

void HubController::finish(quint64 id, Result<hub::Downloaded> result) {
    QString path;
    if (Transfer* t = find(id)) {
        if (result) {
            t->state = TransferState::Done;
            t->progress.doneBytes = t->progress.totalBytes;
            path = t->path = QString::fromStdU16String(result->path.u16string());
            task_.finish();
        } else if (result.error().code == ErrorCode::Cancelled) {
            t->state = TransferState::Cancelled;
            task_.finish();
        } else {
            t->state = TransferState::Failed;
            t->sentence = sentenceOf(result.error());
            task_.fail(t->sentence);
        }
    }
    startNext();
    emit transfersChanged();
    if (!path.isEmpty())
        emit transferFinished(path);
}

void HubController::cancel(quint64 id) {
    Transfer* t = find(id);
    if (t == nullptr)
        return;
    if (t->state == TransferState::Running)
        transferStop_.request_stop(); // the answer says so
    else if (t->state == TransferState::Queued)
        t->state = TransferState::Cancelled;
    emit transfersChanged();
}

void HubController::forget(quint64 id) {
    std::erase_if(transfers_, [id](const Transfer& t) {
        return t.id == id && t.state != TransferState::Running && t.state != TransferState::Queued;
    });
    emit transfersChanged();
}

namespace {
std::filesystem::path partOf(const HubController::Transfer& t) {
    return hub::placeOf(std::filesystem::path(t.folder.toStdU16String()), t.repo, t.file).string() + ".part";
}
} // namespace

bool HubController::leftSomething(const Transfer& transfer) const {
    std::error_code ignored;
    return (transfer.state == TransferState::Cancelled || transfer.state == TransferState::Failed) &&
           std::filesystem::exists(partOf(transfer), ignored);
}

void HubController::discard(quint64 id) {
    const Transfer* t = find(id);
    if (t == nullptr || !leftSomething(*t))
        return;
    // A large file takes its time, and a download that is stopping must have let go of it.
    transferring_.ask(
        this, [part = partOf(*t)] { return hub::discardDownload(part); },
        [this, id](const Result<void>& done) {
            if (done || done.error().code == ErrorCode::NotFound) {
                forget(id);
                emit discarded();
            } else if (Transfer* left = find(id)) {
                left->state = TransferState::Failed;
                left->sentence = sentenceOf(done.error());
                emit transfersChanged();
            }
        });
}

void HubController::setToken(const QString& token, bool keep) {
    access_.token = token.trimmed().toStdString();
    emit tokenChanged();
    if (!keep && !token.isEmpty())
        return;
    // The store may wait for a person to unlock it: nobody else waits with it, also not the end of the program.
    std::thread([self = QPointer<HubController>(this), base = access_.base, token = access_.token] {
        const Result<void> done = token.empty() ? hub::forgetToken(base) : hub::keepToken(base, token);
        if (!done && !(token.empty() && done.error().code == ErrorCode::Unsupported))
            deliver(self, [error = done.error()](HubController& me) { emit me.tokenNote(sentenceOf(error)); });
    }).detach();
}

void HubController::lookUpToken() {
    if (std::exchange(lookedUp_, true) || hasToken() || !hub::keyStoreIsThere())
        return;
    std::thread([self = QPointer<HubController>(this), base = access_.base] {
        const Result<std::string> kept = hub::keptToken(base);
        if (kept && !kept->empty())
            deliver(self, [token = *kept](HubController& me) {
                me.access_.token = token;
                emit me.tokenChanged();
            });
    }).detach();
}

} // namespace vitral
