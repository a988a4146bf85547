// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/intervention_chip.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/inside_controller.h"
#include "widgets/inside/intervention_edits.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>

namespace vitral {

InterventionChip::InterventionChip(InsideController& inside, QWidget* parent) : QWidget(parent), inside_(inside) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(design::kSpace2);
    chip_ = new QPushButton(this);
    chip_->setProperty("kind", "chip");
    chip_->setIcon(design::icon(QStringLiteral("warning"), design::IconTone::Danger));
    off_ = new QPushButton(this);
    off_->setProperty("kind", "link");
    row->addWidget(chip_);
    row->addWidget(off_);
    row->addStretch(1);
    connect(chip_, &QPushButton::clicked, this, &InterventionChip::showAsked);
    connect(off_, &QPushButton::clicked, this, [this] {
        InterventionSet set = inside_.interventions() ? *inside_.interventions() : InterventionSet{};
        for (Intervention& item : set.items)
            item.enabled = false;
        inside_.setInterventions(std::make_shared<const InterventionSet>(std::move(set)));
    });
    connect(&inside_, &InsideController::interventionsChanged, this, &InterventionChip::refresh);
    refresh();
}

QString InterventionChip::text() const {
    return isHidden() ? QString() : chip_->text();
}

void InterventionChip::refresh() {
    const int n = nEnabled(inside_.interventions().get());
    setVisible(n > 0);
    chip_->setText(InterventionWords::summary(n));
    QStringList lines;
    if (inside_.interventions())
        for (const Intervention& item : inside_.interventions()->items)
            if (item.enabled)
                lines << InterventionWords::text(item);
    chip_->setToolTip(lines.join(QLatin1Char('\n')));
    chip_->setAccessibleDescription(lines.join(QStringLiteral("; ")));
    off_->setText(tr("Switch all off"));
}

void InterventionChip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        refresh();
}

} // namespace vitral
