"""The peers: none is no fault, and one that crashes, hangs or prints rubbish is one line beside the others' figures."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path

import pytest

from songhanh.console.bench.peers.measure import (
    Matched,
    measure_economy_peers,
    measure_peers,
    peers_python,
    run_matched,
)
from songhanh.core.errors import SonghanhError

ROOT = Path(__file__).resolve().parents[2]
FIGURES = {
    "version": "9.9", "controlled_ms": 1234.5, "init_s": 0.5, "infections": 4000, "days": 30, "people": 2000,
}  # fmt: skip
STEPS = {"version": "0.9", "step_ms": 0.3, "init_s": 0.01, "output_lost_days": 3.0, "days": 30, "sectors": 2}
TABLE = {
    "sectors": ["a", "b"], "flows": [[10.0, 20.0], [5.0, 10.0]], "final": [[70.0], [85.0]], "stock_days": [10.0, 20.0],
    "stopped": [0.0, 0.5],
}  # fmt: skip
needs_peers = pytest.mark.skipif(
    not (ROOT / ".venv-peers" / "bin" / "python").exists(), reason="no .venv-peers: make peers"
)


def fake(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    covasim: str,
    modules: str = '["covasim", "laser.core", "laser.generic"]',
) -> None:
    """Name a Python of peers that answers what it is told to; LASER is well."""
    program = tmp_path / "python"
    program.write_text(
        f"""#!/bin/sh
echo "$@ threads $OMP_NUM_THREADS $NUMBA_NUM_THREADS" >>{tmp_path}/asked
case "$2" in
-c) echo '{modules}' ;;
*covasim_run.py) {covasim} ;;
*) echo '{json.dumps(FIGURES)}' ;;
esac
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("SONGHANH_PEERS_PYTHON", str(program))


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SONGHANH_PEERS_PYTHON", raising=False)


def test_without_peers_there_are_no_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert peers_python() is None
    assert measure_peers() == {} == run_matched(Matched())


def test_the_environment_in_the_working_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".venv-peers" / "bin").mkdir(parents=True)
    (tmp_path / ".venv-peers" / "bin" / "python").symlink_to(sys.executable)
    assert peers_python() == tmp_path / ".venv-peers" / "bin" / "python"


def test_a_python_without_peers_has_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Songhanh's own Python: neither peer is a dependency, and a real Python understands the question."""
    monkeypatch.setenv("SONGHANH_PEERS_PYTHON", sys.executable)
    assert measure_peers() == {} == run_matched(Matched())


def test_only_what_can_be_imported_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, f"echo '{json.dumps(FIGURES)}'", modules='["covasim", "laser.core"]')
    assert set(measure_peers()) == {"covasim"}


def test_figures_are_those_that_were_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    banner = "echo A peer, all rights reserved"
    fake(tmp_path, monkeypatch, f"{banner}; echo '{json.dumps(FIGURES | {'infections': 1})}'")
    assert measure_peers(people=2000, days=30, seeds=2) == {
        "covasim": FIGURES | {"infections": 1},
        "laser": FIGURES,
    }
    asked = [line for line in (tmp_path / "asked").read_text().splitlines() if "controlled" in line]
    assert [Path(line.split()[1]).name for line in asked] == ["covasim_run.py", "laser_run.py"]
    assert all(line.endswith("controlled --people 2000 --days 30 --seeds 2 threads 1 1") for line in asked)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (
            "echo trying; echo Traceback: >&2; echo 'MemoryError: too large' >&2; exit 3",
            "code 3: MemoryError",
        ),
        ("exit 1", "code 1: said nothing"),
        ("kill -9 $$", "code -9"),
        ("true", "printed nothing"),
        ("echo '{}'; echo Good bye", "something else than its figures: Good bye"),
        ("echo '[1, 2]'", "something else than its figures: [1, 2]"),
        ('echo \'{"version": "1", "days": "many"}\'', "controlled_ms, init_s, infections, days, people"),
        (f"echo '{json.dumps({**FIGURES, 'version': None})}'", "no figure for version"),
        ("head -c 100000 /dev/zero | tr '\\0' x", "something else than its figures: xxx"),
    ],
)
def test_a_peer_that_fails_is_one_line_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, said: str
) -> None:
    fake(tmp_path, monkeypatch, behaviour)
    found = measure_peers(2000, 30)
    assert found["laser"] == FIGURES
    assert set(found["covasim"]) == {"error"}
    assert said in found["covasim"]["error"]
    assert "\n" not in found["covasim"]["error"] and len(found["covasim"]["error"]) < 300


