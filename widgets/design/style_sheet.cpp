// SPDX-License-Identifier: Apache-2.0
// The one style sheet of the program, generated from the named values. Widgets opt in with a dynamic property
// "kind" ("primary", "quiet", "panel", ...), never with colours of their own.
#include "widgets/design/metrics.h"
#include "widgets/design/theme.h"

#include <QHash>
#include <QRegularExpression>

namespace vitral::design {
namespace {

const char* const kTemplate = R"(
* { outline: none; }
QMainWindow, QDialog, QWidget[kind="window"] { background: @window; }
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: 6px 8px; font-size: @small; }
QLabel[role="caption"] { font-size: @caption; color: @textMuted; }
QLabel[role="small"] { font-size: @small; color: @textMuted; }
QLabel[role="title"] { font-size: @title; font-weight: 600; }
QLabel[role="heading"] { font-size: @heading; font-weight: 600; }
QLabel[role="display"] { font-size: @display; font-weight: 600; }
QLabel[role="section"] { font-size: @small; font-weight: 600; color: @textMuted; }
QLabel[role="error"] { color: @danger; font-size: @small; }
QLabel[role="value"] { font-weight: 500; }

QFrame[kind="panel"] { background: @window; border: none; }
QFrame[kind="card"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
QFrame[kind="popup"] { background: @raised; border: 1px solid @border; }
QFrame[kind="composer"] { background: @raised; border: 1px solid @border; border-radius: 16px; }
QFrame[kind="composer"][focused="true"] { border: 1px solid @accent; }
QFrame[kind="toast"] { background: @text; border-radius: 8px; }
QFrame[kind="toast"] QLabel { color: @window; }
QFrame[kind="toast"] QPushButton { background: transparent; border: none; color: @toastAction; font-weight: 600; padding: 4px 8px; }
QFrame[kind="toast"] QPushButton:focus, QFrame[kind="toast"] QPushButton:hover { text-decoration: underline; }
QFrame[kind="notice"] { background: @accentSoft; border: 1px solid @border; border-radius: 8px; }
QFrame[kind="problem"] { background: @dangerSoft; border: 1px solid @danger; border-radius: 8px; }
QFrame[kind="problem"] QLabel { color: @text; }
QFrame[kind="line"] { background: @border; border: none; max-height: 1px; min-height: 1px; }
QFrame[kind="vline"] { background: @border; border: none; max-width: 1px; min-width: 1px; }

QPushButton { background: @raised; color: @text; border: 1px solid @borderSoft; border-radius: 8px; padding: 6px 14px; min-height: 18px; }
QPushButton:hover { border-color: @borderStrong; }
QPushButton:pressed { background: @sunken; }
QPushButton:focus { border: 2px solid @accent; padding: 5px 13px; }
QPushButton:disabled { color: @disabled; border-color: @border; background: @window; }
QPushButton[kind="primary"] { background: @accent; color: @accentText; border: 1px solid @accent; font-weight: 500; }
QPushButton[kind="primary"]:hover { background: @accentHover; border-color: @accentHover; }
QPushButton[kind="primary"]:focus { border: 2px solid @text; }
QPushButton[kind="primary"]:disabled { background: @border; color: @disabled; border-color: @border; }
QPushButton[kind="danger"] { color: @danger; }
QPushButton[kind="link"] { background: transparent; border: none; color: @link; padding: 4px 2px; text-align: left; }
QPushButton[kind="link"]:hover, QPushButton[kind="link"]:focus { text-decoration: underline; }
QPushButton[kind="chip"] { background: @surface; border: 1px solid @border; border-radius: 8px; padding: 4px 10px; text-align: left; }
QPushButton[kind="chip"]:hover { border-color: @borderStrong; background: @raised; }
QPushButton[kind="chip"]:focus { border: 2px solid @accent; padding: 3px 9px; }
QPushButton[kind="chip"]::menu-indicator { image: none; }
QPushButton[kind="suggestion"] { background: @surface; border: 1px solid @border; border-radius: 12px; padding: 12px 14px; text-align: left; color: @text; }
QPushButton[kind="suggestion"]:hover { border-color: @accent; background: @raised; }
QPushButton[kind="suggestion"]:focus { border: 2px solid @accent; padding: 11px 13px; }

QToolButton { background: transparent; border: none; border-radius: 6px; padding: 5px; color: @text; }
QToolButton:hover { background: @hover; }
QToolButton:pressed, QToolButton:checked { background: @accentSoft; }
QToolButton:focus { border: 2px solid @accent; padding: 3px; }
QToolButton::menu-indicator { image: none; }
QToolButton::menu-button { background: transparent; border: none; width: 14px; }
QToolButton::menu-arrow { image: url(@chevronDown); width: 12px; height: 12px; }
QToolButton[kind="send"] { background: @accent; border-radius: 16px; padding: 6px; min-width: 20px; min-height: 20px; }
QToolButton[kind="send"]:hover { background: @accentHover; }
QToolButton[kind="send"]:focus { border: 2px solid @text; padding: 4px; }
QToolButton[kind="send"]:disabled { background: @border; }
QToolButton[kind="section"] { font-size: @small; font-weight: 600; color: @text; padding: 6px 4px; border-radius: 6px; text-align: left; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: @raised; color: @text; border: 1px solid @borderSoft; border-radius: 8px; padding: 5px 8px;
  selection-background-color: @selection; selection-color: @text; }
QLineEdit:hover, QPlainTextEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: @borderStrong; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border: 2px solid @accent; padding: 4px 7px; }
QTreeView QLineEdit, QTreeView QLineEdit:focus { border-width: 1px; border-radius: 6px; padding: 0 4px; } /* renaming: a row has no room for more */
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: @disabled; background: @window; }
QPlainTextEdit[kind="bare"], QPlainTextEdit[kind="bare"]:focus, QPlainTextEdit[kind="bare"]:hover { border: none; background: transparent; padding: 0; }
QSpinBox, QDoubleSpinBox { padding-right: 2px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button { width: 0; border: none; }
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(@chevronDown); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @border; border-radius: 8px; selection-background-color: @accentSoft; selection-color: @text; }

