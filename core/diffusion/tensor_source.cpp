// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/tensor_source.h"

#include <fmt/format.h>

namespace vitral::diffusion {

TensorSource::Rename underPrefix(std::string prefix) {
    return [prefix = std::move(prefix)](std::string_view name) -> std::optional<std::string> {
        if (!name.starts_with(prefix))
            return std::nullopt;
        return std::string(name.substr(prefix.size()));
    };
}

Result<void> TensorSource::add(std::string name, Entry entry) {
    const auto [at, isNew] = entries_.try_emplace(std::move(name), std::move(entry));
    if (!isNew)
        return fail(ErrorCode::InvalidFile, fmt::format("The model holds the tensor {} twice, as {} and again.",
                                                        at->first, at->second.fileName));
    return {};
}

Result<void> TensorSource::add(std::shared_ptr<const SafetensorsFile> file, const Rename& rename) {
    for (const SafetensorsTensor& tensor : file->tensors()) {
        auto name = rename ? rename(tensor.name) : std::optional<std::string>(tensor.name);
        if (!name)
            continue;
        Entry entry;
        entry.fileName = tensor.name;
        if (auto view = tensor.view()) {
            entry.view = *view;
        } else { // only an error where somebody asks for it: checkpoints of training hold all sorts of things
            entry.readable = false;
            entry.problem = view.error().message;
        }
        VITRAL_TRY(add(std::move(*name), std::move(entry)));
    }
    keepAlive(std::move(file));
    return {};
}

Result<void> TensorSource::add(std::shared_ptr<const GgufFile> file, const Rename& rename) {
    for (const GgufTensor& tensor : file->tensors()) {
        auto name = rename ? rename(tensor.name) : std::optional<std::string>(tensor.name);
        if (!name)
            continue;
        Entry entry;
        entry.fileName = tensor.name;
        entry.view = tensor.view;
        VITRAL_TRY(add(std::move(*name), std::move(entry)));
    }
    keepAlive(std::move(file));
    return {};
}

Result<TensorSource> TensorSource::renamed(const Rename& rename) const {
    TensorSource result;
    for (const auto& [name, entry] : entries_)
        if (auto other = rename(name))
            VITRAL_TRY(result.add(std::move(*other), entry));
    result.owners_ = owners_;
    return result;
}

const TensorSource::Entry* TensorSource::find(std::string_view name) const {
    const auto at = entries_.find(std::string(name));
    return at == entries_.end() ? nullptr : &at->second;
}

Shape TensorSource::shapeOf(std::string_view name) const {
    const Entry* entry = find(name);
    return entry != nullptr ? entry->view.shape : Shape{};
}

std::size_t TensorSource::totalBytes() const {
    std::size_t bytes = 0;
    for (const auto& [name, entry] : entries_)
        bytes += entry.view.bytes.size();
    return bytes;
}

std::int64_t TensorSource::nParameter() const {
    std::int64_t n = 0;
    for (const auto& [name, entry] : entries_)
        n += entry.readable ? entry.view.shape.count() : 0;
    return n;
}

} // namespace vitral::diffusion
