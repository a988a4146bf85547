// SPDX-License-Identifier: Apache-2.0
// Which kind of file holds the tokenizer is seen in its first bytes, not in its name.
#include "core/tokenizer/load.h"

#include "core/base/mapped_file.h"
#include "core/tokenizer/list_files.h"

#include <algorithm>

namespace vitral {

namespace {

/// A first line of base64, a blank and a number.
bool looksLikeRanks(std::string_view text) {
    const std::string_view line = text.substr(0, std::min<std::size_t>(text.find('\n'), 4096));
    const std::size_t blank = line.find(' ');
    const auto isBase64 = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
               c == '=';
    };
    const auto isDigit = [](char c) { return (c >= '0' && c <= '9') || c == '\r'; };
    return blank != std::string_view::npos && blank > 0 && blank + 1 < line.size() && line[blank + 1] != '\r' &&
           std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(blank), isBase64) &&
           std::all_of(line.begin() + static_cast<std::ptrdiff_t>(blank) + 1, line.end(), isDigit);
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path) {
    return loadTokenizer(path, {});
}

Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path,
                                                       const ReadProgress& progress) {
    VITRAL_TRY_ASSIGN(const MappedFile mapped, MappedFile::open(path));
    const std::span<const std::byte> bytes = mapped.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("GGUF")) {
        VITRAL_TRY_ASSIGN(auto file, GgufFile::open(path));
        return tokenizerFromGguf(std::move(file), progress);
    }
    constexpr std::size_t kMaxConfigBytes = 16 << 20;
    const auto config = [&] {
        return readTextFile(path.parent_path() / "tokenizer_config.json", kMaxConfigBytes).value_or(std::string());
    };
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{')
        return tokenizerFromJson(text, config(), progress);
    if (text.starts_with('\n')) // field 1, bytes: the first piece
        return tokenizerFromSentencePiece(text, progress);
    if (looksLikeRanks(text))
        return tokenizerFromTiktoken(text, path.stem().string(), progress);
    if (text.starts_with("[UNK]") || text.find("\n[UNK]") != std::string_view::npos)
        return tokenizerFromVocabTxt(text, config(), progress);
    return fail(ErrorCode::Unsupported,
                "'" + path.filename().string() +
                    "' is neither a GGUF file nor a tokenizer.json, a SentencePiece model, a list of "
                    "tiktoken ranks or a WordPiece vocab.txt.");
}

} // namespace vitral
