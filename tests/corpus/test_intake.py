"""What becomes of articles that are offered to a corpus."""

from pathlib import Path

import pytest

from povqa.config import Settings
from povqa.corpus.intake import Action, Intake, preview
from povqa.corpus.placing import placing
from povqa.corpus.sources import Offer, offer_bytes
from povqa.errors import CorpusError

QINGHE = (
    "青河县打赢脱贫攻坚战\n\n2018-02-03 09:10:00|来源:青河日报\n\n"
    "  2017年底,青河县还有贫困人口120户、301人。全县共有48个行政村,其中贫困村9个。\n\n首页\n"
)
CORRECTED = QINGHE.replace("120户", "130户")
BAISHI = (
    "白石乡的茶园\n\n2019-05-06 来源:白石新闻网\n\n  白石乡种植茶叶3600亩,带动贫困户210户增收。茶厂由周大山负责。\n"
)


@pytest.fixture
def corpus(tmp_path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "qinghe.txt").write_text(QINGHE, encoding="utf-8")
    return folder


def add(corpus, *offered, **how):
    """(action, path) of each (name, text), after they were added."""
    with placing(corpus) as place:
        intake = Intake(corpus, place.staging, **how)
        outcomes = intake.take_all(offer_bytes(text.encode(), name) for name, text in offered)
        place.place(intake.planned)
    return [(outcome.action, outcome.path) for outcome in outcomes]


def texts(corpus):
    return {path.relative_to(corpus).as_posix(): path.read_text("utf-8") for path in corpus.rglob("*.*")}


def test_a_new_article_comes_in_and_again_is_unchanged(corpus):
    assert add(corpus, ("x/baishi.txt", BAISHI)) == [(Action.ADDED, "x/baishi.txt")]
    assert add(corpus, ("x/baishi.txt", BAISHI)) == [(Action.UNCHANGED, "x/baishi.txt")]
    assert texts(corpus) == {"qinghe.txt": QINGHE, "x/baishi.txt": BAISHI}


def test_a_correction_takes_the_place_of_what_it_corrects(corpus):
    assert add(corpus, ("qinghe.txt", CORRECTED)) == [(Action.CHANGED, "qinghe.txt")]
    assert texts(corpus) == {"qinghe.txt": CORRECTED}


def test_another_article_of_the_same_name_gets_a_number_and_can_be_corrected_under_it(corpus):
    assert add(corpus, ("qinghe.txt", BAISHI)) == [(Action.ADDED, "qinghe-2.txt")]
    assert add(corpus, ("qinghe.txt", BAISHI)) == [(Action.UNCHANGED, "qinghe-2.txt")]
    assert add(corpus, ("qinghe.txt", BAISHI.replace("210", "220"))) == [(Action.CHANGED, "qinghe-2.txt")]
    assert texts(corpus) == {"qinghe.txt": QINGHE, "qinghe-2.txt": BAISHI.replace("210", "220")}


def test_next_weeks_briefing_of_the_same_name_does_not_replace_this_weeks(corpus):
    following = CORRECTED.replace("2018-02-03", "2018-02-10")
    assert add(corpus, ("qinghe.txt", following)) == [(Action.ADDED, "qinghe-2.txt")]


def test_two_of_one_name_in_one_run_are_two_articles_and_again_both_unchanged(corpus):
    both = [("baishi.txt", BAISHI), ("baishi.txt", BAISHI.replace("210", "220"))]
    assert add(corpus, *both) == [(Action.ADDED, "baishi.txt"), (Action.ADDED, "baishi-2.txt")]
    assert add(corpus, *both) == [(Action.UNCHANGED, "baishi.txt"), (Action.UNCHANGED, "baishi-2.txt")]


def test_names_that_are_one_on_some_systems_are_two_files(corpus):
    assert add(corpus, ("A.txt", BAISHI), ("a.txt", CORRECTED)) == [(Action.ADDED, "A.txt"), (Action.ADDED, "a-2.txt")]


def test_the_same_bytes_under_another_name_are_not_added_unless_forced(corpus):
    assert add(corpus, ("copy.txt", QINGHE)) == [(Action.DUPLICATE, "qinghe.txt")]
    assert add(corpus, ("b.txt", BAISHI), ("c.txt", BAISHI)) == [(Action.ADDED, "b.txt"), (Action.DUPLICATE, "b.txt")]
    assert add(corpus, ("copy.txt", QINGHE), force=True) == [(Action.ADDED, "copy.txt")]


