"""What becomes of articles that are offered to a corpus: which are new, which correct one it has, which it has already.

An offer whose bytes the corpus has is not taken twice. One whose name is taken either corrects the article that has it
(most of the text is the same) or is another article and gets a number: a-2.txt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from povqa.config import Settings
from povqa.corpus.filenames import is_variant, safe_relative, variants
from povqa.corpus.placing import Planned, inside
from povqa.corpus.sources import Loaded, Offer, offer_bytes
from povqa.errors import CorpusError, PovqaError
from povqa.types import Article, Dropped, RawDocument

_COMPARED = 50  # articles of one name that are read to see whether one is corrected
_CORRECTS = 0.5  # the least share of character pairs that a correction has in common with what it corrects
Progress = Callable[[int], None]  # offers done


class Action(StrEnum):
    """What became of an offer."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became, or would become, of an offer.

    :ivar source: the offer, as people are shown it.
    :ivar path: within the corpus folder: where the article stands; of a duplicate, the file that has its bytes.
    :ivar article: as cleaning leaves it, where that was asked for; its id may differ once it stands in the corpus.
    :ivar sentences: how many it has.
    :ivar error: why it was skipped.
    :ivar id: of the article, once it stands in the corpus.
    """

    source: str
    action: Action
    path: str | None = None
    article: Article | None = None
    dropped: tuple[Dropped, ...] = ()
    sentences: int | None = None
    error: PovqaError | None = None
    id: str | None = None


class Intake:
    """Decides on offers one after the other, each in view of the corpus and of those before it. It changes no article.

    :ivar planned: the files that are to be placed.
    """

    def __init__(self, folder: Path, staging: Path | None = None, *, force: bool = False, details: bool = True) -> None:
        """Look at what the corpus holds.

        :param staging: a folder for the new files, on the file system of the corpus; without, none can be placed.
        :param force: take what the corpus has under another name, too.
        :param details: clean each article, to tell what it holds; without, it is only seen to be readable.
        """
        self.folder = folder
        self.planned: list[Planned] = []
        self._staging = staging
        self._force = force
        self._details = details
        self._by_size = _by_size(folder)
        self._hashes: dict[str, str] = {}
        self._taken: dict[str, str] = {}  # sha256 → path of those before
        self._claimed: set[str] = set()  # paths of which an offer before needs what it found or placed there
        self._replaced: set[str] = set()
        self._first_free: dict[str, int] = {}  # by name: all its variants before this one are claimed

    def take_all(self, offers: Iterable[Offer], progress: Progress | None = None) -> list[Outcome]:
        """Decide on every offer."""
        outcomes = []
        for done, offer in enumerate(offers, start=1):
            outcomes.append(self.take(offer))
            if progress:
                progress(done)
        return outcomes

    def take(self, offer: Offer) -> Outcome:
        """Decide on an offer. One that cannot be read is skipped, with the reason."""
        try:
            loaded = offer.load()
            return self._decide(offer, offer.inside or self._wanted(loaded), loaded.data)
        except PovqaError as error:
            return Outcome(offer.source, Action.SKIPPED, error=error)

    def _decide(self, offer: Offer, wanted: str, data: bytes) -> Outcome:
        from povqa.corpus.readers import read_data

        raw = read_data(data, Path(wanted).suffix, offer.source, Path(wanted).stem)
        outcome = _examine(raw, offer.source) if self._details else Outcome(offer.source, Action.SKIPPED)
        digest = hashlib.sha256(data).hexdigest()
        action, path = self._choose(offer, wanted, len(data), digest, raw)
        if action in (Action.ADDED, Action.CHANGED):
            self._plan(path, data, replaces=action is Action.CHANGED)
            self._taken[digest] = path
        self._claimed.add(path.casefold())  # one name on some file systems
        article = outcome.article and replace(outcome.article, id=Path(path).stem, path=f"{self.folder.name}/{path}")
        return replace(outcome, action=action, path=path, article=article)

    def _wanted(self, loaded: Loaded) -> str:
        """The path that an article is to have, or has already, if it is the corpus' own."""
        for name in loaded.known_as:
            relative = safe_relative(name)
            if relative == name and (self.folder / relative).is_file():
                return relative
        return safe_relative(loaded.name)

    def _plan(self, path: str, data: bytes, *, replaces: bool) -> None:
        if replaces:
            self._replaced.add(path)
        if self._staging:
            staged = self._staging / str(len(self.planned))
            staged.write_bytes(data)
            self.planned.append(Planned(staged, path, replaces))

    def _choose(self, offer: Offer, wanted: str, size: int, digest: str, raw: RawDocument) -> tuple[Action, str]:
        """What to do with an article that can be read, and where its bytes stand then."""
        if offer.inside:
            return Action.UNCHANGED, offer.inside
        same = self._same_bytes(size, digest)
        for path in same:
            if is_variant(path, wanted):
                return Action.UNCHANGED, path
        if same and not self._force:
            return Action.DUPLICATE, same[0]
        for compared, path in enumerate(self._unclaimed(wanted)):
            target = inside(self.folder, path)
            if not (target.exists() or target.is_symlink()):
                return Action.ADDED, path
            if compared < _COMPARED and _corrects(raw, target):
                return Action.CHANGED, path
        raise AssertionError("the names do not run out")

    def _unclaimed(self, wanted: str) -> Iterator[str]:
        """The name and its variants, but for those that offers before have claimed: thousands may want one name."""
        first = self._first_free.get(wanted, 1)
        for number, path in enumerate(variants(wanted, first), start=first):
            if path.casefold() not in self._claimed:
                yield path
            elif number == first:
                self._first_free[wanted] = first = number + 1

    def _same_bytes(self, size: int, digest: str) -> list[str]:
        """The paths that hold the same bytes, those of offers before included."""
        found = [self._taken[digest]] if digest in self._taken else []
        for path in self._by_size.get(size, ()):
            if path not in self._hashes:
                self._hashes[path] = _hash(self.folder / path)
            if self._hashes[path] == digest and path not in self._replaced:
                found.append(path)
        return found


