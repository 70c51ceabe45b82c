"""Changing the corpus and its index together: articles come in or go out, or everything stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from povqa.config import Settings
from povqa.corpus.catalogue import Catalogue
from povqa.corpus.intake import Action, Intake, Outcome
from povqa.corpus.placing import placing
from povqa.corpus.sources import Offer
from povqa.errors import CorpusError
from povqa.index.changes import Changes
from povqa.index.files import catalogue_of
from povqa.index.generations import BusyIndexError, current_name
from povqa.upkeep import Progress, Say, update


class BusyCorpusError(CorpusError):
    """Another process is changing the corpus or its index."""

    def __init__(self) -> None:
        super().__init__(
            "another process is changing the articles, so nothing was changed; run this again when it is done",
            "另一个进程正在修改文章，没有改动任何内容；请等它结束后再试",
        )


def add_articles(
    settings: Settings,
    offers: Iterable[Offer],
    *,
    total: int = 0,
    force: bool = False,
    details: bool = True,
    wait: bool = True,
    progress: Progress | None = None,
    say: Say | None = None,
) -> list[Outcome]:
    """Take articles into the corpus and bring its index in line.

    :param total: how many there are, for the progress.
    :param force: take what the corpus has under another name, too.
    :param details: tell what each article holds; of thousands, that takes a while.
    :param wait: for another process that is changing the corpus; without, that is a `BusyCorpusError`.
    :return: what became of each offer, in order.
    :raises PovqaError: the corpus or the index cannot be written, or the encoder not be had; all is as it was.
    """
    with _one_line_for_busy(), placing(settings.corpus_path, lambda: _on_wait(wait, say)) as place:
        intake = Intake(settings.corpus_path, place.staging, force=force, details=details)
        outcomes = intake.take_all(offers, _counting(progress, total))
        if not any(outcome.path for outcome in outcomes):
            return outcomes
        place.place(intake.planned)
        changes = update(settings, wait=wait, progress=progress, say=say)
    return _settled(settings, outcomes, changes)


def plan_articles(
    settings: Settings,
    offers: Iterable[Offer],
    *,
    total: int = 0,
    force: bool = False,
    details: bool = True,
    progress: Progress | None = None,
) -> list[Outcome]:
    """What `add_articles` would do; nothing is changed."""
    intake = Intake(settings.corpus_path, force=force, details=details)
    return intake.take_all(offers, _counting(progress, total))


def remove_articles(
    settings: Settings,
    relatives: Sequence[str],
    *,
    wait: bool = True,
    progress: Progress | None = None,
    say: Say | None = None,
) -> Changes:
    """Delete articles from the corpus and from its index.

    :param relatives: their paths within the corpus folder.
    :param wait: for another process that is changing the corpus; without, that is a `BusyCorpusError`.
    :raises PovqaError: the corpus or the index cannot be written; all is as it was.
    """
    with _one_line_for_busy(), placing(settings.corpus_path, lambda: _on_wait(wait, say)) as place:
        place.remove(relatives)
        if not current_name(settings.index_path) and not Catalogue(settings.corpus_path, empty=True).files:
            return Changes()  # there is nothing to bring in line, nor anything to build an index of
        return update(settings, wait=wait, progress=progress, say=say)


def _settled(settings: Settings, outcomes: Sequence[Outcome], changes: Changes) -> list[Outcome]:
    """The outcomes as the index has them: with its ids, and with what only indexing could tell."""
    catalogue = catalogue_of(settings.corpus_path, settings.index_path)
    ids = {file.relative: file.id for file in catalogue.files}
    folder = settings.corpus_path.name
    passed_over = dict(changes.skipped)
    entered = {id: Action.ADDED for id in changes.added} | {id: Action.CHANGED for id in changes.changed}
    settled = []
    for outcome in outcomes:
        if outcome.path is None:
            settled.append(outcome)
            continue
        id = ids.get(outcome.path)
        error = passed_over.get(f"{folder}/{outcome.path}")
        action = Action.SKIPPED if error else outcome.action
        if action is Action.UNCHANGED and id:  # put there by hand, and new to the index
            action = entered.get(id, action)
        article = outcome.article and replace(outcome.article, id=id or outcome.article.id)
        settled.append(replace(outcome, action=action, article=article, error=error, id=id))
    return settled


def _counting(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    return (lambda done: progress("taking", done, total)) if progress else None


@contextmanager
def _one_line_for_busy() -> Iterator[None]:
    try:
        yield
    except BusyIndexError as error:
        raise BusyCorpusError from error


def _on_wait(wait: bool, say: Say | None) -> None:
    if not wait:
        raise BusyCorpusError
    if say:
        say("another process is changing the corpus; waiting", "另一个进程正在修改文章，等待中")
