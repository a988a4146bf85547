// SPDX-License-Identifier: Apache-2.0
#pragma once
// The person's own table of prices, and what a text, a conversation and an answer would cost by it. The program knows
// no prices: what it begins with are examples and says so. Thread: GUI.

#include <QAbstractTableModel>
#include <QJsonObject>
#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace vitral {

struct PriceRow {
    QString name;
    double input = 0, output = 0; ///< for a million tokens, in the person's currency; finite, not negative
    std::int64_t context = 0;     ///< tokens; 0: not known
    bool operator==(const PriceRow&) const = default;
};

/// What is to be paid for.
struct TokenAmounts {
    std::optional<std::int64_t> text, conversation; ///< nothing: not known yet, or there is none
    std::int64_t answer = 500;
};

/// Tokens that are read and an answer that is written, by the prices of a row.
[[nodiscard]] double priceOf(const PriceRow& row, std::int64_t read, std::int64_t written);
/// Share of the context that they fill; nothing where it is not known. Above 1: they do not fit.
[[nodiscard]] std::optional<double> contextShare(const PriceRow& row, std::int64_t read, std::int64_t written);
/// "0.0012", with as many digits as small prices need.
[[nodiscard]] QString priceText(double price, const QString& currency);

class CostsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        kName,
        kInput,
        kOutput,
        kContext,
        kText,
        kConversation,
        kColumnCount
    };
    static constexpr int kMostRows = 200;

    explicit CostsModel(QObject* parent = nullptr);

    [[nodiscard]] const std::vector<PriceRow>& rows() const { return rows_; }
    void setRows(std::vector<PriceRow> rows);
    void setExamples();
    /// Its place; -1: there are too many.
    int addRow(PriceRow row);
    void removeRow(int row);
    void setAmounts(const TokenAmounts& amounts);
    [[nodiscard]] const TokenAmounts& amounts() const { return amounts_; }
    void setCurrency(const QString& currency);
    [[nodiscard]] const QString& currency() const { return currency_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    [[nodiscard]] QJsonObject save() const;
    void restore(const QJsonObject& kept); ///< what makes no sense in it is left out

signals:
    void edited(); ///< a row or the currency is another one: worth keeping

private:
    [[nodiscard]] QString text(int row, int column) const;
    void computedChanged();

    std::vector<PriceRow> rows_;
    TokenAmounts amounts_;
    QString currency_;
};

} // namespace vitral
