// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_room.h"

#include "widgets/chat/error_text.h"
#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/denoise_pages.h"
#include "widgets/denoise/denoise_settings_panel.h"
#include "widgets/denoise/denoise_timeline.h"
#include "widgets/denoise/run_tree.h"
#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/room_parts.h"
#include "widgets/inside/page_rail.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/work_bar.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kLeastView = 110, kRailRow = 58, kSideWidth = 300, kLeastSide = 236, kRunsHeight = 100;
constexpr int kOpeningMs = 500;

} // namespace

DenoiseRoom::DenoiseRoom(DenoiseController& denoise, std::vector<DenoiseController::Place> places, QWidget* parent)
    : Room(parent), denoise_(denoise), places_(std::move(places)) {
    setProperty("kind", "page");
    pages_ = makeDenoisePages(denoise, this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeRail());
    auto* line = new QFrame(this);
    line->setProperty("kind", "vline");
    row->addWidget(line);
    splitter_ = new QSplitter(Qt::Horizontal, this);
    splitter_->setHandleWidth(1);
    splitter_->setChildrenCollapsible(false);
    auto* middle = new QWidget(splitter_);
    middle->setProperty("kind", "page");
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace3, design::kSpace2);
    column->setSpacing(design::kSpace2);
    column->addWidget(makeHead());
    notice_ = new NoticeBar(middle);
    notice_->hide();
    column->addWidget(notice_);
    stack_ = new QStackedWidget(middle);
    stack_->setMinimumHeight(kLeastView); // not the tallest page's: they scroll
    empty_ = new design::EmptyPage(iconName(), middle);
    emptyRun_ = empty_->addButton(true);
    emptyModel_ = empty_->addButton(false);
    emptyOpen_ = empty_->addButton(false);
    stack_->addWidget(empty_);
    for (DenoisePage* page : pages_)
        stack_->addWidget(page);
    column->addWidget(stack_, 1);
    help_ = design::textLabel("small", middle);
    help_->setWordWrap(true);
    column->addWidget(help_);
    timeline_ = new DenoiseTimeline(denoise, middle);
    column->addWidget(timeline_);
    splitter_->addWidget(middle);
    splitter_->addWidget(makeSide());
    splitter_->setStretchFactor(0, 1);
    splitter_->setSizes({10 * kSideWidth, kSideWidth});
    row->addWidget(splitter_, 1);
    for (const auto& [widget, name] :
         std::initializer_list<std::pair<QWidget*, const char*>>{{row->itemAt(0)->widget(), "denoise.rail"},
                                                                 {stack_, "denoise.view"},
                                                                 {timeline_, "denoise.timeline"},
                                                                 {sidePanel_, "denoise.side"},
                                                                 {settings_->prompt(), "denoise.prompt"},
                                                                 {run_, "denoise.run"},
                                                                 {runs_, "denoise.runs"}})
        widget->setObjectName(QLatin1String(name)); // steps of lessons point there (core/lesson/commands.cpp)
    connectAll();
    retranslate();
    makeCurrent(0);
}

DenoiseRoom::~DenoiseRoom() = default;

PageRail* DenoiseRoom::makeRail() {
    rail_ = new PageRail(this);
    for (const DenoisePage* page : pages_)
        rail_->addPage(page->iconName());
    return rail_;
}

QWidget* DenoiseRoom::makeHead() {
    auto* head = new QWidget(this);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(design::kSpace1);
    title_ = new design::ElidedLabel(head);
    title_->setProperty("role", "title");
    model_ = iconButton(QStringLiteral("model"), head);
    model_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    model_->setPopupMode(QToolButton::InstantPopup);
    modelMenu_ = new QMenu(model_);
    model_->setMenu(modelMenu_);
    busyText_ = design::textLabel("small", head);
    busy_ = new WorkBar(head);
    cancel_ = iconButton(QStringLiteral("stop"), head);
    run_ = new QPushButton(head);
    run_->setProperty("kind", "primary");
    open_ = iconButton(QStringLiteral("folder"), head);
    export_ = iconButton(QStringLiteral("export"), head);
    export_->setPopupMode(QToolButton::InstantPopup);
    exportMenu_ = new QMenu(export_);
    export_->setMenu(exportMenu_);
    side_ = iconButton(QStringLiteral("sidebar-right"), head);
    side_->setCheckable(true);
    side_->setChecked(true);
    row->addWidget(title_, 1);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{busyText_, busy_, cancel_, model_, run_, open_, export_, side_})
        row->addWidget(widget);
    return head;
}

