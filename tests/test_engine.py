import gc
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from povqa.config import Settings
from povqa.encoder.models import folder_of
from povqa.encoder.runtime import read_card, write_card
from povqa.engine import MAX_QUESTION, Povqa, build, ensure_index, sample_sentences, update, verify
from povqa.errors import BrokenIndexError, CorpusError, ModelError, QuestionError
from povqa.index.generations import writing
from povqa.index.store import Index
from povqa.text.dates import find_dates
from povqa.text.numerals import find_numbers
from povqa.types import Answer, Article, Filters, Kind, Reason, Status
from tiny_model import write_tiny_model

ENCODER = "tests/tiny"
QUESTION = "目前临沭县还有多少户贫困人口"
PAGES = {
    "qinghe.txt": (
        "青河县打赢脱贫攻坚战\n\n2018-02-03 09:10:00|来源:青河日报|编辑:李明\n\n"
        "  2017年底，青河县还有贫困人口120户、301人。全县共有48个行政村，其中贫困村9个。\n\n"
        "  青河县投入产业扶贫资金2300万元，建成扶贫车间16个，吸纳贫困户就业512人。\n\n首页\n"
    ),
    "baishi.txt": (
        "白石乡的茶园\n\n2019-05-06 来源:白石新闻网 作者:王芳\n\n"
        "  白石乡种植茶叶3600亩，带动贫困户210户增收。乡里的茶厂由周大山负责，每年付给农户工钱85万元。\n"
    ),
}


def check(engine: Povqa, answer: Answer) -> None:
    """What holds for every answer, whatever was asked."""
    for citation in (*answer.citations, *answer.nearest):
        article = engine.article(citation.article_id)
        assert article.text[citation.start : citation.end] == citation.text != ""
        assert (citation.title, citation.path) == (article.title, article.path)
        assert (citation.source, citation.published) == (article.source, article.published)
        raw = (engine.settings.corpus_path.parent / citation.path).read_text("utf-8")
        assert pieces("".join(citation.text.split()), "".join(raw.split())) <= 3
        assert list(citation.highlights) == sorted(citation.highlights)
        assert all(0 <= start < end <= len(citation.text) for start, end in citation.highlights)
        assert 0 <= citation.score <= 1
    marked = [one.text[start:end] for one in answer.citations for start, end in one.highlights]
    assert answer.answers == tuple(dict.fromkeys(marked))
    assert len({(one.article_id, one.start) for one in answer.citations}) == len(answer.citations)
    assert 0 <= answer.confidence <= 1
    assert answer.elapsed_ms >= 0
    if answer.status is Status.ANSWERED:
        assert answer.citations
        assert (answer.reason, answer.nearest) == (None, ())
    else:
        assert (answer.citations, answer.answers) == ((), ())
        assert answer.reason is not None


def pieces(text: str, raw: str) -> int:
    """In how many pieces a text stands in the raw file: one, or more where a caption had been put into a sentence."""
    count = 0
    while text:
        length = next((n for n in range(len(text), 0, -1) if text[:n] in raw), 0)
        assert length, f"{text!r} does not stand in the file"
        text, count = text[length:], count + 1
    return count


