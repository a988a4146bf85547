// SPDX-License-Identifier: Apache-2.0
// The room's frame: how it is put together and what it does. Its words are in inside_words.cpp.
#include "widgets/inside/inside_window.h"

#include "widgets/chat/error_text.h"
#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/room_parts.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_views.h"
#include "widgets/inside/intervention_button.h"
#include "widgets/inside/page_rail.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/work_bar.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {

constexpr double kExportScale = 2; ///< pixels a point, where nobody chose
constexpr double kLeastScale = 0.25, kMostScale = 12;
constexpr double kMostMemoryMiB = 65536;
constexpr int kRoomForHelp = 560;  ///< height of the room from which the sentence about the view stands under it
constexpr int kRoomForNames = 520; ///< width of the room from which the rail says the views' names

} // namespace

InsideWindow::InsideWindow(InsideController& inside, QWidget* parent) : QWidget(parent), inside_(inside) {
    setProperty("kind", "page");
    views_ = makeInsideViews(inside, this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeRail());
    auto* line = new QFrame(this);
    line->setProperty("kind", "vline");
    row->addWidget(line);
    auto* column = new QVBoxLayout;
    column->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace3, design::kSpace2);
    column->setSpacing(design::kSpace2);
    column->addWidget(makeHead());
    notice_ = new NoticeBar(this);
    notice_->hide();
    column->addWidget(notice_);
    column->addWidget(selectionRow_ = makeSelectionRow());
    stack_ = new QStackedWidget(this);
    empty_ = new design::EmptyPage(QStringLiteral("inside"), this);
    emptyLook_ = empty_->addButton(true);
    emptyAgain_ = empty_->addButton(true);
    emptyOpen_ = empty_->addButton(false);
    connect(emptyLook_, &QPushButton::clicked, this, [this] { inside_.lookInside(); });
    connect(emptyAgain_, &QPushButton::clicked, this, [this] { inside_.recordAgain(); });
    connect(emptyOpen_, &QPushButton::clicked, this, &InsideWindow::openFile);
    stack_->addWidget(empty_);
    for (InsideView* view : views_) {
        stack_->addWidget(view);
        connect(view, &InsideView::viewAsked, this, &InsideWindow::showView);
        connect(view, &InsideView::stateChanged, this, &InsideWindow::refresh);
    }
    column->addWidget(stack_, 1);
    help_ = design::textLabel("small", this);
    help_->setWordWrap(true);
    column->addWidget(help_);
    row->addLayout(column, 1);

    connect(&inside_, &InsideController::recordingChanged, this, [this](bool grew) {
        if (!grew)
            notice_->hide(); // it was about what stood here before
        refresh();
    });
    connect(&inside_, &InsideController::otherChanged, this, &InsideWindow::refresh);
    connect(&inside_, &InsideController::busyChanged, this, &InsideWindow::refreshRecorded);
    connect(&inside_, &InsideController::modelChanged, this, &InsideWindow::refresh);
    connect(&inside_.selection(), &SelectionModel::changed, this, &InsideWindow::refreshSelection);
    connect(&inside_, &InsideController::problem, this,
            [this](const QString& sentence) { notice_->tell(NoticeBar::Kind::Problem, sentence); });
    connect(&inside_, &InsideController::saved, this, [this](const QString& path) { tellSaved(path); });
    connect(&inside_.chat(), &ChatController::busyChanged, this, &InsideWindow::refresh);
    connect(&inside_.chat(), &TranscriptSource::reset, this, &InsideWindow::refresh);
    for (const auto& [widget, name] :
         std::initializer_list<std::pair<QWidget*, const char*>>{{stack_, "inside.view"},
                                                                 {rail_, "inside.rail"},
                                                                 {selectionRow_, "inside.selection"},
                                                                 {layer_, "inside.layer"},
                                                                 {head_, "inside.head"},
                                                                 {token_, "inside.token"},
                                                                 {look_, "inside.look"}})
        widget->setObjectName(QLatin1String(name)); // steps of lessons point there (core/lesson/commands.cpp)
    retranslate();
    makeCurrent(0);
}

InsideWindow::~InsideWindow() = default;

PageRail* InsideWindow::makeRail() {
    rail_ = new PageRail(this);
    for (const auto& view : views_)
        rail_->addPage(view->iconName());
    connect(rail_, &PageRail::chosen, this, &InsideWindow::makeCurrent);
    return rail_;
}

