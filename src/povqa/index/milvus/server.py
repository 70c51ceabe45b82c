"""A Milvus server, or Milvus Lite in this process, and the two collections of an index on it.

    povqa_0f3a…_sentences   number, article, the sparse vector of the sentence's tokens (terms.py), and its metadata
    povqa_0f3a…_chunks      number, article, the dense vector of the chunk, and the same metadata

A number is that of the tables in the index folder. A collection is only appended to, until all is written anew into
others; what the tables of a generation do not know, or know as dead, its readers leave out of what they find.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from povqa.errors import BrokenIndexError, StoreError
from povqa.index.searching import MilvusPlace

if TYPE_CHECKING:
    from pymilvus import MilvusClient

SENTENCES, CHUNKS = "sentences", "chunks"
VECTOR = {SENTENCES: "terms", CHUNKS: "vector"}
MOST = 16_384  # hits of a search, rows of a query: Milvus' own limit
_SECONDS = 60.0  # the longest that one call may take
_CONNECTING = 10.0
_PLACES = 64  # names of an article's place
_BYTES = 1024  # of a name


class Server:
    """A connection. Safe to use from several threads.

    :raises StoreError: pymilvus is not installed, or the server cannot be reached.
    """

    def __init__(self, place: MilvusPlace) -> None:
        self._uri = place.uri
        try:
            from pymilvus import MilvusClient, MilvusException
        except ImportError as error:
            raise StoreError(
                "POVQA_STORE is milvus, but pymilvus is not installed: pip install 'povqa[milvus]'",
                "POVQA_STORE 设为 milvus，但没有安装 pymilvus：请运行 pip install 'povqa[milvus]'",
            ) from error
        # They write every error to the terminal before they raise it.
        for name in ("pymilvus", "milvus_lite", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._refused: type[Exception] = MilvusException
        self._check_uri()
        with self.asked():
            self._client: MilvusClient = MilvusClient(uri=place.uri, token=place.token, timeout=_CONNECTING)

    @property
    def is_lite(self) -> bool:
        """Whether this is Milvus Lite, in a file."""
        return self._uri.endswith(".db")

    @contextmanager
    def asked(self) -> Iterator[None]:
        """What goes wrong in the block as one line.

        :raises StoreError: it did.
        """
        import grpc

        try:
            yield
        except (self._refused, grpc.RpcError, OSError) as error:
            raise self._unusable(error) from error

    def call(self, method: str, *given: Any, **named: Any) -> Any:
        """Call a method of the client.

        :raises StoreError: it failed.
        """
        with self.asked():
            return getattr(self._client, method)(*given, timeout=_SECONDS, **named)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def open(self, collection: str) -> None:
        """See that a collection can be searched.

        :raises BrokenIndexError: it is not there, or is not one of povqa's.
        """
        if not self.call("has_collection", collection):
            raise BrokenIndexError(
                f"Milvus at {self._uri} has no collection {collection}: set POVQA_MILVUS_URI to where the index was "
                "written, or run `povqa index --rebuild`",
                f"{self._uri} 上的 Milvus 没有集合 {collection}：请把 POVQA_MILVUS_URI 设为建立索引时的地址，"
                "或运行 `povqa index --rebuild`",
            )
        if {field["name"] for field in self.call("describe_collection", collection)["fields"]} != _columns(collection):
            raise BrokenIndexError(
                f"The collection {collection} on Milvus at {self._uri} is of another index: run "
                "`povqa index --rebuild`",
                f"{self._uri} 上的集合 {collection} 属于另一个索引：请运行 `povqa index --rebuild`",
            )
        self.call("load_collection", collection)

    def create(self, collection: str, kind: str, dim: int, index: dict[str, Any], shards: int) -> None:
        """Make a collection, in the place of one of that name.

        :param kind: SENTENCES or CHUNKS.
        """
        from pymilvus import DataType

        with self.asked():
            schema = self._client.create_schema(auto_id=False)
            schema.add_field("number", DataType.INT64, is_primary=True)
            schema.add_field("article", DataType.INT64)
            for name in ("published", "source", "author"):
                schema.add_field(name, DataType.VARCHAR, max_length=_BYTES)
            schema.add_field(
                "places", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=_PLACES, max_length=_BYTES
            )
            if kind == SENTENCES:
                schema.add_field(VECTOR[kind], DataType.SPARSE_FLOAT_VECTOR)
            else:
                schema.add_field(VECTOR[kind], DataType.FLOAT_VECTOR, dim=dim)
            indexes = self._client.prepare_index_params()
            indexes.add_index(VECTOR[kind], metric_type="IP", **index)
            for name in () if self.is_lite else ("article", "published", "source", "author", "places"):
                indexes.add_index(name, index_type="INVERTED")
        if self.call("has_collection", collection):
            self.call("drop_collection", collection)
        self.call("create_collection", collection, schema=schema, num_shards=shards, consistency_level="Bounded")
        self.call("create_index", collection, indexes, sync=False)  # there is no row yet to be waited for
        self.call("load_collection", collection)

    def rows(self, collection: str, where: str = "") -> int:
        """How many rows a collection has, all that were acknowledged counted."""
        found = self.call("query", collection, filter=where, output_fields=["count(*)"], consistency_level="Strong")
        return int(found[0]["count(*)"])

    def _check_uri(self) -> None:
        if self.is_lite:
            Path(self._uri).parent.mkdir(parents=True, exist_ok=True)
        elif not self._uri.startswith(("http://", "https://", "tcp://", "unix:")):
            raise StoreError(
                f"POVQA_MILVUS_URI is {self._uri!r}: set it to an address such as http://localhost:19530, or to a file "
                "that ends in .db",
                f"POVQA_MILVUS_URI 为 {self._uri!r}：请设为 http://localhost:19530 这样的地址，或以 .db 结尾的文件",
            )

    def _unusable(self, error: Exception) -> StoreError:
        reason = (str(getattr(error, "message", "")) or str(error) or type(error).__name__).strip().splitlines()[0]
        if self.is_lite and "Open local milvus failed" in reason:
            return StoreError(
                f"Milvus Lite cannot open {self._uri}: another process has it open, or it cannot be written; end that "
                "process, or have a server serve both and name it in POVQA_MILVUS_URI",
                f"Milvus Lite 无法打开 {self._uri}：另一个进程正在使用，或没有写权限；请先结束该进程，"
                "或改用服务器并在 POVQA_MILVUS_URI 中指定",
            )
        return StoreError(
            f"Milvus at {self._uri} cannot be used ({reason}): see that it runs, and that POVQA_MILVUS_URI and "
            "POVQA_MILVUS_TOKEN are right",
            f"无法使用 {self._uri} 上的 Milvus（{reason}）：请确认它在运行，"
            "并检查 POVQA_MILVUS_URI 与 POVQA_MILVUS_TOKEN",
        )


def collection_of(name: str, kind: str) -> str:
    """The collection of the sentences or chunks of an index."""
    return f"{name}_{kind}"


def _columns(collection: str) -> set[str]:
    kind = collection.rpartition("_")[2]
    return {"number", "article", "published", "source", "author", "places", VECTOR.get(kind, "")}


def cut(name: str) -> str:
    """A name, as much of it as a column takes."""
    return name.encode()[:_BYTES].decode(errors="ignore")


def cut_places(names: list[str]) -> list[str]:
    """The names of a place, as many as a column takes."""
    return [cut(name) for name in names[:_PLACES]]
