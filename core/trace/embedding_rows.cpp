// SPDX-License-Identifier: Apache-2.0
#include "core/trace/embedding_rows.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fmt/format.h>
#include <mutex>

namespace vitral {

namespace {

constexpr float kLimitDeviations = 5; ///< below the median: a row that looks untouched

/// Sum of products in f32, sixteen at a time, of sums in double: exact to a few parts in 10^7.
double dot(const float* a, const float* b, std::size_t n) {
    double total = 0;
    constexpr std::size_t kBlock = 1024;
    for (std::size_t begin = 0; begin < n; begin += kBlock) {
        const std::size_t end = std::min(n, begin + kBlock);
        float lanes[16] = {};
        std::size_t i = begin;
        for (; i + 16 <= end; i += 16)
            for (std::size_t k = 0; k < 16; ++k)
                lanes[k] += a[i + k] * b[i + k];
        for (; i < end; ++i)
            lanes[0] += a[i] * b[i];
        for (const float lane : lanes)
            total += static_cast<double>(lane);
    }
    return total;
}

double exactDot(const float* a, const float* b, std::size_t n) {
    double total = 0;
    for (std::size_t i = 0; i < n; ++i)
        total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return total;
}

tl::unexpected<Error> stopped() {
    return fail(ErrorCode::Cancelled, "Reading the embedding matrix was stopped.");
}

} // namespace

Result<EmbeddingRows> EmbeddingRows::open(std::shared_ptr<const GgufFile> file, ThreadPool& pool,
                                          const std::stop_token& stop) {
    const GgufTensor* tensor = file->findTensor("token_embd.weight");
    if (!tensor)
        return fail(ErrorCode::InvalidFile, "The file has no embedding matrix (token_embd.weight).");
    VITRAL_TRY_ASSIGN(EmbeddingRows rows, of(tensor->view, pool, stop));
    rows.file_ = std::move(file);
    return rows;
}

Result<EmbeddingRows> EmbeddingRows::of(TensorView matrix, ThreadPool& pool, const std::stop_token& stop) {
    if (matrix.shape.rank != 2 || matrix.shape.nRow() < 1 || matrix.shape.nCol() < 1)
        return fail(ErrorCode::InvalidFile, "The embedding matrix is not a matrix.");
    if (!canDequantize(matrix.dtype))
        return fail(ErrorCode::Unsupported, "The embedding matrix has a type that this version cannot read.");
    EmbeddingRows rows;
    rows.view_ = matrix;
    rows.pool_ = &pool;
    VITRAL_TRY(rows.measure(stop));
    return rows;
}

void EmbeddingRows::decode(std::int64_t iRow, std::span<float> to) const {
    const std::size_t bytes = rowBytes(view_.dtype, view_.shape.nCol());
    // The type was asked in of(), and a row always holds whole blocks.
    (void)dequantizeRow(view_.dtype, view_.bytes.subspan(static_cast<std::size_t>(iRow) * bytes, bytes), to);
}

/// take(iRow, row) for every row, on all threads.
template <class Take>
Result<void> EmbeddingRows::forRows(const std::stop_token& stop, const Take& take) const {
    std::atomic<bool> gaveUp = false;
    const auto width = static_cast<std::size_t>(nCol());
    const bool plain = view_.dtype == DType::F32 && reinterpret_cast<std::uintptr_t>(view_.bytes.data()) % 4 == 0;
    pool_->parallelFor(nRow(), 256, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> buffer(plain ? 0 : width);
        for (std::int64_t i = begin; i < end; ++i) {
            if (gaveUp || (i % 64 == 0 && stop.stop_requested())) {
                gaveUp = true;
                return;
            }
            if (plain) {
                const auto* first = reinterpret_cast<const float*>(view_.bytes.data());
                take(i, std::span(first + static_cast<std::size_t>(i) * width, width));
                continue;
            }
            decode(i, buffer);
            take(i, std::span<const float>(buffer));
        }
    });
    return gaveUp ? stopped() : Result<void>();
}

