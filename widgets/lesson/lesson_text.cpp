// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/lesson_text.h"

#include "core/base/html.h"
#include "core/lesson/markdown.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/design/rich_text.h"

#include <QCursor>
#include <QDesktopServices>
#include <QEvent>
#include <QImageReader>
#include <QRegularExpression>
#include <QResizeEvent>
#include <QTextDocument>
#include <QToolTip>
#include <QUrl>

#include <algorithm>

namespace vitral {
namespace {

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
    shownWidth_ = std::max(120, width());
    QString html = QString::fromStdString(lessonHtml(markdown_.toStdString(), lookOf(player_)));
    html = fitPictures(html, shownWidth_);
    static const QRegularExpression percent(QStringLiteral("(?<=\\d) %"));
    html.replace(percent, QStringLiteral("&nbsp;%")); // stays with its number, also in a narrow cell
    html.replace(QLatin1String("<table>"),
                 QStringLiteral("<table border=\"1\" cellspacing=\"0\" cellpadding=\"4\" style=\"border-color:%1\">")
                     .arg(colours.border.name()));
    const QString style =
        QStringLiteral("<style>a{color:%1;text-decoration:underline}code,pre{font-family:'%2';background:%3}"
                       "pre{white-space:pre-wrap}p{margin-top:0;margin-bottom:8px}li{margin-bottom:4px}%4</style>")
            .arg(colours.link.name(), design::codeFont(design::TextRole::Small).family(), colours.codeBackground.name(),
                 design::strongStyle());
    setText(style + (strong_ ? QStringLiteral("<b>%1</b>").arg(html) : html));
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

void LessonText::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    if (std::abs(width() - shownWidth_) > 8 && text().contains(QLatin1String("<img")))
        fill();
}

void LessonText::mouseReleaseEvent(QMouseEvent* event) {
    QLabel::mouseReleaseEvent(event);
    emit clicked();
}

void LessonText::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        fill();
}

} // namespace vitral
