// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/latent_page.h"

#include "widgets/chat/error_text.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kFieldWidth = 150, kLeastPlaces = 3, kMostPlaces = 17, kUsualPlaces = 7;

} // namespace

LatentPage::LatentPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    QWidget* page = makeFrame().body;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, design::kSpace2, 0);
    column->setSpacing(design::kSpace2);
    tripTitle_ = label("section", page);
    auto* row = new FlowRow;
    source_ = new QComboBox(page);
    for (int i = 0; i < 4; ++i)
        source_->addItem(QString(), i);
    open_ = new QToolButton(page);
    open_->setIcon(design::icon(QStringLiteral("folder")));
    open_->setIconSize({design::kIcon, design::kIcon});
    each_ = new QCheckBox(page);
    for (QWidget* widget : std::initializer_list<QWidget*>{source_, open_, each_})
        row->addWidget(widget);
    trip_ = new PictureBoard(page);
    trip_->setGrowing(false);
    numbers_ = label("small", page);
    numbers_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    column->addWidget(tripTitle_);
    column->addLayout(row);
    column->addWidget(trip_);
    column->addWidget(numbers_);
    walkTitle_ = label("section", page);
    auto* walkRow = new FlowRow;
    kind_ = new QComboBox(page);
    for (int i = 0; i < 3; ++i)
        kind_->addItem(QString(), i);
    const auto field = [&](QLabel*& name, QWidget* of) {
        name = new QLabel(page);
        name->setProperty("role", "small");
        name->setBuddy(of);
    };
    seed_ = new QLineEdit(QStringLiteral("1"), page);
    seed_->setFixedWidth(kFieldWidth / 2);
    field(seedLabel_, seed_);
    prompt_ = new QLineEdit(page);
    prompt_->setMinimumWidth(kFieldWidth);
    field(promptLabel_, prompt_);
    count_ = new QSpinBox(page);
    count_->setRange(kLeastPlaces, kMostPlaces);
    count_->setValue(kUsualPlaces);
    field(countLabel_, count_);
    start_ = new QPushButton(page);
    cancel_ = new QPushButton(page);
    for (QWidget* widget : std::initializer_list<QWidget*>{kind_, seedLabel_, seed_, promptLabel_, prompt_, countLabel_,
                                                           count_, start_, cancel_})
        walkRow->addWidget(widget);
    walkState_ = label("small", page);
    walk_ = new PictureBoard(page);
    column->addSpacing(design::kSpace2);
    column->addWidget(walkTitle_);
    column->addLayout(walkRow);
    column->addWidget(walkState_);
    column->addWidget(walk_);
    column->addStretch(1);

    connect(source_, &QComboBox::activated, this, [this](int index) {
        if (index == int(Source::File) && file_.isNull())
            open_->click();
        else
            ask();
    });
    connect(open_, &QToolButton::clicked, this, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("Choose a picture to encode"), {},
                                                          tr("Pictures (*.png *.jpg *.jpeg *.bmp)"));
        if (!path.isEmpty())
            openFile(path);
        else if (file_.isNull())
            source_->setCurrentIndex(int(Source::End));
    });
    connect(each_, &QCheckBox::toggled, this, &LatentPage::ask);
    connect(kind_, &QComboBox::currentIndexChanged, this, &LatentPage::refresh);
    connect(start_, &QPushButton::clicked, this, &LatentPage::startWalk);
    connect(seed_, &QLineEdit::returnPressed, this, &LatentPage::startWalk);
    connect(prompt_, &QLineEdit::returnPressed, this, &LatentPage::startWalk);
    connect(cancel_, &QPushButton::clicked, this, [this] { this->denoise().cancel(); });
    connect(walk_, &PictureBoard::activated, this, [this](int index) {
        if (index < 0 || index >= int(places_.size()) || Walk(kind_->currentIndex()) == Walk::Runs)
            return;
        this->denoise().adoptSettings(places_[std::size_t(index)].settings);
        if (this->denoise().run() != 0)
            emit pageAsked(QStringLiteral("steps"));
    });
    connect(&denoise, &DenoiseController::modelChanged, this, [this] {
        done_.reset();
        if (isVisible())
            ask();
        refresh();
    });
    connect(&denoise, &DenoiseController::busyChanged, this, &LatentPage::refresh);
    walk_->setCsv([this] {
        QString out = QStringLiteral("place,rms to the one before\n");
        for (std::size_t i = 0; i < places_.size(); ++i) {
            const PicturePtr& now = places_[i].picture;
            const PicturePtr before = i > 0 ? places_[i - 1].picture : nullptr;
            out += csvNumber(places_[i].at) + QLatin1Char(',') +
                   (now && before ? csvNumber(lossOf(*now, *before).rms) : QString()) + QLatin1Char('\n');
        }
        return out;
    });
    retranslate();
}

