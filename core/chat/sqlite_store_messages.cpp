// SPDX-License-Identifier: Apache-2.0
// Messages: adding, streaming, walking the tree, undoable deletion, and tidying up after a crash.
#include "core/chat/sqlite_store.h"
#include "core/chat/token_codec.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace vitral::store {
namespace {

tl::unexpected<Error> noSuchMessage(MessageId id) {
    return fail(ErrorCode::NotFound, fmt::format("There is no message number {}.", id));
}

/// One line of at most 80 characters, cut between characters.
std::string previewOf(std::string text) {
    std::size_t nChar = 0, end = 0;
    for (; end < text.size(); ++end) {
        if ((std::uint8_t(text[end]) & 0xC0U) != 0x80 && ++nChar > 80)
            break;
        if (text[end] == '\n' || text[end] == '\r' || text[end] == '\t')
            text[end] = ' ';
    }
    text.resize(end);
    return text;
}

} // namespace

Result<void> SqliteStore::touch(ConversationId conversation, std::int64_t atUnixMs) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("UPDATE conversation SET updated_ms = ? WHERE id = ?"));
    return statement->bind(1, atUnixMs).bind(2, conversation).run();
}

Result<void> SqliteStore::writeActive(ConversationId conversation, MessageId parent, MessageId child) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement,
                      cached("INSERT OR REPLACE INTO active(conversation, parent, child) VALUES (?, ?, ?)"));
    return statement->bind(1, conversation).bind(2, parent).bind(3, child).run();
}

Result<void> SqliteStore::insertChunk(MessageId message, std::int64_t seq, std::string_view text,
                                      std::span<const MessageToken> tokens) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement,
                      cached("INSERT INTO chunk(message, seq, text, tokens) VALUES (?, ?, ?, ?)"));
    statement->bind(1, message).bind(2, seq).bind(3, text).bindBlob(4, encodeTokens(tokens));
    return statement->run();
}

Result<MessageId> SqliteStore::insertMessage(ConversationId conversation, const Message& m) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement,
                      cached("INSERT INTO message(conversation, parent, role, state, created_ms, n_prompt, n_cached,"
                             " prefill_s, decode_s, forked_from, forked_at, model_name, params_json, note, text,"
                             " starts_thinking, left_out)"
                             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    statement->bind(1, conversation).bind(2, m.parent).bind(3, std::int64_t(m.role)).bind(4, std::int64_t(m.state));
    statement->bind(5, m.createdUnixMs != 0 ? m.createdUnixMs : unixMs());
    statement->bind(6, std::int64_t(m.nPromptTokens)).bind(7, std::int64_t(m.nCachedTokens));
    statement->bind(8, m.prefillSeconds).bind(9, m.decodeSeconds);
    statement->bind(10, m.forkedFrom).bind(11, std::int64_t(m.forkedAtToken));
    statement->bind(12, m.modelName).bind(13, m.paramsJson).bind(14, m.note).bind(15, m.text);
    statement->bind(16, std::int64_t(m.startsThinking)).bind(17, std::int64_t(m.leftOut));
    VITRAL_TRY(statement->run());
    const MessageId id = database_.lastId();
    std::int64_t seq = 0;
    for (std::size_t i = 0; i < m.tokens.size(); i += kTokensPerChunk)
        VITRAL_TRY(
            insertChunk(id, seq++, {}, std::span(m.tokens).subspan(i, std::min(kTokensPerChunk, m.tokens.size() - i))));
    return id;
}

Result<MessageId> SqliteStore::add(ConversationId conversation, const Message& m) {
    VITRAL_TRY(requireConversation(conversation));
    if (m.parent != kNoMessage) {
        VITRAL_TRY_ASSIGN(sql::Statement * parent,
                          cached("SELECT 1 FROM message WHERE id = ? AND conversation = ? AND deleted_by IS NULL"));
        const sql::Reset atEnd(*parent);
        VITRAL_TRY_ASSIGN(const bool row, parent->bind(1, m.parent).bind(2, conversation).step());
        if (!row)
            return fail(ErrorCode::NotFound,
                        fmt::format("The message to answer (number {}) is not in this conversation.", m.parent));
    }
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    VITRAL_TRY_ASSIGN(const MessageId id, insertMessage(conversation, m));
    VITRAL_TRY(writeActive(conversation, m.parent, id));
    VITRAL_TRY(touch(conversation, unixMs()));
    VITRAL_TRY(transaction.commit());
    return id;
}

