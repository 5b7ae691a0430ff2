"""What locust plays: officers of different communes, one to five seconds between two pages."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
from pathlib import Path
from typing import Any

from locust import HttpUser, between, task

PLAN: dict[str, Any] = json.loads(Path(os.environ["SONGHANH_LOCUST"]).read_text(encoding="utf-8"))
NUMBER = itertools.count()
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')
OWN = frozenset(
    {"cases", "contacts", "follow_ups", "people", "samples", "stays", "waiting"}
)  # same page for all


class Officer(HttpUser):
    """Reads lists and pages of one commune, and writes down what was found on a round."""

    wait_time = between(1, 5)

    def on_start(self) -> None:
        """Become one of the officers, who is logged in already."""
        number = next(NUMBER) % len(PLAN["cookies"])
        self.client.cookies.set("sessionid", PLAN["cookies"][number])
        self.due = list(PLAN["follow_ups"][number])

    @task(9)
    def read(self) -> None:
        """Open a list, with or without a filter, or a page of it."""
        name = random.choice(sorted(OWN))  # noqa: S311 - play
        address = random.choice(PLAN["pages"][name])  # noqa: S311 - play
        self.client.get(re.sub(r"unit=\d+&?", "", address), name=name)

    @task(1)
    def write(self) -> None:
        """Write down one follow-up."""
        if not self.due:
            self.read()
            return
        address = f"/tracing/follow-ups/{self.due.pop()}/"
        page = self.client.get(address, name="follow_up").text
        token, version = TOKEN.search(page), VERSION.search(page)
        if token is None:
            return
        fields = {"csrfmiddlewaretoken": token[1], "state": "well", "temperature": "36.6", "note": ""}
        if version:
            fields["version"] = version[1]
        self.client.post(address, fields, name="follow_up", headers={"Referer": f"{self.host}{address}"})
