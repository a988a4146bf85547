// SPDX-License-Identifier: Apache-2.0
// A conversation of 100,000 tokens, each with eight alternatives, from the file on disk to the first picture: under a
// second, and the GUI thread never stands still for long meanwhile.

#include "tests/support/fake_port.h"
#include "widgets/chat/chat_controller.h"
#include "widgets/design/theme.h"
#include "widgets/transcript/transcript_view.h"

#include <QTemporaryDir>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::test;

class TestLongConversation : public QObject {
    Q_OBJECT
private slots:
    void opensUnderASecond() {
        constexpr int kMessages = 400;
        constexpr int kTokens = 500; // in every second one: 100,000 in all
        design::Theme theme(*qApp);
        QTemporaryDir dir;
        const std::filesystem::path file = dir.filePath("c.sqlite").toStdString();
        ConversationId id = 0;
        {
            auto store = ConversationStore::open(file);
            QVERIFY(store.has_value());
            ConversationInfo info;
            info.title = "Long";
            id = *(*store)->create(info);
            MessageId parent = kNoMessage;
            for (int i = 0; i < kMessages; ++i) {
                Message m;
                m.parent = parent;
                m.role = i % 2 == 0 ? Role::User : Role::Assistant;
                m.text = "A question?";
                if (m.role == Role::Assistant) {
                    m.text.clear();
                    for (int k = 0; k < kTokens; ++k) {
                        MessageToken t;
                        t.bytes = k % 60 == 59 ? ".\n\n" : " word";
                        t.score.id = k;
                        t.score.logProbability = -0.1F * float(k % 40);
                        for (int a = 0; a < 8; ++a)
                            t.score.top.push_back({k + a, -0.3F * float(a)});
                        m.text += t.bytes;
                        m.tokens.push_back(std::move(t));
                    }
                }
                const auto added = (*store)->add(id, m);
                QVERIFY(added.has_value());
                parent = *added;
            }
        }
        Worker helper;
        EngineBridge bridge;
        FakePort port(bridge);
        StoreThread store([file] { return ConversationStore::open(file); });
        ModelSession model(port, bridge, helper);
        ChatController chat(port, bridge, store, helper, model);
        TranscriptView view;
        view.resize(1000, 800);
        view.setSource(&chat);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        bool there = false;
        connect(&chat, &TranscriptSource::reset, this, [&] { there = chat.count() == kMessages; });
        QElapsedTimer clock;
        clock.start();
        chat.open(id);
        qint64 worst = 0;
        while (!there && clock.elapsed() < 20000) {
            QElapsedTimer step;
            step.start();
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
            worst = std::max(worst, step.nsecsElapsed());
        }
        QVERIFY(there);
        view.viewport()->repaint();
        const double open = double(clock.nsecsElapsed()) * 1e-6;
        clock.restart();
        view.setTokenMode(true);
        view.viewport()->repaint();
        const double tokens = double(clock.nsecsElapsed()) * 1e-6;
        qInfo("100,000 tokens: %.0f ms from disk to picture, GUI thread busy at most %.1f ms at a time; token view "
              "%.1f ms",
              open, double(worst) * 1e-6, tokens);
        QVERIFY2(open < 1000 * slowness(), qPrintable(QString::number(open)));
    }

private:
    /// Sanitizers and loaded machines are slower; the promise is for a usual build.
    static double slowness() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        return 20;
#else
        return 3; // several test programs run at once
#endif
    }
};

QTEST_MAIN(TestLongConversation)
#include "tst_long_conversation.moc"
