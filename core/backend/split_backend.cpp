// SPDX-License-Identifier: Apache-2.0
#include "core/backend/split_backend.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace vitral {

namespace {
constexpr std::uintptr_t kAlign = 4096; ///< and at least one such piece between two buffers

std::uintptr_t addressOf(const Tensor& t) {
    return reinterpret_cast<std::uintptr_t>(t.data);
}
/// From the first to the last element, with what strides leave between.
std::uintptr_t endOf(const Tensor& t) {
    const std::int64_t n = t.nRow() > 0 ? (t.nRow() - 1) * t.rowStride + t.nCol() : 0;
    return addressOf(t) + static_cast<std::uintptr_t>(std::max<std::int64_t>(n, 0)) * 4;
}
bool packed(const Tensor& t) {
    return t.nRow() <= 1 || t.rowStride == t.nCol();
}
} // namespace

struct SplitBackend::SplitMatrix final : Matrix {
    TensorView view;
    std::vector<std::unique_ptr<Matrix>> onPart;
    [[nodiscard]] std::size_t residentBytes() const override {
        std::size_t bytes = 0;
        for (const auto& matrix : onPart)
            bytes += matrix ? matrix->residentBytes() : 0;
        return bytes;
    }
};

class SplitBackend::SplitBuffer final : public Buffer {
public:
    SplitBuffer(std::shared_ptr<Table> table, std::uintptr_t base, std::size_t bytes)
        : table_(std::move(table)), base_(base), bytes_(bytes) {}
    ~SplitBuffer() override {
        const std::scoped_lock lock(table_->mutex);
        table_->memory.erase(base_);
        table_->gone.push_back({base_, base_ + bytes_, 0});
    }
    void* data() override { return reinterpret_cast<void*>(base_); }
    [[nodiscard]] std::size_t sizeBytes() const override { return bytes_; }

private:
    std::shared_ptr<Table> table_;
    std::uintptr_t base_;
    std::size_t bytes_;
};

SplitBackend::SplitBackend(std::vector<Part> parts) : parts_(std::move(parts)), table_(std::make_shared<Table>()) {
    VITRAL_ASSERT(!parts_.empty() && parts_.size() <= 32, "a split has one to 32 parts");
}
SplitBackend::~SplitBackend() = default;

std::size_t SplitBackend::partOfLayer(std::int32_t iLayer) const {
    std::int32_t first = 0;
    for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
        first += parts_[i].nLayer;
        if (iLayer < first)
            return i;
    }
    return parts_.size() - 1;
}

std::size_t SplitBackend::partOfName(std::string_view name) const {
    for (const std::string_view prefix : {std::string_view("blocks."), std::string_view("blk.")})
        if (name.substr(0, prefix.size()) == prefix) {
            name.remove_prefix(prefix.size());
            std::int32_t layer = 0;
            std::from_chars(name.data(), name.data() + name.size(), layer);
            return partOfLayer(layer);
        }
    return name == "head" || name.substr(0, 6) == "output" ? parts_.size() - 1 : 0;
}

void SplitBackend::scope(std::string_view name) {
    current_ = partOfName(name);
    atHead_ = name == "head";
    parts_[current_].backend->scope(name);
}

BackendInfo SplitBackend::info() const {
    std::string name, detail;
    std::int32_t first = 0;
    for (const Part& part : parts_) {
        const BackendInfo inner = part.backend->info();
        name += (name.empty() ? "" : " + ") + inner.name;
        detail += fmt::format("{}{} layer{} on {} ({})", detail.empty() ? "" : "; ", part.nLayer,
                              part.nLayer == 1 ? "" : "s", inner.name, inner.detail);
        first += part.nLayer;
    }
    return {name, detail};
}

