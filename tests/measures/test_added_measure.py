"""The page docs/add-a-measure.md tells the truth: its example is a measure that works."""

from __future__ import annotations

import importlib
import re
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from songhanh.measures import Plan, compile_plan, kinds, parse_plan, registry
from songhanh.measures import plan as plan_module
from songhanh.province.pack import Pack
from songhanh.response import Observed, PolicySet, read_policies

AS_OF = date(2021, 5, 17)
PAGE = Path(__file__).parents[2] / "docs" / "add-a-measure.md"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_page_adds_a_measure_with_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Pack, empty: Plan, quiet: Observed
) -> None:
    (tmp_path / "market_closure.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    found = registry.find_kinds()
    monkeypatch.delitem(sys.modules, f"{kinds.__name__}.market_closure")
    assert set(found) == set(registry.KINDS) | {"market_closure"}
    monkeypatch.setattr(plan_module, "KINDS", found)
    law = read_policies("vn-2021")
    documents = {
        name: document.__class__(
            document.id, document.name, document.valid_from, document.valid_until,
            document.supports | {"market_closure"}, document.source, document.confidence,
        )
        for name, document in law.documents.items()
    }  # fmt: skip
    head = 'format = "songhanh-plan/1"\n[name]\nvi = "a"\nen = "b"\n[summary]\nvi = "a"\nen = "b"\n'
    plan = parse_plan(head + block("toml").replace("222", "D1"))
    run = compile_plan(plan, pack, empty, AS_OF, PolicySet("test", documents, law.policies)).start()
    day = run.controls(17, quiet)
    assert np.flatnonzero(day.epidemic.community < 1).tolist() == [0, 1]
    assert day.economy.household_demand.max() < 1 and day.needs.staff_days["guards"] > 0