QWidget* DenoiseRoom::makeSide() {
    sidePanel_ = new QWidget(splitter_);
    sidePanel_->setProperty("kind", "window");
    sidePanel_->setMinimumWidth(kLeastSide);
    auto* column = new QVBoxLayout(sidePanel_);
    column->setContentsMargins(0, 0, 0, 0);
    sideSplitter_ = new QSplitter(Qt::Vertical, sidePanel_);
    sideSplitter_->setChildrenCollapsible(false);
    settings_ = new DenoiseSettingsPanel(denoise_, sideSplitter_);
    sideSplitter_->addWidget(settings_);
    auto* list = new QWidget(sideSplitter_);
    auto* lines = new QVBoxLayout(list);
    lines->setContentsMargins(design::kSpace3, design::kSpace2, design::kSpace2, design::kSpace2);
    lines->setSpacing(design::kSpace1);
    runsTitle_ = design::textLabel("section", list);
    runs_ = new RunTree(denoise_, list);
    runs_->setMinimumHeight(72);
    lines->addWidget(runsTitle_);
    lines->addWidget(runs_, 1);
    sideSplitter_->addWidget(list);
    sideSplitter_->setStretchFactor(0, 3);
    sideSplitter_->setStretchFactor(1, 1);
    sideSplitter_->setSizes({5 * kRunsHeight, 2 * kRunsHeight});
    column->addWidget(sideSplitter_);
    return sidePanel_;
}

void DenoiseRoom::connectAll() {
    connect(rail_, &PageRail::chosen, this, &DenoiseRoom::makeCurrent);
    for (DenoisePage* page : pages_) {
        connect(page, &DenoisePage::pageAsked, this, &DenoiseRoom::showPage);
        connect(page, &DenoisePage::stateChanged, this, &DenoiseRoom::refresh);
        connect(page, &DenoisePage::timeChanged, this, [this, page] {
            if (page == pages_[std::size_t(current_)])
                timeline_->ownChanged();
        });
        connect(page, &DenoisePage::timeMoved, this, [this, page] {
            if (page == pages_[std::size_t(current_)])
                timeline_->ownMoved();
        });
    }
    connect(run_, &QPushButton::clicked, this, &DenoiseRoom::runNow);
    connect(emptyRun_, &QPushButton::clicked, this, &DenoiseRoom::runNow);
    connect(emptyModel_, &QPushButton::clicked, this, [this] { model_->showMenu(); });
    connect(emptyOpen_, &QPushButton::clicked, open_, &QToolButton::click);
    connect(cancel_, &QToolButton::clicked, this, [this] { denoise_.cancel(); });
    connect(modelMenu_, &QMenu::aboutToShow, this, &DenoiseRoom::fillModelMenu);
    connect(exportMenu_, &QMenu::aboutToShow, this, &DenoiseRoom::fillExportMenu);
    connect(open_, &QToolButton::clicked, this, [this] {
        if (const QString path = choosePicture(tr("Open a recorded run, or a picture")); !path.isEmpty())
            denoise_.openAny(path);
    });
    connect(side_, &QToolButton::toggled, sidePanel_, &QWidget::setVisible);
    connect(settings_, &DenoiseSettingsPanel::runAsked, this, &DenoiseRoom::runNow);
    connect(settings_, &DenoiseSettingsPanel::initFileAsked, this, [this] {
        const QString path = choosePicture(tr("Choose a start picture"));
        if (path.isEmpty())
            return;
        denoise_.pool().ask(
            this, "init", [path](const std::stop_token&) { return readAnyPicture(path); },
            [this](const Result<QImage>& image) {
                if (image)
                    denoise_.setInit(*image);
                else
                    notice_->tell(NoticeBar::Kind::Problem, knownText(image.error()));
            });
    });
    connect(timeline_, &DenoiseTimeline::forwardFileAsked, this, [this] {
        const QString path = choosePicture(tr("Choose a picture to add noise to"));
        if (path.isEmpty())
            return;
        denoise_.pool().ask(
            this, "forward", [path](const std::stop_token&) { return readAnyPicture(path); },
            [this, path](const Result<QImage>& image) {
                if (image)
                    denoise_.setForward(*image, QFileInfo(path).fileName());
                else
                    notice_->tell(NoticeBar::Kind::Problem, knownText(image.error()));
            });
    });
    connect(timeline_, &DenoiseTimeline::branchAsked, this,
            [this] { denoise_.branch(denoise_.currentId(), denoise_.moment()); });
    connect(runs_, &RunTree::exportAsked, this, &DenoiseRoom::exportPng);
    connect(runs_, &RunTree::saveAsked, this, &DenoiseRoom::saveRun);
    connect(runs_, &RunTree::enlargeAsked, this, &DenoiseRoom::enlarge);
    connect(runs_, &RunTree::compareAsked, this, [this] { showPage(QStringLiteral("branches")); });
    connect(&denoise_, &DenoiseController::modelChanged, this, &DenoiseRoom::refresh);
    connect(&denoise_, &DenoiseController::runsChanged, this, &DenoiseRoom::refresh);
    connect(&denoise_, &DenoiseController::currentChanged, this, &DenoiseRoom::refresh);
    connect(&denoise_, &DenoiseController::busyChanged, this, &DenoiseRoom::refreshBusy);
    connect(&denoise_, &DenoiseController::problem, this,
            [this](const QString& sentence) { notice_->tell(NoticeBar::Kind::Problem, sentence); });
    connect(&denoise_, &DenoiseController::notice, this,
            [this](const QString& sentence) { notice_->tell(NoticeBar::Kind::Notice, sentence); });
    connect(&denoise_, &DenoiseController::saved, this,
            [this](const QString& path) { notice_->tell(NoticeBar::Kind::Notice, tr("Saved as %1.").arg(path)); });
    connect(&denoise_, &DenoiseController::modelsFound, this, [this] {
        if (!denoise_.model() && denoise_.modelState() == DenoiseController::ModelState::None)
            for (const FoundDiffusionModel& found : denoise_.foundModels())
                if (found.bundled) {
                    denoise_.loadModel(found.path);
                    break;
                }
        refresh();
        next();
    });
    const auto shortcut = [this](const QKeySequence& keys, auto call) {
        auto* made = new QShortcut(keys, this);
        made->setContext(Qt::WidgetWithChildrenShortcut);
        connect(made, &QShortcut::activated, this, call);
    };
    shortcut(QKeySequence(Qt::CTRL | Qt::Key_Return), [this] { runNow(); });
    shortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return),
             [this] { denoise_.branch(denoise_.currentId(), denoise_.moment()); });
}

