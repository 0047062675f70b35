"""Steps as sentences: 「由申请人所在单位的辅导员审批，2 个工作日内」; conditions, people and promises in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows import conditions
from nanhu.platforms.flows.assigning import resolver_names
from nanhu.platforms.flows.body import END, Applicant, Assignee, Edge, OwnPost, PersonIn, PostOf, Resolved, Step, summed
from nanhu.platforms.flows.hours import in_words, office_hours
from nanhu.platforms.flows.workshop.sketch import Sketch, is_pickable
from nanhu.platforms.people import api as people

FIELD_KINDS: Final[Mapping[str, Text]] = {
    "text": gettext_lazy("一行文字"),
    "long_text": gettext_lazy("多行文字"),
    "number": gettext_lazy("数字"),
    "money": gettext_lazy("金额"),
    "date": gettext_lazy("日期"),
    "span": gettext_lazy("从哪天到哪天"),
    "time": gettext_lazy("时间"),
    "one_of": gettext_lazy("选一个"),
    "some_of": gettext_lazy("选几个"),
    "person": gettext_lazy("选人"),
    "unit": gettext_lazy("选单位"),
    "room": gettext_lazy("选房间、地点"),
    "phone": gettext_lazy("手机号"),
    "document_number": gettext_lazy("证件号码（加密）"),
    "promise": gettext_lazy("承诺打勾"),
    "files": gettext_lazy("附件"),
    "rows": gettext_lazy("明细表（几行几列）"),
}
STEP_KINDS: Final[Mapping[str, Text]] = {
    "approve": gettext_lazy("审批（同意或不同意）"),
    "countersign": gettext_lazy("会签"),
    "work": gettext_lazy("办理"),
    "fill": gettext_lazy("填写"),
    "confirm": gettext_lazy("确认知悉"),
    "inform": gettext_lazy("知会"),
    "split": gettext_lazy("同时办（分成几路）"),
    "join": gettext_lazy("汇合"),
    "automatic": gettext_lazy("系统办理"),
    "wait": gettext_lazy("等别的系统"),
    "pay": gettext_lazy("申请人缴费"),
}
SIGNS: Final[Mapping[str, Text]] = {
    "=": gettext_lazy("等于"),
    "!=": gettext_lazy("不等于"),
    ">": gettext_lazy("大于"),
    ">=": gettext_lazy("不小于"),
    "<": gettext_lazy("小于"),
    "<=": gettext_lazy("不大于"),
    "in": gettext_lazy("是其中之一"),
}
GONE: Final = gettext_lazy("（已经没有）")
HOUR: Final = 60


def day_minutes() -> int:
    """Of a working day, by the school's hours."""
    return sum((last.hour - first.hour) * HOUR + last.minute - first.minute for first, last in office_hours().spans)


def promise_parts(minutes: int) -> tuple[int, str]:
    """As a clerk says it: days where they are whole, else hours, else minutes."""
    for unit, length in (("days", day_minutes()), ("hours", HOUR)):
        if minutes and minutes % length == 0:
            return minutes // length, unit
    return minutes, "minutes"


def promise_words(minutes: int) -> str:
    _number, unit = promise_parts(minutes)
    return _("%(time)s内") % {"time": _("%(n)s 分钟") % {"n": minutes} if unit == "minutes" else in_words(minutes)}


@dataclass(frozen=True)
class Line:
    """A step as the list shows it. `ways`: place and sentence of each way on, and whether pickers can say it."""

    step: Step
    sentence: str
    ways: tuple[tuple[int, str, bool], ...]


