// SPDX-License-Identifier: Apache-2.0
#pragma once
// The composer's text field. A line of a pasted text may be as long as a book, and Qt lays a line out anew with every
// key: such lines are kept in pieces that are joined again in text(). Thread: GUI.

#include <QPlainTextEdit>

namespace vitral {

class ComposerText : public QPlainTextEdit {
    Q_OBJECT
public:
    using QPlainTextEdit::QPlainTextEdit;
    /// The text as the person sees it as lines: pieces of one line are joined.
    [[nodiscard]] QString text() const;
    void setText(QString text); ///< by value: who hears that the old one goes may change the original
    [[nodiscard]] bool isBlank() const;
    /// Puts text in place of the selection; what Enter and every paste come to.
    void put(const QString& text);

protected:
    void insertFromMimeData(const QMimeData* source) override;
    QMimeData* createMimeDataFromSelection() const override;

private:
    [[nodiscard]] QString textBetween(int begin, int end) const;
};

} // namespace vitral
