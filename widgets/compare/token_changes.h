// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two answers token by token as far as they are the same, and where they part: the probability each side gave every
// token, and the change.
// Thread: GUI.

#include "core/chat/conversation.h"
#include "widgets/inside/grid_view.h"

namespace vitral {

class TokenChanges : public GridView {
    Q_OBJECT
public:
    explicit TokenChanges(QWidget* parent = nullptr);
    /// Either may be null. Says through its visibility whether there is anything to show.
    void setAnswers(const Message* left, const Message* right);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

private:
    struct Column {
        QString piece;
        double left = 0, right = 0;                 ///< probabilities
        bool leftBelow = false, rightBelow = false; ///< not kept: surely less than that
    };
    std::vector<Column> columns_;
};

} // namespace vitral