QSlider:horizontal { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; background: @border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: @raised; border: 1px solid @borderStrong; }
QSlider::handle:horizontal:hover { border-color: @accent; }
QSlider::handle:horizontal:focus { border: 2px solid @accent; }
QSlider::sub-page:horizontal:disabled { background: @borderStrong; }

QCheckBox, QRadioButton { spacing: 8px; padding: 2px; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid @borderStrong; border-radius: 4px; background: @raised; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QRadioButton::indicator:checked { background: @raised; border: 5px solid @accent; width: 8px; height: 8px; }
QTreeView::indicator, QListView::indicator { width: 14px; height: 14px; border: 1px solid @borderStrong; border-radius: 4px; background: @raised; }
QTreeView::indicator:checked, QListView::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QCheckBox:focus, QRadioButton:focus { background: @accentSoft; border-radius: 4px; }
QCheckBox::indicator:focus { width: 14px; height: 14px; border: 2px solid @accent; }
QCheckBox::indicator:checked:focus { border: 2px solid @text; }
QRadioButton::indicator:focus { width: 14px; height: 14px; border: 2px solid @accent; }
QRadioButton::indicator:checked:focus { width: 8px; height: 8px; border: 5px solid @text; }

QToolBar { background: @window; border: none; border-right: 1px solid @border; padding: 6px 4px; spacing: 4px; }
QMenuBar { background: @window; padding: 2px 4px; spacing: 2px; }
QMenuBar::item { padding: 4px 9px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; border: 1px solid @border; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 12px; border-radius: 6px; margin: 0 1px; }
QMenu::item:selected { background: @accentSoft; color: @text; }
QMenu::item:disabled { color: @disabled; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: @border; margin: 5px 8px; }
QMenu::indicator { width: 14px; height: 14px; padding-left: 8px; }
QMenu::indicator:checked { image: url(@checkInk); }

QScrollArea, QScrollArea > QWidget > QWidget[kind="page"] { background: transparent; border: none; }
QScrollArea[kind="reading"] { border: 1px solid transparent; border-radius: 6px; }
QScrollArea[kind="reading"]:focus { border: 1px solid @accent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: @scroll; min-height: 32px; border-radius: 4px; margin: 2px 2px 2px 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: @scroll; min-width: 32px; border-radius: 4px; margin: 2px; }
QScrollBar::handle:hover { background: @borderStrong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QTreeView, QListView, QTableView { background: transparent; border: none; selection-background-color: @accentSoft; selection-color: @text; }
QTreeView::item, QListView::item { padding: 5px 6px; border-radius: 6px; color: @text; }
QTreeView::item:hover, QListView::item:hover { background: @hover; }
QTreeView::item:selected, QListView::item:selected { background: @accentSoft; }
QTreeView::item:selected:focus, QListView::item:selected:focus { background: @accentSoft; border: 1px solid @accent; }
QTreeView::item:disabled, QListView::item:disabled { color: @disabled; }
QTreeView::item:first { border-top-right-radius: 0; border-bottom-right-radius: 0; }
QTreeView::item:middle { border-radius: 0; }
QTreeView::item:last { border-top-left-radius: 0; border-bottom-left-radius: 0; }
QTreeView { show-decoration-selected: 0; }
QTreeView[kind="painted"]::item:selected, QTreeView[kind="painted"]::item:hover, QTreeView[kind="painted"]::item:selected:focus { background: transparent; border: none; }
QTreeView::branch, QTreeView::branch:selected, QTreeView::branch:hover { background: transparent; }
QTreeView::branch:has-children:closed { image: url(@chevronRight); }
QTreeView::branch:has-children:open { image: url(@chevronDown); }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: @window; color: @textMuted; border: none; border-bottom: 1px solid @border; padding: 6px 8px; font-size: @small; font-weight: 500; }
QHeaderView::down-arrow { image: url(@chevronDown); width: 10px; height: 10px; subcontrol-position: top center; }
QHeaderView::up-arrow { image: url(@chevronUp); width: 10px; height: 10px; subcontrol-position: top center; }

QProgressBar { background: @border; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; text-align: center; color: transparent; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QStatusBar { background: @window; border-top: 1px solid @border; color: @textMuted; font-size: @small; }
QStatusBar QLabel { color: @textMuted; font-size: @small; padding: 0 6px; }
QStatusBar::item { border: none; }
QSplitter::handle { background: @border; }
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent; }
QDockWidget { border: none; }
QTabBar::tab { background: transparent; color: @textMuted; padding: 7px 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:focus { background: @accentSoft; }
QTabWidget::pane { border: none; border-top: 1px solid @border; }
QGroupBox { border: none; font-weight: 600; margin-top: 18px; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }
)";

} // namespace

