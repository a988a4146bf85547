// SPDX-License-Identifier: Apache-2.0
#include "core/io/gguf_writer.h"

#include "core/io/byte_reader.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>

namespace vitral {

namespace {

template <class T>
void append(std::string& out, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void appendString(std::string& out, std::string_view text) {
    append<std::uint64_t>(out, text.size());
    out.append(text);
}

template <class T>
std::string bytesOf(T value) {
    std::string out;
    append(out, value);
    return out;
}

/// Appends an integer in a stored type; false where it does not fit. Wide is i64 or u64.
template <class Wide>
bool appendInteger(std::string& out, GgufType type, Wide value) {
    const auto put = [&](auto zero) {
        using T = decltype(zero);
        if (!std::in_range<T>(value))
            return false;
        append(out, static_cast<T>(value));
        return true;
    };
    switch (type) {
    case GgufType::U8:
        return put(std::uint8_t{});
    case GgufType::I8:
        return put(std::int8_t{});
    case GgufType::U16:
        return put(std::uint16_t{});
    case GgufType::I16:
        return put(std::int16_t{});
    case GgufType::U32:
        return put(std::uint32_t{});
    case GgufType::I32:
        return put(std::int32_t{});
    case GgufType::U64:
        return put(std::uint64_t{});
    case GgufType::I64:
        return put(std::int64_t{});
    default:
        return false;
    }
}

bool appendFloat(std::string& out, GgufType type, double value) {
    if (type == GgufType::F32)
        append(out, static_cast<float>(value));
    else if (type == GgufType::F64)
        append(out, value);
    return type == GgufType::F32 || type == GgufType::F64;
}

bool appendArray(std::string& out, const GgufArray& array) {
    append(out, static_cast<std::uint32_t>(array.elementType));
    append<std::uint64_t>(out, array.size());
    const GgufType type = array.elementType;
    switch (array.kind) {
    case GgufArray::Kind::Strings:
        for (const std::string_view text : array.strings)
            appendString(out, text);
        return type == GgufType::String;
    case GgufArray::Kind::Integers:
        return std::all_of(array.integers.begin(), array.integers.end(),
                           [&](std::int64_t value) { return appendInteger(out, type, value); });
    case GgufArray::Kind::Floats:
        return std::all_of(array.floats.begin(), array.floats.end(),
                           [&](double value) { return appendFloat(out, type, value); });
    case GgufArray::Kind::Bools:
        for (const bool value : array.bools)
            append<std::uint8_t>(out, value ? 1 : 0);
        return type == GgufType::Bool;
    case GgufArray::Kind::Arrays:
        return type == GgufType::Array && std::all_of(array.arrays.begin(), array.arrays.end(), [&](const auto& inner) {
                   return inner != nullptr && appendArray(out, *inner);
               });
    }
    return false;
}

/// The value in the stored type; false where it is of another kind or does not fit.
bool appendValue(std::string& out, GgufType type, const GgufValue& value) {
    if (const auto* truth = std::get_if<bool>(&value)) {
        append<std::uint8_t>(out, *truth ? 1 : 0);
        return type == GgufType::Bool;
    }
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return appendInteger(out, type, *number);
    if (const auto* number = std::get_if<std::uint64_t>(&value))
        return appendInteger(out, type, *number);
    if (const auto* number = std::get_if<double>(&value))
        return appendFloat(out, type, *number);
    if (const auto* text = std::get_if<std::string>(&value)) {
        appendString(out, *text);
        return type == GgufType::String;
    }
    const auto& array = std::get<std::shared_ptr<const GgufArray>>(value);
    return type == GgufType::Array && array != nullptr && appendArray(out, *array);
}

tl::unexpected<Error> bug(std::string message) {
    return fail(ErrorCode::Bug, std::move(message));
}

} // namespace

void GgufWriter::put(std::string_view key, GgufType type, std::string_view encoded) {
    std::string value = bytesOf(static_cast<std::uint32_t>(type));
    value.append(encoded);
    for (auto& [name, old] : metadata_) {
        if (name == key) {
            old = std::move(value);
            return;
        }
    }
    metadata_.emplace_back(std::string(key), std::move(value));
}

void GgufWriter::setBool(std::string_view key, bool value) {
    put(key, GgufType::Bool, bytesOf<std::uint8_t>(value ? 1 : 0));
}
void GgufWriter::setU32(std::string_view key, std::uint32_t value) {
    put(key, GgufType::U32, bytesOf(value));
}
void GgufWriter::setU64(std::string_view key, std::uint64_t value) {
    put(key, GgufType::U64, bytesOf(value));
}
void GgufWriter::setI32(std::string_view key, std::int32_t value) {
    put(key, GgufType::I32, bytesOf(value));
}
void GgufWriter::setI64(std::string_view key, std::int64_t value) {
    put(key, GgufType::I64, bytesOf(value));
}
void GgufWriter::setF32(std::string_view key, float value) {
    put(key, GgufType::F32, bytesOf(value));
}
void GgufWriter::setF64(std::string_view key, double value) {
    put(key, GgufType::F64, bytesOf(value));
}

void GgufWriter::setString(std::string_view key, std::string_view value) {
    std::string encoded;
    appendString(encoded, value);
    put(key, GgufType::String, encoded);
}

void GgufWriter::setStrings(std::string_view key, std::span<const std::string> values) {
    std::string encoded = bytesOf(static_cast<std::uint32_t>(GgufType::String));
    append<std::uint64_t>(encoded, values.size());
    for (const std::string& value : values)
        appendString(encoded, value);
    put(key, GgufType::Array, encoded);
}

void GgufWriter::setFloats(std::string_view key, std::span<const float> values) {
    std::string encoded = bytesOf(static_cast<std::uint32_t>(GgufType::F32));
    append<std::uint64_t>(encoded, values.size());
    encoded.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    put(key, GgufType::Array, encoded);
}

void GgufWriter::setInts(std::string_view key, std::span<const std::int32_t> values) {
    std::string encoded = bytesOf(static_cast<std::uint32_t>(GgufType::I32));
    append<std::uint64_t>(encoded, values.size());
    encoded.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    put(key, GgufType::Array, encoded);
}

Result<void> GgufWriter::set(std::string_view key, GgufType type, const GgufValue& value) {
    std::string encoded;
    if (!appendValue(encoded, type, value))
        return fail(ErrorCode::InvalidArgument, fmt::format("The value of metadata {} does not fit the type {}.",
                                                            quotedName(key), ggufTypeName(type)));
    put(key, type, encoded);
    return {};
}

void GgufWriter::setEncoded(std::string_view key, std::span<const std::byte> typeAndValue) {
    std::uint32_t type = 0;
    VITRAL_ASSERT(typeAndValue.size() > sizeof(type), "encoded metadata begins with its type");
    std::memcpy(&type, typeAndValue.data(), sizeof(type));
    const auto value = typeAndValue.subspan(sizeof(type));
    put(key, static_cast<GgufType>(type), {reinterpret_cast<const char*>(value.data()), value.size()});
}

Result<void> GgufWriter::setAlignment(std::uint32_t alignment) {
    if (!std::has_single_bit(alignment) || alignment < 8)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("An alignment of {} is not a power of two from 8 on.", alignment));
    alignment_ = alignment;
    setU32("general.alignment", alignment);
    return {};
}

Result<void> GgufWriter::addTensor(std::string_view name, DType dtype, const Shape& shape) {
    const DTypeInfo& info = dtypeInfo(dtype);
    std::uint64_t count = 1;
    for (int axis = 0; axis < shape.rank; ++axis)
        if (shape[axis] <= 0 || !multiplyChecked(count, static_cast<std::uint64_t>(shape[axis]), count) ||
            count > (std::uint64_t(1) << 60))
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Tensor {} cannot have the shape {}.", quotedName(name), shape.toString()));
    if (info.ggmlId < 0 || shape.nCol() % info.blockLen != 0)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("Tensor {} has rows of {} elements, not a multiple of {} as {} needs.",
                                quotedName(name), shape.nCol(), info.blockLen, info.name));
    if (!names_.emplace(name).second)
        return fail(ErrorCode::InvalidArgument, fmt::format("Tensor {} is added twice.", quotedName(name)));
    const std::uint64_t bytes =
        count / static_cast<std::uint64_t>(info.blockLen) * static_cast<std::uint64_t>(info.blockBytes);
    tensors_.push_back({std::string(name), dtype, shape, bytes});
    return {};
}