Result<MessageId> SqliteStore::fork(MessageId id, std::int32_t tokenIndex, const MessageToken& other) {
    VITRAL_TRY_ASSIGN(const Message old, message(id));
    if (tokenIndex < 0 || std::size_t(tokenIndex) >= old.tokens.size())
        return fail(ErrorCode::InvalidArgument, fmt::format("Token {} cannot be replaced: this message has {} tokens.",
                                                            tokenIndex, old.tokens.size()));
    VITRAL_TRY_ASSIGN(sql::Statement * where, cached("SELECT conversation FROM message WHERE id = ?"));
    ConversationId conversation = 0;
    {
        const sql::Reset atEnd(*where);
        VITRAL_TRY_ASSIGN(const bool row, where->bind(1, id).step());
        conversation = row ? where->integer(0) : 0;
    }
    Message m;
    m.parent = old.parent;
    m.role = old.role;
    m.state = MessageState::Streaming;
    m.modelName = old.modelName;
    m.paramsJson = old.paramsJson;
    m.forkedFrom = id;
    m.forkedAtToken = tokenIndex;
    m.startsThinking = old.startsThinking;
    m.tokens.assign(old.tokens.begin(), old.tokens.begin() + tokenIndex);
    m.tokens.push_back(other);
    std::string whole;
    for (const MessageToken& token : old.tokens)
        whole += token.bytes;
    for (const MessageToken& token : m.tokens)
        m.text += token.bytes;
    // Some tokenizers begin with a blank that the shown text does not have.
    if (whole.size() > old.text.size() && whole.ends_with(old.text))
        m.text.erase(0, std::min(m.text.size(), whole.size() - old.text.size()));
    return add(conversation, m);
}

Result<std::int64_t> SqliteStore::nextSeq(MessageId id) {
    if (const auto it = nextSeq_.find(id); it != nextSeq_.end())
        return it->second;
    VITRAL_TRY_ASSIGN(sql::Statement * statement,
                      cached("SELECT (SELECT max(seq) FROM chunk WHERE message = ?1) FROM message WHERE id = ?1"));
    const sql::Reset atEnd(*statement);
    VITRAL_TRY_ASSIGN(const bool row, statement->bind(1, id).step());
    if (!row)
        return noSuchMessage(id);
    return nextSeq_[id] = statement->isNull(0) ? 0 : statement->integer(0) + 1;
}

Result<void> SqliteStore::append(MessageId id, std::string_view text, std::span<const MessageToken> tokens) {
    VITRAL_TRY_ASSIGN(const std::int64_t seq, nextSeq(id));
    if (!pending_.contains(id)) {
        auto written = insertChunk(id, seq, text, tokens);
        if (written) {
            ++nextSeq_[id];
            return {};
        }
        pending_[id] = {std::string(text), {tokens.begin(), tokens.end()}};
        return written;
    }
    Pending& waiting = pending_[id];
    waiting.text += text;
    waiting.tokens.insert(waiting.tokens.end(), tokens.begin(), tokens.end());
    return flushPending(id);
}

Result<void> SqliteStore::flushPending(MessageId id) {
    const auto it = pending_.find(id);
    if (it == pending_.end())
        return {};
    VITRAL_TRY_ASSIGN(const std::int64_t seq, nextSeq(id));
    VITRAL_TRY(insertChunk(id, seq, it->second.text, it->second.tokens));
    ++nextSeq_[id];
    pending_.erase(it);
    return {};
}

Result<void> SqliteStore::readChunks(Message& m) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement,
                      cached("SELECT text, tokens FROM chunk WHERE message = ? ORDER BY seq"));
    const sql::Reset atEnd(*statement);
    statement->bind(1, m.id);
    for (;;) {
        VITRAL_TRY_ASSIGN(const bool row, statement->step());
        if (!row)
            break;
        m.text += statement->text(0);
        VITRAL_TRY(decodeTokens(statement->blob(1), m.tokens));
    }
    if (const auto it = pending_.find(m.id); it != pending_.end()) {
        m.text += it->second.text;
        m.tokens.insert(m.tokens.end(), it->second.tokens.begin(), it->second.tokens.end());
    }
    return {};
}

