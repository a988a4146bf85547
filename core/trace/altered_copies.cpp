// SPDX-License-Identifier: Apache-2.0
#include "core/trace/altered_copies.h"

#include <algorithm>

namespace vitral {
namespace {

constexpr std::int64_t kRowsAtOnce = 256;  // a prefill chunk's worth: the weights are read once for all of them
constexpr std::int64_t kCopiesAtOnce = 32; // each holds key/value blocks of its own

} // namespace

/// Writes over rows of a batch. Rows are those of the next pass.
class AlteredCopies::RowEdits final : public ForwardObserver {
public:
    explicit RowEdits(Backend& backend) : backend_(&backend) {}

    void clear() { edits_.clear(); }
    /// `edit` on rows of the batch that hold positions [firstPosition, + n) from row firstRow on.
    void add(const PositionEdit& edit, std::int64_t firstRow, std::int64_t firstPosition, std::int64_t n) {
        const std::int64_t from = std::max(edit.firstPosition, firstPosition);
        const std::int64_t to = std::min(edit.endPosition, firstPosition + n);
        if (from < to)
            edits_.push_back({&edit, firstRow + from - firstPosition, from, to - from});
    }

    [[nodiscard]] bool wants(Point point, std::int32_t iLayer) const override {
        return std::any_of(edits_.begin(), edits_.end(), [&](const RowEdit& e) {
            return e.edit->point == PointOfLayer{point, iLayer};
        });
    }
    void give(Point point, std::int32_t iLayer, Tensor tensor) override {
        for (const RowEdit& e : edits_) {
            if (!(e.edit->point == PointOfLayer{point, iLayer}))
                continue;
            const PositionEdit& edit = *e.edit;
            const auto nCol = static_cast<std::size_t>(edit.nCol);
            const auto n = static_cast<std::size_t>(e.nRow);
            values_.assign(n * nCol, 0.0F);
            const bool everywhere = edit.values.size() == nCol;
            const auto offset = everywhere ? 0 : static_cast<std::size_t>(e.firstPosition - edit.firstPosition) * nCol;
            for (std::size_t r = 0; r < n && !edit.values.empty(); ++r)
                std::copy_n(edit.values.data() + offset + (everywhere ? 0 : r * nCol), nCol, values_.data() + r * nCol);
            backend_->write(tensor.rows(e.firstRow, e.nRow).cols(edit.firstCol, edit.nCol), values_);
        }
    }

private:
    struct RowEdit {
        const PositionEdit* edit;
        std::int64_t firstRow, firstPosition, nRow;
    };
    Backend* backend_;
    std::vector<RowEdit> edits_;
    std::vector<float> values_;
};

AlteredCopies::AlteredCopies(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                             std::int64_t nToken)
    : model_(model), context_(context), run_(run), nToken_(nToken), workspace_(context.backend),
      edits_(std::make_unique<RowEdits>(context.backend)) {}

AlteredCopies::~AlteredCopies() = default;

Result<std::unique_ptr<AlteredCopies>> AlteredCopies::open(const Model& model, const ExplainContext& context,
                                                           const ExplainedRun& run, std::int64_t nToken) {
    VITRAL_TRY(checkRun(model, run));
    VITRAL_ASSERT(nToken > 0 && nToken <= static_cast<std::int64_t>(run.tokens.size()), "no such token");
    std::unique_ptr<AlteredCopies> copies(new AlteredCopies(model, context, run, nToken));
    VITRAL_TRY_ASSIGN(copies->changes_, RunChanges::open(model, context.backend, run, copies->edits_.get()));
    // Beside the base: one whole copy, or many short ones, each with a block begun and a block of the base's copied.
    const std::int64_t nMore = nToken + kRowsAtOnce + 2 * kCopiesAtOnce * kKvBlockTokens;
    VITRAL_TRY_ASSIGN(copies->cache_, cacheFor(model, context.backend, run, nToken, nMore));
    return copies;
}

Result<void> AlteredCopies::computeBase() {
    const AlteredCopy whole;
    std::vector<float> logits;
    VITRAL_TRY_ASSIGN(base_, cache_->newSequence());
    for (bool more = true; more;) {
        VITRAL_TRY_ASSIGN(more, stepTogether(std::span(&whole, 1), std::span(&base_, 1), logits));
    }
    return {};
}

Result<void> AlteredCopies::run(std::span<const AlteredCopy> copies,
                                const std::function<Result<void>(std::size_t, std::span<const float>)>& take) {
    const auto nVocab = static_cast<std::size_t>(model_.config().nVocab);
    std::vector<float> logits;
    for (std::size_t first = 0; first < copies.size();) {
        std::size_t end = first;
        std::int64_t nRow = 0;
        while (end < copies.size() && static_cast<std::int64_t>(end - first) < kCopiesAtOnce) {
            nRow += nToken_ - copies[end].firstPosition;
            if (nRow > kRowsAtOnce && end > first)
                break;
            ++end;
        }
        VITRAL_TRY(runTogether(copies.subspan(first, end - first), logits));
        for (std::size_t i = first; i < end; ++i)
            VITRAL_TRY(take(i, std::span<const float>(logits).subspan((i - first) * nVocab, nVocab)));
        first = end;
    }
    return {};
}

/// A sequence for each copy; none is left over where that fails.
Result<std::vector<SeqId>> AlteredCopies::startSequences(std::span<const AlteredCopy> copies) {
    std::vector<SeqId> sequences;
    for (const AlteredCopy& copy : copies) {
        VITRAL_ASSERT(copy.firstPosition == 0 || base_ >= 0, "nothing to start from");
        auto seq = copy.firstPosition == 0 ? cache_->newSequence() : cache_->fork(base_, copy.firstPosition);
        if (!seq) {
            releaseSequences(sequences);
            return tl::unexpected(std::move(seq).error());
        }
        sequences.push_back(*seq);
    }
    return sequences;
}

void AlteredCopies::releaseSequences(std::span<const SeqId> sequences) {
    for (const SeqId seq : sequences)
        cache_->release(seq);
}

Result<void> AlteredCopies::runTogether(std::span<const AlteredCopy> copies, std::vector<float>& logits) {
    VITRAL_TRY_ASSIGN(const std::vector<SeqId> sequences, startSequences(copies));
    Result<void> result;
    for (bool more = true; result && more;) {
        const auto step = stepTogether(copies, sequences, logits);
        result = step ? Result<void>() : tl::unexpected(step.error());
        more = step.value_or(false);
    }
    releaseSequences(sequences);
    return result;
}

/// One batch of rows of every copy; whether any has more (only a single copy longer than a batch does).
Result<bool> AlteredCopies::stepTogether(std::span<const AlteredCopy> copies, std::span<const SeqId> sequences,
                                         std::vector<float>& logits) {
    if (context_.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "The explanation was stopped.");
    std::vector<TokenId> tokens;
    std::vector<BatchRow> rows;
    std::vector<std::int32_t> wanted;
    edits_->clear();
    bool more = false;
    const auto nNext = [&](SeqId seq) { return std::min(kRowsAtOnce, nToken_ - cache_->length(seq)); };
    for (std::size_t i = 0; i < copies.size(); ++i) {
        const std::int64_t first = cache_->length(sequences[i]);
        const std::int64_t n = nNext(sequences[i]);
        for (const PositionEdit& edit : copies[i].edits)
            edits_->add(edit, static_cast<std::int64_t>(rows.size()), first, n);
        for (std::int64_t p = first; p < first + n; ++p) {
            tokens.push_back(run_.tokens[static_cast<std::size_t>(p)]);
            rows.push_back({sequences[i], static_cast<std::int32_t>(p)});
        }
        if (first + n == nToken_)
            wanted.push_back(static_cast<std::int32_t>(rows.size() - 1));
        VITRAL_TRY(cache_->reserve(sequences[i], n));
        more = more || first + n < nToken_;
    }
    logits.resize(wanted.size() * static_cast<std::size_t>(model_.config().nVocab));
    workspace_.reset();
    changes_->beginPass(rows, wanted);
    ForwardContext forward{context_.backend, *cache_, workspace_, changes_->observer(), context_.stop};
    VITRAL_TRY(model_.forward(forward, {tokens, rows, wanted}, logits));
    for (const SeqId seq : sequences)
        cache_->advance(seq, nNext(seq));
    return more;
}

} // namespace vitral
