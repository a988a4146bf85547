// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_settings_panel.h"

#include "widgets/denoise/denoise_words.h"
#include "widgets/design/decimal_box.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/panels/section.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QRegularExpressionValidator>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kMostSteps = 1000, kMostEdge = 4096, kInitEdge = 72;
constexpr int kLeastBudget = 1, kMostBudget = 65536;
constexpr double kMostGuidance = 30;

} // namespace

DenoiseSettingsPanel::DenoiseSettingsPanel(DenoiseController& denoise, QWidget* parent)
    : QWidget(parent), denoise_(denoise) {
    setProperty("kind", "panel");
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new QWidget(scroll);
    page->setProperty("kind", "page");
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace3, design::kSpace2);
    column->setSpacing(design::kSpace1);

    auto* presetRow = new QHBoxLayout;
    presets_ = new QComboBox(page);
    savePreset_ = new QToolButton(page);
    savePreset_->setIcon(design::icon(QStringLiteral("save")));
    removePreset_ = new QToolButton(page);
    removePreset_->setIcon(design::icon(QStringLiteral("trash")));
    presetRow->addWidget(presets_, 1);
    presetRow->addWidget(savePreset_);
    presetRow->addWidget(removePreset_);
    column->addLayout(presetRow);

    const auto form = [&](Section*& section, bool open) {
        section = new Section(open, page);
        auto* f = new QFormLayout;
        f->setRowWrapPolicy(QFormLayout::WrapLongRows);
        f->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
        f->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        f->setHorizontalSpacing(design::kSpace2);
        f->setVerticalSpacing(design::kSpace1);
        section->body()->addLayout(f);
        column->addWidget(section);
        return f;
    };
    QFormLayout* what = form(what_, true);
    prompt_ = new QPlainTextEdit(page);
    negative_ = new QPlainTextEdit(page);
    const int line = QFontMetrics(design::font(design::TextRole::Body)).height();
    prompt_->setFixedHeight(3 * line + design::kSpace4);
    negative_->setFixedHeight(2 * line + design::kSpace4);
    for (QPlainTextEdit* text : {prompt_, negative_}) {
        text->setTabChangesFocus(true);
        text->installEventFilter(this);
        connect(text, &QPlainTextEdit::textChanged, this, &DenoiseSettingsPanel::edited);
        QLabel* label = addRow(nullptr, text);
        what->addRow(label);
        what->addRow(text);
    }
    class_ = new QComboBox(page);
    addRow(what, class_);
    auto* seedRow = new QWidget(page);
    auto* seedLayout = new QHBoxLayout(seedRow);
    seedLayout->setContentsMargins(0, 0, 0, 0);
    seedLayout->setSpacing(design::kSpace1);
    seed_ = new QLineEdit(seedRow);
    seed_->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{0,20}")), seed_));
    dice_ = new QToolButton(seedRow);
    dice_->setIcon(design::icon(QStringLiteral("dice")));
    seedLayout->addWidget(seed_, 1);
    seedLayout->addWidget(dice_);
    labels_.emplace_back(seed_, addRow(what, seedRow));
    connect(seed_, &QLineEdit::textEdited, this, &DenoiseSettingsPanel::edited);
    connect(dice_, &QToolButton::clicked, this, &DenoiseSettingsPanel::newSeed);

    QFormLayout* how = form(how_, true);
    steps_ = new QSpinBox(page);
    steps_->setRange(1, kMostSteps);
    addRow(how, steps_);
    solver_ = new QComboBox(page);
    spacing_ = new QComboBox(page);
    for (const SolverKind kind : kSolverKinds)
        solver_->addItem(QString(), int(kind));
    for (const StepSpacing kind : kSpacings)
        spacing_->addItem(QString(), int(kind));
    addRow(how, solver_);
    addRow(how, spacing_);
    eta_ = decimal(0, 1, 0.1, 2);
    addRow(how, eta_);
    width_ = new QSpinBox(page);
    height_ = new QSpinBox(page);
    for (QSpinBox* box : {width_, height_}) {
        box->setRange(0, kMostEdge);
        box->setSingleStep(8);
        addRow(how, box);
    }

    QFormLayout* guide = form(guide_, true);
    guidance_ = decimal(0, kMostGuidance, 0.5, 2);
    rescale_ = decimal(0, 1, 0.05, 2);
    begin_ = decimal(0, 100, 5, 0);
    end_ = decimal(0, 100, 5, 0);
    for (QDoubleSpinBox* box : {begin_, end_})
        box->setSuffix(QStringLiteral("\u00A0%"));
    for (QDoubleSpinBox* box : {guidance_, rescale_, begin_, end_})
        addRow(guide, box);

    QFormLayout* start = form(start_, false);
    initPicture_ = new QLabel(page);
    initPicture_->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    initPicture_->setWordWrap(true);
    initPicture_->setProperty("role", "small");
    start->addRow(initPicture_);
    auto* buttons = new FlowRow;
    initFile_ = new QPushButton(page);
    initRun_ = new QPushButton(page);
    initNone_ = new QPushButton(page);
    for (QPushButton* button : {initFile_, initRun_, initNone_})
        buttons->addWidget(button);
    start->addRow(buttons);
    strength_ = decimal(0.01, 1, 0.05, 2);
    addRow(start, strength_);

    QFormLayout* recorded = form(recorded_, false);
    cross_ = new QCheckBox(page);
    features_ = new QCheckBox(page);
    recorded->addRow(cross_);
    recorded->addRow(features_);
    preview_ = new QComboBox(page);
    for (const PreviewKind kind :
         {PreviewKind::None, PreviewKind::Projection, PreviewKind::TinyDecoder, PreviewKind::Decoder})
        preview_->addItem(QString(), int(kind));
    addRow(recorded, preview_);
    budget_ = new QSpinBox(page);
    budget_->setRange(kLeastBudget, kMostBudget);
    budget_->setSingleStep(256);
    budget_->setSuffix(QStringLiteral(" MB"));
    addRow(recorded, budget_);
    column->addStretch(1);
    scroll->setWidget(page);
    outer->addWidget(scroll, 1);
    plan_ = new QLabel(this);
    plan_->setProperty("role", "small");
    plan_->setWordWrap(true);
    plan_->setTextFormat(Qt::PlainText);
    plan_->setContentsMargins(design::kSpace3, design::kSpace1, design::kSpace3, design::kSpace2);
    outer->addWidget(plan_);

    // The longest choice must not make the page wider than the panel: nothing scrolls sideways here.
    for (QComboBox* box : page->findChildren<QComboBox*>()) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }
    for (QSpinBox* box : {steps_, width_, height_, budget_})
        connect(box, &QSpinBox::valueChanged, this, &DenoiseSettingsPanel::edited);
    for (QComboBox* box : {class_, solver_, spacing_, preview_})
        connect(box, &QComboBox::currentIndexChanged, this, &DenoiseSettingsPanel::edited);
    for (QCheckBox* box : {cross_, features_})
        connect(box, &QCheckBox::toggled, this, &DenoiseSettingsPanel::edited);
    connect(initFile_, &QPushButton::clicked, this, &DenoiseSettingsPanel::initFileAsked);
    connect(initRun_, &QPushButton::clicked, this, [this] {
        if (const DenoiseRecordingPtr r = denoise_.recording(); r && r->result)
            denoise_.setInit(imageFromPixels(*r->result));
    });
    connect(initNone_, &QPushButton::clicked, this, [this] { denoise_.setInit({}); });
    connect(presets_, &QComboBox::activated, this, [this](int index) {
        const QJsonObject all = denoise_.extra(QStringLiteral("presets")).toObject();
        const QString text = all[presets_->itemData(index).toString()].toString();
        if (const auto settings = denoise_.functions().fromJson(text.toStdString())) {
            DenoiseSettings next = *settings; // the words and the picture stay
            const DenoiseSettings& now = denoise_.settings();
            next.prompt = now.prompt;
            next.negative = now.negative;
            next.classId = now.classId;
            next.seed = now.seed;
            next.init = now.init;
            next.mask = now.mask;
            denoise_.setSettings(std::move(next));
        }
    });
    connect(savePreset_, &QToolButton::clicked, this, &DenoiseSettingsPanel::savePreset);
    connect(removePreset_, &QToolButton::clicked, this, [this] {
        const QString name = presets_->currentData().toString();
        QJsonObject all = denoise_.extra(QStringLiteral("presets")).toObject();
        if (name.isEmpty() || !all.contains(name) ||
            QMessageBox::question(this, tr("Remove the preset"), tr("Remove the preset \"%1\"?").arg(name)) !=
                QMessageBox::Yes)
            return;
        all.remove(name);
        denoise_.setExtra(QStringLiteral("presets"), all);
        fillPresets();
    });
    connect(&denoise_, &DenoiseController::stateRead, this, &DenoiseSettingsPanel::fillPresets);
    connect(&denoise_, &DenoiseController::settingsChanged, this, &DenoiseSettingsPanel::fillFields);
    connect(&denoise_, &DenoiseController::modelChanged, this, &DenoiseSettingsPanel::showModel);
    connect(&denoise_, &DenoiseController::planChanged, this, &DenoiseSettingsPanel::showPlan);
    connect(&denoise_, &DenoiseController::currentChanged, this, [this] {
        const DenoiseRecordingPtr r = denoise_.recording();
        initRun_->setEnabled(r && r->result);
    });
    initRun_->setEnabled(false);
    retranslate();
}

