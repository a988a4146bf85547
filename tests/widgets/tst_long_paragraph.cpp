// SPDX-License-Identifier: Apache-2.0
// One paragraph without an end: its lines stand where a single layout puts them, and a token more costs the same at the
// end of 20,000 as at the beginning.

#include "tests/support/cpu_clock.h"
#include "tests/support/list_source.h"
#include "widgets/design/theme.h"
#include "widgets/transcript/flow_text.h"
#include "widgets/transcript/text_formats.h"
#include "widgets/transcript/transcript_view.h"

#include <QAccessible>
#include <QRandomGenerator>
#include <QtTest>

using namespace vitral;
using namespace vitral::test;

namespace {

QString words(int n) {
    QRandomGenerator random(7);
    QString text;
    for (int i = 0; i < n; ++i)
        text += QString(random.bounded(1, 12), QChar('a' + i % 26)) + (i % 40 == 39 ? ". " : " ");
    return text.trimmed();
}

QList<QTextLayout::FormatRange> plain(const std::vector<TextSpan>& spans) {
    QList<QTextLayout::FormatRange> out;
    for (const TextSpan& span : spans) {
        QTextLayout::FormatRange range;
        range.start = span.start;
        range.length = span.length;
        range.format.setFontWeight(QFont::Bold);
        out.append(range);
    }
    return out;
}

} // namespace

