// SPDX-License-Identifier: Apache-2.0
// A tokenizer from a SentencePiece .model file: a protocol buffer (sentencepiece_model.proto), of which the fields that
// matter are read here by hand, with every length checked.
#include "core/io/byte_reader.h"
#include "core/tokenizer/load.h"
#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/sentencepiece_bpe.h"
#include "core/tokenizer/special_tokens.h"
#include "core/tokenizer/unigram.h"

#include <fmt/format.h>

namespace vitral {

namespace {

constexpr std::string_view kVisibleBlank = "\xE2\x96\x81"; // U+2581

/// One field of a message: a number (varint or fixed) or bytes.
struct Field {
    std::uint32_t number = 0;
    std::uint64_t value = 0;
    std::string_view bytes;
};

class ProtoReader {
public:
    explicit ProtoReader(std::string_view bytes) : bytes_(bytes) {}

    [[nodiscard]] bool atEnd() const { return at_ >= bytes_.size(); }
    [[nodiscard]] std::size_t at() const { return at_; }
    /// False where the bytes are no protocol buffer.
    [[nodiscard]] bool next(Field& field) {
        std::uint64_t tag = 0;
        if (!varint(tag) || tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF)
            return false;
        field = {static_cast<std::uint32_t>(tag >> 3), 0, {}};
        switch (tag & 7) {
        case 0:
            return varint(field.value);
        case 1:
            return fixed(8, field.value);
        case 2: {
            std::uint64_t length = 0;
            if (!varint(length) || length > bytes_.size() - at_)
                return false;
            field.bytes = bytes_.substr(at_, length);
            at_ += length;
            return true;
        }
        case 5:
            return fixed(4, field.value);
        default:
            return false;
        }
    }

private:
    bool varint(std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0; shift < 64 && at_ < bytes_.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes_[at_++]);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80)
                return true;
        }
        return false;
    }
    bool fixed(std::size_t n, std::uint64_t& value) {
        if (bytes_.size() - at_ < n)
            return false;
        value = 0;
        std::memcpy(&value, bytes_.data() + at_, n);
        at_ += n;
        return true;
    }
    std::string_view bytes_;
    std::size_t at_ = 0;
};

struct Spec {
    std::uint64_t modelType = 1; ///< 1 Unigram, 2 BPE, 3 words, 4 characters
    bool byteFallback = false, blankBehind = false;
    std::int32_t unknown = 0, bos = 1, eos = 2, padding = -1;
    std::string charsmap;
    bool prefix = true, collapse = true;
};

tl::unexpected<Error> broken(std::string_view what) {
    return fail(ErrorCode::InvalidFile, fmt::format("The {} of the SentencePiece model is broken.", what));
}

Result<void> readPiece(std::string_view bytes, Vocabulary& vocabulary) {
    ProtoReader reader(bytes);
    std::string_view piece;
    float score = 0;
    TokenType type = TokenType::Normal;
    for (Field field; !reader.atEnd();) {
        if (!reader.next(field))
            return broken(fmt::format("piece {}", vocabulary.size()));
        if (field.number == 1)
            piece = field.bytes;
        if (field.number == 2)
            std::memcpy(&score, &field.value, sizeof(score));
        if (field.number == 3)
            type = tokenTypeByNumber(static_cast<std::int64_t>(field.value));
    }
    vocabulary.add(piece, type, score);
    return {};
}

Result<void> readTrainer(std::string_view bytes, Spec& spec) {
    ProtoReader reader(bytes);
    for (Field field; !reader.atEnd();) {
        if (!reader.next(field))
            return broken("trainer_spec");
        switch (field.number) {
        case 3:
            spec.modelType = field.value;
            break;
        case 24:
            spec.blankBehind = field.value != 0;
            break;
        case 35:
            spec.byteFallback = field.value != 0;
            break;
        case 40:
            spec.unknown = static_cast<std::int32_t>(field.value);
            break;
        case 41:
            spec.bos = static_cast<std::int32_t>(field.value);
            break;
        case 42:
            spec.eos = static_cast<std::int32_t>(field.value);
            break;
        case 43:
            spec.padding = static_cast<std::int32_t>(field.value);
            break;
        default:
            break;
        }
    }
    return {};
}

