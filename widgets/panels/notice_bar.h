// SPDX-License-Identifier: Apache-2.0
#pragma once
// One sentence beside what it is about, with what can be done about it (usually one thing) and a way to put it away.
// Thread: GUI.

#include <QFrame>

#include <functional>
#include <vector>

class QGridLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace vitral {

class NoticeBar : public QFrame {
    Q_OBJECT
public:
    enum class Kind : std::uint8_t { Notice, Problem };
    struct Action {
        QString text;
        std::function<void()> act;
    };
    explicit NoticeBar(QWidget* parent = nullptr);
    /// An empty action text shows no button.
    void tell(Kind kind, const QString& sentence, const QString& action = {}, std::function<void()> act = {});
    /// Several stand in a row below the sentence.
    void tell(Kind kind, const QString& sentence, std::vector<Action> actions);
    [[nodiscard]] QString sentence() const;
    /// While on, nothing appears: what is told waits until it is off. What stands there is hidden.
    void setHeld(bool on);

signals:
    void heldBack(const QString& sentence);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// In a narrow place, and where there are several, actions stand below the sentence, which gets the whole width.
    void arrange();
    QGridLayout* grid_;
    QLabel *icon_, *text_;
    QWidget* actions_;
    std::vector<QPushButton*> buttons_;
    QToolButton* close_;
    Kind kind_ = Kind::Notice;
    bool below_ = false; ///< where the actions are
    bool held_ = false, waiting_ = false;
    void appear();
    void paintIcon();
};

} // namespace vitral
