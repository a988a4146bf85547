// SPDX-License-Identifier: Apache-2.0
#pragma once
// The window's menus and actions, so that main_window.cpp and main_menus.cpp share them. Thread: GUI.

#include "app/main_window.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>

namespace vitral::app {

struct MainWindow::Actions {
    QMenu *file, *edit, *view, *chat, *help, *recent, *theme, *language, *drawing;
    QAction *newChat, *openModelFile, *chooseModel, *importChat, *exportMarkdown, *exportJson, *quit;
    QAction *copy, *selectAll, *find, *rename, *deleteChat;
    QAction *leftPanel, *rightPanel, *tokens, *tree, *compare, *inside, *themeSystem, *themeLight, *themeDark, *english,
        *portuguese;
    QAction *drawAutomatic, *drawVulkan, *drawPainter;
    QMenu* textSize;
    QAction *larger, *smaller, *usual, *fullScreen;
    QAction *stop, *regenerate, *editLast, *nextMessage, *focusComposer;
    QAction *shortcuts, *about;

    /// A menu or an action and its English words, for both languages and the search of commands.
    struct Named {
        const char* id;
        QAction* action;
        const char* text;
        QMenu* menu; ///< the one it stands in; null: it is a menu of the bar
    };
    std::vector<Named> named;
};

} // namespace vitral::app
