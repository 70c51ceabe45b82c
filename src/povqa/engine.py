"""The whole of it behind one object: open a corpus, ask it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from povqa.asking import Asker
from povqa.config import Settings
from povqa.encoder.models import open_encoder
from povqa.encoder.runtime import OnnxEncoder
from povqa.index.generations import current_name
from povqa.index.store import Index
from povqa.reader.judge import Ranker
from povqa.reader.model import ReaderModel
from povqa.reader.understanding import MAX_QUESTION
from povqa.retrieval import Stages
from povqa.types import Answer, Article, Filters, Query, Trace
from povqa.upkeep import (
    Progress,
    Say,
    build,
    ensure_index,
    fresh_index,
    other_encoder,
    sample_sentences,
    store_of,
    update,
    verify,
)

__all__ = ["MAX_QUESTION", "Povqa", "build", "ensure_index", "sample_sentences", "update", "verify"]


class Povqa:
    """A corpus that can be asked. Opened once, asked often; asking is safe from several threads."""

    def __init__(self, settings: Settings, index: Index, encoder: OnnxEncoder, stages: Stages = Stages.FULL) -> None:
        self.settings = settings
        self.encoder = encoder
        self.stages = stages
        self._ranker = Ranker.load()
        self._model = ReaderModel(threads=settings.threads)
        self._refreshing = Lock()
        self.asker = self._asker_of(index)

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
        """Open the index of the corpus; bring it in line first where it is missing or stale.

        :param build: False: take the index as it is.
        :param progress: told how far a build is.
        :param say: told, in English and Chinese, what takes long: a download, a build.
        :param stages: "lexical", "dense", "fused" or "full": how much of the pipeline answers. For ablation.
        :raises PovqaError: if the corpus, the model or the index cannot be used.
        """
        settings = settings or Settings()
        if build:
            index = fresh_index(settings, progress=progress, say=say)
        else:
            index = Index.open(settings.index_path, store_of(settings))
        try:
            encoder = open_encoder(settings)
            if encoder.fingerprint != index.manifest.encoder_fingerprint:
                raise other_encoder(settings, index, encoder)
            engine = cls(settings, index, encoder, Stages(stages))
            engine.warm()
        except BaseException:
            index.close()
            raise
        return engine

    @property
    def index(self) -> Index:
        """The index that serves; after `refresh` another."""
        return self.asker.index

    def warm(self) -> None:
        """Load everything a question needs, side by side."""
        parts: list[Callable[[], object]] = [self.encoder.warm, *self.index.warm()]
        if self.stages is Stages.FULL:
            parts.append(self._model.warm)
        with ThreadPoolExecutor(len(parts)) as pool:
            for done in [pool.submit(part) for part in parts]:
                done.result()

    def refresh(self) -> bool:
        """Take up the index that serves by now, if another process has written one; cheap where none has.

        Questions under way are answered from the index that they were put to; it is let go of after the last.

        :return: whether there was a new one.
        :raises PovqaError: it cannot be used; the one at hand serves on.
        """
        with self._refreshing:
            if current_name(self.settings.index_path) in ("", self.index.generation.name):
                return False
            index = Index.open(self.settings.index_path, store_of(self.settings))
            if self.encoder.fingerprint != index.manifest.encoder_fingerprint:
                index.close()
                raise other_encoder(self.settings, index, self.encoder)
            asker = self._asker_of(index)
            for part in index.warm():
                part()
            self.asker = asker  # what the last question under way holds on to goes with it
            return True

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def articles(self) -> list[Article]:
        """The articles of the index, by path."""
        return self.index.articles()

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
        return self.asker.ask(question, history, filters=filters, top=top)

    def explain(
        self, question: str, history: Sequence[str] = (), *, filters: Filters | None = None, top: int = 3
    ) -> tuple[Answer, Trace]:
        """As `ask`, with how the answer came about."""
        return self.asker.explain(question, history, filters=filters, top=top)

    def understand(self, question: str, history: Sequence[str] = ()) -> Query:
        """The question as it is searched and read: typos put right, years spelt out, the history before it."""
        return self.asker.understand(question, history)

    def _asker_of(self, index: Index) -> Asker:
        return Asker(index, self.encoder, self._model, self._ranker, self.settings.max_refused, self.stages)
