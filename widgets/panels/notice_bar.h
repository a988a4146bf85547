// SPDX-License-Identifier: Apache-2.0
#pragma once
// One sentence beside what it is about, with at most one thing to do about it and a way to put it away. Thread: GUI.

#include <QFrame>

#include <functional>

class QGridLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace vitral {

class NoticeBar : public QFrame {
    Q_OBJECT
public:
    enum class Kind : std::uint8_t { Notice, Problem };
    explicit NoticeBar(QWidget* parent = nullptr);
    /// An empty action text shows no button.
    void tell(Kind kind, const QString& sentence, const QString& action = {}, std::function<void()> act = {});
    [[nodiscard]] QString sentence() const;
    /// While on, nothing appears: what is told waits until it is off. What stands there is hidden.
    void setHeld(bool on);

signals:
    void heldBack(const QString& sentence);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// In a narrow place the action stands below the sentence, which gets the whole width.
    void arrange();
    QGridLayout* grid_;
    QLabel *icon_, *text_;
    QPushButton* action_;
    QToolButton* close_;
    std::function<void()> act_;
    Kind kind_ = Kind::Notice;
    bool narrow_ = false, held_ = false, waiting_ = false;
    void appear();
    void paintIcon();
};

} // namespace vitral
