// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a token came about, step by step: the text, what normalisation made of it, the pre-tokens, and then the model's
// own steps: merges as a growing tree, the search for the longest piece, or all ways and their scores. Thread: GUI.

#include "widgets/tokenroom/token_view.h"

#include <QTimer>

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QSlider;
class QToolButton;
class QVBoxLayout;

namespace vitral {

class LatticePicture;
class MergePicture;
class PaneStrip;

class PathView final : public TokenView {
    Q_OBJECT
public:
    explicit PathView(TokenController& tokens, QWidget* parent = nullptr);
    ~PathView() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("path"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-path"); }
    [[nodiscard]] QString title() const override { return tr("Path"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    /// "5": the token with that index of the current tokenizer; "5:3": after three steps.
    void go(const QString& argument) override;

    /// Below a text: without the row that names the token, and with the model's own steps in view.
    void setCompact(bool on);
    [[nodiscard]] int nStep() const; ///< of the model's steps for this word
    [[nodiscard]] int step() const;
    void setStep(int step);
    [[nodiscard]] MergePicture* merges() const { return merges_; }
    [[nodiscard]] LatticePicture* lattice() const { return lattice_; }
    [[nodiscard]] PaneStrip* search() const { return search_; }
    [[nodiscard]] PaneStrip* result() const { return result_; }
    [[nodiscard]] const std::vector<PaneStrip*>& ways() const { return ways_; }
    [[nodiscard]] QString stepText() const;

protected:
    void textChanged(std::size_t at, std::size_t removed, std::size_t inserted) override;
    void tokenizersChanged() override;
    void cutChanged(int tokenizer) override;
    void selectionChanged(QObject* origin) override;
    void retranslate() override;
    void keyPressEvent(QKeyEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    struct Word; ///< what is known of the pre-token on show
    QWidget* section(QLabel*& title);
    QWidget* makeStepRow();
    void refresh();
    [[nodiscard]] std::ptrdiff_t wantedToken() const;
    void fillText();
    void fillNeighbours();
    void fillModel();
    void fillMerges();
    void fillSearch();
    void fillLattice();
    void fillWays();
    void fillStep();
    void selectToken(std::size_t index);
    void stepToken(int by);
    [[nodiscard]] QString pieceText(std::uint32_t begin, std::uint32_t end) const;

    std::unique_ptr<Word> word_;
    QLabel *heading_, *textTitle_, *normalTitle_, *preTitle_, *modelTitle_, *resultTitle_, *waysTitle_, *modelNote_,
        *stepLabel_, *samplesTitle_, *alphaLabel_;
    PaneStrip *text_, *before_, *after_, *pre_, *search_, *result_;
    MergePicture* merges_;
    LatticePicture* lattice_;
    QScrollArea *scroll_, *mergeScroll_, *latticeScroll_;
    QWidget *stepRow_, *waysBox_, *column_;
    QVBoxLayout *waysLayout_, *samplesLayout_;
    std::vector<PaneStrip*> ways_;
    std::vector<QWidget*> wayRows_;
    QSlider* slider_;
    QToolButton *previousToken_, *nextToken_, *first_, *previous_, *next_, *play_;
    QDoubleSpinBox* alpha_;
    QPushButton* draw_;
    QTimer player_;
    bool compact_ = false;
    std::uint64_t seed_ = 1;
    int wantedStep_ = -1; ///< asked for by go(), perhaps before the text is cut
    std::ptrdiff_t wantedToken_ = -1;
};

} // namespace vitral
