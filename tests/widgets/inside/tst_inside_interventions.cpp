// SPDX-License-Identifier: Apache-2.0
// Changes made to runs from the window, on the model that comes with the program and a real engine: listed, measured,
// swept, steered, patched, answered with and without; and what a run that was changed is explained with.

#include "core/trace/run_file.h"
#include "tests/support/inside_room.h"
#include "widgets/compare/compare_window.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/attribution_panel.h"
#include "widgets/inside/cell_step.h"
#include "widgets/inside/experiment_pages.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/intervention_button.h"
#include "widgets/inside/intervention_chip.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/intervention_form.h"
#include "widgets/inside/interventions_view.h"
#include "widgets/inside/residual_view.h"

#include <QListWidget>
#include <QMenu>
#include <QProcess>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <cmath>
#include <numeric>

using namespace vitral;
using namespace vitral::test;

class TestInsideInterventions : public InsideRoom {
    Q_OBJECT

    /// The last row of the lens is what the run itself predicted, at every token.
    void explainsItself(const Recording& run) {
        ResidualView view(*inside_);
        view.resize(1000, 700);
        view.show();
        QCOMPARE(view.missing(nullptr), QString());
        QTRY_VERIFY_WITH_TIMEOUT(view.lens().missing(0, n_, 1000).empty(), kWaitMs);
        const std::int64_t last = std::int64_t(view.lens().rows().size()) - 1;
        for (std::int64_t p = 0; p + 1 < n_; ++p) {
            const auto& was = run.scores[std::size_t(p + 1)];
            const TokenScore* now = view.lens().cell(last, p);
            QVERIFY(was && now != nullptr);
            QCOMPARE(now->top.front().id, was->top.front().id);
            QVERIFY(std::abs(now->entropy - was->entropy) < 1e-2F);
        }
        said_ = view.answerText();
    }
    QString said_;

private slots:
    /// Beside the chat in a small window no page scrolls sideways.
    void fitsBesideTheChat() {
        constexpr int kNarrow = 285; // what 800 x 600 leaves for it
        InterventionsView view(*inside_);
        view.resize(kNarrow, 330);
        view.show();
        view.add(scaleHead(0, 3, 0));
        for (const char* page : {"hand", "steering", "sweep", "patching", "effect"}) {
            view.go(page);
            QCoreApplication::processEvents();
            auto* scroll = view.findChild<QScrollArea*>();
            QVERIFY(scroll != nullptr);
            QVERIFY2(scroll->horizontalScrollBar()->maximum() == 0,
                     qPrintable(QStringLiteral("%1: %2")
                                    .arg(QLatin1String(page))
                                    .arg(scroll->widget()->minimumSizeHint().width())));
        }
    }

    /// A run is explained with the changes it was recorded with, whatever is switched on by now.
    void aChangedRunStaysWhatItWas() {
        const RecordingPtr plain = inside_->recording();
        auto set = std::make_shared<InterventionSet>();
        set->items.push_back(scaleMlp(0, 0.5F));
        showRun(plain->tokens, set);
        const RecordingPtr changed = inside_->recording();
        QCOMPARE(inside_->ranWith().get(), set.get());
        explainsItself(*changed);
        auto others = std::make_shared<InterventionSet>();
        others->items.push_back(scaleHead(1, 1, 0));
        inside_->setInterventions(others);
        explainsItself(*changed);
        QVERIFY2(said_.contains("switched on now"), qPrintable(said_));
        // And a run without any stays one.
        inside_->show(plain, RecordingOrigin::Reread);
        QVERIFY(inside_->ranWith() == nullptr);
        explainsItself(*plain);
        QVERIFY2(said_.contains("switched on now"), qPrintable(said_));
        inside_->setInterventions(nullptr);
        explainsItself(*plain);
        QVERIFY(!said_.contains("switched on now"));

        // A file holds the words of its changes only: nothing is computed with others, and this is said.
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("changed.safetensors").toStdString();
        QVERIFY_RESULT(saveRun(*changed, path, {}));
        const auto opened = openRun(path);
        QVERIFY_RESULT(opened);
        inside_->show(*opened, RecordingOrigin::File, "changed");
        ResidualView view(*inside_);
        bool again = false;
        QVERIFY2(view.missing(&again).contains("blocks.0.hook_mlp_out"), qPrintable(view.missing(nullptr)));
        QVERIFY(again);
        inside_->setInterventions(others);
        QVERIFY(!view.missing(nullptr).isEmpty());
        QSignalSpy told(inside_.get(), &InsideController::recordingChanged);
        inside_->setInterventions(std::make_shared<const InterventionSet>(*set));
        QCOMPARE(told.size(), 1);
        explainsItself(**opened); // the same changes are switched on
        inside_->setInterventions(nullptr);
        QVERIFY(!view.missing(nullptr).isEmpty());
        inside_->show(plain, RecordingOrigin::Reread);
    }

