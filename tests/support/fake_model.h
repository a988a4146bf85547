// SPDX-License-Identifier: Apache-2.0
#pragma once
// A model without weights whose every logit depends on every token of its sequence, read back from the real KV cache:
// a wrong fork, a lost block or a mixed-up branch changes its answer. Ids 0..255 are bytes, 256 begins, 257 ends.

#include "core/model/model.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace vitral::test {

class FakeTokenizer : public Tokenizer {
public:
    static constexpr TokenId kBos = 256, kEos = 257;
    static constexpr std::int32_t kVocab = 258;

    FakeTokenizer() {
        special_.bos = kBos;
        special_.eos = kEos;
        special_.endOfGeneration = {kEos};
        special_.addBos = true;
    }
    [[nodiscard]] TokenizerKind kind() const override { return TokenizerKind::ByteLevelBpe; }
    [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text, const EncodeOptions& options,
                                                      EncodeTrace*) const override {
        std::vector<TokenId> ids;
        if (options.addSpecial == AddSpecial::Yes)
            ids.push_back(kBos);
        for (const char c : text)
            ids.push_back(static_cast<unsigned char>(c));
        return ids;
    }
    [[nodiscard]] std::string decodeToken(TokenId id, bool) const override {
        ++nDecoded;
        return id < 256 ? std::string(1, static_cast<char>(id)) : std::string();
    }
    [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool showSpecial) const override {
        std::string text;
        for (const TokenId id : ids)
            text += decodeToken(id, showSpecial);
        return text;
    }
    [[nodiscard]] std::int32_t nVocab() const override { return kVocab; }
    [[nodiscard]] std::string_view piece(TokenId) const override { return "?"; }
    [[nodiscard]] TokenType type(TokenId id) const override {
        return id < 256 ? TokenType::Normal : TokenType::Control;
    }
    [[nodiscard]] std::optional<TokenId> find(std::string_view) const override { return std::nullopt; }
    [[nodiscard]] const Special& special() const override { return special_; }
    mutable std::atomic<int> nDecoded = 0; ///< calls of decodeToken

private:
    Special special_;
};

/// Set before the engine sees the model; the atomics any time.
class FakeModel : public Model {
public:
    explicit FakeModel(std::shared_ptr<Backend> backend) {
        backend_ = std::move(backend);
        tokenizer_ = std::make_shared<FakeTokenizer>();
        config_.architecture = "fake";
        config_.name = "fake";
        config_.nVocab = FakeTokenizer::kVocab;
        config_.nLayer = 1;
        config_.nCtxTrain = 1 << 20;
    }

    /// When set, the answer to any sequence is this text and then the end token: logits are one-hot by the number of
    /// tokens after the first `scriptAfter`.
    std::string script;
    std::int64_t scriptAfter = 0;
    /// Sleeps so long for every row, asking the stop token every millisecond as layers do.
    std::chrono::milliseconds perRow{0};
    std::function<Result<void>(const Batch&)> onForward; ///< may throw
    mutable std::atomic<std::int64_t> nRows{0};          ///< rows computed so far
    mutable std::atomic<std::int64_t> nPasses{0};
    mutable std::atomic<std::int64_t> maxRows{0};

    [[nodiscard]] KvSpec kvSpec(std::int64_t nCtxTokens, DType) const override {
        return KvSpec{{KvLayerSpec{1, kDim, kDim}}, DType::F16, nCtxTokens};
    }

    [[nodiscard]] Result<void> forward(ForwardContext& context, const Batch& batch,
                                       std::span<float> logits) const override {
        ++nPasses;
        maxRows = std::max<std::int64_t>(maxRows, std::int64_t(batch.rows.size()));
        if (onForward)
            VITRAL_TRY(onForward(batch));
        const auto until = std::chrono::steady_clock::now() + perRow * batch.rows.size();
        while (std::chrono::steady_clock::now() < until) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "");
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "");
        const auto nRow = std::int64_t(batch.rows.size());
        VITRAL_TRY_ASSIGN(const Tensor k, context.workspace.make(nRow, kDim));
        VITRAL_TRY_ASSIGN(const Tensor v, context.workspace.make(nRow, kDim));
        std::vector<float> host(std::size_t(nRow * kDim), 0.0F);
        for (std::size_t i = 0; i < batch.tokens.size(); ++i)
            host[i * kDim] = float(batch.tokens[i]);
        context.backend.write(k, host);
        context.backend.write(v, host);
        context.backend.kvStore(context.cache, 0, k, v, batch.rows);
        for (std::size_t w = 0; w < batch.wanted.size(); ++w) {
            const BatchRow& row = batch.rows[std::size_t(batch.wanted[w])];
            fillLogits(context, row, logits.subspan(w * FakeTokenizer::kVocab, FakeTokenizer::kVocab));
        }
        nRows += nRow;
        return {};
    }

private:
    static constexpr std::int32_t kDim = 32;

    void fillLogits(ForwardContext& context, const BatchRow& row, std::span<float> logits) const {
        const std::int64_t n = row.position + 1;
        std::vector<float> keys(std::size_t(n * kDim));
        context.backend.readKeys(context.cache, 0, row.seq, 0, 0, n, keys);
        if (!script.empty()) {
            const auto at = std::size_t(std::max<std::int64_t>(n - scriptAfter, 0));
            const TokenId next =
                at < script.size() ? TokenId(static_cast<unsigned char>(script[at])) : FakeTokenizer::kEos;
            std::fill(logits.begin(), logits.end(), 0.0F);
            logits[std::size_t(next)] = 20.0F;
            return;
        }
        std::uint64_t hash = 1469598103934665603ULL;
        for (std::int64_t i = 0; i < n; ++i)
            hash = (hash ^ std::uint64_t(keys[std::size_t(i * kDim)])) * 1099511628211ULL;
        for (std::size_t id = 0; id < logits.size(); ++id) {
            std::uint64_t z = hash + id * 0x9e3779b97f4a7c15ULL;
            z = (z ^ (z >> 31U)) * 0xbf58476d1ce4e5b9ULL;
            logits[id] = float((z >> 40U) % 100'000U) * 1e-4F;
        }
        logits[FakeTokenizer::kEos] = -30.0F; // goes on until told to stop
    }
};

} // namespace vitral::test
