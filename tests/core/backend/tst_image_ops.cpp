// SPDX-License-Identifier: Apache-2.0
// Convolutions, norms and the like on pictures against naive double loops written out here, for every instruction set
// this processor has: odd sizes, strides, asymmetric pads, strided rows, every form of weight.
#include "core/backend/backend.h"
#include "core/base/rng.h"
#include "core/kernels/convert.h"
#include "tests/support/result_test.h"

#include <cmath>
#include <limits>

using namespace vitral;

namespace {

/// A tensor with `slack` columns behind every row that nobody may touch.
struct Rows {
    std::vector<float> values;
    Tensor tensor;
    Rows(std::int64_t nRow, std::int64_t nCol, std::int64_t slack = 0)
        : values(std::size_t(nRow * (nCol + slack)), 777.0F) {
        tensor.data = values.data();
        tensor.shape = Shape{nRow, nCol};
        tensor.rowStride = nCol + slack;
    }
    float& at(std::int64_t r, std::int64_t c) { return values[std::size_t(r * tensor.rowStride + c)]; }
    bool slackUntouched() const {
        for (std::int64_t r = 0; r < tensor.nRow(); ++r)
            for (std::int64_t c = tensor.nCol(); c < tensor.rowStride; ++c)
                if (values[std::size_t(r * tensor.rowStride + c)] != 777.0F)
                    return false;
        return true;
    }
};

struct ConvCase {
    const char* name;
    std::int64_t nImage, height, width, nIn, nOut;
    int kernel, stride, top, left, bottom, right;
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
    {"4 channels to 320", 1, 16, 16, 4, 320, 3, 1, 1, 1, 1, 1, false},
    {"320 channels to 4", 1, 6, 20, 320, 4, 3, 1, 1, 1, 1, 1, false},
    {"one channel", 1, 6, 5, 1, 1, 3, 1, 1, 1, 1, 1, false},
    {"wide picture", 1, 3, 70, 16, 96, 3, 1, 1, 1, 1, 1, false},
};

} // namespace

class TestImageOps : public QObject {
    Q_OBJECT

    std::vector<std::shared_ptr<Backend>> backends_;
    Rng rng_{5};

    void fill(Rows& rows, double scale = 1.0, double shift = 0.0) {
        for (std::int64_t r = 0; r < rows.tensor.nRow(); ++r)
            for (std::int64_t c = 0; c < rows.tensor.nCol(); ++c)
                rows.at(r, c) = float((rng_.uniform() * 2 - 1) * scale + shift);
    }

private slots:
    void initTestCase() {
        for (const CpuIsa isa : {CpuIsa::Scalar, CpuIsa::Avx2, CpuIsa::Avx512})
            for (const CpuProducts products : {CpuProducts::F32, CpuProducts::Bf16, CpuProducts::F16})
                if (auto backend = makeCpuBackend({.nThread = 3, .isa = isa, .products = products}); backend)
                    backends_.push_back(*backend);
        QVERIFY(!backends_.empty());
    }