Result<void> EmbeddingRows::measure(const std::stop_token& stop) {
    const auto n = static_cast<std::size_t>(nRow());
    const auto width = static_cast<std::size_t>(nCol());
    norms_.assign(n, 0);
    // The sum of all rows: in slices of a fixed size, added in order, so that threads change nothing.
    constexpr std::size_t kSlice = 2048;
    std::vector<std::vector<double>> sums((n + kSlice - 1) / kSlice);
    std::atomic<bool> gaveUp = false;
    pool_->parallelFor(static_cast<std::int64_t>(sums.size()), 1, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> row(width);
        for (auto s = static_cast<std::size_t>(first); s < static_cast<std::size_t>(last); ++s) {
            sums[s].assign(width, 0);
            for (std::size_t i = s * kSlice; i < std::min(n, (s + 1) * kSlice); ++i) {
                if (gaveUp || (i % 64 == 0 && stop.stop_requested())) {
                    gaveUp = true;
                    return;
                }
                decode(static_cast<std::int64_t>(i), row);
                norms_[i] = static_cast<float>(std::sqrt(dot(row.data(), row.data(), width)));
                for (std::size_t k = 0; k < width; ++k)
                    sums[s][k] += static_cast<double>(row[k]);
            }
        }
    });
    if (gaveUp)
        return stopped();
    std::vector<double> total(width, 0);
    for (const std::vector<double>& sum : sums)
        for (std::size_t k = 0; k < width; ++k)
            total[k] += sum[k];
    mean_.resize(width);
    for (std::size_t k = 0; k < width; ++k)
        mean_[k] = static_cast<float>(total[k] / static_cast<double>(n));
    // |r - m|^2 = |r|^2 - 2 r.m + |m|^2 would lose everything near the mean, which is what is looked for.
    meanDistances_.assign(n, 0);
    return forRows(stop, [&](std::int64_t i, std::span<const float> row) {
        double squares = 0;
        for (std::size_t k = 0; k < width; ++k) {
            const double d = static_cast<double>(row[k]) - static_cast<double>(mean_[k]);
            squares += d * d;
        }
        meanDistances_[static_cast<std::size_t>(i)] = static_cast<float>(std::sqrt(squares));
    });
}

Result<std::vector<float>> EmbeddingRows::row(TokenId id) const {
    if (id < 0 || id >= nRow())
        return fail(ErrorCode::InvalidArgument, fmt::format("There is no row {}; the matrix has {}.", id, nRow()));
    std::vector<float> out(static_cast<std::size_t>(nCol()));
    decode(id, out);
    return out;
}

std::int64_t EmbeddingRows::rankOfNorm(TokenId id) const {
    const float own = norm(id);
    return std::count_if(norms_.begin(), norms_.end(), [&](float other) { return other < own; });
}

