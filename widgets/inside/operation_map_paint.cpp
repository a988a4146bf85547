// SPDX-License-Identifier: Apache-2.0
// The drawing half of the picture of operations, and the words for them.
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/operation_map.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr int kStreamX = 22, kIndent = 22, kFirstX = 48;
constexpr double kNarrow = 560, kLeastPane = 150;

QFont zoomed(QFont font, double zoom) {
    font.setPixelSize(std::max(1, int(std::round(font.pixelSize() * zoom))));
    return font;
}

} // namespace

QString OperationMap::operationName(const std::string& name) {
    if (name == "embedding")
        return tr("Embedding");
    if (name == "rmsNorm")
        return tr("RMS norm");
    if (name == "layerNorm")
        return tr("Layer norm");
    if (name == "matmul")
        return tr("Matrix product");
    if (name == "matmulExperts")
        return tr("Matrix product of experts");
    if (name == "add")
        return tr("Sum");
    if (name == "mul")
        return tr("Product");
    if (name == "scale")
        return tr("Scaling");
    if (name == "softcap")
        return tr("Soft-cap");
    if (name == "activation")
        return tr("Activation");
    if (name == "gatedActivation")
        return tr("Gated activation");
    if (name == "rope")
        return tr("Rotation by position");
    if (name == "kvStore")
        return tr("Keys and values to the cache");
    if (name == "attention")
        return tr("Attention");
    if (name == "moeRoute")
        return tr("Choice of experts");
    if (name == "moeCombine")
        return tr("Weighted sum of experts");
    if (name == "gatherRows")
        return tr("Choice of rows");
    return QString::fromStdString(name);
}

QString OperationMap::detailText(const std::string& detail) {
    QStringList parts;
    for (const QString& part : QString::fromStdString(detail).split(QStringLiteral(", "))) {
        const QStringList words = part.split(QLatin1Char(' '));
        if (words.size() == 4 && words[1] == QLatin1String("of") && words[3] == QLatin1String("dimensions"))
            parts << tr("%1 of %2 dimensions").arg(words[0], words[2]);
        else if (words.size() == 4 && words[1] == QLatin1String("of") && words[3] == QLatin1String("experts"))
            parts << tr("%1 of %2 experts").arg(words[0], words[2]);
        else if (words.size() == 2 && words[1] == QLatin1String("heads"))
            parts << tr("%1 heads").arg(words[0]);
        else if (words.size() == 2 && words[1] == QLatin1String("key/value"))
            parts << tr("%1 of keys and values").arg(words[0]);
        else if (words.size() == 2 && words[0] == QLatin1String("window"))
            parts << tr("window of %1").arg(words[1]);
        else if (words.size() == 4 && words[0] == QLatin1String("top"))
            parts << tr("best %1 of %2").arg(words[1], words[3]);
        else
            parts << part; // names of activations and types are the same everywhere
    }
    return parts.join(QStringLiteral(", "));
}

QString OperationMap::partName(const std::string& part) {
    if (part == "embed")
        return tr("Embedding of the tokens");
    if (part == "attn")
        return tr("Attention block");
    if (part == "mlp")
        return tr("MLP block");
    if (part == "head")
        return tr("Output head");
    return QString::fromStdString(part);
}

Glass OperationMap::glassOf(const std::string& name) {
    if (name.starts_with("matmul"))
        return Glass::Cobalt;
    if (name == "attention" || name == "kvStore")
        return Glass::Violet;
    if (name == "rope")
        return Glass::Teal;
    if (name.ends_with("Norm"))
        return Glass::Amber;
    if (name == "activation" || name == "gatedActivation" || name == "softcap")
        return Glass::Emerald;
    if (name == "embedding" || name == "gatherRows")
        return Glass::Ruby;
    return Glass::Rose;
}

