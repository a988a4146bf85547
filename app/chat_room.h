// SPDX-License-Identifier: Apache-2.0
#pragma once
// The conversation as a room: the chat with "Inside" beside it. What it holds belongs to the main window. Thread: GUI.

#include "widgets/room.h"

#include <QVBoxLayout>

namespace vitral::app {

class ChatRoom final : public Room {
    Q_OBJECT
public:
    ChatRoom(QWidget* content, QWidget* parent) : Room(parent) {
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(0, 0, 0, 0);
        column->addWidget(content);
    }
    [[nodiscard]] QString name() const override { return QStringLiteral("chat"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("conversation"); }
    [[nodiscard]] QString title() const override { return tr("Chat"); }
    [[nodiscard]] QString help() const override { return tr("Chat with the model, and look inside it."); }
};

} // namespace vitral::app
