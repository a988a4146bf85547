// SPDX-License-Identifier: Apache-2.0
// Matrix products of every instruction set that this machine has, against sums in double over the reference
// dequantisation and the same 8-bit inputs.
#include "core/backend/backend.h"
#include "core/base/rng.h"
#include "core/kernels/kernel_table.h"
#include "core/tensor/quantize.h"
#include "tests/support/random_weights.h"
#include "tests/support/result_test.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace vitral;
using namespace vitral::test;

namespace {

struct Isa {
    CpuIsa isa;
    const char* name;
};
constexpr Isa kIsas[] = {{CpuIsa::Scalar, "scalar"}, {CpuIsa::Avx2, "avx2"}, {CpuIsa::Avx512, "avx512"}};

constexpr float kSentinel = 12345.5F;

std::vector<float> dequantized(DType type, std::span<const std::byte> bytes, std::size_t n) {
    std::vector<float> out(n);
    (void)dequantizeRow(type, bytes, out);
    return out;
}

} // namespace

class TestMatmul : public QObject {
    Q_OBJECT

    static void addIsas() {
        QTest::addColumn<int>("isa");
        QTest::addColumn<int>("type");
    }

    void check(int isa, DType type, std::int64_t nOut, std::int64_t nIn, std::int64_t nRow, bool withBias) {
        const auto backend = makeCpuBackend({.nThread = 2, .isa = CpuIsa(isa)});
        if (!backend && backend.error().code == ErrorCode::Unsupported)
            QSKIP(backend.error().message.c_str());
        QVERIFY_RESULT(backend);
        Rng rng(std::uint64_t(nOut * 1000 + nIn + nRow));
        auto weights = randomWeights(type, nOut, nIn, rng);
        const auto w = dequantized(type, weights, std::size_t(nOut * nIn));
        // Rows with outliers, zeros, denormals; the inputs' rows are strided.
        const std::int64_t stride = nIn + 5;
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
                x[std::size_t(r * stride + k)] = v;
            }
        std::vector<float> bias(static_cast<std::size_t>(nOut));
        for (float& b : bias)
            b = float(rng.uniform());
        const std::int64_t outStride = nOut + 3;
        std::vector<float> out(std::size_t(nRow * outStride + 16), kSentinel);

        auto matrix = (*backend)->loadMatrix({type, Shape{nOut, nIn}, weights});
        QVERIFY_RESULT(matrix);
        Tensor tx, to, tb;
        tx.data = x.data();
        tx.shape = Shape{nRow, nIn};
        tx.rowStride = stride;
        to.data = out.data();
        to.shape = Shape{nRow, nOut};
        to.rowStride = outStride;
        tb.data = bias.data();
        tb.shape = Shape{1, nOut};
        tb.rowStride = nOut;
        const MatmulOutput output{matrix->get(), to, withBias ? &tb : nullptr};
        (*backend)->matmul(tx, {&output, 1});
        QVERIFY_RESULT((*backend)->status());

        double error = 0, power = 0, worst = 0;
        std::int64_t worstRow = -1, worstOut = -1;
        for (std::int64_t r = 0; r < nRow; ++r) {
            std::vector<float> row(x.begin() + r * stride, x.begin() + r * stride + nIn);
            if (kEightBitInputs(type))
                row = rounded(row);
            for (std::int64_t n = 0; n < nOut; ++n) {
                double sum = withBias ? double(bias[std::size_t(n)]) : 0;
                double size = 1e-30;
                for (std::int64_t k = 0; k < nIn; ++k) {
                    const double term = double(row[std::size_t(k)]) * w[std::size_t(n * nIn + k)];
                    sum += term;
                    size += term * term;
                }
                const double got = out[std::size_t(r * outStride + n)];
                const double e = std::abs(got - sum) / (std::sqrt(size) + (withBias ? 1e-3 : 0));
                if (!(e <= worst))
                    worst = e, worstRow = r, worstOut = n;
                error += (got - sum) * (got - sum);
                power += sum * sum;
            }
            for (std::int64_t n = nOut; n < outStride; ++n)
                QCOMPARE(out[std::size_t(r * outStride + n)], kSentinel);
        }
        const double nmse = power > 0 ? error / power : error;
        // 16-bit and codebook weights may meet 14-bit inputs; an outlier in a block then costs its neighbours digits.
        const bool fine = type == DType::F32 || kEightBitInputs(type);
        QVERIFY2(worst < (fine ? 1e-4 : 2e-2) && nmse < (fine ? 1e-9 : 1e-6),
                 qPrintable(QStringLiteral("%1 [%2 x %3], %4 rows: NMSE %5, worst %6 of the norm at row %7, output %8")
                                .arg(QString::fromUtf8(dtypeInfo(type).name.data(), int(dtypeInfo(type).name.size())))
                                .arg(nOut)
                                .arg(nIn)
                                .arg(nRow)
                                .arg(nmse)
                                .arg(worst)
                                .arg(worstRow)
                                .arg(worstOut)));
    }

    /// Types whose product is defined on 8-bit inputs in every instruction set.
    static bool kEightBitInputs(DType type) {
        switch (type) {
        case DType::Q8_0:
        case DType::Q4_0:
        case DType::Q4_1:
        case DType::Q5_0:
        case DType::Q5_1:
        case DType::IQ4_NL:
        case DType::MXFP4:
        case DType::IQ4_XS:
        case DType::Q2_K:
        case DType::Q3_K:
        case DType::Q4_K:
        case DType::Q5_K:
        case DType::Q6_K:
            return true;
        default:
            return false;
        }
    }

private slots:
    void everyType_data() {
        addIsas();
        for (const Isa& isa : kIsas)
            for (int t = 0; t < kDTypeCount; ++t) {
                const auto type = DType(t);
                const bool weight =
                    type == DType::F32 || type == DType::F16 || type == DType::BF16 || isQuantised(type);
                if (weight && canDequantize(type) && type != DType::Q8_1 && type != DType::Q8_K)
                    QTest::addRow("%s %s", isa.name, std::string(dtypeInfo(type).name).c_str()) << int(isa.isa) << t;
            }
    }
    void everyType() {
        QFETCH(int, isa);
        QFETCH(int, type);
        const std::int64_t block = dtypeInfo(DType(type)).blockLen;
        for (const std::int64_t nOut : {1, 15, 16, 17, 33, 70})
            for (const std::int64_t nRow : {1, 2, 3, 4, 5, 6, 7, 13, 19}) {
                const std::int64_t nIn = block * (nRow % 2 ? 2 : block > 32 ? 1 : 5);
                check(isa, DType(type), nOut, block == 1 ? 31 + nRow * 3 + nOut : nIn, nRow, nOut % 2 == 1);
                if (QTest::currentTestFailed())
                    return;
            }
    }
    void largeShapes_data() { everyType_data(); }
    void largeShapes() {
        QFETCH(int, isa);
        QFETCH(int, type);
        if (CpuIsa(isa) == CpuIsa::Scalar)
            return;
        check(isa, DType(type), 301, 1024, 1, false);
        check(isa, DType(type), 129, 1024, 40, true);
    }
};

QTEST_GUILESS_MAIN(TestMatmul)
#include "tst_matmul.moc"
