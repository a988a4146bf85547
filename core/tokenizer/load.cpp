// SPDX-License-Identifier: Apache-2.0
// Which kind of file holds the tokenizer is seen in its first bytes, not in its name.
#include "core/base/mapped_file.h"
#include "core/tokenizer/tokenizer.h"

namespace vitral {

Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(const MappedFile mapped, MappedFile::open(path));
    const std::span<const std::byte> bytes = mapped.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("GGUF")) {
        VITRAL_TRY_ASSIGN(auto file, GgufFile::open(path));
        return tokenizerFromGguf(std::move(file));
    }
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') {
        constexpr std::size_t kMaxConfigBytes = 16 << 20;
        const Result<std::string> config = readTextFile(path.parent_path() / "tokenizer_config.json", kMaxConfigBytes);
        return tokenizerFromJson(text, config ? *config : std::string());
    }
    if (text.starts_with('\n')) // field 1, bytes: the first piece
        return tokenizerFromSentencePiece(text);
    return fail(ErrorCode::Unsupported, "'" + path.filename().string() +
                                            "' is neither a GGUF file nor a tokenizer.json nor a SentencePiece model.");
}

} // namespace vitral