QString LatentPage::help() const {
    return tr(
        "What the autoencoder makes of a picture and back, and the way from one seed, prompt or picture to another.");
}

void LatentPage::retranslate() {
    tripTitle_->setText(tr("There and back"));
    source_->setItemText(int(Source::End), tr("end of the chosen run"));
    source_->setItemText(int(Source::X), tr("x at this step (a latent)"));
    source_->setItemText(int(Source::X0), tr("predicted clean latent at this step"));
    source_->setItemText(int(Source::File), fileName_.isEmpty() ? tr("a picture of yours\u2026") : fileName_);
    source_->setAccessibleName(tr("What goes through the autoencoder"));
    open_->setToolTip(tr("Choose a picture to encode"));
    open_->setAccessibleName(open_->toolTip());
    each_->setText(tr("Without each channel"));
    each_->setToolTip(tr("Decoded with one channel at its mean: what is gone was in that channel"));
    trip_->setAccessibleName(tripTitle_->text());
    walkTitle_->setText(tr("Walk"));
    kind_->setItemText(int(Walk::Seeds), tr("between two seeds"));
    kind_->setItemText(int(Walk::Prompts), tr("between two prompts"));
    kind_->setItemText(int(Walk::Runs), tr("between the ends of two runs"));
    kind_->setAccessibleName(tr("Between what to walk"));
    seedLabel_->setText(tr("to seed"));
    promptLabel_->setText(tr("to"));
    prompt_->setPlaceholderText(tr("another prompt"));
    countLabel_->setText(tr("Pictures"));
    start_->setText(tr("Walk there"));
    cancel_->setText(tr("Cancel"));
    walk_->setAccessibleName(tr("Pictures of the walk"));
    refresh();
    fillTrip();
    fillWalk();
}

void LatentPage::openFile(const QString& path) {
    denoise().pool().ask(
        this, "latent", [path](const std::stop_token&) { return readAnyPicture(path); },
        [this, path](const Result<QImage>& image) {
            if (!image) {
                emit denoise().problem(knownText(image.error()));
                return;
            }
            file_ = *image;
            fileName_ = QFileInfo(path).fileName();
            source_->setItemText(int(Source::File), fileName_);
            source_->setCurrentIndex(int(Source::File));
            ask();
        });
}

// The picture or latent that is chosen goes to the engine thread; the newest wins.
void LatentPage::ask() {
    const DiffusionModelPtr& model = denoise().model();
    problem_.clear();
    if (!model || !model->autoencoder) {
        done_.reset();
        return fillTrip();
    }
    const DenoiseRecordingPtr r = recording();
    const DenoiseRun* run = denoise().currentRun();
    const auto source = Source(source_->currentIndex());
    PicturePtr given;
    if (source == Source::File) {
        const int factor = std::max(1, model->autoencoder->factor());
        const NetworkInfo& network = model->denoiser->info();
        const DenoiseSettings& s = denoise().settings();
        given = std::make_shared<const Picture>(
            pictureFromImage(file_, 3, s.width > 0 ? s.width : network.defaultWidth * factor,
                             s.height > 0 ? s.height : network.defaultHeight * factor));
    } else if (r && run != nullptr && QString::fromStdString(model->info.name) == run->model) {
        const DenoiseStepPtr step = DenoiseController::stepAt(r, denoise().moment());
        const bool end = denoise().moment() >= DenoiseController::momentCount(*r) - 1;
        if (source == Source::End)
            given = r->result;
        else if (step)
            given = source == Source::X0 ? step->x0 : end ? step->next : step->x;
    } else if (run != nullptr) {
        problem_ = tr("This run was made with %1; load that model to go through its autoencoder.").arg(run->model);
    }
    if (!given || given->empty()) {
        done_.reset();
        return fillTrip();
    }
    auto slot = std::make_shared<std::optional<LatentTrip>>();
    denoise().askModel(
        this, "latent",
        [slot, given, fromLatent = source == Source::X || source == Source::X0,
         each = each_->isChecked()](const DiffusionModel& m, NetworkContext& context) -> Result<void> {
            VITRAL_TRY_ASSIGN(LatentTrip trip, goThereAndBack(*m.autoencoder, context, *given, fromLatent, each));
            slot->emplace(std::move(trip));
            return {};
        },
        [this, slot](const Result<void>& status) {
            if (!slot->has_value()) {
                if (status || status.error().code == ErrorCode::Cancelled)
                    return; // a newer one is on its way
                problem_ = knownText(status.error());
            }
            done_ = std::move(*slot);
            fillTrip();
        });
}

