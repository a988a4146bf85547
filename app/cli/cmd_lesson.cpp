// SPDX-License-Identifier: Apache-2.0
// vitral-cli lesson: checks a course or a lesson, lists the units, shows one as text, and lists the words and elements
// that steps may use.

#include "app/cli/commands.h"
#include "app/cli/language.h"
#include "app/cli/printable.h"
#include "core/base/amounts.h"
#include "core/base/atomic_file.h"
#include "core/base/mapped_file.h"
#include "core/chat/conversation_format.h"
#include "core/diffusion/recipe.h"
#include "core/lesson/course.h"
#include "core/lesson/lesson_export.h"
#include "core/lesson/markdown.h"
#include "core/lesson/program_state.h"
#include "core/runtime/bundled_model.h"

#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace vitral::cli {
namespace {

struct LessonOptions {
    std::string folder, unit, language, out;
};

std::string languageOf(const LessonOptions& options) {
    return !options.language.empty() ? options.language : speaksPortuguese() ? "pt_BR" : "en";
}

Result<Course> open(const LessonOptions& options, LessonProblems& problems) {
    if (!options.folder.empty() && options.folder != "-")
        return openCourse(options.folder, problems);
    VITRAL_TRY_ASSIGN(const auto program, executableFolder());
    VITRAL_TRY_ASSIGN(const auto bundled, findBundledCourse(program));
    return openCourse(bundled, problems);
}

/// The unit that was named, or the only one.
Result<const CourseUnit*> unitOf(const LessonOptions& options, const Course& course) {
    const CourseUnit* unit =
        options.unit.empty() && course.units.size() == 1 ? &course.units.front() : course.unit(options.unit);
    if (unit == nullptr)
        return fail(ErrorCode::NotFound,
                    "There is no unit \"" + options.unit + "\" in this course; vitral-cli lesson list names them.");
    return unit;
}

Result<void> check(const LessonOptions& options) {
    LessonProblems problems;
    VITRAL_TRY_ASSIGN(const Course course, open(options, problems));
    std::string out;
    std::size_t nError = 0;
    for (const LessonProblem& problem : problems) {
        out += problemLine(problem) + "\n";
        nError += problem.warning ? 0 : 1;
    }
    VITRAL_TRY(writeAnswer(plainLines(out)));
    if (nError > 0)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("{} {} in {}; each line above says where and what to do.", nError,
                                nError == 1 ? "mistake" : "mistakes", course.folder.string()));
    std::size_t nPage = 0, nStep = 0, nQuestion = 0;
    for (const CourseUnit& unit : course.units)
        for (const LessonPage& page : unit.lessons.begin()->second.pages) {
            ++nPage;
            for (const LessonBlock& block : page.blocks) {
                nStep += block.kind == LessonBlock::Kind::Step ? 1 : 0;
                nQuestion += block.quiz.size();
            }
        }
    say(fmt::format(
        fmt::runtime(tr("{} units, {} pages, {} steps, {} quiz questions, {} terms, {} languages: no mistakes.",
                        "{} unidades, {} páginas, {} passos, {} perguntas, {} termos, {} idiomas: nenhum "
                        "erro.")),
        course.units.size(), nPage, nStep, nQuestion, course.glossary.terms.size(), course.languages.size()));
    return {};
}

Result<void> list(const LessonOptions& options) {
    LessonProblems problems;
    VITRAL_TRY_ASSIGN(const Course course, open(options, problems));
    std::string out;
    for (const CourseUnit& unit : course.units) {
        const Lesson& lesson = *unit.lesson(languageOf(options));
        fmt::format_to(std::back_inserter(out), "{:<24} {:<10} {:>4} min  {}\n", unit.folder,
                       lessonDepthName(lesson.depth), lesson.minutes, lesson.title);
    }
    return writeAnswer(plainLines(out));
}

void showStep(const LessonStep& step, std::string& out) {
    const auto to = std::back_inserter(out);
    for (const LessonStep::Command& command : step.commands)
        fmt::format_to(to, "  > {}\n", command.text);
    if (!step.point.empty())
        fmt::format_to(to, "  -> {}\n", step.point);
    if (!step.say.empty())
        fmt::format_to(to, "  {}\n", step.say);
    if (!step.ask)
        return;
    fmt::format_to(to, "  ? [{}] {}\n", askKindName(step.ask->kind), step.ask->question);
    for (std::size_t i = 0; i < step.ask->options.size(); ++i)
        fmt::format_to(to, "    {}. {}\n", i + 1, step.ask->options[i]);
}

Result<void> show(const LessonOptions& options) {
    LessonProblems problems;
    VITRAL_TRY_ASSIGN(const Course course, open(options, problems));
    VITRAL_TRY_ASSIGN(const CourseUnit* unit, unitOf(options, course));
    const std::string language = languageOf(options);
    const Lesson& lesson = *unit->lesson(language);
    LessonHtmlOptions look;
    look.termText = [&](std::string_view id) {
        const GlossaryWords* words = course.glossary.words(id, language);
        return words != nullptr ? words->term : std::string(id);
    };
    std::string out = fmt::format("# {}\n\n{}\n", lesson.title, lesson.summary);
    const auto to = std::back_inserter(out);
    for (const LessonPage& page : lesson.pages) {
        fmt::format_to(to, "\n## {}\n", page.title);
        for (const LessonBlock& block : page.blocks) {
            out += '\n';
            if (block.kind == LessonBlock::Kind::Text)
                fmt::format_to(to, "{}\n", lessonPlainText(block.markdown, look));
            else if (block.kind == LessonBlock::Kind::Step)
                showStep(block.step, out);
            for (std::size_t i = 0; i < block.quiz.size(); ++i) {
                fmt::format_to(to, "  {}. {}\n", i + 1, lessonPlainText(block.quiz[i].question, look));
                for (std::size_t k = 0; k < block.quiz[i].options.size(); ++k)
                    fmt::format_to(to, "     {}) {}\n", static_cast<char>('a' + k), block.quiz[i].options[k]);
            }
        }
    }
    return writeAnswer(plainLines(out));
}

