// SPDX-License-Identifier: Apache-2.0
// Block formats against golden data of the reference implementation, bit for bit.

#include "core/base/mapped_file.h"
#include "core/tensor/quantize.h"
#include "tests/support/result_test.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace vitral;

namespace {

std::string golden(const QString& name) {
    return readTextFile(VITRAL_GOLDEN "/tensor/" + name.toStdString(), 1 << 20).value_or(std::string());
}

std::span<const std::byte> bytesOf(const std::string& data, std::size_t from, std::size_t n) {
    return std::as_bytes(std::span(data)).subspan(from, n);
}

template <class T>
std::vector<T> numbersOf(const std::string& data, std::size_t from, std::size_t n) {
    std::vector<T> numbers(n);
    if (from + n * sizeof(T) <= data.size()) // a missing file is told by its size
        std::memcpy(numbers.data(), data.data() + from, n * sizeof(T));
    return numbers;
}

DType typeOf(const QString& name) {
    return dtypeFromName(name.toStdString()).value();
}

} // namespace

class TestDequantize : public QObject {
    Q_OBJECT
private slots:
    void matchesTheReference_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"Q4_0",    "Q4_1",   "Q5_0",  "Q5_1",    "Q8_0",  "IQ4_NL", "Q2_K",  "Q3_K",   "Q4_K",  "Q5_K",  "Q6_K",
              "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ1_S",  "IQ1_M", "IQ4_XS", "TQ1_0", "TQ2_0", "MXFP4"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void matchesTheReference() {
        QFETCH(QString, name);
        const DType type = typeOf(name);
        const std::string data = golden(QStringLiteral("dequant_%1.bin").arg(name));
        QVERIFY2(data.size() > 4, "golden file missing");
        const std::size_t nBlock = numbersOf<std::uint32_t>(data, 0, 1)[0];
        const std::size_t n = nBlock * std::size_t(dtypeInfo(type).blockLen);
        const std::size_t nBytes = nBlock * std::size_t(dtypeInfo(type).blockBytes);
        QCOMPARE(data.size(), 4 + nBytes + 4 * n);
        const auto expected = numbersOf<std::uint32_t>(data, 4 + nBytes, n);
        std::vector<float> got(n);
        QVERIFY_RESULT(dequantizeRow(type, bytesOf(data, 4, nBytes), got));
        bool anyNonZero = false;
        for (std::size_t i = 0; i < n; ++i) {
            QVERIFY2(std::bit_cast<std::uint32_t>(got[i]) == expected[i],
                     qPrintable(QStringLiteral("element %1: %2, expected %3")
                                    .arg(i)
                                    .arg(double(got[i]))
                                    .arg(double(std::bit_cast<float>(expected[i])))));
            anyNonZero |= got[i] != 0;
        }
        QVERIFY(anyNonZero);
    }

    void quantisesAsTheReference_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void quantisesAsTheReference() {
        QFETCH(QString, name);
        const DType type = typeOf(name);
        const std::string input = golden(QStringLiteral("quant_input.bin"));
        const std::string expected = golden(QStringLiteral("quant_%1.bin").arg(name));
        const auto x = numbersOf<float>(input, 0, input.size() / 4);
        std::vector<std::byte> got(rowBytes(type, std::int64_t(x.size())));
        QCOMPARE(expected.size(), got.size());
        QVERIFY_RESULT(quantizeRow(type, x, got));
        for (std::size_t i = 0; i < got.size(); ++i)
            QVERIFY2(got[i] == std::byte(expected[i]), qPrintable(QStringLiteral("byte %1").arg(i)));
    }

