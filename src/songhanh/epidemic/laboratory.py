"""The laboratory: two queues, first come first served, urgent samples (symptoms, admissions, quarantine) first."""

from __future__ import annotations

from songhanh.core.jit import bare_kernel
from songhanh.epidemic.calendar import Calendar, push
from songhanh.epidemic.groups import (
    D_FALSE_POSITIVES,
    D_LAB_QUEUE,
    D_TESTS,
    Books,
    Counters,
    Ints,
    Levers,
    Numbers,
    State,
)
from songhanh.epidemic.layout import (
    FALSE_POSITIVES,
    LAB_CAPACITY,
    MASS_ARRIVED,
    MASS_RUN,
    MASS_SAMPLE,
    N_MASS_PENDING,
    N_URGENT_PENDING,
    PENDING,
    POOL_SIZE,
    RESULT,
    RESULT_TO_COME,
    TURNAROUND,
    URGENT_ARRIVED,
    URGENT_RUN,
    URGENT_SAMPLE,
)
from songhanh.response.pooling import samples_run_again


@bare_kernel
def report(day: int, n_run: int, bit: int, queue: Ints, length: int, records: Ints, cal: Calendar,
           counters: Counters) -> int:  # fmt: skip
    """Send out the results of the positive samples that have been run; return how many still wait."""
    chunks, fill, following, heads, tails, marks = cal
    kept = 0
    for j in range(length):
        i = queue[j, 0]
        if queue[j, 1] < n_run:
            records[i, PENDING] = (records[i, PENDING] & ~bit) | RESULT_TO_COME
            push(RESULT, day, i, chunks, fill, following, heads, tails, marks, counters)
        else:
            queue[kept, 0] = i
            queue[kept, 1] = queue[j, 1]
            kept += 1
    return kept


@bare_kernel
def run_laboratory(day: int, w: Numbers, v: Levers, s: State, cal: Calendar, books: Books) -> None:
    """Run as many samples as the laboratory can; the rest waits. Positive pools come again, sample by sample."""
    counters = s.counters
    left = max(0, v.whole[LAB_CAPACITY])
    run = min(left, counters[URGENT_ARRIVED] - counters[URGENT_RUN])
    counters[URGENT_RUN] += run
    screened = min(left - run, counters[MASS_ARRIVED] - counters[MASS_RUN])
    counters[MASS_RUN] += screened
    known_on = day + w.wholes[TURNAROUND]
    counters[N_URGENT_PENDING] = report(
        known_on,
        counters[URGENT_RUN],
        URGENT_SAMPLE,
        s.urgent,
        counters[N_URGENT_PENDING],
        s.records,
        cal,
        counters,
    )
    pooled = counters[N_MASS_PENDING]
    counters[N_MASS_PENDING] = report(
        known_on, counters[MASS_RUN], MASS_SAMPLE, s.screening, pooled, s.records, cal, counters
    )
    again = samples_run_again(v.whole[POOL_SIZE])
    counters[URGENT_ARRIVED] += (pooled - counters[N_MASS_PENDING]) * again
    books.daily[D_TESTS, day] = run + screened
    books.daily[D_LAB_QUEUE, day] = (
        counters[URGENT_ARRIVED] - counters[URGENT_RUN] + counters[MASS_ARRIVED] - counters[MASS_RUN]
    )
    books.daily[D_FALSE_POSITIVES, day] = counters[FALSE_POSITIVES]
