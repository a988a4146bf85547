// SPDX-License-Identifier: Apache-2.0
// The pages Workshop, Languages and Costs: trainings against core and against what the reference package reads out of
// the saved file, stopping in the middle, hostile and empty texts, tables and prices.

#include "tests/widgets/tokenroom/token_page_test.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/line_chart.h"
#include "widgets/tokenroom/costs_view.h"
#include "widgets/tokenroom/fairness_view.h"
#include "widgets/tokenroom/workshop_panes.h"
#include "widgets/tokenroom/workshop_view.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>

#include <cmath>

using namespace vitral;
using namespace vitral::test;
using Kind = WorkshopSettings::Kind;

namespace {

const std::function<void(const WorkshopProgress&)> kQuiet = [](const WorkshopProgress&) {};

std::string shortText() {
    std::string text;
    for (int i = 0; i < 40; ++i)
        text += "o rato roeu a roupa do rei de roma\nthe cat sat on the mat with the rat\n";
    return text;
}

std::string longText(std::size_t words) {
    std::string text;
    std::uint32_t seed = 7;
    for (std::size_t i = 0; i < words; ++i) {
        for (int k = 0; k < 6; ++k) {
            seed = seed * 1664525U + 1013904223U;
            text += char('a' + (seed >> 20U) % 26);
        }
        text += i % 12 == 11 ? '\n' : ' ';
    }
    return text;
}

QJsonObject golden(const char* name) {
    QFile file(QStringLiteral(VITRAL_SOURCE_DIR "/tests/golden/tokenizer/%1.json").arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

} // namespace

class TestTokenWorkshop : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    // --- training, without a window ---

    void theFilesThatTheReferenceReads_data() {
        QTest::addColumn<QString>("name");
        const QJsonObject cases = golden("saved")["cases"].toObject();
        QVERIFY(!cases.isEmpty());
        for (const QString& name : cases.keys())
            QTest::newRow(qPrintable(name)) << name;
    }
    /// What the workshop saves is, byte for byte, a file that the tokenizers package has loaded; its ids are ours.
    void theFilesThatTheReferenceReads() {
        QFETCH(QString, name);
        const QJsonObject saved = golden("saved");
        const QJsonObject one = saved["cases"].toObject()[name].toObject();
        QFile file(QStringLiteral(VITRAL_SOURCE_DIR "/tests/golden/tokenizer/corpus.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray texts = QJsonDocument::fromJson(file.readAll()).array();
        WorkshopSettings settings;
        settings.cased = false;
        for (int i = 0; i < saved["texts"].toInt(); ++i)
            settings.text += (i > 0 ? "\n" : "") + texts[i].toString().toStdString();
        const QJsonArray options = one["options"].toArray();
        for (qsizetype i = 0; i < options.size(); ++i) {
            const QString option = options[i].toString();
            const QString value = options[i + 1].toString();
            if (option == "--kind")
                settings.kind = value == "bpe" ? Kind::Bpe : value == "wordpiece" ? Kind::WordPiece : Kind::Unigram;
            else if (option == "--vocab")
                settings.vocab = std::size_t(value.toInt());
            else if (option == "--cut")
                settings.splitter = value.toStdString();
            else if (option == "--min-frequency")
                settings.minFrequency = std::uint64_t(value.toInt());
            else if (option == "--cased")
                settings.cased = true;
        }
        const auto run = WorkshopRun::train(settings, kQuiet, {}, {});
        QVERIFY_RESULT(run);
        const QString path = folder_.filePath(name + ".json");
        QVERIFY_RESULT((*run)->trained((*run)->nPlace() - 1).save(path.toStdString()));
        QFile out(path);
        QVERIFY(out.open(QIODevice::ReadOnly));
        QCOMPARE(QCryptographicHash::hash(out.readAll(), QCryptographicHash::Sha256).toHex(),
                 one["sha256"].toString().toLatin1());
        const auto tokenizer = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(tokenizer);
        for (const QJsonValue& probe : one["probes"].toArray()) {
            const auto ids = (*tokenizer)->encode(probe["text"].toString().toStdString());
            QVERIFY_RESULT(ids);
            QJsonArray got;
            for (const TokenId id : *ids)
                got.append(id);
            QCOMPARE(got, probe["ids"].toArray());
        }
    }

    void everyPlaceOfATraining_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("bpe") << int(Kind::Bpe);
        QTest::newRow("wordpiece") << int(Kind::WordPiece);
        QTest::newRow("unigram") << int(Kind::Unigram);
    }
    /// A place is what a training with that many pieces would have come to, and its text comes back whole.
    void everyPlaceOfATraining() {
        QFETCH(int, kind);
        WorkshopSettings settings;
        settings.kind = static_cast<Kind>(kind);
        settings.vocab = kind == int(Kind::Bpe) ? 300 : 200;
        for (const std::size_t i : {0, 2}) // Portuguese and English
            settings.text += declarationPassages().passages[i].text + "\n";
        const auto made = WorkshopRun::train(settings, kQuiet, {}, {});
        QVERIFY_RESULT(made);
        const WorkshopRun& run = **made;
        QCOMPARE(run.textBytes(), std::uint64_t(settings.text.size()));
        if (settings.kind != Kind::Unigram)
            QCOMPARE(run.pieces(run.nPlace() - 1), settings.vocab);
        QVERIFY(run.pieces(run.nPlace() - 1) <= settings.vocab);
        const std::string line = "todo ser humano has the right";
        for (std::size_t place = 0; place < run.nPlace(); place += 3) {
            const auto cut = run.cut(place, line);
            QVERIFY_RESULT(cut);
            const auto tokenizer = run.tokenizer(place);
            QVERIFY_RESULT(tokenizer);
            QCOMPARE((*tokenizer)->nVocab(), std::int32_t(run.pieces(place)));
            QCOMPARE((*tokenizer)->decode(cut->ids), line);
            if (settings.kind == Kind::Unigram)
                continue;
            // The curve is of the text itself.
            std::size_t tokens = 0;
            const auto whole = run.cut(place, settings.text);
            tokens = whole->ids.size();
            if (settings.kind == Kind::Bpe)
                QCOMPARE(run.tokensPerByte(place), double(tokens) / double(settings.text.size()));
            // What comes next is what the next merge was.
            const auto next = run.candidates(place, 5, {});
            QVERIFY_RESULT(next);
            if (const auto merge = run.merge(place + 1)) {
                QCOMPARE(next->list.front().left, merge->left);
                QCOMPARE(next->list.front().right, merge->right);
                QCOMPARE(std::uint64_t(next->list.front().value), merge->count);
                QVERIFY(next->nTied >= 1);
            }
            QCOMPARE(run.pieces(run.placeOfSize(run.pieces(place))), run.pieces(place));
        }
    }

    void textsThatCannotBeLearned() {
        WorkshopSettings settings;
        QVERIFY_ERROR(WorkshopRun::train(settings, kQuiet, {}, {}), ErrorCode::InvalidArgument);
        settings.text = "\n";
        settings.kind = Kind::WordPiece; // blanks are no words there
        QVERIFY_ERROR(WorkshopRun::train(settings, kQuiet, {}, {}), ErrorCode::InvalidArgument);
        settings.kind = Kind::Bpe;
        settings.splitter = "gpt9";
        QVERIFY_ERROR(WorkshopRun::train(settings, kQuiet, {}, {}), ErrorCode::InvalidArgument);
        // Any bytes at all, and files that are none.
        settings.splitter = "gpt2";
        settings.text.clear();
        for (int i = 0; i < 4096; ++i)
            settings.text += char(i * 37 % 256);
        settings.files = {"/nowhere", folder_.path().toStdString()};
        QFile binary(folder_.filePath("binary.dat"));
        QVERIFY(binary.open(QIODevice::WriteOnly) && binary.write(QByteArray(5000, '\0')) == 5000);
        binary.close();
        for (const Kind kind : {Kind::Bpe, Kind::WordPiece, Kind::Unigram}) {
            settings.kind = kind;
            const auto run = WorkshopRun::train(settings, kQuiet, {}, {});
            if (!run) // too few characters for a Unigram model is a fair answer
                QVERIFY(kind == Kind::Unigram && run.error().code == ErrorCode::InvalidArgument);
            else
                QVERIFY((*run)->refused().size() >= 2);
        }
    }

    void stoppedInTheMiddle() {
        WorkshopSettings settings;
        settings.text = longText(60'000);
        settings.vocab = 20'000;
        std::stop_source early;
        int told = 0;
        const auto stopAfterTwo = [&](const WorkshopProgress& progress) {
            if (progress.pieces > 0 && ++told == 2)
                early.request_stop();
        };
        const auto kept = WorkshopRun::train(settings, stopAfterTwo, {}, early.get_token());
        QVERIFY_RESULT(kept);
        if ((*kept)->stoppedEarly()) {
            QVERIFY((*kept)->pieces((*kept)->nPlace() - 1) < settings.vocab);
            QVERIFY_RESULT((*kept)->tokenizer((*kept)->nPlace() - 1));
        }
        for (const Kind kind : {Kind::Bpe, Kind::WordPiece, Kind::Unigram}) {
            settings.kind = kind;
            std::stop_source stop;
            stop.request_stop();
            QVERIFY_ERROR(WorkshopRun::train(settings, kQuiet, stop.get_token(), {}), ErrorCode::Cancelled);
            QVERIFY_ERROR(WorkshopRun::train(settings, kQuiet, {}, stop.get_token()), ErrorCode::Cancelled);
        }
    }

    // --- the page ---

    void trainScrubSaveAndOpen() {
        const TokenPageRoom room(QString{});
        room.tokens->setText(shortText());
        WorkshopView view(*room.tokens);
        view.resize(1000, 800);
        view.show();
        view.go("bpe:300");
        QVERIFY(settled(view));
        QVERIFY2(view.run() != nullptr, qPrintable(view.statusText()));
        QCOMPARE(view.place(), int(view.run()->nPlace()) - 1);
        QVERIFY(view.panes()->nToken() > 0);
        const std::size_t fewest = view.panes()->nToken();
        QVERIFY(view.stepText().startsWith(QString("Merge %1: ").arg(view.place())));
        view.setPlace(0);
        QVERIFY(settled(view));
        QVERIFY(view.panes()->nToken() > 2 * fewest);
        QVERIFY(view.stepText().contains("every byte is a token"));
        QVERIFY(!view.pairs()->content().bars.empty());
        QVERIFY(!view.tiesText().isEmpty());
        QCOMPARE(view.chart()->content().x.size(), view.run()->nPlace());
        // The scrubber moves the chart's read-out; a click in the chart moves the scrubber, the pointer alone does not.
        view.setPlace(20);
        QCOMPARE(view.chart()->current(), 20);
        view.chart()->setCurrent(30);
        QCOMPARE(view.place(), 20);
        QTest::mouseClick(view.chart(), Qt::LeftButton, {}, view.chart()->rect().center());
        QVERIFY(view.place() != 20);
        QCOMPARE(view.chart()->current(), view.place());
        view.setPlace(20);
        QVERIFY(settled(view));
        const QString path = folder_.filePath("mine.json");
        QVERIFY_RESULT(view.save(path));
        QVERIFY(QTest::qWaitFor([&] { return room.tokens->tokenizers().size() == 1; }, 10'000));
        const auto loaded = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(loaded);
        QCOMPARE((*loaded)->nVocab(), std::int32_t(view.run()->pieces(20)));
        QSignalSpy asked(&view, &TokenView::viewAsked);
        view.openInCut();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(room.tokens->tokenizers().size(), std::size_t(2));
        QVERIFY_ERROR(view.save("/nowhere/at/all.json"), ErrorCode::Io);
    }

    void emptyTextAndNoFiles() {
        const TokenPageRoom room(QString{});
        WorkshopView view(*room.tokens);
        view.show();
        view.train();
        QVERIFY(!view.busy());
        QVERIFY(view.statusText().contains("no text to learn from"));
        WorkshopSettings settings;
        settings.files = {"/nowhere"};
        settings.kind = Kind::Unigram;
        view.setSettings(settings);
        view.train();
        QVERIFY(settled(view));
        QVERIFY(view.run() == nullptr);
        QVERIFY(view.statusText().size() > 20);
    }

    void stopAndCloseWhileItTrains() {
        const TokenPageRoom room(QString{});
        room.tokens->setText(longText(200'000));
        auto view = std::make_unique<WorkshopView>(*room.tokens);
        view->show();
        WorkshopSettings settings;
        settings.vocab = 60'000;
        view->setSettings(settings);
        view->train();
        QVERIFY(view->busy());
        QTest::qWait(300);
        view->stop();
        QVERIFY(settled(*view));
        QVERIFY(!view->statusText().isEmpty());
        view->train();
        QTest::qWait(50);
        view->train(); // a newer one in the place of the one that runs
        QTest::qWait(50);
        view.reset(); // must not wait for it, nor be called back
        QTest::qWait(50);
    }

    void settingsAreKeptAtOnce() {
        const QTemporaryDir folder;
        WorkshopSettings settings;
        settings.kind = Kind::WordPiece;
        settings.vocab = 1234;
        settings.cased = false;
        {
            TokenController tokens(folder.path(), nullptr, nullptr, {});
            WorkshopView view(tokens);
            view.setSettings(settings);
            FairnessView languages(tokens);
            languages.setMeasure(FairnessView::kPerByte);
            CostsView costs(tokens);
            costs.model()->addRow({"mine", 1.5, 2, 4096});
            // What a kill leaves is what is on the disk soon after.
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder.filePath("workshop.json")) &&
                                         QFile::exists(folder.filePath("languages.json")) &&
                                         QFile::exists(folder.filePath("costs.json")),
                                     5000);
            // A second window has a folder of its own and leaves the first one's alone...
            const auto bytes = [&](const QString& path) {
                QFile file(path);
                return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
            };
            const QByteArray before = bytes(folder.filePath("workshop.json"));
            TokenController second(folder.path(), nullptr, nullptr, {});
            QVERIFY(second.folder() != tokens.folder());
            WorkshopView beside(second);
            WorkshopSettings others = settings;
            others.vocab = 99;
            beside.setSettings(others);
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(second.folder() + "/workshop.json"), 5000);
            QCOMPARE(bytes(folder.filePath("workshop.json")), before);
            // ...and what a killed one left is there for the next: the files, without a lock that anybody holds.
            const QTemporaryDir left;
            for (const char* name : {"workshop.json", "languages.json", "costs.json"})
                QVERIFY(QFile::copy(folder.filePath(name), left.filePath(name)));
            TokenController other(left.path(), nullptr, nullptr, {});
            const WorkshopView again(other);
            QCOMPARE(again.settings().vocab, settings.vocab);
            QCOMPARE(int(again.settings().kind), int(settings.kind));
            QVERIFY(!again.settings().cased);
            const CostsView table(other);
            QCOMPARE(table.model()->rows(), costs.model()->rows());
        }
        // A broken file is as good as none.
        for (const char* name : {"workshop.json", "languages.json", "costs.json"}) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("{\"rows\":[{\"input\":-5},7,{\"name\":\"x\",\"input\":1e300}],\"vocab\":-3,\"files\":[[]],"
                       "\"measure\":9,\"kind\":[]}");
        }
        TokenController tokens(folder.path(), nullptr, nullptr, {});
        const WorkshopView view(tokens);
        QVERIFY(view.settings().vocab >= 1);
        const FairnessView languages(tokens);
        const CostsView costs(tokens);
        QVERIFY(costs.model()->rows().empty());
    }

    // --- Languages ---

    void languagesOfEveryOpenTokenizer() {
        const TokenPageRoom room;
        room.tokens->openTokenizer(tinyTokenizer("bytes-cl100k"));
        QVERIFY(room.waitUntilLoaded(2));
        FairnessView view(*room.tokens);
        view.resize(900, 600);
        view.show();
        QVERIFY(settled(view));
        QCOMPARE(view.table().rows.size(), std::size_t(26));
        QCOMPARE(view.table().columns.size(), std::size_t(2));
        const BarTableContent& content = view.bars()->content();
        QCOMPARE(content.rows.front().label, QString("Portuguese (Brazil)"));
        QCOMPARE(content.columns.size(), 2);
        for (std::size_t i = 0; i < 26; ++i)
            for (std::size_t c = 0; c < 2; ++c)
                QCOMPARE(content.rows[i].values[c], view.table().toBaseline(c, i));
        view.setOrder(FairnessView::kDearestFirst);
        const auto most = [&](std::size_t i) {
            const auto& v = view.bars()->content().rows[i].values;
            return std::max(v[0], v[1]);
        };
        for (std::size_t i = 1; i < 26; ++i)
            QVERIFY(most(i) <= most(i - 1));
        view.setMeasure(FairnessView::kPerWord);
        for (const BarTableContent::Row& row : view.bars()->content().rows)
            if (row.label == "Thai")
                QVERIFY(std::isnan(row.values[0]));
        view.setBaseline(0);
        view.setMeasure(FairnessView::kRatio);
        QVERIFY(view.noteText().contains("Portuguese (Brazil)"));
        QFile csv(folder_.filePath("out.csv"));
        QVERIFY_RESULT(view.exportCsv(csv.fileName()));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll().count('\n'), 1 + 2 * 26);
        QVERIFY_ERROR(view.exportCsv("/nowhere/x.csv"), ErrorCode::Io);
        // A text of one's own, a folder and a file that is not there.
        QFile own(folder_.filePath("own.txt"));
        QVERIFY(own.open(QIODevice::WriteOnly) && own.write("# Um\nolá\n# Dois\nhello\n") > 0);
        own.close();
        view.addFiles({own.fileName(), "/nowhere.txt", folder_.path()});
        QVERIFY(settled(view));
        QCOMPARE(view.table().rows.size(), std::size_t(28));
        view.removeFiles();
        QVERIFY(settled(view));
        QCOMPARE(view.table().rows.size(), std::size_t(26));
        // Enter puts the text into the room.
        view.setOrder(FairnessView::kPortugueseFirst);
        view.bars()->setCurrentRow(0);
        QTest::keyClick(view.bars(), Qt::Key_Return);
        QCOMPARE(room.tokens->text(), declarationPassages().passages[0].text);
    }

    // --- Costs ---

    void pricesAndShares() {
        const PriceRow row{"x", 2.5, 10, 1000};
        QCOMPARE(priceOf(row, 400'000, 100'000), 2.0);
        QCOMPARE(*contextShare(row, 400, 100), 0.5);
        QVERIFY(!contextShare({"x", 1, 1, 0}, 1, 1));
        QCOMPARE(priceText(1.5, "US$"), QString("US$") + QChar(QChar::Nbsp) + "1.50");
        QCOMPARE(priceText(0, {}), QString("0.00"));
        QVERIFY(priceText(0.000123, {}).startsWith("0.00012"));
    }

    void theTableTakesNoNonsense() {
        CostsModel model;
        QVERIFY(model.rows().size() == 3);
        for (const PriceRow& row : model.rows())
            QVERIFY(row.name.startsWith("Example"));
        const auto set = [&](int column, const QVariant& value) {
            return model.setData(model.index(0, column), value, Qt::EditRole);
        };
        QVERIFY(set(CostsModel::kInput, "1.25"));
        QCOMPARE(model.rows()[0].input, 1.25);
        for (const char* wrong : {"-1", "abc", "", "nan", "inf", "1e400", "1e12"})
            QVERIFY2(!set(CostsModel::kInput, wrong), wrong);
        for (const char* wrong : {"-1", "abc", "", "nan", "1e300"})
            QVERIFY2(!set(CostsModel::kContext, wrong), wrong);
        QCOMPARE(model.rows()[0].input, 1.25);
        QVERIFY(!(model.flags(model.index(0, CostsModel::kText)) & Qt::ItemIsEditable));
        while (model.addRow({"r", 0, 0, 0}) >= 0) {
        }
        QCOMPARE(model.rowCount(), CostsModel::kMostRows);
        model.removeRow(500);
        model.removeRow(0);
        QCOMPARE(model.rowCount(), CostsModel::kMostRows - 1);
        model.setAmounts({2'000'000, std::nullopt, 0});
        model.setRows({{"y", 3, 0, 1'000'000}});
        QVERIFY(model.index(0, CostsModel::kText).data().toString().contains("6.00"));
        QVERIFY(model.index(0, CostsModel::kText).data().toString().contains("too long"));
        QCOMPARE(model.index(0, CostsModel::kConversation).data().toString(), QString(QChar(0x2013)));
    }

    void costsOfTheText() {
        const TokenPageRoom room;
        room.tokens->setText("o rato roeu a roupa do rei de roma");
        CostsView view(*room.tokens);
        view.show();
        QVERIFY(room.waitUntilLoaded());
        QTRY_VERIFY_WITH_TIMEOUT(view.model()->amounts().text.has_value(), 10'000);
        QCOMPARE(std::size_t(*view.model()->amounts().text), room.tokens->currentTokenizer()->cut->nToken());
        QVERIFY(view.amountsText().contains(QString::number(*view.model()->amounts().text)));
        view.answerBox()->setValue(7);
        QCOMPARE(view.model()->amounts().answer, std::int64_t(7));
    }
};

QTEST_MAIN(TestTokenWorkshop)
#include "tst_token_workshop.moc"
