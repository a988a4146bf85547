// SPDX-License-Identifier: Apache-2.0
#pragma once
// One conversation in the terminal: what was said, how the model is asked, and the answers as they come. The command
// chat reads lines and calls this. Thread: main.

#include "app/cli/session.h"
#include "core/chat/context_assembly.h"
#include "core/chat/conversation.h"
#include "core/chat/template.h"
#include "core/sample/params.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vitral::cli {

struct ChatSettings {
    std::string system;
    SamplerParams sampler;
    std::int64_t nCtx = 4096;
    DType kvType = DType::F16;
    std::int32_t maxTokens = -1;
    bool contextShift = false; ///< forget the oldest messages by itself when the context is full
};

class ChatSession {
public:
    /// A model without a usable chat template gets a plain "User: ... Assistant:" layout, which is said once.
    ChatSession(Session& session, std::shared_ptr<const Model> model, ChatSettings settings);

    /// Asks and streams the answer to standard output, with a line end after it. An interrupted answer stays as far as
    /// it came. Errors: ContextFull with what to do about it, and those of the run and of standard output.
    Result<void> ask(std::string text);
    /// Answers the last question anew. Errors: InvalidArgument when there is none.
    Result<void> again();
    /// Takes the last question and its answer back. Errors: InvalidArgument when there is none.
    Result<void> undo();
    void forgetAll() { path_.clear(); }
    /// Forgets the oldest question and its answer. False when only one is left.
    bool forgetOldest();

    [[nodiscard]] ChatSettings& settings() { return settings_; }
    /// Tokens, times and what the prefix cache spared, of the last answer.
    [[nodiscard]] std::string statistics() const;
    /// The conversation as Markdown.
    [[nodiscard]] std::string markdown() const;

private:
    Result<void> answer();
    Result<AssembledContext> assemble();

    Session& session_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ChatTemplate> template_; ///< null: the plain layout
    ChatSettings settings_;
    std::vector<Message> path_;
    MessageId nextId_ = 1;
    RunTimings last_;
    double savedSeconds_ = 0.0;
};

} // namespace vitral::cli
