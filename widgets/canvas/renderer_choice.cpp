// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/renderer_choice.h"

#include <QCoreApplication>
#include <QVariant>

namespace vitral {

namespace {

constexpr const char* kProperty = "vitralRenderer"; // of the application object: one for the whole program

} // namespace

RendererChoice rendererChoice() {
    const QByteArray forced = qgetenv("VITRAL_RENDERER").toLower();
    if (forced == "vulkan")
        return RendererChoice::Vulkan;
    if (forced == "painter")
        return RendererChoice::Painter;
    const QVariant set = QCoreApplication::instance() ? QCoreApplication::instance()->property(kProperty) : QVariant();
    return set.isValid() ? static_cast<RendererChoice>(set.toInt()) : RendererChoice::Automatic;
}

void setRendererChoice(RendererChoice choice) {
    if (QCoreApplication* application = QCoreApplication::instance())
        application->setProperty(kProperty, static_cast<int>(choice));
}

} // namespace vitral
