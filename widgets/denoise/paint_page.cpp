// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/paint_page.h"

#include "core/diffusion/pixels.h"
#include "widgets/chat/error_text.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QBoxLayout>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kBesideWidth = 620, kSliderWidth = 120, kCanvasEdge = 300;

// Root mean square of a - b where the mask is (or is not).
double changeWhere(const Picture& a, const Picture& b, const Picture& mask, bool marked) {
    if (!a.sameShape(b) || a.empty() || mask.width != a.width || mask.height != a.height)
        return NAN;
    const std::size_t n = mask.size();
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        if ((mask.values[i % n] > 0) == marked) {
            const double d = double(a.values[i]) - double(b.values[i]);
            sum += d * d;
            ++count;
        }
    return count == 0 ? NAN : std::sqrt(sum / double(count));
}

} // namespace

PaintPage::PaintPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    const auto [head, page] = makeFrame();
    auto* row = new FlowRow;
    const auto tool = [this](const char* icon) {
        auto* button = new QToolButton(this);
        button->setIcon(design::icon(QLatin1String(icon)));
        button->setIconSize({design::kIcon, design::kIcon});
        return button;
    };
    open_ = tool("folder");
    end_ = new QPushButton(this);
    sizeText_ = new QLabel(this);
    sizeText_->setProperty("role", "small");
    size_ = new QSlider(Qt::Horizontal, this);
    size_->setFixedWidth(kSliderWidth);
    erase_ = new QToolButton(this);
    erase_->setCheckable(true);
    undo_ = tool("undo");
    invert_ = new QPushButton(this);
    clear_ = new QPushButton(this);
    run_ = new QPushButton(this);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{open_, end_, sizeText_, size_, erase_, undo_, invert_, clear_, run_})
        row->addWidget(widget);
    head->addLayout(row);
    state_ = label("small", this);
    head->addWidget(state_);
    body_ = new QBoxLayout(QBoxLayout::LeftToRight, page);
    body_->setContentsMargins(0, 0, design::kSpace2, 0);
    body_->setSpacing(design::kSpace4);
    canvas_ = new MaskCanvas(page);
    canvas_->setMinimumHeight(kCanvasEdge);
    body_->addWidget(canvas_, 4);
    auto* side = new QWidget(page);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace1);
    masksTitle_ = label("section", side);
    masks_ = new PictureBoard(side);
    resultsTitle_ = label("section", side);
    results_ = new PictureBoard(side);
    for (PictureBoard* board : {masks_, results_})
        board->setGrowing(false);
    numbers_ = label("small", side);
    numbers_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    for (QWidget* widget : std::initializer_list<QWidget*>{masksTitle_, masks_, resultsTitle_, results_, numbers_})
        column->addWidget(widget);
    column->addStretch(1);
    body_->addWidget(side, 5);

    connect(open_, &QToolButton::clicked, this, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("Choose a picture to paint in"), {},
                                                          tr("Pictures (*.png *.jpg *.jpeg *.bmp)"));
        if (!path.isEmpty())
            openFile(path);
    });
    connect(end_, &QPushButton::clicked, this, &PaintPage::takeEnd);
    connect(size_, &QSlider::valueChanged, canvas_, &MaskCanvas::setRadius);
    connect(canvas_, &MaskCanvas::radiusChanged, this, &PaintPage::refresh);
    connect(erase_, &QToolButton::toggled, canvas_, &MaskCanvas::setErasing);
    connect(canvas_, &MaskCanvas::erasingChanged, erase_, &QToolButton::setChecked);
    connect(undo_, &QToolButton::clicked, canvas_, &MaskCanvas::undo);
    connect(invert_, &QPushButton::clicked, canvas_, &MaskCanvas::invert);
    connect(clear_, &QPushButton::clicked, canvas_, &MaskCanvas::clear);
    connect(canvas_, &MaskCanvas::maskEdited, this, &PaintPage::maskEdited);
    connect(run_, &QPushButton::clicked, this, [this] { this->denoise().run(); });
    connect(&denoise, &DenoiseController::modelChanged, this, &PaintPage::refresh);
    retranslate();
}

QString PaintPage::help() const {
    return tr(
        "Mark with the brush what is to be painted anew; the rest of the picture stays. Then run: the words at the "
        "side say what shall be there.");
}

void PaintPage::retranslate() {
    const auto name = [](QWidget* widget, const QString& text) {
        widget->setToolTip(text);
        widget->setAccessibleName(text);
    };
    name(open_, tr("Choose a picture to paint in"));
    end_->setText(tr("End of this run"));
    end_->setToolTip(tr("Paint in the picture the chosen run ended with"));
    name(size_, tr("Size of the brush ([ and ])"));
    erase_->setText(tr("Erase"));
    erase_->setToolTip(tr("The brush takes the mask away (E; or the right button)"));
    name(undo_, tr("Undo the last stroke (Ctrl+Z)"));
    invert_->setText(tr("Invert"));
    clear_->setText(tr("Clear"));
    run_->setText(tr("Paint anew"));
    masksTitle_->setText(tr("The mask, as it is used"));
    resultsTitle_->setText(tr("Before and after"));
    canvas_->setAccessibleName(tr("Picture with its mask"));
    masks_->setAccessibleName(masksTitle_->text());
    results_->setAccessibleName(resultsTitle_->text());
    canvas_->setEmptyText(tr("There is no picture to paint in: open one, or take the end of a run."));
    refresh();
    fillMasks();
    fillResults();
}

