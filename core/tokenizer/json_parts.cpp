// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/json_parts.h"

#include "core/io/byte_reader.h"
#include "core/tokenizer/utf8.h"

#include <array>
#include <fmt/format.h>

namespace vitral::json_parts {

namespace {

constexpr int kMaxNesting = 16; ///< of Sequence in Sequence

Result<std::string> fromBase64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int nBits = 0;
    for (const char c : text) {
        const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (c == '=')
            break;
        if (value < 0)
            return fail(ErrorCode::InvalidFile, "The tokenizer's precompiled_charsmap is not base64.");
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        nBits += 6;
        if (nBits >= 8) {
            nBits -= 8;
            out += static_cast<char>(bits >> nBits & 0xFF);
        }
    }
    return out;
}

/// A text that is put into other texts: a long one would make a short input huge.
Result<std::string> insertedText(const Json& json, const char* name, std::string_view fallback = "") {
    constexpr std::size_t kMaxBytes = 256;
    std::string value = text(json, name, fallback);
    if (value.size() > kMaxBytes)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The tokenizer's {} is {} bytes long; {} are allowed.", name, value.size(), kMaxBytes));
    return value;
}

tl::unexpected<Error> unknownKind(std::string_view what, std::string_view kind) {
    return fail(
        ErrorCode::Unsupported,
        fmt::format("The tokenizer's {} is of the kind {}, which this version does not know.", what, quotedName(kind)));
}

/// {"String": "..."} or {"Regex": "..."}; old files hold the bare string.
Result<void> readPattern(const Json& json, std::string& literal, std::string& regex) {
    if (json.is_string())
        literal = json.get_ref<const std::string&>();
    else if (member(json, "String").is_string())
        literal = text(json, "String");
    else if (member(json, "Regex").is_string())
        regex = text(json, "Regex");
    else
        return fail(ErrorCode::InvalidFile, "The tokenizer has a pattern that is neither String nor Regex.");
    return {};
}

Result<NormalStep> readNormalStep(const Json& json, const std::string& kind) {
    using Kind = NormalStep::Kind;
    NormalStep step;
    if (kind == "NFC") {
        step.kind = Kind::Nfc;
    } else if (kind == "NFD") {
        step.kind = Kind::Nfd;
    } else if (kind == "NFKC") {
        step.kind = Kind::Nfkc;
    } else if (kind == "NFKD") {
        step.kind = Kind::Nfkd;
    } else if (kind == "Lowercase") {
        step.kind = Kind::Lowercase;
    } else if (kind == "StripAccents") {
        step.kind = Kind::StripAccents;
    } else if (kind == "Nmt") {
        step.kind = Kind::Nmt;
    } else if (kind == "Strip") {
        step.kind = Kind::Strip;
        step.left = boolean(json, "strip_left", true);
        step.right = boolean(json, "strip_right", true);
    } else if (kind == "Prepend") {
        step.kind = Kind::Prepend;
        VITRAL_TRY_ASSIGN(step.text, insertedText(json, "prepend"));
    } else if (kind == "Replace") {
        step.kind = Kind::Replace;
        VITRAL_TRY_ASSIGN(step.text, insertedText(json, "content"));
        std::string regex;
        VITRAL_TRY(readPattern(member(json, "pattern"), step.pattern, regex));
        if (!regex.empty()) {
            step.isRegex = true;
            VITRAL_TRY_ASSIGN(step.regex, Regex::compile(regex));
        }
    } else if (kind == "BertNormalizer") {
        step.kind = Kind::Bert;
        step.cleanText = boolean(json, "clean_text", true);
        step.spaceCjk = boolean(json, "handle_chinese_chars", true);
        step.lowercase = boolean(json, "lowercase", true);
        step.stripAccents = boolean(json, "strip_accents", step.lowercase);
    } else if (kind == "Precompiled") {
        step.kind = Kind::Charsmap;
        step.byGrapheme = true;
        VITRAL_TRY_ASSIGN(const std::string bytes, fromBase64(text(json, "precompiled_charsmap")));
        VITRAL_TRY_ASSIGN(step.charsmap, Charsmap::parse(bytes));
    } else {
        return unknownKind("normalizer", kind);
    }
    return step;
}

Result<void> readNormalizerAt(const Json& json, Normalizer& normalizer, bool& byteLevel, int depth) {
    if (json.is_null())
        return {};
    const std::string kind = text(json, "type");
    if (kind == "Sequence") {
        const Json& list = member(json, "normalizers");
        if (!list.is_array() || depth > kMaxNesting)
            return fail(ErrorCode::InvalidFile, "The tokenizer's normalizer sequence is no list, or nested too deep.");
        for (const Json& item : list)
            VITRAL_TRY(readNormalizerAt(item, normalizer, byteLevel, depth + 1));
        return {};
    }
    if (byteLevel)
        return fail(ErrorCode::Unsupported, "The tokenizer normalises text after spelling it in bytes, which this "
                                            "version does not do.");
    if (kind == "ByteLevel") {
        byteLevel = true;
        return {};
    }
    VITRAL_TRY_ASSIGN(NormalStep step, readNormalStep(json, kind));
    normalizer.add(std::move(step));
    return {};
}

Result<SplitBehavior> readBehavior(const Json& json, SplitBehavior fallback) {
    const std::string name = text(json, "behavior");
    if (name.empty())
        return fallback;
    if (name == "Removed")
        return SplitBehavior::Removed;
    if (name == "Isolated")
        return SplitBehavior::Isolated;
    if (name == "MergedWithPrevious")
        return SplitBehavior::MergedWithPrevious;
    if (name == "MergedWithNext")
        return SplitBehavior::MergedWithNext;
    if (name == "Contiguous")
        return SplitBehavior::Contiguous;
    return unknownKind("way of splitting", name);
}

/// Adds steps and notes where a later step would see the byte alphabet.
class PreTokenizerReader {
public:
    explicit PreTokenizerReader(PreTokenizer& out, bool& byteLevel) : out_(out), byteLevel_(byteLevel) {}

