"""The plots of docs/benchmarks.md, in Vega-Lite's grammar; in greys, so that they print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Spec = dict[str, Any]

_VEGA_LITE = "6.4"
_OURS, _THEIRS = "#222222", "#a8a8a8"
_CONFIG: Spec = {
    "background": "white",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#e4e4e4"},
    "title": {"fontSize": 13, "anchor": "start"},
}


def draw(parts: Mapping[str, Any], names: Mapping[str, str], folder: Path) -> None:
    """Write the plots of the parts that there are figures of, as SVG."""
    import vl_convert

    specs: dict[str, Spec] = {}
    if "peers" in parts:
        measured = {names[name]: one for name, one in parts["peers"].items() if "not_measured" not in one}
        specs["quality"], specs["latency"] = _quality(measured), _latency(measured)
    if "growth" in parts:
        specs["growth"] = _growth(parts["growth"])
    if "start_up" in parts:
        specs["start-up"] = _start_up(parts["start_up"])
    for name, spec in specs.items():
        whole = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "config": _CONFIG, **spec}
        svg = vl_convert.vegalite_to_svg(whole, vl_version=_VEGA_LITE)
        (folder / f"benchmarks-{name}.svg").write_text(svg, encoding="utf-8")


def _bars(rows: list[Spec], title: str, axis: str, *, form: str, share: bool = False, width: int = 250) -> Spec:
    """Horizontal bars with their values, and a line from `low` to `high` where the rows have them."""
    names = [row["name"] for row in rows]
    y = {"field": "name", "type": "nominal", "sort": names, "title": None, "axis": {"labelLimit": 320, "ticks": False}}
    scale: Spec = {"domain": [0, 1]} if share else {"domainMin": 0, "nice": True}
    x = {"field": "value", "type": "quantitative", "title": axis, "scale": scale, "axis": {"tickCount": 5}}
    colour = {"condition": {"test": "datum.name == 'povqa'", "value": _OURS}, "value": _THEIRS}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "height": 16}, "encoding": {"x": x, "color": colour}},
    ]
    if "low" in rows[0]:
        ends = {"x": {**x, "field": "low"}, "x2": {"field": "high"}}
        layers.append({"mark": {"type": "rule", "color": "white", "strokeWidth": 4}, "encoding": ends})
        layers.append({"mark": {"type": "rule", "color": "black", "strokeWidth": 1.5}, "encoding": ends})
    text = {"type": "text", "align": "left", "dx": 6, "fontSize": 12}
    at = {**x, "field": "high" if "low" in rows[0] else "value"}
    layers.append(
        {"mark": text, "encoding": {"x": at, "text": {"field": "value", "type": "quantitative", "format": form}}}
    )
    return {
        "title": title,
        "width": width,
        "height": 26 * len(rows),
        "data": {"values": rows},
        "encoding": {"y": y},
        "layer": layers,
    }


def _quality(peers: Mapping[str, Any]) -> Spec:
    def rows(score: str) -> list[Spec]:
        return [
            {"name": name, "value": one[score][0], "low": one[score][1], "high": one[score][2]}
            for name, one in peers.items()
        ]

    axis = "share of held-out questions (line: 95 % interval)"
    return {
        "spacing": 45,
        "hconcat": [
            _bars(rows("right_first"), "Right sentence first, answerable questions", axis, form=".2f", share=True),
            _bars(rows("unanswerable_refused"), "Refused, unanswerable questions", axis, form=".2f", share=True),
        ],
    }


def _latency(peers: Mapping[str, Any]) -> Spec:
    cold = [{"name": name, "value": one["cold_s"]} for name, one in peers.items()]
    warm = [{"name": name, "value": one["p50_ms"]} for name, one in peers.items()]
    return {
        "spacing": 60,
        "hconcat": [
            _bars(cold, "Cold start to first answer", "seconds", form=".2f"),
            _bars(warm, "A question, warm", "milliseconds, median", form=".1f"),
        ],
    }


def _line(rows: list[Spec], title: str, axis: str, *, from_zero: bool = False) -> Spec:
    """Lines over the size of the corpus, each named at its end; upwards by logarithms unless `from_zero`."""
    ticks = [step * 10**power for power in range(-1, 6) for step in (1, 2, 3, 5)]
    sizes = [5, 50, 500, 5_000, 50_000]
    domain = [min(row["texts"] for row in rows) / 1.5, max(row["texts"] for row in rows) * 9]
    x = {
        "field": "texts",
        "type": "quantitative",
        "scale": {"type": "log", "domain": domain, "nice": False},
        "title": "texts in the corpus",
        "axis": {"format": ",", "values": sizes, "grid": False},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domainMin": 0} if from_zero else {"type": "log", "nice": False, "padding": 12},
        "title": axis,
        "axis": {"tickCount": 5} if from_zero else {"format": ",~r", "values": ticks, "labelOverlap": True},
    }
    dash = {"field": "what", "type": "nominal", "legend": None}
    last = [row for row in rows if row["texts"] == max(one["texts"] for one in rows if one["what"] == row["what"])]
    name = {"type": "text", "align": "left", "dx": 8, "fontSize": 12}
    return {
        "title": title,
        "width": 290,
        "height": 180,
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "line", "color": "black"}, "encoding": {"x": x, "y": y, "strokeDash": dash}},
            {"mark": {"type": "point", "color": "black", "filled": True, "size": 35}, "encoding": {"x": x, "y": y}},
            {"data": {"values": last}, "mark": name, "encoding": {"x": x, "y": y, "text": {"field": "what"}}},
        ],
    }


def _growth(figures: Mapping[str, Any]) -> Spec:
    def rows(**fields: tuple[str, float]) -> list[Spec]:
        return [
            {"texts": int(texts), "what": what.replace("_", " "), "value": one[field] / unit}
            for what, (field, unit) in fields.items()
            for texts, one in figures.items()
            if one[field]
        ]

    return {
        "columns": 2,
        "spacing": 40,
        "resolve": {"scale": {"x": "independent", "y": "independent", "strokeDash": "independent"}},
        "concat": [
            _line(rows(build=("build_s", 1)), "Build", "seconds"),
            _line(rows(index=("index_bytes", 1e6)), "Index on disk", "MB"),
            _line(
                rows(cold=("cold_s", 1e-3), p50=("p50_ms", 1), p95=("p95_ms", 1)),
                "A question",
                "milliseconds",
            ),
            _line(
                rows(building=("build_peak_mb", 1), serving=("peak_mb", 1), cold=("cold_peak_mb", 1)),
                "Peak memory",
                "MB",
                from_zero=True,
            ),
        ],
    }


def _start_up(figures: Mapping[str, Any]) -> Spec:
    stages = [{"name": name, "value": spent} for name, spent in figures["stages_ms"].items()]
    packages = [{"name": name, "value": one["ms"]} for name, one in list(figures["packages"].items())[:12]]
    return {
        "spacing": 25,
        "vconcat": [
            _bars(stages, "Stages of a cold question", "milliseconds", form=".0f", width=420),
            _bars(packages, "Importing, own time by package", "milliseconds", form=".0f", width=420),
        ],
    }