Result<Message> SqliteStore::message(MessageId id) {
    VITRAL_TRY_ASSIGN(
        sql::Statement * statement,
        cached("SELECT parent, role, state, created_ms, n_prompt, n_cached, prefill_s, decode_s, forked_from,"
               " forked_at, model_name, params_json, note, text, starts_thinking, left_out FROM message WHERE id = ?"));
    const sql::Reset atEnd(*statement);
    VITRAL_TRY_ASSIGN(const bool row, statement->bind(1, id).step());
    if (!row)
        return noSuchMessage(id);
    Message m;
    m.id = id;
    m.parent = statement->integer(0);
    m.role = Role(std::clamp<std::int64_t>(statement->integer(1), 0, 3));
    m.state = MessageState(std::clamp<std::int64_t>(statement->integer(2), 0, 3));
    m.createdUnixMs = statement->integer(3);
    m.nPromptTokens = std::int32_t(statement->integer(4));
    m.nCachedTokens = std::int32_t(statement->integer(5));
    m.prefillSeconds = statement->real(6);
    m.decodeSeconds = statement->real(7);
    m.forkedFrom = statement->integer(8);
    m.forkedAtToken = std::int32_t(statement->integer(9));
    m.modelName = statement->text(10);
    m.paramsJson = statement->text(11);
    m.note = statement->text(12);
    m.text = statement->text(13);
    m.startsThinking = statement->integer(14) != 0;
    m.leftOut = statement->integer(15) != 0;
    VITRAL_TRY(readChunks(m));
    return m;
}

Result<void> SqliteStore::compact(const Message& m) {
    VITRAL_TRY_ASSIGN(sql::Statement * text, cached("UPDATE message SET text = ? WHERE id = ?"));
    VITRAL_TRY(text->bind(1, m.text).bind(2, m.id).run());
    VITRAL_TRY_ASSIGN(sql::Statement * chunks, cached("DELETE FROM chunk WHERE message = ?"));
    VITRAL_TRY(chunks->bind(1, m.id).run());
    std::int64_t seq = 0;
    for (std::size_t i = 0; i < m.tokens.size(); i += kTokensPerChunk)
        VITRAL_TRY(insertChunk(m.id, seq++, {},
                               std::span(m.tokens).subspan(i, std::min(kTokensPerChunk, m.tokens.size() - i))));
    return {};
}

Result<void> SqliteStore::finish(const Message& given) {
    VITRAL_TRY_ASSIGN(Message m, message(given.id));
    if (!given.text.empty())
        m.text = given.text;
    if (!given.tokens.empty())
        m.tokens = given.tokens;
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    VITRAL_TRY_ASSIGN(
        sql::Statement * statement,
        cached("UPDATE message SET state = ?, note = ?, n_prompt = ?, n_cached = ?, prefill_s = ?, decode_s = ?,"
               " model_name = CASE WHEN ?7 = '' THEN model_name ELSE ?7 END,"
               " params_json = CASE WHEN ?8 = '' THEN params_json ELSE ?8 END WHERE id = ?9"));
    statement->bind(1, std::int64_t(given.state)).bind(2, given.note).bind(3, std::int64_t(given.nPromptTokens));
    statement->bind(4, std::int64_t(given.nCachedTokens)).bind(5, given.prefillSeconds).bind(6, given.decodeSeconds);
    statement->bind(7, given.modelName).bind(8, given.paramsJson).bind(9, given.id);
    VITRAL_TRY(statement->run());
    VITRAL_TRY(compact(m));
    VITRAL_TRY_ASSIGN(
        sql::Statement * touched,
        cached("UPDATE conversation SET updated_ms = ? WHERE id = (SELECT conversation FROM message WHERE id = ?)"));
    VITRAL_TRY(touched->bind(1, unixMs()).bind(2, given.id).run());
    VITRAL_TRY(transaction.commit());
    pending_.erase(given.id);
    nextSeq_.erase(given.id);
    return {};
}

