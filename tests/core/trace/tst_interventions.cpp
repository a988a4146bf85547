// SPDX-License-Identifier: Apache-2.0
// Changing values inside a run: what is promised of each edit, over a prompt in several pieces and token by token, and
// that a change reaches what the KV cache keeps.

#include "core/io/npy.h"
#include "core/io/safetensors.h"
#include "core/trace/intervention_check.h"
#include "core/trace/run_file.h"
#include "tests/core/trace/recorded_run.h"

#include <QTemporaryDir>
#include <cmath>
#include <cstring>
#include <map>

using namespace vitral;
using namespace vitral::test;

class TestInterventions : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;
    std::shared_ptr<const Model> model_;
    std::vector<TokenId> tokens_;

    static Intervention edit(Point point, std::int32_t iLayer, EditKind kind) {
        Intervention item;
        item.point = point;
        item.iLayer = iLayer;
        item.edit = kind;
        return item;
    }
    RecordedText run(const std::vector<Intervention>& items, const std::vector<std::int64_t>& passes = {5, 9},
                     const TraceRequest& request = {}, DType kvType = DType::F32) const {
        auto text = recordText(model_, tokens_, 64, request, kvType, passes, {items});
        if (!text) {
            qWarning("%s", text.error().message.c_str());
            return {};
        }
        return std::move(*text);
    }
    static TraceRequest pointsOf(std::vector<TracePoint> points) {
        TraceRequest request;
        request.points = std::move(points);
        return request;
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        model_ = *model;
        for (int i = 0; i < 20; ++i)
            tokens_.push_back(TokenId(2 + (i * 37) % 120));
    }

    void nothingChangedIsNothingChanged() {
        const std::vector<float> plain = run({}).logits;
        QCOMPARE(plain.size(), tokens_.size() * std::size_t(model_->config().nVocab));
        // Adding zero, multiplying by one, and an edit that is off.
        Intervention add = edit(Point::ResidPre, 1, EditKind::Add);
        add.vector = std::make_shared<const std::vector<float>>(std::size_t(model_->config().nEmbd), 0.0F);
        add.factor = 8.0F;
        Intervention off = edit(Point::ResidPost, 0, EditKind::Zero);
        off.enabled = false;
        const std::vector<float> same =
            run({add, edit(Point::Q, 0, EditKind::Scale), edit(Point::MlpPost, 2, EditKind::Scale), off}).logits;
        QCOMPARE(std::memcmp(same.data(), plain.data(), plain.size() * sizeof(float)), 0);
    }

    /// hook_z of a head set to zero is the output projection without that head's columns: attn_out loses exactly what
    /// the head gave, Z_h W_h^T.
    void zeroedHeadIsMissingColumns() {
        const std::int32_t layer = 1, head = 2;
        const auto request =
            pointsOf({{Point::Z, {layer}, {}}, {Point::AttnOut, {layer}, {}}, {Point::ResidPre, {layer}, {}}});
        Intervention item = edit(Point::Z, layer, EditKind::Zero);
        item.iHead = head;
        const RecordedText plain = run({}, {5, 9}, request), edited = run({item}, {5, 9}, request);
        QVERIFY(plain.logits != edited.logits);
        const auto* z = plain.recording.find(Point::Z, layer);
        const auto* zEdited = edited.recording.find(Point::Z, layer);
        const auto* out = plain.recording.find(Point::AttnOut, layer);
        const auto* outEdited = edited.recording.find(Point::AttnOut, layer);
        const std::int64_t d = model_->config().headDim, nEmbd = model_->config().nEmbd;
        const GgufTensor* w = model_->file()->findTensor("blk.1.attn_output.weight");
        QVERIFY(w != nullptr && w->view.dtype == DType::F32);
        const auto* weight = reinterpret_cast<const float*>(w->view.bytes.data()); // [E, H * D]
        double worst = 0, largest = 0;
        for (std::int64_t p = 0; p < plain.recording.nPosition(); ++p) {
            for (std::int64_t c = 0; c < z->rows.nCol(); ++c)
                QCOMPARE(zEdited->rows.at(p, c), c / d == head ? 0.0F : z->rows.at(p, c));
            for (std::int64_t e = 0; e < nEmbd; ++e) {
                double lost = 0;
                for (std::int64_t c = 0; c < d; ++c)
                    lost += double(z->rows.at(p, head * d + c)) * double(weight[e * z->rows.nCol() + head * d + c]);
                worst = std::max(worst, std::abs(double(out->rows.at(p, e)) - lost - double(outEdited->rows.at(p, e))));
                largest = std::max(largest, std::abs(lost));
            }
        }
        QVERIFY(largest > 0.1);
        QVERIFY2(worst < 4e-3 * largest, qPrintable(QString::number(worst / largest))); // recorded as F16
    }

    /// All of the last layer's stream from another run: that run's logits.
    void patchingEverythingGivesTheOtherRun() {
        const std::int32_t last = std::int32_t(model_->config().nLayer) - 1;
        const auto request = pointsOf({{Point::ResidPost, {last}, {}}});
        std::vector<TokenId> other = tokens_;
        for (TokenId& id : other)
            id = TokenId(2 + (id * 5) % 120);
        auto source = recordText(model_, other, 64, request, DType::F32, {4, 4});
        QVERIFY_RESULT(source);
        Intervention item = edit(Point::ResidPost, last, EditKind::Replace);
        item.source = std::make_shared<const Recording>(source->recording);
        const RecordedText patched = run({item});
        const double error = relativeError(patched.logits, source->logits);
        QVERIFY2(error < 2e-3, qPrintable(QString::number(error)));
        // Shifted by three: position p answers as position p + 3 of the other; the last three are left alone.
        item.sourceOffset = 3;
        const RecordedText shifted = run({item});
        const std::size_t v = std::size_t(model_->config().nVocab), n = tokens_.size();
        QVERIFY(relativeError(std::span(shifted.logits).first((n - 3) * v), std::span(source->logits).subspan(3 * v)) <
                2e-3);
        const std::vector<float> plain = run({}).logits;
        QVERIFY(relativeError(std::span(shifted.logits).last(3 * v), std::span(plain).last(3 * v)) < 1e-5);
    }

    /// A change of positions [a, b) is the same however the text is cut into passes, and touches nothing before a.
    void positionsHoldInEveryCut_data() {
        QTest::addColumn<int>("point");
        QTest::addColumn<int>("kind");
        for (const Point point :
             {Point::Embed, Point::ResidPre, Point::AttnNorm, Point::Q, Point::K, Point::V, Point::RotQ, Point::RotK,
              Point::Z, Point::AttnOut, Point::ResidMid, Point::MlpNorm, Point::MlpPre, Point::MlpPreLinear,
              Point::MlpPost, Point::MlpOut, Point::ResidPost, Point::FinalNorm, Point::Logits})
            for (const EditKind kind : {EditKind::Zero, EditKind::Scale})
                QTest::addRow("%s %s", pointName(point, 1).c_str(), kind == EditKind::Zero ? "zero" : "scale")
                    << int(point) << int(kind);
    }
    void positionsHoldInEveryCut() {
        QFETCH(int, point);
        QFETCH(int, kind);
        Intervention item = edit(Point(point), hasLayer(Point(point)) ? 1 : 0, EditKind(kind));
        item.factor = -0.5F;
        item.firstPosition = 7;
        item.endPosition = 12;
        const std::vector<float> plain = run({}).logits;
        const std::vector<float> whole = run({item}, {20}).logits;
        QVERIFY(!whole.empty());
        for (const auto& passes :
             {std::vector<std::int64_t>{8, 2, 10}, std::vector<std::int64_t>{5, 9}, std::vector<std::int64_t>{}}) {
            const double error = relativeError(run({item}, passes).logits, whole);
            QVERIFY2(error < 1e-4, qPrintable(QString::number(error)));
        }
        const std::size_t v = std::size_t(model_->config().nVocab);
        QVERIFY(relativeError(std::span(whole).first(7 * v), std::span(plain).first(7 * v)) < 1e-5);
        QVERIFY(relativeError(std::span(whole).subspan(7 * v, v), std::span(plain).subspan(7 * v, v)) > 1e-3);
    }

    /// Keys and values that are changed are what the cache keeps: later tokens see them too.
    void changedKeysAndValuesAreStored() {
        for (const Point point : {Point::K, Point::V, Point::RotK}) {
            Intervention item = edit(point, 0, EditKind::Zero);
            item.endPosition = 4;
            const std::vector<float> edited = run({item}, {4, 3}).logits, plain = run({}, {4, 3}).logits;
            const std::size_t v = std::size_t(model_->config().nVocab);
            // The last token's own keys and values are as ever; what it reads of the first four is not.
            QVERIFY(relativeError(std::span(edited).last(v), std::span(plain).last(v)) > 1e-3);
        }
        // And they are recorded so.
        TraceRequest request;
        request.attention = true;
        Intervention item = edit(Point::RotK, 0, EditKind::Zero);
        item.iHead = 1;
        for (const DType kvType : {DType::F16, DType::Q8_0}) {
            const RecordedText text = run({item}, {5, 9}, request, kvType);
            const AttentionRecord& record = *text.recording.attention[0];
            for (std::int64_t p = 0; p < record.nPosition(); ++p)
                for (std::int32_t d = 0; d < record.geometry.headDimK; ++d) {
                    QCOMPARE(record.k.at(p, record.geometry.headDimK + d), 0.0F);
                    QVERIFY(p > 0 || d > 0 || record.k.at(p, d) != 0.0F);
                }
        }
    }

    void meanColumnsAndVectors() {
        const auto request = pointsOf({{Point::MlpPost, {1}, {}}});
        const RecordedText plain = run({}, {5, 9}, request);
        const Rows& before = plain.recording.find(Point::MlpPost, 1)->rows;
        Intervention mean = edit(Point::MlpPost, 1, EditKind::Mean);
        mean.columns = {3, 9, 10};
        mean.source = std::make_shared<const Recording>(plain.recording);
        Intervention add = edit(Point::MlpPost, 1, EditKind::Add);
        add.columns = {20, 7};
        add.vector = std::make_shared<const std::vector<float>>(std::vector<float>{1.0F, -2.0F});
        add.factor = 0.5F;
        const RecordedText edited = run({mean, add}, {5, 9}, request);
        const Rows& after = edited.recording.find(Point::MlpPost, 1)->rows;
        std::map<std::int64_t, double> means;
        for (const std::int64_t c : {3, 9, 10})
            for (std::int64_t p = 0; p < before.nRow(); ++p)
                means[c] += double(before.at(p, c)) / double(before.nRow());
        for (std::int64_t p = 0; p < before.nRow(); ++p)
            for (std::int64_t c = 0; c < before.nCol(); ++c) {
                const double expected = means.contains(c) ? means[c]
                                        : c == 20         ? double(before.at(p, c)) + 0.5
                                        : c == 7          ? double(before.at(p, c)) - 1.0
                                                          : double(before.at(p, c));
                QVERIFY2(std::abs(double(after.at(p, c)) - expected) < 2e-3,
                         qPrintable(QString("%1 %2").arg(p).arg(c)));
            }
    }

    /// Sequences of one batch: each its own positions, and edits of one leave the other alone.
    void severalSequencesInABatch() {
        const auto shape = traceShape(*model_);
        QVERIFY_RESULT(shape);
        Runner runner(model_, 128);
        const SeqId a = runner.sequence, b = *(*runner.cache)->newSequence();
        std::vector<TokenId> tokens;
        std::vector<BatchRow> rows;
        std::vector<std::int32_t> wanted;
        for (const SeqId seq : {a, b}) {
            QVERIFY_RESULT((*runner.cache)->reserve(seq, 6));
            for (std::int32_t i = 0; i < 6; ++i) {
                rows.push_back({seq, i});
                tokens.push_back(tokens_[std::size_t(i)]);
                wanted.push_back(std::int32_t(wanted.size()));
            }
        }
        Intervention item = edit(Point::ResidPost, 0, EditKind::Zero);
        item.firstPosition = 2;
        item.endPosition = 4;
        Intervener intervener(*shape, *backend_);
        QVERIFY_RESULT(intervener.add({{item}}, b));
        intervener.beginPass(rows, wanted);
        const auto logits = runner.forward(tokens, rows, wanted, &intervener);
        QVERIFY_RESULT(logits);
        const std::size_t v = std::size_t(model_->config().nVocab);
        const std::vector<float> plain = run({}, {6}).logits, edited = run({item}, {6}).logits;
        QVERIFY(relativeError(std::span(*logits).first(6 * v), std::span(plain).first(6 * v)) < 1e-5);
        QVERIFY(relativeError(std::span(*logits).last(6 * v), std::span(edited).first(6 * v)) < 1e-5);
    }

    void checks_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("named");
        QTest::newRow("layer") << "blocks.3.attn.hook_z=zero"
                               << "3 layers";
        QTest::newRow("head") << "blocks.0.attn.hook_z[head=4]=zero"
                              << "no head 4";
        QTest::newRow("key head") << "blocks.0.attn.hook_k[head=2]=zero"
                                  << "no head 2";
        QTest::newRow("no heads") << "blocks.0.hook_resid_pre[head=0]=zero"
                                  << "no heads";
        QTest::newRow("column") << "blocks.0.mlp.hook_post[cols=48]=zero"
                                << "no column 48";
        QTest::newRow("column in head") << "blocks.0.attn.hook_z[head=1,cols=8]=zero"
                                        << "no column 8";
        QTest::newRow("column twice") << "blocks.0.attn.hook_z[cols=1+0:3]=zero"
                                      << "twice";
        QTest::newRow("log-sum-exp") << "blocks.0.attn.hook_lse=zero"
                                     << "changes nothing";
        QTest::newRow("router") << "blocks.0.moe.hook_gate=zero"
                                << "does not have that point";
        QTest::newRow("not finite") << "blocks.0.attn.hook_z=scale:inf"
                                    << "finite";
    }
    void checks() {
        QFETCH(QString, text);
        QFETCH(QString, named);
        const auto item = parseIntervention(text.toStdString());
        QVERIFY_RESULT(item);
        const auto shape = traceShape(*model_);
        QVERIFY_RESULT(shape);
        for (const auto& checked :
             {checkInterventions({{*item}}, model_->config()), checkInterventions({{*item}}, *shape)}) {
            QVERIFY(!checked);
            QVERIFY2(checked.error().message.find(named.toStdString()) != std::string::npos,
                     checked.error().message.c_str());
        }
        auto off = *item;
        off.enabled = false;
        QVERIFY_RESULT(checkInterventions({{off}}, *shape));
    }

    void parses() {
        QTemporaryDir dir;
        const std::string vector = (dir.path() + "/v.npy").toStdString();
        const std::vector<float> values(std::size_t(model_->config().nEmbd), 0.25F);
        TensorView view;
        view.dtype = DType::F32;
        view.shape = Shape{std::int64_t(values.size())};
        view.bytes = std::as_bytes(std::span(values));
        QVERIFY_RESULT(writeNpy(vector, view));
        const std::string run = (dir.path() + "/r.safetensors").toStdString();
        Recording recording = this->run({}, {5}, pointsOf({{Point::ResidPost, {1}, {}}})).recording;
        recording.model.nVocab = model_->config().nVocab;
        recording.model.nLayer = model_->config().nLayer;
        recording.pieces.resize(recording.tokens.size());
        QVERIFY_RESULT(saveRun(recording, run));
        for (const char* kind : {"mean", "patch"}) {
            const auto item = parseIntervention("blocks.1.hook_resid_post=" + std::string(kind) + ":" + run);
            QVERIFY_RESULT(item);
            QVERIFY_RESULT(checkInterventions({{*item}}, model_->config()));
        }

        const auto head = parseIntervention("blocks.2.attn.hook_z[head=1,pos=3:10]=zero");
        QVERIFY_RESULT(head);
        QCOMPARE(head->iLayer, 2);
        QCOMPARE(head->iHead, 1);
        QCOMPARE(head->firstPosition, 3);
        QCOMPARE(head->endPosition, 10);
        QCOMPARE(QString::fromStdString(describe(*head)),
                 QStringLiteral("blocks.2.attn.hook_z head 1 positions 3 to 9: zero"));
        const auto neurons = parseIntervention("blocks.0.mlp.hook_post[cols=5+7+10:13,pos=4:]=scale:-0.5");
        QVERIFY_RESULT(neurons);
        QCOMPARE(neurons->columns, (std::vector<std::int32_t>{5, 7, 10, 11, 12}));
        QCOMPARE(neurons->firstPosition, 4);
        QCOMPARE(neurons->endPosition, -1);
        QCOMPARE(neurons->factor, -0.5F);
        const auto steer = parseIntervention("blocks.1.hook_resid_post[pos=7]=add:8:" + vector);
        QVERIFY_RESULT(steer);
        QCOMPARE(steer->vector->size(), values.size());
        QCOMPARE(steer->endPosition, 8);
        QVERIFY_RESULT(checkInterventions({{*steer}}, model_->config()));

        for (const char* wrong : {"",
                                  "hook_z",
                                  "blocks.1.hook_nothing=zero",
                                  "blocks.x.hook_resid_post=zero",
                                  "blocks.1.hook_resid_post",
                                  "blocks.01.hook_resid_post=zero",
                                  "blocks.1.hook_resid_post[=zero",
                                  "blocks.1.hook_resid_post[head]=zero",
                                  "blocks.1.hook_resid_post[head=-1]=zero",
                                  "blocks.1.hook_resid_post[pos=5:3]=zero",
                                  "blocks.1.hook_resid_post[cols=5:5]=zero",
                                  "blocks.1.hook_resid_post[cols=]=zero",
                                  "blocks.1.hook_resid_post=zero:1",
                                  "blocks.1.hook_resid_post=scale:",
                                  "blocks.1.hook_resid_post=scale:x",
                                  "blocks.1.hook_resid_post=add:1",
                                  "blocks.1.hook_resid_post=add:x:y.npy",
                                  "blocks.1.hook_resid_post=add:1:missing.npy",
                                  "blocks.1.hook_resid_post=patch:missing.safetensors",
                                  "blocks.1.hook_resid_post=mean:",
                                  "blocks.99999999999.hook_resid_post=zero",
                                  "blocks.1.hook_resid_post[cols=0:99999999]=zero"}) {
            const auto item = parseIntervention(wrong);
            QVERIFY2(!item, wrong);
            QVERIFY(!item.error().message.empty());
        }
    }

    void sources() {
        const auto shape = traceShape(*model_);
        QVERIFY_RESULT(shape);
        Intervention item = edit(Point::Z, 1, EditKind::Replace);
        QVERIFY(!checkInterventions({{item}}, *shape)); // none
        const RecordedText some = run({}, {5}, pointsOf({{Point::Z, {1}, {1, 3}}, {Point::ResidPost, {0}, {}}}));
        item.source = std::make_shared<const Recording>(some.recording);
        item.iHead = 2;
        QVERIFY(!checkInterventions({{item}}, *shape)); // not that head
        item.iHead = 3;
        QVERIFY_RESULT(checkInterventions({{item}}, *shape));
        Intervention other = item;
        other.iLayer = 2;
        QVERIFY(!checkInterventions({{other}}, *shape)); // not that layer
        // A head patched with itself changes nothing but the rounding of the recording.
        const double error = relativeError(run({item}).logits, run({}).logits);
        QVERIFY2(error < 2e-3, qPrintable(QString::number(error)));
        QVERIFY(error > 0);
    }
};

QTEST_GUILESS_MAIN(TestInterventions)
#include "tst_interventions.moc"
