// SPDX-License-Identifier: Apache-2.0
#include "core/trace/map_cells.h"

#include "core/kernels/cpu_features.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace vitral {
namespace {

using kernels::kMapKeys;

constexpr std::int64_t kAhead = 8;   ///< rows fetched before they are wanted
constexpr std::int64_t kStrip = 256; ///< queries that share one opening of a key panel

/// Which keys each query sees, as indices into the key axis, and which of those are hidden.
struct Visibility {
    std::vector<std::int32_t> begin, end;   ///< [nQuery]
    std::vector<std::int32_t> hiddenBefore; ///< [nKey + 1] or empty: nothing hidden

    explicit Visibility(const MapCells& c) {
        const auto& keys = c.keys.positions;
        const std::int64_t window = c.record.geometry.window;
        begin.reserve(c.queries.positions.size());
        end.reserve(c.queries.positions.size());
        std::size_t from = 0, to = 0;
        for (const std::int64_t i : c.queries.positions) {
            while (to < keys.size() && keys[to] <= i)
                ++to;
            while (window > 0 && from < to && keys[from] <= i - window)
                ++from;
            begin.push_back(static_cast<std::int32_t>(from));
            end.push_back(static_cast<std::int32_t>(to));
        }
        if (c.maskedKeys.empty())
            return;
        hiddenBefore.reserve(keys.size() + 1);
        hiddenBefore.push_back(0);
        for (const std::int64_t j : keys)
            hiddenBefore.push_back(hiddenBefore.back() +
                                   (std::binary_search(c.maskedKeys.begin(), c.maskedKeys.end(), j) ? 1 : 0));
    }

    [[nodiscard]] std::int32_t hidden(std::int64_t from, std::int64_t to) const {
        return hiddenBefore.empty()
                   ? 0
                   : hiddenBefore[static_cast<std::size_t>(to)] - hiddenBefore[static_cast<std::size_t>(from)];
    }
    /// Visible cells of queries [r0, r1) by keys [c0, c1), r1 > r0.
    [[nodiscard]] std::int64_t count(std::int64_t r0, std::int64_t r1, std::int64_t c0, std::int64_t c1) const {
        const auto at = [](const std::vector<std::int32_t>& v, std::int64_t i) {
            return v[static_cast<std::size_t>(i)];
        };
        if (at(end, r1 - 1) <= c0 || at(begin, r0) >= c1)
            return 0;
        if (at(end, r0) >= c1 && at(begin, r1 - 1) <= c0)
            return (r1 - r0) * (c1 - c0 - hidden(c0, c1));
        std::int64_t sum = 0;
        for (std::int64_t r = r0; r < r1; ++r) {
            const std::int64_t from = std::max<std::int64_t>(at(begin, r), c0);
            const std::int64_t to = std::min<std::int64_t>(at(end, r), c1);
            if (from < to)
                sum += to - from - hidden(from, to);
        }
        return sum;
    }
};

/// One call's buffers and what is the same for all its panels.
class Run {
public:
    Run(const kernels::KernelTable& table, const MapCells& cells)
        : table_(table), c_(cells), see_(cells), dim_(cells.record.geometry.headDimK),
          nQuery_(static_cast<std::int64_t>(cells.queries.positions.size())),
          nKey_(static_cast<std::int64_t>(cells.keys.positions.size())), colPer_(cells.keys.perBlock),
          rowPer_(cells.queries.perBlock), q_(alignedFloats(kStrip * dim_)), keys_(alignedFloats(kMapKeys * dim_)) {
        std::fill_n(keys_.get(), kMapKeys * dim_, 0.0F);
        const auto nOut = static_cast<std::size_t>(cells.queries.nBlock * cells.keys.nBlock);
        if (cells.max.empty()) {
            ownMax_.resize(nOut);
            max_ = ownMax_.data();
        } else {
            max_ = cells.max.data();
        }
        sum_ = cells.mean.empty() ? nullptr : cells.mean.data();
        std::fill_n(max_, nOut, -std::numeric_limits<float>::infinity());
        if (sum_ != nullptr)
            std::fill_n(sum_, nOut, 0.0F);
        // Blocks bigger than one call of the kernel: its results are merged here, sums in double.
        merging_ = colPer_ > kMapKeys || rowPer_ > kStrip;
        if (merging_ && sum_ != nullptr)
            sums_.assign(nOut, 0.0);
        std::fill(cells.rowSum.begin(), cells.rowSum.end(), 0.0F);
        std::fill(cells.rowLog.begin(), cells.rowLog.end(), 0.0F);
    }

    bool all(const std::stop_token& stop) {
        const std::int64_t strip = rowPer_ <= kStrip ? kStrip / rowPer_ * rowPer_ : kStrip;
        for (std::int64_t r = 0; r < nQuery_; r += strip) {
            if (stop.stop_requested())
                return false;
            const std::int64_t n = std::min(strip, nQuery_ - r);
            open(r, n);
            for (std::int64_t k = see_.begin[at(r)] / kMapKeys * kMapKeys; k < see_.end[at(r + n - 1)]; k += kMapKeys) {
                if (k % (kMapKeys * 64) == 0 && stop.stop_requested())
                    return false;
                panel(r, n, k);
            }
        }
        finish();
        return true;
    }

private:
    static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

