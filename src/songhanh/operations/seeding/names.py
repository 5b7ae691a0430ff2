"""Names of people who do not exist: common Vietnamese family, middle and given names, drawn apart from each other."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.operations.project.folding import fold


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


FAMILY = words(
    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Phạm Phạm Hoàng Vũ Đỗ Đặng Bùi Ngô "
    "Dương Thân Giáp Chu Hà Lương Trịnh Đào Đinh Ong Tạ"
)
MIDDLE_MEN = words("Văn Văn Văn Văn Đức Hữu Minh Quang Xuân Đình Công Ngọc Mạnh Tiến Thế Bá")
MIDDLE_WOMEN = words("Thị Thị Thị Thị Thị Thị Ngọc Thu Thanh Minh Kim Hồng Phương Bích")
GIVEN_MEN = words(
    "Anh An Bình Bảo Chiến Chung Cường Dũng Duy Đạt Đông Đức Giang Hải Hà Hiếu Hiệp Hòa Hoàng Hùng Huy Hưng Khánh Khoa "
    "Kiên Lâm Linh Long Lộc Mạnh Minh Nam Nghĩa Phong Phú Phúc Quân Quang Quyết Sơn Tài Tâm Tân Thái Thành Thắng Thiện "
    "Thịnh Thọ Tiến Toàn Trung Trường Tú Tuấn Tùng Việt Vinh Vũ"
)
GIVEN_WOMEN = words(
    "Anh An Bích Châu Chi Diệp Dung Duyên Đào Giang Hà Hạnh Hằng Hiền Hoa Hòa Hồng Huệ Huyền Hương Hường Khánh Lan Lê "
    "Liên Linh Loan Ly Mai Minh My Nga Ngà Ngân Ngọc Nguyệt Nhàn Nhung Oanh Phương Phượng Quỳnh Sen Tâm Thanh Thảo Thắm "
    "Thoa Thơm Thu Thủy Thúy Thương Trang Trà Tuyết Tươi Uyên Vân Xuân Yến"
)


def names(rng: np.random.Generator, is_woman: NDArray[np.bool_]) -> tuple[pl.Series, pl.Series]:
    """Return a full name for each person, and the same folded for search."""
    n = len(is_woman)
    family = _drawn(rng, FAMILY, n)
    middle = _either(is_woman, _drawn(rng, MIDDLE_WOMEN, n), _drawn(rng, MIDDLE_MEN, n))
    given = _either(is_woman, _drawn(rng, GIVEN_WOMEN, n), _drawn(rng, GIVEN_MEN, n))
    parts = pl.DataFrame({"family": family, "middle": middle, "given": given})
    full = parts.select(pl.concat_str(["family", "middle", "given"], separator=" ")).to_series()
    plain = {part: fold(part) for part in {*FAMILY, *MIDDLE_MEN, *MIDDLE_WOMEN, *GIVEN_MEN, *GIVEN_WOMEN}}
    folded = parts.select(
        pl.concat_str([pl.col(name).replace_strict(plain) for name in parts.columns], separator=" ")
    ).to_series()
    return full, folded


def _drawn(rng: np.random.Generator, parts: list[str], n: int) -> pl.Series:
    return pl.Series(parts)[rng.integers(0, len(parts), n)]


def _either(is_first: NDArray[np.bool_], first: pl.Series, second: pl.Series) -> pl.Series:
    return first.zip_with(pl.Series(is_first), second)
