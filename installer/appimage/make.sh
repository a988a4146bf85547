#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make.sh: an AppImage out of a finished build/release. UNTESTED: needs linuxdeploy and linuxdeploy-plugin-qt in PATH,
# which Debian does not have (https://github.com/linuxdeploy). Build on the oldest system it is to run on: its C
# library must not be newer than the user's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for tool in linuxdeploy linuxdeploy-plugin-qt; do
  command -v "$tool" >/dev/null || { printf '%s\n' "make.sh: $tool is missing; see the top of this file" >&2; exit 1; }
done
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
DESTDIR=$tree cmake --install build/release --prefix /usr --strip
# The libraries that are opened by name are left to the system: Vulkan's loader, libsecret, the GPU's driver.
export QMAKE=${QMAKE:-$(command -v qmake6)} EXTRA_PLATFORM_PLUGINS="libqwayland-generic.so;libqoffscreen.so"
export EXTRA_QT_PLUGINS="wayland-shell-integration;wayland-graphics-integration-client" LDAI_OUTPUT=Vitral-x86_64.AppImage
linuxdeploy --appdir "$tree" --plugin qt --executable "$tree/usr/bin/vitral" --executable "$tree/usr/bin/vitral-cli" \
  --desktop-file "$tree/usr/share/applications/vitral.desktop" \
  --icon-file "$tree/usr/share/icons/hicolor/scalable/apps/vitral.svg" --output appimage
printf '%s\n' "make.sh: wrote $LDAI_OUTPUT" >&2
