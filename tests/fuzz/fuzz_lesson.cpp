// SPDX-License-Identifier: Apache-2.0
// Any text as something of a course. The first byte says what: l a lesson, g a glossary, c the course's own file, s a
// state of the program, k a link. Everything wrong must be told with its place; nothing may hang or crash.

#include "core/lesson/course.h"
#include "core/lesson/lesson_export.h"
#include "core/lesson/program_state.h"
#include "tests/fuzz/fuzz_target.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace fuzz_lesson {

using namespace vitral;

/// A folder that lives as long as the program.
struct Folder {
    std::filesystem::path path;
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "vitral-fuzz-XXXXXX").string();
        VITRAL_FUZZ_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
        std::filesystem::create_directory(path / "a");
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    void write(const char* name, std::string_view text) const { std::ofstream(path / name, std::ios::binary) << text; }
};

constexpr std::string_view kLesson = "---\nid: a\ntitle: A\nsummary: A lesson.\nminutes: 5\ndepth: user\n---\n\n"
                                     "## One {#one}\n\nA [[token]].\n";
constexpr std::string_view kCourse = "id: c\ntitle:\n  en: C\nlanguages: [en]\nglossary: glossary.yaml\nunits: [a]\n";

inline void told(const LessonProblems& problems) {
    for (const LessonProblem& problem : problems)
        VITRAL_FUZZ_REQUIRE(problem.sentence.size() > 5 && problem.line >= 0 && !problemLine(problem).empty());
}

inline void lesson(std::string_view text) {
    LessonProblems problems;
    const Lesson lesson = parseLesson(text, "lesson.en.md", "en", {}, problems);
    told(problems);
    compareLanguages(lesson, lesson, problems);
    for (const LessonPage& page : lesson.pages)
        for (const LessonBlock& block : page.blocks)
            if (block.step.ask)
                (void)answerFits(*block.step.ask, block.step.ask->question);
    (void)lessonPageHtml({}, lesson, lessonExportWords("en"));
}

inline void course(std::string_view courseText, std::string_view glossary) {
    static const Folder folder;
    folder.write("course.yaml", courseText);
    folder.write("glossary.yaml", glossary);
    folder.write("a/lesson.en.md", kLesson);
    LessonProblems problems;
    const auto opened = openCourse(folder.path, problems);
    told(problems);
    if (!opened)
        VITRAL_FUZZ_REQUIRE(opened.error().message.size() > 10);
}

inline void state(const Result<ProgramState>& state) {
    if (!state) {
        VITRAL_FUZZ_REQUIRE(state.error().message.size() > 10 && state.error().message.size() < 2000);
        return;
    }
    const auto again = stateFromJson(stateJson(*state)); // what can be read can be written and read
    VITRAL_FUZZ_REQUIRE(again.has_value() && *again == *state);
}

} // namespace fuzz_lesson

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0]) {
    case 'l':
        fuzz_lesson::lesson(text);
        break;
    case 'g':
        fuzz_lesson::course(fuzz_lesson::kCourse, text);
        break;
    case 'c':
        fuzz_lesson::course(text, "terms: []\n");
        break;
    case 's':
        fuzz_lesson::state(vitral::stateFromJson(text));
        break;
    case 'k':
        fuzz_lesson::state(vitral::stateFromLink(text));
        break;
    default:
        break;
    }
    return 0;
}
