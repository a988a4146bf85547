// SPDX-License-Identifier: Apache-2.0
#pragma once
// A window that is none, for tests of lessons: it remembers what it was asked to carry out and answers what it was
// told.

#include "widgets/lesson/lesson_host.h"

#include <QtWidgets>

namespace vitral::test {

inline const QString kSampleCourse = QStringLiteral(VITRAL_SOURCE_DIR "/tests/core/lesson/sample");

class TestHost : public LessonHost {
public:
    QStringList carried, hidden;
    QString folder, problem;
    QHash<QString, QString> values;
    QWidget* widget = nullptr;

    void carryOut(const QStringList& commands, const QString& where, const QStringList&,
                  std::function<void(const QString&)> done) override {
        carried = commands;
        folder = where;
        QTimer::singleShot(0, qApp, [done, this] { done(problem); });
    }
    QWidget* element(const QString& name) const override { return name == "tokens.view" ? widget : nullptr; }
    QString state(const QString& name) const override { return values[name]; }
    void hideElements(const QStringList& names) override { hidden = names; }
    QByteArray stateFile() const override { return R"({"vitral_state":1})"; }
    QImage picture() const override {
        QImage image(40, 20, QImage::Format_RGB32);
        image.fill(Qt::red);
        return image;
    }
};

/// Writes a file of a lesson that a test makes up.
inline bool writeLessonFile(const QDir& folder, const QString& name, const QByteArray& text) {
    QFile file(folder.filePath(name));
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
}

} // namespace vitral::test
