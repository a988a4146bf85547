// SPDX-License-Identifier: Apache-2.0
#pragma once
// safetensors: the container of Hugging Face's models and of our own recorded runs. Mapped, not copied. The header is
// read by a streaming parser that knows its three levels, so no hostile JSON is ever built in memory.
// Format: https://github.com/huggingface/safetensors (README, "Format"). Thread: any; immutable once open.

#include "core/base/mapped_file.h"
#include "core/base/result.h"
#include "core/base/atomic_file.h"
#include "core/tensor/tensor_view.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vitral {

struct SafetensorsTensor {
    std::string name;
    std::string dtypeName;            ///< as in the file: "BF16", "F8_E4M3", "BOOL"
    std::vector<std::int64_t> dims;   ///< outermost first; any number of axes
    std::span<const std::byte> bytes; ///< in the file; at any address
    /// Errors: Unsupported (a type without a DType, more than four axes).
    [[nodiscard]] Result<TensorView> view() const;
};

/// "F32" for a type that safetensors can hold.
[[nodiscard]] std::optional<std::string_view> safetensorsTypeName(DType type);

class SafetensorsFile {
public:
    /// Errors: NotFound, Io, InvalidFile (names the tensor or field), Unsupported.
    static Result<std::shared_ptr<const SafetensorsFile>> open(const std::filesystem::path& path);
    /// The same on bytes that the caller keeps alive (tests, fuzzers).
    static Result<std::shared_ptr<const SafetensorsFile>> parse(std::span<const std::byte> bytes);

    /// In file order of their data.
    [[nodiscard]] const std::vector<SafetensorsTensor>& tensors() const { return tensors_; }
    [[nodiscard]] const SafetensorsTensor* findTensor(std::string_view name) const;
    /// What stands under "__metadata__".
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }
    [[nodiscard]] std::size_t fileBytes() const { return bytes_.size(); }

private:
    Result<void> read();
    MappedFile file_;
    std::span<const std::byte> bytes_;
    std::vector<SafetensorsTensor> tensors_;
    std::unordered_map<std::string_view, std::size_t> index_;
    std::vector<std::pair<std::string, std::string>> metadata_;
};

/// Declare, begin(path), stream the tensors' bytes in declared order, finish(). The file appears only when it is whole.
/// safetensors allows no gaps between tensors: declare wide types first to keep them aligned. Thread: one at a time.
class SafetensorsWriter {
public:
    void setMetadata(std::string_view key, std::string_view value) { metadata_[std::string(key)] = value; }
    /// Errors: InvalidArgument (name used twice or "__metadata__", negative dimension, text that is not UTF-8),
    /// Unsupported (quantised types).
    Result<void> addTensor(std::string_view name, DType dtype, std::span<const std::int64_t> dims);
    Result<void> addTensor(std::string_view name, DType dtype, const Shape& shape);

    /// Errors here and below: Io, InvalidArgument (metadata that is not UTF-8), Bug (more or fewer bytes than
    /// declared).
    Result<void> begin(const std::filesystem::path& path);
    Result<void> write(std::span<const std::byte> bytes);
    Result<void> finish();

private:
    struct Tensor {
        std::string name;
        std::string_view dtypeName;
        std::vector<std::int64_t> dims;
        std::uint64_t bytes = 0;
    };
    std::map<std::string, std::string> metadata_;
    std::vector<Tensor> tensors_;
    std::uint64_t declaredBytes_ = 0;
    std::uint64_t writtenBytes_ = 0;
    std::optional<AtomicFile> file_;
};

} // namespace vitral
