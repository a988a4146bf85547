// SPDX-License-Identifier: Apache-2.0
// The way to a hub as it is on the net: TLS with certificates that are right, unknown, another one's or over, and
// proxies. The issuer of these certificates is known only where SSL_CERT_FILE says so.

#include "core/hub/download.h"
#include "tests/support/hub_answers.h"
#include "tests/support/relay_server.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace vitral;
using namespace vitral::hub;
using namespace vitral::test;

namespace {

QString certificate(const QString& name) {
    return QStringLiteral(VITRAL_SOURCE_DIR "/tests/core/hub/certificates/") + name;
}

/// Set until the end of its scope.
class Environment {
public:
    Environment(const char* name, const QByteArray& value) : name_(name), before_(qgetenv(name)) {
        qputenv(name, value);
    }
    ~Environment() {
        if (before_.isNull())
            qunsetenv(name_);
        else
            qputenv(name_, before_);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    const char* name_;
    QByteArray before_;
};

} // namespace

class TestHubTls : public QObject {
    Q_OBJECT

    static HubAccess access(const std::string& base) {
        HubAccess hub{base, "hf_secret", {}};
        hub.limits.silence = std::chrono::milliseconds(5000);
        return hub;
    }
    static std::string secure(const RelayServer& server, const char* host = "localhost") {
        return std::string("https://") + host + ":" + std::to_string(server.port());
    }
    static std::unique_ptr<RelayServer> tls(const HostileServer& server, const QString& name) {
        const auto port = static_cast<quint16>(std::stoi(server.address().substr(server.address().rfind(':') + 1)));
        return RelayServer::tls(port, certificate(name), certificate("server.key"));
    }
    static void answer(const ServerRequest& r, const ServerConnection& c) {
        if (r.target.find("/resolve/") != std::string::npos)
            sendFile(r, c);
        else
            c.answer(200, "Content-Type: application/json\r\n", listing());
    }
    static HubFile weights(const RepoFiles& files) {
        return *std::find_if(files.files.begin(), files.files.end(),
                             [](const HubFile& file) { return file.path == "m.gguf"; });
    }
    static bool says(const Error& error, const char* words) {
        if (error.message.find(words) != std::string::npos && error.message.ends_with("."))
            return true;
        qWarning("said: %s", error.message.c_str());
        return false;
    }

private slots:
    void initTestCase() {
        if (!QSslSocket::supportsSsl())
            QSKIP("Qt has no TLS here");
        for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
                                 "NO_PROXY", "SSL_CERT_FILE", "CURL_CA_BUNDLE"})
            qunsetenv(name);
    }

    void aCertificateOfANobodyIsRefused() {
        const HostileServer server(&answer);
        const auto front = tls(server, "right.pem");
        const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
        QVERIFY(!files);
        QVERIFY(says(files.error(), "does not show a certificate that this computer trusts"));
        QVERIFY(server.requests().empty()); // the token did not leave
    }

    void anIssuerThatTheEnvironmentNames() {
        const Environment trusted("SSL_CERT_FILE", certificate("issuer.pem").toLocal8Bit());
        const HostileServer server(&answer);
        const auto front = tls(server, "right.pem");
        const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QTemporaryDir folder;
        DownloadOptions options;
        options.folder = folder.path().toStdString();
        options.spareBytes = 0;
        const auto done = download(access(secure(*front)), *files, weights(*files), options, {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(done->receivedBytes, contents().size());
        QCOMPARE(server.requests().back().header("authorization"), std::string("Bearer hf_secret"));
    }

    void certificatesOfAnotherNameOrTime_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("another name") << "other.pem";
        QTest::newRow("over") << "old.pem";
    }
    void certificatesOfAnotherNameOrTime() {
        QFETCH(QString, name);
        const Environment trusted("SSL_CERT_FILE", certificate("issuer.pem").toLocal8Bit());
        const HostileServer server(&answer);
        const auto front = tls(server, name);
        const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
        QVERIFY(!files);
        QVERIFY(says(files.error(), "does not show a certificate that this computer trusts"));
        QVERIFY(server.requests().empty());
    }

    void fromEncryptionNoWayLeadsOut() {
        const Environment trusted("SSL_CERT_FILE", certificate("issuer.pem").toLocal8Bit());
        const HostileServer open(&answer);
        const HostileServer server([&](const ServerRequest&, const ServerConnection& c) {
            c.answer(302, "Location: " + open.address() + "/api/models/anna/small\r\n", "");
        });
        const auto front = tls(server, "right.pem");
        const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
        QVERIFY(!files);
        QVERIFY(says(files.error(), "without encryption"));
        QVERIFY(open.requests().empty());
    }

    // Another host that is sent to (as a hub's store of files) gets no token, also under TLS.
    void theTokenStaysWithItsHost() {
        const Environment trusted("SSL_CERT_FILE", certificate("issuer.pem").toLocal8Bit());
        const HostileServer store(&answer);
        const auto storeFront = tls(store, "right.pem");
        const HostileServer server([&](const ServerRequest& r, const ServerConnection& c) {
            c.answer(302, "Location: " + secure(*storeFront, "127.0.0.1") + r.target + "\r\n", "");
        });
        const auto front = tls(server, "right.pem");
        const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QCOMPARE(server.requests().back().header("authorization"), std::string("Bearer hf_secret"));
        QCOMPARE(store.requests().back().header("authorization"), std::string());
    }

    void throughAProxy() {
        const Environment trusted("SSL_CERT_FILE", certificate("issuer.pem").toLocal8Bit());
        std::atomic<bool> breaks{true}; // once, and the rest is asked for: the proxy's own "200" is no whole file
        const HostileServer server([&](const ServerRequest& r, const ServerConnection& c) {
            if (r.target.find("/resolve/") == std::string::npos || !breaks.exchange(false))
                return answer(r, c);
            c.send("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: 3000000\r\n\r\n");
            c.send(std::string_view(contents()).substr(0, 400'000));
        });
        const auto front = tls(server, "right.pem");
        const auto proxy = RelayServer::proxy();
        const Environment way("https_proxy", "http://127.0.0.1:" + QByteArray::number(proxy->port()));
        const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QCOMPARE(proxy->asked(), QStringList{"localhost:" + QString::number(front->port())});
        QTemporaryDir folder;
        DownloadOptions options;
        options.folder = folder.path().toStdString();
        options.spareBytes = 0;
        options.wait = std::chrono::milliseconds(5);
        const auto done = download(access(secure(*front)), *files, weights(*files), options, {});
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QCOMPARE(done->receivedBytes, contents().size());
        {
            const Environment direct("no_proxy", "localhost");
            QVERIFY(listFiles(access(secure(*front)), "anna/small", "main", {}));
            QCOMPARE(proxy->asked().size(), 3); // the list, the file, its rest
        }
    }

    void aProxyThatRefuses() {
        const HostileServer server(&answer);
        const auto front = tls(server, "right.pem");
        const auto proxy = RelayServer::proxy(true);
        {
            const Environment way("https_proxy", "http://127.0.0.1:" + QByteArray::number(proxy->port()));
            const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
            QVERIFY(!files);
            QVERIFY(says(files.error(), "The proxy of this computer refuses the way to localhost"));
        }
        const Environment way("https_proxy", "http://no-such-proxy.invalid:1");
        const auto files = listFiles(access(secure(*front)), "anna/small", "main", {});
        QVERIFY(!files);
        QVERIFY(says(files.error(), "The proxy of this computer was not found"));
    }

    // Without encryption a proxy is asked for the whole address.
    void aProxyForHttp() {
        const HostileServer proxy(&answer);
        const Environment way("http_proxy", proxy.address().c_str());
        const auto files = listFiles(access("http://hub.invalid"), "anna/small", "main", {});
        QVERIFY2(files, files ? "" : files.error().message.c_str());
        QVERIFY(proxy.requests().back().target.starts_with("http://hub.invalid/api/models/"));
    }
};

QTEST_GUILESS_MAIN(TestHubTls)
#include "tst_hub_tls.moc"
