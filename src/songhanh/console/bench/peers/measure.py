"""Run the peers on the same work, each in a process of the Python that has them, with one thread and a time limit."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songhanh.core.errors import Fault, SonghanhError

NAMED_BY = "SONGHANH_PEERS_PYTHON"
ENVIRONMENT = ".venv-peers"
# A peer, and the modules without which it cannot be run.
PEERS = {"covasim": ("covasim",), "laser": ("laser.core", "laser.generic")}
ECONOMY_PEERS = {
    "boario": ("boario", "pymrio", "progressbar")
}  # BoARIO is GPL-3: run as a program, never imported
PEOPLE, DAYS = 1_800_000, 120
TIME_LIMIT_S = 1_800.0  # Covasim takes two to five minutes for a seed
ASKING_LIMIT_S = 60.0
FIGURES = ("controlled_ms", "init_s", "infections", "days", "people")
ECONOMY_FIGURES = ("step_ms", "init_s", "output_lost_days", "days", "sectors")
LONGEST = 200  # characters of what a peer said that stand in an error

# Looks without importing: an import of a peer takes seconds.
_ASK = """
import importlib.util, json, sys
def there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False
print(json.dumps([name for name in sys.argv[1:] if there(name)]))
"""


class PeerError(Exception):
    """A peer that gave no figures; the text is one line that says why."""


def measure_peers(
    people: int = PEOPLE, days: int = DAYS, seeds: int = 1, time_limit_s: float = TIME_LIMIT_S
) -> dict[str, dict[str, Any]]:
    """Measure every peer that is installed, one after the other.

    Parameters
    ----------
    people, days, seeds
        The size of the work, and from how many runs the medians are taken.
    time_limit_s
        Seconds that one peer may take for all its seeds.

    Returns
    -------
    dict
        By name of the peer: ``version``, ``controlled_ms`` (one run, without building the population), ``init_s``
        (building it), ``infections``, ``days``, ``people``, ``seeds`` and ``note``. A peer that failed has only
        ``error``, one line. Empty where there is no peer.

    Raises
    ------
    SonghanhError
        If the environment variable ``SONGHANH_PEERS_PYTHON`` names no program.
    """
    size = ["--people", str(people), "--days", str(days), "--seeds", str(seeds)]
    return _measure(PEERS, ["controlled", *size], FIGURES, time_limit_s)


def measure_economy_peers(
    table: Mapping[str, Any], days: int, repeats: int, time_limit_s: float = TIME_LIMIT_S
) -> dict[str, dict[str, Any]]:
    """Measure every peer of the economy that is installed, on a table of our own.

    Parameters
    ----------
    table
        ``sectors``, ``flows`` (a year), ``final`` (a year, one column), ``stock_days`` and ``stopped`` (share of the output of
        each sector that stops for six weeks), as lists.
    days, repeats
        Steps of a run, and from how many runs the median is taken.

    Returns
    -------
    dict
        By name of the peer: ``version``, ``step_ms``, ``init_s``, ``output_lost_days``, ``sectors``, ``days``, ``repeats`` and
        ``note``. A peer that failed has only ``error``, one line. Empty where there is none.

    Raises
    ------
    SonghanhError
        If the environment variable ``SONGHANH_PEERS_PYTHON`` names no program.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.json"
        file.write_text(json.dumps(table), encoding="utf-8")
        asked = ["steps", "--table", str(file), "--days", str(days), "--repeats", str(repeats)]
        return _measure(ECONOMY_PEERS, asked, ECONOMY_FIGURES, time_limit_s)


def _measure(
    peers: Mapping[str, tuple[str, ...]], asked: list[str], figures: tuple[str, ...], time_limit_s: float
) -> dict[str, dict[str, Any]]:
    """Ask every one of some peers that is installed the same; one that fails has only ``error``."""
    python = peers_python()
    if python is None:
        return {}
    try:
        names = _installed(python, peers)
    except PeerError as error:
        return {name: {"error": str(error)} for name in peers}
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        try:
            found[name] = _demand_figures(_run_script(python, name, asked, time_limit_s), figures)
        except PeerError as error:
            found[name] = {"error": str(error)}
    return found


@dataclass(frozen=True, slots=True)
class Matched:
    """A homogeneous set-up: one layer of random contacts drawn anew each day, constant times, people all alike.

    Infections pass on days ``latent_days`` to ``latent_days + infectious_days - 1`` after infection, ``r0 /
    infectious_days`` of them a day while everybody is susceptible. The ``initial`` infections begin on day 0.
    """

    r0: float = 2.0
    initial: int = 20
    people: int = 20_000
    days: int = 250
    seeds: int = 20
    latent_days: int = 3
    infectious_days: int = 5
    contacts: float = 10.0


