// SPDX-License-Identifier: Apache-2.0
// Convolutions, dense products and attention over all keys of the CUDA kernels on the emulated device against double
// loops written out here: the CPU's cases, both forms of weights.
#include "core/base/rng.h"
#include "core/kernels/convert.h"
#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/kernels/attention.h"
#include "gpu/cuda/kernels/conv.h"
#include "gpu/cuda/kernels/device.h"
#include "gpu/cuda/runtime.h"
#include "tests/support/result_test.h"

#include <cmath>
#include <limits>

using namespace vitral;
using namespace vitral::cuda;

namespace {

/// Rows with `slack` columns behind each that nobody may touch.
struct Rows {
    std::int64_t nRow, nCol, stride;
    std::vector<float> values;
    Rows(std::int64_t rows, std::int64_t cols, std::int64_t slack)
        : nRow(rows), nCol(cols), stride(cols + slack), values(std::size_t(rows * (cols + slack)), 777.0F) {}
    float* data() { return values.data(); }
    float& at(std::int64_t r, std::int64_t c) { return values[std::size_t(r * stride + c)]; }
    void fill(Rng& rng, double size) {
        for (std::int64_t r = 0; r < nRow; ++r)
            for (std::int64_t c = 0; c < nCol; ++c)
                at(r, c) = float((rng.uniform() * 2 - 1) * size);
    }
    [[nodiscard]] bool slackUntouched() const {
        for (std::int64_t r = 0; r < nRow; ++r)
            for (std::int64_t c = nCol; c < stride; ++c)
                if (values[std::size_t(r * stride + c)] != 777.0F)
                    return false;
        return true;
    }
};

/// A weight of loadConv or loadWeights on the device.
struct Weights {
    std::vector<std::byte> memory;
    std::vector<float> scales;
    DeviceWeights w;
    Weights(const TensorView& view, bool exact) : w(denseWeights(view, exact)) {
        memory.resize(w.totalBytes() + 16);
        auto* base = memory.data() + (16 - reinterpret_cast<std::uintptr_t>(memory.data()) % 16) % 16;
        scales.resize(std::size_t(w.nUnit() * 16));
        for (std::int64_t i = 0; i < w.nUnit(); ++i)
            packDenseUnit(w, view, i, base + std::size_t(i) * w.unitBytes, scales.data() + i * 16);
        w.data = base;
        w.rowScale = exact ? nullptr : scales.data();
    }
};

struct ConvCase {
    const char* name;
    std::int32_t nImage, height, width, nIn, nOut, kernel, stride, top, left, bottom, right;
    bool doubled;
};
constexpr ConvCase kConvs[] = {
    {"3x3, odd sizes", 2, 7, 5, 13, 19, 3, 1, 1, 1, 1, 1, false},
    {"3x3, many channels", 1, 9, 11, 72, 100, 3, 1, 1, 1, 1, 1, false},
    {"3x3, more channels than a slice", 1, 3, 5, 401, 35, 3, 1, 1, 1, 1, 1, false},
    {"3x3, one pixel", 1, 1, 1, 8, 8, 3, 1, 1, 1, 1, 1, false},
    {"3x3, stride 2", 1, 9, 12, 24, 33, 3, 2, 1, 1, 1, 1, false},
    {"3x3, stride 2, pads of the autoencoder", 2, 8, 10, 24, 33, 3, 2, 0, 0, 1, 1, false},
    {"3x3, enlarged first", 2, 4, 3, 17, 40, 3, 1, 1, 1, 1, 1, true},
    {"1x1", 2, 5, 7, 33, 65, 1, 1, 0, 0, 0, 0, false},
    {"1x1, stride 2", 1, 5, 7, 33, 65, 1, 2, 0, 0, 0, 0, false},
    {"5x5 without pads", 1, 8, 6, 3, 4, 5, 1, 0, 0, 0, 0, false},
    {"4 channels to 320", 1, 8, 8, 4, 320, 3, 1, 1, 1, 1, 1, false},
    {"320 channels to 4", 1, 6, 10, 320, 4, 3, 1, 1, 1, 1, 1, false},
    {"one channel", 1, 6, 5, 1, 1, 3, 1, 1, 1, 1, 1, false},
    {"wide picture", 1, 3, 70, 16, 96, 3, 1, 1, 1, 1, 1, false},
};

struct AttentionCase {
    std::int64_t nImage, nQuery, nKey;
    int nHead, dim;
    bool causal;
};
constexpr AttentionCase kAttentions[] = {
    {1, 1, 1, 1, 1, false},     {2, 9, 77, 8, 40, false},   {1, 77, 77, 12, 64, true},  {2, 5, 5, 2, 7, true},
    {1, 70, 200, 3, 80, false}, {1, 64, 64, 1, 160, false}, {1, 133, 133, 2, 40, true}, {1, 20, 33, 1, 512, false},
};

} // namespace

