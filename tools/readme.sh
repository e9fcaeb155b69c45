#!/bin/sh
# Writes the table of served operations into README.md, between its two marks, from the program itself.
set -eu
cd "$(dirname "$0")/.."
build/samovar operations --markdown >build/operations.md
awk '/<!-- operations -->/ { print; while ((getline line < "build/operations.md") > 0) print line; skip = 1; next }
	/<!-- \/operations -->/ { skip = 0 } !skip' README.md >build/README.md
mv build/README.md README.md
