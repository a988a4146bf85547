// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/template_view.h"

#include "widgets/chat/chat_controller.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {

PromptCanvas::Writer writerOf(const ContextSpan& span, const ChatController& chat) {
    switch (span.kind) {
    case SpanKind::Template:
    case SpanKind::GenerationPrompt:
        return PromptCanvas::Writer::Template;
    case SpanKind::System:
        return PromptCanvas::Writer::System;
    case SpanKind::Document:
        return PromptCanvas::Writer::Document;
    case SpanKind::Question:
        return PromptCanvas::Writer::User;
    case SpanKind::History:
        break;
    }
    const auto message = chat.find(span.message);
    if (message && message->role == Role::System)
        return PromptCanvas::Writer::System;
    return message && message->role == Role::Assistant ? PromptCanvas::Writer::Model : PromptCanvas::Writer::User;
}

} // namespace

TemplateView::TemplateView(TokenController& tokens, QWidget* parent) : TokenView(tokens, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new QWidget(this);
    auto* flow = new FlowRow(row);
    flow->setSpacing(design::kSpace3);
    ids_ = new QCheckBox(row);
    blanks_ = new QCheckBox(row);
    copy_ = new QPushButton(row);
    copyIds_ = new QPushButton(row);
    toCut_ = new QPushButton(row);
    for (QWidget* widget : std::initializer_list<QWidget*>{ids_, blanks_, copy_, copyIds_, toCut_})
        flow->addWidget(widget);
    column->addWidget(row);
    counts_ = new QLabel(this);
    counts_->setProperty("role", "small");
    counts_->setWordWrap(true);
    counts_->setTextFormat(Qt::PlainText);
    column->addWidget(counts_);
    canvas_ = new PromptCanvas(this);
    column->addWidget(canvas_, 1);
    const auto look = [this] {
        TokenLook wanted;
        wanted.ids = ids_->isChecked();
        wanted.blanks = blanks_->isChecked();
        canvas_->setLook(wanted);
    };
    connect(ids_, &QCheckBox::toggled, this, look);
    connect(blanks_, &QCheckBox::toggled, this, look);
    connect(copy_, &QPushButton::clicked, this, [this] {
        if (const ChatController* chat = this->tokens().chat(); chat != nullptr && chat->context())
            QApplication::clipboard()->setText(QString::fromStdString(chat->context()->text));
    });
    connect(copyIds_, &QPushButton::clicked, this, [this] {
        QStringList ids;
        if (const ChatController* chat = this->tokens().chat(); chat != nullptr && chat->context())
            for (const TokenId id : chat->context()->ids)
                ids << QString::number(id);
        QApplication::clipboard()->setText(ids.join(QStringLiteral(", ")));
    });
    connect(toCut_, &QPushButton::clicked, this, [this] {
        if (const ChatController* chat = this->tokens().chat(); chat != nullptr && chat->context()) {
            this->tokens().setParsesSpecial(true);
            this->tokens().setText(chat->context()->text);
            emit viewAsked(QStringLiteral("cut"));
        }
    });
    if (ChatController* chat = tokens.chat(); chat != nullptr)
        connect(chat, &ChatController::contextChanged, this, &TemplateView::refresh);
    retranslate();
}

QString TemplateView::help() const {
    return tr(
        "Exactly this text goes to the model: what you and it have written, and what its template puts around it. "
        "Dashed lines above and below mark control tokens.");
}

QString TemplateView::missing() const {
    const ChatController* chat = tokens().chat();
    if (chat == nullptr || !chat->tokenizer())
        return tr("Load a model to see the prompt that it receives.");
    if (!chat->context() || chat->context()->ids.empty())
        return tr("The open conversation is empty. Write a message there: the prompt appears here.");
    return {};
}

void TemplateView::go(const QString& argument) {
    ids_->setChecked(argument.contains(QLatin1String("ids")));
    blanks_->setChecked(argument.contains(QLatin1String("blanks")));
}

void TemplateView::showEvent(QShowEvent* event) {
    TokenView::showEvent(event);
    refresh();
}

void TemplateView::refresh() {
    emit stateChanged();
    const ChatController* chat = tokens().chat();
    if (!isVisible() || chat == nullptr || !chat->context() || !chat->tokenizer())
        return;
    const auto& context = chat->context();
    std::vector<PromptCanvas::Part> parts;
    for (const ContextSpan& span : context->spans) {
        const PromptCanvas::Writer writer = writerOf(span, *chat);
        const auto n = static_cast<std::size_t>(std::max(0, span.tokenEnd - span.tokenBegin));
        if (span.textEnd <= span.textBegin && n == 0)
            continue;
        if (!parts.empty() && parts.back().writer == writer && parts.back().end == span.textBegin &&
            writer == PromptCanvas::Writer::Template) {
            parts.back().end = span.textEnd;
            parts.back().nToken += n;
        } else {
            parts.push_back({writer, span.textBegin, span.textEnd, n});
        }
    }
    canvas_->setPrompt(context, std::move(parts), chat->tokenizer());
    const QLocale locale;
    std::size_t nTemplate = 0;
    for (const PromptCanvas::Part& part : canvas_->parts())
        nTemplate += part.writer == PromptCanvas::Writer::Template ? part.nToken : 0;
    counts_->setText(tr("%1 tokens of %2, %3 of them the template's")
                         .arg(locale.toString(static_cast<qulonglong>(context->ids.size())),
                              locale.toString(context->nCtx), locale.toString(static_cast<qulonglong>(nTemplate))));
}

void TemplateView::retranslate() {
    ids_->setText(tr("Ids"));
    blanks_->setText(tr("White space"));
    copy_->setText(tr("Copy the text"));
    copyIds_->setText(tr("Copy the ids"));
    toCut_->setText(tr("Compare tokenizers on it"));
    canvas_->setAccessibleName(tr("The prompt in its parts"));
    refresh();
}

} // namespace vitral
