// SPDX-License-Identifier: Apache-2.0
// Bytes are counted as an operation that touches every operand once would move them; weights in the type they are
// stored in. A multiplication and an addition are two operations; a sum over n, n; exp, tanh and the like one.

#include "core/backend/recording_backend.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <string>

namespace vitral {
namespace {

OperandInfo operand(const Tensor& t) {
    return {{}, t.dtype, t.shape, t.shape.count() * 4};
}

/// `nRow` rows of a matrix (of all its experts, counted through).
OperandInfo weightRows(const Matrix& matrix, std::int64_t nRow) {
    return {matrix.name, matrix.dtype, matrix.shape,
            nRow * static_cast<std::int64_t>(rowBytes(matrix.dtype, matrix.shape.nCol()))};
}

Operation operation(std::string_view name, std::vector<OperandInfo> inputs, std::vector<OperandInfo> outputs,
                    std::int64_t flops) {
    Operation op;
    op.name = name;
    op.inputs = std::move(inputs);
    op.outputs = std::move(outputs);
    op.flops = flops;
    return op;
}

/// Keys a row sees.
std::int64_t visibleKeys(const BatchRow& row, std::int64_t window) {
    const std::int64_t n = row.position + 1;
    return window > 0 ? std::min(n, window) : n;
}

std::int64_t kvBytesPerToken(const KvCache& cache, std::int32_t iLayer) {
    return static_cast<std::int64_t>(cache.blockBytes(iLayer)) / kKvBlockTokens;
}

std::int64_t bytesOfVector(const Tensor& t) {
    return t.empty() ? 0 : t.shape.count() * 4;
}

} // namespace

std::string_view activationName(Activation kind) {
    switch (kind) {
    case Activation::Silu:
        return "silu";
    case Activation::GeluTanh:
        return "gelu (tanh)";
    case Activation::GeluErf:
        return "gelu";
    case Activation::Relu:
        return "relu";
    case Activation::ReluSquared:
        return "relu squared";
    case Activation::SwigluOai:
        return "swiglu (clamped)";
    }
    return "";
}

template <class Call>
void RecordingBackend::note(Operation operation, const Call& call) {
    operation.scope = scope_;
    for (const OperandInfo& input : operation.inputs)
        operation.bytesRead += input.bytes;
    for (const OperandInfo& weight : operation.weights)
        operation.bytesRead += weight.bytes;
    for (const OperandInfo& output : operation.outputs)
        operation.bytesWritten += output.bytes;
    finish(); // a device works on while calls are noted: each operation is timed from rest to rest
    const auto begin = std::chrono::steady_clock::now();
    call();
    finish();
    operation.timeNs =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin).count();
    operations_.push_back(std::move(operation));
}

OperationList RecordingBackend::take() {
    OperationList list;
    list.operations.swap(operations_);
    const BackendInfo about = inner_.info();
    list.backend = about.name + " (" + about.detail + ")";
    return list;
}

void RecordingBackend::scope(std::string_view name) {
    scope_ = name;
    inner_.scope(name);
}

void RecordingBackend::embedding(Tensor out, const Matrix& table, std::span<const std::int32_t> ids) {
    Operation op = operation("embedding", {}, {operand(out)}, 0);
    op.weights = {weightRows(table, static_cast<std::int64_t>(ids.size()))};
    note(std::move(op), [&] { inner_.embedding(out, table, ids); });
}

void RecordingBackend::rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    Operation op = operation("rmsNorm", {operand(x)}, {operand(out)}, 4 * x.shape.count());
    op.bytesRead = bytesOfVector(weight);
    note(std::move(op), [&] { inner_.rmsNorm(out, x, weight, eps); });
}

void RecordingBackend::layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
    Operation op = operation("layerNorm", {operand(x)}, {operand(out)}, 8 * x.shape.count());
    op.bytesRead = bytesOfVector(weight) + bytesOfVector(bias);
    note(std::move(op), [&] { inner_.layerNorm(out, x, weight, bias, eps); });
}

void RecordingBackend::matmul(Tensor x, std::span<const MatmulOutput> outputs) {
    Operation op = operation("matmul", {operand(x)}, {}, 0);
    for (const MatmulOutput& output : outputs) {
        op.weights.push_back(weightRows(*output.weight, output.weight->shape.nRow()));
        op.outputs.push_back(operand(output.out));
        op.flops += 2 * output.out.shape.count() * x.nCol();
        if (output.bias != nullptr) {
            op.bytesRead += bytesOfVector(*output.bias);
            op.flops += output.out.shape.count();
        }
    }
    note(std::move(op), [&] { inner_.matmul(x, outputs); });
}

