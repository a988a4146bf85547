// SPDX-License-Identifier: Apache-2.0
#include "core/io/safetensors.h"

#include "core/base/amounts.h"
#include "core/io/byte_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace vitral {

namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000; // the format's own limit
constexpr std::size_t kMaxRank = 16;

struct FileType {
    std::string_view name;
    std::uint64_t bytes;
    std::optional<DType> type;
};
constexpr std::array<FileType, 16> kTypes = {{
    {"F64", 8, DType::F64},
    {"F32", 4, DType::F32},
    {"F16", 2, DType::F16},
    {"BF16", 2, DType::BF16},
    {"I64", 8, DType::I64},
    {"I32", 4, DType::I32},
    {"I16", 2, DType::I16},
    {"I8", 1, DType::I8},
    {"U64", 8, std::nullopt},
    {"U32", 4, std::nullopt},
    {"U16", 2, std::nullopt},
    {"U8", 1, std::nullopt},
    {"BOOL", 1, std::nullopt},
    {"F8_E4M3", 1, std::nullopt},
    {"F8_E5M2", 1, std::nullopt},
    {"F8_E8M0", 1, std::nullopt},
}};

const FileType* findType(std::string_view name) {
    const auto it = std::find_if(kTypes.begin(), kTypes.end(), [&](const FileType& type) { return type.name == name; });
    return it == kTypes.end() ? nullptr : &*it;
}

tl::unexpected<Error> invalid(std::string message) {
    return fail(ErrorCode::InvalidFile, std::move(message));
}

struct Entry {
    std::string name;
    std::optional<std::string> dtype;
    std::optional<std::vector<std::int64_t>> shape;
    std::optional<std::vector<std::int64_t>> offsets;
};

/// Takes the JSON events of a header: an object of tensors, each an object of a string and two lists of counts.
/// Anything else stops the parser with a sentence in error().
class HeaderEvents {
public:
    using Json = nlohmann::json;

    std::vector<Entry> entries;
    std::vector<std::pair<std::string, std::string>> metadata;
    [[nodiscard]] const std::string& error() const { return error_; }

    bool null() { return wrongValue("null"); }
    bool boolean(bool) { return wrongValue("a truth value"); }
    bool number_integer(Json::number_integer_t) { return wrongValue("a negative number"); }
    bool number_float(Json::number_float_t, const std::string&) { return wrongValue("a fraction"); }
    bool binary(Json::binary_t&) { return wrongValue("binary data"); }

    bool number_unsigned(Json::number_unsigned_t value) {
        if (list_ == nullptr)
            return wrongValue("a number");
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return stop(fmt::format("{} of {} holds {}, which does not fit 63 bits.", quotedName(field_),
                                    quotedName(key_), value));
        if (list_->size() == kMaxRank)
            return stop(
                fmt::format("{} of {} has more than {} elements.", quotedName(field_), quotedName(key_), kMaxRank));
        list_->push_back(static_cast<std::int64_t>(value));
        return true;
    }

    bool string(std::string& value) {
        if (depth_ != 2 || list_ != nullptr)
            return wrongValue("a string");
        if (inMetadata_) {
            metadata.emplace_back(field_, value);
            return true;
        }
        if (field_ != "dtype" || entries.back().dtype)
            return wrongValue("a string");
        entries.back().dtype = value;
        return true;
    }

    bool key(std::string& value) {
        if (depth_ == 2) {
            field_ = value;
            return true;
        }
        key_ = value;
        return true;
    }

    bool start_object(std::size_t) {
        if (depth_ == 2 || list_ != nullptr)
            return wrongValue("an object");
        ++depth_;
        if (depth_ == 1)
            return true;
        inMetadata_ = key_ == "__metadata__";
        if (!inMetadata_)
            entries.push_back({key_, {}, {}, {}});
        else if (metadataSeen_)
            return stop("'__metadata__' appears twice in the safetensors header.");
        metadataSeen_ |= inMetadata_;
        return true;
    }
    bool end_object() {
        --depth_;
        return true;
    }

    bool start_array(std::size_t) {
        if (depth_ != 2 || list_ != nullptr || inMetadata_)
            return wrongValue("a list");
        auto* list = field_ == "shape"          ? &entries.back().shape
                     : field_ == "data_offsets" ? &entries.back().offsets
                                                : nullptr;
        if (list == nullptr || list->has_value())
            return wrongValue("a list");
        list_ = &list->emplace();
        return true;
    }
    bool end_array() {
        list_ = nullptr;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
        return stop(fmt::format("The safetensors header is not valid JSON (at byte {}).", position));
    }

private:
    bool stop(std::string sentence) {
        error_ = std::move(sentence);
        return false;
    }
    bool wrongValue(std::string_view what) {
        if (depth_ == 0)
            return stop(fmt::format("The safetensors header is {}, not an object.", what));
        if (depth_ == 1)
            return stop(
                fmt::format("Entry {} of the safetensors header is {}, not an object.", quotedName(key_), what));
        return stop(fmt::format("{} of {} in the safetensors header must not be {} here.", quotedName(field_),
                                quotedName(key_), what));
    }