Result<void> readNormalizer(std::string_view bytes, Spec& spec) {
    ProtoReader reader(bytes);
    for (Field field; !reader.atEnd();) {
        if (!reader.next(field))
            return broken("normalizer_spec");
        if (field.number == 2)
            spec.charsmap = field.bytes;
        if (field.number == 3)
            spec.prefix = field.value != 0;
        if (field.number == 4)
            spec.collapse = field.value != 0;
    }
    return {};
}

Result<void> addNormalizer(const Spec& spec, Normalizer& normalizer) {
    if (!spec.charsmap.empty()) {
        NormalStep step;
        step.kind = NormalStep::Kind::Charsmap;
        VITRAL_TRY_ASSIGN(step.charsmap, Charsmap::parse(spec.charsmap));
        normalizer.add(std::move(step));
    }
    if (spec.collapse) {
        NormalStep step;
        step.kind = NormalStep::Kind::CollapseBlanks;
        normalizer.add(std::move(step));
    }
    if (spec.prefix && spec.blankBehind) {
        NormalStep step;
        step.kind = NormalStep::Kind::Append;
        step.text = " ";
        normalizer.add(std::move(step));
    } else if (spec.prefix) {
        normalizer.addPrepend(" ");
    }
    normalizer.addReplace(" ", kVisibleBlank);
    return {};
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromSentencePiece(std::string_view bytes) {
    return tokenizerFromSentencePiece(bytes, {});
}

Result<std::shared_ptr<const Tokenizer>> tokenizerFromSentencePiece(std::string_view bytes,
                                                                    const ReadProgress& progress) {
    TokenizerParts parts;
    Vocabulary& vocabulary = *parts.vocabulary;
    Spec spec;
    ProtoReader reader(bytes);
    const ReadStep reading(progress, 0, 0.6);
    for (Field field; !reader.atEnd();) {
        VITRAL_TRY(reading.at(reader.at(), bytes.size()));
        if (!reader.next(field))
            return broken("outermost message");
        if (field.number == 1)
            VITRAL_TRY(readPiece(field.bytes, vocabulary));
        if (field.number == 2)
            VITRAL_TRY(readTrainer(field.bytes, spec));
        if (field.number == 3)
            VITRAL_TRY(readNormalizer(field.bytes, spec));
    }
    if (vocabulary.size() == 0)
        return fail(ErrorCode::InvalidFile, "The SentencePiece model holds no pieces.");
    VITRAL_TRY(vocabulary.checkLengths());
    vocabulary.buildIndex();
    VITRAL_TRY(addNormalizer(spec, parts.normalizer));
    Tokenizer::Special& special = parts.special;
    const auto existing = [&](std::int32_t id) {
        return vocabulary.contains(id) ? std::optional<TokenId>(id) : std::nullopt;
    };
    special.unknown = existing(spec.unknown);
    special.bos = existing(spec.bos);
    special.eos = existing(spec.eos);
    special.padding = existing(spec.padding);
    if (spec.modelType == 2) {
        parts.model = std::make_unique<SentencePieceBpeModel>(vocabulary, special.unknown);
    } else if (spec.modelType == 1) {
        UnigramOptions options;
        options.unknown = special.unknown;
        options.byteFallback = spec.byteFallback;
        PreStep words;
        words.text = kVisibleBlank;
        words.behavior = spec.blankBehind ? SplitBehavior::MergedWithPrevious : SplitBehavior::MergedWithNext;
        parts.preTokenizer.add(std::move(words));
        VITRAL_TRY_ASSIGN(parts.model, UnigramModel::create(vocabulary, std::move(options)));
    } else {
        return fail(ErrorCode::Unsupported, "The SentencePiece model is neither BPE nor Unigram.");
    }
    VITRAL_TRY(parts.rawAdded.build(tokensTakenWhole(vocabulary)));
    parts.decoder.byteFallback = true;
    parts.decoder.replacements = {{std::string(kVisibleBlank), " "}};
    parts.decoder.stripFirst = spec.prefix && !spec.blankBehind ? 1 : 0;
    completeSpecial(vocabulary, special);
    return std::make_shared<const PipelineTokenizer>(std::move(parts));
}

} // namespace vitral