void RecordingBackend::add(Tensor out, Tensor a, Tensor b) {
    note(operation("add", {operand(a), operand(b)}, {operand(out)}, out.shape.count()), [&] { inner_.add(out, a, b); });
}

void RecordingBackend::mul(Tensor out, Tensor a, Tensor b) {
    note(operation("mul", {operand(a), operand(b)}, {operand(out)}, out.shape.count()), [&] { inner_.mul(out, a, b); });
}

void RecordingBackend::scale(Tensor out, Tensor x, float factor) {
    note(operation("scale", {operand(x)}, {operand(out)}, x.shape.count()), [&] { inner_.scale(out, x, factor); });
}

void RecordingBackend::softcap(Tensor x, float cap) {
    note(operation("softcap", {operand(x)}, {operand(x)}, 3 * x.shape.count()), [&] { inner_.softcap(x, cap); });
}

void RecordingBackend::activation(Activation kind, Tensor out, Tensor x) {
    Operation op = operation("activation", {operand(x)}, {operand(out)}, 4 * x.shape.count());
    op.detail = activationName(kind);
    note(std::move(op), [&] { inner_.activation(kind, out, x); });
}

void RecordingBackend::gatedActivation(Activation kind, Tensor out, Tensor gate, Tensor up) {
    Operation op = operation("gatedActivation", {operand(gate), operand(up)}, {operand(out)}, 5 * gate.shape.count());
    op.detail = activationName(kind);
    note(std::move(op), [&] { inner_.gatedActivation(kind, out, gate, up); });
}

void RecordingBackend::rope(Tensor x, std::int32_t nHead, std::span<const BatchRow> rows, const RopeTable& table) {
    const auto nRotary = static_cast<std::int64_t>(2 * table.inverseFrequency.size());
    Operation op = operation("rope", {operand(x)}, {operand(x)}, 3 * x.nRow() * nHead * nRotary);
    op.detail = std::to_string(nRotary) + " of " + std::to_string(x.nCol() / nHead) + " dimensions";
    note(std::move(op), [&] { inner_.rope(x, nHead, rows, table); });
}

void RecordingBackend::kvStore(KvCache& cache, std::int32_t iLayer, Tensor k, Tensor v,
                               std::span<const BatchRow> rows) {
    Operation op = operation("kvStore", {operand(k), operand(v)}, {}, 0);
    op.detail = dtypeInfo(cache.spec().dtype).name;
    op.bytesWritten = k.nRow() * kvBytesPerToken(cache, iLayer);
    note(std::move(op), [&] { inner_.kvStore(cache, iLayer, k, v, rows); });
}

void RecordingBackend::attention(Tensor out, Tensor q, const KvCache& cache, std::int32_t iLayer,
                                 std::span<const BatchRow> rows, const AttentionParams& params) {
    std::int64_t nPair = 0; // (query, key) a head
    std::int64_t nKey = 0;  // keys that some row of the batch sees
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t seen = visibleKeys(rows[i], params.window);
        nPair += seen;
        const bool continues = i > 0 && rows[i].seq == rows[i - 1].seq;
        nKey += continues ? std::min<std::int64_t>(seen, rows[i].position - rows[i - 1].position) : seen;
    }
    Operation op = operation("attention", {operand(q)}, {operand(out)},
                             nPair * params.nHead * (2 * params.headDimK + 2 * params.headDimV + 4));
    op.bytesRead = nKey * kvBytesPerToken(cache, iLayer);
    op.detail = std::to_string(params.nHead) + " heads, " + std::to_string(params.nKvHead) + " key/value";
    if (params.window > 0)
        op.detail += ", window " + std::to_string(params.window);
    if (params.softcap > 0.0F)
        op.detail += ", soft-capped";
    if (params.sinks != nullptr)
        op.detail += ", sinks";
    note(std::move(op), [&] { inner_.attention(out, q, cache, iLayer, rows, params); });
}

void RecordingBackend::moeRoute(Tensor ids, Tensor weights, Tensor logits, RouterGate gate) {
    Operation op = operation("moeRoute", {operand(logits)}, {operand(ids), operand(weights)}, 3 * logits.shape.count());
    op.detail = "top " + std::to_string(ids.nCol()) + " of " + std::to_string(logits.nCol());
    note(std::move(op), [&] { inner_.moeRoute(ids, weights, logits, gate); });
}

