// SPDX-License-Identifier: Apache-2.0
#include "widgets/chat/error_text.h"

#include "widgets/design/amounts.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>

namespace vitral {
namespace {

constexpr const char* kContext = "vitral::ErrorText";

// Sentences that people meet, as core writes them with %1, %2 in place of {}. Longer ones first where one could be part
// of another.
constexpr std::array kSentences = {
    // Files
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 %2, not a file: give the path of a plain file."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 is not a file and will not be replaced."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 is read-only and will not be replaced."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The disk is full: %1 could not be written past %2 bytes; nothing was changed."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Cannot open %1: %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Cannot read %1: %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Cannot write %1: %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Cannot map %1 into memory: %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 has %2 bytes; at most %3 are read here."),
    // Model files
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This is not a GGUF file: it does not begin with the letters GGUF."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This is a GGML file from before GGUF; convert the model to GGUF again."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This GGUF file has version %1; versions 2 and 3 are read."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "This GGUF file (version %1) is big-endian; only little-endian files are read."),
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "Tensor %1 (offset %2, %3 %4) reaches past the end of the GGUF file, which has %5 bytes of data."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The length of %1 is %2 bytes, but only %3 bytes are left in the GGUF file."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The GGUF file ends inside %1 (at byte %2 of %3)."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Tensor %1 has type number %2, which this version does not know."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "%1 is missing: this model has %2 files, and all of them must lie in one folder."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "%1 is one of several files of a model (split.count), but its name does not end in "
                      "-00001-of-00003.gguf or the like, so that the others cannot be found."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Tensor %1 is in two files of this model."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 cannot be deleted (%2)."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The model file's architecture is %1, which this version does not know. It knows: %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The model file lacks the key general.architecture."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The model file lacks the tensor token_embd.weight; if it holds a vocabulary only, it cannot "
                      "generate text."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The model file lacks the tensor %1 (of shape %2), which the architecture %3 needs."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The model file lacks the key %1, which its architecture needs."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The model file's tensor %1 has the shape %2, but its metadata call for %3."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The file holds no tokenizer (tokenizer.ggml.model is missing)."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Weights of type %1 are not supported."),
    // Memory and context
    QT_TRANSLATE_NOOP("vitral::ErrorText", "There is not enough memory for this."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 MB of memory were asked for and are not there."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Keys and values of %1 tokens need %2 GB of memory, which is not there."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The prompt has %1 tokens, but the context holds only %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The context window of %1 tokens has no room for %2 more."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This model has learned positions for %1 tokens and cannot read more."),
    // Grammars
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The grammar has no rule named root, where a text would begin."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The JSON schema is not valid JSON."),
    // Conversations
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The disk that holds the conversations is full. What was saved before is safe; free some space "
                      "and try again."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "Another program is writing to the file of conversations. Try again in a moment."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The file of conversations may not be written to. Check the permissions of its folder."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The file of conversations cannot be opened (%1)."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The system could not read or write the file of conversations (%1). What was saved before is "
                      "safe."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The folder for the conversations cannot be made (%1): %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 is a folder, not a file of conversations."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The file of conversations was damaged. It was kept as %1, and a new one was begun."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "These conversations were written by a newer version of the program (form %1 of the file; this "
                      "version knows %2). Update the program; nothing was changed."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The program ended before this answer was complete."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This file is not JSON."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This JSON is not a conversation: it has no list of messages."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This file holds no text to make a conversation of."),
    // Hubs of models
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "%1 sends a header without an end; this is not how a hub answers. Try another address, or later."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The name %1 was not found; look whether this computer is on the internet."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 cannot be reached (%2); look whether this computer is on the internet."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "%1 does not show a certificate that this computer trusts, so nothing was fetched (%2)."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The proxy of this computer was not found (%1); look at its network settings."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The proxy of this computer refuses the way to %1 (status %2); look at its network settings."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The connection to %1 broke off after %2 of %3."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The connection to %1 broke off (%2)."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 did not answer as a server of the web does."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 has sent nothing for %2 seconds."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 sends us round in circles; the file cannot be fetched from there now."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "%1 answers with something that is no list of models; perhaps it is no hub."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 gives %2 only to people who have accepted its terms: accept them on its "
                                           "page, then give your access token."),
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "%1 does not give %2 to you yet: accept its terms on its page, and see that the token may read gated models."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 knows no %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 asks for patience: too many requests came from here. Try again in %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 has trouble of its own (status %2). Try again later."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "There is not enough room in %1: %2 are missing of %3. Make room and try again."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "%1 is there already and is not what %2 has. Move it away, or choose another folder."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "What came is not %1: its checksum is another than the one %2 told. It was thrown away; try "
                      "again, and if it happens again, do not trust this connection."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 says that %2 has %3, and sends %4; nothing of it was kept."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 sends more than the %2 that %3 should have; what came was thrown away."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The disk is full after %1 of %2. What came is kept: make room and start the download again."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 is being downloaded by another window or program."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This computer has no key store that can be used (libsecret): the token is "
                                           "not kept and will be asked for again."),
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "The key store of this computer did not answer (%1): the token is not kept and will be asked for again."),
    // Runs of diffusion
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "Attention and feature maps take at most %1 MB; those of later steps are left out when that is "
                      "full."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "%1 attention and feature maps did not fit into the %2 MB allowed for them and were left out."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "A branch keeps the times of the run it leaves; the other spacing was left out."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "A prompt may have at most 1 MB of text."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "A mask needs a picture to paint in: give \"init\", too."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The mask must have one channel and the size of the picture."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "This model knows classes, not words, and none of them is \"%1\"; it knows %2%3."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This model makes pictures of %1 x %2 pixels only."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Width and height must be multiples of %1 for this model: try %2 x %3."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "With strength %1, none of %2 steps is left; use more steps or strength."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "There is no class %1; this model has classes 0 to %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This model needs a class; choose one of its classes."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "This model's autoencoder has no encoder, so it cannot begin with a picture."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The autoencoder and the network of this model do not fit together."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The run cannot be branched at step %1: it has recorded %2 steps."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This network has %1 skip connections, not %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The branch must have the size of the run it leaves, and a model that works on the same."),
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "In step %1 numbers grew beyond what a picture can hold; try more steps, less guidance or another solver."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This network paints into pictures: give it a picture and a mask."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Load a model first."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The solver \"lcm\" does not fit a flow model; use flow-euler."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The solver \"flow-euler\" needs a flow model; for this one use euler."),
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "%1 steps are more than this schedule has different times for with this solver and spacing; try %2 or fewer."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "There is no file or folder %1."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 is no diffusion model that this version knows; it knows: %2."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The checkpoint holds a U-Net, but no autoencoder (first_stage_model)."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The checkpoint holds a U-Net, but no text encoder (cond_stage_model) that this version knows."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 has its weights in %2 only: a Python pickle, which can run code when it "
                                           "is opened. Save the model as .safetensors."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The folder %1 holds no .safetensors file."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The folder %1 holds neither merges.txt nor tokenizer.json."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The model has no U-Net."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "This model's file has only the half of the autoencoder that decodes."),
    // Notes of recordings and explanations
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "Experts are computed again from the file's weights; what the engine's rounding makes of them is in the rest."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The model soft-caps its logits at %1; the terms add up to the logit before that."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "Heads pass a norm before they are added to the stream; its scale is frozen too."),
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "Activations inside experts are computed again from the file's weights, and taken times the router's weight."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "The MLP passes a norm before it is added to the stream; its scale is frozen too."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The recorded residual stream is rounded to 16-bit floats."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 of %2 cells were not recorded."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "%1 is left out: this model does not have it."),
    QT_TRANSLATE_NOOP(
        "vitral::ErrorText",
        "Queries are rounded to half precision: attention weights are right to about their score times 0.0002."),
    QT_TRANSLATE_NOOP("vitral::ErrorText",
                      "Left out, wholly or in part: %1. Everything asked for needs %2 at %3; %4 are allowed."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The context was full and moved on: %1 earlier tokens are not in here."),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "The two prompts move the logit difference by %1 only: every number is a "
                                           "fraction of that, so rounding and small effects look large."),
};

