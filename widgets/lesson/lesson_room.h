// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Learn": the units of the course with how long they take, for whom, and how far one has come. The lesson
// itself is in a panel beside every room (lesson_panel.h). Thread: GUI.

#include "widgets/lesson/lesson_player.h"
#include "widgets/room.h"

class QComboBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace vitral {

class NoticeBar;

class LessonRoom final : public Room {
    Q_OBJECT
public:
    explicit LessonRoom(LessonPlayer& player, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("learn"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("learn"); }
    [[nodiscard]] QString title() const override { return tr("Learn"); }
    [[nodiscard]] QString help() const override { return tr("Lessons that set the program and ask before they show."); }
    /// "UNIT", "UNIT:STOP" (from 1), "next", "close", "answer:OPTION" (from 1): for pictures and links.
    void go(const QString& argument) override;
    [[nodiscard]] std::vector<RoomPlace> places() const override;
    [[nodiscard]] std::vector<RoomPlace> recent() const override;
    [[nodiscard]] PresentSource* presentSource() override { return &player_; }
    [[nodiscard]] bool busy() const override { return player_.reading() || player_.working(); }
    void activated() override;
    [[nodiscard]] bool takesFile(const QString& path) const override;
    void openFile(const QString& path) override;

    [[nodiscard]] LessonPlayer& player() const { return player_; }
    [[nodiscard]] int unitCount() const { return int(starts_.size()); }
    [[nodiscard]] QString emptyText() const;
    /// Of the course that comes with the program: offered while another one is open.
    void setBundledFolder(const QString& folder);
    void showProblems(); ///< of the course, all of them

signals:
    void openFolderAsked();
    void openWorkAsked();

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void build();
    QWidget* makeUnit(const CourseUnit& unit, int number);
    void retranslate();

    LessonPlayer& player_;
    QLabel *title_, *about_, *depthLabel_;
    QComboBox* depth_;
    QPushButton *folder_, *work_, *bundledButton_;
    QString bundled_;
    NoticeBar* notice_;
    QScrollArea* scroll_;
    std::vector<QPushButton*> starts_;
};

/// "Developer": a way of working, translated.
QString depthTitle(LessonDepth depth);

} // namespace vitral
