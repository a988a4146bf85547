// SPDX-License-Identifier: Apache-2.0
#include "core/trace/trace_shape.h"

#include "core/base/amounts.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

namespace vitral {
namespace {

class HostBuffer final : public Buffer {
public:
    explicit HostBuffer(std::size_t bytes)
        : bytes_(bytes), memory_(std::make_unique_for_overwrite<std::byte[]>(bytes)) {}
    [[nodiscard]] void* data() override { return memory_.get(); }
    [[nodiscard]] std::size_t sizeBytes() const override { return bytes_; }

private:
    std::size_t bytes_;
    std::unique_ptr<std::byte[]> memory_;
};

/// Gives memory and computes nothing: a forward pass on it shows its points and their shapes in microseconds.
class IdleBackend final : public Backend {
public:
    [[nodiscard]] BackendInfo info() const override { return {"none", ""}; }
    [[nodiscard]] Result<std::unique_ptr<Buffer>> allocate(std::size_t bytes) override {
        return std::unique_ptr<Buffer>(std::make_unique<HostBuffer>(bytes));
    }
    [[nodiscard]] Result<std::unique_ptr<Matrix>> loadMatrix(const TensorView&, std::stop_token) override {
        return fail(ErrorCode::Bug, "This backend loads nothing.");
    }
    [[nodiscard]] Result<std::unique_ptr<Matrix>> loadWeights(const TensorView&, WeightForm, std::stop_token) override {
        return fail(ErrorCode::Bug, "This backend loads nothing.");
    }
    [[nodiscard]] Result<std::unique_ptr<Matrix>> loadConv(const TensorView&, WeightForm, std::stop_token) override {
        return fail(ErrorCode::Bug, "This backend loads nothing.");
    }
    [[nodiscard]] Result<std::unique_ptr<Buffer>> loadVector(const TensorView&) override {
        return fail(ErrorCode::Bug, "This backend loads nothing.");
    }
    void embedding(Tensor, const Matrix&, std::span<const std::int32_t>) override {}
    void rmsNorm(Tensor, Tensor, Tensor, float) override {}
    void layerNorm(Tensor, Tensor, Tensor, Tensor, float) override {}
    void matmul(Tensor, std::span<const MatmulOutput>) override {}
    void add(Tensor, Tensor, Tensor) override {}
    void mul(Tensor, Tensor, Tensor) override {}
    void scale(Tensor, Tensor, float) override {}
    void softcap(Tensor, float) override {}
    void activation(Activation, Tensor, Tensor) override {}
    void gatedActivation(Activation, Tensor, Tensor, Tensor) override {}
    void rope(Tensor, std::int32_t, std::span<const BatchRow>, const RopeTable&) override {}
    void kvStore(KvCache&, std::int32_t, Tensor, Tensor, std::span<const BatchRow>) override {}
    void attention(Tensor, Tensor, const KvCache&, std::int32_t, std::span<const BatchRow>,
                   const AttentionParams&) override {}
    void moeRoute(Tensor, Tensor, Tensor, RouterGate) override {}
    void matmulExperts(Tensor, Tensor, const Matrix&, Tensor, Tensor) override {}
    void moeCombine(Tensor, Tensor, Tensor) override {}
    void gatherRows(Tensor, Tensor, std::span<const std::int32_t>) override {}
    void conv2d(Tensor, Tensor, const Matrix&, Tensor, const Conv2dParams&) override {}
    void groupNorm(Tensor, Tensor, Tensor, Tensor, const ImageShape&, std::int32_t, float,
                   std::optional<Activation>) override {}
    void upsample2x(Tensor, Tensor, const ImageShape&) override {}
    void addPerImage(Tensor, Tensor, Tensor, const ImageShape&) override {}
    void copy(Tensor, Tensor) override {}
    void denseAttention(Tensor, Tensor, Tensor, Tensor, const DenseAttentionParams&) override {}
    void read(Tensor, std::span<float> host) override { std::fill(host.begin(), host.end(), 0.0F); }
    void write(Tensor, std::span<const float>) override {}
    void readKeys(const KvCache&, std::int32_t, SeqId, std::int32_t, std::int64_t, std::int64_t,
                  std::span<float> host) override {
        std::fill(host.begin(), host.end(), 0.0F);
    }
    void readValues(const KvCache&, std::int32_t, SeqId, std::int32_t, std::int64_t, std::int64_t,
                    std::span<float> host) override {
        std::fill(host.begin(), host.end(), 0.0F);
    }
    [[nodiscard]] std::size_t kvBlockBytes(const KvLayerSpec&, DType) const override { return 64; }
};

/// Notes every point that is given, and how each layer attends.
class ShapeProbe final : public ForwardObserver {
public:
    explicit ShapeProbe(std::int64_t nLayer) { shape.attention.resize(static_cast<std::size_t>(nLayer)); }
    [[nodiscard]] bool wants(Point, std::int32_t) const override { return true; }
    void give(Point point, std::int32_t iLayer, Tensor tensor) override {
        PointShape& entry = shape.points.emplace_back(PointShape{point, iLayer, tensor.nCol(), 0});
        if (static_cast<std::size_t>(iLayer) >= shape.attention.size())
            return;
        const AttentionGeometry& g = shape.attention[static_cast<std::size_t>(iLayer)];
        if (point == Point::Q || point == Point::RotQ || point == Point::Z || point == Point::AttnLse)
            entry.nHead = g.nHead;
        if (point == Point::K || point == Point::RotK || point == Point::V)
            entry.nHead = g.nKvHead;
    }
    void giveAttention(std::int32_t iLayer, const AttentionParams& params, const RopeTable* rope) override {
        shape.attention[static_cast<std::size_t>(iLayer)] = geometryOf(params, rope);
    }
    TraceShape shape;
};

std::size_t blockBytes(std::int64_t nCol, DType dtype, std::int64_t nRow) {
    const auto nBlock = static_cast<std::size_t>((std::max<std::int64_t>(nRow, 0) + kRowsPerBlock - 1) / kRowsPerBlock);
    return nBlock * static_cast<std::size_t>(kRowsPerBlock) * static_cast<std::size_t>(nCol) *
           (dtype == DType::F16 ? 2U : 4U);
}

std::size_t attentionBytes(const AttentionGeometry& g, DType queries, DType keys, std::int64_t nTokens) {
    return blockBytes(std::int64_t{g.nHead} * g.headDimK, queries, nTokens) +
           blockBytes(std::int64_t{g.nKvHead} * g.headDimK, keys, nTokens) + blockBytes(g.nHead, DType::F32, nTokens);
}

std::size_t itemBytes(const TracePlan::Item& item, std::int64_t nTokens) {
    const std::int64_t end = item.endPosition < 0 ? nTokens : std::min(item.endPosition, nTokens);
    return blockBytes(item.nCol, item.dtype, end - item.firstPosition);
}

/// Where a point stands in the order "lowest layers first": the embedding before the first layer, the head after the
/// last.
std::int64_t rank(Point point, std::int32_t iLayer, std::int64_t nLayer) {
    if (point == Point::Embed || point == Point::PosEmbed)
        return -1;
    return point == Point::FinalNorm || point == Point::Logits ? nLayer : iLayer;
}

bool contains(const std::vector<std::int32_t>& list, std::int32_t value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

/// The points of the request that the model has, one item each.
std::vector<TracePlan::Item> itemsOf(const TraceRequest& request, const TraceShape& shape) {
    std::vector<TracePlan::Item> items;
    for (const PointShape& point : shape.points) {
        const auto asked = std::find_if(request.points.begin(), request.points.end(), [&](const TracePoint& p) {
            return p.point == point.point && (rank(p.point, 0, 1) != 0 || contains(p.layers, point.iLayer));
        });
        if (asked == request.points.end())
            continue;
        TracePlan::Item item;
        item.point = point.point;
        item.iLayer = point.iLayer;
        item.nCol = point.nCol;
        if (point.nHead > 0 && !asked->heads.empty()) {
            item.heads = asked->heads;
            std::sort(item.heads.begin(), item.heads.end());
            item.heads.erase(std::unique(item.heads.begin(), item.heads.end()), item.heads.end());
            std::erase_if(item.heads, [&](std::int32_t h) { return h < 0 || h >= point.nHead; });
            if (item.heads.empty())
                continue;
            item.nCol = point.nCol / point.nHead * static_cast<std::int64_t>(item.heads.size());
        }
        item.firstPosition = std::max<std::int64_t>(request.firstPosition, 0);
        item.endPosition = request.endPosition;
        item.dtype = point.point == Point::Logits || point.point == Point::AttnLse ? DType::F32 : DType::F16;
        items.push_back(std::move(item));
    }
    return items;
}

Result<void> checkRequest(const TraceRequest& request, const TraceShape& shape) {
    const auto nLayer = static_cast<std::int32_t>(shape.attention.size());
    const auto checkLayers = [&](const std::vector<std::int32_t>& layers) -> Result<void> {
        for (const std::int32_t layer : layers)
            if (layer < 0 || layer >= nLayer)
                return fail(ErrorCode::InvalidArgument,
                            fmt::format("Layer {} cannot be recorded; this model has {} layers.", layer, nLayer));
        return {};
    };
    VITRAL_TRY(checkLayers(request.attentionLayers));
    for (const TracePoint& point : request.points) {
        VITRAL_TRY(checkLayers(point.layers));
        for (const std::int32_t head : point.heads) {
            std::int32_t most = 0;
            for (const PointShape& s : shape.points)
                if (s.point == point.point && contains(point.layers, s.iLayer))
                    most = std::max(most, s.nHead);
            if (head < 0 || (most > 0 && head >= most))
                return fail(ErrorCode::InvalidArgument,
                            fmt::format("Head {} of {} cannot be recorded; there are {}.", head,
                                        pointName(point.point, point.layers.empty() ? 0 : point.layers[0]), most));
        }
    }
    if (request.firstPosition < 0 || (request.endPosition >= 0 && request.endPosition < request.firstPosition))
        return fail(ErrorCode::InvalidArgument, fmt::format("Positions {} to {} are not a range that can be recorded.",
                                                            request.firstPosition, request.endPosition));
    return {};
}

} // namespace

AttentionGeometry geometryOf(const AttentionParams& params, const RopeTable* rope) {
    AttentionGeometry g;
    g.nHead = params.nHead;
    g.nKvHead = params.nKvHead;
    g.headDimK = params.headDimK;
    g.headDimV = params.headDimV;
    g.scale = params.scale;
    g.softcap = params.softcap;
    g.window = params.window;
    if (params.sinks != nullptr)
        g.sinks.assign(params.sinks, params.sinks + params.nHead);
    if (rope != nullptr)
        g.rope = *rope;
    return g;
}

const PointShape* TraceShape::find(Point point, std::int32_t iLayer) const {
    const auto it = std::find_if(points.begin(), points.end(),
                                 [&](const PointShape& s) { return s.point == point && s.iLayer == iLayer; });
    return it == points.end() ? nullptr : &*it;
}

Result<TraceShape> traceShape(const Model& model) {
    IdleBackend backend;
    ShapeProbe probe(model.config().nLayer);
    VITRAL_TRY_ASSIGN(const auto cache, KvCache::create(backend, model.kvSpec(kKvBlockTokens, DType::F16)));
    VITRAL_TRY_ASSIGN(const SeqId seq, cache->newSequence());
    VITRAL_TRY(cache->reserve(seq, 1));
    Workspace workspace(backend);
    ForwardContext context{backend, *cache, workspace, &probe, {}};
    const std::array<TokenId, 1> token{0};
    const std::array<BatchRow, 1> row{{{seq, 0}}};
    const std::array<std::int32_t, 1> wanted{0};
    std::vector<float> logits(static_cast<std::size_t>(model.config().nVocab));
    VITRAL_TRY(model.forward(context, {token, row, wanted}, logits));
    return std::move(probe.shape);
}

bool TracePlan::hasAttention() const {
    return std::find(attention.begin(), attention.end(), true) != attention.end();
}

bool TracePlan::empty() const {
    return items.empty() && !hasAttention();
}

namespace {
std::size_t bytesOfAll(const TraceRequest& request, const TraceShape& shape, DType queries, DType keys,
                       std::int64_t nTokens) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; request.attention && i < shape.attention.size(); ++i)
        if (contains(request.attentionLayers, static_cast<std::int32_t>(i)))
            bytes += attentionBytes(shape.attention[i], queries, keys, nTokens);
    for (const TracePlan::Item& item : itemsOf(request, shape))
        bytes += itemBytes(item, nTokens);
    return bytes;
}
} // namespace