QWidget* InsideWindow::makeHead() {
    auto* head = new QWidget(this);
    auto* lines = new QVBoxLayout(head);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setSpacing(design::kSpace1);
    lines->addLayout(row);
    title_ = new design::ElidedLabel(head);
    title_->setProperty("role", "title");
    recorded_ = new design::ElidedLabel(head);
    recorded_->setProperty("role", "small");
    notes_ = new QLabel(head);
    notes_->setFixedSize(design::kIcon, design::kIcon);
    busyText_ = design::textLabel("small", head);
    busy_ = new WorkBar(head);
    look_ = iconButton(QStringLiteral("inside"), head);
    open_ = iconButton(QStringLiteral("folder"), head);
    save_ = iconButton(QStringLiteral("save"), head);
    compare_ = iconButton(QStringLiteral("compare"), head);
    export_ = iconButton(QStringLiteral("export"), head);
    alone_ = iconButton(QStringLiteral("expand"), head);
    alone_->setCheckable(true);
    close_ = iconButton(QStringLiteral("close"), head);
    compareMenu_ = new QMenu(compare_);
    exportMenu_ = new QMenu(export_);
    compare_->setMenu(compareMenu_);
    export_->setMenu(exportMenu_);
    memory_ = iconButton(QStringLiteral("more"), head);
    memoryMenu_ = new QMenu(memory_);
    memory_->setMenu(memoryMenu_);
    for (QToolButton* button : {compare_, export_, memory_})
        button->setPopupMode(QToolButton::InstantPopup);
    connect(memoryMenu_, &QMenu::aboutToShow, this, &InsideWindow::fillMemoryMenu);
    row->addWidget(title_, 1);
    row->addWidget(busyText_);
    row->addWidget(busy_);
    for (QToolButton* button : {look_, open_, save_, compare_, export_, memory_, alone_, close_})
        row->addWidget(button);
    auto* under = new QHBoxLayout; // what is recorded, over the whole width
    under->setSpacing(design::kSpace1);
    under->addWidget(notes_);
    under->addWidget(recorded_, 1);
    lines->addLayout(under);
    connect(look_, &QToolButton::clicked, this, [this] { inside_.lookInside(); });
    connect(open_, &QToolButton::clicked, this, &InsideWindow::openFile);
    connect(save_, &QToolButton::clicked, this, &InsideWindow::saveFile);
    connect(compareMenu_, &QMenu::aboutToShow, this, &InsideWindow::fillCompareMenu);
    connect(exportMenu_, &QMenu::aboutToShow, this, &InsideWindow::fillExportMenu);
    connect(alone_, &QToolButton::clicked, this, &InsideWindow::aloneAsked);
    connect(close_, &QToolButton::clicked, this, &InsideWindow::closeAsked);
    return head;
}

QWidget* InsideWindow::makeSelectionRow() {
    auto* frame = new QWidget(this);
    auto* row = new FlowRow(frame);
    layerLabel_ = design::textLabel("small", frame);
    headLabel_ = design::textLabel("small", frame);
    tokenLabel_ = design::textLabel("small", frame);
    layer_ = new QSpinBox(frame);
    head_ = new QSpinBox(frame);
    for (QSpinBox* box : {layer_, head_}) {
        box->setMinimum(-1);
        box->setSpecialValueText(QStringLiteral("\u2013"));
        box->setFixedWidth(64);
        connect(box, &QSpinBox::valueChanged, this,
                [this] { inside_.selection().setHead(layer_->value(), head_->value(), this); });
    }
    previous_ = iconButton(QStringLiteral("chevron-left"), frame);
    next_ = iconButton(QStringLiteral("chevron-right"), frame);
    previous_->setAutoRepeat(true);
    next_->setAutoRepeat(true);
    token_ = new design::ElidedLabel(frame);
    token_->setMinimumWidth(design::kSpace7);
    token_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred); // a row that flows asks for its width
    row->addWidget(layerLabel_);
    row->addWidget(layer_);
    row->addWidget(headLabel_);
    row->addWidget(head_);
    auto* change = new InterventionButton(inside_, frame);
    row->addWidget(change);
    row->addWidget(tokenLabel_);
    row->addWidget(previous_);
    row->addWidget(next_);
    row->addWidget(token_);
    connect(change, &InterventionButton::showAsked, this, &InsideWindow::showView);
    connect(previous_, &QToolButton::clicked, this, [this] { stepPosition(-1); });
    connect(next_, &QToolButton::clicked, this, [this] { stepPosition(1); });
    return frame;
}

InsideView* InsideWindow::currentView() const {
    return views_[static_cast<std::size_t>(current_)];
}

InsideView* InsideWindow::view(const QString& name) const {
    const auto at = std::find_if(views_.begin(), views_.end(), [&](InsideView* v) { return v->name() == name; });
    return at == views_.end() ? nullptr : *at;
}

bool InsideWindow::showView(const QString& what) {
    const QString name = what.section(QLatin1Char(':'), 0, 0);
    for (std::size_t i = 0; i < views_.size(); ++i)
        if (views_[i]->name() == name) {
            makeCurrent(static_cast<int>(i));
            if (what.contains(QLatin1Char(':')))
                views_[i]->go(what.section(QLatin1Char(':'), 1));
            return true;
        }
    return false;
}

