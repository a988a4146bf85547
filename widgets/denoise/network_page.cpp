// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/network_page.h"

#include "widgets/chat/error_text.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>

#include <algorithm>
#include <cmath>
#include <utility>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kBesideWidth = 760, kMostChannels = 64, kFactorSteps = 100, kChannelEdge = 64;
constexpr const char* kFirstBlock = "unet.mid";

} // namespace

NetworkPage::NetworkPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    QWidget* page = makeFrame().body;
    body_ = new QBoxLayout(QBoxLayout::LeftToRight, page);
    body_->setContentsMargins(0, 0, design::kSpace2, 0);
    body_->setSpacing(design::kSpace4);

    auto* left = new QWidget(page);
    auto* lines = new QVBoxLayout(left);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(design::kSpace2);
    canvas_ = new NetworkCanvas(left);
    words_ = label("small", left);
    lines->addWidget(canvas_);
    lines->addWidget(words_);
    auto* row = new FlowRow;
    skipText_ = new QLabel(left);
    skipText_->setProperty("role", "small");
    factor_ = new QSlider(Qt::Horizontal, left);
    factor_->setRange(0, 2 * kFactorSteps);
    factor_->setPageStep(kFactorSteps / 10);
    factor_->setMinimumWidth(160);
    allOff_ = new QPushButton(left);
    reset_ = new QPushButton(left);
    runWith_ = new QPushButton(left);
    for (QWidget* widget : std::initializer_list<QWidget*>{skipText_, factor_, allOff_, reset_, runWith_})
        row->addWidget(widget);
    lines->addLayout(row);
    lines->addStretch(1);
    body_->addWidget(left, 5);

    auto* right = new QWidget(page);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace1);
    picturesTitle_ = label("section", right);
    pictures_ = new PictureBoard(right);
    pictures_->setGrowing(false);
    channelsTitle_ = label("section", right);
    common_ = new QCheckBox(right);
    channels_ = new PictureBoard(right);
    channels_->setEdge(kChannelEdge);
    channels_->setGrowing(false);
    column->addWidget(picturesTitle_);
    column->addWidget(pictures_);
    column->addSpacing(design::kSpace2);
    column->addWidget(channelsTitle_);
    column->addWidget(common_);
    column->addWidget(channels_);
    column->addStretch(1);
    body_->addWidget(right, 6);

    connect(canvas_, &NetworkCanvas::blockChosen, this, [this] {
        words_->setText(canvas_->blockWords(canvas_->block()));
        fillChannels();
    });
    connect(canvas_, &NetworkCanvas::skipChosen, this, &NetworkPage::showSkip);
    connect(canvas_, &NetworkCanvas::scaleChosen, this, &NetworkPage::setScale);
    connect(factor_, &QSlider::valueChanged, this,
            [this](int value) { setScale(canvas_->skip(), double(value) / kFactorSteps); });
    const auto setAll = [this](float factor) {
        scales_.assign(canvas_->drawing().skips.size(), factor);
        showSkip();
        look(false);
    };
    connect(allOff_, &QPushButton::clicked, this, [setAll] { setAll(0); });
    connect(reset_, &QPushButton::clicked, this, [this] {
        scales_ = own_;
        showSkip();
        changed_.reset();
        fillPictures();
        fillChannels();
    });
    connect(runWith_, &QPushButton::clicked, this, [this] {
        DenoiseSettings s = this->denoise().settings();
        if (const DenoiseRun* run = this->denoise().currentRun()) // else as that run was
            s = run->settings;
        s.skipScales = scales_;
        this->denoise().setSettings(std::move(s));
        this->denoise().run();
    });
    connect(common_, &QCheckBox::toggled, this, &NetworkPage::fillChannels);
    retranslate();
}

QString NetworkPage::help() const {
    return tr("The network as it really computed this step. Click a block to see its channels, a connection to scale "
              "it: the step is computed again at once.");
}

QString NetworkPage::missing() const {
    const DenoiseRecordingPtr r = recording();
    if (!r || r->steps.empty())
        return tr("The recording of this run is being read, or was too large to be kept: run it again to look into its "
                  "network.");
    const DenoiseRun* run = denoise().currentRun();
    if (!denoise().model())
        return tr("The network itself is needed to look into it: choose the model of this run, %1.").arg(run->model);
    if (QString::fromStdString(denoise().model()->info.name) != run->model)
        return tr("This run was made with %1; load that model to look into its network.").arg(run->model);
    return problem_;
}

void NetworkPage::retranslate() {
    allOff_->setText(tr("All off"));
    reset_->setText(tr("As in the run"));
    runWith_->setText(tr("Run with these"));
    runWith_->setToolTip(tr("The whole run again, from its first noise, with these factors"));
    factor_->setAccessibleName(tr("Factor of the chosen skip connection"));
    common_->setText(tr("One scale for all channels"));
    common_->setToolTip(tr("Else every channel's largest value has the strongest colour"));
    picturesTitle_->setText(tr("The clean picture predicted at this step"));
    canvas_->setAccessibleName(tr("The network"));
    pictures_->setAccessibleName(tr("Predicted pictures"));
    channels_->setAccessibleName(tr("Channels of the block"));
    canvas_->setEmptyText(tr("The step is computed once more, to see inside\u2026"));
    showSkip();
    words_->setText(canvas_->blockWords(canvas_->block()));
}

