"""The texts of the pages in both languages: find them, check them, compile them, without GNU gettext on the machine.

check    every text in the code has a translation in every .po file, none is fuzzy, none is left over
update   add new texts (empty) to the .po files and drop those that are gone
compile  write the .mo files that Django reads, each to a temporary name first
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.conf import settings
from django.utils.translation.template import templatize

OPERATIONS = Path(__file__).resolve().parent.parent / "src" / "songhanh" / "operations"
# English is the language of the source, so its file holds only what has a plural or differs.
SOURCE_LANGUAGE = "en"

# name of the function -> places of (context, text, plural) among its arguments
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# What Django's templatize() leaves of a template is a text in which only these calls matter.
CALL = re.compile(r"(?<![A-Za-z])(?P<call>(?:_|n?p?gettext)\()")


class Message(NamedTuple):
    """One text to translate, as gettext keys it."""

    context: str | None
    text: str
    plural: str | None


def calls_in(tree: ast.AST) -> Iterator[Message]:
    """Yield the texts that are given to gettext's functions in Python code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        if name not in FUNCTIONS:
            continue
        places = FUNCTIONS[name]
        values = [
            argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
            for argument in node.args
        ]
        context, text, plural = (
            values[place] if place is not None and place < len(values) else None for place in places
        )
        if text:
            yield Message(context, text, plural)


def calls_in_template(source: str, name: str) -> Iterator[Message]:
    """Yield the texts of a Django template."""
    python_like = templatize(source, origin=name)
    for match in CALL.finditer(python_like):
        start = match.start("call")
        # The call ends at the first parenthesis that makes it parse: texts may hold parentheses themselves.
        for end in (found.end() for found in re.finditer(r"\)", python_like[start:])):
            try:
                tree = ast.parse(python_like[start : start + end].strip(), mode="eval")
            except SyntaxError:
                continue
            yield from calls_in(tree)
            break


def messages() -> dict[Message, str]:
    """Return every text of the pages, with the file where it stands first."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    found: dict[Message, str] = {}
    for path in sorted(OPERATIONS.rglob("*")):
        if path.suffix == ".py":
            texts = calls_in(ast.parse(path.read_text(encoding="utf-8")))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            texts = calls_in_template(path.read_text(encoding="utf-8"), path.name)
        else:
            continue
        for message in texts:
            found.setdefault(message, path.relative_to(OPERATIONS).as_posix())
    return found


def catalogues() -> list[tuple[str, Path]]:
    """Return the language and path of each .po file."""
    return [(path.parent.parent.name, path) for path in sorted(OPERATIONS.glob("locale/*/LC_MESSAGES/*.po"))]


def key(entry: polib.POEntry) -> Message:
    """Return what gettext looks an entry up by."""
    return Message(entry.msgctxt, entry.msgid, entry.msgid_plural or None)


def texts_of(entry: polib.POEntry) -> list[str]:
    """Return the translations of an entry, one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def fields(text: str) -> set[str]:
    """Return the named fields of a text."""
    return set(re.findall(r"%\((\w+)\)", text))


def faults_of(language: str, path: Path, wanted: dict[Message, str]) -> Iterator[str]:
    """Yield what is wrong with one catalogue, a line each."""
    catalogue = polib.pofile(str(path))
    known = {key(entry): entry for entry in catalogue if not entry.obsolete}
    for entry in known.values():
        where = f"{path.name} ({language}), line {entry.linenum}"
        if entry.fuzzy:
            yield f"{where}: fuzzy: {entry.msgid!r}"
        elif language != SOURCE_LANGUAGE and not entry.translated():
            yield f"{where}: not translated: {entry.msgid!r}"
        elif any(fields(text) - fields(entry.msgid + entry.msgid_plural) for text in texts_of(entry)):
            yield f"{where}: names a field that the page does not have: {entry.msgid!r}"
        elif key(entry) not in wanted:
            yield f"{where}: left over, no page says it: {entry.msgid!r}"
    if language != SOURCE_LANGUAGE:
        for message, place in wanted.items():
            if message not in known:
                yield f"{place}: no {language} text for {message.text!r}"


def check() -> int:
    """Print what is missing, fuzzy or left over; return 1 if anything is."""
    wanted = messages()
    faults = [fault for language, path in catalogues() for fault in faults_of(language, path, wanted)]
    if wanted and not catalogues():
        faults.append(f"{len(wanted)} texts and no .po file in {OPERATIONS / 'locale'}")
    for fault in faults:
        print(fault)
    if faults:
        print("Run `make messages`, fill in the empty msgstr, and run the check again.")
    return 1 if faults else 0


def update() -> int:
    """Add what is new, drop what is gone, leave translations as they are."""
    wanted = messages()
    for language, path in catalogues():
        catalogue = polib.pofile(str(path), wrapwidth=110)
        known = {key(entry): entry for entry in catalogue if not entry.obsolete}
        for message, entry in known.items():
            if message not in wanted:
                catalogue.remove(entry)
        if language != SOURCE_LANGUAGE:
            for message in wanted.keys() - known.keys():
                plural = {"msgid_plural": message.plural, "msgstr_plural": {0: ""}} if message.plural else {}
                catalogue.append(polib.POEntry(msgctxt=message.context, msgid=message.text, **plural))
        catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
        catalogue.save(str(path))
    return 0


def compile_all() -> int:
    """Write the .mo files."""
    for _language, path in catalogues():
        temporary = path.with_suffix(".mo.partial")
        polib.pofile(str(path)).save_as_mofile(str(temporary))
        temporary.replace(path.with_suffix(".mo"))
    return 0


def main(arguments: list[str]) -> int:
    """Run one of the commands."""
    commands = {"check": check, "update": update, "compile": compile_all}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
