// SPDX-License-Identifier: Apache-2.0
#pragma once
// The whole prompt of the open conversation as the model receives it: who wrote each part, control tokens marked, with
// ids. Thread: GUI.

#include "widgets/tokenroom/prompt_canvas.h"
#include "widgets/tokenroom/token_view.h"

class QCheckBox;
class QLabel;
class QPushButton;

namespace vitral {

class TemplateView final : public TokenView {
    Q_OBJECT
public:
    explicit TemplateView(TokenController& tokens, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("template"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-template"); }
    [[nodiscard]] QString title() const override { return tr("Prompt"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    void go(const QString& argument) override; ///< "ids"
    [[nodiscard]] PromptCanvas* canvas() const { return canvas_; }

protected:
    void retranslate() override;
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    PromptCanvas* canvas_;
    QCheckBox *ids_, *blanks_;
    QLabel* counts_;
    QPushButton *copy_, *copyIds_, *toCut_;
};

} // namespace vitral
