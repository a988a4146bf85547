// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/command_palette.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QApplication>
#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace vitral {
namespace {

constexpr int kWidth = 620, kHeight = 420, kMargin = design::kSpace4;
constexpr int kKeptRecent = 12;
enum Role { GroupRole = Qt::UserRole + 1, KeysRole, OtherRole };

/// The name, its name in the other language beside it where that is another one; group and keys at the right end.
class Row : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {100, option.fontMetrics.height() + 2 * design::kSpace2};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const design::Palette& p = design::paletteFor(option.widget);
        painter->save();
        const bool chosen = (option.state & QStyle::State_Selected) != 0;
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(chosen ? QPen(p.accent, 1) : QPen(Qt::NoPen));
        painter->setBrush(chosen ? p.accentSoft : Qt::transparent);
        painter->drawRoundedRect(QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5), design::kRadiusSmall,
                                 design::kRadiusSmall);
        QRect r = option.rect.adjusted(design::kSpace3, 0, -design::kSpace3, 0);
        const bool enabled = (index.flags() & Qt::ItemIsEnabled) != 0;
        painter->setFont(design::font(design::TextRole::Small));
        const QString keys = index.data(KeysRole).toString(), group = index.data(GroupRole).toString();
        painter->setPen(p.textMuted);
        for (const QString& word : {keys, group}) {
            if (word.isEmpty())
                continue;
            const int width = painter->fontMetrics().horizontalAdvance(word);
            painter->drawText(QRect(r.right() - width, r.top(), width + 1, r.height()), Qt::AlignVCenter, word);
            r.setRight(r.right() - width - design::kSpace4);
        }
        painter->setFont(design::font(design::TextRole::Body));
        painter->setPen(enabled ? p.text : p.textMuted);
        const QString name = index.data(Qt::DisplayRole).toString();
        const QString shown = painter->fontMetrics().elidedText(name, Qt::ElideRight, r.width());
        painter->drawText(r, Qt::AlignVCenter, shown);
        const int used = painter->fontMetrics().horizontalAdvance(shown) + design::kSpace3;
        if (const QString other = index.data(OtherRole).toString(); !other.isEmpty() && shown == name) {
            painter->setFont(design::font(design::TextRole::Small));
            painter->setPen(p.textMuted);
            r.setLeft(r.left() + used);
            painter->drawText(r, Qt::AlignVCenter, painter->fontMetrics().elidedText(other, Qt::ElideRight, r.width()));
        }
        painter->restore();
    }
};

} // namespace

CommandPalette::CommandPalette(CommandList& commands, QWidget* window)
    : QFrame(window, Qt::Popup | Qt::FramelessWindowHint), commands_(commands) {
    setProperty("kind", "popup");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, design::kSpace3);
    column->setSpacing(design::kSpace2);
    field_ = new QLineEdit(this);
    field_->setClearButtonEnabled(true);
    field_->installEventFilter(this);
    list_ = new QListView(this);
    list_->setFocusPolicy(Qt::NoFocus); // the field's arrows walk it
    list_->setItemDelegate(new Row(list_));
    list_->setUniformItemSizes(true);
    list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    items_ = new QStandardItemModel(this);
    list_->setModel(items_);
    none_ = new QLabel(this);
    none_->setProperty("role", "small");
    none_->setWordWrap(true);
    none_->hide();
    column->addWidget(field_);
    column->addWidget(none_);
    column->addWidget(list_, 1);
    setFocusProxy(field_);
    connect(field_, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(list_, &QListView::clicked, this, &CommandPalette::runCurrent);
    retranslate();
    hide();
}

void CommandPalette::open() {
    const QWidget* window = parentWidget();
    const QSize size(std::min(kWidth, window->width() - 2 * kMargin),
                     std::min(kHeight, window->height() - 2 * kMargin));
    resize(size);
    move(window->mapToGlobal(QPoint((window->width() - size.width()) / 2, window->height() / 10)));
    field_->clear();
    fill();
    show();
    field_->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::fill() {
    found_ = findCommands(commands_.commands(), field_->text(), recent_, other_);
    items_->clear();
    for (const FoundCommand& f : found_) {
        auto* item = new QStandardItem(f.name);
        const QString keys = f.command.keys.toString(QKeySequence::NativeText);
        item->setData(f.group, GroupRole);
        item->setData(keys, KeysRole);
        item->setData(f.otherName == f.name ? QString() : f.otherName, OtherRole);
        QStringList words{f.name};
        for (const QString& word : {f.group, keys})
            if (!word.isEmpty())
                words << word;
        item->setData(words.join(QStringLiteral(", ")), Qt::AccessibleTextRole);
        item->setEditable(false);
        if (!f.command.enabled)
            item->setFlags(Qt::ItemIsSelectable);
        items_->appendRow(item);
    }
    none_->setVisible(found_.empty());
    list_->setVisible(!found_.empty());
    if (!found_.empty())
        list_->setCurrentIndex(items_->index(0, 0));
}

void CommandPalette::runCurrent() {
    const int row = list_->currentIndex().row();
    if (row < 0 || row >= static_cast<int>(found_.size()) || !found_[static_cast<std::size_t>(row)].command.enabled)
        return;
    const Command command = found_[static_cast<std::size_t>(row)].command;
    recent_.removeAll(command.id);
    recent_.prepend(command.id);
    while (recent_.size() > kKeptRecent)
        recent_.removeLast();
    hide();
    emit used(command.id);
    if (command.run)
        command.run();
}

bool CommandPalette::eventFilter(QObject* object, QEvent* event) {
    if (object == field_ && event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        switch (key->key()) {
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            QApplication::sendEvent(list_, event);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            runCurrent();
            return true;
        case Qt::Key_Escape:
            hide();
            return true;
        default:
            break;
        }
    }
    return QFrame::eventFilter(object, event);
}

void CommandPalette::retranslate() {
    setAccessibleName(tr("Commands"));
    field_->setPlaceholderText(tr("What is to be done? Some letters are enough"));
    field_->setAccessibleName(tr("Search commands"));
    field_->setAccessibleDescription(tr("Up and Down walk the list, Enter does what is chosen."));
    list_->setAccessibleName(tr("Commands"));
    none_->setText(tr("Nothing is called like that. Try another word, in Portuguese or English."));
}

void CommandPalette::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
