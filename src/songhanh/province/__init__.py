"""The province pack: areas, people, sites, sectors and dated facts; its check; its synthetic population and map."""

from songhanh.province.check import check
from songhanh.province.descriptor import write_descriptor
from songhanh.province.folder import examples
from songhanh.province.geometry import geometry
from songhanh.province.load import load
from songhanh.province.new import new
from songhanh.province.pack import Pack
from songhanh.province.people import firm_place, population, residence_of_workers
from songhanh.province.population import Population

__all__ = [
    "Pack",
    "Population",
    "check",
    "examples",
    "firm_place",
    "geometry",
    "load",
    "new",
    "population",
    "residence_of_workers",
    "write_descriptor",
]
