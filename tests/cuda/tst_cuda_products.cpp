// SPDX-License-Identifier: Apache-2.0
// Products of the CUDA kernels on the emulated device against sums in double over the reference dequantisation: every
// type of weights, the vector kernels and the matrix kernels, several outputs, experts, opened rows.
#include "core/base/rng.h"
#include "core/kernels/kernel_table.h"
#include "core/tensor/quantize.h"
#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/kernels/device.h"
#include "gpu/cuda/kernels/gemm.h"
#include "gpu/cuda/runtime.h"
#include "tests/support/random_weights.h"
#include "tests/support/result_test.h"

#include <algorithm>
#include <cmath>

using namespace vitral;
using namespace vitral::test;
using namespace vitral::cuda;

namespace {

constexpr float kSentinel = 12345.5F;
const OpenRule kNever;

/// A matrix of experts: the file's bytes, what they mean, and the same on the device.
struct Weights {
    std::vector<std::byte> file;
    std::vector<float> values;
    std::vector<std::byte> device;
    std::vector<float> scales;
    DeviceWeights w;

    Weights(DType type, std::int64_t nIn, std::int64_t nOut, std::int64_t nExpert, Rng& rng)
        : file(randomWeights(type, nOut * nExpert, nIn, rng)), values(std::size_t(nOut * nExpert * nIn)),
          w(*deviceWeights(type, nIn, nOut, nExpert)) {
        (void)dequantizeRow(type, file, values);
        device.resize(w.totalBytes() + 16);
        auto* base = device.data() + (16 - reinterpret_cast<std::uintptr_t>(device.data()) % 16) % 16;
        for (std::int64_t i = 0; i < w.nUnit(); ++i)
            packUnit(w, file.data(), i, base + std::size_t(i) * w.unitBytes);
        w.data = base;
        if (wantsRowScales(w)) {
            scales.resize(std::size_t(nExpert * nOut));
            launchRowScales(w, scales.data(), nullptr);
            w.rowScale = scales.data();
        }
    }
    const float* row(std::int64_t expert, std::int64_t n) const {
        return values.data() + (expert * w.nOut + n) * w.nIn;
    }
};

/// Inputs with outliers, zeros and denormals, rows `stride` apart.
std::vector<float> inputs(std::int64_t nRow, std::int64_t nIn, std::int64_t stride, Rng& rng) {
    std::vector<float> x(std::size_t(nRow * stride), 99.0F);
    for (std::int64_t r = 0; r < nRow; ++r)
        for (std::int64_t k = 0; k < nIn; ++k) {
            float v = float(rng.uniform() * 2 - 1);
            if (r % 5 == 1 && k % 41 == 3)
                v *= 300;
            if (r % 5 == 2)
                v = k / 32 % 2 ? 0.0F : v;
            if (r % 5 == 3)
                v *= 1e-39F;
            if (r % 5 == 4)
                v *= 1e6F;
            x[std::size_t(r * stride + k)] = v;
        }
    return x;
}

/// Largest error of a row's outputs relative to the norm of the terms, and the mean square error of all.
struct Errors {
    double worst = 0, error = 0, power = 0;
    void add(double got, const float* x, const float* w, std::int64_t n, double bias) {
        double sum = bias, size = bias * bias * 1e-6 + 1e-30;
        for (std::int64_t k = 0; k < n; ++k) {
            const double term = double(x[k]) * w[k];
            sum += term;
            size += term * term;
        }
        const double e = std::abs(got - sum) / std::sqrt(size);
        if (!(e <= worst))
            worst = e;
        error += e * e;
        power += 1;
    }
    double nmse() const { return power > 0 ? error / power : 0; }
};

} // namespace

class TestCudaProducts : public QObject {
    Q_OBJECT

