// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/branches_page.h"

#include "widgets/denoise/denoise_words.h"
#include "widgets/denoise/picture_vectors.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr StepPicture kRows[] = {StepPicture::X, StepPicture::X0, StepPicture::Eps};
constexpr int kChartHeight = 150, kEdge = 64;

const std::vector<std::string>& classesOf(const DenoiseRecordingPtr& recording) {
    static const std::vector<std::string> none;
    return recording ? recording->model.classNames : none;
}

} // namespace

BranchesPage::BranchesPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    const auto [head, page] = makeFrame();
    auto* row = new FlowRow;
    otherLabel_ = new QLabel(this);
    otherLabel_->setProperty("role", "small");
    other_ = new QComboBox(this);
    other_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    other_->setMinimumContentsLength(24);
    otherLabel_->setBuddy(other_);
    smooth_ = new QCheckBox(this);
    branch_ = new QPushButton(design::icon(QStringLiteral("fork")), QString(), this);
    for (QWidget* widget : std::initializer_list<QWidget*>{otherLabel_, other_, smooth_, branch_})
        row->addWidget(widget);
    head->addLayout(row);
    head->addWidget(branchWords_ = label("small", this));
    head->addWidget(words_ = label("small", this));
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, design::kSpace2, 0);
    column->setSpacing(design::kSpace3);
    chart_ = new LineChart(page);
    chart_->setFixedHeight(kChartHeight);
    board_ = new PictureBoard(page);
    board_->setEdge(kEdge);
    column->addWidget(chart_);
    column->addWidget(board_);
    column->addStretch(1);

    connect(other_, &QComboBox::activated, this,
            [this](int index) { this->denoise().setOther(other_->itemData(index).toLongLong()); });
    connect(smooth_, &QCheckBox::toggled, this, [this](bool on) { board_->setSmooth(on); });
    connect(branch_, &QPushButton::clicked, this,
            [this] { this->denoise().branch(this->denoise().currentId(), this->denoise().moment()); });
    connect(chart_, &LineChart::currentChanged, this, [this](int index) {
        if (index >= 0)
            this->denoise().setMoment(index);
    });
    connect(&denoise, &DenoiseController::runsChanged, this, [this] {
        if (isVisible())
            fillRuns();
    });
    retranslate();
}

QString BranchesPage::help() const {
    return tr(
        "Two runs of the same model, step by step. Change the prompt, the seed, the guidance or the solver, choose a "
        "step, and branch: the new run goes on from there.");
}

QString BranchesPage::missing() const {
    const DenoiseRecordingPtr r = recording();
    if (!r || r->steps.empty())
        return tr("This run has no recorded steps: run it again to branch it.");
    return {};
}

void BranchesPage::retranslate() {
    otherLabel_->setText(tr("Compare with"));
    other_->setAccessibleName(tr("The run to compare with"));
    smooth_->setText(tr("Smooth"));
    board_->setAccessibleName(tr("Pictures of both runs and their difference"));
    chart_->setAccessibleName(tr("How far apart both runs are"));
}

void BranchesPage::runChanged(bool grew) {
    if (!grew)
        fillRuns();
    fillWords();
    fillChart();
    fillPictures();
}

void BranchesPage::otherChanged() {
    fillRuns();
    fillWords();
    fillChart();
    fillPictures();
}

void BranchesPage::momentChanged(int) {
    fillPictures();
    fillWords();
}

void BranchesPage::settingsChanged() {
    fillWords();
}

void BranchesPage::fillRuns() {
    const QSignalBlocker block(other_);
    other_->clear();
    other_->addItem(tr("no other run"), 0);
    for (const DenoiseRun& run : denoise().runs())
        if (run.id != denoise().currentId())
            other_->addItem(QIcon(QPixmap::fromImage(run.thumb)),
                            QStringLiteral("%1 \u00B7 %2").arg(run.id).arg(DenoiseController::runTitle(run)),
                            QVariant::fromValue(run.id));
    const int at = other_->findData(QVariant::fromValue(denoise().otherId()));
    other_->setCurrentIndex(std::max(0, at));
}

