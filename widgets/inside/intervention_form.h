// SPDX-License-Identifier: Apache-2.0
#pragma once
// An intervention put together by hand: where, which part, and what is done to it. Thread: GUI.

#include "core/trace/intervention.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace vitral {

class InterventionForm : public QWidget {
    Q_OBJECT
public:
    explicit InterventionForm(QWidget* parent = nullptr);

    void setLimits(std::int64_t nLayer, std::int64_t nHead);
    void setPlace(std::int32_t iLayer, std::int32_t iHead); ///< what is selected elsewhere; -1: as it is
    /// The runs that "mean" and "replace" can take values from; null ones are not offered.
    void setSources(RecordingPtr shown, RecordingPtr other);
    /// Errors: InvalidArgument with what is wrong in the form.
    [[nodiscard]] Result<Intervention> intervention() const;

signals:
    void addAsked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    void retranslate();

    QComboBox *point_, *edit_, *source_;
    QSpinBox *layer_, *head_, *first_, *last_;
    QLineEdit* columns_;
    QDoubleSpinBox* factor_;
    QPushButton* add_;
    QLabel *pointLabel_, *layerLabel_, *headLabel_, *columnsLabel_, *firstLabel_, *lastLabel_, *editLabel_,
        *factorLabel_, *sourceLabel_;
    RecordingPtr shown_, other_;
};

/// "3, 10-12" -> {3, 10, 11, 12}, ascending, each once. Errors: InvalidArgument.
Result<std::vector<std::int32_t>> parseColumns(const QString& text);

} // namespace vitral
