"""The API: the actions and queries of the pages, for programs."""

from __future__ import annotations

from ninja import NinjaAPI

from songhanh.operations.accounts.api import KeyAuth, Rate, SessionAuth
from songhanh.operations.accounts.api_audit import router as audit
from songhanh.operations.accounts.api_places import router as places
from songhanh.operations.cases.api import router as cases
from songhanh.operations.indicators.api import router as waiting
from songhanh.operations.intake.api import router as batches
from songhanh.operations.people.api import router as people
from songhanh.operations.project.api import install_handlers
from songhanh.operations.quarantine.api import router as stays
from songhanh.operations.sampling.api import router as samples
from songhanh.operations.tracing.api import router as tracing

DESCRIPTION = (
    "Rows of the registers, as far as the account may see them: outside its jurisdiction names are pseudonyms and what "
    "identifies is empty. Every read of an identified person is in the audit. Lists go on after `next`; a change "
    "carries the `version` that it was made on."
)

api = NinjaAPI(
    title="Songhanh",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,  # its pages come from a foreign server; docs/api.md and openapi.json say the same
    auth=[KeyAuth(), SessionAuth()],
    throttle=[Rate()],
)
install_handlers(api)
for prefix, router in {
    "/places": places,
    "/people": people,
    "/cases": cases,
    "/tracing": tracing,
    "/samples": samples,
    "/stays": stays,
    "/waiting": waiting,
    "/batches": batches,
    "/audit": audit,
}.items():
    api.add_router(prefix, router)
