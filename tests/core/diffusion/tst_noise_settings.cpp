// SPDX-License-Identifier: Apache-2.0
// Random numbers against Random123's published answers; settings of a run there and back; guidance and predictions.

#include "core/diffusion/denoise.h"
#include "core/diffusion/guidance.h"
#include "core/diffusion/noise.h"
#include "core/diffusion/pixels.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <array>
#include <cmath>

using namespace vitral;
using namespace vitral::diffusion;

class TestNoiseSettings : public QObject {
    Q_OBJECT
private slots:
    // Random123 1.14, tests/kat_vectors, lines "philox4x32 10".
    void philoxGivesThePublishedAnswers() {
        using Words = std::array<std::uint32_t, 4>;
        QCOMPARE(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
        const std::uint32_t f = 0xffffffff;
        QCOMPARE(philox4x32({f, f, f, f}, {f, f}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
        QCOMPARE(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
                 (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
    }

    void normalNumbersAreNormalAndNamedByTheirSeed() {
        std::vector<float> a(100'001), b(100'001), other(100'001), prefix(7);
        normalNoise(42, 0, a);
        normalNoise(42, 0, b);
        normalNoise(42, 1, other);
        normalNoise(42, 0, prefix);
        QVERIFY(a == b);
        QVERIFY(a != other);
        QVERIFY(std::equal(prefix.begin(), prefix.end(), a.begin()));
        double sum = 0, squares = 0, cubes = 0, fourth = 0, together = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double x = a[i];
            QVERIFY(std::isfinite(x));
            sum += x;
            squares += x * x;
            cubes += x * x * x;
            fourth += x * x * x * x;
            together += x * static_cast<double>(other[i]);
        }
        const auto n = static_cast<double>(a.size());
        QVERIFY(std::abs(sum / n) < 0.015); // nearly five standard errors
        QVERIFY(std::abs(squares / n - 1) < 0.025);
        QVERIFY(std::abs(cubes / n) < 0.06);
        QVERIFY(std::abs(fourth / n - 3) < 0.2);
        QVERIFY(std::abs(together / n) < 0.015);
        // The first numbers of seed 1, written down once: a picture's recipe must find them again.
        std::vector<float> first(4);
        normalNoise(1, 0, first);
        const std::array<std::uint32_t, 4> r = philox4x32({0, 0, 0, 0}, {1, 0});
        const double radius = std::sqrt(-2 * std::log((r[0] + 1.0) * 0x1.0p-32));
        QCOMPARE(first[0], static_cast<float>(radius * std::cos(6.283185307179586 * r[1] * 0x1.0p-32)));
    }

    void slerpKeepsTheLength() {
        const std::vector<float> a = {1, 0, 0}, b = {0, 1, 0};
        std::vector<float> out(3);
        slerp(a, b, 0.5, out);
        QVERIFY(std::abs(out[0] - std::sqrt(0.5F)) < 1e-6F && std::abs(out[1] - std::sqrt(0.5F)) < 1e-6F);
        slerp(a, b, 0, out);
        QVERIFY(out == a);
        slerp(a, a, 0.3, out); // parallel: linear
        QVERIFY(std::abs(out[0] - 1) < 1e-6F);
    }

    void settingsGoThereAndBack() {
        DenoiseSettings s;
        s.prompt = "um gato \"azul\" (água:1.3)\n";
        s.negative = "nuvem";
        s.classId = 7;
        s.seed = 0xffff'ffff'ffff'ffffULL;
        s.steps = 33;
        s.solver = SolverKind::DpmPp2MSde;
        s.spacing = StepSpacing::Exponential;
        s.eta = 0.25;
        s.guidance = 7.5;
        s.guidanceRescale = 0.7;
        s.guidanceBegin = 0.1;
        s.guidanceEnd = 0.9;
        s.width = 256;
        s.height = 128;
        s.strength = 0.6;
        s.otherSeed = 12;
        s.seedMix = 0.5;
        s.otherPrompt = "a dog";
        s.promptMix = 0.25;
        s.skipScales = {1, 0, 0.5F};
        const std::string json = settingsToJson(s);
        auto back = settingsFromJson(json);
        QVERIFY_RESULT(back);
        QCOMPARE(settingsToJson(*back), json);
        QCOMPARE(back->seed, s.seed);
        QCOMPARE(back->prompt, s.prompt);
        QVERIFY(back->skipScales == s.skipScales);
        QVERIFY_RESULT(settingsFromJson("{\"unknown\": [1, 2, {}], \"steps\": 4}"));
    }

    void hostileSettingsGetASentence_data() {
        QTest::addColumn<QByteArray>("json");
        for (const char* json : {"",
                                 "[]",
                                 "{",
                                 "{\"steps\": 0}",
                                 "{\"steps\": 1001}",
                                 "{\"steps\": 1.5}",
                                 "{\"steps\": \"4\"}",
                                 "{\"seed\": -1}",
                                 "{\"seed\": 18446744073709551616}",
                                 "{\"solver\": \"magic\"}",
                                 "{\"solver\": 3}",
                                 "{\"guidance\": 1e300}",
                                 "{\"guidance\": -1}",
                                 "{\"eta\": 2}",
                                 "{\"width\": 99999999999}",
                                 "{\"skipScales\": [\"a\"]}",
                                 "{\"skipScales\": 1}",
                                 "{\"strength\": 1.1}",
                                 "{\"classId\": -2}",
                                 "{\"prompt\": 5}",
                                 "{\"promptMix\": 2}"})
            QTest::newRow(json) << QByteArray(json);
        QTest::newRow("deep") << QByteArray("{\"a\":" + QByteArray(100'000, '[') + QByteArray(100'000, ']') + "}");
    }
    void hostileSettingsGetASentence() {
        QFETCH(QByteArray, json);
        QVERIFY_ERROR(settingsFromJson(json.toStdString()), ErrorCode::InvalidArgument);
    }

    void namesAreFixed() {
        const std::pair<SolverKind, const char*> solvers[] = {{SolverKind::Ddpm, "ddpm"},
                                                              {SolverKind::Ddim, "ddim"},
                                                              {SolverKind::Euler, "euler"},
                                                              {SolverKind::EulerAncestral, "euler-ancestral"},
                                                              {SolverKind::Heun, "heun"},
                                                              {SolverKind::DpmPp2M, "dpmpp-2m"},
                                                              {SolverKind::DpmPp2MSde, "dpmpp-2m-sde"},
                                                              {SolverKind::UniPc, "unipc"},
                                                              {SolverKind::Lcm, "lcm"},
                                                              {SolverKind::FlowEuler, "flow-euler"}};
        for (const auto& [kind, name] : solvers) {
            QCOMPARE(solverName(kind), std::string_view(name));
            QVERIFY(solverFromName(name) == kind);
        }
        const std::pair<StepSpacing, const char*> spacings[] = {
            {StepSpacing::Leading, "leading"},         {StepSpacing::Linspace, "linspace"},
            {StepSpacing::Trailing, "trailing"},       {StepSpacing::Karras, "karras"},
            {StepSpacing::Exponential, "exponential"}, {StepSpacing::SgmUniform, "sgm-uniform"}};
        for (const auto& [kind, name] : spacings) {
            QCOMPARE(spacingName(kind), std::string_view(name));
            QVERIFY(spacingFromName(name) == kind);
        }
        QVERIFY_ERROR(solverFromName("magic"), ErrorCode::InvalidArgument);
    }

    void predictionsAgreeOnThePicture() {
        const std::vector<float> x0 = {0.5F, -1.0F, 0.25F}, eps = {1.5F, 0.25F, -2.0F};
        for (const StepTime t : {StepTime{500, 0.6, 0.8}, StepTime{500, 0.3, 0.7}}) { // preserving, and a flow's
            std::vector<float> x(3), v(3), flow(3);
            for (std::size_t i = 0; i < 3; ++i) {
                x[i] = static_cast<float>(t.alpha * static_cast<double>(x0[i]) + t.sigma * static_cast<double>(eps[i]));
                v[i] = static_cast<float>(t.alpha * static_cast<double>(eps[i]) - t.sigma * static_cast<double>(x0[i]));
                flow[i] = eps[i] - x0[i];
            }
            const bool isFlow = t.alpha + t.sigma == 1;
            for (const auto& [kind, output] :
                 {std::pair{Prediction::Epsilon, eps}, std::pair{Prediction::X0, x0},
                  std::pair{isFlow ? Prediction::Flow : Prediction::V, isFlow ? flow : v}}) {
                const Predicted p = predicted(kind, x, output, t);
                for (std::size_t i = 0; i < 3; ++i) {
                    QVERIFY(std::abs(p.x0[i] - x0[i]) < 1e-5F);
                    QVERIFY(std::abs(p.eps[i] - eps[i]) < 1e-5F);
                }
            }
        }
    }

    void guidanceAndItsRescale() {
        const std::vector<float> c = {1, 2, 3, 4}, u = {0, 1, 1, 0};
        std::vector<float> out(4);
        guide(c, u, 2, 0, out);
        QVERIFY(out == (std::vector<float>{2, 3, 5, 8}));
        guide(c, u, 1, 0, out);
        QVERIFY(out == c);
        guide(c, u, 2, 1, out); // whole: the deviation of c again
        const auto deviation = [](const std::vector<float>& v) {
            double m = 0, s = 0;
            for (const float x : v)
                m += static_cast<double>(x) / static_cast<double>(v.size());
            for (const float x : v)
                s += (static_cast<double>(x) - m) * (static_cast<double>(x) - m);
            return std::sqrt(s);
        };
        QVERIFY(std::abs(deviation(out) - deviation(c)) < 1e-5);
    }

    void picturesChangeSizeAndChannels() {
        Picture p(1, 2, 2);
        p.values = {0, 1, 2, 3};
        QCOMPARE(resized(p, 1, 1).values.at(0), 1.5F);
        const Picture large = resized(p, 4, 4);
        QCOMPARE(large.values.front(), 0.0F);
        QCOMPARE(large.values.back(), 3.0F);
        double sum = 0;
        for (const float v : large.values)
            sum += static_cast<double>(v);
        QVERIFY(std::abs(sum / 16 - 1.5) < 1e-6);
        QCOMPARE(withChannels(p, 3).channels, 3);
        QVERIFY(std::abs(withChannels(withChannels(p, 3), 1).values[3] - 3) < 1e-5F);
        DiffusionInfo info;
        info.pixelScale = 2;
        info.pixelOffset = -1;
        QVERIFY(fromPixels(info, pixelsOf(info, p)).values == p.values);
        Picture mask(1, 4, 4);
        mask.values[5] = 1;
        QCOMPARE(latentMask(mask, 2, 2).values, std::vector<float>(4)); // nearest takes the corner of each block
        mask.values[0] = 0.7F;
        QCOMPARE(latentMask(mask, 2, 2).values.at(0), 1.0F);
    }
};

QTEST_GUILESS_MAIN(TestNoiseSettings)
#include "tst_noise_settings.moc"
