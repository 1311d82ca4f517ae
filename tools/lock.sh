#!/bin/sh
# Pin every dependency with its hashes and without naming an index.
set -e
compile=".venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"
$compile pyproject.toml -o requirements/base.txt
$compile pyproject.toml requirements/dev.in -o requirements/dev.txt
$compile requirements/node.in -o requirements/node.txt
rm -rf package-lock.json node_modules
npm install --omit-lockfile-registry-resolved=false --loglevel=error
sed -i '/"resolved": /d' package-lock.json
