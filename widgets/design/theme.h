// SPDX-License-Identifier: Apache-2.0
#pragma once
// Puts the visual language on the application: palette, fonts and the generated style sheet. One object, owned by main.
// Thread: GUI.

#include "widgets/design/palette.h"

#include <QObject>

class QApplication;

namespace vitral::design {

enum class ThemeChoice : std::uint8_t { System, Light, Dark };

class Theme : public QObject {
    Q_OBJECT
public:
    explicit Theme(QApplication& app);

    [[nodiscard]] ThemeChoice choice() const { return choice_; }
    [[nodiscard]] Scheme scheme() const { return scheme_; }
    [[nodiscard]] double fontScale() const { return fontScale_; }
    void setChoice(ThemeChoice choice);
    void setFontScale(double scale); ///< clamped to 0.75..2

signals:
    void changed();

private:
    void apply();
    [[nodiscard]] Scheme resolve() const;

    QApplication& app_;
    QString family_;
    QPalette systemPalette_; ///< as the desktop gave it, before ours
    ThemeChoice choice_ = ThemeChoice::System;
    Scheme scheme_ = Scheme::Light;
    double fontScale_ = 1.0;
};

/// The style sheet for a palette and a body size; every colour and length is a named value.
QString makeStyleSheet(const Palette& palette, int bodyPx);

} // namespace vitral::design
