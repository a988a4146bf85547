// SPDX-License-Identifier: Apache-2.0
// The side panel's fields to and from GenerationSettings, and its words.
#include "widgets/inside/value_text.h"
#include "widgets/panels/parameters.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/shell/undo_list.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QFormLayout>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>

namespace vitral {
namespace {

QString stageName(SamplerStage stage) {
    const auto t = [](const char* text) { return QCoreApplication::translate("vitral::SettingsPanel", text); };
    switch (stage) {
    case SamplerStage::LogitBias:
        return t(QT_TRANSLATE_NOOP("vitral::SettingsPanel", "Token bias"));
    case SamplerStage::Grammar:
        return t(QT_TRANSLATE_NOOP("vitral::SettingsPanel", "Grammar"));
    case SamplerStage::Penalties:
        return t(QT_TRANSLATE_NOOP("vitral::SettingsPanel", "Penalties"));
    case SamplerStage::Dry:
        return QStringLiteral("DRY");
    case SamplerStage::TopNSigma:
        return QStringLiteral("Top-n-sigma");
    case SamplerStage::TopK:
        return QStringLiteral("Top-k");
    case SamplerStage::Typical:
        return QStringLiteral("Typical-p");
    case SamplerStage::TopP:
        return QStringLiteral("Top-p");
    case SamplerStage::MinP:
        return QStringLiteral("Min-p");
    case SamplerStage::Xtc:
        return QStringLiteral("XTC");
    case SamplerStage::Temperature:
        return t(QT_TRANSLATE_NOOP("vitral::SettingsPanel", "Temperature"));
    case SamplerStage::Mirostat2:
        return QStringLiteral("Mirostat 2");
    }
    return {};
}

QString biasText(const SamplerParams& params) {
    QStringList lines;
    for (const auto& [id, value] : params.logitBias)
        lines << QStringLiteral("%1: %2").arg(id).arg(static_cast<double>(value));
    return lines.join(QLatin1Char('\n'));
}

std::vector<std::pair<TokenId, float>> parseBias(const QString& text) {
    std::vector<std::pair<TokenId, float>> out;
    for (const QString& line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        const QStringList parts = line.split(QLatin1Char(':'));
        bool okId = false;
        bool okValue = false;
        const int id = parts.value(0).trimmed().toInt(&okId);
        const float value = parts.value(1).trimmed().toFloat(&okValue);
        if (okId && okValue && id >= 0)
            out.emplace_back(id, value);
    }
    return out;
}

} // namespace

void SettingsPanel::setSettings(const GenerationSettings& settings) {
    if (settings == settings_)
        return;
    settings_ = settings;
    refresh();
}

void SettingsPanel::collect() {
    delay_->stop();
    GenerationSettings s = settings_;
    for (const ParameterRow* row : rows_)
        row->apply(s);
    s.systemPrompt = systemText_->toPlainText();
    s.sampler.grammar = grammar_->toPlainText().trimmed().toStdString();
    s.sampler.jsonSchema = schema_->toPlainText().trimmed().toStdString();
    s.sampler.logitBias = parseBias(bias_->toPlainText());
    s.sampler.mirostat2 = mirostat_->isChecked();
    s.nCtx = nCtx_->value();
    s.kvType = static_cast<DType>(kv_->currentData().toInt());
    s.contextShift = shift_->isChecked();
    s.thinking = thinking_->isChecked();
    s.sampler.order.clear();
    for (int i = 0; i < orderList_->count(); ++i)
        s.sampler.order.push_back(static_cast<SamplerStage>(orderList_->item(i)->data(Qt::UserRole).toInt()));
    if (s == settings_)
        return;
    settings_ = s;
    refreshPresets();
    emit changed(settings_);
}

void SettingsPanel::refresh() {
    refreshing_ = true;
    for (ParameterRow* row : rows_)
        row->show(settings_);
    const auto put = [](QPlainTextEdit* edit, const QString& text) {
        if (edit->toPlainText() != text)
            edit->setPlainText(text);
    };
    put(systemText_, settings_.systemPrompt);
    put(grammar_, QString::fromStdString(settings_.sampler.grammar));
    put(schema_, QString::fromStdString(settings_.sampler.jsonSchema));
    put(bias_, biasText(settings_.sampler));
    mirostat_->setChecked(settings_.sampler.mirostat2);
    nCtx_->setValue(settings_.nCtx);
    kv_->setCurrentIndex(kv_->findData(static_cast<int>(settings_.kvType)));
    shift_->setChecked(settings_.contextShift);
    thinking_->setChecked(settings_.thinking);
    refreshOrder();
    refreshing_ = false;
    refreshPresets();
    refreshModel();
}

void SettingsPanel::refreshOrder() {
    orderList_->clear();
    for (const SamplerStage stage : settings_.sampler.order) {
        auto* item = new QListWidgetItem(stageName(stage), orderList_);
        item->setData(Qt::UserRole, static_cast<int>(stage));
    }
}

void SettingsPanel::refreshPresets() {
    preset_->clear();
    int current = -1;
    // A preset is the current one when the sampling is the same, whatever the seed and the system prompt.
    const auto alike = [this](GenerationSettings other) {
        other.systemPrompt = settings_.systemPrompt;
        other.nCtx = settings_.nCtx;
        other.kvType = settings_.kvType;
        other.contextShift = settings_.contextShift;
        other.maxTokens = settings_.maxTokens;
        other.thinking = settings_.thinking;
        other.sampler.seed = settings_.sampler.seed;
        return other == settings_;
    };
    int index = 0;
    for (const BuiltInPreset& preset : builtInPresets()) {
        preset_->addItem(QCoreApplication::translate("vitral::Presets", preset.name), index++);
        preset_->setItemData(preset_->count() - 1, QCoreApplication::translate("vitral::Presets", preset.tip),
                             Qt::ToolTipRole);
        if (current < 0 && alike(preset.make()))
            current = preset_->count() - 1;
    }
    const QStringList own = presets_.names();
    if (!own.isEmpty())
        preset_->insertSeparator(preset_->count());
    for (const QString& name : own) {
        preset_->addItem(name, name);
        if (presets_.load(name) == settings_)
            current = preset_->count() - 1;
    }
    if (current < 0) {
        preset_->insertItem(0, tr("Own settings"), -1);
        current = 0;
    }
    preset_->setCurrentIndex(current);
    removePreset_->setEnabled(preset_->currentData().typeId() == QMetaType::QString);
}

void SettingsPanel::savePreset() {
    bool ok = false;
    const QString name =
        QInputDialog::getText(this, tr("Save preset"), tr("Name of the preset:"), QLineEdit::Normal, {}, &ok);
    if (!ok || name.trimmed().isEmpty())
        return;
    collect();
    const QStringList there = presets_.names();
    const bool replaces = there.contains(name.trimmed());
    const GenerationSettings before = replaces ? presets_.load(name.trimmed()) : GenerationSettings();
    const auto put = [this, key = name.trimmed(), now = settings_] {
        presets_.save(key, now);
        refreshPresets();
    };
    put();
    UndoList::shared().push(
        tr("Saving a preset"),
        [this, key = name.trimmed(), replaces, before] {
            if (replaces)
                presets_.save(key, before);
            else
                presets_.remove(key);
            refreshPresets();
        },
        put, {}, this);
}

void SettingsPanel::refreshModel() {
    while (infoForm_->rowCount() > 0)
        infoForm_->removeRow(0);
    const QLocale locale;
    const auto row = [this](const QString& label, const QString& value) {
        auto* name = new QLabel(label, info_);
        name->setProperty("role", "small");
        auto* text = new QLabel(value, info_);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        infoForm_->addRow(name, text);
    };
    const std::shared_ptr<const Model>& model = model_.model();
    if (!model) {
        row(tr("Model"), tr("none loaded"));
        memory_->clear();
        thinking_->setVisible(false);
        return;
    }
    const ModelConfig& c = model->config();
    row(tr("Name"), QString::fromStdString(c.name));
    row(tr("Architecture"), QString::fromStdString(c.architecture));
    row(tr("Parameters"), locale.toString(static_cast<qlonglong>(c.nParameter)));
    row(tr("Quantisation"), QString::fromStdString(c.quantisation));
    row(tr("Weights"), sizeText(static_cast<double>(c.weightBytes)));
    row(tr("Layers"), locale.toString(static_cast<qlonglong>(c.nLayer)));
    row(tr("Width"), locale.toString(static_cast<qlonglong>(c.nEmbd)));
    row(tr("Attention heads"),
        tr("%1, of keys %2")
            .arg(locale.toString(static_cast<qlonglong>(c.nHead)), locale.toString(static_cast<qlonglong>(c.nKvHead))));
    if (c.nExpert > 0)
        row(tr("Experts"), tr("%1, %2 per token")
                               .arg(locale.toString(static_cast<qlonglong>(c.nExpert)),
                                    locale.toString(static_cast<qlonglong>(c.nExpertUsed))));
    row(tr("Vocabulary"), locale.toString(static_cast<qlonglong>(c.nVocab)));
    row(tr("Trained context"), tr("%1 tokens").arg(locale.toString(static_cast<qlonglong>(c.nCtxTrain))));
    row(tr("Loaded in"), tr("%1 s").arg(locale.toString(model_.loadSeconds(), 'f', 2)));

    const DType kv = static_cast<DType>(kv_->currentData().toInt());
    // As the chat and the room count it: of the tokens that are used.
    const std::int64_t nCtx = c.nCtxTrain > 0 ? std::min<std::int64_t>(nCtx_->value(), c.nCtxTrain) : nCtx_->value();
    const KvSpec spec = model->kvSpec(nCtx, kv);
    QString memory = tr("A full window of %1 tokens takes %2 of memory.")
                         .arg(locale.toString(static_cast<qlonglong>(nCtx)),
                              sizeText(static_cast<double>(spec.bytesPerToken()) * static_cast<double>(nCtx)));
    if (c.nCtxTrain > 0 && nCtx_->value() > c.nCtxTrain)
        memory += QLatin1Char(' ') + tr("The model was trained for %1 tokens; no more are used.")
                                         .arg(locale.toString(static_cast<qlonglong>(c.nCtxTrain)));
    memory_->setText(memory);
    thinking_->setVisible(model_.capabilities().thinking);
}

void SettingsPanel::retranslate() {
    search_->setPlaceholderText(tr("Search the settings"));
    search_->setAccessibleName(search_->placeholderText());
    more_->setText(tr("Show all settings"));
    nothing_->setText(tr("No setting has these words."));
    system_->setTitle(tr("System prompt"));
    systemText_->setPlaceholderText(tr("How the model should behave, in your own words. Empty: the template's own."));
    systemText_->setAccessibleName(tr("System prompt"));
    sampling_->setTitle(tr("Sampling"));
    repetition_->setTitle(tr("Repetition"));
    truncation_->setTitle(tr("More ways to cut"));
    temperature_->setTitle(tr("Moving temperature"));
    order_->setTitle(tr("Order of the samplers"));
    format_->setTitle(tr("Form of the answer"));
    context_->setTitle(tr("Context window"));
    info_->setTitle(tr("Model"));
    const auto name = [](QWidget* w, const QString& text) {
        w->setToolTip(text);
        w->setAccessibleName(text);
    };
    name(preset_, tr("Preset"));
    name(savePreset_, tr("Save as preset"));
    name(removePreset_, tr("Delete this preset"));
    name(up_, tr("Earlier"));
    name(down_, tr("Later"));
    name(orderList_, tr("Samplers in the order they run"));
    resetOrder_->setText(tr("Usual order"));
    mirostat_->setText(tr("Mirostat 2"));
    mirostat_->setToolTip(tr("Steers the surprise per token to a target; replaces the cuts above."));
    grammarLabel_->setText(tr("Grammar (GBNF): the answer can only be what it allows"));
    schemaLabel_->setText(tr("JSON schema (used when there is no grammar)"));
    biasLabel_->setText(tr("Token bias, one \u201Cid: value\u201D on a line"));
    grammar_->setAccessibleName(tr("Grammar"));
    schema_->setAccessibleName(tr("JSON schema"));
    bias_->setAccessibleName(tr("Token bias"));
    nCtxLabel_->setText(tr("Tokens"));
    nCtx_->setAccessibleName(tr("Tokens in the context window"));
    kvLabel_->setText(tr("Key-value cache"));
    kv_->setAccessibleName(tr("Type of the key-value cache"));
    kv_->setItemText(0, tr("16 bit"));
    kv_->setItemText(1, tr("8 bit (half the memory)"));
    shift_->setText(tr("When full, forget the oldest half"));
    shift_->setToolTip(tr("Otherwise the answer stops and says why."));
    thinking_->setText(tr("Let the model think first"));
    for (ParameterRow* row : rows_)
        row->retranslate();
    refreshing_ = true;
    refreshOrder();
    refreshing_ = false;
    refreshPresets();
    refreshModel();
}

} // namespace vitral
