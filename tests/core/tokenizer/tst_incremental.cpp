// SPDX-License-Identifier: Apache-2.0
// A text that is edited has, after every edit, the ids of encoding it whole; with every kind of tokenizer, random edits
// and hostile bytes. In a text of 1 MB an edit costs less than a frame.
#include "core/tokenizer/incremental.h"
#include "core/tokenizer/utf8.h"
#include "tests/core/tokenizer/tokenizer_test.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <QtTest>
#include <nlohmann/json.hpp>
#include <random>

using namespace vitral;
using namespace vitral::test;
using Json = nlohmann::json;

namespace {

struct Entry {
    const char* name;
    const char* path; ///< "shared:..." or below the golden folder
    bool local;       ///< edits must be cheap with it
};

constexpr Entry kEntries[] = {
    {"gpt-2", "shared:ggml-vocab/ggml-vocab-gpt-2.gguf", true},
    {"qwen2.5", "shared:qwen2.5-tokenizer/vocab-qwen2.5.gguf", true},
    {"llama-spm", "shared:ggml-vocab/ggml-vocab-llama-spm.gguf", true},
    {"phi-3", "shared:ggml-vocab/ggml-vocab-phi-3.gguf", true},
    {"falcon", "shared:ggml-vocab/ggml-vocab-falcon.gguf", true},
    {"deepseek-coder", "shared:ggml-vocab/ggml-vocab-deepseek-coder.gguf", true},
    {"bert-bge", "shared:ggml-vocab/ggml-vocab-bert-bge.gguf", true},
    {"yi", "shared:tokenizer-json/yi/tokenizer.json", true},
    {"minimind2", "shared:tokenizer-json/minimind2/tokenizer.json", true},
    {"sentencepiece-test", "shared:sentencepiece-test/test_model.model", true},
    {"bytes-added", "tiny/bytes-added.json", true},
    {"cl100k", "tiny/bytes-cl100k.json", true},
    {"o200k", "tiny/bytes-o200k.json", true},
    {"tekken", "tiny/bytes-tekken.json", true},
    {"deepseek3", "tiny/bytes-deepseek3.json", true},
    {"falcon-json", "tiny/bytes-falcon.json", true},
    {"gpt2prefix", "tiny/bytes-gpt2prefix.json", true},
    {"splits", "tiny/bytes-splits.json", true},
    {"starcoder", "tiny/bytes-starcoder.json", true},
    {"clip", "tiny/clip.json", false},
    {"metaspace-bpe", "tiny/metaspace-bpe.json", true},
    {"prepend-bpe", "tiny/prepend-bpe.json", true},
    {"fused-bpe", "tiny/fused-bpe.json", true},
    {"unfused-bpe", "tiny/unfused-bpe.json", true},
    {"unigram", "tiny/unigram.json", true},
    {"unigram-bytes", "tiny/unigram-bytes.json", true},
    {"unigram-charsmap", "tiny/unigram-charsmap.json", true},
    {"wordpiece", "tiny/wordpiece.json", true},
    {"wordpiece-cased", "tiny/wordpiece-cased.json", true},
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kLongestText = 9000; // whole encodes of longer texts take minutes under a sanitizer
#else
constexpr std::size_t kLongestText = 90000;
#endif

} // namespace

class TestIncremental : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        corpus_ = Json::parse(readWhole(VITRAL_GOLDEN "/tokenizer/corpus.json"), nullptr, false);
        QVERIFY(corpus_.is_array());
    }

    void sameAsWhole_data() { rows(); }
    void sameAsWhole() {
        load();
        if (!tokenizer_)
            return;
        std::mt19937 rng(7);
        for (const std::size_t size : {0, 300, 9000, 90000}) {
            if (size > kLongestText)
                continue;
            std::string text;
            while (text.size() < size)
                text += snippet(rng) + (rng() % 4 == 0 ? "\n" : " ");
            const EncodeOptions options{rng() % 2 ? AddSpecial::Yes : AddSpecial::No,
                                        rng() % 2 ? ParseSpecial::Yes : ParseSpecial::No};
            auto encoder = IncrementalEncoder::begin(tokenizer_, text, options);
            QVERIFY_RESULT(encoder);
            const int edits = size > 50000 ? 12 : 60;
            for (int i = -1; i < edits; ++i) {
                std::vector<TokenId> before = encoder->ids();
                if (i >= 0) {
                    const std::size_t at = rng() % (text.size() + 1);
                    const std::size_t removed = std::min<std::size_t>(rng() % 3 ? 0 : rng() % 40, text.size() - at);
                    const std::string inserted = rng() % 4 == 0 ? "" : rng() % 5 == 0 ? snippet(rng) : bit(rng);
                    text.replace(at, removed, inserted);
                    const auto change = encoder->edit(at, removed, inserted);
                    QVERIFY_RESULT(change);
                    QVERIFY(encoder->text() == text);
                    // The change, applied to the ids before, gives the ids now.
                    const std::vector<TokenId> now = encoder->ids();
                    const auto first = before.begin() + static_cast<std::ptrdiff_t>(change->firstToken);
                    before.erase(first, first + static_cast<std::ptrdiff_t>(change->removed));
                    const auto added = now.begin() + static_cast<std::ptrdiff_t>(change->firstToken);
                    before.insert(before.begin() + static_cast<std::ptrdiff_t>(change->firstToken), added,
                                  added + static_cast<std::ptrdiff_t>(change->added));
                    QVERIFY(before == now);
                }
                const auto whole = tokenizer_->encode(text, options);
                QVERIFY_RESULT(whole);
                if (encoder->ids() != *whole)
                    explain(text, encoder->ids(), *whole);
                QVERIFY2(encoder->ids() == *whole, qPrintable(QString("edit %1 of %2 bytes").arg(i).arg(text.size())));
                QCOMPARE(encoder->nTokens(), whole->size());
            }
        }
    }

    /// Typing in a text of a megabyte: how little is encoded again (the time is printed, not judged).
    void editsOfALongText_data() { rows(); }
    void editsOfALongText() {
        load();
        if (!tokenizer_)
            return;
        const std::string book = VITRAL_SHARED_DATA "/text-pt/dom_casmurro.txt";
        VITRAL_NEED_FILE(QString::fromStdString(book));
        std::string text = readWhole(book);
        if (kLongestText >= 90000) {
            text += text;
            text += text.substr(0, 250000);
        }
        auto encoder = IncrementalEncoder::begin(tokenizer_, text);
        QVERIFY_RESULT(encoder);
        QCOMPARE(encoder->isLocal(), local_);
        if (!local_)
            return;
        std::mt19937 rng(3);
        std::vector<double> ms;
        std::size_t most = 0;
        for (int i = 0; i < 40; ++i) {
            std::size_t at = rng() % text.size();
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80)
                ++at;
            const std::string typed = bit(rng);
            QElapsedTimer timer;
            timer.start();
            const auto change = encoder->edit(at, 0, typed);
            ms.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
            QVERIFY_RESULT(change);
            most = std::max(most, change->encodedBytes);
        }
        std::sort(ms.begin(), ms.end());
        qInfo("median %.2f ms, 95%% %.2f ms, at most %zu bytes encoded again", ms[20], ms[37], most);
        QVERIFY(most < 64 * 1024);
        const auto whole = tokenizer_->encode(encoder->text());
        QVERIFY(encoder->ids() == *whole);
    }

    /// A piece of a long text, encoded alone: where it says that it is exact, its tokens are those of the whole.
    void windowsOfALongText_data() { rows(); }
    void windowsOfALongText() {
        load();
        if (!tokenizer_)
            return;
        std::mt19937 rng(11);
        std::string text;
        while (text.size() < kLongestText)
            text += snippet(rng) + (rng() % 4 == 0 ? "\n" : " ");
        const auto encoder = IncrementalEncoder::begin(tokenizer_, text, {AddSpecial::No, ParseSpecial::No});
        QVERIFY_RESULT(encoder);
        struct Placed {
            std::size_t begin, end;
            TokenId id;
            bool operator==(const Placed&) const = default;
        };
        const std::vector<TokenId> ids = encoder->ids();
        std::vector<Placed> whole;
        std::size_t offset = 0;
        for (std::size_t part = 0; part < encoder->parts().size(); ++part) {
            const auto spans = encoder->spans(part);
            QVERIFY_RESULT(spans);
            for (std::size_t i = 0; i < spans->size(); ++i)
                whole.push_back({offset + (*spans)[i].begin, offset + (*spans)[i].end, encoder->parts()[part].ids[i]});
            offset += encoder->parts()[part].bytes;
        }
        int nExact = 0, nEqual = 0;
        constexpr int kWindows = 30;
        for (int i = 0; i < kWindows; ++i) {
            const std::size_t begin = i == 0 ? 0 : rng() % text.size();
            const std::size_t end = i == 1 ? text.size() : std::min(text.size(), begin + rng() % 1500);
            const auto window = IncrementalEncoder::window(tokenizer_, text, begin, end, ParseSpecial::No);
            QVERIFY_RESULT(window);
            QVERIFY(window->begin <= begin && window->end >= end);
            QVERIFY(window->end - window->begin < end - begin + 10'000); // what is near, however long the text
            QCOMPARE(window->spans.size(), window->ids.size());
            std::vector<Placed> here, there;
            for (std::size_t k = 0; k < window->ids.size(); ++k) {
                const Placed token{window->begin + window->spans[k].begin, window->begin + window->spans[k].end,
                                   window->ids[k]};
                if (token.end > begin && token.begin < end)
                    here.push_back(token);
            }
            for (const Placed& token : whole)
                if (token.end > begin && token.begin < end)
                    there.push_back(token);
            nExact += window->exact ? 1 : 0;
            nEqual += here == there ? 1 : 0;
            // Places may be coarser where a longer piece was normalised; ids may not differ.
            QVERIFY2(!window->exact ||
                         std::search(ids.begin(), ids.end(), window->ids.begin(), window->ids.end()) != ids.end() ||
                         window->ids.empty(),
                     qPrintable(QString("window %1: %2 to %3").arg(i).arg(begin).arg(end)));
        }
        qInfo("%d of %d are certain, %d are as in the whole", nExact, kWindows, nEqual);
        const QByteArray name = QTest::currentDataTag();
        if (text.size() > 50'000 && (name == "gpt-2" || name == "qwen2.5" || name == "llama-spm" || name == "bert-bge"))
            QVERIFY2(nExact >= kWindows * 9 / 10, qPrintable(QString::number(nExact)));
    }

    void canBeWatchedAndStopped() {
        const auto tokenizer = loadTokenizer(VITRAL_GOLDEN "/tokenizer/tiny/bytes-cl100k.json");
        QVERIFY_RESULT(tokenizer);
        std::string text;
        while (text.size() < 100'000)
            text += "some words and others, line after line\n";
        std::vector<std::size_t> told;
        const auto watched = IncrementalEncoder::begin(*tokenizer, text, {}, [&](std::size_t bytes) {
            told.push_back(bytes);
            return true;
        });
        QVERIFY_RESULT(watched);
        QVERIFY(told.size() > 50);
        QVERIFY(std::is_sorted(told.begin(), told.end()));
        QVERIFY(told.back() > text.size() - 5'000 && told.back() < text.size());
        int calls = 0;
        QVERIFY_ERROR(IncrementalEncoder::begin(*tokenizer, text, {}, [&](std::size_t) { return ++calls < 7; }),
                      ErrorCode::Cancelled);
        QCOMPARE(calls, 7);
    }

    void refusesWhatIsNotThere() {
        const auto tokenizer = loadTokenizer(VITRAL_GOLDEN "/tokenizer/tiny/wordpiece.json");
        auto encoder = IncrementalEncoder::begin(*tokenizer, "some text");
        QVERIFY_RESULT(encoder);
        QVERIFY_ERROR(encoder->edit(10, 0, "x"), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(encoder->edit(5, 5, "x"), ErrorCode::InvalidArgument);
        QCOMPARE(encoder->text(), std::string("some text"));
        QVERIFY_RESULT(encoder->edit(0, 9, ""));
        QCOMPARE(encoder->nTokens(), tokenizer.value()->encode("")->size());
    }

private:
    void rows() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < std::size(kEntries); ++i)
            QTest::newRow(kEntries[i].name) << static_cast<int>(i);
    }
    void load() {
        QFETCH(int, index);
        tokenizer_ = nullptr;
        const Entry& entry = kEntries[index];
        QString path = QString::fromUtf8(entry.path);
        path = path.startsWith(QLatin1String("shared:")) ? QStringLiteral(VITRAL_SHARED_DATA "/") + path.mid(7)
                                                         : QStringLiteral(VITRAL_GOLDEN "/tokenizer/") + path;
        VITRAL_NEED_FILE(path);
        const auto loaded = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(loaded);
        tokenizer_ = *loaded;
        local_ = entry.local;
    }
    /// A piece of the corpus, of a word list, or of the tokenizer's own added tokens.
    std::string snippet(std::mt19937& rng) {
        static const char* const words[] = {"the",
                                            "água",
                                            "não",
                                            "Dom",
                                            "casa",
                                            "x",
                                            "I'm",
                                            "3141",
                                            "слово",
                                            "<s>",
                                            "user",
                                            "guarda",
                                            "SAUDADE",
                                            "</w>",
                                            "def f(x):",
                                            "字",
                                            "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7"};
        if (rng() % 6 == 0)
            return corpus_[rng() % corpus_.size()].get<std::string>();
        if (rng() % 12 == 0)
            return std::string(
                tokenizer_->piece(static_cast<TokenId>(rng() % static_cast<unsigned>(tokenizer_->nVocab()))));
        std::string out;
        for (std::size_t i = 0, n = 1 + rng() % 12; i < n; ++i) {
            out += words[rng() % std::size(words)];
            out += rng() % 9 == 0 ? "  " : rng() % 9 == 0 ? ".\n" : rng() % 20 == 0 ? "" : " ";
        }
        return out;
    }
    std::string bit(std::mt19937& rng) {
        static const char* const bits[] = {
            "a",  " ",    "e", "\n", "é", "\xCC\x81", "  ", "'",  "s",   "1", "\xFF", "\xE2", "\xE2\x96\x81",
            "\t", "\r\n", "<", "|>", "A", "\xC2\xA0", "字", ". ", "the "};
        return bits[rng() % std::size(bits)];
    }
    static void explain(const std::string& text, const std::vector<TokenId>& got, const std::vector<TokenId>& want) {
        std::size_t i = 0;
        while (i < got.size() && i < want.size() && got[i] == want[i])
            ++i;
        std::string a;
        std::string b;
        for (std::size_t k = i; k < i + 8; ++k) {
            a += k < got.size() ? std::to_string(got[k]) + " " : "";
            b += k < want.size() ? std::to_string(want[k]) + " " : "";
        }
        qInfo("token %zu: %s but the whole gives %s (text of %zu bytes)", i, a.c_str(), b.c_str(), text.size());
    }

    Json corpus_;
    std::shared_ptr<const Tokenizer> tokenizer_;
    bool local_ = false;
};

QTEST_GUILESS_MAIN(TestIncremental)
#include "tst_incremental.moc"
