// SPDX-License-Identifier: Apache-2.0
// Reading the file. What is asked of it by name: gguf_values.cpp; models in several files: gguf_split.cpp.
#include "core/io/gguf.h"

#include "core/io/byte_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace vitral {

namespace {

constexpr std::uint64_t kMaxTensorRank = Shape::kMaxRank;
// Arrays of arrays are legal; nobody needs many levels, and each costs a stack frame here.
constexpr int kMaxArrayDepth = 8;
// All arrays of a file together. Vocabularies have under 10^6 entries; this keeps the memory of a widened u8 array
// sane.
constexpr std::uint64_t kMaxArrayElements = std::uint64_t(1) << 26;
// The least bytes that one entry of each list takes in the file: bounds what a count may make us reserve.
constexpr std::size_t kMinMetadataBytes = 8 + 4 + 1;
constexpr std::size_t kMinTensorBytes = 8 + 4 + 4 + 8;
constexpr std::uint64_t kMaxReserve = 4096; // entries made room for on a count's word alone

constexpr std::array<std::uint8_t, 13> kTypeBytes = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8}; // least bytes of a value

std::string_view asText(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

tl::unexpected<Error> invalid(std::string message) {
    return fail(ErrorCode::InvalidFile, std::move(message));
}

} // namespace

/// Reads one file from front to back; each function reads one field of the specification and names it when it fails.
class GgufParser {
public:
    explicit GgufParser(std::span<const std::byte> bytes, GgufFile& file)
        : reader_(bytes), bytes_(bytes), file_(file) {}

    Result<void> parse() {
        VITRAL_TRY(readHeader());
        VITRAL_TRY(readMetadata());
        VITRAL_TRY(readAlignment());
        VITRAL_TRY(readTensorInfos());
        return placeTensors();
    }

private:
    tl::unexpected<Error> cutOff(std::string_view what) const {
        return invalid(
            fmt::format("The GGUF file ends inside {} (at byte {} of {}).", what, reader_.position(), bytes_.size()));
    }

    Result<void> readHeader() {
        std::uint32_t magic = 0;
        if (!reader_.read(magic))
            return cutOff("the magic number");
        if (magic == 0x67676D6C || magic == 0x67676D66 || magic == 0x67676A74) // ggml, ggmf, ggjt: before August 2023
            return fail(ErrorCode::Unsupported,
                        "This is a GGML file from before GGUF; convert the model to GGUF again.");
        if (magic != 0x46554747)
            return invalid("This is not a GGUF file: it does not begin with the letters GGUF.");
        if (!reader_.read(file_.version_))
            return cutOff("the version");
        const std::uint32_t swapped = __builtin_bswap32(file_.version_);
        if (file_.version_ > 0xFFFF && swapped >= 1 && swapped <= 0xFFFF)
            return fail(ErrorCode::Unsupported,
                        fmt::format("This GGUF file (version {}) is big-endian; only little-endian "
                                    "files are read.",
                                    swapped));
        if (file_.version_ != 2 && file_.version_ != 3)
            return fail(ErrorCode::Unsupported,
                        fmt::format("This GGUF file has version {}; versions 2 and 3 are read.", file_.version_));
        if (!reader_.read(nTensor_))
            return cutOff("the tensor count");
        if (!reader_.read(nMetadata_))
            return cutOff("the metadata count");
        if (nTensor_ > reader_.left() / kMinTensorBytes)
            return invalid(
                fmt::format("The GGUF tensor count is {}, more than {} bytes can hold.", nTensor_, bytes_.size()));
        if (nMetadata_ > reader_.left() / kMinMetadataBytes)
            return invalid(
                fmt::format("The GGUF metadata count is {}, more than {} bytes can hold.", nMetadata_, bytes_.size()));
        return {};
    }

    Result<std::string_view> readString(std::string_view what) {
        std::uint64_t length = 0;
        if (!reader_.read(length))
            return cutOff(what);
        std::span<const std::byte> bytes;
        if (!reader_.take(length, bytes))
            return invalid(fmt::format("The length of {} is {} bytes, but only {} bytes are left in the GGUF file.",
                                       what, length, reader_.left()));
        return asText(bytes);
    }