def run_matched(setup: Matched, time_limit_s: float = TIME_LIMIT_S) -> dict[str, Any]:
    """Run Covasim on a homogeneous set-up; what it printed, ``{"error": one line}``, or empty where there is none.

    Returns
    -------
    dict
        ``weights`` (share of the infections passed by each day since infection, from 0), ``infections_per_day``,
        ``mean_contacts``, ``transmission_per_contact``, ``final_share_expected`` (of theory), ``final_share_mean`` and
        ``final_share_error``, and ``runs``: for each seed ``final_size`` (with the initial infections), ``peak_day``
        (of new infections), ``still_infected`` at the end, ``first_day_passed`` and ``last_day_passed`` after infection.

    Raises
    ------
    SonghanhError
        If the environment variable ``SONGHANH_PEERS_PYTHON`` names no program.
    """
    python = peers_python()
    try:
        if python is None or "covasim" not in _installed(python, PEERS):
            return {}
        arguments = {
            "--people": setup.people,
            "--days": setup.days,
            "--seeds": setup.seeds,
            "--r0": setup.r0,
            "--initial": setup.initial,
            "--latent": setup.latent_days,
            "--infectious": setup.infectious_days,
            "--contacts": setup.contacts,
        }
        given = [str(part) for pair in arguments.items() for part in pair]
        return _run_script(python, "covasim", ["matched", *given], time_limit_s)
    except PeerError as error:
        return {"error": str(error)}


def peers_python() -> Path | None:
    """Return the Python that has the peers: the one that is named, else that of ``.venv-peers`` in the working folder.

    Raises
    ------
    SonghanhError
        If the environment variable ``SONGHANH_PEERS_PYTHON`` names no program.
    """
    named = os.environ.get(NAMED_BY)
    if named:
        program = shutil.which(named)
        if program is None:
            raise SonghanhError(
                Fault(
                    code="bench.peers",
                    message=f"{NAMED_BY} names {named}, which is not a program.",
                    remedy="Name the Python of an environment with the peers, or unset it and run: make peers.",
                    parameter=NAMED_BY,
                )
            )
        return Path(program).absolute()
    folder = Path.cwd() / ENVIRONMENT
    candidates = (folder / "bin" / "python", folder / "Scripts" / "python.exe")
    return next((path for path in candidates if path.exists()), None)


def _installed(python: Path, peers: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the names of the peers that this Python can import."""
    modules = [module for needed in peers.values() for module in needed]
    said = _last_line(_run([str(python), "-I", "-c", _ASK, *modules], ASKING_LIMIT_S))
    if not isinstance(said, list):
        raise PeerError(f"printed something else than a list of modules: {str(said)[:LONGEST]}")
    return [name for name, needed in peers.items() if set(needed) <= {str(module) for module in said}]


def _run_script(python: Path, name: str, arguments: list[str], time_limit_s: float) -> dict[str, Any]:
    """Run the script of a peer and return what it printed."""
    script = Path(__file__).with_name(f"{name}_run.py")
    said = _last_line(_run([str(python), "-I", str(script), *arguments], time_limit_s))
    if not isinstance(said, dict):
        raise PeerError(f"printed something else than its figures: {str(said)[:LONGEST]}")
    return said


def _demand_figures(said: dict[str, Any], figures: tuple[str, ...]) -> dict[str, Any]:
    """Make sure that the figures of a run are there and are numbers."""
    missing = [
        key
        for key in figures
        if isinstance(said.get(key), bool) or not isinstance(said.get(key), (int, float))
    ]
    missing += [] if isinstance(said.get("version"), str) else ["version"]
    if missing:
        raise PeerError(f"printed no figure for {', '.join(missing)}")
    return said


def _last_line(text: str) -> Any:
    """Return the last line as JSON; what a package prints of its own when it is imported stands before it."""
    lines = text.strip().splitlines()
    if not lines:
        raise PeerError("printed nothing")
    try:
        return json.loads(lines[-1])
    except ValueError:
        raise PeerError(f"printed something else than its figures: {lines[-1].strip()[:LONGEST]}") from None


def _run(command: list[str], time_limit_s: float) -> str:
    """Run a command with one thread and return its standard output; it and all that it started end with the limit."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the Python that the user set up, with our own scripts
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=_one_thread(),
            start_new_session=True,
        )
    except OSError as error:
        raise PeerError(f"could not be started: {error.strerror}") from None
    with process:
        try:
            out, err = process.communicate(timeout=time_limit_s)
        except subprocess.TimeoutExpired:
            _end(process)
            raise PeerError(f"took longer than {time_limit_s:g} s and was stopped") from None
        except BaseException:
            _end(process)
            raise
    if process.returncode != 0:
        last = (err.strip() or out.strip() or "said nothing").splitlines()[-1].strip()
        raise PeerError(f"ended with code {process.returncode}: {last[:LONGEST]}")
    return out


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and those that it started; one that is left would keep the pipe open, and us waiting."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def _one_thread() -> dict[str, str]:
    """Return the environment of a peer: one thread, no banner, and no display to open."""
    return os.environ | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "COVASIM_VERBOSE": "0",
        "MPLBACKEND": "agg",
    }
