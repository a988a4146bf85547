// SPDX-License-Identifier: Apache-2.0
// What must hold for any text whatever: nothing is lost, nothing hangs, the stream never shows half a character.
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/utf8.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <atomic>
#include <ctime>
#include <map>
#include <random>
#include <thread>

using namespace vitral;

namespace {

struct Entry {
    const char* name;
    QString path;
    bool exact;      ///< decode(encode(x)) = x for valid text
    bool exactBytes; ///< and for any bytes
    bool long1MB = false;
};

std::vector<Entry> entries() {
    const QString shared = QStringLiteral(VITRAL_SHARED_DATA "/");
    const QString tiny = QStringLiteral(VITRAL_GOLDEN "/tokenizer/tiny/");
    // Falcon's vocabulary lacks some control bytes; in DeepSeek Coder's the pieces of some bytes double as added
    // tokens.
    return {{"gpt-2", shared + "ggml-vocab/ggml-vocab-gpt-2.gguf", true, true, true},
            {"qwen2.5", shared + "qwen2.5-tokenizer/vocab-qwen2.5.gguf", true, true, true},
            {"llama-spm", shared + "ggml-vocab/ggml-vocab-llama-spm.gguf", true, true, true},
            {"phi-3", shared + "ggml-vocab/ggml-vocab-phi-3.gguf", true, true},
            {"falcon", shared + "ggml-vocab/ggml-vocab-falcon.gguf", false, false},
            {"deepseek-coder", shared + "ggml-vocab/ggml-vocab-deepseek-coder.gguf", true, false},
            {"bert-bge", shared + "ggml-vocab/ggml-vocab-bert-bge.gguf", false, false, true},
            {"yi", shared + "tokenizer-json/yi/tokenizer.json", true, true},
            {"sentencepiece-test", shared + "sentencepiece-test/test_model.model", false, false, true},
            {"cl100k", tiny + "bytes-cl100k.json", true, true},
            {"o200k", tiny + "bytes-o200k.json", true, true},
            {"tekken", tiny + "bytes-tekken.json", true, true},
            {"deepseek3", tiny + "bytes-deepseek3.json", true, true, true},
            {"falcon-json", tiny + "bytes-falcon.json", true, true},
            {"prepend-bpe", tiny + "prepend-bpe.json", true, true},
            {"unigram", tiny + "unigram.json", false, false},
            {"unigram-bytes", tiny + "unigram-bytes.json", false, false},
            {"wordpiece", tiny + "wordpiece.json", false, false}};
}

std::string randomUnicode(std::mt19937& rng, std::size_t characters) {
    static const char32_t planes[][2] = {{0x20, 0x7E},     {0x00, 0x1F},       {0xA0, 0x24F},      {0x300, 0x36F},
                                         {0x400, 0x4FF},   {0x590, 0x6FF},     {0x900, 0x97F},     {0xE00, 0xE7F},
                                         {0x2000, 0x206F}, {0x3040, 0x30FF},   {0x4E00, 0x9FFF},   {0xAC00, 0xD7A3},
                                         {0xE000, 0xFFFD}, {0x1F300, 0x1FAFF}, {0x10000, 0x10FFFF}};
    std::string out;
    for (std::size_t i = 0; i < characters; ++i) {
        const auto& range = planes[rng() % 3 == 0 ? rng() % std::size(planes) : 0];
        appendUtf8(out, range[0] + static_cast<char32_t>(rng() % (range[1] - range[0] + 1)));
        if (rng() % 16 == 0)
            out.append(rng() % 8, "\n \t"[rng() % 3]);
    }
    return out;
}

} // namespace

