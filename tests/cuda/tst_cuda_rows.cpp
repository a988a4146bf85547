// SPDX-License-Identifier: Apache-2.0
// Work on rows on the emulated device: summaries of logits against the host's own sampling and scores.

#include "core/backend/recording_backend.h"
#include "core/base/rng.h"
#include "core/kernels/convert.h"
#include "core/sample/best.h"
#include "core/sample/sampler.h"
#include "core/tensor/quantize.h"
#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/kernels/blas_lt.h"
#include "gpu/cuda/kernels/device.h"
#include "gpu/cuda/kernels/gemm.h"
#include "gpu/cuda/kernels/summary.h"
#include "tests/support/operation_cases.h"
#include "tests/support/result_test.h"

#include <array>
#include <cmath>
#include <dlfcn.h>
#include <limits>

using namespace vitral;
namespace cu = vitral::cuda;

namespace {

/// A tensor in a backend's memory.
struct OnDevice {
    std::unique_ptr<Buffer> buffer;
    Tensor tensor;
    OnDevice(Backend& backend, std::int64_t nRow, std::int64_t nCol, std::span<const float> host = {}) {
        auto made = backend.allocate(static_cast<std::size_t>(nRow * nCol) * 4);
        if (!made)
            qFatal("no memory");
        buffer = std::move(*made);
        tensor.data = buffer->data();
        tensor.shape = Shape{nRow, nCol};
        tensor.rowStride = nCol;
        if (!host.empty())
            backend.write(tensor, host);
    }
    [[nodiscard]] std::vector<float> read(Backend& backend) const {
        std::vector<float> host(static_cast<std::size_t>(tensor.nRow() * tensor.nCol()));
        backend.read(tensor, host);
        return host;
    }
};

std::vector<float> randomLogits(Rng& rng, std::size_t n, double spread, bool ties) {
    std::vector<float> logits(n);
    for (float& v : logits) {
        v = static_cast<float>((rng.uniform() + rng.uniform() + rng.uniform() - 1.5) * spread - 3);
        if (ties)
            v = std::round(v);
    }
    return logits;
}

std::shared_ptr<cu::CudaBackend> device() {
    auto made = cu::CudaBackend::create(0);
    if (!made)
        qFatal("no emulated device");
    return std::move(*made);
}

} // namespace

