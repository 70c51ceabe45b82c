import json

from page import LIMIT_ROWS, PAGE, growth_table, newest, origin, table, with_tables


def test_the_best_of_a_row_is_bold():
    rows = (("right", lambda one: one["right"], "{:.1f}", True), ("ms", lambda one: one["ms"], "{}", False))
    found = table({"a": {"right": 0.9, "ms": 7}, "b": {"right": 0.5, "ms": 3}}, rows)
    assert found.splitlines()[2:] == ["| right | **0.9** | 0.5 |", "| ms | 7 | **3** |"]


def test_sizes_stand_in_order_and_what_was_not_measured_is_blank():
    one = dict.fromkeys(("index_bytes", "cold_s", "cold_peak_mb", "p50_ms", "p95_ms", "peak_mb", "right_first"), 1.0)
    found = growth_table(
        {"5000": {**one, "build_s": None, "build_peak_mb": None}, "50": {**one, "build_s": 2.0, "build_peak_mb": 3.0}}
    )
    assert found.splitlines()[0] == "| | 50 texts | 5,000 texts |"
    assert found.splitlines()[2] == "| build, s | 2.0 |  |"


def test_a_busy_machine_is_named():
    part = {"date": "2026-01-01", "commit": "abc", "machine": {"processor": "P", "cores": 2}, "busy_before": 0.01}
    assert "Provisional" not in origin(part)
    assert "Provisional" in origin({**part, "busy_before": 0.75})


def test_a_table_takes_the_place_between_its_marks():
    one = {name: 1.0 for name in ("runs_a_question", "tokens_a_run", "int8_multiply_adds", "float_multiply_adds")}
    one |= {name: 1.0 for name in ("weight_bytes", "products_ms", "reading_weights_ms", "mean_ms", "ratio")}
    head = {"date": "2026-01-01", "commit": "abc", "machine": {"processor": "P", "cores": 2}, "busy_before": 0.01}
    part = {**head, "figures": [{**one, "network": "encoder", "threads": 1}]}
    page = "before\n<!-- limit -->\nold\n<!-- /limit -->\nafter\n"
    found = with_tables(page, {"limit": part})
    assert found.startswith("before\n<!-- limit -->\n2026-01-01")
    assert found.endswith("<!-- /limit -->\nafter\n")
    assert "old" not in found
    assert f"| {LIMIT_ROWS[0][0]} | 1.0 |" in found
    assert with_tables(found, {"limit": part}) == found


def test_each_part_is_taken_where_it_was_measured_last(tmp_path):
    head = {"date": "2026-01-01", "machine": {}}
    early, late = {"at": "2026-01-01T08:00:00+00:00"}, {"at": "2026-01-01T09:00:00+00:00"}
    (tmp_path / "b.json").write_text(json.dumps({**head, "commit": "b", "limit": early, "peers": early}), "utf-8")
    (tmp_path / "a.json").write_text(json.dumps({**head, "commit": "a", "limit": late}), "utf-8")
    assert {part: one["commit"] for part, one in newest(tmp_path).items()} == {"peers": "b", "limit": "a"}


def test_the_page_shows_the_newest_results():
    """`python -m benchmarks --draw` writes it anew."""
    text = PAGE.read_text(encoding="utf-8")
    assert newest()
    assert with_tables(text, newest()) == text
