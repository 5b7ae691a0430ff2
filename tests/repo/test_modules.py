"""Rooms stay small, say what they are for, and keep to the rules that an import contract cannot say."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from repository import LIBRARY, PACKAGE, ROOT, modules

MODULE_LINES = 450
FUNCTION_LINES = 70
CLOCKS = {"time", "perf_counter", "monotonic", "now", "today", "utcnow"}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of the body: a kernel's long list of arrays and a good docstring are not what makes it hard."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def library() -> Iterator[tuple[str, ast.Module]]:
    for name, tree in modules().items():
        parts = name.split(".")
        if len(parts) > 1 and parts[1] in LIBRARY:
            yield name, tree


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, tree in modules().items()
        if len(ast.get_docstring(tree) or "") < 15 or (ast.get_docstring(tree) or "").startswith("To be")
    ]
    assert not silent


def test_modules_and_functions_are_small() -> None:
    long = [
        f"{name}: {tree.body[-1].end_lineno} lines"
        for name, tree in modules().items()
        if tree.body and (tree.body[-1].end_lineno or 0) > MODULE_LINES
    ]
    long += [
        f"{name}.{node.name}: {length(node)} lines"
        for name, tree in modules().items()
        for node in functions(tree)
        if length(node) > FUNCTION_LINES
    ]
    assert not long, "to be split:\n" + "\n".join(long)


def test_nothing_imports_the_root_of_the_package() -> None:
    faults = []
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import) and any(alias.name == "songhanh" for alias in node.names):
                faults.append(name)
            if isinstance(node, ast.ImportFrom) and node.module == "songhanh":
                faults += [name for alias in node.names if alias.name != "__version__"]
    assert not faults


def test_the_library_reads_no_clock_and_draws_no_luck_of_its_own() -> None:
    faults = []
    for name, tree in library():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if node.func.attr in CLOCKS and owner.split(".")[0] in {"time", "datetime", "date"}:
                    faults.append(f"{name}: {owner}.{node.func.attr}()")
                if owner in {"np.random", "numpy.random"} and not (
                    node.func.attr == "default_rng" and node.args
                ):
                    faults.append(f"{name}: {owner}.{node.func.attr}() draws from a state or without a seed")
            if isinstance(node, ast.Import) and any(
                alias.name in {"random", "secrets"} for alias in node.names
            ):
                faults.append(f"{name}: imports a source of luck")
    assert not faults


def rooms() -> list[str]:
    return sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())


@pytest.mark.parametrize("room", rooms())
def test_every_room_has_tests(room: str) -> None:
    found = [path for path in (ROOT / "tests").rglob("test_*.py") if room in path.parts]
    assert found, f"tests/{room}/ is missing"


def test_every_room_is_in_the_picture() -> None:
    picture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [room for room in rooms() if f"  {room}/" not in picture] == []
