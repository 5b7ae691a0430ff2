"""The API against its own description: whatever is sent, an answer that the description knows, and never a failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from registry import Province, user_with
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from songhanh.operations.accounts.actions import issue_token
from songhanh.operations.accounts.models import Membership
from songhanh.operations.accounts.roles import Role
from songhanh.operations.api.build import api
from songhanh.operations.cases import actions as cases
from songhanh.operations.people.models import Person
from songhanh.operations.project.clock import now, today
from songhanh.operations.project.folding import fold
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing import actions as tracing

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
QUIET = [
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.function_scoped_fixture,
]
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@dataclass(frozen=True)
class World:
    """A key that may everything, and the ids of a row of each register."""

    key: str
    ids: dict[str, str]
    other: str


@pytest.fixture
def world(province: Province, settings: Any) -> World:
    """A province with a case, its contact, a sample and a stay."""
    cache.clear()
    settings.API_RATES = {"read": 1_000_000, "write": 1_000_000}
    user = user_with("epidemiologist")
    for role in (Role.AUDITOR, Role.COMMITTEE):
        Membership.objects.create(user=user, role=role)
    person, other = (
        Person.objects.create(full_name=name, name_folded=fold(name), unit=province.nenh)
        for name in ("Nguyễn Thị Hường", "Đỗ Văn Hải")
    )
    contact = tracing.add_contact(
        by=None, source=person, person=other, happened_from=today(), happened_until=today()
    )
    rows = {
        "person": person,
        "case": cases.register(by=None, person=person, reported_on=today()),
        "contact": contact,
        "sample": Sample.objects.create(person=other, unit=province.nenh, taken_at=now()),
        "stay": Stay.objects.create(
            person=other, unit=province.nenh, from_on=today(), until_on=today(), is_home=True
        ),
    }
    key = issue_token(by=user, name="test", expires_on=today() + timedelta(days=1))[1]
    return World(key, {name: str(row.uuid) for name, row in rows.items()}, str(other.uuid))


def _meet(case: Any, world: World) -> None:
    """Let an example be about rows that are there."""
    for name in set(case.path_parameters or {}) & set(world.ids):
        case.path_parameters[name] = world.ids[name]
    if isinstance(case.body, dict):
        for name, known in (("person", world.other), ("source", world.ids["person"])):
            if name in case.body:
                case.body[name] = known
        if "version" in case.body:
            case.body["version"] = 1


def _try(operation: Any, world: World, examples: int, mode: GenerationMode) -> int:
    answered = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, derandomize=True,
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    def call(case: Any) -> None:
        headers = {"Authorization": f"Bearer {world.key}", "Host": "localhost"}
        if len(answered) % 2 == 0:
            _meet(case, world)
        answered.append(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    try:
        call()
    except Unsatisfiable:  # an operation that takes nothing cannot be asked wrongly
        assert mode == GenerationMode.NEGATIVE
    return len(answered)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_the_answer_is_one_of_those_described(world: World, mode: GenerationMode) -> None:
    assert sum(_try(operation, world, 4, mode) for operation in OPERATIONS) > 2 * len(OPERATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_the_same_with_many_more_examples(world: World, operation: Any) -> None:
    assert sum(_try(operation, world, 100, mode) for mode in GenerationMode) > 0


def test_every_operation_is_described() -> None:
    paths = api.get_openapi_schema()["paths"]
    assert len(OPERATIONS) == sum(len(methods) for methods in paths.values()) > 30
    for methods in paths.values():
        for operation in methods.values():
            assert operation["description"] and operation["tags"]
            assert {"401", "404", "422", "429"} <= {str(status) for status in operation["responses"]}
