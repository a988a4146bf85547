// SPDX-License-Identifier: Apache-2.0
// The trainers against those of the `tokenizers` package (tests/golden/generators/tokenizer_trainers.py): the same
// pieces with the same ids, the same merges in the same order, the same scores. Then what only ours can do: steps,
// cancelling, a saved file that loads.
#include "core/tokenizer/train/trained_tokenizer.h"
#include "core/tokenizer/train/wordpiece_trainer.h"
#include "core/tokenizer/utf8.h"
#include "tests/core/tokenizer/tokenizer_test.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace vitral;
using namespace vitral::test;
using namespace vitral::train;
using Json = nlohmann::json;

namespace {

std::vector<char32_t> alphabetOf(const Json& options) {
    std::vector<char32_t> out;
    if (!options.contains("initial_alphabet"))
        return out;
    if (options["initial_alphabet"].is_string())
        return byteLevelAlphabet();
    for (const Json& c : options["initial_alphabet"])
        out.push_back(utf8At(c.get<std::string>(), 0).codePoint);
    return out;
}

BpeTrainOptions bpeOptions(const Json& entry) {
    const Json& o = entry["options"];
    BpeTrainOptions options = entry["kind"] == "wordpiece" ? wordPieceOptions(0) : BpeTrainOptions{};
    options.vocabSize = o["vocab_size"];
    options.minFrequency = o.value("min_frequency", 0);
    options.specialTokens = o.value("special_tokens", std::vector<std::string>());
    options.initialAlphabet = alphabetOf(o);
    if (o.contains("limit_alphabet"))
        options.limitAlphabet = o["limit_alphabet"].get<std::size_t>();
    if (o.contains("max_token_length"))
        options.maxTokenLength = o["max_token_length"].get<std::size_t>();
    if (o.contains("continuing_subword_prefix"))
        options.continuingPrefix = o["continuing_subword_prefix"];
    if (o.contains("end_of_word_suffix"))
        options.endOfWordSuffix = o["end_of_word_suffix"];
    if (!options.continuingPrefix.empty() || !options.endOfWordSuffix.empty())
        options.decoratedFirst = entry["pieces"].get<std::vector<std::string>>();
    return options;
}

UnigramTrainOptions unigramOptions(const Json& entry) {
    const Json& o = entry["options"];
    UnigramTrainOptions options;
    options.vocabSize = o["vocab_size"];
    options.subIterations = o.value("n_sub_iterations", 2);
    options.shrinkingFactor = o.value("shrinking_factor", 0.75);
    options.maxPieceLength = o.value("max_piece_length", 16);
    options.specialTokens = o.value("special_tokens", std::vector<std::string>());
    options.initialAlphabet = alphabetOf(o);
    if (o.contains("unk_token"))
        options.unknownToken = o["unk_token"].get<std::string>();
    return options;
}

} // namespace

