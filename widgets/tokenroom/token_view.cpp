// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_view.h"

#include "widgets/design/metrics.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>

#include <utility>

namespace vitral {

TokenView::TokenView(TokenController& tokens, QWidget* parent) : QWidget(parent), tokens_(tokens) {
    connect(&tokens_, &TokenController::textChanged, this,
            [this](std::size_t at, std::size_t removed, std::size_t inserted) {
                if (isVisible())
                    textChanged(at, removed, inserted);
                else
                    textStale_ = true;
            });
    const auto list = [this] {
        listStale_ = true;
        if (isVisible())
            catchUp();
    };
    connect(&tokens_, &TokenController::tokenizersChanged, this, list);
    connect(&tokens_, &TokenController::currentChanged, this, list);
    connect(&tokens_, &TokenController::cutChanged, this, [this](int tokenizer) {
        if (isVisible())
            cutChanged(tokenizer);
        else
            cutStale_ = true;
    });
    connect(&tokens_, &TokenController::selectionChanged, this, [this](QObject* origin) {
        if (isVisible())
            selectionChanged(origin);
        else
            selectionStale_ = true;
    });
    connect(&tokens_, &TokenController::hoverChanged, this, [this](QObject* origin) {
        if (isVisible())
            hoverChanged(origin);
    });
}

void TokenView::catchUp() {
    if (std::exchange(listStale_, false))
        tokenizersChanged();
    if (std::exchange(textStale_, false))
        textChanged(0, 0, tokens_.text().size());
    if (std::exchange(cutStale_, false))
        cutChanged(-1);
    if (std::exchange(selectionStale_, false))
        selectionChanged(nullptr);
}

void TokenView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    catchUp();
}

void TokenView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

QWidget* TokenView::labelled(QWidget* parent, QLabel* label, QWidget* field) {
    auto* box = new QWidget(parent);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(design::kSpace2);
    row->addWidget(label);
    row->addWidget(field);
    label->setBuddy(field);
    return box;
}

} // namespace vitral