def test_a_peer_that_hangs_is_stopped_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process of its own keeps the pipe open when only its parent is ended.
    fake(tmp_path, monkeypatch, "sleep 60 & wait")
    started = time.monotonic()
    found = measure_peers(2000, 30, time_limit_s=0.5)
    assert time.monotonic() - started < 20
    assert found == {"covasim": {"error": "took longer than 0.5 s and was stopped"}, "laser": FIGURES}


@pytest.mark.parametrize("answer", ["what?", '{"covasim": 1}'])
def test_a_python_that_cannot_be_asked_is_an_error_of_every_peer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    fake(tmp_path, monkeypatch, "true", modules=answer)
    found = measure_peers(2000, 30)
    assert set(found) == {"covasim", "laser"}
    assert all("something else" in figures["error"] for figures in found.values())
    assert "something else" in run_matched(Matched())["error"]


def test_a_named_python_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_PEERS_PYTHON", str(tmp_path / "nowhere"))
    with pytest.raises(SonghanhError, match="not a program") as error:
        measure_peers()
    assert error.value.faults[0].code == "bench.peers"
    (tmp_path / "nowhere").write_bytes(b"\x00\x01")
    (tmp_path / "nowhere").chmod(0o755)
    assert "could not be started" in measure_peers()["covasim"]["error"]


@needs_peers
def test_the_real_peers_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = measure_peers(people=3000, days=40)
    assert set(found) == {"covasim", "laser"}
    for figures in found.values():
        assert "error" not in figures, figures
        assert (figures["people"], figures["days"]) == (3000, 40)
        assert 100 < figures["infections"] < 3000
        assert figures["controlled_ms"] > 0 and figures["init_s"] > 0
    assert "no households" in found["laser"]["note"]


@needs_peers
def test_the_matched_set_up_is_that_of_theory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    setup = Matched(people=4000, seeds=4, r0=2.5, latent_days=2, infectious_days=4)
    found = run_matched(setup)
    assert found["weights"] == [0, 0, 0.25, 0.25, 0.25, 0.25]
    assert found["infections_per_day"] == pytest.approx(
        found["mean_contacts"] * found["transmission_per_contact"], rel=1e-3
    )
    z = found["final_share_expected"]
    assert 1 - z == pytest.approx((1 - setup.initial / setup.people) * math.exp(-setup.r0 * z))
    # The spread of a final size of theory, z (1 - z) / (1 - (1 - z) r0)^2 a person and a little more.
    error = math.sqrt(z * (1 - z) / setup.people / setup.seeds) / (1 - (1 - z) * setup.r0)
    assert found["final_share_mean"] == pytest.approx(z, abs=5 * error)
    for run in found["runs"]:
        # Infections pass on exactly the days of the weights, and the outbreak is over at the end.
        assert (run["first_day_passed"], run["last_day_passed"], run["still_infected"]) == (2, 5, 0)
        assert 5 < run["peak_day"] < 80


def test_the_economy_s_peer_gets_the_table_and_fails_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = '["boario", "pymrio", "progressbar"]'
    program = tmp_path / "python"
    monkeypatch.setenv("SONGHANH_PEERS_PYTHON", str(program))

    def answers(with_words: str) -> None:
        program.write_text(
            f"""#!/bin/sh
case "$2" in
-c) echo '{modules}' ;;
*) cp "$5" {tmp_path}/got; {with_words} ;;
esac
"""
        )
        program.chmod(0o755)

    answers(f"echo '{json.dumps(STEPS)}'")
    assert measure_economy_peers(TABLE, 30, 2) == {"boario": STEPS}
    assert json.loads((tmp_path / "got").read_text()) == TABLE
    answers("echo '{}'")
    assert "no figure for step_ms" in measure_economy_peers(TABLE, 30, 2)["boario"]["error"]
    answers("echo oh dear >&2; exit 3")
    found = measure_economy_peers(TABLE, 30, 2)["boario"]
    assert set(found) == {"error"} and "code 3: oh dear" in found["error"]


def test_the_economy_has_no_peer_without_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert measure_economy_peers(TABLE, 30, 2) == {}
    monkeypatch.setenv("SONGHANH_PEERS_PYTHON", sys.executable)  # Songhanh's own Python has no peer
    assert measure_economy_peers(TABLE, 30, 2) == {}
