// SPDX-License-Identifier: Apache-2.0
#pragma once
// What fills the context window, as a strip of glass: template, system prompt, history, question, answer, and what is
// free; panes that would be dropped next are hatched. The words under it give the numbers. Thread: GUI.

#include "core/chat/context_assembly.h"
#include "widgets/chat/chat_controller.h"
#include "widgets/design/palette.h"

#include <QWidget>

#include <memory>

namespace vitral {

class ContextGauge : public QWidget {
    Q_OBJECT
public:
    explicit ContextGauge(QWidget* parent = nullptr);
    /// A null context empties it. `nAnswer`: tokens written so far.
    void setContext(std::shared_ptr<const AssembledContext> context, std::int32_t nCtx, std::int32_t nAnswer,
                    const RunNumbers& numbers);
    /// Whether it may be seen at all; an empty one never is.
    void setOffered(bool offered);
    [[nodiscard]] bool offered() const { return offered_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

    struct Pane { ///< neighbours of the same kind are one pane
        QString name;
        design::Glass glass;
        std::int32_t nToken = 0;
        bool droppedNext = false;
    };
    [[nodiscard]] const std::vector<Pane>& panes() const { return panes_; }
    [[nodiscard]] QString summary() const;
    [[nodiscard]] QStringList legend() const; ///< names in the order of the strip, each once

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    [[nodiscard]] QString explain() const;

    std::shared_ptr<const AssembledContext> context_;
    std::int32_t nCtx_ = 0, nAnswer_ = 0, nOutside_ = 0;
    RunNumbers numbers_;
    std::vector<Pane> panes_;
    bool offered_ = true;
};

} // namespace vitral