Result<void> SqliteStore::removeMessage(MessageId id) {
    VITRAL_TRY_ASSIGN(sql::Statement * where,
                      cached("SELECT conversation, parent FROM message WHERE id = ? AND deleted_by IS NULL"));
    ConversationId conversation = 0;
    MessageId parent = kNoMessage;
    {
        const sql::Reset atEnd(*where);
        VITRAL_TRY_ASSIGN(const bool row, where->bind(1, id).step());
        if (!row)
            return noSuchMessage(id);
        conversation = where->integer(0);
        parent = where->integer(1);
    }
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    VITRAL_TRY_ASSIGN(
        sql::Statement * mark,
        cached("UPDATE message SET deleted_by = ?1, deleted_ms = ?2 WHERE deleted_by IS NULL AND id IN ("
               " WITH RECURSIVE below(id) AS (VALUES (?1) UNION SELECT m.id FROM message m JOIN below b ON"
               " m.parent = b.id) SELECT id FROM below)"));
    VITRAL_TRY(mark->bind(1, id).bind(2, unixMs()).run());
    // The neighbour that is shown instead: the next older, else the next younger.
    VITRAL_TRY_ASSIGN(sql::Statement * next,
                      cached("SELECT id FROM message WHERE parent = ?1 AND conversation = ?2 AND deleted_by IS NULL"
                             " ORDER BY id > ?3, abs(id - ?3) LIMIT 1"));
    MessageId neighbour = kNoMessage;
    {
        const sql::Reset atEnd(*next);
        VITRAL_TRY_ASSIGN(const bool row, next->bind(1, parent).bind(2, conversation).bind(3, id).step());
        if (row)
            neighbour = next->integer(0);
    }
    VITRAL_TRY_ASSIGN(sql::Statement * active,
                      cached("UPDATE active SET child = ? WHERE conversation = ? AND parent = ? AND child = ?"));
    VITRAL_TRY(active->bind(1, neighbour).bind(2, conversation).bind(3, parent).bind(4, id).run());
    return transaction.commit();
}

Result<void> SqliteStore::restoreMessage(MessageId id) {
    VITRAL_TRY_ASSIGN(sql::Statement * where,
                      cached("SELECT conversation, parent FROM message WHERE id = ?1 AND deleted_by = ?1"));
    ConversationId conversation = 0;
    MessageId parent = kNoMessage;
    {
        const sql::Reset atEnd(*where);
        VITRAL_TRY_ASSIGN(const bool row, where->bind(1, id).step());
        if (!row)
            return fail(ErrorCode::NotFound, "This message is no longer in the bin.");
        conversation = where->integer(0);
        parent = where->integer(1);
    }
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    VITRAL_TRY_ASSIGN(sql::Statement * unmark,
                      cached("UPDATE message SET deleted_by = NULL, deleted_ms = NULL WHERE deleted_by = ?"));
    VITRAL_TRY(unmark->bind(1, id).run());
    VITRAL_TRY(writeActive(conversation, parent, id));
    return transaction.commit();
}

Result<void> SqliteStore::setActiveChild(ConversationId conversation, MessageId parent, MessageId child) {
    VITRAL_TRY_ASSIGN(
        sql::Statement * statement,
        cached("SELECT 1 FROM message WHERE id = ? AND parent = ? AND conversation = ? AND deleted_by IS NULL"));
    {
        const sql::Reset atEnd(*statement);
        VITRAL_TRY_ASSIGN(const bool row, statement->bind(1, child).bind(2, parent).bind(3, conversation).step());
        if (!row)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Message {} is not an answer to message {}.", child, parent));
    }
    return writeActive(conversation, parent, child);
}

Result<SqliteStore::Skeleton> SqliteStore::skeleton(ConversationId conversation) {
    VITRAL_TRY(requireConversation(conversation));
    Skeleton bones;
    VITRAL_TRY_ASSIGN(
        sql::Statement * ids,
        cached("SELECT id, parent FROM message WHERE conversation = ? AND deleted_by IS NULL ORDER BY id"));
    {
        const sql::Reset atEnd(*ids);
        ids->bind(1, conversation);
        for (;;) {
            VITRAL_TRY_ASSIGN(const bool row, ids->step());
            if (!row)
                break;
            // A parent is always older than its child; a file that says otherwise could be a circle.
            if (ids->integer(1) < ids->integer(0)) {
                bones.idAndParent.emplace_back(ids->integer(0), ids->integer(1));
                bones.children[ids->integer(1)].push_back(ids->integer(0));
            }
        }
    }
    VITRAL_TRY_ASSIGN(sql::Statement * active, cached("SELECT parent, child FROM active WHERE conversation = ?"));
    const sql::Reset atEnd(*active);
    active->bind(1, conversation);
    for (;;) {
        VITRAL_TRY_ASSIGN(const bool row, active->step());
        if (!row)
            break;
        const auto siblings = bones.children.find(active->integer(0));
        if (siblings != bones.children.end() &&
            std::binary_search(siblings->second.begin(), siblings->second.end(), active->integer(1)))
            bones.active[active->integer(0)] = active->integer(1);
    }
    for (const auto& [parent, children] : bones.children)
        bones.active.try_emplace(parent, children.back());
    return bones;
}

