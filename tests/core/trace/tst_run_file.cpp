// SPDX-License-Identifier: Apache-2.0
// Recorded runs as files: what is saved comes back; whatever else a file holds is refused with a sentence that names
// the field, and reading stays inside the file.

#include "core/io/safetensors.h"
#include "core/trace/run_file.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>

using namespace vitral;

namespace {

Rows rowsOf(DType dtype, std::int64_t nRow, std::int64_t nCol, float seed) {
    RowsWriter writer(Rows(dtype, nCol));
    std::vector<float> values(std::size_t(nRow * nCol));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = seed + 0.125F * float(i % 31);
    writer.append(values.data(), nRow, nCol);
    return writer.snapshot();
}

/// Two layers, the second not recorded; 70 positions, so that a block border is among them.
Recording sample() {
    Recording r;
    r.model = {"tiny", "llama", "F32", "CPU", 2, 8, 40, 4, 2, 2, 16, 1234};
    for (std::int32_t i = 0; i < 70; ++i) {
        r.tokens.push_back(i % 40);
        r.pieces.push_back(i == 5 ? std::string("\xe2\x82") : i == 6 ? std::string("\"ç\n") : std::string(" a"));
        r.scores.push_back(nullptr);
    }
    TokenScore score;
    score.id = r.tokens[69];
    score.logProbability = -1.5F;
    score.entropy = 2.25F;
    score.rank = 3;
    score.top = {{7, -0.5F}, {8, -1.0F}};
    r.scores[69] = std::make_shared<const TokenScore>(score);
    r.nPrompt = 60;
    AttentionRecord a;
    a.geometry.nHead = 4;
    a.geometry.nKvHead = 2;
    a.geometry.headDimK = 2;
    a.geometry.headDimV = 2;
    a.geometry.scale = 0.70710678F;
    a.geometry.softcap = 30.0F;
    a.geometry.window = 16;
    a.geometry.sinks = {0.1F, -2.0F, 3.5F, 0.0F};
    a.geometry.rope.inverseFrequency = {0.31622776F};
    a.geometry.rope.style = RopeStyle::Halves;
    a.q = rowsOf(DType::F32, 69, 8, 1.0F);
    a.k = rowsOf(DType::F16, 69, 4, -1.0F);
    a.lse = rowsOf(DType::F32, 69, 4, 2.0F);
    r.attention = {std::make_shared<const AttentionRecord>(a), nullptr};
    r.tensors.push_back({Point::ResidPost, 1, {}, 3, rowsOf(DType::F16, 66, 8, 0.5F)});
    r.tensors.push_back({Point::RotQ, 0, {1, 3}, 0, rowsOf(DType::F16, 69, 4, 0.5F)}); // beside the attention's own
    r.tensors.push_back({Point::Logits, 0, {}, 68, rowsOf(DType::F32, 1, 40, 0.5F)});
    r.interventions = {"blocks.0.attn.hook_z head 1: zero"};
    r.notes = {"Nothing is left out."};
    r.seed = std::numeric_limits<std::uint64_t>::max() - 3;
    r.createdUnixSeconds = 1790000000;
    r.complete = true;
    return r;
}

bool sameRows(const Rows& a, const Rows& b) {
    if (a.nRow() != b.nRow() || a.nCol() != b.nCol() || a.dtype() != b.dtype())
        return false;
    for (std::int64_t i = 0; i < a.nRow(); ++i)
        if (std::memcmp(a.row(i), b.row(i), std::size_t(a.nCol()) * (a.dtype() == DType::F16 ? 2 : 4)) != 0)
            return false;
    return true;
}

} // namespace

class TestRunFile : public QObject {
    Q_OBJECT

