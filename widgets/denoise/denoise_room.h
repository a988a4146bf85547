// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Denoise": a rail of pages, the page, the time of the run below it, settings and runs at the side. Thread:
// GUI.

#include "widgets/denoise/denoise_controller.h"
#include "widgets/room.h"

#include <QDeadlineTimer>
#include <QStringList>

class QLabel;
class QMenu;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace vitral {

class PageRail;
class DenoisePage;
class DenoiseSettingsPanel;
class DenoiseTimeline;
class NoticeBar;
class RunTree;
class WorkBar;
namespace design {
class ElidedLabel;
class EmptyPage;
} // namespace design

class DenoiseRoom : public Room {
    Q_OBJECT
public:
    /// `places`: folders that are searched for models, when the room is first shown.
    DenoiseRoom(DenoiseController& denoise, std::vector<DenoiseController::Place> places, QWidget* parent = nullptr);
    ~DenoiseRoom() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("denoise"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise"); }
    [[nodiscard]] QString title() const override { return tr("De&noise"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// "steps:5", "words", "model:PATH", "open:PATH", "run", "branch:3", "fill": one after the other, each when what
    /// was begun before is done.
    void go(const QString& argument) override;
    [[nodiscard]] std::vector<RoomPlace> places() const override;
    [[nodiscard]] std::vector<RoomPlace> recent() const override;
    void activated() override;
    [[nodiscard]] bool busy() const override;
    [[nodiscard]] bool takesFile(const QString& path) const override;
    void openFile(const QString& path) override;

    [[nodiscard]] DenoisePage* page(const QString& name) const;
    [[nodiscard]] DenoisePage* currentPage() const { return pages_[std::size_t(current_)]; }
    bool showPage(const QString& name);
    [[nodiscard]] DenoiseController& denoise() { return denoise_; }
    [[nodiscard]] DenoiseSettingsPanel* settingsPanel() const { return settings_; }
    [[nodiscard]] DenoiseTimeline* timeline() const { return timeline_; }
    [[nodiscard]] NoticeBar* notice() const { return notice_; }
    [[nodiscard]] QString emptyText() const; ///< what stands in the page's place; empty: the page itself

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    PageRail* makeRail();
    QWidget* makeHead();
    QWidget* makeSide();
    void connectAll();
    void retranslate();
    void refresh();
    void refreshBusy();
    void loadLast(); ///< the model of the last time
    void makeCurrent(int index);
    void runNow();
    void loadNamed(const QString& model);
    void fillModelMenu();
    void fillExportMenu();
    void chooseModelFile();
    void chooseModelFolder();
    [[nodiscard]] QString choosePicture(const QString& title);
    void exportPng(qint64 id);
    void saveRun(qint64 id);
    void enlarge(qint64 id);
    void exportAnimation();
    void exportSheet();
    void writeSheet(const QString& path, const std::vector<QImage>& frames, const QStringList& marks);
    void exportPage(const QString& format);
    void next(); ///< of go()

    DenoiseController& denoise_;
    std::vector<DenoiseController::Place> places_;
    std::vector<DenoisePage*> pages_;
    int current_ = 0;
    bool begun_ = false, railNames_ = true;
    QStringList todo_;
    PageRail* rail_;
    QDeadlineTimer opened_{0}; ///< a file is told apart and read in two jobs: go() waits past the gap between them
    design::ElidedLabel* title_;
    QLabel *busyText_, *help_, *runsTitle_;
    WorkBar* busy_;
    QToolButton *model_, *open_, *export_, *side_, *cancel_;
    QPushButton *run_, *emptyRun_, *emptyModel_, *emptyOpen_;
    QMenu *modelMenu_, *exportMenu_;
    NoticeBar* notice_;
    QStackedWidget* stack_;
    design::EmptyPage* empty_;
    QWidget* sidePanel_;
    QSplitter *splitter_, *sideSplitter_;
    DenoiseSettingsPanel* settings_;
    RunTree* runs_;
    DenoiseTimeline* timeline_;
};

} // namespace vitral
