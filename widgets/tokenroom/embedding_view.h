// SPDX-License-Identifier: Apache-2.0
#pragma once
// The page Embedding: the row of the chosen token in the model's embedding matrix, where its norm sits among all, what
// lies near it, and sums of rows with an honest answer. All of it is computed off the GUI thread. Thread: GUI.

#include "widgets/tokenroom/embedding_field.h"
#include "widgets/tokenroom/embedding_pictures.h"
#include "widgets/tokenroom/token_view.h"

class QBoxLayout;
class QCheckBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QToolButton;

namespace vitral {

class BarList;
struct BarContent;

class EmbeddingView : public TokenView {
    Q_OBJECT
public:
    explicit EmbeddingView(TokenController& tokens, QWidget* parent = nullptr);
    ~EmbeddingView() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("embedding"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-embedding"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// A token, as one types it; or a sum: "king - man + woman" (blanks around the signs).
    void go(const QString& argument) override;
    [[nodiscard]] bool busy() const override;

    [[nodiscard]] TokenField* tokenField() const { return field_; }
    [[nodiscard]] VectorBars* vectorBars() const { return bars_; }
    [[nodiscard]] NormHistogram* histogram() const { return histogram_; }
    [[nodiscard]] BarList* neighbours() const { return near_; }
    [[nodiscard]] BarList* answers() const { return answers_; }
    [[nodiscard]] QString factsText() const;
    [[nodiscard]] QString answerText() const;
    [[nodiscard]] int nTerm() const { return int(terms_.size()); }
    [[nodiscard]] TokenField* termField(int i) const { return terms_[std::size_t(i)].field; }
    void setTermNegative(int i, bool negative);
    [[nodiscard]] QCheckBox* unitBox() const { return unit_; }

protected:
    void tokenizersChanged() override;
    void selectionChanged(QObject* origin) override;
    void retranslate() override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Term {
        QWidget* box = nullptr;
        QToolButton *sign = nullptr, *remove = nullptr;
        TokenField* field = nullptr;
        bool negative = false;
        QString wanted; ///< typed before there was a vocabulary
    };
    /// What the pool gives for a token.
    struct Row {
        TokenId id = -1;
        std::vector<float> vector;
        std::vector<EmbeddingRows::Neighbour> near;
        std::int64_t rank = 0;
    };

    static constexpr std::size_t kNeighbours = 12;
    static constexpr int kMostTerms = 8;
    [[nodiscard]] static BarContent neighbourBars(const std::vector<EmbeddingRows::Neighbour>& neighbours,
                                                  const Tokenizer& tokenizer, std::vector<TokenId>& ids);
    void tablesChanged();
    void showToken(TokenId id);
    void addTerm(bool negative, const QString& text = {});
    void removeTerm(QWidget* box);
    void paintSigns();
    void settleTerms();
    void computeSum();
    void say();
    void layOut();
    void bringSums();
    [[nodiscard]] QLabel* heading();

    VocabularyTables* tables_;
    TokenField* field_;
    QLabel *facts_, *rowTitle_, *normTitle_, *nearTitle_, *sumTitle_, *answer_, *sumHelp_;
    VectorBars* bars_;
    NormHistogram* histogram_;
    BarList *near_, *answers_;
    QWidget *termRow_, *page_;
    QPushButton* add_;
    QCheckBox* unit_;
    QScrollArea* scroll_;
    QBoxLayout* columns_;
    std::vector<Term> terms_;
    std::shared_ptr<const EmbeddingMatrix> matrix_; ///< the one that is shown
    Row row_;
    std::vector<TokenId> nearIds_, answerIds_;
    QString sumError_, wanted_;
    std::optional<EmbeddingRows::Arithmetic> sum_;
    bool computing_ = false, summing_ = false;
    bool showSums_ = false; ///< until somebody scrolls
};

} // namespace vitral