int NetworkPage::step() const {
    const DenoiseRecordingPtr r = recording();
    return r ? std::clamp(denoise().moment(), 0, int(r->steps.size()) - 1) : -1;
}

std::vector<float> NetworkPage::ownScales() const {
    const DenoiseRun* run = denoise().currentRun();
    const std::size_t n = denoise().model() ? denoise().model()->denoiser->info().skips.size() : 0;
    if (run != nullptr && run->settings.skipScales.size() == n)
        return run->settings.skipScales;
    return std::vector<float>(n, 1.0F);
}

void NetworkPage::runChanged(bool grew) {
    if (!grew) {
        own_ = ownScales();
        if (scales_.size() != own_.size())
            scales_ = own_;
        ofStep_ = -1;
        problem_.clear();
        emit stateChanged();
    }
    momentChanged(denoise().moment());
}

void NetworkPage::momentChanged(int) {
    const DenoiseRun* run = denoise().currentRun();
    if (run == nullptr || !missing().isEmpty() || (of_ == run->id && ofStep_ == step()))
        return;
    of_ = run->id;
    ofStep_ = step();
    look(true);
    if (changed())
        look(false);
    showSkip();
}

void NetworkPage::look(bool plain) {
    const DenoiseRun* run = denoise().currentRun();
    if (run == nullptr || !missing().isEmpty() || ofStep_ < 0)
        return;
    denoise().lookInto(this, plain ? "network" : "network-changed", run->id, ofStep_, plain ? own_ : scales_,
                       [this, plain, id = run->id, at = ofStep_](const Result<DenoiseRecordingPtr>& seen) {
                           if (id != of_ || at != ofStep_)
                               return;
                           if (!seen) {
                               if (seen.error().code == ErrorCode::Cancelled)
                                   return;
                               problem_ = knownText(seen.error());
                               emit stateChanged();
                               return;
                           }
                           (plain ? plain_ : changed_) = *seen;
                           if (plain && (*seen)->operations) {
                               canvas_->setDrawing(drawNetwork(*(*seen)->operations,
                                                               denoise().model()->denoiser->info(),
                                                               (*seen)->steps.back()->features));
                               if (canvas_->block() < 0) // something to see at once
                                   canvas_->setBlock(canvas_->drawing().find(kFirstBlock));
                               words_->setText(canvas_->blockWords(canvas_->block()));
                               showSkip();
                               for (const QString& argument : std::exchange(asked_, {}))
                                   go(argument);
                           }
                           fillPictures();
                           fillChannels();
                       });
}

void NetworkPage::setScale(int skip, double factor) {
    if (skip < 0 || std::size_t(skip) >= scales_.size())
        return;
    scales_[std::size_t(skip)] = float(std::round(factor * kFactorSteps) / kFactorSteps);
    showSkip();
    look(false);
}

void NetworkPage::showSkip() {
    const QSignalBlocker block(factor_);
    canvas_->setScales(scales_);
    const int skip = canvas_->skip();
    const bool any = !canvas_->drawing().skips.empty();
    for (QWidget* widget : std::initializer_list<QWidget*>{factor_, allOff_, reset_, runWith_})
        widget->setVisible(any);
    factor_->setEnabled(skip >= 0);
    factor_->setValue(int(std::lround(double(canvas_->scale(skip)) * kFactorSteps)));
    reset_->setEnabled(changed());
    runWith_->setEnabled(changed());
    skipText_->setText(!any && !canvas_->drawing().empty() ? tr("This network has no skip connections.")
                       : skip < 0
                           ? tr("Skip connections: choose one")
                           : tr("Skip connection %1 of %2: \u00D7 %3")
                                 .arg(QString::number(skip + 1), QString::number(canvas_->drawing().skips.size()),
                                      numberText(double(canvas_->scale(skip)), 3)));
}

