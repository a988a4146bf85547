// SPDX-License-Identifier: Apache-2.0
#include "core/io/gguf_quantize.h"

#include "core/base/amounts.h"
#include "core/base/split_name.h"
#include "core/base/thread_pool.h"
#include "core/io/byte_reader.h"
#include "core/io/gguf_summary.h"
#include "core/io/gguf_writer.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace vitral {

namespace {

constexpr std::int64_t kPieceElements = std::int64_t(1) << 20; // what is quantised between two looks at the stop token

/// Tells the kernel that the pages of a tensor we are done with may go: the mapping must not look like memory in use.
void dropPages(std::span<const std::byte> bytes) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(bytes.data()) + page - 1) / page * page;
    const auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size()) / page * page;
    if (end > begin)
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

class Quantizer {
public:
    Quantizer(const GgufFile& source, const QuantizeOptions& options)
        : source_(source), options_(options), pool_(std::max(1, options.nThread)) {}

    Result<QuantizeReport> run(const std::filesystem::path& target) {
        VITRAL_TRY(declare());
        VITRAL_TRY(checkRoom(target));
        VITRAL_TRY(writer_.begin(target));
        for (std::size_t i = 0; i < source_.tensors().size(); ++i)
            VITRAL_TRY(writeTensor(static_cast<std::int64_t>(i)));
        VITRAL_TRY(checkStop());
        VITRAL_TRY(writer_.finish());
        return report_;
    }

private:
    Result<void> checkStop() const {
        if (options_.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Stopped; no file was written.");
        return {};
    }

    Result<void> declare() {
        const GgufSummary summary = summarize(source_);
        const MixModel model{summary.nLayer, source_.findTensor("output.weight") != nullptr};
        VITRAL_TRY(writer_.setAlignment(static_cast<std::uint32_t>(std::max<std::uint64_t>(source_.alignment(), 32))));
        for (std::size_t i = 0; i < source_.metadata().size(); ++i)
            if (const std::string& key = source_.metadata()[i].first;
                key != "general.alignment" && !key.starts_with("split.")) // the new file is one
                writer_.setEncoded(source_.metadata()[i].first, source_.metadataBytes(i));
        writer_.setU32("general.file_type", static_cast<std::uint32_t>(options_.mix.fileType));
        writer_.setU32("general.quantization_version", 2);
        for (const GgufTensor& tensor : source_.tensors()) {
            const DType from = tensor.view.dtype;
            DType to = chooseType(options_.mix, model, tensor);
            if (!canDequantize(from) || from == DType::I8 || from == DType::I16 || from == DType::I32 ||
                from == DType::I64)
                to = from; // integers are indices, not weights
            report_.fromQuantised |= isQuantised(from) && to != from;
            report_.bytesBefore += tensor.view.bytes.size();
            report_.bytesAfter +=
                rowBytes(to, tensor.view.shape.nCol()) * static_cast<std::uint64_t>(tensor.view.shape.nRow());
            nElement_ += static_cast<double>(tensor.view.shape.count());
            types_.push_back(to);
            VITRAL_TRY(writer_.addTensor(tensor.name, to, tensor.view.shape));
        }
        return {};
    }

    Result<void> checkRoom(const std::filesystem::path& target) const {
        std::error_code error;
        const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
        const std::filesystem::space_info space = std::filesystem::space(folder, error);
        if (!error && space.available < writer_.fileBytes())
            return fail(ErrorCode::Io,
                        fmt::format("The new file needs {}, but {} has {} free.", byteSize(writer_.fileBytes()),
                                    folder.string(), byteSize(space.available)));
        return {};
    }

    Result<void> writeTensor(std::int64_t iTensor) {
        const GgufTensor& tensor = source_.tensors()[static_cast<std::size_t>(iTensor)];
        const DType to = types_[static_cast<std::size_t>(iTensor)];
        const std::int64_t nCol = tensor.view.shape.nCol(), nRow = tensor.view.shape.nRow();
        const std::size_t fromBytes = rowBytes(tensor.view.dtype, nCol), toBytes = rowBytes(to, nCol);
        const std::int64_t pieceRows = std::clamp<std::int64_t>(kPieceElements / nCol, 1, nRow);
        std::vector<std::byte> out(to == tensor.view.dtype ? 0 : toBytes * static_cast<std::size_t>(pieceRows));
        for (std::int64_t row = 0; row < nRow; row += pieceRows) {
            VITRAL_TRY(checkStop());
            const std::int64_t n = std::min(pieceRows, nRow - row);
            const auto in = tensor.view.bytes.subspan(static_cast<std::size_t>(row) * fromBytes,
                                                      static_cast<std::size_t>(n) * fromBytes);
            if (to == tensor.view.dtype) {
                VITRAL_TRY(writer_.write(in));
            } else {
                VITRAL_TRY(convert(tensor, to, row, n, in, out));
                VITRAL_TRY(writer_.write(std::span(out).first(static_cast<std::size_t>(n) * toBytes)));
            }
            nDone_ += static_cast<double>(n * nCol);
            if (options_.progress)
                options_.progress(
                    {tensor.name, iTensor, static_cast<std::int64_t>(source_.tensors().size()), nDone_ / nElement_});
        }
        dropPages(tensor.view.bytes);
        return {};
    }

    /// n rows from `in` to `out`, by all threads; the first row that fails (in row order) gives the error.
    Result<void> convert(const GgufTensor& tensor, DType to, std::int64_t firstRow, std::int64_t n,
                         std::span<const std::byte> in, std::span<std::byte> out) {
        const std::int64_t nCol = tensor.view.shape.nCol();
        const std::size_t fromBytes = rowBytes(tensor.view.dtype, nCol), toBytes = rowBytes(to, nCol);
        std::mutex mutex;
        std::int64_t failedRow = n;
        Error error;
        pool_.parallelFor(n, 1, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> row(static_cast<std::size_t>(nCol));
            for (std::int64_t i = begin; i < end; ++i) {
                const auto iRow = static_cast<std::size_t>(i);
                auto done = dequantizeRow(tensor.view.dtype, in.subspan(iRow * fromBytes, fromBytes), row);
                if (done)
                    done = quantizeRow(to, row, out.subspan(iRow * toBytes, toBytes));
                if (done)
                    continue;
                const std::lock_guard lock(mutex);
                if (i < failedRow) {
                    failedRow = i;
                    error = done.error();
                }
                return;
            }
        });
        if (failedRow == n)
            return {};
        return failWith(fmt::format("Row {} of tensor {}", firstRow + failedRow, quotedName(tensor.name)),
                        std::move(error));
    }

    const GgufFile& source_;
    const QuantizeOptions& options_;
    ThreadPool pool_;
    GgufWriter writer_;
    QuantizeReport report_;
    std::vector<DType> types_;
    double nElement_ = 0;
    double nDone_ = 0;
};

} // namespace

Result<QuantizeReport> quantizeGguf(const std::filesystem::path& source, const std::filesystem::path& target,
                                    const QuantizeOptions& options) {
    // Lost bits do not come back: the model that is read is not written over, whatever name leads to it.
    const auto split = splitNameOf(source.filename().string());
    for (int no = 0; no < (split ? split->count : 1); ++no) {
        std::error_code ignored;
        const auto read = split ? source.parent_path() / splitFileName(*split, no) : source;
        if (std::filesystem::equivalent(read, target, ignored))
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("{} is the model to read: give the new file another name.", target.string()));
    }
    VITRAL_TRY_ASSIGN(const auto file, GgufFile::open(source));
    return Quantizer(*file, options).run(target);
}

} // namespace vitral
