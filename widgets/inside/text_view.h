// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "widgets/inside/inside_view.h"

namespace vitral {

class TextView : public InsideView {
    Q_OBJECT
public:
    explicit TextView(InsideController& inside, QWidget* parent = nullptr);
    [[nodiscard]] QString name() const override { return QStringLiteral("text"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-text"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
};

} // namespace vitral
