// SPDX-License-Identifier: Apache-2.0
// The page itself: what is asked for, the training and its places. What is built once stands in workshop_words.cpp.
#include "widgets/tokenroom/workshop_view.h"

#include "widgets/chat/error_text.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/value_text.h"
#include "widgets/tokenroom/vocabulary_tables.h"
#include "widgets/tokenroom/workshop_panes.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QJsonArray>
#include <QLabel>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace vitral {

using Kind = WorkshopSettings::Kind;

namespace {

constexpr std::size_t kPreviewBytes = 4000;
constexpr std::size_t kCandidates = 10;
constexpr std::size_t kChartPoints = 400;
const char* const kKindNames[] = {"bpe", "wordpiece", "unigram"};
constexpr int kFromText = 0; ///< of the combo box "learn from"

std::string headOf(const std::string& text, std::size_t limit) {
    std::size_t n = std::min(text.size(), limit);
    while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0U) == 0x80U)
        --n;
    return text.substr(0, n);
}

} // namespace

WorkshopView::~WorkshopView() {
    stopEarly_.request_stop();
    tokens().pool().cancelAll(this);
}

WorkshopSettings WorkshopView::settings() const {
    WorkshopSettings out;
    out.kind = static_cast<Kind>(std::max(0, kind_->currentIndex()));
    out.vocab = std::size_t(vocab_->value());
    out.splitter = splitter_->currentText().toStdString();
    out.cased = cased_->isChecked();
    out.minFrequency = std::uint64_t(minFrequency_->value());
    if (source_->currentIndex() == kFromText)
        out.text = tokens().text();
    else
        for (const QString& path : paths_)
            out.files.push_back(path.toStdString());
    return out;
}

void WorkshopView::setSettings(const WorkshopSettings& settings) {
    kind_->setCurrentIndex(int(settings.kind));
    vocab_->setValue(int(std::min<std::size_t>(settings.vocab, std::size_t(vocab_->maximum()))));
    if (const int at = splitter_->findText(QString::fromStdString(settings.splitter)); at >= 0)
        splitter_->setCurrentIndex(at);
    cased_->setChecked(settings.cased);
    minFrequency_->setValue(int(std::min<std::uint64_t>(settings.minFrequency, 1'000'000)));
    paths_.clear();
    for (const std::string& path : settings.files)
        paths_ += QString::fromStdString(path);
    source_->setCurrentIndex(paths_.isEmpty() ? kFromText : 1);
    showKind();
}

void WorkshopView::addFiles(const QStringList& paths) {
    for (const QString& path : paths)
        if (!path.isEmpty() && !paths_.contains(path))
            paths_ += path;
    if (!paths_.isEmpty())
        source_->setCurrentIndex(1);
    kept_.changed();
    showKind();
}

void WorkshopView::train() {
    const WorkshopSettings wanted = settings();
    if (wanted.text.empty() && wanted.files.empty()) {
        problem_ = source_->currentIndex() == kFromText
                       ? tr("There is no text to learn from: type or open one in the page Cut, or choose files.")
                       : tr("Add files or a folder to learn from.");
        say();
        return;
    }
    stopEarly_ = std::stop_source();
    training_ = true;
    task_ = TaskList::shared().begin([] { return tr("Training a tokenizer"); }, [this] { stop(); });
    problem_.clear();
    now_ = {};
    using Answer = Result<std::shared_ptr<const WorkshopRun>>;
    const QPointer<WorkshopView> self(this);
    tokens().pool().ask(
        this, "train",
        [wanted, self, early = stopEarly_.get_token()](const std::stop_token& stop) -> Answer {
            const auto tell = [&](const WorkshopProgress& progress) {
                auto copy = std::make_shared<const WorkshopProgress>(progress);
                QMetaObject::invokeMethod(
                    QCoreApplication::instance(),
                    [self, copy, early] {
                        // A later training has another stop: what an earlier one still says is dropped.
                        if (self && self->training_ && self->stopEarly_.get_token() == early)
                            self->advance(*copy);
                    },
                    Qt::QueuedConnection);
            };
            return WorkshopRun::train(wanted, tell, stop, early);
        },
        [this](Answer run) { trained(std::move(run)); });
    say();
}

void WorkshopView::stop() {
    if (training_)
        stopEarly_.request_stop();
}

