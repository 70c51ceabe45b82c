"""A small engine that ranks the sentences of real articles by the character bigrams they share with the question."""

from pathlib import Path

import pytest

from povqa.corpus.catalogue import Catalogue
from povqa.evaluation.evidence import Corpus
from povqa.evaluation.run import run_questions
from povqa.evaluation.sets import load_set
from povqa.evaluation.summary import make_report
from povqa.text.normalise import normalise
from povqa.text.numerals import find_numbers
from povqa.text.sentences import split_sentences
from povqa.types import Answer, Citation, Hit, Judgement, Kind, Query, Reason, Sentence, Status, Trace

ROOT = Path(__file__).parents[2]


def bigrams(text):
    folded = normalise(text)
    return {folded[place : place + 2] for place in range(len(folded) - 1)}


class BigramEngine:
    """The score of a sentence is the share of the question's bigrams that stand in it, or in its article's title."""

    def __init__(self, folder, threshold=0.4, shift=0, reader=True):
        self.articles = {cleaned.article.id: cleaned.article for cleaned in Catalogue(folder).load()}
        self.sentences = [
            Sentence(article.id, start, end)
            for article in self.articles.values()
            for start, end in split_sentences(article.text)
        ]
        self._bigrams = [bigrams(self._text(one) + self.articles[one.article_id].title) for one in self.sentences]
        self.threshold, self.shift, self.reader = threshold, shift, reader

    def _text(self, sentence):
        return self.articles[sentence.article_id].text[sentence.start : sentence.end]

    def explain(self, question, history=()):
        asked = bigrams("".join((*history, question))) or {question}
        scores = [len(asked & found) / len(asked) for found in self._bigrams]
        order = sorted(range(len(scores)), key=lambda number: (-scores[number], number))[:50]
        hits = tuple(Hit(number, scores[number], rank, None, scores[number], 0.0) for rank, number in enumerate(order))
        judged = tuple(Judgement(number, scores[number], self._spans(number), {}) for number in order)
        judged = judged if self.reader else judged[::-1]
        best = judged[0].score if self.reader else 1.0
        found = best >= self.threshold
        citations = tuple(self._cite(judgement) for judgement in judged[:3]) if found else ()
        answer = Answer(
            question=question,
            status=Status.ANSWERED if found else Status.NOT_FOUND,
            reason=None if found else Reason.NO_EVIDENCE,
            answers=tuple(one.text[slice(*one.highlights[0])] for one in citations[:1]),
            confidence=best,
            citations=citations,
        )
        query = Query(question, normalise(question), Kind.OTHER)
        return answer, Trace(query, hits, judged, self.threshold, "above" if found else "below")

    def _spans(self, number):
        text = self._text(self.sentences[number])
        return tuple((found.start, found.end) for found in find_numbers(text)[:1]) or ((0, len(text)),)

    def _cite(self, judgement):
        sentence = self.sentences[judgement.sentence]
        article = self.articles[sentence.article_id]
        start, end = sentence.start + self.shift, sentence.end + self.shift
        return Citation(
            text=self._text(sentence),
            article_id=article.id,
            title=article.title,
            source=article.source,
            published=article.published,
            path=article.path,
            start=start,
            end=end,
            highlights=judgement.spans,
            score=judgement.score,
        )


@pytest.fixture(scope="session")
def seeds():
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def engine(seeds):
    return BigramEngine(seeds)


@pytest.fixture(scope="session")
def corpus(seeds, engine):
    return Corpus(Catalogue(seeds), engine.sentences)


@pytest.fixture(scope="session")
def questions():
    return load_set(ROOT / "eval" / "questions.jsonl", split="dev", limit=60).questions


@pytest.fixture(scope="session")
def run(engine, corpus, questions):
    return run_questions(engine, corpus, questions)


@pytest.fixture(scope="session")
def report(run):
    return make_report(run, set="questions", split="dev", encoder="bigrams", fingerprint="0" * 16)


@pytest.fixture
def rerun(seeds, corpus, questions):
    """A report of another engine on the same questions."""

    def make(**options):
        made = run_questions(BigramEngine(seeds, **options), corpus, questions)
        return make_report(made, set="questions", split="dev", encoder="bigrams", fingerprint="1" * 16)

    return make


@pytest.fixture
def changed():
    """A copy of a report in which some outcomes have other scores."""

    def make(report, scores):
        outcomes = tuple(
            one.model_copy(update={"scores": {**one.scores, **scores.get(one.question.id, {})}})
            for one in report.outcomes
        )
        return report.model_copy(update={"outcomes": outcomes})

    return make