    QTemporaryDir dir_;
    std::filesystem::path path(const char* name) const { return (dir_.path() + "/" + name).toStdString(); }
    static std::string bytesOf(const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    /// In a buffer of exactly this size, so that a sanitizer sees a byte too far.
    static Result<RecordingPtr> readBytes(const std::string& bytes) {
        const auto exact = std::make_unique<std::byte[]>(std::max<std::size_t>(bytes.size(), 1));
        std::memcpy(exact.get(), bytes.data(), bytes.size());
        auto file = SafetensorsFile::parse({exact.get(), bytes.size()});
        if (!file)
            return tl::unexpected(file.error());
        auto run = readRun(*file);
        if (run) // every number can be read
            for (const TensorRecord& tensor : (*run)->tensors)
                for (std::int64_t i = 0; i < tensor.rows.nRow(); ++i)
                    (void)tensor.rows.at(i, tensor.rows.nCol() - 1);
        return run;
    }
    /// The file with one place of its header's text changed. The header keeps its length by its blanks at the end.
    static std::string edited(std::string bytes, const std::string& from, const std::string& to) {
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), 8);
        std::string header = bytes.substr(8, length);
        const std::string data = bytes.substr(8 + length);
        const std::size_t at = header.find(from);
        if (at == std::string::npos)
            return {};
        header.replace(at, from.size(), to);
        header.append((8 - header.size() % 8) % 8, ' ');
        length = header.size();
        std::string result(8, '\0');
        std::memcpy(result.data(), &length, 8);
        return result + header + data;
    }
    std::string saved() {
        const auto file = path("run.safetensors");
        if (!saveRun(sample(), file))
            return {};
        return bytesOf(file);
    }

