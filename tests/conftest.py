"""What every test stands on: a data directory of its own, one kernel cache, and the shared data if it is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

# All of this is read when `songhanh.core.jit` is first imported, so it is set before any test module is: a fresh
# data directory (no test sees what a person or an older run left), of which the processes of one run share the
# cache, and one kernel cache for all runs, because compiling the models takes far longer than testing them.
_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not _IS_WORKER:
    os.environ["SONGHANH_TEST_RUN"] = tempfile.mkdtemp(prefix="songhanh-test-")
_RUN = Path(os.environ["SONGHANH_TEST_RUN"])
_HOME = _RUN / os.environ.get("PYTEST_XDIST_WORKER", "home")
_HOME.mkdir()
(_RUN / "cache").mkdir(exist_ok=True)
(_HOME / "cache").symlink_to(_RUN / "cache", target_is_directory=True)
os.environ["SONGHANH_HOME"] = str(_HOME)
os.environ.setdefault("NUMBA_CACHE_DIR", str(REPOSITORY / "var" / "numba"))
# Playwright keeps an event loop running in the process that ran a browser test; Django would then refuse every
# database test that comes after it in the same process. Tests are synchronous all through.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Here and not in pyproject.toml, where pytest-django would read the settings before the two lines above.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhanh.operations.project.settings")
django.setup()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites the recorded results."""
    parser.addoption(
        "--refresh-golden",
        action="store_true",
        help="write the golden files anew from what the code gives now (say why in the commit)",
    )


def pytest_unconfigure() -> None:
    """Remove the data directory of this run."""
    if not _IS_WORKER:
        shutil.rmtree(_RUN, ignore_errors=True)


@pytest.fixture(scope="session")
def refresh_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew instead of compared."""
    return bool(request.config.getoption("--refresh-golden"))


@pytest.fixture(scope="session")
def songhanh_home() -> Path:
    """The data directory of this run of the tests."""
    return _HOME


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data that lies beside the repository and is never copied into it.

    The product never reads it. Tests that compare with it are skipped where it is absent.
    """
    configured = os.environ.get("SONGHANH_SHARED")
    folder = Path(configured) if configured else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(
            f"no real data to compare with: {folder} is not there (set SONGHANH_SHARED to its folder)"
        )
    return folder


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory for this test alone."""
    monkeypatch.setenv("SONGHANH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