    void halvesMatchNumpy() {
        const std::string data = golden(QStringLiteral("halves.bin"));
        const std::size_t n = numbersOf<std::uint32_t>(data, 0, 1)[0];
        const auto values = numbersOf<float>(data, 4, n);
        const auto halves = numbersOf<std::uint16_t>(data, 4 + 4 * n, n);
        for (std::size_t i = 0; i < n; ++i)
            QVERIFY2(floatToHalf(values[i]) == halves[i], qPrintable(QString::number(double(values[i]))));
    }
    void everyHalfSurvives() {
        for (std::uint32_t half = 0; half < 65536; ++half) {
            const float value = halfToFloat(std::uint16_t(half));
            if (std::isnan(value))
                QVERIFY(std::isnan(halfToFloat(floatToHalf(value))));
            else
                QCOMPARE(std::uint32_t(floatToHalf(value)), half);
            // The definition: sign, exponent, fraction.
            const int exponent = int(half >> 10 & 31);
            if (exponent != 31) {
                const double magnitude =
                    exponent == 0 ? std::ldexp(half & 1023, -24) : std::ldexp(1024 + (half & 1023), exponent - 25);
                QCOMPARE(double(value), (half & 0x8000) != 0 ? -magnitude : magnitude);
            }
        }
    }
    void everyBfloatSurvives() {
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            const float value = bfloatToFloat(std::uint16_t(bits));
            if (std::isnan(value))
                QVERIFY(std::isnan(bfloatToFloat(floatToBfloat(value))));
            else
                QCOMPARE(std::uint32_t(floatToBfloat(value)), bits);
        }
        QCOMPARE(floatToBfloat(1.00390625F), std::uint16_t(0x3F80)); // a tie goes to even
        QCOMPARE(floatToBfloat(1.01171875F), std::uint16_t(0x3F82));
    }

    void wrongSizesAreSentences() {
        std::vector<float> x(33);
        std::vector<std::byte> bytes(34);
        QVERIFY_ERROR(dequantizeRow(DType::Q8_0, bytes, x), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(quantizeRow(DType::Q8_0, x, bytes), ErrorCode::InvalidArgument);
        x.resize(64);
        QVERIFY_ERROR(dequantizeRow(DType::Q8_0, bytes, x), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(quantizeRow(DType::Q8_0, x, bytes), ErrorCode::InvalidArgument);
    }
    void notFiniteIsASentence() {
        std::vector<std::byte> bytes(34);
        for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
            std::vector<float> x(32, 1.0F);
            x[31] = bad;
            QVERIFY_ERROR(quantizeRow(DType::Q8_0, x, bytes), ErrorCode::InvalidArgument);
        }
    }
    void scalesThatOverflowAreASentence_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"F16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void scalesThatOverflowAreASentence() {
        QFETCH(QString, name);
        std::vector<float> x(256, 3e38F);
        x[0] = 0;
        std::vector<std::byte> bytes(rowBytes(typeOf(name), 256));
        QVERIFY_ERROR(quantizeRow(typeOf(name), x, bytes), ErrorCode::InvalidArgument);
    }
    void tinyNumbersDoNotDivideByNothing() {
        for (const DType type : {DType::Q4_0, DType::Q4_1, DType::Q5_0, DType::Q5_1, DType::Q8_0}) {
            std::vector<float> x(32, 1e-44F);
            x[3] = -1e-45F;
            std::vector<std::byte> bytes(rowBytes(type, 32));
            QVERIFY_RESULT(quantizeRow(type, x, bytes));
            std::vector<float> back(32);
            QVERIFY_RESULT(dequantizeRow(type, bytes, back));
            for (const float value : back)
                QVERIFY(std::fabs(value) < 1e-6F);
        }
    }
    void unknownTypesAreASentence() {
        std::vector<float> x(256);
        std::vector<std::byte> bytes(66);
        QVERIFY_ERROR(quantizeRow(DType::IQ2_XXS, x, bytes), ErrorCode::Unsupported);
        for (int type = 0; type < kDTypeCount; ++type)
            QVERIFY(canDequantize(DType(type)));
    }
};

QTEST_GUILESS_MAIN(TestDequantize)
#include "tst_dequantize.moc"