class TestCudaPictures : public QObject {
    Q_OBJECT

    Rng rng_{5};

    static void noFailure() {
        const auto failure = takeLaunchFailure();
        QVERIFY2(failure.has_value(), failure ? "" : failure.error().message.c_str());
    }

private slots:
    void convolves_data() {
        QTest::addColumn<int>("iCase");
        int i = 0;
        for (const ConvCase& c : kConvs)
            QTest::newRow(c.name) << i++;
    }
    void convolves() {
        QFETCH(int, iCase);
        const ConvCase& c = kConvs[iCase];
        emulated::setFibreOrder(iCase % 2 ? emulated::FibreOrder::Backward : emulated::FibreOrder::Forward);
        const int taps = c.kernel * c.kernel, scale = c.doubled ? 2 : 1;
        std::vector<float> weight(std::size_t(c.nOut * c.nIn * taps));
        for (float& w : weight)
            w = float(rng_.uniform() * 2 - 1) * 0.01F;
        Rows x(std::int64_t{c.nImage} * c.height * c.width, c.nIn, 3), bias(1, c.nOut, 0);
        x.fill(rng_, 1000);
        bias.fill(rng_, 1);
        for (const bool exact : {true, false})
            for (const bool withBias : {true, false}) {
                const Weights weights(
                    {DType::F32, Shape{c.nOut, c.nIn, c.kernel, c.kernel}, std::as_bytes(std::span(weight))}, exact);
                Convolution job;
                job.weights = weights.w;
                job.x = x.data();
                job.xStride = x.stride;
                job.nChannel = c.nIn;
                job.bias = withBias ? bias.data() : nullptr;
                job.nImage = c.nImage, job.height = c.height, job.width = c.width;
                job.outHeight = (c.height * scale + c.top + c.bottom - c.kernel) / c.stride + 1;
                job.outWidth = (c.width * scale + c.left + c.right - c.kernel) / c.stride + 1;
                job.kernelH = job.kernelW = c.kernel;
                job.stride = c.stride, job.padTop = c.top, job.padLeft = c.left, job.doubled = c.doubled;
                Rows out(std::int64_t{c.nImage} * job.outHeight * job.outWidth, c.nOut, 5);
                job.out = out.data();
                job.outStride = out.stride;
                std::vector<std::byte> scratch(convolutionScratchBytes(job));
                launchConvolution(job, scratch.data(), nullptr);
                noFailure();
                QVERIFY(out.slackUntouched());
                double worst = 0;
                for (std::int64_t r = 0; r < out.nRow; ++r) {
                    const std::int64_t m = r / (job.outHeight * job.outWidth);
                    const std::int64_t oy = r / job.outWidth % job.outHeight, ox = r % job.outWidth;
                    for (std::int64_t n = 0; n < c.nOut; ++n) {
                        double sum = withBias ? double(bias.at(0, n)) : 0, size = 1e-4;
                        for (int i = 0; i < c.kernel; ++i)
                            for (int j = 0; j < c.kernel; ++j) {
                                const std::int64_t y = oy * c.stride + i - c.top, z = ox * c.stride + j - c.left;
                                if (y < 0 || z < 0 || y >= c.height * scale || z >= c.width * scale)
                                    continue;
                                const std::int64_t pixel = (m * c.height + y / scale) * c.width + z / scale;
                                for (std::int64_t e = 0; e < c.nIn; ++e) {
                                    const double term =
                                        double(x.at(pixel, e)) *
                                        weight[std::size_t(((n * c.nIn + e) * c.kernel + i) * c.kernel + j)];
                                    sum += term;
                                    size += term * term;
                                }
                            }
                        worst = std::max(worst, std::abs(double(out.at(r, n)) - sum) / std::sqrt(size));
                    }
                }
                QVERIFY2(worst < (exact ? 2e-5 : 2e-3), qPrintable(QString::number(worst)));
            }
    }