    void convolves_data() {
        QTest::addColumn<int>("iCase");
        int i = 0;
        for (const ConvCase& c : kConvs)
            QTest::newRow(c.name) << i++;
    }
    void convolves() {
        QFETCH(int, iCase);
        const ConvCase& c = kConvs[iCase];
        Conv2dParams p;
        p.in = {c.nImage, c.height, c.width};
        p.kernelH = p.kernelW = c.kernel;
        p.stride = c.stride;
        p.padTop = c.top, p.padLeft = c.left, p.padBottom = c.bottom, p.padRight = c.right;
        p.doubled = c.doubled;
        const std::int64_t taps = c.kernel * c.kernel;
        std::vector<float> weight(std::size_t(c.nOut * c.nIn * taps));
        for (float& w : weight)
            w = float(std::round((rng_.uniform() * 2 - 1) * 128) / 128); // exact in F16 and BF16
        std::vector<std::uint16_t> halves, shorts;
        for (const float w : weight) {
            halves.push_back(kernels::f32ToHalf(w));
            shorts.push_back(std::uint16_t(kernels::floatToBits(w) >> 16));
        }
        Rows x(c.nImage * c.height * c.width, c.nIn, 3);
        fill(x);
        Rows bias(1, c.nOut);
        fill(bias);
        const ImageShape to = p.out();
        const double typical = std::sqrt(double(c.nIn * taps) / 9);
        for (const bool withBias : {true, false}) {
            std::vector<double> expected;
            for (std::int64_t m = 0; m < to.nImage; ++m)
                for (std::int64_t oy = 0; oy < to.height; ++oy)
                    for (std::int64_t ox = 0; ox < to.width; ++ox)
                        for (std::int64_t n = 0; n < c.nOut; ++n) {
                            double sum = withBias ? bias.at(0, n) : 0;
                            for (int i = 0; i < c.kernel; ++i)
                                for (int j = 0; j < c.kernel; ++j) {
                                    const std::int64_t y = oy * c.stride + i - c.top;
                                    const std::int64_t z = ox * c.stride + j - c.left;
                                    if (y < 0 || z < 0 || y >= p.inHeight() || z >= p.inWidth())
                                        continue;
                                    const std::int64_t pixel = c.doubled ? (m * c.height + y / 2) * c.width + z / 2
                                                                         : (m * c.height + y) * c.width + z;
                                    for (std::int64_t e = 0; e < c.nIn; ++e)
                                        sum += double(x.at(pixel, e)) *
                                               weight[std::size_t(((n * c.nIn + e) * c.kernel + i) * c.kernel + j)];
                                }
                            expected.push_back(sum);
                        }
            for (const auto& backend : backends_)
                for (const WeightForm form : {WeightForm::Exact, WeightForm::Bf16})
                    for (const DType dtype : {DType::F32, DType::F16, DType::BF16}) {
                        TensorView view{dtype, Shape{c.nOut, c.nIn, c.kernel, c.kernel}, {}};
                        view.bytes = dtype == DType::F32   ? std::as_bytes(std::span(weight))
                                     : dtype == DType::F16 ? std::as_bytes(std::span(halves))
                                                           : std::as_bytes(std::span(shorts));
                        auto matrix = backend->loadConv(view, form);
                        QVERIFY_RESULT(matrix);
                        QCOMPARE((*matrix)->shape, (Shape{c.nOut, taps * c.nIn}));
                        Rows out(to.nImage * to.nPixel(), c.nOut, 5);
                        backend->conv2d(out.tensor, x.tensor, **matrix, withBias ? bias.tensor : Tensor{}, p);
                        QVERIFY_RESULT(backend->status());
                        QVERIFY(out.slackUntouched());
                        // 16 bits: every product is off by up to 2^-8 of itself (two roundings of 2^-9), the errors
                        // are independent; 6 standard deviations of such a sum are far below this.
                        const double room =
                            form == WeightForm::Exact ? 1e-5 * std::max(1.0, typical) : 0.02 * typical + 0.004;
                        double worst = 0;
                        for (std::int64_t r = 0; r < out.tensor.nRow(); ++r)
                            for (std::int64_t n = 0; n < c.nOut; ++n)
                                worst = std::max(
                                    worst, std::abs(double(out.at(r, n)) - expected[std::size_t(r * c.nOut + n)]));
                        QVERIFY2(worst <= room, qPrintable(QString("%1: %2 off, %3 allowed")
                                                               .arg(backend->info().detail.c_str())
                                                               .arg(worst)
                                                               .arg(room)));
                    }
        }
    }

    void multipliesByMatrices() {
        for (const auto& backend : backends_)
            for (const std::int64_t nRow : {1, 2, 7, 77, 130})
                for (const auto& [nOut, nIn] :
                     {std::pair<std::int64_t, std::int64_t>{5, 3}, {64, 64}, {100, 768}, {330, 96}}) {
                    std::vector<float> weight(std::size_t(nOut * nIn));
                    for (float& w : weight)
                        w = float(rng_.uniform() * 2 - 1);
                    Rows x(nRow, nIn, 1), bias(1, nOut), out(nRow, nOut, 7);
                    fill(x);
                    fill(bias);
                    for (const WeightForm form : {WeightForm::Exact, WeightForm::Bf16}) {
                        auto matrix = backend->loadWeights(
                            {DType::F32, Shape{nOut, nIn}, std::as_bytes(std::span(weight))}, form);
                        QVERIFY_RESULT(matrix);
                        const MatmulOutput output{matrix->get(), out.tensor, &bias.tensor};
                        backend->matmul(x.tensor, {&output, 1});
                        QVERIFY_RESULT(backend->status());
                        QVERIFY(out.slackUntouched());
                        const double typical = std::sqrt(double(nIn) / 9);
                        const double room =
                            form == WeightForm::Exact ? 1e-5 * std::max(1.0, typical) : 0.02 * typical + 0.004;
                        for (std::int64_t r = 0; r < nRow; ++r)
                            for (std::int64_t n = 0; n < nOut; ++n) {
                                double sum = bias.at(0, n);
                                for (std::int64_t e = 0; e < nIn; ++e)
                                    sum += double(x.at(r, e)) * weight[std::size_t(n * nIn + e)];
                                QVERIFY(std::abs(out.at(r, n) - sum) <= room);
                            }
                    }
                }
    }

