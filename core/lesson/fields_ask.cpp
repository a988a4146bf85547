// SPDX-License-Identifier: Apache-2.0
// Steps, questions and quizzes out of YAML.
#include "core/lesson/fields.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace vitral {
namespace {

constexpr std::array<std::string_view, 4> kAskNames = {"choose", "predict", "type", "do"};

/// The right options: numbers from 1, or the texts of options.
std::vector<int> rightOptions(const LessonFields& fields, const std::vector<std::string>& options) {
    std::vector<int> right;
    const bool optionsAreNumbers =
        std::any_of(options.begin(), options.end(), [](const std::string& o) { return lessonNumber(o).has_value(); });
    for (const YamlValue* value : fields.list("answer", 50)) {
        int at = -1;
        const auto same = std::find(options.begin(), options.end(), value->text);
        if (value->kind == YamlValue::Kind::Text) {
            const auto number = lessonNumber(value->text);
            if (number && value->plain) {
                if (optionsAreNumbers) {
                    fields.problem(value->line, "It is not clear whether " + value->text +
                                                    " is the text of an option or its place; put the option's text "
                                                    "between quotes.");
                    continue;
                }
                if (*number >= 1 && *number <= static_cast<double>(options.size()) &&
                    *number == static_cast<double>(static_cast<int>(*number)))
                    at = static_cast<int>(*number) - 1;
            } else if (same != options.end()) {
                at = static_cast<int>(same - options.begin());
            }
        }
        if (at < 0)
            fields.problem(value->line, "The answer should be the place of the right option (1 to " +
                                            std::to_string(options.size()) + ") or its text between quotes.");
        else if (std::find(right.begin(), right.end(), at) == right.end())
            right.push_back(at);
    }
    std::sort(right.begin(), right.end());
    return right;
}

void checkOptions(const LessonFields& fields, const std::vector<std::string>& options) {
    const YamlValue* list = fields.find("options");
    const int line = list != nullptr ? list->line : fields.line();
    if (options.size() < 2)
        fields.problem(line, "There should be at least two options to choose from.");
    for (std::size_t i = 0; i < options.size(); ++i)
        if (std::find(options.begin(), options.begin() + static_cast<std::ptrdiff_t>(i), options[i]) !=
            options.begin() + static_cast<std::ptrdiff_t>(i))
            fields.problem(line, "The option \"" + options[i].substr(0, 60) + "\" stands here twice.");
}

LessonAsk readAsk(const YamlValue& value, const std::string& file, LessonProblems& problems) {
    LessonAsk ask;
    ask.line = value.line;
    const LessonFields fields(value, file, "a question (ask)", problems);
    if (value.kind != YamlValue::Kind::Map)
        return ask;
    fields.allow({"kind", "question", "options", "answer", "explain", "tolerance"});
    const std::string kind = fields.text("kind", true);
    const auto name = std::find(kAskNames.begin(), kAskNames.end(), kind);
    if (name != kAskNames.end())
        ask.kind = static_cast<AskKind>(name - kAskNames.begin());
    else if (!kind.empty())
        fields.problem(value.find("kind")->line,
                       "The kind of a question is choose, predict, type or do, not \"" + kind.substr(0, 40) + "\".");
    ask.question = fields.text("question", true);
    ask.explain = fields.text("explain");
    ask.options = fields.texts("options", 12);
    ask.tolerance = fields.number("tolerance", 0, 1e9).value_or(0);
    const bool options = ask.kind == AskKind::Choose || (ask.kind == AskKind::Predict && !ask.options.empty());
    if (options) {
        checkOptions(fields, ask.options);
        ask.right = rightOptions(fields, ask.options);
        if (ask.right.empty() && fields.find("answer") == nullptr)
            fields.problem(value.line, "The answer is missing; add \"answer: 1\" with the place of the right option.");
        return ask;
    }
    if (!ask.options.empty())
        fields.problem(value.find("options")->line, "Only choose and predict have options.");
    if (ask.kind == AskKind::Do) {
        for (const YamlValue* item : fields.list("answer", 12)) {
            if (auto condition = parseCondition(item->text)) {
                condition->line = item->line;
                ask.until.push_back(std::move(*condition));
            } else {
                std::string known;
                for (const std::string_view state : stateNames())
                    known += (known.empty() ? "" : ", ") + std::string(state);
                fields.problem(item->line, "What is to be done is written as name=value or name~part of a text; names "
                                           "are: " +
                                               known + ".");
            }
        }
        return ask;
    }
    ask.accepted = fields.texts("answer", 50);
    for (const std::string& text : ask.accepted)
        if (const auto number = lessonNumber(text); number && !ask.number)
            ask.number = number;
    if (ask.accepted.empty() && fields.find("answer") == nullptr && ask.kind == AskKind::Type)
        fields.problem(value.line, "The answer is missing; add \"answer: ...\", or a list of answers that are right.");
    if (ask.tolerance > 0 && !ask.number)
        fields.problem(value.line, "A tolerance needs an answer that is a number.");
    return ask;
}

void checkElement(const LessonFields& fields, const YamlValue& value) {
    if (isElement(value.text))
        return;
    const std::string_view near = nearestElement(value.text);
    fields.problem(value.line, "There is no element \"" + value.text.substr(0, 60) + "\" to point at; " +
                                   (near.empty() ? std::string("vitral-cli lesson words lists them.")
                                                 : "\"" + std::string(near) + "\" is the nearest."));
}

void checkCommand(const LessonFields& fields, const YamlValue& value, const std::filesystem::path& folder) {
    const auto known = findCommand(value.text);
    if (!known) {
        const std::string_view near = nearestCommand(value.text);
        fields.problem(value.line, "\"" + value.text.substr(0, 80) + "\" is not a command; " +
                                       (near.empty() ? std::string("vitral-cli lesson words lists them.")
                                                     : "perhaps it should be like \"" + std::string(near) + "\"."));
        return;
    }
    if (!known->file.empty() && !folder.empty())
        if (const auto file = lessonFile(folder, known->file, kMaxLessonRunBytes); !file)
            fields.problem(value.line, file.error().message);
}

} // namespace

