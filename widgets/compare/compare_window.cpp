// SPDX-License-Identifier: Apache-2.0
#include "widgets/compare/compare_window.h"

#include "widgets/compare/answer_difference.h"
#include "widgets/compare/token_changes.h"
#include "widgets/design/fit_screen.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/composer.h"
#include "widgets/panels/parameters.h"
#include "widgets/transcript/transcript_view.h"

#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vitral {

namespace {

constexpr int kLeastAnswer = 180; ///< pixels: some eight lines

QLabel* smallLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setProperty("role", "small");
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

CompareWindow::CompareWindow(ChatController& chat, ModelSession& model, Worker& worker,
                             std::function<ModelPicker::Known()> known, QWidget* parent)
    : QWidget(parent, Qt::Window), chat_(chat), model_(model), scanner_(worker), known_(std::move(known)),
      run_(chat, model) {
    setProperty("kind", "page");
    setAutoFillBackground(true);
    const QSize size = design::fitScreen(*this, {1120, 720});
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, design::kSpace4);
    whole->setSpacing(0);
    auto* scroll = new QScrollArea(this); // a low window scrolls what it cannot show whole
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    auto* page = new QWidget(scroll);
    page->setProperty("kind", "page");
    scroll->setWidget(page);
    whole->addWidget(scroll, 1);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(design::kSpace4, design::kSpace3, design::kSpace4, design::kSpace2);
    column->setSpacing(design::kSpace2);
    column->addWidget(makeSecondSettings());
    auto* pair = new QHBoxLayout;
    pair->setSpacing(design::kSpace3);
    pair->addWidget(makeSide(0), 1);
    pair->addWidget(makeSide(1), 1);
    column->addLayout(pair, 1);
    changes_ = new TokenChanges(this);
    column->addWidget(changes_);
    summary_ = smallLabel(this);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(summary_);
    problem_ = smallLabel(this);
    problem_->setProperty("tone", "danger");
    problem_->hide();
    column->addWidget(problem_);
    composer_ = new Composer(this); // stays in sight
    auto* below = new QHBoxLayout;
    below->setContentsMargins(design::kSpace4, 0, design::kSpace4, 0);
    below->addWidget(composer_);
    whole->addLayout(below);
    placeSettings(size.width());
    resize(size);

    connect(composer_, &Composer::sent, this, [this](const QString& text) {
        problem_->hide();
        setAnswer(0, kNoMessage);
        setAnswer(1, kNoMessage);
        run_.askBoth(text, second());
    });
    connect(composer_, &Composer::stopped, &run_, &CompareRun::stop);
    connect(&run_, &CompareRun::answering, this, [this](int side, qint64 id) { setAnswer(side, id); });
    connect(&run_, &CompareRun::problem, this, [this](const QString& sentence) {
        problem_->setText(sentence);
        problem_->show();
    });
    connect(&run_, &CompareRun::runningChanged, this, &CompareWindow::refresh);
    connect(&chat_, &ChatController::busyChanged, this, &CompareWindow::refresh);
    connect(&chat_, &ChatController::conversationChanged, this, [this] {
        if (!run_.running())
            showCurrent();
    });
    connect(&chat_, &ChatController::problem, this, [this](const QString& sentence) {
        if (!run_.running())
            return;
        problem_->setText(sentence); // what the chat behind this window says, too
        problem_->show();
    });
    connect(&model_, &ModelSession::changed, this, &CompareWindow::refresh);
    connect(&model_, &ModelSession::changed, this, [this] {
        if (!run_.running())
            fillModels();
    });
    connect(&run_, &CompareRun::runningChanged, this, [this] {
        if (!run_.running())
            fillModels();
    });
    connect(models_, &QComboBox::activated, this, &CompareWindow::modelChosen);
    connect(&scanner_, &ModelScanner::found, this, [this](const ModelEntry& entry) {
        if (entry.problem.isEmpty() && entry.known)
            offerModel(entry.path, entry.name);
    });
    retranslate();
}

