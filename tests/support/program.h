// SPDX-License-Identifier: Apache-2.0
#pragma once
// The whole program without main(): services on a folder that goes with it, and the window, shown. Thread: GUI.

#include "app/classroom.h"
#include "app/main_window.h"

#include <QTemporaryDir>
#include <QtTest>

#include <functional>
#include <memory>

namespace vitral::test {

struct Program {
    QTemporaryDir dir;
    app::Settings settings;
    app::Language language;
    std::unique_ptr<app::Services> services;
    std::unique_ptr<app::MainWindow> window;

    /// `dataDir`: where its files lie; empty: in `dir`. `prepare`: called before there is a window.
    explicit Program(design::Theme& theme, bool withModel = false, const QString& dataDir = {},
                     const std::function<void(app::Services&)>& prepare = {})
        : settings(dataDir.isEmpty() ? dir.path() : dataDir) {
        language.use(QStringLiteral("en"));
        auto made = app::Services::create(settings, 1);
        if (!made)
            qFatal("%s", made.error().message.c_str());
        services = std::move(*made);
        if (prepare)
            prepare(*services);
        window = std::make_unique<app::MainWindow>(*services, theme, language);
        window->resize(1280, 800);
        window->show();
        if (!QTest::qWaitForWindowExposed(window.get()))
            qWarning("the window is not exposed");
        if (withModel)
            window->openFirstModel({});
    }
    app::Classroom& classroom() { return window->classroom(); }
    [[nodiscard]] bool idle() { return !classroom().busy() && !classroom().roomsBusy(); }
};

} // namespace vitral::test
