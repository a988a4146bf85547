// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/points_page.h"

#include "widgets/chat/error_text.h"
#include "widgets/denoise/denoise_words.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"

#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kBesideWidth = 560; ///< from here on the two planes stand beside each other
constexpr int kCanvasHeight = 380, kChartHeight = 180;
constexpr int kSample = 400, kMostChosen = 6;

QString setTitle(std::string_view name) {
    if (name == "moons")
        return PointsPage::tr("Two moons");
    if (name == "spiral")
        return PointsPage::tr("Spiral");
    if (name == "grid")
        return PointsPage::tr("Grid of spots");
    if (name == "ring")
        return PointsPage::tr("Ring");
    if (name == "letters")
        return PointsPage::tr("Letters");
    if (name == "pinwheel")
        return PointsPage::tr("Pinwheel");
    if (name == "corners")
        return PointsPage::tr("Corners");
    return QString::fromUtf8(name.data(), qsizetype(name.size()));
}

} // namespace

PointsPage::PointsPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    QWidget* page = makeFrame().body;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, design::kSpace2, 0);
    column->setSpacing(design::kSpace2);
    column->addWidget(makeControls(page));
    beside_ = new QBoxLayout(QBoxLayout::LeftToRight);
    for (PointsCanvas*& canvas : canvases_) {
        canvas = new PointsCanvas(page);
        canvas->setFixedHeight(kCanvasHeight);
        beside_->addWidget(canvas, 1);
        connect(canvas, &PointsCanvas::pointToggled, this, &PointsPage::togglePoint);
    }
    column->addLayout(beside_);
    netText_ = label("small", page);
    column->addWidget(netText_);

    auto* row = new FlowRow;
    trainLabel_ = label("small", page);
    trainLabel_->setWordWrap(false);
    trainSteps_ = new QSpinBox(page);
    trainSteps_->setRange(50, 100000);
    trainSteps_->setSingleStep(500);
    trainSteps_->setValue(2000);
    trainLabel_->setBuddy(trainSteps_);
    train_ = new QPushButton(page);
    train_->setProperty("kind", "primary");
    stop_ = new QPushButton(page);
    progress_ = new QProgressBar(page);
    progress_->setFixedWidth(6 * design::kSpace5);
    progress_->setTextVisible(false);
    state_ = label("small", page);
    for (QWidget* widget : std::initializer_list<QWidget*>{trainLabel_, trainSteps_, train_, stop_, progress_})
        row->addWidget(widget);
    column->addLayout(row);
    column->addWidget(state_);
    loss_ = new LineChart(page);
    loss_->setFixedHeight(kChartHeight);
    column->addWidget(loss_);

    tableTitle_ = label("section", page);
    column->addWidget(tableTitle_);
    auto* tableRow = new FlowRow;
    measure_ = new QComboBox(page);
    measure_->addItems({QString(), QString()});
    measure_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    measure_->setMinimumContentsLength(20);
    fill_ = new QPushButton(page);
    tableRow->addWidget(measure_);
    tableRow->addWidget(fill_);
    column->addLayout(tableRow);
    table_ = new GridView(page);
    table_->setCellSize({96, 24});
    column->addWidget(table_);
    tableText_ = label("small", page);
    column->addWidget(tableText_);
    column->addStretch(1);

    connect(train_, &QPushButton::clicked, this, &PointsPage::train);
    connect(stop_, &QPushButton::clicked, this, &PointsPage::stopTraining);
    connect(fill_, &QPushButton::clicked, this, &PointsPage::fillTable);
    connect(measure_, &QComboBox::currentIndexChanged, this, &PointsPage::showTable);
    retranslate();
}

PointsPage::~PointsPage() {
    denoise().pool().cancelAll(this);
}

