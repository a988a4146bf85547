// SPDX-License-Identifier: Apache-2.0
#pragma once
// A lesson being taken, as a view model: the course, where the student stands, what they answered, and what was
// revealed. A page is walked in stops: each ends with a step or with the page. Answers are written to the disk as they
// are given (the work, which can be handed in). Reading goes on a thread of its own. Thread: GUI.

#include "core/lesson/course.h"
#include "widgets/engine/worker.h"
#include "widgets/lesson/lesson_host.h"
#include "widgets/shell/present_source.h"

#include <QHash>
#include <QImage>
#include <QJsonObject>
#include <QTimer>

#include <memory>
#include <optional>

class QFileSystemWatcher;

namespace vitral {

struct LessonAnswer {
    QString text;              ///< as it was given: the option's text, the words typed; "" with `skipped`
    int option = -1;           ///< of a choice
    std::optional<bool> right; ///< nothing: not judged
    bool skipped = false;
};

/// The answer of a question without options, as this language writes it: comma or point, a minus sign and no hyphen.
QString answerShown(const LessonAsk& ask);

class LessonPlayer : public PresentSource {
    Q_OBJECT
public:
    /// `workFolder`: where progress and answers are kept; empty: nowhere.
    LessonPlayer(LessonHost& host, Worker& reader, QString workFolder, QObject* parent = nullptr);
    ~LessonPlayer() override;

    /// "en" or "pt_BR".
    void setLanguage(const QString& language);
    [[nodiscard]] QString language() const { return language_; }
    void setDepth(LessonDepth depth);
    [[nodiscard]] LessonDepth depth() const { return depth_; }

    /// Reads a course (or a single lesson) and then says courseChanged(); problems() holds what is wrong in it.
    void openCourse(const QString& folder);
    [[nodiscard]] const std::shared_ptr<const Course>& course() const { return course_; }
    [[nodiscard]] const LessonProblems& problems() const { return problems_; }
    [[nodiscard]] QString courseFolder() const { return courseFolder_; }
    [[nodiscard]] QString courseError() const { return courseError_; } ///< why there is none
    [[nodiscard]] bool reading() const { return reading_; }
    /// While on, the course is read again when a file of the open lesson changes on the disk.
    void setHotReload(bool on);
    [[nodiscard]] bool hotReload() const { return hotReload_; }

    // The open lesson.
    /// `stop` < 0: where the student was. An empty unit closes it. Before the course is read: as soon as it is.
    /// `asItIs`: the step's commands are not carried out, the program shows already what it is to show.
    void openUnit(const QString& unit, int stop = -1, bool asItIs = false);
    void close();
    [[nodiscard]] const Lesson* lesson() const; ///< null: none is open
    [[nodiscard]] QString unit() const { return unit_; }

    struct Stop {
        int page = 0;                ///< index of lesson()->pages
        int firstBlock = 0, end = 0; ///< of the page
        bool lastOfPage = false;
    };
    [[nodiscard]] const std::vector<Stop>& stops() const { return stops_; }
    [[nodiscard]] const LessonStep* step(int stop) const; ///< that the stop ends with; null: none
    void next();
    void back();
    void again();                                           ///< the step's commands once more: back to its state
    [[nodiscard]] bool working() const { return working_; } ///< commands are being carried out
    [[nodiscard]] QString stepProblem() const { return stepProblem_; }

    // Answers. `question`: "page-id/block" of a step, "page-id/block/number" of a quiz.
    [[nodiscard]] QString questionId(int page, int block, int question = -1) const;
    [[nodiscard]] const LessonAnswer* answer(const QString& question) const;
    void giveAnswer(const QString& question, LessonAnswer answer);
    /// What is written and not given yet: stays when the page is built anew, and on the disk.
    void setDraft(const QString& question, const QString& text);
    [[nodiscard]] QString draft(const QString& question) const { return drafts_[question]; }
    void forgetAnswers();               ///< of the open lesson
    [[nodiscard]] bool waiting() const; ///< the stop asks something that has no answer yet
    /// Stops with questions of a quiz that have no answer yet, a stop for every question.
    [[nodiscard]] std::vector<int> openQuestions() const;
    /// Whether all that a question of kind do wants now holds.
    [[nodiscard]] bool done(const LessonAsk& ask) const;

    struct Progress {
        int stop = 0, nStop = 0; ///< furthest stop, from 0; nStop 0: never opened
        bool finished = false;
    };
    [[nodiscard]] Progress progress(const QString& unit) const;

    // The work as a file to hand in.
    [[nodiscard]] QJsonObject work() const; ///< without state and pictures
    /// Errors: a sentence; empty: written.
    QString saveWork(const QString& path, const QString& student) const;
    /// Opens such a file as a teacher: answers are shown where they were given. Errors: a sentence.
    QString openWork(const QString& path);
    [[nodiscard]] QString workOf() const { return workOf_; } ///< whose work is shown; empty: one's own
    struct WorkCount {
        int asked = 0, answered = 0; ///< questions of steps and quizzes; left out is not answered
        int judged = 0, right = 0;   ///< of the answered ones
    };
    [[nodiscard]] WorkCount workCount() const;
    /// Of the work that is shown: the state of the program when it was saved (a state file; "{}": none), and what the
    /// screen showed when that question was answered (null: no picture).
    [[nodiscard]] QByteArray workState() const { return workState_; }
    [[nodiscard]] QImage workPicture(const QString& question) const { return workPictures_.value(question); }

    // PresentSource
    [[nodiscard]] int count() const override { return static_cast<int>(stops_.size()); }
    [[nodiscard]] int current() const override { return stop_; }
    void go(int stop) override;
    void reveal() override; ///< as skipping the question does
    [[nodiscard]] QString title(int stop) const override;
    [[nodiscard]] QString notes(int stop) const override;
    [[nodiscard]] PresentPoll poll(int stop) const override;

    /// Of a term, in this language; null: unknown.
    [[nodiscard]] const GlossaryWords* term(const QString& id) const;

signals:
    void courseChanged();
    void lessonChanged(); ///< another lesson, or its text
    void stopChanged();   ///< also after going to the same one again
    void answersChanged();
    void workingChanged();

private:
    void adopt(std::shared_ptr<Course> course, LessonProblems problems, const QString& error);
    void makeStops();
    void enter();
    void load();
    void save() const;
    void watch();
    void forgetWork();
    void judgeAgain(); ///< of a file: what is right says the lesson, not the file
    void keepPicture(const QString& question, const QImage& picture);
    [[nodiscard]] QString pictureFile(const QString& question) const;
    [[nodiscard]] QString file(const QString& unit) const;

    LessonHost& host_;
    Worker& reader_;
    QString workFolder_, language_ = QStringLiteral("en"), courseFolder_, courseError_;
    LessonDepth depth_ = LessonDepth::User;
    std::shared_ptr<const Course> course_;
    LessonProblems problems_;
    bool reading_ = false, hotReload_ = false, working_ = false;
    QString unit_, wantedUnit_, stepProblem_, workOf_;
    QByteArray workState_;
    QHash<QString, QImage> workPictures_;
    bool asItIs_ = false; ///< the stop that is entered next carries nothing out
    int wantedStop_ = -1, stop_ = 0, furthest_ = 0;
    int carried_ = -1; ///< the stop whose commands were carried out last
    std::vector<Stop> stops_;
    QHash<QString, LessonAnswer> answers_;
    QHash<QString, QString> drafts_;
    QTimer draftTimer_;
    QFileSystemWatcher* watcher_;
    quint64 run_ = 0; ///< of carryOut: older ones are not listened to
};

} // namespace vitral