void PaintPage::openFile(const QString& path) {
    denoise().pool().ask(
        this, "paint", [path](const std::stop_token&) { return readAnyPicture(path); },
        [this](const Result<QImage>& image) {
            if (image)
                adopt(*image);
            else
                emit denoise().problem(knownText(image.error()));
        });
}

void PaintPage::takeEnd() {
    if (const DenoiseRecordingPtr r = recording(); r && r->result)
        adopt(imageFromPixels(*r->result));
}

// A mask starts from pure noise where it is painted; the settings can give the old picture back some weight.
void PaintPage::adopt(const QImage& image) {
    if (!denoise().model()) {
        emit denoise().problem(tr("There is no model yet: choose one first."));
        return;
    }
    denoise().setInit(image);
    DenoiseSettings s = denoise().settings();
    s.strength = 1;
    denoise().setSettings(std::move(s));
}

void PaintPage::maskEdited() {
    DenoiseSettings s = denoise().settings();
    if (!s.init)
        return;
    s.mask = canvas_->share() > 0 ? std::make_shared<const Picture>(canvas_->mask()) : nullptr;
    denoise().setSettings(std::move(s));
    refresh();
}

void PaintPage::settingsChanged() {
    const DenoiseSettings& s = denoise().settings();
    if (s.init != init_) {
        init_ = s.init;
        canvas_->setPicture(init_ ? imageFromPixels(*init_) : QImage());
        const QSignalBlocker block(size_);
        size_->setRange(0, canvas_->mostRadius());
        canvas_->setRadius(std::max(1, canvas_->mostRadius() / 6));
    }
    canvas_->setMask(s.mask);
    encode();
    refresh();
    fillMasks();
}

// The picture as the network works on it, where that is a latent.
void PaintPage::encode() {
    const DiffusionModelPtr& model = denoise().model();
    if (!init_ || !model || !model->autoencoder || !model->autoencoder->canEncode() || latentOf_ == init_)
        return;
    latentOf_ = init_;
    latent_.reset();
    auto slot = std::make_shared<PicturePtr>();
    denoise().askModel(
        this, "paint",
        [slot, init = init_](const DiffusionModel& m, NetworkContext& context) -> Result<void> {
            VITRAL_TRY_ASSIGN(Picture latent, m.autoencoder->encode(context, withChannels(*init, 3)));
            *slot = std::make_shared<const Picture>(std::move(latent));
            return {};
        },
        [this, slot, of = init_](const Result<void>&) {
            if (of != init_)
                return;
            latent_ = *slot;
            fillMasks();
        });
}

void PaintPage::refresh() {
    const QSignalBlocker block(size_);
    size_->setValue(canvas_->radius());
    sizeText_->setText(tr("Brush %1 px").arg(2 * canvas_->radius() + 1));
    const bool picture = init_ != nullptr, mask = denoise().settings().mask != nullptr;
    for (QWidget* widget : std::initializer_list<QWidget*>{size_, erase_, invert_})
        widget->setEnabled(picture);
    clear_->setEnabled(mask);
    undo_->setEnabled(canvas_->canUndo());
    run_->setEnabled(mask && denoise().model() != nullptr);
    const DenoiseRecordingPtr r = recording();
    end_->setEnabled(denoise().model() != nullptr && r && r->result);
    QStringList words;
    if (!denoise().model())
        words << tr("There is no model yet: choose one first.");
    else if (picture && !mask)
        words << tr("Nothing is marked yet: drag over what is to be painted anew.");
    if (picture && mask && denoise().settings().strength < 1)
        words << tr("Strength %1: the old picture still shows through where it is painted anew.")
                     .arg(numberText(denoise().settings().strength, 3));
    state_->setText(words.join(QLatin1Char(' ')));
    state_->setVisible(!words.isEmpty());
}

