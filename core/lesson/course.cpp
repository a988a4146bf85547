// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/course.h"

#include "core/base/mapped_file.h"
#include "core/lesson/fields.h"
#include "core/lesson/markdown.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

namespace vitral {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxUnits = 200, kMaxTerms = 2000;
constexpr std::size_t kMaxGlossaryBytes = std::size_t{1} << 20U;

bool plainFolderName(std::string_view name) {
    return !name.empty() && name.size() <= 80 && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_' || c == '.';
           });
}

bool plainLanguage(std::string_view code) {
    return code.size() >= 2 && code.size() <= 10 && std::all_of(code.begin(), code.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
           });
}

/// Texts of a lesson's questions are Markdown, too: all that may hold links, with the lines they begin at.
std::vector<std::pair<std::string_view, int>> markdownOf(const Lesson& lesson) {
    std::vector<std::pair<std::string_view, int>> out;
    const auto add = [&out](const std::string& text, int line) {
        if (!text.empty())
            out.emplace_back(text, line);
    };
    for (const LessonPage& page : lesson.pages) {
        add(page.notes, page.line);
        for (const LessonBlock& block : page.blocks) {
            add(block.markdown, block.line);
            add(block.step.say, block.step.line);
            if (const auto& ask = block.step.ask) {
                add(ask->question, ask->line);
                add(ask->explain, ask->line);
                for (const std::string& option : ask->options)
                    add(option, ask->line);
            }
            for (const QuizQuestion& question : block.quiz) {
                add(question.question, question.line);
                add(question.explain, question.line);
                add(question.modelAnswer, question.line);
                for (const std::string& option : question.options)
                    add(option, question.line);
            }
        }
    }
    return out;
}

bool isPicture(std::string_view name) {
    for (const std::string_view ending : {".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp"})
        if (name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending)
            return true;
    return false;
}

class Loader {
public:
    Loader(Course& course, LessonProblems& problems) : course_(course), problems_(problems) {}

    void courseFile() {
        const auto text = readTextFile(course_.folder / "course.yaml", std::size_t{64} << 10U);
        if (!text)
            return problem("course.yaml", 0, text.error().message);
        const auto yaml = parseYaml(*text);
        if (!yaml)
            return problem("course.yaml", yaml.error().line, yaml.error().sentence);
        const LessonFields fields(*yaml, "course.yaml", "a course", problems_);
        if (yaml->kind != YamlValue::Kind::Map)
            return;
        fields.allow({"id", "title", "units", "glossary", "languages"});
        course_.id = fields.text("id", true, 64);
        course_.languages = fields.texts("languages", 20);
        if (course_.languages.empty())
            course_.languages = {"en", "pt_BR"};
        for (const std::string& language : course_.languages)
            if (!plainLanguage(language))
                problem("course.yaml", fields.line(), "A language is written like en or pt_BR.");
        course_.languages.erase(std::remove_if(course_.languages.begin(), course_.languages.end(),
                                               [](const std::string& l) { return !plainLanguage(l); }),
                                course_.languages.end());
        titles(fields);
        std::set<std::string> seen;
        std::vector<const YamlValue*> units = fields.list("units", kMaxUnits);
        if (units.empty())
            problem("course.yaml", fields.line(), "The course has no units; list their folders under \"units:\".");
        for (const YamlValue* unit : units) {
            if (unit->kind != YamlValue::Kind::Text || !plainFolderName(unit->text))
                problem("course.yaml", unit->line,
                        "A unit is the name of a folder beside course.yaml: letters, digits, - _ .");
            else if (!seen.insert(unit->text).second)
                problem("course.yaml", unit->line, "The unit \"" + unit->text + "\" stands here twice.");
            else
                unitFolder(unit->text, unit->line);
        }
        if (const std::string name = fields.text("glossary", false, 200); !name.empty())
            glossary(name, yaml->find("glossary")->line);
    }

