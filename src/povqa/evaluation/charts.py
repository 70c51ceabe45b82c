"""The charts of the report page, in Vega-Lite's grammar; Vega-Embed draws them in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from povqa.evaluation.results import Bin, Report, Score

Spec = dict[str, Any]

_VEGA_LITE = "6.4"
_ACCENT, _MUTED = "#2a9482", "#8a8f98"
_CONFIG: Spec = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor",
        "titleColor": "currentColor",
        "gridColor": "currentColor",
        "gridOpacity": 0.12,
        "domainColor": "currentColor",
        "tickColor": "currentColor",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
}


def charts(report: Report) -> dict[str, Spec]:
    """Vega-Lite specifications by the id of the element that each is drawn in."""
    return {
        "types": _whole(_types(report.by_type)),
        "risk": _whole(_risk(report.risk_coverage)),
        "reliability": _whole(_reliability(report.reliability)),
    }


def library() -> str:
    """Vega-Embed with all it needs, as a script that sets `vegaEmbed`."""
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=_VEGA_LITE))


def _whole(spec: Spec) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": _CONFIG,
        **spec,
    }


def _types(by_type: Mapping[str, Mapping[str, Score]]) -> Spec:
    rows = [
        {"type": f"{name} ({score.n})", "right": score.value, "low": score.low, "high": score.high}
        for name, scores in by_type.items()
        if (score := scores.get("right"))
    ]
    y = {"field": "type", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 140, "ticks": False}}
    x = _axis("right", "right: first sentence, or refusal")
    tip = [{"field": name, "type": "quantitative", "format": ".3f"} for name in ("right", "low", "high")]
    return {
        "height": 24 * len(rows),
        "data": {"values": rows},
        "encoding": {"y": y, "tooltip": [{"field": "type", "type": "nominal"}, *tip]},
        "layer": [
            {"mark": {"type": "bar", "color": _ACCENT, "height": 13}, "encoding": {"x": x}},
            {
                "mark": {"type": "rule", "color": "currentColor", "strokeWidth": 1.5},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
        ],
    }


def _risk(curve: Sequence[tuple[float, float]]) -> Spec:
    rows = [{"coverage": coverage, "risk": risk} for coverage, risk in curve]
    return {
        "height": 240,
        "data": {"values": rows},
        "mark": {
            "type": "line",
            "interpolate": "step-before",
            "color": _ACCENT,
            "point": {"size": 12, "color": _ACCENT},
        },
        "encoding": {
            "x": _axis("coverage", "share of questions answered, the surest first"),
            "y": {**_axis("risk", "share wrong of those"), "scale": {"domainMin": 0}},
            "tooltip": [{"field": name, "type": "quantitative", "format": ".3f"} for name in ("coverage", "risk")],
        },
    }


def _reliability(bins: Sequence[Bin]) -> Spec:
    rows = [bar.model_dump() for bar in bins]
    ideal = {"values": [{"at": 0, "ideal": 0}, {"at": 1, "ideal": 1}]}
    x, y = _axis("confidence", "confidence"), _axis("right", "share that the corpus answers")
    return {
        "height": 240,
        "layer": [
            {
                "data": ideal,
                "mark": {"type": "line", "strokeDash": [4, 4], "color": _MUTED},
                "encoding": {"x": {**x, "field": "at"}, "y": {**y, "field": "ideal"}},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "bar", "color": _ACCENT, "opacity": 0.35},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "y2": {"datum": 0}},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "point", "filled": True, "color": _ACCENT, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": y,
                    "size": {"field": "n", "type": "quantitative", "legend": None, "scale": {"range": [30, 260]}},
                    "tooltip": [{"field": name, "type": "quantitative"} for name in ("confidence", "right", "n")],
                },
            },
        ],
    }


def _axis(field: str, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": _share(),
    }


def _share() -> Spec:
    return {"format": ".0%", "tickCount": 5, "labelOverlap": True}
