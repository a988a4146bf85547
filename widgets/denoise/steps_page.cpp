// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/steps_page.h"

#include "widgets/denoise/denoise_words.h"
#include "widgets/denoise/picture_vectors.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kBesideWidth = 720; ///< from here on the parts below stand beside each other
constexpr int kPartHeight = 236;

Prediction predictionOf(const DenoiseRecording& r) {
    return r.schedule.prediction;
}

} // namespace

StepsPage::StepsPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    const auto [head, page] = makeFrame();
    auto* row = new FlowRow;
    smooth_ = new QCheckBox(this);
    latent_ = new QComboBox(this);
    latent_->addItems({QString(), QString()});
    stepText_ = new QLabel(this);
    stepText_->setProperty("role", "small");
    stepText_->setTextFormat(Qt::PlainText);
    row->addWidget(smooth_);
    row->addWidget(latent_);
    row->addWidget(stepText_);
    head->addLayout(row);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, design::kSpace2, 0);
    column->setSpacing(design::kSpace2);
    board_ = new PictureBoard(page);
    curves_ = new StepCurves(page);
    column->addWidget(board_);
    column->addWidget(curves_);
    below_ = new QBoxLayout(QBoxLayout::LeftToRight);
    below_->setSpacing(design::kSpace4);
    diagram_ = new VectorDiagram(page);
    diagram_->setMinimumHeight(kPartHeight);
    below_->addWidget(diagram_, 4);
    const auto part = [&](QLabel*& title, GridView*& grid, QSize cell) {
        auto* lines = new QVBoxLayout;
        lines->setSpacing(design::kSpace1);
        title = label("section", page);
        grid = new GridView(page);
        grid->setCellSize(cell);
        grid->setMinimumHeight(kPartHeight - 3 * design::kSpace5);
        lines->addWidget(title);
        lines->addWidget(grid, 1);
        return lines;
    };
    below_->addLayout(part(cosinesTitle_, cosines_, {58, 24}), 5);
    QVBoxLayout* read = part(readOutTitle_, readOut_, {70, 24});
    sums_ = new QLabel(page);
    sums_->setProperty("role", "small");
    sums_->setWordWrap(true);
    sums_->setTextFormat(Qt::PlainText);
    sums_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    read->addWidget(sums_);
    below_->addLayout(read, 4);
    column->addLayout(below_);
    column->addStretch(1);

    connect(smooth_, &QCheckBox::toggled, this, [this](bool on) { board_->setSmooth(on); });
    connect(latent_, &QComboBox::currentIndexChanged, this, &StepsPage::fillPictures);
    connect(board_, &PictureBoard::pixelChanged, this, &StepsPage::fillReadOut);
    connect(board_, &PictureBoard::edgeChanged, this, [this] { board_->updateGeometry(); });
    connect(curves_, &StepCurves::momentChosen, this, [this](int moment) { this->denoise().setMoment(moment); });
    const auto change = [this](auto edit) {
        DenoiseSettings s = this->denoise().settings();
        edit(s);
        this->denoise().setSettings(std::move(s));
    };
    connect(curves_, &StepCurves::guidanceIntervalChosen, this, [change](double begin, double end) {
        change([=](DenoiseSettings& s) {
            s.guidanceBegin = begin;
            s.guidanceEnd = end;
        });
    });
    connect(curves_, &StepCurves::guidanceChosen, this,
            [change](double g) { change([g](DenoiseSettings& s) { s.guidance = g; }); });
    connect(curves_, &StepCurves::spacingChosen, this,
            [change](StepSpacing spacing) { change([spacing](DenoiseSettings& s) { s.spacing = spacing; }); });
    connect(curves_, &StepCurves::strengthChosen, this,
            [change](double v) { change([v](DenoiseSettings& s) { s.strength = v; }); });
    board_->setCsv([this] {
        QString out = QStringLiteral("picture,lowest,highest,mean,length,rms\n");
        for (const Shown& one : shown()) {
            const PictureStats s = pictureStats(*one.picture);
            out += csvField(stepPictureName(one.which));
            for (const double v : {s.low, s.high, s.mean, s.norm, s.rms})
                out += QLatin1Char(',') + csvNumber(v);
            out += QLatin1Char('\n');
        }
        return out;
    });
    retranslate();
}

