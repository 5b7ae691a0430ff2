"""An evaluation says of every plan which cards go with it and in which worlds it fails."""

from __future__ import annotations

from typing import Any


def test_every_plan_has_cards_and_says_where_it_fails(evaluation: dict[str, Any]) -> None:
    for plan in evaluation["plans"]:
        own = [card for card in plan["cards"] if not card["present"]]
        assert bool(own) == any(measure["kind"] in ("site_mode", "lockdown") for measure in plan["measures"])
        failing = plan["fails_when"]
        assert failing["n_worlds"] == evaluation["n_worlds"] == 6
        assert failing["share_failing"] == failing["n_failing"] / 6
        # What fails without ceilings has lost control.
        assert failing["share_failing"] == plan["outcomes"]["control_lost"]["mean"]
        assert failing["boxes"] == []
        assert failing["note"]["en"] and failing["note"]["vi"]