    void unitFolder(const std::string& name, int courseLine) {
        CourseUnit unit;
        unit.folder = name;
        const fs::path folder = name == "." ? course_.folder : course_.folder / name;
        std::error_code error;
        if (!fs::is_directory(folder, error))
            return problem("course.yaml", courseLine,
                           "There is no folder \"" + name + "\" beside course.yaml; make it or take the line out.");
        if (fs::canonical(folder, error).parent_path() != course_.folder && name != ".")
            return problem("course.yaml", courseLine,
                           "The folder \"" + name + "\" is a link out of the course; put a copy of it there.");
        std::set<std::string> ids;
        for (const std::string& language : course_.languages) {
            const std::string file = (name == "." ? "" : name + "/") + "lesson." + language + ".md";
            if (const auto inside = lessonFile(folder, "lesson." + language + ".md", kMaxLessonTextBytes);
                !inside && inside.error().code == ErrorCode::InvalidArgument) {
                problem(file, 0, inside.error().message);
                continue;
            }
            const auto text = readTextFile(folder / ("lesson." + language + ".md"), kMaxLessonTextBytes);
            if (!text) {
                problem(file, 0, text.error().message);
                continue;
            }
            Lesson lesson = parseLesson(*text, file, language, folder, problems_);
            ids.insert(lesson.id);
            unit.lessons.emplace(language, std::move(lesson));
        }
        if (unit.lessons.empty())
            return;
        if (ids.size() > 1)
            problem(name + "/lesson." + course_.languages[1] + ".md", 2, "The id differs between the languages.");
        const Lesson& first = *unit.lesson(course_.languages.front());
        for (const CourseUnit& other : course_.units)
            if (!first.id.empty() && other.lesson(course_.languages.front())->id == first.id)
                problem(first.file, 2, "The id \"" + first.id + "\" is taken by the unit " + other.folder + ".");
        for (const auto& [language, lesson] : unit.lessons)
            if (&lesson != &first)
                compareLanguages(first, lesson, problems_);
        course_.units.push_back(std::move(unit));
    }

    /// Links, pictures and terms of everything that was read.
    void references() {
        for (const CourseUnit& unit : course_.units)
            for (const auto& [language, lesson] : unit.lessons)
                for (const auto& [text, line] : markdownOf(lesson))
                    for (const LessonReference& reference : lessonReferences(text, line))
                        check(lesson, reference);
        for (const GlossaryTerm& term : course_.glossary.terms) {
            for (const std::string& other : term.see)
                if (course_.glossary.find(other) == nullptr)
                    problem(glossaryFile_, term.line,
                            "The term \"" + other + "\" under \"see\" is not in the glossary.");
            for (const auto& [language, words] : term.words)
                for (const LessonReference& reference : lessonReferences(words.text, term.line))
                    if (reference.kind == LessonReference::Kind::Term &&
                        course_.glossary.find(reference.target) == nullptr)
                        problem(glossaryFile_, term.line,
                                "The term \"" + reference.target + "\" is not in the glossary.");
        }
    }

private:
    void problem(const std::string& file, int line, std::string sentence, bool warning = false) {
        if (problems_.size() < 2000)
            problems_.push_back({file, line, std::move(sentence), warning});
    }

    void titles(const LessonFields& fields) {
        const YamlValue* title = fields.find("title");
        if (title != nullptr && title->kind == YamlValue::Kind::Text) {
            for (const std::string& language : course_.languages)
                course_.titles[language] = title->text;
            return;
        }
        if (title == nullptr || title->kind != YamlValue::Kind::Map)
            return problem("course.yaml", fields.line(), "The title is missing; add \"title: {en: ..., pt_BR: ...}\".");
        const LessonFields each(*title, "course.yaml", "the title", problems_);
        for (const std::string& language : course_.languages)
            course_.titles[language] = each.text(language, true, 300);
    }

    void glossary(const std::string& name, int courseLine) {
        glossaryFile_ = name;
        const auto path = lessonFile(course_.folder, name, kMaxGlossaryBytes);
        if (!path)
            return problem("course.yaml", courseLine, path.error().message);
        const auto text = readTextFile(*path, kMaxGlossaryBytes);
        if (!text)
            return problem(name, 0, text.error().message);
        const auto yaml = parseYaml(*text);
        if (!yaml)
            return problem(name, yaml.error().line, yaml.error().sentence);
        if (yaml->kind != YamlValue::Kind::List)
            return problem(name, 1, "A glossary is a list of terms; begin each with \"- id: ...\".");
        for (const YamlValue& item : yaml->items) {
            if (course_.glossary.terms.size() >= kMaxTerms)
                return problem(name, item.line, "The glossary is too long from here on.");
            term(item, name);
        }
    }

