// SPDX-License-Identifier: Apache-2.0
// Row kernels of every instruction set that this machine has against the scalar ones: all small sizes, misaligned
// starts, outliers, zeros, denormals; sentinels behind every output.
#include "core/base/rng.h"
#include "core/kernels/convert.h"
#include "core/kernels/cpu_features.h"
#include "core/tensor/quantize.h"
#include "tests/support/result_test.h"

#include <cmath>
#include <cstring>
#include <functional>

using namespace vitral;
using namespace vitral::kernels;

namespace {

constexpr float kSentinel = -777.25F;
constexpr std::int64_t kSizes[] = {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 257, 1003, 4096};

/// n floats that start `shift` elements into an aligned buffer, with sentinels around.
struct Row {
    std::vector<float> storage;
    std::int64_t shift, n;
    Row(std::int64_t count, std::int64_t by) : storage(std::size_t(count + by + 32), kSentinel), shift(by), n(count) {}
    float* data() { return storage.data() + shift; }
    bool sentinelsStand() const {
        for (std::int64_t i = 0; i < shift; ++i)
            if (storage[std::size_t(i)] != kSentinel)
                return false;
        for (std::size_t i = std::size_t(shift + n); i < storage.size(); ++i)
            if (storage[i] != kSentinel)
                return false;
        return true;
    }
};

void fill(Row& row, Rng& rng, int kind) {
    for (std::int64_t i = 0; i < row.n; ++i) {
        double v = rng.uniform() * 8 - 4;
        if (kind == 1 && i % 13 == 5)
            v *= 1000;
        if (kind == 2)
            v = 0;
        if (kind == 3)
            v *= 1e-40;
        row.data()[i] = float(v);
    }
}

} // namespace

class TestRows : public QObject {
    Q_OBJECT

    using Call = std::function<void(const KernelTable&, float* out, const float* a, const float* b, std::int64_t n)>;

