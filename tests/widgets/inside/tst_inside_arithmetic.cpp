// SPDX-License-Identifier: Apache-2.0
// Numbers of the room taken apart: the steps add up, they end in the number on the screen, and what they are made of is
// what the run holds or what the formula's own source says. Made-up runs, offscreen.

#include "core/trace/attention_map.h"
#include "core/trace/positions.h"
#include "tests/support/made_up_room.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/cell_step.h"
#include "widgets/inside/cell_view.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/overview_view.h"
#include "widgets/inside/positions_view.h"
#include "widgets/inside/tensor_statistics.h"
#include "widgets/inside/text_canvas.h"
#include "widgets/inside/text_view.h"
#include "widgets/inside/value_text.h"

#include <QLabel>
#include <QPushButton>
#include <QTextDocumentFragment>
#include <QToolButton>

#include <cmath>
#include <numeric>

using namespace vitral;
using namespace vitral::test;

namespace {

QString plainText(const QString& html) {
    return QTextDocumentFragment::fromHtml(html).toPlainText();
}

/// The result of a formula: the number behind its last "=".
double resultOf(const QString& formula) {
    QString text = formula.section(QLatin1Char('='), -1).trimmed();
    text.replace(QChar(0x2212), QLatin1Char('-'));
    const bool percent = text.endsWith(QLatin1Char('%'));
    text.remove(QLatin1Char('%')).remove(QChar::Nbsp).remove(QLatin1Char(' '));
    bool good = false;
    const double value = QLocale::c().toDouble(text, &good);
    return !good ? std::nan("") : percent ? value / 100 : value;
}

/// Left and right of the first "=" of "a + b + c = d": whether the terms sum to what is said.
bool addsUp(const QString& formula) {
    QString left = formula.section(QLatin1Char('='), 0, 0), right = formula.section(QLatin1Char('='), 1, 1);
    double sum = 0;
    for (QString term : left.split(QStringLiteral(" + "))) {
        term.replace(QChar(0x2212), QLatin1Char('-'));
        term.remove(QLatin1Char('(')).remove(QLatin1Char(')')).remove(QLatin1Char(','));
        sum += QLocale::c().toDouble(term.trimmed());
    }
    right = right.section(QLatin1Char(';'), 0, 0);
    right.replace(QChar(0x2212), QLatin1Char('-'));
    const double said = QLocale::c().toDouble(right.remove(QLatin1Char(',')).trimmed());
    return std::abs(sum - said) < 1e-4 * std::max(1.0, std::abs(said));
}

} // namespace

class TestInsideArithmetic : public MadeUpRoom {
    Q_OBJECT

