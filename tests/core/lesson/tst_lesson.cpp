// SPDX-License-Identifier: Apache-2.0
// Lessons as a teacher writes them: a sample course that is right, every mistake by its line, and hostile files.

#include "core/lesson/course.h"
#include "core/lesson/lesson_export.h"
#include "core/lesson/markdown.h"
#include "core/lesson/program_state.h"
#include "core/lesson/yaml.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

using namespace vitral;

namespace {

const std::string kSample = VITRAL_SOURCE_DIR "/tests/core/lesson/sample";
const std::string kBundled = VITRAL_SOURCE_DIR "/assets/lessons/vitral";

std::string readAll(const std::string& path) {
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", path.c_str());
    return file.readAll().toStdString();
}

QString text(const LessonProblems& problems) {
    QString out;
    for (const LessonProblem& problem : problems)
        out += QString::fromStdString(problemLine(problem)) + '\n';
    return out;
}

const std::string kHead = "---\nid: a\ntitle: A\nsummary: S\nminutes: 5\n---\n## P {#p}\n"; // 7 lines

LessonProblems problemsOf(const std::string& body) {
    LessonProblems problems;
    (void)parseLesson(kHead + body, "lesson.en.md", "en", {}, problems);
    return problems;
}

} // namespace

class TestLesson : public QObject {
    Q_OBJECT
private slots:
    // Found by an attack: 400 kB of bars took gigabytes, 120 kB of ">" took minutes.
    void tablesAndQuotesHaveEnds() {
        const auto first = [](const std::string& body) {
            LessonProblems problems;
            parseLesson("---\nid: a\n---\n" + body, "lesson.en.md", "en", kSample, problems);
            return problems.empty() ? std::string() : problems.front().sentence;
        };
        std::string row, bars = "|";
        for (int i = 0; i < 2000; ++i) {
            bars += "-|";
            row += "|\n";
        }
        QVERIFY(first(bars + "\n" + bars + "\n" + row).find("table") != std::string::npos);
        QVERIFY(first(std::string(60000, '>') + " " + std::string(60000, '[') + "\n").find("quotes") !=
                std::string::npos);
        QVERIFY(!lessonHtml(std::string(5000, '>') + " x").empty()); // in any text of a question, too
        QVERIFY(!excessiveMarkdown("| a | b |\n|---|---|\n| 1 | 2 |\n> > quoted\n"));
    }
    void linksOutOfTheCourseAreRefused() {
        const QTemporaryDir dir;
        const std::filesystem::path course = dir.filePath("course").toStdString();
        std::filesystem::create_directories(course / "one");
        std::filesystem::create_directories(dir.filePath("outside").toStdString());
        const auto put = [](const std::filesystem::path& path, const char* words) { std::ofstream(path) << words; };
        put(course / "course.yaml", "id: c\ntitle: {en: C}\nlanguages: [en]\nunits: [one, two]\n");
        put(dir.filePath("secret.md").toStdString(), "secret");
        std::filesystem::create_symlink(dir.filePath("secret.md").toStdString(), course / "one" / "lesson.en.md");
        std::filesystem::create_directory_symlink(dir.filePath("outside").toStdString(), course / "two");
        LessonProblems problems;
        (void)openCourse(course, problems);
        const auto told = std::count_if(problems.begin(), problems.end(), [](const LessonProblem& p) {
            return p.sentence.find("link out of") != std::string::npos;
        });
        QCOMPARE(int(told), 2);
    }
    void theSampleCourseIsRead() {
        LessonProblems problems;
        const auto course = openCourse(kSample, problems);
        QVERIFY(course);
        QVERIFY2(problems.empty(), qPrintable(text(problems)));
        QCOMPARE(course->units.size(), std::size_t(2));
        QCOMPARE(course->title("pt_BR"), std::string("Um curso de amostra"));
        QCOMPARE(course->glossary.terms.size(), std::size_t(2));
        QCOMPARE(course->glossary.words("vocabulary", "pt_BR")->term, std::string("vocabulário"));
        const Lesson& lesson = *course->unit("cats")->lesson("en");
        QCOMPARE(lesson.pages.size(), std::size_t(3));
        const LessonPage& page = lesson.pages[0];
        QCOMPARE(page.id, std::string("cut"));
        QCOMPARE(page.title, std::string("Where is it cut?"));
        QCOMPARE(page.blocks.size(), std::size_t(4));
        const LessonStep& step = page.blocks[1].step;
        QCOMPARE(step.commands.size(), std::size_t(2));
        QCOMPARE(step.commands[0].text, std::string("tokens:text=The cat sat on the mat, again."));
        QCOMPARE(step.point, std::string("tokens.view"));
        QCOMPARE(step.ask->kind, AskKind::Predict);
        QVERIFY(answerFits(*step.ask, " 3 "));
        QVERIFY(!answerFits(*step.ask, "4"));
        QVERIFY(answerFits(*step.ask, "3 %"));
        LessonAsk below;
        below.number = -0.786;
        below.tolerance = 0.01;
        QVERIFY(answerFits(below, "\xE2\x88\x92"
                                  "0,79")); // a minus sign, a comma
        QCOMPARE(page.blocks[3].step.ask->right, std::vector<int>{1});
        QCOMPARE(lesson.pages[1].depth, std::optional(LessonDepth::Developer));
        QVERIFY(holds(lesson.pages[1].blocks[0].step.ask->until.front(), "Tokens"));
        QCOMPARE(lesson.pages[2].blocks[0].quiz.size(), std::size_t(2));
        QVERIFY(QString::fromStdString(lesson.pages[2].notes).startsWith("Let the class"));
        const Lesson& noise = *course->unit("noise")->lesson("pt_BR");
        QCOMPARE(noise.pages[0].id, std::string("start"));
        QVERIFY(answerFits(*noise.pages[0].blocks[1].step.ask, "Oito."));
    }

