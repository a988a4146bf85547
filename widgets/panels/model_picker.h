// SPDX-License-Identifier: Apache-2.0
#pragma once
// Choosing a model: what was used lately, what came with the program and what lies in the usual folders, each with
// architecture, size, quantisation and whether it fits in memory. Thread: GUI.

#include "widgets/chat/model_scanner.h"

#include <QDialog>
#include <QSortFilterProxyModel>

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QStandardItemModel;
class QTreeView;

namespace vitral {

class ModelPicker : public QDialog {
    Q_OBJECT
public:
    struct Known { ///< what the program already knows
        QString bundled;
        QStringList recent, folders;
        QString current;
    };
    ModelPicker(Worker& worker, Known known, QWidget* parent = nullptr);

    [[nodiscard]] QString chosen() const { return chosen_; }
    [[nodiscard]] int nFound() const;
    void addEntry(const ModelEntry& entry);

signals:
    void folderAdded(const QString& folder);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void rescan();
    void accept() override;
    void updateState();
    void fitColumns();
    void selectUsable();
    void chooseFile();
    void addFolder();
    void useFolder(const QString& folder);

    ModelScanner scanner_;
    Known known_;
    QString chosen_;
    quint64 memory_;
    QLineEdit* search_;
    QStackedWidget* stack_;
    QTreeView* table_;
    QStandardItemModel* items_;
    QSortFilterProxyModel* filter_;
    QLabel *empty_, *about_, *status_;
    QPushButton* open_;
    bool fitting_ = false;
    bool narrow_ = false; ///< what else is known of a model stands below its name
};

/// "1.2 B", "26 M" in the current language; empty for 0.
QString parameterCount(qint64 n);

} // namespace vitral
