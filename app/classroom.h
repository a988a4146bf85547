// SPDX-License-Identifier: Apache-2.0
#pragma once
// Lessons in the program: carries out what they ask for, finds what they point at, says what the state is; the panel
// beside every room; the state of the whole program as a file or a link. The window makes one. Thread: GUI.

#include "app/main_window.h"
#include "core/lesson/program_state.h"
#include "widgets/lesson/lesson_host.h"
#include "widgets/lesson/lesson_player.h"
#include "widgets/tokens/token_scale.h"

#include <QPointer>
#include <QTimer>

class QAction;
class QDockWidget;

namespace vitral {
class GlossaryTips;
class GlossaryWindow;
class LessonPanel;
class LessonRoom;
} // namespace vitral

namespace vitral::app {

class Classroom : public QObject, public LessonHost {
    Q_OBJECT
public:
    explicit Classroom(MainWindow& window);
    ~Classroom() override;

    Room* makeRoom(QWidget* parent);
    void makePanel(); ///< after the window's docks
    void makeMenus(); ///< after the window's menus
    void retranslate();

    // LessonHost
    void carryOut(const QStringList& commands, const QString& folder, const QStringList& recorded,
                  std::function<void(const QString& problem)> done) override;
    [[nodiscard]] QWidget* element(const QString& name) const override;
    [[nodiscard]] QString state(const QString& name) const override;
    void hideElements(const QStringList& names) override;
    [[nodiscard]] QByteArray stateFile() const override;
    [[nodiscard]] QImage picture() const override;

    /// "chat:ask=...", "chat:seed=7", ...: what follows "chat:". False: unknown.
    bool chatCommand(const QString& argument);
    /// Commands are being carried out, or what they began is not done.
    [[nodiscard]] bool busy() const;
    /// What keeps the next command waiting: the model, an answer, a map, a picture.
    [[nodiscard]] bool roomsBusy() const;

    /// How much of the conversation a state carries: each leaves out more than the one before.
    enum class Carry : std::uint8_t { All, PathNumbers, Path, Words };
    /// Branches whose text is not in memory are left out, which leftOut says (ChatController::fetchAll brings them).
    [[nodiscard]] ProgramState capture(Carry carry = Carry::All, bool link = false) const;
    /// The most that fits into a file; into a link (errors: those of stateLink).
    [[nodiscard]] ProgramState captureWithin(std::size_t limitBytes) const;
    [[nodiscard]] Result<ProgramState> captureForLink() const;
    /// `folder`: where its recorded run lies; empty: nowhere. Says what could not be the same in a notice.
    /// `keepLesson`: the lesson that is open stays.
    void restore(const ProgramState& state, const QString& folder, bool keepLesson = false);
    /// The lesson ("unit:stop") of that course once more; `again`: its step is set up.
    void comeBack(const QString& course, const QString& lesson, bool again);
    /// Panels, views and places of ScreenState; then calls `over`. `lesson`: its panel too.
    void restoreScreen(const QJsonObject& screen, bool lesson, std::function<void()> over);
    /// Reads the message again that a screen's views inside were about, then calls; at once where there is none.
    void lookInsideAs(const QJsonObject& screen, std::function<void()> then);
    /// What a state has left out, as words.
    [[nodiscard]] static QString leftOutText(const std::vector<std::string>& names);
    void copyLink(); ///< says first what would be left out
    void openStateFile(const QString& path);
    void openLink(const QString& link);
    [[nodiscard]] QString lastProblem() const { return lastProblem_; }

    /// The open lesson by the ending of the path: .html, .pdf, .vitral-work (to hand in). False: none is open.
    bool writeLesson(const QString& path);
    /// The open lesson as "html" or "pdf"; `done` gets a sentence, empty: written.
    void exportLessonTo(const QString& format, const QString& path, std::function<void(const QString&)> done);

    /// While a step of a lesson sets the program: what changes then is nobody's act, and nothing to be taken back.
    [[nodiscard]] bool setting() const { return setting_ || (running_ && player_->lesson() != nullptr); }

    void showGlossary(); ///< at the term that the focus is on

    [[nodiscard]] LessonPlayer& player() const { return *player_; }
    [[nodiscard]] LessonPanel* panel() const { return panel_; }
    [[nodiscard]] LessonRoom* room() const { return room_; }
    [[nodiscard]] QDockWidget* dock() const { return dock_; }

private:
    void nameElements();
    void nextCommand();
    QString runCommand(const QString& command); ///< a sentence why it cannot be; empty: begun
    [[nodiscard]] QString missingModel() const;
    void openConversation(const QString& path);
    void beginStep(const QStringList& commands);
    void endLesson();
    void foldSections();
    void setGeneration(const std::function<void(GenerationSettings&)>& change);
    void lessonOpened();
    void tell(const QString& sentence, bool problem);
    void saveStateAs();
    void openStateDialog();
    void pasteLink();
    void openState(const ProgramState& state, const QString& folder);
    [[nodiscard]] QString lessonRun(const QString& name) const;
    [[nodiscard]] static QString problemOf(const Error& error, bool link);
    void exportLesson(const QString& format);
    void openCourseDialog();
    void openWorkDialog();
    [[nodiscard]] QString fingerprint() const;
    void followLanguage();

    MainWindow& window_;
    Services& services_;
    std::unique_ptr<LessonPlayer> player_;
    LessonRoom* room_ = nullptr; ///< of the window
    LessonPanel* panel_ = nullptr;
    GlossaryTips* tips_ = nullptr;
    QPointer<GlossaryWindow> glossary_;
    QDockWidget* dock_ = nullptr;
    QAction *saveState_ = nullptr, *openState_ = nullptr, *copyLink_ = nullptr, *pasteLink_ = nullptr;
    QAction *nextStop_ = nullptr, *previousStop_ = nullptr, *toLesson_ = nullptr;

    QStringList waiting_, recorded_;
    QString wantedPictures_; ///< the name of the model of pictures that the commands loaded
    QString folder_, problem_, lastProblem_;
    std::function<void(const QString&)> done_;
    QTimer timer_;
    int waitedMs_ = 0;
    ConversationId reopen_ = 0; ///< of this computer: what the state that is put back was of
    bool running_ = false, importing_ = false;
    bool tookLeft_ = false, tookRight_ = false, tookChat_ = false; ///< what made room for the lesson
    std::optional<GenerationSettings> before_; ///< the person's own settings, while a lesson has others
    /// Likewise of the rest of what a step sets: changes of the model, side panels, the colours of tokens.
    struct Own {
        std::shared_ptr<const InterventionSet> changes;
        diffusion::DenoiseSettings drawing;
        bool settings = false, colours = false, inside = false, pictures = true, tree = false;
        TokenMeasure measure = TokenMeasure::Probability;
    };
    std::optional<Own> own_;
    bool setting_ = false;
    bool recordedAlone_ = false; ///< the step shows a recorded run, beside which the conversation says something else
    QList<QPointer<QWidget>> hidden_;
    mutable QString fingerprintOf_, fingerprint_; ///< of the model at that path
};

} // namespace vitral::app
