import os
import sqlite3
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from povqa.index.database import private
from povqa.index.vocabulary import Vocabulary
from povqa.index.vocabulary_writer import SCHEMA, VocabularyWriter, key_terms
from povqa.text.normalise import normalise
from povqa.types import Article

ARTICLES = [
    Article(
        id="linshu",
        title="临沭县提升贫困村",
        text=(
            "临沂市临沭县位于山东省东南部。全县还有贫困人口3309户,贫困村20个,脱贫攻坚任务很重。贫困群众种茶增收。"
            "贫困户李秀英在许营镇的扶贫车间上班,临沭的农业合作社很多。重点村的工作重点明确,重点是种茶。\n韩集乡后姜村也建了车间。"
        ),
        path="linshu.txt",
        place=("山东", "临沂市", "临沭县"),
    ),
    Article(
        id="lingyun",
        title="凌云縣種茶",
        text="凌云县种植茶叶11万亩,茶农增收。茶叶卖到北京和上海,凌云的名气大了。",
        path="lingyun.txt",
        place=("广西", "百色市", "凌云县"),
    ),
    Article(id="empty", title="短讯", text="", path="empty.txt"),
]


def write(path, articles, removed=()):
    """Write a word list, or change the one that is there."""
    with private(path, SCHEMA) as db:
        writer = VocabularyWriter(db)
        for article in removed:
            writer.remove(article)
        for article in articles:
            writer.add(article)
        writer.finish()


def rows(path, table="words"):
    db = sqlite3.connect(path)
    try:
        return db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    finally:
        db.close()


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    path = tmp_path_factory.mktemp("vocabulary") / "vocabulary.sqlite"
    write(path, ARTICLES)
    opened = Vocabulary(path)
    yield opened
    opened.close()


CORPUS = normalise("\n".join(f"{article.title}\n{article.text}" for article in ARTICLES))


def stands(bigram: str) -> bool:
    return bigram in CORPUS


def unseen(question: str) -> list[int]:
    return [i for i in range(len(question) - 1) if not stands(question[i : i + 2])]


def correct(vocabulary, question: str) -> str:
    return vocabulary.corrected(question, unseen(question), stands)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("临沭县还剩多少户", ("临沭县",)),
        ("临沭还剩多少户", ("临沭",)),
        ("凌云和临沭哪个贫困户多", ("凌云", "临沭")),
        ("山东省临沂市临沭县", ("山东省", "临沂市", "临沭县")),
        ("许营有几个车间", ("许营",)),
        ("许营镇有几个车间", ("许营镇",)),
        ("后姜村呢", ("后姜村",)),
        ("北京的茶叶", ("北京",)),
        ("还剩多少贫困户,贫困村有几个", ()),
        ("重点村有几个,工作重点是什么", ()),
        ("重庆还剩多少户", ()),
        ("how many in linshu", ()),
        ("", ()),
    ],
)
def test_the_places_of_the_corpus_are_found_in_a_question(vocabulary, question, places):
    assert vocabulary.places_in(question) == places


def test_an_and_before_a_place_is_no_part_of_a_name(tmp_path):
    text = "临沭县种茶,临沭县脱贫了。广东省河源市和平县种茶,和平县脱贫了。平潭县养紫菜,平潭县脱贫了。"
    write(tmp_path / "words.sqlite", [Article(id="pairs", title="结对", text=text, path="pairs.txt")])
    vocabulary = Vocabulary(tmp_path / "words.sqlite")
    assert vocabulary.places_in("临沭和平潭各有几家企业") == ("临沭", "平潭")
    assert vocabulary.places_in("和平有几家企业") == ("和平",)
    assert vocabulary.places_in("平潭和和平各有几家企业") == ("平潭", "和平")
    vocabulary.close()