QLabel* DenoiseSettingsPanel::addRow(QFormLayout* form, QWidget* field) {
    auto* label = new QLabel(this);
    label->setProperty("role", "small");
    label->setTextFormat(Qt::PlainText);
    label->setBuddy(field);
    labels_.emplace_back(field, label);
    if (form != nullptr)
        form->addRow(label, field);
    return label;
}

QDoubleSpinBox* DenoiseSettingsPanel::decimal(double low, double high, double step, int decimals) {
    auto* box = new design::DecimalBox(this);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setDecimals(decimals);
    connect(box, &QDoubleSpinBox::valueChanged, this, &DenoiseSettingsPanel::edited);
    return box;
}

void DenoiseSettingsPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if ((event->oldSize().height() < kRoomForPlan) != (height() < kRoomForPlan))
        showPlan();
}

void DenoiseSettingsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

bool DenoiseSettingsPanel::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if ((key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) &&
            (key->modifiers() & Qt::ControlModifier) != 0) {
            emit runAsked();
            return true;
        }
    }
    return QWidget::eventFilter(object, event);
}

void DenoiseSettingsPanel::focusPrompt() {
    (prompt_->isVisible() ? static_cast<QWidget*>(prompt_) : seed_)->setFocus();
}

void DenoiseSettingsPanel::newSeed() {
    DenoiseSettings s = denoise_.settings();
    s.seed = QRandomGenerator::global()->generate(); // 32 bits: short enough to be told to somebody
    denoise_.setSettings(std::move(s));
}

