// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "widgets/inside/inside_view.h"

namespace vitral {

class OverviewView : public InsideView {
    Q_OBJECT
public:
    explicit OverviewView(InsideController& inside, QWidget* parent = nullptr);
    [[nodiscard]] QString name() const override { return QStringLiteral("overview"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-overview"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
};

} // namespace vitral
