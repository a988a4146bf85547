// SPDX-License-Identifier: Apache-2.0
// Downloading from a server on this machine that does everything a server should not: what arrives is whole and right
// or is refused with a sentence, and what was broken off goes on.

#include "core/hub/download.h"
#include "tests/support/hub_answers.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

using namespace vitral;
using namespace vitral::hub;
using namespace vitral::test;

namespace {

QByteArray read(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestHubDownload : public QObject {
    Q_OBJECT

    RepoFiles repo(std::uint64_t size = contents().size(), const std::string& sum = sha256(contents())) const {
        RepoFiles r;
        r.id = "anna/small";
        r.commit = kCommit;
        r.files.push_back({"m.gguf", size, sum, {}});
        return r;
    }
    DownloadOptions options() const {
        DownloadOptions o;
        o.folder = folder_->path().toStdString();
        o.wait = std::chrono::milliseconds(5);
        o.spareBytes = 0;
        return o;
    }
    std::filesystem::path target() const { return options().folder / "anna/small/m.gguf"; }
    std::filesystem::path part() const { return target().string() + ".part"; }

    /// A download that must fail; gives its sentence.
    std::string refused(const HostileServer& server, ErrorCode code) {
        const RepoFiles files = repo();
        const auto done = download(hubOf(server), files, files.files[0], options(), {});
        if (done) {
            QTest::qFail("it was taken for right", __FILE__, __LINE__);
            return {};
        }
        if (done.error().code != code)
            qWarning("%s", done.error().message.c_str());
        if (done.error().code != code || std::filesystem::exists(target()))
            QTest::qFail(done.error().message.c_str(), __FILE__, __LINE__);
        return done.error().message;
    }

private slots:
    void initTestCase() { qputenv("no_proxy", "127.0.0.1"); } // a proxy of the machine is not for this
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void wholeFile() {
        const HostileServer server([](const ServerRequest& r, const ServerConnection& c) { sendFile(r, c); });
        const RepoFiles files = repo();
        std::vector<DownloadState> states;
        DownloadOptions o = options();
        o.progress = [&](const DownloadProgress& p) {
            if (states.empty() || states.back() != p.state)
                states.push_back(p.state);
            QVERIFY(p.doneBytes <= p.totalBytes);
        };
        const auto done = download(hubOf(server), files, files.files[0], o, {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(done->path, target());
        QCOMPARE(done->receivedBytes, contents().size());
        QVERIFY(read(target()) == QByteArray::fromStdString(contents()));
        QVERIFY(!std::filesystem::exists(part()) && !std::filesystem::exists(part().string() + ".json"));
        QVERIFY((states == std::vector{DownloadState::Asking, DownloadState::Receiving, DownloadState::Finishing}));
        // Again: it is there, nothing is asked.
        const auto again = download(hubOf(server), files, files.files[0], options(), {});
        QVERIFY(again && again->wasThere);
        QCOMPARE(server.requests().size(), std::size_t{1});
        // Another file of that name is never overwritten.
        QFile file(QString::fromStdString(target().string()));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
        file.close();
        const auto third = download(hubOf(server), files, files.files[0], options(), {});
        QVERIFY(!third && says(third.error().message, "is there already"));
        QCOMPARE(read(target()), "mine");
    }

    void smallFilesByGitsDigest() {
        const HostileServer server([](const ServerRequest& r, const ServerConnection& c) { sendFile(r, c, "hello"); });
        RepoFiles files = repo();
        files.files[0] = {
            "README.md", 5, {}, "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"}; // printf hello | git hash-object
        const auto done = download(hubOf(server), files, files.files[0], options(), {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        files.files[0] = {"empty.txt", 0, {}, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"};
        const HostileServer nothing([](const ServerRequest& r, const ServerConnection& c) { sendFile(r, c, ""); });
        const auto empty = download(hubOf(nothing), files, files.files[0], options(), {});
        QVERIFY2(empty, empty ? "" : empty.error().message.c_str());
    }

    void droppedConnectionsGoOn() {
        std::atomic<int> n{0};
        const HostileServer server([&](const ServerRequest& r, const ServerConnection& c) {
            const std::size_t from = r.from();
            const std::string head = from == 0
                                         ? "HTTP/1.1 200 OK\r\n"
                                         : "HTTP/1.1 206 Partial\r\nContent-Range: bytes " + std::to_string(from) +
                                               "-" + std::to_string(contents().size() - 1) + "/" +
                                               std::to_string(contents().size()) + "\r\n";
            c.send(head + "ETag: \"one\"\r\nContent-Length: " + std::to_string(contents().size() - from) + "\r\n\r\n");
            ++n;
            c.send(std::string_view(contents()).substr(from, 700'000));
        });
        const RepoFiles files = repo();
        const auto done = download(hubOf(server), files, files.files[0], options(), {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(n.load(), 5);
        QCOMPARE(done->receivedBytes, contents().size());
        QCOMPARE(server.requests()[1].header("range"), "bytes=700000-");
        QCOMPARE(server.requests()[1].header("if-range"), "\"one\"");
    }

    void aFileThatChangedBeginsAgain() {
        std::atomic<int> n{0};
        const HostileServer server([&](const ServerRequest& r, const ServerConnection& c) {
            if (n++ == 0) { // half of something else, under another tag
                c.send("HTTP/1.1 200 OK\r\nETag: \"old\"\r\nContent-Length: " + std::to_string(contents().size()) +
                       "\r\n\r\n");
                c.send(std::string(500'000, 'x'));
            } else {
                sendFile(r, c, contents(), "\"new\"");
            }
        });
        const RepoFiles files = repo();
        const auto done = download(hubOf(server), files, files.files[0], options(), {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(server.requests()[1].header("if-range"), "\"old\"");
        QVERIFY(read(target()) == QByteArray::fromStdString(contents()));
    }

    void wrongBytes() {
        std::string wrong = contents();
        wrong[1'500'000] = static_cast<char>(wrong[1'500'000] ^ 1);
        const HostileServer server([&](const ServerRequest& r, const ServerConnection& c) { sendFile(r, c, wrong); });
        QVERIFY(says(refused(server, ErrorCode::InvalidFile), "checksum"));
        QVERIFY(!std::filesystem::exists(part()) && !std::filesystem::exists(part().string() + ".json"));
    }

    void lengthsThatAreLies() {
        const auto liar = [](std::string length, std::size_t bytes) {
            return [=](const ServerRequest&, const ServerConnection& c) {
                c.send("HTTP/1.1 200 OK\r\n" + (length.empty() ? "" : "Content-Length: " + length + "\r\n") + "\r\n");
                std::string body = contents();
                body.resize(bytes, 'x');
                c.send(body);
            };
        };
        const std::size_t n = contents().size();
        {
            const HostileServer shorter(liar(std::to_string(n - 10), n));
            QVERIFY(says(refused(shorter, ErrorCode::InvalidFile), "says that m.gguf has"));
        }
        {
            const HostileServer longer(liar(std::to_string(n + 10), n + 10));
            QVERIFY(says(refused(longer, ErrorCode::InvalidFile), "says that m.gguf has"));
        }
        {
            const HostileServer more(liar("", n + 1)); // says nothing, sends a byte too many
            QVERIFY(says(refused(more, ErrorCode::InvalidFile), "sends more than"));
            QVERIFY(!std::filesystem::exists(part()));
        }
        {
            const HostileServer less(liar("", n / 2)); // stops half-way, each time from the beginning
            QVERIFY(says(refused(less, ErrorCode::Io), "broke off"));
            QVERIFY(std::filesystem::exists(part()));
        }
        for (const char* nonsense : {"-5", "99999999999999999999999", "abc"}) {
            const HostileServer server(liar(nonsense, n));
            const RepoFiles files = repo();
            const auto done = download(hubOf(server), files, files.files[0], options(), {});
            QVERIFY2(done || says(done.error().message, "127.0.0.1"), nonsense);
            std::filesystem::remove(target());
        }
    }

    void piecesThatWereNotAskedFor() {
        for (const char* range :
             {"bytes 0-9/10", "bytes 5-2999999/3000000", "nonsense", "bytes 700000-2999999/2999999", ""}) {
            folder_ = std::make_unique<QTemporaryDir>();
            std::atomic<int> n{0};
            const HostileServer server([&](const ServerRequest&, const ServerConnection& c) {
                if (n++ == 0) {
                    c.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
                    c.send(std::string_view(contents()).substr(0, 700'000));
                } else {
                    c.answer(206, *range == '\0' ? "" : "Content-Range: " + std::string(range) + "\r\n", "0123456789");
                }
            });
            QVERIFY2(says(refused(server, ErrorCode::InvalidFile), "another piece"), range);
            QCOMPARE(std::filesystem::file_size(part()), std::uintmax_t{700'000});
        }
    }

    void circlesAndPlaces() {
        const HostileServer circle([](const ServerRequest& r, const ServerConnection& c) {
            c.answer(302, "Location: /" + std::string(r.target == "/b" ? "c" : "b") + "\r\n", "");
        });
        QVERIFY(says(refused(circle, ErrorCode::Io), "in circles"));
        std::atomic<int> n{0};
        const HostileServer endless([&](const ServerRequest&, const ServerConnection& c) {
            c.answer(302, "Location: /" + std::to_string(++n) + "\r\n", "");
        });
        QVERIFY(says(refused(endless, ErrorCode::Io), "in circles"));
        for (const char* place : {"file:///etc/passwd", "gopher://x/", "ftp://127.0.0.1/x"}) {
            const HostileServer away([&](const ServerRequest&, const ServerConnection& c) {
                c.answer(302, "Location: " + std::string(place) + "\r\n", "");
            });
            QVERIFY2(says(refused(away, ErrorCode::Io), "no address of the web"), place);
        }
    }

    void tokensStayWithTheirHost() {
        const HostileServer other([](const ServerRequest& r, const ServerConnection& c) { sendFile(r, c); });
        const HostileServer server([&](const ServerRequest& r, const ServerConnection& c) {
            if (r.target.starts_with("/moved"))
                c.answer(302,
                         "Location: " + other.address() + "/x\r\nX-Linked-ETag: \"" + sha256(contents()) + "\"\r\n",
                         "");
            else
                c.answer(307, "Location: /moved" + r.target + "\r\n", "");
        });
        HubAccess hub = hubOf(server);
        hub.token = "hf_secret";
        const RepoFiles files = repo();
        const auto done = download(hub, files, files.files[0], options(), {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        for (const ServerRequest& request : server.requests())
            QCOMPARE(request.header("authorization"), "Bearer hf_secret");
        QCOMPARE(other.requests().front().header("authorization"), "");
        // What links elsewhere under another checksum is not followed to its end.
        std::filesystem::remove(target());
        const HostileServer changed([&](const ServerRequest&, const ServerConnection& c) {
            c.answer(302, "Location: " + other.address() + "/x\r\nX-Linked-ETag: \"" + sha256("other") + "\"\r\n", "");
        });
        QVERIFY(says(refused(changed, ErrorCode::InvalidFile), "another m.gguf by now"));
    }

    void gatesAndTrouble() {
        const auto server = [](int status, std::string headers) {
            return [=](const ServerRequest&, const ServerConnection& c) {
                c.answer(status, headers, "{\"error\":\"x\"}");
            };
        };
        const HostileServer gated(server(401, "X-Error-Code: GatedRepo\r\n"));
        QVERIFY(says(refused(gated, ErrorCode::Io), "accepted its terms"));
        HubAccess hub = hubOf(gated);
        hub.token = "hf_x";
        const auto files = listFiles(hub, "a/b", "main", {});
        QVERIFY(!files && says(files.error().message, "to you yet"));
        const HostileServer unknown(server(401, "X-Error-Code: RepoNotFound\r\n"));
        QVERIFY(says(refused(unknown, ErrorCode::NotFound), "knows no"));
        const HostileServer gone(server(404, ""));
        QVERIFY(says(refused(gone, ErrorCode::NotFound), "knows no anna/small"));
        const HostileServer busy(server(429, "Retry-After: 3000\r\n"));
        QVERIFY(says(refused(busy, ErrorCode::Io), "patience"));
        QCOMPARE(busy.requests().size(), std::size_t{1}); // nobody waits 50 minutes
        const HostileServer broken(server(503, ""));
        QVERIFY(says(refused(broken, ErrorCode::Io), "trouble of its own"));
        QCOMPARE(broken.requests().size(), std::size_t{6});
        std::atomic<int> n{0};
        const HostileServer recovers([&](const ServerRequest& r, const ServerConnection& c) {
            if (n++ < 3)
                c.answer(500, "", "");
            else
                sendFile(r, c);
        });
        const RepoFiles right = repo();
        QVERIFY(download(hubOf(recovers), right, right.files[0], options(), {}));
        const HostileServer odd(server(204, ""));
        std::filesystem::remove(target());
        refused(odd, ErrorCode::Io);
    }

    void headersWithoutAnEnd() {
        const HostileServer lines([](const ServerRequest&, const ServerConnection& c) {
            c.send("HTTP/1.1 200 OK\r\n");
            while (c.send("X-More: " + std::string(500, 'x') + "\r\n")) {
            }
        });
        QVERIFY(says(refused(lines, ErrorCode::Io), "header without an end"));
        const HostileServer line([](const ServerRequest&, const ServerConnection& c) {
            c.send("HTTP/1.1 200 OK\r\nX-Long: ");
            while (c.send(std::string(1000, 'x'))) {
            }
        });
        QVERIFY(says(refused(line, ErrorCode::Io), "header without an end"));
        const HostileServer drip([](const ServerRequest&, const ServerConnection& c) {
            c.send("HTTP/1.1 200 OK\r\n");
            while (c.send("X: y\r\n"))
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
        });
        QVERIFY(says(refused(drip, ErrorCode::Io), "header without an end"));
        for (const char* rubbish : {"\r\n\r\n", "SSH-2.0-x\r\n", "HTTP/1.1 \r\n\r\n", "HTTP/9.9 200 x\r\n\r\n", ""}) {
            const HostileServer server([&](const ServerRequest&, const ServerConnection& c) { c.send(rubbish); });
            refused(server, ErrorCode::Io);
        }
    }

    void cancelAndGoOn() {
        std::atomic<bool> slow{true};
        const HostileServer server([&](const ServerRequest& r, const ServerConnection& c) {
            if (!slow) {
                sendFile(r, c);
                return;
            }
            c.send("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: 3000000\r\n\r\n");
            c.send(std::string_view(contents()).substr(0, 400'000));
            c.keepSilent();
        });
        const RepoFiles files = repo();
        HubAccess hub = hubOf(server);
        hub.limits.silence = std::chrono::milliseconds(20000);
        std::stop_source stop;
        std::thread canceller([&] {
            while (!std::filesystem::exists(part()) || std::filesystem::file_size(part()) < 400'000)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            stop.request_stop();
        });
        const auto cancelled = download(hub, files, files.files[0], options(), stop.get_token());
        canceller.join();
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
        QCOMPARE(unfinishedDownloads(options().folder).size(), std::size_t{1});
        // Another file of the same name, or a part that was changed: from the beginning, or found by its checksum.
        slow = false;
        const auto done = download(hub, files, files.files[0], options(), {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(done->receivedBytes, contents().size() - 400'000);
        QVERIFY(unfinishedDownloads(options().folder).empty());
    }

    void thrownAway() {
        const HostileServer server([&](const ServerRequest&, const ServerConnection& c) {
            c.send("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: 3000000\r\n\r\n");
            c.send(std::string_view(contents()).substr(0, 400'000));
            c.keepSilent();
        });
        const RepoFiles files = repo();
        std::stop_source stop;
        std::string busy;
        std::thread other([&] {
            while (!std::filesystem::exists(part()) || std::filesystem::file_size(part()) < 400'000)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            const auto refused = discardDownload(part());
            busy = refused ? "" : refused.error().message;
            stop.request_stop();
        });
        QVERIFY(!download(hubOf(server), files, files.files[0], options(), stop.get_token()));
        other.join();
        QVERIFY(says(busy, "another window or program"));
        QCOMPARE(unfinishedDownloads(options().folder).size(), std::size_t{1});
        const auto gone = discardDownload(part());
        QVERIFY2(gone, gone ? "" : gone.error().message.c_str());
        QVERIFY(!std::filesystem::exists(part()) && !std::filesystem::exists(part().string() + ".json"));
        const auto again = discardDownload(part());
        QVERIFY(!again && again.error().code == ErrorCode::NotFound);
        // Nothing else is deleted by it.
        const std::filesystem::path model = options().folder / "m.gguf", link = options().folder / "l.part";
        QFile file(QString::fromStdString(model.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        std::filesystem::create_symlink(model, link);
        QVERIFY(!discardDownload(model) && !discardDownload(link));
        QVERIFY(std::filesystem::exists(model));
    }

    void partsOfSomethingElse() {
        const HostileServer server([](const ServerRequest& r, const ServerConnection& c) { sendFile(r, c); });
        std::filesystem::create_directories(target().parent_path());
        const RepoFiles files = repo();
        const auto write = [](const std::string& path, const QByteArray& bytes) {
            QFile file(QString::fromStdString(path));
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
        };
        // A part without a journal, with a broken one, or with that of another file is begun anew.
        for (const char* journal :
             {"", "{", "[]", "{\"size\":\"x\"}", R"({"repository":"anna/small","path":"m.gguf","size":3})"}) {
            QVERIFY(write(part().string(), QByteArray(1000, 'x')));
            QVERIFY(write(part().string() + ".json", journal));
            const auto done = download(hubOf(server), files, files.files[0], options(), {});
            QVERIFY2(done, journal);
            QCOMPARE(done->receivedBytes, contents().size());
            std::filesystem::remove(target());
        }
    }

    void roomIsAskedForFirst() {
        const HostileServer server([](const ServerRequest& r, const ServerConnection& c) { sendFile(r, c); });
        const RepoFiles files = repo(std::uint64_t(1) << 49U);
        const auto done = download(hubOf(server), files, files.files[0], options(), {});
        QVERIFY(!done && says(done.error().message, "not enough room"));
        QVERIFY(server.requests().empty());
    }

    /// A download is killed (not asked to end) three times, and goes on each time.
    void killed() {
        const std::string program = VITRAL_BIN_DIR "/vitral-cli";
        if (!std::filesystem::exists(program))
            QSKIP("vitral-cli is not built");
        const HostileServer server([](const ServerRequest& r, const ServerConnection& c) {
            if (r.target.starts_with("/api/")) {
                c.answer(200, "", listing());
                return;
            }
            const std::size_t from = r.from();
            c.send((from == 0
                        ? "HTTP/1.1 200 OK\r\n"
                        : "HTTP/1.1 206 P\r\nContent-Range: bytes " + std::to_string(from) + "-2999999/3000000\r\n") +
                   std::string("ETag: \"one\"\r\nContent-Length: ") + std::to_string(3'000'000 - from) + "\r\n\r\n");
            for (std::size_t at = from; at < 3'000'000; at += 50'000) {
                if (!c.send(std::string_view(contents()).substr(at, 50'000)))
                    return;
                std::this_thread::sleep_for(std::chrono::milliseconds(8));
            }
        });
        const QStringList arguments{"hub",        "get",    "--hub", QString::fromStdString(server.address()),
                                    "anna/small", "m.gguf", "--to",  folder_->path()};
        std::uintmax_t before = 0;
        for (int i = 1; i <= 3; ++i) {
            QProcess process;
            process.start(QString::fromStdString(program), arguments);
            QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(part()) &&
                                         std::filesystem::file_size(part()) > static_cast<std::uintmax_t>(i) * 600'000,
                                     10000);
            process.kill();
            QVERIFY(process.waitForFinished());
            QVERIFY(!std::filesystem::exists(target()));
            QVERIFY(std::filesystem::file_size(part()) >= before);
            before = std::filesystem::file_size(part());
        }
        QProcess process;
        process.start(QString::fromStdString(program), arguments);
        QVERIFY(process.waitForFinished());
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
        QCOMPARE(process.readAllStandardOutput().trimmed(), QByteArray::fromStdString(target().string()));
        QVERIFY(read(target()) == QByteArray::fromStdString(contents()));
        QVERIFY(server.requests().back().from() >= 1'800'000);
    }

    void onlyOneAtATime() {
        const HostileServer server([](const ServerRequest& r, const ServerConnection& c) {
            if (r.from() == 0)
                c.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\nxxxx");
            c.keepSilent();
        });
        const RepoFiles files = repo();
        HubAccess hub = hubOf(server);
        hub.limits.silence = std::chrono::milliseconds(20000);
        std::stop_source stop;
        std::thread first([&] { (void)download(hub, files, files.files[0], options(), stop.get_token()); });
        while (!std::filesystem::exists(part()) || std::filesystem::file_size(part()) == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        const auto second = download(hub, files, files.files[0], options(), {});
        stop.request_stop();
        first.join();
        QVERIFY(!second && says(second.error().message, "another window or program"));
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(TestHubDownload)
#include "tst_hub_download.moc"