Result<std::vector<EmbeddingRows::Neighbour>> EmbeddingRows::nearest(std::span<const float> vector, std::size_t n,
                                                                     std::span<const TokenId> inputs,
                                                                     const std::stop_token& stop) const {
    const auto width = static_cast<std::size_t>(nCol());
    if (vector.size() != width)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A vector of {} numbers cannot be compared with rows of {}.", vector.size(), width));
    const double length = std::sqrt(exactDot(vector.data(), vector.data(), width));
    if (!(length > 0) || !std::isfinite(length))
        return fail(ErrorCode::InvalidArgument, "A vector of length 0 has no direction, so nothing is near it.");
    std::vector<float> unit(width);
    for (std::size_t k = 0; k < width; ++k)
        unit[k] = static_cast<float>(static_cast<double>(vector[k]) / length);
    std::vector<float> cosines(static_cast<std::size_t>(nRow()));
    VITRAL_TRY(forRows(stop, [&](std::int64_t i, std::span<const float> row) {
        const float own = norms_[static_cast<std::size_t>(i)];
        cosines[static_cast<std::size_t>(i)] =
            own > 0 ? static_cast<float>(dot(row.data(), unit.data(), width) / static_cast<double>(own)) : 0;
    }));
    // The first sums are in f32: a few more than asked for are computed again in double, and those are sorted.
    std::vector<TokenId> ids(cosines.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<TokenId>(i);
    const std::size_t kept = std::min(ids.size(), n * 2 + 64);
    std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(kept), ids.end(),
                      [&](TokenId a, TokenId b) {
                          const float x = cosines[static_cast<std::size_t>(a)];
                          const float y = cosines[static_cast<std::size_t>(b)];
                          return x != y ? x > y : a < b;
                      });
    std::vector<std::pair<double, TokenId>> exact;
    std::vector<float> row(width);
    for (std::size_t i = 0; i < kept; ++i) {
        decode(ids[i], row);
        const double own = std::sqrt(exactDot(row.data(), row.data(), width));
        exact.emplace_back(own > 0 ? exactDot(row.data(), vector.data(), width) / (own * length) : 0, ids[i]);
    }
    std::sort(exact.begin(), exact.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<Neighbour> out;
    for (std::size_t i = 0; i < std::min(n, exact.size()); ++i)
        out.push_back({exact[i].second, static_cast<float>(exact[i].first),
                       std::find(inputs.begin(), inputs.end(), exact[i].second) != inputs.end()});
    return out;
}

Result<EmbeddingRows::Arithmetic> EmbeddingRows::sum(std::span<const Term> terms, std::size_t n, Rows rows,
                                                     const std::stop_token& stop) const {
    const auto width = static_cast<std::size_t>(nCol());
    std::vector<double> total(width, 0);
    std::vector<TokenId> inputs;
    for (const Term& term : terms) {
        VITRAL_TRY_ASSIGN(const std::vector<float> values, row(term.id));
        const double own = std::sqrt(exactDot(values.data(), values.data(), width));
        const double scale = rows == Rows::UnitLength && own > 0 ? 1 / own : 1;
        for (std::size_t k = 0; k < width; ++k)
            total[k] += static_cast<double>(term.weight) * scale * static_cast<double>(values[k]);
        inputs.push_back(term.id);
    }
    Arithmetic out;
    out.vector.assign(total.begin(), total.end());
    // Room for all inputs beside the others, so that the nearest other is always there.
    VITRAL_TRY_ASSIGN(out.neighbours, nearest(out.vector, n + inputs.size(), inputs, stop));
    out.answerIsInput = !out.neighbours.empty() && out.neighbours[0].isInput;
    for (std::size_t i = 0; i < out.neighbours.size() && out.firstOther < 0; ++i)
        if (!out.neighbours[i].isInput)
            out.firstOther = static_cast<std::int64_t>(i);
    return out;
}

std::vector<EmbeddingRows::Suspect> EmbeddingRows::undertrained(std::size_t n) const {
    std::vector<float> sorted = meanDistances_;
    std::sort(sorted.begin(), sorted.end());
    const float median = sorted[sorted.size() / 2];
    std::vector<float> away;
    for (const float d : sorted)
        away.push_back(std::fabs(d - median));
    std::nth_element(away.begin(), away.begin() + static_cast<std::ptrdiff_t>(away.size() / 2), away.end());
    const float scale = std::max(away[away.size() / 2] * 1.4826F, median * 1e-6F); // of a normal distribution: sigma
    std::vector<Suspect> out;
    for (std::size_t i = 0; i < meanDistances_.size(); ++i)
        if (const float deviations = scale > 0 ? (median - meanDistances_[i]) / scale : 0;
            deviations > kLimitDeviations)
            out.push_back({static_cast<TokenId>(i), norms_[i], meanDistances_[i], deviations});
    std::stable_sort(out.begin(), out.end(),
                     [](const Suspect& a, const Suspect& b) { return a.meanDistance < b.meanDistance; });
    out.resize(std::min(out.size(), n));
    return out;
}

std::string_view EmbeddingRows::undertrainedRule() {
    return "A row looks undertrained when its distance to the mean of all rows is more than 5 scaled median absolute "
           "deviations below the median distance: rows that are never an input keep close to where weight decay and "
           "shared updates leave them (after Land and Bartolo 2024, who compare with rows known to be unused). A sign, "
           "not a proof.";
}

} // namespace vitral
