// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "widgets/inside/inside_view.h"

namespace vitral {

class MatrixView : public InsideView {
    Q_OBJECT
public:
    explicit MatrixView(InsideController& inside, QWidget* parent = nullptr);
    [[nodiscard]] QString name() const override { return QStringLiteral("matrix"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-matrix"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
};

} // namespace vitral
