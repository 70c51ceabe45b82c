"""The restrictions of a question in Milvus' language, and the columns that they are about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from povqa.index.articles import UNIT, folded
from povqa.index.milvus.server import cut, cut_places
from povqa.index.searching import Allowed, Restriction
from povqa.text.normalise import normalise

if TYPE_CHECKING:
    from povqa.types import Article

NAMED = 1_000  # up to so many allowed articles are named one by one
_BARE = "~"  # before a name that lacks its unit in the column though it has one in the article


def columns(ordinal: int, article: Article) -> dict[str, Any]:
    """The metadata of an article, as each of its rows has it."""
    full = list(dict.fromkeys(map(normalise, article.place)))
    bare = dict.fromkeys(_BARE + UNIT.sub("", name) for name in full)
    return {
        "article": ordinal,
        "published": article.published or "",
        "source": cut(folded(article.source or "")),
        "author": cut(folded(article.author or "")),
        "places": cut_places([*full, *bare]),
    }


def expression(rows: int, allowed: Allowed | None) -> str:
    """Which rows may be found.

    :param rows: so many rows the generation has; those after them are of one that is being written.
    """
    known = f"number < {rows}"
    if allowed is None:
        return known
    chosen = np.flatnonzero(allowed.articles)
    if len(chosen) <= NAMED:
        return f"{known} and article in {chosen.tolist()}"
    fitting = _fitting(allowed.restriction)
    if stand_ins := allowed.restriction.stand_ins:
        fitting = f"(({fitting}) or article in {list(stand_ins)})"
    return f"{known} and {fitting}"


def _fitting(asked: Restriction) -> str:
    parts = []
    if asked.places is not None:
        names = list(map(normalise, asked.places))
        also = [form for name in names for form in (name, _BARE + name, UNIT.sub("", name))]
        parts.append(f"ARRAY_CONTAINS_ANY(places, {_listed(also)})")
    if asked.since is not None or asked.until is not None:
        parts.append(f"published >= {json.dumps(asked.since or '0')}")
    if asked.until is not None:
        parts.append(f"published < {json.dumps(asked.until + '~')}")
    for column, wanted in (("source", asked.sources), ("author", asked.authors)):
        if wanted is not None:
            parts.append(f"{column} in {_listed(map(folded, wanted))}")
    return " and ".join(parts) or "article >= 0"


def _listed(names: Iterable[str]) -> str:
    unique: Sequence[str] = list(dict.fromkeys(map(cut, names)))
    return json.dumps(unique, ensure_ascii=False)
