// SPDX-License-Identifier: Apache-2.0
// Files as this system has them: what is no plain file, what a killed writer left, what a full disk does.

#include "core/base/atomic_file.h"
#include "core/base/mapped_file.h"
#include "tests/support/result_test.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace vitral;

namespace {

/// The number of a process that is no more.
pid_t deadProcess() {
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(0);
    ::waitpid(pid, nullptr, 0);
    return pid;
}

} // namespace

class TestFiles : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    QString name(const QString& file) const { return dir_.filePath(file); }
    std::filesystem::path path(const char* file) const { return name(QString::fromLatin1(file)).toStdString(); }
    void put(const QString& file) const {
        QFile f(name(file));
        QVERIFY(f.open(QIODevice::WriteOnly));
        f.write("x");
    }

private slots:
    void onlyPlainFilesAreMapped_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("says");
        QVERIFY(::mkfifo(path("pipe").c_str(), 0600) == 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path("socket").c_str(), sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        QVERIFY(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        ::close(fd);
        QTest::newRow("pipe") << name("pipe") << "is a pipe";
        QTest::newRow("socket") << name("socket") << "is a socket";
        QTest::newRow("folder") << dir_.path() << "is a folder";
        QTest::newRow("device") << "/dev/zero"
                                << "is a device";
    }
    void onlyPlainFilesAreMapped() {
        QFETCH(QString, what);
        QFETCH(QString, says);
        // A test that hangs would be the failure: nobody ever writes into the pipe.
        const auto mapped = MappedFile::open(what.toStdString());
        QVERIFY_ERROR(mapped, ErrorCode::Io);
        QVERIFY2(QString::fromStdString(mapped.error().message).contains(says), mapped.error().message.c_str());
        QVERIFY_ERROR(readTextFile(what.toStdString(), 100), ErrorCode::Io);
    }
    void aPipeIsReadToItsEnd() {
        QVERIFY(::mkfifo(path("text").c_str(), 0600) == 0);
        const std::string all(300'000, 'a'); // more than a pipe holds at once
        std::thread writer([&] {
            QFile f(name("text"));
            if (f.open(QIODevice::WriteOnly))
                f.write(all.data(), qint64(all.size()));
        });
        const auto text = readTextFile(path("text"), 1'000'000, Streams::Allowed);
        writer.join();
        QVERIFY_RESULT(text);
        QVERIFY(*text == all);
    }
    void endlessTextIsRefused() {
        QVERIFY_ERROR(readTextFile("/dev/zero", 1'000'000, Streams::Allowed), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(readTextFile(dir_.path().toStdString(), 100, Streams::Allowed), ErrorCode::Io);
    }
    void textOfTheLimitIsRead() {
        QVERIFY_RESULT(writeFileAtomically(path("ten"), "0123456789"));
        QCOMPARE(readTextFile(path("ten"), 10).value(), std::string("0123456789"));
        QVERIFY_ERROR(readTextFile(path("ten"), 9), ErrorCode::InvalidArgument);
    }

    void whatAKilledWriterLeftIsRemoved() {
        const QString dead = QString("old.gguf.part-%1-aB3dE6").arg(deadProcess());
        put(dead);
        QVERIFY_RESULT(writeFileAtomically(path("new.gguf"), "new"));
        QVERIFY(!QFile::exists(name(dead)));
    }
    void whatSomebodyWritesStays() {
        const QString own = QString("own.part-%1-aB3dE6").arg(::getpid());
        put(own);
        // Written by a process we cannot see (another container's): its lock tells.
        const QString locked = QString("far.part-%1-aB3dE6").arg(deadProcess());
        put(locked);
        const int fd = ::open(name(locked).toLocal8Bit().constData(), O_RDONLY);
        QVERIFY(::flock(fd, LOCK_EX) == 0);
        const QStringList others = {"notes.part-1", "a.part-x-aB3dE6", "b.part--aB3dE6",
                                    QString("c.part-%1-aB3dE").arg(deadProcess()), ".part-99999-aB3dE6"};
        for (const QString& other : others)
            put(other);
        QVERIFY_RESULT(writeFileAtomically(path("new2.gguf"), "new"));
        QVERIFY(QFile::exists(name(own)));
        QVERIFY(QFile::exists(name(locked)));
        for (const QString& other : others)
            QVERIFY2(QFile::exists(name(other)), qPrintable(other));
        ::close(fd);
        QVERIFY_RESULT(writeFileAtomically(path("new2.gguf"), "newer"));
        QVERIFY(!QFile::exists(name(locked)));
    }
    void readOnlyFilesAreNotReplaced() { // not even by root
        QVERIFY_RESULT(writeFileAtomically(path("kept"), "kept"));
        std::filesystem::permissions(path("kept"), std::filesystem::perms::owner_read);
        QVERIFY_ERROR(writeFileAtomically(path("kept"), "lost"), ErrorCode::Io);
        QCOMPARE(readTextFile(path("kept"), 100).value(), std::string("kept"));
        QVERIFY_ERROR(writeFileAtomically("/dev/null", "lost"), ErrorCode::Io);
    }
    void aFullDiskLeavesWhatWasThere() {
        // A file-size limit stands in for the full disk: the write fails half way just the same.
        QVERIFY_RESULT(writeFileAtomically(path("full"), "old"));
        rlimit old{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
        const rlimit small{65536, old.rlim_max};
        const auto handler = ::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto written = writeFileAtomically(path("full"), std::string(100'000, 'x'));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
        ::signal(SIGXFSZ, handler);
        QVERIFY_ERROR(written, ErrorCode::Io);
        QCOMPARE(readTextFile(path("full"), 100).value(), std::string("old"));
        QVERIFY(QDir(dir_.path()).entryList({"full.*"}).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestFiles)
#include "tst_files.moc"
