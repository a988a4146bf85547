// SPDX-License-Identifier: Apache-2.0
// Making the panel; what its fields mean is in settings_values.cpp.
#include "widgets/panels/settings_panel.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/parameters.h"
#include "widgets/panels/section.h"
#include "widgets/shell/undo_list.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace vitral {
namespace {
constexpr int kEditDelayMs = 250;
constexpr int kMaxContext = 1 << 20;

QPlainTextEdit* textField(QWidget* parent, int lines, bool code) {
    auto* edit = new QPlainTextEdit(parent);
    edit->setTabChangesFocus(true);
    if (code)
        edit->setFont(design::codeFont(design::TextRole::Small));
    edit->setFixedHeight(edit->fontMetrics().lineSpacing() * lines + 2 * design::kSpace2 + 4);
    return edit;
}

QLabel* caption(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setProperty("role", "small");
    label->setWordWrap(true);
    return label;
}

QToolButton* smallButton(QWidget* parent, const QString& icon) {
    auto* b = new QToolButton(parent);
    b->setIcon(design::icon(icon, design::IconTone::Muted));
    b->setIconSize({design::kIconSmall, design::kIconSmall});
    return b;
}
} // namespace

SettingsPanel::SettingsPanel(ModelSession& model, PresetStore presets, QWidget* parent)
    : QWidget(parent), model_(model), presets_(std::move(presets)) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    search_ = new QLineEdit(this);
    search_->setClearButtonEnabled(true);
    search_->addAction(design::icon(QStringLiteral("search"), design::IconTone::Muted), QLineEdit::LeadingPosition);
    auto* head = new QVBoxLayout;
    head->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, 0);
    head->addWidget(search_);
    outer->addLayout(head);
    connect(search_, &QLineEdit::textChanged, this, &SettingsPanel::filter);
    scroll_ = new QScrollArea(this);
    QScrollArea* scroll = scroll_;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    page_ = new QWidget(scroll);
    page_->setProperty("kind", "page");
    column_ = new QVBoxLayout(page_);
    column_->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, design::kSpace4);
    column_->setSpacing(design::kSpace1);
    scroll->setWidget(page_);
    page_->installEventFilter(this);
    outer->addWidget(scroll);
    delay_ = new QTimer(this);
    delay_->setSingleShot(true);
    delay_->setInterval(kEditDelayMs);
    connect(delay_, &QTimer::timeout, this, &SettingsPanel::collect);
    makePresets();
    makeSystemPrompt();
    makeSampling();
    makeFormat();
    makeContext();
    makeModelInfo();
    nothing_ = caption(page_);
    nothing_->hide();
    column_->addWidget(nothing_);
    more_ = new QPushButton(page_);
    more_->setProperty("kind", "link");
    more_->hide();
    column_->addWidget(more_, 0, Qt::AlignLeft);
    connect(more_, &QPushButton::clicked, this, [this] {
        showAll_ = true;
        filter();
    });
    column_->addStretch(1);
    connect(&model_, &ModelSession::changed, this, &SettingsPanel::refreshModel);
    connect(scroll_->verticalScrollBar(), &QScrollBar::rangeChanged, this, &SettingsPanel::follow);
    connect(scroll_->verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] { followed_ = nullptr; });
    retranslate();
    refresh();
}

Section* SettingsPanel::addSection(bool open, Depth from) {
    auto* section = new Section(open, page_);
    added_[section] = from;
    column_->insertWidget(column_->indexOf(nothing_), section); // above what stands at the end
    if (samplerLike_ == nullptr)
        samplerLike_ = section;
    section->installEventFilter(this);
    connect(section, &Section::toggled, this, [this, section](bool opened) {
        followed_ = opened ? section : nullptr;
        follow();
    });
    return section;
}

