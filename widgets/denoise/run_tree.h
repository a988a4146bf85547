// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every run so far, branches below the run they left: choose one, compare with one, take its settings, export or delete
// it. Thread: GUI.

#include "widgets/denoise/denoise_controller.h"

#include <QTreeWidget>

namespace vitral {

class RunTree : public QTreeWidget {
    Q_OBJECT
public:
    explicit RunTree(DenoiseController& denoise, QWidget* parent = nullptr);

    /// Tests answer here instead of the question box.
    void setAsk(std::function<bool(const QString&)> ask) { ask_ = std::move(ask); }
    void deleteRun(qint64 id); ///< after asking

signals:
    void exportAsked(qint64 id);
    void saveAsked(qint64 id);
    void enlargeAsked(qint64 id);
    void compareAsked(qint64 id);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void fill();
    void mark();
    [[nodiscard]] qint64 idOf(const QTreeWidgetItem* item) const;

    DenoiseController& denoise_;
    std::function<bool(const QString&)> ask_;
    bool filling_ = false;
};

} // namespace vitral
