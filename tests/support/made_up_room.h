// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room "Inside" in its window, with made-up runs and an engine that does nothing. A test names this header among
// its sources and includes "made_up_room.moc".

#include "tests/support/chat_fixture.h"
#include "tests/support/inside_recording.h"
#include "widgets/inside/inside_window.h"

#include <QtTest>

namespace vitral::test {

class MadeUpRoom : public QObject, protected ChatFixture {
    Q_OBJECT
private slots:
    void init() {
        setUpChat();
        inside_ = std::make_unique<InsideController>(*port_, *bridge_, *chat_, *model_);
        window_ = std::make_unique<InsideWindow>(*inside_);
        window_->resize(1000, 700);
        window_->show();
    }
    void cleanup() {
        window_.reset();
        inside_.reset();
        tearDownChat();
    }

protected:
    void show(const InsideShape& shape) { inside_->show(insideRecording(shape), RecordingOrigin::File); }

    std::unique_ptr<InsideController> inside_;
    std::unique_ptr<InsideWindow> window_;
};

} // namespace vitral::test
