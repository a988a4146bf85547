# SPDX-License-Identifier: Apache-2.0
# Sourced by ./run and ./test: installs the Debian/Ubuntu packages that are missing, and says so. Asks nothing.

vitral_build_packages=(
  g++ cmake ninja-build pkg-config ccache
  nlohmann-json3-dev libexpected-dev libfmt-dev libcli11-dev libpcre2-dev libutf8proc-dev libsqlite3-dev libcurl4-openssl-dev
  qt6-base-dev libgl-dev qt6-svg-dev qt6-tools-dev qt6-l10n-tools qt6-tools-dev-tools
  libcmark-gfm-dev libcmark-gfm-extensions-dev libyaml-cpp-dev fonts-dejavu-core
  libvulkan-dev glslang-tools libimgui-dev libstb-dev libwebp-dev
)
vitral_test_packages=(xvfb xauth binutils mesa-vulkan-drivers vulkan-validationlayers desktop-file-utils appstream shared-mime-info man-db)

vitral_say() { printf '%s\n' "vitral: $*" >&2; }

# vitral_install PACKAGE...: installs those that are not there. Needs root or sudo only when something is missing.
vitral_install() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    vitral_say "this is not Debian or Ubuntu: install the equivalents of: $*"
    return 0
  fi
  local missing=() package installed
  installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      vitral_say "these packages are missing and there is no sudo: ${missing[*]}"
      vitral_say "as root: apt-get install --no-install-recommends ${missing[*]}"
      return 1
    fi
    as_root=(sudo)
  fi
  vitral_say "installing ${#missing[@]} packages: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || vitral_say "the package lists could not be renewed; trying with the old ones"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 || {
    vitral_say "the packages could not be installed; see the lines above"
    return 1
  }
}

# vitral_configure PRESET [-DX=Y...]: configures when the build folder is new or an option differs.
vitral_configure() {
  local preset=$1 wanted line
  shift
  if [ -f "build/$preset/build.ninja" ]; then
    for wanted in "$@"; do
      line=${wanted#-D}
      grep -qE "^${line%%=*}:[A-Z]+=${line#*=}\$" "build/$preset/CMakeCache.txt" || { wanted=changed; break; }
    done
    [ "${wanted:-}" = changed ] || return 0
  fi
  vitral_say "configuring build/$preset"
  local log=build/$preset-configure.log
  mkdir -p build
  if ! cmake --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    vitral_say "configuring failed; the lines above say why"
    return 1
  fi
  grep -E '^--   |^-- Vitral' "$log" | sed 's/^-- //' >&2
}