    void term(const YamlValue& item, const std::string& file) {
        GlossaryTerm term;
        term.line = item.line;
        const LessonFields fields(item, file, "a term", problems_);
        if (item.kind != YamlValue::Kind::Map)
            return;
        for (std::size_t i = 0; i < item.keys.size(); ++i)
            if (const std::string& key = item.keys[i];
                key != "id" && key != "see" && key != "source" &&
                std::find(course_.languages.begin(), course_.languages.end(), key) == course_.languages.end())
                problem(file, item.keyLines[i],
                        "\"" + key.substr(0, 40) +
                            "\" is not known in a term; known are id, see, source and the "
                            "languages of the course.");
        term.id = fields.text("id", true, 64);
        term.source = fields.text("source");
        term.see = fields.texts("see", 30);
        for (const std::string& language : course_.languages) {
            const YamlValue* words = item.find(language);
            if (words == nullptr || words->kind != YamlValue::Kind::Map) {
                problem(file, item.line,
                        "The term \"" + term.id + "\" has no words in " + language + "; add \"" + language +
                            ": {term: ..., text: ...}\".");
                continue;
            }
            const LessonFields each(*words, file, "the words of a term", problems_);
            each.allow({"term", "text", "also"});
            GlossaryWords w{each.text("term", true, 120), each.text("text", true, 4000), each.texts("also", 30)};
            if (validUtf8(w.term) && validUtf8(w.text))
                term.words.emplace(language, std::move(w));
            else
                problem(file, words->line, "This is not UTF-8 text; save the file as UTF-8.");
        }
        if (course_.glossary.find(term.id) != nullptr)
            return problem(file, item.line, "The term \"" + term.id + "\" stands here twice.");
        course_.glossary.terms.push_back(std::move(term));
    }

    void check(const Lesson& lesson, const LessonReference& reference) {
        const std::string shown = "\"" + reference.target.substr(0, 100) + "\"";
        const std::string_view target = reference.target;
        switch (reference.kind) {
        case LessonReference::Kind::Term:
            if (course_.glossary.find(target) == nullptr)
                problem(lesson.file, reference.line,
                        "The term " + shown + " is not in the glossary; add it or correct it.", glossaryFile_.empty());
            break;
        case LessonReference::Kind::Picture:
            if (target.find("://") != std::string_view::npos || target.substr(0, 5) == "data:")
                problem(lesson.file, reference.line,
                        "The picture " + shown +
                            " is not in the lesson's folder; nothing is loaded from the network. "
                            "Put a copy into the folder.");
            else if (!isPicture(target))
                problem(lesson.file, reference.line,
                        "The picture " + shown + " should be PNG, JPEG, SVG, GIF or WebP.");
            else if (const auto file = lessonFile(lesson.folder, target, kMaxLessonPictureBytes); !file)
                problem(lesson.file, reference.line, file.error().message);
            if (reference.text.empty())
                problem(lesson.file, reference.line,
                        "The picture " + shown + " has no description; write it between the brackets: ![...](...).",
                        true);
            break;
        case LessonReference::Kind::Link:
            link(lesson, reference, shown);
            break;
        case LessonReference::Kind::RawHtml:
            problem(lesson.file, reference.line,
                    "HTML is not shown in lessons; write Markdown, or put it between ` `.");
            break;
        }
    }

