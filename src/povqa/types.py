"""The types that flow through povqa. Frozen, light: nothing here imports more than the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a question asks for; it decides which short answers count and how many sentences are given."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    LIST = "list"
    DEFINITION = "definition"
    HOW_WHY = "how_why"
    OTHER = "other"


class Status(StrEnum):
    """Whether the corpus answered."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"


class Reason(StrEnum):
    """Why nothing was found."""

    NO_EVIDENCE = "no_evidence"
    OFF_TOPIC = "off_topic"
    EMPTY_QUESTION = "empty_question"


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A file of the corpus, decoded but not cleaned; what its format tells already stands in the fields."""

    id: str  # the file's stem, made unique within the corpus folder
    path: str  # as shown to people: the corpus folder's name, then the path inside it
    text: str
    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None  # YYYY-MM-DD
    url: str | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A piece of the raw page that cleaning left out, and the name of the rule that did it."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article. `text` is the body: paragraphs joined by newlines, each character as in the raw file."""

    id: str
    title: str
    text: str
    path: str
    source: str | None = None
    author: str | None = None
    published: str | None = None  # YYYY-MM-DD
    place: tuple[str, ...] = ()  # the largest first, as far as the article says: ("山东", "临沂市", "临沭县")
    url: str | None = None
    sha256: str = ""  # of the file's bytes, in hexadecimal; set by the index
    added: str | None = None  # when it entered the index: ISO 8601, UTC, to the second; set by the index


@dataclass(frozen=True, slots=True)
class Sentence:
    """Code points [start, end) of an article's text."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is embedded: one or more whole, consecutive sentences, code points [start, end) of an article's text."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a question is put to. Empty: all."""

    articles: tuple[str, ...] = ()  # ids
    places: tuple[str, ...] = ()  # any level of an article's place, in full (临沭县) or short (临沭)
    since: str | None = None  # YYYY-MM-DD, inclusive; an article without a date is left out
    until: str | None = None  # YYYY-MM-DD, inclusive
    sources: tuple[str, ...] = ()  # as an article names its source, whole
    authors: tuple[str, ...] = ()  # as an article names its author, whole


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is understood: resolved against its history, normalised, taken apart."""

    text: str  # as asked
    normalised: str  # what is searched and read: normalised, an ellipsis filled in from the history
    kind: Kind
    places: tuple[str, ...] = ()  # names of places in it, normalised
    years: tuple[int, ...] = ()
    across: bool = False  # asks about several articles: 哪些地方…, 各县…, 甲和乙哪个…


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate sentence from retrieval. A higher score is better; ranks count from 0, None: that side missed it."""

    sentence: int  # number in the index
    score: float  # standardised lexical and dense scores, added
    lexical_rank: int | None
    dense_rank: int | None
    lexical_score: float
    dense_score: float  # cosine of the question and the sentence's chunk


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the reader says of a sentence."""

    sentence: int  # number in the index
    score: float  # probability in [0, 1] that it answers
    spans: tuple[tuple[int, int], ...]  # short answers, code-point offsets into the sentence, best first
    features: dict[str, float]  # what the score was made of, by name


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a question got its answer: for `--explain` and the evaluation."""

    query: Query
    hits: tuple[Hit, ...]  # as retrieval ranked them
    judgements: tuple[Judgement, ...]  # best first; of a question's sides the best of each, then the second of each
    threshold: float  # of the answer's confidence: below it, nothing is found
    decision: str  # one line of English


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence that stands, character for character, in an article: `article.text[start:end] == text`."""

    text: str
    article_id: str
    title: str
    source: str | None
    published: str | None
    path: str
    start: int
    end: int
    highlights: tuple[tuple[int, int], ...]  # the short answers, code-point offsets into `text`
    score: float  # probability in [0, 1] that this sentence answers
    url: str | None = None  # of the page that the article was saved from
    copies: tuple[str, ...] = ()  # the paths of other articles that say the same: a syndicated text


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question got: cited sentences, or that nothing was found."""

    question: str
    status: Status
    reason: Reason | None
    answers: tuple[str, ...]  # the short answers, each a substring of a citation
    confidence: float  # calibrated probability in [0, 1] that the corpus answers the question
    citations: tuple[Citation, ...]  # best first; empty when not found
    nearest: tuple[Citation, ...] = ()  # when not found: what came nearest, which is not an answer
    elapsed_ms: float = field(default=0.0, compare=False)
