"""Bringing an index in line with its corpus folder: only files that are new or have changed are read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from povqa.errors import BrokenIndexError, CorpusError, PovqaError
from povqa.index.build import Progress
from povqa.index.changes import Changes
from povqa.index.files import FileRecord, corpus_hash, known_ids, write_files
from povqa.index.generations import Draft, writing
from povqa.index.layout import COPIED
from povqa.index.plan import Plan, no_text, plan_of
from povqa.index.searching import LOCAL_STORE, Store
from povqa.index.store import Index
from povqa.types import Article

if TYPE_CHECKING:
    from povqa.corpus.catalogue import Catalogue, CorpusFile
    from povqa.encoder.runtime import Encoder

Say = Callable[[str, str], None]  # (en, zh)
Scan = Callable[[], "Catalogue"]


def bring_in_line(
    folder: Path,
    scan: Scan,
    encoder: Encoder,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
    say: Say | None = None,
    on_wait: Callable[[], None] | None = None,
    store: Store = LOCAL_STORE,
) -> Changes:
    """Write the generation that is in line with the corpus, or leave the index as it is where it is in line.

    :param scan: looks at the corpus folder; called when no one else is writing.
    :param on_wait: called when another process is writing, before waiting for it; without it that is an error.
    :raises BusyIndexError: another process is writing.
    :raises PovqaError: the corpus cannot be read, or the index not be written.
    """
    with writing(folder, on_wait) as draft, ExitStack() as stack:
        store.tidy(folder)
        draft.afterwards = lambda: store.tidy(folder)
        catalogue = scan()
        catalogue.keep_ids(known_ids(folder))
        old = _open(folder, stack, store)
        plan = plan_of(catalogue, old, encoder.fingerprint, rebuild, store)
        if plan.base and plan.fresh and not (plan.entering or plan.touched or plan.leaving):
            draft.wanted = False
            return _changes(plan, [])
        if plan.base and not _is_sound(old):
            plan = plan_of(catalogue, None, encoder.fingerprint, rebuild, store)
        if say is not None:
            _announce(plan, say)
        return _write(draft, plan, catalogue, old if plan.base else None, encoder, progress, store)


def dry_run(folder: Path, catalogue: Catalogue, encoder_fingerprint: str | None, *, rebuild: bool = False) -> Changes:
    """What `bring_in_line` would change; the files that would enter are read.

    :param encoder_fingerprint: None where the encoder is not prepared yet.
    """
    catalogue.keep_ids(known_ids(folder))
    with ExitStack() as stack:
        old = _open(folder, stack)
        fingerprint = encoder_fingerprint or (old.manifest.encoder_fingerprint if old else "")
        plan = plan_of(catalogue, old, fingerprint, rebuild)
    by_path = {file.relative: file for file in catalogue.files}
    return _changes(plan, [_read(catalogue, by_path[record.relative], record)[1] for record in plan.entering])


def _open(folder: Path, stack: ExitStack, store: Store = LOCAL_STORE) -> Index | None:
    try:
        index = stack.enter_context(Index.open(folder, store))
        index.checksums.check()
    except BrokenIndexError:  # missing, or to be replaced
        return None
    return index


def _is_sound(old: Index | None) -> bool:
    """Whether what the next generation copies is as it was written: a new checksum would hide that it is not."""
    try:
        if old is not None:
            old.checksums.check(*COPIED, every_byte=True)
    except BrokenIndexError:
        return False
    return True


def _write(
    draft: Draft, plan: Plan, catalogue: Catalogue, old: Index | None, encoder: Encoder, progress: Progress | None,
    store: Store,
) -> Changes:  # fmt: skip
    from povqa.index.writer import GenerationWriter

    tell = progress or (lambda stage, done, total: None)
    files = {file.relative: file for file in catalogue.files}
    entering = plan.entering
    if old is None:
        every = [replace(record, en=None, zh=None) for record in (*plan.kept, *plan.touched, *plan.entering)]
        entering = sorted(every, key=lambda record: record.relative)
    read: list[FileRecord] = []
    with GenerationWriter(draft.folder, encoder, old=old, progress=progress, store=store) as writer:
        if old is not None:
            staying = {record.id for record in (*plan.kept, *plan.touched)}
            for article_id in writer.ids():
                if article_id not in staying:
                    writer.leave(article_id)
        for done, record in enumerate(entering):
            tell("reading", done, len(entering))
            article, record = _read(catalogue, files[record.relative], record)
            read.append(record)
            if article is not None:
                writer.enter(article)
        tell("reading", len(entering), len(entering))
        changes = _changes(plan, read)
        if files and not writer.ids() and not changes.removed:
            raise _unreadable(catalogue, changes.skipped[0][1])
        records = {} if old is None else {record.relative: record for record in (*plan.kept, *plan.touched)}
        records |= {record.relative: record for record in read}
        write_files(writer.files, [record.relative for record in plan.leaving], [*plan.touched, *read])
        writer.finish(corpus_hash=corpus_hash(records), fingerprint=catalogue.fingerprint())
    draft.removes = bool(changes.removed or changes.changed)
    return changes


def _read(catalogue: Catalogue, file: CorpusFile, record: FileRecord) -> tuple[Article | None, FileRecord]:
    try:
        article = catalogue.read(file).article
        _check_characters(article)
    except PovqaError as error:
        return None, replace(record, en=error.en, zh=error.zh)
    return replace(article, sha256=record.sha256, added=record.added), record


def _check_characters(article: Article) -> None:
    try:
        "".join(filter(None, (article.text, article.title, article.source, article.author, article.url))).encode()
    except UnicodeEncodeError as error:
        raise no_text(article.path) from error


def _changes(plan: Plan, read: list[FileRecord]) -> Changes:
    """What became of the files, given those that were read just now."""
    had = {relative for relative, record in plan.records.items() if not record.skipped}
    kept = [*plan.kept, *plan.touched]
    if not plan.base:  # all were read: those that are as before count as unchanged
        now = {record.relative: record for record in read}
        kept = [now.get(record.relative, record) for record in kept]
        same = {record.relative for record in kept}
        read = [record for record in read if record.relative not in same]
    removed = [record for record in plan.leaving if record.relative in had]
    removed += [record for record in (*read, *kept) if record.skipped and record.relative in had]
    return Changes(
        added=tuple(one.id for one in read if not one.skipped and one.relative not in had),
        changed=tuple(one.id for one in read if not one.skipped and one.relative in had),
        removed=tuple(plan.records[one.relative].id for one in removed),
        unchanged=sum(not one.skipped for one in kept),
        skipped=(*plan.nameless, *_skipped([*kept, *read])),
        rebuilt=not plan.base,
        companions=tuple(plan.companions),
    )


def _skipped(records: list[FileRecord]) -> list[tuple[str, PovqaError]]:
    return [(one.shown, one.reason()) for one in sorted(records, key=lambda one: one.relative) if one.skipped]


def _unreadable(catalogue: Catalogue, reason: PovqaError) -> CorpusError:
    count = len(catalogue.files)
    return CorpusError(
        f"none of the {count} files in {catalogue.folder} can be read; the first: {reason.en}",
        f"{catalogue.folder} 里的 {count} 个文件都无法读取；第一个：{reason.zh}",
    )


def _announce(plan: Plan, say: Say) -> None:
    if not plan.base:
        count = len(plan.entering) + len(plan.kept) + len(plan.touched)
        say(f"building the index of {count} articles", f"正在为 {count} 篇文章建立索引")
    elif plan.entering or plan.leaving:
        new, gone = len(plan.entering), len(plan.leaving)
        say(
            f"bringing the index in line: {new} new or changed, {gone} removed",
            f"正在更新索引：新增或改动 {new} 篇，移除 {gone} 篇",
        )
