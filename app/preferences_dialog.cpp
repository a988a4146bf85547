// SPDX-License-Identifier: Apache-2.0
#include "app/preferences_dialog.h"

#include "widgets/design/fit_screen.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/shell/fuzzy.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace vitral::app {
namespace {
constexpr int kWidth = 560, kHeight = 520, kFieldWidth = 200;
}

PreferencesDialog::PreferencesDialog(Preferences& preferences, QWidget* parent)
    : QDialog(parent), preferences_(preferences) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace4, design::kSpace4, design::kSpace4);
    column->setSpacing(design::kSpace3);
    search_ = new QLineEdit(this);
    search_->setClearButtonEnabled(true);
    search_->addAction(design::icon(QStringLiteral("search"), design::IconTone::Muted), QLineEdit::LeadingPosition);
    column->addWidget(search_);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* page = new QWidget(scroll);
    page->setProperty("kind", "page");
    auto* list = new QVBoxLayout(page);
    list->setContentsMargins(0, 0, design::kSpace3, 0);
    list->setSpacing(design::kSpace4);
    none_ = new QLabel(page);
    none_->setProperty("role", "small");
    none_->setWordWrap(true);
    list->addWidget(none_);
    for (const Preferences::Item& item : preferences_.items()) {
        Row row{item.id, new QWidget(page), nullptr, nullptr, nullptr};
        auto* grid = new QGridLayout(row.box);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setHorizontalSpacing(design::kSpace4);
        grid->setVerticalSpacing(design::kSpace1);
        grid->setColumnStretch(0, 1);
        row.name = new QLabel(row.box);
        row.name->setProperty("role", "value");
        row.name->setWordWrap(true);
        row.help = new QLabel(row.box);
        row.help->setProperty("role", "small");
        row.help->setWordWrap(true);
        if (item.choices.empty()) {
            auto* check = new QCheckBox(row.box);
            connect(check, &QCheckBox::toggled, this, [this, id = item.id](bool on) {
                if (!refreshing_)
                    preferences_.choose(id, on ? QStringLiteral("1") : QStringLiteral("0"));
            });
            row.field = check;
        } else {
            auto* combo = new QComboBox(row.box);
            combo->setMinimumWidth(kFieldWidth);
            connect(combo, &QComboBox::activated, this, [this, id = item.id, combo](int index) {
                preferences_.choose(id, combo->itemData(index).toString());
            });
            row.field = combo;
        }
        row.name->setBuddy(row.field);
        grid->addWidget(row.name, 0, 0);
        grid->addWidget(row.field, 0, 1, Qt::AlignRight | Qt::AlignTop);
        grid->addWidget(row.help, 1, 0, 1, 2);
        list->addWidget(row.box);
        rows_.push_back(row);
    }
    list->addStretch(1);
    scroll->setWidget(page);
    column->addWidget(scroll, 1);
    buttonBox_ = new QWidget(this);
    auto* buttons = new QHBoxLayout(buttonBox_);
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->addStretch(1);
    close_ = new QPushButton(buttonBox_);
    close_->setAutoDefault(false);
    buttons->addWidget(close_);
    column->addWidget(buttonBox_);
    connect(close_, &QPushButton::clicked, this, &QDialog::close);
    connect(search_, &QLineEdit::textChanged, this, &PreferencesDialog::filter);
    connect(&preferences_, &Preferences::changed, this, &PreferencesDialog::refresh);
    retranslate();
    resize(design::fitScreen(*this, {kWidth, kHeight}));
    search_->setFocus();
}

void PreferencesDialog::addButton(std::function<QString()> text, std::function<void()> call) {
    auto* button = new QPushButton(buttonBox_);
    button->setAutoDefault(false);
    button->setText(text());
    qobject_cast<QHBoxLayout*>(buttonBox_->layout())->insertWidget(static_cast<int>(buttons_.size()), button);
    connect(button, &QPushButton::clicked, this, std::move(call));
    buttons_.emplace_back(button, std::move(text));
}

QStringList PreferencesDialog::shown() const {
    QStringList ids;
    for (const Row& row : rows_)
        if (!row.box->isHidden())
            ids << row.id;
    return ids;
}

void PreferencesDialog::refresh() {
    refreshing_ = true;
    for (const Row& row : rows_) {
        const Preferences::Item& item = preferences_.item(row.id);
        QString help = item.help();
        if (auto* check = qobject_cast<QCheckBox*>(row.field)) {
            check->setChecked(item.get() == QLatin1String("1"));
        } else if (auto* combo = qobject_cast<QComboBox*>(row.field)) {
            combo->clear();
            for (const Preferences::Choice& choice : item.choices) {
                combo->addItem(choice.name(), choice.value);
                if (choice.value == item.get() && choice.help)
                    help = choice.help() + QLatin1Char(' ') + help;
            }
            combo->setCurrentIndex(combo->findData(item.get()));
        }
        row.name->setText(item.name());
        row.help->setText(help);
        row.field->setAccessibleName(item.name());
        row.field->setAccessibleDescription(help);
    }
    refreshing_ = false;
}

void PreferencesDialog::filter() {
    bool any = false;
    for (const Row& row : rows_) {
        const Preferences::Item& item = preferences_.item(row.id);
        const auto words = [&item] {
            QString all = item.name() + QLatin1Char(' ') + item.help();
            for (const Preferences::Choice& choice : item.choices)
                all += QLatin1Char(' ') + choice.name() + QLatin1Char(' ') + (choice.help ? choice.help() : QString());
            return all;
        };
        const bool shown = holdsWords(words() + QLatin1Char(' ') + preferences_.inOther(words), search_->text());
        row.box->setVisible(shown);
        any = any || shown;
    }
    none_->setVisible(!any);
}

void PreferencesDialog::retranslate() {
    setWindowTitle(tr("Preferences"));
    search_->setPlaceholderText(tr("Search the preferences"));
    search_->setAccessibleName(search_->placeholderText());
    none_->setText(tr("No preference has these words. The settings of answers stand beside the chat and have a search "
                      "of their own."));
    close_->setText(tr("Close"));
    for (const auto& [button, text] : buttons_)
        button->setText(text());
    refresh();
    filter();
}

void PreferencesDialog::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral::app
