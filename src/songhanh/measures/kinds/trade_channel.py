"""Trade channels of a harvest: border gates, air and sea, domestic markets, supermarkets, e-commerce."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from songhanh.core.text import Text
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words, lower
from songhanh.measures.ground import Indices

NAMES = {
    "border": Text("cửa khẩu biên giới", "border gates"),
    "air": Text("đường không, đường biển", "air and sea"),
    "domestic": Text("chợ đầu mối trong nước", "domestic wholesale markets"),
    "supermarket": Text("siêu thị", "supermarkets"),
    "ecommerce": Text("sàn thương mại điện tử", "e-commerce"),
}


class TradeChannel(Measure):
    """Set the capacity of a trade channel, as a multiple of the usual one.

    Below 1 the channel is restricted, and the smallest of overlapping orders holds. Above 1 it is promoted: what is
    added is reached in part only, and additions add. The channels are those of the pack's crops.
    """

    KIND: ClassVar[str] = "trade_channel"
    SCOPE: ClassVar[Scope] = "province"
    NAME: ClassVar[Text] = Text("Kênh tiêu thụ nông sản", "Trade channels of the harvest")
    OWN: ClassVar[tuple[str, ...]] = ("channel_reached", "cost_channel_vnd_tonne", "tonnes_per_driver_day")

    kind: Literal["trade_channel"] = "trade_channel"
    channel: Literal["border", "air", "domestic", "supermarket", "ecommerce"]
    capacity: float = Field(ge=0.0, le=20.0)

    def channels(self, at: At) -> Indices:
        """Return the channels of the pack that are of this kind."""
        return np.array([k for k, kind in enumerate(at.ground.channels) if kind == self.channel], np.intp)

    def added(self, at: At) -> float:
        """Return the part of the usual capacity that is added, as far as it is reached."""
        return max(self.capacity - 1.0, 0.0) * at.effects["channel_reached"]

    def limits(self, at: At) -> tuple[str, ...]:
        """Return that no crop is sold this way, if so."""
        if len(self.channels(at)):
            return ()
        known = sorted(set(at.ground.channels))
        return (f"no crop is sold by {self.channel}; channels of the pack: {', '.join(known) or 'none'}",)

    def work(self, at: At, draft: Draft) -> None:
        """Restrict the channel."""
        lower(draft.economy.channel, self.channels(at), min(self.capacity, 1.0))

    def settle(self, at: At, draft: Draft) -> None:
        """Add capacity to what all orders have left of the channel."""
        draft.economy.channel[self.channels(at)] += self.added(at)

    def needs(self, at: At) -> Needs:
        """Return the drivers and the cost of what is added: transport, packing, certificates, promotion."""
        tonnes = float(at.ground.channel_tonnes[self.channels(at)].sum()) * self.added(at)
        drivers = tonnes / at.effects["tonnes_per_driver_day"]
        money = tonnes * at.effects["cost_channel_vnd_tonne"] + drivers * at.effects["cost_staff_vnd_day"]
        return Needs({"drivers": drivers} if drivers else {}, money_vnd_bn=money * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        name = NAMES[self.channel]
        return Text(
            f"Tiêu thụ nông sản qua {name.vi}: {self.capacity:.0%} năng lực thường ngày",
            f"Sale of the harvest by {name.en}: {self.capacity:.0%} of the usual capacity",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        trade = Text("Sở Công Thương", "Department of Trade")
        if self.capacity < 1.0:
            return (
                Task(Text("thông báo cho thương nhân, điều tiết nông sản sang kênh khác",
                          "tell traders and turn the harvest to other channels"), trade, 1),
            )  # fmt: skip
        return (
            Task(Text("kết nối người mua, bố trí điểm cân, kho lạnh và xe", "find buyers, weighing points, cold stores, lorries"),
                 trade, 3),
            Task(Text("cấp giấy chứng nhận vùng trồng, xác nhận an toàn dịch bệnh",
                      "certify the growing areas and that produce is free of the virus"),
                 Text("Sở Nông nghiệp và Phát triển nông thôn", "Department of Agriculture"), 3),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        name = NAMES[self.channel]
        if self.capacity < 1.0:
            return Text(
                f"Từ {words.begins.vi}, tiêu thụ nông sản qua {name.vi} bị hạn chế; đề nghị người trồng liên hệ UBND xã để "
                "được kết nối kênh khác.",
                f"From {words.begins.en}, sale of the harvest by {name.en} is restricted; growers please ask the commune "
                "committee for other channels.",
            )
        return Text(
            f"Từ {words.begins.vi}, tỉnh mở rộng tiêu thụ nông sản qua {name.vi}; người trồng đăng ký tại UBND xã.",
            f"From {words.begins.en}, the province extends the sale of the harvest by {name.en}; growers register with the "
            "commune committee.",
        )