    void open(std::int64_t r, std::int64_t n) {
        const Rows& rows = c_.record.q;
        const std::int64_t bytes = rows.dtype() == DType::F16 ? 2 : 4;
        for (std::int64_t i = 0; i < n; ++i) {
            // A head's part of a row is far from that of the next one: nothing else would fetch it ahead.
            if (i + kAhead < n) {
                const std::byte* next = rows.row(c_.queries.positions[at(r + i + kAhead)]) + c_.iHead * dim_ * bytes;
                for (std::int64_t line = 0; line < dim_ * bytes; line += 64)
                    __builtin_prefetch(next + line);
            }
            const std::int64_t position = c_.queries.positions[at(r + i)];
            const std::int64_t column = std::int64_t{c_.iHead} * dim_;
            if (rows.dtype() == DType::F16)
                table_.openHalves(rows.f16(position) + column, dim_, q_.get() + i * dim_);
            else
                std::copy_n(rows.f32(position) + column, dim_, q_.get() + i * dim_);
            lse_[i] = c_.record.lse.at(position, c_.iHead);
        }
    }

    void panel(std::int64_t r, std::int64_t n, std::int64_t k) {
        const std::int64_t nHere = std::min<std::int64_t>(kMapKeys, nKey_ - k);
        const std::uint16_t* rows[kMapKeys];
        std::uint32_t shown = 0;
        const std::int64_t column = std::int64_t{c_.record.kvHead(c_.iHead)} * dim_;
        const bool halves = c_.record.k.dtype() == DType::F16;
        for (std::int64_t j = 0; j < nHere; ++j) {
            const std::int64_t position = c_.keys.positions[at(k + j)];
            shown |= static_cast<std::uint32_t>(see_.hidden(k + j, k + j + 1) == 0) << j;
            if (halves) {
                rows[j] = c_.record.k.f16(position) + column;
                continue;
            }
            const float* key = c_.record.k.f32(position) + column;
            for (std::int64_t d = 0; d < dim_; ++d)
                keys_[at(d * kMapKeys + j)] = key[d];
        }
        if (halves)
            table_.mapKeys(rows, static_cast<std::int32_t>(nHere), dim_, keys_.get());

        kernels::MapJob job{};
        job.q = q_.get();
        job.keys = keys_.get();
        job.lse = c_.value == MapValue::Weight ? lse_ : nullptr;
        job.shown = shown;
        job.nRow = static_cast<std::int32_t>(n);
        job.dim = dim_;
        job.scale = c_.record.geometry.scale;
        job.softcap = c_.record.geometry.softcap;
        std::int32_t first[kStrip], end[kStrip];
        if (see_.end[at(r)] < k + nHere || see_.begin[at(r + n - 1)] > k) {
            for (std::int64_t i = 0; i < n; ++i) {
                first[i] = see_.begin[at(r + i)] - static_cast<std::int32_t>(k);
                end[i] = see_.end[at(r + i)] - static_cast<std::int32_t>(k);
            }
            job.first = first;
            job.end = end;
        }
        if (!c_.rowSum.empty()) {
            job.rowSum = c_.rowSum.data() + r;
            job.rowLog = c_.rowLog.data() + r;
        }
        job.colBlock = static_cast<std::int32_t>(std::min<std::int64_t>(colPer_, kMapKeys));
        job.rowBlock = static_cast<std::int32_t>(std::min(rowPer_, kStrip));
        job.nOut = static_cast<std::int32_t>((nHere + job.colBlock - 1) / job.colBlock);
        const std::int64_t out = r / rowPer_ * c_.keys.nBlock + k / colPer_;
        if (!merging_) {
            job.max = max_ + out;
            job.sum = sum_ != nullptr ? sum_ + out : nullptr;
            job.outStride = c_.keys.nBlock;
            table_.attentionMap(&job);
            return;
        }
        float most[kStrip * kMapKeys], total[kStrip * kMapKeys];
        job.max = most;
        job.sum = sum_ != nullptr ? total : nullptr;
        job.outStride = job.nOut;
        table_.attentionMap(&job);
        for (std::int64_t b = 0; b * job.rowBlock < n; ++b)
            for (std::int64_t j = 0; j < job.nOut; ++j) {
                const std::int64_t to = out + b * c_.keys.nBlock + j;
                max_[to] = std::max(max_[to], most[b * job.nOut + j]);
                if (sum_ != nullptr)
                    sums_[at(to)] += static_cast<double>(total[b * job.nOut + j]);
            }
    }

