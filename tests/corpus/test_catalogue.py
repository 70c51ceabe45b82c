"""The folder of articles."""

import os
from pathlib import Path

import pytest

from povqa.corpus.catalogue import Catalogue
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


def test_ids_that_clash_take_their_path(tmp_path):
    write(tmp_path, x__a_txt=TEXT, y__a_txt=TEXT, b_txt=TEXT)
    catalogue = Catalogue(tmp_path)
    assert [file.id for file in catalogue.files] == ["b", "x_a.txt", "y_a.txt"]
    assert catalogue.get("y_a.txt").article.path == f"{tmp_path.name}/y/a.txt"


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
