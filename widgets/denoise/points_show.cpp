// SPDX-License-Identifier: Apache-2.0
// What the page "Points" shows of what it has computed.
#include "widgets/denoise/denoise_words.h"
#include "widgets/denoise/points_page.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kGrid = 15;
constexpr double kLeastReach = 2.5;
constexpr int kThumbEdge = 64;
constexpr std::uint64_t kForwardSeed = 11;

QPointF pointOf(const Picture& cloud, int i) {
    return {double(cloud.channel(0)[i]), double(cloud.channel(1)[i])};
}

std::vector<QPointF> pointsOf(const Picture& cloud) {
    std::vector<QPointF> out;
    for (int i = 0; i < cloud.width; ++i)
        out.push_back(pointOf(cloud, i));
    return out;
}

// A cloud as the strip shows it: its square, every point one pixel and a little of its neighbours.
QImage thumbOf(const Picture* cloud, double reach, QColor colour) {
    if (cloud == nullptr)
        return {};
    QImage image(kThumbEdge, kThumbEdge, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    const QRgb ink = colour.rgb();
    for (int i = 0; i < cloud->width; ++i) {
        const QPointF p = pointOf(*cloud, i);
        const double x = (p.x() / reach + 1) / 2 * kThumbEdge, y = (1 - p.y() / reach) / 2 * kThumbEdge;
        if (!(x >= 0 && x + 1 < kThumbEdge && y >= 0 && y + 1 < kThumbEdge))
            continue;
        for (const QPoint off : {QPoint(0, 0), QPoint(1, 0), QPoint(0, 1), QPoint(1, 1)})
            image.setPixel(QPoint(int(x), int(y)) + off, ink);
    }
    return image;
}

} // namespace

int PointsPage::nMoment() const {
    return flows_[0].run ? int(flows_[0].run->times.size()) : steps_->value() + 1;
}

double PointsPage::reach() const {
    double most = kLeastReach;
    for (int m = 0; m < nMoment(); ++m)
        if (const Picture* cloud = cloudAt(flows_[0].run, m))
            for (const float v : cloud->values)
                if (std::isfinite(v))
                    most = std::max(most, std::fabs(double(v)) * 1.03);
    return most;
}

// The run of the exact score, and below it the same noise levels added to a sample of the data.
StripContent PointsPage::content(bool clean) const {
    StripContent out;
    const DenoiseRecordingPtr& run = flows_[0].run;
    out.empty = problem_.isEmpty() ? tr("The points are being computed.") : problem_;
    if (!run || !world_)
        return out;
    const design::Palette& colours = design::paletteFor(this);
    const QLocale locale;
    const double far = reach();
    out.nMoment = nMoment();
    for (int m = 0; m < out.nMoment; ++m) {
        const StepTime& time = run->times[std::size_t(m)];
        const bool end = m + 1 == out.nMoment;
        const Picture* cloud = cloudAt(run, m);
        if (clean && !end && std::size_t(m) < run->steps.size())
            cloud = run->steps[std::size_t(m)]->x0.get();
        out.run.push_back(thumbOf(cloud, far, colours.accent));
        const Picture noisy = sample_.empty() ? Picture() : addNoise(sample_, time, kForwardSeed);
        out.forward.push_back(thumbOf(noisy.empty() ? nullptr : &noisy, far, colours.textMuted));
        out.marks << QStringLiteral("\u03C3 ") + numberText(time.sigma, 3);
        out.words << (end ? tr("The end: no noise is left")
                          : tr("Before step %1 of %2: timestep %3, \u03C3 = %4")
                                .arg(locale.toString(m + 1), locale.toString(out.nMoment - 1),
                                     numberText(time.timestep, 4), numberText(time.sigma, 3)));
    }
    out.runName = tr("Points moved by the exact score, from left to right");
    out.forwardName = tr("Noise added to a sample of the data, from right to left");
    return out;
}

