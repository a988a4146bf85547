// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/costs_model.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/value_text.h"

#include <QJsonArray>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

constexpr double kMostPrice = 1e9;
constexpr double kMostContext = 1e12;
constexpr qsizetype kLongestName = 200;
constexpr double kMillion = 1e6;

bool isPrice(double value) {
    return std::isfinite(value) && value >= 0 && value <= kMostPrice;
}

/// As a person types it: in the window's language, or with a point.
std::optional<double> typedNumber(const QVariant& value) {
    bool isNumber = false;
    const QString text = value.toString().trimmed();
    double number = QLocale().toDouble(text, &isNumber);
    if (!isNumber)
        number = QLocale::c().toDouble(text, &isNumber);
    return isNumber ? std::optional(number) : std::nullopt;
}

} // namespace

double priceOf(const PriceRow& row, std::int64_t read, std::int64_t written) {
    return (double(read) * row.input + double(written) * row.output) / kMillion;
}

std::optional<double> contextShare(const PriceRow& row, std::int64_t read, std::int64_t written) {
    return row.context > 0 ? std::optional(double(read + written) / double(row.context)) : std::nullopt;
}

QString priceText(double price, const QString& currency) {
    int decimals = 2;
    for (double shown = price; shown > 0 && shown < 1 && decimals < 8; shown *= 10)
        ++decimals;
    const QString number = QLocale().toString(price, 'f', decimals);
    return currency.isEmpty() ? number : currency + QChar::Nbsp + number;
}

CostsModel::CostsModel(QObject* parent) : QAbstractTableModel(parent), currency_(QStringLiteral("US$")) {
    setExamples();
}

void CostsModel::setExamples() {
    // Round numbers of no seller: a person puts the ones in that count.
    setRows({{tr("Example: small model"), 0.2, 0.8, 128'000},
             {tr("Example: large model"), 3, 15, 200'000},
             {tr("Example: own computer"), 0, 0, 8'192}});
}

void CostsModel::setRows(std::vector<PriceRow> rows) {
    beginResetModel();
    rows_ = std::move(rows);
    if (rows_.size() > std::size_t(kMostRows))
        rows_.resize(kMostRows);
    endResetModel();
    emit edited();
}

int CostsModel::addRow(PriceRow row) {
    const int at = int(rows_.size());
    if (at >= kMostRows)
        return -1;
    beginInsertRows({}, at, at);
    rows_.push_back(std::move(row));
    endInsertRows();
    emit edited();
    return at;
}

void CostsModel::removeRow(int row) {
    if (row < 0 || row >= int(rows_.size()))
        return;
    beginRemoveRows({}, row, row);
    rows_.erase(rows_.begin() + row);
    endRemoveRows();
    emit edited();
}

void CostsModel::computedChanged() {
    if (!rows_.empty())
        emit dataChanged(index(0, kText), index(int(rows_.size()) - 1, kColumnCount - 1));
}

void CostsModel::setAmounts(const TokenAmounts& amounts) {
    amounts_ = amounts;
    computedChanged();
}

void CostsModel::setCurrency(const QString& currency) {
    if (currency.left(12) == currency_)
        return;
    currency_ = currency.left(12);
    computedChanged();
    emit edited();
}

int CostsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(rows_.size());
}

int CostsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(kColumnCount);
}

QString CostsModel::text(int row, int column) const {
    const PriceRow& r = rows_[std::size_t(row)];
    const QString none(QChar(0x2013));
    // What it costs, and below how much of the context it fills.
    const auto costs = [&](const std::optional<std::int64_t>& tokens) {
        if (!tokens)
            return none;
        const QString price = priceText(priceOf(r, *tokens, amounts_.answer), currency_) + QLatin1Char('\n');
        const auto part = contextShare(r, *tokens, amounts_.answer);
        if (!part)
            return price + none;
        return price + (*part > 1 ? tr("%1: too long") : tr("%1 of the context")).arg(percentText(*part));
    };
    switch (column) {
    case kName:
        return r.name;
    case kInput:
        return QLocale().toString(r.input, 'g', 6);
    case kOutput:
        return QLocale().toString(r.output, 'g', 6);
    case kContext:
        return r.context > 0 ? countText(r.context) : none;
    case kText:
        return costs(amounts_.text);
    case kConversation:
        return costs(amounts_.conversation);
    default:
        return {};
    }
}

QVariant CostsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= int(rows_.size()))
        return {};
    const PriceRow& r = rows_[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case Qt::EditRole:
        switch (index.column()) {
        case kInput:
            return QLocale().toString(r.input, 'g', 12);
        case kOutput:
            return QLocale().toString(r.output, 'g', 12);
        case kContext:
            return QString::number(r.context);
        default:
            return r.name;
        }
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter) | int(index.column() == kName ? Qt::AlignLeft : Qt::AlignRight);
    case Qt::FontRole:
        return design::font(design::TextRole::Small);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                                            text(index.row(), index.column()));
    default:
        return {};
    }
}

