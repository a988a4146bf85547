// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "widgets/inside/inside_view.h"

namespace vitral {

class CellView : public InsideView {
    Q_OBJECT
public:
    explicit CellView(InsideController& inside, QWidget* parent = nullptr);
    [[nodiscard]] QString name() const override { return QStringLiteral("cell"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-cell"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
};

} // namespace vitral
