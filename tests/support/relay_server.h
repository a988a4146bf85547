// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between a client and a server on this machine, for tests: TLS in front of a server that speaks none, or a proxy of
// the web (CONNECT). Works on a thread of its own with an event loop.

#include <QFile>
#include <QHostAddress>
#include <QMutex>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QStringList>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>

#include <functional>
#include <memory>

namespace vitral::test {

class RelayServer {
public:
    /// TLS with this certificate (PEM), everything goes on to `port` of this machine.
    static std::unique_ptr<RelayServer> tls(quint16 port, const QString& certificate, const QString& key) {
        return std::unique_ptr<RelayServer>(new RelayServer([port, certificate, key](RelayServer& self) {
            auto* server = new QSslServer;
            QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
            tls.setLocalCertificate(QSslCertificate::fromPath(certificate).value(0));
            QFile file(key);
            if (file.open(QIODevice::ReadOnly))
                tls.setPrivateKey(QSslKey(&file, QSsl::Ec));
            server->setSslConfiguration(tls);
            QObject::connect(server, &QTcpServer::pendingConnectionAvailable, server, [server, port, &self] {
                while (QTcpSocket* client = server->nextPendingConnection())
                    self.join(client, port);
            });
            return server;
        }));
    }
    /// Does what CONNECT asks for, to whatever name, on this machine; `refuses`: says 403.
    static std::unique_ptr<RelayServer> proxy(bool refuses = false) {
        return std::unique_ptr<RelayServer>(new RelayServer([refuses](RelayServer& self) {
            auto* server = new QTcpServer;
            QObject::connect(server, &QTcpServer::pendingConnectionAvailable, server, [server, refuses, &self] {
                while (QTcpSocket* client = server->nextPendingConnection())
                    QObject::connect(
                        client, &QTcpSocket::readyRead, client,
                        [client, refuses, &self] { self.answer(client, refuses); },
                        Qt::ConnectionType(Qt::AutoConnection));
            });
            return server;
        }));
    }
    ~RelayServer() {
        QMetaObject::invokeMethod(
            server_, [this] { delete server_; }, Qt::BlockingQueuedConnection);
        thread_.quit();
        thread_.wait();
    }
    RelayServer(const RelayServer&) = delete;
    RelayServer& operator=(const RelayServer&) = delete;

    [[nodiscard]] quint16 port() const { return port_; }
    /// What a proxy was asked to connect to.
    [[nodiscard]] QStringList asked() const {
        const QMutexLocker lock(&mutex_);
        return asked_;
    }

private:
    explicit RelayServer(const std::function<QTcpServer*(RelayServer&)>& make) {
        thread_.start();
        QObject inThread;
        inThread.moveToThread(&thread_);
        QMetaObject::invokeMethod(
            &inThread,
            [&] {
                server_ = make(*this);
                server_->listen(QHostAddress::LocalHost);
                port_ = server_->serverPort();
                inThread.moveToThread(nullptr);
            },
            Qt::BlockingQueuedConnection);
    }

    void join(QTcpSocket* client, quint16 port) const {
        auto* inner = new QTcpSocket(client);
        inner->connectToHost(QHostAddress::LocalHost, port);
        const auto pass = [client, inner] {
            if (inner->isOpen()) // else the other side has gone
                inner->write(client->readAll());
        };
        QObject::connect(client, &QTcpSocket::readyRead, inner, pass);
        QObject::connect(inner, &QTcpSocket::connected, inner, pass);
        QObject::connect(inner, &QTcpSocket::readyRead, client, [client, inner] { client->write(inner->readAll()); });
        QObject::connect(inner, &QTcpSocket::disconnected, client, [client, inner] {
            client->write(inner->readAll());
            client->disconnectFromHost();
        });
        QObject::connect(client, &QTcpSocket::disconnected, inner, &QTcpSocket::disconnectFromHost);
    }

    void answer(QTcpSocket* client, bool refuses) {
        if (!client->peek(8).startsWith("CONNECT ") || !client->peek(65536).contains("\r\n\r\n"))
            return;
        const QByteArray request = client->readAll();
        const QByteArray place = request.split(' ').value(1);
        {
            const QMutexLocker lock(&mutex_);
            asked_ << QString::fromLatin1(place);
        }
        client->disconnect();
        if (refuses) {
            client->write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            client->disconnectFromHost();
            return;
        }
        client->write("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
        join(client, place.mid(place.lastIndexOf(':') + 1).toUShort());
    }

    QThread thread_;
    QTcpServer* server_ = nullptr; ///< lives on thread_
    quint16 port_ = 0;
    mutable QMutex mutex_;
    QStringList asked_;
};

} // namespace vitral::test
