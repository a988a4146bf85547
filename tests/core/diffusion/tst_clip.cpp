// SPDX-License-Identifier: Apache-2.0
// CLIP's tokenizer and text encoder against transformers; weighted prompts.

#include "core/diffusion/clip.h"
#include "core/diffusion/prompt.h"
#include "core/tokenizer/list_files.h"
#include "tests/core/diffusion/diffusion_golden.h"

#include <QTemporaryDir>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;
using Json = nlohmann::json;

class TestClip : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    Result<DiffusionGolden> golden_;
    Json clip_;
    std::shared_ptr<const Tokenizer> tokenizer_;

    std::string merges() const {
        std::string text;
        for (const auto& line : clip_["merges"])
            text += line.get<std::string>() + "\n";
        return text;
    }
    Result<std::shared_ptr<const ClipText>> load(const std::string& name, Precision precision,
                                                 std::shared_ptr<Backend> backend, std::int64_t nSkip = 0,
                                                 bool finalNorm = true) {
        const auto path = std::filesystem::path(folder_.path().toStdString()) / "clip.safetensors";
        VITRAL_TRY(writeGoldenModel(*golden_, path));
        VITRAL_TRY_ASSIGN(auto file, SafetensorsFile::open(path));
        TensorSource source;
        VITRAL_TRY(source.add(std::move(file), underPrefix(name + ".")));
        DiffusionLoadOptions options;
        options.backend = std::move(backend);
        options.precision = precision;
        VITRAL_TRY_ASSIGN(const auto json, JsonConfig::parse(clip_["models"][name].dump(), "config.json"));
        VITRAL_TRY_ASSIGN(auto config, readClipConfig(json));
        config.nSkip = nSkip;
        config.finalNorm = finalNorm;
        VITRAL_TRY_ASSIGN(auto tokens, clipTokens());
        NetLoader loader(source, "The text encoder", weightForm(precision), options);
        VITRAL_TRY_ASSIGN(auto text, ClipText::load(loader, config, std::move(tokens)));
        auto kept = source.owners();
        return std::shared_ptr<const ClipText>(text.get(), [text, kept](const ClipText*) {});
    }
    Result<ClipTokens> clipTokens() {
        VITRAL_TRY_ASSIGN(const auto config,
                          JsonConfig::parse(R"({"bos_token":"<|startoftext|>","eos_token":{"content":"<|endoftext|>"},
                                                "pad_token":"<|endoftext|>","model_max_length":16})",
                                            "tokenizer_config.json"));
        return readClipTokens(tokenizer_, config, 16);
    }