std::string GgufWriter::header() const {
    std::string out = "GGUF";
    append<std::uint32_t>(out, 3);
    append<std::uint64_t>(out, tensors_.size());
    append<std::uint64_t>(out, metadata_.size());
    for (const auto& [key, value] : metadata_) {
        appendString(out, key);
        out += value;
    }
    std::uint64_t offset = 0;
    for (const Tensor& tensor : tensors_) {
        appendString(out, tensor.name);
        append(out, static_cast<std::uint32_t>(tensor.shape.rank));
        for (int axis = tensor.shape.rank - 1; axis >= 0; --axis)
            append(out, static_cast<std::uint64_t>(tensor.shape[axis]));
        append(out, static_cast<std::uint32_t>(dtypeInfo(tensor.dtype).ggmlId));
        append(out, offset);
        offset += padded(tensor.bytes);
    }
    return out;
}

std::uint64_t GgufWriter::fileBytes() const {
    std::uint64_t bytes = padded(header().size());
    for (const Tensor& tensor : tensors_)
        bytes += padded(tensor.bytes);
    return bytes;
}

Result<void> GgufWriter::begin(const std::filesystem::path& path) {
    if (file_)
        return bug("A GGUF file was begun twice.");
    VITRAL_TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
    const std::string head = header();
    VITRAL_TRY(file.write(head));
    VITRAL_TRY(file.writeZeros(padded(head.size()) - head.size()));
    file_.emplace(std::move(file));
    iTensor_ = 0;
    tensorWritten_ = 0;
    return {};
}

Result<void> GgufWriter::write(std::span<const std::byte> bytes) {
    if (!file_ || iTensor_ >= tensors_.size() || bytes.size() > tensors_[iTensor_].bytes - tensorWritten_)
        return bug("More bytes were written to a GGUF tensor than were declared.");
    VITRAL_TRY(file_->write(bytes));
    tensorWritten_ += bytes.size();
    if (tensorWritten_ < tensors_[iTensor_].bytes)
        return {};
    VITRAL_TRY(file_->writeZeros(padded(tensorWritten_) - tensorWritten_));
    ++iTensor_;
    tensorWritten_ = 0;
    return {};
}

Result<void> GgufWriter::finish() {
    if (!file_ || iTensor_ != tensors_.size())
        return bug("A GGUF file was finished before all its tensors were written.");
    VITRAL_TRY(file_->finish());
    file_.reset();
    return {};
}

} // namespace vitral
