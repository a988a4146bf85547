// SPDX-License-Identifier: Apache-2.0
#pragma once
// The first page: what can be done here, one sentence each, and what was worked on last. At the very first start it
// asks for the language and how much is to be shown. Thread: GUI.

#include "app/preferences.h"
#include "widgets/room.h"

class QCheckBox;
class QGridLayout;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QRadioButton;
class QVBoxLayout;

namespace vitral::app {

class StartRoom final : public Room {
    Q_OBJECT
public:
    struct Card {
        QString icon;
        std::function<QString()> title, sentence;
        std::function<void()> go;
    };
    struct Recent {
        QString title;
        std::function<void()> go;
        QString key = {}; ///< differs where the title is the same
    };

    explicit StartRoom(QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("start"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("home"); }
    [[nodiscard]] QString title() const override { return tr("Start"); }
    [[nodiscard]] QString help() const override { return tr("What can be done here, and what you did last."); }
    void activated() override;
    /// "welcome": the questions of the first start.
    void go(const QString& argument) override;

    void setPreferences(Preferences& preferences);
    void setCards(std::vector<Card> cards);
    /// A list of what was worked on last; nothing in it: it is not shown.
    void addRecent(std::function<QString()> heading, std::function<std::vector<Recent>()> items);
    void refresh();         ///< what was worked on last may be something else now; the focus stays where it is
    void askFirst(bool on); ///< the questions of the first start stand where the cards do
    [[nodiscard]] bool asking() const;

signals:
    void answered(); ///< the questions of the first start

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Column {
        QWidget* box;
        QLabel* heading;
        QVBoxLayout* list;
        std::function<QString()> words;
        std::function<std::vector<Recent>()> items;
        QStringList shown; ///< titles and keys
    };
    void makeQuestions(QVBoxLayout* column);
    void retranslate();
    void orderTabs();
    void arrange();

    Preferences* preferences_ = nullptr;
    QLabel *title_, *line_;
    QWidget *cardBox_, *recentBox_, *questions_;
    QGridLayout *grid_, *recentGrid_;
    std::vector<Card> cards_;
    std::vector<QPushButton*> buttons_;
    std::vector<std::pair<QLabel*, QLabel*>> words_; ///< of each button
    std::vector<Column> columns_;
    QCheckBox* always_;
    QLabel *languageTitle_, *depthTitle_;
    std::vector<std::pair<QRadioButton*, QString>> languages_, depths_;
    std::vector<QLabel*> depthHelp_;
    QPushButton* begin_;
    QVBoxLayout *languageList_, *depthList_;
    int nColumn_ = 0;
};

} // namespace vitral::app
