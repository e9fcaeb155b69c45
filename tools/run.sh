#!/bin/sh
# make run: the server on a data folder of its own, with the function of examples/hello behind a URL.
set -eu
cd "$(dirname "$0")/.."
exec build/samovar run examples/hello --listen "127.0.0.1:${PORT:-4566}" --data build/data
