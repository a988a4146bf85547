// SPDX-License-Identifier: Apache-2.0
#pragma once
// Showing the window to a class: a layer over it (spotlight, zoom, pen, blank, poll), the keys of a keyboard and of a
// presenter's remote control, steps of a lesson, slow motion. What the window hides and how big its type is belongs to
// the program. Nothing moves by itself: every change is a key or a click. Thread: GUI.

#include "widgets/shell/poll.h"
#include "widgets/shell/present_source.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QWidget>

#include <functional>

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
    /// How long it has been presented, in milliseconds: from setOn(true) on, stands still afterwards.
    [[nodiscard]] qint64 passedMs() const { return on_ ? since_.elapsed() : passedMs_; }
    void restartClock();
    /// What keys mean while the pointer is elsewhere, as over the notes: the element a lesson points at. May say null.
    void setPointed(std::function<QWidget*()> pointed) { pointed_ = std::move(pointed); }
    /// What PageDown and PageUp step through; null: those keys do what they always do.
    void setSource(PresentSource* source);
    [[nodiscard]] PresentSource* source() const { return source_; }
    void step(int by);

    void setBlank(Blank blank);
    [[nodiscard]] Blank blank() const { return blank_; }
    void setPen(bool on);
    [[nodiscard]] bool pen() const { return pen_; }
    void erase();
    /// Everything but this widget is dimmed, or it fills the window (`at`: the point of it that has to be seen where
    /// only a part of it fits); null: off.
    void spotlight(QWidget* element);
    [[nodiscard]] QWidget* spotlit() const { return spotlit_; }
    void zoom(QWidget* element, QPointF at = {});
    [[nodiscard]] QWidget* zoomed() const { return zoomed_; }
    void setSlow(bool on);
    [[nodiscard]] bool slow() const { return slow_; }
    [[nodiscard]] Poll& poll() { return poll_; }
    /// For the presenter's eyes: what the window would have said to the class. Gone at the next step.
    void setAside(const QString& sentence);
    [[nodiscard]] QString aside() const { return aside_; }
    [[nodiscard]] PresenterLayer* layer() const { return layer_; }

signals:
    void onChanged(bool on);
    void changed(); ///< any of the others
    void notesAsked();
    void clockRestarted();

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    bool key(int key, bool typing);
    void placePoll();
    [[nodiscard]] QWidget* elementUnderPointer() const;
    void zoomPointed();
    bool zoomKey(int key);
    bool back(); ///< Esc: ends the newest of what is on; false: nothing was

    QWidget* window_;
    QPointer<PresentSource> source_;
    PresenterLayer* layer_;
    Poll poll_;
    PollView* pollView_;
    QPointer<QWidget> spotlit_, zoomed_, focusBefore_;
    Blank blank_ = Blank::No;
    bool on_ = false, pen_ = false, slow_ = false;
    int step_ = -1; ///< of the source, whose question the poll holds
    int caretMs_ = 0;
    QElapsedTimer since_;
    qint64 passedMs_ = 0;
    QString aside_;
    std::function<QWidget*()> pointed_;
    friend class PresenterLayer;
};

} // namespace vitral
