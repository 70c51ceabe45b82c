"""Two pages, and how a command of povqa is started on them."""

import subprocess
from collections.abc import Callable

ENCODER = "tests/tiny"
PAGES = {
    "qinghe.txt": (
        "青河县打赢脱贫攻坚战\n\n2018-02-03 09:10:00|来源:青河日报|编辑:李明\n\n"
        "  2017年底,青河县还有贫困人口120户、301人。全县共有48个行政村,其中贫困村9个。\n\n首页\n"
    ),
    "baishi.txt": (
        "白石乡的茶园\n\n2019-05-06 来源:白石新闻网 作者:王芳\n\n"
        "  白石乡种植茶叶3600亩,带动贫困户210户增收。茶厂由周大山负责,每年付给农户工钱85万元。\n"
    ),
}
Start = Callable[..., subprocess.Popen[str]]
