"""The data of the living catalogue (/ui/): every component in every state, with words of a real campus."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import clock
from nanhu.kernel.proposals import Event
from nanhu.kernel.ui import dates, shell
from nanhu.kernel.ui.widgets import DayInput, SuggestInput, Suggestion

PALETTE = [
    "paper",
    "surface",
    "sunken",
    "line",
    "line-strong",
    "ink",
    "ink-soft",
    "deep",
    "lake",
    "lake-strong",
    "lake-soft",
    "reed",
    "reed-soft",
    "persimmon",
    "persimmon-soft",
    "cinnabar",
    "cinnabar-soft",
]

SAMPLE_UNITS = (Suggestion("0301 信息中心", "校部"), Suggestion("0412 物理学院", "理学部"))


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("姓名"))
    campus_no = forms.CharField(label=_("学工号"), help_text=_("校园卡正面的数字，开头的 0 也要写。"))
    phone = forms.CharField(label=_("手机号"), required=False)
    amount = forms.CharField(label=_("金额"))
    kind = forms.ChoiceField(label=_("类别"), choices=[("water", _("水")), ("power", _("电")), ("door", _("门锁"))])
    urgency = forms.ChoiceField(
        label=_("紧急程度"),
        choices=[("now", _("今天")), ("week", _("这周内"))],
        widget=forms.RadioSelect,
        initial="week",
    )
    secret = forms.CharField(label=_("密码"), widget=forms.PasswordInput)
    day = forms.DateField(label=_("日期"), widget=DayInput(), required=False)
    unit = forms.CharField(label=_("单位"), widget=SuggestInput(lambda: SAMPLE_UNITS), required=False)
    photo = forms.FileField(label=_("照片"), required=False)
    text = forms.CharField(label=_("说明"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label=_("维修人员可以在我不在时进门"), required=False)


def context(request: HttpRequest) -> dict[str, object]:
    page = Paginator(range(1, 96), 20).get_page(request.GET.get("page"))
    meals = [("18", 1250), ("19", 2300), ("20", 1800), ("21", 2650), ("22", 900), ("23", 1950), ("24", 2100)]
    frame = shell.shell_of(request)
    wanted_theme, wanted_size = request.GET.get("theme"), request.GET.get("type")
    return {
        "shell": replace(
            frame,
            theme="dark" if wanted_theme == "dark" else "light" if wanted_theme == "light" else frame.theme,
            type_size="large" if wanted_size == "large" else frame.type_size,
        ),
        "palette": PALETTE,
        "form": SampleForm(initial={"name": "林小雨", "campus_no": "20240518"}),
        "wrong": SampleForm({"name": "", "campus_no": "2024", "urgency": "week"}, auto_id="wrong_%s"),
        "page": page,
        "steps": [_("核对身份"), _("设置密码"), _("密保问题"), _("完成")],
        "tabs": [
            ("all", _("全部"), "?tab=all", 128),
            ("open", _("办理中"), "?tab=open", 3),
            ("done", _("已办结"), "?tab=done"),
        ],
        "bars": [(f"11/{day}", fen / 100, f"¥ {fen / 100:.2f}") for day, fen in meals],
        "stacks": [(f"11/{day}", [fen / 100 * share for share in (0.2, 0.5, 0.3)]) for day, fen in meals],
        "stack_parts": [_("早餐"), _("午餐"), _("晚餐")],
        "heat": [
            (day, [(at * 7 + hour * hour) % 23 * 40 for hour in range(24)]) for at, day in enumerate(dates.WEEKDAYS)
        ],
        "course": [82.5, 91.0, 78.0, 88.4, 96.2, 97.5, 99.1, 100.0],
        "heat_hours": range(24),
        "started": clock.now() - timedelta(seconds=30),
        "rows": SAMPLE_ROWS,
        "list": sample_list(),
        **case_facts(),
        **week(),
        **calendar(),
    }


class SampleFilters(forms.Form):
    q = forms.CharField(label=_("搜索"), widget=forms.TextInput({"type": "search"}), required=False)
    state = forms.ChoiceField(label=_("状态"), choices=[("", _("全部")), ("open", _("办理中"))], required=False)


def sample_list() -> SimpleNamespace:
    """A desk's list with everything a list can have: views, own ones too, filters, sort, boxes for many rows, sums, sheets."""
    heads = [
        (_("申请编号"), "code", "?sort=number", "ascending"),
        (_("申请人"), "", "?sort=holder", ""),
        (_("状态"), "", "", ""),
        (_("金额"), "num", "?sort=fen", ""),
    ]
    names = [(head[0], head[1]) for head in heads]
    shown = [
        ("WX2026110071", "周敏", _("办理中"), "¥ 28.50"),
        ("WX2026110072", "何平", _("已办结"), "¥ 30.01"),
        ("WX2026110073", "林小雨", _("办理中"), "¥ 12.00"),
    ]
    lines = [
        SimpleNamespace(
            key=row[0],
            cells=[
                SimpleNamespace(shown=word, label=label, css=css, url="#row" if not place else "", opens_panel=False)
                for place, (word, (label, css)) in enumerate(zip(row, names, strict=True))
            ],
        )
        for row in shown
    ]
    totals = ["", "", "", "¥ 70.51"]
    return SimpleNamespace(
        caption=_("维修申请"),
        saved=SimpleNamespace(
            page="",
            query="state=open",
            current=None,
            shown=[SimpleNamespace(name=_("我的楼"), url="?building=15", is_current=False)],
        ),
        filters=SimpleNamespace(
            views=[(_("全部"), "?", True), (_("办理中"), "?state=open", False)],
            shown_fields=list(SampleFilters(auto_id="filter_%s")),
            kept=[],
            chips=[SimpleNamespace(label=_("地点"), words="南院15号楼", off="?")],
        ),
        has_tools=True,
        can_choose_columns=True,
        are_columns_chosen=True,
        columns=heads,
        column_choices=[
            *(SimpleNamespace(name="", label=one[0], css="", is_shown=True, is_fixed=one is heads[0]) for one in heads),
            SimpleNamespace(name="", label=_("说明"), css="wide-only", is_shown=False, is_fixed=False),
        ],
        all_columns_url="?",
        can_export=True,
        csv_url="#csv",
        xlsx_url="#xlsx",
        heads=[SimpleNamespace(label=one[0], css=one[1], url=one[2], direction=one[3]) for one in heads],
        lines=lines,
        page=Paginator(shown, 50).get_page(1),
        totals=[
            SimpleNamespace(shown=total, label=label, css=css)
            for total, (label, css) in zip(totals, names, strict=True)
        ],
        bulk_url="#bulk",
        bulk_page=SimpleNamespace(title=_("派给")),
    )


