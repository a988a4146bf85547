// SPDX-License-Identifier: Apache-2.0
#pragma once
// The models on this computer as a table: what they are, how large, under which licence, whether they fit in memory; to
// chat with, to find in their folder, to put into the trash. Unfinished downloads stand among them. Thread: GUI.

#include "widgets/chat/model_scanner.h"

#include <QWidget>

#include <functional>
#include <vector>

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

    /// Models that draw, read on the worker with every scan: they are listed, and asked for by pictureAsked().
    void setPictures(std::function<std::vector<ModelEntry>()> read) { pictures_ = std::move(read); }
    void rescan();
    /// Another folder for downloads; those in the older one are still listed.
    void setDownloads(const QString& folder);
    [[nodiscard]] bool scanning() const { return scanner_.scanning() || reading_; }
    [[nodiscard]] int nModel() const;
    /// Chooses a row by its file; false where there is none.
    bool choose(const QString& path);
    /// Into the system's trash; says so, or why not.
    void trashChosen();
    [[nodiscard]] QString said() const;

signals:
    void modelAsked(const QString& path);
    void pictureAsked(const QString& path);
    void repositoryAsked(const QString& repo, const QString& path); ///< of an unfinished download

protected:
    void changeEvent(QEvent* event) override;

private:
    void addEntry(const ModelEntry& entry, bool picture);
    void addUnfinished();
    void updateState();
    void retranslate();
    [[nodiscard]] QModelIndex current() const;

    Worker& worker_;
    std::function<std::vector<ModelEntry>()> pictures_;
    ModelScanner scanner_;
    QStringList folders_, downloads_; ///< downloads_: the newest folder first
    QString bundled_;
    quint64 memory_ = 0;
    int nScan_ = 0;
    bool reading_ = false; ///< the models that draw
    QTreeView* table_;
    QStandardItemModel* items_;
    QSortFilterProxyModel* filter_;
    QLabel* status_;
    QPushButton *use_, *show_, *trash_, *again_;
    NoticeBar* notice_;
};

} // namespace vitral
