// SPDX-License-Identifier: Apache-2.0
#pragma once
// A field for a number with decimals. It shows the mark of the language that is spoken, and takes both: a comma typed
// in English and a point typed in Portuguese are decimal marks too. Thread: GUI.

#include <QDoubleSpinBox>

namespace vitral::design {

class DecimalBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;

    [[nodiscard]] QValidator::State validate(QString& text, int& at) const override {
        const QString mark = locale().decimalPoint();
        text.replace(mark == QLatin1String(",") ? QLatin1Char('.') : QLatin1Char(','), mark);
        return QDoubleSpinBox::validate(text, at);
    }
};

} // namespace vitral::design
