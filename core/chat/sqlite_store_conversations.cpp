// SPDX-License-Identifier: Apache-2.0
// Conversations as a whole: the list, the bin, search, drafts, and export and import.
#include "core/chat/sqlite_store.h"

#include <fmt/format.h>

namespace vitral::store {
namespace {

#define INFO_COLUMNS                                                                                                   \
    "SELECT c.id, c.title, c.folder, c.model_path, c.system_prompt, c.updated_ms,"                                     \
    " (SELECT count(*) FROM message m WHERE m.conversation = c.id AND m.deleted_by IS NULL) FROM conversation c "

/// Words of a person as an FTS5 query: each in quotation marks (so that none is an operator), each a prefix.
std::string ftsQuery(std::string_view words) {
    std::string query;
    std::size_t i = 0;
    while (i < words.size()) {
        const std::size_t end = std::min(words.find_first_of(" \t\r\n", i), words.size());
        if (end > i) {
            query += query.empty() ? "\"" : " \"";
            for (const char c : words.substr(i, end - i)) {
                if (c == '\0')
                    continue;
                query += c;
                if (c == '"')
                    query += c;
            }
            query += "\"*";
        }
        i = end + 1;
    }
    return query;
}

} // namespace

Result<std::vector<ConversationInfo>> SqliteStore::infos(const char* text, std::string_view argument) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached(text));
    const sql::Reset atEnd(*statement);
    if (!argument.empty())
        statement->bind(1, argument);
    std::vector<ConversationInfo> result;
    for (;;) {
        VITRAL_TRY_ASSIGN(const bool row, statement->step());
        if (!row)
            return result;
        ConversationInfo& info = result.emplace_back();
        info.id = statement->integer(0);
        info.title = statement->text(1);
        info.folder = statement->text(2);
        info.modelPath = statement->text(3);
        info.systemPrompt = statement->text(4);
        info.updatedUnixMs = statement->integer(5);
        info.nMessages = std::int32_t(statement->integer(6));
    }
}

Result<void> SqliteStore::requireConversation(ConversationId id) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("SELECT 1 FROM conversation WHERE id = ?"));
    const sql::Reset atEnd(*statement);
    statement->bind(1, id);
    VITRAL_TRY_ASSIGN(const bool row, statement->step());
    if (!row)
        return fail(ErrorCode::NotFound, fmt::format("There is no conversation number {}.", id));
    return {};
}

Result<ConversationId> SqliteStore::create(const ConversationInfo& info) {
    VITRAL_TRY_ASSIGN(
        sql::Statement * statement,
        cached("INSERT INTO conversation(title, folder, model_path, system_prompt, created_ms, updated_ms)"
               " VALUES (?, ?, ?, ?, ?5, ?5)"));
    statement->bind(1, info.title).bind(2, info.folder).bind(3, info.modelPath).bind(4, info.systemPrompt);
    statement->bind(5, info.updatedUnixMs != 0 ? info.updatedUnixMs : unixMs());
    VITRAL_TRY(statement->run());
    return database_.lastId();
}

Result<void> SqliteStore::update(const ConversationInfo& info) {
    VITRAL_TRY(requireConversation(info.id));
    VITRAL_TRY_ASSIGN(
        sql::Statement * statement,
        cached("UPDATE conversation SET title = ?, folder = ?, model_path = ?, system_prompt = ? WHERE id = ?"));
    statement->bind(1, info.title)
        .bind(2, info.folder)
        .bind(3, info.modelPath)
        .bind(4, info.systemPrompt)
        .bind(5, info.id);
    return statement->run();
}

Result<std::vector<ConversationInfo>> SqliteStore::list() {
    return infos(INFO_COLUMNS "WHERE c.deleted_ms IS NULL ORDER BY c.updated_ms DESC, c.id DESC", {});
}
Result<std::vector<ConversationInfo>> SqliteStore::listBin() {
    return infos(INFO_COLUMNS "WHERE c.deleted_ms IS NOT NULL ORDER BY c.deleted_ms DESC, c.id DESC", {});
}
Result<ConversationInfo> SqliteStore::info(ConversationId id) {
    VITRAL_TRY(requireConversation(id));
    VITRAL_TRY_ASSIGN(auto found, infos(INFO_COLUMNS "WHERE c.id = CAST(?1 AS INTEGER)", std::to_string(id)));
    return std::move(found.at(0));
}

Result<std::vector<ConversationInfo>> SqliteStore::search(std::string_view words) {
    const std::string query = ftsQuery(words);
    if (query.empty())
        return list();
    return infos(INFO_COLUMNS "WHERE c.deleted_ms IS NULL AND c.id IN ("
                              " SELECT rowid FROM title_fts WHERE title_fts MATCH ?1"
                              " UNION SELECT m.conversation FROM message_fts f JOIN message m ON m.id = f.rowid"
                              "  WHERE message_fts MATCH ?1 AND m.deleted_by IS NULL)"
                              " ORDER BY c.updated_ms DESC, c.id DESC",
                 query);
}