class TestLongParagraph : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { theme_ = std::make_unique<design::Theme>(*qApp); }

    void linesStandWhereOneLayoutPutsThem() {
        const QString text = words(6000);
        const std::vector<TextSpan> spans = {{100, 6000, 1, {}}, {20000, 50, 1, {}}};
        const FlowText::Look look{TranscriptStyle::make().reading, 500, 24};
        const FlowText flow(text, spans, plain, look, nullptr);
        QTextLayout whole(text, look.font);
        whole.setFormats(plain(spans));
        breakLines(whole, look.width, look.lineHeight);
        QCOMPARE(flow.lineCount(), whole.lineCount());
        for (int i = 0; i < flow.lineCount(); ++i) {
            QCOMPARE(flow.line(i).start(), whole.lineAt(i).textStart());
            QVERIFY(std::abs(flow.line(i).y() - whole.lineAt(i).y()) <= 1.0);
        }
        for (const int index : {0, 2999, 3001, 20010, int(text.size()) - 1}) {
            QCOMPARE(flow.lineOf(index), whole.lineForTextPosition(index).lineNumber());
            const FlowText::Line line = flow.line(flow.lineOf(index));
            QCOMPARE(flow.lineAtY(line.y() + 1), flow.lineOf(index));
            QCOMPARE(line.indexAt(line.x(index)), index);
        }
    }

    void aGrownTextKeepsItsFinishedLines() {
        const QString text = words(6000);
        const FlowText::Look look{TranscriptStyle::make().reading, 500, 24};
        std::unique_ptr<FlowText> flow;
        for (qsizetype n = 100; n < text.size(); n += 997) {
            auto next = std::make_unique<FlowText>(text.left(n), std::vector<TextSpan>{}, plain, look, flow.get());
            QVERIFY2(next->nLaidOutPieces() <= 2, qPrintable(QString::number(next->nLaidOutPieces())));
            flow = std::move(next);
        }
        flow = std::make_unique<FlowText>(text, std::vector<TextSpan>{}, plain, look, flow.get());
        const FlowText fresh(text, {}, plain, look, nullptr);
        QCOMPARE(flow->lineCount(), fresh.lineCount());
        for (int i = 0; i < fresh.lineCount(); ++i)
            QCOMPARE(flow->line(i).start(), fresh.line(i).start());
        QCOMPARE(flow->height(), fresh.height());
        // Another beginning or another look takes nothing over.
        const FlowText other("x" + text, {}, plain, look, flow.get());
        QVERIFY(other.nLaidOutPieces() > 5);
    }

    void streamsTwentyThousandTokensInOneParagraph() {
        ListSource source;
        TranscriptView view;
        view.resize(900, 700);
        source.add(Role::User, "Do not stop.");
        Message& answer = source.add(Role::Assistant, "", MessageState::Streaming);
        view.setSource(&source);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const QStringList tokens = words(20000).split(' ');
        CpuClock clock;
        std::vector<double> frames;
        constexpr int kTokensPerFrame = 40;
        for (int i = 0; i < tokens.size(); i += kTokensPerFrame) {
            for (int k = i; k < std::min<int>(i + kTokensPerFrame, int(tokens.size())); ++k)
                answer.text += (k % 29 == 0 ? "**" + tokens[k] + "** " : tokens[k] + " ").toStdString();
            clock.restart();
            emit source.grew(1);
            view.viewport()->repaint();
            frames.push_back(clock.milliseconds());
        }
        const auto median = [](std::vector<double> v) {
            std::sort(v.begin(), v.end());
            return v[v.size() / 2];
        };
        const double first = median({frames.begin() + 5, frames.begin() + 105});
        const double last = median({frames.end() - 100, frames.end()});
        qInfo("one paragraph of %zu bytes: a frame takes %.2f ms at its beginning, %.2f ms at its end",
              answer.text.size(), first, last);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY2(last < 16 && last < 3 * first + 1, qPrintable(QStringLiteral("%1 %2").arg(first).arg(last)));
#endif
        // What stands there is what a fresh view shows.
        answer.state = MessageState::Complete;
        emit source.changed(1);
        TranscriptView fresh;
        fresh.resize(900, 700);
        fresh.setSource(&source);
        QCOMPARE(view.textOf(1), fresh.textOf(1));
    }

    void thinkingThatThePromptOpenedFolds() {
        ListSource source;
        Message& answer = source.add(Role::Assistant, "First I count the letters", MessageState::Streaming);
        answer.startsThinking = true;
        TranscriptView view;
        view.resize(900, 700);
        view.setSource(&source);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QVERIFY(view.textOf(0).contains("count the letters")); // open while it goes on
        answer.text += ".</think>\n\nThree.";
        answer.state = MessageState::Complete;
        emit source.changed(0);
        QVERIFY(!view.textOf(0).contains("count the letters"));
        QVERIFY(view.textOf(0).contains("Three."));
        // Stopped before it came to an answer: all of it was thinking, though no mark says so.
        answer.text = "First I count the letters";
        emit source.changed(0);
        QVERIFY(!view.textOf(0).contains("count the letters"));
        answer.startsThinking = false;
        emit source.changed(0);
        QVERIFY(view.textOf(0).contains("count the letters"));
    }

    void screenReadersFindEveryMessage() {
        ListSource source;
        source.add(Role::User, "What is *this*?");
        source.add(Role::Assistant, "It is **bold**.\n\n- one\n- two");
        TranscriptView view;
        view.resize(900, 700);
        view.setSource(&source);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QAccessibleInterface* list = QAccessible::queryAccessibleInterface(&view);
        QVERIFY(list != nullptr);
        QCOMPARE(list->role(), QAccessible::List);
        QVERIFY(list->childCount() >= 2);
        QAccessibleInterface* question = list->child(0);
        QAccessibleInterface* answer = list->child(1);
        QCOMPARE(question->text(QAccessible::Name), QStringLiteral("You"));
        QCOMPARE(answer->text(QAccessible::Name), QStringLiteral("Test"));
        QCOMPARE(list->indexOfChild(answer), 1);
        QCOMPARE(answer->parent(), list);
        QVERIFY(answer->rect().top() > question->rect().top());
        QCOMPARE(list->childAt(answer->rect().center().x(), answer->rect().center().y()), answer);
        QAccessibleTextInterface* text = answer->textInterface();
        QVERIFY(text != nullptr);
        const QString all = text->text(0, text->characterCount());
        QVERIFY2(all.startsWith("It is bold.") && !all.contains('*'), qPrintable(all));
        int begin = 0;
        int end = 0;
        QCOMPARE(text->textAtOffset(7, QAccessible::WordBoundary, &begin, &end), QStringLiteral("bold"));
        // What grows is read as it stands, and what is gone says so.
        source.list[1]->text += "\n- three";
        emit source.changed(1);
        QVERIFY(text->text(0, text->characterCount()).endsWith("three"));
        source.list.pop_back();
        emit source.reset(1);
        QVERIFY(!answer->isValid());
        QCOMPARE(text->characterCount(), 0);
    }

private:
    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestLongParagraph)
#include "tst_long_paragraph.moc"
