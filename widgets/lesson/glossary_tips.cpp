// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/glossary_tips.h"

#include "widgets/lesson/lesson_text.h"
#include "widgets/transcript/transcript_view.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractTextDocumentLayout>
#include <QApplication>
#include <QComboBox>
#include <QGroupBox>
#include <QHeaderView>
#include <QHelpEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QStyle>
#include <QTabBar>
#include <QTextDocument>
#include <QTextEdit>
#include <QToolTip>

#include <algorithm>

namespace vitral {
namespace {

constexpr qsizetype kNearChars = 80, kMostTermWords = 4;
constexpr qsizetype kMaxWords = 6; ///< longer texts are sentences, which explain themselves

QString folded(QString text) {
    text.remove(QLatin1Char('&'));
    static const QRegularExpression ends(QStringLiteral("^[\\s\\W_]+|[\\s\\W_]+$"),
                                         QRegularExpression::UseUnicodePropertiesOption);
    return text.remove(ends).toCaseFolded();
}

} // namespace

GlossaryTips::GlossaryTips(QObject* parent) : QObject(parent) {
    qApp->installEventFilter(this);
}

void GlossaryTips::setGlossary(std::shared_ptr<const Course> course, const QString& language) {
    words_.clear();
    course_ = std::move(course);
    if (!course_)
        return;
    for (const GlossaryTerm& term : course_->glossary.terms) {
        const GlossaryWords* words = course_->glossary.words(term.id, language.toStdString());
        if (words == nullptr)
            continue;
        words_.insert(folded(QString::fromStdString(words->term)), words);
        for (const std::string& also : words->also)
            words_.insert(folded(QString::fromStdString(also)), words);
    }
}

const GlossaryWords* GlossaryTips::find(const QString& text) const {
    if (text.isEmpty() || text.size() > 80 || words_.isEmpty())
        return nullptr;
    if (const GlossaryWords* whole = words_.value(folded(text)))
        return whole;
    static const QRegularExpression blanks(QStringLiteral("\\s+"));
    const QStringList words = folded(text).split(blanks, Qt::SkipEmptyParts);
    if (words.size() > kMaxWords)
        return nullptr;
    for (qsizetype n = words.size() - 1; n > 0; --n) // the longest term in it
        for (qsizetype at = 0; at + n <= words.size(); ++at)
            if (const GlossaryWords* part = words_.value(folded(words.mid(at, n).join(QLatin1Char(' ')))))
                return part;
    return nullptr;
}

const GlossaryWords* GlossaryTips::findAt(const QString& text, qsizetype index) const {
    if (words_.isEmpty() || index < 0 || index > text.size())
        return nullptr;
    // The words of the neighbourhood, as [begin, end).
    const qsizetype from = std::max<qsizetype>(0, index - kNearChars), to = std::min(text.size(), index + kNearChars);
    std::vector<std::pair<qsizetype, qsizetype>> words;
    const auto isPart = [&](qsizetype i) { return text[i].isLetterOrNumber() || text[i] == QLatin1Char('-'); };
    qsizetype at = -1;
    for (qsizetype i = from; i < to;) {
        if (!isPart(i)) {
            ++i;
            continue;
        }
        const qsizetype begin = i;
        while (i < to && isPart(i))
            ++i;
        if (begin <= index && index < i)
            at = static_cast<qsizetype>(words.size());
        words.emplace_back(begin, i);
    }
    if (at < 0)
        return nullptr;
    for (qsizetype n = kMostTermWords; n > 0; --n)
        for (qsizetype first = std::max<qsizetype>(0, at - n + 1); first <= at; ++first) {
            const qsizetype last = first + n - 1;
            if (last >= static_cast<qsizetype>(words.size()))
                break;
            const qsizetype begin = words[static_cast<std::size_t>(first)].first,
                            end = words[static_cast<std::size_t>(last)].second;
            if (const GlossaryWords* term = words_.value(folded(text.mid(begin, end - begin))))
                return term;
        }
    return nullptr;
}

std::pair<QString, int> GlossaryTips::textOf(QWidget* widget, const QPoint& at) {
    if (qobject_cast<LessonText*>(widget) != nullptr)
        return {}; // its terms are links
    if (const auto* label = qobject_cast<const QLabel*>(widget)) {
        // Sentences: the word under the pointer, found in a layout like the label's own.
        QTextDocument document;
        document.setDefaultFont(label->font());
        document.setDocumentMargin(0);
        if (Qt::mightBeRichText(label->text()))
            document.setHtml(label->text());
        else
            document.setPlainText(label->text());
        const QRect room = label->contentsRect();
        document.setTextWidth(label->wordWrap() ? room.width() : -1);
        const QSize size = document.size().toSize();
        const QRect place = QStyle::alignedRect(label->layoutDirection(), label->alignment(), size, room);
        return {document.toPlainText(), document.documentLayout()->hitTest(at - place.topLeft(), Qt::ExactHit)};
    }
    if (const auto* button = qobject_cast<const QAbstractButton*>(widget))
        return {button->text(), -1};
    if (const auto* box = qobject_cast<const QGroupBox*>(widget))
        return {box->title(), -1};
    if (const auto* box = qobject_cast<const QComboBox*>(widget))
        return {box->currentText(), -1};
    if (const auto* bar = qobject_cast<const QTabBar*>(widget))
        return {bar->tabText(bar->tabAt(at)), -1};
    if (const auto* menu = qobject_cast<const QMenu*>(widget)) {
        const QAction* action = menu->actionAt(at);
        return {action != nullptr ? action->text() : QString(), -1};
    }
    const auto* parent = widget->parentWidget(); // events go to a viewport
    if (const auto* header = qobject_cast<const QHeaderView*>(parent))
        return {header->model() == nullptr
                    ? QString()
                    : header->model()->headerData(header->logicalIndexAt(at), header->orientation()).toString(),
                -1};
    if (const auto* view = qobject_cast<const QAbstractItemView*>(parent))
        return {view->indexAt(at).data().toString(), -1};
    if (const auto* transcript = qobject_cast<const TranscriptView*>(parent))
        return transcript->textAt(at);
    if (auto* text = qobject_cast<QTextEdit*>(widget->parentWidget()))
        return {text->toPlainText(), text->cursorForPosition(at).position()};
    if (auto* text = qobject_cast<QPlainTextEdit*>(widget->parentWidget()))
        return {text->toPlainText(), text->cursorForPosition(at).position()};
    return {widget->accessibleName(), -1};
}

const GlossaryWords* GlossaryTips::ofFocus() const {
    QWidget* focus = QApplication::focusWidget();
    if (focus == nullptr)
        return nullptr;
    QStringList texts;
    if (const auto* transcript = qobject_cast<const TranscriptView*>(focus))
        texts << transcript->selectedText();
    else if (const auto* line = qobject_cast<const QLineEdit*>(focus))
        texts << line->selectedText();
    else if (const auto* edit = qobject_cast<const QTextEdit*>(focus))
        texts << edit->textCursor().selectedText();
    else if (const auto* plain = qobject_cast<const QPlainTextEdit*>(focus))
        texts << plain->textCursor().selectedText();
    else if (const auto* label = qobject_cast<const QLabel*>(focus))
        texts << label->selectedText() << label->text();
    else if (const auto* view = qobject_cast<const QAbstractItemView*>(focus))
        texts << view->currentIndex().data().toString();
    else if (const auto* bar = qobject_cast<const QTabBar*>(focus))
        texts << bar->tabText(bar->currentIndex());
    else if (const auto* box = qobject_cast<const QComboBox*>(focus))
        texts << box->currentText();
    else if (const auto* button = qobject_cast<const QAbstractButton*>(focus))
        texts << button->text();
    texts << focus->accessibleName();
    for (const QString& text : texts)
        if (const GlossaryWords* words = find(text))
            return words;
    return nullptr;
}

bool GlossaryTips::eventFilter(QObject* object, QEvent* event) {
    if (event->type() != QEvent::ToolTip || words_.isEmpty())
        return false;
    auto* widget = qobject_cast<QWidget*>(object);
    if (widget == nullptr)
        return false;
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto [text, index] = textOf(widget, help->pos());
    const GlossaryWords* words = index >= 0 ? findAt(text, index) : nullptr;
    if (words == nullptr)
        words = find(text);
    if (words == nullptr)
        return false;
    QString tip = termToolTip(*words);
    QString own = widget->toolTip();
    if (const auto* view = qobject_cast<const QAbstractItemView*>(widget->parentWidget()))
        own = view->indexAt(help->pos()).data(Qt::ToolTipRole).toString();
    if (!own.isEmpty())
        tip = QStringLiteral("<div style=\"margin-bottom:8px\">%1</div>")
                  .arg(Qt::mightBeRichText(own) ? own : own.toHtmlEscaped()) +
              tip;
    QToolTip::showText(help->globalPos(), tip, widget);
    return true;
}

} // namespace vitral