void WorkshopView::advance(const WorkshopProgress& progress) {
    now_ = progress;
    const bool known = progress.pieces > 0 && kind_->currentIndex() != int(WorkshopSettings::Kind::Unigram);
    task_.setProgress(known ? double(progress.pieces) / std::max(1, vocab_->value()) : -1,
                      progress.pieces > 0 ? tr("%1 pieces").arg(progress.pieces) : tr("reading"));
    fillChart();
    say();
}

void WorkshopView::trained(Result<std::shared_ptr<const WorkshopRun>> run) {
    training_ = false;
    if (!run) {
        const ErrorCode code = run.error().code;
        if (code != ErrorCode::Cancelled)
            task_.fail(knownText(run.error()));
        task_.finish();
        problem_ = code == ErrorCode::Cancelled
                       ? tr("Stopped before anything was learned.")
                       : tokenRoomError(code == ErrorCode::InvalidArgument
                                            ? tr("There is too little text, or too small a vocabulary, to train this.")
                                            : tr("The training failed."),
                                        run.error());
        say();
        return;
    }
    task_.finish();
    run_ = std::move(*run);
    look_.reset();
    now_ = {};
    const int last = int(run_->nPlace()) - 1;
    moving_ = true;
    slider_->setRange(0, last);
    slider_->setPageStep(std::max(1, last / 20));
    placeBox_->setRange(0, last);
    moving_ = false;
    fillChart();
    setPlace(wantedPlace_ >= 0 ? std::exchange(wantedPlace_, -1) : last);
    placeChanged();
}

int WorkshopView::place() const {
    return slider_->value();
}

void WorkshopView::setPlace(int place) {
    slider_->setValue(place);
}

void WorkshopView::placeChanged() {
    if (!run_ || moving_)
        return;
    moving_ = true;
    placeBox_->setValue(slider_->value());
    const auto size = double(run_->piecesInTraining(std::size_t(place())));
    const auto& x = chart_->content().x;
    if (!x.empty()) {
        const auto at = std::lower_bound(x.begin(), x.end(), size);
        chart_->setCurrent(int(at == x.end() ? x.size() - 1 : std::size_t(at - x.begin())));
    }
    moving_ = false;
    looking_ = true;
    lookTimer_.start(); // while the slider moves only the last place is looked at
    say();
}

std::string WorkshopView::previewText() const {
    const std::string& own = tokens().text();
    return own.empty() && run_ ? run_->sample() : headOf(own, kPreviewBytes);
}

void WorkshopView::look() {
    if (!run_)
        return;
    looking_ = true;
    using Answer = Result<Look>;
    tokens().pool().ask(
        this, "look",
        [run = run_, at = std::size_t(place()), text = previewText()](const std::stop_token& stop) -> Answer {
            Look look;
            look.place = at;
            VITRAL_TRY_ASSIGN(look.cut, run->cut(at, text));
            VITRAL_TRY_ASSIGN(look.candidates, run->candidates(at, kCandidates, stop));
            return look;
        },
        [this, run = run_](Answer look) {
            looking_ = false;
            if (run != run_)
                return;
            if (look) {
                look_ = std::move(*look);
                panes_->setTokens(look_->cut.ids, look_->cut.pieces);
            } else {
                look_.reset();
                panes_->setTokens({}, {});
                problem_ = tokenRoomError(tr("The text could not be cut."), look.error());
            }
            say();
        },
        true);
}

void WorkshopView::fillChart() {
    ChartContent content;
    Curve curve;
    curve.name = tr("tokens a byte");
    const auto add = [&](double x, double y) {
        if (std::isfinite(y)) {
            content.x.push_back(x);
            curve.y.push_back(y);
        }
    };
    if (training_) {
        for (const auto& [pieces, tokens] : now_.curve)
            add(double(pieces), tokens);
    } else if (run_) {
        const std::size_t n = run_->nPlace();
        const std::size_t step = std::max<std::size_t>(1, n / kChartPoints);
        for (std::size_t i = 0; i < n; i += step)
            add(double(run_->piecesInTraining(i)), run_->tokensPerByte(i));
        if (n > 0 && (n - 1) % step != 0)
            add(double(run_->piecesInTraining(n - 1)), run_->tokensPerByte(n - 1));
    }
    // Unigram trainings go from many pieces to few, and pieces may be as many after a step as before.
    std::vector<std::size_t> order(content.x.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return content.x[a] < content.x[b]; });
    ChartContent sorted;
    Curve sortedCurve{curve.name, {}, design::Glass::Cobalt, order.size() < 40};
    for (const std::size_t i : order) {
        if (!sorted.x.empty() && content.x[i] == sorted.x.back()) {
            sortedCurve.y.back() = curve.y[i]; // the later step
            continue;
        }
        sorted.x.push_back(content.x[i]);
        sortedCurve.y.push_back(curve.y[i]);
    }
    sorted.curves.push_back(std::move(sortedCurve));
    sorted.xTitle = tr("Pieces in training");
    sorted.yTitle = tr("Tokens a byte");
    moving_ = true;
    chart_->setContent(std::move(sorted));
    moving_ = false;
}

