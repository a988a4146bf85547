// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/device_panel.h"

#include "core/backend/device_backend.h"
#include "widgets/design/metrics.h"

#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace vitral {

namespace {
QString sizeText(std::uint64_t bytes) {
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), bytes < 1'000'000'000 ? 0 : 1,
                                       QLocale::DataSizeSIFormat);
}
QLabel* caption(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setProperty("role", "small");
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}
} // namespace

DevicePanel::DevicePanel(ModelSession& model, Worker& worker, Find find, const DeviceOptions& options, QWidget* parent)
    : QWidget(parent), model_(model), worker_(worker), find_(std::move(find)), options_(options), loadedWith_(options) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    found_ = caption(this);
    column->addWidget(found_);
    auto* form = new QFormLayout;
    form->setRowWrapPolicy(QFormLayout::WrapAllRows); // the panel is narrow
    form->setHorizontalSpacing(design::kSpace3);
    form->setVerticalSpacing(design::kSpace2);
    choice_ = new QComboBox(this);
    for (const DeviceChoice c : {DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda})
        choice_->addItem({}, static_cast<int>(c));
    layers_ = new QSpinBox(this);
    layers_->setRange(-1, 999);
    choiceLabel_ = new QLabel(this);
    layersLabel_ = new QLabel(this);
    choiceLabel_->setBuddy(choice_);
    layersLabel_->setBuddy(layers_);
    form->addRow(choiceLabel_, choice_);
    form->addRow(layersLabel_, layers_);
    column->addLayout(form);
    placed_ = caption(this);
    column->addWidget(placed_);
    reload_ = new QPushButton(this);
    reload_->hide();
    column->addWidget(reload_, 0, Qt::AlignLeft);
    choice_->setCurrentIndex(choice_->findData(static_cast<int>(options_.choice)));
    layers_->setValue(static_cast<int>(options_.gpuLayers));
    connect(choice_, &QComboBox::currentIndexChanged, this, &DevicePanel::collect);
    connect(layers_, &QSpinBox::valueChanged, this, &DevicePanel::collect);
    connect(reload_, &QPushButton::clicked, this, &DevicePanel::reloadWanted);
    connect(&model_, &ModelSession::changed, this, &DevicePanel::refresh); // a card that failed in a run
    connect(&model_, &ModelSession::loaded, this, [this] {
        loadedWith_ = options_;
        refresh();
    });
    retranslate();
}

void DevicePanel::collect() {
    if (refreshing_)
        return;
    options_.choice = static_cast<DeviceChoice>(choice_->currentData().toInt());
    options_.gpuLayers = layers_->value();
    refresh();
    emit changed(options_);
}

void DevicePanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh(); // what draws may be known by now
    if (asked_)
        return;
    asked_ = true;
    worker_.ask(
        this, [find = find_] { return find(); },
        [this](GpuFindings findings) {
            findings_ = std::move(findings);
            known_ = true;
            refresh();
        },
        "devices");
}

QString DevicePanel::absenceText(const GpuFindings& findings) {
    switch (findings.absence) {
    case GpuAbsence::None:
        return {};
    case GpuAbsence::SwitchedOff:
        return tr("Graphics cards are switched off (VITRAL_CUDA_PLUGIN=none). Everything runs on the processor.");
    case GpuAbsence::NoPlugin:
        return tr("This installation has no CUDA plug-in. Everything runs on the processor.");
    case GpuAbsence::WrongPlugin:
        return tr("The CUDA plug-in does not belong to this version; install the program again. Everything runs on the "
                  "processor.");
    case GpuAbsence::NoDriver:
        return tr("No NVIDIA driver is installed. Everything runs on the processor.");
    case GpuAbsence::DriverTooOld:
        return tr("The NVIDIA driver is too old for this program; install a newer one. Everything runs on the "
                  "processor.");
    case GpuAbsence::NoDevice:
        return tr("There is an NVIDIA driver, but no graphics card that it can use. Everything runs on the processor.");
    case GpuAbsence::DeviceTooOld:
        return tr("The graphics card is older than what this program's kernels are made for. Everything runs on the "
                  "processor.");
    case GpuAbsence::Failed:
        break;
    }
    return tr("The graphics card cannot be used: %1").arg(QString::fromStdString(findings.sentence));
}

