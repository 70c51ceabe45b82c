"""Fit the small models on validation articles: the score of a sentence, the confidence of an answer, its threshold.

The questions are those over the validation articles (one in eight of those with written questions, none of them trained
on), asked of these articles alone and among all others, so that what is fitted has seen retrieval as it is in use. The
threshold is chosen by conformal risk control (Angelopoulos et al., 2024): the largest at which, with a correction for
the finite sample, at most a given share of answerable questions is refused.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from augment import dated, other_place, other_year
from examples import file_name, read_lines
from povqa.config import Settings
from povqa.engine import Povqa
from povqa.reader.features import FEATURES, READ_FEATURES, SEARCH_FEATURES, Agreement
from povqa.reader.further import ALSO_FEATURES, COMPLETING_FEATURES, may_answer_too, may_complete
from povqa.reader.judge import CONSIDERED, Candidate, Judge, combine
from povqa.reader.model import WEIGHTS
from povqa.reader.select import ANSWER_FEATURES, answer_features
from povqa.text.normalise import normalise
from povqa.types import Kind
from stage import is_validation
from written import QUESTIONS, squash, stored, written

ROOT = Path(__file__).parents[1]
OFF_TOPIC = Path(__file__).with_name("off_topic_validation.txt")
FOLDS = 5
ENOUGH = -0.4  # log odds from which a sentence is cited beside the best, where no list is asked for
AMONG = 2  # every so manyth question is put among all articles as well
SHARES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A validation question with its evidence, white space removed; none: unanswerable."""

    question: str
    history: tuple[str, ...]
    article: str
    evidence: tuple[str, ...]


Judged = tuple[Asked, list[Candidate]]
Ranked = tuple[Asked, list[tuple[Mapping[str, float], bool]]]  # sentences to be ordered, and whether each is right


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


def redated(articles: Path) -> Iterator[Asked]:
    """Validation questions about another year; every fourth of the others about the sentence's, or about another."""
    known = {
        (one.article, normalise(" || ".join((*one.history, one.question)))): one.evidence for one in questions(articles)
    }
    rng = random.Random(7)
    for example in written(articles):
        if not is_validation(example.text.id) or not example.answers:
            continue
        other = other_year(example, rng) or (dated(example, rng) if rng.random() < 1 / 4 else None)
        if other:
            *history, question = other.question.split(" || ")
            found = known[example.text.id, example.question] if other.answers else ()
            yield Asked(question, tuple(history), example.text.id, found)


def off_topic() -> Iterator[Asked]:
    """Questions that are no business of any corpus, each with an article of its own, so that the folds share them."""
    for line in OFF_TOPIC.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Asked(line, (), line, ())


