// SPDX-License-Identifier: Apache-2.0
// Fused attention of the CUDA kernels on the emulated device against scores, softmax and weighted sum written out in
// double over what the cache holds: the CPU's cases, heads wider than the fast kernels take, split keys, both orders in
// which threads may run.
#include "core/base/rng.h"
#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/kernels/attention.h"
#include "gpu/cuda/kernels/device.h"
#include "gpu/cuda/runtime.h"
#include "tests/support/result_test.h"

#include <cmath>

using namespace vitral;
using namespace vitral::cuda;
using kernels::KvFormat;

namespace {

struct Case {
    const char* name;
    int nHead, nKvHead, dk, dv;
    std::int64_t nPast, nNew;
    float softcap = 0;
    std::int64_t window = 0;
    bool sinks = false;
};

constexpr Case kCases[] = {
    {"one token, empty", 1, 1, 16, 16, 0, 1},
    {"one head each", 4, 4, 64, 64, 0, 33},
    {"decode, grouped", 32, 8, 64, 64, 130, 1},
    {"decode at a block border", 8, 2, 64, 64, 127, 1},
    {"decode, long", 4, 1, 128, 128, 600, 1},
    {"prefill, grouped", 8, 2, 64, 64, 0, 120},
    {"prefill behind a past", 8, 2, 128, 128, 70, 45},
    {"seven to one", 14, 2, 64, 64, 31, 40},
    {"many to one", 71, 1, 16, 16, 20, 5},
    {"many to one, prefill", 71, 1, 16, 16, 0, 20},
    {"odd dimensions", 6, 3, 20, 12, 33, 19},
    {"small dimensions", 4, 2, 8, 8, 5, 70},
    {"wide values", 4, 2, 96, 256, 40, 24},
    {"wide values, decode", 4, 2, 96, 256, 40, 2},
    {"wider than the fast kernels", 2, 1, 300, 270, 40, 3},
    {"window", 8, 2, 64, 64, 300, 50, 0, 37},
    {"window of one", 4, 2, 32, 32, 40, 9, 0, 1},
    {"window, decode", 8, 4, 64, 64, 500, 1, 0, 128},
    {"softcap", 8, 4, 64, 64, 60, 30, 5.0F},
    {"sinks", 8, 2, 64, 64, 60, 30, 0, 0, true},
    {"sinks, decode", 8, 2, 64, 64, 400, 1, 0, 0, true},
    {"sinks and window", 8, 1, 64, 64, 160, 30, 0, 16, true},
    {"everything", 12, 2, 80, 48, 129, 67, 20.0F, 90, true},
};

} // namespace

class TestCudaAttention : public QObject {
    Q_OBJECT

