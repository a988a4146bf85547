// SPDX-License-Identifier: Apache-2.0
#pragma once
// The architecture of the loaded model, drawn from the operations one real pass made, with what each of them cost; the
// chosen one's details, and the tensor it wrote where that was recorded. Thread: GUI.

#include "core/backend/operation_list.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/tensor_statistics.h"

#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSplitter;

namespace vitral {

class LineChart;
class OperationMap;

class ModelView : public InsideView {
    Q_OBJECT
public:
    explicit ModelView(InsideController& inside, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("model"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-model"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool needsRecording() const override { return false; }
    [[nodiscard]] bool compares() const override { return true; }
    [[nodiscard]] std::vector<TracePoint> wantedPoints() const override { return points_; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void go(const QString& argument) override; ///< "layer.head" is no use here; a number opens that layer

    [[nodiscard]] OperationMap* map() const { return map_; }
    [[nodiscard]] const std::shared_ptr<const OperationList>& operations() const { return list_; }
    [[nodiscard]] QString detailText() const; ///< as plain text (tests, screen readers)
    void measureAgain(bool whole); ///< whole: decoding after all of the recorded text, however long that takes

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    enum class PassKind : std::uint8_t { Decode, Prefill };
    void adopt(std::shared_ptr<const OperationList> list);
    void fillDetail();
    void fillTensor();
    void showStatistics(TensorStatistics statistics, Point point);
    void showDifference(const TensorDifference& difference, Point point);
    void showHistogram(TensorStatistics statistics, const QString& curve);
    void recordTensor();
    void unfoldOperation();
    void unfoldNode(int node, QPoint at); ///< a group's parts; -1: of the whole pass
    void unfoldTensor();
    [[nodiscard]] const Operation* chosen() const; ///< null: none, or a group of operations
    /// Rows of a point as recorded, whether on its own or as part of attention; empty: not there.
    [[nodiscard]] static Rows recordedRows(const RecordingPtr& recording, Point point, std::int32_t iLayer,
                                           std::int64_t* firstPosition);

    OperationMap* map_;
    QComboBox *pass_, *measure_, *tensor_;
    QCheckBox* difference_;
    QPushButton *again_, *openAll_, *record_, *unfold_, *unfoldTensor_;
    QLabel *passLabel_, *measureLabel_, *summary_, *detail_, *statistics_;
    LineChart* histogram_;
    QSplitter* splitter_;
    std::shared_ptr<const OperationList> list_;
    std::vector<TracePoint> points_;       ///< asked for by recordTensor()
    std::optional<TensorStatistics> said_; ///< what statistics_ says, its rows as positions
    const void* shownModel_ = nullptr;
    bool measuring_ = false;
};

} // namespace vitral
