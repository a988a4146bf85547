// SPDX-License-Identifier: Apache-2.0
#include "core/io/gguf.h"
#include "tests/support/result_test.h"

using namespace vitral;

class TestGguf : public QObject {
    Q_OBJECT
private slots:
    void readsARealModel() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
        VITRAL_NEED_FILE(path);
        const auto file = GgufFile::open(path.toStdString());
        QVERIFY_RESULT(file);
        QCOMPARE((*file)->string("general.architecture", "").value(), std::string("llama"));
        QCOMPARE((*file)->integer("llama.block_count", 0).value(), std::int64_t(5));
        const GgufTensor* embd = (*file)->findTensor("token_embd.weight");
        QVERIFY(embd != nullptr);
        QCOMPARE(embd->view.shape, (Shape{512, 64}));
        QCOMPARE(embd->view.bytes.size(), std::size_t(512 * 64 * 4));
        const auto tokens = (*file)->array("tokenizer.ggml.tokens");
        QVERIFY_RESULT(tokens);
        QCOMPARE((*tokens)->strings.size(), std::size_t(512));
    }
    void missingKeysGiveTheDefault() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
        VITRAL_NEED_FILE(path);
        const auto file = GgufFile::open(path.toStdString());
        QVERIFY_RESULT(file);
        QCOMPARE((*file)->integer("no.such.key", 7).value(), std::int64_t(7));
        QVERIFY((*file)->array("no.such.key").value() == nullptr);
        QVERIFY_ERROR((*file)->integer("general.architecture", 7), ErrorCode::InvalidFile);
    }
};

QTEST_GUILESS_MAIN(TestGguf)
#include "tst_gguf.moc"
