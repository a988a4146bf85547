// SPDX-License-Identifier: Apache-2.0
// The views that explain a run, on the model that comes with the program and a real engine: every number they show is
// held against the run itself.

#include "core/trace/attention_map.h"
#include "tests/support/result_test.h"
#include "widgets/compare/compare_window.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/attribution_panel.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/cell_step.h"
#include "widgets/inside/experiment_pages.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/inside_controller.h"
#include "widgets/inside/intervention_button.h"
#include "widgets/inside/intervention_chip.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/intervention_form.h"
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

#include <QComboBox>
#include <QListWidget>
#include <QMenu>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

#include <cmath>

using namespace vitral;

namespace {
constexpr int kWaitMs = 60'000; // generous: sanitizers and busy machines
const char* const kModel = VITRAL_SOURCE_DIR "/assets/models/vitral-pequeno/vitral-pequeno-q8_0.gguf";
} // namespace

class TestInsideExplain : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromUtf8(kModel)))
            QSKIP("The model that comes with the program is not in this tree.");
        QLocale::setDefault(QLocale::c());
        EngineOptions options;
        options.cpu.nThread = 2;
        auto port = makeEnginePort(options, bridge_);
        QVERIFY_RESULT(port);
        port_ = std::move(*port);
        store_ = std::make_unique<StoreThread>([] { return ConversationStore::open({}); });
        model_ = std::make_unique<ModelSession>(*port_, bridge_, helper_);
        chat_ = std::make_unique<ChatController>(*port_, bridge_, *store_, helper_, *model_);
        inside_ = std::make_unique<InsideController>(*port_, bridge_, *chat_, *model_);
        model_->load(kModel);
        QTRY_VERIFY_WITH_TIMEOUT(model_->model() != nullptr, kWaitMs);
        const auto ids = model_->model()->tokenizer()->encode("Once upon a time there was a small dog. The small dog",
                                                              {AddSpecial::Yes, ParseSpecial::Yes});
        QVERIFY_RESULT(ids);
        RecordRun run;
        run.ids = *ids;
        inside_->record(std::move(run), this, [this](Result<RecordingPtr> recording) {
            if (recording)
                inside_->show(*recording, RecordingOrigin::Reread);
            else
                qWarning("%s", recording.error().message.c_str());
        });
        QTRY_VERIFY_WITH_TIMEOUT(inside_->recording() != nullptr, kWaitMs);
        QVERIFY(inside_->model() != nullptr);
        n_ = inside_->recording()->nPosition();
        QVERIFY(n_ >= 8);
    }

    void cleanupTestCase() {
        inside_.reset();
        chat_.reset();
        model_.reset();
        store_.reset();
        port_.reset();
    }

    void cleanup() {
        if (inside_)
            inside_->setInterventions(nullptr);
    }

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
        RecordRun run;
        run.ids = shown->tokens;
        run.interventions = set;
        RecordingPtr changed;
        inside_->record(std::move(run), this,
                        [&](Result<RecordingPtr> recording) { changed = recording.value_or(nullptr); });
        QTRY_VERIFY_WITH_TIMEOUT(changed != nullptr, kWaitMs);
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
        view.go("attribution");
        inside_->selection().setPosition(n_ - 1);
        QTRY_VERIFY_WITH_TIMEOUT(view.attributionPanel()->sumText().contains("differences sum to"), kWaitMs);
        picture("/difference-parts.png");
        view.go("neurons");
        QTRY_VERIFY_WITH_TIMEOUT(view.neuronPanel()->report() && view.neuronPanel()->report()->difference, kWaitMs);
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
    }

    void changesAreListedSwitchedAndUndone() {
        InterventionChip chip(*inside_);
        InterventionsView view(*inside_);
        view.resize(1000, 700);
        view.show();
        QVERIFY(chip.text().isEmpty());
        view.add(scaleHead(1, 2, 0));
        view.add(scaleMlp(0, 0.5F));
        QCOMPARE(view.list()->count(), 2);
        QVERIFY2(view.list()->item(0)->text().contains("head 2"), qPrintable(view.list()->item(0)->text()));
        QVERIFY(chip.text().contains("2"));
        view.list()->item(0)->setCheckState(Qt::Unchecked);
        QCOMPARE(nEnabled(inside_->interventions().get()), 1);
        QVERIFY(chip.text().contains("1"));
        view.undo();
        QCOMPARE(nEnabled(inside_->interventions().get()), 2);
        view.undo();
        view.undo();
        QVERIFY(inside_->interventions() == nullptr);
        QVERIFY(chip.text().isEmpty());
        QVERIFY(!view.canUndo());
        view.add(scaleHead(99, 0, 0)); // no such layer: said, and nothing is added
        QVERIFY(inside_->interventions() == nullptr);
    }

    void anyViewChangesWhatIsSelected() {
        inside_->selection().setHead(2, 5);
        InterventionButton button(*inside_);
        QMenu menu;
        button.fill(&menu);
        QAction* off = nullptr;
        for (QAction* action : menu.actions())
            if (action->text().contains("head off"))
                off = action;
        QVERIFY(off != nullptr);
        off->trigger();
        QVERIFY(inside_->interventions() != nullptr);
        QCOMPARE(inside_->interventions()->items[0].iLayer, 2);
        QCOMPARE(inside_->interventions()->items[0].iHead, 5);
        QCOMPARE(inside_->interventions()->items[0].edit, EditKind::Zero);
    }

    void columnsAreRead() {
        QCOMPARE(*parseColumns(" 3, 10-12,3"), (std::vector<std::int32_t>{3, 10, 11, 12}));
        QVERIFY(parseColumns("")->empty());
        for (const char* wrong : {"a", "3-", "5-2", "-1", "1-2-3"})
            QVERIFY2(!parseColumns(QString::fromLatin1(wrong)), wrong);
    }

    void theEffectIsMeasured() {
        InterventionsView view(*inside_);
        view.resize(1000, 700);
        view.go("effect");
        view.show();
        view.add(scaleMlp(0, 0));
        view.effect()->measure();
        QTRY_VERIFY_WITH_TIMEOUT(view.effect()->comparison().has_value(), kWaitMs);
        const RunComparison& c = *view.effect()->comparison();
        QCOMPARE(std::int64_t(c.positions.size()), n_);
        QVERIFY(c.meanKl > 0.01);
        // Without the change the numbers are those of the recorded run.
        for (std::int64_t p = 0; p + 1 < n_; ++p)
            if (const auto& was = inside_->recording()->scores[std::size_t(p + 1)])
                QVERIFY(std::abs(c.positions[std::size_t(p)].without.logProbability - was->logProbability) < 2e-3F);
        QCOMPARE(view.effect()->picture()->content().nCol, n_);
        const double with = view.effect()->picture()->content().number(1, 2);
        const double without = view.effect()->picture()->content().number(0, 2);
        QCOMPARE(view.effect()->picture()->content().number(2, 2), with - without);
    }

    void theSweepSwitchesEachHeadOff() {
        inside_->selection().setPosition(4);
        InterventionsView view(*inside_);
        view.resize(1000, 700);
        view.show();
        view.sweep()->measure();
        QTRY_VERIFY_WITH_TIMEOUT(view.sweep()->sweep().has_value(), kWaitMs);
        const AblationSweep& sweep = *view.sweep()->sweep();
        const std::int64_t nHead = inside_->recording()->model.nHead, nLayer = inside_->recording()->model.nLayer;
        QCOMPARE(std::int64_t(sweep.effects.size()), nLayer * (nHead + 1));
        const GridContent& grid = view.sweep()->picture()->content();
        QCOMPARE(grid.nCol, nHead + 1);
        const AblationEffect& first = sweep.effects[0];
        QCOMPARE(float(grid.number(first.iLayer, first.iHead)), first.logProbability - sweep.logProbability);
        emit view.sweep()->picture()->cellActivated(1, 3); // a double click
        QCOMPARE(view.list()->count(), 1);
        QCOMPARE(inside_->interventions()->items[0].iHead, 3);
    }

    void aSteeringVectorIsMadeAndAdded() {
        InterventionsView view(*inside_);
        view.resize(1000, 700);
        view.show();
        view.steering()->setTexts("happy", "sad");
        view.steering()->make();
        QTRY_COMPARE_WITH_TIMEOUT(view.list()->count(), 1, kWaitMs);
        const Intervention& item = inside_->interventions()->items[0];
        QCOMPARE(item.edit, EditKind::Add);
        QCOMPARE(std::int64_t(item.vector->size()), inside_->recording()->model.nEmbd);
        QVERIFY(QString::fromStdString(item.label).contains("happy"));
    }

    void patchingFillsAGrid() {
        InterventionsView view(*inside_);
        view.resize(1000, 700);
        view.show();
        view.patching()->setTexts("one", "one two three");
        view.patching()->measure();
        QVERIFY(view.patching()->statusText().contains("as many tokens"));
        // Two prompts of one length that the model answers differently.
        const std::pair<const char*, const char*> pairs[] = {
            {"Once upon a time there", "Once upon a dog there"},
            {"The small dog was happy. The small", "The small cat was happy. The big"},
            {"One, two, three,", "One, two, seven."},
            {"A short story", "A short list"},
        };
        for (const auto& [clean, corrupt] : pairs) {
            view.patching()->setTexts(QString::fromUtf8(clean), QString::fromUtf8(corrupt));
            view.patching()->measure();
            QTRY_VERIFY_WITH_TIMEOUT(!view.patching()->statusText().contains("Computing"), kWaitMs);
            if (view.patching()->grid())
                break;
        }
        QVERIFY2(view.patching()->grid().has_value(), qPrintable(view.patching()->statusText()));
        const PatchGrid& grid = *view.patching()->grid();
        QCOMPARE(view.patching()->picture()->content().nRow, grid.nLayer);
        // The whole stream before the last layer, at the last token, is the right answer itself or close to it.
        QVERIFY(grid.at(grid.nLayer - 1, grid.nColumn - 1) > 0.5F);
        view.patching()->setPoint(Point::Z); // head by head
        view.patching()->measure();
        QTRY_VERIFY_WITH_TIMEOUT(!view.patching()->statusText().contains("Computing"), kWaitMs);
        QVERIFY2(view.patching()->grid() && view.patching()->grid()->byHead, qPrintable(view.patching()->statusText()));
        const GridContent& heads = view.patching()->picture()->content();
        QCOMPARE(heads.nCol, std::int64_t(inside_->model()->anatomy()->layers[0].nHead));
        QVERIFY(std::isfinite(heads.number(0, 0)) && heads.describe(0, 1).contains("head 1"));
    }

    void theChatAnswersWithAndWithout() {
        GenerationSettings settings = chat_->settings();
        settings.maxTokens = 12;
        chat_->setSettings(settings);
        chat_->send("Hello");
        QTRY_VERIFY_WITH_TIMEOUT(chat_->count() == 2 && !chat_->busy(), kWaitMs);
        InterventionAnswers answers(*inside_);
        QVERIFY(!answers.start().isEmpty()); // nothing is on
        QVERIFY_RESULT(addIntervention(*inside_, scaleMlp(0, 0)));
        QSignalSpy finished(&answers, &InterventionAnswers::finished);
        QCOMPARE(answers.start(), QString());
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWaitMs);
        const MessageId without = finished[0][0].toLongLong(), with = finished[0][1].toLongLong();
        QVERIFY(without != kNoMessage && with != kNoMessage && without != with);
        QVERIFY(chat_->find(without)->text != chat_->find(with)->text);
        QVERIFY(chat_->find(with)->paramsJson.find("interventions") != std::string::npos);
        QVERIFY(chat_->find(without)->paramsJson.find("interventions") == std::string::npos);
        QVERIFY(chat_->settings() == settings);
        QCOMPARE(chat_->siblingCount(1), 3);
        // Laid side by side, with the change of every token both begin with.
        CompareWindow window(*chat_, *model_, [] { return QStringList(); });
        window.show();
        QCOMPARE(window.shown(0), without);
        QCOMPARE(window.shown(1), with);
        if (qEnvironmentVariableIsSet("VITRAL_PICTURE"))
            window.grab().save(qEnvironmentVariable("VITRAL_PICTURE"));
    }

    /// The example of docs/interpretability.md: without one head the model does not see what was asked, and the command
    /// line says the same, word for word.
    void theCommandLineAnswersTheSame() {
        const QString program = QStringLiteral(VITRAL_BIN_DIR "/vitral-cli");
        if (!QFileInfo::exists(program))
            QSKIP("vitral-cli was not built.");
        const QString question = QString::fromUtf8("Quem \u00E9 voc\u00EA?");
        GenerationSettings settings = chat_->settings();
        settings.maxTokens = 40;
        settings.sampler.temperature = 0;
        chat_->setSettings(settings);
        chat_->startNew();
        chat_->send(question);
        QTRY_VERIFY_WITH_TIMEOUT(chat_->count() == 2 && !chat_->busy(), kWaitMs);
        QVERIFY_RESULT(addIntervention(*inside_, scaleHead(0, 3, 0)));
        InterventionAnswers answers(*inside_);
        QSignalSpy finished(&answers, &InterventionAnswers::finished);
        QCOMPARE(answers.start(), QString());
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kWaitMs);
        const QString without = QString::fromStdString(chat_->find(finished[0][0].toLongLong())->text).trimmed();
        const QString with = QString::fromStdString(chat_->find(finished[0][1].toLongLong())->text).trimmed();
        QVERIFY2(without != with, qPrintable(without));
        const auto command = [&](const QStringList& more) {
            const QString prompt =
                QStringLiteral("<|im_start|>system\nYou are Vitral, a tiny language model.<|im_end|>\n"
                               "<|im_start|>user\n%1<|im_end|>\n<|im_start|>assistant\n")
                    .arg(question);
            QProcess process;
            process.start(program, QStringList{"complete", QString::fromUtf8(kModel), "--parse-special",
                                               "--temperature", "0", "-n", "40", "--prompt", prompt} +
                                       more);
            process.waitForFinished(kWaitMs);
            return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
        };
        QCOMPARE(command({}), without);
        QCOMPARE(command({"--intervene", "blocks.0.attn.hook_z[head=3]=zero"}), with);
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
                if (format == "pdf")
                    QVERIFY2(bytes.startsWith("%PDF-") && bytes.contains("/Font"), qPrintable(path));
            }
            QVERIFY(!view->exportAs(folder.filePath("x.bmp"), "bmp", 1));
            QVERIFY(!view->exportAs("/nowhere/at/all.png", "png", 1));
        }
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
        model_->load(path);
        QTRY_VERIFY_WITH_TIMEOUT(model_->path() == path && model_->state() == ModelSession::State::Ready, kWaitMs);
        RecordRun run;
        for (TokenId id = 1; id <= 20; ++id)
            run.ids.push_back(id);
        const RecordingPtr before = inside_->recording();
        inside_->record(std::move(run), this, [this](Result<RecordingPtr> recording) {
            if (recording)
                inside_->show(*recording, RecordingOrigin::Reread);
            else
                qWarning("%s", recording.error().message.c_str());
        });
        QTRY_VERIFY_WITH_TIMEOUT(inside_->recording() != before, kWaitMs);
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
        QCOMPARE(positions.picture()->content().nRow > 0, learned);
        QCOMPARE(positions.noteText().contains("does not use it"), !learned);
        if (learned)
            QCOMPARE(positions.picture()->content().number(3, 3), 1.0); // every row is like itself

        ResidualView residual(*inside_);
        residual.resize(900, 600);
        residual.go("attribution");
        residual.show();
        QTRY_VERIFY_WITH_TIMEOUT(residual.attributionPanel()->attribution().has_value(), kWaitMs);
        const Attribution& a = *residual.attributionPanel()->attribution();
        QVERIFY2(std::abs(a.rest) < 0.02 * std::max(1.0, std::abs(a.total)), qPrintable(QString::number(a.rest)));
        residual.go("neurons");
        if (experts)
            QTRY_VERIFY_WITH_TIMEOUT(!residual.neuronPanel()->report() &&
                                         residual.neuronPanel()->neurons()->content().empty.contains("expert"),
                                     kWaitMs);
        else
            QTRY_VERIFY_WITH_TIMEOUT(residual.neuronPanel()->report().has_value(), kWaitMs);

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

private:
    EngineBridge bridge_;
    Worker helper_;
    std::unique_ptr<EnginePort> port_;
    std::unique_ptr<StoreThread> store_;
    std::unique_ptr<ModelSession> model_;
    std::unique_ptr<ChatController> chat_;
    std::unique_ptr<InsideController> inside_;
    std::int64_t n_ = 0;
};

QTEST_MAIN(TestInsideExplain)
#include "tst_inside_explain.moc"
