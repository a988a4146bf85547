// SPDX-License-Identifier: Apache-2.0
#include "widgets/chat/conversation_library.h"

#include "widgets/shell/undo_list.h"

#include "core/base/atomic_file.h"
#include "core/base/mapped_file.h"

#include <QFileInfo>

#include <algorithm>
#include <set>

namespace vitral {
namespace {
constexpr std::size_t kMaxImportBytes = std::size_t{256} << 20U;
constexpr std::int32_t kMaxHits = 200;
constexpr int kWatchMs = 1500; ///< until another window's change is seen here

std::filesystem::path pathOf(const QString& file) {
    return std::filesystem::path(file.toStdU16String());
}
} // namespace

ConversationLibrary::ConversationLibrary(StoreThread& store, QObject* parent) : QObject(parent), store_(store) {
    struct Opened {
        std::string note;
        std::int32_t nRecovered = 0;
    };
    store_.ask(
        this,
        [](ConversationStore& s) -> Result<Opened> {
            VITRAL_TRY_ASSIGN(const std::int32_t n, s.recover());
            return Opened{s.openingNote(), n};
        },
        [this](Result<Opened> opened) {
            if (!check(opened) || opened->note.empty())
                return;
            const QString note = QString::fromStdString(opened->note);
            const QString translated = translatedSentence(note);
            emit openingNote(translated.isEmpty() ? note : translated);
        });
    refresh();
    watch_.setInterval(kWatchMs);
    connect(&watch_, &QTimer::timeout, this, &ConversationLibrary::lookForChanges);
    watch_.start();
}

template <class T>
bool ConversationLibrary::check(const Result<T>& result, Doing doing) {
    if (!result)
        emit problem(errorText(result.error(), doing));
    return result.has_value();
}

const ConversationInfo* ConversationLibrary::find(ConversationId id) const {
    const auto at = std::find_if(list_.begin(), list_.end(), [id](const ConversationInfo& c) { return c.id == id; });
    return at == list_.end() ? nullptr : &*at;
}

QStringList ConversationLibrary::folders() const {
    std::set<QString> names;
    for (const ConversationInfo& c : list_)
        if (!c.folder.empty())
            names.insert(QString::fromStdString(c.folder));
    return QStringList(names.begin(), names.end());
}

QString ConversationLibrary::snippet(ConversationId id) const {
    auto at = std::find_if(hits_.begin(), hits_.end(),
                           [id](const SearchHit& h) { return h.conversation == id && h.message != kNoMessage; });
    if (at == hits_.end()) // a title is shown whole only where there is room
        at = std::find_if(hits_.begin(), hits_.end(), [id](const SearchHit& h) { return h.conversation == id; });
    return at == hits_.end() ? QString() : QString::fromStdString(at->snippet);
}

void ConversationLibrary::refresh() {
    struct Found {
        std::vector<ConversationInfo> list;
        std::vector<SearchHit> hits;
    };
    store_.ask(
        this,
        [words = words_.toStdString()](ConversationStore& s) -> Result<Found> {
            Found found;
            if (words.empty()) {
                VITRAL_TRY_ASSIGN(found.list, s.list());
            } else {
                VITRAL_TRY_ASSIGN(found.list, s.search(words));
                VITRAL_TRY_ASSIGN(found.hits, s.searchMessages(words, kMaxHits));
            }
            return found;
        },
        [this](Result<Found> found) {
            if (!check(found))
                return;
            list_ = std::move(found->list);
            hits_ = std::move(found->hits);
            emit changed();
        },
        "library");
}

void ConversationLibrary::lookForChanges() {
    store_.ask(
        this, [](ConversationStore& s) { return s.changedElsewhere(); },
        [this](Result<bool> changedElsewhere) {
            if (!changedElsewhere || !*changedElsewhere)
                return; // an error will be told when something is really asked for
            refresh();
            emit changedByOther();
        },
        "watch");
}

void ConversationLibrary::search(const QString& words) {
    words_ = words.trimmed();
    refresh();
}

void ConversationLibrary::update(ConversationInfo info) {
    store_.ask(
        this, [info = std::move(info)](ConversationStore& s) { return s.update(info); },
        [this](Result<void> r) {
            check(r);
            refresh();
        });
}

void ConversationLibrary::rename(ConversationId id, const QString& title) {
    const ConversationInfo* info = find(id);
    if (info == nullptr || title.trimmed().isEmpty())
        return;
    ConversationInfo fresh = *info;
    fresh.title = title.trimmed().toStdString();
    UndoList::shared().push(
        tr("Renaming the conversation"),
        [this, id, before = QString::fromStdString(info->title)] { rename(id, before); },
        [this, id, title] { rename(id, title); }, {}, this);
    update(std::move(fresh));
}

void ConversationLibrary::moveTo(ConversationId id, const QString& folder) {
    const ConversationInfo* info = find(id);
    if (info == nullptr)
        return;
    ConversationInfo fresh = *info;
    fresh.folder = folder.trimmed().toStdString();
    UndoList::shared().push(
        tr("Moving the conversation"),
        [this, id, before = QString::fromStdString(info->folder)] { moveTo(id, before); },
        [this, id, folder] { moveTo(id, folder); }, {}, this);
    update(std::move(fresh));
}

void ConversationLibrary::renameFolder(const QString& from, const QString& to) {
    const QString name = to.trimmed();
    if (name.isEmpty() || name == from) {
        refresh();
        return;
    }
    moveAll(from, name, tr("Renaming the folder"));
}

void ConversationLibrary::removeFolder(const QString& name) {
    if (!name.isEmpty())
        moveAll(name, {}, tr("Deleting the folder"), [this, name] { emit folderRemoved(name); });
}

void ConversationLibrary::moveAll(const QString& from, const QString& to, const QString& what,
                                  std::function<void()> done) {
    store_.ask(
        this,
        [folder = from.toStdString()](ConversationStore& s) -> Result<std::vector<ConversationId>> {
            std::vector<ConversationId> ids; // of all, whatever a search shows
            VITRAL_TRY_ASSIGN(const std::vector<ConversationInfo> all, s.list());
            for (const ConversationInfo& info : all)
                if (info.folder == folder)
                    ids.push_back(info.id);
            return ids;
        },
        [this, from, to, what, done = std::move(done)](Result<std::vector<ConversationId>> ids) {
            if (!check(ids))
                return;
            UndoList::shared().push(
                what, [this, ids = *ids, from] { putInto(ids, from); }, [this, ids = *ids, to] { putInto(ids, to); },
                {}, this);
            putInto(std::move(*ids), to);
            if (done)
                done();
        });
}

void ConversationLibrary::putInto(std::vector<ConversationId> ids, const QString& folder) {
    store_.ask(
        this,
        [ids = std::move(ids), name = folder.toStdString()](ConversationStore& s) -> Result<void> {
            VITRAL_TRY_ASSIGN(std::vector<ConversationInfo> all, s.list());
            for (ConversationInfo& info : all)
                if (std::find(ids.begin(), ids.end(), info.id) != ids.end()) {
                    info.folder = name;
                    VITRAL_TRY(s.update(info));
                }
            return {};
        },
        [this](Result<void> r) {
            check(r);
            refresh();
        });
}

void ConversationLibrary::remove(ConversationId id) {
    const ConversationInfo* info = find(id);
    const QString title = info != nullptr ? QString::fromStdString(info->title) : QString();
    const bool again = UndoList::shared().working();
    store_.ask(
        this, [id](ConversationStore& s) { return s.remove(id); },
        [this, id, title, again](Result<void> r) {
            if (!check(r))
                return;
            if (!again)
                removeStep_ = UndoList::shared().push(
                    tr("Deleting the conversation"), [this, id] { restore(id); }, [this, id] { remove(id); }, {}, this);
            lastRemoved_ = id;
            emit removed(id, title);
            refresh();
        });
}

void ConversationLibrary::undoRemove() {
    if (lastRemoved_ != 0)
        restore(std::exchange(lastRemoved_, 0));
    UndoList::shared().forget(std::exchange(removeStep_, 0));
}

void ConversationLibrary::restore(ConversationId id) {
    store_.ask(
        this, [id](ConversationStore& s) { return s.restore(id); },
        [this, id](Result<void> r) {
            if (check(r))
                emit restored(id);
            refresh();
        });
}

void ConversationLibrary::exportTo(ConversationId id, Format format, const QString& file) {
    store_.ask(
        this,
        [id, format, file](ConversationStore& s) -> Result<void> {
            VITRAL_TRY_ASSIGN(const std::string text, format == Format::Json ? s.exportJson(id) : s.exportMarkdown(id));
            return writeFileAtomically(pathOf(file), text);
        },
        [this, file](Result<void> r) {
            if (check(r, Doing::Export))
                emit exported(file);
        });
}

void ConversationLibrary::importFrom(const QString& file) {
    const bool json = file.endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
    store_.ask(
        this,
        [json, file](ConversationStore& s) -> Result<ConversationId> {
            VITRAL_TRY_ASSIGN(const std::string text, readTextFile(pathOf(file), kMaxImportBytes));
            return json ? s.importJson(text) : s.importMarkdown(text);
        },
        [this](Result<ConversationId> id) {
            if (!check(id, Doing::Import))
                return;
            refresh();
            emit imported(*id);
        });
}

} // namespace vitral
