// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/log_list.h"

#include <QDateTime>

namespace vitral {
namespace {
constexpr qsizetype kMaxLine = 2000, kMaxLines = 5000;
constexpr qint64 kMaxFileBytes = 8 << 20;
} // namespace

LogList& LogList::shared() {
    static auto* const list = new LogList;
    return *list;
}

void LogList::keepIn(const QString& path) {
    const std::scoped_lock lock(mutex_);
    QFile::remove(path + QStringLiteral(".before"));
    QFile::rename(path, path + QStringLiteral(".before"));
    path_ = path;
    out_.setFileName(path);
    if (!out_.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Text))
        return;
    for (const QString& line : lines_)
        out_.write(line.toUtf8() + '\n');
    out_.flush();
}

void LogList::add(const char* level, std::string_view module, std::string_view message) {
    QString text = QString::fromUtf8(message.data(), static_cast<qsizetype>(message.size()));
    text.replace(QLatin1Char('\n'), QLatin1Char(' '));
    if (text.size() > kMaxLine)
        text = text.left(kMaxLine) + QChar(0x2026);
    const QString line =
        QStringLiteral("%1 %2 %3: %4")
            .arg(QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz")), QLatin1String(level),
                 QString::fromUtf8(module.data(), static_cast<qsizetype>(module.size())), text);
    {
        const std::scoped_lock lock(mutex_);
        lines_.append(line);
        if (lines_.size() > kMaxLines)
            lines_.removeFirst();
        if (out_.isOpen() && out_.size() < kMaxFileBytes) {
            out_.write(line.toUtf8() + '\n');
            out_.flush(); // a crash may be what comes next
        }
    }
    if (!told_.exchange(true))
        QMetaObject::invokeMethod(
            this,
            [this] {
                told_ = false;
                emit grew();
            },
            Qt::QueuedConnection);
}

QStringList LogList::lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
}

} // namespace vitral
