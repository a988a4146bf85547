#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything there is to know about the CUDA backend on this machine, in one file: build, checks on the device,
# compute-sanitizer, speed beside the device's measured floor, whole models of random weights, one U-Net step. What cannot
# be done here is named, with the reason; nothing is installed, nothing is fetched.
#
#   tests/cuda/report.sh [-o REPORT.md] [-b BUILD] [--quick] [--no-models] [--emulated PROGRAM]
#
# --quick: the 1B shape only, no sanitizer. --emulated: where there is no device, the checks run on the emulated one by
# the program named (cuda_device_report_emulated of a build with tests), which proves this script and nothing else. LLAMA_BENCH=/path/to/llama-bench: the rival on the same files.
# Needs about 40 GB in $TMPDIR for the models of the 8B shape (one at a time: 16 GB), half an hour with all models.
# Exit: 0 report written and nothing wrong (also without a device), 1 a check failed.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
report=cuda-report.md
build=$root/build/cuda-report
quick=0 models=1 emulated=""
while [ $# -gt 0 ]; do
    case $1 in
    -o) report=$2; shift ;;
    -b) build=$2; shift ;;
    --quick) quick=1 ;;
    --no-models) models=0 ;;
    --emulated) emulated=${2:?--emulated needs a program}; shift ;;
    *) sed -n '3,17p' "$0"; exit 2 ;;
    esac
    shift
done
work=$(mktemp -d "${TMPDIR:-/tmp}/vitral-report.XXXXXX")
trap 'rm -rf "$work"' EXIT
: >"$report"
failed=0
missing=()
say() { printf '%s\n' "$@" | tee -a "$report"; }
cannot() { missing+=("$1"); say "Not done: $1"; }
# run TITLE SECONDS COMMAND...: output in the report, in a fence; keeps the exit code in $code.
run() {
    local title=$1 limit=$2
    shift 2
    say "" "$title" "" '```'
    : >"$work/last.log"
    timeout "$limit" "$@" 2>&1 | tee -a "$report" "$work/last.log"
    code=${PIPESTATUS[0]}
    say '```'
    [ "$code" -eq 124 ] && say "Stopped after $limit seconds."
    return 0
}
# table SECONDS COMMAND...: the command's own Markdown.
table() {
    local limit=$1
    shift
    timeout "$limit" "$@" 2>&1 | tee -a "$report"
    code=${PIPESTATUS[0]}
    [ "$code" -eq 124 ] && say "Stopped after $limit seconds."
    return 0
}

say "# CUDA report" "" "$(date -u '+%Y-%m-%d %H:%M') UTC, $(git -C "$root" describe --always --dirty 2>/dev/null || echo 'no revision known')"
say "" "## Machine" ""
say "$(uname -srm), $(nproc) processors, $(awk '/MemTotal/ {printf "%.0f GB of memory", $2 / 1e6}' /proc/meminfo 2>/dev/null)"
device=0 architecture=""
if command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; then
    device=1
    say "" "$(nvidia-smi --query-gpu=name,compute_cap,driver_version,memory.total,clocks.max.sm,clocks.max.memory --format=csv)"
    architecture=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -1 | tr -d '. ')
else
    say "" "No device: nvidia-smi finds none."
fi
nvcc=$(command -v nvcc || ls "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc" 2>/dev/null)
if [ -z "$nvcc" ]; then
    cannot "build: there is no nvcc (the CUDA Toolkit)"
    exit 0
fi
say "" "$("$nvcc" --version | tail -2 | head -1), $(${CXX:-c++} --version | head -1)"

say "" "## Build" ""
generator=()
command -v ninja >/dev/null && generator=(-G Ninja)
if [ ! -f "$build/CMakeCache.txt" ]; then
    cmake -S "$root" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O2 \
        -DVITRAL_ENABLE_CUDA=ON -DVITRAL_BUILD_APP=OFF -DVITRAL_BUILD_TESTS=OFF -DCMAKE_CUDA_COMPILER="$nvcc" \
        ${architecture:+-DCMAKE_CUDA_ARCHITECTURES=$architecture} >"$work/configure.log" 2>&1
    if [ $? -ne 0 ]; then
        cannot "build: configuring failed"
        say '```' "$(tail -20 "$work/configure.log")" '```'
        exit 1
    fi
fi
begin=$(date +%s)
if ! cmake --build "$build" --target vitral_cuda cuda_device_report cuda_unet_step vitral-cli >"$work/build.log" 2>&1; then
    cannot "build: compiling failed"
    say '```' "$(grep -m 20 -E 'error|FAILED' "$work/build.log")" '```'
    exit 1
fi
say "Built in $(($(date +%s) - begin)) s for architecture ${architecture:-of the default}."
bin=$build/bin

say "" "## What nvcc made" ""
if command -v python3 >/dev/null; then
    table 120 python3 "$root/tests/cuda/check_kernels.py" "$build/cuda_kept"
    [ "$code" -ne 0 ] && [ "$code" -ne 77 ] && failed=1
