// SPDX-License-Identifier: Apache-2.0
// What a column tells screen readers: the line of the caret, token by token, as its value.
#include "widgets/tokenroom/token_canvas_accessible.h"

#include "widgets/tokenroom/token_canvas.h"

#include <QAccessibleWidget>

#include <algorithm>

namespace vitral {
namespace {

constexpr std::size_t kMostSpokenBytes = 600; ///< on either side of the caret

class TokenCanvasAccessible : public QAccessibleWidget {
public:
    explicit TokenCanvasAccessible(TokenCanvas* canvas) : QAccessibleWidget(canvas, QAccessible::EditableText) {}
    [[nodiscard]] QString text(QAccessible::Text t) const override {
        return t == QAccessible::Value ? static_cast<TokenCanvas*>(widget())->spokenLine() : QAccessibleWidget::text(t);
    }
};

QAccessibleInterface* make(const QString& className, QObject* object) {
    auto* canvas = className == QLatin1String("vitral::TokenCanvas") ? qobject_cast<TokenCanvas*>(object) : nullptr;
    return canvas != nullptr ? new TokenCanvasAccessible(canvas) : nullptr;
}

} // namespace

void installTokenCanvasAccessible() {
    QAccessible::installFactory(make); // twice is once
}

void tellSpokenLine(TokenCanvas* canvas) {
    if (!QAccessible::isActive())
        return;
    QAccessibleValueChangeEvent event(canvas, canvas->spokenLine());
    QAccessible::updateAccessibility(&event);
}

QString TokenCanvas::spokenLine() const {
    const std::string& text = tokens_.text();
    const std::size_t at = std::min(caret_.at, text.size());
    const std::size_t lineEnd = std::min(text.find('\n', at), text.size());
    const std::size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    std::size_t begin = before == std::string::npos ? 0 : before + 1, end = lineEnd;
    begin = std::max(begin, at > kMostSpokenBytes ? at - kMostSpokenBytes : 0);
    end = std::min(end, at + kMostSpokenBytes);
    const std::vector<PlacedToken> placed = tokensIn(begin, std::max(begin + 1, end));
    const auto piece = [&](std::size_t from, std::size_t to) {
        return QString::fromUtf8(text.data() + from, qsizetype(to - from)).replace(QLatin1Char('\n'), QChar(0x21B5));
    };
    if (placed.empty())
        return piece(begin, end);
    QStringList parts;
    for (const PlacedToken& token : placed) {
        if (token.begin >= text.size())
            continue;
        const QString own = piece(token.begin, std::min(token.end, text.size()));
        const bool here = at >= token.begin && (at < token.end || (at == token.end && at == text.size()));
        parts << (here ? QLatin1Char('[') + own + QLatin1Char(']') : own);
    }
    return parts.join(QStringLiteral(" | "));
}

} // namespace vitral
