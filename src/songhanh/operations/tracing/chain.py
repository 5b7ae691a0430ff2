"""The chain of a case: who stands where because of it, and whom it infected, as tree, network and table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from songhanh.operations.people.models import Person
from songhanh.operations.tracing.above import cases_of, infections
from songhanh.operations.tracing.models import Standing
from songhanh.operations.tracing.names import lend
from songhanh.operations.tracing.neighbourhood import chunks

MOST_SHOWN = 400  # of the network and the tree; the table's file has all
MOST_CASES = 80  # of a chain of infections: one province-wide chain is no picture


@dataclass
class Node:
    """A person of the chain."""

    person: Person
    level: int
    standing: Standing | None = None
    case: Any = None
    parent: int | None = None
    children: list[Node] = field(default_factory=list)


@dataclass
class Chain:
    """The nodes by person, the links that were drawn, and what is not shown."""

    root: Node
    nodes: dict[int, Node]
    infected: list[tuple[int, int]]
    n_all: int
    n_outside: int

    @property
    def is_cut(self) -> bool:
        """Say whether there is more than is drawn."""
        return self.n_all > len([node for node in self.nodes.values() if node.level > 0])

    @property
    def by_level(self) -> list[tuple[int, int]]:
        """Return how many are drawn of each level."""
        counts: dict[int, int] = {}
        for node in self.nodes.values():
            counts[node.level] = counts.get(node.level, 0) + 1
        return sorted(counts.items())

    @property
    def rows(self) -> list[Node]:
        """Return the nodes by level and day."""
        return sorted(self.nodes.values(), key=_place)


def _place(node: Node) -> tuple[int, date, int]:
    day = node.standing.exposed_on if node.standing else None
    return node.level, day or date.min, node.person.pk


def standings_of(user: Any, person: Person) -> Any:
    """Return whoever is counted from a case, nearest first."""
    rows = Standing.objects.visible_to(user).filter(origin=person, level__gte=1)
    return rows.select_related("person__unit", "via").order_by("level", "exposed_on", "id")


def chain_of(user: Any, case: Any, most: int = MOST_SHOWN) -> Chain:
    """Return the chain of a case as far as the reader may see it."""
    root = Node(person=case.person, level=0, case=case)
    nodes = {case.person_id: root}
    n_all = Standing.objects.filter(origin=case.person, level__gte=1).count()
    seen = standings_of(user, case.person)
    n_seen = seen.count()
    for row in seen[:most]:
        giver = row.via.source_id if row.via.person_id == row.person_id else row.via.person_id
        nodes[row.person_id] = Node(person=row.person, level=row.level, standing=row, parent=giver)
    links = transmission(case.person_id)
    _add_cases(user, nodes, links)
    for node in nodes.values():
        if node is not root and node.level > 0:
            (nodes.get(node.parent or 0) or root).children.append(node)
    for giver, taker in links:
        if giver in nodes and taker in nodes and nodes[taker].level == 0 and nodes[taker] is not root:
            nodes[taker].parent = giver
            if nodes[taker] not in nodes[giver].children and not _is_above(nodes, taker, giver):
                nodes[giver].children.append(nodes[taker])
    lend(user, [node.person for node in nodes.values()])
    return Chain(root, nodes, sorted(links), n_seen, n_all - n_seen)


def transmission(person: int) -> set[tuple[int, int]]:
    """Return who infected whom in the transmission chain of a person, up and down, as far as it is known."""
    known, waiting, links = {person}, {person}, set()
    while waiting and len(known) < MOST_CASES:
        found = infections(waiting)
        links |= found
        around = {one for link in found for one in link}
        waiting = around - known
        known |= around
    return links


def _add_cases(user: Any, nodes: dict[int, Node], links: set[tuple[int, int]]) -> None:
    missing = {person for link in links for person in link} - set(nodes)
    for part in chunks(missing):
        for person in Person.objects.visible_to(user).filter(pk__in=part).select_related("unit"):
            nodes[person.pk] = Node(person=person, level=0)
    for person, case in cases_of(node.person.pk for node in nodes.values() if node.level == 0).items():
        nodes[person].case = case


def _is_above(nodes: dict[int, Node], person: int, below: int) -> bool:
    """Say whether a person is above another in the tree: a circle of wrong entries must not become an endless tree."""
    seen: set[int] = set()
    at: int | None = below
    while at is not None and at in nodes and at not in seen:
        if at == person:
            return True
        seen.add(at)
        at = nodes[at].parent
    return False


def network(chain: Chain, names: dict[int, str]) -> dict[str, Any]:
    """Return the chain as the chart draws it: persons with their level, and links."""
    infected = [(a, b) for a, b in chain.infected if a in chain.nodes and b in chain.nodes]
    pairs = set(infected)
    met = [
        (node.parent, person)
        for person, node in chain.nodes.items()
        if node.parent in chain.nodes and node.level > 0 and (node.parent, person) not in pairs
    ]
    return {
        "nodes": [
            {
                "id": str(person),
                "name": (node.case.code if node.case else names[person]),
                "level": min(node.level, 5),
                "is_root": node is chain.root,
                "href": reverse("tracing:chain", args=[node.case.uuid]) if node.case else "",
            }
            for person, node in chain.nodes.items()
        ],
        "links": [{"source": str(a), "target": str(b), "infected": True} for a, b in infected]
        + [{"source": str(a), "target": str(b), "infected": False} for a, b in met],
    }