@pytest.fixture
def pages(tmp_path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def own(tmp_path, pages) -> Settings:
    """A corpus that a test may change, not yet indexed, and a prepared encoder."""
    made = Settings(corpus=pages, index=tmp_path / "index", cache=tmp_path / "cache", encoder=ENCODER)
    write_tiny_model(folder_of(made, ENCODER), ENCODER)
    return made


def test_an_answer_is_the_sentence_and_the_words_that_answer(seeds_engine):
    answer = seeds_engine.ask(QUESTION)
    check(seeds_engine, answer)
    assert answer.status is Status.ANSWERED
    assert answer.answers[0] == "3309户"
    best = answer.citations[0]
    assert best.text.startswith("目前")
    assert (best.title, best.source, best.published) == (
        "临沂临沭县推进“四联八建”贫困村提升工程",
        "国际在线",
        "2017-05-04",
    )
    assert best.path == "seeds/000_b411d1b43b39f4eb.txt"
    assert seeds_engine.ask(QUESTION) == answer, "the same again"


@pytest.mark.parametrize("question", ["", " \n\t　", "？！。", "😀", "\ud800\udfff", "\x00\x1b"])
def test_nothing_asked_is_nothing_found(seeds_engine, question):
    answer = seeds_engine.ask(question)
    check(seeds_engine, answer)
    assert (answer.status, answer.reason, answer.nearest) == (Status.NOT_FOUND, Reason.EMPTY_QUESTION, ())
    assert answer.question == question


def test_what_the_corpus_does_not_hold_is_not_found(seeds_engine):
    for question in ("北京烤鸭怎么做才好吃", "who won the football world cup"):
        answer = seeds_engine.ask(question)
        check(seeds_engine, answer)
        assert answer.status is Status.NOT_FOUND, question


def test_more_may_be_refused_and_less(seeds_engine):
    trace = seeds_engine.explain(QUESTION)[1]
    strict = Povqa(
        seeds_engine.settings.model_copy(update={"max_refused": 0.99}), seeds_engine.index, seeds_engine.encoder
    )
    assert strict.explain(QUESTION)[1].threshold >= trace.threshold


def test_a_question_that_is_too_long_is_refused_in_one_line(seeds_engine):
    assert seeds_engine.ask("临沭县还剩多少户" * (MAX_QUESTION // 8)).status in Status
    for length in (MAX_QUESTION + 1, 100_000):
        with pytest.raises(QuestionError, match=f"may have 1000 characters, this has {length}: ask in fewer words"):
            seeds_engine.ask("问" * length)


def test_a_history_of_any_length_is_taken(seeds_engine):
    check(seeds_engine, seeds_engine.ask("那贫困村呢", ["问" * 100_000, "临沭县还剩多少户", "ab " * 50_000]))
    assert seeds_engine.understand("那贫困村呢", ["临沭县还剩多少户", "问" * 1001]).normalised == (
        "临沭县还剩多少户 || 那贫困村呢"
    )


def test_a_question_of_many_sides_is_read_once(seeds_engine):
    answer, few = seeds_engine.explain("临沭县和凌云县各有多少人脱贫")
    assert few.decision.startswith("a question with 2 sides (临沭县有多少人脱贫 / 凌云县有多少人脱贫)")
    best = [seeds_engine.index.sentence(judged.sentence) for judged in few.judgements[:2]]
    assert {(one.article_id, one.start) for one in best} >= {(one.article_id, one.start) for one in answer.citations}
    assert answer.citations
    for ranked in (few.judgements, few.hits):
        assert len({one.sentence for one in ranked}) == len(ranked)
    places = "、".join(["临沭县", "凌云县", "聊城市", "莘县", "山东省", "北京"])
    many = seeds_engine.explain(f"{places}各有多少人脱贫")[1]
    assert "sides" not in many.decision


def test_a_question_is_understood(seeds_engine):
    query = seeds_engine.understand("臨沭縣一七年還剩多少户？")
    assert (query.text, query.normalised) == ("臨沭縣一七年還剩多少户？", "临沭县2017年还剩多少户?")
    assert (query.kind, query.places, query.years, query.across) == (Kind.NUMBER, ("临沭县",), (2017,), False)
    followed = seeds_engine.understand("那凌云呢", ["临沭还剩多少户"])
    assert (followed.normalised, followed.kind) == ("临沭还剩多少户 || 那凌云呢", Kind.NUMBER)
    assert followed.places == ("凌云",)
    assert seeds_engine.understand("那是哪一年的事", ["临沭还剩多少户"]).places == ("临沭",)
    assert seeds_engine.understand("甲||乙").normalised == "甲 乙", "no history by the back door"
    assert seeds_engine.understand("顾管屯镇在哪里").normalised == "顾官屯镇在哪里"


def test_a_place_is_not_put_right_where_it_stands_in_the_corpus(seeds_engine):
    # 大兴镇 stands in an article, though segmentation finds no such word.
    assert seeds_engine.understand("大兴镇高埠新村在哪里").normalised == "大兴镇高埠新村在哪里"
    assert seeds_engine.understand("徐营镇有几个村").normalised == "许营镇有几个村"
    assert seeds_engine.understand("how many poor in Linshu").normalised == "how many poor in 临沭"


def test_a_county_that_the_corpus_has_never_heard_of_is_a_place_too(seeds_engine):
    assert seeds_engine.understand("蒙阴县还剩多少户").places == ("蒙阴",)
    assert seeds_engine.ask("蒙阴县还剩多少户没脱贫").status in Status


def test_filters_say_which_articles_are_asked(seeds_engine):
    first, second = seeds_engine.index.article_ids[:2]
    for filters, allowed in (
        (Filters(articles=(second,)), {second}),
        (Filters(places=("临沭",)), {first}),
        (Filters(until="2017-05-04", since="2017-05-04"), {first}),
    ):
        answer, trace = seeds_engine.explain(QUESTION, filters=filters)
        check(seeds_engine, answer)
        assert {seeds_engine.index.sentence(hit.sentence).article_id for hit in trace.hits} == allowed
    assert seeds_engine.ask(QUESTION, filters=Filters(since="2999-01-01")).reason is Reason.OFF_TOPIC
    with pytest.raises(CorpusError, match="no article 'none'"):
        seeds_engine.ask(QUESTION, filters=Filters(articles=("none",)))


def test_no_more_is_cited_than_asked_for(seeds_engine):
    assert len(seeds_engine.ask("有多少贫困户", top=1).citations) <= 1


def test_the_trace_tells_how_the_answer_came_about(seeds_engine):
    answer, trace = seeds_engine.explain(QUESTION)
    assert trace.judgements[0].score == pytest.approx(answer.citations[0].score, abs=1e-4)
    assert trace.judgements[0].spans == answer.citations[0].highlights
    assert [one.score for one in trace.judgements] == sorted((one.score for one in trace.judgements), reverse=True)
    assert answer.confidence >= trace.threshold
    assert f"{trace.threshold:.3f}" in trace.decision
    assert trace.hits


@pytest.mark.parametrize("stage", ["lexical", "dense", "fused"])
def test_a_stage_alone_gives_its_first_sentences(seeds_engine, stage):
    engine = Povqa.open(seeds_engine.settings, build=False, stages=stage)
    answer, trace = engine.explain(QUESTION, top=2)
    check(engine, answer)
    table = engine.index.sentences
    assert [one.start for one in answer.citations] == [int(table.start[hit.sentence]) for hit in trace.hits[:2]]
    assert (answer.status, answer.confidence, answer.answers) == (Status.ANSWERED, 0.5, ())
    assert trace.decision == f"the {stage} stage alone"
    engine.close()


def test_several_threads_may_ask_at_once(seeds_engine):
    questions = [QUESTION, "凌云县种了多少茶", "四联八建是什么"]
    alone = [seeds_engine.ask(question) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(seeds_engine.ask, questions))
    assert [one.citations for one in found] == [one.citations for one in alone]


@settings(deadline=None, max_examples=10)
@given(
    question=st.text(max_size=40)
    | st.text(st.sampled_from("临沭县凌云茶叶贫困户多少谁哪年和、，？ 1a\ud83d\ude00\x00\u202e😀||"), max_size=30),
    history=st.lists(st.text(max_size=20), max_size=3),
)
def test_any_text_may_be_asked(seeds_engine, question, history):
    check(seeds_engine, seeds_engine.ask(question, history))


def questions_about(engine: Povqa, count: int) -> list[str]:
    """Questions made of the corpus' own sentences: a number, a date or a part of one asked for, well or badly."""
    random.seed(11)
    made: list[str] = []
    texts = [engine.index.sentence_text(number) for number in range(engine.index.manifest.sentences)]
    while len(made) < count:
        text = random.choice(texts)
        mentions = [("多少", one.start, one.end) for one in find_numbers(text)]
        mentions += [("什么时候", one.start, one.end) for one in find_dates(text)]
        start = random.randrange(len(text))
        mentions.append((random.choice(["谁", "哪里", "什么", "哪些", "为什么"]), start, min(len(text), start + 6)))
        word, start, end = random.choice(mentions)
        question = text[max(0, start - 20) : start] + word + text[end : end + 10]
        if random.random() < 0.2:
            question = "".join(random.sample(question, len(question)))
        made.append(question)
    return made


def ask_all(engine: Povqa, count: int) -> float:
    """Ask, check every answer, and tell the share that was answered."""
    answers = [engine.ask(question) for question in questions_about(engine, count)]
    for answer in answers:
        check(engine, answer)
    return sum(answer.status is Status.ANSWERED for answer in answers) / count


def test_every_citation_stands_in_its_article(seeds_engine):
    assert ask_all(seeds_engine, 8) > 0.2


@pytest.mark.slow
def test_every_citation_of_500_questions_stands_in_its_article(seeds_engine):
    assert ask_all(seeds_engine, 500) > 0.3


def test_the_articles_are_those_of_the_corpus(own):
    with_index = Povqa.open(own)
    assert [article.id for article in with_index.articles()] == ["baishi", "qinghe"]
    assert with_index.article("baishi").source == "白石新闻网"
    assert with_index.ask("白石乡种植了多少亩茶叶").answers[:1] == ("3600亩",)
    with pytest.raises(CorpusError, match="no article 'none'"):
        with_index.article("none")
    with_index.close()


def test_opening_builds_what_is_missing_and_only_that(own):
    def generation() -> str:
        return (own.index_path / "CURRENT").read_text()

    with pytest.raises(BrokenIndexError, match="run `povqa index`"):
        Povqa.open(own, build=False)
    said, stages = [], set()
    ensure_index(own, progress=lambda stage, done, total: stages.add(stage), say=lambda en, zh: said.append((en, zh)))
    assert said == [("building the index of 2 articles", "正在为 2 篇文章建立索引")]
    assert stages == {"reading", "lexical", "dense"}
    first = generation()
    ensure_index(own, say=lambda en, zh: said.append((en, zh)))
    assert generation() == first
    assert len(said) == 1
    (own.corpus_path / "new.txt").write_text("红山村修路\n\n红山村修了25公里路。\n", "utf-8")
    ensure_index(own, say=lambda en, zh: said.append((en, zh)))
    assert said[1:] == [
        ("bringing the index in line: 1 new or changed, 0 removed", "正在更新索引：新增或改动 1 篇，移除 0 篇")
    ]
    assert generation() != first
    with Index.open(own.index_path) as index:
        assert "new" in index.article_ids


def test_update_tells_what_changed(own):
    assert update(own, dry_run=True).added == ("baishi", "qinghe")
    assert not own.index_path.exists()
    assert update(own).added == ("baishi", "qinghe")
    (own.corpus_path / "new.txt").write_text("红山村修路\n\n红山村修了25公里路。\n", "utf-8")
    (own.corpus_path / "empty.txt").write_text("", "utf-8")
    (own.corpus_path / "qinghe.txt").unlink()
    for dry_run in (True, False):
        changes = update(own, dry_run=dry_run)
        assert (changes.added, changes.changed, changes.removed, changes.unchanged) == (("new",), (), ("qinghe",), 1)
        assert [path for path, _ in changes.skipped] == ["pages/empty.txt"]
    assert not update(own)
    verify(own)


def test_an_engine_takes_up_a_new_index(own):
    engine = Povqa.open(own)
    assert engine.refresh() is False
    before = engine.ask("白石乡种植了多少亩茶叶")
    assert before.answers[:1] == ("3600亩",)
    (own.corpus_path / "new.txt").write_text("红山村修路\n\n  红山村2018年修了25公里路。\n", "utf-8")
    (own.corpus_path / "qinghe.txt").unlink()
    old = engine.index
    update(own)
    assert engine.index is old
    assert engine.refresh() is True
    assert [article.id for article in engine.articles()] == ["baishi", "new"]
    assert [one.text for one in engine.ask("白石乡种植了多少亩茶叶").citations] == [
        one.text for one in before.citations
    ]
    assert engine.ask("红山村修了多少公里路").answers[:1] == ("25公里",)
    assert old.article("qinghe").id == "qinghe", "as long as someone holds on to it"
    del old
    gc.collect()
    assert [path.name for path in own.index_path.glob("generation-*")] == ["generation-000002"]
    engine.close()


def test_questions_are_answered_while_the_index_changes(own):
    engine = Povqa.open(own)
    expected = [one.text for one in engine.ask("白石乡种植了多少亩茶叶").citations]
    assert expected
    done = Event()

    def asking() -> list[list[str]]:
        found = []
        while not done.is_set():
            found.append([one.text for one in engine.ask("白石乡种植了多少亩茶叶").citations])
        return found

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(asking) for _ in range(2)]
        for number in range(4):
            (own.corpus_path / f"new{number}.txt").write_text(f"短讯\n\n  红山村修了{number}公里路。\n", "utf-8")
            update(own)
            assert engine.refresh()
        done.set()
        assert all(texts == expected for one in running for texts in one.result())
    engine.close()


def test_an_index_of_another_encoder_is_not_taken_up(own):
    engine = Povqa.open(own)
    folder = folder_of(own, ENCODER)
    write_card(folder, read_card(folder, ENCODER).model_copy(update={"fingerprint": "other"}))
    update(own)
    with pytest.raises(BrokenIndexError, match="built with another encoder"):
        engine.refresh()
    assert engine.ask("白石乡种植了多少亩茶叶").answers[:1] == ("3600亩",)
    engine.close()


def test_while_another_process_writes_the_index_at_hand_answers(own):
    build(own)
    (own.corpus_path / "new.txt").write_text("红山村修路\n\n红山村修了25公里路。\n", "utf-8")
    said = []
    with writing(own.index_path) as draft:
        draft.wanted = False
        engine = Povqa.open(own, say=lambda en, zh: said.append(en))
        assert [article.id for article in engine.articles()] == ["baishi", "qinghe"]
        engine.close()
    assert said == ["another process is bringing the index in line; answering from the present one"]


def test_copies_are_named(own):
    shutil.copy(own.corpus_path / "baishi.txt", own.corpus_path / "copy.txt")
    engine = Povqa.open(own)
    cited = engine.ask("白石乡种植了多少亩茶叶").citations
    assert [(one.article_id, one.copies) for one in cited] == [("baishi", ("pages/copy.txt",))]
    by_copy = engine.ask("白石乡种植了多少亩茶叶", filters=Filters(articles=("copy",))).citations
    assert [(one.article_id, one.text) for one in by_copy] == [("baishi", cited[0].text)]
    engine.close()


def test_another_encoder_makes_an_index_stale(own):
    build(own)
    folder = folder_of(own, ENCODER)
    write_card(folder, read_card(folder, ENCODER).model_copy(update={"fingerprint": "other"}))
    with pytest.raises(BrokenIndexError, match="built with another encoder .*: run `povqa index`") as caught:
        Povqa.open(own, build=False)
    assert "另一个编码器" in caught.value.zh
    Povqa.open(own).close()
    with Index.open(own.index_path) as index:
        assert index.manifest.encoder_fingerprint == "other"


def test_an_index_serves_without_its_corpus(own):
    build(own)
    shutil.rmtree(own.corpus_path)
    engine = Povqa.open(own)
    assert engine.ask("白石乡种植了多少亩茶叶").citations[0].article_id == "baishi"
    engine.close()
    shutil.rmtree(own.index_path)
    with pytest.raises(CorpusError):
        Povqa.open(own)


def test_a_damaged_index_is_built_again(own):
    build(own)
    (generation,) = own.index_path.glob("generation-*")
    (generation / "manifest.json").write_text("{}")
    Povqa.open(own).close()
    with Index.open(own.index_path) as index:
        index.verify()


def test_an_encoder_that_is_gone_is_named_with_what_to_do(own):
    build(own)
    shutil.rmtree(folder_of(own, ENCODER))
    with pytest.raises(
        ModelError, match="the encoder tests/tiny is not prepared: run `povqa model prepare tests/tiny`"
    ):
        Povqa.open(own, build=False)


def test_a_file_that_cannot_be_read_is_told_and_passed_over(own):
    (own.corpus_path / "empty.txt").write_text("", "utf-8")
    said = []
    build(own, say=lambda en, zh: said.append(en))
    assert any("empty.txt" in line for line in said)
    with Index.open(own.index_path) as index:
        assert index.article_ids == ("baishi", "qinghe")


def test_an_unknown_stage_is_refused(own):
    build(own)
    with pytest.raises(ValueError, match="'half' is not a valid Stages"):
        Povqa.open(own, build=False, stages="half")


def test_the_sample_is_spread_over_the_articles():
    article = Article(id="a", title="", text="".join(f"第{i}句话。" for i in range(1000)), path="")
    sample = sample_sentences([replace(article, id=str(i)) for i in range(3)], most=30)
    assert len(sample) == 30
    assert sample[0] == "第0句话。"
    assert sample_sentences([article], most=5)[1] == "第200句话。"
    assert sample_sentences([replace(article, text="")]) == []
    assert sample_sentences([replace(article, text="一。二。")]) == ["一。", "二。"]


def test_facts_that_no_one_sentence_gives_are_asked_for_one_by_one(seeds_engine):
    question = "临沭县有几个镇,聊城有多少黑毛驴"
    answer, trace = seeds_engine.explain(question)
    assert "with 2 sides" in trace.decision
    assert len({citation.article_id for citation in answer.citations}) == 2
    whole, one = seeds_engine.explain("临沭还剩多少户,多少人")
    assert "sides" not in one.decision, "one sentence gives both"
    assert len(whole.citations[0].highlights) == 2


def test_a_question_in_a_chat_is_read_by_itself_and_behind_the_one_before_it(seeds_engine):
    before = "临沭派了多少第一书记"
    alone = seeds_engine.ask("凌云县要修多少公里路", [before])
    assert alone.answers == seeds_engine.ask("凌云县要修多少公里路").answers
    question, before = "一共提出了多少条合理化意见建议", "许营镇的理事会开了几次会"
    assert seeds_engine.understand(question, [before]).normalised == question, "its words do not lean"
    followed, trace = seeds_engine.explain(question, [before])
    assert trace.query.normalised == f"{before} || {question}"
    assert followed.confidence > seeds_engine.ask(question).confidence
    other = seeds_engine.explain(question, ["平潭选派了多少第一书记"])[1]
    assert other.query.normalised == question, "the chat does not stay with that article"