void OperationMap::paintStream(QPainter& painter, int first, int end) const {
    const Palette& colours = paletteFor(this);
    const double x = kStreamX * zoom_;
    painter.setPen(QPen(strongLine(colours), 3 * zoom_, Qt::SolidLine, Qt::RoundCap));
    const int top = lines_.front().top + lines_.front().height / 2;
    const int bottom = lines_.back().top + lines_.back().height / 2;
    painter.drawLine(QPointF(x, top), QPointF(x, bottom));
    const double radius = 6 * zoom_;
    for (int i = first; i < end; ++i) {
        const Line& line = lines_[std::size_t(i)];
        const OperationNode& n = tree_.nodes[std::size_t(line.node)];
        const double y = line.top + line.height / 2.0;
        const double right = (kFirstX + n.depth * kIndent) * zoom_ - 3;
        const bool adds = addsToStream(tree_, *list_, line.node);
        const bool isSum = n.kind == OperationNodeKind::Operation && n.firstLayer >= 0 &&
                           addsToStream(tree_, *list_, n.parent) && n.end == tree_.nodes[std::size_t(n.parent)].end;
        painter.setPen(QPen(colours.borderStrong, 1.5 * zoom_));
        if (isSum || (adds && !isOpen(line.node)))
            painter.drawLine(QPointF(x, y), QPointF(right, y));
        else if (adds || (n.kind == OperationNodeKind::Block && n.firstLayer < 0)) {
            painter.drawLine(QPointF(x, y), QPointF(right, y)); // a copy of the stream leaves
            const double a = 4 * zoom_;
            painter.drawLine(QPointF(right, y), QPointF(right - a, y - a));
            painter.drawLine(QPointF(right, y), QPointF(right - a, y + a));
        }
        if (isSum || (adds && !isOpen(line.node))) { // and what the block wrote is added
            painter.setBrush(colours.raised);
            painter.setPen(QPen(strongLine(colours), 1.5 * zoom_));
            painter.drawEllipse(QPointF(x, y), radius, radius);
            painter.drawLine(QPointF(x - radius / 2, y), QPointF(x + radius / 2, y));
            painter.drawLine(QPointF(x, y - radius / 2), QPointF(x, y + radius / 2));
        }
    }
}

void OperationMap::paintLine(QPainter& painter, const Line& line, int width, bool live) const {
    const Palette& colours = paletteFor(this);
    const OperationNode& n = tree_.nodes[std::size_t(line.node)];
    const bool operation = n.kind == OperationNodeKind::Operation;
    const double x = (kFirstX + n.depth * kIndent) * zoom_;
    const bool narrow = width < kNarrow * zoom_; // then the bar goes, and its number stays
    const double barRoom = narrow ? 0 : std::clamp(width * 0.17, 48.0, 220.0);
    const QFont small = zoomed(design::font(TextRole::Small), zoom_);
    const QFont strong = zoomed(design::strongFont(TextRole::Small), zoom_);
    const QFont caption = zoomed(design::font(TextRole::Caption), zoom_);
    const QFontMetricsF captionMetrics(caption);
    QString amount = measureText(line.node);
    double amountRoom = captionMetrics.horizontalAdvance(QStringLiteral("000 MB \u00B7 100.0 %  ")) + kSpace2;
    if (width - amountRoom - barRoom - x < kLeastPane * zoom_) { // names first: only the share is left
        amount = amount.section(QChar(0xB7), -1).trimmed();
        amountRoom = captionMetrics.horizontalAdvance(QStringLiteral("100.0 %  "));
    }
    const double barX = width - kSpace3 - amountRoom - barRoom;
    const QRectF pane(x, line.top, barX - kSpace3 - x, line.height);

    const Glass glass = operation ? glassOf(list_->operations[std::size_t(n.first)].name) : Glass::Cobalt;
    if (operation) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.pane(glass));
        painter.drawRect(QRectF(x, line.top + 2 * zoom_, 8 * zoom_, line.height - 4 * zoom_));
    } else {
        painter.setPen(QPen(colours.border, 1));
        painter.setBrush(colours.raised);
        painter.drawRoundedRect(pane.adjusted(0.5, 0.5, -0.5, -0.5), kRadiusSmall, kRadiusSmall);
        const QString arrow = isOpen(line.node) ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right");
        const int side = int(std::round(14 * zoom_));
        painter.drawPixmap(QPointF(x + 4 * zoom_, line.top + (line.height - side) / 2.0),
                           iconPixmap(arrow, colours.textMuted, side, painter.device()->devicePixelRatioF()));
    }
    if (line.node == current_) {
        painter.setPen(QPen(live && hasFocus() ? colours.accent : colours.borderStrong, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(pane.adjusted(1, 1, -1, -1), kRadiusSmall, kRadiusSmall);
    }
    const QRectF words = pane.adjusted((operation ? 16 : 24) * zoom_, 0, -kSpace2, 0);
    const QString shape = (narrow && !operation) || words.width() < kLeastPane * zoom_ ? QString() : shapes(line.node);
    const double shapeRoom = std::min(captionMetrics.horizontalAdvance(shape) + kSpace2, words.width() * 0.5);
    const QFont& titleFont = operation ? small : strong;
    painter.setFont(titleFont);
    painter.setPen(colours.text);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     QFontMetricsF(titleFont).elidedText(title(line.node), Qt::ElideRight, words.width() - shapeRoom));
    painter.setFont(caption);
    painter.setPen(colours.textMuted);
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                     captionMetrics.elidedText(shape, Qt::ElideRight, shapeRoom));

    const QRectF bar(barX, line.top + line.height * 0.3, barRoom, line.height * 0.4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.sunken);
    if (!narrow)
        painter.drawRect(bar);
    const double part = std::clamp(share(line.node), 0.0, 1.0);
    if (part > 0 && !narrow) {
        painter.setBrush(operation ? colours.ink(glass) : colours.accent);
        painter.drawRect(QRectF(bar.left(), bar.top(), std::max(1.0, bar.width() * part), bar.height()));
    }
    painter.setPen(operation ? colours.textMuted : colours.text);
    painter.drawText(QRectF(bar.right() + kSpace2, line.top, amountRoom + kSpace1, line.height),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, amount);
}

