"""The administrative divisions of China, from JioNLP's table: which place a name may mean, and what it lies in.

The table is read from the distribution's data file and the package is never imported: that would take seconds and
unpack its other dictionaries into the installation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

LEVELS = ("province", "city", "county", "town", "village")
_ROW = re.compile(r"^(\t{0,2})([^\t\n]+)\t\d{6}\t([^\t\n]+)$", re.MULTILINE)
_LOWER = re.compile(r"^\t{3}(\t?)([^\t\n]+)$", re.MULTILINE)
_UNIT = re.compile("(?:自治(?=[州县旗区])|特别行政(?=区)|地区|林区|特区|新区|[省市州盟县区旗])$")
_UNITS = {"自治州": "州", "自治县": "县", "自治旗": "旗", "自治区": "", "特别行政区": ""}
_NO_CITY = "省直辖行政区划"  # stands in the table where a county lies in its province directly


@dataclass(frozen=True, slots=True)
class Unit:
    """A province, city or county.

    :param short: the name as news write it: 广西, 湘西州, 威宁县.
    :param bare: the name without its kind: 广西, 湘西, 威宁.
    """

    level: str
    name: str
    short: str
    bare: str
    parent: Unit | None = field(repr=False)
    rows: tuple[int, int] = field(repr=False)  # where its towns stand in the table

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, those with their kind first."""
        return tuple(dict.fromkeys((self.name, self.short, self.bare)))

    def above(self) -> Iterator[Unit]:
        """What it lies in, from the smallest up."""
        unit = self.parent
        while unit is not None:
            yield unit
            unit = unit.parent

    @property
    def path(self) -> tuple[str, ...]:
        """Short names from the province down; 重庆市 only once."""
        names = [unit.short for unit in (self, *self.above())]
        return tuple(dict.fromkeys(reversed(names)))


class Gazetteer:
    """The units by name, the towns and villages of a county."""

    def __init__(self, table: str) -> None:
        self._table = table
        self.units = tuple(_units(table))

    @cached_property
    def by_name(self) -> dict[str, tuple[Unit, ...]]:
        """The units of each name, long, short or bare."""
        found: dict[str, tuple[Unit, ...]] = {}
        for unit in self.units:
            for name in unit.names:
                found[name] = (*found.get(name, ()), unit)
        return found

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The first two characters of every name."""
        return frozenset(name[:2] for name in self.by_name)

    @cached_property
    def longest(self) -> int:
        """The length of the longest name."""
        return max(map(len, self.by_name))

    def towns(self, county: Unit) -> dict[str, tuple[str, ...]]:
        """The towns of a county, each with its villages."""
        found: dict[str, list[str]] = {}
        town = ""
        for row in _LOWER.finditer(self._table, *county.rows):
            name = row[2].removeprefix(county.name)
            if not row[1]:
                town = name
                found.setdefault(town, [])
            elif town:
                found[town].append(name)
        return {town: tuple(villages) for town, villages in found.items()}


@cache
def gazetteer() -> Gazetteer:
    """The table of the installed library, read once."""
    spec = find_spec("jionlp")
    if spec is None or spec.origin is None:  # pragma: no cover - it is a declared dependency
        raise ModuleNotFoundError("jionlp")
    with ZipFile(Path(spec.origin).with_name("dictionary") / "china_location.zip") as packed:
        return Gazetteer(packed.read("china_location.txt").decode("utf-8").replace("\r\n", "\n"))


def _units(table: str) -> Iterator[Unit]:
    rows = list(_ROW.finditer(table))
    province: Unit | None = None
    city: Unit | None = None
    for row, following in zip(rows, [*(row.start() for row in rows[1:]), len(table)], strict=True):
        depth, name, bare = len(row[1]), row[2], row[3].rpartition("/")[2]
        if depth == 1 and (name == _NO_CITY or (province and name in (province.name, province.bare))):
            city = None  # 重庆市 is a province and has no city
            continue
        parent = (None, province, city or province)[depth]
        bare = _UNIT.sub("", bare) if len(bare) > 2 and name != bare else bare
        unit = Unit(LEVELS[depth], name, _short(name, bare), bare, parent, (row.end(), following))
        if depth == 0:
            province, city = unit, None
        elif depth == 1:
            city = unit
        yield unit


def _short(name: str, bare: str) -> str:
    kind = next((kind for kind in _UNITS if name.endswith(kind)), None)
    return name if kind is None else bare + _UNITS[kind]
