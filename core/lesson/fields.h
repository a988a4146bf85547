// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes fields out of YAML with a sentence for everything that is not as it should be. Used by the readers of lessons
// and courses only. Thread: any.

#include "core/lesson/lesson.h"
#include "core/lesson/yaml.h"

#include <initializer_list>

namespace vitral {

class LessonFields {
public:
    /// `where` names the map in sentences: "a step", "the front matter".
    LessonFields(const YamlValue& map, std::string file, std::string where, LessonProblems& problems);

    /// Tells keys that are not among these.
    void allow(std::initializer_list<std::string_view> keys) const;
    /// An absent key gives the empty text; a list or map is told.
    std::string text(std::string_view key, bool required = false, std::size_t limit = 20'000) const;
    std::optional<double> number(std::string_view key, double least, double most) const;
    /// A text alone counts as a list of one.
    std::vector<const YamlValue*> list(std::string_view key, std::size_t limit = 100) const;
    /// The same, texts only.
    std::vector<std::string> texts(std::string_view key, std::size_t limit = 100) const;
    [[nodiscard]] const YamlValue* find(std::string_view key) const { return map_.find(key); }
    [[nodiscard]] int line() const { return map_.line; }
    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::string& where() const { return where_; }
    void problem(int line, std::string sentence, bool warning = false) const;

private:
    const YamlValue& map_;
    std::string file_, where_;
    LessonProblems& problems_;
};

/// The whole text as a number, with a decimal point or comma. Nothing: it is none.
std::optional<double> lessonNumber(std::string_view text);

LessonStep readStep(const YamlValue& value, const std::string& file, const std::filesystem::path& folder,
                    LessonProblems& problems);
std::vector<QuizQuestion> readQuiz(const YamlValue& value, const std::string& file, LessonProblems& problems);

} // namespace vitral
