// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/grid_page.h"

#include "widgets/chat/error_text.h"
#include "widgets/denoise/denoise_words.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kMostValues = 32, kMostCells = 400;
constexpr int kFieldWidth = 190;

class GridWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::GridWords)
};

QString axisTitle(GridAxis axis) {
    switch (axis) {
    case GridAxis::Seed:
        return GridWords::tr("seeds");
    case GridAxis::Guidance:
        return GridWords::tr("guidance");
    case GridAxis::Steps:
        return GridWords::tr("steps");
    case GridAxis::Solver:
        return GridWords::tr("solvers");
    case GridAxis::Class:
        return GridWords::tr("classes");
    case GridAxis::Prompt:
        return GridWords::tr("prompts");
    case GridAxis::Strength:
        return GridWords::tr("strength");
    }
    return {};
}

QString axisHint(GridAxis axis) {
    switch (axis) {
    case GridAxis::Seed:
    case GridAxis::Steps:
    case GridAxis::Class:
        return GridWords::tr("such as 1-4 or 3, 7, 12");
    case GridAxis::Guidance:
    case GridAxis::Strength:
        return GridWords::tr("such as 1, 2.5, 4");
    case GridAxis::Solver:
        return GridWords::tr("such as ddim, euler, dpmpp-2m");
    case GridAxis::Prompt:
        return GridWords::tr("one after the other, with | between");
    }
    return {};
}

} // namespace

QStringList axisValues(GridAxis axis, const QString& values) {
    // With semicolons between them, numbers may be written with a comma: 1; 2,5; 4.
    const bool commas = (axis == GridAxis::Guidance || axis == GridAxis::Strength) && values.contains(QLatin1Char(';'));
    const QChar between = axis == GridAxis::Prompt ? QLatin1Char('|') : QLatin1Char(commas ? ';' : ',');
    QStringList out;
    static const QRegularExpression range(QStringLiteral("^(\\d{1,9})\\s*[-\u2013]\\s*(\\d{1,9})$"));
    for (const QString& part : values.split(between, Qt::SkipEmptyParts)) {
        const QString text = part.trimmed();
        const bool whole = axis == GridAxis::Seed || axis == GridAxis::Steps || axis == GridAxis::Class;
        const QRegularExpressionMatch match = whole ? range.match(text) : QRegularExpressionMatch();
        if (match.hasMatch()) {
            const qint64 first = match.captured(1).toLongLong(), last = match.captured(2).toLongLong();
            for (qint64 i = first; i <= last && out.size() <= kMostValues; ++i)
                out << QString::number(i);
        } else if (!text.isEmpty()) {
            out << (commas ? QString(text).replace(QLatin1Char(','), QLatin1Char('.')) : text);
        }
    }
    return out;
}

Result<std::vector<DenoiseSettings>> alongAxis(const DenoiseSettings& base, GridAxis axis, const QString& values,
                                               const std::vector<std::string>& classNames) {
    const QStringList texts = axisValues(axis, values);
    const auto wrong = [&](const QString& text) {
        return fail(ErrorCode::InvalidArgument, GridWords::tr("\"%1\" cannot be one of the %2; write them %3.")
                                                    .arg(text, axisTitle(axis), axisHint(axis))
                                                    .toStdString());
    };
    if (texts.isEmpty())
        return wrong(values);
    if (texts.size() > kMostValues)
        return fail(ErrorCode::InvalidArgument,
                    GridWords::tr("At most %1 values fit along one side.").arg(kMostValues).toStdString());
    std::vector<DenoiseSettings> out;
    for (const QString& text : texts) {
        DenoiseSettings s = base;
        bool ok = true;
        switch (axis) {
        case GridAxis::Seed:
            s.seed = text.toULongLong(&ok);
            break;
        case GridAxis::Guidance:
            s.guidance = text.toDouble(&ok);
            ok = ok && s.guidance >= 0 && s.guidance <= 100;
            break;
        case GridAxis::Steps:
            s.steps = text.toInt(&ok);
            ok = ok && s.steps >= 1 && s.steps <= 1000;
            break;
        case GridAxis::Strength:
            s.strength = text.toDouble(&ok);
            ok = ok && s.strength > 0 && s.strength <= 1;
            break;
        case GridAxis::Class: {
            s.classId = text.toInt(&ok);
            for (std::size_t i = 0; i < classNames.size(); ++i)
                if (QString::fromStdString(classNames[i]).compare(text, Qt::CaseInsensitive) == 0) {
                    s.classId = std::int32_t(i);
                    ok = true;
                }
            ok = ok && s.classId >= 0 && std::size_t(s.classId) < classNames.size();
            break;
        }
        case GridAxis::Prompt:
            s.prompt = text.toStdString();
            break;
        case GridAxis::Solver:
            ok = false;
            for (const SolverKind kind : kSolverKinds)
                if (solverName(kind) == text.toLower().toStdString() ||
                    solverTitle(kind).compare(text, Qt::CaseInsensitive) == 0) {
                    s.solver = kind;
                    ok = true;
                }
            break;
        }
        if (!ok)
            return wrong(text);
        out.push_back(std::move(s));
    }
    return out;
}

