"""Fit the small models on validation articles: the score of a sentence, the confidence of an answer, its threshold.

The corpus is the validation articles alone (one in eight of those with written questions, none of them trained on), so
that what is fitted has seen retrieval as it is in use. The threshold is chosen by conformal risk control (Angelopoulos
et al., 2024): the largest at which, with a correction for the finite sample, at most a given share of answerable
questions is refused.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from augment import other_place
from examples import read_lines
from povqa.config import Settings
from povqa.engine import Povqa
from povqa.reader.judge import FEATURES, Candidate, combine
from povqa.reader.model import WEIGHTS
from povqa.reader.select import ANSWER_FEATURES, answer_features
from stage import is_validation
from written import QUESTIONS, squash, stored, written

ROOT = Path(__file__).parents[1]
OFF_TOPIC = Path(__file__).with_name("off_topic_validation.txt")
FOLDS = 5
SHARES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A validation question with its evidence, white space removed; none: unanswerable."""

    question: str
    history: tuple[str, ...]
    article: str
    evidence: tuple[str, ...]


Judged = tuple[Asked, list[Candidate]]


def swapped(articles: Path) -> Iterator[Asked]:
    """Every third validation question that names a place, asked about a place of another validation article instead."""
    examples = [example for example in written(articles) if is_validation(example.text.id)]
    stage = [(example, []) for example in examples]
    rng = random.Random(5)
    for example in examples:
        name = next((place for place in example.text.places if place in example.question), None)
        if name is None or not example.answers or rng.random() > 1 / 3:
            continue
        if other := other_place(name, example.text, stage, rng):
            *history, question = example.question.replace(name, other).split(" || ")
            yield Asked(question, tuple(history), example.text.id, ())


def off_topic() -> Iterator[Asked]:
    """Questions that are no business of any corpus, each with an article of its own, so that the folds share them."""
    for line in OFF_TOPIC.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Asked(line, (), line, ())


