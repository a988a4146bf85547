// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/matrix_view.h"

#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/attention_map_source.h"
#include "widgets/inside/difference_map_source.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/matrix_export.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QTextDocumentFragment>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace vitral {

namespace {

/// The map as lines and text around a picture, for SVG and PDF.
class CanvasPicture : public Painted {
public:
    explicit CanvasPicture(HeatmapCanvas& canvas) : canvas_(canvas) {}
    [[nodiscard]] QSize pictureSize() const override { return canvas_.size(); }
    void paintPicture(QPainter& painter) const override {
        canvas_.paintPicture(painter, canvas_.size(), kPictureScale, true);
    }
    [[nodiscard]] QString csv() const override { return {}; }

private:
    static constexpr double kPictureScale = 2;
    HeatmapCanvas& canvas_;
};

} // namespace

MatrixView::MatrixView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new FlowRow;
    const auto combo = [this](int n) {
        auto* box = new QComboBox(this);
        for (int i = 0; i < n; ++i)
            box->addItem(QString());
        return box;
    };
    value_ = combo(2);
    hideFirst_ = new QCheckBox(this);
    difference_ = new QCheckBox(this);
    difference_->setChecked(true);
    difference_->hide();
    const auto button = [this](const char* icon) {
        auto* made = new QToolButton(this);
        made->setIcon(design::icon(QLatin1String(icon)));
        made->setIconSize({design::kIcon, design::kIcon});
        return made;
    };
    cell_ = button("inside-cell");
    for (QWidget* widget : std::initializer_list<QWidget*>{value_, hideFirst_, difference_})
        row->addWidget(widget);
    row->addWidget(cell_);
    column->addLayout(row);
    statement_ = new QLabel(this);
    statement_->setProperty("role", "small");
    statement_->setTextFormat(Qt::RichText);
    statement_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    statement_->setWordWrap(true);
    column->addWidget(statement_);
    canvas_ = new HeatmapCanvas(this);
    column->addWidget(canvas_, 1);
    plainLook_ = canvas_->look();

    connect(statement_, &QLabel::linkActivated, this, &MatrixView::unfoldFirst);
    const auto label = [this](std::int64_t i) { return this->inside().pieceText(i); };
    canvas_->setLabels(label, label);
    canvas_->setReadOut([this](std::int64_t iRow, std::int64_t iCol) { return readOut(iRow, iCol); });
    connect(canvas_, &HeatmapCanvas::cellClicked, this, [this](qint64 iRow, qint64 iCol) {
        Selection s = selection();
        s.layer = shownLayer();
        s.head = shownHead();
        s.position = iRow;
        s.key = std::min(iCol, iRow);
        this->inside().selection().set(s, this);
    });
    connect(value_, &QComboBox::currentIndexChanged, this, [this] { rebuild(); });
    connect(hideFirst_, &QCheckBox::toggled, this, [this] { rebuild(); });
    connect(difference_, &QCheckBox::toggled, this, [this] { rebuild(); });
    connect(cell_, &QToolButton::clicked, this, [this] { emit viewAsked(QStringLiteral("cell")); });
    MatrixView::retranslate();
}

MatrixView::~MatrixView() = default;

QString MatrixView::title() const {
    return tr("Matrix");
}

QString MatrixView::help() const {
    return tr(
        "One head: rows are the tokens that look, columns the tokens they look at. Zoom with the wheel, move by "
        "dragging, click a cell to choose it; Cell shows its arithmetic. The right button has colours and scales.");
}

QString MatrixView::missing(bool* offersRecordAgain) const {
    const bool any = std::any_of(recording()->attention.begin(), recording()->attention.end(),
                                 [](const auto& layer) { return layer != nullptr; });
    if (offersRecordAgain != nullptr)
        *offersRecordAgain = !any;
    return any ? QString() : tr("This run was recorded without attention.");
}

int MatrixView::shownLayer() const {
    const auto& attention = recording()->attention;
    const int chosen = selection().layer;
    if (chosen >= 0 && chosen < static_cast<int>(attention.size()))
        return chosen;
    const auto first = std::find_if(attention.begin(), attention.end(), [](const auto& l) { return l != nullptr; });
    return first == attention.end() ? -1 : static_cast<int>(first - attention.begin());
}

int MatrixView::shownHead() const {
    return std::max(0, selection().head);
}

std::shared_ptr<const AttentionRecord> MatrixView::layer(const RecordingPtr& recording) const {
    const int i = shownLayer();
    if (!recording || i < 0 || i >= static_cast<int>(recording->attention.size()))
        return nullptr;
    return recording->attention[static_cast<std::size_t>(i)];
}

