// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every page of the room "Tokens" looks at: the text, the tokenizers that are open, what each makes of the text,
// and the token that is chosen. Files are read, texts encoded and everything typed is stored off the GUI thread.
// Thread: GUI.

#include "core/tokenizer/text_counts.h"
#include "widgets/inside/view_pool.h"
#include "widgets/tokenroom/token_cut.h"
#include "widgets/tokenroom/token_preview.h"

#include <QJsonObject>
#include <QLockFile>
#include <QObject>
#include <QString>
#include <QTimer>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vitral {

class ChatController;
class ModelSession;

/// A tokenizer a person has open.
struct OpenTokenizer {
    enum class Source : std::uint8_t { Model, Bundled, File };
    Source source = Source::File;
    QString path;                               ///< of the file; of the model's file for Model and Bundled
    QString name;                               ///< as it is shown
    std::shared_ptr<const Tokenizer> tokenizer; ///< null: being read, or it cannot be (`error`)
    QString error;                              ///< a sentence; empty: none
    bool loading = false;
    bool shown = true;             ///< stands as a column of the page Cut
    std::shared_ptr<TokenCut> cut; ///< of the text as it is now; null: being computed, or cutError
    QString cutError;
    bool stopped = false; ///< a person stopped the reading or the cutting: error or cutError says so
    int serial = 0;       ///< stays with it while others come and go

    /// How far the reading or the cutting that is under way is, 0 to 1; null: nothing is. Written by its thread; below
    /// 0 where it cannot be known.
    std::shared_ptr<const std::atomic<double>> share;
    std::shared_ptr<TokenPreview> preview; ///< while the text is being cut, or was stopped at that
    /// What was typed since the text that is being cut was handed over.
    struct TypedEdit {
        std::size_t at = 0, removedBytes = 0;
        std::string inserted;
    };
    std::vector<TypedEdit> typed;
};

/// The token everybody looks at; -1: none.
struct TokenSelection {
    int tokenizer = -1;             ///< index into tokenizers()
    TokenId id = -1;                ///< set without a place where it was chosen in a vocabulary
    std::ptrdiff_t token = -1;      ///< among the tokens of the text
    std::size_t begin = 0, end = 0; ///< bytes of the text, where token >= 0
    bool operator==(const TokenSelection&) const = default;
};

class TokenController : public QObject {
    Q_OBJECT
public:
    /// `folder`: where text and list of files are kept; empty: nowhere. `chat` and `model` may be null (tests).
    TokenController(QString folder, ChatController* chat, ModelSession* model, QString bundledModel,
                    QObject* parent = nullptr);
    ~TokenController() override;

    /// The room is shown for the first time: reads what was kept and begins to work. Does nothing when called again.
    void wake();
    [[nodiscard]] bool awake() const { return awake_; }
    /// Where pages keep files of their own; empty: nowhere. A second window on the same data has a folder of its own
    /// in it, so that neither overwrites the other's text.
    [[nodiscard]] const QString& folder() const { return folder_; }

