"""docs/benchmarks.md: its tables from the newest results, between marks, and its plots.

    python benchmarks/page.py

Each part is taken from the file of `results/` that has it newest. What stands outside of the marks is written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plots import draw

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PAGE = HERE.parent / "docs" / "benchmarks.md"
QUIET = 0.1  # share of the processors that others may use where times are to be kept
NAMES = {
    "povqa_itself": "povqa",
    "plain_script": "plain script",
    "haystack_hybrid": "haystack hybrid",
    "haystack_bm25": "haystack BM25",
    "txtai_hybrid": "txtai hybrid",
    "bm25s_jieba": "bm25s + jieba",
}
Part = dict[str, Any]
# What a row shows, how it is written, and whether more is better (None: neither).
Row = tuple[str, Callable[[Part], Any], str, bool | None]
PEER_ROWS: tuple[Row, ...] = (
    ("right sentence first, nothing refused", lambda one: one["right_first"][0], "{:.3f}", True),
    ("right sentence first, refusals being misses", lambda one: one["right_first_given"][0], "{:.3f}", True),
    ("unanswerable questions refused", lambda one: one["unanswerable_refused"][0], "{:.3f}", True),
    ("answerable questions refused", lambda one: one["answerable_refused"][0], "{:.3f}", False),
    ("answerable told from unanswerable (AUROC)", lambda one: one["auroc"][0], "{:.3f}", True),
    (
        "right first on cleaned texts, nothing refused",
        lambda one: one.get("clean", one)["right_first"][0],
        "{:.3f}",
        True,
    ),
    ("cold start to first answer, s", lambda one: one["cold_s"], "{:.2f}", False),
    ("warm question, p50, ms", lambda one: one["p50_ms"], "{:.1f}", False),
    ("warm question, p95, ms", lambda one: one["p95_ms"], "{:.1f}", False),
    ("indexing the five articles, whole process, s", lambda one: one["index_s"], "{:.1f}", False),
    ("index on disk, MB", lambda one: one["index_bytes"] / 1e6, "{:.1f}", False),
    ("peak memory, indexing, MB", lambda one: one["index_peak_mb"], "{:.0f}", False),
    ("peak memory, asking, MB", lambda one: one["peak_mb"], "{:.0f}", False),
    ("lines that a user writes", lambda one: one["lines"], "{}", False),
    ("version", lambda one: one.get("version") or "here", "{}", None),
)
LIMIT_ROWS: tuple[Row, ...] = (
    ("runs a question", lambda one: one["runs_a_question"], "{:.1f}", None),
    ("tokens a run, mean", lambda one: one["tokens_a_run"], "{:.0f}", None),
    ("int8 multiply-adds a question, billions", lambda one: one["int8_multiply_adds"] / 1e9, "{:.2f}", None),
    ("float multiply-adds a question, billions", lambda one: one["float_multiply_adds"] / 1e9, "{:.2f}", None),
    ("bytes of weights passed over a question, MB", lambda one: one["weight_bytes"] / 1e6, "{:.0f}", None),
    ("threads", lambda one: one["threads"], "{}", None),
    ("these products alone at their best, ms", lambda one: one["products_ms"], "{:.1f}", None),
    ("these bytes from memory, ms", lambda one: one["reading_weights_ms"], "{:.1f}", None),
    ("the code, mean, ms", lambda one: one["mean_ms"], "{:.1f}", None),
    ("the code over the limit", lambda one: one["ratio"], "{:.2f}", None),
)
GROWTH_ROWS: tuple[Row, ...] = (
    ("build, s", lambda one: one["build_s"], "{:.1f}", None),
    ("peak memory, build, MB", lambda one: one["build_peak_mb"], "{:.0f}", None),
    ("index on disk, MB", lambda one: one["index_bytes"] / 1e6, "{:.1f}", None),
    ("`povqa ask` from cold, s", lambda one: one["cold_s"], "{:.2f}", None),
    ("its peak memory, MB", lambda one: one["cold_peak_mb"], "{:.0f}", None),
    ("warm question, p50, ms", lambda one: one["p50_ms"], "{:.0f}", None),
    ("warm question, p95, ms", lambda one: one["p95_ms"], "{:.0f}", None),
    ("peak memory, serving, MB", lambda one: one["peak_mb"], "{:.0f}", None),
    ("right sentence first (`dev`, nothing refused)", lambda one: one["right_first"], "{:.3f}", None),
)


def table(columns: Mapping[str, Part], rows: tuple[Row, ...]) -> str:
    """A Markdown table, the best of a row in bold; a column that was not measured is left out."""
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for label, value, form, more in rows:
        values = [value(one) for one in columns.values()]
        cells = ["" if one is None else form.format(one) for one in values]
        if more is not None:
            best = form.format((max if more else min)(values))
            cells = [f"**{cell}**" if cell == best else cell for cell in cells]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def peers_table(figures: Part) -> str:
    """The peers side by side; below, those that could not be measured and why."""
    whole = {NAMES[name]: one for name, one in figures.items() if "not_measured" not in one}
    missing = [
        f"{NAMES[name]} was not measured: {one['not_measured']}"
        for name, one in figures.items()
        if "not_measured" in one
    ]
    return "\n\n".join([table(whole, PEER_ROWS), *missing])


def limit_table(figures: list[Part]) -> str:
    return table({one["network"]: one for one in figures}, LIMIT_ROWS)


def growth_table(figures: Part) -> str:
    return table(
        {f"{int(texts):,} texts": one for texts, one in sorted(figures.items(), key=lambda item: int(item[0]))},
        GROWTH_ROWS,
    )


def start_up_table(figures: Part) -> str:
    """The stages of a cold question, what importing costs by package, and what nothing uses."""
    lines = ["| stage | ms |", "|---|---:|"]
    lines.append(f"| the whole command, by the clock | {figures['whole_s'] * 1000:.0f} |")
    lines.append(f"| python that does nothing | {figures['python_alone_s'] * 1000:.0f} |")
    lines += [f"| {label} | {spent:.1f} |" for label, spent in figures["stages_ms"].items()]
    lines += [
        "",
        f"{figures['modules']} modules are loaded, in {figures['import_ms']:.0f} ms under `-X importtime`:",
        "",
    ]
    lines += ["| package | modules | ms |", "|---|---:|---:|"]
    lines += [
        f"| {name} | {one['modules']:.0f} | {one['ms']:.1f} |" for name, one in list(figures["packages"].items())[:14]
    ]
    idle = ", ".join(f"`{name}` ({spent:.1f} ms)" for name, spent in figures["idle_ms"].items())
    lines += ["", f"Loaded, and none of their functions called: {idle or 'none that costs a millisecond'}."]
    return "\n".join(lines)


TABLES: dict[str, Callable[[Any], str]] = {
    "peers": peers_table,
    "limit": limit_table,
    "growth": growth_table,
    "start_up": start_up_table,
}


def newest(folder: Path = RESULTS) -> dict[str, Part]:
    """Each part as it was measured last, with the head of its file."""
    found: dict[str, Part] = {}
    for path in sorted(folder.glob("*.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        for part in TABLES.keys() & run.keys():
            if part not in found or found[part]["at"] < run[part]["at"]:
                found[part] = {**{key: run[key] for key in ("date", "commit", "machine")}, **run[part]}
    return {part: found[part] for part in TABLES if part in found}


def origin(part: Part) -> str:
    """Where figures come from, and whether the machine was quiet."""
    machine = part["machine"]
    text = f"{part['date']}, commit {part['commit']}, {machine['processor']}, {machine['cores']} cores."
    if part["busy_before"] > QUIET:
        text += f" **Provisional: other work took {part['busy_before']:.0%} of the processors, times are too long.**"
    return text


def with_tables(text: str, parts: Mapping[str, Part]) -> str:
    """The page with the tables of the parts between their marks."""
    for name, part in parts.items():
        block = re.compile(f"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
        body = f"<!-- {name} -->\n{origin(part)}\n\n{TABLES[name](part['figures'])}\n<!-- /{name} -->"
        text = body.join(block.split(text)) if block.search(text) else text
    return text


def main() -> None:
    parts = newest()
    draw({name: part["figures"] for name, part in parts.items()}, NAMES, PAGE.parent)
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    main()