void DenoiseRoom::activated() {
    if (begun_)
        return;
    begun_ = true;
    denoise_.findModels(places_);
    if (denoise_.ready())
        loadLast();
    else
        connect(&denoise_, &DenoiseController::stateRead, this, &DenoiseRoom::loadLast);
}

void DenoiseRoom::loadLast() {
    if (denoise_.modelState() == DenoiseController::ModelState::None && !denoise_.modelPath().isEmpty() &&
        QFileInfo::exists(denoise_.modelPath()))
        denoise_.loadModel(denoise_.modelPath());
}

bool DenoiseRoom::busy() const {
    return !todo_.isEmpty() || !denoise_.ready() || denoise_.busy() || denoise_.looking() ||
           denoise_.modelState() == DenoiseController::ModelState::Loading ||
           !const_cast<DenoiseController&>(denoise_).pool().idle();
}

DenoisePage* DenoiseRoom::page(const QString& name) const {
    const auto at = std::find_if(pages_.begin(), pages_.end(), [&](DenoisePage* p) { return p->name() == name; });
    return at == pages_.end() ? nullptr : *at;
}

bool DenoiseRoom::showPage(const QString& name) {
    for (std::size_t i = 0; i < pages_.size(); ++i)
        if (pages_[i]->name() == name) {
            makeCurrent(int(i));
            return true;
        }
    return false;
}

void DenoiseRoom::makeCurrent(int index) {
    current_ = index;
    rail_->setCurrent(index);
    refresh();
}

void DenoiseRoom::runNow() {
    notice_->hide();
    if (denoise_.run() != 0 && !pages_[std::size_t(current_)]->showsTimeline())
        showPage(QStringLiteral("steps"));
}

void DenoiseRoom::go(const QString& argument) {
    activated();
    todo_ << argument;
    QTimer::singleShot(0, this, &DenoiseRoom::next);
}

std::vector<RoomPlace> DenoiseRoom::places() const {
    std::vector<RoomPlace> all;
    for (const DenoisePage* page : pages_)
        all.push_back({page->name(), page->title()});
    return all;
}

std::vector<RoomPlace> DenoiseRoom::recent() const {
    constexpr std::size_t kMost = 5;
    std::vector<RoomPlace> last;
    for (auto run = denoise_.runs().rbegin(); run != denoise_.runs().rend() && last.size() < kMost; ++run)
        if (run->state == RunState::Done)
            last.push_back({QStringLiteral("show:%1").arg(run->id), DenoiseController::runTitle(*run)});
    return last;
}

