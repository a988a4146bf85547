// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/interventions_view.h"
#include "widgets/chat/error_text.h"
#include "widgets/design/decimal_box.h"
#include "widgets/inside/flow_row.h"

#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/experiment_pages.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/intervention_form.h"
#include "widgets/inside/painted_export.h"

#include <QAbstractSpinBox>
#include <QEvent>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace vitral {

namespace {
constexpr std::size_t kMostUndo = 100;
const char* const kPages[] = {"hand", "steering", "sweep", "patching", "effect"};
} // namespace

InterventionsView::InterventionsView(InsideController& inside, QWidget* parent)
    : InsideView(inside, parent), answers_(inside) {
    QWidget* whole = scrollingPage();
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    splitter_ = new QSplitter(Qt::Vertical, whole);
    splitter_->setChildrenCollapsible(false);
    auto* above = new QWidget(splitter_);
    auto* rows = new QVBoxLayout(above);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(design::kSpace2);
    auto* head = new FlowRow;
    listTitle_ = new design::ElidedLabel(above);
    listTitle_->setProperty("role", "value");
    listTitle_->setMinimumWidth(1);
    listTitle_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred); // a row that flows asks for its width
    factorLabel_ = new QLabel(above);
    factorLabel_->setProperty("role", "small");
    factor_ = new design::DecimalBox(above);
    factor_->setRange(-1000, 1000);
    factor_->setSingleStep(0.25);
    factor_->setKeyboardTracking(false);
    remove_ = new QPushButton(above);
    undo_ = new QToolButton(above);
    undo_->setIcon(design::icon(QStringLiteral("undo")));
    both_ = new QPushButton(above);
    both_->setProperty("kind", "primary");
    head->addWidget(listTitle_);
    head->addWidget(factorLabel_);
    head->addWidget(factor_);
    head->addWidget(remove_);
    head->addWidget(undo_);
    head->addWidget(both_);
    column->insertLayout(0, head); // not in the splitter, which knows no rows that go on in a next one
    list_ = new QListWidget(above);
    list_->setMinimumHeight(72);
    list_->setTextElideMode(Qt::ElideMiddle);
    list_->setWordWrap(true); // a change is a line or two
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    rows->addWidget(list_, 1);
    emptyList_ = new QLabel(above);
    emptyList_->setProperty("role", "small");
    emptyList_->setWordWrap(true);
    emptyList_->setMinimumWidth(1); // a narrow window breaks lines rather than growing
    emptyList_->setAlignment(Qt::AlignCenter);
    emptyList_->setMinimumHeight(72);
    rows->addWidget(emptyList_, 1);
    problem_ = new QLabel(above);
    problem_->setProperty("role", "error");
    problem_->setWordWrap(true);
    problem_->setMinimumWidth(1);
    problem_->hide();
    rows->addWidget(problem_);
    splitter_->addWidget(above);

    auto* below = new QWidget(splitter_);
    auto* belowRows = new QVBoxLayout(below);
    belowRows->setContentsMargins(0, design::kSpace1, 0, 0);
    belowRows->setSpacing(design::kSpace2);
    tabs_ = new QTabBar(below);
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    for (int i = 0; i < kPageCount; ++i)
        tabs_->addTab(QString());
    belowRows->addWidget(tabs_);
    stack_ = new QStackedWidget(below);
    stack_->installEventFilter(this);
    form_ = new InterventionForm(stack_);
    steering_ = new SteeringPage(inside, stack_);
    sweep_ = new SweepPage(inside, stack_);
    patching_ = new PatchPage(inside, stack_);
    effect_ = new EffectPage(inside, stack_);
    for (QWidget* page : {static_cast<QWidget*>(form_), static_cast<QWidget*>(steering_), static_cast<QWidget*>(sweep_),
                          static_cast<QWidget*>(patching_), static_cast<QWidget*>(effect_)})
        stack_->addWidget(page);
    belowRows->addWidget(stack_, 1);
    splitter_->addWidget(below);
    splitter_->setStretchFactor(0, 2);
    splitter_->setStretchFactor(1, 5);
    column->addWidget(splitter_, 1);

    connect(tabs_, &QTabBar::currentChanged, this, [this](int index) {
        stack_->setCurrentIndex(index);
        fitPage();
    });
    connect(&inside, &InsideController::interventionsChanged, this, &InterventionsView::setChanged);
    connect(form_, &InterventionForm::addAsked, this, [this] {
        Result<Intervention> item = form_->intervention();
        if (item)
            add(std::move(*item));
        else {
            problem_->setText(knownText(item.error()));
            problem_->show();
        }
    });
    for (ExperimentPage* page : {static_cast<ExperimentPage*>(steering_), static_cast<ExperimentPage*>(sweep_),
                                 static_cast<ExperimentPage*>(patching_), static_cast<ExperimentPage*>(effect_)})
        connect(page, &ExperimentPage::addAsked, this, &InterventionsView::add);
    connect(list_, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
        if (!filling_)
            enableIntervention(this->inside(), std::size_t(list_->row(item)), item->checkState() == Qt::Checked);
    });
    connect(list_, &QListWidget::currentRowChanged, this, &InterventionsView::showFactor);
    connect(factor_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const int at = list_->currentRow();
        const auto& set = this->inside().interventions();
        if (!set || at < 0 || at >= int(set->items.size()))
            return;
        Intervention item = set->items[std::size_t(at)];
        item.factor = float(value);
        setIntervention(this->inside(), std::size_t(at), std::move(item));
    });
    const auto removeOne = [this] {
        if (list_->currentRow() >= 0)
            removeIntervention(this->inside(), std::size_t(list_->currentRow()));
    };
    connect(remove_, &QPushButton::clicked, this, removeOne);
    auto* deleteKey = new QShortcut(QKeySequence::Delete, list_);
    deleteKey->setContext(Qt::WidgetShortcut);
    connect(deleteKey, &QShortcut::activated, this, removeOne);
    connect(undo_, &QToolButton::clicked, this, &InterventionsView::undo);
    connect(both_, &QPushButton::clicked, this, &InterventionsView::answerBoth);
    connect(&answers_, &InterventionAnswers::runningChanged, this, &InterventionsView::refresh);
    connect(&answers_, &InterventionAnswers::finished, this, [this](qint64, qint64 with) {
        if (with != kNoMessage)
            emit this->inside().compareAsked();
    });
    connect(&inside.chat(), &ChatController::busyChanged, this, &InterventionsView::refresh);
    retranslate();
}

