"""An article's place as a path from the province down: what the text names, filled up and checked by the gazetteer.

Rather no guess than a wrong one: a name that several places bear (鼓楼区) counts only if the text names what one of
them lies in, and nothing is added that the text does not single out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from povqa.corpus.gazetteer import Gazetteer, Unit, gazetteer
from povqa.corpus.places import LEAD_WEIGHT, TITLE_WEIGHT, body_of, find_place

_LEAST = 3  # weight of a place's mentions
_LEAD_OVER = 2  # times the weight of the next one of its level
_NAMED_AFTER = re.compile("国际|机场|大学|学院|职业|学校|银行|集团|公司|证券|医院|铁路|高铁|高速|日报|晚报|路|街")
_BEFORE = "在到从于的了是，。、；：“”（）()《》 \n"  # what may stand before a village's name, or nothing


class _Mention(NamedTuple):
    start: int
    end: int
    units: tuple[Unit, ...]  # whom the name may mean
    strong: bool  # the name says what kind of place it is, or stands right behind what it lies in


def locate(title: str, paragraphs: Sequence[str], hints: str = "") -> tuple[str, ...]:
    """The place that an article is about, from the province down to the county, town or village that it singles out.

    :param hints: what names the place beside the article, as for `find_place`.
    """
    known = gazetteer()
    said = tuple(dict.fromkeys(find_place(title, paragraphs, hints)))  # 北京市 is a province and a city
    text = f"{title}\n{body_of(paragraphs)}"
    mentions = list(_mentions(text, known))
    around = Counter(unit for mention in (*mentions, *_mentions(hints, known)) for unit in _certain(mention))
    scores = Scores(text, title, mentions, around)
    unit, rest, agreed = max((_agreed(said[i:], known, around) for i in range(len(said) or 1)), key=lambda one: one[2])
    if said and unit is None:
        return said
    if agreed < len(said) and not rest and agreed == 1:  # 青海省 and 广州市: neither tells which is meant
        return _between(said, scores, known)
    if unit is None or unit.level in ("province", "city"):
        unit = _singled_out(scores, unit)
    if unit is None:
        return said
    if unit.level == "county" and not rest and scores.leads(unit):
        titled = not scores.titled.isdisjoint((unit, *unit.above()))
        rest = _below(text, title, unit, known, titled=titled)
    return (*unit.path, *rest)


class Scores:
    """How much a text speaks of each unit."""

    def __init__(self, text: str, title: str, mentions: Sequence[_Mention], around: Counter[Unit]) -> None:
        self.titled: set[Unit] = set()  # those that the title names
        self.times: Counter[Unit] = Counter()  # how often each is named
        self.weights: Counter[Unit] = Counter()  # the same, more in the title and the lead
        self._sure: set[Unit] = set()
        lead = text.find("\n", len(title) + 1)
        for mention in mentions:
            units = mention.units if len(mention.units) == 1 else _likelier(mention.units, around)
            if len(units) != 1:
                continue
            in_title = mention.end <= len(title)
            self.times[units[0]] += 1
            self.weights[units[0]] += 1 + (TITLE_WEIGHT if in_title else LEAD_WEIGHT if mention.end <= lead else 0)
            if in_title:
                self.titled.add(units[0])
            if mention.strong:
                self._sure.add(units[0])

    def of_level(self, level: str) -> Counter[Unit]:
        """The weight of each unit of a level that the text names for certain; a county speaks for its city, too."""
        found = Counter({unit: n for unit, n in self.weights.items() if unit.level == level and unit in self._sure})
        if level == "city":
            for unit, n in self.of_level("county").items():
                if unit.parent is not None and unit.parent.level == level:
                    found[unit.parent] += n
        return found

    def leads(self, unit: Unit) -> bool:
        """Whether the text speaks of a unit far more than of any other of its level."""
        found = self.of_level(unit.level)
        score = found.pop(unit, 0)
        return score >= _LEAD_OVER * max(found.values(), default=0)


def _mentions(text: str, known: Gazetteer) -> Iterator[_Mention]:
    """The names of provinces, cities and counties in a text, the longest at each place."""
    at, before = 0, None
    while at < len(text) - 1:
        if text[at : at + 2] not in known.beginnings:
            at += 1
            continue
        for end in range(min(len(text), at + known.longest), at + 1, -1):
            if units := known.by_name.get(text[at:end]):
                break
        else:
            at += 1
            continue
        name = text[at:end]
        if _NAMED_AFTER.match(text, end) and any(name == unit.bare and unit.level != "province" for unit in units):
            at = end
            continue
        if before is not None and before.end == at:
            inside = tuple(unit for unit in units if any(one in before.units for one in unit.above()))
        else:
            inside = ()
        units = inside or tuple(unit for unit in units if unit.level == "province") or units
        strong = bool(inside) or any(name != unit.bare or unit.level == "province" for unit in units)
        before = _Mention(at, end, units, strong)
        yield before
        at = end


def _certain(mention: _Mention) -> tuple[Unit, ...]:
    """The unit that a mention means without doubt, and what that lies in."""
    return mention.units if mention.strong and len(mention.units) == 1 else ()


def _agreed(said: Sequence[str], known: Gazetteer, around: Counter[Unit]) -> tuple[Unit | None, tuple[str, ...], int]:
    """The smallest unit that the names said agree upon, the names below it that the table lacks, and how many agree.

    A name that lies elsewhere than the larger ones before it is let go.
    """
    found: tuple[Unit, ...] = ()
    rest: tuple[str, ...] = ()
    agreed = 0
    for name in said:
        units = known.by_name.get(name, ())
        inside = tuple(unit for unit in units if not found or not set(found).isdisjoint(unit.above()))
        if inside:
            found, rest, agreed = inside, (), agreed + 1
        elif not units:
            rest = (*rest, name)
    if len(found) > 1:
        found = _likelier(found, around)
    return (found[0], rest, agreed) if len(found) == 1 else (None, (), 0)


def _likelier(units: Sequence[Unit], around: Counter[Unit]) -> tuple[Unit, ...]:
    """The one of several that bear a name whose surroundings the text names, if it is one; else all."""
    if provinces := tuple(unit for unit in units if unit.level == "province"):
        return provinces
    scores = {unit: max((around[one] for one in unit.above()), default=0) for unit in units}
    best = max(scores.values())
    likely = tuple(unit for unit, score in scores.items() if score == best)
    return likely if best and len(likely) == 1 else tuple(units)


def _singled_out(scores: Scores, within: Unit | None) -> Unit | None:
    """The county, or else the city, of which the text speaks most by far, in `within` where that is known."""
    titled = within is not None and not scores.titled.isdisjoint((within, *within.above()))
    for level in ("county", "city"):
        if within is not None and within.level == level:
            break
        ranked = [*scores.of_level(level).most_common(2), (None, 0)]
        best, score = ranked[0]
        if (
            best is not None
            and score >= _LEAST
            and score >= _LEAD_OVER * ranked[1][1]
            and (within is None or within in best.above())
            and (best in scores.titled or (scores.times[best] >= _LEAST and not titled))
        ):
            return best
    return within


def _between(said: Sequence[str], scores: Scores, known: Gazetteer) -> tuple[str, ...]:
    """The place of a text whose most frequent names lie apart: the one that it speaks of far more, if there is one."""
    unit = _singled_out(scores, None)
    if unit is None:
        return ()
    inside = (unit, *unit.above())
    others = [one for name in said for one in known.by_name.get(name, ()) if one not in inside]
    leads = all(scores.weights[unit] >= _LEAD_OVER * scores.weights[one] for one in others)
    return unit.path if leads else ()


def _below(text: str, title: str, county: Unit, known: Gazetteer, *, titled: bool) -> tuple[str, ...]:
    """The town and the village of a county that the text singles out, if it does.

    :param titled: the title names the county, or what it lies in: then a smaller place counts only if it stands there.
    """
    towns = known.towns(county)
    if titled:
        towns = {
            town: tuple(name for name in villages if name in title)
            for town, villages in towns.items()
            if town in title or any(name in title for name in villages)
        }
    town = _most(text, title, [name for name in towns if len(name) > 2], county.names)
    if town is not None:
        village = _most(text, title, towns[town], (town,))
        return (town,) if village is None else (town, village)
    homes: dict[str, list[str]] = {}
    for home, villages in towns.items():
        for name in villages:
            homes.setdefault(name, []).append(home)
    village = _most(text, title, [name for name, at in homes.items() if len(at) == 1], (*county.names, *towns))
    return () if village is None else (homes[village][0], village)


def _most(text: str, title: str, names: Sequence[str], larger: Sequence[str]) -> str | None:
    """The name of which a text speaks most, if it stands at least once where it can be nothing but that name."""
    scores: Counter[str] = Counter()
    for name in names:
        if len(name) < 3 or name not in text:
            continue
        starts = [found.start() for found in re.finditer(re.escape(name), text)]
        behind = [text.endswith(tuple(larger), 0, start) for start in starts]
        clear = [ok or start == 0 or text[start - 1] in _BEFORE for ok, start in zip(behind, starts, strict=True)]
        if any(behind) or (clear and clear[0] and starts[0] < len(title)):
            scores[name] = sum(clear) + TITLE_WEIGHT * (name in title)
    ranked = [*scores.most_common(2), ("", 0)]
    best, score = ranked[0]
    return best if score >= _LEAST and score >= _LEAD_OVER * ranked[1][1] else None