    ArithmeticPopup& popup() { return ArithmeticPopup::of(window_.get()); }
    [[nodiscard]] QString step(std::size_t i) { return popup().steps().at(i)->formula(); }
    double last() { return resultOf(popup().steps().back()->formula()); }

private slots:
    // A map without a colour says why: a run and its continuation differ nowhere that both have been.
    void whatCannotDifferIsSaid() {
        const auto a = insideRecording({});
        auto longer = std::make_shared<Recording>(*insideRecording({}));
        auto shorter = std::make_shared<Recording>(*longer);
        shorter->tokens.resize(30);
        shorter->pieces.resize(30);
        inside_->show(a, RecordingOrigin::File);
        QVERIFY(inside_->compareWith(shorter, QStringLiteral("b")).isEmpty());
        QVERIFY2(inside_->alignmentText().contains(QStringLiteral("first 30 tokens are the same")),
                 qPrintable(inside_->alignmentText()));
        QVERIFY(inside_->alignmentText().contains(QStringLiteral("other 10 have nothing")));
        shorter->interventions = {"head 0.1 to zero"}; // then there may be one
        QVERIFY(inside_->compareWith(shorter, QStringLiteral("b")).isEmpty());
        QVERIFY(inside_->alignmentText().contains(QStringLiteral("word by word")));
        auto foreign = std::make_shared<Recording>(*longer);
        for (std::size_t k = 0; k < foreign->pieces.size(); ++k) {
            foreign->pieces[k] = "other" + std::to_string(k);
            foreign->tokens[k] += 1000;
        }
        QVERIFY(inside_->compareWith(foreign, QStringLiteral("c")).isEmpty());
        QVERIFY2(inside_->alignmentText().contains(QStringLiteral("nothing to compare")),
                 qPrintable(inside_->alignmentText()));
    }

    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void cellAddsUp_data() {
        QTest::addColumn<bool>("rotary");
        QTest::addColumn<float>("softcap");
        QTest::addColumn<int>("window");
        QTest::addColumn<bool>("sinks");
        QTest::newRow("plain") << false << 0.0F << 0 << false;
        QTest::newRow("rotary") << true << 0.0F << 0 << false;
        QTest::newRow("soft cap") << true << 5.0F << 0 << false;
        QTest::newRow("window") << true << 0.0F << 24 << false;
        QTest::newRow("sink") << true << 0.0F << 0 << true;
    }
    void cellAddsUp() {
        QFETCH(bool, rotary);
        QFETCH(float, softcap);
        QFETCH(int, window);
        QFETCH(bool, sinks);
        InsideShape shape;
        shape.rotary = rotary;
        shape.softcap = softcap;
        shape.window = window;
        shape.sinks = sinks;
        show(shape);
        inside_->selection().setHead(1, 2);
        inside_->selection().setCell(33, 14);
        window_->showView(QStringLiteral("cell"));
        auto* view = static_cast<CellView*>(window_->view(QStringLiteral("cell")));
        const CellArithmetic* c = view->arithmetic();
        QVERIFY(c != nullptr);
        const AttentionCell truth = attentionCell(*inside_->recording()->attention[1], 2, 33, 14);
        QVERIFY(std::abs(c->weight - static_cast<double>(truth.weight)) < 1e-5);
        QVERIFY(std::abs(std::accumulate(c->product.begin(), c->product.end(), 0.0) - c->dot) < 1e-9);
        QCOMPARE(c->running.back(), c->dot);
        QVERIFY(std::abs(c->rowSum + c->sinkWeight - 1) < 1e-9);
        QVERIFY(std::abs(c->lse - c->recordedLse) < 1e-4); // made from the same 16-bit values
        QCOMPARE(c->sink.has_value(), sinks);
        // Rotation keeps lengths, and turning back by 0 changes nothing.
        const auto norm = [](const std::vector<double>& v) {
            return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
        };
        QVERIFY(std::abs(norm(c->q) - norm(c->qBefore)) < 1e-9);
        if (!rotary)
            QCOMPARE(c->q, c->qBefore);
        // What stands on the screen is what was computed.
        QVERIFY2(view->step(CellView::Scale)->formula().contains(QStringLiteral("=")),
                 qPrintable(view->step(CellView::Scale)->formula()));
        QCOMPARE(view->step(CellView::SoftCap)->isHidden(), softcap == 0);
        view->unfold(CellView::Sum);
        QVERIFY(view->step(CellView::Sum)->isOpen());
    }

    void cellThatCannotBeSeenSaysWhy() {
        show({});
        inside_->selection().setHead(0, 0);
        inside_->selection().setCell(5, 9);
        window_->showView(QStringLiteral("cell"));
        auto* view = static_cast<CellView*>(window_->view(QStringLiteral("cell")));
        QCOMPARE(view->arithmetic()->weight, 0.0);
        QVERIFY(view->step(CellView::Mask)->sentence().contains(QStringLiteral("cannot be seen")));
    }

