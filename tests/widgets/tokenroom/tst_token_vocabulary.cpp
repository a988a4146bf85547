// SPDX-License-Identifier: Apache-2.0
// The pages Vocabulary and Embedding: what is found and in which order, what the rows say against core, what is typed,
// and what happens when the tokenizer changes under them.

#include "tests/widgets/tokenroom/token_page_test.h"
#include "widgets/inside/bar_list.h"
#include "widgets/tokenroom/embedding_view.h"
#include "widgets/tokenroom/vocabulary_view.h"

#include <QCheckBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableView>

#include <cmath>

using namespace vitral;
using namespace vitral::test;

class TestTokenVocabulary : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    // --- Vocabulary ---

    void everyEntryAndOnlySeenRows() {
        ShownPage<VocabularyView> page;
        QVERIFY(page.ready());
        const TokenPageRoom& room = page.room;
        VocabularyView& view = page.view;
        const auto tokenizer = room.tokens->currentTokenizer()->tokenizer;
        QCOMPARE(view.model()->rowCount(), tokenizer->nVocab());
        QCOMPARE(view.model()->idAt(0), 0);
        for (const TokenId id : {0, 100, tokenizer->nVocab() - 1}) {
            const auto cell = [&](int column) { return view.model()->index(id, column).data().toString(); };
            QCOMPARE(cell(VocabularyModel::kId), QString::number(id));
            QCOMPARE(cell(VocabularyModel::kBytes), QString::number(tokenizer->decodeToken(id, true).size()));
            QVERIFY(!cell(VocabularyModel::kNorm).isEmpty()); // the bundled model has its weights
        }
        QVERIFY(view.statusText().contains("entries"));
    }

    void searchFiltersAndOrders() {
        ShownPage<VocabularyView> page;
        QVERIFY(page.ready());
        const TokenPageRoom& room = page.room;
        VocabularyView& view = page.view;
        const auto tokenizer = room.tokens->currentTokenizer()->tokenizer;
        view.searchField()->setText("#10-14");
        QVERIFY(settled(view));
        QCOMPARE(view.model()->found(), (std::vector<TokenId>{10, 11, 12, 13, 14}));
        view.searchField()->setText("ca");
        QVERIFY(settled(view));
        int expected = 0;
        for (TokenId id = 0; id < tokenizer->nVocab(); ++id)
            expected += QString::fromStdString(tokenizer->decodeToken(id, true)).contains("ca", Qt::CaseInsensitive) ||
                                QString::fromUtf8(tokenizer->piece(id).data(), qsizetype(tokenizer->piece(id).size()))
                                    .contains("ca", Qt::CaseInsensitive)
                            ? 1
                            : 0;
        QVERIFY(expected > 3);
        QCOMPARE(view.model()->rowCount(), expected);
        view.expressionBox()->setChecked(true);
        view.searchField()->setText("^ ca");
        QVERIFY(settled(view));
        QVERIFY(view.model()->rowCount() > 0 && view.model()->rowCount() < expected);
        view.searchField()->setText("((");
        QVERIFY(settled(view));
        QCOMPARE(view.model()->rowCount(), 0);
        QVERIFY(view.statusText().endsWith('.') && view.statusText().size() > 20);
        view.searchField()->clear();
        view.expressionBox()->setChecked(false);
        for (const auto column : {VocabularyModel::kBytes, VocabularyModel::kNorm, VocabularyModel::kScript}) {
            view.table()->horizontalHeader()->setSortIndicator(column, Qt::DescendingOrder);
            QVERIFY(settled(view));
            QCOMPARE(view.model()->rowCount(), tokenizer->nVocab());
            QLocale c = QLocale::c();
            double last = 1e30;
            for (int row = 0; column != VocabularyModel::kScript && row < view.model()->rowCount(); row += 17) {
                const double value = c.toDouble(view.model()->index(row, column).data().toString());
                QVERIFY(value <= last);
                last = value;
            }
        }
        view.unreachableBox()->setChecked(true);
        QVERIFY(settled(view));
        QVERIFY(view.ruleText().contains("is not encoded as that token alone"));
        for (int row = 0; row < view.model()->rowCount(); ++row)
            QVERIFY(view.model()->index(row, VocabularyModel::kReach).data().toString().startsWith("unreachable"));
    }

    void undertrainedAsCoreSays() {
        const TokenPageRoom room;
        VocabularyView view(*room.tokens);
        view.show();
        QVERIFY(room.waitUntilLoaded());
        QVERIFY(settled(view));
        view.undertrainedBox()->setChecked(true);
        QVERIFY(settled(view));
        ThreadPool pool(1);
        const auto file = GgufFile::open(bundledModel().toStdString());
        const auto rows = EmbeddingRows::open(*file, pool);
        QVERIFY_RESULT(rows);
        QCOMPARE(std::size_t(view.model()->rowCount()), rows->undertrained(100'000).size());
        QVERIFY(view.ruleText().contains("A sign, not a proof"));
    }

    void aClickChoosesForAll() {
        ShownPage<VocabularyView> page;
        QVERIFY(page.ready());
        const TokenPageRoom& room = page.room;
        VocabularyView& view = page.view;
        QSignalSpy spy(room.tokens.get(), &TokenController::selectionChanged);
        view.table()->setCurrentIndex(view.model()->index(7, 1));
        QCOMPARE(spy.size(), 1);
        QCOMPARE(room.tokens->selection().id, 7);
        TokenSelection other;
        other.tokenizer = room.tokens->current();
        other.id = 300;
        room.tokens->select(other);
        QCOMPARE(view.table()->currentIndex().row(), 300);
        QCOMPARE(spy.size(), 2); // following does not choose again
        QSignalSpy asked(&view, &TokenView::viewAsked);
        QTest::keyClick(view.table(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), QString("embedding"));
    }

    void aVocabularyWithoutWeights() {
        const TokenPageRoom room(QString{});
        VocabularyView view(*room.tokens);
        view.show();
        QVERIFY(!view.missing().isEmpty()); // nothing is open
        room.tokens->openTokenizer(tinyTokenizer("unigram"));
        QVERIFY(room.waitUntilLoaded());
        QVERIFY(settled(view));
        QVERIFY(view.missing().isEmpty());
        QVERIFY(view.model()->rowCount() > 10);
        QVERIFY(view.table()->isColumnHidden(VocabularyModel::kNorm));
        QVERIFY(!view.undertrainedBox()->isEnabled());
        EmbeddingView rows(*room.tokens);
        rows.show();
        QVERIFY(settled(rows));
        QVERIFY(rows.missing().contains("vocabulary only"));
        // Another tokenizer while the first is being searched.
        view.searchField()->setText("a");
        room.tokens->openTokenizer(tinyTokenizer("wordpiece"));
        QVERIFY(room.waitUntilLoaded(2));
        QVERIFY(settled(view));
        QVERIFY(view.model()->rowCount() > 0);
        for (const TokenId id : view.model()->found())
            QVERIFY(id < room.tokens->currentTokenizer()->tokenizer->nVocab());
    }

    void aQuarterOfAMillion() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/tiktoken/o200k_base.tiktoken");
        VITRAL_NEED_FILE(path);
        const TokenPageRoom room(QString{});
        room.tokens->openTokenizer(path);
        QVERIFY(room.waitUntilLoaded());
        VocabularyView view(*room.tokens);
        view.resize(900, 600);
        view.show();
        QVERIFY(settled(view));
        QVERIFY(view.model()->rowCount() > 199'000);
        view.searchField()->setText("são");
        QVERIFY(settled(view));
        QVERIFY(view.model()->rowCount() > 5 && view.model()->rowCount() < 500);
    }

    // --- Embedding ---

    void theRowAndItsNeighbours() {
        ShownPage<EmbeddingView> page;
        QVERIFY(page.ready());
        const TokenPageRoom& room = page.room;
        EmbeddingView& view = page.view;
        TokenSelection selection;
        selection.tokenizer = room.tokens->current();
        selection.id = 400;
        room.tokens->select(selection);
        QVERIFY(settled(view));
        ThreadPool pool(1);
        const auto file = GgufFile::open(bundledModel().toStdString());
        const auto rows = EmbeddingRows::open(*file, pool);
        QVERIFY_RESULT(rows);
        QCOMPARE(view.vectorBars()->values(), *rows->row(400));
        const TokenId inputs[] = {400};
        const auto near = rows->nearest(*rows->row(400), 13, inputs);
        const auto& bars = view.neighbours()->content().bars;
        QCOMPARE(bars.size(), std::size_t(12));
        for (std::size_t i = 0; i < bars.size(); ++i)
            QCOMPARE(bars[i].value, double((*near)[i + 1].cosine));
        std::int64_t total = 0;
        for (const std::int64_t n : view.histogram()->counts())
            total += n;
        QCOMPARE(total, rows->nRow());
        QVERIFY(view.factsText().contains(QString::number(400)));
        view.neighbours()->setCurrent(0);
        emit view.neighbours()->activated(0);
        QVERIFY(settled(view));
        QCOMPARE(room.tokens->selection().id, (*near)[1].id);
        QCOMPARE(view.vectorBars()->values(), *rows->row((*near)[1].id));
    }

    void whatIsTyped() {
        ShownPage<EmbeddingView> page;
        QVERIFY(page.ready());
        const TokenPageRoom& room = page.room;
        EmbeddingView& view = page.view;
        const auto tokenizer = room.tokens->currentTokenizer()->tokenizer;
        const auto type = [&](TokenField* field, const QString& text) {
            field->setFocus();
            field->selectAll();
            QTest::keyClicks(field, text);
            QTest::keyClick(field, Qt::Key_Return);
        };
        type(view.tokenField(), "casa");
        QVERIFY(settled(view));
        const TokenId id = view.tokenField()->token();
        QVERIFY(id >= 0);
        QCOMPARE(tokenizer->decodeToken(id, true), std::string(" casa"));
        type(view.tokenField(), "#12");
        QCOMPARE(view.tokenField()->token(), 12);
        type(view.tokenField(), "#999999999");
        QVERIFY(view.tokenField()->isWrong());
        QVERIFY(view.factsText().contains("is no single token"));
        type(view.tokenField(), "nao existe de jeito nenhum");
        QVERIFY(view.tokenField()->isWrong());
    }

    void sumsOfRows() {
        ShownPage<EmbeddingView> page;
        QVERIFY(page.ready());
        const TokenPageRoom& room = page.room;
        EmbeddingView& view = page.view;
        view.go("menino - ele + ela");
        QVERIFY(settled(view));
        QCOMPARE(view.nTerm(), 3);
        QVERIFY(view.termField(0)->token() >= 0 && view.termField(2)->token() >= 0);
        ThreadPool pool(1);
        const auto file = GgufFile::open(bundledModel().toStdString());
        const auto rows = EmbeddingRows::open(*file, pool);
        const std::vector<EmbeddingRows::Term> terms{
            {view.termField(0)->token(), 1}, {view.termField(1)->token(), -1}, {view.termField(2)->token(), 1}};
        const auto sum = rows->sum(terms, 10);
        QVERIFY_RESULT(sum);
        const auto& bars = view.answers()->content().bars;
        QCOMPARE(bars.size(), sum->neighbours.size());
        for (std::size_t i = 0; i < bars.size(); ++i)
            QCOMPARE(bars[i].value, double(sum->neighbours[i].cosine));
        QCOMPARE(view.answerText().contains("one of the tokens you put in"), sum->answerIsInput);
        // a - a is nothing at all, and says so.
        view.go("menino - menino");
        QVERIFY(settled(view));
        QVERIFY(view.answerText().contains("comes to 0"));
        view.setTermNegative(1, false);
        QVERIFY(settled(view));
        QVERIFY(view.answerText().contains("one of the tokens you put in"));
        const QJsonObject state = view.saveState();
        EmbeddingView again(*room.tokens);
        again.restoreState(state);
        again.show();
        QVERIFY(settled(again));
        QCOMPARE(again.termField(0)->token(), view.termField(0)->token());
    }

    void closedInTheMiddle() {
        for (int i = 0; i < 5; ++i) {
            const TokenPageRoom room;
            auto vocabulary = std::make_unique<VocabularyView>(*room.tokens);
            auto rows = std::make_unique<EmbeddingView>(*room.tokens);
            vocabulary->show();
            rows->show();
            if (i > 0)
                QVERIFY(room.waitUntilLoaded());
            QTest::qWait(i * 5);
            vocabulary->searchField()->setText("a");
            rows->go("#5");
            vocabulary.reset();
            rows.reset();
        }
    }
};

QTEST_MAIN(TestTokenVocabulary)
#include "tst_token_vocabulary.moc"