def write_corpus(articles: Path, folder: Path) -> None:
    """The validation articles as files, as the project's own corpus would hold them."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {str(row["article"]) for row in read_lines(QUESTIONS)}
    for raw in stored(articles):
        if raw.id in wanted and is_validation(raw.id):
            source = f"来源：央视网  {raw.published}\n" if raw.published else ""
            head = f"{raw.title}\n{source}" if raw.title else ""
            (folder / f"{file_name(raw.id)}.txt").write_text(head + raw.text, encoding="utf-8")


def file_name(article: str) -> str:
    return re.sub(r"\W", "_", article)


def questions(articles: Path) -> Iterator[Asked]:
    texts = {raw.id: squash(raw.text if raw.title is None else f"{raw.title}\n{raw.text}") for raw in stored(articles)}
    for row in read_lines(QUESTIONS):
        article = str(row["article"])
        if is_validation(article):
            *history, question = str(row["question"]).split(" || ")
            spans: list[tuple[int, int]] = row["evidence"]  # type: ignore[assignment]
            evidence = tuple(texts[article][a:b] for a, b in spans) if row["answers"] else ()
            yield Asked(question, tuple(history), article, evidence)


def answers(candidate: Candidate, asked: Asked) -> bool:
    text = squash(candidate.text)
    return any(text in whole or whole in text for whole in asked.evidence) and len(text) > 5


def read_all(articles: Path, work: Path, threads: int) -> list[Judged]:
    """Every validation question with its candidates, as answering would have them."""
    corpus = work / "validation"
    write_corpus(articles, corpus)
    settings = Settings(corpus=corpus.resolve(), index=(work / "index").resolve(), threads=threads)
    engine = Povqa.open(settings)
    judged = []
    for asked in (*questions(articles), *swapped(articles), *off_topic()):
        query = engine.understand(asked.question, asked.history)
        judged.append((asked, engine.asker.judge.judge(query, engine.asker.retrieve(query))))
    return judged


def weights_of(model: LogisticRegression, names: Sequence[str]) -> dict[str, float]:
    weights = dict(zip(names, model.coef_[0].round(4).tolist(), strict=True))
    return weights | {"bias": round(float(model.intercept_[0]), 4)}


def fit_sentence(judged: Sequence[Judged]) -> dict[str, float]:
    """The score of a sentence; prints what each feature is worth, on articles that its weights were not fitted on."""
    names = list(FEATURES)
    report(judged, lambda _: {"reader": 1.0, "bias": 0.0}, "reader alone")
    report(judged, cross_fitted(judged, names), "all features")
    for name in names:
        report(judged, cross_fitted(judged, [other for other in names if other != name]), f"without {name}")
    return listwise(judged, names)


def cross_fitted(judged: Sequence[Judged], names: Sequence[str]) -> Callable[[str], dict[str, float]]:
    """For each article, weights fitted on four fifths of the articles, itself not among them."""
    articles = sorted({asked.article for asked, _ in judged})
    fold = {article: number % FOLDS for number, article in enumerate(articles)}
    fitted = [listwise([item for item in judged if fold[item[0].article] != part], names) for part in range(FOLDS)]
    return lambda article: fitted[fold[article]]


def listwise(judged: Sequence[Judged], names: Sequence[str]) -> dict[str, float]:
    """Weights that put a right sentence first (ListNet's top-one loss; Cao et al., 2007), then calibrated.

    The last step, Platt's, scales and shifts the score to the log odds that a sentence answers.
    """
    lists = [
        (np.array([[c.features[name] for name in names] for c in candidates]), right)
        for asked, candidates in judged
        if any(right := [answers(c, asked) for c in candidates])
    ]
    spread = np.concatenate([rows for rows, _ in lists]).std(axis=0) + 1e-6

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 1e-3 * float(weights @ weights), 2e-3 * weights
        for rows, right in lists:
            scaled = rows / spread
            chance = softmax(scaled @ weights)
            wanted = chance * right
            total -= float(np.log(wanted.sum() + 1e-12)) / len(lists)
            slope = slope - scaled.T @ (wanted / wanted.sum() - chance) / len(lists)
        return total, slope

    weights = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x / spread
    scores = [sum(w * c.features[n] for w, n in zip(weights, names, strict=True)) for _, cs in judged for c in cs]
    truth = [answers(c, asked) for asked, candidates in judged for c in candidates]
    platt = LogisticRegression(max_iter=1000).fit(np.array(scores)[:, np.newaxis], truth)
    scale = float(platt.coef_[0, 0])
    found = dict(zip(names, (weights * scale).round(4).tolist(), strict=True))
    return found | {"bias": round(float(platt.intercept_[0]), 4)}


def fit_answer(judged: Sequence[Judged], sentence: Mapping[str, float]) -> tuple[dict[str, float], NDArray[np.float64]]:
    """The confidence that the corpus answers; prints how well it tells answerable from not.

    :return: its weights, and the held-out confidence of each answerable question.
    """
    ranked = [(asked, found) for asked, candidates in judged if (found := rank(candidates, sentence))]
    names = list(ANSWER_FEATURES)
    matrix = np.array([[answer_features(found)[name] for name in names] for _, found in ranked])
    truth = np.array([answers(found[0], asked) for asked, found in ranked])
    answerable = np.array([bool(asked.evidence) for asked, _ in ranked])
    articles = [asked.article for asked, _ in ranked]

    def held_out(columns: Sequence[int]) -> NDArray[np.float64]:
        model, folds = LogisticRegression(max_iter=1000), GroupKFold(5)
        chances = cross_val_predict(
            model, matrix[:, columns], answerable, groups=articles, cv=folds, method="predict_proba"
        )
        return chances[:, 1]

    confidence = held_out(range(len(names)))
    print(f"confidence: AUROC {roc_auc_score(answerable, confidence):.3f} of answerable against not,")
    print(f"  {roc_auc_score(truth, confidence):.3f} of right against wrong")
    for i, name in enumerate(names):
        without = held_out([column for column in range(len(names)) if column != i])
        print(f"  without {name}: {roc_auc_score(answerable, without):.3f}, {roc_auc_score(truth, without):.3f}")
    for share in SHARES:
        least = quantile(confidence[answerable], share)
        refused = np.mean(confidence[~answerable] < least)
        print(f"{share:.1%} of answerable refused: threshold {least:.3f}, {refused:.1%} of unanswerable refused")
    return weights_of(LogisticRegression(max_iter=1000).fit(matrix, answerable), names), confidence[answerable]


def quantile(confidence: NDArray[np.float64], share: float) -> float:
    """The largest threshold at which (refused + 1) / (n + 1) stays within the share: conformal risk control."""
    ordered = np.sort(confidence)
    return float(ordered[max(int(share * (len(ordered) + 1)) - 1, 0)])


def confidence_on_dev(work: Path) -> NDArray[np.float64]:
    """The confidence of each answerable question of the evaluation set's dev split, over the seed articles."""
    settings = Settings(corpus=(ROOT / "seeds").resolve(), index=(work / "seeds").resolve())
    engine = Povqa.open(settings)
    rows = [row for row in read_lines(ROOT / "eval" / "questions.jsonl") if row["answerable"] and row["split"] == "dev"]
    return np.array([engine.ask(str(row["question"]), row["history"]).confidence for row in rows])


def write(sentence: Mapping[str, float], answer: Mapping[str, float], thresholds: Mapping[float, float]) -> None:
    data = {"sentence": sentence, "answer": answer, "thresholds": sorted(thresholds.items())}
    (WEIGHTS / "ranker.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True, help="the folder of training articles")
    parser.add_argument("--work", type=Path, required=True, help="where the validation corpus and its index go")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    judged = read_all(options.articles, options.work, options.threads)
    sentence = fit_sentence(judged)
    answer, confidence = fit_answer(judged, sentence)
    write(sentence, answer, {share: quantile(confidence, share) for share in SHARES})
    # Two corpora say more than one: the threshold is the lower of the two.
    on_dev = confidence_on_dev(options.work)
    both = {share: round(min(quantile(confidence, share), quantile(on_dev, share)), 4) for share in SHARES}
    print(f"thresholds, the lower of validation and dev: {both}")
    write(sentence, answer, both)


def rank(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> list[Candidate]:
    scored = [replace(candidate, score=combine(weights, candidate.features)) for candidate in candidates]
    return sorted(scored, key=lambda candidate: -candidate.score)


def report(judged: Sequence[Judged], weights: Callable[[str], Mapping[str, float]], name: str) -> None:
    """Of answerable questions: the right sentence first, among the first three, and read at all."""
    first = third = read = count = 0
    for asked, candidates in judged:
        if not asked.evidence:
            continue
        count += 1
        right = [answers(candidate, asked) for candidate in rank(candidates, weights(asked.article))]
        first += any(right[:1])
        third += any(right[:3])
        read += any(right)
    shares = f"first {first / count:.3f}, first three {third / count:.3f}, read at all {read / count:.3f}"
    print(f"{name}: {shares}, of {count}")


if __name__ == "__main__":
    main()
