// SPDX-License-Identifier: Apache-2.0
// What an open GGUF file holds, by name and by type.
#include "core/io/gguf.h"

#include "core/io/byte_reader.h"

#include <array>
#include <limits>

namespace vitral {

namespace {

constexpr std::array<std::string_view, 13> kTypeNames = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                                         "bool", "string", "array", "u64", "i64", "f64"};

tl::unexpected<Error> wrongType(std::string_view key, std::string_view wanted) {
    return fail(ErrorCode::InvalidFile,
                fmt::format("Metadata {} should be {} but has another type.", quotedName(key), wanted));
}

} // namespace

std::string_view ggufTypeName(GgufType type) {
    return kTypeNames[static_cast<std::size_t>(type)];
}

std::size_t GgufArray::size() const {
    switch (kind) {
    case Kind::Strings:
        return strings.size();
    case Kind::Integers:
        return integers.size();
    case Kind::Floats:
        return floats.size();
    case Kind::Bools:
        return bools.size();
    case Kind::Arrays:
        return arrays.size();
    }
    return 0;
}

const GgufValue* GgufFile::find(std::string_view key) const {
    const auto it = metadataIndex_.find(key);
    return it == metadataIndex_.end() ? nullptr : &metadata_[it->second].second;
}

const GgufTensor* GgufFile::findTensor(std::string_view name) const {
    const auto it = tensorIndex_.find(name);
    return it == tensorIndex_.end() ? nullptr : &tensors_[it->second];
}

Result<std::int64_t> GgufFile::integer(std::string_view key, std::int64_t fallback) const {
    const GgufValue* value = find(key);
    if (value == nullptr)
        return fallback;
    if (const auto* number = std::get_if<std::int64_t>(value))
        return *number;
    const auto* number = std::get_if<std::uint64_t>(value);
    if (number == nullptr)
        return wrongType(key, "an integer");
    if (*number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return fail(ErrorCode::InvalidFile,
                    fmt::format("Metadata {} is {}, which does not fit 63 bits.", quotedName(key), *number));
    return static_cast<std::int64_t>(*number);
}

Result<double> GgufFile::real(std::string_view key, double fallback) const {
    const GgufValue* value = find(key);
    if (value == nullptr)
        return fallback;
    if (const auto* number = std::get_if<double>(value))
        return *number;
    if (const auto* number = std::get_if<std::int64_t>(value))
        return static_cast<double>(*number);
    if (const auto* number = std::get_if<std::uint64_t>(value))
        return static_cast<double>(*number);
    return wrongType(key, "a number");
}

Result<bool> GgufFile::boolean(std::string_view key, bool fallback) const {
    const GgufValue* value = find(key);
    if (value == nullptr)
        return fallback;
    const auto* truth = std::get_if<bool>(value);
    return truth == nullptr ? Result<bool>(wrongType(key, "true or false")) : Result<bool>(*truth);
}

Result<std::string> GgufFile::string(std::string_view key, std::string_view fallback) const {
    const GgufValue* value = find(key);
    if (value == nullptr)
        return std::string(fallback);
    const auto* text = std::get_if<std::string>(value);
    return text == nullptr ? Result<std::string>(wrongType(key, "a string")) : Result<std::string>(*text);
}

Result<std::shared_ptr<const GgufArray>> GgufFile::array(std::string_view key) const {
    using Pointer = std::shared_ptr<const GgufArray>;
    const GgufValue* value = find(key);
    if (value == nullptr)
        return Pointer();
    const auto* array = std::get_if<Pointer>(value);
    return array == nullptr ? Result<Pointer>(wrongType(key, "an array")) : Result<Pointer>(*array);
}

} // namespace vitral
