// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/words_page.h"

#include "widgets/canvas/colour_map.h"
#include "widgets/denoise/denoise_words.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kBesideWidth = 640, kReadHeight = 220;
constexpr double kVeil = 0.85; ///< how much the heat covers where it is strongest

} // namespace

WordsPage::WordsPage(DenoiseController& denoise, QWidget* parent) : DenoisePage(denoise, parent) {
    const auto [head, body] = makeFrame();
    auto* row = new FlowRow;
    steps_ = new QComboBox(this);
    steps_->addItems({QString(), QString()});
    block_ = new QComboBox(this);
    head_ = new QComboBox(this);
    for (QComboBox* box : {steps_, block_, head_}) // filled anew with every run
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    over_ = new QCheckBox(this);
    over_->setChecked(true);
    common_ = new QCheckBox(this);
    special_ = new QCheckBox(this);
    for (QWidget* widget : std::initializer_list<QWidget*>{steps_, block_, head_, over_, common_, special_})
        row->addWidget(widget);
    head->addLayout(row);
    average_ = new QLabel(this);
    average_->setProperty("role", "small");
    average_->setWordWrap(true);
    average_->setTextFormat(Qt::PlainText);
    head->addWidget(average_);
    chipRow_ = new QWidget(this);
    new FlowRow(chipRow_);
    head->addWidget(chipRow_);
    body_ = new QBoxLayout(QBoxLayout::LeftToRight, body);
    body_->setContentsMargins(0, 0, design::kSpace2, 0);
    body_->setSpacing(design::kSpace3);
    auto* column = new QVBoxLayout;
    board_ = new PictureBoard(body);
    board_->setSmooth(true);
    column->addWidget(board_);
    column->addStretch(1);
    body_->addLayout(column, 3);
    auto* read = new QVBoxLayout;
    readTitle_ = new QLabel(this);
    readTitle_->setProperty("role", "section");
    readTitle_->setWordWrap(true);
    bars_ = new BarList(this);
    bars_->setMinimumHeight(kReadHeight);
    read->addWidget(readTitle_);
    read->addWidget(bars_, 1);
    body_->addLayout(read, 1);

    for (QComboBox* box : {steps_, block_, head_})
        connect(box, &QComboBox::currentIndexChanged, this, &WordsPage::compute);
    for (QCheckBox* box : {over_, common_})
        connect(box, &QCheckBox::toggled, this, &WordsPage::paintHeat);
    connect(special_, &QCheckBox::toggled, this, [this] {
        fillChips();
        paintHeat();
    });
    connect(board_, &PictureBoard::pixelChanged, this, &WordsPage::fillReadOut);
    retranslate();
}

QString WordsPage::help() const {
    return tr(
        "Bright: pixels that looked at the word. A weight is a share of one pixel's attention; all words together "
        "have 100 %.");
}

QString WordsPage::missing() const {
    const DenoiseRecordingPtr r = recording();
    if (!r)
        return tr(
            "The recording of this run is being read, or was too large to be kept: run it again to see its words.");
    if (!heatBlocks(*r).empty())
        return {};
    if (r->conditioning.words.empty())
        return tr("This model reads no words: nothing looks from pixels to a prompt.");
    return tr(
        "Attention was not recorded in this run: switch on \"Attention of every word\" under What is recorded, and "
        "run it again.");
}

void WordsPage::retranslate() {
    const QSignalBlocker a(steps_), b(block_), c(head_);
    steps_->setItemText(0, tr("at the chosen step"));
    steps_->setItemText(1, tr("mean of all steps"));
    steps_->setAccessibleName(tr("Steps"));
    block_->setAccessibleName(tr("Block of the network"));
    head_->setAccessibleName(tr("Attention head"));
    over_->setText(tr("Over the picture"));
    common_->setText(tr("One scale for all words"));
    common_->setToolTip(tr("Else every word's strongest pixel has the lightest colour"));
    special_->setText(tr("Start and end marks"));
    special_->setToolTip(tr("Tokens that stand for no word take much of the attention"));
    board_->setAccessibleName(tr("Attention of each word over the picture"));
    bars_->setAccessibleName(tr("Words the marked pixel looks at"));
}

QString WordsPage::word(std::int32_t i) const {
    const DenoiseRecordingPtr r = recording();
    const auto& words = r->conditioning.words;
    QString text = std::size_t(i) < words.size() ? QString::fromStdString(words[std::size_t(i)]).trimmed() : QString();
    return text.isEmpty() ? tr("token %1").arg(i + 1) : text;
}

