// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/kept_state.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>

namespace vitral {

namespace {
constexpr int kSettleMs = 300;
constexpr qint64 kMostBytes = 1 << 20;
} // namespace

KeptState::KeptState(const QString& folder, const QString& name, std::function<QJsonObject()> state)
    : path_(folder.isEmpty() ? QString() : folder + QLatin1Char('/') + name + QStringLiteral(".json")),
      state_(std::move(state)) {
    timer_.setSingleShot(true);
    timer_.setInterval(kSettleMs);
    QObject::connect(&timer_, &QTimer::timeout, &timer_, [this] { writeNow(); });
}

KeptState::~KeptState() {
    if (timer_.isActive())
        writeNow();
}

QJsonObject KeptState::read() const {
    QFile file(path_);
    if (path_.isEmpty() || !file.open(QIODevice::ReadOnly) || file.size() > kMostBytes)
        return {};
    return QJsonDocument::fromJson(file.readAll()).object();
}

void KeptState::changed() {
    if (!path_.isEmpty())
        timer_.start();
}

void KeptState::writeNow() {
    timer_.stop();
    if (path_.isEmpty())
        return;
    QDir().mkpath(QFileInfo(path_).path());
    QSaveFile file(path_); // some kilobytes at most
    if (file.open(QIODevice::WriteOnly)) {
        file.write(QJsonDocument(state_()).toJson());
        file.commit();
    }
}

} // namespace vitral