QString makeStyleSheet(const Palette& p, int bodyPx) {
    const auto hex = [](const QColor& c) { return c.name(QColor::HexRgb); };
    const auto px = [bodyPx](TextRole role) { return QStringLiteral("%1px").arg(textPx(role, bodyPx)); };
    const bool dark = p.scheme == Scheme::Dark;
    const QString suffix = dark ? QStringLiteral("-dark") : QStringLiteral("-light");
    const QHash<QString, QString> values = {
        {QStringLiteral("window"), hex(p.window)},
        {QStringLiteral("surface"), hex(p.surface)},
        {QStringLiteral("raised"), hex(p.raised)},
        {QStringLiteral("sunken"), hex(p.sunken)},
        {QStringLiteral("border"), hex(p.border)},
        {QStringLiteral("borderSoft"), hex(blend(p.border, p.borderStrong, 0.35))},
        {QStringLiteral("borderStrong"), hex(p.borderStrong)},
        {QStringLiteral("text"), hex(p.text)},
        {QStringLiteral("textMuted"), hex(p.textMuted)},
        {QStringLiteral("disabled"), hex(blend(p.window, p.textMuted, 0.6))},
        {QStringLiteral("accent"), hex(p.accent)},
        {QStringLiteral("accentHover"), hex(p.accentHover)},
        {QStringLiteral("accentText"), hex(p.accentText)},
        {QStringLiteral("accentSoft"), hex(p.accentSoft)},
        {QStringLiteral("toastAction"), hex(palette(dark ? Scheme::Light : Scheme::Dark).accent)},
        {QStringLiteral("link"), hex(p.link)},
        {QStringLiteral("selection"), hex(p.selection)},
        {QStringLiteral("danger"), hex(p.danger)},
        {QStringLiteral("dangerSoft"), hex(p.dangerSoft)},
        {QStringLiteral("hover"), hex(blend(p.window, p.text, 0.07))},
        {QStringLiteral("scroll"), hex(blend(p.window, p.text, 0.20))},
        {QStringLiteral("caption"), px(TextRole::Caption)},
        {QStringLiteral("small"), px(TextRole::Small)},
        {QStringLiteral("title"), px(TextRole::Title)},
        {QStringLiteral("heading"), px(TextRole::Heading)},
        {QStringLiteral("display"), px(TextRole::Display)},
        {QStringLiteral("chevronDown"), QStringLiteral(":/style/chevron-down%1.svg").arg(suffix)},
        {QStringLiteral("chevronUp"), QStringLiteral(":/style/chevron-up%1.svg").arg(suffix)},
        {QStringLiteral("chevronRight"), QStringLiteral(":/style/chevron-right%1.svg").arg(suffix)},
        {QStringLiteral("check"), QStringLiteral(":/style/check%1.svg").arg(suffix)},
        {QStringLiteral("checkInk"), QStringLiteral(":/style/check-ink%1.svg").arg(suffix)},
    };
    static const QRegularExpression name(QStringLiteral("@([a-zA-Z]+)"));
    const QString source = QString::fromLatin1(kTemplate);
    QString out;
    out.reserve(source.size() + 2048);
    qsizetype pos = 0;
    for (auto it = name.globalMatch(source); it.hasNext();) {
        const auto match = it.next();
        out += QStringView(source).mid(pos, match.capturedStart() - pos);
        out += values.value(match.captured(1), QStringLiteral("#ff00ff"));
        pos = match.capturedEnd();
    }
    out += QStringView(source).mid(pos);
    return out;
}

} // namespace vitral::design
