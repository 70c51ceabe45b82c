"""Names from strangers."""

import os
import unicodedata
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from povqa.corpus.filenames import MAX_NAME, is_variant, safe_name, safe_relative, variants


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("青河县简报.txt", "青河县简报.txt"),
        ("2017/第三期 简报.docx", "2017/第三期 简报.docx"),
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\李\\简报.txt", "Users/李/简报.txt"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("a/./b//c.txt", "a/b/c.txt"),
        (".git/config.txt", "git/config.txt"),
        ("CON.txt", "CON_.txt"),
        ("a:b?*.txt", "a_b__.txt"),
        ("a\x00b\x1b[31m.txt", "a_b_[31m.txt"),
        ("gpj\u202etxt.exe", "gpj_txt.exe"),
        ("\udcff.txt", "_.txt"),
        ("x. ", "x"),
        ("a\n b.txt", "a_ b.txt"),
    ],
)
def test_a_name_is_kept_where_it_is_harmless_and_made_so_where_not(name, safe):
    assert safe_relative(name) == safe


def test_a_long_name_keeps_its_ending_and_whole_characters():
    cut = safe_name("贫困" * 300 + ".html")
    assert cut.startswith("贫困贫困")
    assert cut.endswith(("困.html", "贫.html"))
    assert MAX_NAME - 3 <= len(cut.encode()) <= MAX_NAME


def test_a_path_too_deep_keeps_its_last_part():
    assert safe_relative("a/" * 30 + "z.txt") == "z.txt"


@given(st.text(st.characters(codec=None), max_size=400))
def test_whatever_the_name_the_file_stays_in_the_folder_and_is_seen(tmp_path_factory, name):
    relative = safe_relative(name)
    parts = relative.split("/")
    assert all(part and not part.startswith(".") and len(part.encode()) <= 255 for part in parts)
    assert os.path.normpath(relative) == relative
    assert not os.path.isabs(relative)
    assert not {unicodedata.category(char) for char in relative} & {"Cc", "Cs", "Zl", "Zp"}
    assert "\\" not in relative
    assert safe_relative(relative) == relative


def test_variants_are_numbered_and_recognised():
    assert list(islice(variants("x/a.b.txt"), 3)) == ["x/a.b.txt", "x/a.b-2.txt", "x/a.b-3.txt"]
    assert all(is_variant(path, "x/a.b.txt") for path in islice(variants("x/a.b.txt"), 12))
    assert not is_variant("y/a.b-2.txt", "x/a.b.txt")
    assert not is_variant("x/a.b-2.md", "x/a.b.txt")
    assert not is_variant("x/a.b-old.txt", "x/a.b.txt")