void MatrixView::rebuild() {
    if (!recording())
        return;
    const std::shared_ptr<const AttentionRecord> record = layer(recording());
    const std::shared_ptr<const AttentionRecord> other = layer(inside().other());
    const bool same = layer_ == shownLayer() && head_ == shownHead();
    layer_ = shownLayer();
    head_ = shownHead();
    const bool wasDifference = differenceSource_ != nullptr;
    differenceSource_.reset();
    source_.reset();
    difference_->setVisible(inside().other() != nullptr);
    if (!record || head_ >= record->geometry.nHead || record->nPosition() == 0) {
        canvas_->setSource(nullptr);
        refreshWords();
        return;
    }
    const bool difference = other && difference_->isChecked() && head_ < other->geometry.nHead;
    HeatmapLook look = canvas_->look();
    if (difference) {
        if (!wasDifference)
            plainLook_ = look;
        look.map = ColourMap::BlueOrange;
        look.low = -1;
        look.high = 1;
        differenceSource_ =
            std::make_shared<DifferenceMapSource>(inside().pool(), record, other, inside().alignment(), head_);
        canvas_->setSource(differenceSource_);
    } else {
        if (wasDifference)
            look = plainLook_;
        AttentionTilesOptions options;
        options.value = value_->currentIndex() == 1 ? MapValue::Score : MapValue::Weight;
        if (hideFirst_->isChecked())
            options.maskedKeys = {0};
        source_ = std::make_shared<AttentionMapSource>(inside().mapWorkers(), record, head_, options);
        std::tie(look.low, look.high) = source_->range();
        if (options.value == MapValue::Score)
            connect(source_.get(), &MapSource::tileReady, this, [this] {
                HeatmapLook l = canvas_->look();
                const auto [low, high] = source_->range();
                if (l.low != low || l.high != high) {
                    l.low = low;
                    l.high = high;
                    canvas_->setLook(l);
                }
            });
        QString why;
        if (canvas_->rendererName().startsWith(QLatin1String("Vulkan")))
            source_->useDevice(inside().pool(), &why);
        connect(source_.get(), &MapSource::changed, this, &MatrixView::refreshWords);
        canvas_->setSource(source_);
    }
    canvas_->setLook(look);
    hideFirst_->setEnabled(!differenceSource_);
    value_->setEnabled(!differenceSource_);
    if (!same)
        measureFirst();
    refreshWords();
    selectionChanged(selection(), nullptr);
}

void MatrixView::measureFirst() {
    firstShare_ = -1;
    firstWeights_.clear();
    notNumbers_ = {};
    const std::shared_ptr<const AttentionRecord> record = layer(recording());
    if (!record)
        return;
    struct Found {
        std::vector<double> weights;
        NotNumbers notNumbers;
    };
    inside().pool().ask(
        this, "first",
        [record, iHead = head_](std::stop_token stop) {
            Found found; // row 0 sees nothing else, so it says nothing
            for (std::int64_t i = 1; i < record->nPosition() && !stop.stop_requested(); ++i)
                found.weights.push_back(static_cast<double>(attentionCell(*record, iHead, i, 0).weight));
            found.notNumbers = notNumbers(*record, iHead, stop);
            return found;
        },
        [this](const Found& found) {
            firstWeights_ = found.weights;
            const double sum = std::accumulate(firstWeights_.begin(), firstWeights_.end(), 0.0);
            firstShare_ =
                std::isfinite(sum) && !firstWeights_.empty() ? sum / static_cast<double>(firstWeights_.size()) : -1;
            notNumbers_ = found.notNumbers;
            refreshWords();
        });
}

void MatrixView::unfoldFirst() {
    if (firstShare_ < 0 || !recording()) // not known, or not a number
        return;
    ArithmeticPopup::of(this).open(
        ArithmeticWords::meanOf(
            tr("Weight on the first token, layer %1, head %2").arg(layer_).arg(head_), firstWeights_,
            [this](std::size_t i) {
                const auto position = static_cast<std::int64_t>(i) + 1;
                return QStringLiteral("%1\u00A0\u201C%2\u201D")
                    .arg(QLocale().toString(static_cast<qlonglong>(position)), this->inside().pieceText(position));
            }),
        statement_->mapToGlobal(statement_->rect().center()));
}

QString MatrixView::statement() const {
    return QTextDocumentFragment::fromHtml(statement_->text()).toPlainText();
}

void MatrixView::hideFirst(bool on) {
    hideFirst_->setChecked(on);
}