GridPage::GridPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    const auto [head, page] = makeFrame();
    auto* row = new FlowRow;
    const auto axis = [&](QLabel*& label, QComboBox*& kind, QLineEdit*& values, int nBefore) {
        label = new QLabel(this);
        label->setProperty("role", "small");
        kind = new QComboBox(this);
        for (int i = 0; i < kGridAxes + nBefore; ++i)
            kind->addItem(QString());
        values = new QLineEdit(this);
        values->setMinimumWidth(kFieldWidth);
        label->setBuddy(kind);
        auto* pair = new QWidget(this); // a control never parts from its name
        auto* line = new QHBoxLayout(pair);
        line->setContentsMargins(0, 0, 0, 0);
        line->addWidget(label);
        line->addWidget(kind);
        row->addWidget(pair);
        row->addWidget(values);
        connect(kind, &QComboBox::activated, this, [this, values, nBefore](int i) {
            values->clear(); // another axis, other values
            values->setPlaceholderText(i < nBefore ? QString() : axisHint(GridAxis(i - nBefore)));
            values->setEnabled(i >= nBefore);
            remember();
        });
        connect(values, &QLineEdit::textChanged, this, &GridPage::remember);
        connect(values, &QLineEdit::returnPressed, this, &GridPage::fill);
    };
    axis(columnLabel_, columns_, columnValues_, 0);
    axis(rowLabel_, rows_, rowValues_, 0);
    axis(groupLabel_, groups_, groupValues_, 1);
    groupValues_->setEnabled(false);
    fill_ = new QPushButton(this);
    fill_->setProperty("kind", "primary");
    cancel_ = new QPushButton(this);
    row->addWidget(fill_);
    row->addWidget(cancel_);
    head->addLayout(row);
    state_ = new QLabel(this);
    state_->setProperty("role", "small");
    state_->setWordWrap(true);
    state_->setTextFormat(Qt::PlainText);
    head->addWidget(state_);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, design::kSpace2, 0);
    board_ = new PictureBoard(page);
    column->addWidget(board_);
    column->addStretch(1);
    columns_->setCurrentIndex(int(GridAxis::Seed));
    rows_->setCurrentIndex(int(GridAxis::Guidance));
    columnValues_->setText(QStringLiteral("1-4"));
    rowValues_->setText(QStringLiteral("1, 2, 4"));
    connect(fill_, &QPushButton::clicked, this, &GridPage::fill);
    connect(cancel_, &QPushButton::clicked, this, [this] { this->denoise().cancel(); });
    connect(board_, &PictureBoard::activated, this, [this](int index) {
        if (index < 0 || index >= int(cells_.size()))
            return;
        this->denoise().adoptSettings(cells_[std::size_t(index)].settings);
        if (this->denoise().run() != 0)
            emit pageAsked(QStringLiteral("steps"));
    });
    connect(&denoise, &DenoiseController::busyChanged, this, &GridPage::refreshState);
    connect(&denoise, &DenoiseController::modelChanged, this, &GridPage::refreshState);
    retranslate();
    refresh();
}

