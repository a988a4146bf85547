// SPDX-License-Identifier: Apache-2.0
// Choosing a model: what is found on the disk, the list of it, files that are dropped on that list, how it is loaded
// and where it is computed.

#include "tests/support/chat_fixture.h"
#include "tests/support/fake_port.h"
#include "tests/support/result_test.h"
#include "widgets/design/theme.h"
#include "widgets/panels/device_panel.h"
#include "widgets/panels/model_chip.h"
#include "widgets/panels/model_picker.h"

#include <QSignalSpy>
#include <QtTest>
#include <QtWidgets>

using namespace vitral;
using namespace vitral::test;

class TestModelPicker : public QObject, ChatFixture {
    Q_OBJECT
private slots:
    void initTestCase() { theme_ = std::make_unique<design::Theme>(*qApp); }
    void init() { setUpChat(); }
    void cleanup() { tearDownChat(); }

    void scannerReadsHeadersAndSurvivesJunk() {
        QTemporaryDir dir;
        QFile junk(dir.filePath("broken.gguf"));
        QVERIFY(junk.open(QIODevice::WriteOnly));
        junk.write("GGUF\x03\x00\x00\x00", 8);
        junk.close();
        QFile other(dir.filePath("notes.txt"));
        QVERIFY(other.open(QIODevice::WriteOnly));
        const QString real = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
        const bool have = QFile::exists(real);
        if (have)
            QVERIFY(QFile::copy(real, dir.filePath("tiny.gguf")));
        Worker worker;
        ModelScanner scanner(worker);
        QList<ModelEntry> found;
        connect(&scanner, &ModelScanner::found, this, [&found](const ModelEntry& e) { found << e; });
        QSignalSpy finished(&scanner, &ModelScanner::finished);
        scanner.scan({{dir.path(), ModelSource::Folder}}, {dir.filePath("missing.gguf")});
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(found.size(), have ? 2 : 1);
        for (const ModelEntry& e : found) {
            if (e.path.endsWith("broken.gguf")) {
                QVERIFY(!e.problem.isEmpty());
            } else {
                QCOMPARE(e.architecture, QStringLiteral("llama"));
                QVERIFY(e.known);
                QCOMPARE(e.nParameter, qint64(260032));
                QVERIFY(e.neededBytes > 1000000);
            }
        }
    }

