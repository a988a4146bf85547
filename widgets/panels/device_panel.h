// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where models are computed: the devices that were found (or why there is none), the choice, how many layers go to a
// graphics card, and what the loaded model's layers do. Asks the driver on a thread of its own, when it is first shown.
// Thread: GUI.

#include "core/backend/shared_rows.h"
#include "core/runtime/placement.h"
#include "widgets/chat/model_session.h"

#include <QWidget>

#include <functional>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace vitral {

class DevicePanel : public QWidget {
    Q_OBJECT
public:
    using Find = std::function<GpuFindings()>;
    /// `find` is called on the worker (findGpus, or what a test wants to be found).
    DevicePanel(ModelSession& model, Worker& worker, Find find, const DeviceOptions& options,
                QWidget* parent = nullptr);

    [[nodiscard]] const DeviceOptions& options() const { return options_; }
    /// What stands where there is no device, in the person's language; empty for GpuAbsence::None.
    [[nodiscard]] static QString absenceText(const GpuFindings& findings);
    /// "28 of 32 layers on NVIDIA H200, 4 on the processor. About 14.1 GB."
    [[nodiscard]] static QString placementText(const Placement& placement);

    /// Whether Vulkan shares the card's memory, and if not, why not.
    [[nodiscard]] static QString shareText(ShareWay way, const DrawingDevice& drawing, bool pinned);

signals:
    void changed(const vitral::DeviceOptions& options);
    /// The loaded model is to be loaded again, with the options of now.
    void reloadWanted();

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void collect();
    void refresh();
    void retranslate();

    ModelSession& model_;
    Worker& worker_;
    Find find_;
    DeviceOptions options_, loadedWith_;
    GpuFindings findings_;
    bool asked_ = false, known_ = false, refreshing_ = false;
    QComboBox* choice_;
    QSpinBox* layers_;
    QLabel *choiceLabel_, *layersLabel_, *found_, *placed_;
    QPushButton* reload_;
};

} // namespace vitral