def case_facts() -> dict[str, object]:
    """A case of three days: what is known, what happened, what was said, what was changed."""
    today = clock.now()
    moments = [today - timedelta(days=days) for days in (3, 2, 1)]
    return {
        "case_facts": [(_("地点"), "南院15号楼 301"), (_("金额"), "¥ 30.01"), (_("人数"), 4)],
        "history": [
            Event(_("制单"), "周敏", moments[0]),
            Event(_("不同意"), "何平", moments[1], _("电表读数要照片。")),
            Event(_("提交"), "周敏", moments[2]),
            Event(_("复核"), "", None),
        ],
        "changes": [(_("房间"), "301", "302"), (_("金额"), "¥ 30.01", "¥ 28.50"), (_("备注"), "", _("补交照片"))],
        "comments": [Event("", "何平", moments[1], _("电表照片在哪里？")), Event("", "周敏", moments[2], _("已补。"))],
    }


def week() -> dict[str, object]:
    days = dates.WEEKDAYS[:5]
    lessons = {
        0: [{"title": _("高等数学"), "place": "教一 203"}],
        2: [{"title": _("大学英语"), "place": "教二 105", "tone": "warn"}],
        3: [{"title": _("物理实验"), "place": "实验楼 407", "tone": "bad"}],
    }
    return {
        "days": days,
        "slot_days": [(day, f"11/{23 + number}") for number, day in enumerate(days)],
        "slots": [
            (time, [{"state": one, "mark": "课" if one == "taken" else "", "label": f"{time} {one}"} for one in states])
            for time, states in (("8:00", ("free", "taken", "own", "closed", "free")),)
        ],
        "week": [
            ("8:00", [(day, lessons.get(number, [])) for number, day in enumerate(days)]),
            ("10:00", [(day, lessons.get(number - 1, [])) for number, day in enumerate(days)]),
        ],
    }


def calendar() -> dict[str, object]:
    """A week with what is usual, what meets, what is cancelled, and a day of more than it shows."""
    lesson = {"title": _("高等数学"), "hours": "08:00–09:40", "url": "#", "place": "教一 203", "source": _("课表")}
    meeting = {"title": _("班会"), "hours": "08:30–09:10", "warning": _("同一时间还有：高等数学"), "tone": "warn"}
    sport = {"title": _("运动会"), "source": _("校历"), "tone": "good"}
    gone = {"title": _("物理实验"), "hours": "14:00–15:40", "place": "实验楼 407", "tone": "gone"}
    happens: dict[int, list[dict[str, object]]] = {0: [lesson, meeting], 1: [sport], 2: [gone], 3: [lesson, lesson]}
    hidden = {3: 2}
    today = clock.campus_today()
    monday = today - timedelta(days=today.weekday())
    days = [
        SimpleNamespace(
            words=dates.day(day, today.year),
            url="#",
            entries=happens.get(day.weekday(), []),
            hidden=hidden.get(day.weekday(), 0),
            is_today=day == today,
            look="" if day.weekday() in happens else "is-free",
        )
        for day in (monday + timedelta(days=number) for number in range(7))
    ]
    ways = [("day", _("一天"), "#"), ("week", _("一周"), "#"), ("month", _("一个月"), "#")]
    head = {
        "before": "#",
        "now": "#",
        "after": "#",
        "words": dates.span_words(monday, monday + timedelta(days=6)),
        "extent": "week",
        "extents": ways,
    }
    return {"calendar": head, "calendar_days": days}


SAMPLE_ROWS = (
    {"at": "11月24日 周二 12:06", "place": "南院一食堂 3 号机", "fen": -1250, "state": "good", "word": _("成功")},
    {"at": "11月24日 周二 07:41", "place": "南院一食堂 1 号机", "fen": -450, "state": "good", "word": _("成功")},
    {"at": "11月23日 周一 18:20", "place": "校园卡服务点 充值", "fen": 10000, "state": "info", "word": _("到账")},
    {"at": "11月23日 周一 12:11", "place": "东院三食堂 7 号机", "fen": -2300, "state": "danger", "word": _("余额不足")},
)
