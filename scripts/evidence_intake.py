"""Compute `docs/evidence/intake.md` again: real exports of other systems through `songhanh import` and back.

The files lie beside the repository (see `tests/conftest.py`); each system gets an installation of its own in a
temporary folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import matplotlib as mpl
import polars as pl

mpl.use("Agg")
from matplotlib import pyplot as plt

EPOCH = date(1970, 1, 1)  # of the axis of dates
ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SONGHANH_SHARED") or ROOT.parent / "shared" / "data") / "tracing"
PAGE = ROOT / "docs" / "evidence" / "intake.md"
PICTURE = ROOT / "docs" / "evidence" / "intake" / "chains-2020.png"
PLACES = (
    "from songhanh.operations.project import serving; serving.set_up(); "
    "from songhanh.operations.places.actions import load_pack; load_pack('bac-giang-2021', is_synthetic=True)"
)
COUNT = (
    "from songhanh.operations.project import serving; serving.set_up(); "
    "from django.db.models import Count; from songhanh.operations.tracing.models import Standing; "
    "print({'F%s' % r['level']: r['n'] for r in "
    "Standing.objects.exclude(level=None).values('level').annotate(n=Count('pk')).order_by('level')})"
)
FILES = {
    "Go.Data (training export)": (
        "godata",
        ["godata_export/" + name for name in (
            "cases_clean.csv", "contacts_clean.csv", "events_clean.csv", "relationships_clean.csv",
            "followups_clean.csv", "lab_results_clean.csv",
        )],
        ["cases", "contacts"],
    ),
    "SORMAS (case and contact export)": ("sormas", ["sormas/cases.csv", "sormas/contacts.csv"], ["cases"]),
    "Vietnam 2020 (1,099 patients and their links)": (
        "vietnam2020", ["vietnam2020/patient_details.csv", "vietnam2020/patient_link.csv"], [],
    ),
}  # fmt: skip


def songhanh(home: Path, *words: str) -> str:
    """Run the command line in an installation and return what it prints."""
    return _python(home, "from songhanh.console.main import main; main()", *words)


def _python(home: Path, code: str, *words: str) -> str:
    environment = os.environ | {"SONGHANH_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def round_trip(home: Path, folder: Path, system: str, target: str, kind: str = "csv") -> str:
    """Export, import what was exported, export again: say whether the bytes are the same and what the import said."""
    first, second = folder / f"{system}-{target}.{kind}", folder / f"{system}-{target}-again.{kind}"
    songhanh(home, "export", target, "--format", system, "--to", str(first))
    said = songhanh(home, "import", str(first), "--as", target, "--commit")
    songhanh(home, "export", target, "--format", system, "--to", str(second))
    same = hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()
    counts = re.search(r"created.*", said)
    assert counts is not None
    return f"| {system} {target} | {counts[0]} | {'the same bytes' if same else '**other bytes**'} |"


def draw(home: Path, folder: Path) -> str:
    """Draw the five largest chains of 2020 from our own export: who infected whom, by the day of report."""
    cases_file = folder / "cases.csv"
    songhanh(home, "export", "cases", "--format", "songhanh", "--to", str(cases_file))
    cases = pl.read_csv(cases_file, infer_schema_length=0)
    reported = {row["uuid"]: row["reported_on"] for row in cases.iter_rows(named=True)}
    parent = {
        row["uuid"]: row["source_id"] for row in cases.iter_rows(named=True) if row["source_id"] in reported
    }
    chains: dict[str, list[str]] = {}
    for name in reported:
        root = name
        while root in parent:
            root = parent[root]
        chains.setdefault(root, []).append(name)
    largest = sorted(chains.values(), key=lambda chain: (-len(chain), chain[0]))[:5]
    figure, axes = plt.subplots(figsize=(9, 5))
    height = 0
    for chain in largest:
        level = {
            name: height + k for k, name in enumerate(sorted(chain, key=lambda name: (reported[name], name)))
        }
        day = {name: date.fromisoformat(reported[name]).toordinal() - EPOCH.toordinal() for name in chain}
        for name in chain:
            if name in parent:
                axes.plot(
                    [day[parent[name]], day[name]],
                    [level[parent[name]], level[name]],
                    color="#9a9a9a",
                    linewidth=0.7,
                )
        axes.scatter([day[n] for n in chain], [level[n] for n in chain], s=14, color="#8b1a1a", zorder=3)
        height += len(chain) + 4
    axes.set_yticks([])
    axes.set_xlabel("day of report")
    axes.xaxis_date()
    figure.autofmt_xdate()
    axes.set_title("Vietnam 2020: the five largest chains, as imported")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=110, bbox_inches="tight", metadata={"Software": None})
    sizes = ", ".join(str(len(chain)) for chain in largest)
    return f"{len(parent)} cases name who infected them; the five largest chains have {sizes} cases."


def main() -> None:
    """Write the page."""
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not there; the page needs the real files (set SONGHANH_SHARED).")
    lines = ["# Evidence for intake", "", OPENING]
    with tempfile.TemporaryDirectory() as scratch:
        for title, (name, files, targets) in FILES.items():
            home, folder = Path(scratch) / name, Path(scratch) / f"{name}-files"
            home.mkdir()
            folder.mkdir()
            _python(home, PLACES)
            said = songhanh(home, "import", *(str(SHARED / file) for file in files), "--commit")
            again = songhanh(home, "import", *(str(SHARED / file) for file in files), "--commit")
            lines += ["", f"## {title}", "", "```", said.strip(), "```", ""]
            lines += [f"Levels that come out: `{_python(home, COUNT).strip()}`", ""]
            lines += ["The same files once more:", "", "```"]
            lines += [line for line in again.splitlines() if line.strip().startswith("created")] + ["```"]
            trips = [
                round_trip(home, folder, "songhanh", "cases"),
                *(round_trip(home, folder, name, t) for t in targets),
            ]
            lines += [
                "",
                "| export, import, export | what the import said | second export |",
                "|---|---|---|",
                *trips,
            ]
            if name == "vietnam2020":
                lines += ["", draw(home, folder), "", "![The five largest chains](intake/chains-2020.png)"]
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


OPENING = """Real files of other systems through `songhanh import --commit`, and out again by `songhanh export`. Every row has one
verdict, and created + updated + already there + rejected are the rows of the file; the reasons stand below each file.
`make evidence` computes this page again; `tests/operations/test_intake_batches.py` holds the counts."""

if __name__ == "__main__":
    main()
