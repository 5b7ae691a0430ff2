"""The rules in force: dated policies with their legal basis, and the indicators that rules may read."""

from songhanh.response.observed import Observed
from songhanh.response.policy import (
    Document,
    Policy,
    PolicySet,
    documents_in_force,
    policies_on,
    policy_on,
    policy_sets,
    read_policies,
)

__all__ = [
    "Document",
    "Observed",
    "Policy",
    "PolicySet",
    "documents_in_force",
    "policies_on",
    "policy_on",
    "policy_sets",
    "read_policies",
]
