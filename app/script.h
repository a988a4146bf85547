// SPDX-License-Identifier: Apache-2.0
#pragma once
// Prompts and pictures asked for on the command line: how README's screenshots and the smoke test are made. Thread:
// GUI.

#include "app/options.h"

#include <QObject>
#include <QTimer>

namespace vitral::app {

class MainWindow;

class Script : public QObject {
    Q_OBJECT
public:
    Script(MainWindow& window, const Options& options);

private:
    void next();
    void finish();
    void showNext();
    void takePicture();
    [[nodiscard]] bool busy() const;

    MainWindow& window_;
    Options options_;
    QStringList views_; ///< still to be shown
    qsizetype sent_ = 0;
    bool done_ = false;
    QTimer deadline_;
};

} // namespace vitral::app
