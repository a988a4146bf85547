// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/intervention_button.h"

#include "widgets/chat/error_text.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/inside_controller.h"
#include "widgets/inside/intervention_edits.h"

#include <QEvent>
#include <QMenu>

#include <functional>

namespace vitral {

InterventionButton::InterventionButton(InsideController& inside, QWidget* parent)
    : QToolButton(parent), inside_(inside), menu_(new QMenu(this)) {
    setIcon(design::icon(QStringLiteral("inside-interventions")));
    setIconSize({design::kIcon, design::kIcon});
    setPopupMode(QToolButton::InstantPopup);
    setMenu(menu_);
    connect(menu_, &QMenu::aboutToShow, this, [this] { fill(menu_); });
    retranslate();
}

void InterventionButton::fill(QMenu* menu) {
    menu->clear();
    const Selection s = inside_.selection().current();
    const auto offer = [this, menu](const QString& text, const std::function<Intervention()>& make) {
        menu->addAction(text, this, [this, make] {
            if (const Result<void> added = addIntervention(inside_, make()); !added)
                emit inside_.problem(knownText(added.error()));
        });
    };
    if (inside_.loadedModel() != nullptr && s.layer >= 0) {
        if (s.head >= 0) {
            menu->addSection(tr("Layer %1, head %2").arg(s.layer).arg(s.head));
            offer(tr("Switch this head off"), [s] { return scaleHead(s.layer, s.head, 0); });
            offer(tr("Halve what it writes"), [s] { return scaleHead(s.layer, s.head, 0.5F); });
            offer(tr("Double what it writes"), [s] { return scaleHead(s.layer, s.head, 2); });
        }
        menu->addSection(tr("Layer %1").arg(s.layer));
        offer(tr("Switch its MLP off"), [s] { return scaleMlp(s.layer, 0); });
        menu->addAction(tr("Steer the stream with two texts\u2026"), this,
                        [this] { emit showAsked(QStringLiteral("interventions:steering")); });
        const RecordingPtr other = inside_.other();
        if (other && s.position >= 0 && other->find(Point::ResidPost, s.layer) != nullptr)
            offer(tr("Take the stream of the other run at token %1").arg(s.position),
                  [s, other] { return patchStream(s.layer, s.position, s.position + 1, other); });
    }
    menu->addSeparator();
    menu->addAction(tr("All changes\u2026"), this, [this] { emit showAsked(QStringLiteral("interventions")); });
}

void InterventionButton::retranslate() {
    setToolTip(tr("Change what the selected head or layer does"));
    setAccessibleName(toolTip());
}

void InterventionButton::changeEvent(QEvent* event) {
    QToolButton::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
