// SPDX-License-Identifier: Apache-2.0
#pragma once
// A course: a folder with course.yaml, a glossary and one folder a unit, each with lesson.LANG.md in every language of
// the course. Loading reads everything but pictures and runs, and checks it. Thread: any; a Course is a value.

#include "core/lesson/lesson.h"

#include <map>

namespace vitral {

struct GlossaryWords {
    std::string term, text; ///< text: Markdown
    std::vector<std::string> also;
};
struct GlossaryTerm {
    std::string id, source;
    std::map<std::string, GlossaryWords> words; ///< by language
    std::vector<std::string> see;
    int line = 0;
};
struct Glossary {
    std::vector<GlossaryTerm> terms;
    [[nodiscard]] const GlossaryTerm* find(std::string_view id) const;
    /// The words of a term in a language, or in the other one; null: no such term.
    [[nodiscard]] const GlossaryWords* words(std::string_view id, std::string_view language) const;
};

struct CourseUnit {
    std::string folder;                    ///< its name
    std::map<std::string, Lesson> lessons; ///< by language
    /// In that language, or in the first there is; null: none could be read.
    [[nodiscard]] const Lesson* lesson(std::string_view language) const;
};

struct Course {
    std::string id;
    std::map<std::string, std::string> titles; ///< by language
    std::vector<std::string> languages;
    std::vector<CourseUnit> units;
    Glossary glossary;
    std::filesystem::path folder;
    [[nodiscard]] std::string title(std::string_view language) const;
    [[nodiscard]] const CourseUnit* unit(std::string_view idOrFolder) const;
};

/// Reads a course, or a single unit's folder as a course of one (without glossary: links to it are warnings then).
/// What is wrong inside is in `problems`. Errors: the folder is neither.
Result<Course> openCourse(const std::filesystem::path& folder, LessonProblems& problems);

/// The folder of the course that came with the program: $VITRAL_LESSON_DIR, ../share/vitral/lessons/vitral beside the
/// program's folder, assets/lessons/vitral in a folder above it. Errors: NotFound.
Result<std::filesystem::path> findBundledCourse(const std::filesystem::path& executableFolder);

/// What two languages of one lesson must share: pages, steps with their commands, elements and questions, quizzes.
void compareLanguages(const Lesson& first, const Lesson& second, LessonProblems& problems);

} // namespace vitral