void PointsPage::showMoment() {
    const DenoiseRecordingPtr& run = flows_[0].run;
    if (!run || !world_) {
        momentText_->setText(problem_);
        showCanvas(false, {}, {}, 1);
        showCanvas(true, {}, {}, 1);
        netText_->clear();
        return;
    }
    const int moment = std::clamp(moment_, 0, nMoment() - 1);
    const StepTime& time = run->times[std::size_t(moment)];
    momentText_->setText(tr("Step %1 of %2: timestep %3, \u03B1 = %4, \u03C3 = %5. %6 points are drawn; the grey ones "
                            "are a sample of the data.")
                             .arg(moment)
                             .arg(nMoment() - 1)
                             .arg(numberText(time.timestep, 4), numberText(time.alpha, 4), numberText(time.sigma, 4),
                                  countText(run->settings.width)));
    std::vector<QPointF> at;
    std::vector<Point2> exact, learned;
    double longest = 0;
    if (time.sigma > 0) {
        std::vector<Point2> places;
        const double far = reach();
        for (int j = 0; j < kGrid; ++j)
            for (int i = 0; i < kGrid; ++i) {
                places.push_back({((i + 0.5) * 2 / kGrid - 1) * far, ((j + 0.5) * 2 / kGrid - 1) * far});
                at.emplace_back(places.back().x, places.back().y);
            }
        exact = world_->scores({}, places, time);
        if (net_)
            learned = world_->scores(net_, places, time);
        for (const Point2 p : exact)
            longest = std::max(longest, std::hypot(p.x, p.y));
    }
    showCanvas(false, at, exact, longest);
    showCanvas(true, net_ ? at : std::vector<QPointF>(), learned, longest);
    netText_->clear();
    const Picture* cloud = cloudAt(run, moment);
    if (net_ && cloud != nullptr && time.sigma > 0) {
        std::vector<Point2> places;
        for (int i = 0; i < cloud->width; ++i)
            places.push_back({double(cloud->channel(0)[i]), double(cloud->channel(1)[i])});
        const std::vector<Point2> truth = world_->scores({}, places, time), said = world_->scores(net_, places, time);
        double apart = 0, size = 0;
        for (std::size_t i = 0; i < truth.size(); ++i) {
            apart += std::pow(truth[i].x - said[i].x, 2) + std::pow(truth[i].y - said[i].y, 2);
            size += truth[i].x * truth[i].x + truth[i].y * truth[i].y;
        }
        netText_->setText(
            tr("At the %1 points of the exact run the network's score is off by %2 of the score's size (root "
               "mean square).")
                .arg(countText(std::int64_t(truth.size())), percentText(std::sqrt(apart / size))));
    }
}

void PointsPage::showCanvas(bool trained, const std::vector<QPointF>& at, const std::vector<Point2>& vectors,
                            double longest) {
    PointsContent content;
    const int side = trained ? 1 : 0;
    const DenoiseRecordingPtr& run = flows_[std::size_t(side)].run;
    content.title = trained ? tr("trained network") : tr("exact score");
    content.empty = trained ? tr("Train the network to see what it has learned beside the exact score.")
                            : tr("The points are being computed.");
    content.reach = reach();
    content.moment = std::clamp(moment_, 0, nMoment() - 1);
    content.longest = longest > 0 ? longest : 1;
    content.at = at;
    for (const Point2 p : vectors)
        content.vectors.emplace_back(p.x, p.y);
    // A run of other settings is on its way: its clouds do not belong beside this one.
    const bool fits = run && flows_[0].run && run->times.size() == flows_[0].run->times.size();
    if (fits || !at.empty())
        content.data = pointsOf(sample_);
    if (fits) {
        if (const Picture* cloud = cloudAt(run, content.moment))
            content.cloud = pointsOf(*cloud);
        for (std::size_t k = 0; k < chosen_.size(); ++k) {
            PointsContent::Way way;
            way.point = chosen_[k];
            for (int m = 0; m < nMoment(); ++m)
                if (const Picture* cloud = cloudAt(run, m))
                    way.run.push_back(pointOf(*cloud, way.point));
            for (const Picture& exact : flows_[0].exact)
                if (int(k) < exact.width)
                    way.exact.push_back(pointOf(exact, int(k)));
            content.ways.push_back(std::move(way));
        }
    }
    const auto beyond = std::count_if(content.cloud.begin(), content.cloud.end(), [&](QPointF p) {
        return !(std::fabs(p.x()) <= content.reach && std::fabs(p.y()) <= content.reach);
    });
    if (!content.at.empty())
        content.caption = tr("arrows: score, to one scale, the longest %1 long").arg(numberText(longest, 3));
    else if (!content.cloud.empty())
        content.caption = tr("no noise is left: no arrows at the end");
    if (!content.ways.empty())
        content.caption += QStringLiteral("; ") + (flows_[0].exact.empty()
                                                       ? tr("lines: ways of chosen points")
                                                       : tr("lines: ways of chosen points, dotted: the exact ones"));
    if (beyond > 0)
        content.caption += QStringLiteral("; ") + tr("points outside the square: %1").arg(countText(beyond));
    canvases_[std::size_t(side)]->setContent(std::move(content));
}

