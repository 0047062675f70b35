"""What the gate says of a file, in words: how much of what, beside what stood before."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import GateLimit

Measure = GateLimit.Measure


def share(one: Mapping[str, Any]) -> str:
    return f"{one['count'] * 100 / max(one['base'], 1):.1f}%"


def figures(one: Mapping[str, Any]) -> dict[str, Any]:
    """As pages write them: 2,793."""
    return {name: f"{value:,}" if isinstance(value, int) else value for name, value in one.items()}


def columns(one: Mapping[str, Any]) -> str:
    return "、".join(field_label(name) for name in one["column"].split("、"))


SENTENCES: Final[Mapping[str, Callable[[], str]]] = {
    Measure.GONE: lambda: _("上一批 {before} 行，这一批 {now} 行，少了 {count} 人（{share}）。"),
    Measure.NEW: lambda: _("新增 {count} 人，是现有的 {share}。"),
    Measure.NAME: lambda: _("{count} 人改了姓名（{share}）。"),
    Measure.ENDED: lambda: _("{count} 人要结束身份（{share}），学工号、账号和校园卡随之停用。"),
    Measure.CHANGED: lambda: _("{count} 人的“{column}”改了（{share}）。"),
    Measure.REFUSED: lambda: _("{count} 行读不懂，会被拒绝（{share}）。"),
    Measure.BIRTH: lambda: _("{count} 行的证件号码与出生日期或性别不符（{share}）。"),
    Measure.IDENTITY: lambda: _("{count} 行的证件号码、学工号和姓名对不上（{share}）。"),
    Measure.CLEARED: lambda: _("“{column}”上一批填了，这一批有 {count} 行空着（{share}）。"),
    Measure.HEADING: lambda: _("少了这些列：{column}。"),
    f"units_{Measure.GONE}": lambda: _("上一批 {before} 行，这一批 {now} 行，现有的机构少了 {count} 个（{share}）。"),
    f"units_{Measure.NEW}": lambda: _("新增 {count} 个机构，是现有的 {share}。"),
    f"units_{Measure.NAME}": lambda: _("{count} 个机构改了名称（{share}）。"),
    f"units_{Measure.CHANGED}": lambda: _("{count} 个机构的“{column}”改了（{share}）。"),
    "large_refused": lambda: _("{base} 行里 {count} 行读不懂或缺必填（{share}）。"),
    "large_twice": lambda: _("{base} 行里主键重复 {count} 行（{share}）。"),
    "rows_gone": lambda: _("现有 {base} 行，这一批少了 {count} 行（{share}）。"),
    "rows_refused": lambda: _("现有 {base} 行，其中 {count} 行这一批读不出，采用就要停用它们（{share}）。"),
    "rows_changed": lambda: _("现有 {base} 行，这一批要改 {count} 行（{share}）。"),
}


def over(one: Mapping[str, Any]) -> str:
    """Where no file did it alone."""
    if one.get("earlier"):
        is_gone = one["measure"] == "rows_gone"
        said = _("一天里已经少了 {earlier} 行。") if is_gone else _("一天里已经改了 {earlier} 行。")
        return said.format(**figures(one))
    return _("一天里的 {files} 批合起来：").format(**figures(one)) if one.get("files", 1) > 1 else ""


def since(one: Mapping[str, Any]) -> str:
    """Where it was let pass once, and then held anew."""
    return (
        _("同意放行时是 {agreed}。").format(**figures(one)) if one.get("agreed", one["count"]) != one["count"] else ""
    )


def sentences_of(gate: Iterable[Mapping[str, Any]]) -> list[str]:
    return [
        over(one)
        + SENTENCES[key]().format(**{**figures(one), "share": share(one), "column": columns(one)})
        + since(one)
        for one in gate
        if (key := key_of(one)) in SENTENCES
    ]


def key_of(one: Mapping[str, Any]) -> str:
    own = f"{one.get('of')}_{one['measure']}"
    return own if own in SENTENCES else one["measure"]