class TestTrainers : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        golden_ = Json::parse(readWhole(VITRAL_GOLDEN "/tokenizer/trainers.json"), nullptr, false);
        corpus_ = Json::parse(readWhole(VITRAL_GOLDEN "/tokenizer/corpus.json"), nullptr, false);
        QVERIFY2(golden_.is_object(), "run tests/golden/generators/tokenizer_trainers.py");
    }

    void bpe_data() { rows(false); }
    void bpe() {
        QFETCH(QByteArray, name);
        const Json& entry = golden_["cases"][name.toStdString()];
        WordCounts words;
        feed(entry, words);
        if (QTest::currentTestFailed() || words.words().empty())
            QSKIP("the text is not here");
        auto training = BpeTraining::begin(words, bpeOptions(entry));
        QVERIFY_RESULT(training);
        while (training->advance(100).value_or(false)) {
        }
        const std::vector<std::string> want = entry["pieces"];
        for (std::size_t i = 0; i < std::min(want.size(), training->pieces().size()); ++i)
            QVERIFY2(
                training->pieces()[i] == want[i],
                qPrintable(QString("piece %1 is '%2', the reference has '%3'")
                               .arg(i)
                               .arg(QString::fromStdString(training->pieces()[i]), QString::fromStdString(want[i]))));
        QCOMPARE(training->pieces().size(), want.size());
        if (entry["kind"] == "wordpiece")
            return;
        const auto merges = training->merges();
        QCOMPARE(merges.size(), entry["merges"].size());
        for (std::size_t i = 0; i < merges.size(); ++i) {
            QCOMPARE(training->pieces()[static_cast<std::size_t>(merges[i].left)],
                     entry["merges"][i][0].get<std::string>());
            QCOMPARE(training->pieces()[static_cast<std::size_t>(merges[i].right)],
                     entry["merges"][i][1].get<std::string>());
        }
    }

    void unigram_data() { rows(true); }
    void unigram() {
        QFETCH(QByteArray, name);
        const Json& entry = golden_["cases"][name.toStdString()];
        WordCounts words;
        feed(entry, words);
        if (QTest::currentTestFailed() || words.words().empty())
            QSKIP("the text is not here");
        auto training = UnigramTraining::begin(words, unigramOptions(entry));
        QVERIFY_RESULT(training);
        for (;;) {
            const auto more = training->advance();
            QVERIFY_RESULT(more);
            if (!*more)
                break;
        }
        std::map<std::string, double> got;
        const auto vocabulary = training->vocabulary();
        for (const UnigramPiece& piece : vocabulary)
            got[piece.text] = piece.score;
        std::set<std::string> varying;
        for (const Json& piece : entry["varying"])
            varying.insert(piece.get<std::string>());
        QCOMPARE(got.size(), entry["scores"].size());
        double worst = 0;
        std::vector<double> ours;
        std::vector<double> theirs;
        for (const Json& pair : entry["scores"]) {
            const auto piece = pair[0].get<std::string>();
            const auto score = pair[1].get<double>();
            QVERIFY2(got.contains(piece), ("the reference has '" + piece + "'").c_str());
            ours.push_back(got[piece]);
            theirs.push_back(score);
            if (!varying.contains(piece))
                worst = std::max(worst, std::fabs(got[piece] - score) / std::max(1.0, std::fabs(score)));
        }
        QVERIFY2(worst < 1e-9, qPrintable(QString("scores differ by %1").arg(worst)));
        // The scores that go by hash order are the same scores on other pieces.
        std::sort(ours.begin(), ours.end());
        std::sort(theirs.begin(), theirs.end());
        for (std::size_t i = 0; i < ours.size(); ++i)
            QVERIFY(std::fabs(ours[i] - theirs[i]) < 1e-8 * std::max(1.0, std::fabs(theirs[i])));
        for (std::size_t i = 1 + unigramOptions(entry).specialTokens.size(); i + 1 < vocabulary.size(); ++i)
            QVERIFY(vocabulary[i].score >= vocabulary[i + 1].score);
        if (entry["unk_id"].is_number())
            QCOMPARE(*training->unknownId(), entry["unk_id"].get<std::size_t>());
        QVERIFY(training->steps().size() >= 2);
    }

    /// The curve of tokens after each merge is what the tokenizer of that many merges really makes of the text.
    void compressionCurve() {
        const auto style = byteLevelStyle("gpt2");
        QVERIFY_RESULT(style);
        const auto cutting = Cutting::fromJson(style->normalizer, style->preTokenizer);
        QVERIFY_RESULT(cutting);
        WordCounts words;
        std::string text;
        for (const Json& part : corpus_)
            text += part.get<std::string>() + "\n";
        QVERIFY_RESULT(words.add(text, *cutting));
        BpeTrainOptions options;
        options.vocabSize = 700;
        options.initialAlphabet = byteLevelAlphabet();
        auto training = BpeTraining::begin(words, options);
        QVERIFY_RESULT(training);
        QCOMPARE(training->initialTokens(), text.size());
        const auto first = training->mostFrequent(1);
        QCOMPARE(*training->advance(1), true);
        QCOMPARE(first[0].left, training->steps()[0].left);
        QCOMPARE(first[0].right, training->steps()[0].right);
        QVERIFY_RESULT(training->advance(10000));
        std::uint64_t before = training->initialTokens();
        for (const std::size_t n : {1, 10, 100, 200, 444}) {
            const auto tokenizer = trainedBpe(*training, *style, n).tokenizer();
            QVERIFY_RESULT(tokenizer);
            const auto ids = (*tokenizer)->encode(text, {AddSpecial::No, ParseSpecial::No});
            QVERIFY_RESULT(ids);
            QCOMPARE(ids->size(), training->steps()[n - 1].tokens);
            QVERIFY(ids->size() < before);
            before = ids->size();
            QCOMPARE((*tokenizer)->decode(*ids), text);
        }
    }

    /// Every kind: saved, loaded by our own loader, and used.
    void savedAndLoaded() {
        QTemporaryDir folder;
        std::string text;
        for (int round = 0; round < 3; ++round)
            for (const Json& part : corpus_)
                text += part.get<std::string>() + "\n";
        const auto check = [&](const TrainedTokenizer& trained, bool lossless) {
            const std::string path = (folder.path() + "/tokenizer.json").toStdString();
            QVERIFY_RESULT(trained.save(path));
            const auto tokenizer = loadTokenizer(path);
            QVERIFY_RESULT(tokenizer);
            QCOMPARE(static_cast<std::size_t>((*tokenizer)->nVocab()), trained.pieces.size());
            for (std::size_t id = 0; id < trained.pieces.size(); ++id)
                QCOMPARE((*tokenizer)->piece(static_cast<TokenId>(id)), std::string_view(trained.pieces[id]));
            const auto ids = (*tokenizer)->encode(text, {AddSpecial::No, ParseSpecial::No});
            QVERIFY_RESULT(ids);
            QVERIFY(ids->size() < text.size() / 2);
            if (lossless)
                QCOMPARE((*tokenizer)->decode(*ids), text);
        };
        for (const char* splitter : {"gpt2", "cl100k", "qwen2", "o200k", "tekken"}) {
            const auto style = byteLevelStyle(splitter);
            QVERIFY_RESULT(style);
            const auto cutting = Cutting::fromJson(style->normalizer, style->preTokenizer);
            WordCounts words;
            QVERIFY_RESULT(words.addLines(text, *cutting));
            BpeTrainOptions options;
            options.vocabSize = 900;
            options.initialAlphabet = byteLevelAlphabet();
            options.specialTokens = {"<|endoftext|>"};
            auto training = BpeTraining::begin(words, options);
            QVERIFY_RESULT(training->advance(10000));
            check(trainedBpe(*training, *style), true);
        }
        {
            const TokenizerStyle style = bertStyle(true);
            const auto cutting = Cutting::fromJson(style.normalizer, style.preTokenizer);
            WordCounts words;
            QVERIFY_RESULT(words.addLines(text, *cutting));
            auto training = BpeTraining::begin(words, wordPieceOptions(900));
            QVERIFY_RESULT(training->advance(10000));
            check(trainedWordPiece(*training, style), false);
        }
        {
            const TokenizerStyle style = sentencePieceStyle();
            const auto cutting = Cutting::fromJson(style.normalizer, style.preTokenizer);
            QVERIFY_RESULT(cutting);
            WordCounts words;
            QVERIFY_RESULT(words.addLines(text, *cutting));
            UnigramTrainOptions options;
            options.vocabSize = 700;
            options.unknownToken = "<unk>";
            auto training = UnigramTraining::begin(words, options);
            QVERIFY_RESULT(training);
            while (training->advance().value_or(false)) {
            }
            check(trainedUnigram(*training, style), false);
        }
    }

    void stopsWhenAsked() {
        WordCounts words;
        for (int i = 0; i < 3000; ++i)
            words.addWord("palavra" + std::to_string(i * 7919));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_ERROR(BpeTraining::begin(words, {}, stop.get_token()), ErrorCode::Cancelled);
        UnigramTrainOptions options;
        QVERIFY_ERROR(UnigramTraining::begin(words, options, stop.get_token()), ErrorCode::Cancelled);
        auto bpe = BpeTraining::begin(words, {});
        QVERIFY_RESULT(bpe);
        QVERIFY_ERROR(bpe->advance(1, stop.get_token()), ErrorCode::Cancelled);
        QCOMPARE(bpe->steps().size(), 0U);
        QVERIFY_RESULT(bpe->advance(5));
        QCOMPARE(bpe->steps().size(), 5U);
        auto unigram = UnigramTraining::begin(words, options);
        QVERIFY_RESULT(unigram);
        QVERIFY_ERROR(unigram->advance(stop.get_token()), ErrorCode::Cancelled);
        QVERIFY_RESULT(unigram->advance());
        QCOMPARE(unigram->steps().size(), 1U);
        const Cutting plain;
        QVERIFY_ERROR(words.addLines("a b\n", plain, stop.get_token()), ErrorCode::Cancelled);
    }

    void oddTexts() {
        WordCounts nothing;
        auto empty = BpeTraining::begin(nothing, {});
        QVERIFY_RESULT(empty);
        QCOMPARE(*empty->advance(1), false);
        QVERIFY_ERROR(UnigramTraining::begin(nothing, {}), ErrorCode::InvalidArgument);
        WordCounts odd;
        odd.addWord(std::string("\xff\xfe", 2));
        odd.addWord("a");
        odd.addWord(std::string("a\0b", 3), 5);
        odd.addWord("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9", 2);
        auto bpe = BpeTraining::begin(odd, {});
        QVERIFY_RESULT(bpe);
        QCOMPARE(*bpe->advance(1000), false);
        auto unigram = UnigramTraining::begin(odd, {});
        QVERIFY_RESULT(unigram);
        int steps = 0;
        while (unigram->advance().value_or(false))
            QVERIFY(++steps < 100);
        UnigramTrainOptions tooSmall;
        tooSmall.vocabSize = 2;
        QVERIFY_ERROR(UnigramTraining::begin(odd, tooSmall), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(byteLevelStyle("gpt9"), ErrorCode::InvalidArgument);
    }

private:
    void rows(bool unigram) {
        QTest::addColumn<QByteArray>("name");
        for (const auto& [name, entry] : golden_["cases"].items())
            if ((entry["kind"] == "unigram") == unigram)
                QTest::newRow(name.c_str()) << QByteArray::fromStdString(name);
    }

    void feed(const Json& entry, WordCounts& words) {
        const auto dumped = [](const Json& json) { return json.is_null() ? std::string() : json.dump(); };
        const auto cutting = Cutting::fromJson(dumped(entry["normalizer"]), dumped(entry["pre_tokenizer"]));
        QVERIFY_RESULT(cutting);
        const auto source = entry["source"].get<std::string>();
        if (source == "corpus" || source == "runs") {
            for (const Json& text : source == "runs" ? golden_["runs_text"] : corpus_)
                QVERIFY_RESULT(words.add(text.get<std::string>(), *cutting));
            return;
        }
        const std::string path = VITRAL_SHARED_DATA "/" + source;
        if (QFile::exists(QString::fromStdString(path)))
            QVERIFY_RESULT(words.addLines(readWhole(path), *cutting));
    }

    Json golden_, corpus_;
};

QTEST_GUILESS_MAIN(TestTrainers)
#include "tst_trainers.moc"
