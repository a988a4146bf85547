// SPDX-License-Identifier: Apache-2.0
#pragma once
// One room of the program: the conversation, the tokens, the denoiser. The main window shows one at a time, remembers
// each one's state and offers a button for every room that is registered (app/rooms.cpp). Thread: GUI.

#include <QJsonObject>
#include <QString>
#include <QWidget>

#include <vector>

namespace vitral {

class PresentSource;

/// A part of a room that can be gone to by name.
struct RoomPlace {
    QString argument; ///< of Room::go
    QString title;    ///< translated
};

class Room : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    [[nodiscard]] virtual QString name() const = 0;     ///< "tokens": on the command line and in the settings
    [[nodiscard]] virtual QString iconName() const = 0; ///< of assets/icons
    [[nodiscard]] virtual QString title() const = 0;    ///< one word, translated; "&" marks its letter in the menu
    [[nodiscard]] virtual QString help() const = 0;     ///< one sentence: what can be done there

    /// Small things only (an INI file holds them): what is big the room keeps in files of its own.
    [[nodiscard]] virtual QJsonObject saveState() const { return {}; }
    virtual void restoreState(const QJsonObject&) {}
    /// What follows the name on the command line: "path:3" of "tokens:path:3".
    virtual void go(const QString& argument) { Q_UNUSED(argument) }
    /// Its pages, for the search of commands; the same ones in the same order in every language.
    [[nodiscard]] virtual std::vector<RoomPlace> places() const { return {}; }
    /// What was worked on last, newest first, at most five: for the start page.
    [[nodiscard]] virtual std::vector<RoomPlace> recent() const { return {}; }
    /// What the presenter's keys step through; null: nothing. The room keeps it.
    [[nodiscard]] virtual PresentSource* presentSource() { return nullptr; }
    /// It comes on the screen, or leaves it: what need not be computed unseen stops there.
    virtual void activated() {}
    virtual void deactivated() {}
    /// Something is being computed that a picture of the room should wait for.
    [[nodiscard]] virtual bool busy() const { return false; }
    /// The program ends: what is not on the disk yet is written.
    virtual void aboutToClose() {}
    /// Whether a file dropped on the window is for this room, while it is shown.
    [[nodiscard]] virtual bool takesFile(const QString& path) const {
        Q_UNUSED(path)
        return false;
    }
    virtual void openFile(const QString& path) { Q_UNUSED(path) }

signals:
    /// Shows another room: ("chat", ""), ("tokens", "path:3").
    void roomAsked(const QString& name, const QString& argument);
    /// title() or help() may be others now.
    void stateChanged();
};

} // namespace vitral
