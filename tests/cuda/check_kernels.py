#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What nvcc made of the kernels, read from its cubins: registers, local memory (spills), shared memory, and how many
instructions of each interesting kind a kernel has. Needs neither a GPU nor a disassembler.

check_kernels.py [--report FILE] FOLDER    of cubins (nvcc -keep). Fails where a kernel of ours spills registers or lacks
the instructions it was written for; 77 (skipped) where there are no cubins.

Sources: the ELF format; attribute and opcode numbers are facts of NVIDIA's binaries as seen in nvcc 12 and 13 (Volta to
Blackwell write an instruction in 16 bytes, the opcode in the lowest 12 bits)."""

import argparse
import pathlib
import re
import struct
import sys

OPCODES = {"HMMA": 0x23C, "IMMA": 0x237, "IDP": 0x226, "LDSM": 0x83B, "LDGSTS": 0xFAE, "LDL": 0x983, "STL": 0x387}
SHOWN = ["HMMA", "IDP", "LDSM", "LDGSTS", "LDL", "STL"]
REGCOUNT, FRAME_SIZE = 0x2F, 0x11

# Local memory that is no harm: a few addresses put aside once (Turing and Blackwell, where nvcc allots registers otherwise).
# More means that sums or tiles do not fit.
LOCAL_ALLOWED = 16
# Kernels that are held to that: instructions they must have, and the most registers a thread may take where several blocks
# are to share a multiprocessor. Turing has no cp.async.
EXPECTED = {
    "vectorKernel": (["IDP"], 255),
    "plainKernel": ([], 128),
    "codebookKernel": ([], 128),
    "productKernel": (["HMMA", "LDSM", "LDGSTS"], 255),
    "convolutionKernel": (["HMMA", "LDSM", "LDGSTS"], 144),
    "cachedKernel": (["HMMA", "LDSM", "LDGSTS"], 255),
    "denseKernel": (["HMMA", "LDSM", "LDGSTS"], 255),
    "openHalvesKernel": ([], 128),
    "exactKernel": ([], 128),
    "exactAttentionKernel": ([], 128),
    "summaryPartKernel": ([], 128),
    "summaryKernel": ([], 64),
    "turnHeadsKernel": ([], 64),
    "rmsNormKernel": ([], 64),
    "layerNormKernel": ([], 64),
}


class Cubin:
    def __init__(self, data):
        if data[:4] != b"\x7fELF" or data[4] != 2:
            raise ValueError("not a 64-bit ELF file")
        offset, = struct.unpack_from("<Q", data, 40)
        size, count, names = struct.unpack_from("<HHH", data, 58)
        self.data = data
        self.sections = []
        for i in range(count):
            name, kind, flags, addr, at, length, link, info, align, entry = struct.unpack_from(
                "<IIQQQQIIQQ", data, offset + i * size)
            self.sections.append([name, kind, at, length, link, info])
        table = self.sections[names]
        for s in self.sections:
            s[0] = self.text(table, s[0])

    def text(self, table, at):
        begin = table[2] + at
        return self.data[begin:self.data.index(b"\0", begin)].decode()

    def section(self, name):
        return next((s for s in self.sections if s[0] == name), None)

    def symbols(self):
        s = self.section(".symtab")
        for at in range(s[2], s[2] + s[3], 24):
            yield self.text(self.sections[s[4]], struct.unpack_from("<I", self.data, at)[0])

    def attributes(self, kind):
        """Of .nv.info: {symbol: value}."""
        s = self.section(".nv.info")
        names = list(self.symbols())
        found, at = {}, s[2]
        while at < s[2] + s[3]:
            form, attribute, size = struct.unpack_from("<BBH", self.data, at)
            at += 4
            if form == 4:
                if attribute == kind and size >= 8:
                    symbol, value = struct.unpack_from("<II", self.data, at)
                    found[names[symbol]] = value
                at += size
        return found

    def kernels(self):
        registers, frames = self.attributes(REGCOUNT), self.attributes(FRAME_SIZE)
        for s in self.sections:
            if not s[0].startswith(".text."):
                continue
            name = s[0][6:]
            shared = self.section(".nv.shared." + name)
            counts = dict.fromkeys(OPCODES, 0)
            for at in range(s[2], s[2] + s[3], 16):
                opcode = struct.unpack_from("<H", self.data, at)[0] & 0xFFF
                for word, number in OPCODES.items():
                    counts[word] += opcode == number
            yield name, {"registers": registers.get(name, s[5] >> 24), "frame": frames.get(name, 0),
                         "shared": shared[3] if shared else 0, "instructions": s[3] // 16, **counts}


# Order of core/kernels/packed.h.
ENUMS = {"ValueKind": ["V8", "V4", "V5", "V6", "V3", "V2", "Lut4"],
         "Way": ["halves", "packed", "rows"],
         "ScaleKind": ["Half", "HalfMin", "Exponent", "Super", "SuperMin", "Super16", "SuperMin16"]}


def readable(mangled):
    """The kernel's own name, and its template arguments."""
    names = re.findall(r"[a-z][A-Za-z]*Kernel", mangled)
    if not names:  # one loop for many functors
        words = re.findall(r"(?:each|group)[A-Z][a-z]+", mangled) + re.findall(r"[A-Z][A-Za-z]*Body", mangled)
        return " ".join(words) or mangled, []
    tail = mangled[mangled.rfind(names[-1]) + len(names[-1]):]
    arguments = []
    if tail.startswith("I"):
        for kind, number in re.findall(r"L([ib]|N\w*?E)(\d+)E", tail.split("EEv")[0] + "E"):
            words = next((ENUMS[e] for e in ENUMS if e in kind), None)
            arguments.append(words[int(number)] if words else number)
    return names[-1], arguments


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    cubins = sorted(options.folder.glob("*.cubin"))
    if not cubins:
        print(f"skipped: no cubins in {options.folder} (they are kept when the plug-in vitral_cuda is built)")
        return 77
    lines, problems, seen = [], [], set()
    for path in cubins:
        for mangled, k in Cubin(path.read_bytes()).kernels():
            name, arguments = readable(mangled)
            title = name + ("<" + ", ".join(arguments) + ">" if arguments else "")
            lines.append((path.name, title, k))
            seen.add(name)
            if name in EXPECTED and k["frame"] > LOCAL_ALLOWED:
                problems.append(f"{path.name}: {title} keeps {k['frame']} bytes a thread in local memory")
            turing = re.search(r"(sm|compute)_75", path.name) is not None  # the name depends on the list of architectures
            wanted, most = EXPECTED.get(name, ([], 255))
            missing = [word for word in wanted if not k[word] and not (word == "LDGSTS" and turing)]
            if missing:
                problems.append(f"{path.name}: {title} has no {', '.join(missing)}")
            if k["registers"] > most:
                problems.append(f"{path.name}: {title} takes {k['registers']} registers, {most} allowed")
    problems += [f"no kernel called {name} was found" for name in EXPECTED if name not in seen]
    report = ["| file | kernel | registers | local | shared | instructions | " + " | ".join(SHOWN[:4]) + " |",
              "|---|---|" + "---:|" * 8]
    for file, title, k in lines:
        report.append(f"| {file} | {title} | {k['registers']} | {k['frame']} | {k['shared']} | {k['instructions']} | " +
                      " | ".join(str(k[word]) for word in SHOWN[:4]) + " |")
    if options.report:
        options.report.write_text("\n".join(report) + "\n")
    else:
        print("\n".join(report))
    for problem in problems:
        print("FAIL:", problem)
    print(f"{len(lines)} kernels, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