Result<std::vector<Message>> SqliteStore::activePath(ConversationId conversation) {
    VITRAL_TRY_ASSIGN(const Skeleton bones, skeleton(conversation));
    std::vector<Message> path;
    for (auto it = bones.active.find(kNoMessage); it != bones.active.end(); it = bones.active.find(it->second)) {
        VITRAL_TRY_ASSIGN(Message m, message(it->second));
        path.push_back(std::move(m));
    }
    return path;
}

Result<std::vector<MessageNode>> SqliteStore::tree(ConversationId conversation) {
    VITRAL_TRY_ASSIGN(Skeleton bones, skeleton(conversation));
    VITRAL_TRY_ASSIGN(
        sql::Statement * statement,
        cached("SELECT role, forked_at, substr(text, 1, 81), CASE WHEN text <> '' THEN '' ELSE (SELECT "
               "group_concat(text, '') FROM"
               " (SELECT text FROM chunk WHERE message = ?1 ORDER BY seq LIMIT 40)) END FROM message WHERE id = ?1"));
    std::vector<MessageNode> nodes;
    nodes.reserve(bones.idAndParent.size());
    for (const auto& [id, parent] : bones.idAndParent) {
        const sql::Reset atEnd(*statement);
        VITRAL_TRY_ASSIGN(const bool row, statement->bind(1, id).step());
        if (!row)
            continue;
        MessageNode node{id,
                         parent,
                         Role(std::clamp<std::int64_t>(statement->integer(0), 0, 3)),
                         {},
                         kNoMessage,
                         previewOf(statement->text(2) + statement->text(3)),
                         statement->integer(1) >= 0};
        if (auto children = bones.children.find(id); children != bones.children.end())
            node.children = std::move(children->second);
        if (const auto active = bones.active.find(id); active != bones.active.end())
            node.activeChild = active->second;
        nodes.push_back(std::move(node));
    }
    return nodes;
}

Result<void> SqliteStore::setStartsThinking(MessageId id) {
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("UPDATE message SET starts_thinking = 1 WHERE id = ?"));
    return statement->bind(1, id).run();
}

Result<void> SqliteStore::setLeftOut(std::span<const MessageId> messages, bool leftOut) {
    checkThread();
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database_));
    VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("UPDATE message SET left_out = ? WHERE id = ?"));
    for (const MessageId id : messages)
        VITRAL_TRY(statement->bind(1, std::int64_t(leftOut)).bind(2, id).run());
    return transaction.commit();
}

Result<bool> SqliteStore::changedElsewhere() {
    checkThread();
    VITRAL_TRY_ASSIGN(const std::int64_t version, database_.integer("PRAGMA data_version"));
    return std::exchange(dataVersion_, version) != version;
}

Result<std::int32_t> SqliteStore::recover() {
    Result<std::int32_t> n = 0;
    lock_.alone([&] { n = stopUnfinished(); });
    return n;
}

Result<std::int32_t> SqliteStore::stopUnfinished() {
    std::vector<MessageId> ids;
    {
        VITRAL_TRY_ASSIGN(sql::Statement * statement, cached("SELECT id FROM message WHERE state = 1"));
        const sql::Reset atEnd(*statement);
        for (;;) {
            VITRAL_TRY_ASSIGN(const bool row, statement->step());
            if (!row)
                break;
            ids.push_back(statement->integer(0));
        }
    }
    for (const MessageId id : ids) {
        VITRAL_TRY_ASSIGN(Message m, message(id));
        m.state = MessageState::Stopped;
        m.note = "The program ended before this answer was complete.";
        VITRAL_TRY(finish(m));
    }
    return std::int32_t(ids.size());
}

} // namespace vitral::store
