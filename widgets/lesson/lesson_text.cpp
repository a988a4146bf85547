// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/lesson_text.h"

#include "core/base/html.h"
#include "core/lesson/markdown.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/design/rich_text.h"

#include <QAbstractTextDocumentLayout>
#include <QCursor>
#include <QDesktopServices>
#include <QEvent>
#include <QImageReader>
#include <QRegularExpression>
#include <QResizeEvent>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>
#include <QTextOption>
#include <QTextTable>
#include <QToolTip>
#include <QUrl>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kPictureSlack = 8; ///< pixels that a picture need not follow

LessonHtmlOptions lookOf(const LessonPlayer& player) {
    LessonHtmlOptions options;
    options.termText = [&player](std::string_view id) {
        const GlossaryWords* words = player.term(QString::fromUtf8(id.data(), qsizetype(id.size())));
        return words != nullptr ? words->term : std::string(id);
    };
    if (const Lesson* lesson = player.lesson())
        options.picture = [lesson](std::string_view name) {
            const auto path = lessonFile(lesson->folder, name, kMaxLessonPictureBytes);
            // A path and no file: address, which Markdown would refuse.
            return path ? QUrl::toPercentEncoding(QString::fromStdU16String(path->u16string()), "/").toStdString()
                        : std::string();
        };
    return options;
}

/// Qt's rich text knows no max-width: pictures get the width they may have.
QString fitPictures(QString html, int width) {
    const QString mark = QStringLiteral("<img src=\"");
    for (qsizetype at = html.indexOf(mark); at >= 0; at = html.indexOf(mark, at + 1)) {
        const qsizetype begin = at + mark.size(), end = html.indexOf(QLatin1Char('"'), begin);
        const QString path = QUrl::fromPercentEncoding(html.mid(begin, end - begin).toUtf8());
        const QSize size = path.isEmpty() ? QSize() : QImageReader(path).size();
        if (size.isValid())
            html.insert(at + 4, QStringLiteral(" width=\"%1\"").arg(std::min(size.width(), width)));
    }
    return html;
}

/// How far words of tables reach: the document itself says no more than the width it was given.
double usedWidth(const QTextDocument& document) {
    double used = 0;
    static_cast<void>(document.documentLayout()->documentSize()); // lays it out
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        const auto* table = qobject_cast<const QTextTable*>(document.frameAt(block.position()));
        if (table == nullptr)
            continue;
        const double left = document.documentLayout()->blockBoundingRect(block).left();
        for (int i = 0; i < block.layout()->lineCount(); ++i) {
            const QTextLine line = block.layout()->lineAt(i);
            used = std::max(used, left + line.x() + line.naturalTextWidth() + table->format().cellPadding() +
                                      table->format().border());
        }
    }
    return used;
}

/// A table wider than the text is written smaller, in steps down to what can still be read.
QString fitTables(const QString& html, const QString& style, const QString& border, const QFont& font, int width) {
    constexpr double kSmallest = 0.7, kStep = 0.1;
    constexpr int kWide = 4, kNarrow = 2; // inside the cells
    const auto written = [&](double scale) {
        const bool whole = scale > 1 - kStep / 2;
        QString out = html;
        out.replace(
            QLatin1String("<table>"),
            QStringLiteral("<table border=\"1\" cellspacing=\"0\" cellpadding=\"%1\" style=\"border-color:%2\">")
                .arg(whole ? kWide : kNarrow)
                .arg(border));
        const double size = font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF();
        static const QRegularExpression cell(QStringLiteral("<(td|th)\\b"));
        if (!whole)
            out.replace(cell, QStringLiteral("<\\1 style=\"font-size:%1%2\"")
                                  .arg(size * scale, 0, 'f', 0) // Qt reads whole ones only
                                  .arg(font.pixelSize() > 0 ? QLatin1String("px") : QLatin1String("pt")));
        return style + out;
    };
    double scale = 1;
    QString out = written(scale);
    for (; scale > kSmallest + kStep / 2; out = written(scale)) {
        QTextDocument document;
        document.setDefaultFont(font);
        document.setDocumentMargin(0);
        QTextOption option; // as the label's own: words are not broken
        option.setWrapMode(QTextOption::WordWrap);
        document.setDefaultTextOption(option);
        document.setHtml(out);
        document.setTextWidth(width);
        if (usedWidth(document) <= width + 1)
            break;
        scale -= kStep;
    }
    return out;
}

} // namespace

