"""The newer kinds of measures, from a plan's text to what both models make of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import small

from songhanh.core.days import day_of
from songhanh.economy import EconomyResult
from songhanh.epidemic import EpidemicResult
from songhanh.joint.run import Runner
from songhanh.joint.world import World
from songhanh.measures import parameters, places_vnd_bn, sealed_needs
from songhanh.measures.base import STAFF

LAW = 'legal_basis = ["luat-03-2007"]'
VACCINE = f'kind = "capacity"\nvaccine_doses = 1000000\ndoses_per_day = 1000000\n{LAW}'
ELDERLY = f'kind = "vaccination"\nwhere = ["*"]\ngroup = "elderly"\nover_days = 10\ncoverage = 0.6\n{LAW}'
CT16 = 'kind = "distancing"\nlevel = "ct16"\nwhere = ["*"]\nexit = "open"\nlegal_basis = ["ct16"]'
FIRST = day_of(small.ground().pack.outbreak_from, small.AS_OF) + 1
WORLDS = tuple(small.world(n, luck=30 + n, reproduction_number=3.5) for n in range(4))


def lived(world: World, *measures: str) -> tuple[EpidemicResult, EconomyResult]:
    runner: Runner = small.runner()
    runner.live(small.scheduled(*measures), world)
    return runner.engine.result(), runner.economy.result()


def test_doses_of_a_plan_reach_the_people_of_its_group() -> None:
    epidemic, _ = lived(WORLDS[0], VACCINE, ELDERLY)
    people = small.ground().population
    sixties = int(((people.age >= 60) & (people.age < 70)).sum())
    older = int((people.age >= 70).sum())
    doses = epidemic.doses[FIRST : FIRST + 12]
    assert epidemic.doses[:FIRST].sum() == 0 and doses[10:].sum() == 0
    # From 65 years: half of the sixties, whom the engine does not tell apart by year.
    assert abs(doses.sum() - 0.6 * (sixties / 2 + older)) <= 12
    assert doses[:10].min() > 0


def test_what_a_campaign_deepens_and_what_events_cut_prevents_infections() -> None:
    told = f'kind = "communication"\nwhere = ["*"]\nreach = 1.0\n{LAW}'
    events = f'kind = "events"\nwhat = ["gatherings", "leisure", "markets", "weddings"]\nwhere = ["*"]\n{LAW}\nexit = "open"'
    gain = {"compliance_gain": 0.3, "community_ct16": 0.5, "movement_ct16": 0.5, "work_contacts_ct16": 0.6}
    heard = [replace(world, effects=gain) for world in WORLDS]

    def infections(worlds: list[World], *measures: str) -> int:
        return sum(int(lived(world, *measures)[0].infections[FIRST:].sum()) for world in worlds)

    assert infections(heard, CT16, told) < infections(heard, CT16)
    assert infections(heard, told) == infections(heard)  # there is nothing to comply with
    assert infections(list(WORLDS), events) < infections(list(WORLDS))


def test_payments_reach_households_and_nobody_else() -> None:
    plain = lived(WORLDS[0], small.SITES_CLOSED)
    paid = lived(
        WORLDS[0], small.SITES_CLOSED, 'kind = "support"\nwhere = ["*"]\nlegal_basis = ["nq-16-2021"]'
    )
    assert plain[1].support.sum() == 0 < paid[1].support[FIRST:].sum()


def test_a_restricted_channel_sells_less_and_a_promoted_one_more() -> None:
    ground = small.ground()
    kinds = ground.pack.tables["channels"]["kind"].to_list() if "channels" in ground.pack.tables else []
    assert kinds, "the small province sells a crop"
    channel = kinds[0]

    def sold(capacity: float | None) -> float:
        text = f'kind = "trade_channel"\nchannel = "{channel}"\ncapacity = {capacity}\nlegal_basis = ["pa-vai-thieu-2021"]'
        _, economy = lived(WORLDS[0], *([text] if capacity is not None else []))
        return float(
            economy.crop_channel[FIRST:, [k for k, kind in enumerate(kinds) if kind == channel]].sum()
        )

    usual = sold(None)
    assert sold(0.0) == 0.0 < usual
    assert sold(0.5) <= usual <= sold(3.0)


def test_sealed_hamlets_are_guarded_supplied_and_paid_for() -> None:
    sealing = 'kind = "hamlet_sealing"\nwhere = ["*"]\ncases = 1\nlegal_basis = ["qd-3986-2020"]'
    runner = small.runner()
    outcome = runner.run("sealed", small.scheduled(sealing), WORLDS[0])
    epidemic, economy = runner.engine.result(), runner.economy.result()
    sealed = epidemic.sealed[FIRST:].astype(float)
    assert sealed.max() > 0
    row = {kind: outcome.staff_days[:, number] for number, kind in enumerate(STAFF)}
    values = parameters().defaults()
    for kind in ("guards", "drivers"):
        expected = sealed / 1000.0 * values[f"{kind}_per_1000_lockdown"]
        assert row[kind][: len(sealed)].tolist() == pytest.approx(expected.tolist())
        assert not row[kind][len(sealed) :].any()
    keep = sealed_needs(values, 1.0)
    assert keep.money_vnd_bn * 1e9 == pytest.approx(
        values["cost_supply_vnd_day"] + sum(keep.staff_days.values()) * values["cost_staff_vnd_day"]
    )
    places = places_vnd_bn(values, float(epidemic.in_places[FIRST:].sum()))
    rest = float(economy.public_cost[FIRST:].sum() + economy.support[FIRST:].sum()) + places
    assert outcome.totals["public_cost_vnd_bn"] == pytest.approx(rest + sealed.sum() * keep.money_vnd_bn)