void PointsPage::showLoss() {
    ChartContent content;
    Curve curve;
    curve.name = tr("loss: mean squared error of the noise");
    for (const auto& [step, loss] : losses_) {
        content.x.push_back(step);
        curve.y.push_back(loss);
    }
    if (!content.x.empty())
        content.curves.push_back(std::move(curve));
    content.xTitle = tr("training step");
    content.yTitle = tr("loss");
    content.empty = tr("The loss of the training, while it runs.");
    loss_->setContent(std::move(content));
}

void PointsPage::showState() {
    const bool busy = training_ != nullptr;
    train_->setEnabled(!busy && world_ != nullptr);
    stop_->setEnabled(busy);
    progress_->setVisible(busy);
    progress_->setRange(0, std::max(1, wantedSteps_));
    progress_->setValue(trainedSteps_);
    fill_->setEnabled(world_ != nullptr && nMeasuring_ == 0);
    if (busy)
        state_->setText(tr("step %1 of %2").arg(countText(trainedSteps_), countText(wantedSteps_)));
    else if (!problem_.isEmpty())
        state_->setText(problem_);
    else if (net_)
        state_->setText(
            trainedSteps_ < wantedSteps_
                ? tr("stopped after %1 of %2 steps; loss %3")
                      .arg(countText(trainedSteps_), countText(wantedSteps_), numberText(losses_.back().second, 4))
                : tr("%1 parameters, %2 steps, loss %3")
                      .arg(countText(std::int64_t(net_->parameters().size())), countText(trainedSteps_),
                           numberText(losses_.back().second, 4)));
    else
        state_->setText(tr("A network of 3 layers of 64, trained on 256 fresh points a step: seconds."));
}

const std::optional<PointsError>& PointsPage::measured(int row, int column) const {
    static const std::optional<PointsError> kNone;
    const auto at = std::size_t(row) * kPointTableSteps.size() + std::size_t(column);
    return row >= 0 && column >= 0 && column < int(kPointTableSteps.size()) && at < errors_.size() ? errors_[at]
                                                                                                   : kNone;
}