    Result<void> read(const Json& json, int depth) {
        if (json.is_null())
            return {};
        const std::string kind = text(json, "type");
        if (kind == "Sequence") {
            const Json& list = member(json, "pretokenizers");
            if (!list.is_array() || depth > kMaxNesting)
                return fail(ErrorCode::InvalidFile,
                            "The tokenizer's pre-tokenizer sequence is no list, or nested too deep.");
            for (const Json& item : list)
                VITRAL_TRY(read(item, depth + 1));
            return {};
        }
        if (kind == "ByteLevel")
            return readByteLevel(json);
        if (byteLevel_ && !alphabetMarked_) {
            PreStep mark;
            mark.kind = PreStep::Kind::ByteAlphabet;
            out_.add(std::move(mark));
            alphabetMarked_ = true;
        }
        return readOther(json, kind);
    }

private:
    Result<void> readByteLevel(const Json& json) {
        if (byteLevel_) // twice, or after the normaliser's: the second would spell the spelling
            return fail(ErrorCode::Unsupported, "The tokenizer spells the text in bytes twice.");
        if (boolean(json, "add_prefix_space", true)) {
            PreStep step;
            step.kind = PreStep::Kind::PrefixSpace;
            out_.add(std::move(step));
        }
        if (boolean(json, "use_regex", true))
            VITRAL_TRY(out_.addPattern(splitterPattern(SplitterKind::Gpt2)));
        byteLevel_ = true;
        return {};
    }

    Result<void> readSplit(const Json& json) {
        VITRAL_TRY_ASSIGN(const SplitBehavior behavior, readBehavior(json, SplitBehavior::Isolated));
        const bool invert = boolean(json, "invert", false);
        std::string literal;
        std::string regex;
        VITRAL_TRY(readPattern(member(json, "pattern"), literal, regex));
        if (!regex.empty())
            return out_.addPattern(regex, behavior, invert);
        PreStep step;
        step.text = literal;
        step.behavior = behavior;
        step.invert = invert;
        out_.add(std::move(step));
        return {};
    }

    Result<void> readOther(const Json& json, const std::string& kind) {
        using Kind = PreStep::Kind;
        PreStep step;
        if (kind == "Split") {
            return readSplit(json);
        } else if (kind == "Digits") {
            step.kind = Kind::Digits;
            step.individual = boolean(json, "individual_digits", false);
        } else if (kind == "Punctuation") {
            step.kind = Kind::Punctuation;
            VITRAL_TRY_ASSIGN(step.behavior, readBehavior(json, SplitBehavior::Isolated));
        } else if (kind == "Whitespace") {
            step.kind = Kind::Whitespace;
        } else if (kind == "WhitespaceSplit") {
            step.kind = Kind::SpaceSplit;
        } else if (kind == "BertPreTokenizer") {
            step.kind = Kind::Bert;
        } else if (kind == "CharDelimiterSplit") {
            step.text = text(json, "delimiter");
            step.behavior = SplitBehavior::Removed;
        } else if (kind == "Metaspace") {
            step.kind = Kind::Metaspace;
            VITRAL_TRY_ASSIGN(step.text, insertedText(json, "replacement", "\xE2\x96\x81"));
            if (step.text.empty() || utf8At(step.text, 0).bytes != step.text.size() || ++metaspaces_ > kMaxMetaspaces)
                return fail(ErrorCode::InvalidFile, "The tokenizer's Metaspace replacement is not one character, or "
                                                    "there are too many of them.");
            step.split = boolean(json, "split", true);
            const std::string scheme =
                text(json, "prepend_scheme", boolean(json, "add_prefix_space", true) ? "always" : "never");
            step.prepend = scheme == "first"   ? PreStep::Prepend::First
                           : scheme == "never" ? PreStep::Prepend::Never
                                               : PreStep::Prepend::Always;
        } else {
            return unknownKind("pre-tokenizer", kind);
        }
        if (alphabetMarked_ && (kind == "Metaspace" || kind == "BertPreTokenizer"))
            return unknownKind("pre-tokenizer after ByteLevel", kind);
        out_.add(std::move(step));
        return {};
    }