void WorkshopView::goToChartPlace() {
    const int at = chart_->current();
    if (run_ && !training_ && at >= 0 && at < int(chart_->content().x.size()))
        setPlace(int(run_->placeOfSize(std::size_t(chart_->content().x[std::size_t(at)]))));
}

Result<void> WorkshopView::save(const QString& path) {
    if (!run_)
        return fail(ErrorCode::InvalidArgument, "Nothing has been trained yet.");
    VITRAL_TRY(run_->trained(std::size_t(place())).save(path.toStdString()));
    said_ = tr("Saved as %1.").arg(QFileInfo(path).fileName());
    auto tokenizer = run_->tokenizer(std::size_t(place()));
    if (tokenizer)
        tokens().addTokenizer(std::move(*tokenizer), defaultName(), path);
    say();
    return {};
}

void WorkshopView::openInCut() {
    if (!run_)
        return;
    auto tokenizer = run_->tokenizer(std::size_t(place()));
    if (!tokenizer) {
        problem_ = tokenRoomError(tr("The tokenizer could not be made."), tokenizer.error());
        say();
        return;
    }
    tokens().addTokenizer(std::move(*tokenizer), defaultName());
    emit viewAsked(QStringLiteral("cut"));
}

void WorkshopView::textChanged(std::size_t, std::size_t, std::size_t) {
    if (trainWhenText_ && !tokens().text().empty()) {
        trainWhenText_ = false;
        train();
        return;
    }
    if (run_) {
        looking_ = true;
        lookTimer_.start();
    }
    showKind();
}

QJsonObject WorkshopView::kept() const {
    const WorkshopSettings now = settings();
    return {{QStringLiteral("kind"), QLatin1String(kKindNames[int(now.kind)])},
            {QStringLiteral("vocab"), vocab_->value()},
            {QStringLiteral("splitter"), splitter_->currentText()},
            {QStringLiteral("cased"), now.cased},
            {QStringLiteral("minFrequency"), minFrequency_->value()},
            {QStringLiteral("fromFiles"), source_->currentIndex() != kFromText},
            {QStringLiteral("files"), QJsonArray::fromStringList(paths_)}};
}

void WorkshopView::restoreKept(const QJsonObject& state) {
    WorkshopSettings before;
    const QString kind = state[QStringLiteral("kind")].toString();
    for (int i = 0; i < 3; ++i)
        if (kind == QLatin1String(kKindNames[i]))
            before.kind = static_cast<Kind>(i);
    before.vocab = std::size_t(std::clamp(state[QStringLiteral("vocab")].toInt(512), 1, vocab_->maximum()));
    before.splitter = state[QStringLiteral("splitter")].toString(QStringLiteral("gpt2")).toStdString();
    before.cased = state[QStringLiteral("cased")].toBool(true);
    before.minFrequency = std::uint64_t(std::max(0, state[QStringLiteral("minFrequency")].toInt()));
    for (const QJsonValue& file : state[QStringLiteral("files")].toArray())
        if (QFileInfo::exists(file.toString()))
            before.files.push_back(file.toString().toStdString());
    setSettings(before);
    if (!state[QStringLiteral("fromFiles")].toBool())
        source_->setCurrentIndex(kFromText);
    showKind();
}

void WorkshopView::go(const QString& argument) {
    const QStringList parts = argument.split(QLatin1Char(':'));
    for (int i = 0; i < 3; ++i)
        if (parts.value(0) == QLatin1String(kKindNames[i]))
            kind_->setCurrentIndex(i);
    if (const int pieces = parts.value(1).toInt(); pieces > 0)
        vocab_->setValue(pieces);
    wantedPlace_ = parts.size() > 2 ? parts[2].toInt() : -1;
    if (source_->currentIndex() == kFromText && tokens().text().empty())
        trainWhenText_ = true; // it is being read
    else
        train();
}

} // namespace vitral
