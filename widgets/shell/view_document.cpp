// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/view_document.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QBuffer>
#include <QComboBox>
#include <QCoreApplication>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextDocumentFragment>
#include <QTextEdit>
#include <QToolButton>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kMostColumns = 64, kMostChildren = 2000, kPrintWidth = 640,
              kPrintHeight = 860; // points of 1/96 inch on A4
constexpr qsizetype kMostChars = 20'000;

struct ViewWords {
    Q_DECLARE_TR_FUNCTIONS(ViewWords)
};

QString plain(QString text) {
    if (Qt::mightBeRichText(text))
        text = QTextDocumentFragment::fromHtml(text).toPlainText();
    text.replace(QChar(QChar::LineSeparator), QLatin1Char('\n'));
    return text.left(kMostChars).trimmed();
}

class Collector {
public:
    std::vector<ViewBlock> blocks;
    qint64 leftOut = 0;

    void widget(const QWidget* w) {
        if (!w->isVisible() || w->size().isEmpty())
            return;
        if (const auto* label = qobject_cast<const QLabel*>(w)) {
            if (label->buddy() == nullptr) // else it names the control beside it
                text(label->text());
            return;
        }
        if (const auto* view = qobject_cast<const QAbstractItemView*>(w))
            return table(view);
        if (const auto* button = qobject_cast<const QAbstractButton*>(w)) {
            // Of several that exclude each other only the one that is on says something.
            const bool one = qobject_cast<const QToolButton*>(button) != nullptr || button->autoExclusive();
            if (button->isCheckable() && !button->text().isEmpty() && (button->isChecked() || !one))
                one ? text(QString(button->text()).remove(QLatin1Char('&')))
                    : setting(w, button->text(), button->isChecked() ? ViewWords::tr("on") : ViewWords::tr("off"));
            return;
        }
        if (const auto* box = qobject_cast<const QComboBox*>(w))
            return setting(w, {}, box->currentText());
        if (const auto* spin = qobject_cast<const QAbstractSpinBox*>(w))
            return setting(w, {}, spin->text());
        if (const auto* slider = qobject_cast<const QAbstractSlider*>(w)) {
            if (qobject_cast<const QScrollBar*>(w) == nullptr)
                setting(w, {}, QLocale().toString(slider->value()));
            return;
        }
        if (const auto* line = qobject_cast<const QLineEdit*>(w))
            return setting(w, {}, line->text());
        if (const auto* edit = qobject_cast<const QPlainTextEdit*>(w))
            return edit->isReadOnly() ? text(edit->toPlainText()) : setting(w, {}, edit->toPlainText());
        if (const auto* edit = qobject_cast<const QTextEdit*>(w))
            return edit->isReadOnly() ? text(edit->toPlainText()) : setting(w, {}, edit->toPlainText());
        if (const auto* group = qobject_cast<const QGroupBox*>(w))
            text(group->title());
        painted(w);
        children(w);
    }

private:
    int nStep_ = 0; ///< numbered headings so far

    bool room() {
        if (blocks.size() < kMostViewBlocks)
            return true;
        ++leftOut;
        return false;
    }

    void text(const QString& words) {
        QString shown = plain(words);
        if (shown.isEmpty() || (!blocks.empty() && blocks.back().text == shown) || !room())
            return;
        if (!blocks.empty() && blocks.back().text == QString::number(nStep_ + 1)) { // "1", "Query and key": a step
            shown = blocks.back().text + QStringLiteral(". ") + shown;
            blocks.pop_back();
            ++nStep_;
        }
        blocks.push_back({ViewBlock::Kind::Text, shown, {}, 0});
    }

    void setting(const QWidget* w, QString name, const QString& value) {
        if (name.isEmpty())
            name = w->accessibleName();
        name = plain(name).remove(QLatin1Char('&'));
        const QString shown = plain(value);
        if (name.isEmpty() || shown.isEmpty() || !room())
            return;
        if (name.endsWith(QLatin1Char(':')))
            name.chop(1);
        if (!blocks.empty() && blocks.back().kind == ViewBlock::Kind::Text && blocks.back().text == name)
            blocks.pop_back(); // its label, without being its buddy
        blocks.push_back({ViewBlock::Kind::Setting, name + QStringLiteral(": ") + shown, {}, 0});
    }