QWidget* PointsPage::makeControls(QWidget* parent) {
    auto* box = new QWidget(parent);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace1);
    auto* row = new FlowRow;
    set_ = new QComboBox(box);
    for (const std::string_view name : pointSetNames())
        set_->addItem(QString(), QString::fromUtf8(name.data(), qsizetype(name.size())));
    solver_ = new QComboBox(box);
    for (const SolverKind kind : pointSolvers())
        solver_->addItem(QString(), int(kind));
    steps_ = new QSpinBox(box);
    steps_->setRange(2, 200);
    steps_->setValue(20);
    seed_ = new QSpinBox(box);
    seed_->setRange(0, 999999);
    seed_->setValue(1);
    const auto add = [&](QLabel*& name, QWidget* widget) {
        auto* pair = new QWidget(box); // a control never parts from its name
        auto* line = new QHBoxLayout(pair);
        line->setContentsMargins(0, 0, design::kSpace2, 0);
        name = label("small", pair);
        name->setWordWrap(false);
        name->setBuddy(widget);
        line->addWidget(name);
        line->addWidget(widget);
        row->addWidget(pair);
    };
    add(setLabel_, set_);
    add(solverLabel_, solver_);
    add(stepsLabel_, steps_);
    add(seedLabel_, seed_);
    column->addLayout(row);
    momentText_ = label("small", box);
    column->addWidget(momentText_);
    connect(set_, &QComboBox::currentIndexChanged, this, [this] {
        dropNet();
        begin();
    });
    const auto again = [this] {
        if (!begun_)
            return;
        computeFlow(false);
        computeFlow(true);
    };
    connect(solver_, &QComboBox::currentIndexChanged, this, again);
    connect(steps_, &QSpinBox::valueChanged, this, again);
    connect(seed_, &QSpinBox::valueChanged, this, again);
    connect(seed_, &QSpinBox::valueChanged, this, &PointsPage::clearTable);
    return box;
}

QString PointsPage::help() const {
    return tr("Points of a mixture whose score is known exactly, on their way from noise to data; beside them the same "
              "with a small network trained here. Click a point to follow it.");
}

void PointsPage::retranslate() {
    setLabel_->setText(tr("Points"));
    solverLabel_->setText(tr("Solver"));
    stepsLabel_->setText(tr("Steps"));
    seedLabel_->setText(tr("Seed"));
    for (int i = 0; i < set_->count(); ++i)
        set_->setItemText(i, setTitle(set_->itemData(i).toString().toStdString()));
    for (int i = 0; i < solver_->count(); ++i)
        solver_->setItemText(i, solverTitle(SolverKind(solver_->itemData(i).toInt())));
    set_->setAccessibleName(tr("Set of points"));
    solver_->setAccessibleName(tr("Solver"));
    steps_->setAccessibleName(tr("Steps"));
    seed_->setAccessibleName(tr("Seed"));
    trainLabel_->setText(tr("Training steps"));
    trainSteps_->setAccessibleName(tr("Training steps"));
    train_->setText(tr("Train the network"));
    stop_->setText(tr("Stop"));
    stop_->setToolTip(tr("Ends the training; what has been learned is kept"));
    progress_->setAccessibleName(tr("Progress of the training"));
    loss_->setAccessibleName(tr("Loss of the training"));
    canvases_[0]->setAccessibleName(tr("Points moved by the exact score"));
    canvases_[1]->setAccessibleName(tr("Points moved by the trained network"));
    tableTitle_->setText(tr("Solvers, and how far they end from the exact answer"));
    measure_->setItemText(0, tr("distance to the exact end, point by point"));
    measure_->setItemText(1, tr("energy distance to fresh data"));
    measure_->setAccessibleName(tr("What is measured"));
    fill_->setText(tr("Measure all solvers"));
    table_->setAccessibleName(tr("Error of every solver"));
    showMoment();
    showLoss();
    showTable();
    showState();
    emit timeChanged();
}

PointsSetup PointsPage::setup() const {
    PointsSetup out;
    out.solver = SolverKind(solver_->currentData().toInt());
    out.steps = steps_->value();
    out.seed = std::uint64_t(seed_->value());
    out.nPoint = kSample;
    return out;
}

void PointsPage::runChanged(bool) {
    if (!begun_)
        begin();
}

void PointsPage::begin() {
    begun_ = true;
    flows_ = {};
    errors_.clear();
    auto world = PointsWorld::make(set_->currentData().toString().toStdString());
    problem_ = world ? QString() : knownText(world.error());
    world_ = world ? *world : nullptr;
    sample_ = {};
    if (world_)
        sample_ = pointCloud(world_->data(), kSample, 7);
    computeFlow(false);
    showTable();
    showState();
    emit timeChanged();
}

