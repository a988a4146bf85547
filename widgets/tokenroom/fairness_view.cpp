// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/fairness_view.h"

#include "core/base/mapped_file.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/value_text.h"
#include "widgets/tokenroom/vocabulary_tables.h"

#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace vitral {

using namespace design;

namespace {

constexpr std::size_t kMostFileBytes = 64 << 20;
constexpr int kMostFiles = 200;
const char* const kMeasureNames[] = {"ratio", "word", "character", "byte", "tokens"};

} // namespace

FairnessView::FairnessView(TokenController& tokens, QWidget* parent)
    : TokenView(tokens, parent), kept_(tokens.folder(), QStringLiteral("languages"), [this] { return kept(); }) {
    measure_ = new QComboBox(this);
    baseline_ = new QComboBox(this);
    sort_ = new QComboBox(this);
    measureLabel_ = new QLabel(this);
    baselineLabel_ = new QLabel(this);
    sortLabel_ = new QLabel(this);
    for (int i = 0; i < kMeasureCount; ++i)
        measure_->addItem({});
    for (int i = 0; i < kOrderCount; ++i)
        sort_->addItem({});
    baseline_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    add_ = new QPushButton(this);
    add_->setIcon(design::icon(QStringLiteral("plus")));
    remove_ = new QPushButton(this);
    export_ = new QPushButton(this);
    export_->setIcon(design::icon(QStringLiteral("export")));
    use_ = new QPushButton(this);
    note_ = new QLabel(this);
    note_->setProperty("role", "small");
    note_->setWordWrap(true);
    note_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problem_ = new QLabel(this);
    problem_->setProperty("role", "error");
    problem_->setWordWrap(true);
    problem_->hide();
    bars_ = new BarTable(this);
    setAcceptDrops(true);

    auto* controls = new QWidget(this);
    auto* flow = new FlowRow(controls);
    for (QWidget* widget :
         {labelled(controls, measureLabel_, measure_), labelled(controls, baselineLabel_, baseline_),
          labelled(controls, sortLabel_, sort_), static_cast<QWidget*>(add_), static_cast<QWidget*>(remove_),
          static_cast<QWidget*>(export_), static_cast<QWidget*>(use_)})
        flow->addWidget(widget);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, kSpace1, 0, 0);
    column->setSpacing(kSpace2);
    column->addWidget(controls);
    column->addWidget(problem_);
    column->addWidget(bars_, 1);
    column->addWidget(note_);

    connect(measure_, &QComboBox::currentIndexChanged, this, &FairnessView::fill);
    connect(sort_, &QComboBox::currentIndexChanged, this, &FairnessView::fill);
    connect(baseline_, &QComboBox::currentIndexChanged, this, [this](int row) {
        if (!filling_ && row >= 0)
            setBaseline(row);
    });
    connect(add_, &QPushButton::clicked, this, [this] {
        addFiles(QFileDialog::getOpenFileNames(this, tr("Add texts, a language each"), {},
                                               tr("Text files (*.txt *.md);;All files (*)")));
    });
    connect(remove_, &QPushButton::clicked, this, &FairnessView::removeFiles);
    connect(export_, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getSaveFileName(this, tr("Save the numbers"), QStringLiteral("tokens.csv"),
                                                          tr("CSV files (*.csv)"));
        if (path.isEmpty())
            return;
        const Result<void> saved = exportCsv(path);
        problemText_ = saved ? QString() : tokenRoomError(tr("The file could not be written."), saved.error());
        problem_->setText(problemText_);
        problem_->setVisible(!problemText_.isEmpty());
    });
    const auto use = [this] {
        if (bars_->currentRow() < 0)
            return;
        const Passage& passage = set_.passages[passageAt(bars_->currentRow())];
        this->tokens().setText(passage.text);
        emit viewAsked(QStringLiteral("cut"));
    };
    connect(use_, &QPushButton::clicked, this, use);
    connect(bars_, &BarTable::activated, this, use);
    connect(bars_, &BarTable::currentRowChanged, this, [this](int row) { use_->setEnabled(row >= 0); });
    use_->setEnabled(false);
    remove_->hide();
    retranslate();
    if (const QJsonObject before = kept_.read(); !before.isEmpty())
        restoreKept(before);
    for (QComboBox* box : {measure_, sort_})
        connect(box, &QComboBox::currentIndexChanged, this, [this] { kept_.changed(); });
}