QString GridPage::help() const {
    return tr("One picture for every pair of values; everything else is as in the settings. Double-click a picture, or "
              "press Enter on it, to run it with all its steps.");
}

void GridPage::retranslate() {
    columnLabel_->setText(tr("Across"));
    rowLabel_->setText(tr("Down"));
    groupLabel_->setText(tr("In groups"));
    groups_->setItemText(0, tr("none"));
    for (int i = 0; i < kGridAxes; ++i) {
        columns_->setItemText(i, axisTitle(GridAxis(i)));
        rows_->setItemText(i, axisTitle(GridAxis(i)));
        groups_->setItemText(i + 1, axisTitle(GridAxis(i)));
    }
    groups_->setAccessibleName(tr("What changes from group to group"));
    groupValues_->setAccessibleName(tr("Values of the groups"));
    columnValues_->setPlaceholderText(axisHint(GridAxis(columns_->currentIndex())));
    rowValues_->setPlaceholderText(axisHint(GridAxis(rows_->currentIndex())));
    columns_->setAccessibleName(tr("What changes across"));
    rows_->setAccessibleName(tr("What changes down"));
    columnValues_->setAccessibleName(tr("Values across"));
    rowValues_->setAccessibleName(tr("Values down"));
    fill_->setText(tr("Fill the grid"));
    cancel_->setText(tr("Cancel"));
    board_->setAccessibleName(tr("The grid"));
    refresh();
}

void GridPage::setAxes(GridAxis columns, const QString& columnValues, GridAxis rows, const QString& rowValues,
                       int groups, const QString& groupValues) {
    columns_->setCurrentIndex(int(columns));
    rows_->setCurrentIndex(int(rows));
    columnValues_->setText(columnValues);
    rowValues_->setText(rowValues);
    groups_->setCurrentIndex(groups + 1);
    groupValues_->setText(groupValues);
    groupValues_->setEnabled(groups >= 0);
}

void GridPage::remember() {
    if (!isVisible())
        return;
    denoise().setExtra(QStringLiteral("grid"), saveState());
}

void GridPage::fill() {
    const DiffusionModelPtr& model = denoise().model();
    if (!model) {
        emit denoise().problem(tr("There is no model yet: choose one first."));
        return;
    }
    const auto& classes = model->info.classNames;
    std::vector<DenoiseController::BatchItem> items;
    std::vector<Cell> cells;
    // The outermost first; one that cannot be read ends it with its sentence.
    const auto expand = [&](const std::vector<DenoiseSettings>& from, GridAxis axis, const QString& values,
                            std::vector<DenoiseSettings>& out) {
        for (const DenoiseSettings& one : from) {
            auto some = alongAxis(one, axis, values, classes);
            if (!some) {
                emit denoise().problem(knownText(some.error()));
                return false;
            }
            out.insert(out.end(), some->begin(), some->end());
            if (out.size() > std::size_t(kMostCells)) {
                emit denoise().problem(tr("At most %1 pictures fit into a grid.").arg(kMostCells));
                return false;
            }
        }
        return true;
    };
    const std::vector<DenoiseSettings> base = {denoise().settings()};
    std::vector<DenoiseSettings> groups, rows, all;
    const bool grouped = groups_->currentIndex() > 0;
    const auto groupAxis = GridAxis(std::max(0, groups_->currentIndex() - 1));
    if ((grouped && !expand(base, groupAxis, groupValues_->text(), groups)) ||
        !expand(grouped ? groups : base, GridAxis(rows_->currentIndex()), rowValues_->text(), rows) ||
        !expand(rows, GridAxis(columns_->currentIndex()), columnValues_->text(), all))
        return;
    const quint64 generation = ++generation_;
    for (const DenoiseSettings& settings : all) {
        const std::size_t index = cells.size();
        cells.push_back({settings, {}, {}});
        items.push_back({settings, [this, generation, index](const Result<DenoiseRecordingPtr>& done) {
                             if (generation != generation_ || index >= cells_.size())
                                 return;
                             Cell& cell = cells_[index];
                             if (done && (*done)->result) {
                                 cell.shown = showPicture(*(*done)->result, {});
                                 ++nDone_;
                             } else {
                                 ++nFailed_;
                                 cell.note = !done && done.error().code != ErrorCode::Cancelled
                                                 ? knownText(done.error())
                                                 : tr("cancelled");
                             }
                             refresh();
                         }});
    }
    denoise().cancel();
    cells_ = std::move(cells);
    columnHeads_ = axisValues(GridAxis(columns_->currentIndex()), columnValues_->text());
    const QStringList rowTexts = axisValues(GridAxis(rows_->currentIndex()), rowValues_->text());
    rowHeads_.clear();
    for (const QString& group : grouped ? axisValues(groupAxis, groupValues_->text()) : QStringList{QString()})
        for (const QString& row : rowTexts)
            rowHeads_ << (group.isEmpty() ? row : group + QStringLiteral(" \u00B7 ") + row);
    nDone_ = nFailed_ = 0;
    refresh();
    denoise().runBatch(this, std::move(items));
}

