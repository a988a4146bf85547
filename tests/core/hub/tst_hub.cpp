// SPDX-License-Identifier: Apache-2.0
// What a hub answers, read: digests, names, searches and lists from a server that does everything a server should not.
// The lists look as huggingface_hub 2.4.0 reads them. Digests are compared with FIPS 180-4's examples.

#include "core/hub/key_store.h"
#include "tests/support/hub_answers.h"

#include <QCryptographicHash>
#include <QtTest>

using namespace vitral;
using namespace vitral::hub;
using namespace vitral::test;

class TestHub : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { qputenv("no_proxy", "127.0.0.1"); } // a proxy of the machine is not for this

    void digestsOfTheStandard() {
        QCOMPARE(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QCOMPARE(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QCOMPARE(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QCOMPARE(digest(Sha1(), "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        QCOMPARE(digest(Sha1(), "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
        // Every length around a block, in pieces of every size, against Qt.
        for (int n = 0; n < 200; ++n) {
            const QByteArray text(n, 'q');
            Sha256 a;
            Sha1 b;
            for (int at = 0; at < n; at += 1 + n % 7) {
                const auto piece =
                    std::as_bytes(std::span(text.constData() + at, std::min<std::size_t>(1 + n % 7, n - at)));
                a.feed(piece);
                b.feed(piece);
            }
            QCOMPARE(a.finish(), QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex().toStdString());
            QCOMPARE(b.finish(), QCryptographicHash::hash(text, QCryptographicHash::Sha1).toHex().toStdString());
        }
    }

    void names() {
        for (const char* good : {"gpt2", "anna/small", "TheOne/A.b-c_1"})
            QVERIFY2(isRepoName(good), good);
        for (const char* bad : {"", "/", "a/", "/a", "a/b/c", "a/../b", "..", "a b", "a/.b", "a?x=1", "-a/b", "a\nb"})
            QVERIFY2(!isRepoName(bad), bad);
        for (const char* good : {"m.gguf", "unet/model.safetensors", "a b.gguf", "...x"})
            QVERIFY2(isSafePath(good), good);
        for (const char* bad :
             {"", "/m", "../m", "a/../m", "a//m", "a/", "a\\m", "C:m", "a\nb", "m.part", "m.part.json"})
            QVERIFY2(!isSafePath(bad), bad);
        QVERIFY(isToken("hf_abc"));
        QVERIFY(!isToken("hf_a\r\nX: y"));
        QVERIFY(!isToken(""));
    }

    void searching() {
        const HostileServer server([](const ServerRequest&, const ServerConnection& c) {
            c.answer(200, "",
                     R"([{"id":"anna/small","likes":3,"downloads":12345,"gated":"auto","tags":["license:mit",7],
                "pipeline_tag":"text-generation","lastModified":"2025-01-01T00:00:00.000Z"},
                {"id":"../evil"}, {"id":5}, "x", {"modelId":"gpt2","downloads":-7,"likes":1e300,"gated":false}])");
        });
        const auto found = searchModels(hubOf(server), {"a & b", 5, true}, {});
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        QCOMPARE(found->size(), std::size_t{2});
        QCOMPARE((*found)[0].licence, "mit");
        QCOMPARE((*found)[0].nDownload, std::int64_t{12345});
        QVERIFY((*found)[0].gated && !(*found)[1].gated);
        QCOMPARE((*found)[1].nDownload, std::int64_t{-1});
        const std::string target = server.requests().front().target;
        QVERIFY2(target.starts_with("/api/models?search=a%20%26%20b&") && target.find("limit=5") != std::string::npos,
                 target.c_str());
        QCOMPARE(server.requests().front().header("authorization"), "");
    }

    void listsThatAreNone() {
        for (const char* body : {"", "{", "[]x", "<html>", "{\"a\":1}", "[[[[[[[[[[[[[[[[[[[[[[", "\xff\xfe"}) {
            const HostileServer server(
                [&](const ServerRequest&, const ServerConnection& c) { c.answer(200, "", body); });
            const auto found = searchModels(hubOf(server), {"x", 5, true}, {});
            QVERIFY2(!found && says(found.error().message, "perhaps it is no hub."), body);
            const auto files = listFiles(hubOf(server), "a/b", "main", {});
            QVERIFY2(!files && says(files.error().message, "perhaps it is no hub."), body);
        }
        const HostileServer endless([](const ServerRequest&, const ServerConnection& c) {
            const std::string spaces(1 << 20, ' ');
            c.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while (c.send(spaces)) {
            }
        });
        const auto found = searchModels(hubOf(endless), {"x", 5, true}, {});
        QVERIFY(!found && says(found.error().message, "a list is never that long"));
    }

    void listing_() {
        const HostileServer server(
            [](const ServerRequest&, const ServerConnection& c) { c.answer(200, "", listing()); });
        const auto files = listFiles(hubOf(server), "anna/small", "main", {});
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QCOMPARE(files->commit, kCommit);
        QCOMPARE(files->licence, "mit");
        QCOMPARE(files->files.size(), std::size_t{2});
        QCOMPARE(files->files[1].path, "m.gguf");
        QCOMPARE(files->files[1].sha256, sha256(contents()));
        QVERIFY(files->files[1].gitSha1.empty() && files->files[0].sha256.empty());
        QCOMPARE(server.requests().front().target, "/api/models/anna/small/revision/main?blobs=true");
        // Names that leave the folder, sizes and sums that are none.
        for (const auto& [name, size, sum] :
             std::vector<std::tuple<const char*, std::uint64_t, std::string>>{{"../../.bashrc", 5, sha256("")},
                                                                              {"/etc/passwd", 5, sha256("")},
                                                                              {"m.gguf", UINT64_MAX, sha256("")},
                                                                              {"m.gguf", 5, "../../x"},
                                                                              {"a/\\u0000b", 5, sha256("")}}) {
            const std::string body = listing(name, size, sum);
            const HostileServer liar([&](const ServerRequest&, const ServerConnection& c) { c.answer(200, "", body); });
            const auto list = listFiles(hubOf(liar), "anna/small", "main", {});
            QVERIFY2(list, list ? "" : list.error().message.c_str());
            QCOMPARE(list->files.size(), std::size_t{1});
            QCOMPARE(list->nLeftOut, 1);
        }
    }

    void modelsInParts() {
        RepoFiles files;
        for (const char* path : {"a-00001-of-00003.gguf", "a-00002-of-00003.gguf", "a-00003-of-00003.gguf", "b.gguf",
                                 "q/a-00001-of-00002.gguf", "q/a-00002-of-00002.gguf", "q/b-00002-of-00002.gguf"})
            files.files.push_back({path, 1, {}, {}});
        const auto names = [&](std::size_t i) {
            std::string all;
            for (const HubFile& file : partsOf(files, files.files[i]))
                all += file.path.substr(0, file.path.find("-of")) + " ";
            return all;
        };
        QCOMPARE(names(1), std::string("a-00001 a-00002 a-00003 "));
        QCOMPARE(names(3), std::string("b.gguf "));
        QCOMPARE(names(5), std::string("q/a-00001 q/a-00002 "));
        QCOMPARE(names(6), std::string("q/b-00002 ")); // what is missing cannot be had
    }

    void silence() {
        const HostileServer server([](const ServerRequest&, const ServerConnection& c) { c.keepSilent(); });
        const auto found = searchModels(hubOf(server), {"x", 5, true}, {});
        QVERIFY(!found && says(found.error().message, "has sent nothing for"));
        const HubAccess nobody{"http://127.0.0.1:1", {}, {}};
        const auto none = searchModels(nobody, {"x", 5, true}, {});
        QVERIFY(!none && says(none.error().message, "cannot be reached"));
        const HubAccess nonsense{"file:///etc", {}, {}};
        const auto file = searchModels(nonsense, {"x", 5, true}, {});
        QVERIFY(!file && says(file.error().message, "no address of the web"));
    }

    void withoutAKeyStore() {
#ifdef __SANITIZE_THREAD__
        QSKIP("GLib's threads are not built for the thread sanitizer");
#endif
        // No bus, no store: a sentence, and nothing is written anywhere.
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        qunsetenv("DISPLAY");
        const auto token = keptToken("https://example.invalid");
        QVERIFY(!token && says(token.error().message, "will be asked for again"));
        const auto kept = keepToken("https://example.invalid", "hf_x");
        QVERIFY(!kept && says(kept.error().message, "will be asked for again"));
        QVERIFY(!keepToken("https://example.invalid", "two words"));
    }
};

QTEST_GUILESS_MAIN(TestHub)
#include "tst_hub.moc"