    /// Sizes far from 1, on which F16 alone would overflow or vanish.
    void keepsDigitsAtEverySize() {
        for (const auto& backend : backends_)
            for (const float size : {1e-6F, 1e-3F, 1e5F, 1e15F})
                for (const float weightSize : {1e-6F, 1e4F}) {
                    Rows x(40, 96), out(40, 33);
                    fill(x, size);
                    std::vector<float> weight(33 * 96);
                    for (float& w : weight)
                        w = float(rng_.uniform() * 2 - 1) * weightSize;
                    const auto matrix = backend->loadWeights(
                        {DType::F32, Shape{33, 96}, std::as_bytes(std::span(weight))}, WeightForm::Bf16);
                    QVERIFY_RESULT(matrix);
                    const MatmulOutput output{matrix->get(), out.tensor};
                    backend->matmul(x.tensor, {&output, 1});
                    const double room = 0.02 * std::sqrt(96.0 / 9) * double(size) * double(weightSize);
                    for (std::int64_t r = 0; r < 40; ++r)
                        for (std::int64_t n = 0; n < 33; ++n) {
                            double sum = 0;
                            for (std::int64_t e = 0; e < 96; ++e)
                                sum += double(x.at(r, e)) * weight[std::size_t(n * 96 + e)];
                            QVERIFY(std::abs(out.at(r, n) - sum) <= room);
                        }
                }
    }

    void opensQuantisedWeights() {
        // Q8_0: a half as scale, then 32 bytes; two outputs of 64 inputs.
        std::vector<std::byte> bytes;
        std::vector<float> values;
        for (int b = 0; b < 4; ++b) {
            const std::uint16_t scale = kernels::f32ToHalf(0.01F * float(b + 1));
            bytes.push_back(std::byte(scale & 255));
            bytes.push_back(std::byte(scale >> 8));
            for (int i = 0; i < 32; ++i) {
                const auto q = std::int8_t(i * 7 % 255 - 127);
                bytes.push_back(std::byte(q));
                values.push_back(kernels::halfToF32(scale) * float(q));
            }
        }
        Rows x(3, 64), out(3, 2);
        fill(x);
        for (const auto& backend : backends_) {
            const auto matrix = backend->loadWeights({DType::Q8_0, Shape{2, 64}, bytes}, WeightForm::Exact);
            QVERIFY_RESULT(matrix);
            const MatmulOutput output{matrix->get(), out.tensor};
            backend->matmul(x.tensor, {&output, 1});
            for (std::int64_t r = 0; r < 3; ++r)
                for (std::int64_t n = 0; n < 2; ++n) {
                    double sum = 0;
                    for (std::int64_t e = 0; e < 64; ++e)
                        sum += double(x.at(r, e)) * values[std::size_t(n * 64 + e)];
                    QVERIFY(std::abs(out.at(r, n) - sum) < 2e-5);
                }
        }
    }

    /// The same bits whatever the number of threads, and again; a stop that was requested leaves the result alone.
    void repeatsAndStops() {
        std::vector<float> weight(330 * 40 * 9);
        for (float& w : weight)
            w = float(rng_.uniform() * 2 - 1);
        Rows x(600, 40), first(600, 330), again(600, 330);
        fill(x);
        Conv2dParams p;
        p.in = {1, 20, 30};
        p.kernelH = p.kernelW = 3;
        p.padTop = p.padLeft = p.padBottom = p.padRight = 1;
        for (const WeightForm form : {WeightForm::Exact, WeightForm::Bf16}) {
            for (const int nThread : {1, 3, 7}) {
                const auto backend = makeCpuBackend({.nThread = nThread});
                QVERIFY_RESULT(backend);
                const auto matrix =
                    (*backend)->loadConv({DType::F32, Shape{330, 40, 3, 3}, std::as_bytes(std::span(weight))}, form);
                QVERIFY_RESULT(matrix);
                (*backend)->conv2d(nThread == 1 ? first.tensor : again.tensor, x.tensor, **matrix, {}, p);
                if (nThread > 1)
                    QCOMPARE(again.values, first.values);
                std::stop_source stop;
                (*backend)->stopWith(stop.get_token());
                stop.request_stop();
                Rows untouched(600, 330);
                (*backend)->conv2d(untouched.tensor, x.tensor, **matrix, {}, p);
                QCOMPARE(untouched.at(599, 329), 777.0F);
                QVERIFY_RESULT((*backend)->status());
            }
        }
    }