    std::string key_, field_, error_;
    std::vector<std::int64_t>* list_ = nullptr;
    int depth_ = 0;
    bool inMetadata_ = false;
    bool metadataSeen_ = false;
};

/// The entry as a tensor of `data`, or what is wrong with it.
Result<SafetensorsTensor> placeTensor(Entry&& entry, std::span<const std::byte> data) {
    if (!entry.dtype || !entry.shape || !entry.offsets)
        return invalid(fmt::format("Tensor {} must have 'dtype', 'shape' and 'data_offsets'.", quotedName(entry.name)));
    const FileType* type = findType(*entry.dtype);
    if (type == nullptr)
        return fail(ErrorCode::Unsupported, fmt::format("Tensor {} has the unknown dtype {}.", quotedName(entry.name),
                                                        quotedName(*entry.dtype)));
    std::uint64_t needed = type->bytes;
    for (const std::int64_t dim : *entry.shape)
        if (!multiplyChecked(needed, static_cast<std::uint64_t>(dim), needed) ||
            needed > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return invalid(fmt::format("The shape of tensor {} is too large.", quotedName(entry.name)));
    if (entry.offsets->size() != 2)
        return invalid(fmt::format("'data_offsets' of tensor {} must be two numbers.", quotedName(entry.name)));
    const auto begin = static_cast<std::uint64_t>((*entry.offsets)[0]);
    const auto end = static_cast<std::uint64_t>((*entry.offsets)[1]);
    if (begin > end || end > data.size())
        return invalid(
            fmt::format("'data_offsets' of tensor {} are {} and {}, but the safetensors file has {} bytes of data.",
                        quotedName(entry.name), begin, end, data.size()));
    if (end - begin != needed)
        return invalid(fmt::format("Tensor {} takes {} bytes, but its shape and dtype need {}.", quotedName(entry.name),
                                   end - begin, needed));
    return SafetensorsTensor{std::move(entry.name), std::string(type->name), std::move(*entry.shape),
                             data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(needed))};
}

} // namespace

std::optional<std::string_view> safetensorsTypeName(DType type) {
    for (const FileType& known : kTypes)
        if (known.type == type)
            return known.name;
    return std::nullopt;
}

Result<TensorView> SafetensorsTensor::view() const {
    const FileType* type = findType(dtypeName);
    if (type == nullptr || !type->type)
        return fail(ErrorCode::Unsupported, fmt::format("Tensor {} has dtype {}, which is not computed with here.",
                                                        quotedName(name), dtypeName));
    if (dims.size() > Shape::kMaxRank)
        return fail(ErrorCode::Unsupported, fmt::format("Tensor {} has {} axes; at most {} are computed with here.",
                                                        quotedName(name), dims.size(), Shape::kMaxRank));
    TensorView result{*type->type, {}, bytes};
    for (const std::int64_t dim : dims)
        result.shape.dims[static_cast<std::size_t>(result.shape.rank++)] = dim;
    return result;
}

const SafetensorsTensor* SafetensorsFile::findTensor(std::string_view name) const {
    const auto it = index_.find(name);
    return it == index_.end() ? nullptr : &tensors_[it->second];
}

Result<void> SafetensorsFile::read() {
    ByteReader reader(bytes_);
    std::uint64_t headerBytes = 0;
    if (!reader.read(headerBytes))
        return invalid("The safetensors file ends inside the length of its header.");
    if (headerBytes > kMaxHeaderBytes)
        return invalid(fmt::format("The safetensors header would be {} bytes long; at most {} are allowed.",
                                   headerBytes, kMaxHeaderBytes));
    std::span<const std::byte> header;
    if (!reader.take(headerBytes, header))
        return invalid(fmt::format("The safetensors header would be {} bytes long, but {} are left in the file.",
                                   headerBytes, reader.left()));
    const auto* text = reinterpret_cast<const char*>(header.data());
    if (header.empty() || text[0] != '{')
        return invalid("The safetensors header does not begin with {.");
    HeaderEvents events;
    if (!nlohmann::json::sax_parse(text, text + header.size(), &events))
        return invalid(events.error());
    metadata_ = std::move(events.metadata);
    std::unordered_set<std::string_view> keys;
    for (const auto& [key, value] : metadata_)
        if (!keys.insert(key).second)
            return invalid(fmt::format("Metadata {} appears twice in the safetensors header.", quotedName(key)));
    const auto data = bytes_.subspan(reader.position());
    for (Entry& entry : events.entries) {
        VITRAL_TRY_ASSIGN(SafetensorsTensor tensor, placeTensor(std::move(entry), data));
        tensors_.push_back(std::move(tensor));
    }
    std::sort(tensors_.begin(), tensors_.end(), [](const SafetensorsTensor& a, const SafetensorsTensor& b) {
        return a.bytes.data() != b.bytes.data() ? a.bytes.data() < b.bytes.data() : a.bytes.size() < b.bytes.size();
    });
    const std::byte* expected = data.data(); // every byte of the data belongs to exactly one tensor
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
        const SafetensorsTensor& tensor = tensors_[i];
        if (!index_.emplace(tensor.name, i).second)
            return invalid(fmt::format("Tensor {} appears twice in the safetensors header.", quotedName(tensor.name)));
        if (tensor.bytes.data() < expected)
            return invalid(fmt::format("Tensors {} and {} overlap in the safetensors file.",
                                       quotedName(tensors_[i - 1].name), quotedName(tensor.name)));
        if (tensor.bytes.data() > expected)
            return invalid(fmt::format("{} of the safetensors file between {} and tensor {} belong to no tensor: an "
                                       "entry is missing from its header.",
                                       counted(tensor.bytes.data() - expected, "byte"),
                                       i == 0 ? "its header" : "tensor " + quotedName(tensors_[i - 1].name),
                                       quotedName(tensor.name)));
        expected = tensor.bytes.data() + tensor.bytes.size();
    }
    if (expected != data.data() + data.size())
        return invalid(fmt::format("The safetensors file has {} after its last tensor{}.",
                                   counted(data.data() + data.size() - expected, "byte"),
                                   tensors_.empty() ? std::string() : ", " + quotedName(tensors_.back().name)));
    return {};
}

