// SPDX-License-Identifier: Apache-2.0
// The room "Library" against a hub on this machine: nothing goes out unasked; what is found, listed, downloaded,
// stopped, refused; what is on the disk and goes to the trash. VITRAL_SAVE_PICTURES=FOLDER keeps pictures of it.

#include "tests/support/hostile_server.h"
#include "tests/support/result_test.h"
#include "tests/support/split_model.h"
#include "widgets/design/theme.h"
#include "widgets/hub/disk_page.h"
#include "widgets/hub/hub_page.h"
#include "widgets/hub/library_room.h"
#include "widgets/shell/undo_list.h"

#include <QCryptographicHash>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTreeView>
#include <QUndoStack>
#include <QtTest>

using namespace vitral;
using vitral::test::HostileServer;
using vitral::test::ServerConnection;
using vitral::test::ServerRequest;

class TestLibraryRoom : public QObject {
    Q_OBJECT

    QByteArray model_;
    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<HostileServer> server_;
    std::atomic<bool> slow_{false}, wrong_{false};
    std::unique_ptr<design::Theme> theme_;

    QString bundled() const {
        return QStringLiteral(VITRAL_SOURCE_DIR "/assets/models/vitral-pequeno/vitral-pequeno-q8_0.gguf");
    }

    void answer(const ServerRequest& r, const ServerConnection& c) const {
        const auto sum = QCryptographicHash::hash(model_, QCryptographicHash::Sha256).toHex().toStdString();
        const std::string size = std::to_string(model_.size());
        if (r.target.starts_with("/api/models?")) {
            c.answer(200, "", R"([{"id":"anna/small-GGUF","downloads":12345,"tags":["gguf","license:apache-2.0"]},
                {"id":"meta/gated-GGUF","downloads":99,"gated":"manual","tags":["license:llama3.1"]},
                {"id":"nobody/nothing-said"}])");
        } else if (r.target.starts_with("/api/models/anna/cut")) {
            QStringList files;
            for (const char* part : {"q8-00001-of-00002.gguf", "q8-00002-of-00002.gguf"})
                files << QString("{'rfilename':'%1','size':%2,'lfs':{'sha256':'%3','size':%2}}")
                             .arg(part, QString::fromStdString(size), QString::fromStdString(sum));
            c.answer(200, "",
                     QString("{'sha':'%1','siblings':[%2]}")
                         .arg(QString(40, 'a'), files.join(','))
                         .replace('\'', '"')
                         .toStdString());
        } else if (r.target.starts_with("/api/models/")) {
            c.answer(200, "",
                     R"({"sha":")" + std::string(40, 'a') + R"(","gated":)" +
                         (r.target.find("gated") != std::string::npos ? "\"manual\"" : "false") +
                         R"(,"tags":["license:apache-2.0"],"siblings":[{"rfilename":"small-q8_0.gguf","size":)" + size +
                         R"(,"lfs":{"sha256":")" + sum + R"(","size":)" + size +
                         R"(}},{"rfilename":"huge-f16.gguf","size":900000000000,"lfs":{"sha256":")" + sum +
                         R"(","size":900000000000}},{"rfilename":"README.md","size":5,"blobId":")" +
                         std::string(40, 'b') + R"("},{"rfilename":"odd"}]})");
        } else {
            std::string bytes = model_.toStdString();
            if (wrong_)
                bytes[100000] = static_cast<char>(bytes[100000] ^ 1);
            const std::size_t from = r.from();
            c.send((from > 0 ? "HTTP/1.1 206 P\r\nContent-Range: bytes " + std::to_string(from) + "-" +
                                   std::to_string(bytes.size() - 1) + "/" + size + "\r\n"
                             : std::string("HTTP/1.1 200 OK\r\n")) +
                   "ETag: \"x\"\r\nContent-Length: " + std::to_string(bytes.size() - from) + "\r\n\r\n");
            const std::size_t first = slow_ ? bytes.size() / 2 : bytes.size();
            if (first > from)
                c.send(std::string_view(bytes).substr(from, first - from));
            if (slow_)
                c.keepSilent();
        }
    }

    struct Made {
        Worker scanner;
        std::unique_ptr<HubController> hub;
        std::unique_ptr<LibraryRoom> room;
    };
    std::unique_ptr<Made> make() const {
        auto made = std::make_unique<Made>();
        made->hub = std::make_unique<HubController>(folder_->filePath("models"));
        made->room =
            std::make_unique<LibraryRoom>(*made->hub, made->scanner, QStringList{folder_->filePath("mine")}, bundled());
        made->room->resize(1280 - 92, 800 - 50);
        made->room->show();
        made->room->activated();
        return made;
    }
    static void listFiles(const Made& made, const char* repo = "anna/small-GGUF") {
        made.room->go(QStringLiteral("files=") + QLatin1String(repo));
        QTRY_COMPARE(made.room->hub()->nFile(), 2);
    }
    static void download(const Made& made, const char* repo = "anna/small-GGUF") {
        listFiles(made, repo);
        QVERIFY(made.room->hub()->download("small-q8_0.gguf"));
    }
    /// The newest transfer comes to that.
    static void awaitState(const Made& made, HubController::TransferState state) {
        QTRY_COMPARE(made.hub->transfers().back().state, state);
    }
    void picture(const LibraryRoom& room, const char* name) const {
        if (const QString folder = qEnvironmentVariable("VITRAL_SAVE_PICTURES"); !folder.isEmpty())
            const_cast<LibraryRoom&>(room).grab().save(folder + '/' + name + ".png");
    }