    // The text: any bytes; as UTF-8 where they are.
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] QString textName() const { return textName_; } ///< the file it came from; empty: typed
    /// Grows with every change of the text.
    [[nodiscard]] std::uint64_t revision() const { return revision_; }
    void setText(std::string text, const QString& name = {}); ///< can be undone
    /// A text from the conversation, seen by its model's tokenizer; the token at `byte` becomes the chosen one.
    void showText(std::string text, std::optional<std::size_t> byte);
    void edit(std::size_t at, std::size_t removedBytes, std::string_view inserted);
    /// A lesson puts texts of its own here from now on: what the person had is what stays stored, also where the
    /// program is killed, and comes back with giveBack(). Called again: nothing.
    void borrow();
    void giveBack();
    void openTextFile(const QString& path);
    [[nodiscard]] bool canUndo() const { return !undo_.empty(); }
    [[nodiscard]] bool canRedo() const { return !redo_.empty(); }
    /// Where the caret belongs afterwards; nothing: there was nothing to take back.
    std::optional<std::size_t> undo();
    std::optional<std::size_t> redo();
    /// Characters and words of the text; nothing while they are being counted.
    [[nodiscard]] const std::optional<TextCounts>& counts() const { return counts_; }

    // Tokenizers.
    [[nodiscard]] const std::vector<OpenTokenizer>& tokenizers() const { return list_; }
    /// The one that pages with one tokenizer look at; -1: none is open.
    [[nodiscard]] int current() const { return current_; }
    [[nodiscard]] const OpenTokenizer* currentTokenizer() const;
    [[nodiscard]] int indexOf(int serial) const; ///< -1: it was closed
    void setCurrent(int index);
    void openTokenizer(const QString& path); ///< a second time: makes it the current one
    /// One made here (the workshop): `path` is its file where it has one.
    void addTokenizer(std::shared_ptr<const Tokenizer> tokenizer, const QString& name, const QString& path = {});
    void closeTokenizer(int index); ///< files only
    void setShown(int index, bool shown);
    /// What touches bytes [begin, end) of the text, as that tokenizer cuts it: of the whole cut or, while there is
    /// none, of its surroundings (OpenTokenizer::preview says whether that is exact).
    [[nodiscard]] std::vector<PlacedToken> tokensSeen(int serial, std::size_t begin, std::size_t end) const;
    /// Readings and cuttings under way: the one that is least far; nothing: none. Below 0: it cannot be known.
    [[nodiscard]] std::optional<double> progress() const;
    void stopWork();       ///< of all readings and cuttings; what is there stays
    void retry(int index); ///< what failed or was stopped, once more
    /// The endings of files that may hold one, for dialogs and for what is dropped.
    static bool mayBeTokenizer(const QString& path);
    static QString fileFilter();

    /// Whether "<|im_end|>" in the text is the control token.
    [[nodiscard]] bool parsesSpecial() const { return parseSpecial_; }
    void setParsesSpecial(bool on);

    // What is chosen and what the pointer is over.
    [[nodiscard]] const TokenSelection& selection() const { return selection_; }
    void select(const TokenSelection& selection, QObject* origin = nullptr);
    void setHover(std::size_t begin, std::size_t end, QObject* origin = nullptr); ///< bytes of the text; equal: nothing
    [[nodiscard]] std::pair<std::size_t, std::size_t> hover() const { return hover_; }

    [[nodiscard]] ViewPool& pool() { return pool_; }
    [[nodiscard]] ChatController* chat() const { return chat_; }
    [[nodiscard]] ModelSession* model() const { return model_; }
    /// Something is being read, encoded or counted.
    [[nodiscard]] bool busy() const;
    /// Writes what is not written yet; at the end of the program on this thread.
    void save(bool now);

signals:
    /// Bytes [at, at + removed) gave way to `inserted` bytes. A new text: (0, old size, new size).
    void textChanged(std::size_t at, std::size_t removed, std::size_t inserted);
    void textReplaced(); ///< another text took the place of one that was not empty
    void countsChanged();
    void tokenizersChanged();   ///< the list, a name, one is loaded or failed, what is shown
    void currentChanged();      ///< another one is current, or the current one is loaded
    void cutChanged(int index); ///< the text is cut anew by it (also: it cannot be cut)
    void selectionChanged(QObject* origin);
    void hoverChanged(QObject* origin);
    void busyChanged();
    void progressChanged(); ///< now and then while something is read or cut
    void problem(const QString& sentence);

private:
    struct Edit {
        std::size_t at = 0;
        std::string removed, inserted;
        QString nameBefore, nameAfter;
    };
    void apply(std::size_t at, std::size_t removedBytes, std::string_view inserted);
    std::optional<std::size_t> replay(std::vector<Edit>& from, std::vector<Edit>& to, bool back);
    void beginCut(OpenTokenizer& entry);
    void takeCut(OpenTokenizer& entry, std::shared_ptr<TokenCut> cut);
    void recut(std::size_t at, std::size_t removedBytes, std::string_view inserted);
    void load(OpenTokenizer& entry);
    void followModel();
    void restore();
    void countSoon();
    void chooseWanted(const OpenTokenizer& entry);
    void keepPlace(std::size_t at, std::size_t removedBytes, std::size_t insertedBytes);
    [[nodiscard]] OpenTokenizer* bySerial(int serial);
    void begun();
    void ended();

    QString folder_;
    std::unique_ptr<QLockFile> lock_; ///< of folder_
    ChatController* chat_;
    ModelSession* model_;
    QString bundledModel_;
    bool awake_ = false;
    bool readsText_ = false; ///< what was kept is being read
    std::string text_;
    QString textName_;
    struct Own {
        std::string text;
        QString name;
    };
    std::optional<Own> own_; ///< the person's, while a lesson has the room
    bool ownIsRead_ = true, ownIsWanted_ = false;
    std::uint64_t revision_ = 0, savedRevision_ = 0;
    std::vector<Edit> undo_, redo_;
    std::optional<TextCounts> counts_;
    std::vector<OpenTokenizer> list_;
    int current_ = -1, nextSerial_ = 1;
    std::optional<std::size_t> wantedByte_; ///< chosen as soon as the text is cut
    bool parseSpecial_ = false;
    TokenSelection selection_;
    std::pair<std::size_t, std::size_t> hover_{0, 0};
    QTimer saveTimer_, countTimer_, progressTimer_;
    ViewPool pool_; ///< last: its jobs end before what they speak of
};

} // namespace vitral