    /// Sizes far from 1, on which F16 alone would overflow or vanish; few and many rows.
    void keepsDigitsAtEverySize() {
        for (const float size : {1e-6F, 1e-3F, 1e5F, 1e15F})
            for (const float weightSize : {1e-6F, 1e4F})
                for (const std::int64_t nRow : {1, 40}) {
                    Rows x(nRow, 96, 1), out(nRow, 33, 2);
                    x.fill(rng_, size);
                    std::vector<float> weight(33 * 96);
                    for (float& w : weight)
                        w = float(rng_.uniform() * 2 - 1) * weightSize;
                    const Weights weights({DType::F32, Shape{33, 96}, std::as_bytes(std::span(weight))}, false);
                    const Convolution job =
                        rowsAsPicture(weights.w, x.data(), x.stride, nRow, 96, out.data(), out.stride, nullptr);
                    std::vector<std::byte> scratch(convolutionScratchBytes(job));
                    launchConvolution(job, scratch.data(), nullptr);
                    noFailure();
                    const double room = 2e-3 * std::sqrt(96.0 / 9) * double(size) * double(weightSize);
                    for (std::int64_t r = 0; r < nRow; ++r)
                        for (std::int64_t n = 0; n < 33; ++n) {
                            double sum = 0;
                            for (std::int64_t e = 0; e < 96; ++e)
                                sum += double(x.at(r, e)) * weight[std::size_t(n * 96 + e)];
                            QVERIFY(std::abs(out.at(r, n) - sum) <= room);
                        }
                }
    }

    void attends_data() {
        QTest::addColumn<bool>("exact");
        QTest::addColumn<int>("iCase");
        for (const bool exact : {true, false})
            for (int i = 0; i < int(std::size(kAttentions)); ++i)
                QTest::addRow("%s, head of %d, %d keys", exact ? "exact" : "F16", kAttentions[i].dim,
                              int(kAttentions[i].nKey))
                    << exact << i;
    }
    void attends() {
        QFETCH(bool, exact);
        QFETCH(int, iCase);
        const AttentionCase& c = kAttentions[iCase];
        emulated::setFibreOrder(iCase % 2 ? emulated::FibreOrder::Forward : emulated::FibreOrder::Backward);
        const std::int64_t width = c.nHead * c.dim;
        Rows q(c.nImage * c.nQuery, width, 4), k(c.nImage * c.nKey, width, 1), v(c.nImage * c.nKey, width, 2);
        Rows lse(c.nImage * c.nQuery, c.nHead, 1);
        q.fill(rng_, 3);
        k.fill(rng_, 3);
        v.fill(rng_, 1);
        const Rows query = q;
        DenseAttention job;
        job.q = q.data(), job.qStride = q.stride;
        job.k = k.data(), job.kStride = k.stride;
        job.v = v.data(), job.vStride = v.stride;
        job.out = q.data(), job.outStride = q.stride; // in place
        job.lse = lse.data(), job.lseStride = lse.stride;
        job.nImage = c.nImage, job.nQuery = c.nQuery, job.nKey = c.nKey, job.nHead = c.nHead, job.headDim = c.dim;
        job.scale = float(1 / std::sqrt(double(c.dim)));
        job.causal = c.causal;
        job.exact = exact;
        std::vector<std::byte> scratch(denseAttentionScratchBytes(job));
        launchDenseAttention(job, scratch.data(), nullptr);
        noFailure();
        QVERIFY(q.slackUntouched() && lse.slackUntouched());
        const double room = exact || c.dim > 256 ? 2e-5 : 1e-2;
        double worst = 0;
        for (std::int64_t r = 0; r < q.nRow; ++r)
            for (int h = 0; h < c.nHead; ++h) {
                std::vector<double> scores, sums(std::size_t(c.dim));
                double largest = -std::numeric_limits<double>::infinity(), total = 0;
                const std::int64_t first = r / c.nQuery * c.nKey;
                for (std::int64_t t = 0; t < (c.causal ? r % c.nQuery + 1 : c.nKey); ++t) {
                    double s = 0;
                    for (int d = 0; d < c.dim; ++d)
                        s += double(query.values[std::size_t(r * q.stride + h * c.dim + d)]) *
                             k.at(first + t, h * c.dim + d);
                    scores.push_back(s * job.scale);
                    largest = std::max(largest, scores.back());
                }
                for (std::size_t t = 0; t < scores.size(); ++t) {
                    const double w = std::exp(scores[t] - largest);
                    total += w;
                    for (int d = 0; d < c.dim; ++d)
                        sums[std::size_t(d)] += w * v.at(first + std::int64_t(t), h * c.dim + d);
                }
                for (int d = 0; d < c.dim; ++d)
                    worst = std::max(worst, std::abs(q.at(r, h * c.dim + d) - sums[std::size_t(d)] / total));
                worst = std::max(worst, std::abs(lse.at(r, h) - (largest + std::log(total))));
            }
        QVERIFY2(worst < room, qPrintable(QString::number(worst)));
    }
};

QTEST_GUILESS_MAIN(TestCudaPictures)
#include "tst_cuda_pictures.moc"