def test_rows_that_moved_down_one_place_lose_no_article(corpus):
    add(corpus, ("t/1.txt", QINGHE.replace("青河", "南山")), ("t/2.txt", BAISHI))
    moved = [("t/1.txt", CORRECTED), ("t/2.txt", QINGHE.replace("青河", "南山")), ("t/3.txt", BAISHI)]
    add(corpus, *moved)
    assert {CORRECTED, QINGHE.replace("青河", "南山"), BAISHI} <= set(texts(corpus).values())


def test_a_copy_of_what_is_being_replaced_is_added_itself(corpus):
    assert add(corpus, ("qinghe.txt", CORRECTED), ("old.txt", QINGHE)) == [
        (Action.CHANGED, "qinghe.txt"), (Action.ADDED, "old.txt"),
    ]  # fmt: skip
    assert texts(corpus) == {"qinghe.txt": CORRECTED, "old.txt": QINGHE}


def test_what_an_earlier_offer_was_a_copy_of_is_not_replaced(corpus):
    outcomes = add(corpus, ("old.txt", QINGHE), ("qinghe.txt", CORRECTED))
    assert outcomes == [(Action.DUPLICATE, "qinghe.txt"), (Action.ADDED, "qinghe-2.txt")]


@pytest.mark.parametrize("details", [True, False])
def test_what_cannot_be_read_is_skipped_and_stops_nothing(corpus, details):
    offers = [("empty.txt", ""), ("a.exe", "MZ"), ("binary.txt", "\0\x01\x02" * 9), ("baishi.txt", BAISHI)]
    outcomes = add(corpus, *offers, details=details)
    assert outcomes == [(Action.SKIPPED, None)] * 3 + [(Action.ADDED, "baishi.txt")]
    assert set(texts(corpus)) == {"qinghe.txt", "baishi.txt"}


def test_a_page_without_an_article_is_skipped(corpus):
    outcome = Intake(corpus).take(offer_bytes("首页\n登录\n注册\n".encode(), "a.txt"))
    assert outcome.action is Action.SKIPPED
    assert "no sentence" in outcome.error.en


def test_a_file_that_cannot_be_compared_is_kept(corpus):
    (corpus / "baishi.txt").write_bytes(bytes(range(256)))
    assert add(corpus, ("baishi.txt", BAISHI)) == [(Action.ADDED, "baishi-2.txt")]


def test_a_name_that_points_outside_is_kept_inside(corpus, tmp_path):
    assert add(corpus, ("../../outside.txt", BAISHI)) == [(Action.ADDED, "outside.txt")]
    (corpus / "door").symlink_to(tmp_path)
    assert add(corpus, ("door/x.txt", CORRECTED)) == [(Action.SKIPPED, None)]
    assert not (tmp_path / "x.txt").exists()


def test_a_file_of_the_corpus_itself_stays_where_it_is(corpus):
    offer = Offer("qinghe.txt", offer_bytes(QINGHE.encode(), "qinghe.txt").load, inside="qinghe.txt")
    assert Intake(corpus).take(offer).action is Action.UNCHANGED


def test_a_preview_shows_the_article_what_was_dropped_and_changes_nothing(corpus):
    settings = Settings(corpus=corpus)
    found = preview(BAISHI.encode("gb18030"), "../茶园.txt", settings)
    assert (found.article.title, found.article.published, found.action) == ("白石乡的茶园", "2019-05-06", Action.ADDED)
    assert (found.article.id, found.article.path) == ("茶园", "corpus/茶园.txt")
    assert found.sentences == 2
    assert found.copies == ()
    again = preview(QINGHE.encode(), "copy.txt", settings)
    assert (again.action, again.copies) == (Action.DUPLICATE, ("corpus/qinghe.txt",))
    assert "首页" in [piece.text for piece in again.dropped]
    with pytest.raises(CorpusError, match="empty"):
        preview(b"", "a.txt", settings)
    assert set(texts(corpus)) == {"qinghe.txt"}


def test_a_corpus_that_is_not_there_yet_has_nothing(tmp_path):
    assert preview(BAISHI.encode(), "a.txt", Settings(corpus=tmp_path / "none")).action is Action.ADDED
    assert list(tmp_path.iterdir()) == []