Result<std::shared_ptr<const SafetensorsFile>> SafetensorsFile::parse(std::span<const std::byte> bytes) {
    auto file = std::make_shared<SafetensorsFile>();
    file->bytes_ = bytes;
    VITRAL_TRY(file->read());
    return std::shared_ptr<const SafetensorsFile>(std::move(file));
}

Result<std::shared_ptr<const SafetensorsFile>> SafetensorsFile::open(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(MappedFile mapped, MappedFile::open(path));
    auto file = std::make_shared<SafetensorsFile>();
    file->file_ = std::move(mapped);
    file->bytes_ = file->file_.bytes();
    if (auto read = file->read(); !read)
        return failWith(path.filename().string(), std::move(read).error());
    return std::shared_ptr<const SafetensorsFile>(std::move(file));
}

Result<void> SafetensorsWriter::addTensor(std::string_view name, DType dtype, std::span<const std::int64_t> dims) {
    const std::optional<std::string_view> typeName = safetensorsTypeName(dtype);
    if (!typeName)
        return fail(ErrorCode::Unsupported, fmt::format("Tensor {} has type {}, which safetensors cannot hold.",
                                                        quotedName(name), dtypeInfo(dtype).name));
    Tensor tensor{std::string(name),
                  *typeName,
                  {dims.begin(), dims.end()},
                  static_cast<std::uint64_t>(dtypeInfo(dtype).blockBytes)};
    for (const std::int64_t dim : dims)
        if (dim < 0 || !multiplyChecked(tensor.bytes, static_cast<std::uint64_t>(dim), tensor.bytes) ||
            tensor.bytes > (std::uint64_t(1) << 60))
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Tensor {} cannot have a dimension of {}.", quotedName(name), dim));
    const bool taken =
        std::any_of(tensors_.begin(), tensors_.end(), [&](const Tensor& other) { return other.name == name; });
    if (taken || name == "__metadata__")
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A tensor cannot be called {} here: the name is taken.", quotedName(name)));
    declaredBytes_ += tensor.bytes;
    tensors_.push_back(std::move(tensor));
    return {};
}

Result<void> SafetensorsWriter::addTensor(std::string_view name, DType dtype, const Shape& shape) {
    return addTensor(name, dtype, std::span(shape.dims).first(static_cast<std::size_t>(shape.rank)));
}

Result<void> SafetensorsWriter::begin(const std::filesystem::path& path) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata_.empty())
        header["__metadata__"] = metadata_;
    std::uint64_t offset = 0;
    for (const Tensor& tensor : tensors_) {
        header.push_back(
            {tensor.name,
             {{"dtype", tensor.dtypeName}, {"shape", tensor.dims}, {"data_offsets", {offset, offset + tensor.bytes}}}});
        offset += tensor.bytes;
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::InvalidArgument, "A name or metadata of the safetensors file is not UTF-8 text.");
    }
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > kMaxHeaderBytes)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("The safetensors header would be {} bytes long; at most {} are allowed.", text.size(),
                                kMaxHeaderBytes));
    VITRAL_TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
    const std::uint64_t length = text.size();
    VITRAL_TRY(file.write(std::as_bytes(std::span(&length, 1))));
    VITRAL_TRY(file.write(text));
    file_.emplace(std::move(file));
    writtenBytes_ = 0;
    return {};
}

Result<void> SafetensorsWriter::write(std::span<const std::byte> bytes) {
    if (!file_ || bytes.size() > declaredBytes_ - writtenBytes_)
        return fail(ErrorCode::Bug, "More bytes were written to a safetensors file than were declared.");
    writtenBytes_ += bytes.size();
    return file_->write(bytes);
}

Result<void> SafetensorsWriter::finish() {
    if (!file_ || writtenBytes_ != declaredBytes_)
        return fail(ErrorCode::Bug, "A safetensors file was finished before all its tensors were written.");
    VITRAL_TRY(file_->finish());
    file_.reset();
    return {};
}

} // namespace vitral
