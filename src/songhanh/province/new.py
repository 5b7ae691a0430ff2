"""`new`: an empty pack that says what belongs in it."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text
from songhanh.province.descriptor import FILE, Details, Name, descriptor_bytes
from songhanh.province.schema import Field, TableSchema, schemas

_HEAD = Text(
    """# Gói dữ liệu tỉnh

Mỗi tệp CSV là một bảng (UTF-8, phân cách bằng dấu phẩy, dòng đầu là tên cột). Ô trống là không có số liệu.
Ngày viết năm-tháng-ngày (2021-05-17); số thập phân dùng dấu chấm; có/không viết true/false.
Sửa khối `songhanh` trong `datapackage.json` (mã, tên tỉnh, ngày bắt đầu, bộ quy định), điền các bảng rồi chạy
`songhanh province check THƯ_MỤC`. Có thể thêm `areas.geojson` (ranh giới, thuộc tính `code`)
và `plans/*.toml` (phương án).
""",
    """# Province pack

Each CSV file is a table (UTF-8, commas, the first row names the columns). An empty cell means no figure.
Dates are year-month-day (2021-05-17); decimals take a point; yes and no are true and false.
Edit the block `songhanh` of `datapackage.json` (id, name of the province, first day, policy set), fill in the tables,
then run `songhanh province check FOLDER`. `areas.geojson` (outlines, property `code`) and `plans/*.toml` (plans) may be added.
""",
)


def new(folder: str | Path) -> None:
    """Write an empty pack: descriptor, headers, and a README that explains every column in both languages.

    Raises
    ------
    SonghanhError
        If the folder exists and is not empty, or cannot be written. Nothing is left half written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = f"{target} exists and is not an empty folder."
        raise SonghanhError(Fault("pack.new.exists", message, "Name a folder that does not exist yet."))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that the last step is a rename on one disk.
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            _write(draft)
            draft.chmod(0o755)
            draft.replace(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        message = f"{target} cannot be written ({error.strerror})."
        raise SonghanhError(Fault("pack.new.unwritable", message, "Name another folder.")) from error


def _write(folder: Path) -> None:
    details = Details(
        version=1,
        id="tinh-moi",
        name=Name(vi="Tỉnh mới", en="New province"),
        country="VN",
        time_zone="Asia/Ho_Chi_Minh",
        currency="VND",
        outbreak_from=date(2021, 4, 20),
        policy_set="vn-2021",
    )
    (folder / FILE).write_bytes(descriptor_bytes(details))
    for schema in schemas().values():
        (folder / schema.file).write_text(",".join(schema.columns) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(readme(), encoding="utf-8")


def readme() -> str:
    """Return the description of all tables and columns, Vietnamese first."""
    parts = []
    for language, words in (
        ("vi", ("Cột", "Kiểu", "Bắt buộc", "Ý nghĩa", "có", "phải có ít nhất một dòng")),
        ("en", ("Column", "Type", "Required", "Meaning", "yes", "needs at least one row")),
    ):
        parts.append(_HEAD.in_language(language))
        for schema in schemas().values():
            parts.append(_table(schema, language, words))
    return "\n".join(parts)


def _table(schema: TableSchema, language: str, words: tuple[str, ...]) -> str:
    note = f" ({words[5]})" if schema.rows_required else ""
    lines = [
        f"## {schema.file}: {schema.title.in_language(language)}{note}",
        "",
        f"| {words[0]} | {words[1]} | {words[2]} | {words[3]} |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {field.name} | {_type(field)} | {words[4] if field.is_required else ''} "
        f"| {field.description.in_language(language)} |"
        for field in schema.fields
    ]
    return "\n".join(lines) + "\n"


def _type(field: Field) -> str:
    limits = field.constraints
    if "enum" in limits:
        return ", ".join(map(str, limits["enum"]))
    bounds = [f"{sign} {limits[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in limits]
    return " ".join([field.type, *bounds])
