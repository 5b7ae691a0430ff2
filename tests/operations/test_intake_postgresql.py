"""The same list on PostgreSQL: tried, written, written again, taken out and in."""

from __future__ import annotations

from pathlib import Path

from postgres import run_on

CHECK = """
from songhanh.operations.project import serving
serving.set_up()
from django.db import connection
assert connection.vendor == "postgresql", connection.vendor
from registry import build_province
build_province()
from songhanh.operations.intake import actions, exporting
from songhanh.operations.tracing.models import Standing
N = 700
head = "Họ và tên,Năm sinh,SĐT,Xã,Ngày báo cáo,Phân loại ca bệnh\\n"
rows = [f"Người Số {n},{1950 + n % 60},09{n:08d},Nếnh,17/05/2021,Xác định" for n in range(N)]
def go(text, name):
    batch = actions.upload(by=None, file_name=name, content=text.encode())
    batch = actions.try_batch(batch=batch, by=None)
    batch = actions.commit(batch=batch, by=None)
    return batch.n_created, batch.n_updated, batch.n_duplicate, batch.n_rejected
text = head + "\\n".join(rows) + "\\nKhông Ngày,1990,,Nếnh,31/02/2021,Xác định\\n"
assert go(text, "f0.csv") == (N, 0, 0, 1)
assert go(text, "f0.csv") == (0, 0, N, 1)
assert go(text.replace("0900000001", "0911111111"), "f0.csv") == (0, 1, N - 1, 1)
out = "".join(exporting.lines(None, "songhanh", "cases"))
assert go(out, "cases.csv") == (0, 0, N, 0)
assert "".join(exporting.lines(None, "songhanh", "cases")) == out
contacts = "Họ tên F1,Năm sinh,Xã,Tiếp xúc với F0,Ngày tiếp xúc\\nNgười Gặp,1990,Nếnh,Người Số 5,16/05/2021\\n"
assert go(contacts, "f1.csv") == (1, 0, 0, 0)
assert Standing.objects.filter(level=1).count() == 1
"""


def test_a_list_on_postgresql(postgresql: str, tmp_path: Path) -> None:
    run_on(postgresql, tmp_path, CHECK)
