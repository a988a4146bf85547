// SPDX-License-Identifier: Apache-2.0
#pragma once
// One page of the room "Denoise". It follows the current run, the second one and the moment while it is on the screen,
// and catches up when it comes back; the room shows an empty state in its place where missing() says so. Thread: GUI.

#include "widgets/denoise/denoise_controller.h"

#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <QWidget>

class QBoxLayout;
class QLabel;
class QVBoxLayout;

namespace vitral {

class PageTime;

class DenoisePage : public QWidget {
    Q_OBJECT
public:
    explicit DenoisePage(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] virtual QString name() const = 0;     ///< "steps": on the command line and in the settings
    [[nodiscard]] virtual QString iconName() const = 0; ///< of assets/icons
    [[nodiscard]] virtual QString title() const = 0;    ///< one word, translated
    [[nodiscard]] virtual QString help() const = 0;     ///< one or two sentences: what is seen and what can be done
    /// Why there is nothing to see in this run (never null when asked), as a sentence; empty: all is there.
    [[nodiscard]] virtual QString missing() const { return {}; }
    [[nodiscard]] virtual bool needsRun() const { return true; }
    /// Whether the strip of steps below belongs to it.
    [[nodiscard]] virtual bool showsTimeline() const { return true; }
    /// Its own time, which the strip then shows; null: the run's.
    [[nodiscard]] virtual PageTime* time() { return nullptr; }

    [[nodiscard]] virtual QStringList exportFormats() const { return {QStringLiteral("png")}; }
    /// `scale`: pixels per point of pixel formats. The default draws the widget. Errors: Io, Unsupported.
    virtual Result<void> exportAs(const QString& path, const QString& format, double scale);

    [[nodiscard]] virtual QJsonObject saveState() const { return {}; }
    virtual void restoreState(const QJsonObject&) {}
    /// What follows the name on the command line.
    virtual void go(const QString& argument) { Q_UNUSED(argument) }

signals:
    void pageAsked(const QString& name); ///< shows another one
    void stateChanged();                 ///< missing(), title or help may be others now
    void timeChanged();                  ///< of time(): other moments, other pictures
    void timeMoved();                    ///< of time(): another moment

protected:
    [[nodiscard]] DenoiseController& denoise() const { return denoise_; }
    [[nodiscard]] diffusion::DenoiseRecordingPtr recording() const { return denoise_.recording(); }
    /// Called only while shown, and when it is shown again; the recording may be null.
    virtual void runChanged(bool grew) { Q_UNUSED(grew) }
    virtual void otherChanged() {}
    virtual void momentChanged(int moment) { Q_UNUSED(moment) }
    virtual void settingsChanged() {}
    virtual void retranslate() {}

    /// What most pages are made of: a head that stays (controls, what is shown in words) over a body that scrolls up
    /// and down; both empty. Where the page is low the head scrolls too. Called once, by the constructor of the page.
    struct Frame {
        QVBoxLayout* head;
        QWidget* body;
    };
    Frame makeFrame();
    /// A widget that scrolls up and down at the end of `layout`.
    QWidget* addScrolled(QBoxLayout* layout, int stretch);
    /// Plain text in one of the roles of the design ("small", "section"), broken where it is too long.
    [[nodiscard]] static QLabel* label(const char* role, QWidget* parent);

    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void catchUp();
    void fitHead();

    DenoiseController& denoise_;
    QVBoxLayout *outer_ = nullptr, *inner_ = nullptr; ///< of makeFrame()
    QWidget* head_ = nullptr;
    bool runStale_ = true, grewOnly_ = false, otherStale_ = true, momentStale_ = true, settingsStale_ = true;
};

} // namespace vitral
