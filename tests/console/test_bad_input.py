"""Bad input gives one clear message and exit code 2: no traceback, nothing half written."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from calling import calling

from songhanh import __version__
from songhanh.console.main import COMMANDS, cli

EXAMPLE = "bac-giang-2021"


def run(
    *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    """Run the command line in this process; return exit code, stdout and stderr."""
    return calling(capsys, monkeypatch)(*arguments)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["conquer"], "conquer"),
        (["decide"], "PACK"),
        (["decide", EXAMPLE], "--as-of"),
        (["decide", EXAMPLE, "--as-of", "17/05/2021"], "2021-05-17"),
        (["decide", EXAMPLE, "--as-of", "2021-02-30"], "2021-05-17"),
        (["decide", "no-such-province", "--as-of", "2021-05-17"], EXAMPLE),
        (["decide", EXAMPLE, "--as-of", "2021-05-17", "--worlds", "1"], "--worlds"),
        (["decide", EXAMPLE, "--as-of", "2021-05-17", "--plan", "no-such-plan.toml"], "no-such-plan.toml"),
        (["province", "check", "no-such-folder"], "no-such-folder"),
        (["replay", "no-such-province"], EXAMPLE),
        (["serve", "--host", "0.0.0.0"], "SONGHANH_HOSTS"),
        (["serve", "--port", "70000"], "--port"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_is_answered_with_a_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
    assert code == 2
    assert says in err
    assert "Traceback" not in err
    assert out == ""


def test_a_result_that_cannot_be_written_is_found_out_before_the_long_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    arguments = ("decide", EXAMPLE, "--as-of", "2021-05-17", "--json", str(in_the_way / "a.json"))
    code, _, err = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
    assert code == 2
    assert str(in_the_way) in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_taken_port_is_named_with_another_to_try(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run("demo", "--port", str(port), capsys=capsys, monkeypatch=monkeypatch)
    assert code == 2
    assert str(port) in err
    assert str(port + 1) in err


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(command, "--help", capsys=capsys, monkeypatch=monkeypatch)
    assert code == 0
    assert "Usage:" in out


def test_the_version(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run("--version", capsys=capsys, monkeypatch=monkeypatch)
    assert code == 0
    assert __version__ in out


def test_an_interruption_is_not_an_error_of_ours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    code, _, err = run("decide", capsys=capsys, monkeypatch=monkeypatch)
    assert code == 130
    assert "nothing half written" in err
