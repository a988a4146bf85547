// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QLabel>

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    QLabel label(QStringLiteral("Vitral"));
    label.show();
    return QApplication::exec();
}