void InsideWindow::makeCurrent(int index) {
    if (index != current_) {
        inside_.want(currentView(), {});
        if (!tellsOfSaving_.isEmpty() && notice_->sentence() == tellsOfSaving_)
            notice_->hide(); // it was about the view that goes
    }
    current_ = index;
    rail_->setCurrent(index);
    refresh();
}

void InsideWindow::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    inside_.setActive(true);
    if (inside_.behind())
        notice_->tell(NoticeBar::Kind::Notice, tr("The chat has gone on since this was recorded."), tr("Record it now"),
                      [this] { inside_.lookInside(); });
    refresh();
}

void InsideWindow::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    inside_.setActive(false);
    inside_.want(currentView(), {});
}

void InsideWindow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    else if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fitRail();
}

void InsideWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        emit closeAsked();
    else
        QWidget::keyPressEvent(event);
}

void InsideWindow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    help_->setVisible(event->size().height() >=
                      kRoomForHelp); // a low room shows numbers; the title's tip has the words
    fitRail();
}

void InsideWindow::fitRail() {
    if (rail_ != nullptr) // a narrow room keeps its width for what it shows: the rail's words are then in its tips
        rail_->showNames(width() >= kRoomForNames);
}

void InsideWindow::setAlone(bool alone) {
    alone_->setChecked(alone);
}

void InsideWindow::stepPosition(int by) {
    if (!inside_.recording())
        return;
    const std::int64_t n = inside_.recording()->nPosition();
    const std::int64_t at = inside_.selection().current().position;
    inside_.selection().setPosition(std::clamp<std::int64_t>((at < 0 ? inside_.newestQuery() : at) + by, 0, n - 1),
                                    this);
}

void InsideWindow::fillExportMenu() {
    exportMenu_->clear();
    for (const QString& format : currentView()->exportFormats()) {
        if (format != QLatin1String("png")) {
            exportMenu_->addAction(tr("As %1\u2026").arg(format.toUpper()), this,
                                   [this, format] { exportView(format, kExportScale); });
            continue;
        }
        QMenu* sizes = exportMenu_->addMenu(tr("As PNG"));
        for (const int scale : {1, 2, 4})
            sizes->addAction(scale == 1 ? tr("As large as here\u2026") : tr("%1 times as large\u2026").arg(scale), this,
                             [this, format, scale] { exportView(format, scale); });
        sizes->addAction(tr("Another size\u2026"), this, [this, format] {
            bool chosen = false;
            const double scale =
                QInputDialog::getDouble(this, tr("Export the view"), tr("How many times as large as here"),
                                        kExportScale, kLeastScale, kMostScale, 2, &chosen);
            if (chosen)
                exportView(format, scale);
        });
    }
}

void InsideWindow::exportView(const QString& format, double scale) {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export the view"), currentView()->name() + QLatin1Char('.') + format,
                                     QStringLiteral("%1 (*.%2)").arg(format.toUpper(), format));
    if (path.isEmpty())
        return;
    InsideView* view = currentView();
    view->complete([this, view, path, format, scale] {
        const Result<void> done = view->exportAs(path, format, scale);
        if (!done)
            notice_->tell(NoticeBar::Kind::Problem, knownText(done.error()));
        else if (view == currentView())
            tellSaved(path);
    });
}

void InsideWindow::tellSaved(const QString& path) {
    notice_->tell(NoticeBar::Kind::Notice, tr("Saved as %1.").arg(path));
    tellsOfSaving_ = notice_->sentence();
}

void InsideWindow::openFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a recorded run"), {},
                                                      tr("Recorded runs (*.safetensors);;All files (*)"));
    if (!path.isEmpty())
        inside_.openRunFile(path);
}

void InsideWindow::saveFile() {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the recorded run"), QStringLiteral("run.vitral.safetensors"),
                                     tr("Recorded runs (*.safetensors);;All files (*)"));
    if (!path.isEmpty())
        inside_.saveRunFile(path);
}

void InsideWindow::compareFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Compare with a recorded run"), {},
                                                      tr("Recorded runs (*.safetensors);;All files (*)"));
    if (!path.isEmpty())
        inside_.compareWithFile(path);
}

QJsonObject InsideWindow::saveState() const {
    QJsonObject state;
    state[QStringLiteral("view")] = currentView()->name();
    state[QStringLiteral("memoryMiB")] = static_cast<double>(inside_.byteBudget() >> 20U);
    for (InsideView* view : views_)
        if (const QJsonObject own = view->saveState(); !own.isEmpty())
            state[view->name()] = own;
    return state;
}

void InsideWindow::restoreState(const QJsonObject& state) {
    for (InsideView* view : views_)
        view->restoreState(state[view->name()].toObject());
    if (const double mib = state[QStringLiteral("memoryMiB")].toDouble(); mib >= 1 && mib <= kMostMemoryMiB)
        inside_.setByteBudget(static_cast<std::size_t>(mib) << 20U);
    showView(state[QStringLiteral("view")].toString());
}

} // namespace vitral