Result<std::vector<SearchHit>> SqliteStore::searchMessages(std::string_view words, std::int32_t limit) {
    std::vector<SearchHit> hits;
    const std::string query = ftsQuery(words);
    if (query.empty())
        return hits;
    VITRAL_TRY_ASSIGN(
        sql::Statement * statement,
        cached("SELECT c.id, 0, c.title, snippet(title_fts, 0, char(2), char(3), '…', 16)"
               " FROM title_fts f JOIN conversation c ON c.id = f.rowid"
               " WHERE title_fts MATCH ?1 AND c.deleted_ms IS NULL"
               " UNION ALL SELECT * FROM (SELECT c.id, m.id, c.title,"
               " snippet(message_fts, 0, char(2), char(3), '…', 16)"
               " FROM message_fts f JOIN message m ON m.id = f.rowid JOIN conversation c ON c.id = m.conversation"
               " WHERE message_fts MATCH ?1 AND m.deleted_by IS NULL AND c.deleted_ms IS NULL"
               " ORDER BY f.rank, m.id DESC) LIMIT ?2"));
    const sql::Reset atEnd(*statement);
    statement->bind(1, query).bind(2, std::int64_t(limit));
    for (;;) {
        VITRAL_TRY_ASSIGN(const bool row, statement->step());
        if (!row)
            return hits;
        hits.push_back({statement->integer(0), statement->integer(1), statement->text(2), statement->text(3)});
    }
}

Result<void> SqliteStore::remove(ConversationId id) {
    VITRAL_TRY(requireConversation(id));
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("UPDATE conversation SET deleted_ms = ? WHERE id = ?"));
    return statement->bind(1, unixMs()).bind(2, id).run();
}

Result<void> SqliteStore::restore(ConversationId id) {
    VITRAL_TRY(requireConversation(id));
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("UPDATE conversation SET deleted_ms = NULL WHERE id = ?"));
    return statement->bind(1, id).run();
}

Result<void> SqliteStore::emptyBin(std::int64_t olderThanUnixMs) {
    checkThread();
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    VITRAL_TRY_ASSIGN(sql::Statement * conversations, cached("DELETE FROM conversation WHERE deleted_ms < ?"));
    VITRAL_TRY(conversations->bind(1, olderThanUnixMs).run());
    // Everything below a deleted message was deleted with it or before it, so nothing is left hanging.
    VITRAL_TRY_ASSIGN(sql::Statement * messages, cached("DELETE FROM message WHERE deleted_ms < ?"));
    VITRAL_TRY(messages->bind(1, olderThanUnixMs).run());
    return transaction.commit();
}

Result<void> SqliteStore::saveDraft(ConversationId conversation, std::string_view text) {
    VITRAL_TRY(requireConversation(conversation));
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("UPDATE conversation SET draft = ? WHERE id = ?"));
    const auto written = statement->bind(1, text).bind(2, conversation).run();
    if (written)
        pendingDrafts_.erase(conversation);
    else
        pendingDrafts_[conversation] = text;
    return written;
}

Result<std::string> SqliteStore::draft(ConversationId conversation) {
    if (const auto it = pendingDrafts_.find(conversation); it != pendingDrafts_.end())
        return it->second;
    VITRAL_TRY(requireConversation(conversation));
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("SELECT draft FROM conversation WHERE id = ?"));
    const sql::Reset atEnd(*statement);
    VITRAL_TRY_ASSIGN(const bool row, statement->bind(1, conversation).step());
    return row ? statement->text(0) : std::string();
}

Result<std::string> SqliteStore::exportMarkdown(ConversationId conversation) {
    VITRAL_TRY_ASSIGN(const ConversationInfo about, info(conversation));
    VITRAL_TRY_ASSIGN(const auto path, activePath(conversation));
    return conversationToMarkdown(about, path);
}

Result<std::string> SqliteStore::exportJson(ConversationId conversation) {
    ConversationDump dump;
    VITRAL_TRY_ASSIGN(dump.info, info(conversation));
    VITRAL_TRY_ASSIGN(Skeleton bones, skeleton(conversation));
    for (const auto& [id, parent] : bones.idAndParent) {
        VITRAL_TRY_ASSIGN(Message m, message(id));
        dump.messages.push_back(std::move(m));
    }
    dump.active = std::move(bones.active);
    return conversationToJson(dump);
}

Result<ConversationId> SqliteStore::importDump(ConversationDump dump) {
    checkThread();
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    VITRAL_TRY_ASSIGN(const ConversationId conversation, create(dump.info));
    std::map<MessageId, MessageId> fresh{{kNoMessage, kNoMessage}};
    for (Message& m : dump.messages) {
        const MessageId old = m.id;
        m.parent = fresh.at(m.parent);
        const auto source = fresh.find(m.forkedFrom);
        m.forkedFrom = source == fresh.end() ? kNoMessage : source->second;
        if (m.state == MessageState::Streaming) // nobody will go on with it here
            m.state = MessageState::Stopped;
        VITRAL_TRY_ASSIGN(fresh[old], insertMessage(conversation, m));
        VITRAL_TRY(writeActive(conversation, m.parent, fresh[old]));
    }
    for (const auto& [parent, child] : dump.active)
        if (fresh.contains(parent) && fresh.contains(child))
            VITRAL_TRY(writeActive(conversation, fresh[parent], fresh[child])); // skeleton() ignores a wrong one
    VITRAL_TRY(transaction.commit());
    return conversation;
}

Result<ConversationId> SqliteStore::importJson(std::string_view json) {
    VITRAL_TRY_ASSIGN(ConversationDump dump, conversationFromJson(json));
    return importDump(std::move(dump));
}
Result<ConversationId> SqliteStore::importMarkdown(std::string_view markdown) {
    VITRAL_TRY_ASSIGN(ConversationDump dump, conversationFromMarkdown(markdown));
    return importDump(std::move(dump));
}

} // namespace vitral::store
