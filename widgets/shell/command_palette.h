// SPDX-License-Identifier: Apache-2.0
#pragma once
// A field and a list over the window: type some letters of what is to be done, in either language, Enter does it.
// Up, Down, Page Up and Page Down walk the list while the field keeps the focus; Esc closes. Thread: GUI.

#include "widgets/shell/command_list.h"

#include <QFrame>
#include <QStringList>

class QLabel;
class QLineEdit;
class QListView;
class QStandardItemModel;

namespace vitral {

class CommandPalette : public QFrame {
    Q_OBJECT
public:
    CommandPalette(CommandList& commands, QWidget* window);

    void setOtherLanguage(std::function<QString(const std::function<QString()>&)> other) { other_ = std::move(other); }
    void setRecent(const QStringList& ids) { recent_ = ids; }
    [[nodiscard]] const QStringList& recent() const { return recent_; } ///< newest first
    void open();
    [[nodiscard]] QLineEdit* field() const { return field_; }
    [[nodiscard]] QListView* list() const { return list_; }

signals:
    void used(const QString& id);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fill();
    void runCurrent();
    void retranslate();

    CommandList& commands_;
    std::function<QString(const std::function<QString()>&)> other_;
    QStringList recent_;
    QLineEdit* field_;
    QListView* list_;
    QLabel* none_;
    QStandardItemModel* items_;
    std::vector<FoundCommand> found_;
};

} // namespace vitral