def test_a_place_is_found_wherever_it_stands_in_a_long_question(vocabulary):
    talk = "我特别想知道你们有没有听别人详细说起过关于"
    for question in (f"{talk}许营的茶叶", talk * 10 + "许营", f"许营{talk * 10}", f"{talk}许营{talk}"):
        assert vocabulary.places_in(question) == ("许营",)
    assert vocabulary.places_in(f"凌云{talk}许营") == ("凌云", "许营")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("徐营镇有几个车间", "许营镇有几个车间"),
        ("临述县还剩多少户", "临沭县还剩多少户"),
        ("临沭县还有多少贫困人口", "临沭县还有多少贫困人口"),
        ("农业合做社有几家", "农业合作社有几家"),
        ("重庆的火锅好吃吗", "重庆的火锅好吃吗"),
        ("徐营镇和临述县", "许营镇和临沭县"),
    ],
)
def test_a_word_that_sounds_like_one_of_the_corpus_is_put_right(vocabulary, question, meant):
    assert correct(vocabulary, question) == meant


def test_nothing_is_doubted_that_stands_in_the_corpus(vocabulary):
    assert vocabulary.corrected("徐营镇有几个车间", [], stands) == "徐营镇有几个车间"
    assert vocabulary.corrected("徐营镇和临述县", [0], stands) == "许营镇和临述县"


def test_no_word_is_put_right_that_parts_what_stands_in_the_corpus(tmp_path):
    text = "县里推行四联八建。农业合作社有几家,农业合作社的茶叶好。理事会开会,理事会管账。"
    write(tmp_path / "words.sqlite", [Article(id="pairs", title="八建", text=text, path="pairs.txt")])
    vocabulary = Vocabulary(tmp_path / "words.sqlite")
    for question, meant in (
        ("农业合做社", "农业合作社"),
        ("农业合作射箭", "农业合作射箭"),
        ("县里事会开会", "县理事会开会"),
    ):
        doubted = [at for at in range(len(question) - 1) if question[at : at + 2] not in text]
        assert vocabulary.corrected(question, doubted, lambda bigram: bigram in f"{text}射箭") == meant
    vocabulary.close()


def test_a_short_name_is_no_part_of_words_beside_it(tmp_path):
    text = "凌云县种茶,凌云的茶好。云南省的村民领工钱,云南的茶也好。"
    write(tmp_path / "words.sqlite", [Article(id="tea", title="", text=text, path="tea.txt")])
    vocabulary = Vocabulary(tmp_path / "words.sqlite")
    assert vocabulary.corrected("领云南的工钱", [0], lambda bigram: bigram in text) == "领云南的工钱"
    assert vocabulary.corrected("领云的茶好吗", [0], lambda bigram: bigram in text) == "凌云的茶好吗"
    vocabulary.close()


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("徐营镇有几个车间", [("徐营镇", "许营镇")]),
        ("临述县和灵云县", [("临述县", "临沭县"), ("灵云县", "凌云县")]),
        ("许营镇有几个车间", []),
        ("哪个县种茶", []),
        ("临沭县的县城在哪", []),
        ("临沭乡镇有几个", []),
        ("", []),
    ],
)
def test_a_place_that_is_no_word_of_the_corpus_may_be_one_that_sounds_alike(vocabulary, question, found):
    assert vocabulary.strange_places(question) == found


def test_a_question_full_of_typos_is_put_right_at_once(vocabulary):
    assert correct(vocabulary, "徐营镇临述县" * 160) == "许营镇临沭县" * 160


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("how many in linshu county", "how many in 临沭 county"),
        ("how many in lin shu?", "how many in 临沭?"),
        ("lingyun tea", "凌云 tea"),
        ("linshuang and prelinshu", "linshuang and prelinshu"),
        ("how many in chongqing", "how many in chongqing"),
    ],
)
def test_a_name_in_pinyin_is_read(vocabulary, question, meant):
    assert vocabulary.unspelt(question) == meant


def test_key_terms_are_what_the_article_is_about(vocabulary):
    assert "凌云县" in vocabulary.key_terms("lingyun") or "茶叶" in vocabulary.key_terms("lingyun")
    assert "贫困村" in vocabulary.key_terms("linshu")
    assert vocabulary.key_terms("none") == ()