// A path, or the name of a model that lies in a folder of its own: "vitral-emoji-pixel".
void DenoiseRoom::loadNamed(const QString& model) {
    QString path = model;
    if (!model.contains(QLatin1Char('/')))
        for (const DenoiseController::Place& place : places_)
            if (const QString file = QStringLiteral("%1/%2/%2.safetensors").arg(place.folder, model);
                QFileInfo::exists(file)) {
                path = file;
                break;
            }
    const bool there = denoise_.modelState() == DenoiseController::ModelState::Ready &&
                       QFileInfo(denoise_.modelPath()) == QFileInfo(path);
    if (!there)
        denoise_.loadModel(path);
}

void DenoiseRoom::next() {
    if (todo_.isEmpty() || !denoise_.ready() || denoise_.busy() || denoise_.looking() ||
        denoise_.modelState() == DenoiseController::ModelState::Loading || !denoise_.pool().idle() ||
        !opened_.hasExpired()) {
        if (!todo_.isEmpty())
            QTimer::singleShot(100, this, &DenoiseRoom::next);
        return;
    }
    const QString what = todo_.takeFirst();
    const QString first = what.section(QLatin1Char(':'), 0, 0), rest = what.section(QLatin1Char(':'), 1);
    if (first == QLatin1String("model"))
        loadNamed(rest);
    else if (first == QLatin1String("open")) {
        denoise_.openAny(rest);
        opened_.setRemainingTime(kOpeningMs);
    } else if (first == QLatin1String("run"))
        runNow();
    else if (first == QLatin1String("branch"))
        denoise_.branch(denoise_.currentId(), rest.toInt());
    else if (first == QLatin1String("compare"))
        denoise_.setOther(rest.toLongLong());
    else if (first == QLatin1String("show"))
        denoise_.setCurrent(rest.toLongLong());
    else if (first == QLatin1String("forward"))
        denoise_.setForwardRun(denoise_.currentId());
    else if (first == QLatin1String("side") || first == QLatin1String("noside"))
        side_->setChecked(first == QLatin1String("side"));
    else if (first == QLatin1String("set")) { // "set:guidance=4": through the same reader as a recipe
        DenoiseSettings s = denoise_.settings();
        const QString key = rest.section(QLatin1Char('='), 0, 0), value = rest.section(QLatin1Char('='), 1);
        if (key == QLatin1String("prompt"))
            s.prompt = value.toStdString();
        else if (key == QLatin1String("negative"))
            s.negative = value.toStdString();
        else if (key == QLatin1String("seed"))
            s.seed = value.toULongLong();
        else if (key == QLatin1String("class"))
            s.classId = value.toInt();
        else if (key == QLatin1String("guidance"))
            s.guidance = value.toDouble();
        else if (key == QLatin1String("steps"))
            s.steps = value.toInt();
        denoise_.setSettings(std::move(s));
    } else if (showPage(first) && !rest.isEmpty())
        pages_[std::size_t(current_)]->go(rest);
    if (!todo_.isEmpty())
        QTimer::singleShot(0, this, &DenoiseRoom::next);
}

bool DenoiseRoom::takesFile(const QString& path) const {
    static const QStringList endings = {QStringLiteral("safetensors"), QStringLiteral("png"), QStringLiteral("jpg"),
                                        QStringLiteral("jpeg"), QStringLiteral("bmp")};
    const QFileInfo info(path);
    return endings.contains(info.suffix().toLower()) ||
           ((info.isDir() || info.suffix().compare(QLatin1String("gguf"), Qt::CaseInsensitive) == 0) &&
            denoise_.looksLikeModel(path));
}

void DenoiseRoom::openFile(const QString& path) {
    notice_->hide();
    denoise_.openAny(path);
}

QJsonObject DenoiseRoom::saveState() const {
    QJsonObject state;
    state[QStringLiteral("page")] = pages_[std::size_t(current_)]->name();
    state[QStringLiteral("side")] = side_->isChecked();
    for (DenoisePage* page : pages_)
        if (const QJsonObject own = page->saveState(); !own.isEmpty())
            state[page->name()] = own;
    return state;
}

void DenoiseRoom::restoreState(const QJsonObject& state) {
    for (DenoisePage* page : pages_)
        page->restoreState(state[page->name()].toObject());
    side_->setChecked(state[QStringLiteral("side")].toBool(true));
    showPage(state[QStringLiteral("page")].toString());
}

void DenoiseRoom::resizeEvent(QResizeEvent* event) {
    Room::resizeEvent(event);
    const bool names = height() >= kRailRow * int(pages_.size()) * fontMetrics().height() / 17;
    if (names != railNames_)
        rail_->showNames(railNames_ = names);
    refresh();
}

void DenoiseRoom::changeEvent(QEvent* event) {
    Room::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