std::unique_ptr<Buffer> SplitBackend::newBuffer(std::size_t bytes, std::size_t iPart, std::unique_ptr<Buffer> filled) {
    auto memory = std::make_shared<Memory>();
    memory->bytes = bytes;
    memory->onPart.resize(parts_.size());
    const bool full = filled != nullptr;
    memory->onPart[iPart] = std::move(filled);
    std::uintptr_t base = 0;
    {
        const std::scoped_lock lock(table_->mutex);
        for (const RangeOwner::Piece& piece : table_->gone)
            owner_.set(piece.begin, piece.end, 0);
        table_->gone.clear();
        base = table_->next;
        table_->next += (bytes + kAlign - 1) / kAlign * kAlign + kAlign;
        table_->memory[base] = std::move(memory);
    }
    if (full)
        owner_.set(base, base + bytes, 1U << iPart);
    return std::make_unique<SplitBuffer>(table_, base, bytes);
}

Result<std::unique_ptr<Buffer>> SplitBackend::allocate(std::size_t bytes) {
    // Made now where it will be used first: a lack of memory is heard here and not in the middle of a pass.
    VITRAL_TRY_ASSIGN(auto first, parts_.front().backend->allocate(bytes));
    auto buffer = newBuffer(bytes, 0, nullptr);
    const std::scoped_lock lock(table_->mutex);
    Memory& memory = *table_->memory[reinterpret_cast<std::uintptr_t>(buffer->data())];
    memory.onPart[0] = std::move(first);
    for (std::size_t i = 1; i < parts_.size(); ++i) {
        VITRAL_TRY_ASSIGN(memory.onPart[i], parts_[i].backend->allocate(bytes));
    }
    return buffer;
}

Result<std::unique_ptr<Buffer>> SplitBackend::loadVector(const TensorView& view) {
    VITRAL_TRY_ASSIGN(auto inner, parts_[current_].backend->loadVector(view));
    const std::size_t bytes = inner->sizeBytes();
    return newBuffer(bytes, current_, std::move(inner));
}

template <class Load>
Result<std::unique_ptr<Matrix>> SplitBackend::loadAnyhow(const TensorView& view, WeightForm form, const Load& load) {
    auto matrix = std::make_unique<SplitMatrix>();
    matrix->onPart.resize(parts_.size());
    VITRAL_TRY_ASSIGN(auto inner, load(*parts_[current_].backend));
    matrix->dtype = inner->dtype;
    matrix->shape = inner->shape;
    matrix->form = form;
    matrix->view = view;
    matrix->onPart[current_] = std::move(inner);
    return std::unique_ptr<Matrix>(std::move(matrix));
}

Result<std::unique_ptr<Matrix>> SplitBackend::loadMatrix(const TensorView& view, std::stop_token stop) {
    return loadAnyhow(view, WeightForm::AsFile, [&](Backend& b) { return b.loadMatrix(view, stop); });
}
Result<std::unique_ptr<Matrix>> SplitBackend::loadWeights(const TensorView& view, WeightForm form,
                                                          std::stop_token stop) {
    return loadAnyhow(view, form, [&](Backend& b) { return b.loadWeights(view, form, stop); });
}
Result<std::unique_ptr<Matrix>> SplitBackend::loadConv(const TensorView& view, WeightForm form, std::stop_token stop) {
    return loadAnyhow(view, form, [&](Backend& b) { return b.loadConv(view, form, stop); });
}

void SplitBackend::stopWith(std::stop_token stop) {
    stop_ = stop;
    for (const Part& part : parts_)
        part.backend->stopWith(stop);
}

// Where values are.

Tensor SplitBackend::place(Tensor t, std::size_t iPart) {
    if (t.empty())
        return t;
    const std::scoped_lock lock(table_->mutex);
    auto it = table_->memory.upper_bound(addressOf(t));
    VITRAL_ASSERT(it != table_->memory.begin(), "a tensor of this backend");
    --it;
    Memory& memory = *it->second;
    VITRAL_ASSERT(addressOf(t) < it->first + std::max<std::size_t>(memory.bytes, 1), "a tensor of this backend");
    if (!memory.onPart[iPart]) {
        auto buffer = parts_[iPart].backend->allocate(memory.bytes);
        if (!buffer) {
            note(tl::unexpected(buffer.error()));
            return {};
        }
        memory.onPart[iPart] = std::move(*buffer);
    }
    t.data = static_cast<std::byte*>(memory.onPart[iPart]->data()) + (addressOf(t) - it->first);
    return t;
}

