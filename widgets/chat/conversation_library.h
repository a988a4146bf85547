// SPDX-License-Identifier: Apache-2.0
#pragma once
// The list of conversations as a view model: what there is, search, folders, deleting with undo, export and import.
// Thread: GUI; the store does the work on its own.

#include "widgets/chat/error_text.h"
#include "widgets/chat/store_thread.h"

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <functional>
#include <vector>

namespace vitral {

class ConversationLibrary : public QObject {
    Q_OBJECT
public:
    explicit ConversationLibrary(StoreThread& store, QObject* parent = nullptr);

    [[nodiscard]] const std::vector<ConversationInfo>& conversations() const { return list_; }
    [[nodiscard]] const ConversationInfo* find(ConversationId id) const;
    [[nodiscard]] QStringList folders() const;
    [[nodiscard]] QString searchWords() const { return words_; }
    /// Snippet of the best match while searching; empty otherwise.
    [[nodiscard]] QString snippet(ConversationId id) const;

    void refresh();
    void search(const QString& words);
    void rename(ConversationId id, const QString& title);
    void moveTo(ConversationId id, const QString& folder);
    /// Moves everything in `from` to `to`, one step to undo; an empty name changes nothing.
    void renameFolder(const QString& from, const QString& to);
    /// The folder goes, its conversations stay, outside of any.
    void removeFolder(const QString& name);
    void remove(ConversationId id);
    void undoRemove();
    void restore(ConversationId id); ///< one that was removed

    enum class Format : std::uint8_t { Markdown, Json };
    void exportTo(ConversationId id, Format format, const QString& file);
    void importFrom(const QString& file);

signals:
    void changed();
    void removed(vitral::ConversationId id, const QString& title);
    void restored(vitral::ConversationId id);
    void folderRemoved(const QString& name);
    void imported(vitral::ConversationId id);
    void exported(const QString& file);
    void problem(const QString& sentence);
    void openingNote(const QString& sentence);
    void changedByOther(); ///< another window has written to the file

private:
    void update(ConversationInfo info);
    void moveAll(const QString& from, const QString& to, const QString& what, std::function<void()> done = {});
    void putInto(std::vector<ConversationId> ids, const QString& folder);
    template <class T>
    bool check(const Result<T>& result, Doing doing = Doing::Store);
    void lookForChanges();

    StoreThread& store_;
    std::vector<ConversationInfo> list_;
    std::vector<SearchHit> hits_;
    QString words_;
    ConversationId lastRemoved_ = 0;
    quint64 removeStep_ = 0; ///< of the list of undo
    QTimer watch_;
};

} // namespace vitral
