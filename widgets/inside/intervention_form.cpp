// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/intervention_form.h"

#include "widgets/design/decimal_box.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/intervention_edits.h"

#include <QComboBox>
#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {

namespace {

constexpr int kMostColumns = 100'000;
constexpr Point kPoints[] = {Point::Z,        Point::AttnOut,   Point::MlpPost, Point::MlpOut, Point::ResidPre,
                             Point::ResidMid, Point::ResidPost, Point::Q,       Point::K,      Point::V};
constexpr EditKind kEdits[] = {EditKind::Zero, EditKind::Scale, EditKind::Mean, EditKind::Replace};

bool hasHeads(Point point) {
    return point == Point::Z || point == Point::Q || point == Point::K || point == Point::V;
}

} // namespace

Result<std::vector<std::int32_t>> parseColumns(const QString& text) {
    std::vector<std::int32_t> columns;
    for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const QStringList ends = part.trimmed().split(QLatin1Char('-'));
        bool ok1 = false, ok2 = false;
        const int first = ends.front().trimmed().toInt(&ok1);
        const int last = ends.size() == 2 ? ends.back().trimmed().toInt(&ok2) : (ok2 = true, first);
        if (!ok1 || !ok2 || ends.size() > 2 || first < 0 || last < first || last - first >= kMostColumns)
            return fail(
                ErrorCode::InvalidArgument,
                InterventionForm::tr("\u201C%1\u201D is no list of columns such as 3, 10-12.").arg(text).toStdString());
        for (int i = first; i <= last; ++i)
            columns.push_back(i);
    }
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    return columns;
}

InterventionForm::InterventionForm(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    auto* row = new FlowRow; // fields go on in a next row where the window is narrow
    column->addLayout(row);
    column->addStretch(1);
    const auto place = [&](QLabel*& label, QWidget* field) { row->addWidget(labelledField(label, field, this)); };
    point_ = new QComboBox(this);
    for (const Point point : kPoints)
        point_->addItem(QString(), int(point));
    layer_ = new QSpinBox(this);
    head_ = new QSpinBox(this);
    head_->setMinimum(-1);
    columns_ = new QLineEdit(this);
    edit_ = new QComboBox(this);
    for (const EditKind edit : kEdits)
        edit_->addItem(QString(), int(edit));
    factor_ = new design::DecimalBox(this);
    factor_->setRange(-1000, 1000);
    factor_->setValue(2);
    factor_->setSingleStep(0.5);
    first_ = new QSpinBox(this);
    first_->setRange(0, 1'000'000);
    last_ = new QSpinBox(this);
    last_->setRange(-1, 1'000'000);
    last_->setValue(-1);
    head_->setValue(-1);
    source_ = new QComboBox(this);
    add_ = new QPushButton(this);
    add_->setProperty("kind", "primary");
    place(pointLabel_, point_);
    place(layerLabel_, layer_);
    place(headLabel_, head_);
    place(columnsLabel_, columns_);
    place(editLabel_, edit_);
    place(firstLabel_, first_);
    place(lastLabel_, last_);
    place(factorLabel_, factor_);
    place(sourceLabel_, source_);
    row->addWidget(add_);
    connect(point_, &QComboBox::currentIndexChanged, this, &InterventionForm::refresh);
    connect(edit_, &QComboBox::currentIndexChanged, this, &InterventionForm::refresh);
    connect(add_, &QPushButton::clicked, this, &InterventionForm::addAsked);
    retranslate();
}

void InterventionForm::setLimits(std::int64_t nLayer, std::int64_t nHead) {
    layer_->setMaximum(std::max(0, int(nLayer) - 1));
    head_->setMaximum(std::max(-1, int(nHead) - 1));
    add_->setEnabled(nLayer > 0);
}

void InterventionForm::setPlace(std::int32_t iLayer, std::int32_t iHead) {
    if (iLayer >= 0)
        layer_->setValue(iLayer);
    if (iHead >= 0)
        head_->setValue(iHead);
}