    static std::vector<float> random(Rng& rng, std::int64_t n, double size) {
        std::vector<float> x(static_cast<std::size_t>(n));
        for (float& v : x)
            v = float((rng.uniform() * 2 - 1) * size);
        return x;
    }
    static void noFailure() {
        const auto failure = takeLaunchFailure();
        QVERIFY2(failure.has_value(), failure ? "" : failure.error().message.c_str());
    }

private slots:
    void againstWrittenOut_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("iCase");
        for (const auto& [format, name] :
             {std::pair{KvFormat::F32, "F32"}, {KvFormat::F16, "F16"}, {KvFormat::Q8_0, "Q8_0"}})
            for (int i = 0; i < int(std::size(kCases)); ++i)
                QTest::addRow("%s %s", name, kCases[i].name) << int(format) << i;
    }
    void againstWrittenOut() {
        QFETCH(int, format);
        QFETCH(int, iCase);
        const Case& c = kCases[iCase];
        emulated::setFibreOrder(iCase % 2 ? emulated::FibreOrder::Backward : emulated::FibreOrder::Forward);
        const KvDeviceLayout layout = deviceKvLayout(c.nKvHead, c.dk, c.dv, KvFormat(format));
        Rng rng(std::uint64_t(iCase) + 11);

        // Two sequences in one batch whose blocks lie between each other's; memory that nothing was written to is NaN.
        const std::int64_t past[2] = {c.nPast, c.nPast / 3};
        const std::int64_t fresh[2] = {c.nNew, (c.nNew + 1) / 2};
        constexpr std::int32_t kBlocks = 32;
        std::vector<std::byte> memory(2 * kBlocks * layout.blockBytes + 16, std::byte{0xff});
        auto* layer = memory.data() + (16 - reinterpret_cast<std::uintptr_t>(memory.data()) % 16) % 16;
        std::vector<std::int32_t> blocks(2 * kBlocks);
        for (std::int32_t i = 0; i < kBlocks; ++i)
            blocks[std::size_t(i)] = 2 * kBlocks - 1 - 2 * i, blocks[std::size_t(kBlocks + i)] = 2 * i;
        std::vector<std::int32_t> positions, sequence;
        const auto batch = [&] {
            BatchRows rows{};
            rows.positions = positions.data();
            rows.sequence = sequence.data();
            rows.blocks = blocks.data();
            rows.blockStride = kBlocks;
            rows.nRow = std::int64_t(positions.size());
            for (const std::int32_t p : positions)
                rows.maxLength = std::max(rows.maxLength, (p / 32 + 1) * 32);
            return rows;
        };
        const auto store = [&](const std::int64_t(&first)[2], const std::int64_t(&n)[2]) {
            positions.clear();
            sequence.clear();
            for (int s = 0; s < 2; ++s)
                for (std::int64_t i = 0; i < n[s]; ++i) {
                    positions.push_back(std::int32_t(first[s] + i));
                    sequence.push_back(s);
                }
            const auto nRow = std::int64_t(positions.size());
            const auto k = random(rng, nRow * (c.nKvHead * c.dk + 1), 2), v = random(rng, nRow * c.nKvHead * c.dv, 1);
            launchKvStore(layout, layer, k.data(), c.nKvHead * c.dk + 1, v.data(), c.nKvHead * c.dv, batch(), nullptr);
        };
        store({0, 0}, past);
        store(past, fresh);
        const auto nRow = std::int64_t(positions.size());
        const std::int64_t qStride = c.nHead * c.dk + 3, outStride = c.nHead * c.dv + 5;
        const auto q = random(rng, nRow * qStride, 2);
        std::vector<float> out(std::size_t(nRow * outStride), 4321.0F);
        std::vector<float> lse(std::size_t(nRow * c.nHead));
        const auto sinks = random(rng, c.nHead, 3);
        CachedAttention job;
        job.q = q.data();
        job.qStride = qStride;
        job.out = out.data();
        job.outStride = outStride;
        job.lse = lse.data();
        job.lseStride = c.nHead;
        job.layerData = layer;
        job.layout = layout;
        job.rows = batch();
        job.nHead = c.nHead;
        job.scale = 1.0F / std::sqrt(float(c.dk));
        job.softcap = c.softcap;
        job.window = c.window;
        job.sinks = c.sinks ? sinks.data() : nullptr;
        std::vector<std::byte> scratch(attentionScratchBytes(job));
        launchAttention(job, scratch.data(), nullptr);
        noFailure();

        double error = 0, power = 0, worst = 0, worstLse = 0;
        for (int kv = 0; kv < c.nKvHead; ++kv)
            for (int s = 0; s < 2; ++s) {
                const std::int64_t n = past[s] + fresh[s];
                std::vector<float> keys(std::size_t(n * c.dk)), values(std::size_t(n * c.dv));
                launchKvRead(layout, layer, blocks.data() + s * kBlocks, kv, 0, n, false, keys.data(), nullptr);
                launchKvRead(layout, layer, blocks.data() + s * kBlocks, kv, 0, n, true, values.data(), nullptr);
                for (std::int64_t r = 0; r < nRow; ++r)
                    for (int h = kv * (c.nHead / c.nKvHead); h < (kv + 1) * (c.nHead / c.nKvHead); ++h) {
                        if (sequence[std::size_t(r)] != s)
                            continue;
                        const std::int64_t position = positions[std::size_t(r)];
                        const std::int64_t first = c.window ? std::max<std::int64_t>(0, position - c.window + 1) : 0;
                        std::vector<double> p(std::size_t(position + 1));
                        double most = c.sinks ? double(sinks[std::size_t(h)]) : -1e300;
                        for (std::int64_t j = first; j <= position; ++j) {
                            double score = 0;
                            for (int d = 0; d < c.dk; ++d)
                                score += double(q[std::size_t(r * qStride + h * c.dk + d)]) *
                                         keys[std::size_t(j * c.dk + d)];
                            score *= job.scale;
                            if (c.softcap > 0)
                                score = c.softcap * std::tanh(score / c.softcap);
                            most = std::max(most, p[std::size_t(j)] = score);
                        }
                        double sum = c.sinks ? std::exp(sinks[std::size_t(h)] - most) : 0;
                        for (std::int64_t j = first; j <= position; ++j)
                            sum += p[std::size_t(j)] = std::exp(p[std::size_t(j)] - most);
                        worstLse =
                            std::max(worstLse, std::abs(lse[std::size_t(r * c.nHead + h)] - (most + std::log(sum))));
                        for (int d = 0; d < c.dv; ++d) {
                            double want = 0;
                            for (std::int64_t j = first; j <= position; ++j)
                                want += p[std::size_t(j)] / sum * values[std::size_t(j * c.dv + d)];
                            const double got = out[std::size_t(r * outStride + h * c.dv + d)];
                            QVERIFY(std::isfinite(got));
                            worst = std::max(worst, std::abs(got - want));
                            error += (got - want) * (got - want);
                            power += want * want;
                        }
                    }
            }
        for (std::int64_t r = 0; r < nRow; ++r)
            for (std::int64_t i = c.nHead * c.dv; i < outStride; ++i)
                QCOMPARE(out[std::size_t(r * outStride + i)], 4321.0F);
        // F16 keys meet queries of 22 bits; weights of the softmax have 11. Keys of other formats are rounded to F16.
        const bool exactKeys = KvFormat(format) == KvFormat::F16 || c.dk > 256;
        QVERIFY(power > 0);
        QVERIFY2(worst < (exactKeys ? 4e-4 : 4e-3) && error / power < (exactKeys ? 1e-7 : 1e-6) &&
                     worstLse < (exactKeys ? 3e-5 : 3e-3),
                 qPrintable(
                     QStringLiteral("worst %1, NMSE %2, log-sum-exp %3").arg(worst).arg(error / power).arg(worstLse)));
    }
};

QTEST_GUILESS_MAIN(TestCudaAttention)
#include "tst_cuda_attention.moc"