    static void addTypes() {
        QTest::addColumn<int>("type");
        for (int t = 0; t < kDTypeCount; ++t)
            if (deviceWeights(DType(t), 256, 16))
                QTest::addRow("%s", std::string(dtypeInfo(DType(t)).name).c_str()) << t;
    }
    static void noFailure() {
        const auto failure = takeLaunchFailure();
        QVERIFY2(failure.has_value(), failure ? "" : failure.error().message.c_str());
    }
    static std::int64_t columns(DType type, std::int64_t nRow) {
        const std::int64_t block = dtypeInfo(type).blockLen;
        return block == 1 ? 31 + nRow * 3 : block == 32 ? 32 * (1 + nRow % 7) : 256 * (1 + nRow % 2);
    }

    void check(DType type, std::int64_t nOut, std::int64_t nRow, bool withBias) {
        const std::int64_t nIn = columns(type, nRow);
        emulated::setFibreOrder(nRow % 2 ? emulated::FibreOrder::Backward : emulated::FibreOrder::Shuffled);
        Rng rng(std::uint64_t(nOut * 1000 + nRow));
        const Weights weights(type, nIn, nOut, 1, rng);
        const std::int64_t stride = nIn + (nRow % 2 ? 5 : 0);
        const auto x = inputs(nRow, nIn, stride, rng);
        std::vector<float> bias(static_cast<std::size_t>(nOut));
        for (float& b : bias)
            b = float(rng.uniform());
        const std::int64_t outStride = nOut + 3;
        std::vector<float> out(std::size_t(nRow * outStride), kSentinel);
        std::vector<std::byte> scratch(productScratchBytes(nRow, nIn, kNever));
        const ProductOut output{weights.w, out.data(), outStride, withBias ? bias.data() : nullptr};
        launchProducts({x.data(), stride, nRow, nIn}, {&output, 1}, scratch.data(), kNever, nullptr);
        noFailure();
        const bool eightBits = weights.w.layout == WeightLayout::Packed && nRow <= kVectorRows;
        const bool halves = type != DType::F32 && nRow > kVectorRows;
        Errors errors;
        for (std::int64_t r = 0; r < nRow; ++r) {
            std::vector<float> row(x.begin() + r * stride, x.begin() + r * stride + nIn);
            if (eightBits)
                row = rounded(row);
            for (std::int64_t n = 0; n < nOut; ++n)
                errors.add(out[std::size_t(r * outStride + n)], row.data(), weights.row(0, n), nIn,
                           withBias ? double(bias[std::size_t(n)]) : 0.0);
            for (std::int64_t n = nOut; n < outStride; ++n)
                QCOMPARE(out[std::size_t(r * outStride + n)], kSentinel);
        }
        // F16: both factors are off by at most 2^-12 of themselves, a term by twice that (square: 2.4e-7); errors of
        // terms add up as independent ones do.
        QVERIFY2(errors.worst < (halves ? 2e-3 : 2e-5) && errors.nmse() < (halves ? 3e-7 : 1e-11),
                 qPrintable(QStringLiteral("%1 x %2, %3 rows: worst %4, NMSE %5")
                                .arg(nOut)
                                .arg(nIn)
                                .arg(nRow)
                                .arg(errors.worst)
                                .arg(errors.nmse())));
    }

private slots:
    void everyType_data() { addTypes(); }
    void everyType() {
        QFETCH(int, type);
        for (const std::int64_t nOut : {1, 16, 35})
            for (const std::int64_t nRow : {1, 3, 8, 13, 17}) {
                check(DType(type), nOut, nRow, nOut % 2 == 1);
                if (QTest::currentTestFailed())
                    return;
            }
        check(DType(type), 67, 70, true);
    }

