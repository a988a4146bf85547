// SPDX-License-Identifier: Apache-2.0
#pragma once
// One list of cases for the operations on rows, pictures, experts and the cache of any backend: it and another one (the
// CPU's scalar kernels) get the same inputs, and the mean square of their difference is judged. The CPU's instruction
// sets, the emulated device and a real one go through the same list. Products, convolutions and attention have lists of
// their own. No Qt.

#include "core/backend/backend.h"
#include "core/base/rng.h"
#include "core/tensor/quantize.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vitral::test {

/// Tensors of one backend, filled from one sequence of random numbers.
class CaseSide {
public:
    CaseSide(Backend& backend, std::uint64_t seed) : backend_(backend), rng_(seed) {}
    [[nodiscard]] Backend& backend() { return backend_; }
    /// Rows `pad` floats further apart than they are wide; what lies between is not to be touched.
    Tensor empty(std::int64_t nRow, std::int64_t nCol, std::int64_t pad = 0) {
        auto buffer = backend_.allocate(static_cast<std::size_t>(nRow * (nCol + pad)) * 4 + 256);
        if (!buffer) {
            std::printf("FAILED: %s\n", buffer.error().message.c_str());
            std::exit(1);
        }
        memory_.push_back(std::move(*buffer));
        Tensor t{memory_.back()->data(), Shape{nRow, nCol + pad}, nCol + pad, DType::F32};
        const std::vector<float> host(static_cast<std::size_t>(nRow * (nCol + pad)), 77.0F);
        backend_.write(t, host);
        whole_.push_back(t);
        return t.cols(0, nCol);
    }
    Tensor input(std::int64_t nRow, std::int64_t nCol, double size = 2, std::int64_t pad = 0) {
        const Tensor t = empty(nRow, nCol, pad);
        std::vector<float> host(static_cast<std::size_t>(nRow * nCol));
        for (float& v : host)
            v = static_cast<float>((rng_.uniform() * 2 - 1) * size);
        backend_.write(t, host);
        return t;
    }
    Tensor values(std::int64_t nRow, std::int64_t nCol, const std::vector<float>& host) {
        const Tensor t = empty(nRow, nCol);
        backend_.write(t, host);
        return t;
    }
    [[nodiscard]] Rng& rng() { return rng_; }
    /// Everything that was made, with what lies between rows.
    [[nodiscard]] std::vector<std::vector<float>> all() {
        std::vector<std::vector<float>> found;
        for (const Tensor& t : whole_) {
            found.emplace_back(static_cast<std::size_t>(t.nRow() * t.nCol()));
            backend_.read(t, found.back());
        }
        return found;
    }

private:
    Backend& backend_;
    Rng rng_;
    std::vector<std::unique_ptr<Buffer>> memory_;
    std::vector<Tensor> whole_;
};

/// judge(what, relative mean square error, allowed).
using CaseJudge = std::function<void(const std::string&, double, double)>;

class OperationCases {
public:
    OperationCases(Backend& under, Backend& truth, CaseJudge judge)
        : under_(under), truth_(truth), judge_(std::move(judge)) {}

    void run() {
        norms();
        elementwise();
        rotations();
        rows();
        experts();
        pictures();
        cache();
    }

private:
    /// The same work on both; all memory it made is compared, so that writing beside the result is seen.
    void compare(const std::string& what, double allowed, const std::function<void(CaseSide&)>& work) {
        CaseSide a(under_, ++seed_), b(truth_, seed_);
        work(a);
        work(b);
        const auto got = a.all(), want = b.all();
        double error = 0, power = 1e-30;
        for (std::size_t i = 0; i < got.size(); ++i)
            for (std::size_t k = 0; k < got[i].size(); ++k) {
                const double d = static_cast<double>(got[i][k]) - static_cast<double>(want[i][k]);
                error += d * d;
                power += static_cast<double>(want[i][k]) * static_cast<double>(want[i][k]);
            }
        const auto status = under_.status();
        if (!status)
            judge_(what + ": " + status.error().message, 1, 0);
        judge_(what, error / power, allowed);
    }
    static std::string size(std::int64_t nRow, std::int64_t nCol) {
        return " " + std::to_string(nRow) + " x " + std::to_string(nCol);
    }
    static constexpr double kF32 = 1e-11;
    static constexpr std::int64_t kWidths[] = {1, 2, 31, 32, 33, 64, 96, 128, 255, 256, 257, 1000, 1025};