std::string_view askKindName(AskKind kind) {
    return kAskNames[static_cast<std::size_t>(kind)];
}

LessonStep readStep(const YamlValue& value, const std::string& file, const std::filesystem::path& folder,
                    LessonProblems& problems) {
    LessonStep step;
    step.line = value.line;
    const LessonFields fields(value, file, "a step", problems);
    if (value.kind != YamlValue::Kind::Map)
        return step;
    fields.allow({"do", "recorded", "point", "hide", "say", "ask"});
    const auto commands = [&](std::string_view key, std::vector<LessonStep::Command>& out) {
        for (const YamlValue* item : fields.list(key, 50)) {
            if (item->kind != YamlValue::Kind::Text) {
                fields.problem(item->line,
                               "A command should be one text; put commands with \": \" in them between quotes.");
                continue;
            }
            checkCommand(fields, *item, folder);
            out.push_back({item->text, item->line});
        }
    };
    commands("do", step.commands);
    commands("recorded", step.recorded);
    if (!step.recorded.empty() && step.commands.empty())
        fields.problem(step.recorded.front().line, "\"recorded\" stands in for a \"do\" that cannot be carried out; "
                                                   "write the \"do\" as well.");
    step.point = fields.text("point");
    if (!step.point.empty())
        checkElement(fields, *value.find("point"));
    for (const YamlValue* item : fields.list("hide", 30)) {
        checkElement(fields, *item);
        step.hide.push_back(item->text);
    }
    step.say = fields.text("say");
    if (const YamlValue* ask = value.find("ask"); ask != nullptr && ask->kind != YamlValue::Kind::Null)
        step.ask = readAsk(*ask, file, problems);
    if (step.commands.empty() && step.point.empty() && step.say.empty() && !step.ask)
        fields.problem(value.line, "This step does nothing; give it \"do\", \"point\", \"say\" or \"ask\".");
    return step;
}

std::vector<QuizQuestion> readQuiz(const YamlValue& value, const std::string& file, LessonProblems& problems) {
    std::vector<QuizQuestion> out;
    if (value.kind != YamlValue::Kind::List || value.items.empty() || value.items.size() > 100) {
        problems.push_back(
            {file, value.line, "A quiz is a list of 1 to 100 questions; begin each with \"- kind: ...\"."});
        return out;
    }
    for (const YamlValue& item : value.items) {
        QuizQuestion question;
        question.line = item.line;
        const LessonFields fields(item, file, "a question of a quiz", problems);
        if (item.kind != YamlValue::Kind::Map)
            continue;
        fields.allow({"kind", "question", "options", "answer", "model_answer", "explain"});
        const std::string kind = fields.text("kind", true);
        if (kind != "choose" && kind != "short" && !kind.empty())
            fields.problem(item.line,
                           "The kind of a quiz question is choose or short, not \"" + kind.substr(0, 40) + "\".");
        question.choose = kind != "short";
        question.question = fields.text("question", true);
        question.explain = fields.text("explain");
        question.options = fields.texts("options", 12);
        if (question.choose) {
            checkOptions(fields, question.options);
            question.right = rightOptions(fields, question.options);
            if (fields.find("answer") == nullptr)
                fields.problem(item.line,
                               "The answer is missing; add \"answer: 1\" with the place of the right option.");
            question.modelAnswer = fields.text("model_answer");
        } else {
            question.modelAnswer = fields.text("model_answer", true);
            if (!question.options.empty())
                fields.problem(item.line, "A short question has no options; use kind: choose.");
        }
        out.push_back(std::move(question));
    }
    return out;
}

} // namespace vitral
