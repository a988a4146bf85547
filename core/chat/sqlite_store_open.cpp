// SPDX-License-Identifier: Apache-2.0
// Opening the conversation file: settings, migration, and what happens to a damaged one.
#include "core/base/assert.h"
#include "core/base/log.h"
#include "core/chat/sqlite_store.h"
#include "core/chat/store_schema.h"

#include <chrono>
#include <ctime>
#include <fmt/format.h>

namespace vitral::store {
namespace fs = std::filesystem;

namespace {

/// Files up to this size are checked whole at each start (some 0.2 s on a slow disk); larger ones after a crash only.
constexpr std::uintmax_t kAlwaysCheckBytes = 64ULL << 20U;

fs::path beside(const fs::path& file, std::string_view suffix) {
    return fs::path(file.string() + std::string(suffix));
}

/// After an unclean end the write-ahead log is still there. A damage found while running leaves a note to check.
bool needsCheck(const fs::path& file) {
    std::error_code ec;
    const auto size = fs::file_size(file, ec);
    if (ec || size == 0)
        return false;
    return size <= kAlwaysCheckBytes || fs::exists(beside(file, "-wal"), ec) || fs::exists(beside(file, "-check"), ec);
}

Result<sql::Database> openAndPrepare(const fs::path& file, const StoreOptions& options) {
    const bool check = !file.empty() && needsCheck(file);
    VITRAL_TRY_ASSIGN(sql::Database database, sql::Database::open(file.empty() ? fs::path(":memory:") : file));
    if (check) {
        const Result<std::string> verdict = database.text("PRAGMA quick_check(1)");
        if (!verdict)
            return tl::unexpected(verdict.error());
        if (*verdict != "ok")
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The file of conversations is damaged ({}).", verdict->substr(0, 200)));
    }
    // WAL with synchronous=NORMAL: a commit is a write to the log without waiting for the disk. A killed program loses
    // nothing that was committed; a power cut may lose the last seconds, but never the file.
    const Result<std::string> mode = database.text("PRAGMA journal_mode=WAL");
    if (!mode)
        return tl::unexpected(mode.error());
    if (*mode != "wal" && !file.empty())
        logMessage(LogLevel::Warning, "chat",
                   fmt::format("no write-ahead log on this file system (journal mode {})", *mode));
    VITRAL_TRY(database.execute("PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=2000;"
                                "PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-16000"));
    if (options.maxPages > 0)
        VITRAL_TRY(database.execute(fmt::format("PRAGMA max_page_count={}", options.maxPages).c_str()));
    VITRAL_TRY(migrate(database, migrations()));
    return database;
}

/// Renames the damaged file (and its log) to a free name beside it.
Result<fs::path> setAside(const fs::path& file) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    const std::string stamp = fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                                          parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    fs::path target;
    std::error_code ec;
    for (int i = 0; i < 1000; ++i) {
        target = file.parent_path() / fmt::format("{}-damaged-{}{}{}", file.stem().string(), stamp,
                                                  i == 0 ? "" : fmt::format("-{}", i), file.extension().string());
        if (!fs::exists(target, ec))
            break;
    }
    fs::rename(file, target, ec);
    if (ec)
        return fail(ErrorCode::Io,
                    fmt::format("The file of conversations is damaged and could not be set aside: {}.", ec.message()));
    for (const char* suffix : {"-wal", "-shm"}) {
        std::error_code missing;
        fs::rename(beside(file, suffix), beside(target, suffix), missing);
    }
    fs::remove(beside(file, "-check"), ec);
    return target;
}

} // namespace

std::int64_t unixMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

SqliteStore::SqliteStore(sql::Database database, StoreLock lock, fs::path file, std::string note)
    : lock_(std::move(lock)), database_(std::move(database)), file_(std::move(file)), note_(std::move(note)),
      dataVersion_(database_.integer("PRAGMA data_version").value_or(0)) {}

SqliteStore::~SqliteStore() {
    // A last attempt for what a full disk refused.
    while (!pending_.empty()) {
        const MessageId id = pending_.begin()->first;
        if (!flushPending(id))
            break;
    }
    statements_.clear();
}

void SqliteStore::checkThread() const {
    VITRAL_ASSERT(owner_ == std::this_thread::get_id(), "a ConversationStore belongs to the thread that opened it");
}

Result<sql::Statement*> SqliteStore::cached(const char* text) {
    checkThread();
    const auto it = statements_.find(text);
    if (it != statements_.end())
        return &it->second;
    VITRAL_TRY_ASSIGN(sql::Statement statement, database_.prepare(text));
    return &statements_.emplace(text, std::move(statement)).first->second;
}

} // namespace vitral::store

namespace vitral {

Result<std::unique_ptr<ConversationStore>> ConversationStore::open(const std::filesystem::path& file,
                                                                   const StoreOptions& options) {
    namespace fs = std::filesystem;
    if (!file.empty()) {
        std::error_code ec;
        if (file.has_parent_path())
            fs::create_directories(file.parent_path(), ec);
        if (ec)
            return fail(ErrorCode::Io, fmt::format("The folder for the conversations cannot be made ({}): {}.",
                                                   file.parent_path().string(), ec.message()));
        if (fs::is_directory(file, ec))
            return fail(ErrorCode::Io, fmt::format("{} is a folder, not a file of conversations.", file.string()));
    }
    std::string note;
    store::StoreLock lock(file);
    auto database = store::openAndPrepare(file, options);
    // InvalidFile without damage (another program's database) leaves the file alone.
    if (!database && database.error().code == ErrorCode::InvalidFile &&
        database.error().message.find("damaged") != std::string::npos && !file.empty()) {
        const std::string reason = database.error().message;
        VITRAL_TRY_ASSIGN(const fs::path target, store::setAside(file));
        note = fmt::format("The file of conversations was damaged. It was kept as {}, and a new one was begun.",
                           target.filename().string());
        logMessage(LogLevel::Error, "chat", fmt::format("{} Set aside as {}", reason, target.string()));
        database = store::openAndPrepare(file, options);
    }
    if (!database)
        return tl::unexpected(std::move(database).error());
    return std::make_unique<store::SqliteStore>(std::move(*database), std::move(lock), file, std::move(note));
}

} // namespace vitral