    void aHeadsScoreIsAMeanOverItsTokens() {
        show({});
        const auto scores = scoreHeads(*inside_->recording());
        const HeadScores& head = scores.at(5);
        const HeadScorer scorer(inside_->recording()->tokens);
        const AttentionRecord& record = *inside_->recording()->attention[static_cast<std::size_t>(head.iLayer)];
        const auto terms = scorer.terms(record, head.iHead, HeadBehaviour::PreviousToken);
        QVERIFY(terms && terms->size() == 39);
        double sum = 0;
        for (const BehaviourTerm& term : *terms)
            sum += term.mass;
        QVERIFY(std::abs(sum / 39 - head.of(HeadBehaviour::PreviousToken).mass) < 1e-12);
        const Arithmetic words =
            ArithmeticWords::headScore(QStringLiteral("b"), QStringLiteral("h"), head.of(HeadBehaviour::PreviousToken),
                                       *terms, [](std::int64_t i) { return QString::number(i); });
        QVERIFY(words.steps[1].formula.contains(sixDigits(sum / 39)));
        // The spread as well: each row's entropy from its weights.
        const auto entropies = scorer.entropies(record, head.iHead);
        QVERIFY(entropies && entropies->size() == 40);
        for (const EntropyTerm& term : *entropies) {
            std::vector<float> row(static_cast<std::size_t>(term.iQuery + 1));
            attentionRow(record, head.iHead, term.iQuery, MapValue::Weight, row);
            double entropy = 0;
            for (const float w : row)
                entropy -= w > 0 ? static_cast<double>(w) * std::log(static_cast<double>(w)) : 0;
            QVERIFY(std::abs(entropy - term.entropy) < 1e-3);
            QCOMPARE(term.nVisible, term.iQuery + 1);
        }
        inside_->selection().setHead(head.iLayer, head.iHead);
        window_->showView(QStringLiteral("overview"));
        auto* view = static_cast<OverviewView*>(window_->currentView());
        view->showScore(kHeadBehaviours, false);
        QToolButton* unfold = nullptr;
        for (QToolButton* button : view->findChildren<QToolButton*>())
            unfold = button;
        QTRY_VERIFY(unfold != nullptr && unfold->isEnabled());
        unfold->click();
        QTRY_VERIFY(popup().isVisible());
        QVERIFY2(addsUp(step(0)), qPrintable(step(0)));
        QVERIFY(std::abs(last() - head.entropy / head.uniformEntropy) < 1e-5);
        popup().hide();
    }

    void aWeightOfManyHeadsIsTheirMean() {
        show({});
        inside_->selection().setHead(1, 3);
        inside_->selection().setCell(25, 7);
        window_->showView(QStringLiteral("text"));
        auto* view = static_cast<TextView*>(window_->currentView());
        const auto weight = [&](int layer, int head) {
            const auto& record = *inside_->recording()->attention[static_cast<std::size_t>(layer)];
            return static_cast<double>(attentionCell(record, head, 25, 7).weight);
        };
        const auto ask = [&](HeadMix mix, int used) {
            view->setMix(mix);
            QTRY_COMPARE(view->canvas()->weights().nHeadUsed, used);
            QTRY_COMPARE(view->canvas()->weights().position, std::int64_t{25});
            popup().hide();
            QTest::keyClick(view->canvas(), Qt::Key_Return); // of the other chosen token
            QTRY_VERIFY(popup().isVisible());
        };
        ask(HeadMix::One, 1);
        QVERIFY(std::abs(last() - weight(1, 3)) < 1e-5);
        QVERIFY(popup().accessibleName().contains(QStringLiteral("25")));
        // What is too small for an arc is a number, too; and the matrix says what the first token gets.
        QLabel* statement = nullptr;
        for (QLabel* label : view->findChildren<QLabel*>())
            if (label->text().contains(QStringLiteral("href=\"below\"")))
                statement = label;
        QVERIFY(statement != nullptr);
        popup().hide();
        emit statement->linkActivated(QStringLiteral("below"));
        QVERIFY(popup().isVisible());
        QVERIFY2(addsUp(step(0)), qPrintable(step(0)));
        QVERIFY(std::abs(last() - view->canvas()->shareBelow()) < 1e-5);
        ask(HeadMix::LayerMean, 4);
        QVERIFY2(addsUp(step(0)), qPrintable(step(0)));
        QVERIFY(std::abs(last() - (weight(1, 0) + weight(1, 1) + weight(1, 2) + weight(1, 3)) / 4) < 1e-5);
        ask(HeadMix::LayerMax, 4);
        QVERIFY(std::abs(last() - std::max({weight(1, 0), weight(1, 1), weight(1, 2), weight(1, 3)})) < 1e-5);
        ask(HeadMix::AllMean, 12);
        QVERIFY(std::abs(last() - static_cast<double>(view->canvas()->weights().weights[7])) < 1e-5);
        // The number over a token is a link.
        inside_->selection().setCell(25, -1);
        view->setMix(HeadMix::One);
        QTRY_COMPARE(view->canvas()->weights().nHeadUsed, 1);
        view->canvas()->grab();
        std::int64_t most = 0;
        while (most < 25 && !view->canvas()->hasCaption(most))
            ++most;
        QVERIFY(view->canvas()->hasCaption(most));
        popup().hide();
        QTest::mouseClick(view->canvas()->viewport(), Qt::LeftButton, {}, view->canvas()->captionPlace(most));
        QTRY_VERIFY(popup().isVisible());
        QCOMPARE(inside_->selection().current().position, std::int64_t{25}); // it chooses nothing
        QVERIFY(std::abs(last() - static_cast<double>(
                                      view->canvas()->weights().weights[static_cast<std::size_t>(most)])) < 1e-5);
        popup().hide();
        // Of two runs: this one's minus the other's.
        InsideShape other;
        other.seed = 3;
        QVERIFY(inside_->compareWith(insideRecording(other), QStringLiteral("b")).isEmpty());
        QTRY_VERIFY(view->canvas()->weights().difference);
        inside_->selection().setCell(25, 7);
        QTest::keyClick(view->canvas(), Qt::Key_Return);
        QTRY_VERIFY(popup().isVisible());
        QVERIFY(std::abs(last() - static_cast<double>(view->canvas()->weights().weights[7])) < 1e-5);
        popup().hide();
        inside_->compareWith(nullptr, {});
    }

