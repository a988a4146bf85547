// SPDX-License-Identifier: Apache-2.0
#include "app/start_room.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace vitral::app {
namespace {

constexpr int kPageWidth = 880, kCardWidth = 250, kSmallestCard = 160;
constexpr int kLongest = 40; ///< characters of a recent thing

/// A button as high as its words need.
class CardButton : public QPushButton {
public:
    using QPushButton::QPushButton;
    [[nodiscard]] QSize sizeHint() const override { return layout()->sizeHint(); }
    [[nodiscard]] QSize minimumSizeHint() const override { return {kSmallestCard, layout()->minimumSize().height()}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override { return layout()->totalHeightForWidth(width); }
};

QLabel* label(QWidget* parent, const char* role) {
    auto* made = new QLabel(parent);
    made->setProperty("role", role);
    made->setWordWrap(true);
    made->setAttribute(Qt::WA_TransparentForMouseEvents);
    return made;
}

} // namespace

StartRoom::StartRoom(QWidget* parent) : Room(parent) {
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    whole->addWidget(scroll);
    auto* page = new QWidget(scroll);
    page->setProperty("kind", "page");
    scroll->setWidget(page);
    auto* middle = new QHBoxLayout(page);
    middle->setContentsMargins(design::kSpace5, design::kSpace5, design::kSpace5, design::kSpace5);
    auto* frame = new QWidget(page);
    frame->setMaximumWidth(kPageWidth);
    middle->addStretch(1);
    middle->addWidget(frame, 20);
    middle->addStretch(1);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    title_ = label(frame, "display");
    line_ = label(frame, "small");
    column->addStretch(1);
    column->addWidget(title_);
    column->addWidget(line_);
    column->addSpacing(design::kSpace4);
    makeQuestions(column);
    cardBox_ = new QWidget(frame);
    grid_ = new QGridLayout(cardBox_);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(design::kSpace3);
    column->addWidget(cardBox_);
    recentBox_ = new QWidget(frame);
    recentGrid_ = new QGridLayout(recentBox_);
    recentGrid_->setContentsMargins(0, design::kSpace5, 0, 0);
    recentGrid_->setHorizontalSpacing(design::kSpace5);
    recentGrid_->setVerticalSpacing(design::kSpace4);
    column->addWidget(recentBox_);
    column->addSpacing(design::kSpace4);
    always_ = new QCheckBox(frame);
    column->addWidget(always_, 0, Qt::AlignLeft);
    column->addStretch(2);
}

void StartRoom::makeQuestions(QVBoxLayout* column) {
    questions_ = new QWidget(this);
    auto* list = new QVBoxLayout(questions_);
    list->setContentsMargins(0, 0, 0, 0);
    list->setSpacing(design::kSpace2);
    languageTitle_ = label(questions_, "title");
    languageList_ = new QVBoxLayout;
    depthTitle_ = label(questions_, "title");
    depthList_ = new QVBoxLayout;
    begin_ = new QPushButton(questions_);
    begin_->setProperty("kind", "primary");
    list->addWidget(languageTitle_);
    list->addLayout(languageList_);
    list->addSpacing(design::kSpace3);
    list->addWidget(depthTitle_);
    list->addLayout(depthList_);
    list->addSpacing(design::kSpace3);
    list->addWidget(begin_, 0, Qt::AlignLeft);
    column->addWidget(questions_);
    questions_->hide();
    connect(begin_, &QPushButton::clicked, this, [this] {
        askFirst(false);
        if (!buttons_.empty())
            buttons_.front()->setFocus(Qt::OtherFocusReason);
        emit answered();
    });
}

void StartRoom::setPreferences(Preferences& preferences) {
    preferences_ = &preferences;
    const auto ask = [this](const QString& id, QVBoxLayout* list, std::vector<std::pair<QRadioButton*, QString>>& all,
                            std::vector<QLabel*>* helps) {
        auto* group = new QButtonGroup(questions_);
        for (const Preferences::Choice& choice : preferences_->item(id).choices) {
            auto* button = new QRadioButton(questions_);
            group->addButton(button);
            list->addWidget(button);
            all.emplace_back(button, choice.value);
            connect(button, &QRadioButton::clicked, this,
                    [this, id, value = choice.value] { preferences_->apply(id, value); }); // an answer, no change
            if (helps != nullptr) {
                QLabel* help = label(questions_, "small");
                help->setContentsMargins(design::kSpace5, 0, 0, design::kSpace1);
                list->addWidget(help);
                helps->push_back(help);
            }
        }
    };
    ask(QStringLiteral("language"), languageList_, languages_, nullptr);
    ask(QStringLiteral("depth"), depthList_, depths_, &depthHelp_);
    connect(always_, &QCheckBox::clicked, this, [this](bool on) {
        preferences_->choose(QStringLiteral("start"), on ? QStringLiteral("1") : QStringLiteral("0"));
    });
    connect(preferences_, &Preferences::changed, this, &StartRoom::retranslate);
}

void StartRoom::setCards(std::vector<Card> cards) {
    cards_ = std::move(cards);
    for (const Card& card : cards_) {
        auto* button = new CardButton(cardBox_);
        button->setProperty("kind", "suggestion");
        button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // equal columns
        auto* row = new QHBoxLayout(button);
        row->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace4, design::kSpace3);
        row->setSpacing(design::kSpace3);
        auto* picture = label(button, "");
        picture->setPixmap(
            design::icon(card.icon, design::IconTone::Accent).pixmap(QSize(24, 24), devicePixelRatioF()));
        picture->setFixedWidth(24);
        picture->setAlignment(Qt::AlignTop);
        auto* words = new QVBoxLayout;
        words->setSpacing(design::kSpace1);
        QLabel* title = label(button, "title");
        QLabel* sentence = label(button, "small");
        words->addWidget(title);
        words->addWidget(sentence);
        words->addStretch(1);
        row->addWidget(picture, 0, Qt::AlignTop);
        row->addLayout(words, 1);
        connect(button, &QPushButton::clicked, this, card.go);
        buttons_.push_back(button);
        words_.emplace_back(title, sentence);
    }
    retranslate();
}

