// SPDX-License-Identifier: Apache-2.0
// The side of the model view: what the chosen operation read, did and wrote.
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/model_view.h"
#include "widgets/inside/operation_map.h"
#include "widgets/inside/tensor_statistics.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>

#include <algorithm>

namespace vitral {

namespace {

QString typeName(DType type) {
    const std::string_view name = dtypeInfo(type).name;
    return QString::fromUtf8(name.data(), qsizetype(name.size()));
}

QString operandText(const OperandInfo& operand) {
    QStringList parts;
    if (!operand.name.empty())
        parts << QString::fromStdString(operand.name);
    parts << OperationMap::shapeText(operand.shape) << typeName(operand.dtype) << sizeText(double(operand.bytes));
    return parts.join(QStringLiteral("  \u00B7  "));
}

} // namespace

void ModelView::fillDetail() {
    const int node = map_->current();
    unfold_->setVisible(list_ != nullptr);
    if (!list_ || node < 0) {
        detail_->setText(list_ ? tr("Choose an operation.") : QString());
    } else if (const Operation* o = chosen()) {
        QStringList lines;
        lines << map_->title(node);
        lines << tr("Called \u201C%1\u201D in \u201C%2\u201D")
                     .arg(QString::fromStdString(o->name), QString::fromStdString(o->scope));
        if (!o->detail.empty())
            lines << OperationMap::detailText(o->detail);
        for (const OperandInfo& operand : o->inputs)
            lines << tr("Reads %1").arg(operandText(operand));
        for (const OperandInfo& operand : o->weights)
            lines << tr("Weight %1").arg(operandText(operand));
        for (const OperandInfo& operand : o->outputs)
            lines << tr("Writes %1").arg(operandText(operand));
        lines << tr("%1 read, %2 written").arg(sizeText(double(o->bytesRead)), sizeText(double(o->bytesWritten)));
        if (o->flops > 0)
            lines << tr("%1 additions and multiplications").arg(countText(o->flops));
        if (o->timeNs > 0) {
            const double seconds = double(o->timeNs) * 1e-9;
            lines << tr("Shortest of the passes: %1 (%2 a second, %3 arithmetic operations a second)")
                         .arg(durationText(seconds), sizeText(double(o->bytesRead + o->bytesWritten) / seconds),
                              amountText(double(o->flops) / seconds));
        }
        detail_->setText(lines.join(QLatin1Char('\n')));
    } else {
        const OperationNode& n = map_->tree().nodes[std::size_t(node)];
        QStringList lines;
        lines << map_->title(node);
        lines << tr("%Ln operation(s)", nullptr, n.end - n.first);
        lines
            << tr("%1 of weights; %2 read and written").arg(sizeText(double(n.weightBytes)), sizeText(double(n.bytes)));
        lines << tr("%1 additions and multiplications").arg(countText(n.flops));
        if (n.timeNs > 0)
            lines << tr("Time: %1").arg(durationText(double(n.timeNs) * 1e-9));
        detail_->setText(lines.join(QLatin1Char('\n')));
    }
    {
        const QSignalBlocker quiet(tensor_);
        tensor_->clear();
        if (chosen() != nullptr)
            for (const Point point : pointsOf(*list_, map_->operationOf(node)))
                tensor_->addItem(QString::fromStdString(
                                     pointName(point, std::max(0, map_->tree().nodes[std::size_t(node)].firstLayer))),
                                 int(point));
    }
    fillTensor();
}

Rows ModelView::recordedRows(const RecordingPtr& recording, Point point, std::int32_t iLayer,
                             std::int64_t* firstPosition) {
    *firstPosition = 0;
    if (!recording)
        return {};
    if (const TensorRecord* record = recording->find(point, std::max(0, iLayer))) {
        *firstPosition = record->firstPosition;
        return record->rows;
    }
    const auto at = std::size_t(std::max(0, iLayer));
    if (at < recording->attention.size() && recording->attention[at]) {
        const AttentionRecord& attention = *recording->attention[at];
        if (point == Point::RotQ)
            return attention.q;
        if (point == Point::RotK)
            return attention.k;
        if (point == Point::AttnLse)
            return attention.lse;
    }
    return {};
}

void ModelView::unfoldOperation() {
    if (!list_)
        return;
    const QPoint at = unfold_->mapToGlobal(unfold_->rect().center());
    if (const Operation* operation = chosen()) {
        ArithmeticPopup::of(this).open(ArithmeticWords::operation(*operation, map_->title(map_->current())), at);
        return;
    }
    unfoldNode(map_->current(), at);
}

void ModelView::unfoldNode(int node, QPoint at) {
    const OperationTree& tree = map_->tree();
    std::vector<ArithmeticWords::OperationPart> parts;
    for (const int child : node < 0 ? tree.roots : tree.nodes[std::size_t(node)].children) {
        const OperationNode& n = tree.nodes[std::size_t(child)];
        parts.push_back({map_->title(child), n.timeNs, n.bytes, n.weightBytes, n.flops});
    }
    ArithmeticPopup::of(this).open(
        ArithmeticWords::operations(node < 0 ? tr("The whole pass") : map_->title(node), parts), at);
}

void ModelView::unfoldTensor() {
    if (!said_)
        return;
    ArithmeticPopup::of(this).open(
        ArithmeticWords::tensor(tensor_->currentText(), *said_, histogram_->isVisible() ? histogram_->current() : -1,
                                [this](std::int64_t position) { return inside().pieceText(position); }),
        unfoldTensor_->mapToGlobal(unfoldTensor_->rect().center()));
}

void ModelView::fillTensor() {
    const bool any = tensor_->count() > 0;
    said_.reset();
    unfoldTensor_->setVisible(false);
    tensor_->setVisible(any);
    difference_->setVisible(any && inside().other() != nullptr);
    histogram_->setVisible(false);
    record_->setVisible(false);
    if (!any) {
        statistics_->clear();
        return;
    }
    const auto point = static_cast<Point>(tensor_->currentData().toInt());
    const std::int32_t layer = map_->tree().nodes[std::size_t(map_->current())].firstLayer;
    std::int64_t first = 0;
    const Rows rows = recordedRows(recording(), point, layer, &first);
    if (!recording()) {
        statistics_->setText(tr("Nothing is recorded yet: ask something, or read the conversation, to see values."));
        return;
    }
    if (rows.empty()) {
        statistics_->setText(tr("This tensor was not recorded."));
        record_->setVisible(inside().model() != nullptr);
        return;
    }
    const bool comparing = inside().other() && difference_->isChecked();
    std::int64_t firstOther = 0;
    const Rows others = comparing ? recordedRows(inside().other(), point, layer, &firstOther) : Rows{};
    if (comparing && others.empty()) {
        statistics_->setText(tr("%1 has no recording of this tensor.").arg(inside().otherName()));
        record_->setVisible(inside().model() != nullptr && inside().otherUnreadable().isEmpty());
        return;
    }
    statistics_->setText(tr("Reading\u2026"));
    if (comparing) {
        const std::int64_t position = selection().position >= 0 ? selection().position : inside().newestQuery();
        inside().pool().ask(
            this, "statistics",
            [rows, first, others, firstOther, pairs = inside().alignment(), position](std::stop_token) {
                return differenceOf(rows, first, others, firstOther, *pairs, position);
            },
            [this, point](const TensorDifference& difference) { showDifference(difference, point); });
        return;
    }
    const std::int64_t row = selection().position >= 0 ? selection().position - first : rows.nRow() - 1;
    inside().pool().ask(
        this, "statistics",
        [rows, row, first](std::stop_token) {
            TensorStatistics s = statisticsOf(rows, row);
            s.countFrom(first);
            return s;
        },
        [this, point](TensorStatistics s) { showStatistics(std::move(s), point); });
}

void ModelView::showStatistics(TensorStatistics s, Point point) {
    if (tensor_->count() == 0 || tensor_->currentData().toInt() != int(point))
        return;
    QStringList lines;
    lines << tr("As recorded: %1 tokens by %2 values.").arg(countText(s.nRow), countText(s.nCol));
    if (s.nRead < s.nRow * s.nCol)
        lines << tr("Sampled: %1 of %2 values were read.").arg(countText(s.nRead), countText(s.nRow * s.nCol));
    lines << tr("Least %1, greatest %2, mean %3, deviation %4")
                 .arg(numberText(s.least), numberText(s.greatest), numberText(s.mean), numberText(s.deviation));
    lines << tr("Mean length of a row: %1").arg(numberText(s.norm));
    if (s.nNotFinite > 0)
        lines << tr("%1 values are infinite or not numbers.").arg(countText(s.nNotFinite));
    QStringList values;
    for (const float v : s.first)
        values << numberText(double(v), 3);
    lines << tr("Token %1 begins: %2").arg(QString::number(s.firstRow), values.join(QStringLiteral("  ")));
    statistics_->setText(lines.join(QLatin1Char('\n')));
    showHistogram(std::move(s), tr("values"));
}

void ModelView::showDifference(const TensorDifference& d, Point point) {
    if (tensor_->count() == 0 || tensor_->currentData().toInt() != int(point))
        return;
    const TensorStatistics& s = d.difference;
    QStringList lines;
    lines << tr("This run minus %1: %2 tokens with a partner, by %3 values.")
                 .arg(inside().otherName(), countText(s.nRow), countText(s.nCol));
    if (s.nRow == 0 || s.nCol == 0) {
        statistics_->setText(lines.join(QLatin1Char('\n')));
        return;
    }
    if (s.nRead < s.nRow * s.nCol)
        lines << tr("Sampled: %1 of %2 values were read.").arg(countText(s.nRead), countText(s.nRow * s.nCol));
    lines << tr("Least %1, greatest %2, mean %3, deviation %4")
                 .arg(numberText(s.least), numberText(s.greatest), numberText(s.mean), numberText(s.deviation));
    lines
        << tr("Mean length of a difference: %1, of a row of this run: %2").arg(numberText(s.norm), numberText(d.norm));
    if (d.mostChangedAt >= 0)
        lines << tr("Farthest apart: token %1 \u201C%2\u201D, by %3")
                     .arg(QString::number(d.mostChangedAt), inside().pieceText(d.mostChangedAt),
                          numberText(d.mostChanged));
    QStringList values;
    for (const float v : s.first)
        values << numberText(double(v), 3);
    lines << tr("Token %1 begins: %2").arg(QString::number(s.firstRow), values.join(QStringLiteral("  ")));
    statistics_->setText(lines.join(QLatin1Char('\n')));
    showHistogram(s, tr("differences"));
}

void ModelView::showHistogram(TensorStatistics s, const QString& curve) {
    ChartContent chart;
    const double width = (s.greatest - s.least) / kHistogramBins;
    for (int i = 0; i < kHistogramBins; ++i)
        chart.x.push_back(s.least + (i + 0.5) * width);
    chart.curves.push_back({curve, s.histogram, design::Glass::Cobalt, false});
    chart.xTitle = tr("value");
    chart.yTitle = tr("how many");
    if (!(width > 0))
        chart.x.clear();
    histogram_->setVisible(width > 0);
    histogram_->setContent(std::move(chart));
    said_ = std::move(s);
    unfoldTensor_->setVisible(true);
}

void ModelView::recordTensor() {
    if (tensor_->count() == 0)
        return;
    TracePoint wanted;
    wanted.point = static_cast<Point>(tensor_->currentData().toInt());
    const std::int32_t layer = map_->tree().nodes[std::size_t(map_->current())].firstLayer;
    if (layer >= 0)
        wanted.layers = {layer};
    if (std::find(points_.begin(), points_.end(), wanted) == points_.end())
        points_.push_back(wanted);
    inside().want(this, points_);
    emit stateChanged();
    inside().recordAgain();
    if (inside().other() && difference_->isChecked())
        inside().recordOtherAgain();
}

} // namespace vitral