private slots:
    void initTestCase() {
        golden_ = loadDiffusionGolden("clip-text");
        QVERIFY_RESULT(golden_);
        const auto file =
            SafetensorsFile::open(std::filesystem::path(VITRAL_GOLDEN) / "diffusion/clip-text.safetensors");
        QVERIFY_RESULT(file);
        for (const auto& [key, value] : (*file)->metadata())
            if (key == "clip")
                clip_ = Json::parse(value);
        const auto tokenizer = tokenizerFromClip(clip_["vocab"].dump(), merges());
        QVERIFY_RESULT(tokenizer);
        tokenizer_ = *tokenizer;
    }

    void idsAreThoseOfTransformers() {
        const auto ofMergesAlone = tokenizerFromClip({}, merges());
        QVERIFY_RESULT(ofMergesAlone);
        const auto tokens = clipTokens();
        QVERIFY_RESULT(tokens);
        QVERIFY(clip_["cases"].size() >= 15);
        for (const Json& entry : clip_["cases"]) {
            const auto text = entry[0].get<std::string>();
            const auto expected = entry[1].get<std::vector<TokenId>>();
            for (const auto& tokenizer : {tokenizer_, *ofMergesAlone}) {
                const auto ids = tokenizer->encode(text, {AddSpecial::No, ParseSpecial::Yes});
                QVERIFY_RESULT(ids);
                QVERIFY2(*ids == expected, text.c_str());
            }
            if (text.find("<|") != std::string::npos)
                continue; // a prompt's "<|endoftext|>" is text here
            const auto prompt = encodePrompt(*tokens, text);
            QVERIFY_RESULT(prompt);
            QVERIFY2(prompt->ids == entry[2].get<std::vector<TokenId>>(), text.c_str());
            QCOMPARE(prompt->nCut, std::max<std::int64_t>(0, static_cast<std::int64_t>(expected.size()) - 14));
        }
    }

    void builtInVocabularyIsClips() {
        const auto tokenizer = builtInClipTokenizer();
        QVERIFY_RESULT(tokenizer);
        QCOMPARE((*tokenizer)->nVocab(), 49408);
        QCOMPARE((*tokenizer)->find("<|startoftext|>").value_or(-1), 49406);
        QCOMPARE((*tokenizer)->find("<|endoftext|>").value_or(-1), 49407);
        // Known ids of openai/clip-vit-large-patch14.
        const auto ids = (*tokenizer)->encode("a photo of a cat", {AddSpecial::Yes, ParseSpecial::No});
        QVERIFY_RESULT(ids);
        QCOMPARE(*ids, (std::vector<TokenId>{49406, 320, 1125, 539, 320, 2368, 49407}));
    }

    void statesAreThoseOfTransformers_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("isa");
        for (const auto& [isaName, isa] : cpuIsasHere())
            for (const char* name : {"sd1", "sd2"})
                QTest::addRow("%s %s", name, isaName.c_str()) << QString(name) << int(isa);
    }
    void statesAreThoseOfTransformers() {
        QFETCH(QString, name);
        QFETCH(int, isa);
        const std::string model = name.toStdString();
        auto backend = makeCpuBackend({2, CpuIsa(isa)});
        QVERIFY_RESULT(backend);
        const auto& ids = golden_->tensors.at("ids");
        const auto compare = [&](const ClipText& text, const std::string& point, double allowed) {
            const auto& expected = golden_->tensors.at(model + "." + point).values;
            Workspace workspace(**backend);
            NetworkContext context{**backend, workspace, {}, nullptr};
            std::vector<float> got;
            for (std::int64_t i = 0; i < ids.dims[0]; ++i) {
                std::vector<TokenId> row;
                for (std::int64_t j = 0; j < ids.dims[1]; ++j)
                    row.push_back(static_cast<TokenId>(ids.values[static_cast<std::size_t>(i * ids.dims[1] + j)]));
                const auto states = text.encodeIds(context, row, 0);
                QVERIFY_RESULT(states);
                got.insert(got.end(), states->tokens.begin(), states->tokens.end());
            }
            const double error = relativeDifference(got, expected);
            QVERIFY2(error <= allowed, qPrintable(QString("%1: relative error %2").arg(point.c_str()).arg(error)));
        };
        const auto exact = load(model, Precision::Exact, *backend);
        QVERIFY_RESULT(exact);
        compare(**exact, "last", 1e-4);
        const auto fast = load(model, Precision::Fast, *backend);
        QVERIFY_RESULT(fast);
        compare(**fast, "last", 3e-2);
        const auto penultimate = load(model, Precision::Exact, *backend, 1, false);
        QVERIFY_RESULT(penultimate);
        compare(**penultimate, "penultimate", 1e-4);
    }

    void weightsKeepTheMean() {
        auto backend = makeCpuBackend({2, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        const auto text = load("sd1", Precision::Exact, *backend);
        QVERIFY_RESULT(text);
        Workspace workspace(**backend);
        NetworkContext context{**backend, workspace, {}, nullptr};
        std::int64_t nCut = -1;
        const auto plain = (*text)->encode(context, "a red cat", &nCut);
        QVERIFY_RESULT(plain);
        QCOMPARE(nCut, 0);
        const auto weighted = (*text)->encode(context, "a (red:1.5) cat", nullptr);
        QVERIFY_RESULT(weighted);
        QCOMPARE(weighted->words, plain->words);
        QCOMPARE(QString::fromStdString(plain->words.front()), QString("<start>"));
        QCOMPARE(QString::fromStdString(plain->words.back()), QString("<fill>"));
        double a = 0, b = 0;
        for (std::size_t i = 0; i < plain->tokens.size(); ++i) {
            a += static_cast<double>(plain->tokens[i]);
            b += static_cast<double>(weighted->tokens[i]);
        }
        QVERIFY(std::fabs(a - b) < 1e-3 * std::fabs(a) + 1e-3);
        QVERIFY(relativeDifference(weighted->tokens, plain->tokens) > 0.01);
        QCOMPARE((*text)->maxTokens(), std::int64_t{16});
        (void)(*text)->encode(context, "one two three four five six seven eight nine ten eleven twelve", &nCut);
        QVERIFY(nCut > 0);
    }

    void promptsAreTakenApart() {
        const auto shown = [](std::string_view prompt) {
            QString text;
            for (const PromptPart& part : parsePrompt(prompt))
                text += QString("[%1|%2]").arg(QString::fromStdString(part.text)).arg(double(part.weight));
            return text;
        };
        QCOMPARE(shown(""), "");
        QCOMPARE(shown("a cat"), "[a cat|1]");
        QCOMPARE(shown("a (red:1.3) cat"), "[a|1][ red|1.3][ cat|1]");
        QCOMPARE(shown("(a (red:2) cat:1.5)"), "[a|1.5][ red|3][ cat|1.5]");
        QCOMPARE(shown("(just a note)"), "[(just a note)|1]");
        QCOMPARE(shown("at 10:30 (see: below)"), "[at 10:30 (see: below)|1]");
        QCOMPARE(shown("\\(x:2\\)"), "[(x:2)|1]");
        QCOMPARE(shown("(x:99999)"), "[x|10]");
        QCOMPARE(shown("((((("), "[(((((|1]");
        QCOMPARE(shown("(:2) (x:) (x:1.2.3)"), "[(:2) (x:) (x:1.2.3)|1]");
        QVERIFY(!parsePrompt(std::string(200000, '(')).empty());
    }

    void hostileVocabularies() {
        QVERIFY_ERROR(tokenizerFromClip({}, "a b c\n"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromClip("[]", "a b\n"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromClip("{\"a\":1}", "a b\n"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromClip({}, "\xff\xfe b\n"), ErrorCode::InvalidFile);
    }
};

QTEST_GUILESS_MAIN(TestClip)
#include "tst_clip.moc"
