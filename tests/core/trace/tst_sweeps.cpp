// SPDX-License-Identifier: Apache-2.0
// Ablation sweeps, patching grids and steering vectors against the same thing done one by one with an observer, and
// against what must come out by definition.

#include "core/io/npy.h"
#include "core/io/safetensors.h"
#include "core/trace/ablation.h"
#include "core/trace/patching.h"
#include "core/trace/steering.h"
#include "tests/core/model/model_test_support.h"

#include <QTemporaryDir>
#include <cmath>
#include <cstring>

using namespace vitral;
using namespace vitral::test;

namespace {

/// Writes one value over columns of one point, on all rows or one.
class Overwrite : public ForwardObserver {
public:
    Overwrite(Backend& backend, Point point, std::int32_t iLayer) : backend_(backend), point_(point), iLayer_(iLayer) {}
    std::int64_t firstCol = 0, nCol = 0, row = -1;
    std::vector<float> values; ///< [nCol]

    bool wants(Point point, std::int32_t iLayer) const override { return point == point_ && iLayer == iLayer_; }
    void give(Point, std::int32_t, Tensor tensor) override {
        for (std::int64_t i = 0; i < tensor.nRow(); ++i)
            if (row < 0 || row == i)
                backend_.write(tensor.rows(i, 1).cols(firstCol, nCol), values);
    }

private:
    Backend& backend_;
    Point point_;
    std::int32_t iLayer_;
};

float logProbability(std::span<const float> logits, TokenId token) {
    double sum = 0;
    for (const float x : logits)
        sum += std::exp(double(x));
    return float(double(logits[std::size_t(token)]) - std::log(sum));
}

} // namespace

