// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes GGUF v3 in one pass: declare metadata and tensors, begin(path), stream the tensors' bytes in the order they
// were declared, finish(). The file appears only when it is whole (AtomicFile). Thread: one at a time.

#include "core/base/result.h"
#include "core/base/atomic_file.h"
#include "core/io/gguf.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace vitral {

class GgufWriter {
public:
    // Metadata, before begin(). A key that is set again keeps its place and takes the new value.
    void setBool(std::string_view key, bool value);
    void setU32(std::string_view key, std::uint32_t value);
    void setU64(std::string_view key, std::uint64_t value);
    void setI32(std::string_view key, std::int32_t value);
    void setI64(std::string_view key, std::int64_t value);
    void setF32(std::string_view key, float value);
    void setF64(std::string_view key, double value);
    void setString(std::string_view key, std::string_view value);
    void setStrings(std::string_view key, std::span<const std::string> values);
    void setFloats(std::string_view key, std::span<const float> values);
    void setInts(std::string_view key, std::span<const std::int32_t> values);
    /// Any value in a stored type. Errors: InvalidArgument (the value is of another kind, or does not fit the type).
    Result<void> set(std::string_view key, GgufType type, const GgufValue& value);
    /// A value as GgufFile::metadataBytes gives it, byte for byte.
    void setEncoded(std::string_view key, std::span<const std::byte> typeAndValue);
    /// Power of two from 8 to 2^31; 32 unless set. Errors: InvalidArgument.
    Result<void> setAlignment(std::uint32_t alignment);

    /// Errors: InvalidArgument (name used twice, row not a multiple of the block length, empty dimension).
    Result<void> addTensor(std::string_view name, DType dtype, const Shape& shape);

    /// Bytes the whole file will have.
    [[nodiscard]] std::uint64_t fileBytes() const;

    /// Errors here and below: Io (disk full among them), Bug (more or fewer bytes than declared).
    Result<void> begin(const std::filesystem::path& path);
    /// The next bytes of the tensors, in declared order; a piece may end anywhere inside a tensor but not cross its
    /// end.
    Result<void> write(std::span<const std::byte> bytes);
    Result<void> finish();

private:
    struct Tensor {
        std::string name;
        DType dtype;
        Shape shape;
        std::uint64_t bytes;
    };
    void put(std::string_view key, GgufType type, std::string_view encoded);
    [[nodiscard]] std::string header() const;
    [[nodiscard]] std::uint64_t padded(std::uint64_t n) const { return (n + alignment_ - 1) / alignment_ * alignment_; }

    std::vector<std::pair<std::string, std::string>> metadata_; // key, type number and value as in the file
    std::vector<Tensor> tensors_;
    std::unordered_set<std::string> names_;
    std::uint64_t alignment_ = 32;
    std::optional<AtomicFile> file_;
    std::size_t iTensor_ = 0;         // the tensor being written
    std::uint64_t tensorWritten_ = 0; // bytes of it
};

} // namespace vitral
