// SPDX-License-Identifier: Apache-2.0
#pragma once
// Markdown of a lesson on the screen: as wide as there is room, pictures scaled down to it, terms explained on hover
// and on click or Enter. Grows with its text. Thread: GUI.

#include "widgets/lesson/lesson_player.h"

#include <QLabel>

namespace vitral {

class LessonText : public QLabel {
    Q_OBJECT
public:
    LessonText(LessonPlayer& player, QString markdown, QWidget* parent = nullptr, bool strong = false);
    void setMarkdown(const QString& markdown);
    [[nodiscard]] QSize minimumSizeHint() const override { return {80, QLabel::minimumSizeHint().height()}; }

signals:
    void clicked();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fill();
    void follow(const QString& link);
    void explain(const QString& id);

    LessonPlayer& player_;
    QString markdown_;
    bool strong_;
    int shownWidth_ = 0;
};

/// A term as a tool tip: its words, and what they mean.
QString termToolTip(const GlossaryWords& words);
/// Options and titles: words without marks of Markdown.
QString lessonPlain(const std::string& markdown, const LessonPlayer& player);

} // namespace vitral
