// SPDX-License-Identifier: Apache-2.0
#include "core/chat/store_schema.h"

#include <array>
#include <fmt/format.h>

namespace vitral::store {
namespace {

constexpr std::int64_t kApplicationId = 0x5654524C; // "VTRL"

// Version 1.
// - `active` says which child of a message (0: the root) is being looked at; apart from `message`, so that swiping does
//   not rewrite a long text.
// - `chunk` holds tokens, and while a message streams also its text: an append inserts one small row whatever the
//   length of the message; finishing moves the text into `message`.
// - `deleted_by` names the message whose deletion took this one along, so that undo brings back exactly those.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE conversation(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL, folder TEXT NOT NULL, model_path TEXT NOT NULL, system_prompt TEXT NOT NULL,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, deleted_ms INTEGER,
  draft TEXT NOT NULL DEFAULT '');
CREATE INDEX conversation_updated ON conversation(updated_ms);

CREATE TABLE message(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
  parent INTEGER NOT NULL, role INTEGER NOT NULL, state INTEGER NOT NULL,
  deleted_by INTEGER, deleted_ms INTEGER,
  created_ms INTEGER NOT NULL, n_prompt INTEGER NOT NULL, n_cached INTEGER NOT NULL,
  prefill_s REAL NOT NULL, decode_s REAL NOT NULL,
  forked_from INTEGER NOT NULL, forked_at INTEGER NOT NULL,
  model_name TEXT NOT NULL, params_json TEXT NOT NULL, note TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX message_tree ON message(conversation, id, parent, deleted_by);
CREATE INDEX message_parent ON message(parent);
CREATE INDEX message_streaming ON message(state) WHERE state = 1;

CREATE TABLE active(
  conversation INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
  parent INTEGER NOT NULL, child INTEGER NOT NULL, PRIMARY KEY(conversation, parent)) WITHOUT ROWID;

CREATE TABLE chunk(
  message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
  seq INTEGER NOT NULL, text TEXT NOT NULL, tokens BLOB NOT NULL, PRIMARY KEY(message, seq)) WITHOUT ROWID;

CREATE VIRTUAL TABLE message_fts USING fts5(text, content='message', content_rowid='id',
  tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER message_fts_insert AFTER INSERT ON message WHEN new.text <> '' BEGIN
  INSERT INTO message_fts(rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER message_fts_delete AFTER DELETE ON message WHEN old.text <> '' BEGIN
  INSERT INTO message_fts(message_fts, rowid, text) VALUES ('delete', old.id, old.text); END;
CREATE TRIGGER message_fts_update_old AFTER UPDATE OF text ON message WHEN old.text <> '' AND old.text <> new.text BEGIN
  INSERT INTO message_fts(message_fts, rowid, text) VALUES ('delete', old.id, old.text); END;
CREATE TRIGGER message_fts_update_new AFTER UPDATE OF text ON message WHEN new.text <> '' AND old.text <> new.text BEGIN
  INSERT INTO message_fts(rowid, text) VALUES (new.id, new.text); END;

CREATE VIRTUAL TABLE title_fts USING fts5(title, content='conversation', content_rowid='id',
  tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER title_fts_insert AFTER INSERT ON conversation BEGIN
  INSERT INTO title_fts(rowid, title) VALUES (new.id, new.title); END;
CREATE TRIGGER title_fts_delete AFTER DELETE ON conversation BEGIN
  INSERT INTO title_fts(title_fts, rowid, title) VALUES ('delete', old.id, old.title); END;
CREATE TRIGGER title_fts_update AFTER UPDATE OF title ON conversation WHEN old.title <> new.title BEGIN
  INSERT INTO title_fts(title_fts, rowid, title) VALUES ('delete', old.id, old.title);
  INSERT INTO title_fts(rowid, title) VALUES (new.id, new.title); END;
)sql";

// Version 2: what the person left out of the context, and answers whose prompt had opened a thinking section.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE message ADD COLUMN starts_thinking INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr std::array kMigrations = {kVersion1, kVersion2};

} // namespace

std::span<const char* const> migrations() {
    return kMigrations;
}

Result<void> migrate(sql::Database& database, std::span<const char* const> steps) {
    const auto known = std::int64_t(steps.size());
    VITRAL_TRY_ASSIGN(std::int64_t version, database.integer("PRAGMA user_version"));
    if (version == known)
        return {};
    // Asked again under the write lock: another window may be migrating at this moment.
    VITRAL_TRY_ASSIGN(sql::Transaction transaction, sql::Transaction::begin(database));
    VITRAL_TRY_ASSIGN(version, database.integer("PRAGMA user_version"));
    VITRAL_TRY_ASSIGN(const std::int64_t application, database.integer("PRAGMA application_id"));
    VITRAL_TRY_ASSIGN(const std::int64_t nTables, database.integer("SELECT count(*) FROM sqlite_master"));
    if (nTables > 0 && application != kApplicationId)
        return fail(ErrorCode::InvalidFile, "This file is a database of another program; choose another place for the "
                                            "conversations.");
    if (version > known)
        return fail(
            ErrorCode::Unsupported,
            fmt::format("These conversations were written by a newer version of the program (form {} of the file; "
                        "this version knows {}). Update the program; nothing was changed.",
                        version, known));
    if (version < 0)
        return fail(ErrorCode::InvalidFile, "The file of conversations names an impossible version of itself.");
    for (std::int64_t i = version; i < known; ++i)
        VITRAL_TRY(database.execute(steps[std::size_t(i)]));
    VITRAL_TRY(database.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, known).c_str()));
    return transaction.commit();
}

} // namespace vitral::store
