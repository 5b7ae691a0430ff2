"""What the dated policy asks of a stay: how many days, and samples on which of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from songhanh.core.errors import SonghanhError
from songhanh.response.policy import Policy, policy_on, read_policies

KIND = "quarantine"


@dataclass(frozen=True)
class Rule:
    """The rule in force on the day somebody is admitted; it holds until they are released."""

    days: int
    test_days: tuple[int, ...]  # the day of admission is day 1
    is_home_allowed: bool
    words: dict[str, str]

    def last_day(self, from_on: date) -> date:
        """Return the last day of a stay."""
        return from_on + timedelta(days=self.days - 1)

    def samples_by(self, n_days: int) -> tuple[int, ...]:
        """Return the days of the samples of a stay of so many days; of a shorter one at least the first."""
        return tuple(day for day in self.test_days if day <= n_days) or self.test_days[:1]


def rule_on(day: date) -> Rule | None:
    """Return the rule for those admitted on a day; None where none was in force."""
    try:
        return _rule(policy_on(settings.TRACING_POLICY_SET, KIND, day))
    except SonghanhError:
        return None


def rules() -> list[tuple[date, date | None, Rule]]:
    """Return all rules with the days between which they hold, for queries over many stays."""
    found = read_policies(settings.TRACING_POLICY_SET).policies
    return [(p.valid_from, p.valid_until, _rule(p)) for p in found if p.kind == KIND]


def _rule(policy: Policy) -> Rule:
    days = sorted(int(value) for name, value in policy.values.items() if name.startswith("test_day_"))
    return Rule(
        days=int(policy["days"]),
        test_days=tuple(days),
        is_home_allowed=bool(policy["at_home_allowed"]),
        words=policy.words.as_dict(),
    )
