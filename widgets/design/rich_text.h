// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rich text of labels and pages. Thread: GUI.

#include <QString>

namespace vitral::design {

/// For the head of rich text: strong words in the boldest Inter there is (600). Asked for 700, Qt would smear its
/// letters.
inline QString strongStyle() {
    return QStringLiteral("b,strong,th,h1,h2,h3,h4{font-weight:600}");
}
/// One strong word; `html` is escaped already.
inline QString strong(const QString& html) {
    return QStringLiteral("<span style=\"font-weight:600\">%1</span>").arg(html);
}

} // namespace vitral::design
