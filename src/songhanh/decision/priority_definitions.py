"""The words of the document on priorities, each with its definition."""

from __future__ import annotations

from typing import Any

from songhanh.core.text import Text
from songhanh.decision.priority_words import number
from songhanh.response import Policy
from songhanh.response.priority import MODE_NAMES, Mode

DEFINITIONS = (
    ("epidemic-first", MODE_NAMES[Mode.EPIDEMIC_FIRST],
     Text("Dập dịch trước: sản xuất chỉ ở nơi được duyệt; mọi nguồn lực cho khoanh vùng, xét nghiệm, điều trị.",
          "The outbreak is put down first: work only where it is approved; means go to zoning, testing and care.")),
    ("both", MODE_NAMES[Mode.BOTH],
     Text("Vừa chống dịch vừa sản xuất theo mức giãn cách đang áp dụng; chế độ mặc định.",
          "Epidemic control and work side by side under the legal level in force; the default.")),
    ("production-under-guard", MODE_NAMES[Mode.PRODUCTION_UNDER_GUARD],
     Text("Sản xuất trước, có chốt bảo vệ và xét nghiệm định kỳ; không bao giờ lỏng hơn mức giãn cách của địa bàn; hết "
          "hiệu lực sau {days} ngày nếu không gia hạn.",
          "Production first, behind checkpoints and regular tests; never looser than the legal level of the area; it "
          "expires after {days} days unless it is renewed.")),
    ("cases_14d", Text("Ca trong 14 ngày", "Cases in 14 days"),
     Text("Mọi ca công bố trong 14 ngày đến hết hôm nay, theo nơi ở, kể cả ca phát hiện trong khu cách ly.",
          "All cases reported in the 14 days to this evening, by residence, those found in quarantine included.")),
    ("per_100k_week", Text("Ca trong 7 ngày trên 100.000 dân", "Cases in 7 days per 100,000 people"),
     Text("Ca công bố trong 7 ngày, trên dân số kể cả người ở trọ.",
          "Cases reported in 7 days, over residents and lodgers.")),
    ("risk", Text("Mức ca bệnh", "Level of cases"),
     Text("Theo số ca 14 ngày trên 100.000 dân, với số ca tối thiểu ở hai mức trên; không phải bốn mức nguy cơ của "
          "Quyết định 2686, cũng không phải nguy cơ của dự báo.",
          "By the cases of 14 days per 100,000 people, with least numbers for the two upper levels; not the four levels "
          "of Decision 2686, nor the risk of a forecast.")),
    ("trend", Text("Xu hướng", "Trend"),
     Text("Tăng (giảm) khi 7 ngày này gấp ít nhất {ratio_vi} lần 7 ngày trước (ngược lại) và hơn ít nhất {least} ca.",
          "Rising (falling) where these 7 days have at least {ratio_en} times the cases of the 7 before (the reverse) and at "
          "least {least} more.")),
    ("p_any_7d", Text("Khả năng có ca trong 7 ngày", "Chance of a case within 7 days"),
     Text("Phần kịch bản của dự báo có ít nhất một ca trong 7 ngày tới; với huyện là số lớn nhất của các xã, tức là ít "
          "nhất bằng số đó; trống khi không có dự báo.",
          "Share of the forecast's worlds with a case in the coming 7 days; of a district that of its likeliest commune, so "
          "at least this; empty without a forecast.")),
    ("value_added_day_vnd_bn", Text("Giá trị tăng thêm một ngày", "Value added a day"),
     Text("Của một ngày trung bình trong năm không có dịch, theo nơi làm việc: số lao động nhân với giá trị tăng thêm "
          "bình quân của ngành.",
          "Of an average day of a year without an outbreak, by place of work: workers times the mean value added of a "
          "worker of the sector.")),
    ("closure_costs_day_vnd_bn", Text("Thiệt hại một ngày đóng cửa", "What closure costs a day"),
     Text("Giá trị tăng thêm mất trực tiếp khi phong tỏa: khu công nghiệp, phần cơ sở khác không được mở, và việc làm nơi "
          "khác của người dân không được đi. Chưa tính thiệt hại dây chuyền.",
          "Value added that a lock-down stops at first hand: sites, what of other workplaces it does not leave open, and "
          "the work elsewhere of residents who may not go out. Losses down the chain are not in it.")),
)  # fmt: skip


def definitions(rule: Policy) -> list[dict[str, Any]]:
    """Return the definitions, with the numbers of the rule in force, ready for JSON."""
    ratio = number(rule["rising_ratio"], 1)
    fields = {
        "ratio_vi": ratio.vi,
        "ratio_en": ratio.en,
        "least": int(rule["rising_min_cases"]),
        "days": int(rule["guard_days"]),
    }
    return [
        {"id": id_, "name": name.as_dict(), "definition": words.format(**fields).as_dict()}
        for id_, name, words in DEFINITIONS
    ]