class Speaker:
    """Puts one sketch into words; names of posts and units are read once."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.offices = people.office_names()
        self.units = {code: term(name) for code, name, _short in people.unit_names()}
        self.kinds: dict[str, str] = {one.key: one.kind for one in sketch.body.fields()}
        self.kinds |= {f"{one.key}.{column.key}": column.kind for one in sketch.body.fields() for column in summed(one)}

    def lines(self) -> list[Line]:
        return [self.line(step, is_first=not number) for number, step in enumerate(self.sketch.body.steps)]

    def line(self, step: Step, *, is_first: bool) -> Line:
        ways = tuple((number, self.way(edge), is_pickable(edge)) for number, edge in enumerate(step.edges))
        plain = len(step.edges) == 1 and not step.edges[0].when
        after = _("，接着到%(to)s") % {"to": self.step_named(step.edges[0].to)} if plain else ""
        said = _("先%(deed)s。") if is_first else _("然后%(deed)s。")
        sentence = said % {"deed": self.action_words(step) + after}
        return Line(step, sentence + self.refused(step), () if plain else ways)

    def action_words(self, step: Step) -> str:
        facts = {"who": self.whos(step), "name": step.name}
        alone = {
            "split": _("同时办：%(branches)s") % {"branches": "、".join(self.step_named(one) for one in step.branches)},
            "join": _("等几路都办完"),
            "automatic": _("由系统办理"),
            "pay": _("请申请人缴费 %(sum)s，缴清后继续") % {"sum": format_yuan(step.fee_fen)},
            "wait": _("等别的系统"),
            "inform": _("知会%(who)s") % facts,
        }
        if step.kind in alone:
            return alone[step.kind]
        verbs = {
            "approve": _("由%(who)s审批"),
            "countersign": _("请%(who)s会签，%(needed)s"),
            "work": _("由%(who)s办理"),
            "fill": _("请%(who)s填写"),
            "confirm": _("请%(who)s确认"),
        }
        said = verbs[step.kind] % (facts | {"needed": self.needed(step)})
        return f"{said}，{promise_words(step.promise)}" if step.promise else said

    @staticmethod
    def needed(step: Step) -> str:
        if step.needed == "all":
            return _("都同意才算")
        return _("有一位同意就算") if step.needed == "any" else _("至少 %(n)s 位同意") % {"n": step.needed}

    def refused(self, step: Step) -> str:
        if step.kind not in {"approve", "countersign"} or not step.on_refuse:
            return ""
        return _("不同意就到%(to)s。") % {"to": self.step_named(step.on_refuse)}

    def whos(self, step: Step) -> str:
        if not step.who:
            return _("（还没有选人）")
        names = [self.who(one) for one in step.who]
        if step.kind in {"countersign", "inform"} or len(names) == 1:
            return "、".join(names)
        others = _("，再由").join(names[1:])
        return _("%(first)s（没有时由%(others)s）") % {"first": names[0], "others": others}

    def who(self, one: Assignee) -> str:
        match one:
            case OwnPost(office=office):
                return _("申请人所在单位的%(office)s") % {"office": self.office(office)}
            case PostOf(office=office, unit=""):
                return _("主管单位的%(office)s") % {"office": self.office(office)}
            case PostOf(office=office, unit=unit):
                return _("%(unit)s的%(office)s") % {"unit": self.units.get(unit, GONE), "office": self.office(office)}
            case PersonIn(field=field):
                return _("“%(field)s”里选的人") % {"field": self.label(field)}
            case Resolved(name=name):
                return _("%(name)s（按学校记录）") % {"name": resolver_names.get(name, name)}
            case Applicant():
                return _("申请人")

    def office(self, key: str) -> str:
        return term(self.offices.get(key, "")) or str(GONE)

    def label(self, name: str) -> str:
        key, _dot, part = name.partition(".")
        found = self.sketch.field(key)
        label = term(found.label) if found else str(GONE)
        if part and found and found.kind == "rows":
            column = next((one.label for one in found.columns if one.key == part), str(GONE))
            return _("%(field)s的%(column)s合计") % {"field": label, "column": column}
        return _("%(field)s的天数") % {"field": label} if part else label

    def step_named(self, key: str) -> str:
        return _("办结") if key == END else f"「{term(self.sketch.step_name(key)) or GONE}」"

    def way(self, edge: Edge) -> str:
        to = self.step_named(edge.to)
        if not edge.when:
            return _("其他情况，到%(to)s") % {"to": to}
        return _("如果%(when)s，到%(to)s") % {"when": self.condition(edge.when), "to": to}

    def condition(self, text: str) -> str:
        try:
            return self.tree(conditions.parse(text))
        except conditions.ConditionError:
            return text

    def tree(self, tree: conditions.Condition) -> str:
        match tree:
            case conditions.Not(part=part):
                return _("不是（%(part)s）") % {"part": self.tree(part)}
            case conditions.Every(parts=parts):
                return _("，并且").join(map(self.tree, parts))
            case conditions.Some(parts=parts):
                return "（" + _("，或者").join(map(self.tree, parts)) + "）"
            case conditions.Among(field=field, values=values):
                return f"“{self.label(field)}”{SIGNS['in']}{self.values(field, values)}"
            case conditions.Compare(field=field, sign=sign, value=value):
                return f"“{self.label(field)}”{SIGNS[sign]}{self.values(field, [value])}"

    def values(self, field: str, values: Iterable[Any]) -> str:
        is_money = self.kinds.get(field) == "money"
        return "、".join(
            (_("是") if one else _("否"))
            if isinstance(one, bool)
            else format_yuan(one)
            if is_money
            else f" {term(one)} "
            for one in values
        )