    Result<GgufType> readType(std::string_view key) {
        std::uint32_t number = 0;
        if (!reader_.read(number))
            return cutOff(fmt::format("the type of metadata {}", quotedName(key)));
        if (number >= kTypeBytes.size())
            return invalid(fmt::format("Metadata {} has the unknown type {}.", quotedName(key), number));
        return static_cast<GgufType>(number);
    }

    /// One number of file type T, widened to Wide.
    template <class T, class Wide>
    bool readNumber(Wide& value) {
        T raw{};
        if (!reader_.read(raw))
            return false;
        value = static_cast<Wide>(raw);
        return true;
    }

    bool readUnsigned(GgufType type, std::uint64_t& value) {
        switch (type) {
        case GgufType::U8:
            return readNumber<std::uint8_t>(value);
        case GgufType::U16:
            return readNumber<std::uint16_t>(value);
        case GgufType::U32:
            return readNumber<std::uint32_t>(value);
        default:
            return readNumber<std::uint64_t>(value);
        }
    }
    bool readSigned(GgufType type, std::int64_t& value) {
        switch (type) {
        case GgufType::I8:
            return readNumber<std::int8_t>(value);
        case GgufType::I16:
            return readNumber<std::int16_t>(value);
        case GgufType::I32:
            return readNumber<std::int32_t>(value);
        default:
            return readNumber<std::int64_t>(value);
        }
    }
    bool readFloat(GgufType type, double& value) {
        return type == GgufType::F32 ? readNumber<float>(value) : readNumber<double>(value);
    }

    Result<bool> readBool(std::string_view key) {
        std::uint8_t value = 0;
        if (!reader_.read(value))
            return cutOff(fmt::format("metadata {}", quotedName(key)));
        if (value > 1)
            return invalid(
                fmt::format("Metadata {} is a bool with the value {}; 0 and 1 are allowed.", quotedName(key), value));
        return value == 1;
    }

    Result<GgufValue> readValue(std::string_view key, GgufType type) {
        const auto ends = [&] { return cutOff(fmt::format("metadata {}", quotedName(key))); };
        switch (type) {
        case GgufType::U8:
        case GgufType::U16:
        case GgufType::U32:
        case GgufType::U64: {
            std::uint64_t value = 0;
            return readUnsigned(type, value) ? Result<GgufValue>(GgufValue(value)) : ends();
        }
        case GgufType::I8:
        case GgufType::I16:
        case GgufType::I32:
        case GgufType::I64: {
            std::int64_t value = 0;
            return readSigned(type, value) ? Result<GgufValue>(GgufValue(value)) : ends();
        }
        case GgufType::F32:
        case GgufType::F64: {
            double value = 0;
            return readFloat(type, value) ? Result<GgufValue>(GgufValue(value)) : ends();
        }
        case GgufType::Bool: {
            VITRAL_TRY_ASSIGN(const bool value, readBool(key));
            return GgufValue(value);
        }
        case GgufType::String: {
            VITRAL_TRY_ASSIGN(const std::string_view text, readString(fmt::format("metadata {}", quotedName(key))));
            return GgufValue(std::string(text));
        }
        case GgufType::Array: {
            VITRAL_TRY_ASSIGN(std::shared_ptr<const GgufArray> array, readArray(key, 1));
            return GgufValue(std::move(array));
        }
        }
        return invalid(fmt::format("Metadata {} has an unknown type.", quotedName(key)));
    }

