// SPDX-License-Identifier: Apache-2.0
#pragma once
// The lesson beside the room it drives: the page up to the step where the student stands, the question, what was
// revealed; back, next, the step again; how far one is. Stays while rooms change. Thread: GUI.

#include "widgets/lesson/ask_card.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

class QLabel;
class QMenu;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace vitral {

class NoticeBar;
class Spotlight;

class LessonPanel : public QWidget {
    Q_OBJECT
public:
    /// `window`: what the spotlight lies over.
    LessonPanel(LessonPlayer& player, LessonHost& host, QWidget* window, QWidget* parent = nullptr);

    [[nodiscard]] AskCard* card() const { return card_; } ///< of the stop, null: it asks nothing
    [[nodiscard]] QList<AskCard*> cards() const;
    [[nodiscard]] Spotlight* spotlight() const { return spotlight_; }
    [[nodiscard]] NoticeBar* notice() const { return notice_; }
    [[nodiscard]] QString pageTitle() const;
    void toNextStop(); ///< first to a question that is below the edge, then to the next stop
    void toPreviousStop();
    void takeFocus(); ///< the question of the stop, else the page, which the arrows then move

signals:
    void closeAsked();
    void finishAsked();                       ///< the last step is done
    void stateAsked(const QByteArray& state); ///< of handed-in work: to be shown
    void exportAsked(const QString& format);  ///< "html", "pdf", "work"

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* makeHead();
    QWidget* makeFoot();
    void build();   ///< the page anew
    void update_(); ///< what stands around it
    void addBlocks(int stop);
    void addPicture(const QString& question);
    void toNewest();
    void orderTabs();
    [[nodiscard]] int
    questionPlace() const; ///< of the scroll bar: where the open question is whole; -1: nothing is asked
    [[nodiscard]] bool questionBelow() const;
    [[nodiscard]] bool answerReady() const; ///< chosen or written, not yet given
    void nameNext();
    void addProblems();
    void point();
    void retranslate();
    void fitFoot();

    LessonPlayer& player_;
    LessonHost& host_;
    Spotlight* spotlight_;
    QLabel *unit_, *page_, *place_, *workOf_;
    QProgressBar* progress_;
    QToolButton *more_, *close_;
    QMenu* menu_;
    QAction *again_, *forget_, *asHtml_, *asPdf_, *handIn_, *reload_;
    QPushButton *back_, *next_, *workState_;
    NoticeBar* notice_;
    QScrollArea* scroll_;
    QWidget* body_ = nullptr;
    QVBoxLayout* column_ = nullptr;
    QPointer<AskCard> card_;
    QPointer<QWidget> newest_; ///< where the newest part of the page begins
    QTimer settle_;            ///< runs while a new page finds its height
    QString shownUnit_;        ///< what was built last
    int shownStop_ = -1;
    int from_ = 0; ///< where the page stood before it was built anew
    bool firstOfPage_ = true;
    bool same_ = false;   ///< the stop that stood there before
    bool warned_ = false; ///< that questions have no answer
};

} // namespace vitral
