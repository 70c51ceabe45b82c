from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from povqa.types import Article
from tiny import TinyEncoder


@pytest.fixture
def encoder() -> TinyEncoder:
    return TinyEncoder()


@pytest.fixture
def articles() -> list[Article]:
    return [
        Article(
            id="linshu",
            title="临沭县提升贫困村",
            text="目前,临沭县还有贫困人口3309户、6139人。重点贫困村20个。\n全县投入扶贫资金1.2亿元。",
            path="seeds/linshu.txt",
            source="国际在线",
            published="2017-05-04",
            place=("山东", "临沂市", "临沭县"),
        ),
        Article(
            id="lingyun",
            title="凌云县种茶脱贫",
            text="凌云县种植茶叶11万亩。茶农人均增收2400元。",
            path="seeds/lingyun.txt",
            author="姚秀权",
            published="2017-03-22",
            place=("广西", "百色市", "凌云县"),
            url="https://example.org/1",
        ),
        Article(id="undated", title="短讯", text="", path="seeds/undated.txt"),
        Article(
            id="app", title="扶贫App上线", text="扶贫App在临沂上线。", path="seeds/app.txt", published="2018-01-31"
        ),
    ]