void GridPage::refreshState() {
    const bool busy = denoise().busy();
    cancel_->setEnabled(busy);
    fill_->setEnabled(denoise().model() != nullptr);
    const QLocale locale;
    const int n = int(cells_.size());
    if (n == 0)
        state_->setText(denoise().model() ? QString() : tr("Choose a model first."));
    else if (nDone_ + nFailed_ < n)
        state_->setText(tr("%1 of %2 pictures are there.").arg(locale.toString(nDone_), locale.toString(n)));
    else
        state_->setText(nFailed_ > 0
                            ? tr("%1 pictures, %2 not made.").arg(locale.toString(nDone_), locale.toString(nFailed_))
                            : tr("All %1 pictures are there.").arg(locale.toString(n)));
}

void GridPage::refresh() {
    refreshState();
    BoardContent content;
    content.empty = tr("Say what changes across and down, then fill the grid. It is computed one picture after the "
                       "other and can be cancelled.");
    content.nColumn = int(columnHeads_.size());
    content.columnHeads = columnHeads_;
    content.rowHeads = rowHeads_;
    content.captionLines = 0;
    const std::vector<std::string> none;
    const auto& names = denoise().model() ? denoise().model()->info.classNames : none;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        BoardPicture p;
        p.key = QString::number(i);
        p.shown = cells_[i].shown;
        p.shown.pixels = {}; // cells are chosen here, not pixels
        p.note = cells_[i].note.isEmpty() ? tr("waiting") : cells_[i].note;
        p.words = settingsLines(cells_[i].settings, names).join(QStringLiteral(", "));
        content.pictures.push_back(std::move(p));
    }
    if (cells_.empty())
        content.nColumn = 0;
    board_->setContent(std::move(content));
}

Result<void> GridPage::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({board_}, path, format, scale);
}

QJsonObject GridPage::saveState() const {
    return {
        {QStringLiteral("columns"), columns_->currentIndex()},   {QStringLiteral("rows"), rows_->currentIndex()},
        {QStringLiteral("columnValues"), columnValues_->text()}, {QStringLiteral("rowValues"), rowValues_->text()},
        {QStringLiteral("groups"), groups_->currentIndex() - 1}, {QStringLiteral("groupValues"), groupValues_->text()}};
}

void GridPage::restoreState(const QJsonObject& state) {
    if (!state.contains(QStringLiteral("columns")))
        return;
    setAxes(GridAxis(std::clamp(state[QStringLiteral("columns")].toInt(), 0, kGridAxes - 1)),
            state[QStringLiteral("columnValues")].toString().left(2000),
            GridAxis(std::clamp(state[QStringLiteral("rows")].toInt(), 0, kGridAxes - 1)),
            state[QStringLiteral("rowValues")].toString().left(2000),
            std::clamp(state[QStringLiteral("groups")].toInt(-1), -1, kGridAxes - 1),
            state[QStringLiteral("groupValues")].toString().left(2000));
}

} // namespace vitral