bool InterventionsView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == stack_ && (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest))
        fitPage();
    return InsideView::eventFilter(watched, event);
}

void InterventionsView::fitPage() {
    // A splitter knows no rows that go on in a next one: it is told what they need, and the view scrolls.
    const QWidget* page = stack_->currentWidget();
    if (page != nullptr && page->layout() != nullptr)
        stack_->setMinimumHeight(page->layout()->totalMinimumHeightForWidth(stack_->width()));
}

QString InterventionsView::title() const {
    return tr("Interventions");
}

QString InterventionsView::help() const {
    return tr("Changes made to what the model computes while it answers; its weights stay as they are. Each has a "
              "switch, and "
              "the chat shows when one is on.");
}

void InterventionsView::add(Intervention item) {
    problem_->hide();
    if (const Result<void> added = addIntervention(inside(), std::move(item)); !added) {
        problem_->setText(knownText(added.error()));
        problem_->show();
    }
}

void InterventionsView::undo() {
    if (past_.empty())
        return;
    undoing_ = true;
    const std::shared_ptr<const InterventionSet> before = past_.back();
    past_.pop_back();
    inside().setInterventions(before);
    undoing_ = false;
}

void InterventionsView::setChanged() {
    if (!undoing_) {
        past_.push_back(shown_);
        if (past_.size() > kMostUndo)
            past_.erase(past_.begin());
    }
    shown_ = inside().interventions();
    problem_->hide();
    fillList();
    refresh();
    effect_->refresh();
}

void InterventionsView::fillList() {
    filling_ = true;
    const int at = list_->currentRow();
    const auto& set = inside().interventions();
    const int n = set ? int(set->items.size()) : 0;
    const int before = list_->count();
    while (list_->count() > n)
        delete list_->takeItem(list_->count() - 1);
    for (int i = 0; i < n; ++i) {
        const Intervention& item = set->items[std::size_t(i)];
        if (i >= list_->count())
            list_->addItem(new QListWidgetItem);
        QListWidgetItem* line = list_->item(i);
        line->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        line->setCheckState(item.enabled ? Qt::Checked : Qt::Unchecked);
        line->setText(InterventionWords::text(item));
        line->setToolTip(line->text());
    }
    list_->setCurrentRow(n > before ? n - 1 : std::min(at, n - 1));
    filling_ = false;
    list_->setVisible(n > 0);
    emptyList_->setVisible(n == 0);
    showFactor();
}

void InterventionsView::showFactor() {
    const auto& set = inside().interventions();
    const int at = list_->currentRow();
    const bool any = set && at >= 0 && at < int(set->items.size());
    const bool has = any && (set->items[std::size_t(at)].edit == EditKind::Scale ||
                             set->items[std::size_t(at)].edit == EditKind::Add);
    remove_->setEnabled(any);
    factor_->setVisible(has);
    factorLabel_->setVisible(has);
    if (has) {
        const QSignalBlocker quiet(factor_);
        factor_->setValue(double(set->items[std::size_t(at)].factor));
    }
}

void InterventionsView::refresh() {
    const int n = nEnabled(inside().interventions().get());
    listTitle_->setText(inside().interventions() ? tr("%Ln change(s) on", nullptr, n)
                                                 : tr("No change: the model answers as it is"));
    const bool idle = !answers_.running() && !inside().chat().busy();
    both_->setText(answers_.running() ? tr("Stop") : tr("Answer with and without"));
    both_->setEnabled(answers_.running() || (idle && n > 0));
    undo_->setEnabled(!past_.empty());
    const auto& model = inside().loadedModel();
    form_->setLimits(model ? model->config().nLayer : 0, model ? model->config().nHead : 0);
    form_->setSources(recording(), inside().other());
}

