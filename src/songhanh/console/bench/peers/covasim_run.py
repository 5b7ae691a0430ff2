"""Covasim on the benchmark's work, and on a homogeneous set-up that theory knows; run by the Python of the peers.

A plain file: it imports nothing of Songhanh, and Songhanh does not import it. What it found is one line of JSON on the
standard output.

``covasim_run.py controlled`` is the outbreak under measures: a hybrid population with its own households, schools,
workplaces and community, closures and distancing, testing, tracing and quarantine.

``covasim_run.py matched`` is one layer of random contacts drawn anew each day, with constant times and no differences
between people. In Covasim 3.1.9 a day goes: states change (`People.update_states_pre`), contacts are drawn
(`Layer.update`), infections pass (`compute_infections`). Whoever is infected on day t becomes infectious when the states
change on day t + latent, and recovers when they change on day t + latent + infectious, before anything passes; the viral
load is 0 from that day on as well. So infections pass on days latent to latent + infectious - 1 after infection, both
included: as many days as the infectious period has.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

import covasim as cv
import numpy as np

MEASURES_FROM = 16  # as in the engine's own scenario: before it only testing, tracing and quarantine
SEEDED = (
    85  # of 1.8 million people some 3,000 to 7,000 are infected then, as in the outbreak it is compared with
)


def controlled(people: int, days: int, seeds: int) -> dict[str, object]:
    """Return the time and the infections of an outbreak under measures: medians over the seeds."""
    built, spent, infections = [], [], []
    for seed in range(1, seeds + 1):
        started = time.perf_counter()
        sim = cv.Sim(
            pop_size=people,
            pop_type="hybrid",
            pop_infected=min(SEEDED, people),
            n_days=days - 1,  # Covasim counts the days after the first
            rand_seed=seed,
            beta=0.022,
            quar_period=21,
            rescale=False,
            use_waning=False,  # within 120 days it would change nothing, and Covasim is faster without
            interventions=_measures(people, days),
            verbose=0,
        )
        sim.initialize()
        built.append(time.perf_counter() - started)
        started = time.perf_counter()
        sim.run()
        spent.append(time.perf_counter() - started)
        infections.append(int(sim.people.count_not("naive")))
        del sim  # two populations of millions do not fit everywhere
    return {
        "version": cv.__version__,
        "controlled_ms": 1e3 * statistics.median(spent),
        "init_s": statistics.median(built),
        "infections": statistics.median(infections),
        "days": days,
        "people": people,
        "seeds": seeds,
        "note": "hybrid population; closures, distancing, tests, tracing and quarantine; no sites, no mass sampling",
    }


def _measures(people: int, days: int) -> list[object]:
    """Return testing and tracing from the first day, closures and distancing once the outbreak is known."""
    effort = [
        cv.test_prob(
            symp_prob=0.2,  # a day; most of those with symptoms are found
            asymp_prob=0.0,
            symp_quar_prob=0.5,
            asymp_quar_prob=0.3,
            quar_policy="daily",
            sensitivity=0.8,
            test_delay=1,
        ),
        cv.contact_tracing(
            trace_probs={"h": 0.9, "s": 0.8, "w": 0.6, "c": 0.3},
            trace_time=1,
            quar_period=21,
            capacity=max(2, people // 60_000),
        ),
    ]
    if days <= MEASURES_FROM:
        return effort
    shares = {"s": 0.0, "w": 0.4, "c": 0.25}
    return [
        *effort,
        *(cv.clip_edges(days=MEASURES_FROM, changes=share, layers=layer) for layer, share in shares.items()),
    ]


def matched(
    people: int, days: int, seeds: int, r0: float, initial: int, latent: int, infectious: int, contacts: float
) -> dict[str, object]:
    """Return final sizes and peak days of the homogeneous set-up, and the numbers that another engine needs to match it."""
    runs = [
        _matched_run(people, days, seed, r0, initial, latent, infectious, contacts)
        for seed in range(1, seeds + 1)
    ]
    sizes = [run["final_size"] for run in runs]
    expected = _final_share(r0, initial / people)
    return {
        "version": cv.__version__,
        "people": people,
        "days": days,
        "initial": initial,
        "r0": r0,
        "latent_days": latent,
        "infectious_days": infectious,
        "infections_per_day": r0 / infectious,
        "weights": [0.0] * latent + [1 / infectious] * infectious,  # by days since infection, from 0
        "mean_contacts": statistics.fmean(run["mean_contacts"] for run in runs),
        "transmission_per_contact": statistics.fmean(run["transmission_per_contact"] for run in runs),
        "final_share_expected": expected,
        "final_share_mean": statistics.fmean(sizes) / people,
        "final_share_error": statistics.stdev(sizes) / len(sizes) ** 0.5 / people if len(sizes) > 1 else None,
        "runs": runs,
    }


def _matched_run(
    people: int, days: int, seed: int, r0: float, initial: int, latent: int, infectious: int, contacts: float
) -> dict[str, float]:
    """Run one seed. Day 0 is the day on which the first are infected; they count in the final size, not in the peak."""
    sim = cv.Sim(
        pop_size=people,
        pop_type="random",
        pop_infected=initial,
        n_days=days - 1,
        rand_seed=seed,
        contacts={"a": contacts},
        dynam_layer={"a": 1},
        beta_dist={"dist": "uniform", "par1": 1.0, "par2": 1.0},  # nobody passes on more than another
        viral_dist={"frac_time": 0.3, "load_ratio": 1, "high_cap": 4},  # flat over the infectious days
        asymp_factor=1.0,
        prognoses=cv.get_prognoses(
            by_age=False
        ),  # susceptibility is 1 for everybody (`prog_by_age` alone leaves it by age)
        rel_symp_prob=0.0,  # so nobody falls ill or dies, and everybody recovers after `asym2rec`
        use_waning=False,  # whoever had it is immune
        rescale=False,
        interventions=[],
        verbose=0,
    )
    sim["dur"]["exp2inf"] = {"dist": "uniform", "par1": latent, "par2": latent}
    sim["dur"]["asym2rec"] = {"dist": "uniform", "par1": infectious, "par2": infectious}
    sim.initialize()
    # An edge passes infection either way, and both its ends are drawn anew each day from everybody: contacts of a person
    # a day are Poisson with this mean.
    mean_contacts = 2 * len(sim.people.contacts["a"]) / people
    sim["beta"] = r0 / infectious / mean_contacts
    beta = sim["beta"]
    sim.run()
    infected_on = sim.people.date_exposed
    passed = [
        entry["date"] - infected_on[entry["source"]]
        for entry in sim.people.infection_log
        if entry["source"] is not None
    ]
    return {
        "seed": seed,
        "final_size": int(sim.people.count_not("naive")),
        "peak_day": int(np.argmax(sim.results["new_infections"].values)),
        "still_infected": int(sim.people.count("exposed")),
        "first_day_passed": int(min(passed, default=-1)),
        "last_day_passed": int(max(passed, default=-1)),
        "mean_contacts": mean_contacts,
        "transmission_per_contact": beta,
    }


def _final_share(r0: float, share: float) -> float:
    """Return z of 1 - z = (1 - share) exp(-r0 z): the share infected in the end, the first ones included."""
    z = 1.0
    for _ in range(10_000):
        z = 1 - (1 - share) * float(np.exp(-r0 * z))
    return z


def main() -> None:
    """Read what is asked for and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=("controlled", "matched"))
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--r0", type=float, default=2.0)
    parser.add_argument("--initial", type=int, default=20)
    parser.add_argument("--latent", type=int, default=3)
    parser.add_argument("--infectious", type=int, default=5)
    parser.add_argument("--contacts", type=float, default=10.0)
    asked = parser.parse_args()
    if asked.latent < 1 or asked.infectious < 1:
        parser.error(
            "--latent and --infectious are at least 1 day: an infection never passes on its own day."
        )
    if asked.mode == "controlled":
        found = controlled(asked.people, asked.days, asked.seeds)
    else:
        found = matched(
            asked.people,
            asked.days,
            asked.seeds,
            asked.r0,
            asked.initial,
            asked.latent,
            asked.infectious,
            asked.contacts,
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