void MatrixView::refreshWords() {
    QStringList parts;
    const QLocale locale;
    if (!recording()) {
        statement_->clear();
        return;
    }
    const std::shared_ptr<const AttentionRecord> record = layer(recording());
    if (!record) {
        statement_->setText(tr("Layer %1 was not recorded.").arg(std::max(0, layer_)));
        return;
    }
    parts << tr("Layer %1, head %2").arg(layer_).arg(head_);
    if (differenceSource_) {
        parts << tr("weight in this run minus weight in %1: blue is more here, orange is less")
                     .arg(inside().otherName().toHtmlEscaped());
        parts << inside().alignmentText().toHtmlEscaped();
        if (inside().alignment()->nPair < differenceSource_->nRow())
            parts << tr("rows and columns of tokens without a partner stay blank");
    } else {
        if (const std::int64_t window = record->geometry.window; window > 0)
            parts << tr("this layer sees the last %1 tokens only").arg(locale.toString(static_cast<qlonglong>(window)));
        if (hideFirst_->isChecked())
            parts << (firstShare_ >= 0 ? tr("the first token is hidden; on average it gets %1 of a row's weight, and "
                                            "the rest is not scaled up")
                                             .arg(linkText(QStringLiteral("first"), percentText(firstShare_)))
                                       : tr("the first token is hidden; the rest is not scaled up"));
        else if (firstShare_ >= 0)
            parts << tr("the first token gets %1 of a row's weight on average")
                         .arg(linkText(QStringLiteral("first"), percentText(firstShare_)));
        if (record->nPosition() < recording()->nPosition())
            parts << tr("recorded up to token %1").arg(locale.toString(static_cast<qlonglong>(record->nPosition())));
    }
    if (source_)
        parts << (source_->deviceName().isEmpty() ? tr("computed on the processor")
                                                  : tr("computed by %1").arg(source_->deviceName()));
    if (const GraphicsTiles* device = source_ ? source_->device() : nullptr;
        device && recording() && recording()->model.backend.find("CUDA") != std::string::npos) {
        if (device->way() == GraphicsTiles::Way::Shared)
            parts << tr("queries and keys come from the card's own memory");
        else if (device->way() == GraphicsTiles::Way::Host)
            parts << (device->wayProblem().isEmpty() ? tr("queries and keys came through pinned memory")
                                                     : tr("queries and keys came through pinned memory: %1")
                                                           .arg(device->wayProblem().toHtmlEscaped()));
    }
    if (notNumbers_.any())
        parts << tr("%1 queries and %2 keys of this head hold values that are not numbers: their rows and columns stay "
                    "blank")
                     .arg(locale.toString(static_cast<qlonglong>(notNumbers_.nQuery)),
                          locale.toString(static_cast<qlonglong>(notNumbers_.nKey)));
    statement_->setText(parts.join(QStringLiteral("  \u00B7  ")));
    CanvasControls controls; // layers, heads and sinks are chosen above the map
    controls.note = differenceSource_         ? tr("this run minus %1").arg(inside().otherName())
                    : hideFirst_->isChecked() ? tr("first token hidden")
                                              : QString();
    canvas_->setControls(controls);
}

QStringList MatrixView::readOut(std::int64_t iQuery, std::int64_t iKey) const {
    const std::shared_ptr<const AttentionRecord> record = layer(recording());
    if (!record || iQuery < 0 || iKey < 0 || iQuery >= record->nPosition() || iKey >= record->nPosition())
        return {};
    const QLocale locale;
    const auto token = [&](std::int64_t i) {
        return QStringLiteral("%1  %2").arg(locale.toString(static_cast<qlonglong>(i)), inside().pieceText(i));
    };
    QStringList lines = {tr("looks: %1").arg(token(iQuery)), tr("at: %1").arg(token(iKey))};
    if (iKey > iQuery) {
        lines << tr("comes later: it cannot be seen");
        return lines;
    }
    const AttentionCell cell = attentionCell(*record, head_, iQuery, iKey);
    if (!cell.visible()) {
        lines << tr("outside the window of %1 tokens")
                     .arg(locale.toString(static_cast<qlonglong>(record->geometry.window)));
        return lines;
    }
    if (differenceSource_) {
        const std::shared_ptr<const AttentionRecord> other = layer(inside().other());
        const std::int64_t row = inside().alignment()->of(iQuery), col = inside().alignment()->of(iKey);
        if (!other || row < 0 || col < 0 || row >= other->nPosition()) {
            lines << tr("weight %1; no partner in the other run").arg(numberText(static_cast<double>(cell.weight)));
            return lines;
        }
        const AttentionCell b = attentionCell(*other, head_, row, col);
        if (row != iQuery || col != iKey)
            lines << tr("against %1 and %2 there")
                         .arg(locale.toString(static_cast<qlonglong>(row)),
                              locale.toString(static_cast<qlonglong>(col)));
        lines << tr("weight %1 minus %2 = %3")
                     .arg(numberText(static_cast<double>(cell.weight)), numberText(static_cast<double>(b.weight)),
                          signedText(static_cast<double>(cell.weight) - static_cast<double>(b.weight), 4));
    } else {
        lines << tr("weight %1").arg(numberText(static_cast<double>(cell.weight)));
        lines << tr("score %1").arg(numberText(static_cast<double>(cell.capped)));
        if (iKey == 0 && hideFirst_->isChecked())
            lines << tr("hidden in the picture");
    }
    lines << tr("distance %1").arg(locale.toString(static_cast<qlonglong>(iQuery - iKey)));
    return lines;
}

