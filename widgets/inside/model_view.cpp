// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/model_view.h"
#include "widgets/inside/flow_row.h"

#include "core/runtime/explain_task.h"
#include "core/trace/operations.h"
#include "widgets/chat/error_text.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/operation_map.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {

namespace {
constexpr std::int64_t kPrefillTokens = 128;
constexpr std::int64_t kPastTokens = 128;
constexpr std::int64_t kPastAtFirst = 256;
constexpr int kLeastHeight = 460, kLeastMap = 160;
constexpr int kSideBySide = 860; ///< width from which details stand beside the picture
} // namespace

ModelView::ModelView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {
    QWidget* page = scrollingPage();
    page->setMinimumHeight(kLeastHeight);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new FlowRow;
    passLabel_ = new QLabel(page);
    passLabel_->setProperty("role", "small");
    pass_ = new QComboBox(page);
    pass_->addItem(QString(), int(PassKind::Decode));
    pass_->addItem(QString(), int(PassKind::Prefill));
    measureLabel_ = new QLabel(page);
    measureLabel_->setProperty("role", "small");
    measure_ = new QComboBox(page);
    for (const OperationMeasure m : {OperationMeasure::Time, OperationMeasure::Bytes, OperationMeasure::Flops})
        measure_->addItem(QString(), int(m));
    openAll_ = new QPushButton(page);
    openAll_->setCheckable(true);
    again_ = new QPushButton(page);
    row->addWidget(passLabel_);
    row->addWidget(pass_);
    row->addWidget(measureLabel_);
    row->addWidget(measure_);
    row->addWidget(openAll_);
    row->addWidget(again_);
    column->addLayout(row);
    summary_ = new QLabel(page);
    summary_->setProperty("role", "small");
    summary_->setWordWrap(true);
    summary_->setTextFormat(Qt::RichText);
    summary_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    connect(summary_, &QLabel::linkActivated, this,
            [this] { unfoldNode(-1, summary_->mapToGlobal(summary_->rect().center())); });
    column->addWidget(summary_);
    summary_->hide();
    splitter_ = new QSplitter(Qt::Vertical, page);
    splitter_->setChildrenCollapsible(false);
    map_ = new OperationMap(splitter_);
    map_->setMinimumHeight(kLeastMap);
    splitter_->addWidget(map_);
    auto* scroll = new QScrollArea(splitter_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* side = new QWidget(scroll);
    side->setProperty("kind", "page");
    auto* sideColumn = new QVBoxLayout(side);
    sideColumn->setContentsMargins(design::kSpace2, 0, design::kSpace1, 0);
    sideColumn->setSpacing(design::kSpace2);
    const auto words = [&] {
        auto* label = new QLabel(side);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
        sideColumn->addWidget(label);
        return label;
    };
    detail_ = words();
    detail_->setFont(design::font(design::TextRole::Small));
    unfold_ = new QPushButton(side);
    auto* unfoldRow = new FlowRow;
    unfoldRow->addWidget(unfold_);
    sideColumn->addLayout(unfoldRow);
    auto* tensorRow = new FlowRow;
    tensor_ = new QComboBox(side);
    record_ = new QPushButton(side);
    record_->setObjectName(QStringLiteral("recordTensor"));
    tensorRow->addWidget(tensor_);
    tensorRow->addWidget(record_);
    difference_ = new QCheckBox(side);
    difference_->setChecked(true);
    difference_->hide();
    tensorRow->addWidget(difference_);
    unfoldTensor_ = new QPushButton(side);
    unfoldTensor_->setObjectName(QStringLiteral("unfoldTensor"));
    tensorRow->addWidget(unfoldTensor_);
    sideColumn->addLayout(tensorRow);
    statistics_ = words();
    statistics_->setFont(design::font(design::TextRole::Small));
    histogram_ = new LineChart(side);
    histogram_->setMaximumHeight(260);
    sideColumn->addWidget(histogram_, 1);
    sideColumn->addStretch(0);
    scroll->setWidget(side);
    splitter_->addWidget(scroll);
    splitter_->setStretchFactor(0, 3);
    splitter_->setStretchFactor(1, 2);
    column->addWidget(splitter_, 1);

    connect(pass_, &QComboBox::currentIndexChanged, this, [this] { measureAgain(false); });
    connect(measure_, &QComboBox::currentIndexChanged, this,
            [this] { map_->setMeasure(static_cast<OperationMeasure>(measure_->currentData().toInt())); });
    connect(again_, &QPushButton::clicked, this, [this] { measureAgain(true); });
    connect(openAll_, &QPushButton::toggled, this, [this](bool on) {
        map_->openAll(on);
        openAll_->setText(on ? tr("Close all") : tr("Open all"));
    });
    connect(map_, &OperationMap::currentChanged, this, &ModelView::fillDetail);
    connect(tensor_, &QComboBox::currentIndexChanged, this, &ModelView::fillTensor);
    connect(difference_, &QCheckBox::toggled, this, &ModelView::fillTensor);
    connect(record_, &QPushButton::clicked, this, &ModelView::recordTensor);
    connect(unfold_, &QPushButton::clicked, this, &ModelView::unfoldOperation);
    connect(unfoldTensor_, &QPushButton::clicked, this, &ModelView::unfoldTensor);
    connect(histogram_, &LineChart::unfoldAsked, this, &ModelView::unfoldTensor);
    retranslate();
}

QString ModelView::title() const {
    return tr("Model");
}

QString ModelView::help() const {
    return tr(
        "Every operation of one real pass, in order, with what it cost. The line on the left is the residual stream; "
        "blocks read it and add to it. Choose an operation to see what it wrote.");
}

void ModelView::recordingChanged(bool) {
    if (shownModel_ != inside().loadedModel().get())
        measureAgain(false);
    fillTensor();
}

void ModelView::otherChanged() {
    fillTensor();
}

void ModelView::selectionChanged(const Selection& selection, QObject* origin) {
    if (origin == this)
        return;
    fillTensor();
    if (selection.layer < 0 || !list_)
        return;
    const int now = map_->current();
    const OperationTree& tree = map_->tree();
    if (now >= 0 && tree.nodes[std::size_t(now)].firstLayer == selection.layer)
        return;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i)
        if (tree.nodes[i].kind == OperationNodeKind::Layer && tree.nodes[i].firstLayer == selection.layer) {
            const QSignalBlocker quiet(map_);
            map_->setCurrent(int(i));
            break;
        }
    fillDetail();
}

