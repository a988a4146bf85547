// SPDX-License-Identifier: Apache-2.0
#pragma once
// A device for tests, validated; a complaint of the validation layers fails the test that caused it. Skips, with the
// reason, where there is no device at all.

#include "gpu/render/render_target.h"

#include <QImage>
#include <QtTest>

namespace vitral::test {

struct VulkanForTest {
    std::shared_ptr<gpu::VulkanInstance> instance;
    std::shared_ptr<gpu::VulkanDevice> device;
    QString missing;

    VulkanForTest() {
        gpu::InstanceOptions options;
        options.validation = true;
        auto made = gpu::VulkanInstance::create(options);
        if (!made) {
            missing = QString::fromStdString(made.error().message);
            return;
        }
        instance = *made;
        if (!instance->validates())
            qWarning(
                "The validation layers are not installed (vulkan-validationlayers): drawing is not checked by them.");
        auto opened = gpu::VulkanDevice::create(instance);
        if (!opened)
            missing = QString::fromStdString(opened.error().message);
        else
            device = *opened;
    }
    [[nodiscard]] QString complaints() const {
        QStringList all;
        if (instance)
            for (const std::string& message : instance->messages())
                all << QString::fromStdString(message);
        return all.join(QLatin1Char('\n'));
    }
};

inline QImage toImage(std::span<const std::uint32_t> pixels, int width, int height) {
    return QImage(reinterpret_cast<const uchar*>(pixels.data()), width, height, QImage::Format_RGB32).copy();
}

/// The largest difference of any channel.
inline int farthest(const QImage& a, const QImage& b, const QString& saveAs = {}) {
    if (a.size() != b.size())
        return 256;
    int worst = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
            worst = std::max(
                {worst, std::abs(qRed(p) - qRed(q)), std::abs(qGreen(p) - qGreen(q)), std::abs(qBlue(p) - qBlue(q))});
        }
    if (worst > 0 && !saveAs.isEmpty() && qEnvironmentVariableIsSet("VITRAL_SAVE_PICTURES")) {
        a.save(saveAs + QStringLiteral("-a.png"));
        b.save(saveAs + QStringLiteral("-b.png"));
    }
    return worst;
}

} // namespace vitral::test

#define VITRAL_NEED_VULKAN(vulkan)                                                                                     \
    if (!(vulkan).device)                                                                                              \
    QSKIP(qPrintable((vulkan).missing))
