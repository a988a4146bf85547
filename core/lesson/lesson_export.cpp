// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/lesson_export.h"

#include "core/base/html.h"
#include "core/base/mapped_file.h"
#include "core/lesson/markdown.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <set>

namespace vitral {
namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light "
    "dark}body{font-family:Inter,system-ui,sans-serif;line-height:1.55;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#22202b;background:#fcfbf8}"
    "h1,h2{line-height:1.25}h2{margin-top:2.2rem;border-top:1px solid #ded8ce;padding-top:1.2rem}"
    "img{max-width:100%;height:auto}table{border-collapse:collapse;display:block;overflow-x:auto}"
    "td,th{border:1px solid #ded8ce;padding:.3rem .6rem}code,a{overflow-wrap:anywhere}"
    "pre{background:#ece8e1;padding:.7rem;white-space:pre-wrap}code{font-family:'JetBrains Mono',monospace}"
    "a{color:#2a4ba0}.ask{background:#e2e8f7;padding:.6rem 1rem;border-radius:8px;margin:1rem 0}"
    ".small{color:#5f5a66;font-size:.9rem}"
    "@media screen and "
    "(prefers-color-scheme:dark){body{color:#ece9f1;background:#1a1a22}a{color:#93b2ff}pre{background:#0e0e13}"
    ".ask{background:#252e4a}.small{color:#aaa6b6}h2,td,th{border-color:#2f2f3b}}"
    // Paper is white and cannot be clicked: answers stand open, and nothing is cut through.
    "@media print{body{max-width:none;margin:0;color:#000;background:#fff}table{display:table}"
    "tr,img,.ask,pre{break-inside:avoid}h1,h2,h3{break-after:avoid}"
    "details::details-content{content-visibility:visible;height:auto}}";

/// For QTextDocument and paper, which need no more.
constexpr std::string_view kPrintStyle = "p{margin:6px 0}a{color:#2a4ba0}code,pre{font-family:'JetBrains "
                                         "Mono'}pre{white-space:pre-wrap}.small{color:#5f5a66}.ask{background:#eef1f8}"
                                         ".ask p,.ask ol{margin-top:0;margin-bottom:0}";

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve(bytes.size() * 4 / 3 + 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k <= bytes.size() ? digits[bits >> (18 - 6 * k) & 63U] : '=';
    }
    return out;
}

class Writer {
public:
    Writer(const Course& course, const Lesson& lesson, const LessonExportWords& words, bool forPrint)
        : course_(course), lesson_(lesson), words_(words), forPrint_(forPrint) {
        look_.termText = [this](std::string_view id) {
            const GlossaryWords* w = course_.glossary.words(id, lesson_.language);
            return w != nullptr ? w->term : std::string(id);
        };
        look_.termAddress = [this](std::string_view id) {
            if (course_.glossary.find(id) != nullptr)
                terms_.insert(std::string(id));
            return "#term-" + std::string(id);
        };
        look_.picture = [this](std::string_view name) { return pictureData(lesson_, name); };
    }

    std::string write(LessonDepth depth) {
        put("<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" "
            "content=\"width=device-width,initial-scale=1\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
            "<body>\n<h1>{}</h1>\n<p>{}</p>\n",
            lesson_.language == "pt_BR" ? "pt-BR" : lesson_.language, escapeHtml(lesson_.title),
            forPrint_ ? kPrintStyle : kStyle, escapeHtml(lesson_.title), lessonInlineHtml(lesson_.summary, look_));
        if (lesson_.minutes > 0)
            put("<p class=\"small\">{} {}</p>\n", lesson_.minutes, escapeHtml(words_.minutes));
        for (const LessonPage& page : lesson_.pages)
            if (page.depth.value_or(lesson_.depth) <= depth || page.depth.value_or(lesson_.depth) <= lesson_.depth)
                writePage(page);
        if (!lesson_.sources.empty()) {
            put("<h2>{}</h2>\n<ul class=\"small\">\n", escapeHtml(words_.sources));
            for (const std::string& source : lesson_.sources)
                put("<li>{}</li>\n", lessonInlineHtml(source, look_));
            put("</ul>\n");
        }
        writeTerms();
        put("</body>\n</html>\n");
        return std::move(out_);
    }

private:
    template <class... Args>
    void put(std::string_view format, const Args&... args) {
        fmt::format_to(std::back_inserter(out_), fmt::runtime(format), args...);
    }
    std::string line(std::string_view markdown) { return lessonInlineHtml(markdown, look_); }

