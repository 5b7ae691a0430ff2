"""The two models act on each other: what the economy leaves idle transmits less on the next day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import small

from songhanh.economy import EconomyParameters, full_labour, no_economy_controls
from songhanh.epidemic import EpidemicParameters, EpidemicResult, Layer, no_controls
from songhanh.joint.labour import active_share
from songhanh.joint.run import Days, Runner
from songhanh.measures import DayMeasures
from songhanh.measures.base import Needs

GROUND = small.ground()
PEOPLE = GROUND.population
DAYS = 60
AT_SITES = [Layer.LINE, Layer.PLANT, Layer.SHUTTLE]


class Fixed:
    """Levers that nothing observed can change: imported inputs stop on a day."""

    def __init__(self, imports_stop_on: int) -> None:
        self.stop = imports_stop_on
        self.free, self.cut = self._day(1.0), self._day(0.0)

    def _day(self, imports: float) -> DayMeasures:
        channels = len(GROUND.economy.crops.channel_crop)
        economy = no_economy_controls(PEOPLE.n_communes, PEOPLE.n_sites, PEOPLE.n_sectors, channels)
        economy.import_logistics[:] = imports
        return DayMeasures(
            no_controls(PEOPLE.n_communes, PEOPLE.n_sites),
            economy,
            (),
            Needs(),
            np.zeros(PEOPLE.n_communes, np.float32),
            np.zeros(PEOPLE.n_communes, np.int8),
        )

    def controls(self, day: int, observed: object) -> DayMeasures:
        return self.cut if day >= self.stop else self.free


def live(
    stop: int, luck: int, look: Callable[[int, Runner], None] = lambda day, runner: None
) -> EpidemicResult:
    """Run both models for some weeks and return what the epidemic left."""
    runner, world = small.runner(), small.world(luck=luck, reproduction_number=2.5)
    runner.engine.start(EpidemicParameters.from_values(world.epidemic), world.imports, np.uint64(luck))
    runner.economy.start(EconomyParameters.from_values({}))
    days = Days(runner, Fixed(stop), None)  # type: ignore[arg-type]
    for day in range(DAYS):
        days.live(day)
        look(day, runner)
    return runner.engine.result()


def test_a_site_idle_for_want_of_inputs_transmits_less() -> None:
    shares = []
    supplied = [live(DAYS, luck) for luck in range(1, 6)]
    starved = [
        live(5, luck, lambda _, runner: shares.append(float(active_share(runner.economy)[0])))
        for luck in range(1, 6)
    ]
    share = np.array(shares).reshape(5, DAYS)
    assert (share[:, :5] == 1.0).all() and (share[:, 40] < 0.5).all()
    first_idle = int(np.flatnonzero((share < 1.0).any(axis=0))[0])
    assert first_idle > 5, "inventories last for some days"
    for one, other in zip(supplied, starved, strict=True):
        # Yesterday's economy acts on today's epidemic: until then the two runs are the same bytes.
        assert (
            one.infections_layer[: first_idle + 1].tobytes()
            == other.infections_layer[: first_idle + 1].tobytes()
        )
    at_work = [
        sum(int(result.infections_layer[first_idle + 1 :, AT_SITES].sum()) for result in results)
        for results in (supplied, starved)
    ]
    assert 0 < at_work[1] < 0.8 * at_work[0]


def test_nobody_is_idle_on_a_normal_day_and_the_levers_are_left_as_they_are() -> None:
    fixed = Fixed(DAYS)
    live(DAYS, 1, lambda _, runner: np.testing.assert_array_equal(active_share(runner.economy), 1.0))
    live(5, 1)
    for levers in (fixed.free, fixed.cut):
        np.testing.assert_array_equal(levers.epidemic.site_share, 1.0)


def test_the_active_share_counts_workers_of_all_sectors_of_a_site() -> None:
    runner = small.runner()
    runner.economy.start(EconomyParameters.from_values({}))
    shape = GROUND.workers.shape
    labour = replace(
        full_labour(PEOPLE.n_sites, PEOPLE.n_sectors),
        isolated=np.full(shape, 0.25),
        taken_home=np.full(shape, 0.05),
    )
    for day in range(30):
        runner.economy.step(day, Fixed(0).cut.economy, labour)
    economy = runner.economy
    came = 0.7 * economy.workers[:-1].sum(axis=1)
    np.testing.assert_allclose(
        active_share(economy), economy.records.at_work[29, :-1].sum(axis=1) / came, rtol=1e-6
    )
    assert (active_share(economy) < 1.0).all()