void SplitBackend::move(std::uintptr_t begin, std::uintptr_t end, std::size_t from, std::size_t to) {
    const auto n = static_cast<std::int64_t>((end - begin) / 4);
    const Tensor t{reinterpret_cast<void*>(begin), Shape{1, n}, n, DType::F32};
    const Tensor source = place(t, from), target = place(t, to);
    if (source.empty() || target.empty())
        return;
    carried_.resize(static_cast<std::size_t>(n));
    parts_[from].backend->read(source, carried_);
    parts_[to].backend->write(target, carried_);
    copiedBytes_ += end - begin;
}

Tensor SplitBackend::in(Tensor t, std::size_t iPart) {
    if (t.empty())
        return t;
    for (const RangeOwner::Piece& piece : owner_.pieces(addressOf(t), endOf(t)))
        if (!(piece.parts >> iPart & 1U)) {
            std::size_t from = 0;
            while (!(piece.parts >> from & 1U))
                ++from;
            move(piece.begin, piece.end, from, iPart);
            owner_.set(piece.begin, piece.end, piece.parts | 1U << iPart);
        }
    return place(t, iPart);
}

Tensor SplitBackend::out(Tensor t, std::size_t iPart) {
    if (t.empty())
        return t;
    if (!packed(t)) // what lies between its rows must not be lost
        (void)in(t, iPart);
    owner_.set(addressOf(t), endOf(t), 1U << iPart);
    return place(t, iPart);
}

std::size_t SplitBackend::holder(Tensor t) const {
    const auto pieces = owner_.pieces(addressOf(t), endOf(t));
    if (pieces.empty())
        return current_;
    std::size_t i = 0;
    while (!(pieces.front().parts >> i & 1U))
        ++i;
    return i;
}

std::size_t SplitBackend::partFor(const Matrix& weight) {
    const auto& matrix = static_cast<const SplitMatrix&>(weight);
    if (matrix.onPart[current_] || atHead_)
        return current_;
    for (std::size_t i = 0; i < parts_.size(); ++i)
        if (matrix.onPart[i])
            return i;
    return current_;
}

const Matrix& SplitBackend::weightOn(const Matrix& weight, std::size_t iPart) {
    // The embedding's table as the output head, on another part: loaded there at its first use.
    auto& matrix = const_cast<SplitMatrix&>(static_cast<const SplitMatrix&>(weight));
    if (!matrix.onPart[iPart]) {
        auto loaded = parts_[iPart].backend->loadWeights(matrix.view, matrix.form, stop_);
        if (loaded) {
            (*loaded)->name = matrix.name;
            matrix.onPart[iPart] = std::move(*loaded);
        } else {
            note(tl::unexpected(loaded.error()));
        }
    }
    return *matrix.onPart[iPart];
}

void SplitBackend::note(Result<void> result) {
    if (!result && failure_)
        failure_ = std::move(result);
}

Result<void> SplitBackend::status() {
    Result<void> first = std::exchange(failure_, {});
    for (const Part& part : parts_) {
        Result<void> inner = part.backend->status();
        if (first && !inner)
            first = std::move(inner);
    }
    return first;
}

// Operations: inputs first, then outputs, for an output may be an input too.

void SplitBackend::embedding(Tensor o, const Matrix& table, std::span<const std::int32_t> ids) {
    const std::size_t p = partFor(table);
    parts_[p].backend->embedding(out(o, p), weightOn(table, p), ids);
}

void SplitBackend::rmsNorm(Tensor o, Tensor x, Tensor weight, float eps) {
    const std::size_t p = current_;
    const Tensor from = in(x, p), w = in(weight, p);
    parts_[p].backend->rmsNorm(out(o, p), from, w, eps);
}

void SplitBackend::layerNorm(Tensor o, Tensor x, Tensor weight, Tensor bias, float eps) {
    const std::size_t p = current_;
    const Tensor from = in(x, p), w = in(weight, p), b = in(bias, p);
    parts_[p].backend->layerNorm(out(o, p), from, w, b, eps);
}

