// SPDX-License-Identifier: Apache-2.0
#pragma once
// GGUF v2 and v3 (little endian): the container of llama.cpp's models. Every byte is hostile: lengths, counts, offsets,
// dims and alignment are checked before use, and nothing is allocated that the file's own size does not justify.
// Format: the GGUF specification (ggml repository, docs/gguf.md). Thread: any; immutable once open.

#include "core/base/mapped_file.h"
#include "core/base/result.h"
#include "core/tensor/tensor_view.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace vitral {

/// Value types, numbered as in the file.
enum class GgufType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64 };
[[nodiscard]] std::string_view ggufTypeName(GgufType type); ///< "u32"

struct GgufArray;
/// All integer widths are kept as i64/u64, floats as f64; `GgufArray` keeps its element type.
using GgufValue =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string, std::shared_ptr<const GgufArray>>;

struct GgufArray {
    // Exactly one is used, by element type. Strings point into the mapped file: no copy of a 150,000-token vocabulary.
    std::vector<std::string_view> strings;
    std::vector<std::int64_t> integers;
    std::vector<double> floats;
    std::vector<bool> bools;
    std::vector<std::shared_ptr<const GgufArray>> arrays;
    enum class Kind : std::uint8_t { Strings, Integers, Floats, Bools, Arrays } kind = Kind::Integers;
    GgufType elementType = GgufType::U8; ///< as stored in the file; Integers and Floats are widened here
    [[nodiscard]] std::size_t size() const;
};

struct GgufTensor {
    std::string name;
    TensorView view; ///< NumPy order; bytes inside the mapped file, aligned to the file's alignment() and no more
};

class GgufFile {
public:
    /// One of several files of a model opens all of them as one (core/base/split_name.h); metadata are then the first
    /// file's. Errors: NotFound (also a missing part), Io, InvalidFile (the sentence names the field and the offset),
    /// Unsupported (version, type, big endian).
    static Result<std::shared_ptr<const GgufFile>> open(const std::filesystem::path& path);
    /// The same on bytes that the caller keeps alive (tests, fuzzers).
    static Result<std::shared_ptr<const GgufFile>> parse(std::span<const std::byte> bytes);

    [[nodiscard]] std::uint32_t version() const { return version_; }
    [[nodiscard]] std::size_t fileBytes() const { return bytes_.size() + joinedBytes_; } ///< of all parts
    [[nodiscard]] int nPart() const { return static_cast<int>(parts_.size()) + 1; }
    /// Metadata in file order.
    [[nodiscard]] const std::vector<std::pair<std::string, GgufValue>>& metadata() const { return metadata_; }
    /// Type of metadata()[i] as stored, and its bytes from the type number on (what GgufWriter copies).
    [[nodiscard]] GgufType metadataType(std::size_t i) const { return encoded_[i].type; }
    [[nodiscard]] std::span<const std::byte> metadataBytes(std::size_t i) const { return encoded_[i].bytes; }
    /// Alignment of the tensors' offsets, a power of two: 32 where the file does not say.
    [[nodiscard]] std::uint64_t alignment() const { return alignment_; }
    [[nodiscard]] const std::vector<GgufTensor>& tensors() const { return tensors_; }

    [[nodiscard]] const GgufValue* find(std::string_view key) const;
    [[nodiscard]] const GgufTensor* findTensor(std::string_view name) const;

    // Typed access. Missing key: the default; wrong type: InvalidFile naming the key.
    [[nodiscard]] Result<std::int64_t> integer(std::string_view key, std::int64_t fallback) const;
    [[nodiscard]] Result<double> real(std::string_view key, double fallback) const;
    [[nodiscard]] Result<bool> boolean(std::string_view key, bool fallback) const;
    [[nodiscard]] Result<std::string> string(std::string_view key, std::string_view fallback) const;
    /// Null when the key is missing.
    [[nodiscard]] Result<std::shared_ptr<const GgufArray>> array(std::string_view key) const;

private:
    friend class GgufParser;
    static Result<std::shared_ptr<GgufFile>> openAlone(const std::filesystem::path& path);
    /// All parts of the model that `given`, at `path`, is one of.
    static Result<std::shared_ptr<const GgufFile>> join(const std::filesystem::path& path,
                                                        std::shared_ptr<GgufFile> given);
    MappedFile file_;
    std::span<const std::byte> bytes_;
    std::uint32_t version_ = 0;
    std::vector<std::pair<std::string, GgufValue>> metadata_;
    struct Encoded {
        GgufType type = GgufType::U8;
        std::span<const std::byte> bytes;
    };
    std::vector<Encoded> encoded_; // parallel to metadata_
    std::uint64_t alignment_ = 32;
    std::unordered_map<std::string_view, std::size_t> metadataIndex_;
    std::vector<GgufTensor> tensors_;
    std::unordered_map<std::string_view, std::size_t> tensorIndex_;
    std::vector<std::shared_ptr<const GgufFile>> parts_; ///< all but this one; their tensors are among this one's
    std::size_t joinedBytes_ = 0;                        ///< of parts_
};

} // namespace vitral
