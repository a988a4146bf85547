// SPDX-License-Identifier: Apache-2.0
// What quantising loses: nothing where the format can hold the numbers, little elsewhere, and never sense.

#include "core/base/rng.h"
#include "core/tensor/quantize.h"
#include "core/tensor/scale_search.h"
#include "tests/support/result_test.h"

#include <cmath>
#include <cstring>
#include <vector>

using namespace vitral;

namespace {

std::vector<float> there(DType type, const std::vector<float>& x) {
    std::vector<std::byte> bytes(rowBytes(type, std::int64_t(x.size())));
    std::vector<float> back(x.size(), NAN);
    if (quantizeRow(type, x, bytes))
        (void)dequantizeRow(type, bytes, back);
    return back;
}

double relativeRmse(const std::vector<float>& x, const std::vector<float>& y) {
    double miss = 0, power = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        miss += std::pow(double(x[i]) - double(y[i]), 2);
        power += std::pow(double(x[i]), 2);
    }
    return std::sqrt(miss / power);
}

float gaussian(Rng& rng) { // Box and Muller
    const double u = rng.uniform(), v = rng.uniform();
    return float(std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * M_PI * v));
}

struct KFormat {
    DType type;
    int subLen, top, scaleTop; // affine
    int half, scaleHalf;       // signed
};
const KFormat kFormats[] = {{DType::Q2_K, 16, 3, 15, 0, 0},
                            {DType::Q3_K, 16, 0, 0, 4, 32},
                            {DType::Q4_K, 32, 15, 63, 0, 0},
                            {DType::Q5_K, 32, 31, 63, 0, 0},
                            {DType::Q6_K, 16, 0, 0, 32, 128}};

} // namespace

class TestQuantize : public QObject {
    Q_OBJECT
    static void kTypes() {
        QTest::addColumn<int>("iFormat");
        for (int i = 0; i < 5; ++i)
            QTest::newRow(dtypeInfo(kFormats[i].type).name.data()) << i;
    }

private slots:
    void representableIsExact_data() { kTypes(); }
    void representableIsExact() {
        QFETCH(int, iFormat);
        const KFormat& format = kFormats[iFormat];
        Rng rng(7);
        for (int round = 0; round < 50; ++round) {
            std::vector<float> x(256);
            const float d = std::ldexp(1.0F, -12 + round % 9), dmin = std::ldexp(1.0F, -10);
            for (int i = 0; i < 256; ++i) {
                // The first sub-block has the largest scale, and every one uses the ends of its range.
                const int j = i / format.subLen, inSub = i % format.subLen;
                Rng sub(std::uint64_t(1000 * round + j));
                if (format.top > 0) {
                    const int scale = j == 0 ? format.scaleTop : 1 + int(sub.next() % std::uint64_t(format.scaleTop));
                    const int minimum = j == 0 ? format.scaleTop : int(sub.next() % std::uint64_t(format.scaleTop + 1));
                    const int q = inSub == 3   ? 0
                                  : inSub == 5 ? format.top
                                               : int(rng.next() % std::uint64_t(format.top + 1));
                    x[std::size_t(i)] = d * float(scale * q) - dmin * float(minimum);
                } else {
                    const int scale =
                        j == 0 ? -format.scaleHalf : 1 + int(sub.next() % std::uint64_t(format.scaleHalf - 1));
                    const int q =
                        inSub == 3 ? -format.half : int(rng.next() % std::uint64_t(2 * format.half)) - format.half;
                    x[std::size_t(i)] = d * float(scale * q);
                }
            }
            const auto back = there(format.type, x);
            for (std::size_t i = 0; i < 256; ++i)
                QVERIFY2(back[i] == x[i], qPrintable(QStringLiteral("round %1, element %2: %3 became %4")
                                                         .arg(round)
                                                         .arg(i)
                                                         .arg(double(x[i]))
                                                         .arg(double(back[i]))));
        }
    }

