"""What every part of the API shares: how a fault is told, and how a long list goes on."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet, TextChoices
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, Throttled, ValidationError
from pydantic import AfterValidator, AwareDatetime, Field, WithJsonSchema

from songhanh.core.errors import SonghanhError
from songhanh.operations.project.base import Stale

logger = logging.getLogger(__name__)
LARGEST_ID = 2**63 - 1
ROWS, MOST_ROWS = 50, 200
FIRST_YEAR, LAST_YEAR = 2000, 2199


def _readable(text: str) -> str:
    # Databases keep neither a zero character nor half a letter.
    if "\x00" in text or (not text.isascii() and text.encode("utf-8", "ignore").decode() != text):
        raise ValueError("the text holds a character that cannot be kept")
    return text


def _countable(moment: Any) -> Any:
    # What registers and policy tables count; further off, calendars and time zones end.
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year lies outside {FIRST_YEAR} to {LAST_YEAR}")
    return moment


Text = Annotated[str, AfterValidator(_readable)]
Day = Annotated[date, AfterValidator(_countable)]
Instant = Annotated[AwareDatetime, AfterValidator(_countable)]


def enumerated(choices: type[TextChoices]) -> WithJsonSchema:
    """Describe choices in place: many registers have a ``State`` or ``Kind``, and a description knows each name once."""
    return WithJsonSchema({"type": "string", "enum": list(choices.values)})


class ProblemOut(Schema):
    """What is wrong, where, and what to do about it."""

    code: str = Field(description="a name that programs may rely on")
    message: str = Field(description="for people, in the language of the request")
    where: str = Field("", description="the field or parameter")
    remedy: str = ""
    current_version: int | None = Field(
        None, description="the version to read again, where somebody else was faster"
    )
    also: list["ProblemOut"] = Field(default_factory=list, description="what else is wrong")


class Problem(Exception):
    """An answer that says what is wrong."""

    def __init__(self, status: int, code: str, message: str, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.content = {"code": code, "message": message, "where": where, "remedy": remedy}


PROBLEMS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 405, 409, 422, 429), ProblemOut)


def answers(ok: Any, *, status: int = 200) -> dict[int, Any]:
    """Return the ``response=`` of an operation: what it gives, and how it fails."""
    return {status: ok, **PROBLEMS}


class Filters(Schema):
    """How every list goes on: rows in the order in which they were made, after a mark."""

    after: int = Field(0, ge=0, le=LARGEST_ID, description="the `next` of the page before; 0 begins")
    limit: int = Field(ROWS, ge=1, le=MOST_ROWS)


def keyset(rows: QuerySet[Any], filters: Filters) -> tuple[list[Any], int | None]:
    """Return a page of a list and the mark after which the next begins; no page costs more than the first."""
    found = list(rows.filter(pk__gt=filters.after).order_by("pk")[: filters.limit + 1])
    page = found[: filters.limit]
    return page, page[-1].pk if len(found) > filters.limit else None


def install_handlers(api: NinjaAPI) -> None:
    """Tell every fault in one form."""

    def install(kind: type[Exception], told: Callable[[Any], Told]) -> None:
        def handler(request: HttpRequest, error: Any) -> HttpResponse:
            answer = told(error)
            if answer.status >= 500:
                logger.error("the API failed on %s", request.path, exc_info=error)
            first, *others = [{"where": "", "remedy": "", **problem} for problem in answer.problems]
            response = api.create_response(
                request, {**first, **answer.more, "also": others}, status=answer.status
            )
            for name, value in answer.headers.items():
                response[name] = value
            return response

        api.add_exception_handler(kind, handler)

    for kind, told in HANDLERS.items():
        install(kind, told)


@dataclass(frozen=True)
class Told:
    """An answer that says what is wrong."""

    status: int
    problems: list[dict[str, Any]]
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def _missing(error: Http404) -> Told:
    remedy = _("Check the address; perhaps the row belongs to another place, or your role has no such page.")
    return Told(404, [{"code": "not-found", "message": _("There is nothing here."), "remedy": remedy}])


def _refused(error: PermissionDenied) -> Told:
    remedy = _("Ask whoever manages the accounts, or somebody responsible for that place.")
    return Told(
        403, [{"code": "refused", "message": _("Your account may not do this here."), "remedy": remedy}]
    )


def _stale(error: Stale) -> Told:
    rows: Any = type(error.row)._default_manager
    current = rows.filter(pk=error.row.pk).values_list("version", flat=True).first()
    remedy = _("Read the row again, and send your change with its version.")
    problem = {"code": "stale", "message": " ".join(error.messages), "where": "version", "remedy": remedy}
    return Told(409, [problem], {"current_version": current})


def _faulty(error: SonghanhError) -> Told:
    return Told(
        422,
        [
            {"code": fault.code, "message": fault.message, "where": _place(fault), "remedy": fault.remedy}
            for fault in error.faults
        ],
    )


def _unreadable(error: ValidationError) -> Told:
    remedy = _("Compare with the description of the operation in openapi.json.")
    problems = [
        {
            "code": f"input.{item['type']}",
            "message": str(item["msg"]),
            "where": ".".join(str(part) for part in item["loc"]),
            "remedy": remedy,
        }
        for item in error.errors
    ]
    return Told(422, problems or [{"code": "input", "message": _("The request cannot be read.")}])


def _throttled(error: Throttled) -> Told:
    seconds = int(error.wait or 1) + 1
    remedy = _("Wait %(n)d seconds.") % {"n": seconds}
    problem = {"code": "too-many", "message": _("Too many requests."), "remedy": remedy}
    return Told(429, [problem], headers={"Retry-After": str(seconds)})


def _other(error: HttpError) -> Told:
    code = {401: "login", 403: "refused", 400: "unreadable"}.get(error.status_code, "request")
    remedy = (
        _("Send a key as `Authorization: Bearer …`, or log in; keys are made on the page of your account.")
        if error.status_code == 401
        else ""
    )
    return Told(error.status_code, [{"code": code, "message": str(error), "remedy": remedy}])


def _broken(error: Exception) -> Told:
    message = _("Something in the program failed; nothing was half written.")
    return Told(500, [{"code": "broken", "message": message}])


HANDLERS: dict[type[Exception], Callable[[Any], Told]] = {
    Problem: lambda error: Told(error.status, [error.content]),
    Http404: _missing,
    PermissionDenied: _refused,
    Stale: _stale,
    DjangoValidationError: lambda error: Told(422, problems_of(error)),
    SonghanhError: _faulty,
    ValidationError: _unreadable,
    Throttled: _throttled,
    HttpError: _other,
    Exception: _broken,
}


def _place(fault: Any) -> str:
    return next(
        (str(value) for value in (fault.column, fault.parameter, fault.row, fault.file) if value is not None),
        "",
    )


def problems_of(error: DjangoValidationError) -> list[dict[str, Any]]:
    """Return each message of a Django error with its field."""
    named = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    return [
        {
            "code": str(single.code or "invalid"),
            "message": " ".join(single.messages),
            "where": "" if name == NON_FIELD_ERRORS else name,
        }
        for name, errors in named.items()
        for single in errors
    ]
