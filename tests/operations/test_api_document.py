"""The examples of docs/api.md, run as they stand against a served installation."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from served import Place

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "api.md"


def test_the_examples_do_what_they_say(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.fail("curl is needed to run the examples of docs/api.md")
    text = DOCUMENT.read_text(encoding="utf-8")
    examples = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 3
    place = Place(tmp_path / "home")
    place.run("[world.build(), world.clear()]")
    code, key = place.run("[world.a_confirmed_case(), world.key()]")
    (tmp_path / "f0.csv").write_text("Họ và tên,Năm sinh,Xã,Ngày báo cáo\nĐỗ Văn Hải,1987,Nếnh,17/05/2021\n")
    environment = os.environ | {"SONGHANH_URL": place.base, "SONGHANH_KEY": key}
    place.start()
    try:
        answers = []
        for example in examples:
            done = subprocess.run(
                ["bash", "-c", example],
                env=environment,
                cwd=tmp_path,
                check=True,
                capture_output=True,
                text=True,
            )
            answers.append(json.loads(done.stdout))
    finally:
        place.stop()
    listed, person, batch = answers
    assert [row["code"] for row in listed["rows"]] == [code] and listed["next"] is None
    assert (person["full_name"], person["phone"]) == ("Nguyễn Thị Hường", "+84912345678")
    assert (batch["target"], batch["n_rows"], batch["state"]) == ("cases", 1, "uploaded")
