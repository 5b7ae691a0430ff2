#!/usr/bin/env bash
# Compute docs/evidence again: the decision of 17 May 2021 (twice, to show that the same seed gives the same bytes),
# the measures as they happened, run in hindsight, and the pages on the epidemic engine, on the economy and on the
# forecasts.
set -euo pipefail
cd "$(dirname "$0")/.."
EXAMPLE=$1
OUT=docs/evidence
export COLUMNS=150

mkdir -p "$OUT"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "==> decide $EXAMPLE, twice" >&2
.venv/bin/songhanh decide "$EXAMPLE" --as-of 2021-05-17 --seed 1 --json "$scratch/a.json" >"$scratch/decide.txt"
.venv/bin/songhanh decide "$EXAMPLE" --as-of 2021-05-17 --seed 1 --json "$scratch/b.json" >/dev/null
if ! cmp "$scratch/a.json" "$scratch/b.json"; then
    echo "songhanh: the same seed gave different bytes; nothing was written to $OUT." >&2
    exit 1
fi

echo "==> replay $EXAMPLE" >&2
.venv/bin/songhanh replay "$EXAMPLE" >"$scratch/replay.txt"

echo "==> the morning of $EXAMPLE" >&2
.venv/bin/songhanh morning "$EXAMPLE" --as-of 2021-05-17 --language en --report "$scratch/report.html" >"$scratch/morning.txt"

echo "==> the epidemic engine against theory" >&2
.venv/bin/python scripts/evidence_epidemic.py

echo "==> the economy against theory, Belgium 2020 and Bắc Giang 2021" >&2
.venv/bin/python scripts/evidence_economy.py

echo "==> the forecasts against theory, Bắc Ninh and Bắc Giang 2021" >&2
.venv/bin/python scripts/evidence_forecast.py

echo "==> files of other systems, in and out" >&2
.venv/bin/python scripts/evidence_intake.py

echo "==> the front of two nights, and what was done on them" >&2
.venv/bin/python scripts/evidence_decision.py

# Only when all of it is there, so that the folder never mixes two versions of the models.
mv "$scratch/decide.txt" "$OUT/decide-2021-05-17.txt"
mv "$scratch/replay.txt" "$OUT/replay.txt"
mv "$scratch/morning.txt" "$OUT/morning-2021-05-17.txt"
{
    echo "songhanh decide $EXAMPLE --as-of 2021-05-17 --seed 1 --json a.json, twice:"
    (cd "$scratch" && sha256sum a.json b.json)
} >"$OUT/same-bytes.txt"
.venv/bin/python scripts/readme_table.py
echo "Written to $OUT, and the table into README.md." >&2