FairnessView::~FairnessView() {
    tokens().pool().cancelAll(this);
}

QString FairnessView::title() const {
    return tr("Languages");
}

QString FairnessView::help() const {
    return tr(
        "What the same text costs in many languages, for every tokenizer that is open. A vocabulary learned mostly "
        "from English cuts other languages into more pieces, and every piece costs time, money and room.");
}

QString FairnessView::missing() const {
    return tokens().tokenizers().empty() ? tr("Open a tokenizer to compare languages.") : QString();
}

void FairnessView::tokenizersChanged() {
    compute();
}

void FairnessView::compute() {
    if (!isVisible())
        return; // it is counted when the page is shown
    std::vector<std::pair<std::string, std::shared_ptr<const Tokenizer>>> open;
    for (const OpenTokenizer& entry : tokens().tokenizers())
        if (entry.tokenizer)
            open.emplace_back(entry.name.toStdString(), entry.tokenizer);
    std::vector<std::string> paths;
    for (const QString& file : files_)
        paths.push_back(file.toStdString());
    computing_ = true;
    using Answer = Result<Computed>;
    tokens().pool().ask(
        this, "table",
        [open, paths](const std::stop_token& stop) -> Answer {
            Computed out;
            out.set = declarationPassages();
            for (const std::string& path : paths) {
                const auto text = readTextFile(path, kMostFileBytes);
                const auto more = text ? passagesFromText(std::filesystem::path(path).stem().string(), *text)
                                       : Result<PassageSet>(tl::unexpected(text.error()));
                if (!more) {
                    out.failed.push_back(path);
                    continue;
                }
                out.set.passages.insert(out.set.passages.end(), more->passages.begin(), more->passages.end());
            }
            VITRAL_TRY_ASSIGN(out.table, PassageTable::begin(out.set, stop));
            for (const auto& [name, tokenizer] : open) {
                if (const auto added = out.table.add(name, *tokenizer, out.set, stop);
                    !added && added.error().code == ErrorCode::Cancelled)
                    return tl::unexpected(added.error());
                else if (!added)
                    out.failed.push_back(name);
            }
            return out;
        },
        [this](Answer computed) {
            computing_ = false;
            QStringList problems;
            if (computed) {
                set_ = std::move(computed->set);
                table_ = std::move(computed->table);
                for (const std::string& name : computed->failed)
                    problems += tr("%1 could not be read as text.").arg(QString::fromStdString(name));
            } else {
                problems += tokenRoomError(tr("The languages could not be compared."), computed.error());
            }
            problemText_ = problems.join(QLatin1Char(' '));
            if (!baselineCode_.isEmpty() && !table_.setBaseline(baselineCode_.toStdString()))
                baselineCode_.clear();
            fillBaselines();
            fill();
        });
}

QString FairnessView::languageName(const PassageTable::Row& row) {
    static constexpr const char* kNames[] = {
        QT_TR_NOOP("Portuguese (Brazil)"),
        QT_TR_NOOP("Portuguese (Portugal)"),
        QT_TR_NOOP("English"),
        QT_TR_NOOP("Spanish"),
        QT_TR_NOOP("French"),
        QT_TR_NOOP("Italian"),
        QT_TR_NOOP("German"),
        QT_TR_NOOP("Dutch"),
        QT_TR_NOOP("Polish"),
        QT_TR_NOOP("Russian"),
        QT_TR_NOOP("Greek"),
        QT_TR_NOOP("Finnish"),
        QT_TR_NOOP("Turkish"),
        QT_TR_NOOP("Vietnamese"),
        QT_TR_NOOP("Hausa"),
        QT_TR_NOOP("Yoruba"),
        QT_TR_NOOP("Guarani"),
        QT_TR_NOOP("Arabic"),
        QT_TR_NOOP("Hebrew"),
        QT_TR_NOOP("Hindi"),
        QT_TR_NOOP("Bengali"),
        QT_TR_NOOP("Tamil"),
        QT_TR_NOOP("Thai"),
        QT_TR_NOOP("Chinese (simplified)"),
        QT_TR_NOOP("Japanese"),
        QT_TR_NOOP("Korean"),
    };
    if (!row.code.empty()) // a language of the set; a file of that name keeps its own
        for (const char* name : kNames)
            if (row.name == name)
                return tr(name);
    return QString::fromStdString(row.name);
}

