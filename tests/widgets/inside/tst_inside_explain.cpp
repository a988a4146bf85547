// SPDX-License-Identifier: Apache-2.0
// The views that explain a run, on the model that comes with the program and a real engine: every number they show is
// held against the run itself.

#include "core/trace/attention_map.h"
#include "tests/support/inside_room.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/attribution_panel.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/cell_step.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/interventions_view.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/model_view.h"
#include "widgets/inside/neuron_panel.h"
#include "widgets/inside/operation_map.h"
#include "widgets/inside/positions_view.h"
#include "widgets/inside/residual_view.h"
#include "widgets/inside/rope_dials.h"
#include "widgets/inside/tensor_statistics.h"
#include "widgets/inside/value_text.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QXmlStreamReader>

#include <cmath>
#include <numeric>

using namespace vitral;
using namespace vitral::test;

class TestInsideExplain : public InsideRoom {
    Q_OBJECT
private slots:
    void theLastRowIsTheModelsAnswer() {
        ResidualView view(*inside_);
        view.resize(1000, 700);
        view.show();
        QTRY_VERIFY_WITH_TIMEOUT(!view.lens().missing(0, n_, 1000).size(), kWaitMs);
        const std::int64_t last = std::int64_t(view.lens().rows().size()) - 1;
        QCOMPARE(last, inside_->recording()->model.nLayer); // the embedding and every layer
        QVERIFY(view.lens().isAnswer(last));
        int compared = 0;
        for (std::int64_t p = 0; p + 1 < n_; ++p) {
            const auto& was = inside_->recording()->scores[std::size_t(p + 1)];
            if (!was)
                continue;
            const TokenScore* now = view.lens().cell(last, p);
            QVERIFY(now != nullptr);
            QCOMPARE(now->top.front().id, was->top.front().id);
            QVERIFY2(std::abs(now->top.front().logProbability - was->top.front().logProbability) < 2e-3F,
                     qPrintable(QString::number(now->top.front().logProbability - was->top.front().logProbability)));
            QVERIFY(std::abs(now->entropy - was->entropy) < 1e-2F);
            ++compared;
        }
        QVERIFY(compared >= 5);
        // Choosing a cell is everybody's selection, and its candidates stand below.
        view.table()->setCurrent(last, 3);
        QCOMPARE(inside_->selection().current().position, 3);
        QCOMPARE(inside_->selection().current().layer, std::int32_t(last) - 1);
        const TokenScore* cell = view.lens().cell(last, 3);
        QVERIFY(view.candidates()->content().bars.size() >= 5);
        QCOMPARE(view.candidates()->content().bars[0].value, std::exp(double(cell->top[0].logProbability)));
        QVERIFY(view.answerText().contains("last row"));
        // A candidate unfolds: its logit minus the log-sum-exp is the logarithm of its probability.
        const std::optional<double> lse = view.lens().logSumExp(last, 3);
        QVERIFY(lse && std::isfinite(*lse));
        view.candidates()->setFocus();
        view.candidates()->setCurrent(1);
        QTest::keyClick(view.candidates(), Qt::Key_Return);
        ArithmeticPopup& popup = ArithmeticPopup::of(&view);
        QVERIFY(popup.isVisible());
        const double logP = double(cell->top[1].logProbability);
        QCOMPARE(popup.steps()[0]->formula(), QStringLiteral("ln p = logit \u2212 log-sum-exp = %1 \u2212 %2 = %3")
                                                  .arg(sixDigits(logP + *lse), bracketed(*lse), sixDigits(logP)));
        const QString share = percentText(std::exp(logP)).replace(QChar::Nbsp, QLatin1Char(' ')); // as plain text
        QVERIFY2(popup.steps()[1]->formula().contains(share), qPrintable(popup.steps()[1]->formula()));
        QVERIFY(popup.steps()[2]->formula().endsWith(QStringLiteral("= 1")));
        popup.hide();
        QVERIFY(!view.table()->accessibleDescription().isEmpty());
    }