void InterventionsView::answerBoth() {
    if (answers_.running()) {
        answers_.stop();
        return;
    }
    const QString problem = answers_.start();
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
}

void InterventionsView::recordingChanged(bool) {
    refresh();
    for (ExperimentPage* page : {static_cast<ExperimentPage*>(steering_), static_cast<ExperimentPage*>(sweep_),
                                 static_cast<ExperimentPage*>(patching_), static_cast<ExperimentPage*>(effect_)})
        page->refresh();
    if (recording() && std::exchange(measureWanted_, false))
        tabs_->currentIndex() == kEffect ? effect_->measure() : sweep_->measure();
}

void InterventionsView::otherChanged() {
    form_->setSources(recording(), inside().other());
}

void InterventionsView::selectionChanged(const Selection& selection, QObject*) {
    form_->setPlace(selection.layer, selection.head);
}

ExperimentPage* InterventionsView::page() const {
    return qobject_cast<ExperimentPage*>(stack_->currentWidget());
}

QStringList InterventionsView::exportFormats() const {
    if (page() == nullptr || page()->picture() == nullptr)
        return {QStringLiteral("csv"), QStringLiteral("png")}; // the list, and the form as it looks
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> InterventionsView::exportAs(const QString& path, const QString& format, double scale) {
    if (page() != nullptr && page()->picture() != nullptr)
        return exportPainted({page()->picture()}, path, format, scale);
    if (format == QLatin1String("csv")) {
        QString text = QStringLiteral("on,change\n");
        for (int i = 0; i < list_->count(); ++i)
            text += QStringLiteral("%1,%2\n")
                        .arg(list_->item(i)->checkState() == Qt::Checked ? 1 : 0)
                        .arg(csvField(list_->item(i)->text()));
        return writeText(path, text);
    }
    return InsideView::exportAs(path, format, scale);
}

namespace {

/// What is typed into the forms; numbers have fields of their own.
QList<QLineEdit*> wordFields(const QWidget* view) {
    QList<QLineEdit*> out;
    for (QLineEdit* field : view->findChildren<QLineEdit*>())
        if (qobject_cast<QAbstractSpinBox*>(field->parentWidget()) == nullptr)
            out << field;
    return out;
}

} // namespace

QJsonObject InterventionsView::saveState() const {
    QJsonArray words;
    for (const QLineEdit* field : wordFields(this))
        words.append(field->text());
    return {{QStringLiteral("page"), tabs_->currentIndex()}, {QStringLiteral("words"), words}};
}

void InterventionsView::restoreState(const QJsonObject& state) {
    tabs_->setCurrentIndex(std::clamp(state[QStringLiteral("page")].toInt(), 0, kPageCount - 1));
    const QJsonArray words = state[QStringLiteral("words")].toArray();
    const QList<QLineEdit*> fields = wordFields(this);
    for (qsizetype i = 0; words.size() == fields.size() && i < fields.size(); ++i)
        if (const QString text = words[i].toString().left(2000); !text.isEmpty())
            fields[i]->setText(text);
}

void InterventionsView::go(const QString& argument) {
    const QStringList parts = argument.split(QLatin1Char('.'));
    for (int i = 0; i < kPageCount; ++i)
        if (parts.front() == QLatin1String(kPages[i])) {
            tabs_->setCurrentIndex(i);
            measureWanted_ = i == kSweep || i == kEffect;
            if (recording())
                recordingChanged(false);
            return;
        }
    if (parts.front() == QLatin1String("both"))
        answerBoth();
    if (parts.size() == 3 && parts.front() == QLatin1String("head"))
        add(scaleHead(parts[1].toInt(), parts[2].toInt(), 0));
}

void InterventionsView::retranslate() {
    factorLabel_->setText(tr("Factor"));
    factor_->setAccessibleName(tr("Factor of the chosen change"));
    remove_->setText(tr("Remove"));
    undo_->setToolTip(tr("Undo the last change of the list"));
    undo_->setAccessibleName(tr("Undo"));
    both_->setToolTip(tr("Answers the last question twice with the same seed and lays both side by side"));
    list_->setAccessibleName(tr("Changes"));
    emptyList_->setText(
        tr("Put a change together below, or choose a head in any view and press the button beside it."));
    tabs_->setTabText(kByHand, tr("By hand"));
    tabs_->setTabText(kSteering, tr("Steering"));
    tabs_->setTabText(kSweep, tr("Without each head"));
    tabs_->setTabText(kPatching, tr("Patching"));
    tabs_->setTabText(kEffect, tr("Effect"));
    tabs_->setAccessibleName(tr("Ways to change the model"));
    fillList();
    refresh();
}

} // namespace vitral
