// SPDX-License-Identifier: Apache-2.0
#pragma once
// The page Vocabulary: every entry of the current tokenizer, searched by text, expression or id, filtered by script,
// length, reach and looks, sorted by any column. A click chooses the token for the other pages. Thread: GUI.

#include "widgets/tokenroom/token_view.h"
#include "widgets/tokenroom/vocabulary_model.h"

#include <QTimer>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;

namespace vitral {

class VocabularyView : public TokenView {
    Q_OBJECT
public:
    explicit VocabularyView(TokenController& tokens, QWidget* parent = nullptr);
    ~VocabularyView() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("vocabulary"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-vocabulary"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void go(const QString& argument) override; ///< "unreachable", "undertrained", or what to look for
    [[nodiscard]] bool busy() const override;

    [[nodiscard]] VocabularyModel* model() const { return model_; }
    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] QLineEdit* searchField() const { return search_; }
    [[nodiscard]] QCheckBox* expressionBox() const { return expression_; }
    [[nodiscard]] QCheckBox* unreachableBox() const { return unreachable_; }
    [[nodiscard]] QCheckBox* undertrainedBox() const { return undertrained_; }
    [[nodiscard]] QString ruleText() const;
    [[nodiscard]] QString statusText() const;
    /// What the controls ask for. Errors: InvalidArgument (ids that are no numbers).
    [[nodiscard]] Result<VocabularyQuery> query() const;

protected:
    void tokenizersChanged() override;
    void selectionChanged(QObject* origin) override;
    void retranslate() override;
    void showEvent(QShowEvent* event) override;

private:
    void tablesChanged();
    void find();
    void fillScripts();
    void showSelection();
    void choose(int row, bool open);
    void say();

    VocabularyTables* tables_;
    VocabularyModel* model_;
    QLineEdit* search_;
    QCheckBox *expression_, *unreachable_, *undertrained_;
    QComboBox* script_;
    QLabel *bytesLabel_, *toLabel_, *rule_, *status_;
    QSpinBox *minBytes_, *maxBytes_;
    QTableView* table_;
    QPushButton* open_;
    QTimer timer_;
    std::shared_ptr<const VocabularyIndex> index_; ///< the one the table shows
    QString error_;                                ///< of the search
    bool finding_ = false, filling_ = false;
};

} // namespace vitral
