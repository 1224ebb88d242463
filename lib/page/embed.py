#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes a C file with the files of the page: embed.py OUT.c NAME=PATH..."""
import hashlib
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def main(out, pairs):
    rows = []
    with open(out, "w", encoding="ascii") as c:
        c.write('#include "wf_page.h"\n')
        for i, (name, path) in enumerate(pairs):
            with open(path, "rb") as f:
                data = f.read()
            c.write(f"\nstatic const unsigned char file_{i}[{len(data)}] = {{\n")
            for at in range(0, len(data), 32):
                c.write(",".join(map(str, data[at:at + 32])) + ",\n")
            c.write("};\n")
            tag = hashlib.sha256(data).hexdigest()[:16]
            kind = TYPES[os.path.splitext(name)[1]]
            rows.append(f'\t{{ "{name}", "{kind}", "\\"{tag}\\"", file_{i}, sizeof(file_{i}) }},\n')
        c.write("\nconst struct wf_page_file wf_page_files[] = {\n" + "".join(rows) + "\t{ 0 },\n};\n")


main(sys.argv[1], [a.split("=", 1) for a in sys.argv[2:]])
