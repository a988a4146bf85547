// SPDX-License-Identifier: Apache-2.0
// The bridge between the engine thread and the GUI: few wake-ups, nothing lost, the first token at once.

#include "widgets/engine/engine_bridge.h"
#include "widgets/engine/worker.h"

#include <QtTest>

#include <thread>

using namespace vitral;

namespace {
RunEvent token(int i) {
    TokenProduced t{};
    t.run = 1;
    t.score.id = i;
    t.text = "x";
    return t;
}
} // namespace

class TestEngineBridge : public QObject {
    Q_OBJECT
private slots:
    void manyTokensCostFewWakeUps() {
        constexpr int kTokens = 20000;
        EngineBridge bridge;
        int next = 0;
        bool ordered = true;
        bool finished = false;
        connect(&bridge, &EngineBridge::eventsArrived, this, [&](const std::vector<RunEvent>& events) {
            for (const RunEvent& event : events) {
                if (const auto* t = std::get_if<TokenProduced>(&event))
                    ordered = ordered && t->score.id == next++;
                else if (std::holds_alternative<RunFinished>(event))
                    finished = next == kTokens;
            }
        });
        std::jthread engine([&bridge] {
            for (int i = 0; i < kTokens; ++i)
                bridge.onEvent(token(i));
            bridge.onEvent(RunFinished{1, FinishReason::EndOfText, {}, {}, 0});
        });
        QTRY_VERIFY_WITH_TIMEOUT(finished, 30000);
        QVERIFY(ordered);
        QCOMPARE(next, kTokens);
        qInfo("%d tokens cost %d wake-ups", kTokens, bridge.nDrain());
        QVERIFY2(bridge.nDrain() < 1000, qPrintable(QString::number(bridge.nDrain())));
    }

    void drainsAtMostOnceAFrame() {
        EngineBridge bridge;
        int batches = 0;
        connect(&bridge, &EngineBridge::eventsArrived, this, [&] { ++batches; });
        QElapsedTimer clock;
        clock.start();
        while (clock.elapsed() < 320) {
            bridge.onEvent(token(0));
            QCoreApplication::processEvents();
        }
        QTest::qWait(40);
        QVERIFY2(batches <= 24, qPrintable(QString::number(batches))); // 320 ms are 20 frames
        QVERIFY(batches >= 5);
    }

    void firstTokenAtOnce() {
        EngineBridge bridge;
        bridge.setFrameMs(200);
        int n = 0;
        connect(&bridge, &EngineBridge::eventsArrived, this, [&] { ++n; });
        bridge.onEvent(token(0));
        QCoreApplication::processEvents();
        QCOMPARE(n, 1); // without waiting for a frame
        bridge.onEvent(token(1));
        QCoreApplication::processEvents();
        QCOMPARE(n, 1); // the second waits
        QTRY_COMPARE(n, 2);
    }

    void dyingBridgeIsSafe() {
        auto bridge = std::make_unique<EngineBridge>();
        bridge->onEvent(token(0));
        bridge.reset();
        QCoreApplication::processEvents();
    }

    void workerAnswersInOrderAndDropsTheDead() {
        Worker worker;
        QObject alive;
        auto dead = std::make_unique<QObject>();
        QStringList log;
        worker.ask(
            &alive, [] { return 1; }, [&](int v) { log << QString::number(v); });
        worker.ask(
            dead.get(), [] { return 2; }, [&](int v) { log << QString::number(v); });
        dead.reset();
        worker.ask(
            &alive, [] { return 3; }, [&](int v) { log << QString::number(v); });
        QTRY_COMPARE(log, (QStringList{"1", "3"}));
    }

    void newerTaggedJobReplacesTheWaitingOne() {
        Worker worker;
        QObject receiver;
        std::atomic<bool> go = false;
        QList<int> seen;
        worker.post([&go] {
            while (!go)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        });
        for (int i = 0; i < 10; ++i)
            worker.ask(
                &receiver, [i] { return i; }, [&seen](int v) { seen << v; }, "tag");
        go = true;
        QTRY_COMPARE(seen, QList<int>{9});
    }

    void queuedJobsAreDoneBeforeTheWorkerEnds() {
        std::atomic<int> n = 0;
        {
            Worker worker;
            for (int i = 0; i < 100; ++i)
                worker.post([&n] { ++n; });
        }
        QCOMPARE(n.load(), 100);
    }
};

QTEST_GUILESS_MAIN(TestEngineBridge)
#include "tst_engine_bridge.moc"