    PreTokenizer& out_;
    bool& byteLevel_;
    static constexpr int kMaxMetaspaces = 4; ///< each may lengthen the text, and the next one that again
    int metaspaces_ = 0;
    bool alphabetMarked_ = false;
};

Result<void> readDecoderAt(const Json& json, DecoderRules& rules, int depth) {
    const std::string kind = text(json, "type");
    if (kind == "Sequence") {
        const Json& list = member(json, "decoders");
        if (!list.is_array() || depth > kMaxNesting)
            return fail(ErrorCode::InvalidFile, "The tokenizer's decoder sequence is no list, or nested too deep.");
        for (const Json& item : list)
            VITRAL_TRY(readDecoderAt(item, rules, depth + 1));
    } else if (kind == "ByteLevel") {
        rules.byteAlphabet = true;
    } else if (kind == "ByteFallback") {
        rules.byteFallback = true;
    } else if (kind == "WordPiece") {
        rules.joinsWords = true;
        rules.continuingPrefix = text(json, "prefix", "##");
        rules.cleanUp = boolean(json, "cleanup", true);
    } else if (kind == "BPEDecoder") {
        rules.endOfWordSuffix = text(json, "suffix", "</w>");
    } else if (kind == "Metaspace") {
        const std::string scheme =
            text(json, "prepend_scheme", boolean(json, "add_prefix_space", true) ? "always" : "never");
        VITRAL_TRY_ASSIGN(std::string mark, insertedText(json, "replacement", "\xE2\x96\x81"));
        rules.replacements.emplace_back(std::move(mark), " ");
        rules.stripFirst = scheme == "never" ? 0 : std::string::npos;
    } else if (kind == "Replace") {
        std::string literal;
        std::string regex;
        VITRAL_TRY(readPattern(member(json, "pattern"), literal, regex));
        if (!regex.empty())
            return unknownKind("decoder", "Replace by regular expression");
        VITRAL_TRY_ASSIGN(std::string content, insertedText(json, "content"));
        rules.replacements.emplace_back(literal, std::move(content));
    } else if (kind == "Strip") {
        const Json& start = member(json, "start");
        if (text(json, "content", " ") == " " && start.is_number_unsigned())
            rules.stripFirst = start.get<std::size_t>();
    } else if (kind != "Fuse") {
        return unknownKind("decoder", kind);
    }
    return {};
}

} // namespace

const Json& member(const Json& json, const char* name) {
    static const Json nothing;
    if (!json.is_object())
        return nothing;
    const auto place = json.find(name);
    return place == json.end() ? nothing : *place;
}

bool boolean(const Json& json, const char* name, bool fallback) {
    const Json& value = member(json, name);
    return value.is_boolean() ? value.get<bool>() : fallback;
}

std::string text(const Json& json, const char* name, std::string_view fallback) {
    const Json& value = member(json, name);
    return value.is_string() ? value.get_ref<const std::string&>() : std::string(fallback);
}

Result<void> readNormalizer(const Json& json, Normalizer& normalizer, bool& byteLevel) {
    return readNormalizerAt(json, normalizer, byteLevel, 0);
}

Result<void> readPreTokenizer(const Json& json, PreTokenizer& preTokenizer, bool& byteLevel) {
    return PreTokenizerReader(preTokenizer, byteLevel).read(json, 0);
}

Result<void> readDecoder(const Json& json, DecoderRules& rules) {
    if (json.is_null()) {
        rules.joinsWords = true;
        return {};
    }
    return readDecoderAt(json, rules, 0);
}

} // namespace vitral::json_parts