void BranchesPage::fillWords() {
    const DenoiseRun* run = denoise().currentRun();
    if (run == nullptr)
        return;
    const DenoiseRecordingPtr r = recording();
    const int moment = denoise().moment();
    const bool can = r && moment < int(r->steps.size()) && denoise().model();
    branch_->setEnabled(can);
    branch_->setText(tr("Branch at step %1").arg(std::min(moment, r ? int(r->steps.size()) - 1 : 0) + 1));
    DenoiseSettings next = denoise().settings();
    next.steps = run->settings.steps;
    const QStringList changes = settingsDifference(next, run->settings, classesOf(r));
    branchWords_->setText(
        !can ? tr("Choose a step before the end, and load the model, to branch.")
        : changes.isEmpty()
            ? tr("The settings are those of this run: change the prompt, seed, guidance or solver first.")
            : tr("A branch would have: %1.").arg(changes.join(QStringLiteral("; "))));
    QStringList lines;
    if (run->parent != 0)
        lines << tr("This run left run %1 before step %2.").arg(run->parent).arg(run->branchStep + 1);
    if (const DenoiseRun* other = denoise().find(denoise().otherId())) {
        const QStringList apart = settingsDifference(run->settings, other->settings, classesOf(r));
        lines << (apart.isEmpty() ? tr("Both runs have the same settings.")
                                  : tr("This run has: %1.").arg(apart.join(QStringLiteral("; "))));
    }
    words_->setText(lines.join(QLatin1Char(' ')));
    words_->setVisible(!lines.isEmpty());
}

QString BranchesPage::differenceText() const {
    return words_->text();
}

void BranchesPage::fillChart() {
    ChartContent content;
    content.empty = tr("Choose a run to compare with.");
    content.xTitle = tr("step");
    content.yTitle = tr("Distance between both runs (root mean square of the difference)");
    const DenoiseRecordingPtr a = recording(), b = denoise().other();
    if (a && b) {
        const std::size_t n = std::min(a->steps.size(), b->steps.size());
        Curve x{tr("x"), {}, design::Glass::Cobalt}, clean{tr("predicted picture"), {}, design::Glass::Emerald};
        for (std::size_t i = 0; i <= n; ++i) {
            const bool end = i == n;
            if (end && (n == 0 || !a->steps[n - 1]->next || !b->steps[n - 1]->next))
                break;
            const PicturePtr& xa = end ? a->steps[n - 1]->next : a->steps[i]->x;
            const PicturePtr& xb = end ? b->steps[n - 1]->next : b->steps[i]->x;
            content.x.push_back(double(i));
            x.y.push_back(xa && xb ? rmsDistance(*xa, *xb) : NAN);
            clean.y.push_back(
                !end && a->steps[i]->x0 && b->steps[i]->x0 ? rmsDistance(*a->steps[i]->x0, *b->steps[i]->x0) : NAN);
        }
        content.curves = {std::move(x), std::move(clean)};
    }
    chart_->setVisible(b != nullptr);
    chart_->setContent(std::move(content));
}

void BranchesPage::fillPictures() {
    BoardContent content;
    content.empty = tr("Choose a run to compare with, or branch this one.");
    const DenoiseRecordingPtr a = recording(), b = denoise().other();
    const DenoiseStepPtr sa = DenoiseController::stepAt(a, denoise().moment());
    const DenoiseStepPtr sb = DenoiseController::stepAt(b, denoise().moment());
    if (a && b && sa && sb) {
        content.nColumn = 3;
        content.columnHeads = {tr("this run"), tr("the other"), tr("this \u2212 other")};
        content.captionLines = 1;
        const auto row = [&](const QString& name, const PicturePtr& pa, const PicturePtr& pb, const auto& show) {
            if (!pa || !pb)
                return;
            content.rowHeads << name;
            const Picture apart = difference(*pa, *pb);
            PictureLook sign;
            sign.sort = PictureSort::Signed;
            for (const Picture* picture : {pa.get(), pb.get(), &apart}) {
                BoardPicture p;
                p.key = name + QString::number(content.pictures.size());
                p.shown = picture == &apart ? showPicture(apart, sign) : show(*picture);
                if (picture != &apart)
                    p.caption = tr("length %1").arg(numberText(pictureStats(*picture).norm, 4));
                else if (apart.empty())
                    p.note = tr("other size");
                else
                    p.caption = tr("colours: \u00B1%1").arg(numberText(p.shown.high, 3));
                p.words = name;
                content.pictures.push_back(std::move(p));
            }
        };
        const bool end = denoise().moment() >= DenoiseController::momentCount(*a) - 1;
        if (end && a->result && b->result)
            row(tr("result"), a->result, b->result, [](const Picture& p) { return showPicture(p, {}); });
        for (const StepPicture which : kRows) {
            const bool sign = isSigned(which, a->schedule.prediction);
            row(stepPictureName(which),
                stepPicture(*sa, end && which == StepPicture::X ? StepPicture::Next : which, a->schedule.prediction),
                stepPicture(*sb, end && which == StepPicture::X ? StepPicture::Next : which, b->schedule.prediction),
                [&](const Picture& p) { return DenoiseController::showOf(*a, p, sign, LatentLook::Colours); });
        }
        content.empty = tr("The pictures of this step were not recorded.");
    } else if (b) {
        content.empty = tr("One of the two runs has not come to this step.");
    }
    board_->setContent(std::move(content));
}

QStringList BranchesPage::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> BranchesPage::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({chart_, board_}, path, format, scale);
}

} // namespace vitral
