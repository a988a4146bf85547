// SPDX-License-Identifier: Apache-2.0
#include "app/cli/random_model.h"

#include "core/base/rng.h"
#include "core/io/gguf_writer.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <map>

namespace vitral::cli {

namespace {

struct ShapeInfo {
    const char* name;
    const char* architecture;
    const char* preTokenizer;
    std::int64_t nEmbd, nLayer, nHead, nKvHead, headDim, nFf, nVocab, nCtx;
    bool tied;
    std::int64_t nExpert = 0, nExpertUsed = 0;
    float ropeBase = 0;
};

constexpr ShapeInfo kShapes[] = {
    {"llama-1b", "llama", "llama-bpe", 2048, 16, 32, 8, 64, 8192, 128256, 131072, true, 0, 0, 500000},
    {"llama-8b", "llama", "llama-bpe", 4096, 32, 32, 8, 128, 14336, 128256, 131072, false, 0, 0, 500000},
    {"qwen-0.5b", "qwen2", "qwen2", 896, 24, 14, 2, 64, 4864, 151936, 32768, true, 0, 0, 1000000},
    {"qwen3-moe", "qwen3moe", "qwen2", 1024, 12, 16, 4, 128, 512, 151936, 32768, true, 64, 8, 1000000},
    {"gpt2", "gpt2", "gpt-2", 768, 12, 12, 12, 64, 3072, 50257, 1024, true},
    {"tiny-llama", "llama", "llama-bpe", 256, 2, 4, 2, 64, 512, 512, 2048, true, 0, 0, 10000},
    {"tiny-qwen", "qwen2", "qwen2", 256, 2, 8, 2, 32, 768, 512, 2048, true, 0, 0, 10000},
    {"tiny-moe", "qwen3moe", "qwen2", 256, 2, 4, 2, 64, 256, 512, 2048, true, 8, 2, 10000},
    {"tiny-gpt2", "gpt2", "gpt-2", 256, 2, 4, 4, 64, 1024, 512, 1024, true},
};

/// The printable stand-ins of the 256 bytes in byte-level vocabularies (GPT-2): printable Latin-1 stands for itself,
/// the rest follows from U+0100 on.
std::array<std::string, 256> byteLetters() {
    std::array<std::string, 256> letters;
    std::uint32_t next = 256;
    for (std::uint32_t b = 0; b < 256; ++b) {
        const bool itself = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
        const std::uint32_t c = itself ? b : next++;
        letters[b] = c < 128 ? std::string(1, static_cast<char>(c))
                             : std::string{static_cast<char>(0xc0U | c >> 6U), static_cast<char>(0x80U | (c & 63U))};
    }
    return letters;
}

struct Vocabulary {
    std::vector<std::string> tokens, merges;
    std::vector<std::int32_t> types;
};

/// Bytes, then pairs and triples of printable letters, each with the merge that makes it, then two control tokens.
Vocabulary makeVocabulary(std::int64_t n) {
    const auto letters = byteLetters();
    Vocabulary v;
    v.tokens.assign(letters.begin(), letters.end());
    const auto wanted = static_cast<std::size_t>(n - 2);
    std::vector<std::string> last;
    for (int c = 'a'; c <= 'z'; ++c)
        last.emplace_back(1, static_cast<char>(c));
    const std::vector<std::string> alphabet = last;
    while (v.tokens.size() < wanted) {
        std::vector<std::string> longer;
        for (const std::string& left : last)
            for (const std::string& right : alphabet) {
                if (v.tokens.size() == wanted)
                    break;
                v.merges.push_back(left + " " + right);
                v.tokens.push_back(left + right);
                longer.push_back(left + right);
            }
        last = std::move(longer);
    }
    v.types.assign(v.tokens.size(), 1); // normal
    v.tokens.emplace_back("<|begin|>");
    v.tokens.emplace_back("<|end|>");
    v.types.insert(v.types.end(), 2, 3); // control
    return v;
}

/// Rows of one type and width, quantised once and repeated.
class TileMaker {
public:
    explicit TileMaker(std::uint64_t seed) : rng_(seed) {}

    Result<void> write(GgufWriter& writer, DType type, std::int64_t nRow, std::int64_t nCol, float deviation) {
        VITRAL_TRY_ASSIGN(const auto* tile, tile(type, nCol, deviation));
        const std::size_t oneRow = rowBytes(type, nCol);
        for (std::int64_t r = 0; r < nRow; r += kTileRows) {
            const auto n = static_cast<std::size_t>(std::min(kTileRows, nRow - r));
            VITRAL_TRY(writer.write({tile->data(), n * oneRow}));
        }
        return {};
    }

private:
    static constexpr std::int64_t kTileRows = 64;

