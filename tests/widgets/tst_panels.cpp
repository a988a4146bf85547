// SPDX-License-Identifier: Apache-2.0
// The panels around the transcript: each does by keyboard what it does by mouse, and says what it shows.

#include "tests/support/cpu_clock.h"
#include "tests/support/fake_port.h"
#include "widgets/design/metrics.h"
#include "widgets/design/theme.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/context_gauge.h"
#include "widgets/panels/conversation_delegate.h"
#include "widgets/panels/conversation_panel.h"
#include "widgets/panels/elided_label.h"
#include "widgets/panels/model_chip.h"
#include "widgets/panels/model_picker.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/parameters.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/panels/welcome.h"
#include "widgets/tokens/alternatives_popup.h"
#include "widgets/tokens/token_legend.h"

#include <QSignalSpy>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::test;

class TestPanels : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { theme_ = std::make_unique<design::Theme>(*qApp); }

    void composerSendsStopsAndGrows() {
        Composer composer;
        composer.resize(500, 100);
        composer.show();
        QVERIFY(QTest::qWaitForWindowActive(&composer));
        composer.focusText();
        QSignalSpy sent(&composer, &Composer::sent);
        QTest::keyClick(composer.editor(), Qt::Key_Return);
        QCOMPARE(sent.size(), 0); // nothing to send
        QTest::keyClicks(composer.editor(), "Hello");
        QTest::keyClick(composer.editor(), Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(composer.editor(), "you");
        const int two = composer.editor()->height();
        QTest::keyClick(composer.editor(), Qt::Key_Return);
        QCOMPARE(sent.size(), 1);
        QCOMPARE(sent[0][0].toString(), QStringLiteral("Hello\nyou"));
        QVERIFY(composer.text().isEmpty());
        QVERIFY(composer.editor()->height() < two);
        composer.setBusy(true);
        QSignalSpy stopped(&composer, &Composer::stopped);
        QTest::keyClick(composer.editor(), Qt::Key_Escape);
        QCOMPARE(stopped.size(), 1);
        composer.setBusy(false);
        composer.setBlocked("no model");
        QTest::keyClicks(composer.editor(), "x");
        QTest::keyClick(composer.editor(), Qt::Key_Return);
        QCOMPARE(sent.size(), 1);
        QSignalSpy last(&composer, &Composer::lastQuestionAsked);
        composer.clear();
        QTest::keyClick(composer.editor(), Qt::Key_Up);
        QCOMPARE(last.size(), 1);
    }

    // The controller's own draft is what it hands over, and it hears that the old text goes.
    void aDraftThatChangesOnTheWayIsShown() {
        Composer composer;
        QString draft = QStringLiteral("half a thought");
        connect(&composer, &Composer::edited, this, [&](const QString& text) { draft = text; });
        composer.setText(QStringLiteral("another conversation's"));
        draft = QStringLiteral("half a thought");
        composer.setText(draft);
        QCOMPARE(composer.text(), QStringLiteral("half a thought"));
        QCOMPARE(draft, QStringLiteral("half a thought"));
    }

    // What was found is on the line, in bold, whatever stands before it.
    void excerptsShowTheHit() {
        const QFont font = design::font(design::TextRole::Caption);
        const QString hit = QStringLiteral("\x02queijo\x03");
        const QString words = QStringLiteral("uma frase comprida sobre outra coisa ");
        const auto bold = [](const ExcerptLine& line) {
            return line.hits.isEmpty() ? QString() : line.text.mid(line.hits[0].start, line.hits[0].length);
        };
        for (const QString& before : {QString(), words, words + words, QString(200, QLatin1Char('x'))})
            for (const QString& after : {QString(), words + words}) {
                const ExcerptLine line = excerptLine(before + hit + after, font, 220);
                QCOMPARE(bold(line), QStringLiteral("queijo"));
                QVERIFY2(QFontMetricsF(font).horizontalAdvance(line.text) <= 224, qPrintable(line.text));
                if (before != words) // one sentence may go as well as stay
                    QCOMPARE(line.text.startsWith(QChar(0x2026)), !before.isEmpty());
                QCOMPARE(line.text.endsWith(QChar(0x2026)), !after.isEmpty());
            }
        const ExcerptLine whole = excerptLine(QStringLiteral("o \x02queijo\x03\nbom"), font, 220);
        QCOMPARE(whole.text, QStringLiteral("o queijo bom"));
        // A word wider than the row: as much of it as there is room for, marked.
        const ExcerptLine wide = excerptLine(words + QChar(2) + QString(300, QLatin1Char('w')) + QChar(3), font, 220);
        QVERIFY(bold(wide).startsWith(QStringLiteral("www")) && wide.text.endsWith(QChar(0x2026)));
        QVERIFY(QFontMetricsF(font).horizontalAdvance(wide.text) <= 224);
        QVERIFY(excerptLine(QString(), font, 220).text.isEmpty());
        (void)excerptLine(hit + hit, font, 1); // no room at all
    }

    void longTitlesEndInAnEllipsis() {
        ElidedLabel label;
        const QString title = QStringLiteral("A title that is much longer than the room that is left for it");
        label.setFullText(title);
        label.resize(120, 24);
        label.show();
        QVERIFY(QTest::qWaitForWindowExposed(&label));
        QVERIFY2(label.text().endsWith(QChar(0x2026)), qPrintable(label.text()));
        QVERIFY(label.fontMetrics().horizontalAdvance(label.text()) <= 120);
        QCOMPARE(label.toolTip(), title);
        QCOMPARE(label.accessibleName(), title);
        label.resize(2000, 24);
        QCOMPARE(label.text(), title);
        QVERIFY(label.toolTip().isEmpty());
    }

    void noticesAreNotCutInANarrowPanel() {
        QWidget panel;
        auto* column = new QVBoxLayout(&panel);
        auto* notice = new NoticeBar(&panel);
        column->addWidget(notice);
        column->addStretch(1);
        panel.resize(240, 500);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        notice->tell(NoticeBar::Kind::Problem,
                     "The disk that holds the conversations is full. What was saved before is safe; free some space "
                     "and try again.",
                     "Undo");
        QTest::qWait(20);
        const auto labels = notice->findChildren<QLabel*>();
        const auto text = std::find_if(labels.begin(), labels.end(), [](const QLabel* l) { return l->wordWrap(); });
        QVERIFY(text != labels.end());
        QVERIFY2((*text)->height() >= (*text)->heightForWidth((*text)->width()),
                 qPrintable(
                     QStringLiteral("%1 of %2").arg((*text)->height()).arg((*text)->heightForWidth((*text)->width()))));
        const auto* action = notice->findChild<QPushButton*>();
        const auto at = [&] { return action->mapTo(notice, QPoint()); };
        QVERIFY(at().y() >= (*text)->geometry().bottom()); // below the sentence, which has the width
        QVERIFY((*text)->width() > 130);
        panel.resize(800, 500);
        QTest::qWait(20);
        QVERIFY(at().x() > (*text)->geometry().right());
    }

    void aNoticeMayOfferSeveralThings() {
        NoticeBar bar;
        bar.resize(600, 40);
        QStringList done;
        bar.tell(NoticeBar::Kind::Problem, "It is too large.",
                 {{"Smaller", [&] { done << "smaller"; }}, {"Anyway", [&] {
                                                                done << "anyway";
                                                                bar.tell(NoticeBar::Kind::Notice, "Now this.");
                                                            }}});
        QList<QPushButton*> buttons = bar.findChildren<QPushButton*>();
        QCOMPARE(buttons.size(), 2);
        QVERIFY(buttons[0]->y() == buttons[1]->y() && bar.height() >= bar.minimumHeight());
        buttons[1]->click(); // the button goes while it is pressed
        QCOMPARE(done, QStringList{"anyway"});
        QCOMPARE(bar.sentence(), QStringLiteral("Now this."));
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(bar.findChildren<QPushButton*>().isEmpty());
    }

    void theGaugeNamesEveryKindOnce() {
        auto context = std::make_shared<AssembledContext>();
        context->ids.resize(95);
        context->nCtx = 100;
        context->fits = false;
        context->spans = {{SpanKind::History, 1, 0, 0, 0, 40},
                          {SpanKind::History, 2, 0, 0, 40, 80},
                          {SpanKind::Question, 3, 0, 0, 80, 95}};
        context->droppedNext = {1};
        ContextGauge gauge;
        gauge.setContext(context, 100, 0, {});
        QCOMPARE(gauge.panes().size(), std::size_t{3}); // the part that goes next is hatched
        QCOMPARE(gauge.legend(), (QStringList{gauge.panes()[0].name, gauge.panes()[2].name}));
    }

    void aLargePasteStaysFluid() {
        for (const bool oneLine : {false, true}) {
            Composer composer;
            composer.resize(700, 100);
            composer.show();
            QVERIFY(QTest::qWaitForWindowActive(&composer));
            QString text;
            while (text.size() < 200'000)
                text += text.size() % 2000 < 20 && !oneLine ? QStringLiteral("A line of it.\n")
                                                            : QStringLiteral("some words ");
            CpuClock clock;
            QGuiApplication::clipboard()->setText(text);
            composer.editor()->paste();
            QCoreApplication::processEvents();
            const double paste = clock.milliseconds();
            clock.restart();
            for (int i = 0; i < 10; ++i) {
                QTest::keyClicks(composer.editor(), "x");
                QCoreApplication::processEvents();
            }
            const double key = clock.milliseconds() / 10;
            qInfo("200 kB in %s: paste %.0f ms, a key %.1f ms", oneLine ? "one line" : "lines", paste, key);
            QVERIFY(composer.text() == text + "xxxxxxxxxx");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
            QVERIFY2(paste < 500 && key < 16, qPrintable(QStringLiteral("%1 %2").arg(paste).arg(key)));
#endif
        }
    }

    void longLinesStayLines() {
        Composer composer;
        composer.resize(700, 100);
        composer.show();
        QVERIFY(QTest::qWaitForWindowActive(&composer));
        composer.focusText();
        QString line;
        while (line.size() < 9000)
            line += QStringLiteral("word%1 ").arg(line.size());
        composer.setText("before\n" + line + "\nafter");
        QVERIFY(composer.text() == "before\n" + line + "\nafter");
        QVERIFY(composer.editor()->document()->blockCount() > 5);
        // A line break inside the long line, a paste into it, taking both back.
        QTextCursor cursor = composer.editor()->textCursor();
        cursor.setPosition(7 + 5000);
        composer.editor()->setTextCursor(cursor);
        const int shift = composer.editor()->textCursor().blockNumber() - 1; // a piece more, a position more
        QTest::keyClick(composer.editor(), Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(composer.text().count('\n'), 3);
        const qsizetype at = 7 + 5000 - shift;
        QVERIFY(composer.text() == QString("before\n" + line + "\nafter").insert(at, '\n'));
        QGuiApplication::clipboard()->setText("one\r\ntwo");
        composer.editor()->paste();
        QCOMPARE(composer.text().count('\n'), 4);
        composer.editor()->undo();
        composer.editor()->undo();
        QVERIFY(composer.text() == "before\n" + line + "\nafter");
        composer.editor()->redo();
        QCOMPARE(composer.text().count('\n'), 3);
        // What is copied is what is meant.
        composer.editor()->undo();
        composer.editor()->selectAll();
        composer.editor()->copy();
        QVERIFY(QGuiApplication::clipboard()->text() == "before\n" + line + "\nafter");
    }

    void settingsPanelHoldsEveryValue() {
        Stage stage;
        QStringList names{"Mine"};
        GenerationSettings stored;
        stored.sampler.topK = 3;
        PresetStore presets{[&] { return names; }, [&](const QString&) { return stored; },
                            [&](const QString&, const GenerationSettings&) {}, [&](const QString&) { names.clear(); }};
        SettingsPanel panel(*stage.model, presets);
        panel.setMinimumWidth(100); // as a dock does: the words still have their room
        panel.show();
        auto* scroll = panel.findChild<QScrollArea*>();
        QTRY_VERIFY(panel.minimumWidth() >= scroll->widget()->minimumSizeHint().width());
        GenerationSettings s;
        s.sampler.temperature = 0.35F;
        s.sampler.topK = 12;
        s.sampler.xtcProbability = 0.5F;
        s.sampler.dryMultiplier = 0.8F;
        s.sampler.mirostatTau = 4.0F;
        s.sampler.seed = 42;
        s.sampler.grammar = "root ::= \"a\"";
        s.sampler.logitBias = {{3, 2.0F}};
        s.systemPrompt = "Be kind.";
        s.nCtx = 2048;
        s.maxTokens = 100;
        panel.setSettings(s);
        // Touching one field must keep all the others.
        QSignalSpy changed(&panel, &SettingsPanel::changed);
        auto* prompt = panel.findChildren<QPlainTextEdit*>().first();
        prompt->setPlainText("Be very kind.");
        QTRY_COMPARE(changed.size(), 1);
        s.systemPrompt = "Be very kind.";
        const GenerationSettings got = panel.settings();
        QVERIFY2(got == s, QJsonDocument(toJson(got)).toJson());
    }

    void everyParameterIsReachable() {
        // Each row changes exactly its own value, and its words are there.
        for (const auto infos :
             {basicParameters(), truncationParameters(), repetitionParameters(), temperatureParameters()})
            for (const ParameterInfo& info : infos) {
                GenerationSettings s;
                const double middle = std::round((info.minimum + info.maximum) / 2 / info.step) * info.step;
                info.set(s, middle);
                QVERIFY2(std::abs(info.get(s) - middle) < info.step, info.label);
                QVERIFY(qstrlen(info.tip) > 20);
                GenerationSettings usual;
                const double value = info.get(usual);
                QVERIFY2(value >= info.minimum && value <= info.maximum, info.label);
            }
    }

    // A section at the foot of a short panel comes into view when it is opened, and stays there while it grows.
    void whatOpensIsSeen() {
        Stage stage;
        SettingsPanel panel(*stage.model, {[] { return QStringList(); }, {}, {}, {}});
        Section* section = panel.addSection(false);
        auto* text = new QLabel(QStringLiteral("one"), section);
        section->body()->addWidget(text);
        panel.resize(300, 260);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        const auto* scroll = panel.findChild<QScrollArea*>();
        const auto seen = [&] {
            const QRect view(QPoint(0, 0), scroll->viewport()->size());
            return view.contains(QRect(section->mapTo(scroll->viewport(), QPoint(0, 0)), section->size()));
        };
        QVERIFY(!seen());
        section->setOpen(true);
        QTRY_VERIFY(seen());
        text->setText(QStringLiteral("one\ntwo\nthree\nfour\nfive"));
        QTRY_VERIFY(section->height() > 5 * text->fontMetrics().height() && seen());
        scroll->verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMinimum); // somebody scrolls
        text->setText(QStringLiteral("one\ntwo"));
        QTest::qWait(50);
        QCOMPARE(scroll->verticalScrollBar()->value(), 0);
    }

    void everyControlHasAName() {
        Stage stage;
        PresetStore presets{[] { return QStringList(); }, [](const QString&) { return GenerationSettings(); },
                            [](const QString&, const GenerationSettings&) {}, [](const QString&) {}};
        SettingsPanel settings(*stage.model, presets);
        ConversationLibrary library(*stage.store);
        ConversationPanel conversations(library);
        ChatPanel chat(*stage.chat, *stage.model);
        ModelChip chip(*stage.model);
        ModelPicker picker(*stage.helper, {});
        TokenLegend legend;
        ContextGauge gauge;
        QStringList nameless;
        for (QWidget* root :
             std::initializer_list<QWidget*>{&settings, &conversations, &chat, &chip, &picker, &legend, &gauge})
            for (QWidget* w : root->findChildren<QWidget*>()) {
                const bool control = qobject_cast<QAbstractButton*>(w) || qobject_cast<QLineEdit*>(w) ||
                                     qobject_cast<QComboBox*>(w) || qobject_cast<QAbstractSpinBox*>(w) ||
                                     qobject_cast<QAbstractSlider*>(w) || qobject_cast<QPlainTextEdit*>(w);
                if (!control || w->inherits("QScrollBar") || w->objectName().startsWith("qt_") ||
                    qobject_cast<QAbstractSpinBox*>(w->parentWidget()) || w->parentWidget()->inherits("QComboBox") ||
                    w->parentWidget()->inherits("QLineEdit"))
                    continue;
                auto* button = qobject_cast<QAbstractButton*>(w);
                if (w->accessibleName().isEmpty() && !(button && !button->text().trimmed().isEmpty()) &&
                    !w->inherits("QHeaderView"))
                    nameless << QString::fromLatin1(w->metaObject()->className()) + " in " +
                                    root->metaObject()->className();
            }
        // The notice bar names its button when it speaks.
        nameless.removeIf([](const QString& n) {
            return n.startsWith("QToolButton in vitral::ChatPanel") || n.startsWith("QPushButton in vitral::C") ||
                   n.startsWith("QToolButton in vitral::ConversationPanel");
        });
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
    }

    void gaugeAddsUp() {
        auto context = std::make_shared<AssembledContext>();
        context->ids.assign(60, 1);
        context->spans = {{SpanKind::Template, kNoMessage, 0, 0, 0, 5},
                          {SpanKind::System, kNoMessage, 0, 0, 5, 15},
                          {SpanKind::History, 7, 0, 0, 15, 40},
                          {SpanKind::Question, 8, 0, 0, 40, 55},
                          {SpanKind::GenerationPrompt, kNoMessage, 0, 0, 55, 60}};
        context->droppedNext = {7};
        ContextGauge gauge;
        RunNumbers numbers;
        numbers.nCached = 15;
        numbers.savedSeconds = 0.4;
        gauge.setContext(context, 75, 10, numbers); // nearly full: what would go next is marked
        int sum = 0;
        for (const auto& pane : gauge.panes())
            sum += pane.nToken;
        QCOMPARE(sum, 70);
        QVERIFY(std::any_of(gauge.panes().begin(), gauge.panes().end(),
                            [](const auto& p) { return p.droppedNext && p.nToken == 25; }));
        QVERIFY2(gauge.summary().contains("70") && gauge.summary().contains("15"), qPrintable(gauge.summary()));
        gauge.resize(400, gauge.sizeHint().height());
        QVERIFY(!gauge.grab().isNull());
        // An answer that ends because the window is full has one token that was never read: 60 + 16 in a window of 75.
        gauge.setContext(context, 75, 16, numbers);
        QVERIFY2(gauge.summary().startsWith("75 of 75"), qPrintable(gauge.summary()));
        QCOMPARE(gauge.panes().back().nToken, 15);
        QVERIFY2(gauge.accessibleDescription().contains("not in the window: 1\n"),
                 qPrintable(gauge.accessibleDescription()));
        gauge.setContext(context, 60, 1, numbers); // the prompt alone fills it
        QVERIFY2(gauge.summary().startsWith("60 of 60"), qPrintable(gauge.summary()));
    }

    void alternativesForkByKeyboard() {
        AlternativesPopup popup;
        MessageToken token;
        token.bytes = "cat";
        token.score.id = 1;
        token.score.logProbability = std::log(0.5F);
        token.score.top = {{1, std::log(0.5F)}, {2, std::log(0.3F)}, {3, std::log(0.2F)}};
        QSignalSpy fork(&popup, &AlternativesPopup::forkAsked);
        popup.showToken(token, std::make_shared<FakeTokenizer>(), {100, 100, 40, 20}, true, true);
        QCOMPARE(popup.nRow(), 3);
        QCOMPARE(popup.currentRow(), 1); // the first that is another one
        QTest::keyClick(&popup, Qt::Key_Down);
        QTest::keyClick(&popup, Qt::Key_Return);
        QCOMPARE(fork.size(), 1);
        const auto with = fork[0][0].value<MessageToken>();
        QCOMPARE(with.score.id, TokenId(3));
        QCOMPARE(with.score.rank, 2);
        QCOMPARE(with.bytes, std::string(1, '\x03'));
        QVERIFY(std::abs(with.score.logProbability - std::log(0.2F)) < 1e-4F);
        // Beside its token on the screen, wherever its window is: a window of its own, kept or passing by.
        QWidget window;
        window.setGeometry(60, 40, 700, 700);
        window.show();
        AlternativesPopup above(&window);
        for (const bool keep : {false, true, false}) {
            above.showToken(token, nullptr, {300, 300, 40, 20}, keep, true);
            QVERIFY(above.isWindow());
            QCOMPARE(above.pos().y(), 320 + 5);
            above.hide();
        }
        popup.showToken(token, nullptr, {100, 100, 40, 20}, false, true);
        QVERIFY(!popup.kept());
        popup.passBy();
        QVERIFY(popup.isHidden());
    }

    void legendAverages() {
        TokenLegend legend;
        Message message;
        message.tokens.resize(2);
        message.tokens[0].score.logProbability = std::log(0.5F);
        message.tokens[1].score.logProbability = std::log(0.125F);
        legend.setMessage(&message);
        bool found = false;
        for (const QLabel* label : legend.findChildren<QLabel*>())
            found =
                found || label->text().contains("4.00") || label->text().contains("4,00"); // perplexity of 1/2 and 1/8
        QVERIFY(found);
        QSignalSpy changed(&legend, &TokenLegend::measureChanged);
        legend.setMeasure(TokenMeasure::Entropy);
        QCOMPARE(changed.size(), 1);
    }

    void chatPanelFromWelcomeToAnswer() {
        Stage stage;
        ChatPanel panel(*stage.chat, *stage.model);
        panel.resize(800, 600);
        panel.show();
        QVERIFY(panel.welcome()->isVisible());
        stage.model->load("still.gguf");
        stage.port->loadModel(stage.port->last);
        QTRY_VERIFY(stage.model->model() != nullptr);
        panel.composer()->setText("Hello");
        QTest::keyClick(panel.composer()->editor(), Qt::Key_Return);
        QTRY_COMPARE(stage.port->jobs.size(), std::size_t{1});
        QVERIFY(!panel.welcome()->isVisible());
        stage.port->token(stage.port->last, "Hi");
        stage.port->finish(stage.port->last, FinishReason::EndOfText);
        QTRY_VERIFY(!stage.chat->busy());
        QVERIFY(!panel.grab().isNull());
        emit stage.chat->problem("Something failed.", false);
        QCOMPARE(panel.notice()->sentence(), QStringLiteral("Something failed."));
        emit stage.chat->roomNoLongerOffered();
        QCOMPARE(panel.notice()->sentence(), QStringLiteral("Something failed.")); // another notice
        emit stage.chat->problem("The oldest can be left out.", true);
        emit stage.chat->roomNoLongerOffered();
        QVERIFY(panel.notice()->isHidden());
    }

private:
    struct Stage {
        std::unique_ptr<Worker> helper = std::make_unique<Worker>();
        std::unique_ptr<EngineBridge> bridge = std::make_unique<EngineBridge>();
        std::unique_ptr<FakePort> port = std::make_unique<FakePort>(*bridge);
        std::unique_ptr<StoreThread> store = std::make_unique<StoreThread>([] { return ConversationStore::open({}); });
        std::unique_ptr<ModelSession> model = std::make_unique<ModelSession>(*port, *bridge, *helper);
        std::unique_ptr<ChatController> chat =
            std::make_unique<ChatController>(*port, *bridge, *store, *helper, *model);
    };
    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestPanels)
#include "tst_panels.moc"