    void link(const Lesson& lesson, const LessonReference& reference, const std::string& shown) {
        const std::string_view target = reference.target;
        if (target.substr(0, 8) == "https://" || target.substr(0, 7) == "http://" || target.substr(0, 7) == "mailto:")
            return;
        if (target.substr(0, 7) == "lesson:") {
            if (course_.unit(target.substr(7)) == nullptr)
                problem(lesson.file, reference.line, "There is no unit " + shown + " in this course.",
                        course_.id.empty());
            return;
        }
        if (target.substr(0, 1) == "#") {
            const auto same = [&](const LessonPage& page) { return page.id == target.substr(1); };
            if (std::none_of(lesson.pages.begin(), lesson.pages.end(), same))
                problem(lesson.file, reference.line, "There is no page " + shown + " in this lesson.");
            return;
        }
        problem(lesson.file, reference.line,
                "The link " + shown + " leads nowhere here; use https://, #page-id or lesson:unit-id.");
    }

    Course& course_;
    LessonProblems& problems_;
    std::string glossaryFile_;
};

} // namespace

const GlossaryTerm* Glossary::find(std::string_view id) const {
    const auto at = std::find_if(terms.begin(), terms.end(), [&](const GlossaryTerm& term) { return term.id == id; });
    return at == terms.end() ? nullptr : &*at;
}

const GlossaryWords* Glossary::words(std::string_view id, std::string_view language) const {
    const GlossaryTerm* term = find(id);
    if (term == nullptr || term->words.empty())
        return nullptr;
    const auto at = term->words.find(std::string(language));
    return at != term->words.end() ? &at->second : &term->words.begin()->second;
}

const Lesson* CourseUnit::lesson(std::string_view language) const {
    if (lessons.empty())
        return nullptr;
    const auto at = lessons.find(std::string(language));
    return at != lessons.end() ? &at->second : &lessons.begin()->second;
}

std::string Course::title(std::string_view language) const {
    const auto at = titles.find(std::string(language));
    return at != titles.end() ? at->second : titles.empty() ? id : titles.begin()->second;
}

const CourseUnit* Course::unit(std::string_view idOrFolder) const {
    const auto at = std::find_if(units.begin(), units.end(), [&](const CourseUnit& unit) {
        return unit.folder == idOrFolder || (!unit.lessons.empty() && unit.lessons.begin()->second.id == idOrFolder);
    });
    return at == units.end() ? nullptr : &*at;
}

Result<Course> openCourse(const fs::path& folder, LessonProblems& problems) {
    Course course;
    std::error_code error;
    course.folder = fs::canonical(folder, error);
    if (error || !fs::is_directory(course.folder, error))
        return fail(ErrorCode::NotFound,
                    folder.string() + " is no folder; name the folder of a course or of a lesson.");
    Loader loader(course, problems);
    if (fs::exists(course.folder / "course.yaml", error)) {
        loader.courseFile();
        loader.references();
        return course;
    }
    for (const auto& entry : fs::directory_iterator(course.folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.rfind("lesson.", 0) == 0 && name.size() > 10 && name.substr(name.size() - 3) == ".md")
            if (std::string language = name.substr(7, name.size() - 10); plainLanguage(language))
                course.languages.push_back(std::move(language));
    }
    if (course.languages.empty() || course.languages.size() > 20)
        return fail(ErrorCode::NotFound, folder.string() + " holds neither course.yaml nor a lesson (lesson.en.md, "
                                                           "lesson.pt_BR.md).");
    std::sort(course.languages.begin(), course.languages.end());
    loader.unitFolder(".", 0);
    loader.references();
    return course;
}

Result<fs::path> findBundledCourse(const fs::path& executableFolder) {
    std::error_code error;
    std::vector<fs::path> places;
    if (const char* own = std::getenv("VITRAL_LESSON_DIR"); own != nullptr && *own != '\0')
        places.emplace_back(own);
    places.push_back(executableFolder.parent_path() / "share" / "vitral" / "lessons" / "vitral");
    fs::path above = executableFolder;
    for (int level = 0; level < 6 && above.has_parent_path(); ++level) {
        above = above.parent_path();
        places.push_back(above / "assets" / "lessons" / "vitral");
    }
    for (const fs::path& place : places)
        if (fs::exists(place / "course.yaml", error))
            return place;
    return fail(ErrorCode::NotFound,
                "The lessons that belong to the program were not found; VITRAL_LESSON_DIR can name their folder.");
}

} // namespace vitral
