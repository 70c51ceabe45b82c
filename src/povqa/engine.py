"""The whole of it behind one object: open a corpus, ask it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from povqa.config import Settings
from povqa.corpus.catalogue import Catalogue
from povqa.encoder.models import info, open_encoder, prepare
from povqa.encoder.runtime import OnnxEncoder
from povqa.errors import BrokenIndexError, QuestionError
from povqa.index.manifest import Manifest, current_parameters
from povqa.index.store import Allowed, Index
from povqa.index.tokens import tokens
from povqa.reader.judge import Candidate, Judge, Ranker, probability
from povqa.reader.model import ReaderModel
from povqa.reader.question import (
    JOIN,
    content,
    county_stems,
    is_across,
    kind_of,
    last_question,
    sides,
    spell_years,
    with_history,
    years_in,
)
from povqa.reader.select import Chosen, Selection, join, select, short_answers
from povqa.retrieval import Stages, retrieve
from povqa.text.normalise import normalise
from povqa.types import Answer, Article, Citation, Filters, Hit, Judgement, Query, Reason, Status, Trace

MAX_QUESTION = 1000  # characters; what is longer is no question
_REMEMBERED = 2  # questions of the history that can matter

Progress = Callable[[str, int, int], None]  # (stage, done, total)
Say = Callable[[str, str], None]  # (en, zh)


class Povqa:
    """A corpus that can be asked. Opened once, asked often; asking is safe from several threads."""

    def __init__(self, settings: Settings, index: Index, encoder: OnnxEncoder, stages: Stages = Stages.FULL) -> None:
        self.settings = settings
        self.index = index
        self.encoder = encoder
        self.stages = stages
        self._ranker = Ranker.load()
        self._model = ReaderModel(threads=settings.threads)
        self._judge = Judge(index, self._model, self._ranker)

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        build: bool = True,
        progress: Progress | None = None,
        say: Say | None = None,
        stages: str = "full",
    ) -> Povqa:
        """Open the index of the corpus; build it first where it is missing or stale.

        :param build: False: take the index as it is.
        :param progress: told how far a build is.
        :param say: told, in English and Chinese, what takes long: a download, a build.
        :param stages: "lexical", "dense", "fused" or "full": how much of the pipeline answers. For ablation.
        :raises PovqaError: if the corpus, the model or the index cannot be used.
        """
        settings = settings or Settings()
        if build:
            ensure_index(settings, progress=progress, say=say)
        index = Index.open(settings.index_path)
        encoder = open_encoder(settings)
        if encoder.fingerprint != index.manifest.encoder_fingerprint:
            raise BrokenIndexError(
                f"the index in {settings.index_path} was built with another encoder ({index.manifest.encoder}), not "
                f"{encoder.name} as it is now: run `povqa index`",
                f"{settings.index_path} 中的索引是用另一个编码器（{index.manifest.encoder}）建立的，不是现在的 "
                f"{encoder.name}：请运行 `povqa index`",
            )
        engine = cls(settings, index, encoder, Stages(stages))
        engine.warm()
        return engine

    def warm(self) -> None:
        """Load everything a question needs, side by side."""
        parts: list[Callable[[], object]] = [self.encoder.warm, lambda: self.index.dense, lambda: self.index.lexical]
        if self.stages is Stages.FULL:
            parts.append(self._model.warm)
        with ThreadPoolExecutor(len(parts)) as pool:
            for done in [pool.submit(part) for part in parts]:
                done.result()

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def articles(self) -> list[Article]:
        """The articles of the index, in its order."""
        return [self.index.article(i) for i in range(len(self.index.article_ids))]

    def article(self, article_id: str) -> Article:
        """One article.

        :raises CorpusError: if there is none of that id.
        """
        return self.index.article(article_id)

    def ask(
        self, question: str, history: Sequence[str] = (), *, filters: Filters | None = None, top: int = 3
    ) -> Answer:
        """Answer from the corpus, or say that it holds no answer.

        :param history: the questions asked before, oldest first; a follow-up is resolved against them.
        :param top: the most citations for a single fact.
        :raises QuestionError: if the question is too long to be one.
        """
        return self.explain(question, history, filters=filters, top=top)[0]

    def explain(
        self, question: str, history: Sequence[str] = (), *, filters: Filters | None = None, top: int = 3
    ) -> tuple[Answer, Trace]:
        """As `ask`, with how the answer came about."""
        begun = time.perf_counter()
        if len(question) > MAX_QUESTION:
            raise QuestionError(
                f"a question may have {MAX_QUESTION} characters, this has {len(question)}: ask in fewer words",
                f"问题最多 {MAX_QUESTION} 个字符，这个有 {len(question)} 个：请缩短后再问",
            )
        query = self.understand(question, history)
        if not any(char.isalnum() for char in query.normalised):
            selection = Selection((), (), Reason.EMPTY_QUESTION, 0.0, 0.0, "the question is empty")
            return self._answer(question, selection, begun), Trace(query, (), (), 0.0, selection.decision)
        if self.stages is not Stages.FULL:
            return self._unread(question, query, self._retrieve(query, filters), top, begun)
        parts = [
            replace(query, normalised=side, places=self._places(side), kind=kind_of(side), across=False)
            for side in sides(query.normalised, query.places)
        ]
        runs = [self._run(part, filters, 1) for part in parts] or [self._run(query, filters, top)]
        selection = join([run[2] for run in runs]) if parts else runs[0][2]
        judgements = tuple(
            Judgement(c.sentence, probability(c.score), short_answers(part, c), c.features)
            for part, (_, candidates, _) in zip(parts or [query], runs, strict=True)
            for c in candidates
        )
        hits = tuple(hit for run in runs for hit in run[0])
        return self._answer(question, selection, begun), Trace(
            query, hits, judgements, selection.threshold, selection.decision
        )

    def _run(
        self, query: Query, filters: Filters | None, top: int
    ) -> tuple[Sequence[Hit], Sequence[Candidate], Selection]:
        """Retrieve, read and decide for one question about one thing."""
        hits = self._retrieve(query, filters)
        candidates = self._judge.judge(query, hits)
        return hits, candidates, select(query, candidates, self._ranker, max_refused=self.settings.max_refused, top=top)

    def understand(self, question: str, history: Sequence[str] = ()) -> Query:
        """The question as it is searched and read: typos put right, years spelt out, the history before it."""
        asked = [text for text in history if len(text) <= MAX_QUESTION]  # a longer one was never answered
        folded = [self._folded(text) for text in [*asked[-_REMEMBERED:], question]]
        before = [text for text in folded[:-1] if text]
        named = bool(self.index.vocabulary.places_in(folded[-1]))
        whole = with_history(folded[-1], before, names_place=named, strange=self._strange(folded[-1]))
        own = last_question(whole)
        places = self._places(own)
        if not places and whole != own:
            places = self._places(whole)
        return Query(question, whole, kind_of(whole), places, years_in(own), is_across(whole))

    def _strange(self, normalised: str) -> bool:
        """Whether a question speaks of what stands nowhere in the corpus: not one pair of its characters does."""
        pairs = [token for token in tokens(content(normalised)) if len(token) > 1]
        return bool(pairs) and not self.index.lexical.document_frequency(pairs).any()

    def _places(self, normalised: str) -> tuple[str, ...]:
        """The places that a question names: those of the corpus, and counties and towns that it has never heard of."""
        known = self.index.vocabulary.places_in(normalised)
        stems = [stem for stem in county_stems(normalised) if not any(stem in name for name in known)]
        counts = self.index.lexical.document_frequency(stems)
        strange = [stem for stem, count in zip(stems, counts, strict=True) if not count]
        return tuple(dict.fromkeys((*known, *strange)))

    def _folded(self, question: str) -> str:
        """A question, normalised, with years in digits and mistyped names put right."""
        # A lone surrogate is no character: half of one that was cut, or a byte that was never text.
        question = question.encode("utf-8", "replace").decode("utf-8")
        folded = spell_years(" ".join(normalise(question).split()).replace(JOIN.strip(), " "))
        folded = self.index.vocabulary.unspelt(folded)
        bigrams = [(i, folded[i : i + 2]) for i in range(len(folded) - 1) if tokens(folded[i : i + 2])[1:2]]
        counts = self.index.lexical.document_frequency([bigram for _, bigram in bigrams])
        unseen = [i for (i, _), count in zip(bigrams, counts, strict=True) if not count]
        return self.index.vocabulary.corrected(folded, unseen)

    def _allowed(self, filters: Filters | None) -> Allowed | None:
        if filters is None:
            return None
        return self.index.allowed(
            articles=filters.articles or None, places=filters.places or None, since=filters.since, until=filters.until
        )

    def _retrieve(self, query: Query, filters: Filters | None) -> list[Hit]:
        return retrieve(self.index, self.encoder, query, self._allowed(filters), self.stages)

    def _unread(self, question: str, query: Query, hits: Sequence[Hit], top: int, begun: float) -> tuple[Answer, Trace]:
        """What retrieval alone would answer: its first sentences, whatever they are."""
        citations = tuple(self._cite(hit.sentence, (), 0.5) for hit in hits[:top])
        judgements = tuple(Judgement(hit.sentence, 0.5, (), {"retrieval": hit.score}) for hit in hits)
        status = Status.ANSWERED if citations else Status.NOT_FOUND
        reason = None if citations else Reason.OFF_TOPIC
        elapsed = (time.perf_counter() - begun) * 1000
        answer = Answer(question, status, reason, (), 0.5, citations, (), elapsed)
        return answer, Trace(query, tuple(hits), judgements, 0.0, f"the {self.stages} stage alone")

    def _cite(self, sentence: int, spans: Sequence[tuple[int, int]], score: float) -> Citation:
        table = self.index.sentences
        article = self.index.article(int(table.article[sentence]))
        start, end = int(table.start[sentence]), int(table.end[sentence])
        return Citation(
            article.text[start:end], article.id, article.title, article.source, article.published, article.path,
            start, end, tuple(spans), round(score, 4),
        )  # fmt: skip

    def _answer(self, question: str, selection: Selection, begun: float) -> Answer:
        def cited(chosen: Sequence[Chosen]) -> tuple[Citation, ...]:
            return tuple(self._cite(one.candidate.sentence, one.spans, one.probability) for one in chosen)

        citations = cited(selection.chosen)
        # A list's items stand in the order of the text, whichever sentence is cited first.
        ordered = sorted(citations, key=lambda c: (c.article_id, c.start)) if selection.listing else citations
        short = [c.text[a:b] for c in ordered for a, b in c.highlights]
        elapsed = (time.perf_counter() - begun) * 1000
        return Answer(
            question, Status.ANSWERED if citations else Status.NOT_FOUND, selection.reason, tuple(dict.fromkeys(short)),
            round(selection.confidence, 4), citations, cited(selection.nearest), elapsed,
        )  # fmt: skip


def ensure_index(settings: Settings, *, progress: Progress | None = None, say: Say | None = None) -> None:
    """See that the index is that of the corpus and settings at hand; build what is missing, the encoder too.

    An index whose corpus folder is gone still serves.
    """
    try:
        catalogue = Catalogue(settings.corpus_path)
    except Exception:
        if (settings.index_path / "CURRENT").exists() and not settings.corpus_path.exists():
            return
        raise
    model = info(settings, settings.encoder)
    reasons = ["missing"]
    try:
        with Index.open(settings.index_path) as index:
            encoder_fingerprint = model.card.fingerprint if model.card else index.manifest.encoder_fingerprint
            reasons = index.stale(catalogue.fingerprint(), encoder_fingerprint, current_parameters())
    except BrokenIndexError:
        pass
    if reasons:
        build(settings, catalogue, progress=progress, say=say)
    elif not model.prepared:
        articles = [cleaned.article for cleaned in catalogue.load()]
        prepare(settings, settings.encoder, sample_sentences(articles), say=say)


def build(
    settings: Settings, catalogue: Catalogue | None = None, *, progress: Progress | None = None, say: Say | None = None
) -> Manifest:
    """Build the index of the corpus; the old one serves until the new one stands.

    :raises PovqaError: if the corpus cannot be read, the encoder not be had, or the index not be written.
    """
    from povqa.index.build import build_index

    tell = say or (lambda en, zh: None)
    catalogue = catalogue or Catalogue(settings.corpus_path)
    articles = [cleaned.article for cleaned in catalogue.load()]
    for _, error in catalogue.skipped:
        tell(error.en, error.zh)
    if not info(settings, settings.encoder).prepared:
        prepare(settings, settings.encoder, sample_sentences(articles), say=say)
    tell(f"building the index of {len(articles)} articles", f"正在为 {len(articles)} 篇文章建立索引")
    return build_index(
        articles, open_encoder(settings), settings.index_path, corpus_hash=catalogue.corpus_hash(),
        fingerprint=catalogue.fingerprint(), progress=progress,
        on_wait=lambda: tell("another process is building the index; waiting", "另一个进程正在建立索引，等待中"),
    )  # fmt: skip


def sample_sentences(articles: Sequence[Article], most: int = 100) -> list[str]:
    """Real sentences of the corpus, on which a prepared encoder is checked."""
    from povqa.text.sentences import split_sentences

    found = [article.text[a:b] for article in articles for a, b in split_sentences(article.text)]
    return found[:: max(1, len(found) // most)][:most]
