// SPDX-License-Identifier: Apache-2.0
#pragma once
// One view of the room "Inside". It follows the recording and the selection while it is on the screen, and catches up
// when it comes back; the room shows an empty state in its place where missing() says so. Thread: GUI.

#include "core/base/result.h"
#include "widgets/inside/inside_controller.h"

#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <QWidget>

#include <functional>

#include <vector>

namespace vitral {

class InsideView : public QWidget {
    Q_OBJECT
public:
    explicit InsideView(InsideController& inside, QWidget* parent = nullptr);

    [[nodiscard]] virtual QString name() const = 0;     ///< "matrix": on the command line and in the settings
    [[nodiscard]] virtual QString iconName() const = 0; ///< of assets/icons
    [[nodiscard]] virtual QString title() const = 0;    ///< one word, translated
    [[nodiscard]] virtual QString help() const = 0;     ///< one or two sentences: what is seen and what can be done
    /// Why there is nothing to see in this recording (never null when asked), as a sentence; empty: all is there.
    /// `offersRecordAgain`: recording the run once more, with wantedPoints(), would help.
    [[nodiscard]] virtual QString missing(bool* offersRecordAgain) const;
    /// What it needs recorded besides attention; asked for while it is shown.
    [[nodiscard]] virtual std::vector<TracePoint> wantedPoints() const { return {}; }
    /// True for views that need no recording (a picture of the loaded model).
    [[nodiscard]] virtual bool needsRecording() const { return true; }
    /// True for views that can show the difference to a second recording.
    [[nodiscard]] virtual bool compares() const { return false; }

    /// Kinds of file it can be saved as, best first: "png", "svg", "pdf", "csv", "npy".
    [[nodiscard]] virtual QStringList exportFormats() const;
    /// Computes what an export shows and the screen does not; then says so. The default has nothing to compute.
    virtual void complete(std::function<void()> then) { then(); }
    /// `scale`: pixels per point of pixel formats. The default draws the widget. Errors: Io, Unsupported.
    virtual Result<void> exportAs(const QString& path, const QString& format, double scale);

    [[nodiscard]] virtual QJsonObject saveState() const { return {}; }
    virtual void restoreState(const QJsonObject&) {}
    /// What follows the name on the command line: "3.2" of "matrix:3.2". The default takes layer.head, or
    /// layer.head:position, or layer.head:position:key.
    virtual void go(const QString& argument);

signals:
    /// Shows another view ("matrix"), with what is selected.
    void viewAsked(const QString& name);
    /// missing(), title, help or wantedPoints() may be others now.
    void stateChanged();

protected:
    [[nodiscard]] InsideController& inside() const { return inside_; }
    [[nodiscard]] const RecordingPtr& recording() const { return inside_.recording(); }
    [[nodiscard]] const Selection& selection() const { return inside_.selection().current(); }
    /// Called only while shown, and when it is shown again. `grew`: the same run, longer.
    virtual void recordingChanged(bool grew) { Q_UNUSED(grew) }
    virtual void otherChanged() {}
    /// `origin` may be this view.
    virtual void selectionChanged(const Selection& selection, QObject* origin) {
        Q_UNUSED(selection)
        Q_UNUSED(origin)
    }
    virtual void retranslate() {}
    /// A page that fills the view, and is scrolled where the view is smaller than it can be (a small window beside the
    /// chat): the view puts its layout there, once.
    QWidget* scrollingPage();

    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void catchUp();

    InsideController& inside_;
    bool recordingStale_ = true, grewOnly_ = false, otherStale_ = true, selectionStale_ = true;
};

} // namespace vitral
