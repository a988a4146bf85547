// SPDX-License-Identifier: Apache-2.0
#pragma once
// A text that is being edited, and its ids at every moment. After an edit only the parts around it are encoded again;
// the ids are always those of encoding the whole text. Thread: one at a time.

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

class LocalCuts;

/// Where a token stands: bytes of the text it was made from. A token that is part of a character which normalisation
/// changed stands for that whole character; one that was only inserted (a first blank) for no byte.
struct TokenSpan {
    std::uint32_t begin = 0, end = 0;
};

/// Told now and then how many bytes of the text are encoded, on the thread that encodes; false stops it.
using EncodeProgress = std::function<bool(std::size_t bytes)>;

class IncrementalEncoder {
public:
    /// What an edit changed, in tokens: `removed` of them, from `firstToken` on, gave way to `added` others. The tokens
    /// around the text (AddSpecial) count.
    struct Change {
        std::size_t firstToken = 0, removed = 0, added = 0;
        std::size_t encodedBytes = 0;                                ///< of text that had to be encoded again
        std::size_t firstPart = 0, removedParts = 0, addedParts = 0; ///< the same in parts()
    };

    /// Encodes the whole text. `progress` is asked after every part; a tokenizer without local cuts has only one.
    /// Errors: those of Tokenizer::encode(); Cancelled.
    static Result<IncrementalEncoder> begin(std::shared_ptr<const Tokenizer> tokenizer, std::string text,
                                            const EncodeOptions& options = {}, const EncodeProgress& progress = {});

    /// The ids of a piece of a long text, before the whole of it is encoded.
    struct Window {
        std::size_t begin = 0, end = 0; ///< bytes of the text that were encoded: at least those asked for
        std::vector<TokenId> ids;
        std::vector<TokenSpan> spans; ///< parallel to ids, in bytes from `begin` on
        /// The ids are those that encoding the whole text gives there: both ends are certain cuts. False: none was
        /// found within some thousand bytes, or this tokenizer has no cuts that can be known from nearby.
        bool exact = false;
    };
    /// Encodes bytes [begin, end) and what lies around them up to a cut. Costs what the piece and some thousand bytes
    /// cost. Errors: those of Tokenizer::encode().
    static Result<Window> window(const std::shared_ptr<const Tokenizer>& tokenizer, std::string_view text,
                                 std::size_t begin, std::size_t end, ParseSpecial parseSpecial);

    /// Replaces `removedBytes` bytes at `at` by `inserted`. On an error the text is as it was before. Errors:
    /// InvalidArgument (outside the text); those of Tokenizer::encode().
    Result<Change> edit(std::size_t at, std::size_t removedBytes, std::string_view inserted);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::size_t nTokens() const { return nTokens_; }
    /// All ids, O(tokens).
    [[nodiscard]] std::vector<TokenId> ids() const;
    /// The text's parts, each with its ids: what a view keeps its own lists beside.
    struct Part {
        std::size_t bytes = 0;
        std::size_t normalisedBytes = 0;
        bool hasAdded = false;
        std::vector<TokenId> ids;
    };
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
    /// Where the tokens of a part stand, in bytes of the text from the part's beginning on; parallel to its ids, in
    /// their order. Errors: those of encode().
    [[nodiscard]] Result<std::vector<TokenSpan>> spans(std::size_t part) const;
    /// What was done with a part, step by step. Errors: those of encode().
    [[nodiscard]] Result<EncodeTrace> trace(std::size_t part) const;
    /// Ids that stand before the text (AddSpecial).
    [[nodiscard]] const std::vector<TokenId>& prefix() const { return prefix_; }
    [[nodiscard]] const std::vector<TokenId>& suffix() const { return suffix_; }
    /// Whether edits are cheap with this tokenizer; false where a step of it looks back over any distance, and every
    /// edit encodes the whole text.
    [[nodiscard]] bool isLocal() const { return isLocal_; }

private:
    IncrementalEncoder() = default;
    struct Region; ///< what an edit makes anew
    Result<Region> encodeRegion(std::size_t at, std::size_t removedBytes, std::size_t insertedBytes,
                                const EncodeProgress& progress) const;
    Result<Part> encodePart(std::size_t begin, std::size_t end) const;
    Result<std::vector<Part>> wholePart() const;
    [[nodiscard]] std::pair<std::size_t, std::size_t> partRange(std::size_t part) const;
    [[nodiscard]] bool joins(const Part& left, const Part& right) const;

    std::shared_ptr<const Tokenizer> tokenizer_;
    EncodeOptions options_;
    std::string text_;
    std::vector<Part> parts_;
    std::vector<TokenId> prefix_, suffix_;
    std::size_t nTokens_ = 0;
    bool isLocal_ = false;
    std::shared_ptr<const LocalCuts> cuts_; ///< null where the tokenizer is not of this folder
};

} // namespace vitral