    void pickerListsAndChooses() {
        Worker worker;
        ModelPicker picker(worker, {});
        ModelEntry entry;
        entry.path = "/somewhere/model.gguf";
        entry.name = "A model";
        entry.architecture = "llama";
        entry.known = true;
        entry.nParameter = 1'200'000'000;
        entry.quantisation = "Q4_K_M";
        picker.addEntry(entry);
        entry.path = "/somewhere/else.gguf";
        entry.architecture = "unheard-of";
        entry.known = false;
        picker.addEntry(entry);
        QVERIFY(picker.nFound() >= 2);
        picker.show();
        picker.findChild<QLineEdit*>()->setText("llama");
        QTest::qWait(10);
        QTest::keyClick(&picker, Qt::Key_Return);
        QCOMPARE(picker.chosen(), QStringLiteral("/somewhere/model.gguf"));
        // In a narrow window what is known of a model stands below its name; what cannot be used says why.
        ModelPicker narrow(worker, {});
        narrow.resize(500, 360);
        narrow.show();
        narrow.addEntry(entry);
        auto* table = narrow.findChild<QTreeView*>();
        QTRY_VERIFY(table->model()->index(0, 0).data().toString().contains(QStringLiteral("\nunheard-of")));
        QVERIFY(table->isColumnHidden(1));
        table->setCurrentIndex(table->model()->index(0, 0));
        const auto labels = narrow.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* l) {
            return l->text() == ModelPicker::tr("This version cannot run this architecture.");
        }));
        QTest::keyClick(&narrow, Qt::Key_Return);
        QVERIFY(narrow.chosen().isEmpty());
        QCOMPARE(parameterCount(1'235'000'000), QStringLiteral("1.2 B"));
    }

    void chipShowsLoadingAndCancels() {
        ModelChip chip(*model_);
        chip.show();
        model_->load("some model.gguf");
        port_->say(LoadProgress{port_->last, 0.5, "weights"});
        auto* bar = chip.findChild<QProgressBar*>();
        QTRY_COMPARE(bar->value(), 500);
        for (QToolButton* b : chip.findChildren<QToolButton*>())
            b->click();
        QCOMPARE(port_->cancelled.size(), std::size_t{1});
        port_->finish(port_->last, FinishReason::Cancelled);
        QTRY_COMPARE(model_->state(), ModelSession::State::None);
        model_->load("broken.gguf");
        port_->finish(port_->last, FinishReason::Failed, fail(ErrorCode::InvalidFile, "This file is no model."));
        QTRY_COMPARE(model_->state(), ModelSession::State::Failed);
        QCOMPARE(model_->error(), QStringLiteral("This file is no model."));
    }

    void cardsSayHowViewsGetTheirNumbers() {
        const DrawingDevice drawing{"Card", "aa", true};
        const QString shared = DevicePanel::shareText(ShareWay::Shared, drawing, true);
        QVERIFY(shared.contains(QStringLiteral("Vulkan shares")));
        for (const ShareWay way : {ShareWay::NothingDraws, ShareWay::OtherDevice, ShareWay::NoExport}) {
            const QString pinned = DevicePanel::shareText(way, drawing, true);
            QVERIFY(pinned.contains(QStringLiteral("pinned memory")));
            QVERIFY(!DevicePanel::shareText(way, drawing, false).contains(QStringLiteral("pinned")));
            QCOMPARE(pinned.contains(QStringLiteral("Card")), way != ShareWay::NothingDraws);
        }
        GpuFindings old;
        old.absence = GpuAbsence::DeviceTooOld;
        QVERIFY(DevicePanel::absenceText(old).contains(QStringLiteral("older than")));
        Placement plan;
        plan.parts = {{-1, "CPU", 0, 0, 100'000'000, 0}, {0, "Card", 0, 2, 200'000'000, 0}};
        QVERIFY(DevicePanel::placementText(plan).contains(QStringLiteral("table of tokens")));
    }

    void droppedFiles_data() {
        QTest::addColumn<QStringList>("names"); // made in a folder of their own; "http..." as it is
        QTest::addColumn<QString>("chosen");
        QTest::addColumn<bool>("taken"); // whether the pointer says that it may be dropped
        QTest::newRow("a model") << QStringList{"m.gguf"} << "m.gguf" << true;
        QTest::newRow("in capitals") << QStringList{"M.GGUF"} << "M.GGUF" << true;
        QTest::newRow("another kind of file") << QStringList{"notes.txt"} << QString() << true;
        QTest::newRow("several, a model among them") << QStringList{"notes.txt", "m.gguf"} << "m.gguf" << true;
        QTest::newRow("several models: the first") << QStringList{"a.gguf", "b.gguf"} << "a.gguf" << true;
        QTest::newRow("an address") << QStringList{"https://example.org/m.gguf"} << QString() << false;
        QTest::newRow("an address and a model")
            << QStringList{"https://example.org/n.gguf", "m.gguf"} << "m.gguf" << true;
        QTest::newRow("a file that is gone") << QStringList{"gone/m.gguf"} << QString() << true;
    }
    void droppedFiles() {
        QFETCH(QStringList, names);
        QFETCH(QString, chosen);
        QFETCH(bool, taken);
        QTemporaryDir dir;
        Worker worker;
        ModelPicker picker(worker, {});
        picker.show();
        QMimeData data;
        data.setUrls(urlsOf(dir, names));
        QCOMPARE(drop(picker, data), taken);
        QCOMPARE(picker.chosen(), chosen.isEmpty() ? QString() : dir.filePath(chosen));
        QCOMPARE(picker.isVisible(), chosen.isEmpty());
        if (chosen.isEmpty() && taken)
            QVERIFY2(said(picker).contains(QFileInfo(names.first()).fileName()), qPrintable(said(picker)));
    }

    void aDroppedFolderIsLookedInto() {
        const QString real = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
        VITRAL_NEED_FILE(real);
        QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkdir("models") && QFile::copy(real, dir.filePath("models/tiny.gguf")));
        Worker worker;
        ModelPicker picker(worker, {});
        picker.show();
        QSignalSpy added(&picker, &ModelPicker::folderAdded);
        auto* table = picker.findChild<QTreeView*>();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(dir.filePath("models"))});
        QVERIFY(drop(picker, data));
        QCOMPARE(added.size(), 1);
        QCOMPARE(added[0][0].toString(), dir.filePath("models"));
        QTRY_VERIFY(!table->model()
                         ->match(table->model()->index(0, 0), Qt::ToolTipRole, "tiny.gguf", 1, Qt::MatchContains)
                         .isEmpty());
        QVERIFY(picker.isVisible() && picker.chosen().isEmpty());
        QVERIFY(drop(picker, data)); // once more: it is no second folder
        QCOMPARE(added.size(), 1);
        QMimeData words;
        words.setText("m.gguf");
        QVERIFY(!drop(picker, words)); // text is no file
    }

private:
    static QList<QUrl> urlsOf(const QTemporaryDir& dir, const QStringList& names) {
        QList<QUrl> urls;
        for (const QString& name : names) {
            if (name.startsWith("http")) {
                urls << QUrl(name);
                continue;
            }
            QFile file(dir.filePath(name));
            if (file.open(QIODevice::WriteOnly))
                file.write("GGUF");
            urls << QUrl::fromLocalFile(dir.filePath(name));
        }
        return urls;
    }
    /// As a file manager does it: enters, then lets go. False: it was not wanted.
    static bool drop(QWidget& target, const QMimeData& data) {
        const QPoint at = target.rect().center();
        QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        enter.ignore();
        QApplication::sendEvent(&target, &enter);
        if (!enter.isAccepted())
            return false;
        QDropEvent event(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&target, &event);
        return true;
    }
    static QString said(const QWidget& picker) {
        QString all;
        for (const QLabel* label : picker.findChildren<QLabel*>())
            all += label->text() + QLatin1Char('\n');
        return all;
    }
    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestModelPicker)
#include "tst_model_picker.moc"
