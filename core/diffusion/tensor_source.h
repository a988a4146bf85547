// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tensors of one network by one naming, wherever they lie: in one safetensors file, in shards, in a GGUF, under a
// prefix or under names of another program. Loaders ask by diffusers' names; errors name the tensor as the file spells
// it. Thread: any once built.

#include "core/base/result.h"
#include "core/io/gguf.h"
#include "core/io/safetensors.h"
#include "core/tensor/tensor_view.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vitral::diffusion {

class TensorSource {
public:
    struct Entry {
        std::string fileName; ///< of the tensor in its file
        TensorView view;
        bool readable = true; ///< false: of a type this version does not know; `problem` says which
        std::string problem;
    };
    /// What a tensor of a file is called here; nothing: it does not belong to this network.
    using Rename = std::function<std::optional<std::string>(std::string_view)>;

    /// Adds the tensors of a file; it is kept alive. Errors: InvalidFile (two tensors become one name).
    Result<void> add(std::shared_ptr<const SafetensorsFile> file, const Rename& rename = {});
    Result<void> add(std::shared_ptr<const GgufFile> file, const Rename& rename = {});
    /// One tensor that was made by hand (a slice of a fused projection).
    Result<void> add(std::string name, Entry entry);
    /// Those tensors that `rename` names, under their new names; of the same files. Errors: InvalidFile.
    [[nodiscard]] Result<TensorSource> renamed(const Rename& rename) const;
    void keepAlive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

    [[nodiscard]] bool has(std::string_view name) const { return entries_.find(std::string(name)) != entries_.end(); }
    [[nodiscard]] const Entry* find(std::string_view name) const;
    /// Dimensions of a tensor, or a shape of rank 0 where there is none.
    [[nodiscard]] Shape shapeOf(std::string_view name) const;
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t count() const { return entries_.size(); }
    [[nodiscard]] const std::unordered_map<std::string, Entry>& entries() const { return entries_; }
    [[nodiscard]] const std::vector<std::shared_ptr<const void>>& owners() const { return owners_; }
    [[nodiscard]] std::size_t totalBytes() const;
    [[nodiscard]] std::int64_t nParameter() const;

private:
    std::unordered_map<std::string, Entry> entries_;
    std::vector<std::shared_ptr<const void>> owners_;
};

/// Names under a prefix, without it.
[[nodiscard]] TensorSource::Rename underPrefix(std::string prefix);

} // namespace vitral::diffusion