bool WordsPage::isSpecial(std::int32_t i) const {
    const DenoiseRecordingPtr r = recording();
    const auto& words = r->conditioning.words;
    return std::size_t(i) >= words.size() ||
           (words[std::size_t(i)].size() > 2 && words[std::size_t(i)].front() == '<' &&
            words[std::size_t(i)].back() == '>');
}

HeatChoice WordsPage::choice() const {
    HeatChoice choice;
    choice.block = block_->currentData().toString().toStdString();
    choice.head = head_->count() > 0 ? head_->currentData().toInt() : -1;
    const DenoiseRecordingPtr r = recording();
    if (steps_->currentIndex() == 0 && r && !r->steps.empty())
        choice.step = std::clamp(denoise().moment(), 0, int(r->steps.size()) - 1);
    return choice;
}

void WordsPage::runChanged(bool grew) {
    if (!grew) {
        off_.clear();
        heat_ = {};
    }
    emit stateChanged();
    const DenoiseRecordingPtr r = recording();
    if (!r || heatBlocks(*r).empty())
        return;
    fillChoices();
    fillChips();
    compute();
}

void WordsPage::momentChanged(int) {
    if (steps_->currentIndex() == 0)
        compute();
    else
        paintHeat();
}

void WordsPage::fillChoices() {
    const DenoiseRecordingPtr r = recording();
    const QSignalBlocker a(block_), b(head_);
    const QString block = block_->currentData().toString();
    const int head = head_->count() > 0 ? head_->currentData().toInt() : -1;
    block_->clear();
    block_->addItem(tr("mean of all blocks"), QString());
    for (const std::string& name : heatBlocks(*r))
        block_->addItem(QString::fromStdString(name), QString::fromStdString(name));
    block_->setCurrentIndex(std::max(0, block_->findData(block)));
    head_->clear();
    head_->addItem(tr("mean of all heads"), -1);
    for (int i = 0; i < heatHeads(*r, block_->currentData().toString().toStdString()); ++i)
        head_->addItem(tr("head %1").arg(i), i);
    head_->setCurrentIndex(std::max(0, head_->findData(head)));
}

void WordsPage::fillChips() {
    for (QPushButton* chip : chips_) {
        chip->hide();
        chip->deleteLater();
    }
    chips_.clear();
    const DenoiseRecordingPtr r = recording();
    if (!r)
        return;
    const auto n = std::int32_t(r->conditioning.words.size());
    for (std::int32_t i = 0; i < n; ++i) {
        if (isSpecial(i) && !special_->isChecked())
            continue;
        auto* chip = new QPushButton(word(i), chipRow_);
        chip->setProperty("kind", "chip");
        chip->setCheckable(true);
        chip->setChecked(off_.count(i) == 0);
        chip->setToolTip(tr("Show or hide the heat of this word"));
        connect(chip, &QPushButton::toggled, this, [this, i](bool on) {
            on ? void(off_.erase(i)) : void(off_.insert(i));
            paintHeat();
        });
        chip->setProperty("word", QString::number(i));
        chip->installEventFilter(this);
        chipRow_->layout()->addWidget(chip);
        chip->show();
        chips_.push_back(chip);
    }
}

void WordsPage::compute() {
    const DenoiseRecordingPtr r = recording();
    if (!r || heatBlocks(*r).empty())
        return;
    if (sender() == block_)
        fillChoices();
    const HeatChoice wanted = choice();
    denoise().pool().ask(
        this, "heat", [r, wanted](const std::stop_token& stop) { return wordHeat(*r, wanted, stop); },
        [this, wanted](WordHeat heat) {
            heat_ = std::move(heat);
            heatOf_ = wanted;
            paintHeat();
        },
        true);
}

QString WordsPage::averageText() const {
    return average_->text();
}

