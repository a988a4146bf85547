// SPDX-License-Identifier: Apache-2.0
// Packed weights lose nothing: opened up by plain code here, they are the reference dequantisation.
#include "core/base/rng.h"
#include "core/kernels/convert.h"
#include "core/kernels/pack_weights.h"
#include "core/tensor/quantize.h"
#include "tests/support/result_test.h"

#include <cmath>
#include <cstring>

using namespace vitral;
using namespace vitral::kernels;

namespace {

std::uint16_t half(const std::byte* p, std::size_t index) {
    std::uint16_t bits;
    std::memcpy(&bits, p + index * 2, 2);
    return bits;
}

/// Value k (0..31) of row r in a block, straight from the layout's description in packed.h.
int valueOf(ValueKind kind, const std::byte* block, int r, int k) {
    const auto byte = [&](int vector, const std::byte* plane) {
        return std::to_integer<int>(plane[vector * 64 + r * 4 + k % 4]);
    };
    const int j = k / 4;
    const auto nibble = [&] { return j < 4 ? byte(j, block) & 15 : byte(j - 4, block) >> 4; };
    const auto two = [&](const std::byte* plane) { return (byte(j / 4, plane) >> (2 * (j % 4))) & 3; };
    const auto one = [&](const std::byte* plane) { return (byte(0, plane) >> j) & 1; };
    switch (kind) {
    case ValueKind::V8:
        return byte(j, block);
    case ValueKind::V4:
    case ValueKind::Lut4:
        return nibble();
    case ValueKind::V5:
        return nibble() | one(block + 256) << 4;
    case ValueKind::V6:
        return nibble() | two(block + 256) << 4;
    case ValueKind::V3:
        return two(block) | one(block + 128) << 2;
    case ValueKind::V2:
        return two(block);
    }
    return 0;
}

float unpacked(const PackedWeights& w, const std::byte* group, int r, std::int64_t i) {
    const auto b = std::size_t(i / 32), super = b / 8, run16 = std::size_t(i / 16), row = std::size_t(r);
    const std::byte* block = group + w.valueOffset + b * valueBytes(w.value);
    int q = valueOf(w.value, block, r, int(i % 32));
    if (w.value == ValueKind::Lut4)
        q = w.lut[q];
    const ScaleParts p = scaleParts(w.scale, w.nBlock);
    const auto small = [&](std::size_t at) { return float(std::to_integer<int>(group[at])); };
    const auto small8 = [&](std::size_t at) { return float(std::int8_t(group[at])); };
    const auto d = [&] { return halfToF32(half(group + p.superScale, super * 16 + row)); };
    const auto dmin = [&] { return halfToF32(half(group + p.superMin, super * 16 + row)); };
    const float v = float(q - w.bias);
    switch (w.scale) {
    case ScaleKind::Half:
        return halfToF32(half(group, b * 16 + row)) * v;
    case ScaleKind::HalfMin:
        return halfToF32(half(group, b * 16 + row)) * v + halfToF32(half(group + p.minima, b * 16 + row));
    case ScaleKind::Exponent:
        return std::ldexp(v, int(small(b * 16 + row)) - 128);
    case ScaleKind::Super:
        return d() * small8(b * 16 + row) * v;
    case ScaleKind::SuperMin:
        return d() * small(b * 16 + row) * v - dmin() * small(p.minima + b * 16 + row);
    case ScaleKind::Super16:
        return d() * small8(run16 * 16 + row) * v;
    case ScaleKind::SuperMin16: {
        const int both = std::to_integer<int>(group[run16 * 16 + row]);
        return d() * float(both & 15) * v - dmin() * float(both >> 4);
    }
    }
    return 0;
}

} // namespace

class TestPack : public QObject {
    Q_OBJECT
private slots:
    void losesNothing_data() {
        QTest::addColumn<int>("type");
        for (int t = 0; t < kDTypeCount; ++t)
            if (packedLayout(DType(t), 256, 16))
                QTest::addRow("%s", std::string(dtypeInfo(DType(t)).name).c_str()) << t;
    }
    void losesNothing() {
        QFETCH(int, type);
        const auto dtype = DType(type);
        const std::int64_t nIn = dtypeInfo(dtype).blockLen == 256 ? 768 : 160;
        for (const std::int64_t nRow : {1, 5, 16}) {
            Rng rng(std::uint64_t(type + nRow));
            const std::size_t oneRow = rowBytes(dtype, nIn);
            std::vector<std::byte> rows(oneRow * std::size_t(nRow));
            for (std::byte& b : rows)
                b = std::byte(rng.next() & 255);
            const auto layout = packedLayout(dtype, nIn, nRow);
            QVERIFY(layout.has_value());
            std::vector<std::byte> group(layout->groupBytes + 64, std::byte(0xa5));
            packGroup(dtype, *layout, rows.data(), nRow, group.data());
            for (std::size_t i = layout->groupBytes; i < group.size(); ++i)
                QCOMPARE(std::to_integer<int>(group[i]), 0xa5);
            std::vector<float> truth(static_cast<std::size_t>(nIn));
            for (std::int64_t r = 0; r < 16; ++r) {
                if (r < nRow) {
                    QVERIFY_RESULT(
                        dequantizeRow(dtype, std::span(rows).subspan(std::size_t(r) * oneRow, oneRow), truth));
                } else if (layout->scale == ScaleKind::Exponent) {
                    continue; // 2^-128 times the table's zero: not zero scales, but zero values
                } else {
                    std::fill(truth.begin(), truth.end(), 0.0F);
                }
                for (std::int64_t i = 0; i < nIn; ++i) {
                    const float got = unpacked(*layout, group.data(), int(r), i);
                    const float want = truth[std::size_t(i)];
                    const bool same = got == want || (std::isnan(got) && std::isnan(want)) ||
                                      std::abs(got - want) <= 1e-6F * std::abs(want);
                    if (!same)
                        QFAIL(qPrintable(QStringLiteral("row %1, element %2: %3, not %4")
                                             .arg(r)
                                             .arg(i)
                                             .arg(double(got))
                                             .arg(double(want))));
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestPack)
#include "tst_pack.moc"
