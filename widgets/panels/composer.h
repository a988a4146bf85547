// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where the person writes: grows with its text, Enter sends, Shift+Enter breaks the line, Up brings the last question
// back. The same button sends and stops. Thread: GUI.

#include <QFrame>

class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace vitral {

class ComposerText;

class Composer : public QFrame {
    Q_OBJECT
public:
    explicit Composer(QWidget* parent = nullptr);

    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    void clear();
    void focusText();
    void setBusy(bool busy);
    /// Why nothing can be sent; empty: it can.
    void setBlocked(const QString& reason);
    void setHint(const QString& hint); ///< small words left of the button (context use)
    [[nodiscard]] QPlainTextEdit* editor() const;

signals:
    void sent(const QString& text);
    void stopped();
    void edited(const QString& text);
    void lastQuestionAsked();

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override; ///< the whole box is the field
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void submit();
    void fit();
    void updateButton();
    void retranslate();

    ComposerText* text_;
    QLabel* hint_;
    QToolButton* button_;
    bool busy_ = false;
    QString blocked_;
};

} // namespace vitral