    void norms() {
        for (const std::int64_t nCol : kWidths)
            for (const std::int64_t nRow : {1, 3, 17})
                for (const bool inPlace : {false, true}) {
                    const std::int64_t pad = nRow == 3 ? 5 : 0;
                    compare("rmsNorm" + size(nRow, nCol), kF32, [&](CaseSide& s) {
                        const Tensor x = s.input(nRow, nCol, 3, pad), w = s.input(1, nCol);
                        s.backend().rmsNorm(inPlace ? x : s.empty(nRow, nCol, pad), x, nCol % 2 ? Tensor{} : w, 1e-5F);
                    });
                    compare("layerNorm" + size(nRow, nCol), 1e-10, [&](CaseSide& s) {
                        const Tensor x = s.input(nRow, nCol, 3, pad), w = s.input(1, nCol), b = s.input(1, nCol);
                        s.backend().layerNorm(inPlace ? x : s.empty(nRow, nCol, pad), x, w, nCol % 2 ? Tensor{} : b,
                                              1e-3F);
                    });
                    compare("add, rmsNorm" + size(nRow, nCol), kF32, [&](CaseSide& s) { // may be one kernel
                        const Tensor x = s.input(nRow, nCol), y = s.input(nRow, nCol), w = s.input(1, nCol);
                        s.backend().add(x, x, y);
                        s.backend().rmsNorm(inPlace ? y : s.empty(nRow, nCol), x, w, 1e-6F);
                    });
                }
    }

    void elementwise() {
        for (const std::int64_t nCol : kWidths)
            for (const std::int64_t nRow : {1, 5, 33}) {
                const std::int64_t pad = nRow == 5 ? 3 : 0;
                for (const bool one : {false, true}) { // one row for all
                    compare("add" + size(nRow, nCol), 0, [&](CaseSide& s) {
                        const Tensor a = s.input(nRow, nCol, 2, pad), b = s.input(one ? 1 : nRow, nCol);
                        s.backend().add(one ? a : s.empty(nRow, nCol), a, b);
                    });
                    compare("mul" + size(nRow, nCol), 0, [&](CaseSide& s) {
                        const Tensor a = s.input(nRow, nCol, 2, pad), b = s.input(one ? 1 : nRow, nCol);
                        s.backend().mul(one ? a : s.empty(nRow, nCol), a, b);
                    });
                }
                compare("scale" + size(nRow, nCol), 0, [&](CaseSide& s) {
                    const Tensor a = s.input(nRow, nCol, 2, pad);
                    s.backend().scale(s.empty(nRow, nCol), a, -0.3F);
                });
                compare("softcap" + size(nRow, nCol), kF32,
                        [&](CaseSide& s) { s.backend().softcap(s.input(nRow, nCol, 90, pad), 30.0F); });
                for (int kind = 0; kind <= static_cast<int>(Activation::SwigluOai); ++kind) {
                    const auto activation = static_cast<Activation>(kind);
                    compare("activation " + std::to_string(kind) + size(nRow, nCol), 1e-10, [&](CaseSide& s) {
                        const Tensor a = s.input(nRow, nCol, 12, pad);
                        s.backend().activation(activation, nRow == 1 ? a : s.empty(nRow, nCol), a);
                    });
                    compare("gatedActivation " + std::to_string(kind) + size(nRow, nCol), 1e-10, [&](CaseSide& s) {
                        const Tensor both = s.input(nRow, 2 * nCol, 12, pad); // columns of one matrix
                        const Tensor a = both.cols(0, nCol), b = both.cols(nCol, nCol);
                        s.backend().gatedActivation(activation, nRow == 1 ? a : s.empty(nRow, nCol), a, b);
                    });
                }
            }
    }

