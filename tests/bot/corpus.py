"""A small corpus of our own words: two counties, a township, and an article whose every field is hostile."""

from povqa import Article

QINGHE = Article(
    id="qinghe",
    title="青河县打赢脱贫攻坚战",
    text=(
        "2017年底,青河县还有贫困人口120户、301人。全县共有48个行政村,其中贫困村9个。\n"
        "青河县投入产业扶贫资金2300万元,建成扶贫车间16个,吸纳贫困户就业512人。青河县重点发展肉牛、食用菌、中药材、光伏四大产业。\n"
        "青河县扶贫办主任李明说,2019年6月全县将实现脱贫摘帽。"
    ),
    path="pages/qinghe.txt",
    source="青河日报",
    published="2018-02-03",
    place=("青河县",),
    url="https://news.example.org/qinghe",
)
BAISHI = Article(
    id="baishi",
    title="白石乡的茶园",
    text=(
        "白石乡种植茶叶3600亩,带动贫困户210户增收。乡里的茶厂由周大山负责,每年付给农户工钱85万元。\n"
        "白石乡为56户贫困户修缮了危房,新修通村公路27公里。"
    ),
    path="pages/baishi.txt",
    source="白石新闻网",
    published="2019-05-06",
    place=("白石乡",),
)
NANPING = Article(
    id="nanping",
    title="南坪县易地搬迁见成效",
    text=(
        "南坪县建成易地搬迁安置点5个,搬迁群众1860人。南坪县贫困发生率由2014年的18.6%下降到1.2%。\n"
        "南坪县选派驻村工作队73支。南坪县投入产业扶贫资金1900万元,建成扶贫车间11个。"
    ),
    path="pages/nanping.txt",
    published="2020-01-15",
    place=("南坪县",),
)
HOSTILE = Article(
    id="hostile<>&\"'",
    title="<b>假标题</b> & \u202e反转\u202c *星号* _下划线_ [链接](http://x.y) </blockquote>",
    text="东沟镇改造<script>alert(1)</script>鱼塘640亩&lt;,收入\u202e增加了\u202c77万元。",
    path="pages/hostile.txt",
    source="<i>来源</i>",
    published="2018-08-08",
    place=("东沟镇",),
    url="javascript:alert(1)",
)
ARTICLES = [QINGHE, BAISHI, NANPING, HOSTILE]
