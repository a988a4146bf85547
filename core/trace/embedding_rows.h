// SPDX-License-Identifier: Apache-2.0
#pragma once
// The embedding matrix as a space to walk in: the row of a token, its norm, its nearest neighbours by cosine, sums and
// differences of rows, and rows that look as if training had never touched them. Exact: every row is dequantised as the
// file holds it and compared, none is skipped. Thread: one call at a time; uses the pool it is given.

#include "core/base/result.h"
#include "core/base/thread_pool.h"
#include "core/io/gguf.h"
#include "core/tensor/tensor_view.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral {

class EmbeddingRows {
public:
    /// token_embd.weight of a model file: [V, E]. Reads it once, for norms and the mean. `pool` must outlive this.
    /// Errors: InvalidFile (no such matrix), Unsupported (its type), Cancelled.
    static Result<EmbeddingRows> open(std::shared_ptr<const GgufFile> file, ThreadPool& pool,
                                      const std::stop_token& stop = {});
    /// The same on any matrix [V, E] that outlives this.
    static Result<EmbeddingRows> of(TensorView matrix, ThreadPool& pool, const std::stop_token& stop = {});

    [[nodiscard]] std::int64_t nRow() const { return view_.shape.nRow(); }
    [[nodiscard]] std::int64_t nCol() const { return view_.shape.nCol(); }
    [[nodiscard]] DType type() const { return view_.dtype; }
    /// f32 [E]. Errors: InvalidArgument (no such row).
    [[nodiscard]] Result<std::vector<float>> row(TokenId id) const;
    [[nodiscard]] float norm(TokenId id) const { return norms_[static_cast<std::size_t>(id)]; }
    [[nodiscard]] std::span<const float> norms() const { return norms_; } ///< [V]
    [[nodiscard]] std::span<const float> meanDistances() const {
        return meanDistances_;
    }                                                                   ///< [V], of a row to the mean row
    [[nodiscard]] std::span<const float> mean() const { return mean_; } ///< f32 [E]
    /// How many rows have a smaller norm: where a token's norm sits among all, 0..nRow - 1.
    [[nodiscard]] std::int64_t rankOfNorm(TokenId id) const;

    struct Neighbour {
        TokenId id = -1;
        float cosine = 0;
        bool isInput = false; ///< one of the tokens that were asked about
    };
    /// The `n` rows of the largest cosine with `vector`, f32 [E], best first, equal ones by id. Rows of norm 0 come
    /// last, with cosine 0. `inputs` are marked, not left out. Errors: InvalidArgument (sizes, a vector of norm 0 or
    /// that is no number), Cancelled.
    [[nodiscard]] Result<std::vector<Neighbour>> nearest(std::span<const float> vector, std::size_t n,
                                                         std::span<const TokenId> inputs = {},
                                                         const std::stop_token& stop = {}) const;

    /// A term of a sum of rows.
    struct Term {
        TokenId id = -1;
        float weight = 1;
    };
    struct Arithmetic {
        std::vector<float> vector;         ///< f32 [E]
        std::vector<Neighbour> neighbours; ///< inputs among them and marked
        /// The nearest row is one of the inputs: the sum went nowhere new. Demonstrations that leave the inputs out
        /// hide that (Nissim, van Noord and van der Goot 2020, "Fair is better than sensational").
        bool answerIsInput = false;
        std::int64_t firstOther = -1; ///< index in `neighbours` of the nearest row that is none of the inputs
    };
    enum class Rows : std::uint8_t { AsTheyAre, UnitLength };
    /// The weighted sum of rows and what lies near it. Errors: as row() and nearest().
    [[nodiscard]] Result<Arithmetic> sum(std::span<const Term> terms, std::size_t n, Rows rows = Rows::UnitLength,
                                         const std::stop_token& stop = {}) const;

    struct Suspect {
        TokenId id = -1;
        float norm = 0, meanDistance = 0;
        float deviations = 0; ///< how far below the median the distance is, in scaled median absolute deviations
    };
    /// Rows that lie unusually close to the mean of all rows, closest first, at most `n`.
    [[nodiscard]] std::vector<Suspect> undertrained(std::size_t n) const;
    static std::string_view undertrainedRule();

private:
    EmbeddingRows() = default;
    Result<void> measure(const std::stop_token& stop);
    void decode(std::int64_t iRow, std::span<float> to) const;
    template <class Take>
    Result<void> forRows(const std::stop_token& stop, const Take& take) const;

    std::shared_ptr<const GgufFile> file_;
    TensorView view_;
    ThreadPool* pool_ = nullptr;
    std::vector<float> norms_, meanDistances_, mean_;
};

} // namespace vitral