void MatrixView::recordingChanged(bool grew) {
    const std::shared_ptr<const AttentionRecord> record = layer(recording());
    if (grew && source_ && record && layer_ == shownLayer() && head_ == shownHead()) {
        source_->grow(record);
        refreshWords();
    } else {
        layer_ = -1;
        rebuild();
        if (!grew)
            canvas_->showAll();
    }
}

void MatrixView::otherChanged() {
    rebuild();
}

void MatrixView::selectionChanged(const Selection& s, QObject*) {
    if (!recording())
        return;
    if (layer_ != shownLayer() || head_ != shownHead()) {
        rebuild();
        return;
    }
    canvas_->setMarked(s.position, s.key);
    cell_->setEnabled(s.position >= 0 && s.key >= 0);
}

QStringList MatrixView::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("pdf"), QStringLiteral("svg"), QStringLiteral("csv"),
            QStringLiteral("npy")};
}

Result<void> MatrixView::exportAs(const QString& path, const QString& format, double scale) {
    if (format == QLatin1String("svg") || format == QLatin1String("pdf")) {
        const CanvasPicture picture(*canvas_);
        return exportPainted({&picture}, path, format, scale);
    }
    if (format == QLatin1String("png")) {
        if (!canvas_->picture(canvas_->size(), scale, true).save(path, "PNG"))
            return fail(ErrorCode::Io, tr("The picture could not be written to %1.").arg(path).toStdString());
        return {};
    }
    const std::shared_ptr<const AttentionRecord> record = layer(recording());
    if (!record)
        return fail(ErrorCode::NotFound, tr("This layer was not recorded.").toStdString());
    MatrixNumbers numbers{record, differenceSource_ ? layer(inside().other()) : nullptr,         inside().alignment(),
                          head_,  source_ ? source_->tiles().options().value : MapValue::Weight, &*recording()};
    return format == QLatin1String("npy") ? writeMatrixNpy(numbers, path) : writeMatrixCsv(numbers, path);
}

QJsonObject MatrixView::saveState() const {
    const HeatmapLook& look = differenceSource_ ? plainLook_ : canvas_->look();
    return {{QStringLiteral("scale"), static_cast<int>(look.scale)},
            {QStringLiteral("block"), static_cast<int>(look.block)},
            {QStringLiteral("map"), static_cast<int>(look.map)},
            {QStringLiteral("hideFirst"), hideFirst_->isChecked()}};
}

void MatrixView::restoreState(const QJsonObject& state) {
    HeatmapLook look = canvas_->look();
    const auto within = [&](const char* key, int count, int fallback) {
        const int v = state[QLatin1String(key)].toInt(fallback);
        return v >= 0 && v < count ? v : fallback;
    };
    look.scale = static_cast<ColourScale>(within("scale", kColourScaleCount, static_cast<int>(look.scale)));
    look.block = static_cast<BlockValue>(within("block", 2, static_cast<int>(look.block)));
    look.map = static_cast<ColourMap>(within("map", kColourMapCount - 1, static_cast<int>(look.map)));
    canvas_->setLook(look);
    plainLook_ = look;
    hideFirst_->setChecked(state[QStringLiteral("hideFirst")].toBool());
}

void MatrixView::retranslate() {
    const QSignalBlocker block(value_);
    value_->setItemText(0, tr("Weights"));
    value_->setItemText(1, tr("Scores"));
    value_->setToolTip(tr("Weights are after the softmax (each row adds up to 1); scores are before it"));
    hideFirst_->setText(tr("Hide first token"));
    hideFirst_->setToolTip(tr("Many heads rest on the first token; without its column the rest is easier to see"));
    difference_->setText(tr("Difference"));
    value_->setAccessibleName(value_->toolTip());
    cell_->setToolTip(tr("Show the arithmetic of the chosen cell"));
    cell_->setAccessibleName(cell_->toolTip());
    canvas_->setAccessibleName(tr("Attention map"));
    refreshWords();
}

} // namespace vitral
