// SPDX-License-Identifier: Apache-2.0
#pragma once
// The models on this computer as a table: what they are, how large, under which licence, whether they fit in memory; to
// chat with, to find in their folder, to put into the trash. Unfinished downloads stand among them. Thread: GUI.

#include "widgets/chat/model_scanner.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QStandardItemModel;
class QTreeView;

namespace vitral {

class NoticeBar;

class DiskPage : public QWidget {
    Q_OBJECT
public:
    /// `downloads`: the folder of the hub's files.
    DiskPage(Worker& worker, QStringList folders, QString bundled, QString downloads, QWidget* parent = nullptr);

    void rescan();
    [[nodiscard]] bool scanning() const { return scanner_.scanning(); }
    [[nodiscard]] int nModel() const;
    /// Chooses a row by its file; false where there is none.
    bool choose(const QString& path);
    /// Into the system's trash; says so, or why not.
    void trashChosen();
    [[nodiscard]] QString said() const;

signals:
    void modelAsked(const QString& path);
    void repositoryAsked(const QString& repo); ///< of an unfinished download

protected:
    void changeEvent(QEvent* event) override;

private:
    void addEntry(const ModelEntry& entry);
    void addUnfinished();
    void updateState();
    void retranslate();
    [[nodiscard]] QModelIndex current() const;

    ModelScanner scanner_;
    QStringList folders_;
    QString bundled_, downloads_;
    quint64 memory_ = 0;
    QTreeView* table_;
    QStandardItemModel* items_;
    QSortFilterProxyModel* filter_;
    QLabel* status_;
    QPushButton *use_, *show_, *trash_, *again_;
    NoticeBar* notice_;
};

} // namespace vitral
