"""Every kind of measure as a plan writes it, the levers it moves and the staff it takes: what the tests walk."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import numpy as np

from songhanh.measures import DayMeasures

LAW = 'legal_basis = ["ct07-tu"]'
TEXTS = {
    "distancing": 'kind = "distancing"\nlevel = "ct16"\nwhere = ["C1"]\nlegal_basis = ["ct16"]',
    "lockdown": f'kind = "lockdown"\nwhere = ["C1"]\n{LAW}',
    "site_mode": f'kind = "site_mode"\nmode = "on_site"\nwhere = ["park-a"]\n{LAW}',
    "firm_closure": f'kind = "firm_closure"\nwhere = ["park-a", "rest"]\ncases = 2\ndays = 10\n{LAW}',
    "boarding_thinning": f'kind = "boarding_thinning"\nwhere = ["C1"]\nshare = 0.2\n{LAW}',
    "tracing": f'kind = "tracing"\ncases_per_day = 40\n{LAW}',
    "quarantine": f'kind = "quarantine"\nextra_places = 7\n{LAW}',
    "sampling": f'kind = "sampling"\nwhere = ["C1", "park-a"]\nevery_days = 4\npool_size = 5\n{LAW}',
    "testing": f'kind = "testing"\neffort = "heightened"\n{LAW}',
    "school_closure": f'kind = "school_closure"\nwhere = ["C1"]\n{LAW}',
    "support": f'kind = "support"\n{LAW}',
    "hamlet_sealing": f'kind = "hamlet_sealing"\nwhere = ["C1"]\ncases = 3\n{LAW}',
    "worker_return": f'kind = "worker_return"\nwhere = ["C1"]\nshare = 0.25\n{LAW}',
    "green_lane": f'kind = "green_lane"\n{LAW}',
    "capacity": f'kind = "capacity"\nlab_samples_per_day = 11\nquarantine_places = 13\n{LAW}',
    "vaccination": 'kind = "vaccination"\nwhere = ["park-a"]\ngroup = "site-workers"\nover_days = 10\n'
    'legal_basis = ["vx-cong-nhan-2021"]',
    "protection_belt": f'kind = "protection_belt"\nwhere = ["D2"]\ncheckpoints = 4\n{LAW}',
    "trade_channel": f'kind = "trade_channel"\nchannel = "air"\ncapacity = 3\n{LAW}',
    "furlough": 'kind = "furlough"\nwhere = ["park-a"]\nscheme = "suspended"\nlegal_basis = ["nq-68-2021", "qd-23-2021"]',
    "household_support": 'kind = "household_support"\nlegal_basis = ["qd-23-2021"]',
    "events": f'kind = "events"\nwhat = ["weddings", "leisure"]\nwhere = ["C1"]\n{LAW}',
    "communication": f'kind = "communication"\nwhere = ["C1"]\n{LAW}',
}
# The evening on which each is decided: some rest on rules of later months.
DECIDED = {
    "vaccination": date(2021, 5, 28),
    "furlough": date(2021, 7, 10),
    "household_support": date(2021, 7, 10),
}
USUAL = date(2021, 5, 17)
ORIGIN = date(2021, 5, 1)
COST = "economy.public_cost_vnd_bn"
LEVEL = {
    "epidemic.community", "epidemic.movement", "epidemic.work", "economy.work", "economy.household_demand",
    "economy.import_logistics", "economy.export_logistics", "economy.channel", COST, "restricted", "level",
}  # fmt: skip
MOVES = {
    "distancing": LEVEL,
    "lockdown": LEVEL | {"epidemic.locked"},
    "site_mode": {
        "epidemic.site_mode", "epidemic.site_share", "epidemic.site_contact", "economy.admitted",
        "economy.productivity", "economy.site_cost_vnd_bn", COST,
    },
    "firm_closure": {"epidemic.firm_close_cases", "epidemic.firm_close_days", COST},
    "boarding_thinning": {"epidemic.boarding", COST},
    "tracing": {"epidemic.trace", "epidemic.trace_share", "epidemic.trace_capacity", COST},
    "quarantine": {
        "epidemic.contact_action", "epidemic.contact_days", "epidemic.test_days", "epidemic.quarantine_places", COST,
    },
    "hamlet_sealing": {
        "epidemic.hamlet_seal_cases", "epidemic.hamlet_seal_days", "epidemic.sealed_community",
    },
    "worker_return": {"epidemic.lodgers_away", COST},
    "sampling": {"epidemic.sampling", "epidemic.site_sampling", "epidemic.pool_size", COST},
    "testing": {"epidemic.detection", COST},
    "school_closure": {"epidemic.school", "economy.work"},
    "support": {"epidemic.detection", "epidemic.boarding"},  # and pays, where others keep people from work
    "green_lane": {COST},  # where nothing is held up there is nothing to let pass
    "capacity": {"epidemic.lab_capacity", "epidemic.quarantine_places", COST},
    "vaccination": {"epidemic.site_vaccination", COST},  # for a group by age: epidemic.vaccination
    "protection_belt": {
        "epidemic.movement", "economy.import_logistics", "economy.export_logistics", "economy.channel", COST,
    },
    "trade_channel": {"economy.channel", COST},
    "furlough": {COST},  # and pays, where others keep people from work
    "household_support": {"epidemic.detection"},  # and pays, where others restrict people
    "events": {"epidemic.community", "economy.household_demand", COST},
    "communication": {COST},  # where nothing is ordered there is nothing to comply with
}  # fmt: skip
# Levers that a kind moves only where others have spoken, or with other fields: see its own test.
ALSO = {
    "support": {"economy.support_vnd_bn"},
    "green_lane": {"economy.import_logistics", "economy.export_logistics", "economy.channel"},
    "vaccination": {"epidemic.vaccination"},
    "furlough": {"economy.support_vnd_bn"},
    "household_support": {"economy.support_vnd_bn"},
    "communication": {"epidemic.community", "epidemic.movement", "epidemic.work"},
}
STAFF_OF = {
    "distancing": {"guards"},
    "lockdown": {"guards", "drivers"},
    "site_mode": {"inspectors"},
    "firm_closure": {"inspectors"},
    "boarding_thinning": {"guards", "drivers"},
    "tracing": {"tracers"},
    "quarantine": {"guards"},
    "hamlet_sealing": set(),
    "worker_return": {"drivers"},
    "sampling": {"samplers"},
    "testing": {"clinicians"},
    "school_closure": set(),
    "support": set(),
    "green_lane": {"inspectors"},
    "capacity": {"samplers", "guards"},
    "vaccination": {"clinicians"},
    "protection_belt": {"guards", "samplers"},
    "trade_channel": {"drivers"},
    "furlough": {"clerks"},
    "household_support": set(),
    "events": {"guards"},
    "communication": {"communicators"},
}


def decided(kind: str) -> date:
    """Return the evening on which a kind is decided in these tests."""
    return DECIDED.get(kind, USUAL)


def first_day(kind: str) -> int:
    """Return the first run day of a kind."""
    return (decided(kind) - ORIGIN).days + 1


def levers(day: DayMeasures) -> dict[str, Any]:
    found: dict[str, Any] = {"restricted": day.restricted, "level": day.level}
    for room in ("epidemic", "economy"):
        value = getattr(day, room)
        found |= {f"{room}.{field.name}": getattr(value, field.name) for field in dataclasses.fields(value)}
    return found


def moved(day: DayMeasures, base: DayMeasures) -> set[str]:
    one, other = levers(day), levers(base)
    return {name for name in one if not np.array_equal(one[name], other[name])}