else
    cannot "reading the cubins: there is no python3"
fi

say "" "## On the device"
say "" "$("$bin/vitral-cli" devices 2>&1)" ""
if [ "$device" -eq 0 ]; then
    if [ -n "$emulated" ]; then
        say "## Checks on the EMULATED device: a dry run of this script, no figures" ""
        table 3600 "$emulated" --check
        [ "$code" -ne 0 ] && failed=1
    fi
    for what in "checks on the device" "compute-sanitizer" "speed of the kernels" "whole models" "a U-Net step"; do
        cannot "$what: no device"
    done
else
    table 600 "$bin/cuda_device_report" --check
    [ "$code" -ne 0 ] && failed=1

    say "" "## compute-sanitizer"
    sanitizer=$(command -v compute-sanitizer || ls "$(dirname "$nvcc")/compute-sanitizer" 2>/dev/null)
    if [ "$quick" -eq 1 ]; then
        cannot "compute-sanitizer: --quick"
    elif [ -z "$sanitizer" ]; then
        cannot "compute-sanitizer: not installed"
    else
        # Every finding is an error; the program's own exit code stays its own.
        for tool in memcheck racecheck initcheck synccheck; do
            run "compute-sanitizer, $tool" 900 "$sanitizer" --tool "$tool" --error-exitcode 9 "$bin/cuda_device_report" --check
            case $code in
            0) ;;
            124) cannot "compute-sanitizer, $tool: not done after 900 s" ;;
            *) # it found something, or a check was wrong, or it does not work with this driver or in this container
                if [ "$code" -eq 9 ] || grep -q 'ERROR SUMMARY' "$work/last.log"; then
                    failed=1
                else
                    cannot "compute-sanitizer, $tool: it does not work here (exit code $code)"
                fi
                ;;
            esac
        done
    fi

    table 600 "$bin/cuda_device_report" --bench
    [ "$code" -ne 0 ] && failed=1

    say "" "## Whole models of random weights"
    if [ "$models" -eq 0 ]; then
        cannot "whole models: --no-models"
    else
        shapes="llama-1b llama-8b"
        [ "$quick" -eq 1 ] && shapes=llama-1b
        for shape in $shapes; do
            for type in Q4_K Q8_0 F16; do
                file=$work/model.gguf
                if ! timeout 900 "$bin/vitral-cli" make-random --shape "$shape" --type "$type" -o "$file" >"$work/make.log" 2>&1; then
                    cannot "$shape in $type: $(tail -1 "$work/make.log")"
                    rm -f "$file"
                    continue
                fi
                run "$shape, $type" 600 "$bin/vitral-cli" bench "$file" --device cuda -c 8192 -p 4096 -b 4096 -n 128 -r 3
                # What the parts of this backend are worth: once each without one of them.
                case $shape-$type in
                llama-1b-Q4_K)
                    run "$shape, $type, without graphs" 600 env VITRAL_CUDA_GRAPHS=0 "$bin/vitral-cli" bench "$file" --device cuda -c 8192 -p 512 -n 128 -r 3
                    run "$shape, $type, without fused kernels" 600 env VITRAL_CUDA_FUSED=0 "$bin/vitral-cli" bench "$file" --device cuda -c 8192 -p 512 -n 128 -r 3
                    ;;
                llama-8b-Q4_K)
                    run "$shape, $type, without opening weights for cuBLASLt" 600 env VITRAL_CUDA_OPEN_ROWS=0 "$bin/vitral-cli" bench "$file" --device cuda -c 8192 -p 4096 -b 4096 -n 16 -r 3
                    ;;
                llama-1b-F16)
                    run "$shape, $type, without cuBLASLt" 600 env VITRAL_CUBLASLT=off "$bin/vitral-cli" bench "$file" --device cuda -c 8192 -p 4096 -b 4096 -n 16 -r 3
                    ;;
                esac
                if [ -n "${LLAMA_BENCH:-}" ]; then
                    run "llama.cpp, $shape, $type" 600 "$LLAMA_BENCH" -m "$file" -ngl 99 -fa 1 -p 4096 -ub 4096 -b 4096 -n 128 -r 3
                fi
                rm -f "$file"
            done
        done
        [ -z "${LLAMA_BENCH:-}" ] && cannot "llama.cpp on the same files: LLAMA_BENCH names no llama-bench"
    fi

    say "" "## One U-Net step of Stable Diffusion 1.5, 512 pixels, two pictures (guidance)"
    run "unet_step" 600 "$bin/cuda_unet_step" --gpu 0 --size 512 --images 2 --repeat 5
fi

say "" "## Summary" ""
if [ ${#missing[@]} -gt 0 ]; then
    say "Not done here:" ""
    for what in "${missing[@]}"; do say "- $what"; done
    say ""
fi
if [ "$failed" -eq 0 ]; then say "Nothing that was done went wrong."; else say "SOMETHING IS WRONG: see above."; fi
say "Report: $report"
exit "$failed"
