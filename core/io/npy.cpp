// SPDX-License-Identifier: Apache-2.0
#include "core/io/npy.h"

#include "core/base/atomic_file.h"
#include "core/io/byte_reader.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace vitral {

namespace {

constexpr std::size_t kMaxHeaderBytes = 1 << 16; // a description of one array; NumPy itself stops at 10,000

struct NpyType {
    std::string_view descr; // without the byte-order letter
    DType type;
};
constexpr std::array<NpyType, 7> kTypes = {{{"f4", DType::F32},
                                            {"f2", DType::F16},
                                            {"f8", DType::F64},
                                            {"i1", DType::I8},
                                            {"i2", DType::I16},
                                            {"i4", DType::I32},
                                            {"i8", DType::I64}}};

tl::unexpected<Error> invalid(std::string message) {
    return fail(ErrorCode::InvalidFile, std::move(message));
}

/// Reads the Python literal of an .npy header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
public:
    explicit HeaderParser(std::string_view text) : text_(text) {}

    Result<TensorView> parse() {
        if (!accept('{'))
            return invalid("The header of the npy file does not begin with {.");
        while (!accept('}')) {
            VITRAL_TRY_ASSIGN(const std::string_view key, quoted());
            if (!accept(':'))
                return invalid(fmt::format("The npy header has no colon after {}.", quotedName(key)));
            VITRAL_TRY(readField(key));
            if (!accept(',') && peek() != '}')
                return invalid(fmt::format("The npy header is not well formed after {}.", quotedName(key)));
        }
        if (!descr_ || !fortran_ || !shape_)
            return invalid("The npy header must have 'descr', 'fortran_order' and 'shape'.");
        return describe();
    }

private:
    char peek() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n'))
            ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool accept(char c) {
        if (peek() != c || at_ >= text_.size())
            return false;
        ++at_;
        return true;
    }
    bool acceptWord(std::string_view word) {
        peek();
        if (text_.substr(at_, word.size()) != word)
            return false;
        at_ += word.size();
        return true;
    }

    Result<std::string_view> quoted() {
        const char quote = peek();
        if (quote != '\'' && quote != '"')
            return invalid(fmt::format("The npy header needs a quoted word at byte {}.", at_));
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos)
            return invalid("The npy header ends inside a quoted word.");
        const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return word;
    }

    Result<void> readField(std::string_view key) {
        if (key == "descr" && !descr_) {
            if (peek() == '[')
                return fail(ErrorCode::Unsupported,
                            "The npy file holds records ('descr' is a list); plain numbers are read.");
            VITRAL_TRY_ASSIGN(descr_, quoted());
            return {};
        }
        if (key == "fortran_order" && !fortran_) {
            if (acceptWord("True"))
                fortran_ = true;
            else if (acceptWord("False"))
                fortran_ = false;
            else
                return invalid("'fortran_order' in the npy header is neither True nor False.");
            return {};
        }
        if (key == "shape" && !shape_)
            return readShape();
        return invalid(fmt::format("The npy header has an unexpected field {}.", quotedName(key)));
    }

    Result<void> readShape() {
        if (!accept('('))
            return invalid("'shape' in the npy header is not a tuple.");
        Shape shape;
        while (!accept(')')) {
            peek();
            std::int64_t dim = 0;
            const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), dim);
            if (error != std::errc() || dim < 0)
                return invalid("'shape' in the npy header holds something other than counts.");
            at_ = static_cast<std::size_t>(end - text_.data());
            if (shape.rank == Shape::kMaxRank)
                return fail(ErrorCode::Unsupported,
                            fmt::format("'shape' in the npy header has more than {} axes.", Shape::kMaxRank));
            shape.dims[static_cast<std::size_t>(shape.rank++)] = dim;
            if (!accept(',') && peek() != ')')
                return invalid("'shape' in the npy header is not well formed.");
        }
        shape_ = shape;
        return {};
    }

    Result<TensorView> describe() const {
        const std::string_view descr = *descr_;
        if (!descr.empty() && descr[0] == '>')
            return fail(
                ErrorCode::Unsupported,
                fmt::format("The npy file is big-endian ({}); only little-endian files are read.", quotedName(descr)));
        if (*fortran_ && shape_->rank > 1)
            return fail(ErrorCode::Unsupported,
                        "The npy file is in Fortran order; save it with numpy.ascontiguousarray.");
        for (const NpyType& known : kTypes)
            if (descr.size() == 3 && descr.substr(1) == known.descr &&
                (descr[0] == '<' || descr[0] == '|' || descr[0] == '='))
                return TensorView{known.type, *shape_, {}};
        return fail(ErrorCode::Unsupported,
                    fmt::format("The npy file holds numbers of type {}, which are not read.", quotedName(descr)));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::optional<std::string_view> descr_;
    std::optional<bool> fortran_;
    std::optional<Shape> shape_;
};

} // namespace

