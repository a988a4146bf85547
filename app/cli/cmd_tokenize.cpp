// SPDX-License-Identifier: Apache-2.0
// vitral-cli tokenize: text from standard input, taken byte for byte, to token ids.
// vitral-cli detokenize: ids from standard input to bytes on standard output.

#include "app/cli/commands.h"
#include "app/cli/common.h"
#include "core/tokenizer/tokenizer.h"

#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <memory>

namespace vitral::cli {

namespace {

struct TokenizeOptions {
    std::string model;
    bool ids = false;
    bool noBos = false;
    bool parseSpecial = false;
};

/// A piece on one line: control bytes and what is not UTF-8 as \xNN, backslash doubled.
std::string printable(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto c = static_cast<unsigned char>(bytes[i]);
        std::size_t nByte = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
        for (std::size_t k = 1; k < nByte; ++k)
            if (i + k >= bytes.size() || (static_cast<unsigned char>(bytes[i + k]) & 0xc0U) != 0x80U)
                nByte = 0;
        if (c == '\\')
            out += "\\\\";
        else if (nByte == 0 || c < 0x20 || c == 0x7f)
            out += fmt::format("\\x{:02x}", c);
        else
            out += bytes.substr(i, nByte);
        i += nByte > 1 ? nByte - 1 : 0;
    }
    return out;
}

Result<void> tokenize(const TokenizeOptions& options) {
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(options.model));
    VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
    VITRAL_TRY_ASSIGN(const std::string text, readInput());
    EncodeOptions encode;
    encode.addSpecial = options.noBos ? AddSpecial::No : AddSpecial::Yes;
    encode.parseSpecial = options.parseSpecial ? ParseSpecial::Yes : ParseSpecial::No;
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, tokenizer->encode(text, encode));
    fmt::memory_buffer out;
    if (options.ids) {
        for (std::size_t i = 0; i < ids.size(); ++i)
            fmt::format_to(std::back_inserter(out), "{}{}", i == 0 ? "" : " ", ids[i]);
        out.push_back('\n');
    } else {
        for (const TokenId id : ids)
            fmt::format_to(std::back_inserter(out), "{}\t{}\n", id, printable(tokenizer->decodeToken(id, true)));
    }
    return writeAnswer({out.data(), out.size()});
}

/// Ids separated by blanks, line breaks or commas.
Result<std::vector<TokenId>> parseIds(std::string_view text, std::int32_t nVocab) {
    std::vector<TokenId> ids;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto separates = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ','; };
    for (;;) {
        while (at != end && separates(*at))
            ++at;
        if (at == end)
            return ids;
        const char* const begin = at;
        while (at != end && !separates(*at))
            ++at;
        TokenId id = 0;
        const auto [stop, error] = std::from_chars(begin, at, id);
        if (error != std::errc{} || stop != at)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("\"{}\" is not a token id.",
                                    printable(std::string_view(
                                        begin, std::min<std::size_t>(static_cast<std::size_t>(at - begin), 40)))));
        if (id < 0 || id >= nVocab)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Token id {} does not exist; this vocabulary has {} tokens.", id, nVocab));
        ids.push_back(id);
    }
}

Result<void> detokenize(const std::string& model, bool showSpecial) {
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(model));
    VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
    VITRAL_TRY_ASSIGN(const std::string text, readInput());
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, parseIds(text, tokenizer->nVocab()));
    return writeAnswer(tokenizer->decode(ids, showSpecial));
}

} // namespace

void addTokenizeCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("tokenize", "Text from standard input to token ids");
    auto options = std::make_shared<TokenizeOptions>();
    addModelArgument(*command, options->model)
        ->description("GGUF file (a vocabulary alone will do) or tokenizer.json; - or nothing: the bundled model");
    command->add_flag("--ids", options->ids, "Only the ids, on one line separated by blanks");
    command->add_flag("--no-bos", options->noBos, "Without the tokens the model puts around every text");
    command->add_flag("--parse-special", options->parseSpecial, "Read <|im_end|> and the like as control tokens");
    command->callback([&common, options] { common.action = [options] { return tokenize(*options); }; });
}

void addDetokenizeCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("detokenize", "Token ids from standard input to text");
    auto model = std::make_shared<std::string>();
    auto showSpecial = std::make_shared<bool>(false);
    addModelArgument(*command, *model)
        ->description("GGUF file (a vocabulary alone will do) or tokenizer.json; - or nothing: the bundled model");
    command->add_flag("--show-special", *showSpecial, "Spell control tokens out");
    command->callback([&common, model, showSpecial] {
        common.action = [model, showSpecial] { return detokenize(*model, *showSpecial); };
    });
}

} // namespace vitral::cli