void DenoiseSettingsPanel::showModel() {
    const DiffusionModelPtr& model = denoise_.model();
    const bool words = !model || model->textEncoder != nullptr;
    const bool classes = model && !model->info.classNames.empty();
    const bool latents = model && model->autoencoder != nullptr;
    const auto visible = [this](QWidget* field, bool on) {
        field->setVisible(on);
        for (const auto& [of, label] : labels_)
            if (of == field)
                label->setVisible(on);
    };
    visible(prompt_, words);
    visible(negative_, words);
    visible(class_, classes);
    visible(preview_, latents);
    {
        const bool before = showing_;
        showing_ = true;
        class_->clear();
        class_->addItem(tr("none"), -1);
        if (classes)
            for (std::size_t i = 0; i < model->info.classNames.size(); ++i)
                class_->addItem(QString::fromStdString(model->info.classNames[i]), int(i));
        showing_ = before;
    }
    const bool cross = !model || !model->denoiser->info().crossBlocks.empty();
    cross_->setVisible(cross);
    features_->setVisible(!model || !model->denoiser->info().featureBlocks.empty());
    fillFields();
}

void DenoiseSettingsPanel::fillFields() {
    const bool before = showing_;
    showing_ = true;
    const DenoiseSettings& s = denoise_.settings();
    const auto text = [](QPlainTextEdit* edit, const std::string& value) {
        const QString wanted = QString::fromStdString(value);
        if (edit->toPlainText() != wanted) // leaves the cursor where it is
            edit->setPlainText(wanted);
    };
    text(prompt_, s.prompt);
    text(negative_, s.negative);
    class_->setCurrentIndex(std::max(0, class_->findData(s.classId)));
    // Whoever is typing may empty the field for a moment: that is 0.
    const bool emptied = seed_->hasFocus() && seed_->text().isEmpty() && s.seed == 0;
    if (seed_->text() != QString::number(s.seed) && !emptied)
        seed_->setText(QString::number(s.seed));
    steps_->setValue(s.steps);
    solver_->setCurrentIndex(solver_->findData(int(s.solver)));
    spacing_->setCurrentIndex(spacing_->findData(int(s.spacing)));
    solver_->setToolTip(solverHelp(s.solver));
    spacing_->setToolTip(spacingHelp(s.spacing));
    eta_->setValue(s.eta);
    eta_->setEnabled(s.solver == SolverKind::Ddim);
    guidance_->setValue(s.guidance);
    rescale_->setValue(s.guidanceRescale);
    begin_->setValue(s.guidanceBegin * 100);
    end_->setValue(s.guidanceEnd * 100);
    width_->setValue(s.width);
    height_->setValue(s.height);
    strength_->setValue(s.strength);
    strength_->setEnabled(s.init != nullptr);
    initNone_->setEnabled(s.init != nullptr);
    if (s.init)
        initPicture_->setPixmap(QPixmap::fromImage(
            imageFromPixels(*s.init).scaled(kInitEdge, kInitEdge, Qt::KeepAspectRatio, Qt::SmoothTransformation)));
    else
        initPicture_->setText(tr("Runs start from pure noise. With a picture they start from it, with noise added."));
    const DenoiseRecord& r = denoise_.record();
    cross_->setChecked(r.cross);
    features_->setChecked(r.features);
    preview_->setCurrentIndex(std::max(0, preview_->findData(int(r.preview))));
    budget_->setValue(int(std::min<std::size_t>(r.byteBudget >> 20U, kMostBudget)));
    showing_ = before;
}

