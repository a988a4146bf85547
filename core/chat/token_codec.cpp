// SPDX-License-Identifier: Apache-2.0
#include "core/chat/token_codec.h"

#include <bit>

namespace vitral {
namespace {

constexpr char kVersion = 1;

void putVarint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(char(std::uint8_t(value) | 0x80U));
        value >>= 7U;
    }
    out.push_back(char(value));
}
void putSigned(std::string& out, std::int64_t value) {
    putVarint(out, (std::uint64_t(value) << 1U) ^ std::uint64_t(value >> 63));
}
void putFloat(std::string& out, float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8)
        out.push_back(char(std::uint8_t(bits >> shift)));
}

/// Reads from a chunk; after the first failure every further read gives 0 and `ok` stays false.
struct Reader {
    std::string_view bytes;
    bool ok = true;

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
            const auto byte = std::uint8_t(bytes.front());
            bytes.remove_prefix(1);
            value |= std::uint64_t(byte & 0x7FU) << shift;
            if ((byte & 0x80U) == 0)
                return value;
        }
        ok = false;
        bytes = {};
        return 0;
    }
    std::int64_t integer() {
        const std::uint64_t value = varint();
        return std::int64_t(value >> 1U) ^ -std::int64_t(value & 1U);
    }
    float real() {
        if (bytes.size() < 4) {
            ok = false;
            bytes = {};
            return 0;
        }
        std::uint32_t bits = 0;
        for (unsigned i = 0; i < 4; ++i)
            bits |= std::uint32_t(std::uint8_t(bytes[i])) << (8 * i);
        bytes.remove_prefix(4);
        return std::bit_cast<float>(bits);
    }
    /// A count of things of at least `minBytes` bytes each: more than the rest can hold is damage.
    std::size_t count(std::size_t minBytes) {
        const std::uint64_t n = varint();
        if (n > bytes.size() / minBytes) {
            ok = false;
            bytes = {};
            return 0;
        }
        return std::size_t(n);
    }
};

} // namespace

std::string encodeTokens(std::span<const MessageToken> tokens) {
    std::string out;
    out.push_back(kVersion);
    putVarint(out, tokens.size());
    for (const MessageToken& token : tokens) {
        putSigned(out, token.score.id);
        putFloat(out, token.score.logProbability);
        putSigned(out, token.score.rank);
        putFloat(out, token.score.entropy);
        putVarint(out, token.bytes.size());
        out += token.bytes;
        putVarint(out, token.score.top.size());
        for (const TokenAlternative& other : token.score.top) {
            putSigned(out, other.id);
            putFloat(out, other.logProbability);
        }
    }
    return out;
}

Result<void> decodeTokens(std::string_view chunk, std::vector<MessageToken>& out) {
    Reader in{chunk};
    if (chunk.empty() || chunk.front() != kVersion)
        return fail(ErrorCode::InvalidFile,
                    "The tokens kept with this message are in a form that this version does not know.");
    in.bytes.remove_prefix(1);
    const std::size_t n = in.count(12);
    const std::size_t before = out.size();
    for (std::size_t i = 0; i < n && in.ok; ++i) {
        MessageToken& token = out.emplace_back();
        token.score.id = TokenId(in.integer());
        token.score.logProbability = in.real();
        token.score.rank = std::int32_t(in.integer());
        token.score.entropy = in.real();
        const std::size_t nBytes = in.count(1);
        token.bytes.assign(in.bytes.substr(0, nBytes));
        in.bytes.remove_prefix(nBytes);
        const std::size_t nTop = in.count(5);
        token.score.top.resize(nTop);
        for (TokenAlternative& other : token.score.top) {
            other.id = TokenId(in.integer());
            other.logProbability = in.real();
        }
    }
    if (!in.ok || !in.bytes.empty()) {
        out.resize(before);
        return fail(ErrorCode::InvalidFile, "The tokens kept with this message are damaged; its text is not.");
    }
    return {};
}

} // namespace vitral
