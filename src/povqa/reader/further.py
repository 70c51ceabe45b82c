"""Which sentences are cited beside the best one: one by one, by linear models of how each stands to it.

A sentence may answer well and yet add nothing, and a poor one may hold the third of three measures. For a list the
further sentences are those of the same article that complete it; for anything else those that answer as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from povqa.reader.items import items
from povqa.reader.judge import Candidate, combine
from povqa.reader.question import count_of, last_question
from povqa.text.normalise import normalise
from povqa.types import Kind, Query

_LEAST = -3.0  # log odds below which a sentence is not asked about
_NEAR = 3  # sentences apart

_STANDING = {
    "score": "log odds of the sentence that it answers",
    "behind": "by how many those of the best sentence are higher",
    "beside": "1 if it stands directly before or after the best",
    "near": f"1 if it stands no more than {_NEAR} sentences away",
    "goes_on": "1 if it opens as one of several does: 二是, 其次, 同时",
}
COMPLETING_FEATURES = {
    **_STANDING,
    "several": "1 if it holds several items",
    "complete": "1 if the best holds several",
}
_KINDS = (Kind.NUMBER, Kind.DATE, Kind.PERSON, Kind.PLACE, Kind.HOW_WHY, Kind.OTHER)
ALSO_FEATURES = {
    **_STANDING,
    "same": "1 if it is of the same article",
    "each": "1 if the question asks for several: 各, 分别, 和, 都",
    "parts": "1 if the question has several clauses",
    **{kind.value: f"1 if the question is of the kind {kind.value}" for kind in _KINDS},
}
_EACH = re.compile("各|分别|和|都|哪些")
_PARTS = re.compile("[,、](?=.)")
_DIGITS = "一二三四五六七八九十"
_GOES_ON = re.compile(
    rf'["“]?(?:[{_DIGITS}]{{1,2}}[是要、]|其[{_DIGITS}次]|第[{_DIGITS}](?=[,、是:])|\(?[{_DIGITS}\d]{{1,2}}\)|\d{{1,2}}、'
    r"|\d{1,2}\.(?!\d)|首先|再次|最后(?=,)|此外|同时|另外|除此|除了|还(?![款清债林贷])|也(?!门)|接着|随后|然后|不仅|与此同时)"
)

Features = Mapping[str, float]


def completing(query: Query, candidates: Sequence[Candidate], weights: Features) -> list[Candidate]:
    """The sentences that complete the list of the first.

    :param candidates: best first, at least one.
    :param weights: of `COMPLETING_FEATURES` and "bias".
    """
    return [one for one, features in may_complete(query, candidates) if combine(weights, features) >= 0]


def answering_too(query: Query, candidates: Sequence[Candidate], weights: Features) -> list[Candidate]:
    """The sentences that answer as the first one does, where no list is asked for.

    :param candidates: best first, at least one.
    :param weights: of `ALSO_FEATURES` and "bias".
    """
    return [one for one, features in may_answer_too(query, candidates) if combine(weights, features) >= 0]


def may_complete(query: Query, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Features]]:
    """The sentences with items that may complete the list of the first, each with its features.

    None may, where the question says how many there are, and the first has as many.
    """
    best, *others = candidates
    wanted = count_of(query.normalised)
    own = len(items(best.reading, best.text, wanted))
    if wanted and own >= wanted:
        return []
    found: list[tuple[Candidate, Features]] = []
    for one in others:
        if one.ordinal != best.ordinal or one.score < _LEAST:
            continue
        if marked := len(items(one.reading, one.text)):
            features = {"several": float(marked > 1), "complete": float(own > 1)}
            found.append((one, _standing(best, one) | features))
    return found


def may_answer_too(query: Query, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Features]]:
    """The sentences that may answer as the first one does, each with its features."""
    best, *others = candidates
    own = last_question(query.normalised)
    asked = {"each": float(bool(_EACH.search(own))), "parts": float(bool(_PARTS.search(own)))}
    asked |= {kind.value: float(query.kind is kind) for kind in _KINDS}
    return [
        (one, _standing(best, one) | {"same": float(one.ordinal == best.ordinal)} | asked)
        for one in others
        if one.score >= _LEAST
    ]


def _standing(best: Candidate, one: Candidate) -> dict[str, float]:
    away = abs(one.sentence - best.sentence) if one.ordinal == best.ordinal else _NEAR + 1
    return {
        "score": one.score,
        "behind": best.score - one.score,
        "beside": float(away == 1),
        "near": float(away <= _NEAR),
        "goes_on": float(bool(_GOES_ON.match(normalise(one.text)))),
    }