QString termToolTip(const GlossaryWords& words) {
    const auto plain = [](const std::string& text) {
        QTextDocument document;
        LessonHtmlOptions look;
        document.setHtml(QString::fromStdString(lessonInlineHtml(text, look)));
        return document.toPlainText().toHtmlEscaped();
    };
    return QStringLiteral("<qt>%1<br>%2</qt>")
        .arg(design::strong(QString::fromStdString(escapeHtml(words.term))), plain(words.text));
}

QString lessonPlain(const std::string& markdown, const LessonPlayer& player) {
    QTextDocument document;
    document.setHtml(QString::fromStdString(lessonInlineHtml(markdown, lookOf(player))));
    return document.toPlainText();
}

LessonText::LessonText(LessonPlayer& player, QString markdown, QWidget* parent, bool strong)
    : QLabel(parent), player_(player), markdown_(std::move(markdown)), strong_(strong) {
    setWordWrap(true);
    setTextFormat(Qt::RichText);
    setTextInteractionFlags(Qt::TextBrowserInteraction);
    setAlignment(Qt::AlignTop | Qt::AlignLeft);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(this, &QLabel::linkActivated, this, &LessonText::follow);
    connect(this, &QLabel::linkHovered, this, [this](const QString& link) {
        if (link.startsWith(QLatin1String("glossary:")))
            explain(link.mid(9));
        else if (!link.isEmpty())
            QToolTip::showText(QCursor::pos(), link, this);
        else
            QToolTip::hideText();
    });
    fill();
}

void LessonText::setMarkdown(const QString& markdown) {
    markdown_ = markdown;
    fill();
}

void LessonText::fill() {
    const design::Palette& colours = design::paletteFor(this);
    ensurePolished(); // tables are measured with the letters they are shown in
    shownWidth_ = std::max(120, width());
    QString html = QString::fromStdString(lessonHtml(markdown_.toStdString(), lookOf(player_)));
    html = fitPictures(html, shownWidth_);
    static const QRegularExpression percent(QStringLiteral("(?<=\\d) %"));
    html.replace(percent, QStringLiteral("&nbsp;%")); // stays with its number, also in a narrow cell
    const QString style =
        QStringLiteral("<style>a{color:%1;text-decoration:underline}code,pre{font-family:'%2';background:%3}"
                       "pre{white-space:pre-wrap}p{margin-top:0;margin-bottom:8px}li{margin-bottom:4px}%4</style>")
            .arg(colours.link.name(), design::codeFont(design::TextRole::Small).family(), colours.codeBackground.name(),
                 design::strongStyle());
    if (strong_)
        html = QStringLiteral("<b>%1</b>").arg(html);
    setText(html.contains(QLatin1String("<table>")) ? fitTables(html, style, colours.border.name(), font(), shownWidth_)
                                                    : style + html);
    // Words can be selected with the pointer everywhere; the keyboard stops where there is a link to follow.
    setFocusPolicy(html.contains(QLatin1String("<a ")) ? Qt::StrongFocus : Qt::ClickFocus);
}

void LessonText::follow(const QString& link) {
    if (link.startsWith(QLatin1String("glossary:")))
        return explain(link.mid(9));
    if (link.startsWith(QLatin1String("lesson:")))
        return player_.openUnit(link.mid(7));
    if (link.startsWith(QLatin1Char('#'))) {
        const Lesson* lesson = player_.lesson();
        for (int stop = 0; lesson != nullptr && stop < player_.count(); ++stop)
            if (const auto& page = lesson->pages[std::size_t(player_.stops()[std::size_t(stop)].page)];
                QString::fromStdString(page.id) == link.mid(1))
                return player_.go(stop);
        return;
    }
    QDesktopServices::openUrl(QUrl(link)); // the person asked
}

void LessonText::explain(const QString& id) {
    const GlossaryWords* words = player_.term(id);
    if (words == nullptr)
        return;
    const QPoint at = underMouse() ? QCursor::pos() : mapToGlobal(QPoint(0, height()));
    QToolTip::showText(at, termToolTip(*words), this);
}

void LessonText::focusInEvent(QFocusEvent* event) {
    QLabel::focusInEvent(event);
    if (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason)
        focusNextPrevChild(event->reason() == Qt::TabFocusReason); // straight to a link, where the eye sees it
}

void LessonText::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    const int by = width() - shownWidth_;
    if ((by != 0 && text().contains(QLatin1String("<table"))) ||
        (std::abs(by) > kPictureSlack && text().contains(QLatin1String("<img"))))
        fill();
}

void LessonText::mouseReleaseEvent(QMouseEvent* event) {
    QLabel::mouseReleaseEvent(event);
    emit clicked();
}

void LessonText::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) // tables fit the letters
        fill();
}

} // namespace vitral
