// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/decoder.h"

#include "core/tokenizer/byte_alphabet.h"

namespace vitral {

namespace {

void replaceAll(std::string& text, std::string_view what, std::string_view by) {
    if (what.empty())
        return;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

int hexDigit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

} // namespace

int byteOfPiece(std::string_view piece) {
    if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>')
        return -1;
    const int high = hexDigit(piece[3]);
    const int low = hexDigit(piece[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void DecoderRules::append(std::string_view piece, bool isByte, bool isRaw, bool isFirst, std::string& out) const {
    if (isByte && byteFallback) {
        if (const int byte = byteOfPiece(piece); byte >= 0) {
            out += static_cast<char>(byte);
            return;
        }
    }
    std::string text;
    if (byteAlphabet && !isRaw)
        byte_alphabet::unspell(piece, text);
    else
        text = piece;
    if (joinsWords) {
        if (!continuingPrefix.empty() && text.starts_with(continuingPrefix) && !isFirst)
            text.erase(0, continuingPrefix.size());
        else if (!isFirst)
            text.insert(0, 1, ' ');
    }
    if (!endOfWordSuffix.empty() && text.ends_with(endOfWordSuffix))
        text.replace(text.size() - endOfWordSuffix.size(), endOfWordSuffix.size(), " ");
    for (const auto& [what, by] : replacements)
        replaceAll(text, what, by);
    if (cleanUp)
        for (const auto& [what, by] : {std::pair{" .", "."},
                                       {" ?", "?"},
                                       {" !", "!"},
                                       {" ,", ","},
                                       {" ' ", "'"},
                                       {" n't", "n't"},
                                       {" 'm", "'m"},
                                       {" do not", " don't"},
                                       {" 's", "'s"},
                                       {" 've", "'ve"},
                                       {" 're", "'re"}})
            replaceAll(text, what, by);
    std::size_t skip = 0;
    while (isFirst && skip < stripFirst && skip < text.size() && text[skip] == ' ')
        ++skip;
    out.append(text, skip);
}

} // namespace vitral