    void table(const QAbstractItemView* view) {
        const QAbstractItemModel* model = view->model();
        const QModelIndex root = view->rootIndex();
        if (model == nullptr || model->rowCount(root) == 0 || !room())
            return;
        ViewBlock block{ViewBlock::Kind::Table, plain(view->accessibleName()), {}, 0};
        const int nColumn = std::min(model->columnCount(root), kMostColumns);
        QStringList head;
        bool named = false;
        const auto* headed = view->findChild<QHeaderView*>();
        if (headed != nullptr && (headed->isHidden() || headed->orientation() != Qt::Horizontal))
            headed = nullptr;
        for (int c = 0; c < nColumn; ++c) {
            head << (headed != nullptr ? plain(model->headerData(c, Qt::Horizontal).toString()) : QString());
            named = named || !head.back().isEmpty();
        }
        block.rows.push_back(named ? head : QStringList());
        rows(*model, root, nColumn, 0, block);
        blocks.push_back(std::move(block));
    }

    static void rows(const QAbstractItemModel& model, const QModelIndex& parent, int nColumn, int depth,
                     ViewBlock& block) {
        for (int r = 0; r < model.rowCount(parent); ++r) {
            if (block.rows.size() > kMostViewRows) {
                block.nLeftOut += model.rowCount(parent) - r;
                return;
            }
            QStringList cells;
            for (int c = 0; c < nColumn; ++c) {
                const QModelIndex index = model.index(r, c, parent);
                QString shown = plain(index.data(Qt::DisplayRole).toString());
                if (shown.isEmpty()) // painted rows say themselves to screen readers
                    shown = plain(index.data(Qt::AccessibleTextRole).toString());
                if (const QVariant checked = index.data(Qt::CheckStateRole); checked.isValid())
                    shown.prepend(checked.toInt() == Qt::Checked ? QStringLiteral("\u2611 ")
                                                                 : QStringLiteral("\u2610 "));
                cells << (c == 0 ? QString(depth * 2, QChar(QChar::Nbsp)) : QString()) + shown;
            }
            block.rows.push_back(std::move(cells));
            if (depth < 8)
                rows(model, model.index(r, 0, parent), nColumn, depth + 1, block);
        }
    }

    /// What is drawn says to a screen reader what it shows.
    void painted(const QWidget* w) {
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(w));
        if (face == nullptr || (w->accessibleName().isEmpty() && face->childCount() == 0))
            return;
        const QString description = w->accessibleDescription();
        if (!w->accessibleName().isEmpty() && !description.isEmpty())
            text(w->accessibleName() + QStringLiteral(". ") + description);
        const int n = std::min(face->childCount(), kMostChildren);
        for (int i = 0; i < n; ++i) {
            const QAccessibleInterface* child = face->child(i);
            if (child == nullptr || child->object() != nullptr) // widgets speak for themselves
                continue;
            QStringList words;
            for (const QAccessible::Text kind : {QAccessible::Name, QAccessible::Value, QAccessible::Description})
                if (const QString word = plain(child->text(kind)); !word.isEmpty() && !words.contains(word))
                    words << word;
            if (const auto* body = const_cast<QAccessibleInterface*>(child)->textInterface(); body != nullptr)
                if (const QString all = plain(body->text(0, body->characterCount())); !words.contains(all))
                    words << all;
            text(words.join(QStringLiteral(": ")));
        }
        if (face->childCount() > n)
            leftOut += face->childCount() - n;
    }

    void children(const QWidget* w) {
        std::vector<const QWidget*> inside;
        for (const QObject* object : w->children())
            if (const auto* child = qobject_cast<const QWidget*>(object); child != nullptr && !child->isWindow())
                inside.push_back(child);
        // As they are read: by lines, then from the left.
        std::stable_sort(inside.begin(), inside.end(),
                         [](const QWidget* a, const QWidget* b) { return a->y() < b->y(); });
        for (auto line = inside.begin(); line != inside.end();) {
            const int bottom = std::max((*line)->y(), (*line)->geometry().center().y()); // of no height: itself
            const auto end =
                std::find_if(line, inside.end(), [bottom](const QWidget* child) { return child->y() > bottom; });
            std::stable_sort(line, end, [](const QWidget* a, const QWidget* b) { return a->x() < b->x(); });
            line = end;
        }
        for (const QWidget* child : inside)
            widget(child);
    }
};

QString pictureTag(const ViewPicture& picture, bool forPrint) {
    QByteArray png;
    QBuffer buffer(&png);
    buffer.open(QIODevice::WriteOnly);
    picture.image.save(&buffer, "PNG");
    QSizeF shown = QSizeF(picture.image.size()) / picture.image.devicePixelRatio();
    if (forPrint) // whole on a page
        shown.scale(std::min<qreal>(shown.width(), kPrintWidth), std::min<qreal>(shown.height(), kPrintHeight),
                    Qt::KeepAspectRatio);
    return QStringLiteral("<p><img width=\"%1\" height=\"%2\" alt=\"%3\" src=\"data:image/png;base64,%4\"></p>\n")
        .arg(QString::number(int(shown.width())), QString::number(int(shown.height())), picture.caption.toHtmlEscaped(),
             QString::fromLatin1(png.toBase64()));
}