QString StepsPage::help() const {
    return tr("Every picture of one step. Click one to read the numbers of a pixel. Drag the dots in the curves to "
              "change the next run.");
}

QString StepsPage::missing() const {
    const DenoiseRecordingPtr r = recording();
    if (!r)
        return tr(
            "The recording of this run is being read, or was too large to be kept: run it again to see its steps.");
    if (r->steps.empty())
        return tr("This run has no recorded steps: run it again to see them.");
    return {};
}

void StepsPage::retranslate() {
    smooth_->setText(tr("Smooth"));
    smooth_->setToolTip(tr("Blend between pixels; else each is a square"));
    latent_->setItemText(0, tr("latents as channels"));
    latent_->setItemText(1, tr("latents in colours (projection)"));
    latent_->setAccessibleName(tr("How latents are shown"));
    board_->setAccessibleName(tr("Pictures of the step"));
    curves_->setAccessibleName(tr("Curves over the steps"));
    diagram_->setAccessibleName(tr("Predictions as vectors"));
    cosines_->setAccessibleName(tr("Cosines between the pictures"));
    readOut_->setAccessibleName(tr("Numbers of the marked pixel"));
    cosinesTitle_->setText(tr("Cosines between the pictures, as vectors"));
}

std::vector<StepsPage::Shown> StepsPage::shown() const {
    std::vector<Shown> out;
    const DenoiseRecordingPtr r = recording();
    const DenoiseStepPtr step = DenoiseController::stepAt(r, denoise().moment());
    if (!step)
        return out;
    for (const StepPicture which : kStepPictures)
        if (PicturePtr picture = stepPicture(*step, which, predictionOf(*r)); picture && !picture->empty())
            out.push_back({which, std::move(picture)});
    return out;
}

void StepsPage::runChanged(bool grew) {
    const DenoiseRecordingPtr r = recording();
    latent_->setVisible(r && DenoiseController::isLatent(*r));
    fillCurves();
    const DenoiseStepPtr step = DenoiseController::stepAt(r, denoise().moment());
    if (!grew || (step && step == r->steps.back()) || board_->content().pictures.empty())
        momentChanged(denoise().moment());
}

void StepsPage::settingsChanged() {
    fillCurves();
}

void StepsPage::momentChanged(int moment) {
    curves_->setMoment(moment);
    fillPictures();
    fillVectors();
    fillReadOut();
}

