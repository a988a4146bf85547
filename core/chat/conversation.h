// SPDX-License-Identifier: Apache-2.0
#pragma once
// A conversation is a tree of messages. Editing or regenerating never overwrites: it adds a sibling, and the tree
// remembers which child is being looked at. Plain values here; ConversationStore keeps them in SQLite.
// Thread: values any; the store belongs to the thread that opened it.

#include "core/base/result.h"
#include "core/sample/params.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vitral {

using MessageId = std::int64_t;
using ConversationId = std::int64_t;
inline constexpr MessageId kNoMessage = 0;

enum class Role : std::uint8_t { System, User, Assistant, Tool };

/// One generated or prompt token, kept with the message: bytes, how sure the model was, what else it thought of.
struct MessageToken {
    TokenScore score;
    std::string bytes;
};

enum class MessageState : std::uint8_t { Complete, Streaming, Stopped, Failed };

struct Message {
    MessageId id = kNoMessage;
    MessageId parent = kNoMessage;
    Role role = Role::User;
    std::string text = {};                 ///< UTF-8
    std::vector<MessageToken> tokens = {}; ///< empty for messages that were typed and not yet scored
    MessageState state = MessageState::Complete;
    std::string modelName = {};  ///< who answered
    std::string paramsJson = {}; ///< sampler parameters of the run
    std::string note = {};       ///< why it stopped, or the error
    std::int64_t createdUnixMs = 0;
    std::int32_t nPromptTokens = 0, nCachedTokens = 0;
    double prefillSeconds = 0, decodeSeconds = 0;
    MessageId forkedFrom = kNoMessage; ///< the sibling whose first tokens this answer shares
    std::int32_t forkedAtToken = -1;   ///< index of the token that was replaced; -1: not forked
    bool startsThinking = false;       ///< the prompt itself had opened a thinking section (opensThinking)
    bool leftOut = false;              ///< the person's choice: no longer part of what the model reads
};

struct ConversationInfo {
    ConversationId id = 0;
    std::string title = {}, folder = {}, modelPath = {}, systemPrompt = {};
    std::int64_t updatedUnixMs = 0;
    std::int32_t nMessages = 0;
};

/// Where a message hangs, without its text: enough to draw the tree and to walk it.
struct MessageNode {
    MessageId id, parent;
    Role role;
    std::vector<MessageId> children; ///< oldest first
    MessageId activeChild = kNoMessage;
    std::string preview; ///< first 80 characters or so
    bool forkedFromToken = false;
};

/// One message that a search found.
struct SearchHit {
    ConversationId conversation = 0;
    MessageId message = kNoMessage; ///< kNoMessage: the title
    std::string conversationTitle;
    std::string snippet; ///< about 16 words around the match; matches stand between U+0002 and U+0003
};

struct StoreOptions {
    std::int64_t maxPages = 0; ///< of 4 KiB; 0: no limit. Tests fill a small "disk" with it.
};

class ConversationStore {
public:
    /// Creates the file and its folder when missing; WAL, synchronous=NORMAL, foreign keys on. An empty path keeps
    /// everything in memory only. An older schema is migrated; a newer one is refused with a sentence (Unsupported), as
    /// is another program's database (InvalidFile). A damaged file is renamed (never deleted), a new one is begun, and
    /// openingNote() says so. Errors: Io, Unsupported, InvalidFile.
    static Result<std::unique_ptr<ConversationStore>> open(const std::filesystem::path& file,
                                                           const StoreOptions& options = {});
    virtual ~ConversationStore() = default;

    /// Something to tell the person after opening (a damaged file was set aside); usually empty.
    [[nodiscard]] virtual std::string openingNote() const = 0;

