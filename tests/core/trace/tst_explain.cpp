// SPDX-License-Identifier: Apache-2.0
// The logit lens and direct logit attribution against transformers, on every architecture (tests/golden/generators/
// lens.py), and what must hold on any model: the last row is the model's own answer, contributions add up.

#include "core/io/safetensors.h"
#include "core/trace/attribution.h"
#include "core/trace/logit_lens.h"
#include "core/trace/neurons.h"
#include "tests/core/model/model_test_support.h"

#include <cmath>
#include <cstring>
#include <numeric>

using namespace vitral;
using namespace vitral::test;

namespace {

/// Logits of a cell's whole distribution, up to a constant: log-probabilities by token id.
std::vector<float> logProbabilities(const TokenScore& cell, std::size_t nVocab) {
    std::vector<float> values(nVocab, -1e9F);
    for (const TokenAlternative& token : cell.top)
        values[std::size_t(token.id)] = token.logProbability;
    return values;
}

std::vector<float> logSoftmax(std::span<const float> logits) {
    double sum = 0;
    const double top = *std::max_element(logits.begin(), logits.end());
    for (const float x : logits)
        sum += std::exp(double(x) - top);
    std::vector<float> out;
    for (const float x : logits)
        out.push_back(float(double(x) - top - std::log(sum)));
    return out;
}

/// With 4-bit experts the engine rounds their inputs to 8 bits; all else is float.
double roundingOf(const QString& run) {
    return run.contains("mxfp4") ? 0.2 : 5e-4;
}

double worst(std::span<const float> a, std::span<const float> b) {
    double most = a.size() == b.size() ? 0 : 1e9;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        most = std::max(most, std::isfinite(a[i]) ? std::abs(double(a[i]) - double(b[i])) : 1e9);
    return most;
}

} // namespace