    Result<const std::vector<std::byte>*> tile(DType type, std::int64_t nCol, float deviation) {
        const auto key = std::make_pair(static_cast<int>(type), nCol);
        if (const auto found = tiles_.find(key); found != tiles_.end())
            return &found->second;
        std::vector<std::byte>& bytes = tiles_[key];
        const std::size_t oneRow = rowBytes(type, nCol);
        bytes.resize(oneRow * kTileRows);
        std::vector<float> row(static_cast<std::size_t>(nCol));
        for (std::size_t r = 0; r < kTileRows; ++r) {
            for (float& x : row) { // nearly normal: twelve uniforms
                double sum = -6;
                for (int i = 0; i < 12; ++i)
                    sum += rng_.uniform();
                x = static_cast<float>(sum) * deviation;
            }
            VITRAL_TRY(quantizeRow(type, row, {bytes.data() + r * oneRow, oneRow}));
        }
        return &bytes;
    }

    Rng rng_;
    std::map<std::pair<int, std::int64_t>, std::vector<std::byte>> tiles_;
};

/// What a row of nCol elements can be: super-blocks need 256, so narrow models fall back as is usual.
DType fitting(DType type, std::int64_t nCol) {
    if (nCol % dtypeInfo(type).blockLen == 0)
        return type;
    DType smaller = DType::F16;
    switch (type) {
    case DType::Q2_K:
    case DType::Q3_K:
        smaller = DType::Q4_0;
        break;
    case DType::Q4_K:
        smaller = DType::Q5_0;
        break;
    case DType::Q5_K:
        smaller = DType::Q5_1;
        break;
    case DType::Q6_K:
        smaller = DType::Q8_0;
        break;
    default:
        break;
    }
    return nCol % dtypeInfo(smaller).blockLen == 0 ? smaller : DType::F16;
}

/// Which type each tensor of a file of `type` has: mixtures give the output, the values and half of the down
/// projections more bits.
std::function<DType(std::string_view, std::int64_t)> mixture(const std::string& type, const ShapeInfo& s, DType plain) {
    const bool mixed = type.ends_with("_M");
    return [=](std::string_view role, std::int64_t iLayer) {
        if (!mixed)
            return plain;
        const bool more = iLayer < s.nLayer / 8 || iLayer >= 7 * s.nLayer / 8 || (iLayer - s.nLayer / 8) % 3 == 2;
        if (role == "head" || ((role == "v" || role == "down") && more))
            return DType::Q6_K;
        return plain;
    };
}

struct PlannedTensor {
    std::string name;
    DType type;
    Shape shape;
    float deviation; ///< negative: all ones (norms), zero: zeros
};

std::vector<PlannedTensor> plan(const ShapeInfo& s,
                                const std::function<DType(std::string_view, std::int64_t)>& typeOf) {
    std::vector<PlannedTensor> tensors;
    const auto matrix = [&](std::string name, std::string_view role, std::int64_t iLayer, std::int64_t nOut,
                            std::int64_t nIn, std::int64_t nExpert = 0) {
        const float deviation = 0.7F / std::sqrt(static_cast<float>(nIn));
        tensors.push_back({std::move(name), fitting(typeOf(role, iLayer), nIn),
                           nExpert ? Shape{nExpert, nOut, nIn} : Shape{nOut, nIn}, deviation});
    };
    const auto vector = [&](std::string name, std::int64_t n, float value) {
        tensors.push_back({std::move(name), DType::F32, Shape{n}, value});
    };
    const bool gpt2 = std::string_view(s.architecture) == "gpt2";
    const std::int64_t nQ = s.nHead * s.headDim;
    const std::int64_t nKv = s.nKvHead * s.headDim;
    const auto norm = [&](const std::string& name, std::int64_t n) {
        vector(name + ".weight", n, -1);
        if (gpt2)
            vector(name + ".bias", n, 0);
    };
    matrix("token_embd.weight", s.tied ? "head" : "embedding", 0, s.nVocab, s.nEmbd);
    if (gpt2)
        tensors.push_back({"position_embd.weight", DType::F32, Shape{s.nCtx, s.nEmbd}, 0.02F});
    norm("output_norm", s.nEmbd);
    if (!s.tied)
        matrix("output.weight", "head", 0, s.nVocab, s.nEmbd);
    for (std::int64_t i = 0; i < s.nLayer; ++i) {
        const std::string block = fmt::format("blk.{}.", i);
        norm(block + "attn_norm", s.nEmbd);
        if (gpt2) {
            matrix(block + "attn_qkv.weight", "q", i, nQ + 2 * nKv, s.nEmbd);
            vector(block + "attn_qkv.bias", nQ + 2 * nKv, 0);
        } else {
            matrix(block + "attn_q.weight", "q", i, nQ, s.nEmbd);
            matrix(block + "attn_k.weight", "k", i, nKv, s.nEmbd);
            matrix(block + "attn_v.weight", "v", i, nKv, s.nEmbd);
        }
        if (std::string_view(s.architecture) == "qwen2") {
            vector(block + "attn_q.bias", nQ, 0);
            vector(block + "attn_k.bias", nKv, 0);
            vector(block + "attn_v.bias", nKv, 0);
        }
        if (std::string_view(s.architecture) == "qwen3moe") {
            norm(block + "attn_q_norm", s.headDim);
            norm(block + "attn_k_norm", s.headDim);
        }
        matrix(block + "attn_output.weight", "o", i, s.nEmbd, nQ);
        if (gpt2)
            vector(block + "attn_output.bias", s.nEmbd, 0);
        norm(block + "ffn_norm", s.nEmbd);
        if (s.nExpert > 0) {
            tensors.push_back({block + "ffn_gate_inp.weight", DType::F32, Shape{s.nExpert, s.nEmbd}, 0.05F});
            matrix(block + "ffn_gate_exps.weight", "gate", i, s.nFf, s.nEmbd, s.nExpert);
            matrix(block + "ffn_up_exps.weight", "up", i, s.nFf, s.nEmbd, s.nExpert);
            matrix(block + "ffn_down_exps.weight", "down", i, s.nEmbd, s.nFf, s.nExpert);
            continue;
        }
        if (!gpt2)
            matrix(block + "ffn_gate.weight", "gate", i, s.nFf, s.nEmbd);
        matrix(block + "ffn_up.weight", "up", i, s.nFf, s.nEmbd);
        if (gpt2)
            vector(block + "ffn_up.bias", s.nFf, 0);
        matrix(block + "ffn_down.weight", "down", i, s.nEmbd, s.nFf);
        if (gpt2)
            vector(block + "ffn_down.bias", s.nEmbd, 0);
    }
    return tensors;
}

void describe(GgufWriter& writer, const ShapeInfo& s) {
    const std::string a = s.architecture;
    const auto u32 = [&](const std::string& key, std::int64_t value) {
        writer.setU32(a + "." + key, static_cast<std::uint32_t>(value));
    };
    writer.setString("general.architecture", a);
    writer.setString("general.name", fmt::format("random {}", s.name));
    u32("block_count", s.nLayer);
    u32("context_length", s.nCtx);
    u32("embedding_length", s.nEmbd);
    u32("feed_forward_length", s.nFf);
    u32("attention.head_count", s.nHead);
    if (a == "gpt2") {
        writer.setF32(a + ".attention.layer_norm_epsilon", 1e-5F);
    } else {
        u32("attention.head_count_kv", s.nKvHead);
        u32("attention.key_length", s.headDim);
        u32("attention.value_length", s.headDim);
        u32("rope.dimension_count", s.headDim);
        u32("vocab_size", s.nVocab);
        writer.setF32(a + ".rope.freq_base", s.ropeBase);
        writer.setF32(a + ".attention.layer_norm_rms_epsilon", 1e-5F);
    }
    if (s.nExpert > 0) {
        u32("expert_count", s.nExpert);
        u32("expert_used_count", s.nExpertUsed);
        u32("expert_feed_forward_length", s.nFf);
    }
    const Vocabulary vocabulary = makeVocabulary(s.nVocab);
    writer.setString("tokenizer.ggml.model", "gpt2");
    writer.setString("tokenizer.ggml.pre", s.preTokenizer);
    writer.setStrings("tokenizer.ggml.tokens", vocabulary.tokens);
    writer.setInts("tokenizer.ggml.token_type", vocabulary.types);
    writer.setStrings("tokenizer.ggml.merges", vocabulary.merges);
    writer.setU32("tokenizer.ggml.bos_token_id", static_cast<std::uint32_t>(s.nVocab - 2));
    writer.setU32("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(s.nVocab - 1));
}

} // namespace

std::vector<std::string> randomModelShapes() {
    std::vector<std::string> names;
    for (const ShapeInfo& s : kShapes)
        names.emplace_back(s.name);
    return names;
}

Result<void> writeRandomModel(const RandomModel& what, const std::filesystem::path& path) {
    const auto* shape =
        std::find_if(std::begin(kShapes), std::end(kShapes), [&](const ShapeInfo& s) { return what.shape == s.name; });
    if (shape == std::end(kShapes))
        return fail(ErrorCode::InvalidArgument, fmt::format("There is no shape \"{}\"; the shapes are {}.", what.shape,
                                                            fmt::join(randomModelShapes(), ", ")));
    const bool mixed = what.type == "Q4_K_M" || what.type == "Q5_K_M";
    const auto plain = dtypeFromName(mixed ? what.type.substr(0, 4) : what.type);
    if (!plain || !canQuantize(*plain))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("Type \"{}\" cannot be written; try F16, Q8_0, Q4_0 or Q4_K_M.", what.type));

    GgufWriter writer;
    describe(writer, *shape);
    const auto tensors = plan(*shape, mixture(what.type, *shape, *plain));
    for (const PlannedTensor& t : tensors)
        VITRAL_TRY(writer.addTensor(t.name, t.type, t.shape));
    VITRAL_TRY(writer.begin(path));
    TileMaker tiles(what.seed);
    for (const PlannedTensor& t : tensors) {
        if (t.shape.rank > 1) {
            VITRAL_TRY(tiles.write(writer, t.type, t.shape.nRow(), t.shape.nCol(), t.deviation));
            continue;
        }
        const std::vector<float> values(static_cast<std::size_t>(t.shape.count()), t.deviation < 0 ? 1.0F : 0.0F);
        VITRAL_TRY(writer.write(std::as_bytes(std::span(values))));
    }
    return writer.finish();
}

} // namespace vitral::cli
