"""What the words of a forecast mean, and what it does not know, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from songhanh.core.text import Text


@dataclass(frozen=True, slots=True)
class Definition:
    """A word of the forecast and what it means."""

    id: str
    name: Text
    definition: Text

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {"id": self.id, "name": self.name.as_dict(), "definition": self.definition.as_dict()}


DEFINITIONS = (
    Definition(
        "cases",
        Text("Ca công bố", "Announced cases"),
        Text(
            "Số ca công bố trong ngày, theo ngày công bố và xã cư trú; ca không rõ xã chỉ tính cho tỉnh.",
            "Cases announced on a day, by day of announcement and commune of residence; cases of an "
            "unknown commune count for the "
            "province only.",
        ),
    ),
    Definition(
        "nowcast",
        Text("Ước tính hiện tại", "Nowcast"),
        Text(
            "Nếu biết ngày lấy mẫu: số ca theo ngày lấy mẫu sẽ được công bố khi đủ kết quả. Nếu không: "
            "mức ca của ngày, "
            "đã san bằng các ngày trả dồn và ảnh hưởng của thứ trong tuần.",
            "Where sample dates are known: cases by day of the sample once all of them are announced. "
            "Otherwise: the level of the "
            "day with batch days and weekdays evened out.",
        ),
    ),
    Definition(
        "r",
        Text("Hệ số lây nhiễm R", "Reproduction number R"),
        Text(
            "Một ca của những ngày qua gây ra trung bình bao nhiêu ca công bố trong 7 ngày gần nhất (Cori "
            "và cộng sự 2013), với "
            "khoảng 90%. Không hiển thị khi có dưới 10 ca trong 7 ngày hoặc khi số xét nghiệm thay đổi quá nhiều.",
            "How many cases announced in the last 7 days one case of the days before caused on average "
            "(Cori et al. 2013), with 90% "
            "interval. Not shown below 10 cases in 7 days or where the number of tests changed too much.",
        ),
    ),
    Definition(
        "growth",
        Text("Tăng mỗi ngày", "Growth a day"),
        Text(
            "Thay đổi tương đối mỗi ngày giữa tuần này và tuần trước (log tự nhiên).",
            "Relative change a day from the week before to this week (natural logarithm).",
        ),
    ),
    Definition(
        "doubling",
        Text("Thời gian tăng gấp đôi", "Doubling time"),
        Text(
            "Số ngày để số ca tăng gấp đôi nếu mức tăng giữ nguyên; số âm: số ngày để giảm một nửa. Bỏ "
            "trống khi không rõ tăng hay giảm.",
            "Days until cases double if growth stays; negative: days until they halve. Empty where it is "
            "not clear whether they grow "
            "or fall.",
        ),
    ),
    Definition(
        "fan",
        Text("Dự báo", "Forecast"),
        Text(
            "Ca công bố mỗi ngày trong các diễn biến của mô hình: trung vị, khoảng 50% và 90%. Các biện "
            "pháp hiện hành được giữ nguyên. "
            "Đây là tỷ lệ trong các diễn biến của mô hình, không phải xác suất của thực tế.",
            "Cases announced a day in the futures of the model: median, 50% and 90% intervals. Present "
            "orders stay. These are shares "
            "of the futures of our model, not chances of the real world.",
        ),
    ),
    Definition(
        "risk",
        Text("Nguy cơ của xã", "Risk of a commune"),
        Text(
            "Tỷ lệ diễn biến của mô hình trong đó xã có ít nhất một ca công bố trong 7 ngày tới: thấp "
            "dưới {medium:.0%}, trung bình, cao từ "
            "{high:.0%}, rất cao từ {very_high:.0%}.",
            "Share of the futures of the model in which the commune has at least one announced case "
            "within 7 days: low below {medium:.0%}, "
            "medium, high from {high:.0%}, very high from {very_high:.0%}.",
        ),
    ),
    Definition(
        "cluster",
        Text("Chùm ca", "Cluster"),
        Text(
            "Các xã gần nhau, hoặc một cơ sở, có nhiều ca hơn hẳn phần của mình theo số dân trong 3, 7 "
            "hoặc 14 ngày qua (Kulldorff 1997). "
            "Ca trong một gia đình hay một xưởng đi cùng nhau, nên trị số p chỉ để xếp hạng.",
            "Communes near each other, or a site, with clearly more cases than their share of the people "
            "over the last 3, 7 or 14 days "
            "(Kulldorff 1997). Cases of a household or a workshop come together, so the p-value only ranks.",
        ),
    ),
)

MODEL_ONLY = Text(
    "Dự báo là của mô hình, với các biện pháp hiện hành; một ổ dịch chưa biết có thể vượt ra ngoài khoảng dự báo.",
    "The forecast is that of a model under present orders; a cluster not yet found may leave its intervals.",
)
NO_TESTS = Text(
    "Danh sách không có số xét nghiệm: không kiểm tra được R có thay đổi chỉ vì xét nghiệm nhiều hơn hay ít hơn.",
    "The list says nothing about tests: whether R changed only because more or fewer were done cannot be checked.",
)
NO_SAMPLES = Text(
    "Danh sách không có đủ ngày lấy mẫu: thời gian chờ công bố không rõ, các ngày trả dồn được san bằng.",
    "The list has too few sample dates: the delay to the announcement is not known; batch days are evened out.",
)
NO_SITES = Text(
    "Danh sách không ghi nơi làm việc: không có dự báo cho khu công nghiệp.",
    "The list does not say where people work: there is no forecast for sites.",
)
UNPLACED = Text(
    "{share:.0%} số ca không rõ xã, chỉ được tính cho tỉnh.",
    "{share:.0%} of the cases have no known commune and count for the province only.",
)
REJECTED = Text(
    "{n} dòng của danh sách bị loại, xem lý do từng dòng.",
    "{n} rows of the list were rejected; each has its reason.",
)
SYNTHETIC = Text(
    "Danh sách ca là mô phỏng: không có người thật nào trong đó.",
    "The line list is simulated: it holds no real person.",
)
TOO_LITTLE = Text(
    "Quá ít dữ liệu ({cases} ca trong {days} ngày): dự báo chủ yếu dựa vào giả định ban đầu.",
    "Too little data ({cases} cases in {days} days): the forecast falls back to what was assumed beforehand.",
)
CLUSTER_AREA = Text(
    "{cases} ca trong {days} ngày ở {n} xã gần nhau; theo số dân chỉ khoảng {expected:.0f} ca.",
    "{cases} cases in {days} days in {n} communes near each other; by population there would be about "
    "{expected:.0f}.",
)
CLUSTER_SITE = Text(
    "{cases} ca trong 14 ngày ở người làm việc tại {name}; theo số lao động chỉ khoảng {expected:.0f} ca.",
    "{cases} cases in 14 days among those who work at {name}; by the number of workers there would be "
    "about {expected:.0f}.",
)
DELAY_KNOWN = Text(
    "Từ lấy mẫu đến công bố: trung vị {median} ngày, 90% trong {p90} ngày ({n} ca).",
    "From the sample to the announcement: median {median} days, 90% within {p90} days ({n} cases).",
)
