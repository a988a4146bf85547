// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/glossary_window.h"

#include "core/lesson/markdown.h"
#include "widgets/design/metrics.h"
#include "widgets/shell/fuzzy.h"

#include <QApplication>
#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kWidth = 720, kHeight = 480, kListWidth = 280;
}

GlossaryWindow::GlossaryWindow(QWidget* parent) : QDialog(parent) {
    setProperty("kind", "window");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace4, design::kSpace4, design::kSpace4);
    column->setSpacing(design::kSpace3);
    field_ = new QLineEdit(this);
    field_->setClearButtonEnabled(true);
    field_->installEventFilter(this);
    list_ = new QListWidget(this);
    list_->setMaximumWidth(kListWidth);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    text_ = new QTextBrowser(this);
    text_->setOpenLinks(false);
    none_ = new QLabel(this);
    none_->setWordWrap(true);
    none_->setProperty("role", "small");
    auto* row = new QHBoxLayout;
    row->setSpacing(design::kSpace3);
    row->addWidget(list_);
    row->addWidget(text_, 1);
    column->addWidget(field_);
    column->addWidget(none_);
    column->addLayout(row, 1);
    connect(field_, &QLineEdit::textChanged, this, &GlossaryWindow::fill);
    connect(list_, &QListWidget::currentRowChanged, this, &GlossaryWindow::showCurrent);
    connect(text_, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
        if (link.scheme() != QLatin1String("glossary") || !course_)
            return;
        if (const GlossaryWords* words = course_->glossary.words(link.path().toStdString(), language_.toStdString()))
            showTerm(QString::fromStdString(words->term));
    });
    retranslate();
    resize(kWidth, kHeight);
}

void GlossaryWindow::setGlossary(std::shared_ptr<const Course> course, const QString& language) {
    course_ = std::move(course);
    language_ = language;
    fill();
}

void GlossaryWindow::showTerm(const QString& words) {
    field_->clear();
    const QList<QListWidgetItem*> found = list_->findItems(words, Qt::MatchFixedString);
    if (!found.isEmpty())
        list_->setCurrentItem(found.front());
    if (words.isEmpty() || found.isEmpty())
        field_->setFocus();
    else
        list_->setFocus();
}

QString GlossaryWindow::shownText() const {
    return text_->toPlainText();
}

void GlossaryWindow::fill() {
    const QString typed = field_->text().trimmed();
    struct Found {
        QString words, id;
        int score = 0;
    };
    std::vector<Found> found;
    if (course_)
        for (const GlossaryTerm& term : course_->glossary.terms) {
            const GlossaryWords* words = course_->glossary.words(term.id, language_.toStdString());
            if (words == nullptr)
                continue;
            Found one{QString::fromStdString(words->term), QString::fromStdString(term.id), 1};
            if (!typed.isEmpty()) {
                one.score = fitness(typed, one.words);
                for (const std::string& also : words->also)
                    one.score = std::max(one.score, fitness(typed, QString::fromStdString(also)));
                if (one.score == 0 && holdsWords(QString::fromStdString(words->text), typed))
                    one.score = 1; // named in the explanation of another
            }
            if (one.score > 0)
                found.push_back(std::move(one));
        }
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.score != b.score ? a.score > b.score : QString::localeAwareCompare(a.words, b.words) < 0;
    });
    list_->clear();
    for (const Found& one : found) {
        auto* item = new QListWidgetItem(one.words, list_);
        item->setData(Qt::UserRole, one.id);
    }
    none_->setVisible(found.empty());
    if (!found.empty())
        list_->setCurrentRow(0);
    showCurrent();
}

void GlossaryWindow::showCurrent() {
    const QListWidgetItem* item = list_->currentItem();
    if (item == nullptr || !course_) {
        text_->clear();
        return;
    }
    const std::string id = item->data(Qt::UserRole).toString().toStdString(), language = language_.toStdString();
    LessonHtmlOptions look;
    look.termText = [this, language](std::string_view other) {
        const GlossaryWords* words = course_->glossary.words(other, language);
        return words != nullptr ? words->term : std::string(other);
    };
    const GlossaryTerm* term = course_->glossary.find(id);
    const GlossaryWords* words = course_->glossary.words(id, language);
    QString html = QStringLiteral("<h3>%1</h3>%2")
                       .arg(QString::fromStdString(words->term).toHtmlEscaped(),
                            QString::fromStdString(lessonHtml(words->text, look)));
    QStringList see;
    for (const std::string& other : term->see)
        see << QStringLiteral("<a href=\"glossary:%1\">%2</a>")
                   .arg(QString::fromStdString(other), QString::fromStdString(look.termText(other)).toHtmlEscaped());
    if (!see.isEmpty())
        html += QStringLiteral("<p>%1</p>").arg(tr("See also: %1").arg(see.join(QStringLiteral(", "))));
    if (!term->source.empty())
        html += QStringLiteral("<p><small>%1</small></p>").arg(QString::fromStdString(term->source).toHtmlEscaped());
    text_->setHtml(html);
}

bool GlossaryWindow::eventFilter(QObject* object, QEvent* event) {
    if (object == field_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown) {
            QApplication::sendEvent(list_, event); // the field's arrows walk the list
            return true;
        }
    }
    return QDialog::eventFilter(object, event);
}

void GlossaryWindow::retranslate() {
    setWindowTitle(tr("Glossary"));
    setAccessibleName(windowTitle());
    field_->setPlaceholderText(tr("Some letters of a term"));
    field_->setAccessibleName(tr("Search the glossary"));
    list_->setAccessibleName(tr("Terms"));
    text_->setAccessibleName(tr("Explanation"));
    none_->setText(tr("No term is called like that."));
    showCurrent();
}

void GlossaryWindow::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
