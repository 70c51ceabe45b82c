"""When a citation agrees with gold evidence, and a short answer with a gold answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from povqa.text.dates import find_dates
from povqa.text.normalise import normalise
from povqa.text.numerals import find_numbers

GAP = " … "  # in evidence: a caption or another column interrupts the sentence in the raw file
_PART = 8  # a part of interrupted evidence this long stands for the whole
_BLOCK = 4  # shared runs of characters shorter than this are chance
_SHARED = 0.7
_OF_EVIDENCE = 0.5
_EXTRA = 2  # 约, 余, 名
_AROUND = 6  # characters that a right number may be quoted with: 全县下辖7个镇
_NUMERIC = frozenset("0123456789.%‰〇零一二三四五六七八九十百千万亿两半")
_NEGATION = frozenset("不未没无非否")
_EDGES = " \"'“”‘’《》()[]【】,，.。;；:：!！?？、·-…"


def squeeze(text: str) -> str:
    """The text without white space."""
    return re.sub(r"\s+", "", text)


def agrees(citation: str, evidence: str) -> bool:
    """Whether a citation is the sentence that a piece of evidence stands for.

    They share at least 70% of the shorter one and half of the evidence, white space aside; so a citation that contains
    the evidence agrees, and one that is contained in it does if it is at least half as long.
    """
    parts = evidence.split(GAP)
    wholes = [squeeze("".join(parts)), *(squeeze(part) for part in parts if len(squeeze(part)) >= _PART)]
    given = squeeze(citation)
    return any(_overlap(given, whole) for whole in wholes)


def _overlap(given: str, gold: str) -> bool:
    if not given or not gold:
        return False
    if gold in given:
        return True
    shorter = min(given, gold, key=len)
    least = max(_SHARED * len(shorter), _OF_EVIDENCE * len(gold))
    if given in gold:
        return len(given) >= least
    if sum((Counter(given) & Counter(gold)).values()) < least:  # cheap, and never below what they share in order
        return False
    blocks = SequenceMatcher(None, given, gold, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= _BLOCK) >= least


def fold(answer: str) -> str:
    """The form in which short answers are compared: normalised, without white space, without quotes at the edges."""
    return squeeze(normalise(answer)).strip(_EDGES)


def same_answer(given: str, gold: str) -> bool:
    """Whether a short answer is right: the same but for two characters at the edges, or the same numbers or dates.

    What is left over must hold no digit (7个 is not 17个) and no negation (不达标 is not 达标).
    """
    one, other = fold(given), fold(gold)
    if one == other:
        return bool(one)
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 2 and shorter in longer and len(longer) - len(shorter) <= _EXTRA:
        at = longer.find(shorter)
        extra = set(longer[:at] + longer[at + len(shorter) :])
        if not extra & (_NUMERIC | _NEGATION):
            return True
    return _same_facts(one, other)


def _same_facts(given: str, gold: str) -> bool:
    """Whether gold is numbers or dates and hardly more, and the answer gives the same ones: 3309 for 三千三百零九."""
    wanted, rest = _facts(gold)
    found, around = _facts(given)
    if not wanted or len(wanted) != len(found) or len(rest) > _EXTRA or len(around) > _AROUND:
        return False
    if set(rest + around) & _NEGATION:
        return False
    return all(
        one[:-1] == other[:-1] and (one[-1] == other[-1] or "" in (one[-1], other[-1]))
        for one, other in zip(wanted, found, strict=True)
    )


def _facts(text: str) -> tuple[list[tuple[float | int | str | None, ...]], str]:
    """The numbers and dates of a folded text, each ending with its unit, and the characters beside them."""
    facts: list[tuple[int, int, tuple[float | int | str | None, ...]]] = [
        (date.start, date.end, (date.year, date.month, date.day, "date"))
        for date in find_dates(text)
        if (date.year, date.month, date.day) != (None, None, None)
    ]
    dated = {place for start, end, _ in facts for place in range(start, end)}
    facts += [
        (number.start, number.end, (number.value, number.high, number.unit))
        for number in find_numbers(text)
        if dated.isdisjoint(range(number.start, number.end))
    ]
    facts.sort(key=lambda fact: fact[:2])
    covered = {place for start, end, _ in facts for place in range(start, end)}
    rest = "".join(char for place, char in enumerate(text) if place not in covered and char not in _EDGES)
    return [fact for _, _, fact in facts], rest


def right_short(given: Sequence[str], variants: Sequence[str]) -> bool:
    """Whether the first short answer is one of the right ones."""
    return bool(given) and any(same_answer(given[0], variant) for variant in variants)


def char_f1(given: str, gold: str) -> float:
    """F1 over characters, counted with repeats, of two short answers; 1 where `same_answer` holds.

    SQuAD's token F1 (Rajpurkar et al., 2016), a character being a token as is usual for Chinese.
    """
    if same_answer(given, gold):
        return 1.0
    one, other = Counter(fold(given)), Counter(fold(gold))
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values())) if shared else 0.0


def matched_items(given: Sequence[str], items: Sequence[Sequence[str]]) -> int:
    """How many items of a list are given, each answer counting for one item: a maximum matching."""
    import numpy as np
    from scipy.sparse import csr_array  # type: ignore[import-untyped]
    from scipy.sparse.csgraph import maximum_bipartite_matching  # type: ignore[import-untyped]

    if not given or not items:
        return 0
    right = np.array([[any(same_answer(answer, variant) for variant in item) for answer in given] for item in items])
    matching = maximum_bipartite_matching(csr_array(right.astype(np.int8)), perm_type="column")
    return int((matching >= 0).sum())
