#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/fuzz/run.sh [SECONDS [TARGET...]]: builds the fuzzers with clang and runs each for SECONDS (60). What is found
# is copied to tests/fuzz/found/<target>/ and the script fails; fix it and commit the file: it is then a test.
set -u
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift
cxx=${CXX:-}
for candidate in $cxx clang++ clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++-14; do
  probe=$(mktemp -d)
  if command -v "$candidate" >/dev/null && echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
     "$candidate" -x c++ -fsanitize=fuzzer - -o "$probe/probe" 2>/dev/null; then
    cxx=$candidate
    rm -rf "$probe"
    break
  fi
  rm -rf "$probe"
  cxx=
done
[ -n "$cxx" ] || { echo "No clang++ with libFuzzer was found; install clang and libclang-rt-dev."; exit 1; }

build=build/fuzz
cmake -S . -B $build -G Ninja -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_C_COMPILER="${cxx/clang++/clang}" \
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 -DVITRAL_ENABLE_FUZZ=ON -DVITRAL_SANITIZE=address,undefined \
  -DVITRAL_BUILD_APP=OFF -DVITRAL_BUILD_TESTS=OFF >$build.log 2>&1 || { cat $build.log; exit 1; }
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -nE 's/^vitral_add_fuzzer\((\w+) .*/\1/p' tests/fuzz/CMakeLists.txt)
cmake --build $build -j "${VITRAL_JOBS:-2}" --target "${targets[@]}" >>$build.log 2>&1 || { tail -40 $build.log; exit 1; }

status=0
for target in "${targets[@]}"; do
  name=${target#fuzz_}
  work=$build/work/$target
  mkdir -p "$work/corpus" "$work/crashes"
  options=(-max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512 -print_final_stats=1)
  [ -f "tests/fuzz/seeds/$name.dict" ] && options+=(-dict="tests/fuzz/seeds/$name.dict")
  folders=("$work/corpus" "tests/fuzz/seeds/$name")
  [ -d "tests/fuzz/found/$target" ] && folders+=("tests/fuzz/found/$target")
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 \
    nice -n 19 "$build/bin/$target" "${options[@]}" -artifact_prefix="$work/crashes/" "${folders[@]}" >"$work/log" 2>&1
  rc=$?
  runs=$(sed -nE 's/^stat::number_of_executed_units: *//p' "$work/log")
  if [ $rc -eq 0 ]; then
    echo "$target: $seconds s, ${runs:-?} inputs, nothing found"
  else
    status=1
    echo "$target: failed (the log is $work/log)"
    grep -m1 -E 'ERROR|runtime error|SUMMARY' "$work/log"
    mkdir -p "tests/fuzz/found/$target"
    cp "$work"/crashes/* "tests/fuzz/found/$target/" 2>/dev/null
    rm -f "$work"/crashes/*
  fi
done
exit $status
