"""One evaluation from beginning to end: the set, its corpus and index, the engine, the report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import povqa
from povqa.config import Settings
from povqa.corpus.catalogue import Catalogue
from povqa.engine import Povqa
from povqa.evaluation import summary
from povqa.evaluation.evidence import Corpus
from povqa.evaluation.questions import QuestionSet, Split
from povqa.evaluation.results import STAGES, Report, Score, Stages
from povqa.evaluation.run import Run, run_questions
from povqa.evaluation.sets import load_set, write_corpus
from povqa.index.files import catalogue_of
from povqa.types import Sentence

DEFAULT_SET = Path("eval/questions.jsonl")
Progress = Callable[[str, int, int], None]  # stage, done, in all


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be evaluated."""

    set: Path
    split: Split = "all"
    limit: int | None = None  # questions at most
    passages: int | None = None  # passages at most, of a set that brings its own
    stages: Stages = "full"
    ablate: bool = False
    temporary_index: bool = False  # always so for a set that brings its own passages


def evaluate(settings: Settings, request: Request, progress: Progress | None = None) -> Report:
    """Run a set of questions and score the answers.

    :param progress: told what is being done and how far it is.
    :raises PovqaError: the set, the corpus, the model or the index cannot be used.
    """
    questions = load_set(request.set, split=request.split, limit=request.limit, passages=request.passages)
    with _place(settings, questions, request) as where:
        run = _run(where, questions, request.stages, progress)
        ablation: dict[Stages, dict[str, Score]] = {}
        for stages in STAGES if request.ablate else ():
            part = _run(where, questions, stages, progress, ablation=True)
            ablation[stages] = summary.summarise(part.outcomes)
        return summary.make_report(
            run,
            set=questions.name,
            split=request.split,
            stages=request.stages,
            encoder=settings.encoder,
            fingerprint=fingerprint(where.corpus_path, request.set),
            ablation=ablation,
        )


def fingerprint(corpus: Path, questions: Path) -> str:
    """A mark of all that the figures depend on: the package with its models, the articles, the questions."""
    digest = hashlib.sha256()
    package = Path(povqa.__file__).parent
    for folder, files in ((package, _files(package)), (questions, _files(questions))):
        for file in files:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    digest.update(Catalogue(corpus).corpus_hash().encode())
    return digest.hexdigest()[:16]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


@contextmanager
def _place(settings: Settings, questions: QuestionSet, request: Request) -> Iterator[Settings]:
    """The settings to evaluate with: for a set that brings its passages, a corpus and an index that go away again."""
    if not (questions.passages or request.temporary_index):
        yield settings
        return
    with TemporaryDirectory(prefix="povqa-eval-") as folder:
        corpus = settings.corpus_path
        if questions.passages:
            corpus = Path(folder) / questions.name
            corpus.mkdir()
            write_corpus(questions.passages, corpus)
        yield Settings(**{**settings.model_dump(), "corpus": corpus, "index": Path(folder) / "index"})


def _run(
    settings: Settings, questions: QuestionSet, stages: Stages, progress: Progress | None, *, ablation: bool = False
) -> Run:
    engine = Povqa.open(settings, stages=stages, progress=progress)
    # The rows of an article that has left belong to none.
    sentences = [Sentence("", 0, 0)] * len(engine.index.sentences.article)
    for number in engine.index.sentence_numbers.tolist():
        sentences[number] = engine.index.sentence(number)
    corpus = Corpus(catalogue_of(settings.corpus_path, settings.index_path), sentences)
    return run_questions(
        engine,
        corpus,
        questions.questions,
        ranked_by_reader=ablation and stages == "full",
        progress=(lambda done, total: progress(f"questions ({stages})", done, total)) if progress else None,
    )
