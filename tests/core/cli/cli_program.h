// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs the built vitral-cli and keeps everything it said.

#include <QProcess>
#include <QStringList>
#include <csignal>

namespace vitral::test {

struct CliResult {
    int exitCode = -1;
    bool crashed = true;
    QByteArray out, err;
};

inline void startCli(QProcess& process, const QStringList& arguments, const QStringList& environment = {}) {
    QProcessEnvironment env = QProcessEnvironment::systemEnvironment();
    env.insert("LC_ALL", "C.UTF-8");
    env.remove("VITRAL_MODEL_DIR");
    for (const QString& setting : environment)
        env.insert(setting.section('=', 0, 0), setting.section('=', 1));
    process.setProcessEnvironment(env);
    process.start(QStringLiteral(VITRAL_BIN_DIR "/vitral-cli"), arguments);
}

inline CliResult finishCli(QProcess& process) {
    CliResult result;
    if (!process.waitForFinished(60'000)) {
        process.kill();
        process.waitForFinished();
        return result;
    }
    result.exitCode = process.exitCode();
    result.crashed = process.exitStatus() == QProcess::CrashExit;
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    return result;
}

inline CliResult runCli(const QStringList& arguments, const QByteArray& input = {},
                        const QStringList& environment = {}) {
    QProcess process;
    startCli(process, arguments, environment);
    process.write(input);
    process.closeWriteChannel();
    return finishCli(process);
}

/// A complaint as every command makes it: one line, one sentence.
inline bool isOneSentence(const QByteArray& err) {
    return err.startsWith("vitral-cli: ") && err.endsWith(".\n") && err.count('\n') == 1;
}
/// The same of all it said: nothing is answered besides.
inline bool isOneSentence(const CliResult& r) {
    return r.out.isEmpty() && isOneSentence(r.err);
}

} // namespace vitral::test
