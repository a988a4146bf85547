// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/vulkan_window.h"

#include <QCoreApplication>
#include <QGuiApplication>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPlatformSurfaceEvent>
#include <QVulkanInstance>
#include <QWidget>

namespace vitral {

VulkanHost::~VulkanHost() {
    device.reset();
    qtInstance.reset(); // before the instance it looks at
}

Result<std::shared_ptr<VulkanHost>> sharedVulkan() {
    // Owned by those who draw with it; this only remembers where it is.
    static std::weak_ptr<VulkanHost> known;
    if (auto host = known.lock())
        return host;
    const QString platform = QGuiApplication::platformName();
    if (platform == QLatin1String("offscreen") || platform == QLatin1String("minimal") ||
        platform == QLatin1String("vnc"))
        return vitral::fail(ErrorCode::Device, "The window system \"" + platform.toStdString() +
                                                   "\" has no windows that Vulkan could draw into.");
    auto host = std::make_shared<VulkanHost>();
    VITRAL_TRY_ASSIGN(host->instance, gpu::VulkanInstance::create());
    VITRAL_TRY_ASSIGN(host->device, gpu::VulkanDevice::create(host->instance));
    host->qtInstance = std::make_unique<QVulkanInstance>();
    host->qtInstance->setVkInstance(host->instance->handle());
    host->qtInstance->setApiVersion({1, 1});
    if (!host->qtInstance->create())
        return vitral::fail(ErrorCode::Device, "The window system does not work with Vulkan (Qt's error " +
                                                   std::to_string(host->qtInstance->errorCode()) + ").");
    known = host;
    return host;
}

VulkanWindow::VulkanWindow(std::shared_ptr<VulkanHost> host, VulkanPainter& painter, QWidget* receiver)
    : host_(std::move(host)), painter_(painter), receiver_(receiver) {
    setSurfaceType(QSurface::VulkanSurface);
    setVulkanInstance(host_->qtInstance.get());
}

VulkanWindow::~VulkanWindow() {
    target_.reset(); // before the surface, which goes with the platform window
}

QString VulkanWindow::deviceName() const {
    return QString::fromStdString(host_->device->name());
}

void VulkanWindow::exposeEvent(QExposeEvent*) {
    if (isExposed())
        render();
}

bool VulkanWindow::event(QEvent* event) {
    switch (event->type()) {
    case QEvent::UpdateRequest:
        render();
        return true;
    case QEvent::PlatformSurface:
        if (static_cast<QPlatformSurfaceEvent*>(event)->surfaceEventType() ==
            QPlatformSurfaceEvent::SurfaceAboutToBeDestroyed)
            target_.reset();
        break;
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick:
    case QEvent::MouseMove:
    case QEvent::Wheel:
    case QEvent::KeyPress:
    case QEvent::KeyRelease:
    case QEvent::NativeGesture:
    case QEvent::Leave:
        if (forward(event))
            return true;
        break;
    default:
        break;
    }
    return QWindow::event(event);
}

// The same event with its place told from the receiver's corner.
bool VulkanWindow::forward(QEvent* event) {
    if (!receiver_)
        return false;
    const auto place = [this](const QSinglePointEvent& e) {
        return QPointF(receiver_->mapFromGlobal(e.globalPosition()));
    };
    switch (event->type()) {
    case QEvent::Wheel: {
        const auto& e = *static_cast<QWheelEvent*>(event);
        QWheelEvent copy(place(e), e.globalPosition(), e.pixelDelta(), e.angleDelta(), e.buttons(), e.modifiers(),
                         e.phase(), e.inverted(), e.source());
        return QCoreApplication::sendEvent(receiver_, &copy);
    }
    case QEvent::NativeGesture: {
        const auto& e = *static_cast<QNativeGestureEvent*>(event);
        QNativeGestureEvent copy(e.gestureType(), static_cast<const QPointingDevice*>(e.device()), e.fingerCount(),
                                 place(e), place(e), e.globalPosition(), e.value(), e.delta());
        return QCoreApplication::sendEvent(receiver_, &copy);
    }
    case QEvent::KeyPress:
    case QEvent::KeyRelease:
    case QEvent::Leave:
        return QCoreApplication::sendEvent(receiver_, event);
    default: {
        const auto& e = *static_cast<QMouseEvent*>(event);
        QMouseEvent copy(e.type(), place(e), e.globalPosition(), e.button(), e.buttons(), e.modifiers(),
                         e.pointingDevice());
        const bool taken = QCoreApplication::sendEvent(receiver_, &copy);
        if (e.type() == QEvent::MouseButtonPress && receiver_ && e.button() == Qt::RightButton) {
            QContextMenuEvent menu(QContextMenuEvent::Mouse, place(e).toPoint(), e.globalPosition().toPoint(),
                                   e.modifiers());
            QCoreApplication::sendEvent(receiver_, &menu);
        }
        return taken;
    }
    }
}

void VulkanWindow::fail(const QString& sentence) {
    if (failed_)
        return;
    failed_ = true;
    emit failed(sentence);
}

Result<void> VulkanWindow::renderOnce() {
    if (!target_) {
        VITRAL_TRY_ASSIGN(target_, gpu::WindowTarget::create(host_->device, QVulkanInstance::surfaceForWindow(this)));
        if (!started_)
            VITRAL_TRY(painter_.start(host_->device, target_->pass()));
        started_ = true;
    }
    const QSize pixels = (QSizeF(size()) * devicePixelRatio()).toSize();
    VITRAL_TRY_ASSIGN(const gpu::Presented presented,
                      target_->render(static_cast<std::uint32_t>(std::max(0, pixels.width())),
                                      static_cast<std::uint32_t>(std::max(0, pixels.height())),
                                      painter_.frame(pixels)));
    if (presented == gpu::Presented::Again) {
        requestUpdate();
    } else {
        ++nFrame_;
        host_->qtInstance->presentQueued(this);
    }
    return {};
}

void VulkanWindow::render() {
    if (failed_ || !isExposed() || size().isEmpty())
        return;
    if (const Result<void> drawn = renderOnce(); !drawn)
        fail(QString::fromStdString(drawn.error().message));
}

} // namespace vitral
