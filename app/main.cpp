// SPDX-License-Identifier: Apache-2.0
// The desktop program. Everything that can be said without a window is said before Qt asks for a display.
#include "app/language.h"
#include "app/main_window.h"
#include "app/options.h"
#include "app/script.h"
#include "app/services.h"
#include "app/shell.h"
#include "core/base/log.h"
#include "widgets/canvas/renderer_choice.h"
#include "widgets/shell/log_list.h"

#include <QApplication>
#include <QSessionManager>
#include <QSocketNotifier>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#ifdef Q_OS_UNIX
#include <fcntl.h>
#include <unistd.h>
#endif

namespace {

using namespace vitral;

/// Qt aborts where there is no display; a person gets a sentence instead.
bool hasDisplay() {
#ifdef Q_OS_LINUX
    return qEnvironmentVariableIsSet("QT_QPA_PLATFORM") || !qEnvironmentVariable("DISPLAY").isEmpty() ||
           !qEnvironmentVariable("WAYLAND_DISPLAY").isEmpty();
#else
    return true;
#endif
}

QtMessageHandler previousHandler = nullptr;

/// What Qt says belongs to the log as well.
void keepQtMessage(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    const QByteArray bytes = text.toUtf8();
    LogList::shared().add(type == QtDebugMsg || type == QtInfoMsg ? "info" : "warning", "qt",
                          {bytes.constData(), static_cast<std::size_t>(bytes.size())});
    if (previousHandler != nullptr)
        previousHandler(type, context, text);
}

#ifdef Q_OS_UNIX
int endPipe[2] = {-1, -1};

/// A logout or a class-room manager ends the program in order: windows are remembered, and the next start says nothing.
/// A handler may do next to nothing; the event loop hears of it through a pipe.
void endInOrder(QWidget& window) {
    if (::pipe(endPipe) != 0)
        return;
    for (const int end : endPipe)
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
    auto* heard = new QSocketNotifier(endPipe[0], QSocketNotifier::Read, &window);
    QObject::connect(heard, &QSocketNotifier::activated, &window, [&window, heard] {
        heard->setEnabled(false);
        window.close();
        QApplication::quit();
    });
    for (const int number : {SIGTERM, SIGHUP, SIGINT})
        std::signal(number, [](int again) {
            std::signal(again, SIG_DFL); // whoever asks twice does not want to wait
            const char byte = 0;
            [[maybe_unused]] const auto n = ::write(endPipe[1], &byte, 1);
        });
}
#endif

int run(int argc, char** argv) {
    app::Options options;
    int exitCode = 0;
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    if (!app::parseOptions(arguments, options, exitCode))
        return exitCode;
    if (!hasDisplay()) {
        if (options.screenshot.isEmpty()) {
            std::fputs("There is no display here. Chat in the terminal with vitral-cli chat, or set "
                       "QT_QPA_PLATFORM=offscreen.\n",
                       stderr);
            return 1;
        }
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    LogList::shared(); // before other threads
    setLogSink([](LogLevel level, std::string_view module, std::string_view message) {
        static constexpr const char* kLevels[] = {"debug", "info", "warning", "error"};
        LogList::shared().add(kLevels[static_cast<int>(level)], module, message);
        if (level >= LogLevel::Warning)
            std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(module.size()), module.data(),
                         static_cast<int>(message.size()), message.data());
    });
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error to tell, not an end
    QApplication qt(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Vitral"));
    QApplication::setDesktopFileName(QStringLiteral("vitral"));
    QApplication::setApplicationVersion(QStringLiteral(VITRAL_VERSION));

    previousHandler = qInstallMessageHandler(keepQtMessage);
    app::Settings settings(options.dataDir);
    LogList::shared().keepIn(settings.dataDir() + QStringLiteral("/vitral.log"));
    logMessage(LogLevel::Info, "app", "Vitral " VITRAL_VERSION " begins");
    setRendererChoice(settings.renderer());
    app::Language language;
    language.use(options.language.isEmpty() ? settings.language() : options.language);
    design::Theme theme(qt);
    theme.setFontScale(settings.fontScale());
    if (options.theme.isEmpty())
        theme.setChoice(settings.theme());
    else
        theme.setChoice(options.theme == QLatin1String("dark")    ? design::ThemeChoice::Dark
                        : options.theme == QLatin1String("light") ? design::ThemeChoice::Light
                                                                  : design::ThemeChoice::System);
    const auto services = app::Services::create(settings, options.threads);
    if (!services) {
        std::fprintf(stderr, "%s\n", services.error().message.c_str());
        return 1;
    }
    app::MainWindow window(**services, theme, language);
    if (const QStringList size = options.size.split(QLatin1Char('x')); size.size() == 2)
        window.resize(size[0].toInt(), size[1].toInt());
    else if (!options.screenshot.isEmpty())
        window.resize(1280, 800); // a picture needs no screen that holds it
    window.show();
#ifdef Q_OS_UNIX
    endInOrder(window);
#endif
    QObject::connect(&qt, &QGuiApplication::commitDataRequest, &window,
                     [&window](QSessionManager&) { window.shell().desktopEnds(); });
    const bool picture = !options.screenshot.isEmpty();
    const bool restored = !picture && window.shell().beginSession(settings.dataDir() + QStringLiteral("/sessions"));
    if (!restored && !picture && options.prompts.isEmpty() && options.show.isEmpty() && options.model.isEmpty() &&
        options.run.isEmpty() && !options.quitAfterPrompts)
        window.shell().begin();
    window.openFirstModel(options.model);
    if (!options.run.isEmpty())
        window.openRun(options.run);
    app::Script script(window, options);
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc&) {
        std::fputs("Vitral needs more memory than this computer can give now. Close other programs or choose a smaller "
                   "model.\n",
                   stderr);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "Vitral stopped because of a mistake of its own: %s\n", e.what());
    }
    return 1;
}
