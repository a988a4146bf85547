// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/parameter_row.h"

#include "widgets/design/decimal_box.h"
#include "widgets/design/metrics.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QWheelEvent>

#include <cmath>

namespace vitral {
namespace {

constexpr int kSliderSteps = 1000;

/// The wheel scrolls the panel; it must not change a value that happens to be under the pointer.
class CalmSlider : public QSlider {
public:
    using QSlider::QSlider;
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};
class CalmSpin : public design::DecimalBox {
public:
    using design::DecimalBox::DecimalBox;
    void wheelEvent(QWheelEvent* event) override {
        if (hasFocus())
            design::DecimalBox::wheelEvent(event);
        else
            event->ignore();
    }
};

} // namespace

ParameterRow::ParameterRow(const ParameterInfo& info, QWidget* parent) : QWidget(parent), info_(info) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(design::kSpace2);
    grid->setVerticalSpacing(2);
    label_ = new QLabel(this);
    state_ = new QLabel(this);
    state_->setProperty("role", "caption");
    slider_ = new CalmSlider(Qt::Horizontal, this);
    slider_->setRange(0, kSliderSteps);
    slider_->setMinimumWidth(80);
    spin_ = new CalmSpin(this);
    spin_->setRange(info.minimum, info.maximum);
    spin_->setDecimals(info.decimals);
    spin_->setSingleStep(info.step);
    spin_->setKeyboardTracking(false);
    spin_->setAlignment(Qt::AlignRight);
    spin_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    spin_->setFixedWidth(76);
    label_->setBuddy(spin_);
    grid->addWidget(label_, 0, 0);
    grid->addWidget(state_, 0, 1, Qt::AlignRight);
    grid->addWidget(slider_, 1, 0, 1, 2);
    grid->addWidget(spin_, 0, 2, 2, 1, Qt::AlignBottom);
    grid->setColumnStretch(0, 1);
    connect(slider_, &QSlider::valueChanged, this, [this](int position) {
        const QSignalBlocker block(spin_);
        spin_->setValue(fromSlider(position));
        updateState();
        emit edited();
    });
    connect(spin_, &QDoubleSpinBox::valueChanged, this, [this](double v) {
        const QSignalBlocker block(slider_);
        slider_->setValue(toSlider(v));
        updateState();
        emit edited();
    });
    retranslate();
}

int ParameterRow::toSlider(double v) const {
    double t = (v - info_.minimum) / (info_.maximum - info_.minimum);
    if (info_.logarithmic)
        t = std::log1p(std::max(0.0, v - info_.minimum)) / std::log1p(info_.maximum - info_.minimum);
    return static_cast<int>(std::lround(std::clamp(t, 0.0, 1.0) * kSliderSteps));
}

double ParameterRow::fromSlider(int position) const {
    const double t = static_cast<double>(position) / kSliderSteps;
    double v = info_.minimum + t * (info_.maximum - info_.minimum);
    if (info_.logarithmic)
        v = info_.minimum + std::expm1(t * std::log1p(info_.maximum - info_.minimum));
    return std::round(v / info_.step) * info_.step;
}

double ParameterRow::value() const {
    return spin_->value();
}

void ParameterRow::show(const GenerationSettings& settings) {
    const QSignalBlocker a(slider_);
    const QSignalBlocker b(spin_);
    const double v = info_.get(settings);
    spin_->setValue(v);
    slider_->setValue(toSlider(v));
    updateState();
}

void ParameterRow::apply(GenerationSettings& settings) const {
    info_.set(settings, spin_->value());
}

void ParameterRow::updateState() {
    const bool off = !std::isnan(info_.off) && std::abs(spin_->value() - info_.off) < 1e-9;
    state_->setText(off ? tr("off") : QString());
}

void ParameterRow::retranslate() {
    const QString label = QCoreApplication::translate("vitral::ParameterRow", info_.label);
    const QString tip = QCoreApplication::translate("vitral::ParameterRow", info_.tip);
    label_->setText(label);
    // Rich text wraps in a tool tip; plain text would be one endless line.
    const QString rich = QStringLiteral("<p>%1</p>").arg(tip.toHtmlEscaped());
    for (QWidget* w : std::initializer_list<QWidget*>{this, label_, slider_, spin_})
        w->setToolTip(rich);
    spin_->setAccessibleName(label);
    spin_->setAccessibleDescription(tip);
    slider_->setAccessibleName(label);
    updateState();
}

QString ParameterRow::title() const {
    return QCoreApplication::translate("vitral::ParameterRow", info_.label);
}

} // namespace vitral