void SplitBackend::matmul(Tensor x, std::span<const MatmulOutput> outputs) {
    if (outputs.empty())
        return;
    const std::size_t p = partFor(*outputs.front().weight);
    const Tensor from = in(x, p);
    std::vector<MatmulOutput> inner(outputs.begin(), outputs.end());
    std::vector<Tensor> biases(outputs.size());
    for (std::size_t i = 0; i < inner.size(); ++i) {
        inner[i].weight = &weightOn(*outputs[i].weight, p);
        if (outputs[i].bias) {
            biases[i] = in(*outputs[i].bias, p);
            inner[i].bias = &biases[i];
        }
        inner[i].out = out(outputs[i].out, p);
    }
    if (failure_)
        parts_[p].backend->matmul(from, inner);
}

void SplitBackend::add(Tensor o, Tensor a, Tensor b) {
    const std::size_t p = current_;
    const Tensor x = in(a, p), y = in(b, p);
    parts_[p].backend->add(out(o, p), x, y);
}

void SplitBackend::mul(Tensor o, Tensor a, Tensor b) {
    const std::size_t p = current_;
    const Tensor x = in(a, p), y = in(b, p);
    parts_[p].backend->mul(out(o, p), x, y);
}

void SplitBackend::scale(Tensor o, Tensor x, float factor) {
    const std::size_t p = current_;
    const Tensor from = in(x, p);
    parts_[p].backend->scale(out(o, p), from, factor);
}

void SplitBackend::softcap(Tensor x, float cap) {
    const std::size_t p = current_;
    (void)in(x, p);
    parts_[p].backend->softcap(out(x, p), cap);
}

void SplitBackend::activation(Activation kind, Tensor o, Tensor x) {
    const std::size_t p = current_;
    const Tensor from = in(x, p);
    parts_[p].backend->activation(kind, out(o, p), from);
}

void SplitBackend::gatedActivation(Activation kind, Tensor o, Tensor gate, Tensor up) {
    const std::size_t p = current_;
    const Tensor g = in(gate, p), u = in(up, p);
    parts_[p].backend->gatedActivation(kind, out(o, p), g, u);
}

void SplitBackend::rope(Tensor x, std::int32_t nHead, std::span<const BatchRow> rows, const RopeTable& table) {
    const std::size_t p = current_;
    (void)in(x, p);
    parts_[p].backend->rope(out(x, p), nHead, rows, table);
}

void SplitBackend::kvStore(KvCache& cache, std::int32_t iLayer, Tensor k, Tensor v, std::span<const BatchRow> rows) {
    const std::size_t p = partOfLayer(iLayer);
    const Tensor keys = in(k, p), values = in(v, p);
    parts_[p].backend->kvStore(cache, iLayer, keys, values, rows);
}

void SplitBackend::attention(Tensor o, Tensor q, const KvCache& cache, std::int32_t iLayer,
                             std::span<const BatchRow> rows, const AttentionParams& params) {
    const std::size_t p = partOfLayer(iLayer);
    const Tensor queries = in(q, p);
    AttentionParams inner = params;
    inner.logSumExp = out(params.logSumExp, p);
    parts_[p].backend->attention(out(o, p), queries, cache, iLayer, rows, inner);
}

void SplitBackend::moeRoute(Tensor ids, Tensor weights, Tensor logits, RouterGate gate) {
    const std::size_t p = current_;
    const Tensor from = in(logits, p), to = out(ids, p);
    parts_[p].backend->moeRoute(to, out(weights, p), from, gate);
}

void SplitBackend::matmulExperts(Tensor o, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) {
    const std::size_t p = partFor(weight);
    const Tensor from = in(x, p), chosen = in(ids, p), b = in(bias, p);
    const Matrix& w = weightOn(weight, p);
    const Tensor to = out(o, p);
    if (failure_)
        parts_[p].backend->matmulExperts(to, from, w, chosen, b);
}

void SplitBackend::moeCombine(Tensor o, Tensor x, Tensor weights) {
    const std::size_t p = current_;
    const Tensor from = in(x, p), w = in(weights, p);
    parts_[p].backend->moeCombine(out(o, p), from, w);
}

