"""A small province and its people, for the tests of the registers: two districts, three communes, one park."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator

from songhanh.operations.accounts.models import Membership, User
from songhanh.operations.accounts.roles import PRIVILEGED, Role
from songhanh.operations.places.models import Facility, Installation, Level, Site, Unit
from songhanh.operations.project.folding import fold

PASSWORD = "mật khẩu rất dài 2021"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class Province:
    """The places of the tests."""

    province: Unit
    viet_yen: Unit  # a district of two communes
    yen_dung: Unit  # a district of one
    nenh: Unit
    hong_thai: Unit
    tan_an: Unit
    park: Site
    hospital: Facility
    quarantine: Facility
    laboratory: Facility


def _unit(code: str, name: str, level: Level, parent: Unit | None = None) -> Unit:
    return Unit.objects.create(code=code, name=name, name_folded=fold(name), level=level, parent=parent)


def build_province(*, is_synthetic: bool = True) -> Province:
    """Write the places of the tests to the database."""
    province = _unit("24", "Bắc Giang", Level.PROVINCE)
    viet_yen = _unit("222", "Việt Yên", Level.DISTRICT, province)
    yen_dung = _unit("221", "Yên Dũng", Level.DISTRICT, province)
    nenh = _unit("07795", "Nếnh", Level.COMMUNE, viet_yen)
    hong_thai = _unit("07789", "Hồng Thái", Level.COMMUNE, viet_yen)
    tan_an = _unit("07682", "Tân An", Level.COMMUNE, yen_dung)
    park = Site.objects.create(
        slug="quang-chau", name="KCN Quang Châu", name_folded="kcn quang chau", kind=Site.Kind.PARK, unit=nenh
    )
    kinds = Facility.Kind
    hospital = Facility.objects.create(
        slug="bv-1", name="Bệnh viện dã chiến 1", kind=kinds.HOSPITAL, unit=tan_an
    )
    quarantine = Facility.objects.create(
        slug="ct-1", name="Khu cách ly 1", kind=kinds.QUARANTINE, unit=hong_thai, capacity=300
    )
    laboratory = Facility.objects.create(slug="cdc", name="CDC", kind=kinds.LABORATORY, unit=tan_an)
    Installation.objects.create(
        pack_ref="bac-giang-2021", province=province, code_prefix="BG", is_synthetic=is_synthetic
    )
    return Province(
        province, viet_yen, yen_dung, nenh, hong_thai, tan_an, park, hospital, quarantine, laboratory
    )


def user_with(role: Role | str, unit: Unit | None = None, site: Site | None = None, name: str = "") -> User:
    """Make an account with one role in one place, and with the second factor that the role demands."""
    place = unit.code if unit else site.slug if site else "province"
    user = User.objects.create_user(
        username=name or f"{role}-{place}", password=PASSWORD, full_name=f"{role} {place}"
    )
    give_role(user, role, unit, site)
    return user


def give_role(user: User, role: Role | str, unit: Unit | None = None, site: Site | None = None) -> None:
    """Give an account one more role."""
    Membership.objects.create(user=user, role=role, unit=unit, site=site, valid_from=date(2020, 1, 1))
    if role in PRIVILEGED:
        Authenticator.objects.get_or_create(
            user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": TOTP_SECRET}}
        )