std::size_t traceBytes(const TraceRequest& request, const TraceShape& shape, std::int64_t nTokens) {
    return bytesOfAll(request, shape, request.queries == QueryPrecision::Half ? DType::F16 : DType::F32, DType::F16,
                      nTokens);
}

Result<TracePlan> planTrace(const TraceRequest& request, const TraceShape& shape, std::int64_t nTokens,
                            std::int64_t nBranch, DType kvType) {
    VITRAL_TRY(checkRequest(request, shape));
    const auto nLayer = static_cast<std::int64_t>(shape.attention.size());
    const auto times = static_cast<std::size_t>(std::max<std::int64_t>(nBranch, 1));
    TracePlan plan;
    plan.attention.assign(shape.attention.size(), false);
    const std::vector<TracePlan::Item> items = itemsOf(request, shape);
    for (const TracePoint& asked : request.points)
        if (std::none_of(shape.points.begin(), shape.points.end(),
                         [&](const PointShape& s) { return s.point == asked.point; }))
            plan.notes.push_back(fmt::format("{} is left out: this model does not have it.",
                                             pointName(asked.point, asked.layers.empty() ? 0 : asked.layers[0])));

    plan.keyType = kvType == DType::F32 ? DType::F32 : DType::F16;
    const bool fits = bytesOfAll(request, shape, DType::F32, plan.keyType, nTokens) <= request.byteBudget / times;
    if (request.queries == QueryPrecision::Half || (request.queries == QueryPrecision::Auto && !fits))
        plan.queryType = DType::F16;

    // Lowest layers first, attention before the other points of its layer; nothing is taken after the first thing that
    // does not fit, so that what is left out is simple to say.
    std::int64_t cut = std::numeric_limits<std::int64_t>::max();
    std::size_t left = request.byteBudget;
    for (std::int64_t at = -1; at <= nLayer && cut > nLayer; ++at) {
        const auto take = [&](std::size_t bytes) {
            if (bytes * times > left) {
                cut = at;
                return false;
            }
            left -= bytes * times;
            plan.bytes += bytes * times;
            return true;
        };
        if (at >= 0 && at < nLayer && request.attention) {
            const auto i = static_cast<std::size_t>(at);
            if (shape.attention[i].nHead > 0 && contains(request.attentionLayers, static_cast<std::int32_t>(at)))
                plan.attention[i] = take(attentionBytes(shape.attention[i], plan.queryType, plan.keyType, nTokens));
        }
        for (const TracePlan::Item& item : items)
            if (cut > nLayer && rank(item.point, item.iLayer, nLayer) == at && take(itemBytes(item, nTokens)))
                plan.items.push_back(item);
    }
    if (plan.hasAttention() && plan.queryType == DType::F16)
        plan.notes.push_back("Queries are rounded to half precision: attention weights are right to about their score "
                             "times 0.0002.");
    if (cut <= nLayer) {
        const std::size_t needed = bytesOfAll(request, shape, plan.queryType, plan.keyType, nTokens) * times;
        const std::string what = cut == nLayer ? "what follows the last layer" : fmt::format("layers from {} on", cut);
        plan.notes.push_back(
            fmt::format("Left out, wholly or in part: {}. Everything asked for needs {} at {}; {} are allowed.", what,
                        byteSize(needed), counted(nTokens, "token"), byteSize(request.byteBudget)));
    }
    return plan;
}

} // namespace vitral