void RecordingBackend::matmulExperts(Tensor out, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) {
    std::vector<float> chosen(static_cast<std::size_t>(ids.shape.count()));
    inner_.read(ids, chosen); // the 32 bits of each id
    std::vector<bool> used(static_cast<std::size_t>(std::max<std::int64_t>(weight.shape[0], 1)));
    for (const float bits : chosen)
        if (const auto id = static_cast<std::size_t>(std::bit_cast<std::int32_t>(bits)); id < used.size())
            used[id] = true;
    const std::int64_t nUsed = std::count(used.begin(), used.end(), true);
    Operation op = operation("matmulExperts", {operand(x), operand(ids)}, {operand(out)},
                             2 * out.shape.count() * weight.shape.nCol());
    op.weights = {weightRows(weight, nUsed * weight.shape[1])};
    op.detail = std::to_string(nUsed) + " of " + std::to_string(used.size()) + " experts";
    if (!bias.empty()) {
        op.bytesRead = nUsed * weight.shape[1] * 4;
        op.flops += out.shape.count();
    }
    note(std::move(op), [&] { inner_.matmulExperts(out, x, weight, ids, bias); });
}

void RecordingBackend::moeCombine(Tensor out, Tensor x, Tensor weights) {
    note(operation("moeCombine", {operand(x), operand(weights)}, {operand(out)}, 2 * x.shape.count()),
         [&] { inner_.moeCombine(out, x, weights); });
}

void RecordingBackend::gatherRows(Tensor out, Tensor x, std::span<const std::int32_t> index) {
    Operation op = operation("gatherRows", {}, {operand(out)}, 0);
    op.inputs = {operand(x)};
    op.inputs.front().bytes = out.shape.count() * 4; // only the rows that are taken
    note(std::move(op), [&] { inner_.gatherRows(out, x, index); });
}

void RecordingBackend::conv2d(Tensor out, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) {
    Operation op = operation("conv2d", {operand(x)}, {operand(out)}, 2 * out.shape.count() * weight.shape.nCol());
    op.weights = {weightRows(weight, weight.shape.nRow())};
    if (!bias.empty()) {
        op.bytesRead = bytesOfVector(bias);
        op.flops += out.shape.count();
    }
    op.detail = std::to_string(params.kernelH) + " x " + std::to_string(params.kernelW);
    if (params.stride > 1)
        op.detail += ", stride " + std::to_string(params.stride);
    if (params.doubled)
        op.detail += ", enlarged 2x";
    note(std::move(op), [&] { inner_.conv2d(out, x, weight, bias, params); });
}

void RecordingBackend::groupNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, const ImageShape& shape,
                                 std::int32_t nGroup, float eps, std::optional<Activation> then) {
    Operation op = operation("groupNorm", {operand(x)}, {operand(out)}, (then ? 12 : 8) * x.shape.count());
    op.bytesRead = bytesOfVector(weight) + bytesOfVector(bias);
    op.detail = std::to_string(nGroup) + " groups";
    if (then)
        op.detail += ", " + std::string(activationName(*then));
    note(std::move(op), [&] { inner_.groupNorm(out, x, weight, bias, shape, nGroup, eps, then); });
}

void RecordingBackend::upsample2x(Tensor out, Tensor x, const ImageShape& in) {
    note(operation("upsample2x", {operand(x)}, {operand(out)}, 0), [&] { inner_.upsample2x(out, x, in); });
}

void RecordingBackend::addPerImage(Tensor out, Tensor x, Tensor b, const ImageShape& shape) {
    note(operation("addPerImage", {operand(x), operand(b)}, {operand(out)}, x.shape.count()),
         [&] { inner_.addPerImage(out, x, b, shape); });
}

void RecordingBackend::copy(Tensor out, Tensor x) {
    note(operation("copy", {operand(x)}, {operand(out)}, 0), [&] { inner_.copy(out, x); });
}

void RecordingBackend::denseAttention(Tensor out, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) {
    const std::int64_t nImage = std::max<std::int64_t>(params.nImage, 1);
    const std::int64_t nQuery = q.nRow() / nImage;
    const std::int64_t nKey = k.nRow() / nImage;
    const std::int64_t nPair = nImage * params.nHead * (params.causal ? nQuery * (nQuery + 1) / 2 : nQuery * nKey);
    Operation op = operation("denseAttention", {operand(q), operand(k), operand(v)}, {operand(out)},
                             nPair * (4 * params.headDim + 4));
    op.detail = std::to_string(params.nHead) + " heads, " + std::to_string(nKey) + " keys";
    if (params.causal)
        op.detail += ", causal";
    note(std::move(op), [&] { inner_.denseAttention(out, q, k, v, params); });
}

void RecordingBackend::read(Tensor x, std::span<float> host) {
    note(operation("read", {operand(x)}, {operand(x)}, 0), [&] { inner_.read(x, host); });
}

void RecordingBackend::write(Tensor x, std::span<const float> host) {
    note(operation("write", {operand(x)}, {operand(x)}, 0), [&] { inner_.write(x, host); });
}

} // namespace vitral