QString DevicePanel::placementText(const Placement& placement) {
    QStringList parts;
    for (const PlacementPart& part : placement.parts)
        parts << (part.nLayer == 0   ? tr("the table of tokens on the processor (%1)").arg(sizeText(part.needBytes))
                  : part.ordinal < 0 ? tr("%Ln layer(s) on the processor (%1)", nullptr, static_cast<int>(part.nLayer))
                                           .arg(sizeText(part.needBytes))
                                     : tr("%Ln layer(s) on %1 (%2)", nullptr, static_cast<int>(part.nLayer))
                                           .arg(QString::fromStdString(part.device), sizeText(part.needBytes)));
    return parts.join(QStringLiteral(" · "));
}

QString DevicePanel::shareText(ShareWay way, const DrawingDevice& drawing, bool pinned) {
    if (way == ShareWay::Shared)
        return tr("Maps of new runs read queries and keys in the card's own memory, which Vulkan shares.");
    const QString through = pinned ? tr("What views show comes from the card through pinned memory.")
                                   : tr("What views show comes from the card through the computer's memory.");
    const QString name = QString::fromStdString(drawing.name);
    switch (way) {
    case ShareWay::OtherDevice:
        return through + QLatin1Char(' ') + tr("Maps are drawn by another device (%1).").arg(name);
    case ShareWay::NoExport:
        return through + QLatin1Char(' ') + tr("The driver of %1 does not share its memory.").arg(name);
    case ShareWay::NothingDraws:
    case ShareWay::Shared:
        break;
    }
    return through + QLatin1Char(' ') + tr("No graphics device has drawn a map so far.");
}

void DevicePanel::refresh() {
    if (!known_) {
        found_->setText(tr("Looking for graphics cards..."));
    } else if (findings_.devices.empty()) {
        found_->setText(absenceText(findings_));
    } else {
        QStringList lines;
        for (const GpuDevice& d : findings_.devices)
            lines << tr("%1: %2 of %3 free")
                         .arg(QString::fromStdString(d.name), sizeText(d.freeBytes), sizeText(d.totalBytes));
        found_->setText(lines.join(QLatin1Char('\n')));
    }
    const bool cards = !findings_.devices.empty();
    layers_->setEnabled(options_.choice != DeviceChoice::Cpu && cards);
    layersLabel_->setEnabled(layers_->isEnabled());
    const Placement& placement = model_.placement();
    QString text = model_.model() ? placementText(placement) : QString();
    if (model_.model() && !placement.note.empty() && cards)
        text += QLatin1Char('\n') + tr("Why: %1").arg(QString::fromStdString(placement.note));
    const DeviceBackend* device =
        model_.model() && model_.model()->backend() ? DeviceBackend::of(*model_.model()->backend()) : nullptr;
    if (device)
        text +=
            QLatin1Char('\n') + shareText(shareWay(drawingDevice(), device->uuid()), drawingDevice(), device->pinned());
    placed_->setText(text);
    placed_->setVisible(!text.isEmpty());
    const bool other = options_.choice != loadedWith_.choice || options_.gpuLayers != loadedWith_.gpuLayers;
    reload_->setVisible(model_.model() != nullptr && other);
}

void DevicePanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

void DevicePanel::retranslate() {
    refreshing_ = true;
    choiceLabel_->setText(tr("Compute on"));
    choice_->setAccessibleName(tr("Where models are computed"));
    choice_->setItemText(0, tr("Automatic"));
    choice_->setItemText(1, tr("Processor"));
    choice_->setItemText(2, tr("Graphics card"));
    choice_->setToolTip(tr("Automatic: the graphics card as far as its memory goes, the processor for the rest. Takes "
                           "effect with the next model that is loaded."));
    layersLabel_->setText(tr("Layers on the card"));
    layers_->setAccessibleName(tr("Layers on the graphics card at most"));
    layers_->setSpecialValueText(tr("as many as fit"));
    layers_->setToolTip(tr("At most so many layers, counted from the last, are computed on the graphics card."));
    reload_->setText(tr("Load the model again"));
    refreshing_ = false;
    refresh();
}

} // namespace vitral