@given(st.text(max_size=300).map(lambda text: normalise(text.encode("utf-8", "replace").decode())), st.data())
def test_any_question_is_taken(vocabulary, question, data):
    places = vocabulary.places_in(question)
    assert all(place in question for place in places)
    assert len(set(places)) == len(places)
    doubted = data.draw(st.lists(st.integers(0, max(0, len(question) - 2)), max_size=10)) if len(question) > 1 else []
    assert len(vocabulary.corrected(question, doubted, stands)) == len(question)
    assert isinstance(vocabulary.unspelt(question), str)


def test_several_threads_may_ask_at_once(vocabulary):
    questions = ["凌云和临沭哪个贫困户多", "许营有几个车间", "北京的茶叶", "重庆"] * 50
    alone = [vocabulary.places_in(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(vocabulary.places_in, questions)) == alone


@pytest.mark.slow
def test_the_same_articles_give_the_same_words(tmp_path):
    """Words have several tags; which one is kept may not hang on the order of a set."""
    script = (
        "import sys; from pathlib import Path; from povqa.index.vocabulary_writer import *; "
        "from povqa.index.database import private\n"
        "from povqa.corpus.catalogue import Catalogue\n"
        "with private(Path(sys.argv[2]), SCHEMA) as db:\n"
        "    writer = VocabularyWriter(db)\n"
        "    for cleaned in Catalogue(Path(sys.argv[1])).load(): writer.add(cleaned.article)\n"
        "    writer.finish()"
    )
    seeds = Path(__file__).parents[2] / "seeds"
    found = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.sqlite"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        subprocess.run([sys.executable, "-c", script, seeds, path], env=environment, check=True)
        found.append(rows(path))
    assert found[0] == found[1]


def test_a_word_is_counted_once_an_article(tmp_path):
    articles = [Article(id=str(i), title="", text="凌云县种茶。凌云县卖茶。" * (i + 1), path="") for i in range(3)]
    write(tmp_path / "words.sqlite", articles)
    counts = {row[0]: row[4] for row in rows(tmp_path / "words.sqlite")}
    assert counts["凌云县"] == 3
    assert max(counts.values()) == 3


PIECES = [
    "凌云县种茶。",
    "凌云的茶叶。",
    "贫困村很多。",
    "许营镇在临沭。",
    "李秀英来了。",
    "后姜村在韩集乡后姜村。",
    "茶叶村。",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5), st.lists(TEXTS, max_size=4), st.data())
def test_words_come_and_go_with_their_articles(tmp_path_factory, before, after, data):
    folder = tmp_path_factory.mktemp("words")
    old = [Article(id=f"old{i}", title="题", text=text, path="") for i, text in enumerate(before)]
    new = [Article(id=f"new{i}", title="题", text=text, path="") for i, text in enumerate(after)]
    gone = data.draw(st.sets(st.sampled_from(old)) if old else st.just(set()))
    write(folder / "changed.sqlite", old)
    write(folder / "changed.sqlite", new, gone)
    write(folder / "anew.sqlite", [article for article in [*old, *new] if article not in gone])
    assert rows(folder / "changed.sqlite") == rows(folder / "anew.sqlite")
    assert rows(folder / "changed.sqlite", "terms") == rows(folder / "anew.sqlite", "terms")


def test_what_has_left_is_not_in_the_file_any_more(tmp_path):
    path = tmp_path / "words.sqlite"
    write(path, ARTICLES)
    assert "李秀英".encode() in path.read_bytes()
    write(path, [], ARTICLES[:1])
    assert "李秀英".encode() not in path.read_bytes()


def test_key_terms_are_those_of_jieba():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba leaves its table's file to the garbage collector
        import jieba.analyse

        jieba.setLogLevel("ERROR")
        for article in ARTICLES:
            assert key_terms(article.text) == jieba.analyse.extract_tags(article.text, topK=8)
        assert jieba.analyse.extract_tags("The app of the poor in 临沭") == key_terms("The app of the poor in 临沭")