    void mistakesAreToldByLine_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<int>("line");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* name, const char* body, int line, const char* part) {
            QTest::newRow(name) << QString(body) << line << QString(part);
        };
        row("unknown command", "```step\ndo:\n  - tokens\n  - inside:matrx:1.2\n```\n", 11, "matrix:0.1");
        row("unknown element", "```step\npoint: tokens.vew\n```\n", 9, "tokens.view");
        row("unknown key", "```step\ndo: [tokens]\npiont: rooms\n```\n", 10, "known are: do, recorded, point");
        row("broken yaml", "```step\ndo: [tokens\n```\n", 10, "not YAML");
        row("colon in a command", "```step\ndo:\n  - x: y\n```\n", 10, "between quotes");
        row("no such kind", "```step\nask: {kind: guess, question: Q}\n```\n", 9, "choose, predict");
        row("answer missing", "```step\nask:\n  kind: choose\n  question: Q\n  options: [a, b]\n```\n", 10,
            "answer: 1");
        row("answer out of range",
            "```step\nask:\n  kind: choose\n  question: Q\n  options: [a, b]\n  answer: 3\n```\n", 13, "1 to 2");
        row("answer unclear", "```step\nask:\n  kind: choose\n  question: Q\n  options: [4, 2]\n  answer: 2\n```\n", 13,
            "not clear");
        row("one option", "```step\nask:\n  kind: choose\n  question: Q\n  options: [a]\n  answer: 1\n```\n", 12,
            "two options");
        row("condition", "```step\nask: {kind: do, question: Q, answer: rooom=tokens}\n```\n", 9, "room, view");
        row("step that does nothing", "```step\nhide: [rooms]\n```\n", 9, "does nothing");
        row("quiz is no list", "```quiz\nkind: choose\n```\n", 9, "list");
        row("short without model answer", "```quiz\n- kind: short\n  question: Q\n```\n", 9, "model_answer");
        row("fence open", "```step\ndo: [tokens]\n", 8, "does not end");
        row("page twice", "x\n## Q {#p}\ny\n", 9, "taken by line 7");
        row("page attribute", "x\n## Q {#q deep=1}\ny\n", 9, "depth=developer");
        row("alias", "```step\ndo: &a [tokens]\n```\n", 9, "Anchors");
        row("key twice", "```step\ndo: [tokens]\ndo: [denoise]\n```\n", 10, "twice");
    }

    void mistakesAreToldByLine() {
        QFETCH(QString, body);
        QFETCH(int, line);
        QFETCH(QString, part);
        const LessonProblems problems = problemsOf(body.toStdString());
        const bool told = std::any_of(problems.begin(), problems.end(), [&](const LessonProblem& p) {
            return p.line == line && QString::fromStdString(p.sentence).contains(part);
        });
        QVERIFY2(told, qPrintable("told instead:\n" + text(problems)));
        for (const LessonProblem& problem : problems)
            QVERIFY2(QString::fromStdString(problem.sentence).endsWith('.'), problem.sentence.c_str());
    }

    void languagesAgree() {
        const std::string en = readAll(kSample + "/cats/lesson.en.md");
        const auto compare = [&](const char* from, const char* to) {
            QString changed = QString::fromStdString(en);
            if (!changed.contains(from))
                qFatal("the sample has changed");
            changed.replace(from, to);
            LessonProblems parse, problems;
            const Lesson first = parseLesson(en, "a", "en", {}, parse);
            const Lesson second = parseLesson(changed.toStdString(), "b", "pt_BR", {}, parse);
            compareLanguages(first, second, problems);
            return problems.size();
        };
        QCOMPARE(compare("The cat sat on", "Another text for"), std::size_t(0)); // words may differ
        QVERIFY(compare("{#cut}", "{#kut}") > 0);
        QVERIFY(compare("tokens:cut:ids", "tokens:costs") > 0);
        QVERIFY(compare("tokens:path:1", "tokens:path:2") > 0);
        QVERIFY(compare("point: tokens.view", "point: rooms") > 0);
        QVERIFY(compare("answer: 2\n```", "answer: 1\n```") > 0);
        QVERIFY(compare("answer: 3", "answer: 4") > 0);
        QVERIFY(compare("depth=developer", "depth=power") > 0);
        QVERIFY(compare("[Letters, Tokens, Sentences]", "[Letters, Tokens]") > 0);
        QVERIFY(compare("kind: predict", "kind: type") > 0);
    }

    void linksAndFilesAreChecked() {
        QTemporaryDir dir;
        QDir(dir.path()).mkpath("u");
        QFile secret(dir.filePath("secret.png"));
        QVERIFY(secret.open(QIODevice::WriteOnly));
        secret.write("x");
        secret.close();
        QVERIFY(QFile::link(dir.filePath("secret.png"), dir.filePath("u/link.png")));
        const auto write = [&](const QString& name, const std::string& bytes) {
            QFile file(dir.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(bytes.data(), qint64(bytes.size()));
        };
        write("course.yaml", "id: c\ntitle: C\nlanguages: [en]\nunits: [u, missing, u]\nglossary: g.yaml\n");
        write("g.yaml", "- id: t\n  en: {term: t, text: \"see [[nowhere]]\"}\n  see: [lost]\n");
        write("u/lesson.en.md", kHead + "[[t]] [[gone]]\n\n![a](../secret.png) ![b](link.png) ![c](none.png)\n"
                                        "![](http://x.org/a.png)\n[x](#nopage) [y](lesson:no) [z](file:///etc/passwd)\n"
                                        "<script>alert(1)</script>\n\n```step\ndo: [\"inside:open=../run\"]\n```\n");
        LessonProblems problems;
        const auto course = openCourse(dir.path().toStdString(), problems);
        QVERIFY(course);
        const QString all = text(problems);
        for (const char* part :
             {"course.yaml:4: There is no folder", "stands here twice", "\"gone\" is not in the glossary", "\"lost\"",
              "\"nowhere\"", "\"../secret.png\" leaves", "\"link.png\" is a link out", "\"none.png\" is not in",
              "nothing is loaded from the network", "no page \"#nopage\"", "no unit \"lesson:no\"", "leads nowhere",
              "HTML is not shown", "\"../run\" leaves"})
            QVERIFY2(all.contains(part), qPrintable(QString(part) + " was not told:\n" + all));
        QVERIFY(all.contains("u/lesson.en.md:8: The term \"gone\""));
    }

    void markdownBecomesHtml() {
        LessonHtmlOptions options;
        options.termText = [](std::string_view id) { return id == "t" ? "a [term]" : "?"; };
        const QString html = QString::fromStdString(lessonHtml(
            "[[t]] **b** `[[t]]` [[t|x]]\n\n```\n[[t]]\n```\n<b>raw</b> [j](javascript:alert(1))\n", options));
        QVERIFY2(html.contains("<a href=\"glossary:t\">a [term]</a>"), qPrintable(html));
        QVERIFY(QString::fromStdString(lessonHtml("a [[t|two\nwords]] b")).contains(">two words</a>"));
        QVERIFY(html.contains("<code>[[t]]</code>"));
        QVERIFY(html.contains("<a href=\"glossary:t\">x</a>"));
        QVERIFY(html.contains("[[t]]\n</code></pre>"));
        QVERIFY(!html.contains("<b>"));
        QVERIFY(!html.contains("javascript"));
        QCOMPARE(lessonInlineHtml("a *b*"), std::string("a <em>b</em>"));
    }

    void everyFormFitsItsExample() {
        for (const CommandForm& form : commandForms()) {
            const auto known = findCommand(form.example);
            QVERIFY2(known, form.example.data());
            QVERIFY2(fitsCommandPattern(form.pattern, form.example), form.pattern.data());
        }
        for (const char* wrong : {"", "tokens:", "matrix:1", "matrix:1.2:", "denoise:set:seed=x",
                                  "inside:open=", "tokens:path:99999999999", "chat:temperature=1.", "model:-1"})
            QVERIFY2(!findCommand(wrong), wrong);
        QCOMPARE(findCommand("inside:open=run.safetensors")->file, std::string("run.safetensors"));
        QCOMPARE(findCommand("chat:ask=a=b, c:d")->text, std::string("a=b, c:d"));
        QVERIFY(!findCommand(std::string(100'000, '[')));
    }

    void hostileYaml() {
        const auto refused = [](const std::string& text) { return !parseYaml(text); };
        QVERIFY(refused("a: &x [*x]"));
        QVERIFY(refused("a: &x b\nc: *x"));
        QVERIFY(refused(std::string(100'000, '[')));
        QVERIFY(refused(std::string(100'000, '{')));
        std::string deep;
        for (int i = 0; i < 5000; ++i)
            deep += "- ";
        QVERIFY(refused(deep));
        deep.clear();
        for (int i = 0; i < 2000; ++i)
            deep += std::string(std::size_t(i), ' ') + "a:\n";
        QVERIFY(refused(deep.substr(0, 900'000)));
        QVERIFY(refused("a: 1\na: 2"));
        QVERIFY(refused("? [a]\n: b"));
        QVERIFY(refused("a: 1\n---\nb: 2"));
        QVERIFY(refused(std::string("a: \0b", 5)));
        QVERIFY(refused(std::string(2'000'000, 'a')));
        std::string many;
        for (int i = 0; i < 60'000; ++i)
            many += "- a\n";
        QVERIFY(refused(many));
        QVERIFY(parseYaml("")->kind == YamlValue::Kind::Null);
        const auto value = parseYaml("a: 1\nb:\n  - \"2\"\n  - x", 10);
        QVERIFY(value);
        QCOMPARE(value->find("b")->items[1].line, 13);
        QVERIFY(!value->find("b")->items[0].plain);
        QVERIFY(value->find("a")->plain);
    }

    void hostileLessons() {
        // Every prefix, then bytes changed, taken out and doubled: no crash, no hang, and what is told has a line.
        const std::string good = readAll(kSample + "/cats/lesson.en.md");
        const auto read = [](const std::string& text) {
            LessonProblems problems;
            const Lesson lesson = parseLesson(text, "f", "en", kSample + "/cats", problems);
            const int lines = 1 + int(std::count(text.begin(), text.end(), '\n'));
            for (const LessonPage& page : lesson.pages)
                for (const LessonBlock& block : page.blocks) {
                    (void)lessonReferences(block.markdown, block.line);
                    (void)lessonHtml(block.markdown);
                }
            for (const LessonProblem& problem : problems)
                if (problem.line < 0 || problem.line > lines + 1 || problem.sentence.empty())
                    return false;
            return true;
        };
        for (std::size_t n = 0; n < good.size(); n += 7)
            QVERIFY(read(good.substr(0, n)));
        std::mt19937 random(7);
        const std::string marks = "[]{}:-#&*!|>'\"%@`~ \n\t\\\xC3\xFF$?,0";
        for (int i = 0; i < 1500; ++i) {
            std::string text = good;
            for (unsigned k = 0; k <= random() % 4; ++k) {
                const std::size_t at = random() % text.size();
                if (random() % 3 == 0)
                    text.insert(at, text.substr(random() % text.size(), random() % 40));
                else if (random() % 2 == 0)
                    text[at] = marks[random() % marks.size()];
                else
                    text.erase(at, random() % 30);
            }
            QVERIFY2(read(text), text.c_str());
        }
        QVERIFY(read(kHead + std::string(300'000, '[')));
        QVERIFY(read(kHead + std::string(300'000, '`')));
        QVERIFY(read(kHead + std::string(300'000, '>')));
        std::string pages = kHead;
        for (int i = 0; i < 20'000; ++i)
            pages += "## x\n";
        QVERIFY(read(pages));
        LessonProblems problems;
        (void)parseLesson(std::string(600'000, 'x'), "f", "en", {}, problems);
        QVERIFY(anyError(problems));
    }

    void hostileGlossaries() {
        const std::string good = readAll(kSample + "/glossary.yaml");
        QTemporaryDir dir;
        QVERIFY(QFile::copy(QString::fromStdString(kSample + "/course.yaml"), dir.filePath("course.yaml")));
        std::mt19937 random(3);
        for (int i = 0; i < 100; ++i) {
            std::string text = good;
            text.erase(random() % text.size(), random() % 20);
            text[random() % text.size()] = "[]{}:-&*'\"\n"[random() % 11];
            QFile file(dir.filePath("glossary.yaml"));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text.data(), qint64(text.size()));
            file.close();
            LessonProblems problems;
            QVERIFY(openCourse(dir.path().toStdString(), problems));
        }
    }

    void aStateGoesThereAndBack() {
        ProgramState state;
        state.modelName = "Vitral Pequeno";
        state.modelFingerprint = modelFingerprint(3, "abc", "abc");
        state.conversation = R"({"format":"x","messages":[]})";
        state.composer = "olá \"você\"";
        state.generation = R"({"seed":"7"})";
        state.rooms["tokens"] = R"({"view":"cut"})";
        state.commands = {"tokens:text=a, b", "matrix:0.1"};
        state.depth = "developer";
        state.lesson = "cats:2";
        state.screen = R"({"docks":{"settings":{"open":false,"size":304}}})";
        state.leftOut = {"branches", "numbers"};
        const auto file = stateFromJson(stateJson(state));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        QVERIFY(*file == state);
        const auto link = stateLink(state);
        QVERIFY(link);
        QVERIFY(looksLikeLink(*link));
        for (const char c : *link)
            QVERIFY(std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == ':');
        const auto back = stateFromLink(" <" + link->substr(0, 70) + "\n" + link->substr(70) + ">\n");
        QVERIFY(back && *back == state);
        // FNV-1a, 64 bits, of the eight bytes of the length and of nothing else: worked out by hand once.
        QCOMPARE(modelFingerprint(0, "", ""), std::string("a8c7f832281a39c5"));
        QVERIFY(modelFingerprint(1, "", "") != modelFingerprint(0, "", ""));
        const auto older = stateFromJson(R"({"vitral_state":1,"composer":"a","do":["tree"]})"); // says only what is on
        QVERIFY(older && older->screen.empty() && older->commands == std::vector<std::string>{"tree"});
        state.composer = std::string(40'000, 'x');
        QVERIFY(!stateLink(state));
        QVERIFY(stateFromJson(stateJson(state)));
    }

    void hostileStates() {
        for (const char* wrong : {"",
                                  "[]",
                                  "{}",
                                  "null",
                                  R"({"vitral_state":3})",
                                  R"({"vitral_state":2,"screen":[]})",
                                  R"({"vitral_state":2,"left_out":"numbers"})",
                                  R"({"vitral_state":2,"left_out":["no such thing"]})",
                                  R"({"vitral_state":2,"left_out":[7]})",
                                  R"({"vitral_state":"1"})",
                                  R"({"vitral_state":1,"do":["rm"]})",
                                  R"({"vitral_state":1,"do":["inside:open=x"]})",
                                  R"({"vitral_state":1,"run":"../x"})",
                                  R"({"vitral_state":1,"run":"/etc/passwd"})",
                                  R"({"vitral_state":1,"rooms":[]})",
                                  R"({"vitral_state":1,"rooms":{"a":1}})",
                                  R"({"vitral_state":1,"depth":"deep"})",
                                  R"({"vitral_state":1,"model":"x"})",
                                  R"({"vitral_state":1,"generation":{"temperature":"hot"}})",
                                  R"({"vitral_state":1,"generation":{"order":1}})",
                                  R"({"vitral_state":1,"generation":{"seed":7}})",
                                  R"({"vitral_state":1,"colour":1})",
                                  R"({"vitral_state":1,"lesson":"a b"})",
                                  R"({"vitral_state":1,"lesson":"cats:0"})",
                                  R"({"vitral_state":1,"lesson":"../cats:1"})",
                                  R"({"vitral_state":1,"conversation":"x"})"})
            QVERIFY2(!stateFromJson(wrong), wrong);
        QVERIFY(!stateFromJson("{\"vitral_state\":1,\"rooms\":" + std::string(100'000, '[')));
        QVERIFY(!stateFromJson("\xff"));
        for (const char* wrong :
             {"", "vitral:", "vitral:2:e30", "vitral:1:", "vitral:1:e3", "vitral:1:!!!!", "http://x"})
            QVERIFY2(!stateFromLink(wrong), wrong);
        ProgramState state;
        state.commands = {"tokens:text=abc"};
        state.rooms["tokens"] = R"({"view":"cut"})";
        const std::string good = *stateLink(state);
        for (std::size_t n = 0; n < good.size(); ++n)
            (void)stateFromLink(good.substr(0, n));
        std::mt19937 random(5);
        for (int i = 0; i < 3000; ++i) {
            std::string bad = good;
            bad[9 + random() % (bad.size() - 9)] = "ABCxyz019-_"[random() % 11];
            (void)stateFromLink(bad);
        }
    }

    void aLessonBecomesOnePage() {
        LessonProblems problems;
        const auto course = openCourse(kSample, problems);
        QVERIFY(course);
        const Lesson& lesson = *course->unit("cats")->lesson("pt_BR");
        const QString page = QString::fromStdString(lessonPageHtml(*course, lesson, lessonExportWords("pt_BR")));
        QVERIFY(page.contains("<html lang=\"pt-BR\">"));
        QVERIFY(page.contains("src=\"data:image/png;base64,iVBOR"));
        QVERIFY(page.contains("<dt id=\"term-vocabulary\"><b>vocabulário</b>"));
        QVERIFY(page.contains("href=\"#term-token\""));
        QVERIFY(page.contains("Resposta"));
        QVERIFY(!page.contains("file:") && !page.contains("src=\"http"));
        QVERIFY(!page.contains("Let the class raise hands")); // the teacher's
    }

    void formulasAreLegible() {
        const std::string markdown = "$\\frac{a_1}{\\sqrt{b}}$ costs $5, `$x_1$`, $$x \\\\ y < z$$";
        QCOMPARE(lessonHtml(markdown),
                 std::string("<p><i>a₁∕√b</i> costs $5, <code>$x_1$</code>, <i>x <br> y &lt; z</i></p>\n"));
        QCOMPARE(lessonPlainText(markdown), std::string("a₁∕√b costs $5, `$x_1$`, x \n y < z"));
        LessonProblems problems;
        const auto course = openCourse(kBundled, problems);
        QVERIFY(course);
        for (const char* language : {"en", "pt_BR"}) {
            const std::string page =
                lessonPageHtml(*course, *course->unit("attention")->lesson(language), lessonExportWords(language));
            QVERIFY(page.find("softmax(QKᵀ∕√d)V") != std::string::npos);
            QVERIFY(page.find("\\frac") == std::string::npos);
        }
    }

    void theBundledCourseIsRight() {
        LessonProblems problems;
        const auto course = openCourse(kBundled, problems);
        QVERIFY(course);
        QVERIFY2(!anyError(problems), qPrintable(text(problems)));
        QCOMPARE(course->units.size(), std::size_t(18));
        for (const CourseUnit& unit : course->units)
            for (const char* language : {"en", "pt_BR"}) {
                const Lesson& lesson = *unit.lesson(language);
                int nChoice = 0, nShort = 0, nTerm = 0; // it ends with both kinds, and leads to the glossary
                for (const LessonBlock& block : lesson.pages.back().blocks)
                    for (const QuizQuestion& question : block.quiz)
                        ++(question.options.empty() ? nShort : nChoice);
                for (const LessonPage& page : lesson.pages)
                    for (const LessonBlock& block : page.blocks)
                        for (const LessonReference& reference : lessonReferences(block.markdown, 1))
                            nTerm += reference.kind == LessonReference::Kind::Term ? 1 : 0;
                QVERIFY2(nChoice > 0 && nShort > 0 && nTerm > 0, unit.folder.c_str());
            }
        int nBoth = 0;
        for (const GlossaryTerm& term : course->glossary.terms)
            nBoth += term.words.contains("en") && term.words.contains("pt_BR") ? 1 : 0;
        QVERIFY2(nBoth >= 60, qPrintable(QString::number(nBoth)));
    }
};

QTEST_GUILESS_MAIN(TestLesson)
#include "tst_lesson.moc"