void StepsPage::fillPictures() {
    BoardContent content;
    const DenoiseRecordingPtr r = recording();
    const DenoiseStepPtr step = DenoiseController::stepAt(r, denoise().moment());
    content.empty = tr("This step is not computed yet.");
    stepText_->clear();
    if (step) {
        const LatentLook latent = latent_->currentIndex() == 1 ? LatentLook::Colours : LatentLook::Channels;
        const auto add = [&](const QString& key, const QString& title, const QString& words, const Picture& picture,
                             const ShownPicture& image, bool sign, bool strong) {
            BoardPicture p;
            p.key = key;
            p.title = title;
            p.words = words;
            p.strong = strong;
            p.shown = image;
            const PictureStats s = pictureStats(picture);
            p.caption =
                tr("%1 to %2, mean %3").arg(numberText(s.low, 3), numberText(s.high, 3), numberText(s.mean, 2)) +
                QLatin1Char('\n');
            if (sign || p.shown.nTileColumn > 1)
                p.caption += tr("colours: \u00B1%1").arg(numberText(p.shown.high, 3));
            else if (p.shown.cutShare > 0)
                p.caption += tr("%1 beyond the scale").arg(percentText(p.shown.cutShare));
            else
                p.caption += tr("length %1").arg(numberText(s.norm, 4));
            content.pictures.push_back(std::move(p));
        };
        for (const Shown& one : shown()) {
            const bool sign = isSigned(one.which, predictionOf(*r));
            const bool only = one.which == StepPicture::Conditional && !step->unconditional;
            add(QString::number(int(one.which)), only ? tr("network's output") : stepPictureName(one.which),
                stepPictureWords(one.which), *one.picture, DenoiseController::showOf(*r, *one.picture, sign, latent),
                sign, one.which == StepPicture::X || one.which == StepPicture::Next);
            if (one.which == StepPicture::X0 && step->preview && step->preview != step->x0 &&
                DenoiseController::isLatent(*r))
                add(QStringLiteral("preview"), tr("x\u2080 as pixels"),
                    tr("The predicted clean latent, turned into pixels in the way chosen under What is recorded."),
                    *step->preview, showPicture(*step->preview, {}), false, false);
        }
        const DenoiseRecordingPtr whole = recording();
        if (denoise().moment() >= DenoiseController::momentCount(*whole) - 1 && whole->result &&
            DenoiseController::isLatent(*whole))
            add(QStringLiteral("result"), tr("the picture"), tr("The end of the run, decoded to pixels."),
                *whole->result, showPicture(*whole->result, {}), false, true);
        if (content.pictures.empty())
            content.empty = tr("The pictures of this step were not recorded.");
        QStringList text;
        text << tr("\u03B1 = %1, \u03C3 = %2").arg(numberText(step->from.alpha, 4), numberText(step->from.sigma, 4));
        text << tr("guidance %1").arg(numberText(step->guidance, 3));
        stepText_->setText(text.join(QStringLiteral("  \u00B7  ")));
    }
    board_->setContent(std::move(content));
}

void StepsPage::fillCurves() {
    CurvesContent content;
    if (const DenoiseRecordingPtr r = recording()) {
        content.times = r->times;
        for (const DenoiseStepPtr& step : r->steps) {
            content.stepSize.push_back(step->x && step->next ? rmsDistance(*step->next, *step->x) : NAN);
            content.guidance.push_back(step->guidance);
        }
    }
    const DenoiseSettings& s = denoise().settings();
    content.planned = denoise().plannedTimes(s.spacing);
    for (const StepSpacing spacing : kSpacings)
        if (auto times = denoise().plannedTimes(spacing); times.size() > 1)
            content.spacings.emplace_back(spacing, std::move(times));
    content.plannedGuidance = s.guidance;
    content.guidanceBegin = s.guidanceBegin;
    content.guidanceEnd = s.guidanceEnd;
    content.hasInit = s.init != nullptr;
    content.strength = s.strength;
    curves_->setContent(std::move(content));
    curves_->setMoment(denoise().moment());
}

