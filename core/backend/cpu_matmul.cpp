// SPDX-License-Identifier: Apache-2.0
// Matrix products of the CPU backend. All products of one call (q, k and v; gate and up; every expert of a layer) run
// in one parallel region: inputs are quantised once per distinct set of rows, then pieces of outputs are handed out.

#include "core/backend/cpu_backend.h"
#include "core/backend/cpu_memory.h"
#include "core/base/assert.h"
#include "core/kernels/pack_weights.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace vitral {

using kernels::InputTile;
using kernels::InputTile16;
using kernels::PlainKind;

namespace {

/// How a weight meets its inputs. Packed: 8-bit inputs. Wide: 14-bit inputs. Plain: f32 inputs, weights as they lie.
enum class Way : std::uint8_t { Packed, Wide, Plain };

std::optional<PlainKind> plainKind(DType dtype) {
    switch (dtype) {
    case DType::F32:
        return PlainKind::F32;
    case DType::F16:
        return PlainKind::F16;
    case DType::BF16:
        return PlainKind::BF16;
    default:
        return std::nullopt; // opened to f32 rows first
    }
}

Way wayOf(const kernels::KernelTable& table, const CpuMatrix& weight, std::size_t nRow) {
    if (weight.layout)
        return Way::Packed;
    // F32 stays exact. 16-bit weights gain from integers once opening them up is spread over enough rows.
    return weight.dtype == DType::F32 || nRow <= 12 || !table.wideProduct ? Way::Plain : Way::Wide;
}

/// Sum of products in double; eight partial sums so that the adds do not wait for each other.
double dot(const float* a, const float* b, std::int64_t n) {
    double sum[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int j = 0; j < 8; ++j)
            sum[j] += static_cast<double>(a[i + j]) * b[i + j];
    for (; i < n; ++i)
        sum[0] += static_cast<double>(a[i]) * b[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/// Carves 64-byte aligned pieces out of one buffer that grows between calls, never during one.
struct Carver {
    std::byte* at;
    template <class T>
    T* take(std::size_t n) {
        auto* p = reinterpret_cast<T*>(at);
        at += (n * sizeof(T) + 63) / 64 * 64;
        return p;
    }
};

/// Widths of the tiles of n rows. Up to 16 rows: at most four each, which the kernels meet with weights opened up in
/// registers; else as wide as can be, and no thin tile at the end where it can be helped.
std::vector<std::int32_t> tileWidths(std::size_t n) {
    const std::size_t widest = n <= 16 ? 4 : kernels::kMaxTile;
    std::vector<std::int32_t> widths;
    while (n > 0) {
        const std::size_t w = n <= widest ? n : n < 2 * widest ? (n + 1) / 2 : widest;
        widths.push_back(static_cast<std::int32_t>(w));
        n -= w;
    }
    return widths;
}

} // namespace

/// A set of input rows as the kernels want them.
struct CpuBackend::PreparedInputs {
    std::span<const float* const> rows;
    Way way = Way::Plain;
    std::int64_t nIn = 0;
    std::int32_t bias = 0; ///< of the weights it is meant for
    bool runs16 = false;
    bool minima = false;
    std::vector<InputTile> tiles;
    std::vector<InputTile16> tiles16;

    [[nodiscard]] bool fits(std::span<const float* const> otherRows, Way otherWay, const CpuMatrix& w) const {
        if (way != otherWay || nIn != w.nIn() || rows.size() != otherRows.size() ||
            !std::equal(rows.begin(), rows.end(), otherRows.begin()))
            return false;
        return way != Way::Packed || (bias == w.layout->bias && runs16 == kernels::scalesOf16(w.layout->scale) &&
                                      minima == kernels::hasMinimum(w.layout->scale));
    }
    [[nodiscard]] std::size_t neededBytes() const {
        const std::size_t n = rows.size();
        const auto blocks = static_cast<std::size_t>((nIn + 31) / 32);
        if (way == Way::Packed) // q, scale, sums, corrections or input sums
            return n * blocks * (32 + 4 + 8 + 8) + (n + 8) * 5 * 64;
        return way == Way::Wide ? n * blocks * (64 + 4) + (n + 8) * 2 * 64 : 0;
    }
};

void CpuBackend::multiplyScalar(const Product& product) {
    const CpuMatrix& weight = *product.weight;
    const std::int64_t nIn = weight.nIn();
    const std::size_t nRow = product.x.size();
    // The values the fast kernels compute with: 8 bits per block of 32 where the weights are quantised.
    std::vector<float> rounded;
    std::vector<const float*> x = product.x;
    if (kernels::packedLayout(weight.dtype, nIn, 1)) {
        rounded.resize(nRow * static_cast<std::size_t>(nIn));
        const auto nBlock = static_cast<std::size_t>(nIn / 32);
        std::vector<std::int8_t> q(static_cast<std::size_t>(nIn));
        std::vector<float> scales(nBlock);
        std::vector<std::int32_t> sums(nBlock * 2);
        for (std::size_t r = 0; r < nRow; ++r) {
            table_.quantizeTile(&product.x[r], 1, nIn, q.data(), scales.data(), sums.data());
            float* to = rounded.data() + r * static_cast<std::size_t>(nIn);
            for (std::size_t i = 0; i < q.size(); ++i)
                to[i] = static_cast<float>(q[i]) * scales[i / 32];
            x[r] = to;
        }
    }
    const std::int64_t nOut = weight.nOut();
    pool_.parallelFor(nOut, 1 + nOut / (8 * pool_.nThread()), [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> row(static_cast<std::size_t>(nIn));
        for (std::int64_t n = begin; n < end; ++n) {
            weightRow(table_, weight, product.iExpert * nOut + n, row.data());
            for (std::size_t r = 0; r < nRow; ++r)
                product.out[r][n] =
                    static_cast<float>(dot(x[r], row.data(), nIn) + (product.bias ? product.bias[n] : 0));
        }
    });
}

void CpuBackend::multiply(std::span<const Product> products) {
    if (!table_.packedProduct) {
        for (const Product& product : products)
            multiplyScalar(product);
        return;
    }
    // Distinct inputs: few products share or differ, so a plain search will do.
    std::vector<PreparedInputs> prepared;
    std::vector<std::size_t> iPrepared;
    for (const Product& product : products) {
        const Way way = wayOf(table_, *product.weight, product.x.size());
        std::size_t i = 0;
        while (i < prepared.size() && !prepared[i].fits(product.x, way, *product.weight))
            ++i;
        iPrepared.push_back(i);
        if (i < prepared.size())
            continue;
        PreparedInputs& fresh = prepared.emplace_back();
        fresh.rows = product.x;
        fresh.way = way;
        fresh.nIn = product.weight->nIn();
        if (way == Way::Packed) {
            fresh.bias = product.weight->layout->bias;
            fresh.runs16 = kernels::scalesOf16(product.weight->layout->scale);
            fresh.minima = kernels::hasMinimum(product.weight->layout->scale);
        }
    }
    std::size_t bytes = 0;
    for (const PreparedInputs& inputs : prepared)
        bytes += inputs.neededBytes();
    if (auto grown = growHost(inputScratch_, bytes + 64); !grown) {
        failure_ = std::move(grown);
        return;
    }
    Carver carver{static_cast<std::byte*>(inputScratch_->data())};

    struct Task {
        PreparedInputs* inputs;
        std::size_t iTile, firstRow;
        std::int32_t width;
        std::int8_t* q;
        std::int16_t* q16;
        float* scale;
        std::int32_t* sums;
        std::int32_t* correction;
        float* inputSum;
    };
    std::vector<Task> tasks;
    for (PreparedInputs& inputs : prepared) {
        const auto blocks = static_cast<std::size_t>((inputs.nIn + 31) / 32);
        std::size_t row = 0;
        for (const std::int32_t width : tileWidths(inputs.way == Way::Plain ? 0 : inputs.rows.size())) {
            const auto w = static_cast<std::size_t>(width);
            Task task{&inputs, 0, row, width, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
            task.scale = carver.take<float>(blocks * w);
            if (inputs.way == Way::Packed) {
                const std::size_t runs = blocks * (inputs.runs16 ? 2 : 1);
                task.q = carver.take<std::int8_t>(blocks * w * 32);
                task.sums = carver.take<std::int32_t>(blocks * w * 2);
                if (inputs.minima)
                    task.inputSum = carver.take<float>(runs * w);
                else
                    task.correction = carver.take<std::int32_t>(runs * w);
                inputs.tiles.push_back({task.q, task.scale, task.correction, task.inputSum, width});
            } else {
                task.q16 = carver.take<std::int16_t>(blocks * w * 32);
                inputs.tiles16.push_back({task.q16, task.scale, width});
            }
            tasks.push_back(task);
            row += w;
        }
    }
    const auto prepare = [&](const Task& task) {
        const PreparedInputs& inputs = *task.inputs;
        const float* const* rows = inputs.rows.data() + task.firstRow;
        if (inputs.way == Way::Wide) {
            table_.quantizeTile16(rows, task.width, inputs.nIn, task.q16, task.scale);
            return;
        }
        table_.quantizeTile(rows, task.width, inputs.nIn, task.q, task.scale, task.sums);
        const std::int64_t blocks = inputs.nIn / 32;
        const std::int32_t w = task.width;
        for (std::int64_t b = 0; b < blocks; ++b)
            for (std::int32_t c = 0; c < w; ++c) {
                const std::int32_t first = task.sums[b * 2 * w + c];
                const std::int32_t second = task.sums[(b * 2 + 1) * w + c];
                const float scale = task.scale[b * w + c];
                if (inputs.runs16 && inputs.minima) {
                    task.inputSum[b * 2 * w + c] = scale * static_cast<float>(first);
                    task.inputSum[(b * 2 + 1) * w + c] = scale * static_cast<float>(second);
                } else if (inputs.runs16) {
                    task.correction[b * 2 * w + c] = -inputs.bias * first;
                    task.correction[(b * 2 + 1) * w + c] = -inputs.bias * second;
                } else if (inputs.minima) {
                    task.inputSum[b * w + c] = scale * static_cast<float>(first + second);
                } else {
                    task.correction[b * w + c] = -inputs.bias * (first + second);
                }
            }
    };
    // A barrier costs about as much as quantising a few thousand values.
    std::int64_t values = 0;
    for (const Task& task : tasks)
        values += task.width * task.inputs->nIn;
    if (values < 32768)
        for (const Task& task : tasks)
            prepare(task);
    else
        pool_.parallelFor(static_cast<std::int64_t>(tasks.size()), 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                prepare(tasks[static_cast<std::size_t>(i)]);
        });
    runProducts(products, iPrepared, prepared);
}

void CpuBackend::runProducts(std::span<const Product> products, std::span<const std::size_t> iPrepared,
                             std::span<const PreparedInputs> prepared) {
    // A piece is some groups of 16 outputs of one product: about 128 KB of weights to stream, or two groups to open up.
    struct Piece {
        std::size_t iProduct;
        std::int64_t first, n; ///< outputs
    };
    std::vector<Piece> pieces;
    std::size_t scratchBytes = 0;
    for (std::size_t i = 0; i < products.size(); ++i) {
        const CpuMatrix& weight = *products[i].weight;
        const PreparedInputs& inputs = prepared[iPrepared[i]];
        const std::int64_t rowsBytes = static_cast<std::int64_t>(rowBytes(weight.dtype, weight.nIn())) * 16;
        std::int64_t outputs = 32;
        if (products[i].x.size() <= 4)
            outputs = std::max<std::int64_t>(1, 131072 / rowsBytes) * 16;
        // Every thread should get a few pieces of even a small matrix. Pieces of packed weights are pairs of groups.
        const std::int64_t fair = weight.nOut() / (4 * pool_.nThread());
        outputs = std::max<std::int64_t>(32, std::min(outputs, fair) / 32 * 32);
        if (inputs.way != Way::Packed)
            outputs = 32;
        for (std::int64_t n = 0; n < weight.nOut(); n += outputs)
            pieces.push_back({i, n, std::min(outputs, weight.nOut() - n)});
        const auto nIn = static_cast<std::size_t>(weight.nIn());
        scratchBytes = std::max(scratchBytes, inputs.way == Way::Packed ? kernels::packedScratchBytes(*weight.layout)
                                                                        : kernels::wideScratchBytes(weight.nIn()));
        if (inputs.way != Way::Packed && !plainKind(weight.dtype)) // rows opened to f32 behind it
            scratchBytes = std::max(scratchBytes, kernels::wideScratchBytes(weight.nIn()) + 64 + nIn * 32 * 4);
    }
    scratchBytes = (scratchBytes + 4095) / 4096 * 4096;
    if (auto grown = growHost(threadScratch_, scratchBytes * static_cast<std::size_t>(pool_.nThread())); !grown) {
        failure_ = std::move(grown);
        return;
    }
    auto* scratchBase = static_cast<std::byte*>(threadScratch_->data());

    const auto work = [&](const Piece& piece, std::byte* scratch) {
        const Product& product = products[piece.iProduct];
        const CpuMatrix& weight = *product.weight;
        const PreparedInputs& inputs = prepared[iPrepared[piece.iProduct]];
        const auto nRow = static_cast<std::int64_t>(product.x.size());
        if (inputs.way == Way::Packed) {
            const kernels::PackedWeights w = weight.expert(product.iExpert);
            const kernels::PackedJob job{&w,
                                         piece.first / 16,
                                         (piece.n + 15) / 16,
                                         inputs.tiles.data(),
                                         static_cast<std::int64_t>(inputs.tiles.size()),
                                         product.out.data(),
                                         product.bias,
                                         scratch};
            table_.packedProduct(&job);
            return;
        }
        const std::int64_t nIn = weight.nIn();
        const std::byte* rows = weight.plainRows(product.iExpert);
        if (const auto codebook = codebookOf(weight.dtype);
            codebook && table_.codebookProduct != nullptr && nRow <= kernels::kMaxCodebookRows && nIn % 256 == 0) {
            const kernels::CodebookJob job{*codebook,        rows, nIn / 256,          piece.first, piece.n,
                                           product.x.data(), nRow, product.out.data(), product.bias};
            table_.codebookProduct(&job);
            return;
        }
        PlainKind kind = plainKind(weight.dtype).value_or(PlainKind::F32);
        std::int64_t skipped = 0; // outputs before the first one of `rows`
        if (!plainKind(weight.dtype)) {
            std::byte* at = scratch + (kernels::wideScratchBytes(nIn) + 63) / 64 * 64;
            for (std::int64_t n = 0; n < piece.n; ++n)
                weightRow(table_, weight, product.iExpert * weight.nOut() + piece.first + n,
                          reinterpret_cast<float*>(at) + n * nIn);
            rows = at;
            skipped = piece.first;
        } else if (kind == PlainKind::F32) {
            rows += static_cast<std::size_t>(piece.first * nIn) * 4;
            skipped = piece.first;
        }
        if (inputs.way == Way::Wide) {
            const kernels::WideJob job{rows,
                                       kind,
                                       nIn,
                                       weight.nOut(),
                                       piece.first,
                                       piece.n,
                                       inputs.tiles16.data(),
                                       static_cast<std::int64_t>(inputs.tiles16.size()),
                                       product.out.data(),
                                       product.bias,
                                       scratch};
            table_.wideProduct(&job);
            return;
        }
        // `rows` begins at output `skipped`: the outputs' addresses move with it.
        std::vector<float*> out(product.out);
        for (float*& o : out)
            o += skipped;
        const kernels::PlainJob job{rows,
                                    kind,
                                    nIn,
                                    piece.first - skipped,
                                    piece.n,
                                    product.x.data(),
                                    nRow,
                                    out.data(),
                                    product.bias ? product.bias + skipped : nullptr};
        table_.plainProduct(&job);
    };
    if (pieces.size() == 1) {
        work(pieces.front(), scratchBase);
        return;
    }
    // Every thread streams through a share of its own (alternating pieces would break up the streams), then helps the
    // others with what is left of theirs.
    const auto nThread = static_cast<std::size_t>(pool_.nThread());
    struct alignas(64) Share {
        std::atomic<std::size_t> next{0};
        std::size_t end = 0;
    };
    std::vector<Share> shares(nThread);
    for (std::size_t i = 0; i < nThread; ++i) {
        shares[i].next = pieces.size() * i / nThread;
        shares[i].end = pieces.size() * (i + 1) / nThread;
    }
    pool_.run([&](int iThread, int) {
        std::byte* scratch = scratchBase + static_cast<std::size_t>(iThread) * scratchBytes;
        for (std::size_t k = 0; k < nThread; ++k) {
            Share& share = shares[(static_cast<std::size_t>(iThread) + k) % nThread];
            for (std::size_t i = share.next.fetch_add(1, std::memory_order_relaxed); i < share.end;
                 i = share.next.fetch_add(1, std::memory_order_relaxed))
                work(pieces[i], scratch);
        }
    });
}

void CpuBackend::matmul(Tensor x, std::span<const MatmulOutput> outputs) {
    std::vector<Product> products;
    for (const MatmulOutput& output : outputs) {
        if (const auto& weight = static_cast<const CpuMatrix&>(*output.weight); weight.dense != nullptr) {
            const Conv2dParams rows{.in = {1, 1, x.nRow()}};
            denseProduct(output.out, x, weight, output.bias ? *output.bias : Tensor{}, rows);
            continue;
        }
        Product& product = products.emplace_back(Product{
            static_cast<const CpuMatrix*>(output.weight), 0, output.bias ? output.bias->f32() : nullptr, {}, {}});
        for (std::int64_t t = 0; t < x.nRow(); ++t) {
            product.x.push_back(x.f32() + t * x.rowStride);
            product.out.push_back(output.out.f32() + t * output.out.rowStride);
        }
    }
    if (x.nRow() > 0 && !products.empty())
        multiply(products);
}

void CpuBackend::matmulExperts(Tensor out, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) {
    const auto& matrix = static_cast<const CpuMatrix&>(weight);
    const std::int64_t nUsed = ids.nCol();
    const bool shared = x.nRow() == ids.nRow(); // every expert sees the token's one row
    std::vector<Product> products(static_cast<std::size_t>(matrix.nExpert()));
    for (std::int64_t t = 0; t < ids.nRow(); ++t)
        for (std::int64_t u = 0; u < nUsed; ++u) {
            const std::int32_t expert = static_cast<const std::int32_t*>(ids.data)[t * ids.rowStride + u];
            Product& product = products[static_cast<std::size_t>(expert)];
            const std::int64_t row = t * nUsed + u;
            product.x.push_back(x.f32() + (shared ? t : row) * x.rowStride);
            product.out.push_back(out.f32() + row * out.rowStride);
        }
    std::vector<Product> used;
    for (std::size_t e = 0; e < products.size(); ++e) {
        if (products[e].x.empty())
            continue;
        products[e].weight = &matrix;
        products[e].iExpert = static_cast<std::int64_t>(e);
        products[e].bias = bias.empty() ? nullptr : bias.f32() + static_cast<std::int64_t>(e) * bias.rowStride;
        used.push_back(std::move(products[e]));
    }
    multiply(used);
}

} // namespace vitral