void SettingsPanel::makePresets() {
    auto* row = new QHBoxLayout;
    row->setSpacing(design::kSpace1);
    preset_ = new QComboBox(page_);
    preset_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    preset_->setMinimumContentsLength(10);
    savePreset_ = smallButton(page_, QStringLiteral("plus"));
    removePreset_ = smallButton(page_, QStringLiteral("trash"));
    row->addWidget(preset_, 1);
    row->addWidget(savePreset_);
    row->addWidget(removePreset_);
    column_->addLayout(row);
    column_->addSpacing(design::kSpace2);
    connect(preset_, &QComboBox::activated, this, [this](int index) {
        const QVariant kind = preset_->itemData(index);
        GenerationSettings chosen;
        if (kind.typeId() == QMetaType::Int && kind.toInt() >= 0)
            chosen = builtInPresets()[static_cast<std::size_t>(kind.toInt())].make();
        else if (kind.typeId() == QMetaType::QString)
            chosen = presets_.load(kind.toString());
        else
            return;
        if (kind.typeId() == QMetaType::Int) { // built-in ones say how to sample, nothing else
            chosen.systemPrompt = settings_.systemPrompt;
            chosen.nCtx = settings_.nCtx;
            chosen.kvType = settings_.kvType;
            chosen.contextShift = settings_.contextShift;
            chosen.maxTokens = settings_.maxTokens;
            chosen.thinking = settings_.thinking;
            chosen.sampler.seed = settings_.sampler.seed;
        }
        settings_ = chosen;
        refresh();
        emit changed(settings_);
    });
    connect(savePreset_, &QToolButton::clicked, this, &SettingsPanel::savePreset);
    connect(removePreset_, &QToolButton::clicked, this, [this] {
        if (preset_->currentData().typeId() == QMetaType::QString) {
            const QString name = preset_->currentData().toString();
            const GenerationSettings kept = presets_.load(name);
            const auto put = [this](const auto& change) {
                change();
                refreshPresets();
            };
            const auto remove = [this, put, name] { put([this, name] { presets_.remove(name); }); };
            UndoList::shared().push(
                tr("Deleting a preset"),
                [this, put, name, kept] { put([this, name, kept] { presets_.save(name, kept); }); }, remove, {}, this);
            remove();
        }
    });
}

void SettingsPanel::makeSystemPrompt() {
    system_ = new Section(true, page_);
    column_->addWidget(system_);
    systemText_ = textField(page_, 4, false);
    system_->body()->addWidget(systemText_);
    connect(systemText_, &QPlainTextEdit::textChanged, this, [this] {
        if (!refreshing_)
            delay_->start();
    });
}

void SettingsPanel::addRows(QVBoxLayout* body, std::span<const ParameterInfo> infos) {
    for (const ParameterInfo& info : infos) {
        auto* row = new ParameterRow(info, page_);
        body->addWidget(row);
        rows_.push_back(row);
        connect(row, &ParameterRow::edited, this, [this] {
            if (!refreshing_)
                delay_->start();
        });
    }
}

void SettingsPanel::makeSampling() {
    const auto section = [this](bool open) {
        auto* s = new Section(open, page_);
        column_->addWidget(s);
        return s;
    };
    sampling_ = section(true);
    addRows(sampling_->body(), basicParameters());
    repetition_ = section(false);
    addRows(repetition_->body(), repetitionParameters());
    truncation_ = section(false);
    addRows(truncation_->body(), truncationParameters());
    temperature_ = section(false);
    mirostat_ = new QCheckBox(page_);
    temperature_->body()->addWidget(mirostat_);
    addRows(temperature_->body(), temperatureParameters());
    connect(mirostat_, &QCheckBox::toggled, this, [this] {
        if (!refreshing_)
            collect();
    });

    order_ = section(false);
    orderList_ = new QListWidget(page_);
    orderList_->setDragDropMode(QAbstractItemView::InternalMove);
    orderList_->setFixedHeight(11 * 30);
    order_->body()->addWidget(orderList_);
    auto* row = new QHBoxLayout;
    up_ = smallButton(page_, QStringLiteral("chevron-up"));
    down_ = smallButton(page_, QStringLiteral("chevron-down"));
    resetOrder_ = new QPushButton(page_);
    resetOrder_->setProperty("kind", "link");
    row->addWidget(up_);
    row->addWidget(down_);
    row->addStretch();
    row->addWidget(resetOrder_);
    order_->body()->addLayout(row);
    const auto move = [this](int step) {
        const int at = orderList_->currentRow();
        const int to = at + step;
        if (at < 0 || to < 0 || to >= orderList_->count())
            return;
        orderList_->insertItem(to, orderList_->takeItem(at));
        orderList_->setCurrentRow(to);
        collect();
    };
    connect(up_, &QToolButton::clicked, this, [move] { move(-1); });
    connect(down_, &QToolButton::clicked, this, [move] { move(1); });
    connect(orderList_->model(), &QAbstractItemModel::rowsMoved, this, [this] { collect(); });
    connect(resetOrder_, &QPushButton::clicked, this, [this] {
        settings_.sampler.order = SamplerParams().order;
        refreshOrder();
        emit changed(settings_);
    });
}