    Result<std::shared_ptr<const GgufArray>> readArray(std::string_view key, int depth) {
        if (depth > kMaxArrayDepth)
            return invalid(fmt::format("Metadata {} nests arrays more than {} deep.", quotedName(key), kMaxArrayDepth));
        auto array = std::make_shared<GgufArray>();
        VITRAL_TRY_ASSIGN(array->elementType, readType(key));
        std::uint64_t n = 0;
        if (!reader_.read(n))
            return cutOff(fmt::format("the array length of metadata {}", quotedName(key)));
        if (n > reader_.left() / kTypeBytes[static_cast<std::size_t>(array->elementType)])
            return invalid(
                fmt::format("Metadata {} is an array of {} elements, but only {} bytes are left in the GGUF file.",
                            quotedName(key), n, reader_.left()));
        nArrayElement_ += n;
        if (nArrayElement_ > kMaxArrayElements)
            return invalid(fmt::format("Metadata {} is an array of {} elements; all arrays together may have {}.",
                                       quotedName(key), n, kMaxArrayElements));
        VITRAL_TRY(readElements(key, static_cast<std::size_t>(n), depth, *array));
        return std::shared_ptr<const GgufArray>(std::move(array));
    }

    Result<void> readElements(std::string_view key, std::size_t n, int depth, GgufArray& array) {
        const GgufType type = array.elementType;
        switch (type) {
        case GgufType::String: {
            array.kind = GgufArray::Kind::Strings;
            array.strings.reserve(n);
            const std::string what = fmt::format("an element of metadata {}", quotedName(key));
            for (std::size_t i = 0; i < n; ++i) {
                VITRAL_TRY_ASSIGN(const std::string_view text, readString(what));
                array.strings.push_back(text);
            }
            return {};
        }
        case GgufType::Array:
            array.kind = GgufArray::Kind::Arrays;
            for (std::size_t i = 0; i < n; ++i) {
                VITRAL_TRY_ASSIGN(std::shared_ptr<const GgufArray> inner, readArray(key, depth + 1));
                array.arrays.push_back(std::move(inner));
            }
            return {};
        case GgufType::Bool:
            array.kind = GgufArray::Kind::Bools;
            array.bools.reserve(n);
            for (std::size_t i = 0; i < n; ++i) {
                VITRAL_TRY_ASSIGN(const bool value, readBool(key));
                array.bools.push_back(value);
            }
            return {};
        case GgufType::F32:
        case GgufType::F64:
            array.kind = GgufArray::Kind::Floats;
            array.floats.resize(n);
            for (double& value : array.floats)
                if (!readFloat(type, value))
                    return cutOff(fmt::format("metadata {}", quotedName(key)));
            return {};
        default:
            return readIntegers(key, n, array);
        }
    }

