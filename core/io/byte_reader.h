// SPDX-License-Identifier: Apache-2.0
#pragma once
// A cursor over bytes nobody vouches for: every read is checked against what is left, every number is little endian
// and may lie at any address. Used by the file readers of this folder only. Thread: any.

#include "core/base/result.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <span>
#include <string>
#include <string_view>

namespace vitral {

static_assert(std::endian::native == std::endian::little, "the readers copy little-endian numbers as they lie");

/// A name from a file, fit to stand in a sentence: quoted, cut after 64 bytes, unprintable bytes as \xNN.
inline std::string quotedName(std::string_view name) {
    std::string text = "'";
    for (const char c : name.substr(0, 64)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7F)
            text += fmt::format("\\x{:02x}", byte);
        else
            text += c;
    }
    return text + (name.size() > 64 ? "...'" : "'");
}

/// False where a * b does not fit.
[[nodiscard]] inline bool multiplyChecked(std::uint64_t a, std::uint64_t b, std::uint64_t& product) {
    return !__builtin_mul_overflow(a, b, &product);
}
[[nodiscard]] inline bool addChecked(std::uint64_t a, std::uint64_t b, std::uint64_t& sum) {
    return !__builtin_add_overflow(a, b, &sum);
}

class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }

    /// Reads one number; false, and nothing moves, where the bytes end first.
    template <class T>
    [[nodiscard]] bool read(T& value) {
        if (left() < sizeof(T))
            return false;
        std::memcpy(&value, bytes_.data() + position_, sizeof(T));
        position_ += sizeof(T);
        return true;
    }

    /// The next n bytes in place; false where there are not so many.
    [[nodiscard]] bool take(std::uint64_t n, std::span<const std::byte>& out) {
        if (n > left())
            return false;
        out = bytes_.subspan(position_, static_cast<std::size_t>(n));
        position_ += static_cast<std::size_t>(n);
        return true;
    }

private:
    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
};

} // namespace vitral