void StartRoom::addRecent(std::function<QString()> heading, std::function<std::vector<Recent>()> items) {
    Column column{new QWidget(recentBox_), nullptr, nullptr, std::move(heading), std::move(items), {}};
    column.list = new QVBoxLayout(column.box);
    column.list->setContentsMargins(0, 0, 0, 0);
    column.list->setSpacing(0);
    column.heading = label(column.box, "section");
    column.list->addWidget(column.heading);
    columns_.push_back(std::move(column));
}

void StartRoom::askFirst(bool on) {
    questions_->setVisible(on);
    retranslate();
}

bool StartRoom::asking() const {
    return !questions_->isHidden();
}

void StartRoom::activated() {
    refresh();
    if (asking())
        begin_->setFocus();
    else if (!buttons_.empty())
        buttons_.front()->setFocus();
}

void StartRoom::go(const QString& argument) {
    if (argument == QLatin1String("welcome"))
        askFirst(true);
}

void StartRoom::refresh() {
    bool changed = false;
    for (Column& column : columns_) {
        const std::vector<Recent> items = column.items();
        column.heading->setText(column.words());
        column.box->setVisible(!items.empty() && !asking());
        QStringList titles;
        for (const Recent& recent : items)
            titles << recent.title << recent.key;
        if (titles == column.shown)
            continue; // the link that has the focus keeps it
        column.shown = titles;
        while (QLayoutItem* item = column.list->takeAt(1)) { // the heading stays
            if (item->widget() != nullptr)
                item->widget()->deleteLater();
            delete item;
        }
        for (const Recent& recent : items) {
            auto* link = new QPushButton(column.box);
            link->setProperty("kind", "link");
            const QString shown =
                recent.title.size() > kLongest ? recent.title.left(kLongest - 1) + QChar(0x2026) : recent.title;
            link->setText(QString(shown).replace(QLatin1Char('&'), QLatin1String("&&")));
            link->setToolTip(recent.title);
            link->setAccessibleName(recent.title);
            link->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
            connect(link, &QPushButton::clicked, this, recent.go);
            column.list->addWidget(link);
        }
        column.list->addStretch(1);
        changed = true;
    }
    if (changed)
        orderTabs();
    arrange();
}

