// SPDX-License-Identifier: Apache-2.0
#pragma once
// Showing the window to a class: a layer over it (spotlight, zoom, pen, blank, poll), the keys of a keyboard and of a
// presenter's remote control, steps of a lesson, slow motion. What the window hides and how big its type is belongs to
// the program. Nothing moves by itself: every change is a key or a click. Thread: GUI.

#include "widgets/shell/poll.h"
#include "widgets/shell/present_source.h"

#include <QPointer>
#include <QWidget>

namespace vitral {

class PresenterLayer;

class Presenter : public QObject {
    Q_OBJECT
public:
    enum class Blank : std::uint8_t { No, Black, White };

    explicit Presenter(QWidget* window);
    ~Presenter() override;

    [[nodiscard]] bool on() const { return on_; }
    void setOn(bool on);
    /// What PageDown and PageUp step through; null: those keys do what they always do.
    void setSource(PresentSource* source);
    [[nodiscard]] PresentSource* source() const { return source_; }
    void step(int by);

    void setBlank(Blank blank);
    [[nodiscard]] Blank blank() const { return blank_; }
    void setPen(bool on);
    [[nodiscard]] bool pen() const { return pen_; }
    void erase();
    /// Everything but this widget is dimmed, or it fills the window; null: off.
    void spotlight(QWidget* element);
    [[nodiscard]] QWidget* spotlit() const { return spotlit_; }
    void zoom(QWidget* element);
    [[nodiscard]] QWidget* zoomed() const { return zoomed_; }
    void setSlow(bool on);
    [[nodiscard]] bool slow() const { return slow_; }
    [[nodiscard]] Poll& poll() { return poll_; }
    [[nodiscard]] PresenterLayer* layer() const { return layer_; }

signals:
    void onChanged(bool on);
    void changed(); ///< any of the others
    void notesAsked();

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    bool key(int key, bool typing);
    void placePoll();
    [[nodiscard]] QWidget* elementUnderPointer() const;
    bool back(); ///< Esc: ends the newest of what is on; false: nothing was

    QWidget* window_;
    QPointer<PresentSource> source_;
    PresenterLayer* layer_;
    Poll poll_;
    PollView* pollView_;
    QPointer<QWidget> spotlit_, zoomed_;
    Blank blank_ = Blank::No;
    bool on_ = false, pen_ = false, slow_ = false;
    int caretMs_ = 0;
    friend class PresenterLayer;
};

} // namespace vitral