Result<void> exportPage(const LessonOptions& options) {
    LessonProblems problems;
    VITRAL_TRY_ASSIGN(const Course course, open(options, problems));
    VITRAL_TRY_ASSIGN(const CourseUnit* unit, unitOf(options, course));
    const Lesson& lesson = *unit->lesson(languageOf(options));
    const std::string page = lessonPageHtml(course, lesson, lessonExportWords(lesson.language));
    return options.out.empty() ? writeAnswer(page) : writeFileAtomically(options.out, page);
}

Result<void> checkState(const std::string& file) {
    VITRAL_TRY_ASSIGN(const std::string text, readTextFile(file, kMaxStateBytes));
    VITRAL_TRY_ASSIGN(const ProgramState state, looksLikeLink(text) ? stateFromLink(text) : stateFromJson(text));
    std::string out;
    const auto to = std::back_inserter(out);
    if (!state.modelName.empty())
        fmt::format_to(to, "model {} {}\n", state.modelName, state.modelFingerprint);
    for (const auto& [what, text2] :
         {std::pair{"run", state.run}, std::pair{"depth", state.depth}, std::pair{"lesson", state.lesson}})
        if (!text2.empty())
            fmt::format_to(to, "{} {}\n", what, text2);
    for (const auto& [name, text2] : state.rooms)
        fmt::format_to(to, "room {} ({} bytes)\n", name, text2.size());
    if (!state.composer.empty())
        fmt::format_to(to, "written and not sent ({} bytes)\n", state.composer.size());
    if (!state.generation.empty())
        fmt::format_to(to, "settings of sampling ({} bytes)\n", state.generation.size());
    if (!state.recipe.empty()) { // as the window would read it
        VITRAL_TRY(diffusion::recipeFromJson(state.recipe));
        fmt::format_to(to, "settings of a picture ({} bytes)\n", state.recipe.size());
    }
    if (!state.conversation.empty()) {
        VITRAL_TRY_ASSIGN(const ConversationDump dump, conversationFromJson(state.conversation));
        fmt::format_to(to, "conversation ({}, {} bytes)\n", counted(std::int64_t(dump.messages.size()), "message"),
                       state.conversation.size());
    }
    if (!state.screen.empty())
        fmt::format_to(to, "panels and views ({} bytes)\n", state.screen.size());
    for (const std::string& what : state.leftOut)
        fmt::format_to(to, "left out: {}\n", what);
    for (const std::string& command : state.commands)
        fmt::format_to(to, "do {}\n", command);
    return writeAnswer(plainLines(out));
}

Result<void> words() {
    std::string out = "do:\n";
    const auto to = std::back_inserter(out);
    for (const CommandForm& form : commandForms())
        fmt::format_to(to, "  {:<34} {}\n", form.example, form.help);
    out += "point:, hide:\n";
    for (const ElementName& element : elementNames())
        fmt::format_to(to, "  {:<34} {}\n", element.name, element.help);
    out += "answer: of kind do\n ";
    for (const std::string_view name : stateNames())
        fmt::format_to(to, " {}", name);
    return writeAnswer(out + "\n");
}

} // namespace

void addLessonCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("lesson", "Check and read lessons (docs/lessons.md)");
    command->require_subcommand(1);
    auto options = std::make_shared<LessonOptions>();
    const auto add = [&](const char* name, const char* help, auto work) {
        CLI::App* sub = command->add_subcommand(name, help);
        sub->callback([&common, options, work] { common.action = [options, work] { return work(*options); }; });
        return sub;
    };
    const auto folder = [&](CLI::App* sub) {
        sub->add_option("folder", options->folder, "A course or a lesson; - or nothing: the bundled course")
            ->type_name("DIR");
        sub->add_option("--lang", options->language, "en or pt_BR; nothing: as the system")
            ->check(CLI::IsMember({"en", "pt_BR"}))
            ->type_name("CODE");
    };
    folder(add("check", "Say every mistake by file and line", check));
    folder(add("list", "The units with their depth, minutes and titles", list));
    CLI::App* shown = add("show", "One unit as text", show);
    folder(shown);
    shown->add_option("unit", options->unit, "Its folder or id; nothing: the only one")->type_name("UNIT");
    CLI::App* exported = add("export", "One unit as an HTML page with its pictures inside", exportPage);
    folder(exported);
    exported->add_option("unit", options->unit, "Its folder or id; nothing: the only one")->type_name("UNIT");
    exported->add_option("-o,--out", options->out, "Write to this file")->type_name("FILE");
    add("words", "The commands, elements and state names of steps", [](const LessonOptions&) { return words(); });
}

void addStateCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("state", "Saved states of the program");
    command->require_subcommand(1);
    CLI::App* check =
        command->add_subcommand("check", "Whether a state file or a link can be opened, and what it holds");
    auto file = std::make_shared<std::string>();
    check->add_option("file", *file, "A state file, or a text file with a vitral: link")->type_name("FILE")->required();
    check->callback([&common, file] { common.action = [file] { return checkState(*file); }; });
}

} // namespace vitral::cli
