"""Keeping the index in line with the corpus and the settings at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from povqa.config import Settings
from povqa.corpus.catalogue import Catalogue
from povqa.encoder.models import info, open_encoder, prepare
from povqa.encoder.runtime import OnnxEncoder
from povqa.errors import BrokenIndexError, ConfigError, PovqaError
from povqa.index.changes import Changes
from povqa.index.generations import BusyIndexError, current_name
from povqa.index.manifest import Manifest, current_parameters
from povqa.index.searching import MilvusPlace, Store
from povqa.index.store import Index
from povqa.types import Article

Progress = Callable[[str, int, int], None]  # (stage, done, total)
Say = Callable[[str, str], None]  # (en, zh)
_SAMPLE = 100  # sentences; and as many articles are read for them, at the most


def update(
    settings: Settings,
    *,
    rebuild: bool = False,
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress | None = None,
    say: Say | None = None,
) -> Changes:
    """Bring the index in line with the corpus folder; the old one serves until the new one stands.

    :param rebuild: write all of it anew, vectors too.
    :param dry_run: only tell what would change.
    :param wait: for another process that is just writing it; without, that is a `BusyIndexError`.
    :return: article ids that entered, changed or left, and the files that were passed over.
    :raises PovqaError: the corpus cannot be read, the encoder not be had, or the index not be written.
    """
    if dry_run:
        from povqa.index.update import dry_run as look

        card = info(settings, settings.encoder).card
        return look(settings.index_path, _scan(settings), card.fingerprint if card else None, rebuild=rebuild)
    return _update(settings, rebuild=rebuild, wait=wait, progress=progress, say=say)


def build(settings: Settings, *, progress: Progress | None = None, say: Say | None = None) -> Manifest:
    """Write the index of the corpus anew; the old one serves until the new one stands.

    :raises PovqaError: if the corpus cannot be read, the encoder not be had, or the index not be written.
    """
    _tell_skipped(update(settings, rebuild=True, progress=progress, say=say), say)
    with Index.open(settings.index_path, store_of(settings)) as index:
        return index.manifest


def ensure_index(settings: Settings, *, progress: Progress | None = None, say: Say | None = None) -> None:
    """See that the index is that of the corpus and settings at hand; build what is missing, the encoder too.

    An index whose corpus folder is gone still serves.
    """
    fresh_index(settings, progress=progress, say=say).close()


def fresh_index(settings: Settings, *, progress: Progress | None = None, say: Say | None = None) -> Index:
    """The index of the corpus and settings at hand, opened; brought in line first where it is not.

    Where another process is just bringing it in line with the corpus, the one at hand serves meanwhile.
    """
    try:
        catalogue = Catalogue(settings.corpus_path)
    except PovqaError:
        if current_name(settings.index_path) and not settings.corpus_path.exists():
            return Index.open(settings.index_path, store_of(settings))
        raise
    model = info(settings, settings.encoder)
    stale = ["missing"]
    with suppress(BrokenIndexError):
        index = Index.open(settings.index_path, store_of(settings))
        encoder_fingerprint = model.card.fingerprint if model.card else index.manifest.encoder_fingerprint
        stale = index.stale(catalogue.fingerprint(), encoder_fingerprint, current_parameters(), settings.store)
        if not stale:
            if not model.prepared:
                _prepare(settings, catalogue, say)
            return index
        index.close()
    try:
        changes = _update(settings, rebuild=False, wait=stale != ["corpus"], progress=progress, say=say)
    except BusyIndexError:
        if say:
            say(
                "another process is bringing the index in line; answering from the present one",
                "另一个进程正在更新索引，暂用现有的索引回答",
            )
    else:
        _tell_skipped(changes, say)
    return Index.open(settings.index_path, store_of(settings))


def verify(settings: Settings, *, progress: Progress | None = None, say: Say | None = None) -> None:
    """Check every byte of the index against its manifest, its tables, and its vectors against the sentences.

    :raises PovqaError: the index is missing or damaged, or the encoder cannot be had.
    """
    tell = progress or (lambda stage, done, total: None)
    with Index.open(settings.index_path, store_of(settings)) as index:
        encoder = open_encoder(settings)
        if encoder.fingerprint != index.manifest.encoder_fingerprint:
            raise other_encoder(settings, index, encoder)
        index.verify(encoder, lambda done, total: tell("dense", done, total))


def store_of(settings: Settings) -> Store:
    """The engine that the index is to be in.

    :raises ConfigError: the file that holds Milvus' token cannot be read.
    """
    token = settings.milvus_token.get_secret_value() if settings.milvus_token else ""
    if not token and settings.milvus_token_file is not None:
        path = settings.root / settings.milvus_token_file
        try:
            token = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"POVQA_MILVUS_TOKEN_FILE: {path} cannot be read ({error}): name a file that holds the token",
                f"POVQA_MILVUS_TOKEN_FILE：无法读取 {path}（{error}）：请指定保存令牌的文件",
            ) from error
    return Store(settings.store, MilvusPlace(settings.milvus_address, token, settings.milvus_shards))


def other_encoder(settings: Settings, index: Index, encoder: OnnxEncoder) -> BrokenIndexError:
    """The error for an index that another encoder built."""
    return BrokenIndexError(
        f"the index in {settings.index_path} was built with another encoder ({index.manifest.encoder}), not "
        f"{encoder.name} as it is now: run `povqa index`",
        f"{settings.index_path} 中的索引是用另一个编码器（{index.manifest.encoder}）建立的，不是现在的 "
        f"{encoder.name}：请运行 `povqa index`",
    )


def sample_sentences(articles: Sequence[Article], most: int = _SAMPLE) -> list[str]:
    """Real sentences of the corpus, on which a prepared encoder is checked."""
    from povqa.text.sentences import split_sentences

    found = [article.text[a:b] for article in articles for a, b in split_sentences(article.text)]
    return found[:: max(1, len(found) // most)][:most]


def _update(settings: Settings, *, rebuild: bool, wait: bool, progress: Progress | None, say: Say | None) -> Changes:
    from povqa.index.update import bring_in_line

    tell = say or (lambda en, zh: None)
    if not info(settings, settings.encoder).prepared:
        _prepare(settings, _scan(settings), say)
    return bring_in_line(
        settings.index_path, lambda: _scan(settings), open_encoder(settings), rebuild=rebuild,
        progress=progress, say=say, store=store_of(settings),
        on_wait=(lambda: tell("another process is building the index; waiting", "另一个进程正在建立索引，等待中"))
        if wait else None,
    )  # fmt: skip


def _scan(settings: Settings) -> Catalogue:
    """The corpus; it may have become empty where there is an index that is to be brought in line with that."""
    return Catalogue(settings.corpus_path, empty=bool(current_name(settings.index_path)))


def _prepare(settings: Settings, catalogue: Catalogue, say: Say | None) -> None:
    def readable() -> Iterator[Article]:
        for file in catalogue.files:
            with suppress(PovqaError):
                yield catalogue.read(file).article

    prepare(settings, settings.encoder, sample_sentences(list(islice(readable(), _SAMPLE))), say=say)


def _tell_skipped(changes: Changes, say: Say | None) -> None:
    if say is not None:
        for _, error in changes.skipped:
            say(error.en, error.zh)
