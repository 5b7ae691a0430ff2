"""One day of the economy in plain Python: loops over names, no arrays shared with the kernels, nothing compiled.

Written from the equations in `docs/economy.md`, so that a slip in the kernels shows as a difference. Sectors and sites are
numbers in lists; ``outside`` is the extra row of inputs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from songhanh.core.modes import Absence
from songhanh.economy import EconomyControls, EconomyModel, LabourDay, ProductionFunction

N_CAUSES = len(Absence)
QUARANTINED, LOCKED, DEAD = Absence.QUARANTINED, Absence.LOCKED_DOWN, Absence.DEAD
CLOSED, NO_INPUT, NO_DEMAND = Absence.CLOSED, Absence.NO_INPUT, Absence.NO_DEMAND


@dataclass
class Day:
    """What one day leaves."""

    made: list[float] = field(default_factory=list)
    sold_inputs: list[float] = field(default_factory=list)
    households: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    cancelled: list[float] = field(default_factory=list)
    value_added: list[float] = field(default_factory=list)
    lost_days: list[list[float]] = field(default_factory=list)
    at_work: list[list[float]] = field(default_factory=list)
    wages: list[float] = field(default_factory=list)


class PlainEconomy:
    """A province without crops, growth and seasons, stepped by `live`."""

    def __init__(self, model: EconomyModel, values: dict[str, float]) -> None:
        self.v = values
        self.n, self.s = model.n_sectors, model.n_sites + 1
        self.A = model.coefficients.tolist()
        self.critical = model.critical.tolist()
        self.function = model.production
        self.x0 = model.output.tolist()
        self.va = model.value_added_share.tolist()
        self.workers = model.workers.tolist()
        self.lodger = model.lodger_share.tolist()
        self.remote = model.remote_share.tolist()
        self.essential = model.essential.tolist()
        self.keeps = model.keeps_orders.tolist()
        self.people = model.population
        self.days_kept = [max(d, 1.0) for d in model.stock_days.tolist()]
        households, other, outside = model.final_demand(values["household_local_demand_share"])
        self.c0, self.o0, self.e0 = households.tolist(), other.tolist(), outside.tolist()
        self.share = [[self._share_of(site, j) for j in range(self.n)] for site in range(self.s)]
        rows = range(self.n + 1)
        self.stock = [[self.days_kept[j] * self.A[i][j] * self.x0[j] for j in range(self.n)] for i in rows]
        zeros = [0.0] * self.n
        self.backlog, self.used_hours = list(zeros), list(zeros)
        self.overtime, self.demand = [1.0] * self.n, list(self.x0)
        self.surplus_input, self.surplus_demand = list(zeros), list(zeros)
        self.gone = [[0.0] * self.n for _ in range(self.s)]
        self.past_admitted: list[list[list[float]]] = []
        self.load = 0.0
        self.income_gap = 0.0

    def _share_of(self, site: int, j: int) -> float:
        total = sum(self.workers[place][j] for place in range(self.s))
        if total == 0.0:
            return 1.0 if site == self.s - 1 else 0.0
        return self.workers[site][j] / total

    def live(self, controls: EconomyControls, labour: LabourDay) -> Day:
        """Live one day."""
        day = Day()
        lost, present, capacity = self._labour(controls, labour)
        bought = self._households(controls, labour)
        other = [o * max(float(controls.other_demand[j]), 0.0) for j, o in enumerate(self.o0)]
        labour_limit, laid_off, by_input = self._limits(capacity)
        orders = self._orders(labour_limit)
        fresh = [e * max(float(controls.export_demand[j]), 0.0) for j, e in enumerate(self.e0)]
        leaves = [min(max(float(x), 0.0), 1.0) for x in controls.export_logistics]
        wanted = [
            (fresh[i] + self.backlog[i] / self.v["backlog_recovery_days"]) * leaves[i] for i in range(self.n)
        ]
        demanded = [sum(orders[i]) + bought[i] + other[i] + wanted[i] for i in range(self.n)]
        day.made = [min(labour_limit[i], by_input[i], demanded[i]) for i in range(self.n)]
        self._deliver(day, orders, bought, other, wanted, fresh, controls)
        idle, idle_input, of_idle = self._tomorrow(day, capacity, labour_limit, laid_off, by_input, demanded)
        self._accounts(day, controls, lost, present, idle, idle_input, of_idle)
        self._lodgers(controls)
        return day

    def _labour(self, controls: EconomyControls, labour: LabourDay):
        self.past_admitted.insert(0, controls.admitted.tolist())
        waits = int(self.v["entry_test_days"] + 0.5)
        lost = [[[0.0] * N_CAUSES for _ in range(self.n)] for _ in range(self.s)]
        present = [[0.0] * self.n for _ in range(self.s)]
        effect = [[0.0] * self.n for _ in range(self.s)]
        causes = [labour.isolated, labour.quarantined, labour.locked, labour.dead, labour.taken_home]
        self.entering = [[0.0] * self.n for _ in range(self.s)]
        for site in range(self.s):
            rest = site == self.s - 1
            for j in range(self.n):
                window = self.past_admitted[: 1 if rest else 1 + waits]
                self.entering[site][j] = min(day[site][j] for day in window)
                left = 1.0
                for cause, table in enumerate(causes):
                    away = min(float(table[site, j]), left) if table is not None else 0.0
                    lost[site][j][cause] = away
                    left -= away
                most = self.entering[site][j] * (float(labour.open_rest[j]) if rest else 1.0)
                most = min(most, 1.0 - float(labour.firm_closed[site, j]))
                most = min(most, 1.0 - self.gone[site][j] * self.lodger[site])
                at_place = max(min(left, most), 0.0)
                lost[site][j][CLOSED] = left - at_place
                home = 0.0
                if rest:
                    for cause in (QUARANTINED, LOCKED, CLOSED):
                        moved = self.remote[j] * lost[site][j][cause]
                        lost[site][j][cause] -= moved
                        home += moved
                present[site][j] = at_place + home
                output = (
                    at_place * float(controls.productivity[site, j]) + home * self.v["remote_productivity"]
                )
                effect[site][j] = self.share[site][j] * output
        capacity = [sum(effect[site][j] for site in range(self.s)) for j in range(self.n)]
        return lost, present, capacity

    def _households(self, controls: EconomyControls, labour: LabourDay) -> list[float]:
        load = labour.hospital_load / self.people * 1e5 if self.people > 0 else 0.0
        self.load += (load - self.load) / self.v["fear_memory_days"]
        a, b = self.v["fear_shift"], self.v["fear_slope"]
        calm = math.exp(-a)
        fear = self.v["fear_max"] * (math.exp(-a * math.exp(-b * self.load)) - calm) / (1.0 - calm)
        bought = []
        for j in range(self.n):
            afraid = fear * (self.v["fear_essential_factor"] if self.essential[j] else 1.0)
            bought.append(self.c0[j] * max(float(controls.household_demand[j]), 0.0) * (1.0 - afraid))
        unspent, spent = sum(self.c0) - sum(bought), sum(bought)
        elsewhere = (1.0 - self.v["saving_share"]) * max(unspent, 0.0) / spent if spent > 0 else 0.0
        income = max(1.0 - self.v["income_sensitivity"] * self.income_gap, 0.0)
        return [c * income * (1.0 + elsewhere) for c in bought]

    def _limits(self, capacity: list[float]):
        limit, laid_off, by_input = [], [], []
        for j in range(self.n):
            idle = min(self.surplus_input[j] + self.surplus_demand[j], 1.0)
            laid_off.append((1.0 - self.v["furlough_share"]) * idle)
            hours_left = max(self.v["overtime_hours_year"] - self.used_hours[j], 0.0)
            overtime = min(self.overtime[j], 1.0 + hours_left / 8.0)
            limit.append(self.x0[j] * capacity[j] * (1.0 - laid_off[j]) * overtime)
            by_input.append(self._by_input(j))
        return limit, laid_off, by_input

    def _by_input(self, j: int) -> float:
        used = [i for i in range(self.n + 1) if self.A[i][j] > 0.0]
        last = {i: self.stock[i][j] / self.A[i][j] for i in used}
        critical = [i for i in used if self.critical[i][j] >= 1.0]
        important = [i for i in used if 0.0 < self.critical[i][j] < 1.0]
        if self.function is ProductionFunction.LEONTIEF:
            return min(last.values(), default=math.inf)
        if self.function is ProductionFunction.STRONGLY_CRITICAL:
            return min((last[i] for i in critical + important), default=math.inf)
        if self.function is ProductionFunction.WEAKLY_CRITICAL:
            return min((last[i] for i in critical), default=math.inf)
        if self.function is ProductionFunction.LINEAR:
            need = sum(self.A[i][j] for i in used)
            return sum(self.stock[i][j] for i in used) / need if used else math.inf
        halves = [(last[i] + self.x0[j]) / 2.0 for i in important]
        return min([last[i] for i in critical] + halves, default=math.inf)

    def _orders(self, limit: list[float]) -> list[list[float]]:
        orders = []
        for i in range(self.n + 1):
            row = []
            for j in range(self.n):
                gap = self.days_kept[j] * self.A[i][j] * self.x0[j] - self.stock[i][j]
                need = self.A[i][j] * min(self.demand[j], limit[j])
                row.append(max(need + gap / self.v["stock_adjustment_days"], 0.0))
            orders.append(row)
        return orders

    def _deliver(self, day: Day, orders, bought, other, wanted, fresh, controls: EconomyControls) -> None:
        for i in range(self.n):
            made = day.made[i]
            own = min(orders[i][i], made)
            others = sum(orders[i]) - orders[i][i]
            to_others = min(others, made - own)
            part = to_others / others if others > 0 else 0.0
            orders[i] = [own if j == i else part * orders[i][j] for j in range(self.n)]
            final = bought[i] + other[i] + wanted[i]
            served = min((made - own - to_others) / final, 1.0) if final > 0 else 0.0
            day.sold_inputs.append(own + to_others)
            day.households.append(served * bought[i])
            day.other.append(served * other[i])
            day.outside.append(served * wanted[i])
            waiting = max(self.backlog[i] + fresh[i] - day.outside[i], 0.0)
            kept = waiting * (1.0 - 1.0 / self.v["backlog_cancel_days"]) if self.keeps[i] else 0.0
            day.cancelled.append(waiting - kept)
            self.backlog[i] = kept
        for j in range(self.n):
            orders[self.n][j] *= min(max(float(controls.import_logistics[j]), 0.0), 1.0)
            for i in range(self.n + 1):
                used = min(self.A[i][j] * day.made[j], self.stock[i][j])
                self.stock[i][j] += orders[i][j] - used

    def _tomorrow(self, day: Day, capacity, limit, laid_off, by_input, demanded):
        idle, idle_input, of_idle = [0.0] * self.n, [0.0] * self.n, [0.0] * self.n
        for j in range(self.n):
            made, potential = day.made[j], self.x0[j] * capacity[j]
            laid_off_input = (1.0 - self.v["furlough_share"]) * self.surplus_input[j]
            unmet = (demanded[j] - made) / demanded[j] if demanded[j] > 0 else 0.0
            if limit[j] <= by_input[j] and unmet > 0.0 and self.v["overtime_max"] > 1.0:
                self.overtime[j] += (
                    (self.v["overtime_max"] - self.overtime[j]) * unmet / self.v["overtime_adjustment_days"]
                )
            else:
                self.overtime[j] += (1.0 - self.overtime[j]) / self.v["overtime_adjustment_days"]
            short_input = short_demand = 0.0
            if potential > 0.0:
                self.used_hours[j] += max(made / potential - 1.0, 0.0) * 8.0
                short_input = max(potential - by_input[j], 0.0) / potential
                short_demand = max(min(potential, by_input[j]) - demanded[j], 0.0) / potential
                idle[j] = max(1.0 - made / potential, 0.0)
                idle_input[j] = min(idle[j], max(short_input, laid_off_input))
                of_idle[j] = min(laid_off[j] / idle[j], 1.0) if idle[j] > 0 else 0.0
            self.surplus_input[j] += self._pace(short_input, self.surplus_input[j])
            self.surplus_demand[j] += self._pace(short_demand, self.surplus_demand[j])
            self.demand[j] = demanded[j]
        return idle, idle_input, of_idle

    def _pace(self, goal: float, now: float) -> float:
        return (goal - now) / (self.v["furlough_days"] if goal > now else self.v["callback_days"])

    def _accounts(
        self, day: Day, controls: EconomyControls, lost, present, idle, idle_input, of_idle
    ) -> None:
        day.value_added = [day.made[j] * self.va[j] for j in range(self.n)]
        day.lost_days = [[0.0] * N_CAUSES for _ in range(self.n)]
        day.at_work = [[0.0] * self.n for _ in range(self.s)]
        day.wages = [0.0, 0.0]
        for site in range(self.s):
            people_here = sum(self.workers[site])
            for j in range(self.n):
                people = self.workers[site][j]
                lost[site][j][NO_INPUT] = present[site][j] * idle_input[j]
                lost[site][j][NO_DEMAND] = present[site][j] * (idle[j] - idle_input[j])
                day.at_work[site][j] = people * present[site][j] * (1.0 - idle[j])
                all_jobs = sum(self.workers[place][j] for place in range(self.s))
                pay = self.v["labour_share"] * self.x0[j] * self.va[j] / all_jobs if all_jobs > 0 else 0.0
                for cause in range(N_CAUSES):
                    days = people * lost[site][j][cause]
                    day.lost_days[j][cause] += days
                    unpaid = days * (1.0 - self._paid(cause, of_idle[j])) * pay
                    day.wages[0] += unpaid * (1.0 - self.lodger[site])
                    day.wages[1] += unpaid * self.lodger[site]
                if people_here > 0:
                    day.value_added[j] -= float(controls.site_cost_vnd_bn[site]) * people / people_here
        income = self.v["labour_share"] * sum(x * va for x, va in zip(self.x0, self.va, strict=True))
        gap = (sum(day.wages) - controls.support_vnd_bn) / income if income > 0 else 0.0
        self.income_gap = min(max(gap, 0.0), 1.0)

    def _paid(self, cause: int, laid_off: float) -> float:
        if cause == 0:
            return self.v["pay_isolated_share"]
        if cause == DEAD:
            return 0.0
        if cause in (NO_INPUT, NO_DEMAND):
            return (1.0 - laid_off) * self.v["pay_furlough_share"] + laid_off * self.v["pay_laid_off_share"]
        return self.v["pay_furlough_share"]

    def _lodgers(self, controls: EconomyControls) -> None:
        back = 1.0 - 0.5 ** (1.0 / self.v["migrant_return_half_life"])
        for site in range(self.s):
            for j in range(self.n):
                idle, gone = 1.0 - min(self.entering[site][j], 1.0), self.gone[site][j]
                self.gone[site][j] += (
                    self.v["migrant_leave_rate"] * idle * (1.0 - gone) - (1.0 - idle) * back * gone
                )