void NetworkPage::fillPictures() {
    BoardContent content;
    content.empty = tr("The step is computed once more, to see inside\u2026");
    content.captionLines = 1;
    const auto add = [&](const QString& key, const QString& title, const Picture& picture, const ShownPicture& image,
                         bool strong) {
        BoardPicture p;
        p.key = key;
        p.title = title;
        p.words = title;
        p.caption = tr("RMS %1").arg(numberText(pictureStats(picture).rms, 3));
        p.shown = image;
        p.strong = strong;
        content.pictures.push_back(std::move(p));
    };
    // Pixels where a preview was made; else the latent.
    const auto shown = [](const DenoiseRecording& r) -> PicturePtr {
        const DenoiseStep& step = *r.steps.back();
        return step.preview ? step.preview : step.x0;
    };
    const auto image = [](const DenoiseRecording& r, const Picture& picture) {
        const bool pixels = picture.channels == 1 || picture.channels == 3;
        return pixels ? showPicture(picture, {}) : DenoiseController::showOf(r, picture, false, LatentLook::Colours);
    };
    if (plain_ && !plain_->steps.empty() && shown(*plain_)) {
        const PicturePtr was = shown(*plain_);
        add(QStringLiteral("was"), tr("as in the run"), *was, image(*plain_, *was), false);
        if (changed() && changed_ && !changed_->steps.empty() && shown(*changed_)) {
            const PicturePtr is = shown(*changed_);
            add(QStringLiteral("is"), tr("scaled"), *is, image(*changed_, *is), true);
            const Picture apart = difference(*is, *was);
            PictureLook look;
            look.sort = PictureSort::Signed;
            if (!apart.empty())
                add(QStringLiteral("difference"), tr("difference"), apart, showPicture(apart, look), false);
        }
    }
    pictures_->setContent(std::move(content));
}

void NetworkPage::fillChannels() {
    BoardContent content;
    content.captionLines = 1;
    const DenoiseRecordingPtr seen = changed() && changed_ ? changed_ : plain_;
    const int block = canvas_->block();
    channelsTitle_->clear();
    content.empty = tr("Click a block to see its channels.");
    if (seen && !seen->steps.empty() && block >= 0) {
        const std::string& name = canvas_->drawing().blocks[std::size_t(block)].name;
        const auto& maps = seen->steps.back()->features;
        const auto at = std::find_if(maps.begin(), maps.end(), [&](const auto& m) { return m->block == name; });
        const QString title = NetworkCanvas::blockTitle(name);
        const auto& leaving = denoise().model()->denoiser->info().featureBlocks;
        content.empty = std::find(leaving.begin(), leaving.end(), name) == leaving.end()
                            ? tr("%1 leaves no picture: nothing of it can be shown as channels.").arg(title)
                            : tr("The channels of %1 did not fit into the %2 allowed for maps: allow more under What "
                                 "is recorded.")
                                  .arg(title, sizeText(double(denoise().record().byteBudget)));
        if (at != maps.end()) {
            const FeatureMap& map = **at;
            const std::vector<ChannelMap> ranked = rankedChannels(map);
            const std::size_t n = std::min<std::size_t>(ranked.size(), kMostChannels);
            double most = 0;
            for (const ChannelMap& one : ranked)
                most = std::max({most, std::fabs(one.low), std::fabs(one.high)});
            for (std::size_t i = 0; i < n; ++i) {
                const ChannelMap& one = ranked[i];
                PictureLook look;
                look.sort = PictureSort::Signed;
                look.range = common_->isChecked() ? most : 0;
                BoardPicture p;
                p.key = QString::number(one.channel);
                p.title = QStringLiteral("#%1").arg(one.channel);
                p.words = tr("Channel %1: %2 to %3, mean %4")
                              .arg(one.channel)
                              .arg(numberText(one.low, 3), numberText(one.high, 3), numberText(one.mean, 3));
                p.caption = numberText(one.rms, 2);
                p.shown = showPicture(channelPicture(map, one.channel), look);
                content.pictures.push_back(std::move(p));
            }
            const QLocale locale;
            channelsTitle_->setText(n < ranked.size()
                                        ? tr("%1: the %2 of %3 channels with the largest RMS (the number below each)")
                                              .arg(QString::fromStdString(name), locale.toString(qsizetype(n)),
                                                   locale.toString(qsizetype(ranked.size())))
                                        : tr("%1: all %2 channels, largest RMS (the number below each) first")
                                              .arg(QString::fromStdString(name), locale.toString(qsizetype(n))));
        }
    }
    common_->setVisible(!content.pictures.empty());
    channels_->setContent(std::move(content));
}

void NetworkPage::go(const QString& argument) {
    if (canvas_->drawing().empty() && missing().isEmpty()) { // when the step has been computed
        asked_ << argument;
        return;
    }
    const QString key = argument.section(QLatin1Char('='), 0, 0);
    if (key == QLatin1String("block")) {
        canvas_->setBlock(canvas_->drawing().find(argument.section(QLatin1Char('='), 1).toStdString()));
        words_->setText(canvas_->blockWords(canvas_->block()));
        fillChannels();
    } else if (key == QLatin1String("skip")) {
        canvas_->setSkip(argument.section(QLatin1Char('='), 1, 1).toInt());
        setScale(canvas_->skip(), argument.section(QLatin1Char('='), 2).toDouble());
    } else if (key == QLatin1String("off")) {
        allOff_->click();
    } else if (key == QLatin1String("run")) {
        runWith_->click();
    }
}

void NetworkPage::resizeEvent(QResizeEvent* event) {
    DenoisePage::resizeEvent(event);
    body_->setDirection(width() >= kBesideWidth ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

QStringList NetworkPage::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> NetworkPage::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({canvas_, pictures_, channels_}, path, format, scale);
}

} // namespace vitral
