"""The numbers that plans are compared on: what each means, in whose words, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from songhanh.core.text import Text

Goal = Literal["epidemic", "economy", "effort"]

_PEOPLE = Text("người", "people")
_CASES = Text("ca", "cases")
_BN = Text("tỷ đồng", "bn VND")
_PERSON_DAYS = Text("ngày công", "person-days")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number about a plan; less is better for every one of them."""

    id: str
    name: Text
    unit: Text
    definition: Text
    goal: Goal
    is_objective: bool = False  # plans are compared for dominance on these only


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "cases_community",
        Text("Ca phát hiện ngoài cộng đồng", "Cases found in the community"),
        _CASES,
        Text(
            "Ca xác định được phát hiện ngoài khu cách ly và ngoài vùng phong tỏa, công bố từ ngày hôm sau đến "
            "hết 120 ngày.",
            "Confirmed cases found outside quarantine and outside sealed areas, announced from the next day to "
            "the end of 120 days.",
        ),
        "epidemic",
    ),
    Indicator(
        "cases_quarantine",
        Text("Ca phát hiện trong cách ly, phong tỏa", "Cases found in quarantine or sealed areas"),
        _CASES,
        Text(
            "Ca xác định ở người đang cách ly hoặc sống trong vùng phong tỏa khi lấy mẫu.",
            "Confirmed cases in people who were in quarantine or lived in a sealed area when sampled.",
        ),
        "epidemic",
    ),
    Indicator(
        "cases_total",
        Text("Tổng số ca phát hiện", "Cases found in all"),
        _CASES,
        Text(
            "Mọi ca xác định công bố từ ngày hôm sau đến hết 120 ngày. Ca nhiễm không ai phát hiện không tính.",
            "All confirmed cases announced from the next day to the end of 120 days. Infections that nobody "
            "finds do not count.",
        ),
        "epidemic",
        is_objective=True,
    ),
    Indicator(
        "deaths",
        Text("Tử vong", "Deaths"),
        _PEOPLE,
        Text("Tử vong do dịch trong 120 ngày.", "Deaths from the disease within 120 days."),
        "epidemic",
        is_objective=True,
    ),
    Indicator(
        "peak_hospital",
        Text("Số giường điều trị cao nhất", "Peak of treatment beds"),
        Text("giường", "beds"),
        Text(
            "Số người điều trị cùng một ngày, cao nhất trong kỳ; mọi F0 được điều trị tại cơ sở.",
            "People under treatment on one day, at the worst; every confirmed case is admitted.",
        ),
        "epidemic",
    ),
    Indicator(
        "peak_icu",
        Text("Số giường hồi sức cao nhất", "Peak of intensive care beds"),
        Text("giường", "beds"),
        Text(
            "Số người cần hồi sức cùng một ngày, cao nhất trong kỳ.",
            "People who need intensive care on one day, at the worst.",
        ),
        "epidemic",
    ),
    Indicator(
        "places_peak",
        Text("Chỗ cách ly cao nhất", "Peak of quarantine places"),
        Text("chỗ", "places"),
        Text(
            "Người phải cách ly tập trung cùng một ngày, cao nhất trong kỳ, kể cả người chưa có chỗ.",
            "People who must be in central quarantine on one day, at the worst, also those for whom there is "
            "no place.",
        ),
        "effort",
    ),
    Indicator(
        "tests",
        Text("Mẫu xét nghiệm", "Samples tested"),
        Text("mẫu", "samples"),
        Text(
            "Người được lấy mẫu và có kết quả; mẫu gộp tính theo người.",
            "People sampled with a result; pools count people.",
        ),
        "effort",
    ),
    Indicator(
        "restricted_person_days",
        Text("Ngày người bị hạn chế", "Person-days under restriction"),
        Text("ngày người", "person-days"),
        Text(
            "Ngày sống trong vùng phong tỏa, vùng theo Chỉ thị 16 hoặc trong cách ly.",
            "Days lived under lock-down, under Directive 16 or in quarantine.",
        ),
        "effort",
    ),
    Indicator(
        "value_added_lost_vnd_bn",
        Text("Giá trị tăng thêm bị mất", "Value added lost"),
        _BN,
        Text(
            "Giá trị tăng thêm của tỉnh đến 31/12 thấp hơn bao nhiêu so với năm không có dịch (giá 2021).",
            "By how much the province's value added to 31 December falls short of a year without an outbreak "
            "(2021 prices).",
        ),
        "economy",
        is_objective=True,
    ),
    Indicator(
        "job_days_lost",
        Text("Ngày công bị mất", "Job-days lost"),
        _PERSON_DAYS,
        Text(
            "Ngày công không làm được đến 31/12 vì mọi nguyên nhân, mỗi người mỗi ngày tính một lần.",
            "Days of work not done to 31 December for whatever cause, each person counted once a day.",
        ),
        "economy",
    ),
    Indicator(
        "household_income_lost_vnd_bn",
        Text("Thu nhập hộ bị mất", "Household income lost"),
        _BN,
        Text(
            "Tiền lương và thu nhập lao động hộ bị mất đến 31/12, sau khi trừ hỗ trợ đã chi trả.",
            "Wages and labour income of households lost to 31 December, net of support paid.",
        ),
        "economy",
        is_objective=True,
    ),
    Indicator(
        "public_cost_vnd_bn",
        Text("Chi ngân sách chống dịch", "Outbreak spending"),
        _BN,
        Text(
            "Chi từ ngày hôm sau cho lực lượng (chốt, tuần tra, truy vết, lấy mẫu), xét nghiệm, vận chuyển, chỗ cách ly và hỗ "
            "trợ; chưa gồm điều trị và chi trong phong tỏa khẩn cấp khi mất kiểm soát.",
            "Spent from the next day on forces (checkpoints, patrols, tracing, sampling), tests, transport, quarantine "
            "places and support; treatment, and what an emergency lock-down after a loss of control would cost, left out.",
        ),
        "effort",
    ),
    Indicator(
        "people_restricted_14d",
        Text("Người bị hạn chế từ 14 ngày", "People restricted for 14 days and more"),
        _PEOPLE,
        Text(
            "Cư dân sống từ 14 ngày trở lên (liên tục hay không) trong vùng phong tỏa hoặc theo Chỉ thị 16.",
            "Residents who live for 14 days or more, on end or not, under lock-down or Directive 16.",
        ),
        "effort",
    ),
    Indicator(
        "households_without_work_14d",
        Text("Hộ không có thu nhập lao động 14 ngày", "Households without income from work for 14 days"),
        Text("hộ", "households"),
        Text(
            "Hộ mà không lao động nào được làm việc trong 14 ngày liền trở lên, chưa tính hỗ trợ và tiền lương ngừng việc; người "
            "vắng của một nơi làm việc được coi là cùng những người.",
            "Households of which no earner is at work for 14 days on end or more, before support and pay for absence; "
            "those away from a workplace are taken to be the same people.",
        ),
        "economy",
    ),
    Indicator(
        "exports_lost_vnd_bn",
        Text("Xuất khẩu bị mất", "Exports lost"),
        _BN,
        Text(
            "Giá trị xuất khẩu đến 31/12 thấp hơn bao nhiêu so với năm không có dịch.",
            "By how much exports to other countries to 31 December fall short of a year without an outbreak.",
        ),
        "economy",
    ),
    Indicator(
        "budget_revenue_lost_vnd_bn",
        Text("Thu ngân sách bị mất", "Budget revenue lost"),
        _BN,
        Text(
            "Thu ngân sách đến 31/12 (không kể đất đai) thấp hơn bao nhiêu so với năm không có dịch.",
            "By how much budget revenue to 31 December, land left out, falls short of a year without an outbreak.",
        ),
        "economy",
    ),
    Indicator(
        "crop_lost_tonnes",
        Text("Nông sản hư hỏng", "Harvest lost"),
        Text("tấn", "tonnes"),
        Text(
            "Nông sản chín mà không bán kịp, bị hư hỏng.",
            "Crops that ripened and perished because they could not be sold in time.",
        ),
        "economy",
    ),
    Indicator(
        "control_lost",
        Text("Mất kiểm soát", "Control lost"),
        Text("phần kịch bản", "share of worlds"),
        Text(
            "Phần kịch bản mà số nhiễm vượt 20.000: mô phỏng dừng; mọi người đã nhiễm được tính là ca bệnh, nên các con số "
            "y tế là “ít nhất”; kinh tế chịu thêm 60 ngày phong tỏa khẩn cấp toàn tỉnh.",
            "Share of worlds in which infections pass 20,000: the run stops; everybody infected counts as a case, so "
            "its health figures are “at least”; the economy bears 60 days of emergency lock-down of the province.",
        ),
        "epidemic",
    ),
)

BY_ID = {indicator.id: indicator for indicator in INDICATORS}
OBJECTIVES: tuple[str, ...] = tuple(indicator.id for indicator in INDICATORS if indicator.is_objective)