QWidget* CompareWindow::makeSecondSettings() {
    auto* frame = new QWidget(this);
    settings_ = new QGridLayout(frame);
    settings_->setContentsMargins(0, 0, 0, 0);
    settings_->setHorizontalSpacing(design::kSpace3);
    settings_->setVerticalSpacing(design::kSpace2);
    settings_->setColumnStretch(1, 1);
    second_ = new QWidget(frame);
    auto* left = new QVBoxLayout(second_);
    left->setContentsMargins(0, 0, 0, 0);
    secondLabel_ = new QLabel(second_);
    secondLabel_->setProperty("role", "value");
    models_ = new QComboBox(second_);
    models_->setMinimumWidth(200);
    models_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    models_->setMinimumContentsLength(20); // names of files may be long
    left->addWidget(secondLabel_);
    left->addWidget(models_);
    left->addStretch(1);
    parameters_ = new QWidget(frame);
    auto* grid = new QGridLayout(parameters_);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(design::kSpace5);
    constexpr int kColumns = 3;
    for (const ParameterInfo& info : basicParameters()) {
        const int n = static_cast<int>(rows_.size());
        auto* parameter = new ParameterRow(info, parameters_);
        parameter->show(chat_.settings());
        rows_.push_back(parameter);
        grid->addWidget(parameter, n / kColumns, n % kColumns);
        grid->setColumnStretch(n % kColumns, 1);
    }
    buttons_ = new QWidget(frame);
    auto* right = new QVBoxLayout(buttons_);
    right->setContentsMargins(0, 0, 0, 0);
    again_ = new QPushButton(buttons_);
    tokens_ = new QToolButton(buttons_);
    tokens_->setCheckable(true);
    tokens_->setIcon(design::icon(QStringLiteral("tokens")));
    right->addWidget(tokens_, 0, Qt::AlignRight);
    right->addWidget(again_);
    right->addStretch(1);
    connect(tokens_, &QToolButton::toggled, this, [this](bool on) {
        for (const Side& side : sides_)
            side.view->setTokenMode(on);
    });
    connect(again_, &QPushButton::clicked, this, &CompareWindow::answerAgain);
    return frame;
}

/// In a narrow window the parameters stand below the rest.
void CompareWindow::placeSettings(int width) {
    const int oneRow = width >= 1000 ? 1 : 0;
    if (std::exchange(oneRow_, oneRow) == oneRow)
        return;
    for (QWidget* part : {second_, parameters_, buttons_})
        settings_->removeWidget(part);
    settings_->addWidget(second_, 0, 0);
    settings_->addWidget(buttons_, 0, 2);
    if (oneRow == 1)
        settings_->addWidget(parameters_, 0, 1);
    else
        settings_->addWidget(parameters_, 1, 0, 1, 3);
}

void CompareWindow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeSettings(event->size().width());
}

// No shortcut: that would close the window when the key was meant for an open list.
void CompareWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape)
        return QWidget::keyPressEvent(event);
    if (run_.running())
        run_.stop();
    else
        close();
}

void CompareWindow::answerAgain() {
    problem_->hide();
    run_.askAgain(shown(0), second());
}

QWidget* CompareWindow::makeSide(int iSide) {
    Side& side = sides_[iSide];
    auto* frame = new QWidget(this);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace1);
    auto* head = new QHBoxLayout;
    side.title = smallLabel(frame);
    side.previous = new QToolButton(frame);
    side.previous->setIcon(design::icon(QStringLiteral("chevron-left")));
    side.next = new QToolButton(frame);
    side.next->setIcon(design::icon(QStringLiteral("chevron-right")));
    head->addWidget(side.title, 1);
    head->addWidget(side.previous);
    head->addWidget(side.next);
    column->addLayout(head);
    side.view = new TranscriptView(frame);
    side.source = new AnswerSource(chat_, side.view);
    side.view->setSource(side.source);
    side.view->setMinimumHeight(kLeastAnswer);
    column->addWidget(side.view, 1);
    connect(side.previous, &QToolButton::clicked, this, [this, iSide] { step(iSide, -1); });
    connect(side.next, &QToolButton::clicked, this, [this, iSide] { step(iSide, 1); });
    connect(side.source, &TranscriptSource::reset, this, &CompareWindow::refresh);
    connect(side.source, &TranscriptSource::changed, this, &CompareWindow::refresh);
    return frame;
}