bool CostsModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !index.isValid() || index.row() >= int(rows_.size()))
        return false;
    PriceRow row = rows_[std::size_t(index.row())];
    if (index.column() == kName) {
        row.name = value.toString().simplified().left(kLongestName);
    } else {
        const std::optional<double> number = typedNumber(value);
        if (!number)
            return false;
        if (index.column() == kContext) {
            if (!std::isfinite(*number) || *number < 0 || *number > kMostContext)
                return false;
            row.context = std::llround(*number);
        } else if (!isPrice(*number)) {
            return false;
        } else {
            (index.column() == kInput ? row.input : row.output) = *number;
        }
    }
    if (row == rows_[std::size_t(index.row())])
        return true;
    rows_[std::size_t(index.row())] = std::move(row);
    emit dataChanged(this->index(index.row(), 0), this->index(index.row(), kColumnCount - 1));
    emit edited();
    return true;
}

Qt::ItemFlags CostsModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() <= kContext)
        flags |= Qt::ItemIsEditable;
    return flags;
}

QVariant CostsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter) | int(section == kName ? Qt::AlignLeft : Qt::AlignRight);
    if (role == Qt::ToolTipRole) {
        switch (section) {
        case kInput:
            return tr("Price of a million tokens that are read; double-click to change it");
        case kOutput:
            return tr("Price of a million tokens that are written; double-click to change it");
        case kContext:
            return tr("Tokens that fit, what is read and what is written together");
        case kText:
            return tr("The text of this room, read once, and the answer");
        case kConversation:
            return tr("The open conversation as the model receives it, read once, and the answer");
        default:
            return {};
        }
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case kName:
        return tr("Name");
    case kInput:
        return tr("Read,\na million");
    case kOutput:
        return tr("Written,\na million");
    case kContext:
        return tr("Context");
    case kText:
        return tr("This text");
    case kConversation:
        return tr("Conversation");
    default:
        return {};
    }
}

QJsonObject CostsModel::save() const {
    QJsonArray rows;
    for (const PriceRow& row : rows_)
        rows.append(QJsonObject{{QStringLiteral("name"), row.name},
                                {QStringLiteral("input"), row.input},
                                {QStringLiteral("output"), row.output},
                                {QStringLiteral("context"), double(row.context)}});
    return {{QStringLiteral("rows"), rows}, {QStringLiteral("currency"), currency_}};
}

void CostsModel::restore(const QJsonObject& kept) {
    if (!kept[QStringLiteral("rows")].isArray())
        return;
    std::vector<PriceRow> rows;
    for (const QJsonValue& value : kept[QStringLiteral("rows")].toArray()) {
        const QJsonObject one = value.toObject();
        PriceRow row{one[QStringLiteral("name")].toString().left(kLongestName), one[QStringLiteral("input")].toDouble(),
                     one[QStringLiteral("output")].toDouble(), 0};
        const double context = one[QStringLiteral("context")].toDouble();
        if (context > 0 && context <= kMostContext)
            row.context = std::llround(context);
        if (value.isObject() && isPrice(row.input) && isPrice(row.output))
            rows.push_back(std::move(row));
    }
    currency_ = kept[QStringLiteral("currency")].toString(currency_).left(12);
    setRows(std::move(rows));
}

} // namespace vitral
