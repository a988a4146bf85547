// SPDX-License-Identifier: Apache-2.0
// The 2-D room's mathematics against PyTorch (tests/golden/generators/points_net.py): the score of a mixture in closed
// form, the network and its gradients, Adam.
#include "core/diffusion/points_mixture.h"
#include "core/diffusion/points_net.h"
#include "core/io/npy.h"
#include "tests/support/result_test.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace vitral;
using namespace vitral::diffusion;

namespace {

template <class T>
std::vector<T> golden(const char* name) {
    const auto file = NpyFile::open(std::filesystem::path(VITRAL_GOLDEN) / "points" / name);
    if (!file)
        return {};
    const auto bytes = file->view().bytes;
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

double mostApart(std::span<const float> got, const std::vector<double>& want) {
    double most = got.size() == want.size() ? 0 : 1e9;
    for (std::size_t i = 0; i < std::min(got.size(), want.size()); ++i)
        most = std::max(most, std::abs(double(got[i]) - want[i]));
    return most;
}

} // namespace

class TestPointsNet : public QObject {
    Q_OBJECT
private slots:
    void mixtureAgreesWithTorch() {
        const auto rows = golden<double>("mixture_parts.npy");
        QVERIFY(!rows.empty());
        std::vector<GaussianPart> parts;
        for (std::size_t i = 0; i + 6 <= rows.size(); i += 6)
            parts.push_back({rows[i], {rows[i + 1], rows[i + 2]}, rows[i + 3], rows[i + 4], rows[i + 5], 0});
        const auto mixture = PointMixture::make("golden", parts);
        QVERIFY_RESULT(mixture);
        const auto points = golden<double>("mixture_points.npy");
        const auto logp = golden<double>("mixture_logp.npy");
        const auto score = golden<double>("mixture_score.npy");
        const auto x0 = golden<double>("mixture_x0.npy");
        QCOMPARE(logp.size(), std::size_t(40));
        for (std::size_t i = 0; i < logp.size(); ++i) {
            const double alpha = points[4 * i + 2];
            const double sigma = points[4 * i + 3];
            const PointTruth truth = mixture->at({points[4 * i], points[4 * i + 1]}, alpha, sigma);
            QVERIFY2(std::abs(truth.logDensity - logp[i]) < 1e-9, qPrintable(QString::number(i)));
            const double size = 1 + std::hypot(score[2 * i], score[2 * i + 1]);
            QVERIFY(std::abs(truth.score.x - score[2 * i]) < 1e-10 * size);
            QVERIFY(std::abs(truth.score.y - score[2 * i + 1]) < 1e-10 * size);
            QVERIFY(std::abs(truth.x0.x - x0[2 * i]) * alpha < 1e-9);
            QVERIFY(std::abs(truth.x0.y - x0[2 * i + 1]) * alpha < 1e-9);
            // x = alpha x_0 + sigma eps, for the means too
            QVERIFY(std::abs(alpha * truth.x0.x + sigma * truth.eps.x - points[4 * i]) < 1e-9);
        }
    }
    void scoreIsTheSlopeOfTheDensity_data() {
        QTest::addColumn<QString>("name");
        for (const std::string_view name : pointSetNames())
            QTest::newRow(std::string(name).c_str()) << QString::fromUtf8(name.data(), qsizetype(name.size()));
    }
    void scoreIsTheSlopeOfTheDensity() {
        QFETCH(QString, name);
        const auto set = pointSet(name.toStdString());
        QVERIFY_RESULT(set);
        Rng rng(5);
        Point2 mean, square;
        constexpr int kDraws = 20000;
        for (int i = 0; i < kDraws; ++i) {
            const Point2 p = set->draw(rng);
            mean = {mean.x + p.x / kDraws, mean.y + p.y / kDraws};
            square = {square.x + p.x * p.x / kDraws, square.y + p.y * p.y / kDraws};
        }
        QVERIFY(std::abs(mean.x) < 0.03 && std::abs(mean.y) < 0.03);
        QVERIFY(std::abs((square.x + square.y) / 2 - 1) < 0.03);
        for (int i = 0; i < 60; ++i) {
            const double sigma = 0.02 + 0.97 * rng.uniform();
            const double alpha = i % 2 == 0 ? std::sqrt(1 - sigma * sigma) : 1 - sigma;
            const int classId = i % 3 == 0 ? int(rng.uniform() * double(set->classNames().size())) : -1;
            const Point2 x0 = set->draw(rng);
            const Point2 e = normalPair(rng);
            const Point2 x{alpha * x0.x + sigma * e.x, alpha * x0.y + sigma * e.y};
            const auto log = [&](double dx, double dy) {
                return set->at({x.x + dx, x.y + dy}, alpha, sigma, classId).logDensity;
            };
            const double h = 1e-5;
            const PointTruth truth = set->at(x, alpha, sigma, classId);
            const double size = 1 + std::hypot(truth.score.x, truth.score.y);
            QVERIFY(std::abs((log(h, 0) - log(-h, 0)) / (2 * h) - truth.score.x) < 1e-4 * size);
            QVERIFY(std::abs((log(0, h) - log(0, -h)) / (2 * h) - truth.score.y) < 1e-4 * size);
        }
    }
    void densityOfClassesAddsUp() {
        const auto set = pointSet("corners");
        QVERIFY_RESULT(set);
        const double shares[] = {0.5, 0.3, 0.15, 0.05};
        double sum = 0;
        for (int c = 0; c < 4; ++c)
            sum += shares[c] * std::exp(set->at({0.3, -0.2}, 0.6, 0.8, c).logDensity);
        QVERIFY(std::abs(std::log(sum) - set->at({0.3, -0.2}, 0.6, 0.8).logDensity) < 1e-12);
        // no number of a class: all of them
        QCOMPARE(set->at({0.3, -0.2}, 0.6, 0.8, 99).logDensity, set->at({0.3, -0.2}, 0.6, 0.8).logDensity);
    }
    void farAwayStaysFinite() {
        const auto set = pointSet("spiral");
        QVERIFY_RESULT(set);
        const PointTruth truth = set->at({1e4, -1e4}, 1.0, 0.0);
        QVERIFY(std::isfinite(truth.logDensity) && std::isfinite(truth.score.x) && std::isfinite(truth.x0.y));
    }
    void refusesWhatIsNoMixture() {
        QVERIFY(!PointMixture::make("x", {}));
        QVERIFY(!PointMixture::make("x", {{0, {0, 0}, 1, 0, 1, 0}}));
        QVERIFY(!PointMixture::make("x", {{1, {0, 0}, 1, 1, 1, 0}}));
        QVERIFY(!PointMixture::make("x", {{1, {0, std::nan("")}, 1, 0, 1, 0}}));
        QVERIFY(!PointMixture::make("x", {{1, {0, 0}, 1, 0, 1, 1}}));
        const auto unknown = pointSet("circles");
        QVERIFY(!unknown && unknown.error().message.find("moons") != std::string::npos);
    }

