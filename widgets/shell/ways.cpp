// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/ways.h"

#include <QCoreApplication>
#include <QPointer>

#include <algorithm>

namespace vitral {

Ways& Ways::shared() {
    static QPointer<Ways> ways;
    if (ways.isNull())
        ways = new Ways(QCoreApplication::instance());
    return *ways;
}

void Ways::setDepth(Depth depth) {
    if (depth == depth_)
        return;
    depth_ = depth;
    emit depthChanged();
}

void Ways::setReducedMotion(bool on) {
    if (on == reducedMotion_)
        return;
    reducedMotion_ = on;
    emit motionChanged();
}

void Ways::setPresenting(bool on) {
    if (on == presenting_)
        return;
    presenting_ = on;
    emit motionChanged();
}

void Ways::setSlowness(double slowness) {
    slowness = std::clamp(slowness, 1.0, 16.0);
    if (slowness == slowness_)
        return;
    slowness_ = slowness;
    emit motionChanged();
}

QString Ways::name(Depth depth) {
    switch (depth) {
    case Depth::Power:
        return QStringLiteral("power");
    case Depth::Developer:
        return QStringLiteral("developer");
    case Depth::Researcher:
        return QStringLiteral("researcher");
    case Depth::User:
        break;
    }
    return QStringLiteral("user");
}

Depth Ways::fromName(const QString& name) {
    for (const Depth depth : {Depth::Power, Depth::Developer, Depth::Researcher})
        if (Ways::name(depth) == name)
            return depth;
    return Depth::User;
}

} // namespace vitral
