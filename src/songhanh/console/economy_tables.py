"""The accounts of a year as tables on stdout, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from songhanh.core.text import Text

WIDTH = 130
_WORDS = {
    "heading": Text(
        "{pack}, phương án {plan}: kinh tế năm {year}, {n_worlds} kịch bản, trung vị và khoảng 90%",
        "{pack}, plan {plan}: the economy of {year}, {n_worlds} worlds, median and 90% interval",
    ),
    "hindsight": Text(
        "Các lệnh như đã ban hành, nhìn lại; kịch bản theo thông tin đến {as_of}.",
        "The orders as they were given, in hindsight; worlds as known on {as_of}.",
    ),
    "lost": Text(
        "Mất kiểm soát dịch ở {share} kịch bản.", "Control of the epidemic was lost in {share} of the worlds."
    ),
    "counted": Text(
        "Điều đó đã không xảy ra, nên tài khoản chỉ tính {n} kịch bản còn lại.",
        "That did not happen, so the accounts are made of the other {n} worlds.",
    ),
    "period": Text("Kỳ", "Period"),
    "grdp": Text("GRDP (tỷ đồng)", "GRDP (bn VND)"),
    "normal": Text("Không có dịch", "Without outbreak"),
    "loss": Text("Mất", "Lost"),
    "growth": Text("Tăng trưởng", "Growth"),
    "growth_normal": Text("Tăng trưởng khi không có dịch (giả định)", "Growth without outbreak (assumed)"),
    "quarters": Text("Quý và năm", "Quarters and year"),
    "sectors": Text("Ngành, cả năm", "Sectors, whole year"),
    "sector": Text("Ngành", "Sector"),
    "jobs": Text("Việc làm mất theo nguyên nhân", "Work lost by cause"),
    "cause": Text("Nguyên nhân", "Cause"),
    "days_lost": Text("Nghìn ngày công mất, cả năm", "Thousand person-days lost, year"),
    "in_quarter": Text("Việc làm trung bình mất, {period}", "Jobs lost on average, {period}"),
    "all": Text("tất cả", "all"),
    "crops": Text("{name}, theo kênh (tấn)", "{name}, by channel (tonnes)"),
    "channel": Text("Kênh", "Channel"),
    "sold": Text("Bán được", "Sold"),
    "perished": Text("hư hỏng", "perished"),
    "money": Text(
        "Thương mại, tiền lương, ngân sách (tỷ đồng, cả năm)", "Trade, pay and budget (bn VND, year)"
    ),
    "item": Text("Khoản", "Item"),
    "received": Text("Có dịch", "With outbreak"),
    "districts": Text(
        "Thu nhập hộ gia đình mất theo huyện (tỷ đồng)", "Household income lost by district (bn VND)"
    ),
    "district": Text("Huyện", "District"),
    "residents": Text("Người thường trú", "Residents"),
    "lodgers": Text("Người ở trọ", "Lodgers"),
    "facts": Text(
        "Đối chiếu với số công bố (kiểm tra tính nhất quán, không phải dự báo)",
        "Beside what was published (a consistency check, not a forecast)",
    ),
    "fact": Text("Số liệu", "Figure"),
    "published": Text("Công bố", "Published"),
    "simulated": Text("Mô phỏng", "Simulated"),
    "source": Text("Nguồn", "Source"),
    "assumed": Text("Giả định:", "Assumed:"),
    "parameters": Text(
        "{n} tham số là giả định; mỗi tham số có khoảng giá trị trong tệp JSON.",
        "{n} parameters are assumed, each with its range in the JSON.",
    ),
}
_NAMES = {
    "broad:agriculture": Text("Nông nghiệp", "Agriculture"),
    "broad:industry": Text("Công nghiệp, xây dựng", "Industry and construction"),
    "broad:services": Text("Dịch vụ", "Services"),
    "*": Text("Toàn tỉnh", "Province"),
    "isolated": Text("mắc bệnh, cách ly điều trị", "sick or isolated"),
    "quarantined": Text("cách ly y tế", "in quarantine"),
    "locked_down": Text("trong vùng phong tỏa", "behind a lock-down"),
    "dead": Text("tử vong", "dead"),
    "taken_home": Text("được đón về quê", "taken back to their home province"),
    "closed": Text("nơi làm việc đóng hoặc giảm người", "workplace closed or half staffed"),
    "no_input": Text("thiếu đầu vào", "no supplies"),
    "no_demand": Text("thiếu đơn hàng", "no orders"),
    "exports": Text("Xuất khẩu", "Exports"),
    "retail": Text("Bán lẻ hàng của tỉnh", "Retail of local products"),
    "wages": Text("Tiền lương", "Pay"),
    "tax_vat": Text("Thuế GTGT", "VAT"),
    "tax_profit": Text("Thuế lợi nhuận", "Profit tax"),
    "tax_income": Text("Thuế thu nhập cá nhân", "Income tax"),
    "tax_import_duty": Text("Thuế nhập khẩu", "Import duty"),
    "public_cost": Text("Chi chống dịch", "Outbreak spending"),
    "support": Text("Hỗ trợ", "Support"),
    "extra_cost": Text("Chi thêm của doanh nghiệp", "Extra cost of firms"),
    "income_lost_residents": Text("Thu nhập mất, người thường trú", "Income lost, residents"),
    "income_lost_lodgers": Text("Thu nhập mất, người ở trọ", "Income lost, lodgers"),
}


class _Printer:
    """Prints one document in one language."""

    def __init__(self, document: Mapping[str, Any], language: str, console: Console) -> None:
        self.document, self.language, self.console = document, language, console

    def word(self, key: str, **fields: object) -> str:
        return _WORDS[key].format(**fields).in_language(self.language)

    def name(self, key: str) -> str:
        return _NAMES[key].in_language(self.language) if key in _NAMES else key

    def number(self, value: float, digits: int) -> str:
        text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "vi" else text

    def cell(self, spread: Mapping[str, float], digits: int = 0, scale: float = 1.0, unit: str = "") -> str:
        """Return the median and the 90% interval."""
        low, middle, high = (self.number(spread[key] * scale, digits) for key in ("p05", "p50", "p95"))
        return f"{middle}{unit} ({low}–{high})"

    def percent(self, spread: Mapping[str, float]) -> str:
        return self.cell(spread, 1, 100.0, "%")

    def table(self, title: str, first: str, *columns: str) -> Table:
        table = Table(title=title)
        table.add_column(first, overflow="fold")
        for column in columns:
            table.add_column(column, justify="right", overflow="fold")
        return table

    def head(self) -> None:
        document = self.document
        self.console.print(
            self.word(
                "heading",
                pack=document["pack"]["name"][self.language],
                plan=document["plan"]["slug"],
                year=document["year"],
                n_worlds=document["n_worlds"],
            )
        )
        if document["plan"]["hindsight"]:
            self.console.print(self.word("hindsight", as_of=document["as_of"]))
        self.console.print(self.word("lost", share=f"{document['control_lost']:.0%}"))
        if document["n_counted"] < document["n_worlds"]:
            self.console.print(self.word("counted", n=document["n_counted"]))

    def quarters(self) -> None:
        table = self.table(
            self.word("quarters"),
            self.word("period"),
            *(self.word(key) for key in ("grdp", "normal", "loss", "growth", "growth_normal")),
        )
        for by in ("quarter", "year"):
            for row in self.document["periods"][by]:
                self.grdp_row(table, row["period"], row["sectors"][-1])
        self.console.print(table)

    def grdp_row(self, table: Table, name: str, row: Mapping[str, Any]) -> None:
        table.add_row(
            name,
            self.cell(row["value_added_vnd_bn"]),
            self.number(row["without_outbreak_vnd_bn"]["p50"], 0),
            self.percent(row["loss_share"]),
            self.percent(row["growth"]),
            self.percent(row["growth_without_outbreak"]),
        )

    def sectors(self, names: Mapping[str, str]) -> None:
        table = self.table(
            self.word("sectors"),
            self.word("sector"),
            *(self.word(key) for key in ("grdp", "normal", "loss", "growth", "growth_normal")),
        )
        for row in self.document["periods"]["year"][0]["sectors"]:
            self.grdp_row(table, names.get(row["sector"], self.name(row["sector"])), row)
        self.console.print(table)

    def work(self) -> None:
        year = self.document["work_lost"]["year"][0]
        quarters = self.document["work_lost"]["quarter"]
        table = self.table(
            self.word("jobs"),
            self.word("cause"),
            self.word("days_lost"),
            *(self.word("in_quarter", period=row["period"]) for row in quarters),
        )
        for cause in (*year["causes"], None):
            cells = [row["all"] if cause is None else row["causes"][cause] for row in (year, *quarters)]
            table.add_row(
                self.word("all") if cause is None else self.name(cause),
                self.cell(cells[0]["person_days"], 0, 1e-3),
                *(self.number(row["jobs"]["p50"], 0) for row in cells[1:]),
            )
        self.console.print(table)

    def crops(self) -> None:
        for crop in self.document["crops"]:
            table = self.table(
                self.word("crops", name=crop["name"][self.language]),
                self.word("channel"),
                self.word("sold"),
                self.word("normal"),
            )
            rows = [
                *((c["name"][self.language], c) for c in crop["channels"]),
                (self.word("all"), crop),
            ]
            for name, row in rows:
                table.add_row(
                    name,
                    self.cell(row["sold_tonnes"]),
                    self.number(row["sold_without_outbreak_tonnes"]["p50"], 0),
                )
            table.add_row(self.word("perished"), self.cell(crop["perished_tonnes"]), "")
            self.console.print(table)

    def money(self) -> None:
        table = self.table(
            self.word("money"),
            self.word("item"),
            *(self.word(key) for key in ("received", "normal", "loss")),
        )
        for name, row in self.document["periods"]["year"][0]["province"].items():
            usual = row.get("without_outbreak_vnd_bn")
            table.add_row(
                self.name(name),
                self.cell(row["vnd_bn"], 1),
                "" if usual is None else self.number(usual["p50"], 1),
                "" if usual is None else self.cell(row["lost_vnd_bn"], 1),
            )
        self.console.print(table)

    def districts(self) -> None:
        table = self.table(
            self.word("districts"), self.word("district"), self.word("residents"), self.word("lodgers")
        )
        for row in self.document["districts"]:
            table.add_row(
                row["name"], self.cell(row["residents_vnd_bn"], 1), self.cell(row["lodgers_vnd_bn"], 1)
            )
        self.console.print(table)

    def notes(self) -> None:
        if self.document["facts"]:
            table = self.table(
                self.word("facts"),
                self.word("fact"),
                *(self.word(key) for key in ("published", "simulated", "source")),
            )
            for row in self.document["facts"]:
                table.add_row(
                    f"{self.word('growth')}: {self.name(row['sector'])}",
                    f"{self.number(row['value'], 2)}%",
                    self.cell(row["simulated"], 1, unit="%"),
                    row["source"],
                )
            self.console.print(table)
        self.console.print(self.word("assumed"))
        for note in self.document["assumed"]:
            self.console.print(f"- {note[self.language]}")
        self.console.print(f"- {self.word('parameters', n=len(self.document['assumed_parameters']))}")


def print_economy(document: Mapping[str, Any], language: str) -> None:
    """Print the accounts of a year on stdout."""
    printer = _Printer(document, language, Console(width=max(Console().width, WIDTH), highlight=False))
    printer.head()
    printer.quarters()
    printer.sectors({row["id"]: row["name"][language] for row in document["sectors"]})
    printer.work()
    printer.crops()
    printer.money()
    printer.districts()
    printer.notes()