    Result<void> readIntegers(std::string_view key, std::size_t n, GgufArray& array) {
        const GgufType type = array.elementType;
        const bool isUnsigned =
            type == GgufType::U8 || type == GgufType::U16 || type == GgufType::U32 || type == GgufType::U64;
        array.kind = GgufArray::Kind::Integers;
        array.integers.resize(n);
        for (std::int64_t& value : array.integers) {
            std::uint64_t wide = 0;
            if (!(isUnsigned ? readUnsigned(type, wide) : readSigned(type, value)))
                return cutOff(fmt::format("metadata {}", quotedName(key)));
            if (!isUnsigned)
                continue;
            if (wide > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return invalid(fmt::format("Metadata {} holds {}, which does not fit 63 bits.", quotedName(key), wide));
            value = static_cast<std::int64_t>(wide);
        }
        return {};
    }

    Result<void> readMetadata() {
        file_.metadata_.reserve(static_cast<std::size_t>(std::min(nMetadata_, kMaxReserve)));
        file_.encoded_.reserve(static_cast<std::size_t>(std::min(nMetadata_, kMaxReserve)));
        for (std::uint64_t i = 0; i < nMetadata_; ++i) {
            VITRAL_TRY_ASSIGN(const std::string_view key, readString("a metadata key"));
            const std::size_t begin = reader_.position();
            VITRAL_TRY_ASSIGN(const GgufType type, readType(key));
            VITRAL_TRY_ASSIGN(GgufValue value, readValue(key, type));
            file_.metadata_.emplace_back(std::string(key), std::move(value));
            file_.encoded_.push_back({type, bytes_.subspan(begin, reader_.position() - begin)});
        }
        file_.metadataIndex_.reserve(file_.metadata_.size());
        for (std::size_t i = 0; i < file_.metadata_.size(); ++i)
            if (!file_.metadataIndex_.emplace(file_.metadata_[i].first, i).second)
                return invalid(fmt::format("Metadata {} appears twice.", quotedName(file_.metadata_[i].first)));
        return {};
    }

    Result<void> readAlignment() {
        VITRAL_TRY_ASSIGN(const std::int64_t alignment, file_.integer("general.alignment", 32));
        if (alignment <= 0 || !std::has_single_bit(static_cast<std::uint64_t>(alignment)) || alignment > (1LL << 31))
            return invalid(
                fmt::format("Metadata 'general.alignment' is {}; it must be a power of two up to 2^31.", alignment));
        file_.alignment_ = static_cast<std::uint64_t>(alignment);
        return {};
    }

    Result<void> readTensorInfos() {
        file_.tensors_.reserve(static_cast<std::size_t>(std::min(nTensor_, kMaxReserve)));
        offsets_.reserve(static_cast<std::size_t>(std::min(nTensor_, kMaxReserve)));
        for (std::uint64_t i = 0; i < nTensor_; ++i) {
            VITRAL_TRY_ASSIGN(const std::string_view name, readString("a tensor name"));
            file_.tensors_.emplace_back();
            file_.tensors_.back().name = name;
            VITRAL_TRY(readTensorInfo(file_.tensors_.back()));
        }
        file_.tensorIndex_.reserve(file_.tensors_.size());
        for (std::size_t i = 0; i < file_.tensors_.size(); ++i)
            if (!file_.tensorIndex_.emplace(file_.tensors_[i].name, i).second)
                return invalid(fmt::format("Tensor {} appears twice.", quotedName(file_.tensors_[i].name)));
        return {};
    }

    Result<void> readTensorInfo(GgufTensor& tensor) {
        const auto inTensor = [&](std::string_view what) {
            return cutOff(fmt::format("{} of tensor {}", what, quotedName(tensor.name)));
        };
        std::uint32_t rank = 0;
        if (!reader_.read(rank))
            return inTensor("the rank");
        if (rank > kMaxTensorRank)
            return invalid(fmt::format("Tensor {} has {} dimensions; at most {} are allowed.", quotedName(tensor.name),
                                       rank, kMaxTensorRank));
        Shape& shape = tensor.view.shape;
        shape.rank = static_cast<int>(rank);
        std::uint64_t count = 1;
        for (std::uint32_t axis = 0; axis < rank; ++axis) {
            std::uint64_t dim = 0;
            if (!reader_.read(dim))
                return inTensor("the dimensions");
            if (dim == 0)
                return invalid(fmt::format("Tensor {} has a dimension of 0.", quotedName(tensor.name)));
            if (!multiplyChecked(count, dim, count) ||
                count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return invalid(fmt::format("The dimensions of tensor {} overflow 63 bits (the last one read is {}).",
                                           quotedName(tensor.name), dim));
            shape.dims[rank - 1 - axis] = static_cast<std::int64_t>(dim); // the file lists the contiguous axis first
        }
        std::uint32_t type = 0;
        if (!reader_.read(type))
            return inTensor("the type");
        const std::optional<DType> dtype = dtypeFromGgml(type);
        if (!dtype)
            return fail(ErrorCode::Unsupported,
                        fmt::format("Tensor {} has type number {}, which this version does not know.",
                                    quotedName(tensor.name), type));
        tensor.view.dtype = *dtype;
        if (shape.nCol() % dtypeInfo(*dtype).blockLen != 0)
            return invalid(fmt::format("Tensor {} has rows of {} elements, not a multiple of {} as {} needs.",
                                       quotedName(tensor.name), shape.nCol(), dtypeInfo(*dtype).blockLen,
                                       dtypeInfo(*dtype).name));
        std::uint64_t offset = 0;
        if (!reader_.read(offset))
            return inTensor("the offset");
        if (offset % file_.alignment_ != 0)
            return invalid(fmt::format("The offset of tensor {} is {}, not a multiple of the alignment {}.",
                                       quotedName(tensor.name), offset, file_.alignment_));
        offsets_.push_back(offset);
        return {};
    }

    /// Gives each tensor its bytes, then looks for two tensors that share some.
    Result<void> placeTensors() {
        if (file_.tensors_.empty())
            return {};
        const std::uint64_t mask = file_.alignment_ - 1;
        const std::uint64_t dataBegin = (static_cast<std::uint64_t>(reader_.position()) + mask) & ~mask;
        const std::uint64_t dataBytes = dataBegin > bytes_.size() ? 0 : bytes_.size() - dataBegin;
        for (std::size_t i = 0; i < file_.tensors_.size(); ++i) {
            GgufTensor& tensor = file_.tensors_[i];
            const DTypeInfo& info = dtypeInfo(tensor.view.dtype);
            std::uint64_t tensorBytes = 0, end = 0;
            if (!multiplyChecked(static_cast<std::uint64_t>(tensor.view.shape.count() / info.blockLen),
                                 static_cast<std::uint64_t>(info.blockBytes), tensorBytes) ||
                !addChecked(offsets_[i], tensorBytes, end) || end > dataBytes)
                return invalid(fmt::format(
                    "Tensor {} (offset {}, {} {}) reaches past the end of the GGUF file, which has {} bytes of data.",
                    quotedName(tensor.name), offsets_[i], info.name, tensor.view.shape.toString(), dataBytes));
            tensor.view.bytes = bytes_.subspan(static_cast<std::size_t>(dataBegin + offsets_[i]),
                                               static_cast<std::size_t>(tensorBytes));
        }
        return findOverlap();
    }

    Result<void> findOverlap() const {
        std::vector<const GgufTensor*> order;
        order.reserve(file_.tensors_.size());
        for (const GgufTensor& tensor : file_.tensors_)
            order.push_back(&tensor);
        std::sort(order.begin(), order.end(),
                  [](const GgufTensor* a, const GgufTensor* b) { return a->view.bytes.data() < b->view.bytes.data(); });
        for (std::size_t i = 1; i < order.size(); ++i)
            if (order[i - 1]->view.bytes.data() + order[i - 1]->view.bytes.size() > order[i]->view.bytes.data())
                return invalid(fmt::format("Tensors {} and {} overlap in the GGUF file.",
                                           quotedName(order[i - 1]->name), quotedName(order[i]->name)));
        return {};
    }

    ByteReader reader_;
    std::span<const std::byte> bytes_;
    GgufFile& file_;
    std::uint64_t nTensor_ = 0;
    std::uint64_t nMetadata_ = 0;
    std::uint64_t nArrayElement_ = 0;
    std::vector<std::uint64_t> offsets_; // of each tensor, from the start of the data section
};

Result<std::shared_ptr<const GgufFile>> GgufFile::parse(std::span<const std::byte> bytes) {
    auto file = std::make_shared<GgufFile>();
    file->bytes_ = bytes;
    VITRAL_TRY(GgufParser(bytes, *file).parse());
    return std::shared_ptr<const GgufFile>(std::move(file));
}

Result<std::shared_ptr<GgufFile>> GgufFile::openAlone(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(MappedFile mapped, MappedFile::open(path));
    auto file = std::make_shared<GgufFile>();
    file->file_ = std::move(mapped);
    file->bytes_ = file->file_.bytes();
    if (auto parsed = GgufParser(file->bytes_, *file).parse(); !parsed)
        return failWith(path.filename().string(), std::move(parsed).error());
    return file;
}

Result<std::shared_ptr<const GgufFile>> GgufFile::open(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(auto file, openAlone(path));
    VITRAL_TRY_ASSIGN(const std::int64_t nPart, file->integer("split.count", 1));
    if (nPart > 1)
        return join(path, std::move(file));
    return std::shared_ptr<const GgufFile>(std::move(file));
}

} // namespace vitral