    /// The large tile, which small shapes never choose; more rows and outputs than one tile.
    void largeTiles_data() {
        QTest::addColumn<int>("type");
        for (const DType type : {DType::F16, DType::BF16, DType::Q4_K, DType::Q6_K, DType::IQ3_S})
            QTest::addRow("%s", std::string(dtypeInfo(type).name).c_str()) << int(type);
    }
    void largeTiles() {
        QFETCH(int, type);
        Rng rng(9);
        const std::int64_t nIn = 256, nOut = 128 + 37, nRow = 130;
        const Weights weights(DType(type), nIn, nOut, 1, rng);
        const auto x = inputs(nRow, nIn, nIn, rng);
        std::vector<std::uint16_t> halves(std::size_t(nRow * nIn + 8));
        auto* aligned = halves.data() + (16 - reinterpret_cast<std::uintptr_t>(halves.data()) % 16) % 16 / 2;
        std::vector<float> unscale(static_cast<std::size_t>(nRow)), out(std::size_t(nRow * nOut), kSentinel);
        launchRoundRows({x.data(), nIn, nRow, nIn}, aligned, nIn, unscale.data(), nullptr);
        GemmJob job{};
        job.weights = weights.w;
        job.halves = aligned;
        job.stride = nIn;
        job.unscale = unscale.data();
        job.nRow = nRow;
        job.rowsPerInput = 1;
        job.out = out.data();
        job.outStride = nOut;
        launchGemm(job, true, 2, nullptr);
        noFailure();
        Errors errors;
        for (std::int64_t r = 0; r < nRow; ++r)
            for (std::int64_t n = r % 7; n < nOut; n += 7)
                errors.add(out[std::size_t(r * nOut + n)], x.data() + r * nIn, weights.row(0, n), nIn, 0);
        QVERIFY2(errors.worst < 2e-3 && errors.nmse() < 3e-7, qPrintable(QString::number(errors.worst)));
    }

    /// q, k and v of different types and sizes in one call; long rows.
    void severalOutputs() {
        Rng rng(3);
        const std::int64_t nIn = 2048;
        const Weights a(DType::Q4_K, nIn, 48, 1, rng), b(DType::Q4_K, nIn, 17, 1, rng), c(DType::Q6_K, nIn, 33, 1, rng),
            d(DType::Q4_K, nIn, 5, 1, rng), e(DType::Q4_K, nIn, 16, 1, rng), f(DType::Q4_K, nIn, 3, 1, rng);
        const Weights* all[] = {&a, &c, &b, &d, &e, &f};
        for (const std::int64_t nRow : {1, 3, 16, 20}) {
            const auto x = inputs(nRow, nIn, nIn, rng);
            std::vector<std::vector<float>> outs;
            std::vector<ProductOut> products;
            for (const Weights* w : all)
                outs.emplace_back(std::size_t(nRow * w->w.nOut), kSentinel);
            for (std::size_t i = 0; i < std::size(all); ++i)
                products.push_back({all[i]->w, outs[i].data(), all[i]->w.nOut, nullptr});
            std::vector<std::byte> scratch(productScratchBytes(nRow, nIn, kNever));
            launchProducts({x.data(), nIn, nRow, nIn}, products, scratch.data(), kNever, nullptr);
            noFailure();
            for (std::size_t i = 0; i < std::size(all); ++i) {
                Errors errors;
                for (std::int64_t r = 0; r < nRow; ++r) {
                    std::vector<float> row(x.begin() + r * nIn, x.begin() + (r + 1) * nIn);
                    if (nRow <= kVectorRows)
                        row = rounded(row);
                    for (std::int64_t n = 0; n < all[i]->w.nOut; ++n)
                        errors.add(outs[i][std::size_t(r * all[i]->w.nOut + n)], row.data(), all[i]->row(0, n), nIn, 0);
                }
                QVERIFY2(errors.worst < (nRow <= kVectorRows ? 2e-5 : 2e-3), qPrintable(QString::number(errors.worst)));
            }
        }
    }