private slots:
    void comesBack() {
        const Recording r = sample();
        const auto file = path("back.safetensors");
        QVERIFY_RESULT(saveRun(r, file));
        const auto opened = openRun(file);
        QVERIFY_RESULT(opened);
        const Recording& o = **opened;
        QVERIFY(o.model == r.model);
        QVERIFY(o.tokens == r.tokens);
        QVERIFY(o.pieces == r.pieces);
        QCOMPARE(o.nPrompt, r.nPrompt);
        QCOMPARE(o.seed, r.seed);
        QCOMPARE(o.createdUnixSeconds, r.createdUnixSeconds);
        QVERIFY(o.complete);
        QVERIFY(o.interventions == r.interventions);
        QVERIFY(o.notes == r.notes);
        QCOMPARE(o.scores.size(), r.scores.size());
        QVERIFY(o.scores[3] == nullptr);
        QCOMPARE(o.scores[69]->rank, 3);
        QCOMPARE(o.scores[69]->logProbability, -1.5F);
        QCOMPARE(o.scores[69]->top.size(), std::size_t(2));
        QCOMPARE(o.scores[69]->top[1].id, 8);
        QCOMPARE(o.attention.size(), std::size_t(2));
        QVERIFY(o.attention[1] == nullptr);
        QVERIFY(o.attention[0]->geometry == r.attention[0]->geometry);
        QVERIFY(sameRows(o.attention[0]->q, r.attention[0]->q));
        QVERIFY(sameRows(o.attention[0]->k, r.attention[0]->k));
        QVERIFY(sameRows(o.attention[0]->lse, r.attention[0]->lse));
        QCOMPARE(o.tensors.size(), r.tensors.size());
        for (std::size_t i = 0; i < r.tensors.size(); ++i) {
            const TensorRecord* t = o.find(r.tensors[i].point, r.tensors[i].iLayer);
            QVERIFY(t != nullptr);
            QVERIFY(t->heads == r.tensors[i].heads);
            QCOMPARE(t->firstPosition, r.tensors[i].firstPosition);
            QVERIFY(sameRows(t->rows, r.tensors[i].rows));
        }
        // Saved again it is the same file, and rows in a file can be gone on from without touching it.
        QVERIFY_RESULT(saveRun(o, path("again.safetensors")));
        const std::string first = bytesOf(file);
        QVERIFY(bytesOf(path("again.safetensors")) == first);
        RowsWriter writer(o.attention[0]->q);
        const std::vector<float> row(8, 9.0F);
        writer.append(row.data(), 1, 8);
        QCOMPARE(writer.snapshot().at(69, 0), 9.0F);
        QCOMPARE(writer.snapshot().at(68, 1), o.attention[0]->q.at(68, 1));
        QVERIFY(bytesOf(file) == first);
    }

    void emptyRun() {
        Recording r;
        r.model.nVocab = 1;
        QVERIFY_RESULT(saveRun(r, path("empty.safetensors")));
        const auto opened = openRun(path("empty.safetensors"));
        QVERIFY_RESULT(opened);
        QCOMPARE((*opened)->nPosition(), 0);
    }

    void savingCanBeStopped() {
        std::stop_source stop;
        stop.request_stop();
        const auto result = saveRun(sample(), path("stopped.safetensors"), stop.get_token());
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
        QVERIFY(!std::filesystem::exists(path("stopped.safetensors")));
    }

    void everyPrefixIsRefused() {
        const std::string bytes = saved();
        QVERIFY(bytes.size() > 1000);
        for (std::size_t n = 0; n < bytes.size(); n += n < 3000 ? 1 : 37)
            QVERIFY(!readBytes(bytes.substr(0, n)));
        QVERIFY(!readBytes(bytes + "x"));
    }

    void wrongFieldsAreNamed_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const char* from, const char* to, const char* named) {
            QTest::newRow(name) << from << to << named;
        };
        row("another format", "vitral-run", "other-run", "no recorded run");
        row("a newer version", "\"version\":\"1\"", "\"version\":\"2\"", "newer version");
        row("not JSON", "\\\"nPrompt\\\":60", "\\\"nPrompt\\\":", "is not JSON");
        row("prompt longer than the run", "\\\"nPrompt\\\":60", "\\\"nPrompt\\\":71", "nPrompt");
        row("negative prompt", "\\\"nPrompt\\\":60", "\\\"nPrompt\\\":-1", "nPrompt");
        row("half a prompt", "\\\"nPrompt\\\":60", "\\\"nPrompt\\\":6.5", "nPrompt");
        row("huge prompt", "\\\"nPrompt\\\":60", "\\\"nPrompt\\\":18446744073709551615", "nPrompt");
        row("huge layer count", "\\\"nLayer\\\":2", "\\\"nLayer\\\":4000000000000", "model.nLayer");
        row("vocabulary too small", "\\\"nVocab\\\":40", "\\\"nVocab\\\":39", "tokens");
        row("model of the wrong kind", "\\\"architecture\\\":\\\"llama\\\"", "\\\"architecture\\\":7",
            "model.architecture");
        static const QByteArray longName = "\\\"architecture\\\":\\\"" + QByteArray(5000, 'a') + "\\\"";
        row("model with an endless name", "\\\"architecture\\\":\\\"llama\\\"", longName.constData(),
            "longer than 4096");
        row("layer outside", "\\\"layer\\\":0", "\\\"layer\\\":2", "attention.layer");
        row("heads do not divide", "\\\"nKvHead\\\":2,\\\"headDimK\\\"", "\\\"nKvHead\\\":3,\\\"headDimK\\\"",
            "attention.nHead");
        row("more key heads than heads", "\\\"nKvHead\\\":2,\\\"headDimK\\\"", "\\\"nKvHead\\\":8,\\\"headDimK\\\"",
            "attention.nKvHead");
        row("no head", "\\\"nHead\\\":4,\\\"nKvHead\\\":2,\\\"headDimK\\\"",
            "\\\"nHead\\\":0,\\\"nKvHead\\\":2,\\\"headDimK\\\"", "attention.nHead");
        row("other width", "\\\"headDimK\\\":2", "\\\"headDimK\\\":3", "hook_rot_q");
        row("huge width", "\\\"headDimK\\\":2", "\\\"headDimK\\\":1000000000", "attention.headDimK");
        row("scale is text", "\\\"scale\\\":0.70710", "\\\"scale\\\":\\\"x\\\",\\\"y\\\":0.70710", "attention.scale");
        row("infinite scale", "\\\"scale\\\":0.70710", "\\\"scale\\\":1e300,\\\"y\\\":0.70710", "attention.scale");
        row("negative soft-cap", "\\\"softcap\\\":30.0", "\\\"softcap\\\":-3.0", "attention.softcap");
        row("negative window", "\\\"window\\\":16", "\\\"window\\\":-1", "attention.window");
        row("too few sinks", "3.5,0.0]", "3.5]", "attention.sinks");
        row("rope too long", "\\\"inverseFrequency\\\":[", "\\\"inverseFrequency\\\":[1,", "inverseFrequency");
        row("rope of no known style", "\\\"halves\\\"", "\\\"thirds\\\"", "attention.rope.style");
        row("unknown point", "\\\"point\\\":\\\"hook_logits\\\"", "\\\"point\\\":\\\"hook_logit\\\"", "points.point");
        row("point of a layer too high", "\\\"point\\\":\\\"blocks.1.hook_resid_post",
            "\\\"point\\\":\\\"blocks.2.hook_resid_post", "points.point");
        row("point twice", "\\\"point\\\":\\\"hook_logits\\\"", "\\\"point\\\":\\\"blocks.1.hook_resid_post\\\"",
            "points.point");
        row("tensor that is not there", "\\\"tensor\\\":\\\"hook_logits\\\"", "\\\"tensor\\\":\\\"hook_nothing\\\"",
            "hook_nothing");
        row("tensor of another type", "\\\"tensor\\\":\\\"hook_logits\\\"", "\\\"tensor\\\":\\\"tokens\\\"", "tokens");
        row("positions beyond the end", "\\\"firstPosition\\\":3", "\\\"firstPosition\\\":5", "hook_resid_post");
        row("heads not ascending", "\\\"heads\\\":[1,3]", "\\\"heads\\\":[3,1]", "points.heads");
        row("heads do not divide the columns", "\\\"heads\\\":[1,3]", "\\\"heads\\\":[1,2,3]", "hook_rot_q");
        row("heads that are none", "\\\"heads\\\":[1,3]", "\\\"heads\\\":[1,99999999999]", "points.heads");
        row("no pieces", "\\\"pieces\\\":[", "\\\"piecez\\\":[", "pieces");
        row("a piece that is no byte", "[226,130]", "[226,330]", "pieces");
        row("a piece too many", "[226,130]", "[226,130],\\\"x\\\"", "pieces");
        row("seed of the wrong kind", "\\\"seed\\\":1", "\\\"seed\\\":-1", "seed");
        row("not complete, not incomplete", "\\\"complete\\\":true", "\\\"complete\\\":1", "complete");
        row("a tower of brackets", "\\\"complete\\\":true", "\\\"complete\\\":[[[[[[[[[[[]]]]]]]]]]]",
            "nested too deeply");
        row("notes are not a list", "\\\"notes\\\":[", "\\\"notes\\\":{},\\\"n\\\":[", "notes");
    }
    void wrongFieldsAreNamed() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, named);
        const std::string bytes = edited(saved(), from.toStdString(), to.toStdString());
        QVERIFY2(!bytes.empty(), "the file does not hold what this row wants to change");
        const auto run = readBytes(bytes);
        QVERIFY(!run);
        QVERIFY2(run.error().message.find(named.toStdString()) != std::string::npos, run.error().message.c_str());
    }

    void sizesThatDisagree() {
        // The container's own shapes: a shorter K, another type.
        const std::string bytes = saved();
        const auto k = edited(bytes, "\"shape\":[69,2,2]", "\"shape\":[69,4,1]");
        QVERIFY(!k.empty());
        const auto run = readBytes(k);
        QVERIFY(!run);
        QVERIFY2(run.error().message.find("hook_rot_k") != std::string::npos, run.error().message.c_str());
        const auto half = readBytes(edited(bytes, "\"dtype\":\"F16\"", "\"dtype\":\"I16\""));
        QVERIFY(!half);
        QVERIFY2(half.error().message.find("I16") != std::string::npos, half.error().message.c_str());
    }

    void notANumber() {
        Recording r = sample();
        auto a = std::make_shared<AttentionRecord>(*r.attention[0]);
        RowsWriter writer(Rows(DType::F32, 4));
        const std::vector<float> row{1.0F, std::numeric_limits<float>::quiet_NaN(), 0.0F, 0.0F};
        for (int i = 0; i < 69; ++i)
            writer.append(row.data(), 1, 4);
        a->lse = writer.snapshot();
        r.attention[0] = a;
        QVERIFY_RESULT(saveRun(r, path("nan.safetensors")));
        const auto run = openRun(path("nan.safetensors"));
        QVERIFY(!run);
        QVERIFY2(run.error().message.find("hook_lse") != std::string::npos, run.error().message.c_str());
    }

    void mutationsNeverCrash() {
        const std::string bytes = saved();
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), 8);
        std::mt19937 random(7);
        int nRead = 0;
        for (int i = 0; i < 4000; ++i) {
            std::string changed = bytes;
            for (int n = 0; n < 1 + i % 3; ++n) {
                const std::size_t range = i % 5 == 0 ? bytes.size() : length + 8;
                changed[random() % range] = i % 2 == 0 ? char(random()) : "0189-{}[],:\"e."[random() % 14];
            }
            const auto run = readBytes(changed);
            nRead += run ? 1 : 0;
            if (!run)
                QVERIFY(!run.error().message.empty());
        }
        QVERIFY(nRead > 0); // most changes of the numbers themselves are fine
    }
};

QTEST_GUILESS_MAIN(TestRunFile)
#include "tst_run_file.moc"