void WordsPage::paintHeat() {
    const DenoiseRecordingPtr r = recording();
    if (!r)
        return;
    BoardContent content;
    content.empty = (QStringList(tr("No attention was recorded at this step.")) + runNotes(*r)).join(QLatin1Char(' '));
    content.captionLines = 1;
    if (heat_.empty()) {
        average_->clear();
        board_->setContent(std::move(content));
        return fillReadOut();
    }
    // Behind: the picture as it is predicted at the step, in grey.
    QImage behind;
    const DenoiseStepPtr step =
        DenoiseController::stepAt(r, heatOf_.step >= 0 ? heatOf_.step : DenoiseController::momentCount(*r) - 1);
    if (over_->isChecked()) {
        if (heatOf_.step < 0 && r->result)
            behind = imageFromPixels(*r->result);
        if (behind.isNull() && step && step->preview)
            behind = imageFromPixels(*step->preview);
        if (behind.isNull() && step && step->x0)
            behind = DenoiseController::showOf(*r, *step->x0, false, LatentLook::Colours).image;
    }
    std::vector<std::int32_t> shown;
    float most = 0;
    const std::size_t n = std::size_t(heat_.width) * std::size_t(heat_.height);
    for (std::int32_t i = 0; i < heat_.nToken && i < std::int32_t(r->conditioning.words.size()); ++i) {
        if (off_.count(i) > 0 || (isSpecial(i) && !special_->isChecked()))
            continue;
        shown.push_back(i);
        most = std::max(most, *std::max_element(heat_.word(i), heat_.word(i) + n));
    }
    for (const std::int32_t i : shown) {
        const float* weights = heat_.word(i);
        const float own = *std::max_element(weights, weights + n);
        const float low = *std::min_element(weights, weights + n);
        const double top = std::max(common_->isChecked() ? most : own, 1e-9F);
        const QSize size =
            behind.isNull() ? QSize(heat_.width, heat_.height) : behind.size().expandedTo({heat_.width, heat_.height});
        QImage base = behind.isNull() ? QImage(size, QImage::Format_RGB32)
                                      : behind.scaled(size).convertToFormat(QImage::Format_RGB32);
        double mean = 0;
        for (std::size_t k = 0; k < n; ++k)
            mean += weights[k] / double(n);
        for (int y = 0; y < size.height(); ++y) {
            auto* line = reinterpret_cast<QRgb*>(base.scanLine(y));
            const int hy = y * heat_.height / size.height();
            for (int x = 0; x < size.width(); ++x) {
                const int hx = x * heat_.width / size.width();
                const double t = std::clamp(weights[hy * heat_.width + hx] / top, 0.0, 1.0);
                const QRgb hot = colourAt(ColourMap::Magma, t);
                if (behind.isNull()) {
                    line[x] = hot;
                    continue;
                }
                const int grey = qGray(line[x]);
                const double a = kVeil * (0.25 + 0.75 * t);
                const auto mix = [&](int c) { return int(grey * (1 - a) + c * a); };
                line[x] = qRgb(mix(qRed(hot)), mix(qGreen(hot)), mix(qBlue(hot)));
            }
        }
        BoardPicture p;
        p.key = QString::number(i);
        p.title = word(i);
        p.words = tr("Attention of the pixels to \"%1\"").arg(word(i));
        p.caption = tr("%1 to %2, mean %3").arg(percentText(low), percentText(own), percentText(mean));
        p.shown.image = base;
        // The marked pixel is one of the heat's.
        p.shown.pixels = size;
        content.pictures.push_back(std::move(p));
    }
    if (shown.empty())
        content.empty = off_.empty()
                            ? tr("This run had no prompt, so there are no words. \"Start and end marks\" shows what "
                                 "the pixels looked at instead.")
                            : tr("All words are switched off: choose one above.");
    const QLocale locale;
    QStringList over;
    over << (heatOf_.step >= 0
                 ? tr("Step %1 of %2")
                       .arg(locale.toString(heatOf_.step + 1), locale.toString(qsizetype(r->steps.size())))
                 : tr("Mean of %Ln step(s)", nullptr, heat_.nStep));
    over << (heatOf_.block.empty() ? tr("mean of %Ln block(s), brought to the finest one's size", nullptr, heat_.nBlock)
                                   : QString::fromStdString(heatOf_.block));
    over << (heatOf_.head >= 0 ? tr("head %1").arg(heatOf_.head) : tr("mean of %Ln head(s)", nullptr, heat_.nHead));
    over << tr("%1 \u00D7 %2 pixels").arg(locale.toString(heat_.width), locale.toString(heat_.height));
    over << (common_->isChecked() ? tr("lightest: %1").arg(percentText(most))
                                  : tr("lightest: each word's own largest"));
    average_->setText(over.join(QStringLiteral("  \u00B7  ")));
    board_->setContent(std::move(content));
    fillReadOut();
}