void SettingsPanel::makeFormat() {
    format_ = new Section(false, page_);
    column_->addWidget(format_);
    const auto field = [this](QLabel*& label, QPlainTextEdit*& edit, int lines) {
        label = caption(page_);
        edit = textField(page_, lines, true);
        label->setBuddy(edit);
        format_->body()->addWidget(label);
        format_->body()->addWidget(edit);
        connect(edit, &QPlainTextEdit::textChanged, this, [this] {
            if (!refreshing_)
                delay_->start();
        });
    };
    field(grammarLabel_, grammar_, 4);
    field(schemaLabel_, schema_, 4);
    field(biasLabel_, bias_, 2);
}

void SettingsPanel::makeContext() {
    context_ = new Section(false, page_);
    column_->addWidget(context_);
    auto* form = new QFormLayout;
    form->setRowWrapPolicy(QFormLayout::DontWrapRows);
    form->setHorizontalSpacing(design::kSpace3);
    form->setVerticalSpacing(design::kSpace2);
    nCtx_ = new QSpinBox(page_);
    nCtx_->setRange(64, kMaxContext);
    nCtx_->setSingleStep(1024);
    nCtx_->setGroupSeparatorShown(true);
    nCtx_->setKeyboardTracking(false);
    kv_ = new QComboBox(page_);
    kv_->addItem({}, static_cast<int>(DType::F16));
    kv_->addItem({}, static_cast<int>(DType::Q8_0));
    nCtxLabel_ = new QLabel(page_);
    kvLabel_ = new QLabel(page_);
    form->addRow(nCtxLabel_, nCtx_);
    form->addRow(kvLabel_, kv_);
    context_->body()->addLayout(form);
    memory_ = caption(page_);
    context_->body()->addWidget(memory_);
    shift_ = new QCheckBox(page_);
    thinking_ = new QCheckBox(page_);
    context_->body()->addWidget(shift_);
    context_->body()->addWidget(thinking_);
    connect(nCtx_, &QSpinBox::valueChanged, this, [this] {
        if (!refreshing_)
            delay_->start();
        refreshModel();
    });
    connect(kv_, &QComboBox::activated, this, [this] {
        collect();
        refreshModel();
    });
    for (QCheckBox* box : {shift_, thinking_})
        connect(box, &QCheckBox::toggled, this, [this] {
            if (!refreshing_)
                collect();
        });
}

void SettingsPanel::makeModelInfo() {
    info_ = new Section(false, page_);
    column_->addWidget(info_);
    infoForm_ = new QFormLayout;
    infoForm_->setHorizontalSpacing(design::kSpace3);
    infoForm_->setVerticalSpacing(design::kSpace1);
    info_->body()->addLayout(infoForm_);
}

// The panel is as wide as its widest words need, in every language and at every font size.
bool SettingsPanel::eventFilter(QObject* object, QEvent* event) {
    if (object == page_ && event->type() == QEvent::LayoutRequest) {
        const int width = page_->minimumSizeHint().width() + scroll_->verticalScrollBar()->sizeHint().width();
        scroll_->setMinimumWidth(width);
        setMinimumWidth(width); // the dock gave it one of its own, which would win
    }
    if (object == followed_ && event->type() == QEvent::Resize)
        follow();
    return QWidget::eventFilter(object, event);
}

// What opens at the foot of the panel would open out of sight, and it may grow once more is known.
void SettingsPanel::follow() {
    QTimer::singleShot(0, this, [this] {
        if (followed_ == nullptr)
            return;
        const int top = followed_->y();
        scroll_->ensureVisible(0, top + followed_->height(), 0, 0);
        scroll_->ensureVisible(0, top, 0, 0);
    });
}

void SettingsPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