    virtual Result<ConversationId> create(const ConversationInfo& info) = 0;
    virtual Result<void> update(const ConversationInfo& info) = 0; ///< title, folder, model, system prompt
    virtual Result<std::vector<ConversationInfo>> list() = 0;      ///< newest first, deleted ones left out
    virtual Result<std::vector<ConversationInfo>> listBin() = 0;   ///< deleted ones, newest first
    virtual Result<ConversationInfo> info(ConversationId id) = 0;  ///< NotFound when there is none
    /// Full-text search in titles and finished messages: every word (or beginning of a word) must occur in one message
    /// or title; case and accents do not matter. Newest conversation first.
    virtual Result<std::vector<ConversationInfo>> search(std::string_view words) = 0;
    /// The same search, message by message, best first, with snippets.
    virtual Result<std::vector<SearchHit>> searchMessages(std::string_view words, std::int32_t limit) = 0;
    virtual Result<void> remove(ConversationId id) = 0;  ///< into the bin
    virtual Result<void> restore(ConversationId id) = 0; ///< out of the bin
    virtual Result<void> emptyBin(std::int64_t olderThanUnixMs) = 0;

    /// Adds a message under `message.parent` (kNoMessage: a root) and makes it the active child. Returns its id.
    virtual Result<MessageId> add(ConversationId conversation, const Message& message) = 0;
    /// Adds a sibling of `message` that keeps its tokens [0, tokenIndex), then `other`; state Streaming, active. The
    /// caller lets the model go on from there. InvalidArgument without tokens or with an index out of range.
    virtual Result<MessageId> fork(MessageId message, std::int32_t tokenIndex, const MessageToken& other) = 0;
    /// Streaming: appends text and tokens to a message; committed at once, so that a kill loses at most this call.
    /// When it fails (full disk) what was to be written stays in memory, is part of message(), and goes to the file
    /// with the next append or finish that succeeds.
    virtual Result<void> append(MessageId message, std::string_view text, std::span<const MessageToken> tokens) = 0;
    /// State, note, timings, model name and parameters, and (when not empty) final text and tokens.
    virtual Result<void> finish(const Message& message) = 0;
    virtual Result<Message> message(MessageId id) = 0;
    /// Deletes a message and all below it (kept until emptyBin; undo by restoreMessage).
    virtual Result<void> removeMessage(MessageId id) = 0;
    virtual Result<void> restoreMessage(MessageId id) = 0;
    virtual Result<void> setStartsThinking(MessageId message) = 0;
    virtual Result<void> setLeftOut(std::span<const MessageId> messages, bool leftOut) = 0;
    virtual Result<void> setActiveChild(ConversationId conversation, MessageId parent, MessageId child) = 0;
    /// Root to leaf along active children, with texts and tokens.
    virtual Result<std::vector<Message>> activePath(ConversationId conversation) = 0;
    virtual Result<std::vector<MessageNode>> tree(ConversationId conversation) = 0;

    /// Unsent text of the composer, so that nothing typed is lost. On a full disk it is kept in memory at least.
    virtual Result<void> saveDraft(ConversationId conversation, std::string_view text) = 0;
    virtual Result<std::string> draft(ConversationId conversation) = 0;

    /// Whether another connection (a second window) has changed the file since this was last asked. Cheap.
    virtual Result<bool> changedElsewhere() = 0;
    /// After a crash: messages left Streaming become Stopped with a note. Returns how many. Does nothing while another
    /// program has the file open: its answers are on their way.
    virtual Result<std::int32_t> recover() = 0;

    virtual Result<std::string> exportMarkdown(ConversationId conversation) = 0; ///< the active path
    virtual Result<std::string> exportJson(ConversationId conversation) = 0;     ///< the whole tree with tokens
    virtual Result<ConversationId> importJson(std::string_view json) = 0;
    /// What exportMarkdown wrote comes back word for word; of other Markdown, headings such as "## User" and
    /// "**Assistant:**" divide the messages, and a text without any becomes one message.
    virtual Result<ConversationId> importMarkdown(std::string_view markdown) = 0;
};

std::string_view roleName(Role role); ///< "system", "user", "assistant", "tool"
std::optional<Role> roleFromName(std::string_view name);

} // namespace vitral