std::vector<MessageId> CompareWindow::answers() const {
    for (const Side& side : sides_)
        if (const MessageNode* node = chat_.tree().node(side.source->answer()))
            if (const MessageNode* question = chat_.tree().node(node->parent))
                return question->children;
    return {};
}

void CompareWindow::setAnswer(int iSide, MessageId id) {
    if (sides_[iSide].source->answer() == id)
        return;
    sides_[iSide].source->setAnswer(id);
    refresh();
}

void CompareWindow::step(int iSide, int by) {
    const std::vector<MessageId> all = answers();
    const auto found = std::find(all.begin(), all.end(), shown(iSide));
    const auto at = (found == all.end() ? 0 : found - all.begin()) + by;
    if (at >= 0 && at < static_cast<std::ptrdiff_t>(all.size()))
        setAnswer(iSide, all[static_cast<std::size_t>(at)]);
}

void CompareWindow::showCurrent() {
    MessageId answer = kNoMessage;
    for (int i = 0; i < chat_.count(); ++i)
        if (chat_.message(i).role == Role::Assistant)
            answer = chat_.message(i).id;
    sides_[0].source->setAnswer(answer);
    const std::vector<MessageId> all = answers();
    if (all.size() >= 2) {
        sides_[0].source->setAnswer(all[all.size() - 2]);
        sides_[1].source->setAnswer(all.back());
    } else {
        sides_[1].source->setAnswer(kNoMessage);
    }
    refresh();
}

CompareSide CompareWindow::second() const {
    CompareSide side;
    side.modelPath = chosenModel_ == model_.path() ? QString() : chosenModel_;
    side.settings = chat_.settings();
    for (const ParameterRow* row : rows_)
        row->apply(side.settings);
    return side;
}

void CompareWindow::offerModel(const QString& path, const QString& name) {
    const auto known = std::find_if(offers_.begin(), offers_.end(), [&](const Offer& o) { return o.path == path; });
    if (known == offers_.end())
        offers_.push_back({path, name});
    else
        known->name = name;
    fillModels();
}

void CompareWindow::fillModels() {
    models_->clear();
    models_->addItem(tr("The same model"), QString());
    for (const Offer& offer : offers_)
        if (offer.path != model_.path()) {
            models_->addItem(offer.name, offer.path);
            models_->setItemData(models_->count() - 1, offer.path, Qt::ToolTipRole);
        }
    models_->insertSeparator(models_->count());
    models_->addItem(tr("Open a file\u2026")); // the only one without a path
    const int at = models_->findData(chosenModel_);
    models_->setCurrentIndex(std::max(0, at));
}

void CompareWindow::modelChosen(int index) {
    const QVariant path = models_->itemData(index);
    if (path.isValid()) {
        chosenModel_ = path.toString();
        return;
    }
    fillModels(); // back to what was chosen, until there is a file
    const QString file = QFileDialog::getOpenFileName(this, tr("Open a model"), QFileInfo(model_.path()).path(),
                                                      tr("Models (*.gguf);;All files (*)"));
    if (!file.isEmpty())
        useModelFile(file);
}

void CompareWindow::useModelFile(const QString& path) {
    chosenModel_ = QFileInfo(path).absoluteFilePath();
    offerModel(chosenModel_, QFileInfo(path).completeBaseName());
}

QString CompareWindow::summary() const {
    const Message* left = sides_[0].source->answerMessage();
    const Message* right = sides_[1].source->answerMessage();
    if (left == nullptr)
        return tr("Ask something below: the question is answered twice, left with the chat's own settings, right with "
                  "those above.");
    if (right == nullptr)
        return tr("Choose what differs above and press \u201C%1\u201D for a second answer to this question.")
            .arg(tr("Answer again"));
    const AnswerDifference d = compareAnswers(*left, *right);
    const QLocale locale;
    const auto percent = [&](double p) { return locale.toString(p * 100, 'f', 1) + QStringLiteral(" %"); };
    QString text = d.same                 ? tr("The same answer, token for token.")
                   : d.nCommonTokens == 0 ? tr("They part at the first token.")
                                          : tr("The first %Ln tokens are the same.", nullptr, d.nCommonTokens);
    if (d.nTokens[0] > 0 && d.nTokens[1] > 0)
        text += QLatin1Char(' ') + tr("Left: %1 tokens, mean probability %2. Right: %3 tokens, mean probability %4 "
                                      "(geometric mean of each token's own probability).")
                                       .arg(d.nTokens[0])
                                       .arg(percent(d.meanProbability[0]))
                                       .arg(d.nTokens[1])
                                       .arg(percent(d.meanProbability[1]));
    return text;
}

