// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keys and values of past tokens, in blocks of kKvBlockTokens tokens. A sequence is a table of blocks; sequences that
// share a token prefix share its full blocks (reference counted), so a fork costs at most one block copy. The layout
// inside a block is the backend's own (kvStore writes it, attention reads it). Thread: engine.

#include "core/base/result.h"
#include "core/tensor/dtype.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace vitral {

class Backend;
class Buffer;

inline constexpr std::int64_t kKvBlockTokens = 32;
using SeqId = std::int32_t;

struct KvLayerSpec {
    std::int32_t nKvHead = 0; ///< 0: the layer keeps no keys (not an attention layer)
    std::int32_t headDimK = 0;
    std::int32_t headDimV = 0;
    bool operator==(const KvLayerSpec&) const = default;
};

struct KvSpec {
    std::vector<KvLayerSpec> layers;
    DType dtype = DType::F16;        ///< F16 or Q8_0 (F32 in tests)
    std::int64_t nCtxTokens = 4096;  ///< tokens over all sequences
    std::int64_t nCtxSequence = 0;   ///< tokens one sequence may reach; 0: nCtxTokens
    [[nodiscard]] std::int64_t contextTokens() const { return nCtxSequence > 0 ? nCtxSequence : nCtxTokens; }
    [[nodiscard]] std::size_t bytesPerToken() const;
    bool operator==(const KvSpec&) const = default;
};

class KvCache {
public:
    /// Errors: OutOfMemory with the sizes, Unsupported dtype. Memory is touched only as blocks are used.
    static Result<std::unique_ptr<KvCache>> create(Backend& backend, const KvSpec& spec);
    ~KvCache();

    Result<SeqId> newSequence();
    /// A sequence that starts with the first `nTokens` of `source`; full blocks are shared, a partial one is copied.
    Result<SeqId> fork(SeqId source, std::int64_t nTokens);
    /// Room for positions [length, length + nTokens). ContextFull when no block is free. Copies a shared tail block.
    Result<void> reserve(SeqId seq, std::int64_t nTokens);
    /// Called once per forward pass after all layers stored: the reserved tokens now count.
    void advance(SeqId seq, std::int64_t nTokens);
    void truncate(SeqId seq, std::int64_t nTokens);
    void release(SeqId seq);

    [[nodiscard]] std::int64_t length(SeqId seq) const;
    [[nodiscard]] std::int64_t nFreeTokens() const;
    [[nodiscard]] std::size_t usedBytes() const;
    [[nodiscard]] const KvSpec& spec() const;
    /// Block numbers of a sequence, one for every kKvBlockTokens positions.
    [[nodiscard]] const std::vector<std::int32_t>& blocks(SeqId seq) const;
    /// Base address of layer storage: nBlock consecutive blocks of blockBytes(layer).
    [[nodiscard]] std::byte* layerData(std::int32_t iLayer) const;
    [[nodiscard]] std::size_t blockBytes(std::int32_t iLayer) const;

    struct Impl;

private:
    explicit KvCache(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace vitral
