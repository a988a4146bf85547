// SPDX-License-Identifier: Apache-2.0
// The n best segmentations and the shares of samples against sentencepiece
// (tests/golden/generators/tokenizer_nbest.py); trees of merges against the ids they end in; a cut at a rank against a
// tokenizer of that many merges.
#include "core/tokenizer/explain.h"

#include "core/tokenizer/train/trained_tokenizer.h"
#include "core/tokenizer/unigram_lattice.h"
#include "tests/core/tokenizer/tokenizer_test.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

using namespace vitral;
using namespace vitral::test;
using Json = nlohmann::json;

namespace {

Json readJson(const std::string& name) {
    std::ifstream in(VITRAL_GOLDEN "/tokenizer/" + name);
    return Json::parse(in, nullptr, false);
}

} // namespace

class TestExplain : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        golden_ = readJson("nbest.json");
        corpus_ = readJson("corpus.json");
        QVERIFY2(golden_.is_object() && corpus_.is_array(), "run tests/golden/generators/tokenizer_nbest.py");
    }

    void nBestAsSentencePiece() {
        const std::string path = VITRAL_SHARED_DATA "/" + golden_["model"].get<std::string>();
        VITRAL_NEED_FILE(QString::fromStdString(path));
        const auto tokenizer = loadTokenizer(path);
        QVERIFY_RESULT(tokenizer);
        for (const Json& entry : golden_["cases"]) {
            const auto text = entry["text"].get<std::string>();
            const auto got = nBest(**tokenizer, text, 20);
            QVERIFY_RESULT(got);
            QCOMPARE(got->size(), entry["ids"].size());
            double total = 0;
            for (std::size_t i = 0; i < got->size(); ++i) {
                const Segmentation& ours = (*got)[i];
                QVERIFY2(std::fabs(ours.score - entry["scores"][i].get<double>()) < 1e-3, text.c_str());
                total += ours.probability;
                if (i > 0)
                    QVERIFY(ours.score <= (*got)[i - 1].score);
                // sentencepiece adds floats: ways of nearly the same score may change places.
                const auto want = entry["ids"][i].get<std::vector<TokenId>>();
                bool found = ours.ids == want;
                for (std::size_t k = 0; k < got->size() && !found; ++k)
                    found = std::fabs((*got)[k].score - ours.score) < 1e-4 && (*got)[k].ids == want;
                QVERIFY2(found, (text + ": got " + joined(ours.ids) + "want " + joined(want)).c_str());
            }
            QVERIFY(total <= 1 + 1e-9 && total > 0);
            const auto encoded = (*tokenizer)->encode(text, {AddSpecial::No, ParseSpecial::No});
            QVERIFY_RESULT(encoded);
            if (!got->empty())
                QCOMPARE(joined((*got)[0].ids), joined(*encoded));
        }
    }

    void samplesAsSentencePiece() {
        const std::string path = VITRAL_SHARED_DATA "/" + golden_["model"].get<std::string>();
        VITRAL_NEED_FILE(QString::fromStdString(path));
        const auto tokenizer = loadTokenizer(path);
        QVERIFY_RESULT(tokenizer);
        for (const Json& entry : golden_["samples"]) {
            const auto samples =
                sampleSegmentations(**tokenizer, entry["text"].get<std::string>(), 10'000, entry["alpha"], 42);
            QVERIFY_RESULT(samples);
            std::map<std::vector<TokenId>, std::pair<double, double>> share; // measured, computed
            for (const Segmentation& s : *samples) {
                share[s.ids].first += 1.0 / static_cast<double>(samples->size());
                share[s.ids].second = s.probability;
            }
            for (const Json& pair : entry["shares"]) {
                const auto want = pair[1].get<double>();
                const auto& [measured, computed] = share[pair[0].get<std::vector<TokenId>>()];
                QVERIFY2(std::fabs(computed - want) < 0.005, qPrintable(QString("%1 %2").arg(computed).arg(want)));
                QVERIFY2(std::fabs(measured - want) < 0.025, qPrintable(QString("%1 %2").arg(measured).arg(want)));
            }
            const auto again =
                sampleSegmentations(**tokenizer, entry["text"].get<std::string>(), 10'000, entry["alpha"], 42);
            QVERIFY((*again)[9'999].ids == (*samples)[9'999].ids);
        }
    }

    /// Against every way there is, on a small lattice.
    void latticeAgainstAllWays() {
        UnigramLattice lattice;
        const std::string word = "abcabc";
        lattice.clear(word.size());
        Rng rng(1);
        std::vector<double> score;
        for (std::uint32_t begin = 0; begin < word.size(); ++begin)
            for (std::uint32_t end = begin + 1; end <= std::min<std::size_t>(begin + 3, word.size()); ++end) {
                score.push_back(-1 - 5 * rng.uniform());
                lattice.add(begin, end, static_cast<TokenId>(score.size() - 1), score.back());
            }
        std::vector<double> all;
        std::vector<double> uses(score.size(), 0);
        std::vector<std::size_t> way;
        const std::function<void(std::uint32_t, double)> walk = [&](std::uint32_t at, double sum) {
            if (at == word.size()) {
                all.push_back(sum);
                for (const std::size_t node : way)
                    uses[node] += std::exp(sum);
                return;
            }
            for (std::size_t i = 0; i < score.size(); ++i)
                if (lattice.nodes()[i].begin == at) {
                    way.push_back(i);
                    walk(lattice.nodes()[i].end, sum + score[i]);
                    way.pop_back();
                }
        };
        walk(0, 0);
        std::sort(all.begin(), all.end(), std::greater<>());
        const auto best = lattice.nBest(all.size() + 10);
        QCOMPARE(best.size(), all.size());
        double sum = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            QVERIFY(std::fabs(best[i].score - all[i]) < 1e-12);
            sum += std::exp(all[i]);
        }
        QVERIFY(std::fabs(lattice.logSum(1) - std::log(sum)) < 1e-12);
        QVERIFY(std::fabs(lattice.logSum(0) - std::log(static_cast<double>(all.size()))) < 1e-12);
        std::vector<double> expected(score.size());
        QVERIFY(std::fabs(lattice.marginals(1, expected) - std::log(sum)) < 1e-12);
        for (std::size_t i = 0; i < uses.size(); ++i)
            QVERIFY(std::fabs(expected[i] - uses[i] / sum) < 1e-12);
    }

    void treesEndInTheIds() {
        for (const char* name : {"bytes-cl100k", "metaspace-bpe", "clip", "unfused-bpe"}) {
            const auto tokenizer = loadTokenizer(VITRAL_GOLDEN "/tokenizer/tiny/" + std::string(name) + ".json");
            QVERIFY_RESULT(tokenizer);
            for (const Json& text : corpus_) {
                EncodeTrace trace;
                QVERIFY_RESULT(
                    (*tokenizer)->encode(text.get<std::string>(), {AddSpecial::No, ParseSpecial::No}, &trace));
                for (const EncodeTrace::PreToken& token : trace.preTokens) {
                    if (token.isAdded || token.symbolBegin.empty())
                        continue;
                    const std::vector<MergeNode> nodes = mergeTree(token);
                    QCOMPARE(nodes.size(), token.symbolBegin.size() + token.merges.size());
                    std::vector<std::pair<std::uint32_t, std::uint32_t>> roots;
                    for (const MergeNode& node : nodes)
                        if (node.isRoot)
                            roots.emplace_back(node.begin, node.end);
                    std::sort(roots.begin(), roots.end());
                    QCOMPARE(roots.front().first, token.begin);
                    QCOMPARE(roots.back().second, token.end);
                    for (std::size_t i = 1; i < roots.size(); ++i)
                        QCOMPARE(roots[i].first, roots[i - 1].second);
                    QVERIFY(roots == cutAtRank(token, 1 << 30));
                    QCOMPARE(cutAtRank(token, 0).size(), token.symbolBegin.size());
                }
            }
        }
    }

    /// A scrubber over merges shows what the tokenizer of that many merges would make.
    void cutAtRankIsASmallerVocabulary() {
        const auto style = train::byteLevelStyle("gpt2");
        const auto cutting = train::Cutting::fromJson("", style->preTokenizer);
        train::WordCounts words;
        std::string text;
        for (const Json& part : corpus_)
            text += part.get<std::string>() + " ";
        QVERIFY_RESULT(words.add(text, *cutting));
        train::BpeTrainOptions options;
        options.initialAlphabet = train::byteLevelAlphabet();
        options.vocabSize = 800;
        auto training = train::BpeTraining::begin(words, options);
        QVERIFY_RESULT(training->advance(1000));
        QCOMPARE(training->merges().size(), training->steps().size());
        const auto full = trainedBpe(*training, *style).tokenizer();
        EncodeTrace trace;
        QVERIFY_RESULT((*full)->encode(text, {AddSpecial::No, ParseSpecial::No}, &trace));
        for (const std::size_t n : {0, 3, 50, 200, 500}) {
            std::size_t cuts = 0;
            for (const EncodeTrace::PreToken& token : trace.preTokens)
                cuts += cutAtRank(token, static_cast<std::int64_t>(n)).size();
            QCOMPARE(cuts, n == 0 ? text.size() : training->steps()[n - 1].tokens);
        }
    }

    void refuses() {
        const auto wordpiece = loadTokenizer(VITRAL_GOLDEN "/tokenizer/tiny/wordpiece.json");
        QVERIFY_ERROR(nBest(**wordpiece, "a", 2), ErrorCode::Unsupported);
        const auto unigram = loadTokenizer(VITRAL_GOLDEN "/tokenizer/tiny/unigram.json");
        QVERIFY_ERROR(nBest(**unigram, "a", 0), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(nBest(**unigram, std::string(70'000, 'a'), 2), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(sampleSegmentations(**unigram, "a", 1, std::nan(""), 1), ErrorCode::InvalidArgument);
        QVERIFY_RESULT(nBest(**unigram, "", 3));
        std::string text;
        while (text.size() < 3'000)
            text += corpus_[text.size() % corpus_.size()].get<std::string>() + " ";
        const auto hard = nBest(**unigram, text, 50);
        QVERIFY_RESULT(hard);
        QCOMPARE(hard->size(), 50U);
    }

private:
    Json golden_, corpus_;
};

QTEST_GUILESS_MAIN(TestExplain)
#include "tst_tokenizer_explain.moc"