    void networkAgreesWithTorch() {
        PointNetShape shape;
        shape.width = 24;
        shape.nHidden = 2;
        shape.nFrequency = 3;
        shape.nClass = 3;
        auto net = PointNet::make(shape, 1);
        QVERIFY_RESULT(net);
        const auto parameters = golden<float>("net_parameters.npy");
        QCOMPARE(parameters.size(), net->parameters().size());
        std::copy(parameters.begin(), parameters.end(), net->parameters().begin());
        const auto x = golden<float>("net_x.npy");
        const auto u = golden<float>("net_u.npy");
        const auto classes = golden<std::int32_t>("net_class.npy");
        const auto target = golden<float>("net_target.npy");
        std::vector<float> out(x.size()), gradient(parameters.size()), dOut(x.size());
        PointNetScratch scratch;
        PointAdam adam(parameters.size());
        for (int step = 0; step < 3; ++step) {
            net->evaluate(x, u, classes, out, scratch);
            double loss = 0;
            for (std::size_t i = 0; i < out.size(); ++i) {
                const double d = double(out[i]) - double(target[i]);
                loss += d * d / double(out.size());
                dOut[i] = float(2 * d / double(out.size()));
            }
            std::fill(gradient.begin(), gradient.end(), 0.0F);
            net->backward(dOut, gradient, scratch);
            if (step == 0) {
                QVERIFY(mostApart(out, golden<double>("net_out.npy")) < 2e-6);
                QVERIFY(std::abs(loss - golden<double>("net_loss.npy")[0]) < 1e-6);
                const double apart = mostApart(gradient, golden<double>("net_gradient.npy"));
                QVERIFY2(apart < 1e-6, qPrintable(QString::number(apart)));
            }
            adam.step(net->parameters(), gradient, 1e-2);
        }
        const double apart = mostApart(net->parameters(), golden<double>("net_after.npy"));
        QVERIFY2(apart < 2e-4, qPrintable(QString::number(apart))); // Adam divides by gradients near 0
    }
    void refusesShapesOutOfRange() {
        QVERIFY(!PointNet::make({4, 3, 6, 0}, 1));
        QVERIFY(!PointNet::make({64, 0, 6, 0}, 1));
        QVERIFY(!PointNet::make({64, 3, 99, 0}, 1));
        QVERIFY(!PointNet::make({64, 3, 6, -1}, 1));
    }
};

QTEST_GUILESS_MAIN(TestPointsNet)
#include "tst_points_net.moc"
