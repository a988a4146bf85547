// SPDX-License-Identifier: Apache-2.0
// What typing and scrolling cost in the room of tokens: processor time on the GUI thread of an edit (cut again, blocks,
// layout) and of a picture of the column, in texts of 1 and 10 MB, and of putting the text there with its first
// picture. Usage: token_room TOKENIZER [TOKENIZER ...]
#include "widgets/tokenroom/token_room.h"
#include "widgets/design/theme.h"
#include "widgets/tokenroom/cut_view.h"

#include <QApplication>
#include <QScrollBar>
#include <QThread>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>

using namespace vitral;

namespace {

double threadMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

struct Figures {
    std::vector<double> ms;
    [[nodiscard]] double at(double share) {
        std::sort(ms.begin(), ms.end());
        return ms[static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1))];
    }
};

bool settle(TokenController& tokens) {
    for (int i = 0; i < 6000; ++i) {
        QCoreApplication::processEvents();
        if (std::all_of(tokens.tokenizers().begin(), tokens.tokenizers().end(),
                        [](const OpenTokenizer& e) { return e.cut || !e.error.isEmpty(); }))
            return true;
        QThread::msleep(10);
    }
    return false;
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    const design::Theme theme(app);
    TokenController tokens({}, nullptr, nullptr, {});
    TokenRoom room(tokens);
    room.resize(1280, 800);
    room.show();
    room.activated();
    for (int i = 1; i < argc; ++i)
        tokens.openTokenizer(QString::fromLocal8Bit(argv[i]));
    auto* cut = qobject_cast<CutView*>(room.view(QStringLiteral("cut")));
    for (const std::size_t size : {std::size_t{1'000'000}, std::size_t{10'000'000}}) {
        std::string text;
        for (int i = 0; text.size() < size; ++i)
            text += "Line " + std::to_string(i) + " of a long text, with S\xC3\xA3o Paulo in it and some more words.\n";
        const double before = threadMs();
        tokens.setText(text);
        room.grab(); // with its colours, before the whole is cut
        const double opened = threadMs() - before;
        if (!settle(tokens))
            return 1;
        room.grab();
        Figures edit, draw, scroll;
        std::mt19937 random(1);
        TokenCanvas* canvas = cut->canvas(0);
        canvas->showByte(size / 2);
        for (int i = 0; i < 100; ++i) {
            const double a = threadMs();
            tokens.edit(size / 2 + static_cast<std::size_t>(i), 0, "x");
            const double b = threadMs();
            room.grab();
            const double c = threadMs();
            canvas->verticalScrollBar()->setValue(
                static_cast<int>(random() % static_cast<unsigned>(canvas->verticalScrollBar()->maximum())));
            room.grab();
            const double d = threadMs();
            canvas->showByte(size / 2);
            room.grab();
            edit.ms.push_back(b - a);
            draw.ms.push_back(c - b);
            scroll.ms.push_back(d - c);
        }
        std::printf("%zu columns, %.0f MB: opened and painted with its colours %.1f ms, an edit %.2f ms (95 %%: %.2f), "
                    "the picture after it %.2f ms (%.2f), a jump with "
                    "its picture %.2f ms (%.2f)\n",
                    tokens.tokenizers().size(), static_cast<double>(size) * 1e-6, opened, edit.at(0.5), edit.at(0.95),
                    draw.at(0.5), draw.at(0.95), scroll.at(0.5), scroll.at(0.95));
    }
    return 0;
}