void SplitBackend::gatherRows(Tensor o, Tensor x, std::span<const std::int32_t> index) {
    const std::size_t p = current_;
    const Tensor from = in(x, p);
    parts_[p].backend->gatherRows(out(o, p), from, index);
}

void SplitBackend::conv2d(Tensor o, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) {
    const std::size_t p = partFor(weight);
    const Tensor from = in(x, p), b = in(bias, p);
    const Matrix& w = *static_cast<const SplitMatrix&>(weight).onPart[p];
    parts_[p].backend->conv2d(out(o, p), from, w, b, params);
}

void SplitBackend::groupNorm(Tensor o, Tensor x, Tensor weight, Tensor bias, const ImageShape& shape,
                             std::int32_t nGroup, float eps, std::optional<Activation> then) {
    const std::size_t p = current_;
    const Tensor from = in(x, p), w = in(weight, p), b = in(bias, p);
    parts_[p].backend->groupNorm(out(o, p), from, w, b, shape, nGroup, eps, then);
}

void SplitBackend::upsample2x(Tensor o, Tensor x, const ImageShape& shape) {
    const std::size_t p = current_;
    const Tensor from = in(x, p);
    parts_[p].backend->upsample2x(out(o, p), from, shape);
}

void SplitBackend::addPerImage(Tensor o, Tensor x, Tensor b, const ImageShape& shape) {
    const std::size_t p = current_;
    const Tensor from = in(x, p), y = in(b, p);
    parts_[p].backend->addPerImage(out(o, p), from, y, shape);
}

void SplitBackend::copy(Tensor o, Tensor x) {
    const std::size_t p = current_;
    const Tensor from = in(x, p);
    parts_[p].backend->copy(out(o, p), from);
}

void SplitBackend::denseAttention(Tensor o, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) {
    const std::size_t p = current_;
    const Tensor a = in(q, p), b = in(k, p), c = in(v, p);
    DenseAttentionParams inner = params;
    inner.logSumExp = out(params.logSumExp, p);
    parts_[p].backend->denseAttention(out(o, p), a, b, c, inner);
}

void SplitBackend::read(Tensor x, std::span<float> host) {
    const std::size_t p = holder(x);
    parts_[p].backend->read(in(x, p), host);
}

void SplitBackend::write(Tensor x, std::span<const float> host) {
    const std::size_t p = current_;
    parts_[p].backend->write(out(x, p), host);
}

bool SplitBackend::summarise(Tensor logits, std::int32_t nBest, std::span<LogitSummary> rows) {
    const std::size_t p = holder(logits);
    DeviceBackend* device = DeviceBackend::of(*parts_[p].backend);
    return device && device->summarise(in(logits, p), nBest, rows);
}

void SplitBackend::finish() {
    for (const Part& part : parts_)
        if (DeviceBackend* device = DeviceBackend::of(*part.backend))
            device->finish();
}

bool SplitBackend::pinned() const {
    return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) {
        const DeviceBackend* device = DeviceBackend::of(*part.backend);
        return device && device->pinned();
    });
}

void SplitBackend::readRows(Tensor x, DType as, std::span<std::byte* const> rows) {
    const std::size_t p = holder(x);
    parts_[p].backend->readRows(in(x, p), as, rows);
}

void SplitBackend::readKeys(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                            std::int64_t first, std::int64_t n, std::span<float> host) {
    layerBackend(iLayer).readKeys(cache, iLayer, seq, iKvHead, first, n, host);
}

void SplitBackend::readValues(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                              std::int64_t first, std::int64_t n, std::span<float> host) {
    layerBackend(iLayer).readValues(cache, iLayer, seq, iKvHead, first, n, host);
}

std::size_t SplitBackend::kvBlockBytes(const KvLayerSpec& layer, DType dtype) const {
    std::size_t most = 0;
    for (const Part& part : parts_)
        most = std::max(most, part.backend->kvBlockBytes(layer, dtype));
    return most;
}

void SplitBackend::copyBytes(void*, const void*, std::size_t) {
    VITRAL_ASSERT(false, "KV blocks belong to the backend of their layer");
}

} // namespace vitral
