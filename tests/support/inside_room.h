// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Inside" on the model that comes with the program, with a real engine and one short text recorded. A test
// names this header among its sources and includes "inside_room.moc".

#include "tests/support/result_test.h"
#include "widgets/inside/inside_controller.h"

#include <QFileInfo>
#include <QtTest>

namespace vitral::test {

class InsideRoom : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { openRoom(); }
    void cleanupTestCase() { closeRoom(); }
    void cleanup() {
        if (inside_)
            inside_->setInterventions(nullptr);
    }

protected:
    static constexpr int kWaitMs = 60'000; // generous: sanitizers and busy machines
    static constexpr const char* kBundled = VITRAL_SOURCE_DIR "/assets/models/vitral-pequeno/vitral-pequeno-q8_0.gguf";

    void openRoom() {
        QVERIFY(QFileInfo::exists(QString::fromUtf8(kBundled)));
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
        loadAndWait(QString::fromUtf8(kBundled));
        const auto ids = model_->model()->tokenizer()->encode("Once upon a time there was a small dog. The small dog",
                                                              {AddSpecial::Yes, ParseSpecial::Yes});
        QVERIFY_RESULT(ids);
        showRun(*ids);
        QVERIFY(inside_->model() != nullptr);
        n_ = inside_->recording()->nPosition();
        QVERIFY(n_ >= 8);
    }

    void closeRoom() {
        inside_.reset();
        chat_.reset();
        model_.reset();
        store_.reset();
        port_.reset();
    }

    void loadAndWait(const QString& path) {
        model_->load(path);
        QTRY_VERIFY_WITH_TIMEOUT(model_->path() == path && model_->state() == ModelSession::State::Ready, kWaitMs);
    }

    /// What was recorded of these tokens; null where it failed.
    RecordingPtr recorded(std::vector<TokenId> ids, std::shared_ptr<const InterventionSet> changes = nullptr) {
        RecordRun run;
        run.ids = std::move(ids);
        run.interventions = std::move(changes);
        std::optional<RecordingPtr> got;
        inside_->record(std::move(run), &receiver_, [&](Result<RecordingPtr> recording) {
            if (!recording)
                qWarning("%s", recording.error().message.c_str());
            got = recording.value_or(nullptr);
        });
        return QTest::qWaitFor([&] { return got.has_value(); }, kWaitMs) ? *got : nullptr;
    }

    /// The same, put on the screen.
    void showRun(std::vector<TokenId> ids, std::shared_ptr<const InterventionSet> changes = nullptr) {
        const RecordingPtr run = recorded(std::move(ids), changes);
        QVERIFY(run != nullptr);
        inside_->show(run, RecordingOrigin::Reread, {}, changes);
    }

    EngineBridge bridge_;
    Worker helper_;
    QObject receiver_;
    std::unique_ptr<EnginePort> port_;
    std::unique_ptr<StoreThread> store_;
    std::unique_ptr<ModelSession> model_;
    std::unique_ptr<ChatController> chat_;
    std::unique_ptr<InsideController> inside_;
    std::int64_t n_ = 0;
};

} // namespace vitral::test