def write_corpus(articles: Path, folder: Path, kept: Callable[[str], bool] = is_validation) -> None:
    """The articles whose id is `kept` as files, as the project's own corpus would hold them."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {str(row["article"]) for row in read_lines(QUESTIONS)}
    for raw in stored(articles):
        if raw.id in wanted and kept(raw.id):
            source = f"来源：央视网  {raw.published}\n" if raw.published else ""
            head = f"{raw.title}\n{source}" if raw.title else ""
            (folder / f"{file_name(raw.id)}.txt").write_text(head + raw.text, encoding="utf-8")


def questions(articles: Path, kept: Callable[[str], bool] = is_validation) -> Iterator[Asked]:
    texts = {raw.id: squash(raw.text if raw.title is None else f"{raw.title}\n{raw.text}") for raw in stored(articles)}
    for row in read_lines(QUESTIONS):
        article = str(row["article"])
        if kept(article):
            *history, question = str(row["question"]).split(" || ")
            spans: list[tuple[int, int]] = row["evidence"]  # type: ignore[assignment]
            evidence = tuple(texts[article][a:b] for a, b in spans) if row["answers"] else ()
            yield Asked(question, tuple(history), article, evidence)


def is_evidence(sentence: str, asked: Asked) -> bool:
    text = squash(sentence)
    return any(text in whole or whole in text for whole in asked.evidence) and len(text) > 5


def answers(candidate: Candidate, asked: Asked) -> bool:
    return is_evidence(candidate.text, asked)


def all_questions(articles: Path) -> list[Asked]:
    return [*questions(articles), *swapped(articles), *redated(articles), *off_topic()]


def fit_candidate(engines: Sequence[Povqa], asked: Sequence[Asked]) -> tuple[dict[str, float], list[dict[str, float]]]:
    """What is read first: weights on all questions, and for each fold those of the other folds."""
    names = [name for name in FEATURES if name not in READ_FEATURES]
    ranked: list[Ranked] = []
    for engine, one in ((engine, one) for engine in engines for one in asked if one.evidence):
        query = engine.understand(one.question, one.history)
        hits = engine.asker.retrieve(query)[:CONSIDERED]
        agreement = Agreement(engine.index, query, hits)
        rows = []
        for hit in hits:
            view = engine.asker.judge.view(int(engine.index.sentences.article[hit.sentence]))
            local = hit.sentence - view.numbers.start
            start, end = view.offsets[local]
            rows.append((agreement.features(view, local, hit), is_evidence(view.text[start:end], one)))
        ranked.append((one, rows))
    fold = folds(asked)
    each = [listwise([item for item in ranked if fold[item[0].article] != part], names) for part in range(FOLDS)]
    return listwise(ranked, names), each


def read_all(
    engine: Povqa, asked: Sequence[Asked], first: Sequence[Mapping[str, float]], fold: Mapping[str, int]
) -> list[Judged]:
    """Every question with its candidates, as answering would have them; `first` is a ranking for each fold."""
    asker = engine.asker
    judges = [Judge(engine.index, asker.judge.model, replace(asker.judge.ranker, candidate=one)) for one in first]
    judged = []
    for one in asked:
        query = engine.understand(one.question, one.history)
        judged.append((one, judges[fold[one.article]].judge(query, asker.retrieve(query))))
    return judged


def folds(asked: Sequence[Asked]) -> dict[str, int]:
    """The fold of each article."""
    return {article: number % FOLDS for number, article in enumerate(sorted({one.article for one in asked}))}


def weights_of(model: LogisticRegression, names: Sequence[str]) -> dict[str, float]:
    weights = dict(zip(names, model.coef_[0].round(4).tolist(), strict=True))
    return weights | {"bias": round(float(model.intercept_[0]), 4)}


def fit_sentence(each: Sequence[Sequence[Judged]]) -> dict[str, float]:
    """The score of a sentence; prints what each feature is worth, on articles that its weights were not fitted on.

    :param each: what was judged in each corpus.
    """
    names = [name for name in FEATURES if name not in SEARCH_FEATURES]
    both = [item for judged in each for item in judged]
    weights = cross_fitted(both, names)
    for judged in each:
        report(judged, lambda _: {"reader": 1.0, "bias": 0.0}, "reader alone")
        report(judged, weights, "all features")
    for name in names:
        report(both, cross_fitted(both, [other for other in names if other != name]), f"without {name}")
    return listwise(ranked_of(both), names)


def ranked_of(judged: Sequence[Judged]) -> list[Ranked]:
    return [(asked, [(c.features, answers(c, asked)) for c in candidates]) for asked, candidates in judged]


def cross_fitted(judged: Sequence[Judged], names: Sequence[str]) -> Callable[[str], dict[str, float]]:
    """For each article, weights fitted on four fifths of the articles, itself not among them."""
    fold, ranked = folds([asked for asked, _ in judged]), ranked_of(judged)
    fitted = [listwise([item for item in ranked if fold[item[0].article] != part], names) for part in range(FOLDS)]
    return lambda article: fitted[fold[article]]


def listwise(ranked: Sequence[Ranked], names: Sequence[str]) -> dict[str, float]:
    """Weights that put a right sentence first (ListNet's top-one loss; Cao et al., 2007), then calibrated.

    The last step, Platt's, scales and shifts the score to the log odds that a sentence answers.
    """
    lists = [(rows, right) for _, rows in ranked if any(right := [truth for _, truth in rows])]
    matrix = np.array([[features[name] for name in names] for rows, _ in lists for features, _ in rows])
    truths = np.array([truth for _, right in lists for truth in right])
    starts = np.cumsum([0, *(len(right) for _, right in lists[:-1])])
    own = np.repeat(np.arange(len(lists)), [len(right) for _, right in lists])
    spread = matrix.std(axis=0) + 1e-6
    matrix /= spread

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = matrix @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[own])
        chance = odds / np.add.reduceat(odds, starts)[own]
        right = chance * truths
        mass = np.add.reduceat(right, starts)
        slope = matrix.T @ (chance - right / np.maximum(mass, 1e-12)[own]) / len(lists)
        return float(1e-3 * weights @ weights - np.log(mass + 1e-12).mean()), 2e-3 * weights + slope

    weights = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x / spread
    everything = [item for _, rows in ranked for item in rows]
    scores = [sum(w * features[n] for w, n in zip(weights, names, strict=True)) for features, _ in everything]
    platt = LogisticRegression(max_iter=1000).fit(np.array(scores)[:, np.newaxis], [truth for _, truth in everything])
    scale = float(platt.coef_[0, 0])
    found = dict(zip(names, (weights * scale).round(4).tolist(), strict=True))
    return found | {"bias": round(float(platt.intercept_[0]), 4)}


def fit_answer(
    each: Sequence[Sequence[Judged]], sentence: Mapping[str, float]
) -> tuple[dict[str, float], list[NDArray[np.float64]]]:
    """The confidence that the corpus answers; prints how well it tells answerable from not.

    :return: its weights, and for each corpus the held-out confidence of each answerable question.
    """
    judged = [(corpus, *item) for corpus, items in enumerate(each) for item in items]
    ranked = [(corpus, asked, found) for corpus, asked, cs in judged if (found := rank(cs, sentence))]
    names = list(ANSWER_FEATURES)
    matrix = np.array([[answer_features(found[0])[name] for name in names] for _, _, found in ranked])
    truth = np.array([answers(found[0], asked) for _, asked, found in ranked])
    answerable = np.array([bool(asked.evidence) for _, asked, _ in ranked])
    own = np.array([corpus for corpus, _, _ in ranked])
    articles = [asked.article for _, asked, _ in ranked]

    def held_out(columns: Sequence[int]) -> NDArray[np.float64]:
        model, folds = LogisticRegression(max_iter=1000), GroupKFold(5)
        chances = cross_val_predict(
            model, matrix[:, columns], answerable, groups=articles, cv=folds, method="predict_proba"
        )
        return chances[:, 1]

    def print_auroc(confidence: NDArray[np.float64], name: str) -> None:
        of_answerable, of_right = roc_auc_score(answerable, confidence), roc_auc_score(truth, confidence)
        print(f"{name}: AUROC {of_answerable:.3f} of answerable against not, {of_right:.3f} of right against wrong")

    confidence = held_out(range(len(names)))
    print_auroc(confidence, "confidence")
    for i, name in enumerate(names):
        print_auroc(held_out([column for column in range(len(names)) if column != i]), f"  without {name}")
    for corpus in range(len(each)):
        for share in SHARES:
            least = quantile(confidence[answerable & (own == corpus)], share)
            refused = np.mean(confidence[~answerable & (own == corpus)] < least)
            print(f"{share:.1%} of answerable refused: threshold {least:.3f}, {refused:.1%} of unanswerable refused")
    final = weights_of(LogisticRegression(max_iter=1000).fit(matrix, answerable), names)
    return final, [confidence[answerable & (own == corpus)] for corpus in range(len(each))]


def fit_cited(each: Sequence[Sequence[Judged]], sentence: Mapping[str, float]) -> dict[str, float]:
    """Platt's scale and shift of a sentence's log odds, over the sentences that come first."""
    first = [(found[0], asked) for judged in each for asked, cs in judged if (found := rank(cs, sentence))]
    scores = np.array([[candidate.score] for candidate, _ in first])
    model = LogisticRegression(max_iter=1000).fit(scores, [answers(candidate, asked) for candidate, asked in first])
    return weights_of(model, ["score"])


def fit_further(
    engines: Sequence[Povqa], each: Sequence[Sequence[Judged]], sentence: Mapping[str, float], *, lists: bool
) -> dict[str, float]:
    """Which sentences complete a list, or which answer as well, over the questions whose best sentence is right.

    A sentence is cited from log odds of 0 by what is returned: what is enough is part of its bias.

    Prints how often these and no others are cited, on articles that these weights (but not those of `sentence`) were
    not fitted on. Of the first corpus alone: among others, other articles answer as well, and nobody says which.
    """
    propose, names = (may_complete, [*COMPLETING_FEATURES]) if lists else (may_answer_too, [*ALSO_FEATURES])
    found: list[tuple[Asked, list[Candidate]]] = []  # the best sentence and those in question
    rows: list[list[float]] = []
    for asked, candidates in each[0]:
        query = engines[0].understand(asked.question, asked.history)
        ranked = rank(candidates, sentence)
        if (query.kind is Kind.LIST) is lists and ranked and answers(ranked[0], asked):
            more = propose(query, ranked)
            found.append((asked, [ranked[0], *(one for one, _ in more)]))
            rows += [[features[name] for name in names] for _, features in more]
    truth = [answers(one, asked) for asked, (_, *more) in found for one in more]
    articles = [asked.article for asked, (_, *more) in found for _ in more]
    model = LogisticRegression(max_iter=3000)
    odds = cross_val_predict(model, rows, truth, groups=articles, cv=GroupKFold(5), method="decision_function")
    least = 0.0 if lists else ENOUGH
    chosen = iter(odds >= least)
    exact: dict[bool, list[bool]] = {False: [], True: []}
    for asked, (best, *more) in found:
        cited = [best, *(one for one in more if next(chosen))]
        parts = [replace(asked, evidence=(part,)) for part in asked.evidence]
        there = all(any(answers(one, part) for one in cited) for part in parts)
        exact[len(parts) > 1].append(there and all(answers(one, asked) for one in cited))
    for several, right in exact.items():
        what = f"{'lists' if lists else 'others'} in {'several sentences' if several else 'one sentence'}"
        print(f"{what}: {np.mean(right):.3f} of {len(right)} with all of these and no other")
    weights = weights_of(model.fit(np.array(rows), truth), names)
    return weights | {"bias": round(weights["bias"] - least, 4)}


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


def write(weights: Mapping[str, Mapping[str, float]], thresholds: Mapping[float, float]) -> None:
    data = {**weights, "thresholds": sorted(thresholds.items())}
    (WEIGHTS / "ranker.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def opened(articles: Path, work: Path, name: str, kept: Callable[[str], bool], threads: int = 2) -> Povqa:
    """A corpus of the articles whose id is `kept`."""
    corpus = work / name
    write_corpus(articles, corpus, kept)
    return Povqa.open(Settings(corpus=corpus.resolve(), index=(work / f"{name}-index").resolve(), threads=threads))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True, help="the folder of training articles")
    parser.add_argument("--work", type=Path, required=True, help="where the validation corpus and its index go")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    # Among the training articles as well: the likelier that another article of the field looks like an answer.
    engines = [
        opened(options.articles, options.work, "validation", is_validation, options.threads),
        opened(options.articles, options.work, "all", lambda _: True, options.threads),
    ]
    asked = all_questions(options.articles)
    candidate, each = fit_candidate(engines, asked)
    fold = folds(asked)
    judged = [read_all(engine, asked[::step], each, fold) for engine, step in zip(engines, (1, AMONG), strict=True)]
    sentence = fit_sentence(judged)
    answer, confidence = fit_answer(judged, sentence)
    weights = {"candidate": candidate, "sentence": sentence, "answer": answer, "cited": fit_cited(judged, sentence)}
    weights["completing"] = fit_further(engines, judged, sentence, lists=True)
    weights["also"] = fit_further(engines, judged, sentence, lists=False)
    write(weights, {share: min(quantile(one, share) for one in confidence) for share in SHARES})
    # Several corpora say more than one: the threshold is the lowest of theirs.
    confidence.append(confidence_on_dev(options.work))
    lowest = {share: round(min(quantile(one, share) for one in confidence), 4) for share in SHARES}
    print(f"thresholds, the lowest of the corpora and dev: {lowest}")
    write(weights, lowest)


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
