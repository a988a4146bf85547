// SPDX-License-Identifier: Apache-2.0
#include "core/chat/sqlite.h"

#include <fmt/format.h>
#include <fstream>
#include <sqlite3.h>

namespace vitral::sql {

bool isDamage(int code) {
    const int primary = code & 0xFF;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

Error errorFor(int code, std::string_view detail) {
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return {ErrorCode::Io,
                "The disk that holds the conversations is full. What was saved before is safe; free some "
                "space and try again."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {ErrorCode::InvalidFile, fmt::format("The file of conversations is damaged ({}). It will be set aside, "
                                                    "not deleted, when the program starts again.",
                                                    detail)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {ErrorCode::Io, "Another program is writing to the file of conversations. Try again in a moment."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return {ErrorCode::Io, "The file of conversations may not be written to. Check the permissions of its folder."};
    case SQLITE_CANTOPEN:
        return {ErrorCode::Io, fmt::format("The file of conversations cannot be opened ({}).", detail)};
    case SQLITE_NOMEM:
        return {ErrorCode::OutOfMemory, "There is not enough memory to read the conversations."};
    case SQLITE_TOOBIG:
        return {ErrorCode::InvalidArgument, "This text is too long to be stored (the limit is about 1 GB)."};
    case SQLITE_IOERR:
        return {ErrorCode::Io,
                fmt::format("The system could not read or write the file of conversations ({}). What was "
                            "saved before is safe.",
                            detail)};
    default:
        return {ErrorCode::Bug,
                fmt::format("The conversations could not be read or written: {} (SQLite code {}).", detail, code)};
    }
}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}
Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement& Statement::bind(int index, std::int64_t value) {
    bindError_ |= sqlite3_bind_int64(handle_, index, value);
    return *this;
}
Statement& Statement::bind(int index, double value) {
    bindError_ |= sqlite3_bind_double(handle_, index, value);
    return *this;
}
Statement& Statement::bind(int index, std::string_view value) {
    bindError_ |= sqlite3_bind_text64(handle_, index, value.empty() ? "" : value.data(), value.size(), SQLITE_TRANSIENT,
                                      SQLITE_UTF8);
    return *this;
}
Statement& Statement::bindBlob(int index, std::string_view bytes) {
    bindError_ |=
        sqlite3_bind_blob64(handle_, index, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    return *this;
}
Statement& Statement::bindNull(int index) {
    bindError_ |= sqlite3_bind_null(handle_, index);
    return *this;
}

Result<bool> Statement::step() {
    if (bindError_ != 0) {
        const int code = std::exchange(bindError_, 0);
        reset();
        return tl::unexpected(errorFor(code, "binding a value"));
    }
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    sqlite3* const db = sqlite3_db_handle(handle_);
    Error error = errorFor(sqlite3_extended_errcode(db), sqlite3_errmsg(db));
    // A note beside the file: look at all of it when it is opened next, however large it is.
    if (const char* file = sqlite3_db_filename(db, "main"); isDamage(code) && file != nullptr && *file != '\0')
        std::ofstream(std::string(file) + "-check").flush();
    reset();
    return tl::unexpected(std::move(error));
}

Result<void> Statement::run() {
    const Reset atEnd(*this);
    for (;;) {
        VITRAL_TRY_ASSIGN(const bool more, step());
        if (!more)
            return {};
    }
}

void Statement::reset() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
    bindError_ = 0;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(handle_, column);
}
std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, std::size_t(sqlite3_column_bytes(handle_, column)));
}
std::string_view Statement::blob(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    return bytes == nullptr ? std::string_view()
                            : std::string_view(bytes, std::size_t(sqlite3_column_bytes(handle_, column)));
}
bool Statement::isNull(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::filesystem::path& file) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.string().c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(handle); // Closes it on the way out, also when opening failed.
    if (code != SQLITE_OK)
        return tl::unexpected(errorFor(code, handle == nullptr ? "no memory" : sqlite3_errmsg(handle)));
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, 3000);
    // A file may be other people's data: its schema must not reach into SQLite's own tables. (An untrusted schema
    // altogether is not possible: our full-text triggers use FTS5. No functions of ours are registered.)
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return database;
}
Database& Database::operator=(Database&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}
Database::~Database() {
    sqlite3_close_v2(handle_);
}

Result<void> Database::execute(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return tl::unexpected(errorFor(sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_)));
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
        return tl::unexpected(errorFor(sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_)));
    return Statement(statement);
}

Result<std::int64_t> Database::integer(const char* sql) {
    VITRAL_TRY_ASSIGN(Statement statement, prepare(sql));
    VITRAL_TRY_ASSIGN(const bool row, statement.step());
    return row ? statement.integer(0) : 0;
}
Result<std::string> Database::text(const char* sql) {
    VITRAL_TRY_ASSIGN(Statement statement, prepare(sql));
    VITRAL_TRY_ASSIGN(const bool row, statement.step());
    return row ? statement.text(0) : std::string();
}
std::int64_t Database::lastId() const {
    return sqlite3_last_insert_rowid(handle_);
}
std::int64_t Database::nChanged() const {
    return sqlite3_changes64(handle_);
}

Result<Transaction> Transaction::begin(Database& database) {
    VITRAL_TRY(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
}
Transaction::~Transaction() {
    // SQLite may have rolled back by itself (full disk); then this is a harmless error.
    if (database_ != nullptr)
        static_cast<void>(database_->execute("ROLLBACK"));
}
Result<void> Transaction::commit() {
    VITRAL_TRY(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

} // namespace vitral::sql
