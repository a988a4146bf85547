// SPDX-License-Identifier: Apache-2.0
#include "core/backend/kv_cache.h"

#include "core/backend/backend.h"
#include "core/base/assert.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

struct KvCache::Impl {
    struct Sequence {
        bool used = false;
        std::int64_t nToken = 0;
        std::vector<std::int32_t> blocks; ///< one for every kKvBlockTokens positions, reserved ones included
    };

    Backend* backend = nullptr;
    KvSpec spec;
    std::int32_t nBlock = 0;
    std::vector<std::unique_ptr<Buffer>> buffers; ///< one a layer, null where the layer keeps nothing
    std::vector<std::size_t> layerBlockBytes;
    std::vector<std::int32_t> references; ///< sequences that hold a block
    std::vector<std::int32_t> freeBlocks; ///< used from the back
    std::vector<Sequence> sequences;

    Sequence& at(SeqId seq) {
        VITRAL_ASSERT(seq >= 0 && static_cast<std::size_t>(seq) < sequences.size() &&
                          sequences[static_cast<std::size_t>(seq)].used,
                      "no such sequence");
        return sequences[static_cast<std::size_t>(seq)];
    }

    SeqId emptySequence() {
        for (std::size_t i = 0; i < sequences.size(); ++i)
            if (!sequences[i].used) {
                sequences[i] = Sequence{true, 0, {}};
                return static_cast<SeqId>(i);
            }
        sequences.push_back(Sequence{true, 0, {}});
        return static_cast<SeqId>(sequences.size() - 1);
    }

    std::int32_t takeBlock() {
        const std::int32_t block = freeBlocks.back();
        freeBlocks.pop_back();
        references[static_cast<std::size_t>(block)] = 1;
        return block;
    }

    void dropBlock(std::int32_t block) {
        std::int32_t& count = references[static_cast<std::size_t>(block)];
        if (--count == 0)
            freeBlocks.push_back(block);
    }

    void copyBlock(std::int32_t to, std::int32_t from) {
        for (std::size_t i = 0; i < buffers.size(); ++i) {
            if (!buffers[i])
                continue;
            const std::size_t n = layerBlockBytes[i];
            auto* base = static_cast<std::byte*>(buffers[i]->data());
            backend->layerBackend(static_cast<std::int32_t>(i))
                .copyBytes(base + static_cast<std::size_t>(to) * n, base + static_cast<std::size_t>(from) * n, n);
        }
    }

    [[nodiscard]] tl::unexpected<Error> full(std::int64_t nTokens) const {
        return fail(ErrorCode::ContextFull,
                    fmt::format("The context window of {} tokens has no room for {} more.", spec.nCtxTokens, nTokens));
    }
};

namespace {
std::int64_t blocksFor(std::int64_t nTokens) {
    return (nTokens + kKvBlockTokens - 1) / kKvBlockTokens;
}
} // namespace

std::size_t KvSpec::bytesPerToken() const {
    std::size_t elements = 0;
    for (const KvLayerSpec& layer : layers)
        elements += static_cast<std::size_t>(layer.nKvHead) * static_cast<std::size_t>(layer.headDimK + layer.headDimV);
    switch (dtype) {
    case DType::F32:
        return elements * 4;
    case DType::Q8_0:
        return elements * 34 / 32;
    default:
        return elements * 2;
    }
}

KvCache::KvCache(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KvCache::~KvCache() = default;

Result<std::unique_ptr<KvCache>> KvCache::create(Backend& backend, const KvSpec& spec) {
    if (spec.dtype != DType::F16 && spec.dtype != DType::Q8_0 && spec.dtype != DType::F32)
        return fail(ErrorCode::Unsupported, fmt::format("Keys and values cannot be kept as {}; choose f16 or q8_0.",
                                                        dtypeInfo(spec.dtype).name));
    if (spec.nCtxTokens <= 0 || blocksFor(spec.nCtxTokens) > 0x7fffffff)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("A context of {} tokens is not possible.", spec.nCtxTokens));
    auto impl = std::make_unique<Impl>();
    impl->backend = &backend;
    impl->spec = spec;
    impl->nBlock = static_cast<std::int32_t>(blocksFor(spec.nCtxTokens));
    for (const KvLayerSpec& layer : spec.layers) {
        Backend& keeper = backend.layerBackend(static_cast<std::int32_t>(impl->layerBlockBytes.size()));
        const std::size_t bytes = layer.nKvHead > 0 ? keeper.kvBlockBytes(layer, spec.dtype) : 0;
        impl->layerBlockBytes.push_back(bytes);
        impl->buffers.emplace_back();
        if (bytes == 0)
            continue;
        auto buffer = keeper.allocate(bytes * static_cast<std::size_t>(impl->nBlock));
        if (!buffer)
            return fail(
                ErrorCode::OutOfMemory,
                fmt::format("Keys and values of {} tokens need {:.1f} GB of memory, which is not there.",
                            spec.nCtxTokens,
                            static_cast<double>(spec.bytesPerToken()) * static_cast<double>(spec.nCtxTokens) / 1e9));
        impl->buffers.back() = std::move(*buffer);
    }
    impl->references.assign(static_cast<std::size_t>(impl->nBlock), 0);
    for (std::int32_t b = impl->nBlock; b-- > 0;)
        impl->freeBlocks.push_back(b);
    return std::unique_ptr<KvCache>(new KvCache(std::move(impl)));
}