class TestTokenizerProperties : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Tokenizer> tokenizer_;
    Entry entry_{};
    std::map<QString, std::shared_ptr<const Tokenizer>> loaded_;

    static void rows() {
        QTest::addColumn<int>("index");
        const std::vector<Entry> all = entries();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }
    void open() {
        QFETCH(int, index);
        entry_ = entries()[static_cast<std::size_t>(index)];
        VITRAL_NEED_FILE(entry_.path);
        tokenizer_ = loaded_[entry_.path]; // several functions share one: reading 64,000 pieces takes its time
        if (tokenizer_)
            return;
        const auto loaded = loadTokenizer(entry_.path.toStdString());
        QVERIFY_RESULT(loaded);
        tokenizer_ = loaded_[entry_.path] = *loaded;
    }
    /// Encodes both ways, decodes, streams.
    void check(const std::string& text) {
        const EncodeOptions options{AddSpecial::No, ParseSpecial::No};
        const auto ids = tokenizer_->encode(text, options);
        QVERIFY_RESULT(ids);
        EncodeTrace trace;
        const auto traced = tokenizer_->encode(text, options, &trace);
        QVERIFY_RESULT(traced);
        QVERIFY2(*ids == *traced, QByteArray::fromStdString(text).toHex());
        for (const TokenId id : *ids)
            QVERIFY(id >= 0 && id < tokenizer_->nVocab());
        for (const EncodeTrace::PreToken& token : trace.preTokens)
            QVERIFY(token.begin <= token.end && token.end <= trace.normalised.size());
        const std::string decoded = tokenizer_->decode(*ids);
        if (isValidUtf8(text) ? entry_.exact : entry_.exactBytes)
            QVERIFY2(decoded == text,
                     QByteArray::fromStdString(text).toHex() + " became " + QByteArray::fromStdString(decoded).toHex());
        StreamDecoder stream(tokenizer_, StreamDecoder::From::Text);
        std::string streamed;
        for (const TokenId id : *ids) {
            const std::string piece = stream.push(id);
            QVERIFY2(isValidUtf8(piece), QByteArray::fromStdString(piece).toHex());
            streamed += piece;
        }
        streamed += stream.finish();
        QVERIFY(isValidUtf8(streamed));
        if (isValidUtf8(decoded))
            QVERIFY(streamed == decoded);
    }