    void refusesWhatIsNoWeight() {
        std::vector<float> weight(36);
        const auto bytes = std::as_bytes(std::span(weight));
        for (const auto& backend : backends_) {
            QVERIFY(!backend->loadConv({DType::F32, Shape{2, 2, 3, 4}, bytes}, WeightForm::Exact));
            QVERIFY(!backend->loadConv({DType::F32, Shape{36}, bytes}, WeightForm::Exact));
            QVERIFY(!backend->loadConv({DType::F32, Shape{0, 4, 3, 3}, {}}, WeightForm::Bf16));
            QVERIFY(!backend->loadConv({DType::F32, Shape{1LL << 40, 1LL << 40, 3, 3}, bytes}, WeightForm::Bf16));
            QVERIFY(!backend->loadConv({DType::Q8_0, Shape{2, 2, 3, 3}, bytes}, WeightForm::Bf16));
            QVERIFY(!backend->loadWeights({DType::F32, Shape{2, 2, 9}, bytes}, WeightForm::Exact));
            std::stop_source stop;
            stop.request_stop();
            const auto stopped =
                backend->loadConv({DType::F32, Shape{2, 2, 3, 3}, bytes}, WeightForm::Exact, stop.get_token());
            QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
        }
    }

    void normalisesGroups() {
        for (const auto& backend : backends_)
            for (const auto& [nImage, pixels, nChannel, nGroup] :
                 {std::tuple<std::int64_t, std::int64_t, std::int64_t, int>{1, 9, 32, 32},
                  {2, 35, 40, 4},
                  {3, 64, 320, 32},
                  {1, 1, 96, 8},
                  {1, 50, 66, 3}})
                for (const bool activate : {false, true}) {
                    const ImageShape shape{nImage, 1, pixels};
                    Rows x(nImage * pixels, nChannel, 2), weight(1, nChannel), bias(1, nChannel),
                        out(nImage * pixels, nChannel, 3);
                    fill(x, 2, 10); // a mean far from 0: sums of squares alone would lose digits
                    fill(weight);
                    fill(bias);
                    backend->groupNorm(out.tensor, x.tensor, weight.tensor, bias.tensor, shape, nGroup, 1e-5F,
                                       activate ? std::optional(Activation::Silu) : std::nullopt);
                    QVERIFY(out.slackUntouched());
                    const std::int64_t size = nChannel / nGroup;
                    for (std::int64_t m = 0; m < nImage; ++m)
                        for (int g = 0; g < nGroup; ++g) {
                            double sum = 0, squares = 0;
                            for (std::int64_t p = 0; p < pixels; ++p)
                                for (std::int64_t c = g * size; c < (g + 1) * size; ++c)
                                    sum += x.at(m * pixels + p, c);
                            const double mean = sum / double(pixels * size);
                            for (std::int64_t p = 0; p < pixels; ++p)
                                for (std::int64_t c = g * size; c < (g + 1) * size; ++c)
                                    squares += std::pow(x.at(m * pixels + p, c) - mean, 2);
                            const double factor = 1 / std::sqrt(squares / double(pixels * size) + 1e-5);
                            for (std::int64_t p = 0; p < pixels; ++p)
                                for (std::int64_t c = g * size; c < (g + 1) * size; ++c) {
                                    double y =
                                        (x.at(m * pixels + p, c) - mean) * factor * weight.at(0, c) + bias.at(0, c);
                                    if (activate)
                                        y /= 1 + std::exp(-y);
                                    QVERIFY(std::abs(out.at(m * pixels + p, c) - y) < 3e-5);
                                }
                        }
                }
    }