void ModelView::showEvent(QShowEvent* event) {
    InsideView::showEvent(event);
    if (shownModel_ != inside().loadedModel().get() || (!list_ && !measuring_))
        measureAgain(false);
}

void ModelView::resizeEvent(QResizeEvent* event) {
    InsideView::resizeEvent(event);
    splitter_->setOrientation(event->size().width() >= kSideBySide ? Qt::Horizontal : Qt::Vertical);
}

void ModelView::measureAgain(bool whole) {
    const std::shared_ptr<const Model> model = inside().loadedModel();
    if (!isVisible() && !list_)
        return;
    if (shownModel_ != model.get())
        adopt(nullptr);
    shownModel_ = model.get();
    if (!model) {
        map_->setEmptyText(tr("No model is loaded yet. Choose one first."));
        return;
    }
    OperationsRequest request;
    const std::int64_t nCtx = std::max<std::int64_t>(2, model->config().nCtxTrain);
    if (static_cast<PassKind>(pass_->currentData().toInt()) == PassKind::Prefill) {
        request.nRow = std::min(kPrefillTokens, nCtx);
    } else {
        // At first after a short text, so that the picture is there at once; when it is asked for, after all of it.
        const std::int64_t n =
            recording() ? std::min(recording()->nPosition(), whole ? nCtx : kPastAtFirst) : kPastTokens;
        request.nPast = std::clamp<std::int64_t>(n, 1, nCtx - 1);
    }
    request.kvType = inside().chat().settings().kvType;
    measuring_ = true;
    map_->setEmptyText(tr("Running one pass of the model and noting every operation\u2026"));
    inside().askEngine(
        this, "operations",
        [model, request](TaskContext& context) {
            return recordOperations(*model, explainContext(context, *model, "operations"), request);
        },
        [this](Result<OperationList> list) {
            measuring_ = false;
            if (list)
                adopt(std::make_shared<const OperationList>(std::move(*list)));
            else if (list.error().code != ErrorCode::Cancelled)
                map_->setEmptyText(knownText(list.error()));
        });
}