void PointsPage::computeFlow(bool trained) {
    if (!world_ || (trained && !net_))
        return showMoment();
    denoise().pool().ask(
        this, trained ? "points-net" : "points-exact",
        [world = world_, wanted = setup(), net = trained ? net_ : PointNetPtr()](const std::stop_token& stop) {
            return world->run(wanted, net, stop);
        },
        [this, trained](const Result<DenoiseRecordingPtr>& done) {
            problem_ = done ? QString() : knownText(done.error());
            const bool atEnd = moment_ >= nMoment() - 1;
            if (done) {
                flows_[trained ? 1 : 0].run = *done;
                moment_ = atEnd ? nMoment() - 1 : std::min(moment_, nMoment() - 1);
                emit timeChanged();
            }
            if (!trained)
                computeWays();
            showMoment();
            showState();
        });
}

void PointsPage::computeWays() {
    flows_[0].exact.clear();
    const Picture* first = cloudAt(flows_[0].run, 0);
    if (!world_ || first == nullptr || chosen_.empty() || drawsNoise(flows_[0].run->settings.solver))
        return;
    const auto n = std::int32_t(chosen_.size());
    Picture x(2, 1, n);
    for (std::int32_t i = 0; i < n; ++i)
        for (std::int32_t c = 0; c < 2; ++c)
            x.channel(c)[i] = first->channel(c)[chosen_[std::size_t(i)]];
    denoise().pool().ask(
        this, "points-ways",
        [world = world_, times = flows_[0].run->times, x = std::move(x)](const std::stop_token& stop) {
            ExactPathOptions options;
            options.stop = stop;
            return exactPaths(world->data(), world->schedule(), times, x, options);
        },
        [this](Result<std::vector<Picture>> paths) {
            if (paths)
                flows_[0].exact = std::move(*paths);
            showMoment();
        });
}

void PointsPage::togglePoint(int index) {
    const auto at = std::find(chosen_.begin(), chosen_.end(), index);
    if (at != chosen_.end())
        chosen_.erase(at);
    else if (chosen_.size() < std::size_t(kMostChosen))
        chosen_.push_back(index);
    else
        std::rotate(chosen_.begin(), chosen_.begin() + 1, chosen_.end()), chosen_.back() = index;
    computeWays();
    showMoment();
}

void PointsPage::layOut() {
    const bool beside = width() >= kBesideWidth * font().pixelSize() / design::kBodyPx || font().pixelSize() <= 0;
    beside_->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void PointsPage::resizeEvent(QResizeEvent* event) {
    DenoisePage::resizeEvent(event);
    layOut();
}

void PointsPage::chooseSet(const QString& name) {
    if (const int at = set_->findData(name); at >= 0)
        set_->setCurrentIndex(at);
}

void PointsPage::setStep(int step) {
    setMoment(std::clamp(step, 0, nMoment() - 1));
}

void PointsPage::setMoment(int moment) {
    if (moment == moment_)
        return;
    moment_ = moment;
    showMoment();
    emit timeMoved();
}

void PointsPage::changeEvent(QEvent* event) {
    DenoisePage::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        emit timeChanged(); // thumbnails are drawn in its colours
}

QJsonObject PointsPage::saveState() const {
    return {{QStringLiteral("set"), set_->currentData().toString()},
            {QStringLiteral("solver"), solver_->currentIndex()},
            {QStringLiteral("steps"), steps_->value()},
            {QStringLiteral("seed"), seed_->value()}};
}

void PointsPage::restoreState(const QJsonObject& state) {
    if (!state.contains(QStringLiteral("set")))
        return;
    chooseSet(state[QStringLiteral("set")].toString());
    solver_->setCurrentIndex(std::clamp(state[QStringLiteral("solver")].toInt(), 0, solver_->count() - 1));
    steps_->setValue(state[QStringLiteral("steps")].toInt(20));
    seed_->setValue(state[QStringLiteral("seed")].toInt(1));
}

void PointsPage::go(const QString& argument) {
    const QString key = argument.section(QLatin1Char('='), 0, 0), value = argument.section(QLatin1Char('='), 1);
    if (key == QLatin1String("train")) {
        if (value.toInt() > 0)
            trainSteps_->setValue(value.toInt());
        train();
    } else if (key == QLatin1String("table"))
        fillTable();
    else if (key == QLatin1String("step"))
        setStep(value.toInt());
    else
        chooseSet(key);
}

} // namespace vitral