void PaintPage::fillMasks() {
    BoardContent content;
    content.empty = tr("The mask stands here as soon as something is marked.");
    content.captionLines = 1;
    const PicturePtr mask = denoise().settings().mask;
    const DiffusionModelPtr& model = denoise().model();
    const auto black = [](const Picture& m) { // 0 and 1 as black and white
        Picture p = m;
        for (float& v : p.values)
            v = v > 0 ? 1.0F : -1.0F;
        return p;
    };
    const auto add = [&](const QString& key, const QString& title, const QString& caption, const ShownPicture& shown) {
        BoardPicture p;
        p.key = key;
        p.title = title;
        p.words = title;
        p.caption = caption;
        p.shown = shown;
        content.pictures.push_back(std::move(p));
    };
    const auto share = [](const Picture& m) {
        double sum = 0;
        for (const float v : m.values)
            sum += v > 0 ? 1 : 0;
        return tr("%1 anew").arg(percentText(sum / double(std::max<std::size_t>(1, m.size()))));
    };
    if (mask && init_) {
        add(QStringLiteral("pixels"), tr("%1 \u00D7 %2 pixels").arg(mask->width).arg(mask->height), share(*mask),
            showPicture(black(*mask), {}));
        if (model && model->autoencoder) {
            const int factor = std::max(1, model->autoencoder->factor());
            const Picture seen = latentMask(*mask, mask->height / factor, mask->width / factor);
            add(QStringLiteral("latent"), tr("%1 \u00D7 %2 latents").arg(seen.width).arg(seen.height), share(seen),
                showPicture(black(seen), {}));
            if (latent_ && latent_->width == seen.width && latent_->height == seen.height) {
                PictureLook look;
                look.sort = PictureSort::Latent;
                look.latent = LatentLook::Channels;
                Picture kept = *latent_; // what is kept: the rest comes from noise
                for (std::size_t i = 0; i < kept.size(); ++i)
                    kept.values[i] = seen.values[i % seen.size()] > 0 ? 0 : kept.values[i];
                add(QStringLiteral("kept"), tr("latent that stays"), tr("%Ln channel(s)", nullptr, kept.channels),
                    showPicture(kept, look));
            }
        }
    }
    masks_->setContent(std::move(content));
}

void PaintPage::runChanged(bool) {
    fillResults();
    refresh();
}

void PaintPage::momentChanged(int) {
    fillResults();
}

QString PaintPage::numbers() const {
    return numbers_->text();
}

void PaintPage::fillResults() {
    BoardContent content;
    content.captionLines = 1;
    numbers_->clear();
    const DenoiseRun* run = denoise().currentRun();
    const DenoiseRecordingPtr r = recording();
    content.empty = run != nullptr && !run->settings.mask
                        ? tr("The chosen run had no mask. Mark something and run to see it before and after.")
                        : tr("A run with a mask stands here before and after.");
    if (run != nullptr && r && run->settings.mask && run->settings.init) {
        const auto add = [&](const QString& key, const QString& title, const ShownPicture& shown, bool strong) {
            BoardPicture p;
            p.key = key;
            p.title = title;
            p.words = title;
            p.shown = shown;
            p.strong = strong;
            content.pictures.push_back(std::move(p));
        };
        const Picture& before = *run->settings.init;
        add(QStringLiteral("before"), tr("before"), showPicture(before, {}), false);
        const bool atEnd = denoise().moment() >= DenoiseController::momentCount(*r) - 1 && r->result;
        if (atEnd) {
            const Picture after = withChannels(*r->result, before.channels);
            add(QStringLiteral("after"), tr("after"), showPicture(*r->result, {}), true);
            PictureLook look;
            look.sort = PictureSort::Signed;
            if (const Picture apart = difference(after, before); !apart.empty())
                add(QStringLiteral("difference"), tr("difference"), showPicture(apart, look), false);
            const double inside = changeWhere(after, before, *run->settings.mask, true);
            const double outside = changeWhere(after, before, *run->settings.mask, false);
            numbers_->setText(
                tr("Change (RMS, pixels from −1 to 1): %1 where it was painted anew, %2 where it was kept.")
                    .arg(numberText(inside, 3), numberText(outside, 3)) +
                QLatin1Char(' ') +
                (DenoiseController::isLatent(*r)
                     ? tr("What was kept went through the autoencoder and back: that is the change outside.")
                     : tr("What was kept is put back exactly at the end.")));
        } else if (const DenoiseStepPtr step = DenoiseController::stepAt(r, denoise().moment())) {
            if (step->x)
                add(QStringLiteral("x"), tr("x at this step"),
                    DenoiseController::showOf(*r, *step->x, false, LatentLook::Colours), false);
            if (step->x0)
                add(QStringLiteral("x0"), tr("predicted"),
                    DenoiseController::showOf(*r, *step->x0, false, LatentLook::Colours), true);
        }
    }
    content.captionLines = 0;
    results_->setContent(std::move(content));
}

void PaintPage::go(const QString& argument) {
    const QString key = argument.section(QLatin1Char('='), 0, 0), value = argument.section(QLatin1Char('='), 1);
    if (key == QLatin1String("end")) {
        takeEnd();
    } else if (key == QLatin1String("file")) {
        openFile(value);
    } else if (key == QLatin1String("run")) {
        run_->click();
    } else if (key == QLatin1String("stroke") && init_) {
        const QStringList n = value.split(QLatin1Char(' '));
        const auto at = [&](int i) {
            return QPointF(n.value(i).toDouble() * init_->width, n.value(i + 1).toDouble() * init_->height);
        };
        canvas_->stroke(at(0), at(n.size() > 2 ? 2 : 0), false);
        maskEdited();
    }
}

void PaintPage::resizeEvent(QResizeEvent* event) {
    DenoisePage::resizeEvent(event);
    body_->setDirection(width() >= kBesideWidth ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

QStringList PaintPage::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf")};
}

Result<void> PaintPage::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({canvas_, masks_, results_}, path, format, scale);
}

} // namespace vitral
