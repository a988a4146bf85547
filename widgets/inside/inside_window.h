// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Inside": a rail of views, what is recorded and what can be done with it, the selection all views share, and
// the view itself. It stands beside the chat in the main window, or alone. Thread: GUI.

#include "widgets/inside/inside_controller.h"

#include <QJsonObject>
#include <QWidget>

#include <vector>

class QLabel;
class QMenu;
class QPushButton;
class QScrollArea;
class QSpinBox;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace vitral {

class PageRail;
class InsideView;
class NoticeBar;
class WorkBar;
namespace design {
class EmptyPage;
}

class InsideWindow : public QWidget {
    Q_OBJECT
public:
    explicit InsideWindow(InsideController& inside, QWidget* parent = nullptr);
    ~InsideWindow() override;

    /// "matrix", or "matrix:3.2" for a layer and head. False: there is no such view.
    bool showView(const QString& what);
    [[nodiscard]] InsideView* currentView() const;
    [[nodiscard]] InsideView* view(const QString& name) const;
    [[nodiscard]] const std::vector<InsideView*>& views() const { return views_; }
    [[nodiscard]] QString emptyText() const; ///< what stands in the place of the view; empty: the view itself

    [[nodiscard]] QJsonObject saveState() const;
    void restoreState(const QJsonObject& state);
    void setAlone(bool alone); ///< the chat is hidden

signals:
    void closeAsked();
    void aloneAsked(bool alone);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    PageRail* makeRail();
    QWidget* makeHead();
    QWidget* makeSelectionRow();
    void makeCurrent(int index);
    void fitRail();
    void refresh();
    void refreshRecorded();
    void refreshSelection();
    void fillExportMenu();
    void fillCompareMenu();
    void fillMemoryMenu();
    void exportView(const QString& format, double scale);
    void tellSaved(const QString& path);
    void openFile();
    void saveFile();
    void compareFile();
    void stepPosition(int by);
    void retranslate();
    [[nodiscard]] QString recordedText() const;

    InsideController& inside_;
    std::vector<InsideView*> views_;
    int current_ = 0;
    PageRail* rail_ = nullptr;
    QStackedWidget* stack_;
    QLabel *title_, *recorded_, *notes_, *help_, *busyText_;
    WorkBar* busy_;
    NoticeBar* notice_ = nullptr;
    QString tellsOfSaving_;
    QToolButton *look_, *open_, *save_, *compare_, *export_, *memory_, *alone_, *close_;
    QPushButton *emptyLook_, *emptyOpen_, *emptyAgain_;
    QMenu *compareMenu_, *exportMenu_, *memoryMenu_;
    QSpinBox *layer_, *head_;
    QLabel *layerLabel_, *headLabel_, *tokenLabel_, *token_;
    QToolButton *previous_, *next_;
    design::EmptyPage* empty_;
    QWidget* selectionRow_;
};

} // namespace vitral