Result<NpyFile> NpyFile::parse(std::span<const std::byte> bytes) {
    ByteReader reader(bytes);
    std::span<const std::byte> magic;
    if (!reader.take(6, magic) || std::memcmp(magic.data(), "\x93NUMPY", 6) != 0)
        return invalid("This is not an npy file: it does not begin with the letters NUMPY.");
    std::uint8_t major = 0, minor = 0;
    if (!reader.read(major) || !reader.read(minor))
        return invalid("The npy file ends inside its version.");
    if (major < 1 || major > 3)
        return fail(ErrorCode::Unsupported,
                    fmt::format("The npy file has version {}.{}; versions 1 to 3 are read.", major, minor));
    std::uint16_t shortLength = 0;
    std::uint32_t length = 0;
    if (!(major == 1 ? reader.read(shortLength) : reader.read(length)))
        return invalid("The npy file ends inside the length of its header.");
    length += shortLength;
    std::span<const std::byte> header;
    if (length > kMaxHeaderBytes || !reader.take(length, header))
        return invalid(
            fmt::format("The header of the npy file is {} bytes long; {} bytes follow and at most {} are read.", length,
                        reader.left(), kMaxHeaderBytes));
    NpyFile file;
    HeaderParser parser({reinterpret_cast<const char*>(header.data()), header.size()});
    VITRAL_TRY_ASSIGN(file.view_, parser.parse());
    std::uint64_t needed = static_cast<std::uint64_t>(dtypeInfo(file.view_.dtype).blockBytes);
    for (int axis = 0; axis < file.view_.shape.rank; ++axis)
        if (!multiplyChecked(needed, static_cast<std::uint64_t>(file.view_.shape[axis]), needed) ||
            needed > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return invalid(fmt::format("The shape {} of the npy file is too large.", file.view_.shape.toString()));
    if (!reader.take(needed, file.view_.bytes))
        return invalid(fmt::format("The npy file should hold {} bytes of numbers for the shape {}, but has {}.", needed,
                                   file.view_.shape.toString(), reader.left()));
    if (reader.left() != 0)
        return invalid(fmt::format("The npy file has {} bytes after its numbers.", reader.left()));
    return file;
}

Result<NpyFile> NpyFile::open(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(MappedFile mapped, MappedFile::open(path));
    auto file = parse(mapped.bytes());
    if (!file)
        return failWith(path.filename().string(), std::move(file).error());
    file->file_ = std::move(mapped);
    return file;
}

Result<void> writeNpy(const std::filesystem::path& path, const TensorView& array) {
    std::string_view descr;
    for (const NpyType& known : kTypes)
        if (known.type == array.dtype)
            descr = known.descr;
    if (descr.empty())
        return fail(ErrorCode::Unsupported,
                    fmt::format("Type {} cannot be written as npy.", dtypeInfo(array.dtype).name));
    std::string shape;
    for (int axis = 0; axis < array.shape.rank; ++axis)
        shape += fmt::format("{}, ", array.shape[axis]);
    if (array.shape.rank > 1)
        shape.resize(shape.size() - 2);
    else if (array.shape.rank == 1)
        shape.resize(shape.size() - 1);
    std::string header = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}",
                                     descr == "i1" ? '|' : '<', descr, shape);
    constexpr std::size_t kFixed = 10; // magic, version, length
    header.append((64 - (kFixed + header.size() + 1) % 64) % 64, ' ');
    header += '\n';
    std::string head("\x93NUMPY\x01\x00", 8);
    const auto length = static_cast<std::uint16_t>(header.size());
    head.append(reinterpret_cast<const char*>(&length), sizeof(length));
    VITRAL_TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
    VITRAL_TRY(file.write(head + header));
    VITRAL_TRY(file.write(array.bytes));
    return file.finish();
}

} // namespace vitral