class TestSweeps : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;
    std::shared_ptr<const Model> model_;
    std::vector<TokenId> tokens_{5, 9, 2, 77, 31, 5, 9, 64, 3, 12};

    ExplainContext context() const { return {*backend_, {}, {}}; }
    ExplainedRun run() const { return {tokens_, nullptr, DType::F32, 0}; }
    std::vector<float> logitsWith(ForwardObserver* observer, std::span<const TokenId> tokens) const {
        Runner runner(model_, 64);
        return runner.feed(tokens, false, observer).value();
    }
    std::vector<float> mean(Point point, std::int32_t iLayer, std::span<const TokenId> tokens,
                            std::size_t first = 0) const {
        std::map<std::string, HostTensor> asked{{pointName(point, iLayer), {}}};
        Collector collector(*backend_, asked);
        Runner runner(model_, 64);
        if (!runner.feed(tokens, true, &collector))
            return {};
        const HostTensor& host = collector.got.begin()->second;
        std::vector<float> mean(std::size_t(host.nCol));
        for (std::size_t i = first * mean.size(); i < host.values.size(); ++i)
            mean[i % mean.size()] += host.values[i] / float(std::size_t(host.nRow) - first);
        return mean;
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        const auto model = loadGoldenModel("gptneox", backend_);
        QVERIFY_RESULT(model);
        model_ = *model;
    }

    void ablationIsWhatAnObserverDoes_data() {
        QTest::addColumn<bool>("zero");
        QTest::newRow("zero") << true;
        QTest::newRow("mean") << false;
    }
    void ablationIsWhatAnObserverDoes() {
        QFETCH(bool, zero);
        AblationRequest request;
        request.kind = zero ? AblationKind::Zero : AblationKind::Mean;
        request.token = 17;
        int nPartial = 0;
        const auto sweep =
            ablationSweep(*model_, context(), run(), request, [&](const AblationEffect&) { ++nPartial; });
        QVERIFY_RESULT(sweep);
        const auto plain = logitsWith(nullptr, tokens_);
        QVERIFY(std::abs(sweep->logProbability - logProbability(plain, 17)) < 1e-5F);
        QCOMPARE(sweep->effects.size(), std::size_t(2 * (4 + 1)));
        QCOMPARE(nPartial, 10);
        const std::int64_t dim = model_->config().headDim;
        float most = 0;
        for (const AblationEffect& effect : sweep->effects) {
            const bool head = effect.iHead >= 0;
            Overwrite observer(*backend_, head ? Point::Z : Point::MlpOut, effect.iLayer);
            observer.firstCol = head ? effect.iHead * dim : 0;
            observer.nCol = head ? dim : model_->config().nEmbd;
            observer.values.assign(std::size_t(observer.nCol), 0.0F);
            if (!zero) {
                const auto all = mean(head ? Point::Z : Point::MlpOut, effect.iLayer, tokens_);
                std::copy_n(all.begin() + observer.firstCol, observer.nCol, observer.values.begin());
            }
            const auto logits = logitsWith(&observer, tokens_);
            QVERIFY2(std::abs(effect.logProbability - logProbability(logits, 17)) < 2e-4F,
                     qPrintable(QString("layer %1, head %2").arg(effect.iLayer).arg(effect.iHead)));
            QVERIFY(std::abs(effect.logit - logits[17]) < 2e-4F);
            most = std::max(most, std::abs(effect.logProbability - sweep->logProbability));
        }
        QVERIFY2(most > 0.01F, "ablations must do something here");
    }

    /// At an earlier position; and longer texts than one batch of rows.
    void ablationElsewhere() {
        AblationRequest request;
        request.position = 4;
        request.layers = {1};
        request.mlps = false;
        const auto sweep = ablationSweep(*model_, context(), run(), request);
        QVERIFY_RESULT(sweep);
        QCOMPARE(sweep->effects.size(), std::size_t(4));
        QCOMPARE(sweep->token, sweep->firstChoice);
        Overwrite observer(*backend_, Point::Z, 1);
        observer.nCol = model_->config().headDim;
        observer.values.assign(std::size_t(observer.nCol), 0.0F);
        const auto logits = logitsWith(&observer, std::span(tokens_).first(5));
        QVERIFY(std::abs(sweep->effects[0].logProbability - logProbability(logits, sweep->token)) < 2e-4F);

        ExplainedRun longRun = run();
        while (longRun.tokens.size() < 300)
            longRun.tokens.push_back(TokenId(longRun.tokens.size() * 7 % 128));
        request.position = -1;
        const auto longSweep = ablationSweep(*model_, context(), longRun, request);
        QVERIFY_RESULT(longSweep);
        Overwrite longObserver(*backend_, Point::Z, 1);
        longObserver.firstCol = 3 * model_->config().headDim;
        longObserver.nCol = model_->config().headDim;
        longObserver.values.assign(std::size_t(longObserver.nCol), 0.0F);
        Runner runner(model_, 320);
        const auto expected = runner.feed(longRun.tokens, false, &longObserver);
        QVERIFY_RESULT(expected);
        QVERIFY(std::abs(longSweep->effects[3].logit - (*expected)[std::size_t(longSweep->token)]) < 5e-4F);
    }

    void patching() {
        PatchRequest request;
        request.clean = tokens_;
        request.corrupt = tokens_;
        request.corrupt[4] = 100;
        request.kvType = DType::F32;
        // The tokens that the two runs prefer most differently.
        const auto clean = logitsWith(nullptr, request.clean), corrupt = logitsWith(nullptr, request.corrupt);
        for (TokenId id = 0; id < TokenId(clean.size()); ++id) {
            const auto gain = [&](TokenId t) { return clean[std::size_t(t)] - corrupt[std::size_t(t)]; };
            request.answer = gain(id) > gain(request.answer) ? id : request.answer;
            request.wrongAnswer = gain(id) < gain(request.wrongAnswer) ? id : request.wrongAnswer;
        }
        const auto difference = [&](std::span<const float> logits) {
            return double(logits[std::size_t(request.answer)]) - double(logits[std::size_t(request.wrongAnswer)]);
        };
        for (const Point point : {Point::ResidPre, Point::ResidPost, Point::MlpOut}) {
            request.point = point;
            int nPartial = 0;
            const auto grid =
                patchGrid(*model_, context(), request, [&](std::int64_t, std::int64_t, float) { ++nPartial; });
            QVERIFY_RESULT(grid);
            QCOMPARE(nPartial, 2 * 6);
            QVERIFY(std::abs(grid->cleanDifference - difference(clean)) < 1e-4);
            QVERIFY(std::abs(grid->corruptDifference - difference(corrupt)) < 1e-4);
            for (std::int64_t p = 0; p < 4; ++p)
                QCOMPARE(grid->at(1, p), 0.0F);
            for (std::int64_t iLayer = 0; iLayer < 2; ++iLayer)
                for (const std::int64_t p : {4, 7, 9}) {
                    std::map<std::string, HostTensor> asked{{pointName(point, std::int32_t(iLayer)), {}}};
                    Collector collector(*backend_, asked);
                    Runner runner(model_, 64);
                    QVERIFY_RESULT(runner.feed(request.clean, true, &collector));
                    const HostTensor& host = collector.got.begin()->second;
                    Overwrite observer(*backend_, point, std::int32_t(iLayer));
                    observer.nCol = host.nCol;
                    observer.row = p;
                    observer.values.assign(host.values.begin() + p * host.nCol,
                                           host.values.begin() + (p + 1) * host.nCol);
                    const double expected = (difference(logitsWith(&observer, request.corrupt)) - difference(corrupt)) /
                                            (difference(clean) - difference(corrupt));
                    QVERIFY2(std::abs(expected - double(grid->at(iLayer, p))) < 1e-4,
                             qPrintable(QString("layer %1, position %2: %3, not %4")
                                            .arg(iLayer)
                                            .arg(p)
                                            .arg(grid->at(iLayer, p))
                                            .arg(expected)));
                }
            if (point == Point::ResidPre) // the only token that differs, before anybody read it
                QVERIFY(std::abs(grid->at(0, 4) - 1.0F) < 1e-4F);
            if (point == Point::ResidPost) { // after the last layer only the last position matters
                QVERIFY(std::abs(grid->at(1, 9) - 1.0F) < 1e-4F);
                QVERIFY(std::abs(grid->at(1, 5)) < 1e-4F);
            }
        }
    }

    /// Head by head, against transformers (tests/golden/generators/patching.py).
    void headsArePatchedAsTransformersDoes_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama", "gemma2", "gpt2", "gptneox", "mixtral", "olmo2"})
            QTest::newRow(name) << name;
    }
    void headsArePatchedAsTransformersDoes() {
        QFETCH(QString, name);
        const auto file =
            SafetensorsFile::open(std::filesystem::path(VITRAL_GOLDEN) / "trace" / "patching.safetensors");
        QVERIFY_RESULT(file);
        const auto read = [&]<class T>(const char* what, T) {
            const SafetensorsTensor* tensor = (*file)->findTensor(name.toStdString() + "/" + what);
            std::vector<T> values(tensor != nullptr ? tensor->bytes.size() / sizeof(T) : 0);
            if (tensor != nullptr)
                std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
            return values;
        };
        const auto model = loadGoldenModel(name.toStdString(), backend_);
        QVERIFY_RESULT(model);
        const auto clean = read("clean", 0), corrupt = read("corrupt", 0), answers = read("answers", 0);
        QCOMPARE(answers.size(), std::size_t(2));
        PatchRequest request{{clean.begin(), clean.end()}, {corrupt.begin(), corrupt.end()}, answers[0], answers[1]};
        request.point = Point::Z;
        request.kvType = DType::F32;
        for (const bool last : {false, true}) {
            request.position = last ? std::int64_t(clean.size()) - 1 : -1;
            const auto grid = patchGrid(**model, context(), request);
            QVERIFY_RESULT(grid);
            QVERIFY(grid->byHead);
            const auto differences = read("differences", 0.0F), expected = read(last ? "last" : "heads", 0.0F);
            QVERIFY(std::abs(grid->cleanDifference - double(differences[0])) < 1e-3);
            QVERIFY(std::abs(grid->corruptDifference - double(differences[1])) < 1e-3);
            QCOMPARE(grid->recovered.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY2(std::abs(grid->recovered[i] - expected[i]) < 1e-3F,
                         qPrintable(QString("cell %1: %2, not %3").arg(i).arg(grid->recovered[i]).arg(expected[i])));
        }
        request.position = 0; // before the token that differs: the same in both runs
        const auto before = patchGrid(**model, context(), request);
        QVERIFY_RESULT(before);
        QVERIFY(std::all_of(before->recovered.begin(), before->recovered.end(), [](float v) { return v == 0.0F; }));
    }

    void patchingRefuses() {
        PatchRequest request{tokens_, tokens_, 1, 2, Point::ResidPre, -1, DType::F32};
        QVERIFY_ERROR(patchGrid(*model_, context(), request), ErrorCode::InvalidArgument); // the same prompt
        request.corrupt.pop_back();
        QVERIFY_ERROR(patchGrid(*model_, context(), request), ErrorCode::InvalidArgument); // another length
        request.corrupt = tokens_;
        request.corrupt[3] = 1;
        request.wrongAnswer = 1;
        QVERIFY_ERROR(patchGrid(*model_, context(), request), ErrorCode::InvalidArgument); // one answer
        request.wrongAnswer = 2;
        request.position = 3; // of heads only
        QVERIFY_ERROR(patchGrid(*model_, context(), request), ErrorCode::InvalidArgument);
        request.point = Point::Z;
        request.position = 99;
        QVERIFY_ERROR(patchGrid(*model_, context(), request), ErrorCode::InvalidArgument);
        request.position = -1;
        request.point = Point::Q;
        QVERIFY_ERROR(patchGrid(*model_, context(), request), ErrorCode::InvalidArgument);
    }

    void steeringVectorIsADifferenceOfMeans() {
        SteeringRequest request;
        request.plus = {5, 9, 2, 77};
        request.minus = {5, 31, 64};
        request.iLayer = 1;
        const auto vector = steeringVector(*model_, context(), request);
        QVERIFY_RESULT(vector);
        const auto plus = mean(Point::ResidPost, 1, request.plus, 1),
                   minus = mean(Point::ResidPost, 1, request.minus, 1);
        double squares = 0;
        for (std::size_t i = 0; i < plus.size(); ++i) {
            QVERIFY(std::abs((*vector->vector)[i] - (plus[i] - minus[i])) < 5e-3F); // keys are F16 there, F32 here
            squares += double((*vector->vector)[i]) * double((*vector->vector)[i]);
        }
        QVERIFY(std::abs(vector->norm - std::sqrt(squares)) < 1e-6);
        QVERIFY(vector->streamNorm > 0);
        const QTemporaryDir dir;
        const auto path = std::filesystem::path(dir.path().toStdString()) / "v.npy";
        QVERIFY_RESULT(saveSteeringVector(*vector, path));
        const auto file = NpyFile::open(path);
        QVERIFY_RESULT(file);
        QCOMPARE(file->view().shape, (Shape{std::int64_t(plus.size())}));
        QVERIFY(std::memcmp(file->view().bytes.data(), vector->vector->data(), plus.size() * 4) == 0);
        request.iLayer = 2;
        QVERIFY_ERROR(steeringVector(*model_, context(), request), ErrorCode::InvalidArgument);
    }

    void stopsWhenAsked() {
        std::stop_source stop;
        int n = 0;
        const ExplainContext stopping{*backend_, stop.get_token(), {}};
        ExplainedRun longRun = run();
        while (longRun.tokens.size() < 200) // one copy a batch
            longRun.tokens.push_back(7);
        const auto sweep = ablationSweep(*model_, stopping, longRun, {}, [&](const AblationEffect&) {
            if (++n == 2)
                stop.request_stop();
        });
        QVERIFY_ERROR(sweep, ErrorCode::Cancelled);
        QVERIFY2(n < 5, "it went on for too long");
    }
};

QTEST_GUILESS_MAIN(TestSweeps)
#include "tst_sweeps.moc"