    void movesPixels() {
        for (const auto& backend : backends_) {
            const ImageShape in{2, 3, 5};
            Rows x(30, 21, 2), up(120, 21, 1), b(2, 21), sum(30, 21), both(30, 42);
            fill(x);
            fill(b);
            backend->upsample2x(up.tensor, x.tensor, in);
            QVERIFY(up.slackUntouched());
            backend->addPerImage(sum.tensor, x.tensor, b.tensor, in);
            backend->copy(both.tensor.cols(0, 21), x.tensor);
            backend->copy(both.tensor.cols(21, 21), sum.tensor);
            for (std::int64_t m = 0; m < 2; ++m)
                for (std::int64_t y = 0; y < 6; ++y)
                    for (std::int64_t z = 0; z < 10; ++z)
                        for (std::int64_t c = 0; c < 21; ++c)
                            QCOMPARE(up.at((m * 6 + y) * 10 + z, c), x.at((m * 3 + y / 2) * 5 + z / 2, c));
            for (std::int64_t r = 0; r < 30; ++r)
                for (std::int64_t c = 0; c < 21; ++c) {
                    QCOMPARE(sum.at(r, c), x.at(r, c) + b.at(r / 15, c));
                    QCOMPARE(both.at(r, c), x.at(r, c));
                    QCOMPARE(both.at(r, 21 + c), sum.at(r, c));
                }
        }
    }

    void attends() {
        struct Case {
            std::int64_t nImage, nQuery, nKey;
            int nHead, dim;
            bool causal;
        };
        for (const auto& backend : backends_)
            for (const WeightForm form : {WeightForm::Exact, WeightForm::Bf16})
                for (const Case& c :
                     {Case{1, 1, 1, 1, 1, false}, Case{2, 9, 77, 8, 40, false}, Case{1, 77, 77, 12, 64, true},
                      Case{2, 5, 5, 2, 7, true}, Case{1, 130, 200, 3, 80, false}, Case{1, 64, 64, 1, 160, false},
                      Case{1, 333, 333, 2, 40, true}, Case{1, 40, 33, 1, 512, false}}) {
                    const std::int64_t width = c.nHead * c.dim;
                    Rows q(c.nImage * c.nQuery, width, 4), k(c.nImage * c.nKey, width, 1),
                        v(c.nImage * c.nKey, width, 2);
                    Rows out(c.nImage * c.nQuery, width, 3), lse(c.nImage * c.nQuery, c.nHead, 1);
                    fill(q, 3);
                    fill(k, 3);
                    fill(v);
                    DenseAttentionParams p;
                    p.nImage = c.nImage, p.nHead = c.nHead, p.headDim = c.dim, p.causal = c.causal;
                    p.scale = float(1 / std::sqrt(double(c.dim)));
                    p.logSumExp = lse.tensor;
                    p.form = form;
                    // 16 bits: a score is off by about 2^-9 of the product of the lengths of q and k, here up to 0.06;
                    // the weights and with them the sums move by that much relative to the values' size.
                    const double room = form == WeightForm::Exact ? 2e-5 : 0.06;
                    backend->denseAttention(out.tensor, q.tensor, k.tensor, v.tensor, p);
                    QVERIFY_RESULT(backend->status());
                    QVERIFY(out.slackUntouched() && lse.slackUntouched());
                    for (std::int64_t r = 0; r < q.tensor.nRow(); ++r)
                        for (int h = 0; h < c.nHead; ++h) {
                            std::vector<double> scores, sums(std::size_t(c.dim));
                            double largest = -std::numeric_limits<double>::infinity(), total = 0;
                            const std::int64_t first = r / c.nQuery * c.nKey;
                            for (std::int64_t t = 0; t < (c.causal ? r % c.nQuery + 1 : c.nKey); ++t) {
                                double s = 0;
                                for (int d = 0; d < c.dim; ++d)
                                    s += double(q.at(r, h * c.dim + d)) * k.at(first + t, h * c.dim + d);
                                scores.push_back(s * p.scale);
                                largest = std::max(largest, scores.back());
                            }
                            for (std::size_t t = 0; t < scores.size(); ++t) {
                                const double w = std::exp(scores[t] - largest);
                                total += w;
                                for (int d = 0; d < c.dim; ++d)
                                    sums[std::size_t(d)] += w * v.at(first + std::int64_t(t), h * c.dim + d);
                            }
                            for (int d = 0; d < c.dim; ++d)
                                QVERIFY(std::abs(out.at(r, h * c.dim + d) - sums[std::size_t(d)] / total) < room);
                            QVERIFY(std::abs(lse.at(r, h) - (largest + std::log(total))) < room);
                        }
                }
    }
};

QTEST_GUILESS_MAIN(TestImageOps)
#include "tst_image_ops.moc"
