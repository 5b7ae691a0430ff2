"""The check of the translations finds what it is there to find."""

from __future__ import annotations

import ast
from pathlib import Path

import polib
import pytest

import translations
from translations import Message


def test_texts_in_code() -> None:
    tree = ast.parse(
        'a = _("one")\nb = ngettext("%(n)s case", "%(n)s cases", n)\nc = pgettext("map", "key")\nd = _(name)'
    )
    assert list(translations.calls_in(tree)) == [
        Message(None, "one", None),
        Message(None, "%(n)s case", "%(n)s cases"),
        Message("map", "key", None),
    ]


def test_texts_in_templates() -> None:
    source = (
        "{% load i18n %}<p title=\"{% translate 'it (is)' %}\">isn't (this)"
        "{% blocktranslate count n=x %}one {{ n }} (a){% plural %}many {{ n }}{% endblocktranslate %}"
        '{% translate "Hi" context "greet" %}{{ _("deep (x)") }}</p>'
    )
    assert list(translations.calls_in_template(source, "page.html")) == [
        Message(None, "it (is)", None),
        Message(None, "one %(n)s (a)", "many %(n)s"),
        Message("greet", "Hi", None),
        Message(None, "deep (x)", None),
    ]


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "django.po"
    file = polib.POFile()
    file.append(polib.POEntry(msgid="done", msgstr="xong"))
    file.append(polib.POEntry(msgid="empty", msgstr=""))
    file.append(polib.POEntry(msgid="unsure", msgstr="có lẽ", flags=["fuzzy"]))
    file.append(polib.POEntry(msgid="gone", msgstr="mất"))
    file.append(polib.POEntry(msgid="%(n)s beds", msgstr="%(m)s giường"))
    file.save(str(path))
    return path


def test_what_is_wrong_with_a_catalogue(catalogue: Path) -> None:
    wanted = {
        Message(None, text, None): "page.html" for text in ("done", "empty", "unsure", "%(n)s beds", "new")
    }
    faults = list(translations.faults_of("vi", catalogue, wanted))
    assert [fault.rsplit(": ", 2)[-2:] for fault in faults if "page.html" not in fault] == [
        ["not translated", "'empty'"],
        ["fuzzy", "'unsure'"],
        ["left over, no page says it", "'gone'"],
        ["names a field that the page does not have", "'%(n)s beds'"],
    ]
    assert [fault for fault in faults if "page.html" in fault] == ["page.html: no vi text for 'new'"]


def test_the_pages_speak_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert translations.check() == 0, capsys.readouterr().out
