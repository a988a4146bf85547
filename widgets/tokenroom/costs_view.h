// SPDX-License-Identifier: Apache-2.0
#pragma once
// The page Costs: what the text and the open conversation would cost, and how much of the context they fill, by a table
// of the person's own prices. Thread: GUI.

#include "widgets/tokenroom/costs_model.h"
#include "widgets/tokenroom/kept_state.h"
#include "widgets/tokenroom/token_view.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;

namespace vitral {

class CostsView : public TokenView {
    Q_OBJECT
public:
    explicit CostsView(TokenController& tokens, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("costs"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-costs"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;

    [[nodiscard]] CostsModel* model() const { return model_; }
    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] QSpinBox* answerBox() const { return answer_; }
    [[nodiscard]] QString amountsText() const;

protected:
    void textChanged(std::size_t at, std::size_t removed, std::size_t inserted) override;
    void tokenizersChanged() override;
    void cutChanged(int tokenizer) override;
    void retranslate() override;

private:
    void count();

    CostsModel* model_;
    QLabel *amounts_, *answerLabel_, *currencyLabel_, *note_;
    QSpinBox* answer_;
    QLineEdit* currency_;
    QTableView* table_;
    QPushButton *add_, *remove_, *examples_;
    KeptState kept_;
};

} // namespace vitral
