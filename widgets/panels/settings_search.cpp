// SPDX-License-Identifier: Apache-2.0
// Finding a setting by its words, and how many are there at first.
#include "widgets/panels/parameter_row.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/shell/fuzzy.h"

#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <utility>

namespace vitral {
namespace {

/// Everything that can be read in a part of the panel.
QString wordsOf(const QWidget* part) {
    QString words = part->toolTip();
    for (const QWidget* child : part->findChildren<QWidget*>()) {
        if (const auto* label = qobject_cast<const QLabel*>(child))
            words += QLatin1Char(' ') + label->text();
        else if (const auto* button = qobject_cast<const QAbstractButton*>(child))
            words += QLatin1Char(' ') + button->text();
        words += QLatin1Char(' ') + child->toolTip() + QLatin1Char(' ') + child->accessibleName();
    }
    return words;
}

} // namespace

Depth SettingsPanel::depthOf(const QWidget* part) const {
    if (part == format_ || part == order_)
        return Depth::Developer;
    if (part == repetition_ || part == truncation_ || part == temperature_ || part == context_)
        return Depth::Power;
    const auto added = added_.find(part);
    return added == added_.end() ? Depth::User : added->second;
}

void SettingsPanel::setDepth(Depth depth) {
    depth_ = depth;
    showAll_ = false;
    filter();
}

void SettingsPanel::find(const QString& words) {
    search_->setText(words);
    search_->setFocus();
    search_->selectAll();
}

void SettingsPanel::filter() {
    const QString typed = search_->text().trimmed();
    const bool searching = !typed.isEmpty();
    if (searching && !std::exchange(searched_, true)) // what was open is open again afterwards
        for (Section* section : page_->findChildren<Section*>())
            wasOpen_[section] = section->isOpen();
    bool hidden = false, any = false;
    for (Section* section : page_->findChildren<Section*>()) {
        if (!searching) {
            const bool shown = showAll_ || depthOf(section) <= depth_;
            hidden = hidden || !shown;
            section->setVisible(shown);
            for (ParameterRow* row : section->findChildren<ParameterRow*>())
                row->setVisible(true);
            continue;
        }
        const bool whole = holdsWords(section->title(), typed);
        bool rows = false;
        for (ParameterRow* row : section->findChildren<ParameterRow*>()) {
            const bool hit = whole || holdsWords(wordsOf(row), typed);
            row->setVisible(hit);
            rows = rows || hit;
        }
        const bool hit = whole || rows || holdsWords(wordsOf(section), typed);
        section->setVisible(hit);
        if (hit && section != samplerLike_)
            section->setOpen(true);
        any = any || hit;
    }
    if (!searching && std::exchange(searched_, false))
        for (const auto& [section, open] : std::exchange(wasOpen_, {}))
            section->setOpen(open);
    more_->setVisible(hidden);
    nothing_->setVisible(searching && !any);
}

} // namespace vitral