    void writePage(const LessonPage& page) {
        put("<h2 id=\"{}\">{}</h2>\n", page.id, line(page.title));
        for (const LessonBlock& block : page.blocks) {
            if (block.kind == LessonBlock::Kind::Text)
                out_ += forPrint_ ? withRules(lessonHtml(block.markdown, look_)) : lessonHtml(block.markdown, look_);
            if (!block.step.say.empty())
                put("<p>{}</p>\n", line(block.step.say));
            if (const auto& ask = block.step.ask) {
                std::string answer;
                for (const int right : ask->right)
                    answer += (answer.empty() ? "" : "; ") + line(ask->options[static_cast<std::size_t>(right)]);
                if (ask->right.empty() && !ask->accepted.empty())
                    answer = escapeHtml(shownNumber(ask->accepted.front()));
                writeQuestion(ask->question, ask->options, answer, ask->explain);
            }
            for (const QuizQuestion& question : block.quiz) {
                std::string answer;
                for (const int right : question.right)
                    answer += (answer.empty() ? "" : "; ") + line(question.options[static_cast<std::size_t>(right)]);
                if (!question.modelAnswer.empty())
                    answer += (answer.empty() ? "" : " ") + line(question.modelAnswer);
                writeQuestion(question.question, question.options, answer, question.explain);
            }
        }
    }

    /// QTextDocument draws a table's lines only where the table says so itself.
    static std::string withRules(std::string html) {
        constexpr std::string_view plain = "<table>",
                                   ruled = "<table border=\"1\" cellspacing=\"0\" cellpadding=\"4\">";
        for (std::size_t at = html.find(plain); at != std::string::npos; at = html.find(plain, at + ruled.size()))
            html.replace(at, plain.size(), ruled);
        return html;
    }

    /// "79.5" as it is read in the lesson's language.
    [[nodiscard]] std::string shownNumber(std::string text) const {
        const bool number = std::all_of(text.begin(), text.end(),
                                        [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; });
        if (number && lesson_.language.substr(0, 2) == "pt")
            std::replace(text.begin(), text.end(), '.', ',');
        return text;
    }

    void writeQuestion(const std::string& question, const std::vector<std::string>& options, const std::string& answer,
                       const std::string& explain) {
        put("<div class=\"ask\"><p{}><b>{}</b></p>\n", forPrint_ ? " style=\"margin-top:10px\"" : "", line(question));
        if (!options.empty()) {
            put("<ol>\n");
            for (const std::string& option : options)
                put("<li>{}</li>\n", line(option));
            put("</ol>\n");
        }
        if (!answer.empty() || !explain.empty())
            put(forPrint_ ? "<p class=\"small\"><i>{}:</i> {}{}</p></div>\n"
                          : "<details><summary>{}</summary><p>{}</p><p>{}</p></details></div>\n",
                escapeHtml(words_.answer), answer,
                (forPrint_ && !answer.empty() && !explain.empty() ? "<br>" : "") + line(explain));
        else
            put("</div>\n");
    }

    void writeTerms() {
        if (terms_.empty())
            return;
        put("<h2>{}</h2>\n<dl>\n", escapeHtml(words_.terms));
        std::set<std::string> done;
        while (done.size() < terms_.size()) { // an explanation may name further terms
            const std::set<std::string> now = terms_;
            for (const std::string& id : now)
                if (done.insert(id).second)
                    if (const GlossaryWords* w = course_.glossary.words(id, lesson_.language))
                        put("<dt id=\"term-{}\"><b>{}</b></dt>\n<dd>{}</dd>\n", escapeHtml(id), escapeHtml(w->term),
                            line(w->text));
        }
        put("</dl>\n");
    }

    const Course& course_;
    const Lesson& lesson_;
    const LessonExportWords& words_;
    bool forPrint_;
    LessonHtmlOptions look_;
    std::set<std::string> terms_;
    std::string out_;
};

} // namespace

std::string pictureData(const Lesson& lesson, std::string_view name) {
    const auto path = lessonFile(lesson.folder, name, kMaxLessonPictureBytes);
    if (!path)
        return {};
    const auto bytes = readTextFile(*path, kMaxLessonPictureBytes);
    if (!bytes)
        return {};
    const std::string ending = path->extension().string();
    const std::string kind = ending == ".svg"                        ? "svg+xml"
                             : ending == ".jpg" || ending == ".jpeg" ? "jpeg"
                             : ending == ".gif"                      ? "gif"
                             : ending == ".webp"                     ? "webp"
                                                                     : "png";
    return "data:image/" + kind + ";base64," + base64(*bytes);
}

LessonExportWords lessonExportWords(std::string_view language) {
    if (language.substr(0, 2) == "pt")
        return {"Termos", "Resposta", "Fontes", "minutos", "Pergunta"};
    return {"Terms", "Answer", "Sources", "minutes", "Question"};
}

std::string lessonPageHtml(const Course& course, const Lesson& lesson, const LessonExportWords& words,
                           LessonDepth depth, bool forPrint) {
    return Writer(course, lesson, words, forPrint).write(depth);
}

} // namespace vitral
