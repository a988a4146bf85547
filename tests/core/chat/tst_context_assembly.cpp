// SPDX-License-Identifier: Apache-2.0
#include "core/chat/context_assembly.h"
#include "tests/support/result_test.h"

#include <QDir>
#include <QFile>

using namespace vitral;

namespace {

constexpr const char* kChatMl =
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

std::shared_ptr<const ChatTemplate> parse(const std::string& source) {
    auto t = ChatTemplate::parse(source);
    if (!t)
        qFatal("%s", t.error().message.c_str());
    return *t;
}

std::string readAll(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// Spans as text: "T[...] S[...] H1[...] Q3[...] G[...]".
std::string shown(const AssembledContext& c) {
    std::string out;
    for (const ContextSpan& s : c.spans) {
        out += std::string("TSHDQG").substr(std::size_t(s.kind), 1);
        if (s.message != kNoMessage)
            out += std::to_string(s.message);
        out += "[" + c.text.substr(s.textBegin, s.textEnd - s.textBegin) + "]";
    }
    for (std::size_t at = 0; (at = out.find('\n', at)) != std::string::npos;)
        out.replace(at, 1, "\\n");
    return out;
}

Message message(MessageId id, Role role, std::string text) {
    return Message{.id = id, .role = role, .text = std::move(text)};
}

std::string gaps(const AssembledContext& c) {
    std::size_t text = 0;
    std::int32_t token = 0;
    for (const ContextSpan& s : c.spans) {
        if (s.textBegin != text || s.tokenBegin != token || s.textEnd < s.textBegin || s.tokenEnd < s.tokenBegin)
            return "a gap at byte " + std::to_string(text) + ", token " + std::to_string(token);
        text = s.textEnd;
        token = s.tokenEnd;
    }
    if (text != c.text.size() || token != std::int32_t(c.ids.size()))
        return "the end is not covered: byte " + std::to_string(text) + " of " + std::to_string(c.text.size()) +
               ", token " + std::to_string(token) + " of " + std::to_string(c.ids.size());
    return {};
}

} // namespace

class TestContextAssembly : public QObject {
    Q_OBJECT
    std::shared_ptr<const Tokenizer> tokenizer_;
    const std::vector<Message> path_ = {message(1, Role::User, "Hello there"), message(2, Role::Assistant, "Hi! user"),
                                        message(3, Role::User, "  assistant\n")};

private slots:
    void initTestCase() {
        const auto loaded = loadTokenizer(VITRAL_SOURCE_DIR "/assets/models/vitral-pequeno/vitral-pequeno-q8_0.gguf");
        QVERIFY_RESULT(loaded);
        tokenizer_ = *loaded;
    }
    void namesEveryStretch() {
        AssembleOptions options;
        options.systemPrompt = "Be kind.";
        const auto c = assembleContext(path_, *tokenizer_, parse(kChatMl).get(), options);
        QVERIFY_RESULT(c);
        QCOMPARE(shown(*c),
                 std::string("T[<|im_start|>system\\n]S[Be kind.]T[<|im_end|>\\n<|im_start|>user\\n]H1[Hello there]"
                             "T[<|im_end|>\\n<|im_start|>assistant\\n]H2[Hi! user]T[<|im_end|>\\n<|im_start|>user\\n]"
                             "Q3[assistant]T[<|im_end|>\\n]G[<|im_start|>assistant\\n]"));
        QCOMPARE(gaps(*c), std::string());
        for (const ContextSpan& s : c->spans) { // here the tokens spell the text
            std::string bytes;
            for (std::int32_t i = s.tokenBegin; i < s.tokenEnd; ++i)
                bytes += tokenizer_->decodeToken(c->ids[std::size_t(i)], true);
            if (s.kind != SpanKind::Template)
                QVERIFY2(QByteArray::fromStdString(c->text).contains(bytes.c_str()), bytes.c_str());
        }
    }
    void leavesOutWhatThePersonSays() {
        AssembleOptions options;
        options.leaveOut = {1, 2};
        const auto c = assembleContext(path_, *tokenizer_, parse(kChatMl).get(), options);
        QVERIFY_RESULT(c);
        QCOMPARE(shown(*c),
                 std::string("T[<|im_start|>user\\n]Q3[assistant]T[<|im_end|>\\n]G[<|im_start|>assistant\\n]"));
    }
    void saysWhatGoesNext() {
        std::vector<Message> path;
        for (int i = 0; i < 10; ++i) {
            path.push_back(message(2 * i + 1, Role::User, "Question number " + std::to_string(i)));
            path.push_back(
                message(2 * i + 2, Role::Assistant, "An answer of several words to question " + std::to_string(i)));
        }
        path.push_back(message(99, Role::User, "The last one"));
        const auto t = parse(kChatMl);
        AssembleOptions options;
        auto c = assembleContext(path, *tokenizer_, t.get(), options);
        QVERIFY(c->fits);
        QCOMPARE(c->droppedNext, (std::vector<MessageId>{1, 2}));
        options.nReserve = 50;
        options.nCtx = std::int32_t(c->ids.size()) + 50 - 1;
        c = assembleContext(path, *tokenizer_, t.get(), options);
        QVERIFY(!c->fits);
        QCOMPARE(c->droppedNext, (std::vector<MessageId>{1, 2}));
        options.nCtx -= 60;
        c = assembleContext(path, *tokenizer_, t.get(), options);
        QVERIFY(c->droppedNext.size() > 2 && c->droppedNext.size() % 2 == 0);
        options.leaveOut = c->droppedNext;
        c = assembleContext(path, *tokenizer_, t.get(), options);
        QVERIFY2(c->fits, "dropping what was proposed must be enough");
        options.nCtx = 10;
        options.leaveOut.clear();
        c = assembleContext(path, *tokenizer_, t.get(), options);
        QCOMPARE(c->droppedNext.size(), std::size_t(20)); // all but the question
    }
    void templateThatLooksIntoTheTexts() {
        const auto t = parse("{% for m in messages %}{{ m.role }}({{ m.content | upper if 'shout' in m.content else "
                             "m.content }}){% endfor %}");
        const std::vector<Message> path = {message(1, Role::User, "plain"), message(2, Role::Assistant, "shout it"),
                                           message(3, Role::User, "end")};
        const auto c = assembleContext(path, *tokenizer_, t.get(), {});
        QVERIFY_RESULT(c);
        QCOMPARE(gaps(*c), std::string());
        QCOMPARE(shown(*c), std::string("T[user(]H1[plain]T[)assistant(SHOUT IT)user(]Q3[end]T[)]"));
    }
    void thinkingIsHandedOverApart() {
        const auto t =
            parse("{% for m in messages %}[{{ m.role }}|{{ m.reasoning_content }}|{{ m.content }}]{% endfor %}");
        const std::vector<Message> path = {message(1, Role::User, "2+2?"),
                                           message(2, Role::Assistant, "<think>\nEasy.\n</think>\n\n4"),
                                           message(3, Role::User, "ok")};
        const auto c = assembleContext(path, *tokenizer_, t.get(), {});
        QCOMPARE(shown(*c), std::string("T[[user||]H1[2+2?]T[][assistant|]H2[Easy.]T[|]H2[4]T[][user||]Q3[ok]T[]]"));
    }
    void noSystemRoleAndStrictTurns() {
        const auto t =
            parse("{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') "
                  "}}{% endif %}"
                  "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') "
                  "}}{% endif %}"
                  "<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<model>{% endif %}");
        AssembleOptions options;
        options.systemPrompt = "Sys";
        const std::vector<Message> path = {message(1, Role::User, "a"), message(2, Role::User, "b")};
        const auto c = assembleContext(path, *tokenizer_, t.get(), options);
        QVERIFY_RESULT(c);
        QCOMPARE(shown(*c), std::string("T[<user>]S[Sys]T[\\n\\n]H1[a]T[\\n\\n]Q2[b]G[<model>]"));
        const std::vector<Message> wrong = {message(1, Role::Assistant, "a")};
        QVERIFY_ERROR(assembleContext(wrong, *tokenizer_, t.get(), {}), ErrorCode::InvalidArgument);
    }
    void withoutATemplate() {
        AssembleOptions options;
        options.systemPrompt = "Sys";
        const auto c = assembleContext(path_, *tokenizer_, nullptr, options);
        QVERIFY_RESULT(c);
        QCOMPARE(c->text,
                 std::string("Sys\n\nUser: Hello there\nAssistant: Hi! user\nUser:   assistant\n\nAssistant:"));
        QCOMPARE(gaps(*c), std::string());
        const auto nothing = assembleContext({}, *tokenizer_, parse(kChatMl).get(), {});
        QVERIFY_RESULT(nothing);
        QVERIFY(nothing->ids.empty());
    }
    /// Every template of shared/data, with every vocabulary at hand: no gaps, ids those of the whole text, and each
    /// message found where it is.
    void spansHoldForEveryTemplate() {
        const QDir folder(QStringLiteral(VITRAL_SHARED_DATA "/chat-templates"));
        VITRAL_NEED_FILE(folder.path());
        std::vector<std::shared_ptr<const Tokenizer>> tokenizers = {tokenizer_};
        for (const char* name : {"ggml-vocab/ggml-vocab-llama-spm.gguf", "qwen2.5-tokenizer/vocab-qwen2.5.gguf",
                                 "ggml-vocab/ggml-vocab-phi-3.gguf"})
            if (QFile::exists(QStringLiteral(VITRAL_SHARED_DATA "/") + QString::fromLatin1(name)))
                if (auto loaded = loadTokenizer(std::string(VITRAL_SHARED_DATA "/") + name))
                    tokenizers.push_back(*loaded);
        const std::vector<Message> path = {
            message(1, Role::User, "Olá, the  first — question?\n"),
            message(2, Role::Assistant, "<think>\nReasons…\n</think>\n\nfirst answer 🦜"),
            message(3, Role::User, "user"), message(4, Role::Assistant, "plain answer"),
            message(5, Role::User, "e a última?")};
        int nExact = 0, nChecked = 0, nRefused = 0;
        for (const QString& file : folder.entryList({QStringLiteral("*.jinja")})) {
            const auto t = parse(readAll(folder.filePath(file)));
            for (const auto& tokenizer : tokenizers) {
                AssembleOptions options;
                options.systemPrompt = "Answer briefly.";
                options.nowUnixSeconds = 1755993600;
                const auto c = assembleContext(path, *tokenizer, t.get(), options);
                if (!c) { // templates that need variables of their own
                    ++nRefused;
                    continue;
                }
                ++nChecked;
                QVERIFY2(gaps(*c).empty(), qPrintable(file + ": " + QString::fromStdString(gaps(*c))));
                QCOMPARE(*tokenizer->encode(c->text, {AddSpecial::No, ParseSpecial::Yes}), c->ids);
                QVERIFY2(c->spans.back().kind == SpanKind::GenerationPrompt || c->text.ends_with("última?") ||
                             c->spans.back().kind == SpanKind::Template,
                         qPrintable(file));
                bool found = true;
                for (const char* text : {"Answer briefly.", "Olá, the  first — question?", "first answer 🦜", "user",
                                         "plain answer", "e a última?"})
                    found = found && std::any_of(c->spans.begin(), c->spans.end(), [&](const ContextSpan& s) {
                                return s.kind != SpanKind::Template &&
                                       c->text.substr(s.textBegin, s.textEnd - s.textBegin).find(text) == 0;
                            });
                nExact += found ? 1 : 0;
                if (!found)
                    qInfo("%s: %s", qPrintable(file), shown(*c).c_str());
            }
        }
        qInfo("%d of %d contexts with every text found (%zu vocabularies), %d refused", nExact, nChecked,
              tokenizers.size(), nRefused);
        QVERIFY(nChecked > 0);
        QVERIFY2(nExact * 100 >= nChecked * 95, "too many templates whose texts are not found");
    }
};

QTEST_GUILESS_MAIN(TestContextAssembly)
#include "tst_context_assembly.moc"
