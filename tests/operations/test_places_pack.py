"""Places of a pack, and names as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from registry import Province

from songhanh.core.errors import SonghanhError
from songhanh.operations.audit.models import Event
from songhanh.operations.places import actions, queries
from songhanh.operations.places.models import Facility, Installation, Level, Site, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> Installation:
    return actions.load_pack("bac-giang-2021", is_synthetic=True)


def test_a_pack_has_units_of_three_levels_sites_and_facilities(loaded: Installation) -> None:
    assert (loaded.code_prefix, loaded.province.name, loaded.is_synthetic) == ("BG", "Bắc Giang", True)
    counts = {level: Unit.objects.filter(level=level).count() for level in Level}
    assert counts == {"province": 1, "district": 10, "commune": 209, "hamlet": 0}
    nenh = Unit.objects.get(code="07795")
    assert (nenh.kind, nenh.name, nenh.parent.name) == ("Thị trấn", "Nếnh", "Việt Yên")  # type: ignore[union-attr]
    assert nenh.population and nenh.longitude and nenh.valid_until == date(2025, 6, 30)
    park = Site.objects.get(slug="quang-chau")
    assert (park.kind, park.unit.name) == ("park", "Quang Châu")  # type: ignore[union-attr]
    assert Site.objects.get(slug="hosiden").parent == park
    assert set(Facility.objects.values_list("kind", flat=True)) == {"hospital", "quarantine", "laboratory"}


def test_loading_again_changes_what_changed_and_doubles_nothing(loaded: Installation) -> None:
    before = [model.objects.count() for model in (Unit, Site, Facility, Installation)]
    keys = set(Unit.objects.values_list("code", "pk"))
    Unit.objects.filter(code="07795").update(population=1)
    again = actions.load_pack("bac-giang-2021")
    assert again.is_synthetic, "a synthetic installation stays one"
    assert [model.objects.count() for model in (Unit, Site, Facility, Installation)] == before
    assert set(Unit.objects.values_list("code", "pk")) == keys
    assert Unit.objects.get(code="07795").population != 1
    assert Event.objects.filter(action="places.load_pack").count() == 2


def test_another_province_or_a_broken_pack_is_refused_and_writes_nothing(
    province: Province, tmp_path: Path
) -> None:
    Unit.objects.filter(pk=province.province.pk).update(name="Hà Nam", name_folded="ha nam")
    with pytest.raises(SonghanhError, match="serves"):
        actions.load_pack("bac-giang-2021")
    with pytest.raises(SonghanhError):
        actions.load_pack(str(tmp_path))
    with pytest.raises(SonghanhError, match="There is no folder"):
        actions.load_pack("nowhere-1999")
    assert Unit.objects.count() == 6


@pytest.mark.parametrize(
    "text",
    [
        "07795", "Nếnh", "nenh", "NẾNH", "TT Nếnh", "tt. nếnh", "Thị trấn Nếnh", "xã Nếnh", "X.Nếnh",
        "Nếnh, Việt Yên", "TT Nếnh - H. Việt Yên - Bắc Giang", "Nếnh (Việt Yên)", " Nếnh ,huyện Việt Yên, tỉnh Bắc Giang",
    ],
)  # fmt: skip
def test_a_commune_is_known_however_it_is_written(loaded: Installation, text: str) -> None:
    found = queries.unit_named(text)
    assert found is not None
    assert found.code == "07795"


@pytest.mark.parametrize(
    "text", ["", "  ", ",", "Nếnh, Hà Nội", "Thuận Thành", "Xã", "huyện Nếnh", "Phúc Sơn"]
)
def test_what_is_unknown_foreign_or_ambiguous_is_no_unit(loaded: Installation, text: str) -> None:
    assert queries.unit_named(text) is None


def test_two_communes_of_one_name_need_their_district(loaded: Installation) -> None:
    son_dong, tan_yen = queries.unit_named("H. Sơn Động"), queries.unit_named("Tân Yên")
    assert son_dong is not None
    assert tan_yen is not None
    first = queries.unit_named("Phúc Sơn", within=son_dong)
    second = queries.unit_named("xã Phúc Sơn, huyện Tân Yên")
    assert first is not None
    assert second is not None
    assert (first.parent, second.parent) == (son_dong, tan_yen)


def test_the_city_and_the_province_have_one_name(loaded: Installation) -> None:
    names = ["TP Bắc Giang", "Tỉnh Bắc Giang", "Bắc Giang", "thành phố bắc giang"]
    levels = [unit.level for unit in map(queries.unit_named, names) if unit]
    assert levels == ["district", "province", "province", "district"]


def test_units_are_asked_with_a_day(loaded: Installation) -> None:
    assert queries.unit_named("Nếnh", on=date(2021, 5, 17)) is not None
    assert queries.unit_named("Nếnh", on=date(2026, 5, 17)) is None, "the units of 2021 ended in 2025"
    Unit.objects.create(
        code="07795", name="Nếnh", level=Level.COMMUNE, kind="Phường", valid_from=date(2025, 7, 1)
    )
    newest = queries.unit_named("Nếnh")
    assert newest is not None
    assert newest.kind == "Phường"


def test_names_are_asked_of_the_database_once(
    loaded: Installation, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        for _ in range(500):
            queries.unit_named("TT Nếnh")
            queries.unit_named("nowhere")


def test_sites_and_facilities_by_name(loaded: Installation) -> None:
    assert queries.site_named("quang chau") == Site.objects.get(slug="quang-chau")
    assert queries.site_named("KHU CÔNG NGHIỆP QUANG CHÂU") == Site.objects.get(slug="quang-chau")
    assert queries.site_named("") is None
    assert queries.site_named("việt nam") is None, "several firms end so"
    hospital = queries.facility_named("benh vien phoi tinh", kind="hospital")
    assert hospital is not None
    assert hospital.slug == "lung-hospital"
    assert queries.facility_named("Bệnh viện Phổi tỉnh", kind="laboratory") is None


def test_the_communes_of_a_form_are_those_of_the_jurisdiction(province: Province, client_of: object) -> None:
    user = client_of("district", province.viet_yen).user  # type: ignore[operator]
    assert [label for _, label in queries.commune_choices(user)] == [
        "Hồng Thái (Việt Yên)",
        "Nếnh (Việt Yên)",
    ]
    assert len(queries.commune_choices(client_of("epidemiologist").user)) == 3  # type: ignore[operator]


def test_the_page_shows_the_tree_of_a_day(loaded: Installation, client_of: Callable[..., Client]) -> None:
    client = client_of("department")
    first = client.get("/places/?on=17/05/2021&q=nenh")
    assert [[unit.name for unit in below] for _district, below in first.context["groups"]] == [["Nếnh"]]
    assert len(client.get("/places/?on=17/05/2021").context["groups"]) == 10
    later = client.get("/places/?on=01/01/2026")
    assert later.context["groups"] == []
    assert later.context["other_days"] == [(date(2020, 1, 1), date(2025, 6, 30))]
    assert client.get("/places/?on=99/99/9999&q=" + "x" * 300).status_code == 200
