// SPDX-License-Identifier: Apache-2.0
#pragma once
// ConversationStore on SQLite. Four source files share this class: opening, conversations, messages, and text in and
// out. Thread: the one that opened it (asserted).

#include "core/chat/conversation.h"
#include "core/chat/conversation_format.h"
#include "core/chat/sqlite.h"
#include "core/chat/store_lock.h"

#include <map>
#include <thread>
#include <unordered_map>

namespace vitral::store {

std::int64_t unixMs();

class SqliteStore final : public ConversationStore {
public:
    SqliteStore(sql::Database database, StoreLock lock, std::filesystem::path file, std::string note);
    ~SqliteStore() override;

    [[nodiscard]] std::string openingNote() const override { return note_; }
    Result<ConversationId> create(const ConversationInfo& info) override;
    Result<void> update(const ConversationInfo& info) override;
    Result<std::vector<ConversationInfo>> list() override;
    Result<std::vector<ConversationInfo>> listBin() override;
    Result<ConversationInfo> info(ConversationId id) override;
    Result<std::vector<ConversationInfo>> search(std::string_view words) override;
    Result<std::vector<SearchHit>> searchMessages(std::string_view words, std::int32_t limit) override;
    Result<void> remove(ConversationId id) override;
    Result<void> restore(ConversationId id) override;
    Result<void> emptyBin(std::int64_t olderThanUnixMs) override;

    Result<MessageId> add(ConversationId conversation, const Message& message) override;
    Result<MessageId> fork(MessageId message, std::int32_t tokenIndex, const MessageToken& other) override;
    Result<void> append(MessageId message, std::string_view text, std::span<const MessageToken> tokens) override;
    Result<void> finish(const Message& message) override;
    Result<Message> message(MessageId id) override;
    Result<void> removeMessage(MessageId id) override;
    Result<void> restoreMessage(MessageId id) override;
    Result<void> setStartsThinking(MessageId message) override;
    Result<void> setLeftOut(std::span<const MessageId> messages, bool leftOut) override;
    Result<void> setActiveChild(ConversationId conversation, MessageId parent, MessageId child) override;
    Result<std::vector<Message>> activePath(ConversationId conversation) override;
    Result<std::vector<MessageNode>> tree(ConversationId conversation) override;

    Result<void> saveDraft(ConversationId conversation, std::string_view text) override;
    Result<std::string> draft(ConversationId conversation) override;
    Result<bool> changedElsewhere() override;
    Result<std::int32_t> recover() override;

    Result<std::string> exportMarkdown(ConversationId conversation) override;
    Result<std::string> exportJson(ConversationId conversation) override;
    Result<ConversationId> importJson(std::string_view json) override;
    Result<ConversationId> importMarkdown(std::string_view markdown) override;

private:
    /// What an append could not write yet.
    struct Pending {
        std::string text;
        std::vector<MessageToken> tokens;
    };
    /// The tree of one conversation without texts: ids ascending, deleted messages left out.
    struct Skeleton {
        std::vector<std::pair<MessageId, MessageId>> idAndParent;
        std::map<MessageId, MessageId> active; ///< parent to child, complete and valid
        std::map<MessageId, std::vector<MessageId>> children;
    };

    void checkThread() const;
    /// A statement kept between calls. `text` must be a literal.
    Result<sql::Statement*> cached(const char* text);
    Result<std::vector<ConversationInfo>> infos(const char* text, std::string_view argument);
    Result<void> requireConversation(ConversationId id);
    Result<MessageId> insertMessage(ConversationId conversation, const Message& message);
    Result<void> insertChunk(MessageId message, std::int64_t seq, std::string_view text,
                             std::span<const MessageToken> tokens);
    Result<std::int64_t> nextSeq(MessageId message);
    Result<std::int32_t> stopUnfinished();
    Result<void> writeActive(ConversationId conversation, MessageId parent, MessageId child);
    Result<void> touch(ConversationId conversation, std::int64_t atUnixMs);
    Result<void> flushPending(MessageId message);
    /// Moves streamed text into the message and its tokens into few chunks. Inside a transaction.
    Result<void> compact(const Message& message);
    Result<void> readChunks(Message& message);
    Result<Skeleton> skeleton(ConversationId conversation);
    Result<ConversationId> importDump(ConversationDump dump);

    StoreLock lock_; ///< given back after the database is closed
    sql::Database database_;
    std::filesystem::path file_;
    std::string note_;
    std::unordered_map<std::string_view, sql::Statement> statements_; ///< before database_ is closed they must go
    std::map<MessageId, std::int64_t> nextSeq_;                       ///< of messages that stream
    std::map<MessageId, Pending> pending_;
    std::map<ConversationId, std::string> pendingDrafts_;
    std::int64_t dataVersion_ = 0; ///< SQLite's number of changes by others, when last asked
    std::thread::id owner_ = std::this_thread::get_id();
};

} // namespace vitral::store
