// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a person sees of the window, as one JSON value: which panels and views are open and which are not, how wide they
// are, what is searched, where things are scrolled to. A state of the program carries it (classroom_restore.cpp), and
// what a crash leaves behind (shell_state.cpp). Sizes are pixels of a window of `size`: in another window they keep
// their proportions. Nothing in it is trusted: it may come out of somebody's file. Thread: GUI.

#include <QJsonObject>

namespace vitral::app {

class MainWindow;

class ScreenState {
public:
    explicit ScreenState(MainWindow& window) : window_(window) {}

    [[nodiscard]] QJsonObject capture() const;

    /// What must be away before a state is put back: views, notices, changes to the model, the second window.
    void clear();
    /// Panels, views and their sizes; the conversation is there. The room comes last. `lesson`: the panel of the lesson
    /// too (else it is left as it is).
    void apply(const QJsonObject& screen, bool lesson);
    /// Places that exist only when everything is laid out.
    void applyScroll(const QJsonObject& screen);

    /// The message up to which the views inside were recorded, by its place in the conversation; -1: there is nothing.
    [[nodiscard]] int insideMessage() const;
    /// Whether all changes to the model are in a captured value (vectors and other runs are not).
    [[nodiscard]] bool changesWhole() const;

private:
    [[nodiscard]] QJsonObject docks() const;
    void applyDocks(const QJsonObject& docks, double scale, bool lesson);
    [[nodiscard]] QJsonObject inside() const;
    void applyInside(const QJsonObject& inside);

    MainWindow& window_;
};

} // namespace vitral::app
