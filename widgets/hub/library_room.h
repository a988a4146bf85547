// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Library": the models on this computer, and, only when a person asks, those of a hub. Thread: GUI.

#include "widgets/room.h"

class QTabWidget;

namespace vitral {

class DiskPage;
class HubController;
class HubPage;
class Worker;

class LibraryRoom : public Room {
    Q_OBJECT
public:
    /// `folders`: where a person keeps models besides; `bundled`: the model that came with the program.
    LibraryRoom(HubController& hub, Worker& scanner, const QStringList& folders, const QString& bundled,
                QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("library"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("library"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    /// "disk", "hub", "search=WORDS" or "files=OWNER/NAME": the last two go out to the hub.
    void go(const QString& argument) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void activated() override;
    [[nodiscard]] bool busy() const override;
    [[nodiscard]] DiskPage* disk() const { return disk_; }
    [[nodiscard]] HubPage* hub() const { return hubPage_; }

signals:
    void modelAsked(const QString& path); ///< to chat with

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    HubController& controller_;
    QTabWidget* tabs_;
    DiskPage* disk_;
    HubPage* hubPage_;
    bool scanned_ = false;
};

} // namespace vitral
