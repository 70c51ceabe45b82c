"""What differs between the files of a corpus and what an index knows of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from povqa.errors import BrokenIndexError, CorpusError, PovqaError
from povqa.index.files import FileRecord, read_files
from povqa.index.layout import FILES
from povqa.index.manifest import current_parameters
from povqa.index.searching import LOCAL_STORE, Store
from povqa.index.store import Index

if TYPE_CHECKING:
    from povqa.corpus.catalogue import Catalogue


@dataclass
class Plan:
    """What an update has to do."""

    records: dict[str, FileRecord]  # as the index has them
    entering: list[FileRecord] = field(default_factory=list)  # to be read
    touched: list[FileRecord] = field(default_factory=list)  # the same bytes as before, written again
    leaving: list[FileRecord] = field(default_factory=list)
    kept: list[FileRecord] = field(default_factory=list)
    nameless: list[tuple[str, PovqaError]] = field(default_factory=list)  # files whose names are no text
    companions: list[str] = field(default_factory=list)  # folders that are passed over, as people are shown them
    base: bool = True  # the index can be gone on from; else all is written anew
    fresh: bool = False  # nothing has been touched since the index was written


def plan_of(
    catalogue: Catalogue, old: Index | None, encoder_fingerprint: str, rebuild: bool, store: Store = LOCAL_STORE
) -> Plan:
    """Compare a corpus with an index; only files that may have changed are read.

    :param rebuild: all is to be written anew.
    """
    plan = Plan({}, companions=[f"{catalogue.folder.name}/{path}" for path in catalogue.companions])
    if old is not None:
        try:
            plan.records = read_files(old.generation / FILES)
        except BrokenIndexError:
            rebuild = True
    fingerprint = catalogue.fingerprint()
    if old is not None:
        stale = old.stale(fingerprint, encoder_fingerprint, current_parameters(), store.kind)
        plan.fresh = not stale
        plan.base = not rebuild and not {"encoder", "parameters"}.intersection(stale)
    else:
        plan.base = False
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for file in catalogue.files:
        shown = catalogue.shown_path(file)
        try:
            shown.encode()
        except UnicodeEncodeError:
            plan.nameless.append((ascii(shown), no_text(ascii(shown))))
            continue
        _compare(plan, catalogue.folder, FileRecord(file.relative, file.size, file.mtime_ns, "", file.id, shown, now))
    there = {file.relative for file in catalogue.files}
    plan.leaving = [record for relative, record in plan.records.items() if relative not in there]
    return plan


def _compare(plan: Plan, folder: Path, found: FileRecord) -> None:
    """Put a file where it belongs in the plan."""
    known = plan.records.get(found.relative)
    alike = known is not None and (known.id, known.shown) == (found.id, found.shown)
    same_state = known is not None and (known.size, known.mtime_ns) == (found.size, found.mtime_ns)
    if known and alike and same_state and known.sha256 and plan.base:
        plan.kept.append(known)
        return
    found = replace(found, sha256=_hash(folder / found.relative), added=known.added if known else found.added)
    if known and alike and known.sha256 == found.sha256:
        (plan.kept if same_state else plan.touched).append(replace(found, en=known.en, zh=known.zh))
    else:
        plan.entering.append(found)


def no_text(shown: str) -> CorpusError:
    """The error for a file whose name or text cannot be written as UTF-8."""
    return CorpusError(
        f"{shown}: skipped, its name or its text holds what is no character; rename or mend it",
        f"{shown}：已跳过，文件名或内容含有无效字符；请改名或修正",
    )


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # reading it will say why
        return ""
