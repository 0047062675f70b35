"""The pickers of the workshop: a process, a field, a step, a way on. Each gives the part of a sketch that it describes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any, Final, Literal, cast

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.kit.forms import FileForm, offer, reason_field
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows import choices
from nanhu.platforms.flows.assigning import resolver_names, resolvers
from nanhu.platforms.flows.body import (
    END,
    HUMAN,
    LONGEST_PROMISE,
    MOST_COLUMNS,
    MOST_FIELDS,
    MOST_OF_A_FIELD,
    Applicant,
    Assignee,
    Column,
    ColumnKind,
    Edge,
    Field,
    OwnPost,
    PersonIn,
    PostOf,
    Resolved,
    Step,
    StepKind,
    summed,
)
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.workshop import queries
from nanhu.platforms.flows.workshop.faults import LONGEST, MOST_CHOICES
from nanhu.platforms.flows.workshop.known import sources
from nanhu.platforms.flows.workshop.sentences import FIELD_KINDS, HOUR, SIGNS, STEP_KINDS, day_minutes, promise_parts
from nanhu.platforms.flows.workshop.sketch import PICKED, Sketch, picked, replace, written
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people

FACES: Final = [("student", _("学生")), ("staff", _("教职工"))]
UNITS: Final = [("days", _("个工作日")), ("hours", _("个工作小时")), ("minutes", _("分钟"))]
PARTS: Final = range(PICKED)
MOST_SIGNERS: Final = 10
ONLY_OF: Final[Mapping[str, frozenset[str]]] = {
    "promise_number": HUMAN,
    "promise_unit": HUMAN,
    "can_return": frozenset({"approve", "work"}),
    "agrees_in_bulk": frozenset({"approve"}),
}
"""What is asked of some kinds of step alone."""
PROMISED: Final = {"是": True, "否": False, "yes": True, "no": False}
CHOOSE: Final = ("", _("请选择"))
COLUMN_KINDS: Final[Mapping[str, ColumnKind]] = {"数字": "number", "金额": "money", "日期": "date"}
OPTIONAL: Final = "选填"
type Labelled = Sequence[tuple[str, Any]]


class PromiseForm(forms.Form):
    """A number and its unit; kept as working minutes."""

    promise_number = forms.IntegerField(label=_("多久办完"), min_value=1, max_value=LONGEST_PROMISE)
    promise_unit = forms.ChoiceField(label=_("按什么算"), choices=UNITS, initial="days")

    def minutes(self) -> int:
        length = {"days": day_minutes(), "hours": HOUR, "minutes": 1}[self.cleaned_data["promise_unit"]]
        return int(self.cleaned_data["promise_number"] or 0) * length

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("promise_number") and said.get("promise_unit") and self.minutes() > LONGEST_PROMISE:
            self.add_error("promise_number", _("最长约一年。"))
        return said


class ServiceForm(PromiseForm):
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("申请人看到的，例如：在读证明"))
    summary = forms.CharField(label=_("一句话说明"), max_length=120, required=False)
    faces = forms.MultipleChoiceField(label=_("谁可以申请"), choices=FACES, widget=forms.CheckboxSelectMultiple)
    field_order: Iterable[str] | None = ("name", "summary", "faces")

    def settled(self, sketch: Sketch) -> Sketch:
        said = self.cleaned_data
        kept = {
            name: said[name] for name in ("name", "summary", "retention", "legal_basis", "fallback") if name in said
        }
        prefix = said.get("letters", sketch.prefix)
        return replace(sketch, promise=self.minutes(), faces=tuple(said["faces"]), prefix=prefix, **kept)


class SettingsForm(ServiceForm):
    letters = forms.RegexField(
        r"^[A-Z]{2,4}\Z", label=_("编号前缀"), help_text=_("两到四个大写字母，例如 ZM：编号是 ZM-2026-000123。")
    )
    units = forms.MultipleChoiceField(
        label=_("只限这些单位的人"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选就是全校；选了学院，下面的专业和班级也在内。"),
    )
    categories = forms.MultipleChoiceField(
        label=_("只限这些人员类别"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选就是各类人员；例如只给研究生、只给在编教职工。"),
    )
    retention = forms.ChoiceField(label=_("办结后保存"), choices=Definition.RETENTION, initial="normal")
    legal_basis = forms.CharField(label=_("法律依据"), max_length=200, required=False)
    fallback = forms.CharField(
        label=_("停电或系统不通时怎么办"),
        max_length=200,
        required=False,
        help_text=_("例如：到教务处 201 填纸质单，电话 8640000。写了的，事后可以补录纸上作的决定。"),
    )
    reopens_at = forms.ChoiceField(
        label=_("办结后可以重新办理"), required=False, help_text=_("由主管单位决定，从选的一步重新开始。")
    )
    may_object = forms.BooleanField(label=_("七天之内申请人也可以要求重新办理"), required=False)

    def __init__(self, *arguments: Any, sketch: Sketch, **more: Any) -> None:
        super().__init__(*arguments, **more)
        steps = [(one.key, term(one.name)) for one in sketch.body.steps if one.kind in HUMAN]
        offer(self, "units", unit_options(sketch.units))
        offer(self, "categories", category_options(sketch.categories))
        offer(self, "reopens_at", [("", _("不可以")), *steps])

    def settled(self, sketch: Sketch) -> Sketch:
        said = self.cleaned_data
        body = replace(sketch.body, reopens_at=said["reopens_at"], may_object=said["may_object"])
        return replace(
            super().settled(sketch), body=body, units=tuple(said["units"]), categories=tuple(said["categories"])
        )


def unit_options(chosen: Iterable[str]) -> list[tuple[str, str]]:
    """Units that services are made for; what was chosen and is there no more stays to be taken off."""
    found = [(one.code, one.name) for one in people.unit_choices(without_kinds=people.SMALL_UNITS)]
    known = {code for code, _name in found}
    return [*found, *((code, code) for code in chosen if code not in known)]


def category_options(chosen: Iterable[str]) -> list[tuple[str, str]]:
    """Of whom anybody is here; what was chosen and is nobody's any more stays to be taken off."""
    found = people.category_names()
    return [
        *((code, term(name)) for code, name in found.items()),
        *((code, code) for code in chosen if code not in found),
    ]