double FairnessView::valueOf(std::size_t iColumn, std::size_t iRow) const {
    const PassageCost& cost = table_.columns[iColumn].costs[iRow];
    switch (measure_->currentIndex()) {
    case kPerWord:
        return cost.text.wordsAreRuns || cost.text.words == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                              : cost.perWord();
    case kPerCharacter:
        return cost.perCharacter();
    case kPerByte:
        return cost.perByte();
    case kTokens:
        return double(cost.tokens);
    default:
        return table_.toBaseline(iColumn, iRow);
    }
}

void FairnessView::fillBaselines() {
    filling_ = true;
    baseline_->clear();
    for (const PassageTable::Row& row : table_.rows)
        baseline_->addItem(languageName(row));
    baseline_->setCurrentIndex(table_.rows.empty() ? -1 : int(table_.baseline));
    filling_ = false;
}

void FairnessView::fill() {
    const bool ratio = measure_->currentIndex() == kRatio;
    const std::size_t before = bars_->currentRow() >= 0 && bars_->currentRow() < int(order_.size())
                                   ? passageAt(bars_->currentRow())
                                   : ~std::size_t{0};
    order_.clear();
    for (std::size_t i = 0; i < table_.rows.size(); ++i)
        order_.push_back(i);
    if (sort_->currentIndex() == kDearestFirst && !table_.columns.empty()) {
        const auto most = [&](std::size_t i) {
            double value = -1;
            for (std::size_t c = 0; c < table_.columns.size(); ++c)
                if (const double v = valueOf(c, i); v > value)
                    value = v;
            return value;
        };
        std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return most(a) > most(b); });
    }
    BarTableContent content;
    content.rowTitle = QStringLiteral("language");
    content.mark = ratio ? 1 : 0;
    content.decimals = measure_->currentIndex() == kTokens ? 0 : measure_->currentIndex() >= kPerCharacter ? 3 : 2;
    content.empty = computing_ ? tr("Counting\u2026") : tr("Open a tokenizer to compare languages.");
    for (const PassageTable::Column& column : table_.columns) {
        content.columns += QString::fromStdString(column.name);
        content.columnNotes += tr("%1 pieces").arg(countText(column.nVocab));
    }
    for (const std::size_t i : order_) {
        const PassageTable::Row& row = table_.rows[i];
        BarTableContent::Row line;
        line.label = languageName(row);
        line.strong = ratio && i == table_.baseline;
        line.description = line.label;
        if (!row.own.empty() && row.own != row.name)
            line.description += QStringLiteral(" \u00B7 ") + QString::fromStdString(row.own);
        line.description += QLatin1Char('\n') + tr("%1 words, %2 characters, %3 bytes")
                                                    .arg(countText(std::int64_t(row.counts.words)),
                                                         countText(std::int64_t(row.counts.characters)),
                                                         countText(std::int64_t(row.counts.bytes)));
        for (std::size_t c = 0; c < table_.columns.size(); ++c)
            line.values.push_back(valueOf(c, i));
        content.rows.push_back(std::move(line));
    }
    bars_->setContent(std::move(content));
    const auto at = std::find(order_.begin(), order_.end(), before);
    bars_->setCurrentRow(at == order_.end() ? -1 : int(at - order_.begin()));
    use_->setEnabled(bars_->currentRow() >= 0);
    remove_->setVisible(!files_.isEmpty());
    export_->setEnabled(!table_.columns.empty());
    problem_->setText(problemText_);
    problem_->setVisible(!problemText_.isEmpty());
    note_->setText(noteText());
}

QString FairnessView::noteText() const {
    QString text;
    switch (measure_->currentIndex()) {
    case kPerWord:
        text = tr(
            "Tokens a word. Thai writes no blanks between words, so it has no figure; Chinese and Japanese characters "
            "count as a word each.");
        break;
    case kPerCharacter:
        text = tr("Tokens a character: what a reader calls a letter, with its accents.");
        break;
    case kPerByte:
        text = tr("Tokens a byte of UTF-8. At 1 every byte is a token of its own.");
        break;
    case kTokens:
        text = tr("Tokens of the whole text.");
        break;
    default:
        if (!table_.rows.empty())
            text = tr("How many times the tokens of the text in %1 (dashed line).")
                       .arg(languageName(table_.rows[table_.baseline]));
        break;
    }
    return text + QLatin1Char(' ') +
           tr("Texts: Articles 1, 3, 4, 5, 18 and 19 of the Universal Declaration of Human Rights (United Nations, "
              "public "
              "domain).");
}