void PointsPage::showTable() {
    GridContent content;
    // Rows of the network only where there is one.
    std::vector<int> rows;
    for (int i = 0; i < int(pointSolvers().size()); ++i)
        for (const int trained : {0, 1}) {
            bool any = false;
            for (int c = 0; c < int(kPointTableSteps.size()); ++c)
                any = any || measured(2 * i + trained, c);
            if (any)
                rows.push_back(2 * i + trained);
        }
    const bool energy = measure_->currentIndex() == 1;
    content.nRow = std::int64_t(rows.size());
    content.nCol = std::int64_t(kPointTableSteps.size());
    const auto label = [this, rows](std::int64_t r) {
        const int row = rows[std::size_t(r)];
        const QString solver = solverTitle(pointSolvers()[std::size_t(row / 2)]);
        return row % 2 == 0 ? solver : tr("%1, network").arg(solver);
    };
    const auto value = [this, rows, energy](std::int64_t r, std::int64_t c) {
        const auto& one = measured(rows[std::size_t(r)], int(c));
        const double v = !one ? -1 : energy ? one->energy : one->error;
        return v < 0 ? double(NAN) : v;
    };
    content.rowLabel = label;
    content.colLabel = [](std::int64_t c) { return countText(kPointTableSteps[std::size_t(c)]); };
    content.text = [value](std::int64_t r, std::int64_t c) { return numberText(value(r, c), 3); };
    content.number = value;
    content.colour = [this](std::int64_t, std::int64_t) { return design::paletteFor(this).surface; };
    content.describe = [this, label, value, rows](std::int64_t r, std::int64_t c) {
        const auto& one = measured(rows[std::size_t(r)], int(c));
        return one ? tr("%1, %2 steps, %3 evaluations: %4")
                         .arg(label(r), countText(kPointTableSteps[std::size_t(c)]), countText(one->evaluations),
                              numberText(value(r, c), 4))
                   : QString();
    };
    content.rowTitle = tr("solver");
    content.colTitle = tr("steps");
    content.empty = tr("Measure all solvers to fill the table.");
    table_->setContent(std::move(content));
    table_->setFixedHeight(std::max(3 * design::kSpace6, table_->wholeHeight()));
    QString text = energy
                       ? tr("Energy distance between %1 points and %1 fresh ones: 0 for equal distributions; a sample "
                            "of its own size is not 0.")
                             .arg(countText(kPointsMeasured))
                       : tr("Root mean square distance of %1 points to where the exact path of each ends (Runge-Kutta "
                            "in double). Solvers that draw noise have no such end: \u2013.")
                             .arg(countText(kPointsMeasured));
    if (nMeasuring_ > 0)
        text += QLatin1Char(' ') + tr("Still computing.");
    tableText_->setText(text);
}

void PointsPage::clearTable() {
    for (std::size_t row = 0; row < 2 * pointSolvers().size(); ++row)
        denoise().pool().cancel(this, "points-row-" + std::to_string(row));
    nMeasuring_ = 0;
    errors_.clear();
    showTable();
}

void PointsPage::fillTable() {
    if (!world_ || nMeasuring_ > 0)
        return;
    errors_.assign(2 * pointSolvers().size() * kPointTableSteps.size(), std::nullopt);
    for (std::size_t solver = 0; solver < pointSolvers().size(); ++solver)
        for (const bool trained : {false, true}) {
            if (trained && !net_)
                continue;
            const std::size_t row = 2 * solver + (trained ? 1 : 0);
            PointsSetup wanted = setup();
            wanted.solver = pointSolvers()[solver];
            wanted.nPoint = kPointsMeasured;
            ++nMeasuring_;
            denoise().pool().ask(
                this, "points-row-" + std::to_string(row),
                [world = world_, net = trained ? net_ : PointNetPtr(), wanted](const std::stop_token& stop) {
                    std::vector<std::optional<PointsError>> out;
                    for (const int steps : kPointTableSteps) {
                        PointsSetup one = wanted;
                        one.steps = steps;
                        auto error = world->measure(one, net, stop);
                        out.push_back(error ? std::optional(*error) : std::nullopt);
                    }
                    return out;
                },
                [this, row](const std::vector<std::optional<PointsError>>& out) {
                    --nMeasuring_;
                    std::copy(out.begin(), out.end(), errors_.begin() + std::ptrdiff_t(row * kPointTableSteps.size()));
                    showTable();
                    showState();
                });
        }
    showTable();
    showState();
}

QStringList PointsPage::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> PointsPage::exportAs(const QString& path, const QString& format, double scale) {
    if (format == QLatin1String("csv") && table_->content().nRow > 0)
        return exportPainted({table_}, path, format, scale);
    std::vector<const Painted*> pictures = {canvases_[0]};
    if (net_)
        pictures.insert(pictures.end(), {canvases_[1], loss_});
    if (table_->content().nRow > 0)
        pictures.push_back(table_);
    return exportPainted(pictures, path, format, scale);
}

} // namespace vitral