// As they stand: links are made anew, and would come last.
void StartRoom::orderTabs() {
    QWidget* before = nullptr;
    const auto next = [&before](QWidget* widget) {
        if (before != nullptr)
            setTabOrder(before, widget);
        before = widget;
    };
    for (QPushButton* button : buttons_)
        next(button);
    for (const Column& column : columns_)
        for (int i = 1; i < column.list->count(); ++i)
            if (QWidget* link = column.list->itemAt(i)->widget(); link != nullptr)
                next(link);
    next(always_);
}

void StartRoom::retranslate() {
    const bool asks = asking();
    title_->setText(asks ? tr("Welcome to Vitral") : tr("What would you like to do?"));
    line_->setText(asks ? tr("Two questions; both answers can be changed at any time (Ctrl+,).")
                        : tr("Everything runs on this computer. Ctrl+Shift+P finds whatever you can name."));
    for (std::size_t i = 0; i < cards_.size(); ++i) {
        QString title = cards_[i].title();
        title.remove(QLatin1Char('&'));
        words_[i].first->setText(title);
        words_[i].second->setText(cards_[i].sentence());
        buttons_[i]->setAccessibleName(title);
        buttons_[i]->setAccessibleDescription(cards_[i].sentence());
    }
    always_->setText(tr("Begin here every time"));
    languageTitle_->setText(tr("Which language?"));
    depthTitle_->setText(tr("How do you want to work?"));
    begin_->setText(tr("Begin"));
    if (preferences_ != nullptr) {
        const auto fill = [this](const QString& id, const auto& all, const std::vector<QLabel*>& helps) {
            const Preferences::Item& item = preferences_->item(id);
            for (std::size_t i = 0; i < all.size(); ++i) {
                all[i].first->setText(item.choices[i].name());
                all[i].first->setChecked(item.get() == all[i].second);
                if (i < helps.size()) {
                    helps[i]->setText(item.choices[i].help());
                    all[i].first->setAccessibleDescription(helps[i]->text());
                }
            }
        };
        fill(QStringLiteral("language"), languages_, {});
        fill(QStringLiteral("depth"), depths_, depthHelp_);
        always_->setChecked(preferences_->value(QStringLiteral("start")) == QLatin1String("1"));
    }
    cardBox_->setVisible(!asks);
    always_->setVisible(!asks);
    refresh();
}

void StartRoom::arrange() {
    const int room = std::min(width() - 2 * design::kSpace5, kPageWidth);
    const int columns = std::clamp(room / kCardWidth, 1, 3);
    if (columns != nColumn_) {
        nColumn_ = columns;
        for (std::size_t i = 0; i < buttons_.size(); ++i)
            grid_->addWidget(buttons_[i], static_cast<int>(i) / columns, static_cast<int>(i) % columns);
        for (int i = 0; i < 3; ++i) {
            grid_->setColumnStretch(i, i < columns ? 1 : 0);
            recentGrid_->setColumnStretch(i, i < columns ? 1 : 0);
        }
    }
    int at = 0;
    for (const Column& column : columns_) {
        recentGrid_->removeWidget(column.box);
        if (column.box->isHidden())
            continue;
        recentGrid_->addWidget(column.box, at / columns, at % columns);
        ++at;
    }
}

void StartRoom::resizeEvent(QResizeEvent* event) {
    Room::resizeEvent(event);
    arrange();
}

void StartRoom::changeEvent(QEvent* event) {
    Room::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral::app