// What stands inside them: the system's reasons, and words of ours.
constexpr std::array kParts = {
    QT_TRANSLATE_NOOP("vitral::ErrorText", "No such file or directory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Permission denied"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Not a directory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Is a directory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Read-only file system"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "No space left on device"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Input/output error"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Cannot allocate memory"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "File name too long"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "Too many open files"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "unable to open database file"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "disk I/O error"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a folder"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a pipe"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a socket"),
    QT_TRANSLATE_NOOP("vitral::ErrorText", "is a device"),
};

QString inWindow(const char* text) {
    return QCoreApplication::translate(kContext, text);
}

/// Whether the window speaks the language that core writes. The word is there for this question.
bool speaksEnglish() {
    return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "English")) == QLatin1String("English");
}

/// "Cannot open %1: %2." as an expression that takes the arguments out.
QRegularExpression expressionFor(const QString& pattern) {
    QString expression = QRegularExpression::escape(pattern);
    for (int i = 1; i <= 9; ++i)
        expression.replace(QStringLiteral("\\%%1").arg(i), QStringLiteral("(.+?)"));
    return QRegularExpression(QRegularExpression::anchoredPattern(expression),
                              QRegularExpression::DotMatchesEverythingOption);
}

QString translatedPart(const QString& part) {
    for (const char* known : kParts)
        if (part == QLatin1String(known))
            return inWindow(known);
    // "99947.53 GB", as core/base/amounts.h writes it
    static const QRegularExpression amount(QStringLiteral("^(\\d+\\.\\d+) (kB|MB|GB|TB)$"));
    if (const QRegularExpressionMatch match = amount.match(part); match.hasMatch()) {
        const QString unit = match.captured(2);
        const double bytes = match.captured(1).toDouble() * (unit == QLatin1String("kB")   ? 1e3
                                                             : unit == QLatin1String("MB") ? 1e6
                                                             : unit == QLatin1String("GB") ? 1e9
                                                                                           : 1e12);
        return design::sizeText(static_cast<quint64>(bytes));
    }
    return part;
}

