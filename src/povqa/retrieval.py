"""From a question to candidate sentences: recall. Which of them answers is the reader's to say."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from povqa.encoder.adapter import adapted
from povqa.encoder.runtime import Encoder
from povqa.index.searching import Allowed
from povqa.index.store import Index
from povqa.index.tokens import question_tokens, tokens
from povqa.reader.question import JOIN, last_question
from povqa.text.english import in_chinese
from povqa.text.thesaurus import written_forms
from povqa.types import Hit, Query

LEXICAL = 72  # sentences taken from the lexical side
DENSE = 24  # chunks taken from the dense side, with all their sentences
_SCORED = 2  # times as many are scored, so that what one side ranks low has its own score, not a guess


class Stages(StrEnum):
    """How much of the pipeline runs: for ablation. FULL is what users get."""

    LEXICAL = "lexical"
    DENSE = "dense"
    FUSED = "fused"
    FULL = "full"


def query_tokens(normalised: str) -> list[str]:
    """The tokens to search for; the question's own count twice what other words for them do, or its history."""
    own = last_question(normalised)
    before = normalised.removesuffix(own).replace(JOIN.strip(), " ")
    asked = question_tokens(own)
    others = tokens(" ".join(written_forms(own)))
    return [*asked, *asked, *others, *(question_tokens(before) if before.strip() else ())]


def dense_text(normalised: str) -> str:
    """What is encoded of a question: the whole of it, English in the words of Chinese news."""
    return in_chinese(normalised.replace(JOIN, " "))


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def retrieve(
    index: Index, encoder: Encoder | None, query: Query, allowed: Allowed | None = None, stages: Stages = Stages.FULL
) -> list[Hit]:
    """The union of both sides' candidates, best first: standardised scores, added.

    Fusing ranks instead would throw away how far ahead of the rest a side's best is.

    :param encoder: None to leave the dense side out.
    """
    lexical_ids, lexical_scores = _lexical(index, query, allowed, stages)
    dense = _dense(index, encoder, query, allowed, stages)
    lexical = dict(zip(lexical_ids.tolist(), lexical_scores.tolist(), strict=True))
    chosen = list(dict.fromkeys([*lexical_ids[:LEXICAL].tolist(), *dense[1]]))
    if not chosen:
        return []
    lowest = min(lexical.values(), default=0.0) if len(lexical) >= _SCORED * LEXICAL else 0.0
    least = min(dense[0].values(), default=0.0)
    lexical_column = np.array([lexical.get(number, lowest) for number in chosen])
    dense_column = np.array([dense[0].get(index.chunk_of(number), least) for number in chosen])
    fused = _standard(lexical_column) + _standard(dense_column)
    lexical_rank = {number: rank for rank, number in enumerate(lexical_ids.tolist())}
    dense_rank = {number: rank for rank, number in enumerate(dense[1])}
    order = sorted(range(len(chosen)), key=lambda i: (-fused[i], chosen[i]))
    return [
        Hit(
            chosen[i], float(fused[i]), lexical_rank.get(chosen[i]), dense_rank.get(chosen[i]),
            float(lexical_column[i]), float(dense_column[i]),
        )
        for i in order
    ]  # fmt: skip


def _lexical(
    index: Index, query: Query, allowed: Allowed | None, stages: Stages
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if stages is Stages.DENSE:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    return index.search_sentences(query_tokens(query.normalised), _SCORED * LEXICAL, allowed)


def _dense(
    index: Index, encoder: Encoder | None, query: Query, allowed: Allowed | None, stages: Stages
) -> tuple[dict[int, float], Sequence[int]]:
    """The cosine of each of the nearest chunks, and the sentences of the very nearest in their order."""
    if encoder is None or stages is Stages.LEXICAL:
        return {}, []
    vector = adapted(encoder.encode_query(dense_text(query.normalised)), encoder.name)
    ids, cosines = index.search_chunks(vector, _SCORED * DENSE, allowed)
    table = index.chunks
    sentences = [
        number
        for chunk in ids[:DENSE].tolist()
        for number in range(int(table.first[chunk]), int(table.last[chunk]) + 1)
    ]
    return dict(zip(ids.tolist(), cosines.tolist(), strict=True)), sentences