QString tableHtml(const ViewBlock& block) {
    QString out;
    if (!block.text.isEmpty())
        out += QStringLiteral("<h3>%1</h3>\n").arg(block.text.toHtmlEscaped());
    out += QStringLiteral("<table border=\"1\" cellspacing=\"0\" cellpadding=\"4\">\n");
    for (std::size_t r = 0; r < block.rows.size(); ++r) {
        if (block.rows[r].isEmpty())
            continue;
        const QString tag = r == 0 ? QStringLiteral("th") : QStringLiteral("td");
        out += QStringLiteral("<tr>");
        for (const QString& cell : block.rows[r])
            out += QStringLiteral("<%1>%2</%1>").arg(tag, cell.toHtmlEscaped());
        out += QStringLiteral("</tr>\n");
    }
    out += QStringLiteral("</table>\n");
    if (block.nLeftOut > 0)
        out += QStringLiteral("<p class=\"small\">%1</p>\n")
                   .arg(ViewWords::tr("%1 more rows are not in this page.").arg(QLocale().toString(block.nLeftOut)));
    return out;
}

} // namespace

std::vector<ViewBlock> viewBlocks(const QWidget* view, qint64* leftOut) {
    Collector collector;
    collector.widget(view);
    if (leftOut != nullptr)
        *leftOut = collector.leftOut;
    return std::move(collector.blocks);
}

QString viewHtml(const ViewDocument& document, bool forPrint) {
    const QString title = document.title.toHtmlEscaped();
    const QString page = forPrint
                             ? QStringLiteral("p{margin:4px 0}.small{color:#5f5a66}")
                             : QStringLiteral("body{font-family:Inter,system-ui,sans-serif;line-height:1.5;"
                                              "max-width:82rem;margin:2rem auto;padding:0 1rem;color:#22202b;"
                                              "background:#fcfbf8}img{max-width:100%;height:auto}"
                                              "table{border-collapse:collapse;display:block;overflow-x:auto}"
                                              "td,th{border:1px solid #ded8ce;"
                                              "padding:.25rem .6rem;text-align:left}"
                                              ".small{color:#5f5a66;font-size:.9rem}:root{color-scheme:light dark}"
                                              "@media screen and (prefers-color-scheme:dark){body{color:#ece9f1;"
                                              "background:#1a1a22}.small{color:#aaa6b6}td,th{border-color:#2f2f3b}}"
                                              "@media print{body{max-width:none;margin:0;color:#000;"
                                              "background:#fff}table{display:table}tr,img{break-inside:avoid}}");
    QString out =
        QStringLiteral("<!DOCTYPE html>\n<html lang=\"%1\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>%2</title>\n"
                       "<style>%3</style>\n</head>\n<body>\n<h1>%2</h1>\n")
            .arg(document.language.toHtmlEscaped(), title, page);
    QStringList caption;
    for (const QString& line : document.caption)
        caption << line.toHtmlEscaped();
    out += QStringLiteral("<p class=\"small\">%1</p>\n").arg(caption.join(QStringLiteral("<br>")));
    for (const ViewPicture& picture : document.pictures) {
        out += pictureTag(picture, forPrint);
        if (!picture.caption.isEmpty())
            out += QStringLiteral("<p class=\"small\">%1</p>\n").arg(picture.caption.toHtmlEscaped());
    }
    if (!document.blocks.empty())
        out += QStringLiteral("<h2>%1</h2>\n").arg(document.numbers.toHtmlEscaped());
    QStringList settings; // one after the other, in one paragraph
    const auto flush = [&out, &settings] {
        if (!settings.isEmpty())
            out += QStringLiteral("<p class=\"small\">%1</p>\n").arg(settings.join(QStringLiteral("  \u00B7  ")));
        settings.clear();
    };
    for (const ViewBlock& block : document.blocks) {
        const QString text = block.text.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
        if (block.kind == ViewBlock::Kind::Setting) {
            settings << text;
            continue;
        }
        flush();
        out += block.kind == ViewBlock::Kind::Table ? tableHtml(block) : QStringLiteral("<p>%1</p>\n").arg(text);
    }
    flush();
    return out + QStringLiteral("</body>\n</html>\n");
}

} // namespace vitral
