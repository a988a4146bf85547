// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/model_chip.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace vitral {
namespace {
constexpr int kNameWidth = 280;
}

ModelChip::ModelChip(ModelSession& model, QWidget* parent) : QWidget(parent), model_(model) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(design::kSpace1);
    button_ = new QPushButton(this);
    button_->setProperty("kind", "chip");
    button_->setIcon(design::icon(QStringLiteral("model"), design::IconTone::Accent));
    button_->setIconSize({design::kIconSmall, design::kIconSmall});
    row->addWidget(button_);
    loading_ = new QWidget(this);
    auto* box = new QHBoxLayout(loading_);
    box->setContentsMargins(0, 0, 0, 0);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(3);
    loadingText_ = new QLabel(loading_);
    loadingText_->setProperty("role", "caption");
    progress_ = new QProgressBar(loading_);
    progress_->setRange(0, 1000);
    progress_->setTextVisible(false);
    progress_->setFixedWidth(180);
    texts->addWidget(loadingText_);
    texts->addWidget(progress_);
    box->addLayout(texts);
    cancel_ = new QToolButton(loading_);
    cancel_->setIcon(design::icon(QStringLiteral("close"), design::IconTone::Muted));
    cancel_->setIconSize({design::kIconSmall, design::kIconSmall});
    box->addWidget(cancel_);
    row->addWidget(loading_);
    connect(button_, &QPushButton::clicked, this, &ModelChip::pickerAsked);
    connect(cancel_, &QToolButton::clicked, &model_, &ModelSession::cancelLoad);
    connect(&model_, &ModelSession::changed, this, &ModelChip::refresh);
    connect(&model_, &ModelSession::progressChanged, this, &ModelChip::refresh);
    refresh();
}

void ModelChip::refresh() {
    const bool loading = model_.state() == ModelSession::State::Loading;
    button_->setVisible(!loading);
    loading_->setVisible(loading);
    cancel_->setToolTip(tr("Cancel loading"));
    cancel_->setAccessibleName(tr("Cancel loading"));
    if (loading) {
        const QString name = QFileInfo(model_.loadingPath()).completeBaseName();
        loadingText_->setText(fontMetrics().elidedText(tr("Loading %1").arg(name), Qt::ElideMiddle, 180));
        loadingText_->setToolTip(model_.progressText());
        progress_->setValue(static_cast<int>(model_.progress() * 1000));
        progress_->setAccessibleName(tr("Loading %1").arg(name));
        return;
    }
    const QString name = model_.displayName();
    button_->setText(name.isEmpty() ? tr("Choose a model")
                                    : fontMetrics().elidedText(name, Qt::ElideMiddle, kNameWidth));
    button_->setToolTip(name.isEmpty() ? QString() : model_.path());
    button_->setAccessibleName(name.isEmpty() ? tr("Choose a model") : tr("Model: %1").arg(name));
}

void ModelChip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        refresh();
}

} // namespace vitral