    /// Experts: what one wrote to the logit, its neurons, and the run without it.
    void anExpertIsLeftOut() {
        const RecordingPtr plain = inside_->recording();
        loadAndWait(QStringLiteral(VITRAL_GOLDEN "/models/qwen3moe.gguf"));
        std::vector<TokenId> ids(20);
        std::iota(ids.begin(), ids.end(), TokenId{1});
        showRun(ids);
        ResidualView view(*inside_);
        view.resize(1000, 700);
        view.go("attribution.19");
        view.show();
        QTRY_VERIFY_WITH_TIMEOUT(view.attributionPanel()->attribution().has_value(), kWaitMs);
        const Attribution before = *view.attributionPanel()->attribution();
        const auto isExpert = [](const Contribution& part) { return part.kind == ContributionKind::Expert; };
        const auto part = std::find_if(before.contributions.begin(), before.contributions.end(), isExpert);
        QVERIFY(part != before.contributions.end());
        QCOMPARE(AttributionPanel::partName(*part), QStringLiteral("Layer 0, expert %1").arg(part->iHead));
        emit view.attributionPanel()->switchOffAsked(*part);
        QVERIFY(inside_->interventions() != nullptr);
        const Intervention& item = inside_->interventions()->items[0];
        QVERIFY2(InterventionWords::text(item).endsWith("never chosen"), qPrintable(InterventionWords::text(item)));
        showRun(ids, inside_->interventions());
        QTRY_VERIFY_WITH_TIMEOUT(view.attributionPanel()->attribution() &&
                                     view.attributionPanel()->attribution()->total != before.total,
                                 kWaitMs);
        int nExpert = 0;
        for (const Contribution& now : view.attributionPanel()->attribution()->contributions)
            if (isExpert(now) && now.iLayer == 0) {
                QVERIFY(now.iHead != part->iHead); // another has taken its place
                ++nExpert;
            }
        QCOMPARE(nExpert, 3);
        inside_->setInterventions(nullptr);
        loadAndWait(QString::fromUtf8(kBundled));
        inside_->show(plain, RecordingOrigin::Reread);
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
        // Every number of the page comes about in one pop-up.
        view.effect()->picture()->setCurrent(2, 2);
        QPushButton* unfold = nullptr;
        for (QPushButton* button : view.effect()->findChildren<QPushButton*>())
            if (button->text() == QLatin1String("Show the arithmetic"))
                unfold = button;
        QVERIFY(unfold != nullptr && unfold->isEnabled());
        unfold->click();
        ArithmeticPopup& popup = ArithmeticPopup::of(&view);
        QVERIFY(popup.isVisible());
        QVERIFY2(popup.steps()[2]->formula().endsWith(sixDigits(view.effect()->picture()->content().number(2, 2))),
                 qPrintable(popup.steps()[2]->formula()));
        popup.hide();
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
        CompareWindow window(*chat_, *model_, helper_, {});
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
            process.start(program, QStringList{"complete", QString::fromUtf8(kBundled), "--parse-special",
                                               "--temperature", "0", "-n", "40", "--prompt", prompt} +
                                       more);
            process.waitForFinished(kWaitMs);
            return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
        };
        QCOMPARE(command({}), without);
        QCOMPARE(command({"--intervene", "blocks.0.attn.hook_z[head=3]=zero"}), with);
    }
};

QTEST_MAIN(TestInsideInterventions)
#include "inside_room.moc"
#include "tst_inside_interventions.moc"
