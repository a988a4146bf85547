// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the program remembers between two starts (QSettings, an INI file). Thread: GUI.

#include "widgets/canvas/renderer_choice.h"
#include "widgets/chat/generation_settings.h"
#include "widgets/design/theme.h"

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>

#include <memory>

namespace vitral::app {

class Settings {
public:
    /// An empty folder: the desktop's usual places.
    explicit Settings(const QString& dataDir);

    [[nodiscard]] QString dataDir() const { return dataDir_; }
    [[nodiscard]] QString conversationsFile() const;

    [[nodiscard]] design::ThemeChoice theme() const;
    void setTheme(design::ThemeChoice choice);
    [[nodiscard]] double fontScale() const;
    void setFontScale(double scale);
    [[nodiscard]] RendererChoice renderer() const;
    void setRenderer(RendererChoice choice);
    [[nodiscard]] QString language() const; ///< empty: the system's
    void setLanguage(const QString& code);
    [[nodiscard]] QStringList recentModels() const;
    void addRecentModel(const QString& path);
    [[nodiscard]] QString lastModel() const;
    [[nodiscard]] QStringList modelFolders() const;
    void setModelFolders(const QStringList& folders);
    [[nodiscard]] QString downloadFolder() const; ///< for models of a hub, shared with vitral-cli; empty: the usual one
    void setDownloadFolder(const QString& folder);
    [[nodiscard]] GenerationSettings generation() const;
    void setGeneration(const GenerationSettings& settings);
    [[nodiscard]] QByteArray bytes(const QString& key) const; ///< window geometry and state
    void setBytes(const QString& key, const QByteArray& value);
    [[nodiscard]] bool flag(const QString& key, bool fallback) const;
    void setFlag(const QString& key, bool value);

    /// Named presets of the side panel, in alphabetical order.
    [[nodiscard]] QStringList presets() const;
    [[nodiscard]] GenerationSettings preset(const QString& name) const;
    void savePreset(const QString& name, const GenerationSettings& settings);
    void removePreset(const QString& name);

private:
    QString dataDir_;
    std::unique_ptr<QSettings> store_;
};

} // namespace vitral::app
