// SPDX-License-Identifier: Apache-2.0
#pragma once
// The conversations: new, search, folders, rename, delete with undo, export and import. Thread: GUI.

#include "widgets/chat/conversation_library.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QTreeView;
class QStandardItem;
class QStandardItemModel;

namespace vitral {

class NoticeBar;

class ConversationPanel : public QWidget {
    Q_OBJECT
public:
    explicit ConversationPanel(ConversationLibrary& library, QWidget* parent = nullptr);

    void setCurrent(ConversationId id);
    void focusSearch();
    [[nodiscard]] QLineEdit* searchField() const { return search_; }
    void renameCurrent();
    void removeCurrent();

signals:
    void newAsked();
    void opened(vitral::ConversationId id);
    void exportAsked(vitral::ConversationId id, bool json);
    void importAsked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    void showMenu(const QPoint& point);
    void retranslate();
    [[nodiscard]] ConversationId currentId() const;
    [[nodiscard]] QStandardItem* makeItem(const ConversationInfo& info) const;

    ConversationLibrary& library_;
    QPushButton* new_;
    QLineEdit* search_;
    QStackedWidget* stack_;
    QTreeView* tree_;
    QStandardItemModel* items_;
    QLabel* empty_;
    NoticeBar* notice_;
    ConversationId removed_ = 0; ///< what the notice says was deleted
    ConversationId current_ = 0;
    bool rebuilding_ = false;
};

} // namespace vitral
