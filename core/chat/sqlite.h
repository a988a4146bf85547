// SPDX-License-Identifier: Apache-2.0
#pragma once
// A thin layer over the C interface of SQLite: RAII handles, cached statements, and errors as sentences. Only
// core/chat uses it. Thread: the one that opened the database.

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace vitral::sql {

/// The sentence for an SQLite result code: a full disk, a damaged file, a locked file and a read-only one are told
/// apart, because a person can do something different about each.
Error errorFor(int code, std::string_view detail);
/// Whether the error says that the file itself is damaged.
bool isDamage(int code);

/// One prepared statement. Bind from 1; step() gives true while there is a row.
class Statement {
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
    Statement(Statement&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, double value);
    Statement& bind(int index, std::string_view value); ///< copied by SQLite
    Statement& bindBlob(int index, std::string_view bytes);
    Statement& bindNull(int index);

    Result<bool> step();
    Result<void> run(); ///< step to the end, then reset
    void reset();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// Valid until the next step or reset.
    [[nodiscard]] std::string_view blob(int column) const;
    [[nodiscard]] bool isNull(int column) const;

private:
    sqlite3_stmt* handle_ = nullptr;
    int bindError_ = 0;
};

/// Resets a cached statement when the scope ends, so that no read transaction stays open behind it.
class Reset {
public:
    explicit Reset(Statement& statement) : statement_(statement) {}
    ~Reset() { statement_.reset(); }
    Reset(const Reset&) = delete;
    Reset& operator=(const Reset&) = delete;

private:
    Statement& statement_;
};

class Database {
public:
    static Result<Database> open(const std::filesystem::path& file);
    Database(Database&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
    Database& operator=(Database&& other) noexcept;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    Result<void> execute(const char* sql); ///< one or several statements without results
    Result<Statement> prepare(std::string_view sql);
    Result<std::int64_t> integer(const char* sql); ///< first column of the first row; 0 without a row
    Result<std::string> text(const char* sql);
    [[nodiscard]] std::int64_t lastId() const;
    [[nodiscard]] std::int64_t nChanged() const;

private:
    explicit Database(sqlite3* handle) : handle_(handle) {}
    sqlite3* handle_ = nullptr;
};

/// BEGIN IMMEDIATE ... COMMIT; rolls back unless committed.
class Transaction {
public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    ~Transaction();
    Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

} // namespace vitral::sql
