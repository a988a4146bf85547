// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/flow_row.h"

#include "widgets/design/metrics.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <vector>

namespace vitral {

QWidget* labelledField(QLabel*& label, QWidget* field, QWidget* parent) {
    auto* box = new QWidget(parent);
    auto* both = new QVBoxLayout(box);
    both->setContentsMargins(0, 0, 0, 0);
    both->setSpacing(design::kSpace1);
    label = new QLabel(box);
    label->setProperty("role", "small");
    label->setBuddy(field);
    both->addWidget(label);
    both->addWidget(field);
    return box;
}

FlowRow::FlowRow(QWidget* parent) : QLayout(parent) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(design::kSpace2);
}

FlowRow::~FlowRow() {
    qDeleteAll(items_);
}

QLayoutItem* FlowRow::takeAt(int index) {
    return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

QSize FlowRow::minimumSize() const {
    QSize size;
    for (const QLayoutItem* item : items_)
        size = size.expandedTo(item->minimumSize());
    return size;
}

void FlowRow::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

int FlowRow::arrange(const QRect& rect, bool place) const {
    int y = rect.y();
    std::vector<QLayoutItem*> line;
    int width = 0;
    int height = 0;
    const auto finish = [&] {
        int x = rect.x();
        for (QLayoutItem* item : line) {
            const QSize size = item->sizeHint();
            if (place) // centred on its line
                item->setGeometry(
                    {x, y + (height - size.height()) / 2, std::min(size.width(), rect.width()), size.height()});
            x += size.width() + spacing();
        }
        y += height;
        line.clear();
        width = height = 0;
    };
    for (QLayoutItem* item : items_) {
        if (item->isEmpty()) // hidden
            continue;
        const QSize size = item->sizeHint();
        if (!line.empty() && width + size.width() > rect.width()) {
            finish();
            y += spacing() / 2;
        }
        line.push_back(item);
        width += size.width() + spacing();
        height = std::max(height, size.height());
    }
    finish();
    return y - rect.y();
}

} // namespace vitral
