// SPDX-License-Identifier: Apache-2.0
#pragma once
// The bar in a room's head that says how far its work is. Where nobody knows, it runs to and fro, unless the person
// asked for less motion or a class is watching. Thread: GUI.

#include <QProgressBar>

#include <optional>

namespace vitral {

class WorkBar : public QProgressBar {
    Q_OBJECT
public:
    explicit WorkBar(QWidget* parent = nullptr);
    /// 0 to 1; nullopt: unknown.
    void setShare(std::optional<double> share);

private:
    bool unknown_ = false;
};

} // namespace vitral