class TestCudaRows : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { qputenv("VITRAL_CUBLASLT", VITRAL_FAKE_BLAS_LT); }
    void cleanup() { cu::emulated::setFibreOrder(cu::emulated::FibreOrder::Forward); }

    // The list that the CPU's instruction sets go through, too, against the scalar kernels.
    void everyOperation() {
        cu::emulated::setFibreOrder(cu::emulated::FibreOrder::Shuffled);
        const auto backend = device();
        const auto scalar = makeCpuBackend({.nThread = 1, .isa = CpuIsa::Scalar});
        QVERIFY_RESULT(scalar);
        int n = 0;
        test::OperationCases(*backend, **scalar, [&](const std::string& what, double error, double allowed) {
            ++n;
            QVERIFY2(
                error <= allowed,
                qPrintable(QString("%1: %2, %3 allowed").arg(QString::fromStdString(what)).arg(error).arg(allowed)));
        }).run();
        QVERIFY(n > 1000);
    }

    // Every number that a token shows, and the best in order, as from all logits on the host.
    void summaries_data() {
        QTest::addColumn<int>("nVocab");
        QTest::addColumn<int>("nBest");
        QTest::addColumn<bool>("ties");
        for (const int nVocab : {1, 7, 255, 4096, 4097, 20001})
            for (const int nBest : {1, 40, 256})
                QTest::addRow("%d of %d%s", nBest, nVocab, nVocab % 2 ? ", ties" : "")
                    << nVocab << nBest << bool(nVocab % 2);
    }
    void summaries() {
        QFETCH(int, nVocab);
        QFETCH(int, nBest);
        QFETCH(bool, ties);
        cu::emulated::setFibreOrder(nBest == 40 ? cu::emulated::FibreOrder::Shuffled
                                                : cu::emulated::FibreOrder::Backward);
        Rng rng(static_cast<std::uint64_t>(nVocab + nBest));
        const auto backend = device();
        const auto n = static_cast<std::size_t>(nVocab);
        std::vector<float> logits = randomLogits(rng, 2 * n, 12, ties);
        logits[0] = -0.0F;
        const OnDevice onDevice(*backend, 2, nVocab, logits);
        std::vector<LogitSummary> rows(2);
        QVERIFY(backend->summarise(onDevice.tensor, nBest, rows));
        for (std::size_t r = 0; r < 2; ++r) {
            const auto own = std::span(logits).subspan(r * n, n);
            QVERIFY(rows[r].known);
            QCOMPARE(rows[r].best.size(), std::min<std::size_t>(n, static_cast<std::size_t>(nBest)));
            for (const std::size_t pick : {std::size_t{0}, rows[r].best.size() - 1}) {
                const TokenScore want = scoreToken(own, rows[r].best[pick].id, nBest);
                const TokenScore got = scoreToken(rows[r], rows[r].best[pick].id, nBest);
                QCOMPARE(got.rank, want.rank);
                QVERIFY2(std::abs(got.logProbability - want.logProbability) <=
                             1e-6F * (1 + std::abs(want.logProbability)),
                         qPrintable(QString("%1, not %2").arg(got.logProbability).arg(want.logProbability)));
                QVERIFY2(std::abs(got.entropy - want.entropy) <= 1e-6F * (1 + want.entropy),
                         qPrintable(QString("%1, not %2").arg(got.entropy).arg(want.entropy)));
                QCOMPARE(got.top.size(), want.top.size());
                for (std::size_t i = 0; i < got.top.size(); ++i)
                    QCOMPARE(got.top[i].id, want.top[i].id);
            }
        }
    }

    // Products of F16 weights go through cuBLASLt where there is one; a stand-in does what the arguments say.
    void productsThroughCublasLt() {
        QCOMPARE(cu::blasLtNote().find("cuBLASLt 13.0.2"), std::size_t{0});
        using Count = int (*)();
        void* library = dlopen(VITRAL_FAKE_BLAS_LT, RTLD_NOW | RTLD_NOLOAD);
        QVERIFY(library);
        const auto count = reinterpret_cast<Count>(dlsym(library, "fakeBlasLtProducts"));
        QVERIFY(count);
        Rng rng(29);
        const auto backend = device();
        for (const auto& [nRow, nOut, nIn] :
             {std::array<std::int64_t, 3>{128, 70, 100}, {131, 33, 72}, {127, 33, 72}}) {
            std::vector<std::uint16_t> weights(static_cast<std::size_t>(nOut * nIn));
            for (std::uint16_t& w : weights)
                w = kernels::f32ToHalf(static_cast<float>(rng.uniform() - 0.5));
            std::vector<float> x(static_cast<std::size_t>(nRow * nIn)), b(static_cast<std::size_t>(nOut));
            for (std::size_t i = 0; i < x.size(); ++i) // rows of very different size
                x[i] = static_cast<float>((rng.uniform() - 0.5) * std::pow(10.0, static_cast<double>(i % 7) - 3));
            for (float& v : b)
                v = static_cast<float>(rng.uniform());
            const auto matrix =
                backend->loadMatrix({DType::F16, Shape{nOut, nIn}, std::as_bytes(std::span(weights))}, {});
            QVERIFY_RESULT(matrix);
            const OnDevice input(*backend, nRow, nIn, x), bias(*backend, 1, nOut, b), wide(*backend, nRow, nOut + 3);
            for (const bool withBias : {false, true}) {
                const int before = count();
                const Tensor out = wide.tensor.cols(1, nOut); // an odd address
                const MatmulOutput output{matrix->get(), out, withBias ? &bias.tensor : nullptr};
                backend->matmul(input.tensor, {&output, 1});
                std::vector<float> got(static_cast<std::size_t>(nRow * nOut));
                backend->read(out, got);
                QVERIFY_RESULT(backend->status());
                QCOMPARE(count() - before, nRow >= 128 ? 1 : 0);
                for (std::int64_t r = 0; r < nRow; ++r)
                    for (std::int64_t n = 0; n < nOut; ++n) {
                        double sum = withBias ? double(b[std::size_t(n)]) : 0, size = 1e-6;
                        for (std::int64_t k = 0; k < nIn; ++k) {
                            const double term = double(x[std::size_t(r * nIn + k)]) *
                                                double(kernels::halfToF32(weights[std::size_t(n * nIn + k)]));
                            sum += term;
                            size += std::abs(term);
                        }
                        QVERIFY(std::abs(double(got[std::size_t(r * nOut + n)]) - sum) <= 1e-3 * size);
                    }
            }
        }
    }

    // Other weights are opened to F16 for it, a piece of the outputs at a time.
    void openedWeightsThroughCublasLt_data() {
        QTest::addColumn<int>("type");
        for (const DType type :
             {DType::Q4_K, DType::Q8_0, DType::Q6_K, DType::Q3_K, DType::Q2_K, DType::Q5_1, DType::Q4_0, DType::BF16})
            QTest::addRow("%s", std::string(dtypeInfo(type).name).c_str()) << int(type);
    }
    void openedWeightsThroughCublasLt() {
        QFETCH(int, type);
        QVERIFY(cu::haveBlasLt());
        using Count = int (*)();
        const auto count =
            reinterpret_cast<Count>(dlsym(dlopen(VITRAL_FAKE_BLAS_LT, RTLD_NOW | RTLD_NOLOAD), "fakeBlasLtProducts"));
        Rng rng(31);
        const auto dtype = static_cast<DType>(type);
        const std::int64_t nRow = 129, nOut = 75, nIn = dtype == DType::BF16 ? 76 : 256;
        std::vector<float> values(static_cast<std::size_t>(nOut * nIn)), x(static_cast<std::size_t>(nRow * nIn));
        for (std::size_t i = 0; i < values.size(); ++i) // outputs of very different size
            values[i] = static_cast<float>((rng.uniform() - 0.5) *
                                           std::pow(10.0, static_cast<double>(i / std::size_t(nIn) % 9) - 4));
        for (float& v : x)
            v = static_cast<float>(rng.uniform() - 0.5);
        const std::size_t rowSize = rowBytes(dtype, nIn);
        std::vector<std::byte> file(rowSize * static_cast<std::size_t>(nOut));
        for (std::size_t n = 0; n < std::size_t(nOut); ++n)
            QVERIFY_RESULT(quantizeRow(dtype, std::span(values).subspan(n * std::size_t(nIn), std::size_t(nIn)),
                                       std::span(file).subspan(n * rowSize, rowSize)));
        QVERIFY_RESULT(dequantizeRow(dtype, file, values));
        cu::DeviceWeights w = *cu::deviceWeights(dtype, nIn, nOut);
        std::vector<std::byte> memory(w.totalBytes() + 16);
        auto* base = memory.data() + (16 - reinterpret_cast<std::uintptr_t>(memory.data()) % 16) % 16;
        for (std::int64_t i = 0; i < w.nUnit(); ++i)
            cu::packUnit(w, file.data(), i, base + std::size_t(i) * w.unitBytes);
        w.data = base;
        std::vector<float> scales(static_cast<std::size_t>(nOut)), bias(static_cast<std::size_t>(nOut), 0.25F);
        cu::launchRowScales(w, scales.data(), nullptr);
        w.rowScale = scales.data();
        cu::OpenRule open;
        open.fromRows = 129;
        open.roomBytes = std::size_t{40} * std::size_t(nIn) * 2; // 32 outputs: three pieces
        std::vector<float> out(static_cast<std::size_t>(nRow * (nOut + 1)), 7.5F), plain = out;
        std::vector<std::byte> scratch(cu::productScratchBytes(nRow, nIn, open) + 256);
        auto* at = scratch.data() + (256 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 256) % 256;
        for (const bool opened : {true, false}) {
            const int before = count();
            const cu::ProductOut output{w, opened ? out.data() : plain.data(), nOut + 1, bias.data()};
            cu::launchProducts({x.data(), nIn, nRow, nIn}, {&output, 1}, at, opened ? open : cu::OpenRule{}, nullptr);
            QVERIFY_RESULT(cu::takeLaunchFailure());
            QCOMPARE(count() - before, opened ? 3 : 0);
        }
        for (std::int64_t r = 0; r < nRow; ++r) {
            for (std::int64_t n = 0; n < nOut; ++n) {
                const auto i = static_cast<std::size_t>(r * (nOut + 1) + n);
                double sum = 0.25, size = 1e-7;
                for (std::int64_t k = 0; k < nIn; ++k) {
                    const double term = double(x[std::size_t(r * nIn + k)]) * double(values[std::size_t(n * nIn + k)]);
                    sum += term;
                    size += std::abs(term);
                }
                QVERIFY2(std::abs(double(out[i]) - sum) <= 1e-3 * size,
                         qPrintable(QString::number(double(out[i]) - sum)));
                QVERIFY(std::abs(double(out[i]) - double(plain[i])) <=
                        4e-5 * size); // the same factors, summed otherwise
            }
            QCOMPARE(out[static_cast<std::size_t>(r * (nOut + 1) + nOut)], 7.5F);
        }
    }

    // Times of single operations are times of work, not of its noting: it is done when the next one begins.
    void recordedOperationsAreDone() {
        const auto backend = device();
        const std::vector<float> ones(2 * 64, 1.0F);
        const OnDevice a(*backend, 2, 64, ones), b(*backend, 2, 64, ones);
        RecordingBackend recorder(*backend);
        for (int i = 1; i < 4; ++i) {
            const std::uint64_t before = cu::emulated::counts().launches;
            recorder.add(a.tensor, a.tensor, b.tensor);
            QCOMPARE(cu::emulated::counts().launches - before, std::uint64_t{1});
            QCOMPARE(*a.tensor.f32(), static_cast<float>(i + 1)); // the emulated device's memory is the host's
        }
        QVERIFY(recorder.take().operations.front().timeNs > 0);
    }

    void unusualLogitsAreLeftToTheHost() {
        const auto backend = device();
        const float inf = std::numeric_limits<float>::infinity();
        for (const float odd : {inf, -inf, std::numeric_limits<float>::quiet_NaN()}) {
            std::vector<float> logits(600, 1.0F);
            logits[300] = odd;
            const OnDevice onDevice(*backend, 2, 300, logits);
            std::vector<LogitSummary> rows(2);
            QVERIFY(backend->summarise(onDevice.tensor, 5, rows));
            QVERIFY(rows[0].known && !rows[1].known);
        }
        std::vector<float> extreme = {3.4e38F, -3.4e38F, 0};
        const OnDevice onDevice(*backend, 1, 3, extreme);
        std::vector<LogitSummary> rows(1);
        QVERIFY(backend->summarise(onDevice.tensor, 3, rows));
        QVERIFY(rows[0].known && rows[0].z == 1.0 && rows[0].s == 0.0);
    }

    // A sampler that says how many best it needs draws the same tokens from them.
    void sameTokensFromTheBest() {
        SamplerParams plain; // temperature 0.8, top-k 40, top-p 0.95, min-p 0.05
        plain.seed = 7;
        SamplerParams greedy = plain;
        greedy.temperature = 0;
        SamplerParams xtc = plain;
        xtc.xtcProbability = 0.5F;
        xtc.typicalP = 0.9F;
        xtc.topK = 100;
        for (const SamplerParams& params : {plain, greedy, xtc}) {
            const auto whole = Sampler::create(params, nullptr), best = Sampler::create(params, nullptr);
            QVERIFY(whole && best);
            const std::int32_t enough = enoughBest(params);
            BestLogits bestLogits;
            QCOMPARE(enough, params.temperature == 0 ? 1 : params.topK);
            Rng rng(3);
            const auto backend = device();
            for (int step = 0; step < 30; ++step) {
                const std::vector<float> logits = randomLogits(rng, 5000, 10, step % 3 == 0);
                const OnDevice onDevice(*backend, 1, 5000, logits);
                std::vector<LogitSummary> rows(1);
                QVERIFY(backend->summarise(onDevice.tensor, enough, rows));
                const auto want = (*whole)->sample(logits), got = (*best)->sample(bestLogits.of(rows[0], 5000));
                QVERIFY(want && got);
                QCOMPARE(*got, *want);
            }
        }
    }

    void samplersThatNeedEverything() {
        const auto enough = [](const auto& change) {
            SamplerParams params;
            change(params);
            return enoughBest(params);
        };
        QCOMPARE(enough([](SamplerParams&) {}), 40);
        QCOMPARE(enough([](SamplerParams& p) { p.topK = 0; }), 0);
        QCOMPARE(enough([](SamplerParams& p) { p.repetitionPenalty = 1.1F; }), 0);
        QCOMPARE(enough([](SamplerParams& p) { p.dryMultiplier = 0.8F; }), 0);
        QCOMPARE(enough([](SamplerParams& p) { p.logitBias = {{3, 1.0F}}; }), 0);
        QCOMPARE(enough([](SamplerParams& p) { p.mirostat2 = true; }), 0);
        QCOMPARE(enough([](SamplerParams& p) { p.topNSigma = 1; }), 0);
        QCOMPARE(enough([](SamplerParams& p) { p.grammar = "root ::= \"a\""; }), 0);
        QCOMPARE(enough([](SamplerParams& p) { p.typicalP = 0.9F; }), 40); // comes after top-k
        QCOMPARE(enough([](SamplerParams& p) {
                     p.order = {SamplerStage::TopP, SamplerStage::TopK, SamplerStage::Temperature};
                 }),
                 0);
        QCOMPARE(enough([](SamplerParams& p) { p.temperature = 0, p.topK = 0; }), 1);
    }
};

QTEST_GUILESS_MAIN(TestCudaRows)
#include "tst_cuda_rows.moc"
