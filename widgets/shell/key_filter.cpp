// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/key_filter.h"

#include <QAbstractSpinBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTextEdit>

#include <optional>

namespace vitral {
namespace {

/// Whether a field for text could take something back itself (`undo`) or do it again; nothing: it is no such field.
std::optional<bool> hasOwn(const QObject* object, bool undo) {
    const auto* line = qobject_cast<const QLineEdit*>(object);
    if (const auto* spin = qobject_cast<const QAbstractSpinBox*>(object))
        line = spin->findChild<const QLineEdit*>();
    else if (const auto* box = qobject_cast<const QComboBox*>(object))
        line = box->lineEdit();
    if (line != nullptr)
        return undo ? line->isUndoAvailable() : line->isRedoAvailable();
    const QTextDocument* text = nullptr;
    if (const auto* plain = qobject_cast<const QPlainTextEdit*>(object))
        text = plain->document();
    else if (const auto* rich = qobject_cast<const QTextEdit*>(object))
        text = rich->document();
    if (text == nullptr)
        return std::nullopt;
    return undo ? text->isUndoAvailable() : text->isRedoAvailable();
}

} // namespace

KeyFilter::KeyFilter(QObject* parent) : QObject(parent) {
    QCoreApplication::instance()->installEventFilter(this);
}

bool KeyFilter::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool undo = key->matches(QKeySequence::Undo);
        if ((undo || key->matches(QKeySequence::Redo)) && !hasOwn(object, undo).value_or(true)) {
            event->ignore();
            return true;
        }
    }
    return QObject::eventFilter(object, event);
}

} // namespace vitral
