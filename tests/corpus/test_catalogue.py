"""The folder of articles."""

import os
from pathlib import Path

import pytest

from povqa.corpus.catalogue import SUFFIXES, Catalogue
from povqa.corpus.readers import READERS
from povqa.errors import CorpusError

SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = "山下县修了路，通了水。村民都说好。"


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_files_are_found_in_order_and_hidden_ones_passed_over(tmp_path):
    write(tmp_path, b_txt=TEXT, a_txt=TEXT, sub__c_txt=TEXT)
    write(tmp_path, **{".hidden_txt": TEXT, ".git__d_txt": TEXT})
    assert [(file.id, file.relative) for file in Catalogue(tmp_path).files] == [
        ("a", "a.txt"), ("b", "b.txt"), ("c", "sub/c.txt"),
    ]  # fmt: skip


def test_of_files_that_want_one_id_the_nearest_the_top_has_it_and_the_others_take_their_path(tmp_path):
    write(tmp_path, x__a_txt=TEXT, y__z__a_txt=TEXT, b_txt=TEXT)
    (tmp_path / "a.png").write_bytes(b"x")
    catalogue = Catalogue(tmp_path)
    assert [file.id for file in catalogue.files] == ["a.png", "b", "a", "y_z_a.txt"]
    assert catalogue.get("y_z_a.txt").article.path == f"{tmp_path.name}/y/z/a.txt"


def test_ids_that_files_have_stay_and_newcomers_take_what_is_free(tmp_path):
    write(tmp_path, x__a_txt=TEXT, y_a_txt=TEXT)
    (tmp_path / "y_a.txt").rename(tmp_path / "y_a.txt.txt")
    known = {file.relative: file.id for file in Catalogue(tmp_path).files}
    assert known == {"x/a.txt": "a", "y_a.txt.txt": "y_a.txt"}
    write(tmp_path, a_txt=TEXT, y__a_txt=TEXT, z__a_txt=TEXT)
    catalogue = Catalogue(tmp_path, ids=known)
    ids = {file.relative: file.id for file in catalogue.files}
    assert ids == known | {"a.txt": "a.txt", "y/a.txt": "y_a.txt_2", "z/a.txt": "z_a.txt"}
    (tmp_path / "x" / "a.txt").unlink()
    after = Catalogue(tmp_path)
    after.keep_ids(ids)
    assert {file.relative: file.id for file in after.files} == {
        path: id for path, id in ids.items() if path != "x/a.txt"
    }
    assert after.fingerprint() != catalogue.fingerprint()


def test_of_two_files_that_are_said_to_have_one_id_only_one_keeps_it(tmp_path):
    write(tmp_path, a_txt=TEXT, b_txt=TEXT)
    assert [file.id for file in Catalogue(tmp_path, ids={"a.txt": "x", "b.txt": "x", "gone.txt": "b"}).files] == [
        "x",
        "b",
    ]


def test_the_kinds_of_files_that_are_known_are_those_of_the_readers():
    assert set(SUFFIXES) == set(READERS)


def test_what_browsers_save_beside_a_page_is_no_article_even_when_the_page_has_gone(tmp_path):
    write(tmp_path, a_txt=TEXT, sub__page_files__ad_txt=TEXT, sub__notes_files__b_txt=TEXT, left_files__c_txt=TEXT)
    (tmp_path / "sub" / "page.HTML").write_text(f"<p>{TEXT}", encoding="utf-8")
    (tmp_path / "left_files" / "style.css.下载").write_text("p {}", encoding="utf-8")
    (tmp_path / "sub" / "notes_files" / "v1.js.2017").write_text(TEXT, encoding="utf-8")
    catalogue = Catalogue(tmp_path)
    assert [file.relative for file in catalogue.files] == [
        "a.txt", "sub/notes_files/b.txt", "sub/notes_files/v1.js.2017", "sub/page.HTML",
    ]  # fmt: skip
    assert catalogue.companions == ["left_files", "sub/page_files"]


def test_load_skips_what_cannot_be_read_and_says_why(tmp_path):
    write(tmp_path, a_txt=TEXT, empty_txt="")
    (tmp_path / "b.exe").write_bytes(b"MZ\0")
    catalogue = Catalogue(tmp_path)
    seen = []
    articles = catalogue.load(progress=lambda done, total: seen.append((done, total)))
    assert [cleaned.article.id for cleaned in articles] == ["a"]
    assert [path for path, _ in catalogue.skipped] == [f"{tmp_path.name}/b.exe", f"{tmp_path.name}/empty.txt"]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_fingerprint_sees_a_touch_and_the_hash_does_not(tmp_path):
    write(tmp_path, a_txt=TEXT, b_txt=TEXT)
    before = Catalogue(tmp_path)
    content = before.corpus_hash()
    os.utime(tmp_path / "a.txt", ns=(1, 1))
    after = Catalogue(tmp_path)
    assert after.fingerprint() != before.fingerprint()
    assert after.corpus_hash() == content


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename"])
def test_the_hash_sees_every_change(tmp_path, change):
    write(tmp_path, a_txt=TEXT, b_txt=TEXT)
    catalogue = Catalogue(tmp_path)
    before = catalogue.corpus_hash(), catalogue.fingerprint()
    match change:
        case "edit":
            write(tmp_path, a_txt=TEXT + "好。")
        case "add":
            write(tmp_path, c_txt=TEXT)
        case "remove":
            (tmp_path / "b.txt").unlink()
        case "rename":
            (tmp_path / "b.txt").rename(tmp_path / "c.txt")
    after = Catalogue(tmp_path)
    assert after.corpus_hash() != before[0]
    assert after.fingerprint() != before[1]


def test_a_folder_that_is_missing_empty_or_a_file(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name, words in (("missing", "cannot be read"), ("empty", "no articles"), ("file", "cannot be read")):
        with pytest.raises(CorpusError, match=words) as caught:
            Catalogue(tmp_path / name)
        assert "--corpus" in caught.value.message("zh")


def test_a_folder_of_nothing_readable(tmp_path):
    write(tmp_path, a_txt="")
    with pytest.raises(CorpusError, match="none of the 1 files"):
        Catalogue(tmp_path).load()


def test_an_unknown_id(tmp_path):
    write(tmp_path, a_txt=TEXT)
    with pytest.raises(CorpusError, match="no article b"):
        Catalogue(tmp_path).get("b")


def test_a_link_that_leads_back_up_does_not_trap(tmp_path):
    write(tmp_path, a_txt=TEXT)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert [file.id for file in Catalogue(tmp_path).files] == ["a"]


def test_the_seeds_load():
    catalogue = Catalogue(SEEDS)
    assert len(catalogue.load()) == len(catalogue.files)
    assert catalogue.skipped == []
