// SPDX-License-Identifier: Apache-2.0
#pragma once
// GGUF files put together byte by byte, right or wrong on purpose; knows nothing of GgufWriter.

#include "core/io/gguf.h"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace vitral::test {

class Bytes {
public:
    template <class T>
    Bytes& number(T value) {
        text_.append(reinterpret_cast<const char*>(&value), sizeof(T));
        return *this;
    }
    Bytes& u8(std::uint8_t value) { return number(value); }
    Bytes& u32(std::uint32_t value) { return number(value); }
    Bytes& u64(std::uint64_t value) { return number(value); }
    Bytes& raw(std::string_view text) {
        text_ += text;
        return *this;
    }
    Bytes& string(std::string_view text) { return u64(text.size()).raw(text); }
    Bytes& type(GgufType type) { return u32(static_cast<std::uint32_t>(type)); }
    Bytes& header(std::uint64_t nTensor, std::uint64_t nMetadata, std::uint32_t version = 3) {
        return raw("GGUF").u32(version).u64(nTensor).u64(nMetadata);
    }
    /// dims in the file's order: the contiguous axis first.
    Bytes& tensor(std::string_view name, std::initializer_list<std::uint64_t> dims, std::uint32_t ggmlType,
                  std::uint64_t offset) {
        string(name).u32(std::uint32_t(dims.size()));
        for (const std::uint64_t dim : dims)
            u64(dim);
        return u32(ggmlType).u64(offset);
    }
    Bytes& pad(std::size_t alignment) { return zeros((alignment - text_.size() % alignment) % alignment); }
    Bytes& zeros(std::size_t n) {
        text_.append(n, '\0');
        return *this;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// Parses from a heap buffer of exactly that size, so that a sanitizer sees a read one byte past the end.
inline Result<std::shared_ptr<const GgufFile>> parseExactly(std::string_view text, std::unique_ptr<std::byte[]>& keep) {
    keep.reset(new std::byte[text.size()]);
    std::memcpy(keep.get(), text.data(), text.size());
    return GgufFile::parse({keep.get(), text.size()});
}

/// A small file with a value of every type, arrays of arrays and three tensors.
inline std::string validGguf(std::uint32_t version = 3) {
    Bytes b;
    b.header(3, 18, version);
    b.string("general.architecture").type(GgufType::String).string("llama");
    b.string("a.u8").type(GgufType::U8).u8(200);
    b.string("a.i8").type(GgufType::I8).number<std::int8_t>(-100);
    b.string("a.u16").type(GgufType::U16).number<std::uint16_t>(60000);
    b.string("a.i16").type(GgufType::I16).number<std::int16_t>(-30000);
    b.string("a.u32").type(GgufType::U32).u32(4000000000U);
    b.string("a.i32").type(GgufType::I32).number<std::int32_t>(-2000000000);
    b.string("a.u64").type(GgufType::U64).u64(1ULL << 63);
    b.string("a.i64").type(GgufType::I64).number<std::int64_t>(-(1LL << 62));
    b.string("a.f32").type(GgufType::F32).number(0.5F);
    b.string("a.f64").type(GgufType::F64).number(0.1);
    b.string("a.bool").type(GgufType::Bool).u8(1);
    b.string("a.strings")
        .type(GgufType::Array)
        .type(GgufType::String)
        .u64(3)
        .string("um")
        .string("")
        .string("tr\xC3\xAAs");
    b.string("a.floats").type(GgufType::Array).type(GgufType::F32).u64(2).number(1.5F).number(-2.0F);
    b.string("a.bytes").type(GgufType::Array).type(GgufType::I8).u64(2).number<std::int8_t>(-1).number<std::int8_t>(1);
    b.string("a.bools").type(GgufType::Array).type(GgufType::Bool).u64(3).u8(1).u8(0).u8(1);
    b.string("a.nested").type(GgufType::Array).type(GgufType::Array).u64(2);
    b.type(GgufType::U16).u64(2).number<std::uint16_t>(7).number<std::uint16_t>(8);
    b.type(GgufType::String).u64(1).string("x");
    b.string("a.empty").type(GgufType::Array).type(GgufType::U32).u64(0);
    b.tensor("embd", {4, 3}, 0, 0);      // F32, 48 bytes
    b.tensor("quant", {64}, 8, 64);      // Q8_0, 68 bytes
    b.tensor("last", {2, 1, 3}, 1, 160); // F16, 12 bytes
    b.pad(32);
    for (int i = 0; i < 12; ++i)
        b.number(float(i));
    b.zeros(16).zeros(68).zeros(28).raw(std::string(12, '\x3c'));
    return b.text();
}

} // namespace vitral::test
