// SPDX-License-Identifier: Apache-2.0
#pragma once
// Qt Test helpers for Result<T>: print the sentence when a test fails on an error.

#include "core/base/result.h"

#include <QtTest>

#define QVERIFY_RESULT(result)                                                                                         \
    do {                                                                                                               \
        const auto& vitralChecked_ = (result); /* once: the expression may do something */                             \
        QVERIFY2(vitralChecked_.has_value(), vitralChecked_ ? "" : vitralChecked_.error().message.c_str());            \
    } while (false)
/// The result must be an error of that code; prints the sentence otherwise.
#define QVERIFY_ERROR(result, expectedCode)                                                                            \
    do {                                                                                                               \
        const auto& vitralChecked_ = (result);                                                                         \
        QVERIFY2(!vitralChecked_.has_value(), "an error was expected");                                                \
        QVERIFY2(vitralChecked_.error().code == (expectedCode), vitralChecked_.error().message.c_str());               \
        QVERIFY2(vitralChecked_.error().message.size() > 10, "an error needs a sentence");                             \
    } while (false)
/// Skips, with the reason, where a file of shared/data is missing.
#define VITRAL_NEED_FILE(path)                                                                                         \
    do {                                                                                                               \
        if (!QFile::exists(path))                                                                                      \
            QSKIP(qPrintable(QStringLiteral("%1 is not here").arg(path)));                                             \
    } while (false)