    void thePartsSumToTheLogit() {
        inside_->selection().setPosition(n_ - 1);
        ResidualView view(*inside_);
        view.resize(1000, 700);
        view.go("attribution");
        view.show();
        QTRY_VERIFY_WITH_TIMEOUT(view.attributionPanel()->attribution().has_value(), kWaitMs);
        const Attribution& a = *view.attributionPanel()->attribution();
        QCOMPARE(a.position, n_ - 1);
        double sum = 0;
        for (const Contribution& part : a.contributions)
            sum += part.logit;
        QVERIFY(std::abs(sum + a.rest - a.total) < 1e-6);
        QVERIFY2(std::abs(a.rest) < 0.15 * std::max(1.0, std::abs(a.total)), qPrintable(QString::number(a.rest)));
        QCOMPARE(view.attributionPanel()->bars()->content().bars.size(), a.contributions.size());
        QVERIFY(view.attributionPanel()->sumText().contains(numberText(a.total, 6)));
        // A click on a number takes it apart: the products sum to the part, and stand in the one pop-up.
        BarList* list = view.attributionPanel()->bars();
        list->grab();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->barRect(0).center() + QPoint(list->barRect(0).width() / 2 - 12, 0));
        ArithmeticPopup& popup = ArithmeticPopup::of(&view);
        QTRY_VERIFY_WITH_TIMEOUT(popup.isVisible(), kWaitMs);
        QCOMPARE(popup.steps().size(), std::size_t{3});
        QVERIFY2(popup.steps()[0]->formula().endsWith(sixDigits(list->content().bars[0].value)),
                 qPrintable(popup.steps()[0]->formula()));
        QVERIFY(popup.steps()[2]->formula().endsWith(sixDigits(a.total)));
        QTest::keyClick(&popup, Qt::Key_Escape);
        QVERIFY(!popup.isVisible());
        // Largest first.
        const auto& bars = view.attributionPanel()->bars()->content().bars;
        for (std::size_t i = 1; i < bars.size(); ++i)
            QVERIFY(std::abs(bars[i - 1].value) >= std::abs(bars[i].value));
    }

    void neuronsSayWhatTheyPromote() {
        ResidualView view(*inside_);
        view.resize(1000, 700);
        view.go("neurons.4");
        view.show();
        QTRY_VERIFY_WITH_TIMEOUT(view.neuronPanel()->report().has_value(), kWaitMs);
        const NeuronReport& report = *view.neuronPanel()->report();
        QCOMPARE(report.position, 4);
        QVERIFY(report.neurons.size() >= 10);
        QVERIFY(view.neuronPanel()->promoted()->content().bars.size() >= 4);
        QVERIFY(view.neuronPanel()->promoted()->content().bars[0].value >
                view.neuronPanel()->suppressed()->content().bars[0].value);
        // Its activation unfolds, and so does what it adds to a token.
        const Neuron& first = report.neurons[0];
        view.neuronPanel()->neurons()->setFocus();
        QTest::keyClick(view.neuronPanel()->neurons(), Qt::Key_Return);
        ArithmeticPopup& popup = ArithmeticPopup::of(&view);
        QVERIFY(popup.isVisible());
        QCOMPARE(popup.steps()[0]->formula(), QStringLiteral("f(%1) \u00D7 %2 = %3")
                                                  .arg(sixDigits(double(first.pre)), bracketed(double(first.linear)),
                                                       sixDigits(double(first.activation))));
        const double silu = double(first.pre) / (1 + std::exp(-double(first.pre))); // of this model
        QVERIFY(std::abs(silu * double(first.linear) - double(first.activation)) <
                1e-3 * std::max(1.0, std::abs(double(first.activation))));
        QVERIFY(popup.steps()[1]->formula().endsWith(sixDigits(double(first.write))));
        popup.hide();
        view.neuronPanel()->promoted()->setCurrent(0);
        QTest::keyClick(view.neuronPanel()->promoted(), Qt::Key_Return);
        QVERIFY(popup.isVisible());
        QVERIFY(popup.steps()[0]->formula().endsWith(sixDigits(double(first.promoted[0].logit))));
        popup.hide();
        // A neuron can be switched off from here.
        QSignalSpy asked(&view, &InsideView::viewAsked);
        emit view.neuronPanel()->scaleAsked(report.iLayer, report.neurons[0].index, 0);
        QCOMPARE(asked.size(), 1);
        QVERIFY(inside_->interventions() != nullptr);
        QCOMPARE(inside_->interventions()->items[0].columns, std::vector<std::int32_t>{report.neurons[0].index});
    }

    /// With and without a change, in the residual view and in the model's: differences of what each says alone.
    void residualComparesTwoRuns() {
        const RecordingPtr shown = inside_->recording();
        auto set = std::make_shared<InterventionSet>();
        set->items.push_back(scaleHead(0, 0, 0));
        const RecordingPtr changed = recorded(shown->tokens, set);
        QVERIFY(changed != nullptr);
        QVERIFY(inside_->compareWith(changed, "without head 0", set).isEmpty());
        QVERIFY(inside_->otherUnreadable().isEmpty());
        ResidualView view(*inside_);
        view.resize(1000, 700);
        view.show();
        QVERIFY(view.comparing());
        QTRY_VERIFY_WITH_TIMEOUT(view.lens().missing(0, n_, 1000).empty(), kWaitMs);
        const std::int64_t last = std::int64_t(view.lens().rows().size()) - 1;
        double most = 0;
        for (std::int64_t p = 0; p + 1 < n_; ++p) {
            const TokenScore *here = view.lens().cell(last, p), *there = view.otherLens().cell(last, p);
            QVERIFY(here != nullptr && there != nullptr);
            QCOMPARE(there->id, here->id); // the same token is asked about
            const double change = std::exp(double(here->logProbability)) - std::exp(double(there->logProbability));
            QCOMPARE(view.table()->content().number(last, p), change);
            most = std::max(most, std::abs(change));
            // The changed run's own record of what follows, where that is what is asked.
            const auto& was = changed->scores[std::size_t(p + 1)];
            if (was && was->id == there->id)
                QVERIFY(std::abs(was->logProbability - there->logProbability) < 2e-3F);
        }
        QVERIFY2(most > 1e-3, qPrintable(QString::number(most)));
        QVERIFY(view.answerText().contains("minus without head 0"));
        const auto picture = [&view](const char* name) { // to be looked at, where VITRAL_SHOT_DIR says to
            if (qEnvironmentVariableIsSet("VITRAL_SHOT_DIR"))
                view.grab().save(qEnvironmentVariable("VITRAL_SHOT_DIR") + QLatin1String(name));
        };
        picture("/difference-residual.png");
        // A difference unfolds as well: one minus the other.
        ArithmeticPopup& popup = ArithmeticPopup::of(&view);
        const auto unfolds = [&popup](BarList* list, std::size_t iStep) {
            popup.hide();
            list->setFocus();
            list->setCurrent(0);
            QTest::keyClick(list, Qt::Key_Return);
            QVERIFY(popup.isVisible());
            QVERIFY2(popup.steps().at(iStep)->formula().endsWith(sixDigits(list->content().bars.at(0).value)),
                     qPrintable(popup.steps().at(iStep)->formula()));
        };
        view.table()->setCurrent(last, n_ - 2);
        unfolds(view.candidates(), 2);
        view.go("attribution");
        inside_->selection().setPosition(n_ - 1);
        QTRY_VERIFY_WITH_TIMEOUT(view.attributionPanel()->sumText().contains("differences sum to"), kWaitMs);
        picture("/difference-parts.png");
        unfolds(view.attributionPanel()->bars(), 0);
        view.go("neurons");
        QTRY_VERIFY_WITH_TIMEOUT(view.neuronPanel()->report() && view.neuronPanel()->report()->difference, kWaitMs);
        unfolds(view.neuronPanel()->neurons(), 0);
        popup.hide();
        inside_->compareWith(nullptr, {});
        QTRY_VERIFY_WITH_TIMEOUT(!view.comparing() && view.otherLens().empty(), kWaitMs);
    }

    void aTensorIsComparedRowByRow() {
        const auto rows = [](std::vector<float> values, std::int64_t nCol) {
            const auto kept = std::make_shared<const std::vector<float>>(std::move(values));
            return Rows::view(DType::F32, nCol, std::int64_t(kept->size()) / nCol, kept,
                              reinterpret_cast<const std::byte*>(kept->data()));
        };
        const TextAlignment pairs = alignTexts({"a", "b", "c"}, {"a", "x", "c"});
        const TensorDifference d =
            differenceOf(rows({1, 2, 9, 9, 3, 5}, 2), 0, rows({1, 1, 7, 7, 0, 1}, 2), 0, pairs, 2);
        QCOMPARE(d.difference.nRow, std::int64_t{2}); // "b" has no partner
        QCOMPARE(d.difference.greatest, 4.0);
        QCOMPARE(d.difference.least, 0.0);
        QCOMPARE(d.mostChanged, 5.0); // (3, 4)
        QCOMPARE(d.mostChangedAt, std::int64_t{2});
        QCOMPARE(d.difference.first, (std::vector<float>{3, 4}));
    }

    void rotaryTellsTheRecordedScore() {
        Selection s;
        s.layer = 2;
        s.head = 1;
        s.position = n_ - 1;
        s.key = 2;
        inside_->selection().set(s);
        PositionsView view(*inside_);
        view.resize(1000, 700);
        view.show();
        QTRY_VERIFY(!view.chart()->content().x.empty());
        QVERIFY(view.used(PositionsView::kRotary));
        QVERIFY(!view.used(PositionsView::kLearned));
        const AttentionRecord& record = *inside_->recording()->attention[2];
        const AttentionCell cell = attentionCell(record, 1, s.position, s.key);
        const auto distance = std::size_t(s.position - s.key);
        QVERIFY2(std::abs(view.chart()->content().curves[0].y[distance] - double(cell.capped)) < 2e-2,
                 qPrintable(QString::number(view.chart()->content().curves[0].y[distance])));
        const double step = double(record.geometry.rope.inverseFrequency[1]);
        const Arithmetic turn = ArithmeticWords::angle(1, step, s.position, s.key);
        QCOMPARE(turn.steps.size(), std::size_t{4});
        QVERIFY(turn.steps[3].formula.contains(sixDigits(std::cos(step * double(s.position - s.key)))));
        // The score at the recorded distance is the sum over the pairs, and that of the map.
        auto* unfold = view.findChild<QPushButton*>(QStringLiteral("unfoldCurve"));
        QVERIFY(unfold != nullptr && unfold->isVisible());
        view.chart()->setCurrent(int(s.position - s.key));
        unfold->click();
        ArithmeticPopup& popup = ArithmeticPopup::of(&view);
        QVERIFY(popup.isVisible());
        const QString said = popup.steps()[0]->formula().section(QLatin1String(" = "), -1);
        QVERIFY2(std::abs(QLocale().toDouble(QString(said).replace(QChar(0x2212), QLatin1Char('-'))) -
                          double(cell.scaled)) < 2e-3 * std::max(1.0, std::abs(double(cell.scaled))),
                 qPrintable(said));
        popup.hide();
        for (const char* kind : {"learned", "sinusoidal", "alibi"}) {
            view.go(kind);
            QVERIFY2(view.noteText().contains("does not use it"), kind);
        }
        QVERIFY(!view.picture()->content().describe(0, 3).isEmpty());
    }

    void theModelIsDrawnFromItsOperations() {
        ModelView view(*inside_);
        view.resize(1100, 700);
        view.show();
        QTRY_VERIFY_WITH_TIMEOUT(view.operations() != nullptr, kWaitMs);
        const OperationList& list = *view.operations();
        const OperationTree& tree = view.map()->tree();
        int nLayer = 0, attention = -1;
        for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
            nLayer += tree.nodes[i].kind == OperationNodeKind::Layer ? 1 : 0;
            if (attention < 0 && tree.nodes[i].kind == OperationNodeKind::Operation &&
                list.operations[std::size_t(tree.nodes[i].first)].name == "matmul" && tree.nodes[i].firstLayer == 0)
                attention = int(i);
        }
        QCOMPARE(nLayer, int(inside_->recording()->model.nLayer));
        QVERIFY(attention >= 0);
        view.map()->setCurrent(attention);
        QVERIFY2(view.detailText().contains("blk.0.attn_q.weight"), qPrintable(view.detailText()));
        // The engine's count of a matrix product is two for every number of a result and column of a weight.
        const Operation& product = list.operations[std::size_t(tree.nodes[std::size_t(attention)].first)];
        const Arithmetic unfolded = ArithmeticWords::operation(product, "product");
        QVERIFY2(unfolded.steps[2].formula.startsWith(
                     QStringLiteral("2 \u00D7 %1 \u00D7 %2")
                         .arg(countText(product.outputs[0].shape.count()), countText(product.weights[0].shape.nCol()))),
                 qPrintable(unfolded.steps[2].formula));
        QVERIFY(unfolded.steps[2].formula.contains(countText(product.flops)));
        QVERIFY(view.detailText().contains("not recorded"));
        // Recorded on demand, the same numbers as in the recording itself.
        auto* record = view.findChild<QPushButton*>(QStringLiteral("recordTensor"));
        QVERIFY(record != nullptr && record->isVisible());
        const RecordingPtr before = inside_->recording();
        record->click();
        QTRY_VERIFY_WITH_TIMEOUT(inside_->recording() != before, kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(view.detailText().contains("Least"), kWaitMs);
        const TensorRecord* tensor = inside_->recording()->find(Point::Q, 0);
        QVERIFY(tensor != nullptr);
        const TensorStatistics statistics = statisticsOf(tensor->rows, 0);
        QVERIFY(view.detailText().contains(numberText(statistics.least)));
        double total = 0;
        for (const double count : statistics.histogram)
            total += count;
        QCOMPARE(total, double(tensor->rows.nRow() * tensor->rows.nCol()));
        // What is said of it unfolds, and so does a block: into its parts.
        auto* unfold = view.findChild<QPushButton*>(QStringLiteral("unfoldTensor"));
        QVERIFY(unfold != nullptr && unfold->isVisible());
        unfold->click();
        ArithmeticPopup& popup = ArithmeticPopup::of(&view);
        QVERIFY(popup.isVisible());
        QVERIFY2(popup.steps()[1]->formula().endsWith(sixDigits(statistics.mean)),
                 qPrintable(popup.steps()[1]->formula()));
        popup.hide();
        int block = -1;
        for (std::size_t i = 0; i < tree.nodes.size() && block < 0; ++i)
            if (tree.nodes[i].kind == OperationNodeKind::Layer)
                block = int(i);
        view.map()->setCurrent(block);
        for (QPushButton* button : view.findChildren<QPushButton*>())
            if (button != unfold && button->text() == unfold->text())
                button->click();
        QVERIFY(popup.isVisible());
        QVERIFY(popup.steps().back()->formula().endsWith(countText(tree.nodes[std::size_t(block)].flops)));
        popup.hide();
    }

    void everyViewSavesItsPicture() {
        QTemporaryDir folder;
        ResidualView residual(*inside_);
        PositionsView positions(*inside_);
        ModelView model(*inside_);
        InterventionsView interventions(*inside_);
        for (InsideView* view : {static_cast<InsideView*>(&residual), static_cast<InsideView*>(&positions),
                                 static_cast<InsideView*>(&model), static_cast<InsideView*>(&interventions)}) {
            view->resize(900, 600);
            view->show();
            QTRY_VERIFY_WITH_TIMEOUT(view != &model || model.operations() != nullptr, kWaitMs);
            QTRY_VERIFY_WITH_TIMEOUT(view != &residual || !residual.lens().empty(), kWaitMs);
            QTRY_VERIFY(view != &positions || !positions.chart()->content().x.empty());
            for (const QString& format : view->exportFormats()) {
                const QString path = folder.filePath(view->name() + "." + format);
                QVERIFY_RESULT(view->exportAs(path, format, 2));
                QVERIFY2(QFileInfo(path).size() > (format == "csv" ? 5 : 500), qPrintable(path));
                QFile file(path);
                QVERIFY(file.open(QIODevice::ReadOnly));
                const QByteArray bytes = file.readAll();
                if (format == "svg") { // lines and words, not a picture of them
                    QVERIFY2(bytes.contains("<text") && bytes.count("<path") + bytes.count("<rect") > 4,
                             qPrintable(path));
                    QXmlStreamReader xml(bytes);
                    while (!xml.atEnd())
                        xml.readNext();
                    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
                }
                if (format == "png") { // at any scale
                    const QImage twice(path);
                    QVERIFY_RESULT(view->exportAs(path, format, 0.5));
                    QVERIFY(std::abs(twice.width() - 4 * QImage(path).width()) <= 4);
                }
                if (format == "pdf")
                    QVERIFY2(bytes.startsWith("%PDF-") && bytes.contains("/Font"), qPrintable(path));
            }
            QVERIFY(!view->exportAs(folder.filePath("x.bmp"), "bmp", 1));
            QVERIFY(!view->exportAs("/nowhere/at/all.png", "png", 1));
        }
    }

    // Columns that nobody has scrolled to are computed before a picture is saved.
    void thePictureOfTheStreamIsComplete() {
        ResidualView view(*inside_);
        view.resize(420, 500); // a few columns
        view.show();
        QTRY_VERIFY_WITH_TIMEOUT(!view.lens().empty(), kWaitMs);
        const std::int64_t n = inside_->recording()->nPosition();
        const auto missing = [&] { return view.lens().missing(0, n, 10000).size(); };
        bool done = false;
        view.complete([&] { done = true; });
        QTRY_VERIFY_WITH_TIMEOUT(done, kWaitMs);
        QCOMPARE(missing(), std::size_t{0});
        QVERIFY(view.table()->picturesWhole());
        done = false;
        view.complete([&] { done = true; }); // nothing left to do
        QTRY_VERIFY(done);
    }

    void otherArchitectures_data() {
        QTest::addColumn<bool>("rotary");
        QTest::addColumn<bool>("learned");
        QTest::addColumn<bool>("experts");
        QTest::newRow("gpt2") << false << true << false;
        QTest::newRow("gemma2") << true << false << false;
        QTest::newRow("gptneox") << true << false << false;
        QTest::newRow("qwen3moe") << true << false << true;
        QTest::newRow("gpt-oss") << true << false << true;
    }

    /// The same views on tiny models of other kinds (tests/golden/models): nothing is promised that the model lacks.
    void otherArchitectures() {
        QFETCH(bool, rotary);
        QFETCH(bool, learned);
        QFETCH(bool, experts);
        const QString path = QStringLiteral(VITRAL_GOLDEN "/models/%1.gguf").arg(QTest::currentDataTag());
        QVERIFY(QFileInfo::exists(path));
        loadAndWait(path);
        std::vector<TokenId> ids(20);
        std::iota(ids.begin(), ids.end(), TokenId{1});
        showRun(std::move(ids));
        Selection selection;
        selection.layer = 0;
        selection.head = 0;
        selection.position = 12;
        inside_->selection().set(selection);

        PositionsView positions(*inside_);
        positions.resize(900, 600);
        positions.show();
        QCOMPARE(positions.used(PositionsView::kRotary), rotary);
        QCOMPARE(positions.used(PositionsView::kLearned), learned);
        positions.go("learned");
        QTRY_COMPARE_WITH_TIMEOUT(positions.picture()->content().nRow > 0, learned, kWaitMs);
        QCOMPARE(positions.noteText().contains("does not use it"), !learned);
        if (learned) {
            QCOMPARE(positions.picture()->content().number(3, 3), 1.0); // every row is like itself
            ArithmeticPopup& popup = ArithmeticPopup::of(&positions);
            positions.picture()->setCurrent(5, 2);
            QTest::keyClick(positions.picture(), Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(popup.isVisible(), kWaitMs);
            const QString said = popup.steps().back()->formula().section(QLatin1String(" = "), -1);
            const double value = QLocale().toDouble(QString(said).replace(QChar(0x2212), QLatin1Char('-')));
            QVERIFY2(std::abs(value - positions.picture()->content().number(5, 2)) < 1e-5, qPrintable(said));
            popup.hide();
            positions.chart()->setCurrent(4);
            emit positions.chart()->unfoldAsked(4);
            QTRY_VERIFY(popup.isVisible());
            QVERIFY2(popup.steps().back()->formula().endsWith(sixDigits(positions.chart()->content().curves[0].y[4])),
                     qPrintable(popup.steps().back()->formula()));
            popup.hide();
        }

        ResidualView residual(*inside_);
        residual.resize(900, 600);
        residual.go("attribution");
        residual.show();
        QTRY_VERIFY_WITH_TIMEOUT(residual.attributionPanel()->attribution().has_value(), kWaitMs);
        const Attribution& a = *residual.attributionPanel()->attribution();
        QVERIFY2(std::abs(a.rest) < 0.02 * std::max(1.0, std::abs(a.total)), qPrintable(QString::number(a.rest)));
        residual.go("neurons");
        QTRY_VERIFY_WITH_TIMEOUT(residual.neuronPanel()->report().has_value(), kWaitMs);
        const QString neuron = residual.neuronPanel()->neurons()->content().bars.front().label;
        QCOMPARE(neuron.startsWith("Expert "), experts);
        QCOMPARE(residual.attributionPanel()->sumText().contains("Experts are"), experts);

        ModelView model(*inside_);
        model.resize(900, 600);
        model.show();
        QTRY_VERIFY_WITH_TIMEOUT(model.operations() != nullptr, kWaitMs);
        model.map()->openAll(true);
        QVERIFY(!model.map()->grab().isNull());
        for (std::size_t i = 0; i < model.map()->tree().nodes.size(); ++i) { // every operation has words
            model.map()->setCurrent(int(i));
            QVERIFY(!model.detailText().trimmed().isEmpty());
        }
    }
};

QTEST_MAIN(TestInsideExplain)
#include "inside_room.moc"
#include "tst_inside_explain.moc"
