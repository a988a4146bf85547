// SPDX-License-Identifier: Apache-2.0
// The template interpreter against jinja2 in the setting of transformers: every template of shared/data and several
// hundred small ones, byte for byte, refusals included.
#include "core/chat/template.h"
#include "tests/support/result_test.h"

#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace vitral;
using Json = nlohmann::ordered_json;

namespace {

QByteArray readAll(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString golden(const char* name) {
    return QStringLiteral(VITRAL_GOLDEN "/chat/") + QString::fromLatin1(name);
}

std::string textOf(const Json& json) {
    return json.is_null() ? std::string() : json.dump();
}

/// Where two texts part, for the message of a failing test.
std::string difference(const std::string& got, const std::string& expected) {
    std::size_t i = 0;
    while (i < got.size() && i < expected.size() && got[i] == expected[i])
        ++i;
    const std::size_t from = i < 60 ? 0 : i - 60;
    return "at byte " + std::to_string(i) + "\n   got      ..." +
           Json(got.substr(from, 140)).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n   expected ..." +
           Json(expected.substr(from, 140)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Errors whose words a person or a template author reads; the wording of Python's own TypeErrors is not copied.
bool wordsMatter(const std::string& type) {
    return type == "TemplateError" || type == "UndefinedError" || type == "SecurityError";
}

} // namespace

class TestChatTemplate : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        qputenv("TZ", "UTC");
        tzset();
    }

    void smallTemplates() {
        const Json data = Json::parse(readAll(golden("jinja_cases.json")).toStdString());
        TemplateInput input;
        input.messagesJson = data["context"]["messages"].dump();
        input.extraJson = data["context"].dump();
        input.bosToken = "<s>";
        input.eosToken = "</s>";
        int nText = 0, nRefused = 0, nFailed = 0, nWords = 0, nWordsSame = 0;
        for (const Json& item : data["cases"]) {
            const std::string source = item[0];
            const auto parsed = ChatTemplate::parse(source);
            const Result<std::string> got = parsed ? (*parsed)->render(input) : tl::unexpected(parsed.error());
            std::string complaint;
            if (item[1] == 0) {
                ++nText;
                if (!got)
                    complaint = "refused: " + got.error().message + "\n   expected " + item[2].dump();
                else if (*got != item[2].get<std::string>())
                    complaint = difference(*got, item[2]);
            } else {
                ++nRefused;
                if (got)
                    complaint = "gave " + Json(*got).dump() + "\n   expected " + item[2].dump() + " " + item[3].dump();
                else {
                    ++nWords;
                    const bool same = got.error().message.find(item[3].get<std::string>()) != std::string::npos;
                    nWordsSame += same ? 1 : 0;
                    if (!same && wordsMatter(item[2]))
                        complaint = "said " + got.error().message + "\n   expected " + item[3].dump();
                }
            }
            if (!complaint.empty()) {
                ++nFailed;
                qWarning("%s\n   %s", Json(source).dump().c_str(), complaint.c_str());
            }
        }
        qInfo("%d texts and %d refusals compared (%d of %d with the reference's own words), %d differ", nText, nRefused,
              nWordsSame, nWords, nFailed);
        QVERIFY(nText > 300);
        QCOMPARE(nFailed, 0);
    }

    void hostileTemplatesEndWithASentence_data() {
        QTest::addColumn<QByteArray>("source");
        const auto repeat = [](const char* text, int n) { return QByteArray(text).repeated(n); };
        const auto row = [](const char* name, const QByteArray& source) { QTest::newRow(name) << source; };
        row("huge range", "{% for i in range(1000000000) %}x{% endfor %}");
        row("range at the edge", "{{ range(-9223372036854775807, 9223372036854775807, 3)|list }}");
        row("nested loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
        row("nested loops with text",
            "{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxxxx{% endfor %}{% endfor %}");
        row("huge text", "{{ 'a' * 1000000000 }}");
        row("huge text by doubling",
            "{% set n = namespace(t='aaaaaaaa') %}{% for i in range(99) %}{% set n.t = n.t + n.t %}{% endfor %}");
        row("huge text by joining", "{{ (range(99999)|list * 900)|join('xxxxxxxxxxxxxxxxxxx') }}");
        row("huge text by replacing", "{{ ('a' * 30000000).replace('a', 'b' * 30000000) }}");
        row("huge text by width", "{{ '%999999999d' % 1 }}");
        row("huge text by format", "{{ '{:999999999}'.format(1) }}");
        row("huge text by centering", "{{ 'x'.center(9999999999) }}");
        row("huge text by indent", "{{ (('\n' * 100000) + 'x')|indent(100000, blank=true) }}");
        row("huge text by tilde",
            "{% set n = namespace(t='aaaaaaaa') %}{% for i in range(99) %}{% set n.t = n.t ~ n.t ~ n.t %}{% endfor %}");
        row("huge text by macro", "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% else %}xxxxxxxx{% endif "
                                  "%}{% endmacro %}{{ m(60) }}");
        row("huge list", "{{ [1] * 1000000000 }}");
        row("huge list by doubling",
            "{% set n = namespace(t=[1]) %}{% for i in range(99) %}{% set n.t = n.t + n.t %}{% endfor %}");
        row("huge list by batch", "{{ [1]|batch(1000000000, 0)|list }}");
        row("huge list by slice", "{{ [1]|slice(1000000000)|list }}");
        row("huge number", "{{ 9 ** 9 ** 9 }}");
        row("huge number in the source", "{{ 123456789012345678901234567890 }}");
        row("number that overflows", "{{ 9223372036854775807 + 1 }}");
        row("smallest number by -1", "{{ (-9223372036854775807 - 1) // -1 }}");
        row("smallest number, absolute", "{{ (-9223372036854775807 - 1)|abs }}");
        row("macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
        row("two macros", "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}");
        row("callers",
            "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{% call m() %}{% endcall %}");
        row("recursive loop",
            "{% set n = namespace() %}{% set n.l = [1] %}{% for x in n.l recursive %}{{ loop(n.l) }}{% endfor %}");
        row("deep brackets", "{{ " + repeat("(", 100000) + "1" + repeat(")", 100000) + " }}");
        row("deep lists", "{{ " + repeat("[", 100000) + repeat("]", 100000) + " }}");
        row("deep dicts", "{{ " + repeat("{1:", 100000) + "1" + repeat("}", 100000) + " }}");
        row("deep not", "{{ " + repeat("not ", 100000) + "1 }}");
        row("deep minus", "{{ " + repeat("-", 100000) + "1 }}");
        row("deep if", repeat("{% if 1 %}", 100000));
        row("deep for", repeat("{% for x in [1] %}", 3000) + repeat("{% endfor %}", 3000));
        row("deep targets", "{% set " + repeat("(", 100000) + "a" + repeat(")", 100000) + " = 1 %}");
        row("long sum", "{{ 1" + repeat(" + 1", 100000) + " }}");
        row("long filters", "{{ 1" + repeat("|string", 100000) + " }}");
        row("long attributes", "{{ a" + repeat(".b", 100000) + " }}");
        row("long calls", "{{ a" + repeat("()", 100000) + " }}");
        row("long conditions", "{{ 1" + repeat(" if 1 else 1", 100000) + " }}");
        row("long power", "{{ 1" + repeat(" ** 1", 100000) + " }}");
        row("value nested by a loop",
            "{% set n = namespace(l=[]) %}{% for i in range(99999) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}");
        row("dict nested by a loop", "{% set n = namespace(l={}) %}{% for i in range(99999) %}{% set n.l = {'a': n.l} "
                                     "%}{% endfor %}{{ n.l|tojson }}");
        row("namespace in itself", "{% set n = namespace() %}{% set n.n = n %}{{ n }}");
        row("list of itself", "{% set n = namespace() %}{% set n.l = [n, n] %}{{ n.l }}");
        row("endless unique", "{{ range(99999)|unique|list }}");
        row("sort of many", "{% for i in range(99999) %}{{ range(99999)|sort|length }}{% endfor %}");
        row("format recursion", "{{ '{:{:{:{}}}}'.format(1,2,3,4) }}");
        row("bytes that are no text", QByteArray("\xff\xfe{{ '\x80\xc0' | upper }}{% \xc3 %}", 26));
        row("zero bytes", QByteArray("{{\0}}", 5));
    }
    void hostileTemplatesEndWithASentence() {
        QFETCH(QByteArray, source);
        QElapsedTimer timer;
        timer.start();
        TemplateInput input;
        input.messagesJson = R"([{"role":"user","content":"hi"}])";
        const auto parsed = ChatTemplate::parse(std::string_view(source.data(), std::size_t(source.size())));
        const Result<std::string> got = parsed ? (*parsed)->render(input) : tl::unexpected(parsed.error());
        QVERIFY_ERROR(got, ErrorCode::InvalidArgument);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY2(timer.elapsed() < 30000, qPrintable(QStringLiteral("took %1 ms").arg(timer.elapsed())));
#endif
        if (timer.elapsed() > 1000)
            qInfo("%lld ms: %s", static_cast<long long>(timer.elapsed()), got.error().message.c_str());
    }
    void hostileInputIsRefused() {
        const auto t = ChatTemplate::parse("{{ messages }}");
        QVERIFY_RESULT(t);
        for (const std::string& messages :
             {std::string(""), std::string("{}"), std::string("7"), std::string("["), std::string(100000, '['),
              "[" + std::string(300, '[') + std::string(300, ']') + "]"}) {
            TemplateInput input;
            input.messagesJson = messages;
            QVERIFY_ERROR((*t)->render(input), ErrorCode::InvalidArgument);
        }
        TemplateInput input;
        input.messagesJson = "[]";
        input.extraJson = "[]";
        QVERIFY_ERROR((*t)->render(input), ErrorCode::InvalidArgument);
        input.extraJson = "";
        input.toolsJson = "{";
        QVERIFY_ERROR((*t)->render(input), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(ChatTemplate::parse(std::string(5 << 20, 'x')), ErrorCode::InvalidArgument);
    }
    void everyPrefixOfATemplateIsSafe() {
        const std::string source =
            "{%- for m in messages if m.role -%}{{ '<|' ~ m['role']|upper ~ '|>' + (m.content or \"x\")[1:-1] }}"
            "{% if loop.last and not m is string %}{# c #}{% raw %}{{{% endraw %}{% endif %}{%- endfor %}"
            "{% macro f(a, b=1) %}{{ a ** b // 2 }}{% endmacro %}{% set x = namespace(a={'k': [1, 2.5e3]}) %}{{ "
            "f(*[1], **{}) }}";
        TemplateInput input;
        input.messagesJson = R"([{"role":"user","content":"hello"}])";
        for (std::size_t n = 0; n <= source.size(); ++n)
            if (const auto t = ChatTemplate::parse(source.substr(0, n)))
                static_cast<void>((*t)->render(input));
        for (std::size_t i = 0; i < source.size(); ++i)
            for (const char c : {'\0', '{', '}', '%', '(', '\'', '|', '9', '\xff'}) {
                std::string changed = source;
                changed[i] = c;
                if (const auto t = ChatTemplate::parse(changed))
                    static_cast<void>((*t)->render(input));
            }
    }

    void capabilities_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("system");
        QTest::addColumn<bool>("tools");
        QTest::addColumn<bool>("thinking");
        QTest::newRow("Qwen3") << "Qwen-Qwen3-0.6B" << true << true << true;
        QTest::newRow("Qwen2.5") << "Qwen-Qwen2.5-7B-Instruct" << true << true << false;
        QTest::newRow("Gemma 2") << "google-gemma-2-2b-it" << false << false << false;
        QTest::newRow("Phi-3.5") << "microsoft-Phi-3.5-mini-instruct" << true << false << false;
        QTest::newRow("Llama 3.1") << "meta-llama-Llama-3.1-8B-Instruct" << true << true << false;
        QTest::newRow("gpt-oss") << "openai-gpt-oss-120b" << true << true << true;
        QTest::newRow("R1") << "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B" << true << false << true;
    }
    void capabilities() {
        QFETCH(QString, file);
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/chat-templates/%1.jinja").arg(file);
        VITRAL_NEED_FILE(path);
        const auto t = ChatTemplate::parse(readAll(path).toStdString());
        QVERIFY_RESULT(t);
        QTEST(t.value()->capabilities().system, "system");
        QTEST(t.value()->capabilities().tools, "tools");
        QTEST(t.value()->capabilities().thinking, "thinking");
    }

    void thinkingSections() {
        const auto shown = [](std::string_view answer, StartsThinking starts = StartsThinking::No) {
            std::string text;
            std::size_t at = 0;
            for (const ThinkingSpan& span : findThinking(answer, starts)) {
                text += std::string(answer.substr(at, span.begin - at)) + "(" +
                        std::string(answer.substr(span.contentBegin, span.contentEnd - span.contentBegin)) +
                        (span.closed ? ")" : "...");
                at = span.end;
            }
            return text + std::string(answer.substr(at));
        };
        QCOMPARE(shown("plain"), std::string("plain"));
        QCOMPARE(shown(""), std::string(""));
        QCOMPARE(shown("<think>a</think>b"), std::string("(a)b"));
        QCOMPARE(shown("\n<think>\na\n</think>\n\nb"), std::string("\n(\na\n)\n\nb"));
        QCOMPARE(shown("<think>a"), std::string("(a..."));
        QCOMPARE(shown("<thin"), std::string("<thin"));
        QCOMPARE(shown("[THINK]a[/THINK]b"), std::string("(a)b"));
        QCOMPARE(shown("<seed:think>a</seed:think>b"), std::string("(a)b"));
        QCOMPARE(shown("<|START_THINKING|>a<|END_THINKING|>b"), std::string("(a)b"));
        QCOMPARE(shown("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b"),
                 std::string("(a)b"));
        QCOMPARE(shown("<|channel>thought\na\n<channel|>b"), std::string("(\na\n)b"));
        QCOMPARE(shown("<think>a</think>b\n<think>c</think>d"), std::string("(a)b\n(c)d"));
        QCOMPARE(shown("<think></think><think>c</think>d"), std::string("()(c)d"));
        QCOMPARE(shown("a <think> b"), std::string("a <think> b"));
        QCOMPARE(shown("```\n<think>\n```\nx"), std::string("```\n<think>\n```\nx"));
        QCOMPARE(shown("a</think>b", StartsThinking::Yes), std::string("(a)b"));
        QCOMPARE(shown("a\n</think>b"), std::string("(a\n)b"));
        QCOMPARE(shown("the mark `</think>` ends it"), std::string("the mark `</think>` ends it"));
        QCOMPARE(shown("a\nb\n</think>c", StartsThinking::Yes), std::string("(a\nb\n)c"));
        QCOMPARE(shown("a\nb\n</think>c"), std::string("(a\nb\n)c"));
        QCOMPARE(shown("a", StartsThinking::Yes), std::string("(a..."));
        QCOMPARE(shown("<think>a</think>b", StartsThinking::Yes), std::string("(a)b"));
        QVERIFY(opensThinking("<|im_start|>assistant\n<think>\n") == StartsThinking::Yes);
        QVERIFY(opensThinking("<think>\n\n</think>\n\n") == StartsThinking::No);
        QCOMPARE(pendingMarkerBytes("abc <thi"), std::size_t(4));
        QCOMPARE(pendingMarkerBytes("abc"), std::size_t(0));
        QCOMPARE(pendingMarkerBytes("<think>x</"), std::size_t(2));
        // Growing byte by byte: what is known stays as it is.
        const std::string answer = "<think>first</think>then\n\n<think>second</think>end";
        for (std::size_t n = 1; n <= answer.size(); ++n) {
            const auto now = findThinking(std::string_view(answer).substr(0, n)),
                       last = findThinking(std::string_view(answer).substr(0, n - 1));
            QVERIFY(now.size() >= last.size());
            for (std::size_t i = 0; i < last.size(); ++i) {
                QCOMPARE(now[i].contentBegin, last[i].contentBegin);
                QVERIFY(!last[i].closed || now[i].end == last[i].end);
            }
        }
    }

    /// A thousand messages must not come near the bounds that stop hostile templates.
    void longConversationsFitTheBudget() {
        const QDir folder(QStringLiteral(VITRAL_SHARED_DATA "/chat-templates"));
        VITRAL_NEED_FILE(folder.path());
        Json messages = Json::array();
        for (int i = 0; i < 1001; ++i)
            messages.push_back({{"role", i % 2 == 0 ? "user" : "assistant"}, {"content", std::string(200, 'x')}});
        TemplateInput input;
        input.messagesJson = messages.dump();
        int nRendered = 0;
        for (const QString& file : folder.entryList({QStringLiteral("*.jinja")})) {
            const auto t = ChatTemplate::parse(readAll(folder.filePath(file)).toStdString());
            QVERIFY_RESULT(t);
            const auto text = (*t)->render(input);
            if (!text)
                QVERIFY2(text.error().message.find("stopped") == std::string::npos,
                         qPrintable(file + ": " + QString::fromStdString(text.error().message)));
            else
                ++nRendered;
        }
        QVERIFY(nRendered > 40);
    }

    void templatesOfModels() {
        const QString folder = QStringLiteral(VITRAL_SHARED_DATA "/chat-templates");
        VITRAL_NEED_FILE(folder);
        const QByteArray raw = qUncompress(readAll(golden("renderings.json.qz")));
        QVERIFY2(!raw.isEmpty(), "the golden renderings are missing");
        const Json data = Json::parse(raw.toStdString());
        int nTemplate = 0, nText = 0, nRefused = 0, nFailed = 0;
        for (const auto& [name, entry] : data["templates"].items()) {
            const QByteArray source = readAll(folder + "/" + QString::fromStdString(name));
            if (QCryptographicHash::hash(source, QCryptographicHash::Sha256).toHex().toStdString() !=
                entry["sha256"].get<std::string>()) {
                qWarning("%s is missing or another version: skipped", name.c_str());
                continue;
            }
            ++nTemplate;
            const auto parsed = ChatTemplate::parse(std::string_view(source.data(), std::size_t(source.size())));
            if (!parsed) {
                ++nFailed;
                qWarning("%s: %s", name.c_str(), parsed.error().message.c_str());
                continue;
            }
            for (std::size_t i = 0; i < data["cases"].size(); ++i) {
                const Json& item = data["cases"][i];
                const Json& expected = entry["results"][i];
                TemplateInput input;
                input.messagesJson = item["messages"].dump();
                input.toolsJson = textOf(item["tools"]);
                input.extraJson = textOf(item["extra"]);
                input.addGenerationPrompt = item["addGenerationPrompt"];
                input.bosToken = data["bos"];
                input.eosToken = data["eos"];
                input.nowUnixSeconds = data["now"];
                const auto got = (*parsed)->render(input);
                std::string complaint;
                if (expected[0] == 0) {
                    ++nText;
                    if (!got)
                        complaint = "refused: " + got.error().message;
                    else if (*got != expected[1].get<std::string>())
                        complaint = difference(*got, expected[1]);
                } else {
                    ++nRefused;
                    if (got)
                        complaint = "gave a text; expected " + expected[1].dump() + " " + expected[2].dump();
                    else if (wordsMatter(expected[1]) &&
                             got.error().message.find(expected[2].get<std::string>()) == std::string::npos)
                        complaint = "said " + got.error().message + "\n   expected " + expected[2].dump();
                }
                if (!complaint.empty() && ++nFailed < 60)
                    qWarning("%s, %s:\n   %s", name.c_str(), item["name"].get<std::string>().c_str(),
                             complaint.c_str());
            }
        }
        qInfo("%d templates, %d texts and %d refusals compared, %d differ", nTemplate, nText, nRefused, nFailed);
        QVERIFY(nTemplate > 0);
        QCOMPARE(nFailed, 0);
    }
};

QTEST_GUILESS_MAIN(TestChatTemplate)
#include "tst_chat_template.moc"
