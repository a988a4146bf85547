// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include "core/base/log.h"
#include "core/hub/models_folder.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QStandardPaths>

namespace vitral::app {
namespace {
constexpr int kMaxRecent = 8;

QString themeKey(design::ThemeChoice choice) {
    switch (choice) {
    case design::ThemeChoice::Light:
        return QStringLiteral("light");
    case design::ThemeChoice::Dark:
        return QStringLiteral("dark");
    case design::ThemeChoice::System:
        break;
    }
    return QStringLiteral("system");
}
} // namespace

Settings::Settings(const QString& dataDir) : dataDir_(dataDir) {
    if (dataDir_.isEmpty()) {
        dataDir_ = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/vitral");
        const QString config = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
        store_ = std::make_unique<QSettings>(config + QStringLiteral("/vitral/vitral.ini"), QSettings::IniFormat);
    } else {
        store_ = std::make_unique<QSettings>(dataDir_ + QStringLiteral("/vitral.ini"), QSettings::IniFormat);
    }
    QDir().mkpath(dataDir_);
}

QString Settings::conversationsFile() const {
    return dataDir_ + QStringLiteral("/conversations.sqlite");
}

RendererChoice Settings::renderer() const {
    const QString key = store_->value(QStringLiteral("look/renderer")).toString();
    return key == QLatin1String("vulkan")    ? RendererChoice::Vulkan
           : key == QLatin1String("painter") ? RendererChoice::Painter
                                             : RendererChoice::Automatic;
}
void Settings::setRenderer(RendererChoice choice) {
    store_->setValue(QStringLiteral("look/renderer"), choice == RendererChoice::Vulkan ? QStringLiteral("vulkan")
                                                      : choice == RendererChoice::Painter
                                                          ? QStringLiteral("painter")
                                                          : QStringLiteral("automatic"));
}

design::ThemeChoice Settings::theme() const {
    const QString key = store_->value(QStringLiteral("look/theme")).toString();
    if (key == QLatin1String("light"))
        return design::ThemeChoice::Light;
    return key == QLatin1String("dark") ? design::ThemeChoice::Dark : design::ThemeChoice::System;
}
void Settings::setTheme(design::ThemeChoice choice) {
    store_->setValue(QStringLiteral("look/theme"), themeKey(choice));
}

double Settings::fontScale() const {
    return store_->value(QStringLiteral("look/font_scale"), 1.0).toDouble();
}
void Settings::setFontScale(double scale) {
    store_->setValue(QStringLiteral("look/font_scale"), scale);
}

QString Settings::language() const {
    return store_->value(QStringLiteral("look/language")).toString();
}
void Settings::setLanguage(const QString& code) {
    store_->setValue(QStringLiteral("look/language"), code);
}

QStringList Settings::recentModels() const {
    return store_->value(QStringLiteral("models/recent")).toStringList();
}
void Settings::addRecentModel(const QString& path) {
    QStringList recent = recentModels();
    recent.removeAll(path);
    recent.prepend(path);
    while (recent.size() > kMaxRecent)
        recent.removeLast();
    store_->setValue(QStringLiteral("models/recent"), recent);
}
QString Settings::lastModel() const {
    return recentModels().value(0);
}

QStringList Settings::modelFolders() const {
    return store_->value(QStringLiteral("models/folders")).toStringList();
}
void Settings::setModelFolders(const QStringList& folders) {
    store_->setValue(QStringLiteral("models/folders"), folders);
}

QString Settings::downloadFolder() const {
    const auto chosen = hub::chosenModelsFolders(dataDir_.toStdU16String());
    return chosen.empty() ? store_->value(QStringLiteral("models/downloads")).toString() // as older versions kept it
                          : QString::fromStdU16String(chosen.front().u16string());
}
void Settings::setDownloadFolder(const QString& folder) {
    if (const auto kept = hub::chooseModelsFolder(dataDir_.toStdU16String(), folder.toStdU16String()); !kept)
        logMessage(LogLevel::Warning, "settings", kept.error().message);
}

GenerationSettings Settings::generation() const {
    const QByteArray json = store_->value(QStringLiteral("generation")).toByteArray();
    return settingsFromJson(QJsonDocument::fromJson(json).object());
}
void Settings::setGeneration(const GenerationSettings& settings) {
    store_->setValue(QStringLiteral("generation"), QJsonDocument(toJson(settings)).toJson(QJsonDocument::Compact));
}

QByteArray Settings::bytes(const QString& key) const {
    return store_->value(key).toByteArray();
}
void Settings::setBytes(const QString& key, const QByteArray& value) {
    store_->setValue(key, value);
}
bool Settings::flag(const QString& key, bool fallback) const {
    return store_->value(key, fallback).toBool();
}
void Settings::setFlag(const QString& key, bool value) {
    store_->setValue(key, value);
}

QStringList Settings::presets() const {
    store_->beginGroup(QStringLiteral("presets"));
    QStringList names = store_->childKeys();
    store_->endGroup();
    names.sort(Qt::CaseInsensitive);
    return names;
}

// QSettings uses '/' for groups.
static QString presetKey(const QString& name) {
    return QStringLiteral("presets/") + QString(name).replace(QLatin1Char('/'), QLatin1Char('-'));
}

GenerationSettings Settings::preset(const QString& name) const {
    return settingsFromJson(QJsonDocument::fromJson(store_->value(presetKey(name)).toByteArray()).object());
}
void Settings::savePreset(const QString& name, const GenerationSettings& settings) {
    store_->setValue(presetKey(name), QJsonDocument(toJson(settings)).toJson(QJsonDocument::Compact));
}
void Settings::removePreset(const QString& name) {
    store_->remove(presetKey(name));
}

} // namespace vitral::app
