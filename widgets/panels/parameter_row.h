// SPDX-License-Identifier: Apache-2.0
#pragma once
// One number a person may set: name, slider, exact value; a dot where it differs from the default, and a plain-words
// explanation. Thread: GUI.

#include "widgets/chat/generation_settings.h"

#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace vitral {

/// Words are translated with the context "vitral::ParameterRow".
struct ParameterInfo {
    const char* label;
    const char* tip;
    double minimum, maximum, step;
    int decimals;
    double off; ///< the value at which the stage does nothing; NaN: it is never off
    double (*get)(const GenerationSettings&);
    void (*set)(GenerationSettings&, double);
    bool logarithmic = false; ///< the slider, not the number
};

class ParameterRow : public QWidget {
    Q_OBJECT
public:
    explicit ParameterRow(const ParameterInfo& info, QWidget* parent = nullptr);
    void show(const GenerationSettings& settings);
    void apply(GenerationSettings& settings) const;
    void retranslate();
    [[nodiscard]] double value() const;
    [[nodiscard]] QString title() const; ///< translated now

signals:
    void edited();

private:
    [[nodiscard]] int toSlider(double value) const;
    [[nodiscard]] double fromSlider(int position) const;
    void updateState();

    const ParameterInfo& info_;
    QLabel *label_, *state_;
    QSlider* slider_;
    QDoubleSpinBox* spin_;
};

} // namespace vitral
