// SPDX-License-Identifier: Apache-2.0
#pragma once
// The same text in several languages, and what it costs in several tokenizers: tokens, tokens a word, a character, a
// byte, and the ratio to one language. Thread: any.

#include "core/base/result.h"
#include "core/tokenizer/text_counts.h"
#include "core/tokenizer/tokenizer.h"

#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct Passage {
    std::string code; ///< "pt-BR"; empty where the file names none
    std::string name; ///< "Portuguese (Brazil)", or that of the file or paragraph
    std::string own;  ///< the language's own name; empty where the file names none
    std::string text;
};

struct PassageSet {
    std::string title, source; ///< for the reader; empty for files of the person's own
    std::vector<Passage> passages;
};

/// assets/texts/human_rights.json: six articles of the Universal Declaration of Human Rights in 26 languages,
/// Portuguese first, articles separated by line ends.
const PassageSet& declarationPassages();
/// The same format from elsewhere. Errors: InvalidFile, naming what is wrong.
Result<PassageSet> passagesFromJson(std::string_view json);
/// A text of the person's: one passage, or, where at least two lines are "# name", one for each of these. `name` is
/// that of the file. Errors: InvalidFile (no text, more than 1,000 passages).
Result<PassageSet> passagesFromText(std::string name, std::string_view text);

/// What a set costs in some tokenizers.
struct PassageTable {
    struct Row {
        std::string code, name, own;
        TextCounts counts;
    };
    struct Column {
        std::string name;
        std::int32_t nVocab = 0;
        std::vector<PassageCost> costs; ///< [rows.size()]
    };
    std::vector<Row> rows;
    std::vector<Column> columns;
    std::size_t baseline = 0; ///< the row that ratios refer to

    /// Counts the set's text. Errors: Cancelled, those of countText().
    static Result<PassageTable> begin(const PassageSet& set, const std::stop_token& stop = {});
    /// Encodes the set, which must be the one of begin(). Errors: Cancelled, those of encode().
    Result<void> add(std::string name, const Tokenizer& tokenizer, const PassageSet& set,
                     const std::stop_token& stop = {});
    /// By code or name; empty: English, else the first. Errors: InvalidArgument (no such row).
    Result<void> setBaseline(std::string_view wanted);

    /// Tokens of the row over those of the baseline; 0 where that has none.
    [[nodiscard]] double toBaseline(std::size_t iColumn, std::size_t iRow) const;
    /// RFC 4180, a line for each row and tokenizer.
    [[nodiscard]] std::string csv() const;
};

} // namespace vitral
