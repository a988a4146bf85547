#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_deb.sh PACKAGE.deb [SUITE]: installs a package into a fresh root of Debian (bookworm), starts both programs there
# as somebody who is not root, and takes the package away again. Needs root, lintian, mmdebstrap and the network.
set -euo pipefail
package=$(realpath "$1") suite=${2:-bookworm}
say() { printf '%s\n' "check_deb: $*" >&2; }
[ "$(id -u)" -eq 0 ] || { say "run this as root: it makes a file system"; exit 1; }

say "lintian"
lintian --fail-on error "$package" 2> >(grep -v 'root privileges' >&2)

root=$(mktemp -d); chmod 755 "$root"
trap 'umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
say "a fresh $suite in $root"
mmdebstrap --quiet --variant=minbase --include=man-db "$suite" "$root" ${VITRAL_DEBIAN_MIRROR:-}
mount -t proc proc "$root/proc"
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp/home LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
person() { inside setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

cp "$package" "$root/tmp/vitral.deb"
inside apt-get update -qq
inside dpkg-query -W -f '${Package}\n' | sort > "$root/tmp/before"
say "installing, with what it depends on and nothing that is only recommended"
inside apt-get install -y -qq --no-install-recommends /tmp/vitral.deb >"$root/tmp/install.log" 2>&1 || { tail -20 "$root/tmp/install.log"; exit 1; }
inside dpkg --audit

say "starting"
person mkdir -p /tmp/home
[ -n "$(person vitral-cli complete --prompt 'Era uma vez' -n 8 2>"$root/tmp/start.log")" ] || { cat "$root/tmp/start.log"; exit 1; }
person env QT_QPA_PLATFORM=offscreen vitral --data-dir /tmp/home --size 1280x800 --lang pt_BR \
  --prompt 'Olá' --screenshot /tmp/home/window.png
[ "$(stat -c %s "$root/tmp/home/window.png")" -gt 20000 ] || { say "the picture of the window is empty"; exit 1; }
cp "$root/tmp/home/window.png" "${VITRAL_CHECK_PICTURE:-/dev/null}"
inside man vitral-cli >/dev/null
inside man vitral >/dev/null

say "taking it away"
inside apt-get purge -y -qq vitral >/dev/null 2>&1
left=$(inside find / -xdev -name '*vitral*' -not -path '/tmp/*' -not -path '/proc/*' -not -path '/var/log/*' -not -path '/var/cache/man/*')
[ -z "$left" ] || { say "left behind: $left"; exit 1; }
inside apt-get autoremove -y -qq --purge >/dev/null 2>&1
inside dpkg-query -W -f '${Package}\n' | sort | diff "$root/tmp/before" - || { say "packages are left"; exit 1; }
say "clean"
