"""Fit the small models on validation articles: the score of a sentence, the confidence of an answer, its threshold.

The corpus is the validation articles alone (one in eight of those with written questions, none of them trained on), so
that what is fitted has seen retrieval as it is in use. The threshold is chosen by conformal risk control (Angelopoulos
et al., 2024): the largest at which, with a correction for the finite sample, at most a given share of answerable
questions is refused.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from examples import read_lines
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from stage import is_validation
from written import QUESTIONS, squash, stored

from povqa.config import Settings
from povqa.engine import Povqa
from povqa.reader.judge import FEATURES, Candidate, combine
from povqa.reader.model import WEIGHTS
from povqa.reader.select import ANSWER_FEATURES, answer_features

SHARES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A validation question with its evidence, white space removed; none: unanswerable."""

    question: str
    history: tuple[str, ...]
    article: str
    evidence: tuple[str, ...]


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True, help="the folder of training articles")
    parser.add_argument("--work", type=Path, required=True, help="where the validation corpus and its index go")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    corpus = options.work / "validation"
    write_corpus(options.articles, corpus)
    engine = Povqa.open(Settings(corpus=corpus.resolve(), index=(options.work / "index").resolve(), threads=options.threads))
    judged: list[tuple[Asked, list[Candidate]]] = []
    for asked in questions(options.articles):
        query = engine.understand(asked.question, asked.history)
        judged.append((asked, engine._judge.judge(query, engine._retrieve(query, None))))

    names = list(FEATURES)
    rows, labels, groups = [], [], []
    for asked, candidates in judged:
        for candidate in candidates:
            rows.append([candidate.features[name] for name in names])
            labels.append(answers(candidate, asked))
            groups.append(asked.article)
    matrix, truth = np.array(rows), np.array(labels)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(matrix, truth)
    sentence = dict(zip(names, model.coef_[0].round(4).tolist(), strict=True)) | {"bias": round(float(model.intercept_[0]), 4)}
    report(judged, {"reader": 1.0, "bias": 0.0}, "reader alone")
    report(judged, sentence, "all features")
    for left_out in names:
        kept = [i for i, name in enumerate(names) if name != left_out]
        part = LogisticRegression(C=1.0, max_iter=1000).fit(matrix[:, kept], truth)
        weights = dict(zip([names[i] for i in kept], part.coef_[0].tolist(), strict=True)) | {"bias": float(part.intercept_[0])}
        report(judged, weights, f"without {left_out}")

    rows, labels, groups = [], [], []
    for asked, candidates in judged:
        ranked = rank(candidates, sentence)
        if ranked:
            rows.append([answer_features(ranked)[name] for name in ANSWER_FEATURES])
            # A confidence is of the answer given: a wrong first sentence is as bad as a question without an answer.
            labels.append(answers(ranked[0], asked))
            groups.append((asked.article, bool(asked.evidence)))
    matrix, truth = np.array(rows), np.array(labels)
    answerable = np.array([has for _, has in groups])
    fitted = LogisticRegression(C=1.0, max_iter=1000)
    folds = [article for article, _ in groups]
    held = cross_val_predict(fitted, matrix, truth, groups=folds, cv=GroupKFold(5), method="predict_proba")[:, 1]
    print(f"answerable or not, AUROC: {roc_auc_score(answerable, held):.3f}; right or not: {roc_auc_score(truth, held):.3f}")
    for left_out in range(len(ANSWER_FEATURES)):
        part = np.delete(matrix, left_out, axis=1)
        scores = cross_val_predict(fitted, part, truth, groups=folds, cv=GroupKFold(5), method="predict_proba")[:, 1]
        print(f"  without {list(ANSWER_FEATURES)[left_out]}: AUROC {roc_auc_score(answerable, scores):.3f}")
    fitted.fit(matrix, truth)
    answer = dict(zip(ANSWER_FEATURES, fitted.coef_[0].round(4).tolist(), strict=True)) | {"bias": round(float(fitted.intercept_[0]), 4)}
    thresholds = []
    ordered = np.sort(held[answerable])
    for share in SHARES:
        # Conformal risk control: (refused + 1) / (n + 1) stays within the share.
        refused = int(share * (len(ordered) + 1)) - 1
        least = float(ordered[max(refused, 0)])
        thresholds.append((share, round(least, 4)))
        print(f"at most {share:.1%} of answerable refused: threshold {least:.3f}, unanswerable refused {np.mean(held[~answerable] < least):.3f}")
    data = {"sentence": sentence, "answer": answer, "thresholds": thresholds}
    (WEIGHTS / "ranker.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def rank(candidates: list[Candidate], weights: dict[str, float]) -> list[Candidate]:
    scored = [replace(candidate, score=combine(weights, candidate.features)) for candidate in candidates]
    return sorted(scored, key=lambda candidate: -candidate.score)


def report(judged: list[tuple[Asked, list[Candidate]]], weights: dict[str, float], name: str) -> None:
    """Right sentence first, and among the first three, of answerable questions."""
    first = third = count = 0
    for asked, candidates in judged:
        if not asked.evidence:
            continue
        count += 1
        right = [answers(candidate, asked) for candidate in rank(candidates, weights)]
        first += any(right[:1])
        third += any(right[:3])
    print(f"{name}: first {first / count:.3f}, first three {third / count:.3f}, of {count}")


if __name__ == "__main__":
    main()