    void check(const Call& call, double tolerance, std::int64_t multiple = 1) {
        for (const KernelTable* table : {avx2Kernels(), avx512Kernels()}) {
            const CpuFeatures cpu = cpuFeatures();
            if (!table || (table == avx2Kernels() ? !cpu.avx2 : !cpu.avx512))
                continue;
            Rng rng(5);
            for (const std::int64_t size : kSizes)
                for (const std::int64_t shift : {0, 1, 3})
                    for (int kind = 0; kind < 4; ++kind) {
                        const std::int64_t n = size / multiple * multiple;
                        Row a(n, shift), b(n, shift + 1), fast(n, shift), slow(n, shift);
                        fill(a, rng, kind);
                        fill(b, rng, kind);
                        call(*table, fast.data(), a.data(), b.data(), n);
                        call(scalarKernels(), slow.data(), a.data(), b.data(), n);
                        QVERIFY2(fast.sentinelsStand(), "wrote outside");

                        for (std::int64_t i = 0; i < n; ++i) {
                            const double e = std::abs(double(fast.data()[i]) - slow.data()[i]);
                            const double limit = tolerance * std::max(1.0, double(std::abs(slow.data()[i])));
                            if (!(e <= limit))
                                QFAIL(qPrintable(QStringLiteral("%1, n %2, shift %3, kind %4: [%5] = %6, not %7")
                                                     .arg(table->name)
                                                     .arg(n)
                                                     .arg(shift)
                                                     .arg(kind)
                                                     .arg(i)
                                                     .arg(double(fast.data()[i]))
                                                     .arg(double(slow.data()[i]))));
                        }
                    }
        }
    }

private slots:
    void toHalf() {
        std::vector<float> values;
        for (std::uint32_t bits = 0; bits < 65536; ++bits) // every half, and what lies between two of them
            for (const std::uint32_t low : {0U, 0xfffU, 0x1000U, 0x1001U, 0x1fffU})
                values.push_back(bitsToFloat(floatToBits(halfToF32(std::uint16_t(bits))) + low));
        for (const float extreme : {1e30F, -1e30F, INFINITY, -INFINITY, 1e-30F, 65504.0F, 65519.0F, 65520.0F, 70000.0F})
            values.push_back(extreme);
        for (const KernelTable* table : {&scalarKernels(), avx2Kernels(), avx512Kernels()}) {
            const CpuFeatures cpu = cpuFeatures();
            if (!table || (table == avx2Kernels() && !cpu.avx2) || (table == avx512Kernels() && !cpu.avx512))
                continue;
            for (const std::size_t n :
                 {values.size(), std::size_t(0), std::size_t(1), std::size_t(15), std::size_t(37)}) {
                std::vector<std::uint16_t> out(n + 1, 0x1234);
                table->toHalf(out.data(), values.data() + values.size() - n, std::int64_t(n));
                QCOMPARE(out[n], std::uint16_t(0x1234)); // nothing beyond the end
                for (std::size_t i = 0; i < n; ++i) {
                    const float x = values[values.size() - n + i];
                    const std::uint16_t expected = floatToHalf(std::clamp(x, -65504.0F, 65504.0F));
                    if (std::isnan(x) ? (out[i] & 0x7fffU) <= 0x7c00U : out[i] != expected)
                        QFAIL(
                            qPrintable(QStringLiteral("%1: %2 became %3").arg(table->name).arg(double(x)).arg(out[i])));
                }
            }
        }
    }
    void halves() {
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            const float ours = halfToF32(std::uint16_t(bits));
            const float theirs = halfToFloat(std::uint16_t(bits));
            QVERIFY(floatToBits(ours) == floatToBits(theirs) || (std::isnan(ours) && std::isnan(theirs)));
        }
        Rng rng(1);
        for (int i = 0; i < 200000; ++i) {
            const float x = bitsToFloat(std::uint32_t(rng.next()));
            QCOMPARE(std::isnan(x) ? 0 : int(f32ToHalf(x)), std::isnan(x) ? 0 : int(floatToHalf(x)));
        }
        for (const float x : {65504.0F, 65519.9F, 65520.0F, 6e-8F, 2.9e-8F, 3e-8F, 6.1e-5F, 0.0F, -0.0F})
            QCOMPARE(f32ToHalf(x), floatToHalf(x));
    }
    void norms() {
        check(
            [](const KernelTable& t, float* out, const float* a, const float* b, std::int64_t n) {
                if (n)
                    t.rmsNorm(out, a, b, n, 1e-5F);
            },
            2e-5);
        check(
            [](const KernelTable& t, float* out, const float* a, const float*, std::int64_t n) {
                if (n)
                    t.rmsNorm(out, a, nullptr, n, 1e-5F);
            },
            2e-5);
        check(
            [](const KernelTable& t, float* out, const float* a, const float* b, std::int64_t n) {
                if (n)
                    t.layerNorm(out, a, b, b, n, 1e-5F);
            },
            2e-4);
    }
    void arithmetic() {
        check([](const KernelTable& t, float* o, const float* a, const float* b, std::int64_t n) { t.add(o, a, b, n); },
              0);
        check([](const KernelTable& t, float* o, const float* a, const float* b, std::int64_t n) { t.mul(o, a, b, n); },
              0);
        check([](const KernelTable& t, float* o, const float* a, const float*,
                 std::int64_t n) { t.scale(o, a, 1.7F, n); },
              0);
        check(
            [](const KernelTable& t, float* o, const float* a, const float*, std::int64_t n) {
                std::copy(a, a + n, o);
                t.softcap(o, 30.0F, n);
            },
            1e-5);
    }
    void activations_data() {
        QTest::addColumn<int>("act");
        for (int act = 0; act <= int(Act::SwigluOai); ++act)
            QTest::addRow("%d", act) << act;
    }
    void activations() {
        QFETCH(int, act);
        check([&](const KernelTable& t, float* o, const float* a, const float*,
                  std::int64_t n) { t.activation(Act(act), o, a, n); },
              3e-6);
        check([&](const KernelTable& t, float* o, const float* a, const float* b,
                  std::int64_t n) { t.gatedActivation(Act(act), o, a, b, n); },
              2e-5);
    }
    void extremesOfActivations() {
        const float x[] = {-INFINITY, -1e30F, -100.0F, -88.0F, 88.0F, 100.0F, 1e30F, INFINITY, NAN};
        for (const KernelTable* table : {&scalarKernels(), avx2Kernels(), avx512Kernels()}) {
            if (!table || (table == avx512Kernels() && !cpuFeatures().avx512) ||
                (table == avx2Kernels() && !cpuFeatures().avx2))
                continue;
            float out[9];
            table->activation(Act::GeluTanh, out, x, 9);
            QVERIFY(std::abs(out[2]) < 1e-4F && out[5] == 100.0F && std::isnan(out[8]));
            table->activation(Act::Silu, out, x, 9);
            QVERIFY(std::abs(out[2]) < 1e-4F && out[5] == 100.0F && out[7] == INFINITY && std::isnan(out[8]));
        }
    }
    void rope_data() {
        QTest::addColumn<int>("headDim");
        QTest::addColumn<int>("nRotary");
        for (const int dim : {2, 8, 16, 24, 32, 64, 80, 96, 128, 256})
            for (const int rotary : {dim, std::max(2, dim / 2 / 2 * 2)})
                QTest::addRow("%d of %d", rotary, dim) << dim << rotary;
    }
    void rope() {
        QFETCH(int, headDim);
        QFETCH(int, nRotary);
        Rng rng(2);
        std::vector<float> cosSin(static_cast<std::size_t>(nRotary));
        for (float& v : cosSin)
            v = float(rng.uniform() * 2 - 1);
        for (const bool halved : {false, true})
            check(
                [&](const KernelTable& t, float* o, const float* a, const float*, std::int64_t n) {
                    std::copy(a, a + n, o);
                    t.rope(o, std::int32_t(n / headDim), headDim, nRotary, cosSin.data(), halved);
                },
                1e-5, headDim);
    }
    void quantizedInputs() {
        for (const KernelTable* table : {avx2Kernels(), avx512Kernels()}) {
            if (!table || (table == avx2Kernels() ? !cpuFeatures().avx2 : !cpuFeatures().avx512))
                continue;
            Rng rng(3);
            for (std::int32_t width = 1; width <= kMaxTile; ++width)
                for (const std::int64_t n : {32, 64, 256, 2048}) {
                    std::vector<std::vector<float>> rows;
                    std::vector<const float*> pointers;
                    for (std::int32_t c = 0; c < width; ++c) {
                        auto& row = rows.emplace_back(std::size_t(n + 1));
                        for (std::int64_t i = 0; i < n; ++i)
                            row[std::size_t(i + 1)] = i / 32 % 3 == 2
                                                          ? (c % 2 ? 0 : 1e-41F * float(i))
                                                          : float((rng.uniform() - 0.5) * (i % 37 == 1 ? 900 : 2));
                        pointers.push_back(row.data() + 1);
                    }
                    const std::size_t total = std::size_t(n * width);
                    std::vector<std::int8_t> q[2] = {std::vector<std::int8_t>(total), std::vector<std::int8_t>(total)};
                    std::vector<float> scale[2] = {std::vector<float>(total / 32), std::vector<float>(total / 32)};
                    std::vector<std::int32_t> sums[2] = {std::vector<std::int32_t>(total / 16),
                                                         std::vector<std::int32_t>(total / 16)};
                    scalarKernels().quantizeTile(pointers.data(), width, n, q[0].data(), scale[0].data(),
                                                 sums[0].data());
                    table->quantizeTile(pointers.data(), width, n, q[1].data(), scale[1].data(), sums[1].data());
                    QCOMPARE(q[1], q[0]); // the same on every machine, bit for bit
                    QCOMPARE(scale[1], scale[0]);
                    QCOMPARE(sums[1], sums[0]);
                }
        }
    }

    /// Random blocks of every codebook type: the very bits of the reference, whatever the numbers.
    void codebooksOpenAsTheReferenceDoes_data() {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("kind");
        const std::pair<DType, Codebook> types[] = {
            {DType::IQ1_S, Codebook::IQ1_S},   {DType::IQ1_M, Codebook::IQ1_M}, {DType::IQ2_XXS, Codebook::IQ2_XXS},
            {DType::IQ2_XS, Codebook::IQ2_XS}, {DType::IQ2_S, Codebook::IQ2_S}, {DType::IQ3_XXS, Codebook::IQ3_XXS},
            {DType::IQ3_S, Codebook::IQ3_S},
        };
        for (const auto& [dtype, kind] : types)
            QTest::newRow(std::string(dtypeInfo(dtype).name).c_str()) << int(dtype) << int(kind);
    }
    void codebooksOpenAsTheReferenceDoes() {
        QFETCH(int, dtype);
        QFETCH(int, kind);
        constexpr std::int64_t kBlocks = 40;
        Rng rng(9);
        std::vector<std::byte> bytes(rowBytes(DType(dtype), kBlocks * 256));
        for (std::byte& b : bytes)
            b = std::byte(rng.uniform() * 256);
        std::vector<float> expected(kBlocks * 256);
        QVERIFY_RESULT(dequantizeRow(DType(dtype), bytes, expected));
        for (const KernelTable* table : {avx2Kernels(), avx512Kernels()}) {
            if (table == nullptr || !(table == avx2Kernels() ? cpuFeatures().avx2 : cpuFeatures().avx512))
                continue;
            Row out(kBlocks * 256, 3);
            table->openCodebook(Codebook(kind), bytes.data(), kBlocks, out.data());
            QVERIFY(out.sentinelsStand());
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY2(std::memcmp(&expected[i], out.data() + i, 4) == 0 ||
                             (std::isnan(expected[i]) && std::isnan(out.data()[i])),
                         qPrintable(QString("%1: %2, not %3").arg(i).arg(out.data()[i]).arg(expected[i])));
        }
    }

    /// Products with such rows against sums of the reference's values in double, within the rounding of f32 sums.
    void codebookProducts_data() { codebooksOpenAsTheReferenceDoes_data(); }
    void codebookProducts() {
        QFETCH(int, dtype);
        QFETCH(int, kind);
        constexpr std::int64_t kBlocks = 3, kOut = 60, kIn = kBlocks * 256;
        Rng rng(10);
        std::vector<std::byte> bytes(rowBytes(DType(dtype), kIn * kOut));
        for (std::byte& b : bytes)
            b = std::byte(rng.uniform() * 256);
        std::vector<float> weights(std::size_t(kIn * kOut)), bias(kOut);
        QVERIFY_RESULT(dequantizeRow(DType(dtype), bytes, weights));
        std::vector<std::vector<float>> x(kMaxCodebookRows, std::vector<float>(std::size_t(kIn)));
        for (auto& row : x)
            for (float& value : row)
                value = float(rng.uniform() * 2 - 1);
        for (float& value : bias)
            value = float(rng.uniform());
        for (const KernelTable* table : {avx2Kernels(), avx512Kernels()}) {
            if (table == nullptr || !(table == avx2Kernels() ? cpuFeatures().avx2 : cpuFeatures().avx512))
                continue;
            for (std::int64_t nRow = 1; nRow <= kMaxCodebookRows; ++nRow) {
                std::vector<const float*> in;
                std::vector<std::vector<float>> out(std::size_t(nRow), std::vector<float>(kOut, 77.0F));
                std::vector<float*> to;
                for (std::size_t r = 0; r < std::size_t(nRow); ++r) {
                    in.push_back(x[r].data());
                    to.push_back(out[r].data());
                }
                const CodebookJob job{Codebook(kind),
                                      bytes.data(),
                                      kBlocks,
                                      7,
                                      50,
                                      in.data(),
                                      nRow,
                                      to.data(),
                                      nRow % 2 == 0 ? bias.data() : nullptr};
                table->codebookProduct(&job);
                int nFinite = 0;
                for (std::size_t r = 0; r < std::size_t(nRow); ++r)
                    for (std::size_t n = 0; n < kOut; ++n) {
                        if (n < 7 || n >= 57) {
                            QCOMPARE(out[r][n], 77.0F); // not asked for
                            continue;
                        }
                        double sum = nRow % 2 == 0 ? double(bias[n]) : 0, size = 1e-3;
                        for (std::size_t i = 0; i < std::size_t(kIn); ++i) {
                            sum += double(weights[n * std::size_t(kIn) + i]) * double(x[r][i]);
                            size += std::fabs(double(weights[n * std::size_t(kIn) + i]) * double(x[r][i]));
                        }
                        if (!std::isfinite(sum))
                            continue; // a random half was none
                        ++nFinite;
                        QVERIFY2(
                            std::fabs(double(out[r][n]) - sum) <= 1e-5 * size,
                            qPrintable(
                                QString("%1 rows, output %2: %3, not %4").arg(nRow).arg(n).arg(out[r][n]).arg(sum)));
                    }
                QVERIFY(nFinite > 20 * nRow);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestRows)
#include "tst_rows.moc"