@dataclass(frozen=True, slots=True)
class Preview:
    """An article as it would enter the corpus.

    :ivar action: what adding it would do.
    :ivar dropped: what cleaning leaves out.
    :ivar copies: paths, as people are shown them, of articles with the same bytes.
    """

    article: Article
    action: Action
    sentences: int
    dropped: tuple[Dropped, ...] = ()
    copies: tuple[str, ...] = ()


def preview(data: bytes, name: str, settings: Settings) -> Preview:
    """Show what would become of bytes that are offered under a name, without changing anything.

    :raises CorpusError: no article can be read from them.
    """
    outcome = Intake(settings.corpus_path).take(offer_bytes(data, name))
    if outcome.error:
        raise outcome.error
    assert outcome.article is not None
    assert outcome.path is not None
    copies = (f"{settings.corpus_path.name}/{outcome.path}",) if outcome.action is Action.DUPLICATE else ()
    return Preview(outcome.article, outcome.action, outcome.sentences or 0, outcome.dropped, copies)


def _by_size(folder: Path) -> dict[int, list[str]]:
    """The files of a corpus by their size: only those of the same size are ever read to be compared."""
    from povqa.corpus.catalogue import Catalogue

    sizes: dict[int, list[str]] = {}
    try:
        files = Catalogue(folder).files
    except CorpusError:  # there is none yet
        return sizes
    for file in files:
        sizes.setdefault(file.size, []).append(file.relative)
    return sizes


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:  # nobody can say that it is the same
        return ""


def _examine(raw: RawDocument, shown: str) -> Outcome:
    """What an article holds.

    :raises CorpusError: nothing.
    """
    from povqa.corpus.cleaning import clean
    from povqa.text.sentences import split_sentences

    cleaned = clean(raw)
    count = len(split_sentences(cleaned.article.text))
    if not count:
        raise CorpusError(
            f"{shown}: skipped, no sentence of an article is in it; save the page as a whole, with its text",
            f"{shown}：已跳过，其中没有文章内容；请重新保存整个网页及其正文",
        )
    return Outcome(shown, Action.SKIPPED, None, cleaned.article, cleaned.dropped, count)


def _corrects(raw: RawDocument, target: Path) -> bool:
    """Whether a text is another version of the article that has its name."""
    from povqa.corpus.cleaning import clean
    from povqa.corpus.readers import read_raw
    from povqa.corpus.saved import address

    try:
        old = clean(read_raw(target, target.name, target.stem)).article
    except PovqaError:  # what cannot be read is not thrown away for it
        return False
    new = clean(raw).article
    if old.url and new.url:
        return address(old.url) == address(new.url)
    if old.published and new.published and old.published != new.published:
        return False  # a weekly briefing has the name, and much of the wording, of the one before
    return _likeness(old.text, new.text) >= _CORRECTS


def _likeness(a: str, b: str) -> float:
    """The Dice coefficient of two texts' sets of character pairs."""
    pairs_a, pairs_b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (a, b))
    return 2 * len(pairs_a & pairs_b) / max(1, len(pairs_a) + len(pairs_b))
