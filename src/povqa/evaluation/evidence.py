"""Gold evidence against the corpus: which of its sentences hold it, and whether citations stand where they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from povqa.corpus.catalogue import Catalogue
from povqa.corpus.readers import read_raw
from povqa.errors import PovqaError
from povqa.evaluation.matching import agrees, fold, squeeze
from povqa.evaluation.questions import Question
from povqa.types import Answer, Article, Citation, Sentence, Status

_PIECES = 3
_LEAST_PIECE = 4


class Corpus:
    """The articles as they are read from the files again, without the index: a witness of its own."""

    def __init__(self, catalogue: Catalogue, sentences: Sequence[Sentence]) -> None:
        """:param sentences: all sentences, by their number in the index."""
        self._catalogue = catalogue
        self.sentences = sentences

    @cached_property
    def articles(self) -> dict[str, Article]:
        """By id."""
        return {cleaned.article.id: cleaned.article for cleaned in self._catalogue.load()}

    @cached_property
    def raw(self) -> dict[str, str]:
        """The text of each file before cleaning, without white space, by the article's id."""
        texts: dict[str, str] = {}
        for file in self._catalogue.files:
            path = self._catalogue.folder / file.relative
            if file.id in self.articles:
                texts[file.id] = squeeze(read_raw(path, self._catalogue.shown_path(file), file.id).text)
        return texts

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, sentence in enumerate(self.sentences):
            found[sentence.article_id].append(number)
        return found

    def text(self, sentence: Sentence) -> str:
        """A sentence's text; empty where the index speaks of an article that the files do not have."""
        article = self.articles.get(sentence.article_id)
        return article.text[sentence.start : sentence.end] if article else ""

    def gold(self, question: Question) -> list[frozenset[int]]:
        """The numbers of the sentences that a question is after, one set for each thing that is wanted.

        Where any piece of evidence will do there is one set; where all are needed one for each, pieces in the same
        sentence together. A set is empty when the index does not hold the evidence.
        """
        if not question.answerable:
            return []
        numbers = [number for id in question.articles or self._numbers for number in self._numbers.get(id, ())]
        if question.evidence:
            held = [
                frozenset(number for number in numbers if agrees(self.text(self.sentences[number]), piece))
                for piece in question.evidence
            ]
        else:
            variants = [fold(variant) for variant in question.answers.variants]
            texts = ((number, fold(self.text(self.sentences[number]))) for number in numbers)
            held = [frozenset(number for number, text in texts if any(variant in text for variant in variants))]
        return list(dict.fromkeys(held)) if question.all_needed else [frozenset().union(*held)]

    def faults(self, answer: Answer) -> list[str]:
        """What is wrong with an answer's citations, in English; an empty list when they are whole."""
        found: list[str] = []
        if (answer.status is Status.ANSWERED) != bool(answer.citations):
            found.append("answered without a citation, or a citation without an answer")
        for citation in answer.citations:
            found.extend(self._citation_faults(citation))
        marked = {citation.text[start:end] for citation in answer.citations for start, end in citation.highlights}
        found.extend(f"short answer not highlighted: {short}" for short in answer.answers if short not in marked)
        return found

    def _citation_faults(self, citation: Citation) -> Iterable[str]:
        article = self.articles.get(citation.article_id)
        if article is None:
            yield f"no such article: {citation.article_id}"
            return
        if not citation.text or article.text[citation.start : citation.end] != citation.text:
            yield f"not at [{citation.start}, {citation.end}) of {article.id}: {citation.text}"
        if not stands_in(citation.text, self.raw[article.id]):
            yield f"not in the raw file of {article.id}: {citation.text}"
        if (citation.title, citation.source, citation.published) != (article.title, article.source, article.published):
            yield f"title, source or date are not those of {article.id}"
        if any(not 0 <= start < end <= len(citation.text) for start, end in citation.highlights):
            yield f"a highlight lies outside of the citation: {citation.text}"


def stands_in(citation: str, raw: str) -> bool:
    """Whether a citation stands in a raw file, white space aside, in one piece or a few.

    A caption may have been cut out of it, and where columns of a page are interleaved its end may stand before its
    beginning.

    :param raw: the file's text without white space.
    """
    rest = squeeze(citation)
    for _ in range(_PIECES):
        length = _longest_prefix(rest, raw)
        if length == len(rest):
            return True
        if length < _LEAST_PIECE:
            return False
        rest = rest[length:]
    return False


def _longest_prefix(text: str, raw: str) -> int:
    if text in raw:
        return len(text)
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if text[:middle] in raw else (low, middle)
    return low


def known_article(corpus: Corpus, question: Question) -> None:
    """Check that a question's articles are in the corpus it is put to.

    :raises PovqaError: one is not.
    """
    missing = [id for id in question.articles if id not in corpus.articles]
    if missing:
        raise PovqaError(
            f"question {question.id} is about article {missing[0]}, which the corpus does not have; name its "
            "corpus with --corpus",
            f"问题 {question.id} 涉及文章 {missing[0]}，但文章文件夹里没有；请用 --corpus 指定对应的文件夹",
        )