Result<SeqId> KvCache::newSequence() {
    return impl_->emptySequence();
}

Result<SeqId> KvCache::fork(SeqId source, std::int64_t nTokens) {
    VITRAL_ASSERT(nTokens >= 0 && nTokens <= impl_->at(source).nToken, "a fork keeps at most what its source has");
    const bool partial = nTokens % kKvBlockTokens != 0;
    if (partial && impl_->freeBlocks.empty())
        return impl_->full(1);
    const SeqId seq = impl_->emptySequence(); // may move the sequences: look the source up again
    const Impl::Sequence& from = impl_->at(source);
    Impl::Sequence& to = impl_->at(seq);
    to.nToken = nTokens;
    const auto nFull = static_cast<std::size_t>(nTokens / kKvBlockTokens);
    to.blocks.assign(from.blocks.begin(), from.blocks.begin() + static_cast<std::ptrdiff_t>(nFull));
    for (const std::int32_t block : to.blocks)
        ++impl_->references[static_cast<std::size_t>(block)];
    if (partial) {
        to.blocks.push_back(impl_->takeBlock());
        impl_->copyBlock(to.blocks.back(), from.blocks[nFull]);
    }
    return seq;
}

Result<void> KvCache::reserve(SeqId seq, std::int64_t nTokens) {
    Impl::Sequence& s = impl_->at(seq);
    VITRAL_ASSERT(nTokens >= 0, "a reservation cannot be negative");
    const std::int64_t wanted = blocksFor(s.nToken + nTokens);
    const std::int64_t missing = wanted - static_cast<std::int64_t>(s.blocks.size());
    // After a truncate the tail block may be shared with a fork: it is about to be written, so it needs its own copy.
    const bool tail = nTokens > 0 && s.nToken % kKvBlockTokens != 0;
    const auto iTail = static_cast<std::size_t>(s.nToken / kKvBlockTokens);
    const bool copyTail = tail && impl_->references[static_cast<std::size_t>(s.blocks[iTail])] > 1;
    if (std::max<std::int64_t>(missing, 0) + (copyTail ? 1 : 0) > static_cast<std::int64_t>(impl_->freeBlocks.size()))
        return impl_->full(nTokens);
    if (copyTail) {
        const std::int32_t old = s.blocks[iTail];
        s.blocks[iTail] = impl_->takeBlock();
        impl_->copyBlock(s.blocks[iTail], old);
        impl_->dropBlock(old);
    }
    for (std::int64_t i = 0; i < missing; ++i)
        s.blocks.push_back(impl_->takeBlock());
    return {};
}

void KvCache::advance(SeqId seq, std::int64_t nTokens) {
    Impl::Sequence& s = impl_->at(seq);
    VITRAL_ASSERT(nTokens >= 0 && blocksFor(s.nToken + nTokens) <= static_cast<std::int64_t>(s.blocks.size()),
                  "only reserved tokens can be advanced over");
    s.nToken += nTokens;
}

void KvCache::truncate(SeqId seq, std::int64_t nTokens) {
    Impl::Sequence& s = impl_->at(seq);
    VITRAL_ASSERT(nTokens >= 0 && nTokens <= s.nToken, "truncate can only shorten");
    s.nToken = nTokens;
    while (static_cast<std::int64_t>(s.blocks.size()) > blocksFor(nTokens)) {
        impl_->dropBlock(s.blocks.back());
        s.blocks.pop_back();
    }
}

void KvCache::release(SeqId seq) {
    Impl::Sequence& s = impl_->at(seq);
    for (const std::int32_t block : s.blocks)
        impl_->dropBlock(block);
    s = {};
}

std::int64_t KvCache::length(SeqId seq) const {
    return impl_->at(seq).nToken;
}
std::int64_t KvCache::nFreeTokens() const {
    return static_cast<std::int64_t>(impl_->freeBlocks.size()) * kKvBlockTokens;
}
std::size_t KvCache::usedBytes() const {
    std::size_t perBlock = 0;
    for (const std::size_t bytes : impl_->layerBlockBytes)
        perBlock += bytes;
    return perBlock * (static_cast<std::size_t>(impl_->nBlock) - impl_->freeBlocks.size());
}
const KvSpec& KvCache::spec() const {
    return impl_->spec;
}
const std::vector<std::int32_t>& KvCache::blocks(SeqId seq) const {
    return impl_->at(seq).blocks;
}
std::byte* KvCache::layerData(std::int32_t iLayer) const {
    Buffer* buffer = impl_->buffers[static_cast<std::size_t>(iLayer)].get();
    return buffer ? static_cast<std::byte*>(buffer->data()) : nullptr;
}
std::size_t KvCache::blockBytes(std::int32_t iLayer) const {
    return impl_->layerBlockBytes[static_cast<std::size_t>(iLayer)];
}

} // namespace vitral