void WordsPage::fillReadOut() {
    const DenoiseRecordingPtr r = recording();
    BarContent content;
    content.labelTitle = tr("word");
    content.valueTitle = tr("share");
    content.empty = tr("Click a picture, or move over it with the arrow keys, to see which words a pixel looks at.");
    readTitle_->setText(tr("Words of a pixel"));
    const QPoint pixel = board_->pixel();
    if (r && !heat_.empty() && !board_->content().pictures.empty() && pixel.x() >= 0) {
        const QSize size = board_->content().pictures.front().shown.pixels;
        const int x = std::clamp(pixel.x() * heat_.width / std::max(1, size.width()), 0, heat_.width - 1);
        const int y = std::clamp(pixel.y() * heat_.height / std::max(1, size.height()), 0, heat_.height - 1);
        double sum = 0;
        for (std::int32_t i = 0; i < heat_.nToken; ++i) {
            const double weight = double(heat_.word(i)[y * heat_.width + x]);
            sum += weight;
            Bar bar;
            bar.label = word(i);
            bar.value = weight;
            bar.valueText = percentText(weight);
            if (isSpecial(i))
                bar.glass = design::Glass::Violet;
            content.bars.push_back(std::move(bar));
        }
        Bar whole;
        whole.label = tr("all together");
        whole.value = sum;
        whole.valueText = percentText(sum);
        whole.strong = true;
        content.bars.push_back(std::move(whole));
        content.largest = 1;
        readTitle_->setText(tr("Pixel %1, %2 of %3 \u00D7 %4").arg(x).arg(y).arg(heat_.width).arg(heat_.height));
    }
    bars_->setContent(std::move(content));
}

// A word under the pointer or the keyboard marks its picture.
bool WordsPage::eventFilter(QObject* object, QEvent* event) {
    if (event->type() == QEvent::Enter || event->type() == QEvent::FocusIn) {
        const QString key = object->property("word").toString();
        const auto& pictures = board_->content().pictures;
        for (std::size_t i = 0; i < pictures.size(); ++i)
            if (pictures[i].key == key)
                board_->setCurrent(int(i));
    }
    return DenoisePage::eventFilter(object, event);
}

void WordsPage::resizeEvent(QResizeEvent* event) {
    DenoisePage::resizeEvent(event);
    body_->setDirection(width() >= kBesideWidth ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void WordsPage::go(const QString& argument) {
    const QString key = argument.section(QLatin1Char('='), 0, 0), value = argument.section(QLatin1Char('='), 1);
    const auto choose = [&](QComboBox* box, const QVariant& what) {
        if (const int at = box->findData(what); at >= 0)
            box->setCurrentIndex(at);
    };
    const DenoiseRecordingPtr r = recording();
    if (key == QLatin1String("mean")) {
        steps_->setCurrentIndex(1);
    } else if (key == QLatin1String("step")) {
        steps_->setCurrentIndex(0);
        denoise().setMoment(value.toInt());
    } else if (key == QLatin1String("block")) {
        choose(block_, value);
    } else if (key == QLatin1String("head")) {
        choose(head_, value.toInt());
    } else if (r) { // the words themselves: these alone are shown
        const QStringList wanted = argument.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        off_.clear();
        for (std::int32_t i = 0; i < std::int32_t(r->conditioning.words.size()); ++i)
            if (!wanted.contains(word(i), Qt::CaseInsensitive))
                off_.insert(i);
        if (off_.size() == r->conditioning.words.size()) // none of them is in the prompt
            off_.clear();
        fillChips();
        paintHeat();
    }
}

QStringList WordsPage::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> WordsPage::exportAs(const QString& path, const QString& format, double scale) {
    if (format == QLatin1String("csv")) {
        QString out = QStringLiteral("word,x,y,share\n");
        const DenoiseRecordingPtr r = recording();
        for (std::int32_t i = 0; r && i < heat_.nToken; ++i)
            for (int y = 0; y < heat_.height; ++y)
                for (int x = 0; x < heat_.width; ++x)
                    out += csvField(word(i)) + QStringLiteral(",%1,%2,").arg(x).arg(y) +
                           csvNumber(double(heat_.word(i)[y * heat_.width + x])) + QLatin1Char('\n');
        return writeText(path, heat_.empty() ? QString() : out);
    }
    return exportPainted({board_}, path, format, scale);
}

QJsonObject WordsPage::saveState() const {
    return {{QStringLiteral("all"), steps_->currentIndex()},
            {QStringLiteral("over"), over_->isChecked()},
            {QStringLiteral("common"), common_->isChecked()},
            {QStringLiteral("special"), special_->isChecked()}};
}

void WordsPage::restoreState(const QJsonObject& state) {
    if (state.isEmpty())
        return;
    steps_->setCurrentIndex(state[QStringLiteral("all")].toInt() == 1 ? 1 : 0);
    over_->setChecked(state[QStringLiteral("over")].toBool(true));
    common_->setChecked(state[QStringLiteral("common")].toBool());
    special_->setChecked(state[QStringLiteral("special")].toBool());
}

} // namespace vitral
