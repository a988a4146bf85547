// SPDX-License-Identifier: Apache-2.0
#pragma once
// Screen readers and the columns of the page Cut: the line of the caret, token by token. Thread: GUI.

namespace vitral {

class TokenCanvas;

void installTokenCanvasAccessible();
/// After the caret has moved or the text was cut anew. Costs nothing where nobody listens.
void tellSpokenLine(TokenCanvas* canvas);

} // namespace vitral