void CompareWindow::refresh() {
    const std::vector<MessageId> all = answers();
    const QLocale locale;
    for (const Side& side : sides_) {
        const Message* answer = side.source->answerMessage();
        const auto found = std::find(all.begin(), all.end(), side.source->answer());
        const auto at = found - all.begin();
        QString title;
        if (answer != nullptr) {
            const QJsonObject params = QJsonDocument::fromJson(QByteArray::fromStdString(answer->paramsJson)).object();
            const GenerationSettings settings = settingsFromJson(params);
            title = tr("%1 \u00B7 temperature %2 \u00B7 answer %3 of %4")
                        .arg(QString::fromStdString(answer->modelName),
                             locale.toString(double(settings.sampler.temperature), 'f', 2))
                        .arg(at + 1)
                        .arg(all.size());
            if (const auto n = params[QStringLiteral("interventions")].toArray().size(); n > 0)
                title += QStringLiteral(" \u00B7 ") + tr("%Ln change(s) in the model", nullptr, int(n));
        }
        side.title->setText(title);
        side.previous->setEnabled(found != all.end() && at > 0);
        side.next->setEnabled(!all.empty() && (found == all.end() || at + 1 < std::ptrdiff_t(all.size())));
    }
    const bool busy = run_.running() || chat_.busy();
    composer_->setBusy(busy);
    composer_->setBlocked(model_.model() ? QString() : tr("No model is loaded yet"));
    again_->setEnabled(!busy && shown(0) != kNoMessage && model_.model() != nullptr);
    summary_->setText(summary());
    // While one still streams, its beginning grows; the table is made anew when it stands.
    const Message *left = sides_[0].source->answerMessage(), *right = sides_[1].source->answerMessage();
    changes_->setAnswers(busy ? nullptr : left, busy ? nullptr : right);
}

void CompareWindow::retranslate() {
    setWindowTitle(tr("Side by side"));
    secondLabel_->setText(tr("Right side"));
    models_->setAccessibleName(tr("Model of the right side"));
    tokens_->setToolTip(tr("Colour every token by how sure the model was"));
    tokens_->setAccessibleName(tr("Token colours"));
    again_->setText(tr("Answer again"));
    for (int i = 0; i < 2; ++i) {
        sides_[i].view->setAccessibleName(i == 0 ? tr("Left answer") : tr("Right answer"));
        sides_[i].previous->setToolTip(tr("Earlier answer"));
        sides_[i].previous->setAccessibleName(tr("Earlier answer"));
        sides_[i].next->setToolTip(tr("Later answer"));
        sides_[i].next->setAccessibleName(tr("Later answer"));
    }
    for (ParameterRow* row : rows_)
        row->retranslate();
    fillModels();
    refresh();
    // Sideways nothing should have to be scrolled to: as wide as its words in this language are.
    auto* scroll = findChild<QScrollArea*>(QString(), Qt::FindDirectChildrenOnly);
    scroll->setMinimumWidth(scroll->widget()->minimumSizeHint().width() +
                            scroll->verticalScrollBar()->sizeHint().width());
}

void CompareWindow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

void CompareWindow::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    const ModelPicker::Known known = known_ ? known_() : ModelPicker::Known();
    QStringList files = known.recent;
    if (!known.bundled.isEmpty())
        files.prepend(known.bundled);
    for (const QString& path : files) // by their files' names until their headers are read
        if (std::none_of(offers_.begin(), offers_.end(), [&](const Offer& o) { return o.path == path; }))
            offers_.push_back({path, QFileInfo(path).completeBaseName()});
    fillModels();
    scanner_.scan(usualModelPlaces(known.folders), files);
    if (!run_.running())
        showCurrent();
}

} // namespace vitral