void FairnessView::addFiles(const QStringList& paths) {
    for (const QString& path : paths)
        if (!files_.contains(path) && files_.size() < kMostFiles)
            files_ += path;
    if (paths.isEmpty())
        return;
    kept_.changed();
    compute();
}

void FairnessView::removeFiles() {
    files_.clear();
    kept_.changed();
    compute();
}

void FairnessView::setMeasure(Measure measure) {
    measure_->setCurrentIndex(measure);
}

void FairnessView::setOrder(Order order) {
    sort_->setCurrentIndex(order);
}

void FairnessView::setBaseline(int row) {
    if (row < 0 || row >= int(table_.rows.size()))
        return;
    table_.baseline = std::size_t(row);
    const PassageTable::Row& chosen = table_.rows[table_.baseline];
    baselineCode_ = QString::fromStdString(chosen.code.empty() ? chosen.name : chosen.code);
    kept_.changed();
    fillBaselines();
    fill();
}

Result<void> FairnessView::exportCsv(const QString& path) const {
    return writeText(path, QString::fromStdString(table_.csv()));
}

void FairnessView::retranslate() {
    filling_ = true;
    const QString measures[] = {tr("Cost ratio"), tr("Tokens a word"), tr("Tokens a character"), tr("Tokens a byte"),
                                tr("Tokens")};
    for (int i = 0; i < kMeasureCount; ++i)
        measure_->setItemText(i, measures[i]);
    sort_->setItemText(kPortugueseFirst, tr("Portuguese first"));
    sort_->setItemText(kDearestFirst, tr("Dearest first"));
    measureLabel_->setText(tr("Show"));
    baselineLabel_->setText(tr("compared with"));
    sortLabel_->setText(tr("Order"));
    add_->setText(tr("Add texts\u2026"));
    add_->setToolTip(tr("A language a file, or several in one file, each behind a line \u201C# name\u201D"));
    remove_->setText(tr("Remove my texts"));
    export_->setText(tr("Export CSV\u2026"));
    use_->setText(tr("Cut this text"));
    use_->setToolTip(tr("Puts the chosen text into the page Cut (also Enter or a double click)"));
    bars_->setAccessibleName(tr("Cost of the text by language and tokenizer"));
    filling_ = false;
    fillBaselines();
    fill();
}

void FairnessView::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (std::any_of(urls.begin(), urls.end(), [](const QUrl& url) {
            return url.isLocalFile() && url.toLocalFile().endsWith(QLatin1String(".txt"), Qt::CaseInsensitive);
        }))
        event->acceptProposedAction();
}

void FairnessView::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths += url.toLocalFile();
    addFiles(paths);
    event->acceptProposedAction();
}

QJsonObject FairnessView::kept() const {
    return {{QStringLiteral("measure"), QLatin1String(kMeasureNames[std::max(0, measure_->currentIndex())])},
            {QStringLiteral("dearestFirst"), sort_->currentIndex() == kDearestFirst},
            {QStringLiteral("baseline"), baselineCode_},
            {QStringLiteral("files"), QJsonArray::fromStringList(files_)}};
}

void FairnessView::restoreKept(const QJsonObject& state) {
    go(state[QStringLiteral("measure")].toString());
    sort_->setCurrentIndex(state[QStringLiteral("dearestFirst")].toBool() ? kDearestFirst : kPortugueseFirst);
    baselineCode_ = state[QStringLiteral("baseline")].toString();
    QStringList files;
    for (const QJsonValue& file : state[QStringLiteral("files")].toArray())
        if (QFileInfo::exists(file.toString()))
            files += file.toString();
    addFiles(files);
}

void FairnessView::go(const QString& argument) {
    for (int i = 0; i < kMeasureCount; ++i)
        if (argument == QLatin1String(kMeasureNames[i]))
            measure_->setCurrentIndex(i);
    if (argument == QLatin1String("dearest"))
        sort_->setCurrentIndex(kDearestFirst);
}

} // namespace vitral
