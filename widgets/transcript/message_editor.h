// SPDX-License-Identifier: Apache-2.0
#pragma once
// Editing a message in place. What it makes is always a new version beside the old one. Thread: GUI.

#include <QFrame>

class QPlainTextEdit;
class QPushButton;

namespace vitral {

class MessageEditor : public QFrame {
    Q_OBJECT
public:
    /// `question`: offers to answer the new version at once.
    MessageEditor(const QString& text, bool question, QWidget* parent);
    void focusText();
    void cancel();
    [[nodiscard]] QString text() const;
    [[nodiscard]] QSize sizeHint() const override;

signals:
    void accepted(const QString& text, bool thenAnswer);
    void closed();
    void typed();

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void accept(bool thenAnswer);
    void retranslate();

    QPlainTextEdit* text_;
    QPushButton *answer_, *save_, *cancel_;
    bool question_;
    bool done_ = false;
};

} // namespace vitral