    void theFirstTokensShareIsAMean() {
        show({});
        inside_->selection().setHead(2, 1);
        window_->showView(QStringLiteral("matrix"));
        QLabel* statement = nullptr;
        const auto found = [&] {
            for (QLabel* label : window_->currentView()->findChildren<QLabel*>())
                if (label->text().contains(QStringLiteral("href=\"first\"")))
                    statement = label;
            return statement != nullptr;
        };
        QTRY_VERIFY(found());
        emit statement->linkActivated(QStringLiteral("first"));
        QVERIFY(popup().isVisible());
        double sum = 0;
        for (std::int64_t i = 1; i < 40; ++i)
            sum += static_cast<double>(attentionCell(*inside_->recording()->attention[2], 1, i, 0).weight);
        QVERIFY(std::abs(last() - sum / 39) < 1e-5);
        popup().hide();
    }

    /// Every picture and every curve of the positions, at a place that was walked to by keyboard.
    void positionsUnfold_data() {
        QTest::addColumn<int>("row");
        QTest::addColumn<int>("column");
        QTest::newRow("rotary") << 5 << 3;
        QTest::newRow("sinusoidal") << 9 << 6;
        QTest::newRow("alibi") << 2 << 11;
    }
    void positionsUnfold() {
        QFETCH(int, row);
        QFETCH(int, column);
        show({});
        inside_->selection().setHead(1, 2);
        inside_->selection().setCell(30, 12);
        window_->showView(QStringLiteral("positions:") + QString::fromLatin1(QTest::currentDataTag()));
        auto* view = static_cast<PositionsView*>(window_->currentView());
        QTRY_VERIFY(!view->chart()->content().x.empty() && view->picture()->content().nRow > row);
        view->picture()->setCurrent(row, column);
        QTest::keyClick(view->picture(), Qt::Key_Return);
        QTRY_VERIFY(popup().isVisible());
        const double shown = view->picture()->content().number(row, column);
        const auto said = [&](double value) {
            for (const CellStep* one : popup().steps())
                if (std::abs(resultOf(one->formula()) - value) < 2e-5 * std::max(1.0, std::abs(value)))
                    return true;
            return false;
        };
        QVERIFY2(said(shown), qPrintable(QString::number(shown) + popup().accessibleDescription()));
        popup().hide();
        view->chart()->setCurrent(17);
        view->findChild<QPushButton*>(QStringLiteral("unfoldCurve"))->click();
        QTRY_VERIFY(popup().isVisible());
        for (const Curve& curve : view->chart()->content().curves)
            if (!curve.dots)
                QVERIFY2(said(curve.y[17]), qPrintable(QString::number(curve.y[17]) + popup().accessibleDescription()));
        popup().hide();
    }