QString whatFailed(Doing doing) {
    switch (doing) {
    case Doing::LoadModel:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The model could not be loaded."));
    case Doing::Answer:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The answer could not be made."));
    case Doing::ReadChatTemplate:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The model's chat template could not be read."));
    case Doing::Store:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The conversations could not be read or written."));
    case Doing::Export:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The conversation could not be exported."));
    case Doing::Import:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "The file could not be imported."));
    }
    return {};
}

QString whatToDo(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidFile:
        return inWindow(QT_TRANSLATE_NOOP(
            "vitral::ErrorText", "The file seems damaged or incomplete: fetch it again or choose another one."));
    case ErrorCode::NotFound:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText",
                                          "Something is no longer where it was: look whether it was "
                                          "moved or deleted."));
    case ErrorCode::Io:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "Check the disk, its free space and the permissions."));
    case ErrorCode::OutOfMemory:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText",
                                          "Close other programs, or choose a smaller model or a shorter context."));
    case ErrorCode::Unsupported:
        return inWindow(QT_TRANSLATE_NOOP(
            "vitral::ErrorText", "This version does not know that: another file or a newer version may help."));
    case ErrorCode::InvalidArgument:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "Check the values in the settings."));
    case ErrorCode::ContextFull:
        return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "Shorten the conversation or make the context larger."));
    case ErrorCode::Device:
        return inWindow(
            QT_TRANSLATE_NOOP("vitral::ErrorText", "The graphics card or its driver failed: try without it."));
    case ErrorCode::Cancelled:
    case ErrorCode::Bug:
        break;
    }
    return inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "This is a mistake of ours; a report of it helps."));
}

} // namespace

QStringList knownSentences() {
    QStringList all;
    for (const char* known : kSentences)
        all << QString::fromLatin1(known);
    return all;
}

QString translatedSentence(const QString& sentence) {
    if (speaksEnglish())
        return {};
    for (const char* known : kSentences) {
        const QRegularExpressionMatch match = expressionFor(QString::fromLatin1(known)).match(sentence);
        if (!match.hasMatch())
            continue;
        QString text = inWindow(known);
        // One pass over the translation: an argument may itself hold a "%1".
        QString out;
        for (qsizetype i = 0; i < text.size(); ++i) {
            const int n = text[i] == QLatin1Char('%') && i + 1 < text.size() ? text[i + 1].digitValue() : 0;
            if (n < 1 || n > match.lastCapturedIndex()) {
                out += text[i];
                continue;
            }
            out += translatedPart(match.captured(n));
            ++i;
        }
        return out;
    }
    // "model.gguf: what is wrong with it" and "Cannot load the tensor x: …"
    const qsizetype colon = sentence.indexOf(QLatin1String(": "));
    if (colon > 0) {
        const QString rest = translatedSentence(sentence.mid(colon + 2));
        if (!rest.isEmpty())
            return sentence.left(colon + 2) + rest;
    }
    return {};
}

QString knownText(const Error& error) {
    const QString said = QString::fromStdString(error.message), translated = translatedSentence(said);
    return translated.isEmpty() ? said : translated;
}

QString noteText(const std::string& note) {
    return knownText(Error{ErrorCode::Bug, note});
}

QString errorText(const Error& error, Doing doing) {
    const QString english = QString::fromStdString(error.message);
    if (speaksEnglish())
        return english;
    const QString translated = translatedSentence(english);
    if (!translated.isEmpty())
        return translated;
    return whatFailed(doing) + QLatin1Char(' ') + whatToDo(error.code) + QLatin1Char(' ') +
           inWindow(QT_TRANSLATE_NOOP("vitral::ErrorText", "(in English: %1)")).replace(QLatin1String("%1"), english);
}

} // namespace vitral
