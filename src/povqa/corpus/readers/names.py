"""Which strings are names of people: metadata often has a number, a user name or the site there."""

from __future__ import annotations

import re

_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}(?:[\s、，,;；]+[\u4e00-\u9fff·]{2,4}){0,5}")
_LABEL = re.compile(r"^(?:作者|记者|文)\s*[:：/]\s*")
_OFFICE = re.compile(
    "网|报|社|台|编辑|中心|记者|部|局|委|办|管理|本站|新闻|原创|佚名|未知|用户|电脑|办公|系统|微软|公司|学校|政府|番茄|雨林|深度"
)


def people(value: str) -> str | None:
    """`value` without a label, if it is one to six Chinese names."""
    names = _LABEL.sub("", value.strip())
    return names if _NAME.fullmatch(names) and not _OFFICE.search(names) else None