    void aTableOfPositionsIsTakenApart() {
        // Vaswani et al. 2017: PE(3, 4) of 8 dimensions is sin(3 / 10000^(4/8)).
        const Arithmetic sine = ArithmeticWords::sinusoid(3, 4, 8);
        QVERIFY(std::abs(resultOf(plainText(sine.steps[2].formula)) - std::sin(0.03)) < 1e-6);
        // Two rows, (3, 4) and (4, 3): cosine 24 / 25.
        const Arithmetic alike = ArithmeticWords::likeness(QStringLiteral("x"), {12, 12}, 5, 5);
        QVERIFY(alike.steps[2].formula.contains(QStringLiteral("24 / 25")) &&
                alike.steps[2].formula.contains(QStringLiteral("0.96")));
        const Arithmetic mean = ArithmeticWords::meanLikeness(2, {0.5, 0.25, 0.75});
        QVERIFY(mean.steps[1].formula.contains(QStringLiteral("1.5")) &&
                mean.steps[1].formula.contains(QStringLiteral("0.5")));
        // Press et al. 2022: 8 heads have the slopes 1/2, 1/4, ... 1/256.
        const Arithmetic bias = ArithmeticWords::linearBias(2, static_cast<double>(alibiSlopes(8)[2]), 10);
        QVERIFY2(bias.steps[0].formula.contains(QStringLiteral("2^(\u22123)")) &&
                     bias.steps[0].formula.contains(QStringLiteral("0.125")),
                 qPrintable(bias.steps[0].formula));
        QVERIFY(bias.steps[1].formula.contains(QStringLiteral("\u22121.25")));
    }

    void aTensorsNumbersAreTakenApart() {
        const auto kept = std::make_shared<const std::vector<float>>(std::vector<float>{3, 4, 0, -12, 5, 8, 8, 1});
        const Rows rows = Rows::view(DType::F32, 2, 4, kept, reinterpret_cast<const std::byte*>(kept->data()));
        TensorStatistics s = statisticsOf(rows, 1);
        s.countFrom(10);
        QCOMPARE(s.leastAt.iRow, std::int64_t{11});
        QCOMPARE(s.leastAt.iCol, std::int64_t{1});
        QCOMPARE(s.greatestAt.iRow, std::int64_t{12});
        QCOMPARE(s.rowLengths[0], 5.0);
        QCOMPARE(s.firstRow, std::int64_t{11});
        const Arithmetic a = ArithmeticWords::tensor(QStringLiteral("t"), s, kHistogramBins - 1,
                                                     [](std::int64_t i) { return QString::number(i); });
        QStringList plain;
        for (const ArithmeticStep& one : a.steps)
            plain << plainText(one.formula);
        QCOMPARE(plain.size(), 6);
        QCOMPARE(plain[0], QStringLiteral("min = \u221212; max = 8"));
        QVERIFY2(plain[1].startsWith(QStringLiteral("17 / 8 = 2.125")), qPrintable(plain[1]));
        QVERIFY(std::abs(resultOf(plain[2]) - std::sqrt(323.0 / 8 - 2.125 * 2.125)) < 1e-5);
        QVERIFY2(addsUp(plain[3]), qPrintable(plain[3]));
        QVERIFY(std::abs(resultOf(plain[3]) - s.norm) < 1e-5);
        QVERIFY(plain[4].endsWith(QStringLiteral("\u221A144 = 12")));
        QVERIFY2(plain[5].startsWith(QStringLiteral("2 / 8 = 25")), qPrintable(plain[5])); // both eights
    }

    void aSteeringVectorSaysItsLength() {
        const Arithmetic a = ArithmeticWords::steering({3, -4}, 20, 2, true);
        QVERIFY(a.steps[0].formula.contains(QStringLiteral("16 + 9")));
        QVERIFY(a.steps[1].formula.contains(QStringLiteral("20 / (2 \u00D7 5)")));
        QVERIFY(a.steps[2].formula.contains(QStringLiteral("10")));
    }

    void operationsSumToTheirBlock() {
        std::vector<ArithmeticWords::OperationPart> parts;
        for (int i = 1; i <= 6; ++i)
            parts.push_back({QStringLiteral("p%1").arg(i), i * 1000, i * 10, 0, i});
        const Arithmetic a = ArithmeticWords::operations(QStringLiteral("block"), parts);
        QCOMPARE(a.steps.size(), std::size_t{3}); // no weights, no line about them
        QVERIFY2(a.steps[0].formula.startsWith(QStringLiteral("6 + 5 + 4 + 3 + 3 = ")), qPrintable(a.steps[0].formula));
        QVERIFY(a.steps[1].formula.contains(QStringLiteral("60 + 50 + 40 + 30 + 30")));
    }
};

QTEST_MAIN(TestInsideArithmetic)
#include "made_up_room.moc"
#include "tst_inside_arithmetic.moc"