void OperationMap::paintLines(QPainter& painter, int width, int first, int end, bool live) const {
    painter.setRenderHint(QPainter::Antialiasing);
    paintStream(painter, first, end);
    for (int i = first; i < end; ++i)
        paintLine(painter, lines_[std::size_t(i)], width, live);
}

void OperationMap::paintEvent(QPaintEvent*) {
    const Palette& colours = paletteFor(this);
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), colours.surface);
    if (lines_.empty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Body));
        painter.drawText(viewport()->rect().adjusted(kSpace5, kSpace4, -kSpace5, -kSpace4),
                         Qt::AlignCenter | Qt::TextWordWrap, empty_);
        return;
    }
    const int scroll = verticalScrollBar()->value();
    painter.translate(0, -scroll);
    int first = 0;
    while (first + 1 < int(lines_.size()) && lines_[std::size_t(first + 1)].top < scroll)
        ++first;
    int end = first;
    while (end < int(lines_.size()) && lines_[std::size_t(end)].top < scroll + viewport()->height())
        ++end;
    paintLines(painter, viewport()->width(), first, end, true);
}

QSize OperationMap::pictureSize() const {
    return {viewport()->width(), lines_.empty() ? viewport()->height() : lines_.back().top + lines_.back().height + 12};
}

void OperationMap::paintPicture(QPainter& painter) const {
    painter.fillRect(QRect(QPoint(), pictureSize()), paletteFor(this).surface);
    if (!lines_.empty())
        paintLines(painter, pictureSize().width(), 0, int(lines_.size()), false);
}

QString OperationMap::csv() const {
    if (!list_)
        return {};
    QString out =
        QStringLiteral("scope,operation,weights,inputs,outputs,dtype,bytes_read,bytes_written,flops,time_ns\n");
    for (const Operation& o : list_->operations) {
        QStringList weights, inputs, outputs, types;
        for (const OperandInfo& operand : o.weights) {
            weights << QString::fromStdString(operand.name);
            types << QString::fromUtf8(dtypeInfo(operand.dtype).name.data(),
                                       qsizetype(dtypeInfo(operand.dtype).name.size()));
        }
        for (const OperandInfo& operand : o.inputs)
            inputs << shapeText(operand.shape);
        for (const OperandInfo& operand : o.outputs)
            outputs << shapeText(operand.shape);
        types.removeDuplicates();
        const auto joined = [](const QStringList& list) { return csvField(list.join(QLatin1Char(' '))); };
        out += QStringLiteral("%1,%2,%3,%4,%5,%6,%7,%8,%9,")
                   .arg(csvField(QString::fromStdString(o.scope)), csvField(QString::fromStdString(o.name)),
                        joined(weights), joined(inputs), joined(outputs), joined(types))
                   .arg(o.bytesRead)
                   .arg(o.bytesWritten)
                   .arg(o.flops) +
               QString::number(o.timeNs) + QLatin1Char('\n');
    }
    return out;
}

} // namespace vitral