void ModelView::adopt(std::shared_ptr<const OperationList> list) {
    list_ = std::move(list);
    map_->setOperations(list_);
    if (list_) {
        const QString tokens = list_->nRow == 1 ? tr("One token after %1 others").arg(countText(list_->nPast))
                                                : tr("%1 tokens at once").arg(countText(list_->nRow));
        summary_->setText(tr("%1: %2 operations, %3 in them and %4 in all; %5 read and written; %6. %7")
                              .arg(tokens,
                                   linkText(QStringLiteral("pass"), countText(std::int64_t(list_->operations.size()))),
                                   durationText(double(list_->totalNs()) * 1e-9),
                                   durationText(double(list_->wallNs) * 1e-9), sizeText(double(list_->totalBytes())),
                                   tr("%1 additions and multiplications").arg(amountText(double(list_->totalFlops()))),
                                   QString::fromStdString(list_->backend).toHtmlEscaped()));
    } else {
        summary_->clear();
    }
    summary_->setVisible(list_ != nullptr); // an empty label would be a stop of the keyboard without a name
    fillDetail();
}

const Operation* ModelView::chosen() const {
    const int node = map_->current();
    if (!list_ || node < 0 || map_->tree().nodes[std::size_t(node)].kind != OperationNodeKind::Operation)
        return nullptr;
    return &list_->operations[std::size_t(map_->operationOf(node))];
}

QString ModelView::detailText() const {
    return detail_->text() + QLatin1Char('\n') + statistics_->text();
}

QStringList ModelView::exportFormats() const {
    return {QStringLiteral("svg"), QStringLiteral("png"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> ModelView::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({map_}, path, format, scale);
}

QJsonObject ModelView::saveState() const {
    return {{QStringLiteral("measure"), measure_->currentIndex()},
            {QStringLiteral("pass"), pass_->currentIndex()},
            {QStringLiteral("zoom"), map_->zoom()}};
}

void ModelView::restoreState(const QJsonObject& state) {
    measure_->setCurrentIndex(std::clamp(state[QStringLiteral("measure")].toInt(), 0, measure_->count() - 1));
    const QSignalBlocker quiet(pass_);
    pass_->setCurrentIndex(std::clamp(state[QStringLiteral("pass")].toInt(), 0, pass_->count() - 1));
    map_->setZoom(state[QStringLiteral("zoom")].toDouble(1));
}

void ModelView::go(const QString& argument) {
    bool ok = false;
    const int layer = argument.section(QLatin1Char('.'), 0, 0).toInt(&ok);
    if (ok) {
        Selection s = selection();
        s.layer = layer;
        inside().selection().set(s);
    }
}

void ModelView::retranslate() {
    passLabel_->setText(tr("Pass"));
    pass_->setItemText(0, tr("One token (answering)"));
    pass_->setItemText(1, tr("%1 tokens (reading)").arg(kPrefillTokens));
    pass_->setAccessibleName(tr("Kind of pass"));
    measureLabel_->setText(tr("Bars"));
    measure_->setItemText(0, tr("Time"));
    measure_->setItemText(1, tr("Bytes"));
    measure_->setItemText(2, tr("Arithmetic"));
    measure_->setAccessibleName(tr("What the bars show"));
    openAll_->setText(openAll_->isChecked() ? tr("Close all") : tr("Open all"));
    again_->setText(tr("Measure again"));
    unfold_->setText(tr("Show the arithmetic"));
    unfold_->setToolTip(tr("How the bytes, operations and times come about"));
    unfoldTensor_->setText(tr("Show the arithmetic"));
    unfoldTensor_->setToolTip(tr("How the numbers about this tensor come about"));
    unfoldTensor_->setAccessibleName(unfoldTensor_->toolTip());
    difference_->setText(tr("Difference"));
    difference_->setToolTip(tr("The tensor of this run minus that of the run it is compared with"));
    record_->setText(tr("Record this tensor"));
    record_->setToolTip(tr("Runs the recorded text once more and keeps what this operation writes"));
    tensor_->setAccessibleName(tr("Tensor it wrote"));
    histogram_->setAccessibleName(tr("Histogram of the tensor"));
    if (list_)
        adopt(list_);
    fillDetail();
}

} // namespace vitral