    void rotations() {
        for (const RopeStyle style : {RopeStyle::Interleaved, RopeStyle::Halves})
            for (const auto& [headDim, rotary] :
                 {std::pair<std::int64_t, std::int64_t>{2, 2}, {64, 64}, {80, 20}, {256, 128}})
                for (const std::int64_t nRow : {1, 7})
                    for (const bool normed : {false, true}) {
                        RopeTable table;
                        table.style = style;
                        table.magnitude = 1.1F;
                        for (std::int64_t i = 0; i < rotary / 2; ++i)
                            table.inverseFrequency.push_back(
                                std::pow(10000.0F, -2.0F * static_cast<float>(i) / static_cast<float>(rotary)));
                        std::vector<BatchRow> batch;
                        for (std::int64_t i = 0; i < nRow; ++i)
                            batch.push_back({0, static_cast<std::int32_t>(i * i * 3001 + 5)});
                        // Sines of large angles, f32 products of theirs: 1e-9 at worst.
                        compare("rope" + size(nRow, headDim), 1e-9, [&](CaseSide& s) {
                            const Tensor q = s.input(nRow, 3 * headDim), k = s.input(nRow, headDim),
                                         w = s.input(1, headDim);
                            if (normed) {
                                s.backend().rmsNorm(heads(q, 3, headDim), heads(q, 3, headDim), w, 1e-6F);
                                s.backend().rmsNorm(heads(k, 1, headDim), heads(k, 1, headDim), w, 1e-6F);
                            }
                            s.backend().rope(q, 3, batch, table);
                            s.backend().rope(k, 1, batch, table);
                        });
                    }
    }
    static Tensor heads(Tensor t, std::int64_t nHead, std::int64_t headDim) {
        t.shape = Shape{t.nRow() * nHead, headDim};
        t.rowStride = headDim;
        return t;
    }

    void rows() {
        for (const std::int64_t nCol : {1, 33, 1025}) {
            compare("gatherRows" + size(7, nCol), 0, [&](CaseSide& s) {
                const std::int32_t index[] = {4, 0, 4, 3, 1};
                const Tensor x = s.input(5, nCol, 2, 2);
                s.backend().gatherRows(s.empty(5, nCol), x, index);
            });
            compare("copy" + size(9, nCol), 0, [&](CaseSide& s) { // joins channels
                const Tensor a = s.input(9, nCol), b = s.input(9, 3), both = s.empty(9, nCol + 3);
                s.backend().copy(both.cols(0, nCol), a);
                s.backend().copy(both.cols(nCol, 3), b);
            });
            compare("readRows" + size(9, nCol), 0, [&](CaseSide& s) {
                const Tensor x = s.input(9, nCol, 1e5, 1);
                std::vector<std::uint16_t> halves(static_cast<std::size_t>(9 * nCol));
                std::vector<std::byte*> to;
                for (std::int64_t i = 0; i < 9; ++i)
                    to.push_back(reinterpret_cast<std::byte*>(halves.data() + i * nCol));
                s.backend().readRows(x, DType::F16, to);
                std::vector<float> seen(halves.size());
                for (std::size_t i = 0; i < halves.size(); ++i)
                    seen[i] = halfToFloat(halves[i]);
                (void)s.values(9, nCol, seen);
            });
        }
    }

    void experts() {
        for (const auto& [nExpert, nUsed] :
             {std::pair<std::int64_t, std::int64_t>{1, 1}, {4, 2}, {33, 8}, {64, 64}, {128, 8}, {1000, 10}})
            for (const RouterGate gate :
                 {RouterGate::SoftmaxThenTopK, RouterGate::SoftmaxThenTopKNormalised, RouterGate::TopKThenSoftmax})
                for (const std::int64_t nToken : {1, 6}) {
                    const std::string what = std::to_string(nUsed) + " of " + std::to_string(nExpert);
                    compare("moeRoute " + what, kF32, [&](CaseSide& s) {
                        Tensor ids = s.empty(nToken, nUsed);
                        ids.dtype = DType::I32;
                        const Tensor weights = s.empty(nToken, nUsed), logits = s.input(nToken, nExpert, 4);
                        s.backend().moeRoute(ids, weights, logits, gate);
                        // As numbers: their bits are denormals, which a sum of squares does not see.
                        std::vector<float> bits(static_cast<std::size_t>(nToken * nUsed)), numbers(bits.size());
                        s.backend().read(ids, bits);
                        for (std::size_t i = 0; i < bits.size(); ++i) {
                            std::int32_t id = 0;
                            std::memcpy(&id, &bits[i], 4);
                            numbers[i] = static_cast<float>(id);
                        }
                        (void)s.values(nToken, nUsed, numbers);
                    });
                    compare("moeCombine " + what, kF32, [&](CaseSide& s) {
                        const Tensor x = s.input(nToken * nUsed, 37), weights = s.input(nToken, nUsed, 1);
                        s.backend().moeCombine(s.empty(nToken, 37), x, weights);
                    });
                }
    }