QString LatentPage::numbers() const {
    return numbers_->text();
}

void LatentPage::fillTrip() {
    BoardContent content;
    content.captionLines = 1;
    const DiffusionModelPtr& model = denoise().model();
    const bool latents = model && model->autoencoder;
    for (QWidget* widget : std::initializer_list<QWidget*>{source_, open_, each_})
        widget->setEnabled(latents);
    numbers_->clear();
    content.empty = !model     ? tr("There is no model yet: choose one first.")
                    : !latents ? tr("This model works on pixels themselves: nothing goes through an autoencoder.")
                    : !problem_.isEmpty()
                        ? problem_
                        : tr("Choose a picture, or run something, to see it go through the autoencoder.");
    if (latents && done_) {
        const LatentTrip& t = *done_;
        const auto add = [&](const QString& title, const QString& caption, const ShownPicture& shown, bool strong) {
            BoardPicture p;
            p.key = QString::number(content.pictures.size());
            p.title = title;
            p.words = title;
            p.caption = caption;
            p.shown = shown;
            p.strong = strong;
            content.pictures.push_back(std::move(p));
        };
        PictureLook channels, sign;
        channels.sort = PictureSort::Latent;
        channels.latent = LatentLook::Channels;
        sign.sort = PictureSort::Signed;
        const QString size = tr("%1 \u00D7 %2 \u00D7 %3");
        const auto sizeOf = [&](const Picture& p) { return size.arg(p.width).arg(p.height).arg(p.channels); };
        const auto latentAt = [&] {
            add(tr("latent"), sizeOf(*t.latent), showPicture(*t.latent, channels), t.fromLatent);
        };
        if (t.pixels)
            add(tr("given"), sizeOf(*t.pixels), showPicture(*t.pixels, {}), true);
        latentAt();
        add(tr("decoded"), sizeOf(*t.decoded), showPicture(*t.decoded, {}), false);
        QStringList words;
        if (t.pixels) {
            const Picture apart = difference(*t.decoded, *t.pixels);
            const ShownPicture shown = showPicture(apart, sign);
            add(tr("difference"), QStringLiteral("\u00B1%1").arg(numberText(shown.high, 3)), shown, false);
            const Loss loss = lossOf(*t.decoded, *t.pixels);
            words << tr("%1 numbers become %2: %3 times fewer.")
                         .arg(countText(std::int64_t(t.pixels->size())), countText(std::int64_t(t.latent->size())),
                              numberText(double(t.pixels->size()) / double(t.latent->size()), 3));
            words << tr("Lost on the way: RMS %1, largest %2 (pixels from −1 to 1), PSNR %3 dB.")
                         .arg(numberText(loss.rms, 3), numberText(loss.largest, 3), numberText(loss.psnr, 3));
        } else if (t.again) {
            const Picture apart = difference(*t.again, *t.latent);
            const ShownPicture shown = showPicture(apart, channels);
            add(tr("encoded again"), sizeOf(*t.again), showPicture(*t.again, channels), false);
            add(tr("difference"), QStringLiteral("\u00B1%1").arg(numberText(shown.high, 3)), shown, false);
            const Loss loss = lossOf(*t.again, *t.latent);
            words << tr("A latent that no picture stands behind does not come back as it was: RMS %1 of its own %2.")
                         .arg(numberText(loss.rms, 3), numberText(pictureStats(*t.latent).rms, 3));
        }
        for (std::size_t c = 0; c < t.without.size(); ++c)
            add(tr("without %1").arg(c + 1),
                tr("RMS %1 away").arg(numberText(lossOf(*t.without[c], *t.decoded).rms, 3)),
                showPicture(*t.without[c], {}), false);
        QStringList spread;
        for (std::int32_t c = 0; c < t.latent->channels; ++c) {
            Picture one(1, t.latent->height, t.latent->width);
            std::copy_n(t.latent->channel(c), one.size(), one.values.begin());
            const PictureStats s = pictureStats(one);
            spread << tr("channel %1: mean %2, deviation %3")
                          .arg(c + 1)
                          .arg(numberText(s.mean, 2),
                               numberText(std::sqrt(std::max(0.0, s.rms * s.rms - s.mean * s.mean)), 2));
        }
        words << tr("Latent: %1.").arg(spread.join(QStringLiteral("; ")));
        numbers_->setText(words.join(QLatin1Char(' ')));
    }
    numbers_->setVisible(!numbers_->text().isEmpty());
    trip_->setContent(std::move(content));
}