void InterventionForm::setSources(RecordingPtr shown, RecordingPtr other) {
    shown_ = std::move(shown);
    other_ = std::move(other);
    const QVariant now = source_->currentData();
    source_->clear();
    if (shown_)
        source_->addItem(tr("the run on screen"), 0);
    if (other_)
        source_->addItem(tr("the run compared with"), 1);
    source_->setCurrentIndex(std::max(0, source_->findData(now)));
}

Result<Intervention> InterventionForm::intervention() const {
    Intervention item;
    item.point = static_cast<Point>(point_->currentData().toInt());
    item.iLayer = layer_->value();
    item.iHead = hasHeads(item.point) ? head_->value() : -1;
    VITRAL_TRY_ASSIGN(item.columns, parseColumns(columns_->text()));
    item.firstPosition = first_->value();
    item.endPosition = last_->value() < 0 ? -1 : last_->value() + 1;
    if (item.endPosition >= 0 && item.endPosition <= item.firstPosition)
        return fail(ErrorCode::InvalidArgument, tr("The last token comes before the first.").toStdString());
    item.edit = static_cast<EditKind>(edit_->currentData().toInt());
    item.factor = float(factor_->value());
    if (item.edit == EditKind::Mean || item.edit == EditKind::Replace) {
        item.source = source_->currentData().toInt() == 1 ? other_ : shown_;
        if (!item.source)
            return fail(ErrorCode::InvalidArgument, tr("There is no run to take the values from.").toStdString());
        if (item.source->find(item.point, item.iLayer) == nullptr)
            return fail(ErrorCode::InvalidArgument, tr("That run did not record %1. Record it in the Model view first.")
                                                        .arg(QString::fromStdString(pointName(item.point, item.iLayer)))
                                                        .toStdString());
    }
    return item;
}

void InterventionForm::refresh() {
    const auto point = static_cast<Point>(point_->currentData().toInt());
    const auto edit = static_cast<EditKind>(edit_->currentData().toInt());
    const bool fromRun = edit == EditKind::Mean || edit == EditKind::Replace;
    head_->setEnabled(hasHeads(point));
    factor_->setEnabled(edit == EditKind::Scale);
    source_->setVisible(fromRun);
    sourceLabel_->setVisible(fromRun);
    columnsLabel_->setText(point == Point::MlpPost ? tr("Neurons") : tr("Columns"));
}

void InterventionForm::retranslate() {
    for (int i = 0; i < point_->count(); ++i)
        point_->setItemText(i, InterventionWords::pointText(static_cast<Point>(point_->itemData(i).toInt())));
    for (int i = 0; i < edit_->count(); ++i)
        edit_->setItemText(i, InterventionWords::editText(static_cast<EditKind>(edit_->itemData(i).toInt())));
    pointLabel_->setText(tr("Where"));
    layerLabel_->setText(tr("Layer"));
    headLabel_->setText(tr("Head"));
    head_->setSpecialValueText(tr("all"));
    columns_->setPlaceholderText(tr("all"));
    editLabel_->setText(tr("Change"));
    firstLabel_->setText(tr("From token"));
    lastLabel_->setText(tr("To token"));
    last_->setSpecialValueText(tr("the end"));
    factorLabel_->setText(tr("Factor"));
    sourceLabel_->setText(tr("Values of"));
    add_->setText(tr("Add"));
    const QPair<QWidget*, QLabel*> fields[] = {{point_, pointLabel_},   {layer_, layerLabel_},  {head_, headLabel_},
                                               {edit_, editLabel_},     {first_, firstLabel_},  {last_, lastLabel_},
                                               {factor_, factorLabel_}, {source_, sourceLabel_}};
    for (const auto& [field, label] : fields)
        field->setAccessibleName(label->text());
    columns_->setAccessibleName(tr("Columns or neurons, such as 3, 10-12"));
    refresh();
}

void InterventionForm::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
