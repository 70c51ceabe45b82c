"""PDFs: columns, heads and feet, broken lines, and those without text."""

import os
import sys
import time

import pytest

from povqa.corpus.cleaning import clean
from povqa.corpus.readers import read_data
from povqa.corpus.readers.pdf_layout import columns, join_lines, title_rows, without_margins
from povqa.errors import CorpusError
from tiny_pdf import write_pdf

FIRST = "今年以来，山下县把产业扶贫摆在首位，建起扶贫车间一百二十三个，带动贫困户三千三百零九户增收，户均两千四百元。"
SECOND = (
    "县里还修通了进村公路四百五十公里，解决了两万一千人的饮水问题，村民们说，日子一天比一天好过，盼头也一天比一天足。"
)
THIRD = "下一步，山下县将继续选派第一书记到村工作，落实帮扶责任，确保剩下的贫困人口如期脱贫，不让一个人掉队。"


def set_type(text, left, top, width, *, size=10.0, indent=2):
    """Lines as a typesetter breaks them: so many characters a line, the first one set in."""
    lines, bottom = [], top
    start, room, shift = 0, width - indent, indent * size
    while start < len(text):
        lines.append((left + shift, bottom, size, text[start : start + room]))
        start, room, shift = start + room, width, 0
        bottom -= 1.6 * size
    return lines, bottom


def lay_out(paragraphs, left, top, width, size=10.0):
    lines = []
    for text in paragraphs:
        more, top = set_type(text, left, top, width, size=size)
        lines += more
    return lines


def read(data):
    return read_data(data, ".pdf", "corpus/a.pdf", "a")


def test_broken_lines_are_joined_without_a_space():
    raw = read(write_pdf([lay_out([FIRST, SECOND, THIRD], 60, 700, 40)]))
    assert raw.text.split("\n") == [FIRST, SECOND, THIRD]


def test_two_columns_are_read_one_after_the_other():
    left = lay_out([FIRST, SECOND], 50, 700, 22)
    right = lay_out([THIRD, FIRST], 320, 700, 22)
    across = [line for pair in zip(left, right, strict=False) for line in pair]  # set line by line over both
    across += left[len(right) :] + right[len(left) :]
    assert read(write_pdf([across])).text.split("\n") == [FIRST, SECOND, THIRD, FIRST]


def test_a_paragraph_goes_on_in_the_next_column_and_on_the_next_page():
    whole = 2 * (FIRST + SECOND + THIRD)
    lines = lay_out([whole], 50, 700, 20)
    height = len(lines) // 3
    columns_of = [[(x, 700 - 16 * n, size, text) for n, (x, _, size, text) in enumerate(part)]
                  for part in (lines[:height], lines[height : 2 * height], lines[2 * height :])]  # fmt: skip
    right = [(x + 270, y, size, text) for x, y, size, text in columns_of[1]]
    raw = read(write_pdf([columns_of[0] + right, columns_of[2]]))
    assert raw.text == whole


def test_heads_feet_and_page_numbers_go():
    pages = [
        [
            (200, 800, 9, f"山下县脱贫攻坚简报 第{7}期"),
            *lay_out([text], 60, 700, 40),
            (290, 40, 9, f"— {number} —"),
        ]
        for number, text in enumerate((FIRST, SECOND, THIRD), start=1)
    ]
    assert read(write_pdf(pages)).text.split("\n") == [FIRST, SECOND, THIRD]


def test_the_title_is_the_largest_print_and_its_lines_are_one():
    heading = [(150, 760, 20, "山下县三年帮扶"), (150, 730, 20, "三千三百户脱贫")]
    raw = read(write_pdf([[*heading, *lay_out([FIRST, SECOND], 60, 680, 40)]], title="Microsoft Word - 文档1.doc"))
    assert raw.title == "山下县三年帮扶三千三百户脱贫"
    article = clean(raw).article
    assert article.title == raw.title
    assert article.text.split("\n") == [FIRST, SECOND]


def test_properties_count_where_they_are_sensible():
    page = lay_out([FIRST], 60, 700, 40)
    raw = read(write_pdf([page], title="山下县产业扶贫纪实", author="王海鹰"))
    assert (raw.title, raw.author) == ("山下县产业扶贫纪实", "王海鹰")
    raw = read(write_pdf([page], title="新建 Microsoft Word 文档", author="Administrator"))
    assert (raw.title, raw.author) == (None, None)


@pytest.mark.parametrize(
    ("data", "en", "zh"),
    [
        (write_pdf([[], []]), "it is a scan", "扫描件"),
        (write_pdf([[(60, 700, 10, FIRST)]], locked=True), "encrypted", "已加密"),
        (b"%PDF-1.5\nnothing of the kind", "not a readable PDF", "不是可读的 PDF"),
        (b"", "not a readable PDF", "不是可读的 PDF"),
    ],
)
def test_what_has_no_text_says_so(data, en, zh):
    with pytest.raises(CorpusError, match=en) as caught:
        read(data)
    assert zh in caught.value.message("zh")
    assert "corpus/a.pdf" in caught.value.message()


def test_a_page_tree_that_loops_ends():
    data = write_pdf([[(60, 700, 10, FIRST)]]).replace(b"/Kids [ 10 0 R ]", b"/Kids [ 02 0 R ]")
    start = time.monotonic()
    with pytest.raises(CorpusError):
        read(data)
    assert time.monotonic() - start < 30


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits")
def test_what_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr("povqa.corpus.readers.pdf.MOST_SECONDS", 0)
    with pytest.raises(CorpusError, match="takes more than"):
        read(write_pdf([[(60, 700, 10, FIRST)]]))


def test_the_worker_limits_itself():
    if os.name != "posix":
        pytest.skip("Windows knows no such limits")
    import subprocess

    script = (
        "import resource; from povqa.corpus.readers import pdf_worker as w; w._limit();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0] == w.MOST_MEMORY,"
        " resource.getrlimit(resource.RLIMIT_CPU)[0] == w.MOST_SECONDS)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_letters_keep_a_space_between_lines():
    def piece(text, bottom, left=60.0):
        return {"text": text, "left": left, "right": left + 300, "bottom": bottom, "size": 10.0}

    sheet = {"width": 595.0, "height": 842.0, "pieces": [piece("The county of", 400.0), piece("Linshu in", 384.0)]}
    assert join_lines(columns(sheet)) == ["The county of Linshu in"]
    assert title_rows(columns(sheet)[0].rows) == []
    assert list(without_margins([sheet])) == [sheet]