void StepsPage::fillVectors() {
    const std::vector<Shown> all = shown();
    const DenoiseRecordingPtr r = recording();
    const auto find = [&](StepPicture which) -> PicturePtr {
        for (const Shown& one : all)
            if (one.which == which)
                return one.picture;
        return nullptr;
    };
    VectorContent content;
    const PicturePtr u = find(StepPicture::Unconditional), c = find(StepPicture::Conditional);
    const PicturePtr g = find(StepPicture::Guided), x0 = find(StepPicture::X0), eps = find(StepPicture::Eps);
    const PicturePtr x = find(StepPicture::X), change = find(StepPicture::Change);
    const auto draw = [&](StepPicture first, const PicturePtr& a, StepPicture second, const PicturePtr& b,
                          std::initializer_list<std::pair<StepPicture, PicturePtr>> more) {
        std::vector<const Picture*> vectors = {a.get(), b.get()};
        std::vector<StepPicture> names = {first, second};
        for (const auto& [name, picture] : more)
            if (picture) {
                vectors.push_back(picture.get());
                names.push_back(name);
            }
        const std::vector<InPlane> flat = inPlane(*a, *b, vectors);
        constexpr design::Glass kInks[] = {design::Glass::Teal, design::Glass::Cobalt, design::Glass::Ruby,
                                           design::Glass::Amber, design::Glass::Violet};
        for (std::size_t i = 0; i < flat.size(); ++i)
            content.vectors.push_back({stepPictureName(names[i]), flat[i].at, pictureStats(*vectors[i]).norm,
                                       flat[i].share, kInks[i % std::size(kInks)]});
        content.angleText =
            tr("Angle between the first two: %1\u00B0").arg(numberText(angleDegrees(cosine(*a, *b)), 4));
    };
    if (u && c && g) {
        content.title = tr("The plane of both predictions");
        draw(StepPicture::Unconditional, u, StepPicture::Conditional, c, {{StepPicture::Guided, g}});
    } else if (x0 && eps) {
        content.title = tr("The plane of predicted picture and noise");
        draw(StepPicture::X0, x0, StepPicture::Eps, eps, {{StepPicture::X, x}, {StepPicture::Change, change}});
    }
    content.empty = content.title.isEmpty() ? tr("Predictions stand here as arrows when a step is chosen.")
                                            : tr("Both predictions point the same way: they span no plane.");
    diagram_->setContent(std::move(content));

    GridContent grid;
    grid.nRow = grid.nCol = std::int64_t(all.size());
    auto values = std::make_shared<std::vector<double>>();
    for (const Shown& a : all)
        for (const Shown& b : all)
            values->push_back(
                a.which <= b.which
                    ? cosine(*a.picture, *b.picture)
                    : (*values)[std::size_t(&b - all.data()) * all.size() + std::size_t(&a - all.data())]);
    std::vector<QString> names;
    for (const Shown& one : all)
        names.push_back(stepPictureName(one.which));
    const auto at = [values, n = all.size()](std::int64_t row, std::int64_t col) {
        return (*values)[std::size_t(row) * n + std::size_t(col)];
    };
    grid.rowLabel = grid.colLabel = [names](std::int64_t i) { return names[std::size_t(i)]; };
    grid.text = [at](std::int64_t row, std::int64_t col) { return numberText(at(row, col), 2); };
    grid.colour = [at, this](std::int64_t row, std::int64_t col) {
        return divergingColour(at(row, col), design::paletteFor(this));
    };
    grid.describe = [at, names](std::int64_t row, std::int64_t col) {
        return tr("%1 and %2: cosine %3, angle %4\u00B0")
            .arg(names[std::size_t(row)], names[std::size_t(col)], numberText(at(row, col), 4),
                 numberText(angleDegrees(at(row, col)), 4));
    };
    grid.number = at;
    grid.empty = tr("No pictures of this step were recorded.");
    cosines_->setContent(std::move(grid));
}