void LatentPage::runChanged(bool grew) {
    if (!grew || Source(source_->currentIndex()) == Source::End)
        ask();
    refresh();
}

void LatentPage::momentChanged(int) {
    if (Source(source_->currentIndex()) == Source::X || Source(source_->currentIndex()) == Source::X0)
        ask();
}

void LatentPage::otherChanged() {
    refresh();
}

void LatentPage::refresh() {
    const auto kind = Walk(std::max(0, kind_->currentIndex()));
    for (QWidget* widget : std::initializer_list<QWidget*>{seedLabel_, seed_})
        widget->setVisible(kind == Walk::Seeds);
    for (QWidget* widget : std::initializer_list<QWidget*>{promptLabel_, prompt_})
        widget->setVisible(kind == Walk::Prompts);
    start_->setEnabled(denoise().model() != nullptr);
    cancel_->setVisible(denoise().busy());
    const bool words = !denoise().model() || denoise().model()->textEncoder;
    walkState_->setText(
        kind == Walk::Seeds ? tr("Whole runs with the settings at the side; their first noise goes from seed %1 to the "
                                 "other one on a sphere.")
                                  .arg(denoise().settings().seed)
        : kind == Walk::Prompts
            ? (words ? tr("Whole runs with the settings at the side; every word's row goes straight from "
                          "one prompt to the other.")
                     : tr("This model reads no words: it has no prompts to walk between."))
            : tr("The last latents of the chosen run and of the one compared with, mixed number by "
                 "number and decoded: no network runs."));
}

QJsonObject LatentPage::saveState() const {
    return {{QStringLiteral("kind"), kind_->currentIndex()},
            {QStringLiteral("seed"), seed_->text()},
            {QStringLiteral("prompt"), prompt_->text()},
            {QStringLiteral("count"), count_->value()}};
}

void LatentPage::restoreState(const QJsonObject& state) {
    if (state.isEmpty())
        return;
    kind_->setCurrentIndex(std::clamp(state[QStringLiteral("kind")].toInt(), 0, 2));
    seed_->setText(state[QStringLiteral("seed")].toString());
    prompt_->setText(state[QStringLiteral("prompt")].toString());
    count_->setValue(state[QStringLiteral("count")].toInt(kUsualPlaces));
}

void LatentPage::go(const QString& argument) {
    const QString key = argument.section(QLatin1Char('='), 0, 0), value = argument.section(QLatin1Char('='), 1);
    if (key == QLatin1String("source")) {
        source_->setCurrentIndex(std::clamp(value.toInt(), 0, 3));
        ask();
    } else if (key == QLatin1String("file")) {
        openFile(value);
    } else if (key == QLatin1String("channels")) {
        each_->setChecked(true);
    } else if (key == QLatin1String("other")) {
        prompt_->setText(value);
        seed_->setText(value);
    } else if (key == QLatin1String("walk")) {
        kind_->setCurrentIndex(std::clamp(value.toInt(), 0, 2));
        startWalk();
    }
}

QStringList LatentPage::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> LatentPage::exportAs(const QString& path, const QString& format, double scale) {
    if (format == QLatin1String("csv"))
        return exportPainted({walk_}, path, format, scale);
    return exportPainted({trip_, walk_}, path, format, scale);
}

} // namespace vitral
