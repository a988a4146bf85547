// SPDX-License-Identifier: Apache-2.0
#pragma once
// The page Languages: what the same text costs in many languages with each open tokenizer, as bars with numbers. The
// passages are six articles of the Universal Declaration of Human Rights, and files of the person's own. Computed off
// the GUI thread. Thread: GUI.

#include "core/tokenizer/passages.h"
#include "widgets/tokenroom/fairness_table.h"
#include "widgets/tokenroom/kept_state.h"
#include "widgets/tokenroom/token_view.h"

#include <QStringList>

class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace vitral {

class FairnessView : public TokenView {
    Q_OBJECT
public:
    explicit FairnessView(TokenController& tokens, QWidget* parent = nullptr);
    ~FairnessView() override;

    enum Measure { kRatio, kPerWord, kPerCharacter, kPerByte, kTokens, kMeasureCount };
    enum Order { kPortugueseFirst, kDearestFirst, kOrderCount };

    [[nodiscard]] QString name() const override { return QStringLiteral("languages"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-languages"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    /// Settings, kept in a file of their own as soon as they change.
    [[nodiscard]] QJsonObject kept() const;
    void restoreKept(const QJsonObject& kept);
    void go(const QString& argument) override; ///< "ratio", "word", "character", "byte" or "tokens"
    [[nodiscard]] bool busy() const override { return computing_; }

    /// Reads text files: one language a file, or several with lines "# name". Says what could not be read.
    void addFiles(const QStringList& paths);
    void removeFiles();
    [[nodiscard]] const QStringList& files() const { return files_; }
    void setMeasure(Measure measure);
    void setOrder(Order order);
    void setBaseline(int row);
    /// Errors: Io.
    Result<void> exportCsv(const QString& path) const;

    [[nodiscard]] const PassageTable& table() const { return table_; }
    [[nodiscard]] BarTable* bars() const { return bars_; }
    [[nodiscard]] QString noteText() const;
    /// The language in the window's words.
    [[nodiscard]] static QString languageName(const PassageTable::Row& row);

protected:
    void tokenizersChanged() override;
    void retranslate() override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    struct Computed {
        PassageSet set;
        PassageTable table;
        std::vector<std::string> failed; ///< names of tokenizers that could not encode
    };
    void compute();
    void fill();
    void fillBaselines();
    [[nodiscard]] double valueOf(std::size_t iColumn, std::size_t iRow) const;
    [[nodiscard]] std::size_t passageAt(int row) const { return order_[std::size_t(row)]; }

    QComboBox *measure_, *baseline_, *sort_;
    QLabel *measureLabel_, *baselineLabel_, *sortLabel_, *note_, *problem_;
    QPushButton *add_, *remove_, *export_, *use_;
    BarTable* bars_;
    QStringList files_;
    PassageSet set_;
    PassageTable table_;
    std::vector<std::size_t> order_; ///< of the rows as they are shown
    QString problemText_, baselineCode_;
    KeptState kept_;
    bool computing_ = false, filling_ = false;
};

} // namespace vitral