void StepsPage::fillReadOut() {
    const std::vector<Shown> all = shown();
    const QPoint pixel = board_->pixel();
    GridContent grid;
    grid.empty = tr("Click a picture, or move over it with the arrow keys, to read a pixel here.");
    QStringList sums;
    readOutTitle_->setText(tr("Pixel"));
    if (!all.empty() && pixel.x() >= 0 && pixel.x() < all[0].picture->width && pixel.y() < all[0].picture->height) {
        readOutTitle_->setText(tr("Pixel %1, %2").arg(pixel.x()).arg(pixel.y()));
        const std::int32_t channels = all[0].picture->channels;
        grid.nRow = std::int64_t(all.size());
        grid.nCol = channels;
        const auto at = [all, pixel](std::int64_t row, std::int64_t col) {
            const Picture& p = *all[std::size_t(row)].picture;
            return double(p.channel(std::int32_t(col))[pixel.y() * p.width + pixel.x()]);
        };
        const bool rgb = channels == 3;
        grid.rowLabel = [all](std::int64_t i) { return stepPictureName(all[std::size_t(i)].which); };
        grid.colLabel = [rgb](std::int64_t i) {
            const QString names[] = {tr("red"), tr("green"), tr("blue")};
            return rgb ? names[i] : tr("channel %1").arg(i);
        };
        double most = 1e-12;
        for (std::int64_t row = 0; row < grid.nRow; ++row)
            for (std::int64_t col = 0; col < grid.nCol; ++col)
                most = std::max(most, std::fabs(at(row, col)));
        grid.text = [at](std::int64_t row, std::int64_t col) { return numberText(at(row, col), 3); };
        grid.colour = [at, most, this](std::int64_t row, std::int64_t col) {
            return divergingColour(at(row, col) / most, design::paletteFor(this));
        };
        grid.describe = [at, all](std::int64_t row, std::int64_t col) {
            return QStringLiteral("%1 [%2]: %3")
                .arg(stepPictureName(all[std::size_t(row)].which))
                .arg(col)
                .arg(numberText(at(row, col), 6));
        };
        grid.number = at;
        // The same again from the numbers above: what the run did can be followed by hand.
        const DenoiseStepPtr step = DenoiseController::stepAt(recording(), denoise().moment());
        const auto value = [&](StepPicture which) {
            for (std::size_t i = 0; i < all.size(); ++i)
                if (all[i].which == which)
                    return at(std::int64_t(i), 0);
            return double(NAN);
        };
        const double x = value(StepPicture::X), x0 = value(StepPicture::X0), eps = value(StepPicture::Eps);
        const auto n = [](double v) {
            return v < 0 ? QLatin1Char('(') + numberText(v, 4) + QLatin1Char(')') : numberText(v, 4);
        };
        if (std::isfinite(x) && std::isfinite(x0) && std::isfinite(eps))
            sums << tr("\u03B1 x\u2080 + \u03C3 noise = %1 \u00D7 %2 + %3 \u00D7 %4 = %5; x is %6")
                        .arg(n(step->from.alpha), n(x0), n(step->from.sigma), n(eps),
                             n(step->from.alpha * x0 + step->from.sigma * eps), n(x));
        const double u = value(StepPicture::Unconditional), c = value(StepPicture::Conditional);
        const double g = value(StepPicture::Guided);
        if (std::isfinite(u) && std::isfinite(c) && std::isfinite(g)) {
            sums << tr("without + guidance \u00D7 (with \u2212 without) = %1 + %2 \u00D7 (%3 \u2212 %4) = %5; guided "
                       "is %6")
                        .arg(n(u), n(step->guidance), n(c), n(u), n(u + step->guidance * (c - u)), n(g));
            if (recording()->settings.guidanceRescale > 0)
                sums << tr("They differ because the run also rescaled the guided prediction.");
        }
        if (channels > 1)
            sums << tr("Both for the first channel.");
    }
    readOut_->setContent(std::move(grid));
    sums_->setText(sums.join(QLatin1Char('\n')));
}

QString StepsPage::arithmetic() const {
    return sums_->text();
}

void StepsPage::resizeEvent(QResizeEvent* event) {
    DenoisePage::resizeEvent(event);
    const bool beside = width() >= kBesideWidth;
    below_->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

QStringList StepsPage::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> StepsPage::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({board_, curves_, diagram_}, path, format, scale);
}

QJsonObject StepsPage::saveState() const {
    return {{QStringLiteral("smooth"), smooth_->isChecked()},
            {QStringLiteral("latent"), latent_->currentIndex()},
            {QStringLiteral("edge"), board_->edge()}};
}

void StepsPage::restoreState(const QJsonObject& state) {
    smooth_->setChecked(state[QStringLiteral("smooth")].toBool());
    latent_->setCurrentIndex(state[QStringLiteral("latent")].toInt() == 1 ? 1 : 0);
    if (const int edge = state[QStringLiteral("edge")].toInt(); edge > 0)
        board_->setEdge(edge);
}

void StepsPage::go(const QString& argument) {
    bool ok = false;
    const int moment = argument.section(QLatin1Char(':'), 0, 0).toInt(&ok);
    if (ok)
        denoise().setMoment(moment);
    const QStringList at = argument.section(QLatin1Char(':'), 1).split(QLatin1Char(','));
    if (at.size() == 2) {
        board_->setPixel({at[0].toInt(), at[1].toInt()});
        fillReadOut();
    }
}

} // namespace vitral
