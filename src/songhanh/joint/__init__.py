"""The one place where the two models meet: Plan x World x luck -> Outcome."""