def category_words(codes: Iterable[str]) -> list[str]:
    names = people.category_names() if codes else {}
    return [term(names.get(code, code)) for code in codes]


def unit_names(codes: Iterable[str]) -> list[str]:
    names = {code: name for code, name, _short in people.unit_names()} if codes else {}
    return [term(names.get(code, code)) for code in codes]


def settings_initial(sketch: Sketch) -> dict[str, Any]:
    number, unit = promise_parts(sketch.promise)
    named = {name: getattr(sketch, name) for name in ("name", "summary", "retention", "legal_basis", "fallback")}
    return {
        **named,
        "reopens_at": sketch.body.reopens_at,
        "may_object": sketch.body.may_object,
        "letters": sketch.prefix,
        "faces": list(sketch.faces),
        "units": list(sketch.units),
        "categories": list(sketch.categories),
        "promise_number": number,
        "promise_unit": unit,
    }


class OwnedForm(forms.Form):
    """Of a unit that this reader may design for."""

    unit = people.UnitField(label=_("主管单位"), help_text=_("哪个单位的流程：它的负责人、书记可以改。"))

    def __init__(self, *arguments: Any, viewer: Viewer | None = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.viewer = viewer

    def clean_unit(self) -> people.UnitChoice:
        unit = self.cleaned_data["unit"]
        if self.viewer is None or not queries.may_own(self.viewer, unit.id):
            raise forms.ValidationError(_("您不是这个单位的负责人或书记。"))
        return cast("people.UnitChoice", unit)


class NewForm(OwnedForm, ServiceForm):
    copied = forms.ChoiceField(
        label=_("照着哪个做"), required=False, help_text=_("不选就从空白开始；照着做的以后各改各的。")
    )
    field_order = ("name", "summary", "unit", "faces", "promise_number", "promise_unit", "copied")

    def __init__(self, *arguments: Any, viewer: Viewer | None = None, **more: Any) -> None:
        super().__init__(*arguments, viewer=viewer, **more)
        known = queries.processes_for(viewer).values_list("key", "name") if viewer else ()
        offer(self, "copied", [("", _("空白")), *((key, term(name)) for key, name in known)])


class UploadForm(OwnedForm, FileForm):
    largest = MEGABYTE
    file = forms.FileField(
        label=_("流程文件"),
        help_text=_("从“导出”得到的 .json，别的系统导出的 BPMN 2.0（.bpmn、.xml），或一行一项的表单（.xlsx、.csv）"),
    )
    field_order = ("file", "unit")


class FieldForm(forms.Form):
    label = forms.CharField(label=_("名称"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True}))
    kind = forms.ChoiceField(label=_("填什么"), choices=list(FIELD_KINDS.items()))
    choices = forms.CharField(
        label=_("可选的内容"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一个"),
    )
    columns = forms.CharField(
        label=_("明细表的列"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一列：名称，后面可以写“数字”“金额”“日期”，选填的再写“选填”。例：单价 金额"),
    )
    is_required = forms.BooleanField(label=_("必填"), required=False, initial=True)
    help = forms.CharField(label=_("填写提示"), required=False, max_length=200)
    source = forms.ChoiceField(
        label=_("学校已经知道的"),
        required=False,
        choices=lambda: [
            ("", _("请申请人填写")),
            *((key, _("自动填写：%(what)s") % {"what": what}) for key, what in sources().items()),
        ],
        help_text=_("自动填写的不用申请人填，旁边标明来自哪里。"),
    )
    reason = forms.CharField(
        label=_("学校已有还要问的原因"), required=False, max_length=200, help_text=_("会写在这一项旁边给申请人看。")
    )
    is_fact = forms.BooleanField(label=_("显示在待办的要点里"), required=False)
    is_key = forms.BooleanField(
        label=_("用来分辨重复的申请"), required=False, help_text=_("这些项都相同的申请，一件没办完不收第二件。")
    )
    is_ahead = forms.BooleanField(label=_("日期从今天起"), required=False)
    grows = forms.BooleanField(
        label=_("办理中可以补充"), required=False, help_text=_("交了以后申请人还可以添附件，已有的不能拿掉。")
    )
    most = forms.IntegerField(
        label=_("上限"),
        required=False,
        min_value=0,
        max_value=MOST_OF_A_FIELD,
        help_text=_("最多几个字、几天、几个附件、几行，或最大的数；不填不限。"),
    )
    seen_at = forms.MultipleChoiceField(
        label=_("只给这些步骤看"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选，看得到申请的人都看得到；选了，只有办这些步骤的人和填的人看得到。"),
    )
    home = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, sketch: Sketch, chosen: Iterable[str] = (), **more: Any) -> None:
        """`chosen`: of steps, also those that are gone, to be taken off."""
        super().__init__(*arguments, **more)
        steps = {one.key: term(one.name) for one in sketch.body.steps if one.kind in HUMAN}
        offer(self, "seen_at", [*steps.items(), *((one, one) for one in chosen if one not in steps)])

    def clean_seen_at(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["seen_at"])

    def clean_choices(self) -> tuple[str, ...]:
        lines = (" ".join(line.split()) for line in self.cleaned_data["choices"].splitlines())
        found = tuple(dict.fromkeys(line for line in lines if line))
        if len(found) > MOST_CHOICES or any("'" in one or len(one) > LONGEST["label"] for one in found):
            raise forms.ValidationError(_("最多 60 个，每个最多 60 字，不含单引号。"))
        return found

    def clean_columns(self) -> tuple[Column, ...]:
        found = columns_from(self.cleaned_data["columns"])
        if len(found) > MOST_COLUMNS or any(not one.label or len(one.label) > LONGEST["label"] for one in found):
            raise forms.ValidationError(_("最多 8 列，每列要有名称，最长 60 字。"))
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == "rows" and not said.get("columns") and "columns" not in self.errors:
            self.add_error("columns", _("写明细表有哪几列。"))
        return said

    def made(self, key: str = "", choices_from: str = "", columns: Sequence[Column] = ()) -> Field:
        """`columns`: what it had; one that keeps its name keeps what cases say in it."""
        said = dict(self.cleaned_data)
        said |= {"most": said["most"] or 0, "kind": "text" if said["source"] else said["kind"]}
        if said["kind"] not in {"one_of", "some_of"}:
            said["choices"], choices_from = (), ""
        said["grows"] = said["grows"] and said["kind"] == "files"
        said["columns"] = keyed(said["columns"], columns) if said["kind"] == "rows" else ()
        return Field(key=key, choices_from=choices_from, **{name: said[name] for name in said if name != "home"})


def field_initial(field: Field) -> dict[str, Any]:
    known = {name: getattr(field, name) for name in FieldForm.base_fields if name != "home"}
    lists = {"choices": "\n".join(field.choices), "columns": "\n".join(map(column_said, field.columns))}
    return known | lists | {"most": field.most or None}


def columns_from(text: str) -> tuple[Column, ...]:
    """A line a column: its name, then its kind (数字, 金额, 日期) and 选填 where they are said."""
    return tuple(column_from(*line.split()) for line in text.splitlines() if line.strip())


def column_from(name: str, *words: str) -> Column:
    kinds = [COLUMN_KINDS[word] for word in words if word in COLUMN_KINDS]
    label = " ".join([name, *(word for word in words if word not in {*COLUMN_KINDS, OPTIONAL})])
    return Column(key="", label=label, kind=kinds[-1] if kinds else "text", is_required=OPTIONAL not in words)


def keyed(columns: Sequence[Column], before: Sequence[Column]) -> tuple[Column, ...]:
    keys = {column.label: column.key for column in before}
    free = (key for number in count(1) if (key := f"c{number}") not in keys.values())
    return tuple(msgspec.structs.replace(one, key=keys.get(one.label) or next(free)) for one in columns)


def column_said(column: Column) -> str:
    kind = next((word for word, kind in COLUMN_KINDS.items() if kind == column.kind), "")
    return " ".join(word for word in (column.label, kind, "" if column.is_required else OPTIONAL) if word)


class StepForm(PromiseForm):
    """`sketch`: whose step; `kind`: what it is, and so what is asked of it."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：辅导员审批"))
    is_final = forms.BooleanField(label=_("办过这一步，申请人不能再撤回"), required=False)
    can_return = forms.BooleanField(label=_("可以退回修改"), required=False, initial=True)
    agrees_in_bulk = forms.BooleanField(label=_("打开看过的，可以几件一起同意"), required=False)
    field_order = ("name",)

    def __init__(self, *arguments: Any, sketch: Sketch, step: Step, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.sketch, self.step = sketch, step
        self.others = [(one.key, term(one.name)) for one in sketch.body.steps if one.key != step.key]
        self.fields["promise_number"].required = self.fields["promise_unit"].required = False
        self.fields["promise_number"].label = _("这一步多久办完")
        self.fields["promise_number"].help_text = _("不填就按整个流程的期限")
        self.keep_what_fits()
        asked = [name for name in self.fields if name.startswith(("who_", "unit_"))]
        self.order_fields(["name", *asked, "needed", "promise_number", "promise_unit", "on_refuse", "then"])

    def keep_what_fits(self) -> None:
        kind = self.step.kind
        for name, kinds in ONLY_OF.items():
            if kind not in kinds:
                del self.fields[name]
        if kind in HUMAN or kind == "inform":
            self.ask_who()
        if kind == "countersign":
            self.add("needed", _("怎样算通过"), needed_choices())
        if kind in {"approve", "countersign"}:
            self.add("on_refuse", _("不同意以后"), [("", _("办结，结果是不同意")), *self.others])
        if kind == "pay":
            fees = ledger.fee_names()
            self.add("fee_item", _("收费项目"), [CHOOSE, *((code, term(name)) for code, name in fees.items())])
            self.fields["fee_fen"] = YuanField(label=_("金额"), help_text=_("不能超过这个项目批准的标准。"))
        if kind == "automatic":
            self.add("action", _("系统办什么"), [CHOOSE, *((one, one) for one in actions)])
        if kind == "split":
            self.fields["branches"] = forms.MultipleChoiceField(
                choices=self.others,
                widget=forms.CheckboxSelectMultiple,
                label=_("分成哪几路"),
                help_text=_("每一路从哪一步开始"),
                required=False,
            )
            joins = [(one.key, term(one.name)) for one in self.sketch.body.steps if one.kind == "join"]
            self.add("join", _("在哪里汇合"), [CHOOSE, *joins])
        elif not any(edge.when for edge in self.step.edges):
            self.add("then", _("接下来"), [("", _("照顺序到下一步")), *self.others, (END, _("办结"))])

    def add(self, name: str, label: Any, offered: Labelled) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=offered, required=False)

    def ask_who(self) -> None:
        """One more than there are, and a spare one."""
        several = self.step.kind in {"countersign", "inform"}
        count = min(len(self.step.who) + (2 if several else 1), MOST_SIGNERS)
        for number in range(max(count, 2)):
            label = _("由谁") if not number else _("还有") if several else _("没有时由")
            self.fields[f"who_{number}"] = forms.ChoiceField(
                label=label, choices=self.offered_people(), required=not number
            )
            self.fields[f"unit_{number}"] = people.UnitField(
                label=_("哪个单位"), required=False, help_text="" if number else _("选了“指定单位”时填")
            )

    def offered_people(self) -> list[Any]:
        offices = [(key, term(name)) for key, name in people.office_names().items()]
        persons = [(f"person:{one.key}", one.label) for one in self.sketch.body.fields() if one.kind == "person"]
        groups: list[Any] = [
            (_("申请人所在单位"), [(f"own_post:{key}", _("申请人单位的%(o)s") % {"o": name}) for key, name in offices]),
            (_("主管单位"), [(f"post:{key}", _("主管单位的%(o)s") % {"o": name}) for key, name in offices]),
            (_("指定单位"), [(f"unit:{key}", _("指定单位的%(o)s") % {"o": name}) for key, name in offices]),
            (_("表里选的人"), persons),
            (_("学校记录里的人"), [(f"resolver:{name}", resolver_names.get(name, name)) for name in resolvers]),
        ]
        if self.step.kind == "fill":
            groups.append((_("申请人"), [("applicant:", _("申请人自己"))]))
        return [CHOOSE, *(one for one in groups if one[1])]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        for number in range(MOST_SIGNERS):
            if said.get(f"who_{number}", "").startswith("unit:") and said.get(f"unit_{number}") is None:
                self.add_error(f"unit_{number}", _("请选是哪个单位。"))
        return said

    def made(self) -> Step:
        said = self.cleaned_data
        given: dict[str, Any] = {"name": said["name"], "is_final": said["is_final"]}
        if "who_0" in self.fields:
            given["who"] = tuple(self.people_said())
        if "promise_number" in self.fields:
            given["promise"] = self.minutes() if said["promise_unit"] else 0
        if "needed" in said:
            given["needed"] = int(said["needed"]) if said["needed"].isdecimal() else said["needed"] or "all"
        if "then" in said:
            given["edges"] = (Edge(to=said["then"]),) if said["then"] else ()
        if "branches" in said:
            given["branches"] = tuple(said["branches"])
        kept = ("can_return", "agrees_in_bulk", "on_refuse", "action", "join")
        given |= {name: said[name] for name in kept if name in said}
        given |= {name: said[name] for name in ("fee_item", "fee_fen") if name in said}
        return replace(self.step, **given)

    def people_said(self) -> Iterable[Assignee]:
        for number in range(MOST_SIGNERS):
            kind, _colon, name = self.cleaned_data.get(f"who_{number}", "").partition(":")
            unit = self.cleaned_data.get(f"unit_{number}")
            if kind:
                yield assignee(kind, name, unit.code if unit else "")


def needed_choices() -> Labelled:
    counted = [(str(n), _("至少 %(n)s 位同意") % {"n": n}) for n in range(2, MOST_SIGNERS)]
    return [("all", _("都同意才算")), ("any", _("有一位同意就算")), *counted]


def assignee(kind: str, name: str, unit: str) -> Assignee:
    match kind:
        case "own_post":
            return OwnPost(office=name)
        case "person":
            return PersonIn(field=name)
        case "resolver":
            return Resolved(name=name)
        case "applicant":
            return Applicant()
    return PostOf(office=name, unit=unit if kind == "unit" else "")


def step_initial(step: Step) -> dict[str, Any]:
    number, unit = promise_parts(step.promise)
    found: dict[str, Any] = {
        name: getattr(step, name)
        for name in ("name", "is_final", "can_return", "agrees_in_bulk", "on_refuse", "action", "join", "branches")
    }
    found |= {"fee_item": step.fee_item, "fee_fen": plain_yuan(step.fee_fen) if step.fee_fen else ""}
    found |= {"promise_number": number or None, "promise_unit": unit if number else "days", "needed": str(step.needed)}
    found["then"] = step.edges[0].to if step.edges else ""
    codes = {code: name for code, name, _short in people.unit_names()}
    for place, one in enumerate(step.who):
        found |= {f"who_{place}": said_of(one)}
        if isinstance(one, PostOf) and one.unit:
            found[f"unit_{place}"] = f"{one.unit} {codes.get(one.unit, '')}".strip()
    return found


def said_of(one: Assignee) -> str:
    match one:
        case OwnPost(office=office):
            return f"own_post:{office}"
        case PostOf(office=office, unit=unit):
            return f"{'unit' if unit else 'post'}:{office}"
        case PersonIn(field=name):
            return f"person:{name}"
        case Resolved(name=name):
            return f"resolver:{name}"
    return "applicant:"


def new_step(kind: str) -> Step:
    return Step(key="", name="", kind=cast("StepKind", kind if kind in STEP_KINDS else "approve"))


class WayForm(forms.Form):
    """Field, comparison, value, twice at most; without a field it is the way in all other cases."""

    field_0 = forms.ChoiceField(label=_("如果"), required=False)
    sign_0 = forms.ChoiceField(label=_("怎样比"), required=False, choices=list(SIGNS.items()))
    value_0 = forms.CharField(label=_("和什么比"), required=False, max_length=200)
    field_1 = forms.ChoiceField(label=_("第二个条件"), required=False)
    joiner = forms.ChoiceField(
        label=_("两个条件"), required=False, choices=[("and", _("都要成立")), ("or", _("有一个成立"))]
    )
    sign_1 = forms.ChoiceField(label=_("怎样比"), required=False, choices=list(SIGNS.items()))
    value_1 = forms.CharField(label=_("和什么比"), required=False, max_length=200)
    to = forms.ChoiceField(label=_("就到"))

    def __init__(self, *arguments: Any, sketch: Sketch, step: Step, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.sketch = sketch
        self.kinds = compared_fields(sketch)
        offered = [("", _("不管（其他情况）")), *((key, label) for key, (label, _kind) in self.kinds.items())]
        offer(self, "field_0", offered)
        offer(self, "field_1", [("", _("没有")), *offered[1:]])
        others = [(one.key, term(one.name)) for one in sketch.body.steps if one.key != step.key]
        offer(self, "to", [*others, (END, _("办结"))])
        self.fields["value_0"].help_text = _(
            "选一个的写选项；几个之一用顿号隔开；日期写 2026-12-01；承诺写“是”或“否”。"
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self.parts = []
        for number in PARTS:
            if said.get(f"field_{number}"):
                try:
                    self.parts.append(self.part(said, number))
                except forms.ValidationError as error:
                    self.add_error(f"value_{number}", error)
        return said

    def part(self, said: dict[str, Any], number: int) -> tuple[str, str, tuple[Any, ...]]:
        field, sign, typed = said[f"field_{number}"], said.get(f"sign_{number}") or "=", said.get(f"value_{number}", "")
        kind = self.kinds[field][1]
        if kind in {"one_of", "some_of"} or sign == "in":
            sign = "in" if kind == "some_of" else sign
            texts = [one.strip() for one in typed.replace("，", "、").replace(",", "、").split("、") if one.strip()]
        else:
            texts = [typed.strip()]
        if not texts or (len(texts) > 1 and sign != "in"):
            raise forms.ValidationError(_("请写和什么比；几个之一要选“是其中之一”。"))
        return field, sign, tuple(self.value(field, kind, sign, one) for one in texts)

    def value(self, field: str, kind: str, sign: str, text: str) -> Any:
        if kind == "number":
            return forms.IntegerField().clean(text)
        if kind == "money":
            return YuanField().clean(text)
        if kind == "date":
            return forms.DateField(widget=DayInput()).clean(text)
        if kind == "promise":
            if text not in PROMISED or sign not in {"=", "!="}:
                raise forms.ValidationError(_("承诺只能等于“是”或“否”。"))
            return PROMISED[text]
        asked = self.sketch.field(field)
        offered = {key for key, _label in choices.of(asked)} if asked and is_listed(asked) else set()
        if "'" in text or (offered and text not in offered):
            raise forms.ValidationError(_("“%(text)s”不在它的选项里。") % {"text": text})
        if sign not in {"=", "!=", "in"}:
            raise forms.ValidationError(_("文字只能等于、不等于，或是其中之一。"))
        return text

    def made(self) -> Edge:
        joiner: Literal["and", "or"] = "or" if self.cleaned_data.get("joiner") == "or" else "and"
        return Edge(to=self.cleaned_data["to"], when=written(self.parts, joiner))


def is_listed(field: Field) -> bool:
    return bool(field.choices) or field.choices_from in choices.lists


def compared_fields(sketch: Sketch) -> dict[str, tuple[str, str]]:
    """Label and kind by the name under which a condition finds it. What is sealed, or a person, is compared with nothing."""
    found: dict[str, tuple[str, str]] = {}
    for field in sketch.body.fields():
        if field.kind == "span":
            found[f"{field.key}.days"] = (_("%(field)s的天数") % {"field": field.label}, "number")
        elif field.kind == "rows":
            for column in summed(field):
                label = _("%(field)s的%(column)s合计") % {"field": field.label, "column": column.label}
                found[f"{field.key}.{column.key}"] = (label, column.kind)
        elif field.kind not in {"person", "document_number", "files"}:
            found[field.key] = (field.label, field.kind)
    return found


def way_initial(sketch: Sketch, edge: Edge) -> dict[str, Any]:
    found: dict[str, Any] = {"to": edge.to}
    joiner, parts = (edge.when and picked(edge.when)) or ("and", [])
    for number, (field, sign, values) in list(enumerate(parts))[: len(PARTS)]:
        kind = compared_fields(sketch).get(field, ("", ""))[1]
        said = "、".join(value_said(one, kind) for one in values)
        found |= {f"field_{number}": field, f"sign_{number}": sign, f"value_{number}": said}
    return found | {"joiner": joiner}


def value_said(value: Any, kind: str) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return plain_yuan(value) if kind == "money" else str(value)


class ArrangeForm(forms.Form):
    what = forms.ChoiceField(choices=[(one, one) for one in ("field", "step", "way")])
    name = forms.CharField(max_length=40)
    op = forms.ChoiceField(choices=[(one, one) for one in ("up", "down", "remove")])
    place = forms.IntegerField(required=False, min_value=0, max_value=MOST_FIELDS)


class PublishForm(forms.Form):
    change = forms.CharField(
        label=_("这一版改了什么"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：金额两千元以上加财务审批"),
    )


class CloseForm(forms.Form):
    reason = reason_field(example=_("例如：这项工作移交给学工部"))
