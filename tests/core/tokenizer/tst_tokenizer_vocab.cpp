// SPDX-License-Identifier: Apache-2.0
// Exact ids on real vocabularies, against the expected ids that came with them (made by other people's tokenizers).
#include "core/tokenizer/tokenizer.h"
#include "tests/core/tokenizer/tokenizer_test.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <sstream>

using namespace vitral;
using namespace vitral::test;

namespace {

/// Texts are separated by a line of their own; the last one has no separator behind it.
std::vector<std::string> readTexts(const QString& path) {
    const std::string all = readWhole(path.toStdString());
    const std::string separator = "\n__ggml_vocab_test__\n";
    std::vector<std::string> texts;
    std::size_t begin = 0;
    for (std::size_t at = all.find(separator); at != std::string::npos; at = all.find(separator, begin)) {
        texts.push_back(all.substr(begin, at - begin));
        begin = at + separator.size();
    }
    if (begin < all.size())
        texts.push_back(all.substr(begin));
    return texts;
}

std::vector<std::vector<TokenId>> readIds(const QString& path) {
    std::istringstream all(readWhole(path.toStdString()));
    std::vector<std::vector<TokenId>> rows;
    for (std::string line; std::getline(all, line);) {
        std::istringstream words(line);
        rows.emplace_back();
        for (TokenId id = 0; words >> id;)
            rows.back().push_back(id);
    }
    return rows;
}

} // namespace

class TestTokenizerVocab : public QObject {
    Q_OBJECT

private slots:
    void expectedIds_data() {
        QTest::addColumn<QString>("path");
        for (const char* name : {"gpt-2", "llama-spm", "phi-3", "falcon", "deepseek-coder", "bert-bge"})
            QTest::newRow(name)
                << QStringLiteral(VITRAL_SHARED_DATA "/ggml-vocab/ggml-vocab-%1.gguf").arg(QLatin1String(name));
        QTest::newRow("qwen2.5") << QStringLiteral(VITRAL_SHARED_DATA "/qwen2.5-tokenizer/vocab-qwen2.5.gguf");
    }

    void expectedIds() {
        QFETCH(QString, path);
        VITRAL_NEED_FILE(path);
        const auto tokenizer = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(tokenizer);
        const std::vector<std::string> texts = readTexts(path + QStringLiteral(".inp"));
        const std::vector<std::vector<TokenId>> expected = readIds(path + QStringLiteral(".out"));
        QCOMPARE(texts.size(), expected.size());
        QVERIFY(texts.size() > 30);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const auto ids = (*tokenizer)->encode(texts[i], {AddSpecial::No, ParseSpecial::No});
            QVERIFY_RESULT(ids);
            QVERIFY2(*ids == expected[i],
                     qPrintable(QStringLiteral("text %1 %2\n got  %3\n want %4")
                                    .arg(i)
                                    .arg(QString::fromStdString(texts[i]), QString::fromStdString(joined(*ids)),
                                         QString::fromStdString(joined(expected[i])))));
            EncodeTrace trace; // the recorded way must give the same ids
            const auto traced = (*tokenizer)->encode(texts[i], {AddSpecial::No, ParseSpecial::No}, &trace);
            QVERIFY_RESULT(traced);
            QCOMPARE(joined(*traced), joined(expected[i]));
            std::vector<TokenId> fromTrace;
            for (const EncodeTrace::PreToken& token : trace.preTokens)
                fromTrace.insert(fromTrace.end(), token.ids.begin(), token.ids.end());
            QCOMPARE(joined(fromTrace), joined(expected[i]));
            if ((*tokenizer)->kind() != TokenizerKind::WordPiece) // BERT drops case, accents and blanks
                QCOMPARE((*tokenizer)->decode(*ids), texts[i]);
        }
    }
};

QTEST_GUILESS_MAIN(TestTokenizerVocab)
#include "tst_tokenizer_vocab.moc"
