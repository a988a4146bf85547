// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/glossary_tips.h"

#include "widgets/lesson/lesson_text.h"

#include <QAbstractButton>
#include <QApplication>
#include <QGroupBox>
#include <QHelpEvent>
#include <QLabel>
#include <QRegularExpression>
#include <QToolTip>

namespace vitral {
namespace {

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

bool GlossaryTips::eventFilter(QObject* object, QEvent* event) {
    if (event->type() != QEvent::ToolTip || words_.isEmpty())
        return false;
    auto* widget = qobject_cast<QWidget*>(object);
    QString text;
    if (const auto* label = qobject_cast<QLabel*>(widget);
        label != nullptr && qobject_cast<LessonText*>(widget) == nullptr)
        text = label->text();
    else if (const auto* button = qobject_cast<QAbstractButton*>(widget))
        text = button->text();
    else if (const auto* box = qobject_cast<QGroupBox*>(widget))
        text = box->title();
    const GlossaryWords* words = find(text);
    if (words == nullptr)
        return false;
    QString tip = termToolTip(*words);
    if (const QString own = widget->toolTip(); !own.isEmpty())
        tip = (Qt::mightBeRichText(own) ? own : QStringLiteral("<qt>%1</qt>").arg(own.toHtmlEscaped())) +
              QStringLiteral("<br><br>") + tip;
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), tip, widget);
    return true;
}

} // namespace vitral