private slots:
    void randomText_data() { rows(); }
    void randomText() {
        open();
        std::mt19937 rng(1);
        for (int i = 0; tokenizer_ && i < 200 && !QTest::currentTestFailed(); ++i)
            check(randomUnicode(rng, rng() % 60));
    }

    void invalidUtf8_data() { rows(); }
    void invalidUtf8() {
        open();
        std::mt19937 rng(2);
        for (int i = 0; tokenizer_ && i < 200 && !QTest::currentTestFailed(); ++i) {
            std::string text = randomUnicode(rng, 1 + rng() % 20);
            for (std::size_t n = rng() % 8; n > 0; --n)
                text[rng() % text.size()] = static_cast<char>(rng());
            check(text);
        }
    }

    void everyByte_data() { rows(); }
    void everyByte() {
        open();
        std::string all;
        for (int b = 0; tokenizer_ && b < 256 && !QTest::currentTestFailed(); ++b) {
            check(std::string(1, static_cast<char>(b)));
            check("a" + std::string(2, static_cast<char>(b)) + "b ");
            all += static_cast<char>(b);
        }
        if (tokenizer_)
            check(all + all);
    }

    /// 1 MB of one character of each sort, in seconds; less where sanitizers make everything slow.
    void longRuns_data() { rows(); }
    void longRuns() {
        open();
        if (!tokenizer_)
            return;
        const std::size_t bytes = entry_.long1MB ? kLongRun : kShortRun;
        for (const char* unit : {"a", " ", "1", "é", "\xFF"}) {
            std::string text;
            while (text.size() < bytes)
                text += unit;
            const std::clock_t start = std::clock(); // processor time: the machine may be busy with other things
            const auto ids = tokenizer_->encode(text, {AddSpecial::No, ParseSpecial::Yes});
            QVERIFY_RESULT(ids);
            const std::string decoded = tokenizer_->decode(*ids);
            const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
            QVERIFY2(seconds < 5, qPrintable(QStringLiteral("%1 s for %2").arg(seconds).arg(QLatin1String(unit))));
            if (isValidUtf8(text) ? entry_.exact : entry_.exactBytes)
                QVERIFY(decoded == text);
        }
    }

    void endOfGeneration() {
        const auto qwen = loadTokenizer(VITRAL_SHARED_DATA "/qwen2.5-tokenizer/vocab-qwen2.5.gguf");
        if (!qwen)
            QSKIP("the Qwen 2.5 vocabulary is not here");
        const Tokenizer& t = **qwen;
        QVERIFY(t.isEndOfGeneration(t.find("<|im_end|>").value_or(-1)));
        QVERIFY(t.isEndOfGeneration(t.find("<|endoftext|>").value_or(-1)));
        QVERIFY(!t.isEndOfGeneration(t.find("<|im_start|>").value_or(-1)));
        QVERIFY(!t.isEndOfGeneration(0));
        QVERIFY(!t.special().addBos);
        const auto text = t.encode("<|im_end|>", {AddSpecial::No, ParseSpecial::No});
        const auto token = t.encode("<|im_end|>", {AddSpecial::No, ParseSpecial::Yes});
        QVERIFY_RESULT(text);
        QVERIFY_RESULT(token);
        QVERIFY(text->size() > 1);
        QCOMPARE(token->size(), std::size_t{1});
        QCOMPARE(t.decode(*text), std::string("<|im_end|>"));
        QCOMPARE(t.decode(*token), std::string());
        QCOMPARE(t.decode(*token, true), std::string("<|im_end|>"));
    }

    void beginningAndEnd() {
        const auto phi = loadTokenizer(VITRAL_SHARED_DATA "/ggml-vocab/ggml-vocab-phi-3.gguf");
        if (!phi)
            QSKIP("the Phi-3 vocabulary is not here");
        const auto ids = (*phi)->encode("", {});
        QVERIFY_RESULT(ids);
        QCOMPARE(*ids, std::vector<TokenId>{1});
        QVERIFY((*phi)->isEndOfGeneration((*phi)->find("<|end|>").value_or(-1)));
        const auto bert = loadTokenizer(VITRAL_SHARED_DATA "/ggml-vocab/ggml-vocab-bert-bge.gguf");
        if (!bert)
            QSKIP("the BERT vocabulary is not here");
        const auto framed = (*bert)->encode("hello", {});
        QVERIFY_RESULT(framed);
        QCOMPARE(*framed, (std::vector<TokenId>{101, 7592, 102}));
    }

    void bundledModel() {
        const std::string path = VITRAL_SOURCE_DIR "/assets/models/vitral-pequeno/vitral-pequeno-q8_0.gguf";
        VITRAL_NEED_FILE(QString::fromStdString(path));
        const auto tokenizer = loadTokenizer(path);
        QVERIFY_RESULT(tokenizer);
        const std::string text = "Olá! O que é atenção? What is a token?\n🙂";
        const auto ids = (*tokenizer)->encode(text, {AddSpecial::No, ParseSpecial::No});
        QVERIFY_RESULT(ids);
        QVERIFY(ids->size() < text.size() / 2);
        QCOMPARE((*tokenizer)->decode(*ids), text);
        QVERIFY((*tokenizer)->isEndOfGeneration((*tokenizer)->find("<|im_end|>").value_or(-1)));
    }

    /// One tokenizer, several threads: nothing in it changes (the TSan preset looks).
    void threads() {
        for (const char* name : {"bytes-deepseek3.json", "metaspace-bpe.json", "unigram.json", "wordpiece.json"}) {
            const auto tokenizer = loadTokenizer(std::string(VITRAL_GOLDEN "/tokenizer/tiny/") + name);
            QVERIFY_RESULT(tokenizer);
            std::mt19937 rng(9);
            const std::string text = randomUnicode(rng, 3000);
            const auto want = (*tokenizer)->encode(text, {});
            QVERIFY_RESULT(want);
            std::vector<std::thread> threads;
            std::atomic<int> wrong = 0;
            for (int i = 0; i < 4; ++i)
                threads.emplace_back([&] {
                    for (int k = 0; k < 5; ++k) {
                        const auto ids = (*tokenizer)->encode(text, {});
                        if (!ids || *ids != *want)
                            ++wrong;
                        (void)(*tokenizer)->decode(*want);
                    }
                });
            for (std::thread& thread : threads)
                thread.join();
            QCOMPARE(wrong.load(), 0);
        }
    }

    /// The blank that SentencePiece puts before a text is dropped at its beginning, and kept after a prompt.
    void firstBlank() {
        const auto llama = loadTokenizer(VITRAL_SHARED_DATA "/ggml-vocab/ggml-vocab-llama-spm.gguf");
        if (!llama)
            QSKIP("the Llama vocabulary is not here");
        const auto ids = (*llama)->encode("Hello world", {});
        QVERIFY_RESULT(ids);
        StreamDecoder text(*llama, StreamDecoder::From::Text);
        StreamDecoder continuation(*llama);
        std::string a;
        std::string b;
        for (const TokenId id : *ids) {
            a += text.push(id);
            b += continuation.push(id);
        }
        QCOMPARE(a, std::string("Hello world"));
        QCOMPARE(b, std::string(" Hello world"));
    }

private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    static constexpr std::size_t kLongRun = 1 << 16, kShortRun = 1 << 12;
#else
    static constexpr std::size_t kLongRun = 1 << 20, kShortRun = 1 << 16;
#endif
};

QTEST_GUILESS_MAIN(TestTokenizerProperties)
#include "tst_tokenizer_properties.moc"