    /// Sums become means; blocks that nobody sees become NaN.
    void finish() {
        const std::int64_t nCol = c_.keys.nBlock;
        for (std::int64_t b = 0; b < c_.queries.nBlock; ++b) {
            const std::int64_t r0 = std::min(b * rowPer_, nQuery_), r1 = std::min(r0 + rowPer_, nQuery_);
            const std::int64_t row = b * nCol;
            if (merging_ && sum_ != nullptr)
                for (std::int64_t j = 0; j < nCol; ++j)
                    sum_[row + j] = static_cast<float>(sums_[at(row + j)]);
            // Blocks [some, none) have visible cells, [whole, part) nothing else.
            std::int64_t some = 0, none = 0, whole = 0, part = 0;
            if (r0 < r1) {
                some = see_.begin[at(r0)] / colPer_;
                none = (see_.end[at(r1 - 1)] + colPer_ - 1) / colPer_;
                whole = (see_.begin[at(r1 - 1)] + colPer_ - 1) / colPer_;
                part = r1 - r0 == rowPer_ ? see_.end[at(r0)] / colPer_ : 0;
            }
            if (!see_.hiddenBefore.empty() || whole >= part)
                whole = part = none;
            fillNothing(row, 0, some);
            divide(row, some, whole, r0, r1);
            if (sum_ != nullptr) {
                const float factor = 1.0F / static_cast<float>(rowPer_ * colPer_);
                for (std::int64_t j = whole; j < part; ++j)
                    sum_[row + j] *= factor;
            }
            divide(row, part, none, r0, r1);
            fillNothing(row, none, nCol);
        }
    }

    void fillNothing(std::int64_t row, std::int64_t from, std::int64_t to) {
        constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
        std::fill_n(max_ + row + from, to - from, nothing);
        if (sum_ != nullptr)
            std::fill_n(sum_ + row + from, to - from, nothing);
    }

    void divide(std::int64_t row, std::int64_t from, std::int64_t to, std::int64_t r0, std::int64_t r1) {
        for (std::int64_t j = from; j < to; ++j) {
            const std::int64_t c0 = std::min(j * colPer_, nKey_), c1 = std::min(c0 + colPer_, nKey_);
            const std::int64_t n = see_.count(r0, r1, c0, c1);
            if (n == 0)
                fillNothing(row, j, j + 1);
            else if (sum_ != nullptr)
                sum_[row + j] /= static_cast<float>(n);
        }
    }

    const kernels::KernelTable& table_;
    const MapCells& c_;
    const Visibility see_;
    const std::int32_t dim_;
    const std::int64_t nQuery_, nKey_, colPer_, rowPer_;
    AlignedFloats q_, keys_;
    float lse_[kStrip];
    std::vector<float> ownMax_;
    std::vector<double> sums_;
    float* max_ = nullptr;
    float* sum_ = nullptr;
    bool merging_ = false;
};

} // namespace

MapAxis MapAxis::all(std::int64_t first, std::int64_t nBlock, std::int64_t block, std::int64_t end) {
    MapAxis axis;
    axis.perBlock = block;
    axis.nBlock = nBlock;
    const std::int64_t last = std::min(end, first + nBlock * block);
    axis.positions.reserve(static_cast<std::size_t>(std::max<std::int64_t>(0, last - first)));
    for (std::int64_t i = first; i < last; ++i)
        axis.positions.push_back(i);
    return axis;
}

MapAxis MapAxis::sampled(std::int64_t first, std::int64_t nBlock, std::int64_t block, std::int64_t end,
                         std::int64_t nSample, bool withLast) {
    nSample = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(nSample))); // the kernel's blocks
    if (block <= nSample)
        return all(first, nBlock, block, end);
    MapAxis axis;
    axis.perBlock = nSample;
    axis.nBlock = nBlock;
    std::uint64_t noise = 0x9e3779b97f4a7c15ULL;
    for (std::int64_t b = 0; b < nBlock; ++b) {
        const std::int64_t begin = first + b * block;
        const std::int64_t n = std::min(block, end - begin); // of a cut block: the last one
        const std::int64_t nHere = std::min(nSample, n);
        for (std::int64_t s = 0; s < nHere; ++s) { // one from each of nHere equal parts
            const std::int64_t from = n * s / nHere, to = n * (s + 1) / nHere;
            noise = noise * 6364136223846793005ULL + 1442695040888963407ULL;
            std::int64_t offset =
                from + static_cast<std::int64_t>((noise >> 33U) % static_cast<std::uint64_t>(to - from));
            if (withLast && s == nHere - 1)
                offset = n - 1;
            if (!withLast && s == 0)
                offset = 0;
            axis.positions.push_back(begin + offset);
        }
    }
    return axis;
}

bool mapCells(const kernels::KernelTable& table, const MapCells& cells, std::stop_token stop) {
    if (cells.queries.nBlock <= 0 || cells.keys.nBlock <= 0)
        return true;
    Run run(table, cells);
    return run.all(stop);
}

const kernels::KernelTable& mapKernels() {
    static const kernels::KernelTable* const table = [] {
        const char* asked = std::getenv("VITRAL_CPU");
        const std::string_view name = asked != nullptr ? asked : "";
        const kernels::CpuFeatures cpu = kernels::cpuFeatures();
        if (cpu.avx512 && name != "avx2" && name != "scalar")
            return kernels::avx512Kernels();
        if (cpu.avx2 && name != "scalar")
            return kernels::avx2Kernels();
        return &kernels::scalarKernels();
    }();
    return *table;
}

} // namespace vitral
