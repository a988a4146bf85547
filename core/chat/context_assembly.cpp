// SPDX-License-Identifier: Apache-2.0
#include "core/chat/context_assembly.h"

#include "core/chat/context_text.h"

#include <algorithm>

namespace vitral {
namespace {

/// Where each token begins in the text. Exact where the tokens' bytes spell the text; where a tokenizer changes the
/// text (a blank in front, normalisation) the ends of the text are kept and the middle follows the bytes.
std::vector<std::size_t> tokenBegins(std::string_view text, std::span<const TokenId> ids, const Tokenizer& tokenizer) {
    std::vector<std::size_t> begins;
    begins.reserve(ids.size());
    std::size_t at = 0;
    for (const TokenId id : ids) {
        begins.push_back(std::min(at, text.size()));
        const std::string bytes = tokenizer.decodeToken(id, true);
        const std::string_view rest = text.substr(std::min(at, text.size()));
        if (rest.starts_with(bytes)) {
            at += bytes.size();
        } else if (bytes.starts_with(' ') && rest.starts_with(std::string_view(bytes).substr(1))) {
            at += bytes.size() - 1; // a blank that the tokenizer put in front
        } else if (rest.starts_with(' ') && rest.substr(1).starts_with(bytes)) {
            at += bytes.size() + 1; // a blank that belongs to the token without being shown
        } else if (const auto found = rest.substr(0, bytes.size() + 32).find(bytes);
                   !bytes.empty() && found != std::string_view::npos) {
            at += found + bytes.size();
        } else if (!tokenizer.isEndOfGeneration(id)) {
            at += bytes.size();
        }
    }
    return begins;
}

/// A token belongs to the stretch in which it begins.
void placeTokens(AssembledContext& context, const Tokenizer& tokenizer) {
    const std::vector<std::size_t> begins = tokenBegins(context.text, context.ids, tokenizer);
    std::size_t iToken = 0;
    for (ContextSpan& span : context.spans) {
        span.tokenBegin = std::int32_t(iToken);
        while (iToken < begins.size() && (begins[iToken] < span.textEnd || &span == &context.spans.back()))
            ++iToken;
        span.tokenEnd = std::int32_t(iToken);
    }
    if (context.spans.empty() && !context.ids.empty())
        context.spans.push_back(
            {SpanKind::Template, kNoMessage, 0, context.text.size(), 0, std::int32_t(context.ids.size())});
}

struct Load {
    MessageId message;
    Role role;
    std::int32_t nTokens;
};

/// What each message that may go takes, with the template's words after it, oldest first.
std::vector<Load> loadsOf(const AssembledContext& context, std::span<const Message> path) {
    std::vector<Load> loads;
    for (const Message& m : path) {
        if (m.role == Role::System || m.id == kNoMessage || &m == &path.back())
            continue;
        std::int32_t n = 0;
        bool isOurs = false;
        for (const ContextSpan& span : context.spans) {
            if (span.message != kNoMessage)
                isOurs = span.message == m.id;
            if (isOurs && span.kind != SpanKind::GenerationPrompt)
                n += span.tokenEnd - span.tokenBegin;
        }
        if (n > 0)
            loads.push_back({m.id, m.role, n});
    }
    return loads;
}

/// Whole turns go: after what is dropped the conversation begins with a question again.
std::vector<MessageId> nextToGo(const AssembledContext& context, std::span<const Message> path, std::int32_t nTooMany) {
    std::vector<MessageId> gone;
    std::int32_t nFreed = 0;
    const std::vector<Load> loads = loadsOf(context, path);
    for (std::size_t i = 0; i < loads.size(); ++i) {
        if (nFreed >= nTooMany && i > 0 && loads[i].role == Role::User)
            break;
        gone.push_back(loads[i].message);
        nFreed += loads[i].nTokens;
    }
    return gone;
}

} // namespace

Result<AssembledContext> assembleContext(std::span<const Message> path, const Tokenizer& tokenizer,
                                         const ChatTemplate* chatTemplate, const AssembleOptions& options) {
    const Tokenizer::Special& special = tokenizer.special();
    const auto spelling = [&](std::optional<TokenId> id) {
        return id ? std::string(tokenizer.piece(*id)) : std::string();
    };
    VITRAL_TRY_ASSIGN(ContextText rendered,
                      renderContext(path, chatTemplate, options, {spelling(special.bos), spelling(special.eos)}));
    AssembledContext context;
    context.text = std::move(rendered.text);
    context.spans = std::move(rendered.spans);
    context.nCtx = options.nCtx;
    // A template writes its own beginning of text; the reference adds none.
    const EncodeOptions encode{chatTemplate == nullptr ? AddSpecial::Yes : AddSpecial::No, ParseSpecial::Yes};
    VITRAL_TRY_ASSIGN(context.ids, tokenizer.encode(context.text, encode));
    if (chatTemplate == nullptr && special.eos && special.addEos && !context.ids.empty() &&
        context.ids.back() == *special.eos)
        context.ids.pop_back(); // the text goes on
    placeTokens(context, tokenizer);
    const std::int64_t nTooMany = std::int64_t(context.ids.size()) + options.nReserve - options.nCtx;
    context.fits = nTooMany <= 0;
    context.droppedNext = nextToGo(context, path, std::int32_t(std::clamp<std::int64_t>(nTooMany, 0, INT32_MAX)));
    return context;
}

} // namespace vitral
