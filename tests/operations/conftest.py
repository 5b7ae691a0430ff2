"""What the tests of the web application stand on."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client, TransactionTestCase
from postgres import postgresql, postgresql_server
from registry import Province, build_province, give_role, user_with

from songhanh.operations.audit.guard import lifted
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.planning import actions
from songhanh.operations.planning.models import Run

__all__ = ["postgresql", "postgresql_server"]  # fixtures of every module here


def _documents() -> ModuleType:
    # Tests are imported by path (importlib mode), so the builder beside them is too; it is also what worker
    # processes of the tests import, by this same name.
    path = Path(__file__).with_name("documents.py")
    spec = importlib.util.spec_from_file_location("songhanh_test_documents", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["songhanh_test_documents"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def documents() -> ModuleType:
    """The builder of test documents."""
    return _documents()


@pytest.fixture
def stored(db: None, documents: ModuleType) -> dict[str, Run]:
    """The three answers of an evening and its situation in the database: the runs by kind."""
    evening = actions.Evening(documents.situation(), documents.geometry())
    runs = actions.store(
        pack_ref="bac-giang-2021", answers=documents.answers(), evening=evening, n_worlds=100
    )
    return {run.kind: run for run in runs}


@pytest.fixture
def models(documents: ModuleType, settings: object) -> None:
    """The models of a test: instant ones."""
    names = {name: f"songhanh_test_documents.{name}_of" for name in settings.DECISION_ENGINE}  # type: ignore[attr-defined]
    settings.DECISION_ENGINE = names  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def emptied_audit() -> None:
    """Let the tests with real transactions empty all tables at their end, the audit too, which refuses otherwise."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        with lifted():
            flush(case)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def _reader() -> Client:
    client = Client()
    client.user = user_with("committee", name="reader")  # type: ignore[attr-defined]
    give_role(client.user, "epidemiologist")  # type: ignore[attr-defined]
    client.force_login(client.user)  # type: ignore[attr-defined]
    return client


@pytest.fixture
def client(db: None) -> Client:
    """Somebody who may see and decide for the whole province; `Client()` is a stranger."""
    return _reader()


@pytest.fixture(params=["vi", "en"])
def reader(request: pytest.FixtureRequest, db: None) -> Client:
    """The same in each language."""
    client = _reader()
    if request.param == "en":
        client.cookies["django_language"] = "en"
    client.language = request.param  # type: ignore[attr-defined]
    return client


@pytest.fixture
def province(db: None) -> Province:
    """The places of the tests, in the database."""
    return build_province()


@pytest.fixture
def client_of(db: None) -> Callable[..., Client]:
    """Return a browser in which somebody with a role in a place is logged in; ``client.user`` is who."""

    def enter(role: str, unit: Unit | None = None, site: Site | None = None) -> Client:
        client = Client()
        client.user = user_with(role, unit, site)  # type: ignore[attr-defined]
        client.force_login(client.user)  # type: ignore[attr-defined]
        return client

    return enter