void DenoiseSettingsPanel::edited() {
    if (showing_)
        return;
    DenoiseSettings s = denoise_.settings();
    s.prompt = prompt_->toPlainText().toStdString();
    s.negative = negative_->toPlainText().toStdString();
    if (class_->count() > 1)
        s.classId = class_->currentData().toInt();
    bool ok = false;
    const quint64 seed = seed_->text().toULongLong(&ok);
    if (ok || seed_->text().isEmpty())
        s.seed = ok ? seed : 0;
    s.steps = steps_->value();
    s.solver = SolverKind(solver_->currentData().toInt());
    s.spacing = StepSpacing(spacing_->currentData().toInt());
    s.eta = eta_->value();
    s.guidance = guidance_->value();
    s.guidanceRescale = rescale_->value();
    s.guidanceBegin = begin_->value() / 100;
    s.guidanceEnd = end_->value() / 100;
    s.width = width_->value();
    s.height = height_->value();
    s.strength = strength_->value();
    DenoiseRecord r = denoise_.record();
    r.cross = cross_->isChecked();
    r.features = features_->isChecked();
    r.preview = PreviewKind(preview_->currentData().toInt());
    r.byteBudget = std::size_t(budget_->value()) << 20U;
    denoise_.setSettings(std::move(s));
    denoise_.setRecord(r);
}

void DenoiseSettingsPanel::fillPresets() {
    const QSignalBlocker block(presets_);
    const QString before = presets_->currentData().toString();
    presets_->clear();
    const QJsonObject all = denoise_.extra(QStringLiteral("presets")).toObject();
    presets_->addItem(tr("Presets"), QString());
    for (const QString& name : all.keys())
        presets_->addItem(name, name);
    presets_->setCurrentIndex(std::max(0, presets_->findData(before)));
}

void DenoiseSettingsPanel::savePreset() {
    bool ok = false;
    const QString name =
        QInputDialog::getText(this, tr("Keep as a preset"), tr("Name:"), QLineEdit::Normal, {}, &ok).trimmed();
    if (!ok || name.isEmpty())
        return;
    QJsonObject all = denoise_.extra(QStringLiteral("presets")).toObject();
    all[name] = QString::fromStdString(denoise_.functions().toJson(denoise_.settings()));
    denoise_.setExtra(QStringLiteral("presets"), all);
    fillPresets();
    presets_->setCurrentIndex(std::max(0, presets_->findData(name)));
}

} // namespace vitral
