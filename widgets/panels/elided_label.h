// SPDX-License-Identifier: Apache-2.0
#pragma once
// One line of plain text that ends in an ellipsis where it does not fit; the whole of it is the tool tip and the
// accessible name then. Thread: GUI.

#include <QLabel>

namespace vitral {

class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    void setFullText(const QString& text);
    [[nodiscard]] QString fullText() const { return full_; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void elide();
    QString full_;
};

} // namespace vitral
