"""What shuts in the evening for its cases: firms and hamlets."""

from __future__ import annotations

from plain.run import FORGET_FIRM_CASE, FORGET_HAMLET_CASE, Run

_USUAL_WINDOW = 14  # days for which a case counts where no rule says how long


def shut(run: Run) -> None:
    """Count today's cases by firm and by hamlet, forget those that have left the window, and shut what reaches the rule.

    A firm stays closed, and a hamlet sealed, for the days of the window after the last case.
    """
    levers, day = run.levers, run.day
    for place in run.happening(FORGET_FIRM_CASE):
        place.cases -= 1
    for hamlet in run.happening(FORGET_HAMLET_CASE):
        hamlet.cases -= 1
    for infection in run.confirmed:
        place = infection.person.place
        if place is not None and not place.is_school:
            window = levers.firm_close_days[place.site] or _USUAL_WINDOW
            place.cases += 1
            run.schedule(FORGET_FIRM_CASE, day + window, place)
            if 0 < levers.firm_close_cases[place.site] <= place.cases:
                if place.closed_until == 0:
                    place.closed_on = day
                    run.note("firm closed at a site" if place.is_at_site else "firm closed elsewhere")
                place.closed_until = day + window + 1
        hamlet = infection.person.hamlet
        commune = hamlet.commune.number
        window = levers.hamlet_seal_days[commune] or _USUAL_WINDOW
        hamlet.cases += 1
        run.schedule(FORGET_HAMLET_CASE, day + window, hamlet)
        if 0 < levers.hamlet_seal_cases[commune] <= hamlet.cases:
            hamlet.sealed_until = day + window + 1
