// SPDX-License-Identifier: Apache-2.0
#pragma once
// Many runs at once as a contact sheet: seeds by guidance by steps, any two or three settings against each other. Cells
// are filled as they are computed; a double click runs one of them with all its steps. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/picture_board.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace vitral {

enum class GridAxis : std::uint8_t { Seed, Guidance, Steps, Solver, Class, Prompt, Strength };
inline constexpr int kGridAxes = 7;

/// The settings along an axis. Errors: InvalidArgument (what cannot be read, or a value out of range).
[[nodiscard]] Result<std::vector<diffusion::DenoiseSettings>> alongAxis(const diffusion::DenoiseSettings& base,
                                                                        GridAxis axis, const QString& values,
                                                                        const std::vector<std::string>& classNames);
/// "1-4" and "1, 2, 3"; prompts are separated by "|".
[[nodiscard]] QStringList axisValues(GridAxis axis, const QString& values);

class GridPage : public DenoisePage {
    Q_OBJECT
public:
    explicit GridPage(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("grid"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise-grid"); }
    [[nodiscard]] QString title() const override { return tr("Grid"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool needsRun() const override { return false; }
    [[nodiscard]] bool showsTimeline() const override { return false; }
    [[nodiscard]] QStringList exportFormats() const override { return {QStringLiteral("png"), QStringLiteral("pdf")}; }
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

    void fill(); ///< starts
    void setAxes(GridAxis columns, const QString& columnValues, GridAxis rows, const QString& rowValues,
                 int groups = -1, const QString& groupValues = {});
    [[nodiscard]] PictureBoard* board() const { return board_; }
    [[nodiscard]] int nDone() const { return nDone_; }

protected:
    void retranslate() override;

private:
    struct Cell {
        diffusion::DenoiseSettings settings;
        ShownPicture shown;
        QString note;
    };
    void refresh();
    void refreshState();
    void remember();

    QComboBox *columns_, *rows_, *groups_; ///< groups_: the first entry is none
    QLineEdit *columnValues_, *rowValues_, *groupValues_;
    QLabel *columnLabel_, *rowLabel_, *groupLabel_, *state_;
    QPushButton *fill_, *cancel_;
    PictureBoard* board_;
    std::vector<Cell> cells_; ///< row by row
    QStringList columnHeads_, rowHeads_;
    int nDone_ = 0, nFailed_ = 0;
    quint64 generation_ = 0; ///< answers of an earlier filling are dropped
};

} // namespace vitral