    void experts_data() {
        QTest::addColumn<int>("type");
        for (const DType type :
             {DType::F32, DType::F16, DType::BF16, DType::Q8_0, DType::Q4_K, DType::MXFP4, DType::IQ2_XS})
            QTest::addRow("%s", std::string(dtypeInfo(type).name).c_str()) << int(type);
    }
    void experts() {
        QFETCH(int, type);
        Rng rng(17);
        const std::int64_t nIn = 256, nOut = 37, nExpert = 5;
        const Weights weights(DType(type), nIn, nOut, nExpert, rng);
        for (const auto& [nToken, nUsed] : {std::pair<std::int64_t, std::int64_t>{1, 2}, {3, 4}, {60, 2}, {9, 5}})
            for (const bool shared : {true, false}) {
                const std::int64_t nX = shared ? nToken : nToken * nUsed;
                const auto x = inputs(nX, nIn, nIn + 1, rng);
                std::vector<std::int32_t> ids(std::size_t(nToken * (nUsed + 1)), -1);
                for (std::int64_t t = 0; t < nToken; ++t)
                    for (std::int64_t u = 0; u < nUsed; ++u) // one expert nobody uses, one that most do
                        ids[std::size_t(t * (nUsed + 1) + u)] = std::int32_t(rng.next() % 3 ? 1 : rng.next() % 4);
                std::vector<float> bias(std::size_t(nExpert * (nOut + 2)));
                for (float& v : bias)
                    v = float(rng.uniform());
                std::vector<float> out(std::size_t(nToken * nUsed * (nOut + 1)), kSentinel);
                ExpertProduct job;
                job.weights = weights.w;
                job.x = {x.data(), nIn + 1, nX, nIn};
                job.ids = ids.data();
                job.idStride = nUsed + 1;
                job.nToken = nToken;
                job.nUsed = nUsed;
                job.out = out.data();
                job.outStride = nOut + 1;
                job.bias = bias.data();
                job.biasStride = nOut + 2;
                std::vector<std::byte> scratch(expertScratchBytes(job) + 256);
                launchExperts(job, scratch.data(), nullptr);
                noFailure();
                Errors exact, eight;
                for (std::int64_t p = 0; p < nToken * nUsed; ++p) {
                    const float* from = x.data() + (shared ? p / nUsed : p) * (nIn + 1);
                    const std::vector<float> row = rounded({from, from + nIn});
                    const std::int64_t e = ids[std::size_t(p / nUsed * (nUsed + 1) + p % nUsed)];
                    for (std::int64_t n = 0; n < nOut; ++n) {
                        const double got = out[std::size_t(p * (nOut + 1) + n)];
                        const double b = bias[std::size_t(e * (nOut + 2) + n)];
                        exact.add(got, from, weights.row(e, n), nIn, b);
                        eight.add(got, row.data(), weights.row(e, n), nIn, b);
                    }
                    QCOMPARE(out[std::size_t(p * (nOut + 1) + nOut)], kSentinel);
                }
                QVERIFY2(std::min(exact.worst, eight.worst) < 2e-3,
                         qPrintable(QStringLiteral("%1 tokens: %2, %3").arg(nToken).arg(exact.worst).arg(eight.worst)));
            }
    }

    void opensRows_data() { addTypes(); }
    void opensRows() {
        QFETCH(int, type);
        Rng rng(23);
        const std::int64_t nIn = DType(type) == DType::F32 || DType(type) == DType::BF16 ? 37 : 512;
        const Weights weights(DType(type), nIn, 19, 1, rng);
        const std::vector<std::int32_t> ids = {18, 0, 7, 7, 16, 15, 1, 2, 3};
        std::vector<float> out(ids.size() * std::size_t(nIn + 1), kSentinel);
        launchOpenRows(weights.w, ids.data(), std::int64_t(ids.size()), out.data(), nIn + 1, nullptr);
        noFailure();
        for (std::size_t i = 0; i < ids.size(); ++i) {
            for (std::int64_t k = 0; k < nIn; ++k) {
                const float want = weights.row(0, ids[i])[k];
                QVERIFY(std::abs(out[i * std::size_t(nIn + 1) + std::size_t(k)] - want) <=
                        std::abs(want) * 1e-6F + 1e-7F);
            }
            QCOMPARE(out[i * std::size_t(nIn + 1) + std::size_t(nIn)], kSentinel);
        }
    }
};

QTEST_GUILESS_MAIN(TestCudaProducts)
#include "tst_cuda_products.moc"