class TestExplain : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;
    std::shared_ptr<const SafetensorsFile> golden_, experts_;

    std::vector<float> golden(const std::string& name) const { return golden(name, *golden_); }
    static std::vector<float> golden(const std::string& name, const SafetensorsFile& file) {
        const SafetensorsTensor* tensor = file.findTensor(name);
        if (tensor == nullptr)
            return {};
        std::vector<float> values(tensor->bytes.size() / 4);
        std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
        return values;
    }
    ExplainContext context() const { return {*backend_, {}, {}}; }
    static ExplainedRun runOf(const Golden& golden) { return {golden.tokens, nullptr, DType::F32, golden.nCtx}; }

    void goldenRows() {
        QTest::addColumn<QString>("run");
        for (const std::string& run : goldenRuns())
            if (golden_->findTensor(run + "/lens") != nullptr)
                QTest::newRow(run.c_str()) << QString::fromStdString(run);
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        const auto file = SafetensorsFile::open(std::filesystem::path(VITRAL_GOLDEN) / "trace" / "lens.safetensors");
        QVERIFY_RESULT(file);
        golden_ = *file;
        const auto experts =
            SafetensorsFile::open(std::filesystem::path(VITRAL_GOLDEN) / "trace" / "experts.safetensors");
        QVERIFY_RESULT(experts);
        experts_ = *experts;
    }

    void lensAgreesWithTransformers_data() { goldenRows(); }
    void lensAgreesWithTransformers() {
        QFETCH(QString, run);
        const auto data = loadGolden(run.toStdString());
        QVERIFY_RESULT(data);
        const auto model = loadGoldenModel(data->model, backend_);
        QVERIFY_RESULT(model);
        const auto nVocab = std::size_t((*model)->config().nVocab);
        const auto n = std::int64_t(data->tokens.size());
        LensRequest request;
        request.positions = {0, n / 2, n - 1};
        request.nTop = std::int32_t(nVocab);
        const auto lens = logitLens(**model, context(), runOf(*data), request);
        QVERIFY_RESULT(lens);
        const std::vector<float> expected = golden(run.toStdString() + "/lens");
        QCOMPARE(lens->rows.size(), std::size_t((*model)->config().nLayer + 1));
        QCOMPARE(expected.size(), lens->cells.size() * nVocab);
        for (std::size_t i = 0; i < lens->cells.size(); ++i) {
            const auto logits = std::span(expected).subspan(i * nVocab, nVocab);
            const double error = worst(logProbabilities(lens->cells[i], nVocab), logSoftmax(logits));
            QVERIFY2(error < roundingOf(run), qPrintable(QString("row %1, position %2: log-probabilities are off by %3")
                                                             .arg(i / 3)
                                                             .arg(request.positions[i % 3])
                                                             .arg(error)));
        }
        // The targets are the model's answers: the last row has them first, each other cell their true rank.
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(lens->cell(lens->rows.size() - 1, i).rank, 0);
            QCOMPARE(lens->cell(0, i).id, lens->targets[i]);
        }
    }

    void attributionAgreesWithTransformers_data() { goldenRows(); }
    void attributionAgreesWithTransformers() {
        QFETCH(QString, run);
        const std::string name = run.toStdString();
        const auto data = loadGolden(name);
        QVERIFY_RESULT(data);
        const auto model = loadGoldenModel(data->model, backend_);
        QVERIFY_RESULT(model);
        const auto result = attributeLogit(**model, context(), runOf(*data), {});
        QVERIFY_RESULT(result);
        QCOMPARE(result->position, std::int64_t(data->tokens.size()) - 1);
        std::vector<float> heads, mlps, bias(std::size_t((*model)->config().nLayer) + 1), embedding{0.0F};
        double sum = result->rest;
        for (const Contribution& part : result->contributions) {
            sum += part.logit;
            switch (part.kind) {
            case ContributionKind::Head:
                heads.push_back(float(part.logit));
                break;
            case ContributionKind::Mlp:
                mlps.push_back(float(part.logit));
                break;
            case ContributionKind::Expert: // of a layer together what transformers' whole block gives
                mlps.resize(std::size_t(part.iLayer) + 1);
                mlps.back() += float(part.logit);
                break;
            case ContributionKind::AttnBias:
                bias[std::size_t(part.iLayer)] = float(part.logit);
                break;
            case ContributionKind::FinalBias:
                bias.back() = float(part.logit);
                break;
            case ContributionKind::Intervention:
                QFAIL("nothing was changed");
                break;
            case ContributionKind::Embedding:
            case ContributionKind::Position:
                embedding.front() += float(part.logit);
                break;
            }
        }
        const double tolerance = 2 * roundingOf(run);
        QVERIFY2(worst(heads, golden(name + "/heads")) < tolerance, "heads differ");
        QVERIFY2(worst(mlps, golden(name + "/mlps")) < tolerance, "MLPs differ");
        QVERIFY2(worst(bias, golden(name + "/bias")) < tolerance, "biases differ");
        QVERIFY2(worst(embedding, golden(name + "/embedding")) < tolerance, "the embedding differs");
        const double total = double(golden(name + "/total").at(0));
        QVERIFY2(std::abs(result->total - total) < tolerance, qPrintable(QString::number(result->total - total)));
        QVERIFY2(std::abs(result->rest) < (run.contains("mxfp4") ? tolerance : 1e-4),
                 qPrintable(QString("the rest is %1").arg(result->rest)));
        QCOMPARE(sum, result->total);
    }

    void differenceOfTwoTokens() {
        const auto data = loadGolden("gpt2");
        QVERIFY_RESULT(data);
        const auto model = loadGoldenModel("gpt2", backend_);
        QVERIFY_RESULT(model);
        AttributionRequest request{7, 11, TokenId{12}};
        const auto both = attributeLogit(**model, context(), runOf(*data), request);
        QVERIFY_RESULT(both);
        request.minus.reset();
        const auto first = attributeLogit(**model, context(), runOf(*data), request);
        request.token = 12;
        const auto second = attributeLogit(**model, context(), runOf(*data), request);
        QVERIFY_RESULT(first);
        QVERIFY_RESULT(second);
        for (std::size_t i = 0; i < both->contributions.size(); ++i)
            QVERIFY(std::abs(both->contributions[i].logit - first->contributions[i].logit +
                             second->contributions[i].logit) < 1e-9);
        QVERIFY(std::abs(both->total - first->total + second->total) < 1e-5);
    }

    void recordedStreamGivesTheSame() {
        const auto data = loadGolden("llama");
        QVERIFY_RESULT(data);
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        std::map<std::string, HostTensor> asked{{"hook_embed", {}}};
        for (int i = 0; i < 3; ++i)
            asked[pointName(Point::ResidPost, i)] = {};
        Runner runner(*model, 64);
        Collector collector(*backend_, asked);
        QVERIFY_RESULT(runner.feed(data->tokens, true, &collector));
        Recording recording;
        recording.model.nLayer = 3;
        recording.model.nEmbd = (*model)->config().nEmbd;
        recording.model.nVocab = (*model)->config().nVocab;
        recording.tokens = data->tokens;
        for (int i = -1; i < 3; ++i) {
            if (i == 1)
                continue; // a layer that nobody recorded
            const HostTensor& host = collector.got[i < 0 ? "hook_embed" : pointName(Point::ResidPost, i)];
            RowsWriter writer{Rows(DType::F16, host.nCol)};
            writer.append(host.values.data(), host.nRow, host.nCol);
            recording.tensors.push_back(
                {i < 0 ? Point::Embed : Point::ResidPost, std::max(i, 0), {}, 0, writer.snapshot()});
        }
        LensRequest request;
        request.target = LensTarget::NextToken;
        const auto exact = logitLens(**model, context(), runOf(*data), request);
        const auto recorded = logitLens(**model, context(), recording, request);
        QVERIFY_RESULT(exact);
        QVERIFY_RESULT(recorded);
        QCOMPARE(recorded->targets, exact->targets);
        const std::size_t nPosition = data->tokens.size();
        for (std::size_t i = 0; i < exact->cells.size(); ++i) {
            if (i / nPosition == 2) {
                QVERIFY(std::isnan(recorded->cells[i].entropy));
                continue;
            }
            QVERIFY(std::abs(recorded->cells[i].entropy - exact->cells[i].entropy) < 5e-3F);
            QVERIFY(std::abs(recorded->cells[i].logProbability - exact->cells[i].logProbability) < 2e-2F);
        }
        QCOMPARE(recorded->notes.size(), std::size_t(2));
    }

    /// The bundled model, 8 bits a weight: the engine rounds inputs, so a rest remains, and it is small.
    void quantisedWeights() {
        LoadOptions options;
        options.backend = backend_;
        const auto model = loadModel(std::filesystem::path(VITRAL_SOURCE_DIR) /
                                         "assets/models/vitral-pequeno/vitral-pequeno-q8_0.gguf",
                                     options);
        QVERIFY_RESULT(model);
        const auto tokens = (*model)->tokenizer()->encode("O céu é azul e o mar também é", {});
        QVERIFY_RESULT(tokens);
        const ExplainedRun run{*tokens, nullptr, DType::F16, 0};
        const auto result = attributeLogit(**model, context(), run, {});
        QVERIFY_RESULT(result);
        QVERIFY2(std::abs(result->rest) < 0.02 * std::abs(result->total),
                 qPrintable(QString("rest %1 of %2").arg(result->rest).arg(result->total)));
        const auto lens = logitLens(**model, context(), run, {});
        QVERIFY_RESULT(lens);
        QCOMPARE(lens->targets.back(), result->token);
        QCOMPARE(lens->cells.back().rank, 0);
        QCOMPARE(lens->cells.back().top.size(), std::size_t(5));
    }

    /// All neurons of a layer together, and the bias, are what attribution says of its MLP.
    void neuronsAddUpToTheirMlp_data() {
        QTest::addColumn<QString>("run");
        for (const char* run : {"llama", "llama3-rope", "gpt2", "gemma2", "olmo2", "granite", "phi3", "phi2"})
            QTest::newRow(run) << QString(run);
    }
    void neuronsAddUpToTheirMlp() {
        QFETCH(QString, run);
        const auto data = loadGolden(run.toStdString());
        QVERIFY_RESULT(data);
        const auto model = loadGoldenModel(data->model, backend_);
        QVERIFY_RESULT(model);
        const auto nVocab = std::int32_t((*model)->config().nVocab);
        AttributionRequest attribution{9, 17, {}};
        const auto parts = attributeLogit(**model, context(), runOf(*data), attribution);
        QVERIFY_RESULT(parts);
        const auto report = activeNeurons(**model, context(), runOf(*data), {1, 9, 256, nVocab, NeuronOrder::Write});
        QVERIFY_RESULT(report);
        QCOMPARE(std::int64_t(report->neurons.size()), report->nNeuron);
        double sum = 0;
        float last = 1e9F;
        for (const Neuron& neuron : report->neurons) {
            QVERIFY(neuron.write <= last);
            last = neuron.write;
            for (const PromotedToken& token : neuron.promoted)
                sum += token.id == 17 ? double(token.logit) : 0.0;
            QVERIFY(neuron.promoted.front().logit >= neuron.promoted.back().logit);
            QCOMPARE(neuron.promoted.front().logit, neuron.suppressed.back().logit);
        }
        for (const Contribution& part : parts->contributions)
            if (part.kind == ContributionKind::Mlp && part.iLayer == 1) {
                const bool biased = !(*model)->anatomy()->layers[1].mlpOutBias.empty();
                QVERIFY2(biased || std::abs(part.logit - sum) < 1e-3, qPrintable(QString::number(part.logit - sum)));
                QVERIFY(std::abs(part.logit) > 1e-3);
            }
        const auto byActivation =
            activeNeurons(**model, context(), runOf(*data), {1, 9, 3, 2, NeuronOrder::Activation});
        QVERIFY_RESULT(byActivation);
        QCOMPARE(byActivation->neurons.size(), std::size_t(3));
        for (const Neuron& neuron : report->neurons)
            QVERIFY(std::abs(neuron.activation) <= std::abs(byActivation->neurons.front().activation));
    }

    /// Which experts were chosen, how much each counts, what each adds to the logit, and what its neurons say.
    void expertsAgreeWithTransformers_data() {
        QTest::addColumn<QString>("run");
        for (const char* run : {"mixtral", "qwen3moe", "gpt-oss", "gpt-oss-mxfp4", "granitemoe", "olmoe"})
            QTest::newRow(run) << QString(run);
    }
    void expertsAgreeWithTransformers() {
        QFETCH(QString, run);
        const std::string name = run.toStdString();
        const auto data = loadGolden(name);
        QVERIFY_RESULT(data);
        const auto model = loadGoldenModel(data->model, backend_);
        QVERIFY_RESULT(model);
        const SafetensorsTensor* raw = experts_->findTensor(name + "/chosen");
        QVERIFY(raw != nullptr);
        std::vector<std::int32_t> chosen(raw->bytes.size() / 4);
        std::memcpy(chosen.data(), raw->bytes.data(), raw->bytes.size());
        const std::vector<float> weights = golden(name + "/weights", *experts_);
        const std::vector<float> logits = golden(name + "/logits", *experts_);
        const std::vector<float> post = golden(name + "/post", *experts_);
        const double tolerance = roundingOf(run);

        const auto result = attributeLogit(**model, context(), runOf(*data), {});
        QVERIFY_RESULT(result);
        std::vector<std::int32_t> ids;
        std::vector<float> given;
        for (const Contribution& part : result->contributions)
            if (part.kind == ContributionKind::Expert) {
                ids.push_back(part.iHead);
                given.push_back(float(part.logit));
            }
        QCOMPARE(ids, chosen);
        QVERIFY2(worst(given, logits) < tolerance, qPrintable(QString::number(worst(given, logits))));

        // A part unfolds into products that sum to it.
        AttributionRequest one;
        one.unfold =
            std::size_t(std::find_if(result->contributions.begin(), result->contributions.end(),
                                     [](const Contribution& part) { return part.kind == ContributionKind::Expert; }) -
                        result->contributions.begin());
        const auto unfolded = attributeLogit(**model, context(), runOf(*data), one);
        QVERIFY_RESULT(unfolded);
        QCOMPARE(unfolded->products.size(), std::size_t((*model)->config().nEmbd));
        QVERIFY(std::abs(std::accumulate(unfolded->products.begin(), unfolded->products.end(), 0.0) -
                         result->contributions[*one.unfold].logit) < 1e-9);

        const auto nUsed = std::size_t((*model)->config().nExpertUsed);
        const std::int64_t nLayer = (*model)->config().nLayer;
        const auto nVocab = std::int32_t((*model)->config().nVocab);
        const std::size_t nFf = post.size() / (std::size_t(nLayer) * nUsed);
        for (std::int32_t layer = 0; layer < nLayer; ++layer) {
            const auto report = activeNeurons(**model, context(), runOf(*data), {layer, -1, 256, nVocab, {}});
            QVERIFY_RESULT(report);
            QCOMPARE(report->nPerExpert, std::int64_t(nFf));
            QCOMPARE(report->nNeuron, std::int64_t(nFf) * (*model)->config().nExpert);
            QCOMPARE(report->experts.size(), nUsed);
            std::vector<double> sums(nUsed);
            for (std::size_t u = 0; u < nUsed; ++u) {
                const std::size_t at = std::size_t(layer) * nUsed + u;
                QCOMPARE(report->experts[u].iExpert, chosen[at]);
                QVERIFY(std::abs(report->experts[u].weight - weights[at]) < float(tolerance));
                std::vector<float> expected(post.begin() + std::ptrdiff_t(at * nFf),
                                            post.begin() + std::ptrdiff_t((at + 1) * nFf));
                for (float& value : expected)
                    value *= weights[at];
                const auto first = report->activations.begin() + std::ptrdiff_t(chosen[at]) * std::ptrdiff_t(nFf);
                QVERIFY(worst({first, first + std::ptrdiff_t(nFf)}, expected) < tolerance);
                for (const Neuron& neuron : report->neurons)
                    for (const PromotedToken& token : neuron.promoted)
                        if (neuron.iExpert == chosen[at] && token.id == result->token)
                            sums[u] += double(token.logit);
                // With a bias behind the neurons their sum is not all of the expert.
                if (!run.startsWith("gpt-oss"))
                    QVERIFY2(std::abs(sums[u] - double(given[at])) < 1e-3, qPrintable(QString::number(sums[u])));
            }
        }
    }

    /// Two positions that chose different experts: neurons of either count in the difference.
    void neuronsOfOtherExperts() {
        const auto data = loadGolden("mixtral");
        QVERIFY_RESULT(data);
        const auto model = loadGoldenModel("mixtral", backend_);
        QVERIFY_RESULT(model);
        const auto here = activeNeurons(**model, context(), runOf(*data), {0, 3, 4, 4, {}});
        QVERIFY_RESULT(here);
        bool moved = false;
        for (std::int64_t other = 0; other < 3 && !moved; ++other) {
            const auto there = activeNeurons(**model, context(), runOf(*data), {0, other, 4, 4, {}});
            QVERIFY_RESULT(there);
            const auto difference =
                activeNeurons(**model, context(), runOf(*data), {0, 3, 256, 4, {}, there->activations});
            QVERIFY_RESULT(difference);
            for (const Neuron& neuron : difference->neurons) {
                const auto at = std::size_t(neuron.iExpert * here->nPerExpert + neuron.index);
                QCOMPARE(neuron.activation, here->activations[at] - there->activations[at]);
                moved = moved || (here->activations[at] == 0.0F && neuron.write > 0.0F);
            }
        }
        QVERIFY(moved);
    }

    void refusesOtherLayersAndAmounts() {
        const ExplainedRun run{{1, 2, 3}, nullptr, DType::F32, 0};
        const auto dense = loadGoldenModel("llama", backend_);
        QVERIFY_ERROR(activeNeurons(**dense, context(), run, {3, -1, 5, 5, {}}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(activeNeurons(**dense, context(), run, {0, -1, 0, 5, {}}), ErrorCode::InvalidArgument);
    }

    void refusesWhatIsNotThere() {
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        const ExplainedRun run{{1, 2, 3}, nullptr, DType::F32, 0};
        LensRequest request;
        QVERIFY_ERROR(logitLens(**model, context(), ExplainedRun{}, request), ErrorCode::InvalidArgument);
        request.layers = {1, 0};
        QVERIFY_ERROR(logitLens(**model, context(), run, request), ErrorCode::InvalidArgument);
        request.layers = {};
        request.positions = {3};
        QVERIFY_ERROR(logitLens(**model, context(), run, request), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(logitLens(**model, context(), Recording{}, {}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(attributeLogit(**model, context(), run, {5, -1, {}}), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(attributeLogit(**model, context(), run, {-1, 100000, {}}), ErrorCode::InvalidArgument);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_ERROR(logitLens(**model, {*backend_, stop.get_token(), {}}, run, {}), ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestExplain)
#include "tst_explain.moc"