    void losesLittle_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<double>("limit"); // relative RMSE on Gaussian numbers; a worse search shows here
        QTest::newRow("Q8_0") << int(DType::Q8_0) << 0.0055;
        QTest::newRow("Q5_1") << int(DType::Q5_1) << 0.0385;
        QTest::newRow("Q5_0") << int(DType::Q5_0) << 0.0435;
        QTest::newRow("Q4_1") << int(DType::Q4_1) << 0.0790;
        QTest::newRow("Q4_0") << int(DType::Q4_0) << 0.0870;
        QTest::newRow("Q6_K") << int(DType::Q6_K) << 0.0171;
        QTest::newRow("Q5_K") << int(DType::Q5_K) << 0.0348;
        QTest::newRow("Q4_K") << int(DType::Q4_K) << 0.0703;
        QTest::newRow("Q3_K") << int(DType::Q3_K) << 0.1450;
        QTest::newRow("Q2_K") << int(DType::Q2_K) << 0.2620;
    }
    void losesLittle() {
        QFETCH(int, type);
        QFETCH(double, limit);
        Rng rng(11);
        std::vector<float> x(256 * 256);
        for (float& value : x)
            value = 0.02F * gaussian(rng);
        const double loss = relativeRmse(x, there(DType(type), x));
        QVERIFY2(loss < limit && loss > limit / 2, qPrintable(QString::number(loss)));
    }

    void strangeRowsKeepTheirSense_data() { kTypes(); }
    void strangeRowsKeepTheirSense() {
        QFETCH(int, iFormat);
        const DType type = kFormats[iFormat].type;
        Rng rng(13);
        const auto row = [&](auto&& value) {
            std::vector<float> x(256);
            for (int i = 0; i < 256; ++i)
                x[std::size_t(i)] = value(i);
            return x;
        };
        const double coarse = type == DType::Q2_K ? 0.5 : 0.25;
        for (const auto& x :
             {row([&](int) { return std::fabs(gaussian(rng)); }), row([&](int) { return -std::fabs(gaussian(rng)); }),
              row([&](int i) { return i < 32 ? gaussian(rng) : 0.0F; }), row([](int) { return -0.75F; }),
              row([](int) { return 3.0F; }), row([](int i) { return i == 77 ? 100.0F : 0.01F; }),
              row([](int i) { return i % 2 == 0 ? 1.0F : -1.0F; })}) {
            const double loss = relativeRmse(x, there(type, x));
            QVERIFY2(loss < coarse, qPrintable(QString::number(loss)));
        }
        for (const float value : {0.0F, 1e-30F, -1e-44F}) {
            for (const float y : there(type, std::vector<float>(256, value)))
                QVERIFY(std::fabs(y) < 1e-6F);
        }
    }
    void largestNumbers_data() { kTypes(); }
    void largestNumbers() {
        QFETCH(int, iFormat);
        const DType type = kFormats[iFormat].type;
        std::vector<float> x(256, 1.0F);
        x[0] = 3e38F;
        x[1] = -3e38F;
        std::vector<std::byte> bytes(rowBytes(type, 256));
        QVERIFY_ERROR(quantizeRow(type, x, bytes), ErrorCode::InvalidArgument);
        x[0] = 60000;
        x[1] = -60000;
        QVERIFY_RESULT(quantizeRow(type, x, bytes));
    }
    /// The loops for newer processors find the same numbers as the plain ones, bit for bit.
    void vectorsFindTheSame_data() {
        QTest::addColumn<int>("iFormat");
        QTest::addColumn<bool>("wide");
        for (int i = 0; i < 5; ++i) {
            const char* name = dtypeInfo(kFormats[i].type).name.data();
            QTest::addRow("%s, AVX2", name) << i << false;
            QTest::addRow("%s, AVX-512", name) << i << true;
        }
    }
    void vectorsFindTheSame() {
        QFETCH(int, iFormat);
        QFETCH(bool, wide);
        const codec::ScaleKernels* vectors = wide ? codec::avx512ScaleKernels() : codec::avx2ScaleKernels();
        if (vectors == nullptr)
            QSKIP("this processor cannot run these loops");
        const KFormat& format = kFormats[iFormat];
        const codec::ScaleKernels& plain = codec::plainScaleKernels();
        Rng rng(19);
        int nRefused = 0;
        for (int trial = 0; trial < 800; ++trial) {
            // Gaussian, skewed, nearly constant, with outliers, with zeros, huge, tiny, whole numbers.
            float x[256];
            const int kind = trial % 8;
            for (float& value : x) {
                value = 0.1F * gaussian(rng);
                if (kind == 1)
                    value = std::fabs(value) + 0.3F;
                else if (kind == 2)
                    value = -0.5F + 1e-6F * value;
                else if (kind == 3 && rng.uniform() < 0.02)
                    value *= 1000;
                else if (kind == 4 && rng.uniform() < 0.7)
                    value = rng.uniform() < 0.5 ? 0.0F : -0.0F;
                else if (kind == 5)
                    value *= trial % 3 == 0 ? 1e38F : 1e5F;
                else if (kind == 6)
                    value *= trial % 3 == 0 ? 1e-43F : 1e-20F;
                else if (kind == 7)
                    value = std::round(40 * value);
            }
            bool fits = false;
            if (format.half == 0) {
                codec::AffineBlock a, b;
                const codec::AffineFormat of{format.subLen, format.top, format.scaleTop};
                fits = codec::searchAffine(of, x, a, plain);
                QCOMPARE(codec::searchAffine(of, x, b, *vectors), fits);
                QVERIFY2(!fits || std::memcmp(&a, &b, sizeof(a)) == 0, qPrintable(QString::number(trial)));
            } else {
                codec::SignedBlock a, b;
                const codec::SignedFormat of{format.half, format.scaleHalf};
                fits = codec::searchSigned(of, x, a, plain);
                QCOMPARE(codec::searchSigned(of, x, b, *vectors), fits);
                QVERIFY2(!fits || (a.d == b.d && std::memcmp(a.scale, b.scale, sizeof(a.scale)) == 0 &&
                                   std::memcmp(a.q, b.q, sizeof(a.q)) == 0),
                         qPrintable(QString::number(trial)));
            }
            nRefused += fits ? 0 : 1;
        }
        QVERIFY(nRefused > 0 && nRefused < 200);
    }
    void sameNumbersSameBytes() {
        Rng rng(17);
        std::vector<float> x(512);
        for (float& value : x)
            value = gaussian(rng);
        std::vector<std::byte> one(rowBytes(DType::Q4_K, 512)), two = one;
        QVERIFY_RESULT(quantizeRow(DType::Q4_K, x, one));
        QVERIFY_RESULT(quantizeRow(DType::Q4_K, x, two));
        QVERIFY(one == two);
    }
};

QTEST_GUILESS_MAIN(TestQuantize)
#include "tst_quantize.moc"