    void pictures() {
        for (const auto& [nChannel, nGroup] :
             {std::pair<std::int64_t, std::int32_t>{1, 1}, {6, 3}, {32, 32}, {320, 32}})
            for (const ImageShape shape : {ImageShape{1, 1, 1}, ImageShape{2, 5, 7}, ImageShape{1, 33, 40}}) {
                const std::int64_t n = shape.nImage * shape.nPixel();
                for (const bool silu : {false, true})
                    if (shape.nPixel() * nChannel / nGroup > 1) // one number is its own mean
                        compare("groupNorm" + size(n, nChannel), 1e-10, [&](CaseSide& s) {
                            const Tensor x = s.input(n, nChannel, 3, silu ? 2 : 0), w = s.input(1, nChannel),
                                         b = s.input(1, nChannel);
                            s.backend().groupNorm(silu ? x : s.empty(n, nChannel), x, w, b, shape, nGroup, 1e-5F,
                                                  silu ? std::optional(Activation::Silu) : std::nullopt);
                        });
                compare("upsample2x" + size(n, nChannel), 0, [&](CaseSide& s) {
                    const Tensor x = s.input(n, nChannel);
                    s.backend().upsample2x(s.empty(4 * n, nChannel), x, shape);
                });
                compare("addPerImage" + size(n, nChannel), 0, [&](CaseSide& s) {
                    const Tensor x = s.input(n, nChannel), b = s.input(shape.nImage, nChannel);
                    s.backend().addPerImage(x, x, b, shape);
                });
            }
    }

    /// Keys and values come back as they were stored, whatever the layout inside.
    void cache() {
        for (const DType type : {DType::F32, DType::F16, DType::Q8_0})
            for (const auto& [dimK, dimV] :
                 {std::pair<std::int32_t, std::int32_t>{64, 64}, {24, 40}, {33, 7}, {192, 128}})
                compare("kvStore, " + std::string(dtypeInfo(type).name) + size(dimK, dimV), 1e-12, [&](CaseSide& s) {
                    KvSpec spec;
                    spec.layers = {{2, dimK, dimV}};
                    spec.dtype = type;
                    spec.nCtxTokens = 96;
                    auto made = KvCache::create(s.backend(), spec);
                    if (!made)
                        return judge_(made.error().message, 1, 0);
                    KvCache& kept = **made;
                    auto sequence = kept.newSequence();
                    if (!sequence)
                        return judge_(sequence.error().message, 1, 0);
                    for (const std::int64_t n : {30, 5, 1}) { // across the border of a block
                        if (!kept.reserve(*sequence, n))
                            return judge_("no room", 1, 0);
                        std::vector<BatchRow> batch;
                        for (std::int64_t i = 0; i < n; ++i)
                            batch.push_back({*sequence, static_cast<std::int32_t>(kept.length(*sequence) + i)});
                        const Tensor k = s.input(n, 2 * dimK), v = s.input(n, 2 * dimV);
                        s.backend().kvStore(kept, 0, k, v, batch);
                        kept.advance(*sequence, n);
                    }
                    for (std::int32_t head = 0; head < 2; ++head) {
                        std::vector<float> k(static_cast<std::size_t>(34 * dimK)),
                            v(static_cast<std::size_t>(34 * dimV));
                        s.backend().readKeys(kept, 0, *sequence, head, 2, 34, k);
                        s.backend().readValues(kept, 0, *sequence, head, 2, 34, v);
                        (void)s.values(34, dimK, k);
                        (void)s.values(34, dimV, v);
                    }
                });
    }

    Backend& under_;
    Backend& truth_;
    CaseJudge judge_;
    std::uint64_t seed_ = 100;
};

} // namespace vitral::test