private slots:
    void initTestCase() {
        qputenv("no_proxy", "127.0.0.1"); // a proxy of the machine is not for this
        theme_ = std::make_unique<design::Theme>(*qApp);
        QFile file(bundled());
        QVERIFY(file.open(QIODevice::ReadOnly));
        model_ = file.readAll();
    }
    void init() {
        slow_ = wrong_ = false;
        folder_ = std::make_unique<QTemporaryDir>();
        // A home of its own: no other program's models, and a trash that is thrown away.
        qputenv("HOME", folder_->path().toUtf8());
        qputenv("XDG_DATA_HOME", folder_->filePath("data").toUtf8());
        for (const char* name : {"HF_HOME", "HF_HUB_CACHE", "OLLAMA_MODELS", "http_proxy", "HTTP_PROXY"})
            qunsetenv(name);
        QVERIFY(QDir(folder_->path()).mkpath("mine") && QDir(folder_->path()).mkpath("data"));
        server_ = std::make_unique<HostileServer>(
            [this](const ServerRequest& r, const ServerConnection& c) { answer(r, c); });
        qputenv("VITRAL_HUB_URL", QByteArray::fromStdString(server_->address()));
    }
    void cleanup() { server_.reset(); }

    void nothingGoesOutUnasked() {
        const auto made = make();
        made->room->go("hub");
        QTest::keyClicks(made->room->hub()->field(), "smollm");
        QTRY_VERIFY(!made->room->busy());
        QTest::qWait(100);
        QVERIFY(server_->requests().empty());
        QTest::keyClick(made->room->hub()->field(), Qt::Key_Return);
        QTRY_COMPARE(made->room->hub()->nFound(), 3);
        QCOMPARE(server_->requests().size(), std::size_t{1});
    }

    void theDisk() {
        const QString mine = folder_->filePath("mine/mine.gguf"), broken = folder_->filePath("mine/broken.gguf");
        QVERIFY(QFile::copy(bundled(), mine));
        QFile file(broken);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("GGUFxxxx") == 8);
        file.close();
        QVERIFY(QDir(folder_->path()).mkpath("models/anna/small"));
        QFile part(folder_->filePath("models/anna/small/half.gguf.part")), journal(part.fileName() + ".json");
        QVERIFY(part.open(QIODevice::WriteOnly) && part.write(QByteArray(500, 'x')) == 500);
        QVERIFY(journal.open(QIODevice::WriteOnly) &&
                journal.write(R"({"repository":"anna/small","path":"half.gguf","size":1000})") > 0);
        part.close();
        journal.close();
        const auto made = make();
        DiskPage& disk = *made->room->disk();
        QTRY_COMPARE(disk.nModel(), 4);
        picture(*made->room, "library-disk");
        QSignalSpy asked(made->room.get(), &LibraryRoom::modelAsked);
        auto* table = disk.findChild<QTreeView*>();
        QVERIFY(disk.choose(mine));
        emit table->activated(table->currentIndex());
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), mine);
        // The bundled one stays; the others go to the trash.
        QVERIFY(disk.choose(bundled()));
        disk.trashChosen();
        QVERIFY(QFile::exists(bundled()));
        QCOMPARE(disk.nModel(), 4);
        QVERIFY(disk.choose(mine));
        disk.trashChosen();
        QVERIFY2(!QFile::exists(mine), qPrintable(disk.said()));
        QCOMPARE(disk.nModel(), 3);
        QVERIFY(disk.said().contains("trash"));
        UndoList::shared().stack()->undo(); // out of it again
        QVERIFY(QFile::exists(mine));
        QTRY_COMPARE(disk.nModel(), 4);
        QVERIFY(disk.choose(mine));
        disk.trashChosen();
        QVERIFY(!QFile::exists(mine));
        QVERIFY(disk.choose(part.fileName()));
        emit table->activated(table->currentIndex()); // goes on: the repository is opened
        QTRY_COMPARE(made->room->hub()->nFile(), 2);
        QTreeView* files = nullptr; // and stands on the file that is meant, not on the first
        for (QTreeView* view : made->room->hub()->findChildren<QTreeView*>())
            if (view->accessibleName() == "Files of the model")
                files = view;
        QVERIFY(files != nullptr);
        made->room->hub()->choose(files->model()->index(1, 0).data().toString());
        made->room->hub()->openRepository("anna/small");
        QTRY_VERIFY(!made->room->busy() && made->room->hub()->nFile() == 2);
        QCOMPARE(files->currentIndex().row(), 1);
        made->room->go("disk");
        disk.trashChosen();
        QVERIFY(!QFile::exists(part.fileName()) && !QFile::exists(journal.fileName()));
    }

    // What draws is listed beside what talks, and goes to the room of pictures.
    void modelsThatDraw() {
        const auto made = make();
        DiskPage& disk = *made->room->disk();
        disk.setPictures([] {
            ModelEntry entry;
            entry.path = QStringLiteral("/nowhere/emoji.safetensors");
            entry.name = QStringLiteral("Emoji");
            entry.source = ModelSource::Bundled;
            entry.known = true;
            return std::vector<ModelEntry>{entry};
        });
        QSignalSpy asked(made->room.get(), &Room::roomAsked), chat(made->room.get(), &LibraryRoom::modelAsked);
        disk.rescan();
        QTRY_VERIFY(disk.choose(QStringLiteral("/nowhere/emoji.safetensors")));
        auto* table = disk.findChild<QTreeView*>();
        emit table->activated(table->currentIndex());
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("denoise"));
        QCOMPARE(asked[0][1].toString(), QStringLiteral("open:/nowhere/emoji.safetensors"));
        QVERIFY(chat.isEmpty());
        disk.trashChosen(); // it is the program's: it stays
        QVERIFY(disk.choose(QStringLiteral("/nowhere/emoji.safetensors")));
    }

    void modelsInParts() {
        const std::filesystem::path mine(folder_->filePath("mine").toStdString());
        QVERIFY_RESULT(test::splitModel(bundled().toStdString(), mine, "cut", 3));
        const auto made = make();
        DiskPage& disk = *made->room->disk();
        QTRY_VERIFY(!disk.scanning() && disk.nModel() == 2); // the bundled one and one row for three files
        const QString first = folder_->filePath("mine/cut-00001-of-00003.gguf");
        QVERIFY(disk.choose(first));
        qint64 bytes = 0;
        for (const QFileInfo& file : QDir(folder_->filePath("mine")).entryInfoList(QDir::Files))
            bytes += file.size();
        auto* table = disk.findChild<QTreeView*>();
        QCOMPARE(table->currentIndex().siblingAtColumn(3).data().toString(),
                 QLocale().formattedDataSize(bytes, 2, QLocale::DataSizeSIFormat));
        disk.trashChosen();
        QVERIFY2(QDir(folder_->filePath("mine")).isEmpty(), qPrintable(disk.said()));
        // A hub's: one row, and all of its files.
        made->room->go("files=anna/cut");
        QTRY_COMPARE(made->room->hub()->nFile(), 1);
        QVERIFY(made->room->hub()->download("q8-00001-of-00002.gguf"));
        QCOMPARE(made->hub->transfers().size(), std::size_t{2});
        awaitState(*made, HubController::TransferState::Done);
        QVERIFY(QFile::exists(folder_->filePath("models/anna/cut/q8-00001-of-00002.gguf")));
        QVERIFY(QFile::exists(folder_->filePath("models/anna/cut/q8-00002-of-00002.gguf")));
    }

    void anotherFolder() {
        const auto made = make();
        HubPage& page = *made->room->hub();
        listFiles(*made);
        QSignalSpy changed(made->hub.get(), &HubController::folderChanged);
        page.chooseFolder("/proc/models");
        QVERIFY(page.said().contains("another folder") && changed.empty());
        page.chooseFolder(folder_->filePath("elsewhere/models"));
        QCOMPARE(changed.size(), 1);
        QVERIFY(page.said().isEmpty());
        picture(*made->room, "library-folder");
        QVERIFY(page.download("small-q8_0.gguf"));
        awaitState(*made, HubController::TransferState::Done);
        QVERIFY(QFile::exists(folder_->filePath("elsewhere/models/anna/small-GGUF/small-q8_0.gguf")));
        QVERIFY(!QFile::exists(folder_->filePath("models/anna/small-GGUF/small-q8_0.gguf")));
        QTRY_COMPARE(made->room->disk()->nModel(), 2);
    }

    void whatCameIsDeletedWhenAsked() {
        slow_ = true;
        const auto made = make();
        HubPage& page = *made->room->hub();
        download(*made);
        QTRY_VERIFY(made->hub->transfers().back().progress.doneBytes > 0);
        made->hub->cancel(made->hub->transfers().back().id);
        awaitState(*made, HubController::TransferState::Cancelled);
        const QString part = folder_->filePath("models/anna/small-GGUF/small-q8_0.gguf.part");
        QVERIFY(QFile::exists(part)); // unless asked for
        picture(*made->room, "library-stopped");
        for (QPushButton* button : page.findChildren<QPushButton*>())
            if (button->text() == "Delete what came")
                button->click();
        QTRY_VERIFY(made->hub->transfers().empty());
        QVERIFY(!QFile::exists(part) && !QFile::exists(part + ".json"));
    }

    void searchAndDownload() {
        const auto made = make();
        HubPage& page = *made->room->hub();
        made->room->go("search=smollm");
        QTRY_COMPARE(page.nFound(), 3);
        listFiles(*made);
        picture(*made->room, "library-files");
        QVERIFY(page.download("small-q8_0.gguf"));
        QVERIFY(TaskList::shared().nRunning() == 1);
        const QString path = folder_->filePath("models/anna/small-GGUF/small-q8_0.gguf");
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), 20000);
        awaitState(*made, HubController::TransferState::Done);
        QCOMPARE(TaskList::shared().nRunning(), 0);
        picture(*made->room, "library-done");
        // It is among the models now, and can be chatted with from here.
        QTRY_COMPARE(made->room->disk()->nModel(), 2);
        QSignalSpy asked(made->room.get(), &LibraryRoom::modelAsked);
        for (QPushButton* button : page.findChildren<QPushButton*>())
            if (button->text() == "Chat with it")
                button->click();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), path);
        // What does not fit on the disk is refused before a byte comes.
        const std::size_t before = server_->requests().size();
        QVERIFY(page.download("huge-f16.gguf"));
        awaitState(*made, HubController::TransferState::Failed);
        QVERIFY(made->hub->transfers().back().sentence.contains("not enough room"));
        QCOMPARE(server_->requests().size(), before);
        picture(*made->room, "library-no-room");
    }

    void stopAndGoOn() {
        slow_ = true;
        const auto made = make();
        HubPage& page = *made->room->hub();
        download(*made);
        QTRY_VERIFY(!made->hub->transfers().empty() &&
                    made->hub->transfers().back().progress.doneBytes == static_cast<quint64>(model_.size()) / 2);
        picture(*made->room, "library-running");
        const auto items = TaskList::shared().items();
        QVERIFY(!items.empty() && items.front().running);
        items.front().cancel();
        awaitState(*made, HubController::TransferState::Cancelled);
        slow_ = false;
        QVERIFY(page.download("small-q8_0.gguf"));
        awaitState(*made, HubController::TransferState::Done);
        QVERIFY(server_->requests().back().from() >= static_cast<std::size_t>(model_.size()) / 2);
        made->hub->forget(made->hub->transfers().back().id);
        QVERIFY(made->hub->transfers().empty());
    }

    void wrongBytesAreSaid() {
        wrong_ = true;
        const auto made = make();
        download(*made, "meta/gated-GGUF");
        awaitState(*made, HubController::TransferState::Failed);
        QVERIFY(made->hub->transfers().back().sentence.contains("checksum"));
        QVERIFY(!QFile::exists(folder_->filePath("models/meta/gated-GGUF/small-q8_0.gguf")));
        theme_->setChoice(design::ThemeChoice::Dark);
        picture(*made->room, "library-wrong-dark");
        theme_->setChoice(design::ThemeChoice::Light);
    }

    /// The program ends in the middle of everything, and does not wait for it.
    void endsWhileItWorks() {
        slow_ = true;
        auto made = make();
        download(*made);
        QTRY_VERIFY(made->hub->transfers().back().progress.doneBytes > 0);
        made->hub->search("x", true);
        made.reset();
        QVERIFY(QFile::exists(folder_->filePath("models/anna/small-GGUF/small-q8_0.gguf.part")));
    }

    void tokensAreSentAndNotWritten() {
        const auto made = make();
        made->hub->setToken("hf_secretsecret", false);
        listFiles(*made, "meta/gated-GGUF");
        QCOMPARE(server_->requests().back().header("authorization"), "Bearer hf_secretsecret");
        QVERIFY(made->room->hub()->download("small-q8_0.gguf"));
        awaitState(*made, HubController::TransferState::Done);
        QDirIterator it(folder_->path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(!file.readAll().contains("hf_secretsecret"), qPrintable(file.fileName()));
        }
    }
};

QTEST_MAIN(TestLibraryRoom)
#include "tst_library_room.moc"
