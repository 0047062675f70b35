"""Forms of venues: what is asked of whoever wants hours, and what keepers say of their venues."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.calendar.hours import plain_spans
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.draw.rules import form_of
from nanhu.kernel.folding import listed
from nanhu.kernel.kit.forms import IN_ENGLISH, FileForm, MomentField, ReasonForm, RevisionForm, offer
from nanhu.kernel.ui.dates import WEEKDAYS
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.kernel.ui.words import term
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.services.venues import queries, rules
from nanhu.services.venues.models import Venue, VenuePost
from nanhu.services.venues.presets import USES, Use
from nanhu.services.venues.services.booking import Order, technicians_of

MOST_DAMAGE_FEN: Final = 100_000_000
MOST_FEE_FEN: Final = 1_000_000
AREA: Final = forms.Textarea(attrs={"rows": 3})
LONGEST_DAY: Final = 400
LONGEST_BLOCK: Final = 100
YEARS: Final = range(2000, 2100)
LINES: Final = {
    "course": _("课程或活动名称"),
    "students": _("教学班"),
    "software": _("要用的软件、音频设备"),
    "platform": _("直播平台"),
}
"""Fields of one line that some uses ask, by name."""
DETAILS: Final = {**LINES, "safety_plan": _("安全预案")}


def extra_field(name: str, venue: Venue) -> forms.Field | None:
    """What the form of a use asks beside the rest."""
    if name == "technician":
        cards = people.person_cards(technicians_of(venue))
        choices = [("", _("请选择")), *((str(one), card.name) for one, card in cards.items())]
        return forms.TypedChoiceField(label=_("技术员"), choices=choices, coerce=int, empty_value=None)
    if name == "safety_plan":
        help_text = _("谁在场、有什么危险、出事怎么办、联系谁")
        return forms.CharField(label=_("安全预案"), min_length=20, max_length=1000, widget=AREA, help_text=help_text)
    label = LINES.get(name)
    return forms.CharField(label=label, max_length=60, required=name != "software") if label else None


@cache
def quarter_choices(first: int, last: int) -> tuple[tuple[str, str], ...]:
    return tuple((str(one), rules.words_of(one)) for one in range(first - first % rules.STEP, last + 1, rules.STEP))


class HoursForm(forms.Form):
    """A day, from when until when, by quarters of an hour: all of them, as seasons differ; the function refuses."""

    day = forms.DateField(label=_("哪一天"), widget=DayInput())
    begins = forms.TypedChoiceField(label=_("从几点"), coerce=int, choices=partial(quarter_choices, 0, 1425))
    ends = forms.TypedChoiceField(label=_("到几点"), coerce=int, choices=partial(quarter_choices, 15, 1440))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not campus_today() <= day <= campus_today() + timedelta(days=LONGEST_DAY):
            raise forms.ValidationError(_("请选今天以后、一年以内的一天。"))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "begins" in said and "ends" in said and self.is_backwards(said):
            self.add_error("ends", _("结束要在开始之后。"))
        return said

    def is_backwards(self, said: dict[str, Any]) -> bool:
        return bool(said["begins"] >= said["ends"])

    def hours_on(self, day: date) -> tuple[datetime, datetime]:
        said = self.cleaned_data
        return queries.moment_at(day, said["begins"]), queries.moment_at(day, said["ends"])

    @property
    def hours(self) -> tuple[datetime, datetime]:
        return self.hours_on(self.cleaned_data["day"])


class BookForm(HoursForm):
    """As the use asks: fields of its own come after those of all. Made without a use it is only asked for what its pickers find."""

    use = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("活动名称"), max_length=40, help_text=_("会显示在门口的牌子上"))
    purpose = forms.CharField(label=_("用途"), max_length=300, widget=AREA)
    headcount = forms.IntegerField(label=_("人数"), min_value=1, max_value=20_000)
    unit = people.UnitField(label=_("单位或社团挂靠单位"), required=False)
    equipment = forms.CharField(label=_("要用的设备"), max_length=100, required=False)
    sponsor = flows.ColleagueField(
        label=_("负责人"), required=False, help_text=_("超过 100 人必填：一位教职工，由他同意；学生填工号")
    )

    def __init__(self, *arguments: Any, venue: Venue | None = None, chosen: Use | None = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.chosen = chosen
        if venue is None or chosen is None:
            return
        for name in chosen.asks:
            field = extra_field(name, venue)
            if field is not None:
                self.fields[name] = field
        self.fields["use"].initial = chosen.key
        self.fields["headcount"].help_text = _("最多 %(most)s 人") % {"most": venue.capacity}
        if venue.equipment:
            self.fields["equipment"].help_text = _("这里有：%(all)s") % {"all": "、".join(map(term, venue.equipment))}
        if venue.capacity <= rules.MANY:
            del self.fields["sponsor"]

    def order(self) -> Order:
        said = self.cleaned_data
        chosen = self.chosen.asks if self.chosen else ()
        return Order(
            use=self.chosen.key if self.chosen else "",
            title=said["title"],
            purpose=said["purpose"],
            headcount=said["headcount"],
            unit_id=said["unit"].id if said.get("unit") else None,
            equipment=said["equipment"],
            sponsor=said.get("sponsor"),
            technician=said.get("technician"),
            details={one: said[one] for one in chosen if one != "technician" and said.get(one)},
        )


class DrawForm(BookForm):
    """What is wanted, and which of the slots, the dearest first."""

    day = begins = ends = None  # type: ignore[assignment]  # so Django takes a field of the parent away
    first = forms.ChoiceField(label=_("第一志愿"))
    second = forms.ChoiceField(label=_("第二志愿"), required=False)
    third = forms.ChoiceField(label=_("第三志愿"), required=False)
    field_order = ("first", "second", "third")

    def __init__(self, *arguments: Any, slots: Sequence[tuple[str, str]] = (), **more: Any) -> None:
        super().__init__(*arguments, **more)
        for name in self.field_order:
            empty = [] if name == "first" else [("", _("不选"))]
            offer(self, name, [*empty, *slots])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if len(set(wished := self.wished(said))) < len(wished):
            self.add_error("second", _("志愿不能重复。"))
        return said

    def wished(self, said: Mapping[str, Any]) -> list[str]:
        return [said[name] for name in self.field_order if said.get(name)]

    @property
    def chosen_slots(self) -> list[str]:
        return self.wished(self.cleaned_data)


class SeriesForm(BookForm):
    """The same hours each week, or each so many weeks. `dates`: those that the page found free and that are asked for."""

    last_day = forms.DateField(label=_("到哪一天为止"), widget=DayInput())
    weeks = forms.TypedChoiceField(
        label=_("隔多久"),
        coerce=int,
        choices=[(1, _("每周")), (2, _("隔一周")), (4, _("每四周"))],
    )
    dates = forms.CharField(widget=forms.HiddenInput, required=False, max_length=800)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        first = ["day", "begins", "ends", "weeks", "last_day"]
        self.order_fields([*first, *(one for one in self.fields if one not in first)])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if "day" in said and "last_day" in said:
            count = len(rules.dates_of(said["day"], said["last_day"], said.get("weeks", 1)))
            if not 1 < count <= rules.MOST_DATES:
                self.add_error("last_day", _("一次要约 2 到 %(most)s 天。") % {"most": rules.MOST_DATES})
        return said

    def wanted(self) -> list[tuple[datetime, datetime]]:
        said = self.cleaned_data
        return [self.hours_on(day) for day in rules.dates_of(said["day"], said["last_day"], said["weeks"])]

    def chosen_hours(self) -> list[tuple[datetime, datetime]]:
        """Of the dates that were shown as free; others are not taken from the address."""
        kept = set(self.cleaned_data["dates"].split(","))
        return [one for one in self.wanted() if campus_time(one[0]).date().isoformat() in kept]


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("为什么不用了"), max_length=120, required=False)


class KeyOutForm(forms.Form):
    meter = forms.IntegerField(label=_("表读数"), min_value=0, max_value=99_999_999, required=False)


class KeyInForm(KeyOutForm):
    damage = forms.CharField(label=_("损坏了什么"), max_length=200, required=False)
    damage_fen = YuanField(label=_("要赔（元）"), required=False)

    def clean_damage_fen(self) -> int | None:
        return at_most(self.cleaned_data["damage_fen"], MOST_DAMAGE_FEN)


def at_most(fen: int | None, most: int) -> int | None:
    if fen is not None and fen > most:
        raise forms.ValidationError(_("最多 %(yuan)s 元。") % {"yuan": f"{most // 100:,}"})
    return fen


def spans_field(word: Any) -> forms.CharField:
    return forms.CharField(label=word, max_length=60, required=False)


class SeasonForm(forms.Form):
    season = forms.CharField(label=_("名称"), max_length=20, initial=_("平时"), help_text=_("例：平时、寒假、校运会"))
    starts_on = forms.DateField(label=_("从哪一天"), widget=DayInput(), initial=campus_today)
    ends_on = forms.DateField(label=_("到哪一天"), widget=DayInput(), required=False, help_text=_("不填：一直这样"))
    every = forms.CharField(
        label=_("周一至周五"), max_length=60, required=False, help_text=_("例：08:00-12:00 14:00-22:00；不填：不开")
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for number in (6, 7):
            self.fields[f"day_{number}"] = spans_field(WEEKDAYS[number - 1])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("every", "day_6", "day_7"):
            try:
                said[name] = rules.spans_in(plain_spans(said.get(name) or ""))
            except ValueError:
                self.add_error(name, _("请按 08:00-12:00 14:00-22:00 的样子写，先早后晚。"))
        if not any(said.get(name) for name in ("every", "day_6", "day_7")):
            self.add_error("every", _("至少写一段时间；整段不开的，请停用这段时间。"))
        first, last = said.get("starts_on"), said.get("ends_on")
        for name, day in (("starts_on", first), ("ends_on", last)):
            if day and day.year not in YEARS:
                self.add_error(name, _("请写 2000 到 2099 年之间的日期。"))
        if first and last and last < first:
            self.add_error("ends_on", _("结束在开始之前。"))
        return said

    def week(self) -> list[list[tuple[int, int]]]:
        said = self.cleaned_data
        return [said["every"]] * 5 + [said["day_6"], said["day_7"]]


class OpenDrawForm(forms.Form):
    """Slots of some days, and when the draw does what."""

    title = forms.CharField(label=_("名称"), max_length=40, help_text=_("例：艺术节周报告厅"))
    first_day = forms.DateField(label=_("从哪一天"), widget=DayInput())
    last_day = forms.DateField(label=_("到哪一天"), widget=DayInput())
    hours = forms.CharField(
        label=_("每天哪几段"), max_length=80, help_text=_("例：09:00-12:00 14:00-17:00 19:00-22:00，中间留出布置清场")
    )
    closes_at = MomentField(label=_("报名截止"))
    value_name = forms.CharField(
        label=_("公开数"), max_length=60, help_text=_("截止以后才有、谁也左右不了的数，例：12月4日上证指数收盘")
    )
    value_form = forms.CharField(
        label=_("公开数的写法"),
        max_length=60,
        help_text=_("还不知道的数字写 #，例：2026-12-04 000001.SH ####.##"),
    )
    value_known_at = MomentField(label=_("公开数几时公布"))
    publish_by = MomentField(label=_("最晚几时抽"), help_text=_("过时不抽，自动作废"))

    def clean_value_form(self) -> str:
        return form_of(self.cleaned_data["value_form"])

    def clean_hours(self) -> list[tuple[int, int]]:
        try:
            found = rules.spans_in(plain_spans(self.cleaned_data["hours"]))
        except ValueError as error:
            raise forms.ValidationError(_("请按 08:00-12:00 14:00-22:00 的样子写，先早后晚。")) from error
        if not found:
            raise forms.ValidationError(_("至少写一段时间。"))
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and not timedelta() <= last - first <= timedelta(days=rules.MOST_SLOTS):
            self.add_error("last_day", _("结束在开始之前，或隔得太久。"))
        return said

    def slots(self) -> list[tuple[datetime, datetime]]:
        said = self.cleaned_data
        days = [said["first_day"] + timedelta(days=at) for at in range((said["last_day"] - said["first_day"]).days + 1)]
        return [
            (queries.moment_at(day, begins), queries.moment_at(day, ends))
            for day in days
            for begins, ends in said["hours"]
        ]


class ValueForm(forms.Form):
    value = forms.CharField(label=_("公开数"), max_length=60, help_text=_("照公布的写，写法见上一页"))


class PostForm(forms.Form):
    duty = forms.ChoiceField(label=_("管什么"), choices=VenuePost.Duty.choices)
    unit = people.UnitField(label=_("单位"))
    office = forms.ChoiceField(label=_("岗位"), choices=lambda: sorted(people.office_names().items()))


class PictureForm(forms.Form):
    picture = forms.FileField(label=_("照片"), help_text=_("JPEG 或 PNG，位置等信息会去掉"))
    words = forms.CharField(label=_("说明"), max_length=60, required=False)


class CalendarForm(FileForm):
    largest = MEGABYTE
    file = forms.FileField(
        label=_("日历文件"), help_text=_("iCalendar（.ics），最大 1 MB，最多 500 次；重复的要先展开")
    )


class BlockForm(HoursForm, ReasonForm):
    """Hours of a day, or from an hour of it to an hour of a later one: a holiday in one piece."""

    last_day = forms.DateField(label=_("到哪一天"), widget=DayInput(), required=False, help_text=_("不填：当天"))
    field_order = ("day", "begins", "last_day", "ends", "reason")

    def is_backwards(self, said: dict[str, Any]) -> bool:
        first, last = said.get("day"), said.get("last_day")
        if first and last and first != last:
            return bool(last < first or last - first > timedelta(days=LONGEST_BLOCK))
        return super().is_backwards(said)

    @property
    def hours(self) -> tuple[datetime, datetime]:
        said = self.cleaned_data
        last = said["last_day"] or said["day"]
        return queries.moment_at(said["day"], said["begins"]), queries.moment_at(last, said["ends"])


FACES: Final = [("student", _("学生")), ("staff", _("教职工"))]


class VenueFields(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名"), max_length=80, required=False, help_text=IN_ENGLISH)
    uses = forms.MultipleChoiceField(
        label=_("做什么用"),
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(one.key, term(one.name)) for one in USES.values()],
    )
    about = forms.CharField(label=_("介绍"), max_length=500, required=False, widget=AREA)
    about_en = forms.CharField(label=_("英文介绍"), max_length=1000, required=False, widget=AREA, help_text=IN_ENGLISH)
    rules = forms.CharField(label=_("使用须知"), max_length=1000, required=False, widget=AREA)
    rules_en = forms.CharField(
        label=_("英文使用须知"), max_length=2000, required=False, widget=AREA, help_text=IN_ENGLISH
    )
    unit = people.UnitField(label=_("管理单位"))
    capacity = forms.IntegerField(label=_("最多多少人"), min_value=1, max_value=20_000)
    equipment = forms.CharField(label=_("设备"), max_length=200, required=False, help_text=_("用空格隔开"))
    set_up = forms.IntegerField(label=_("布置（分钟）"), min_value=0, max_value=240, initial=0)
    clear_up = forms.IntegerField(label=_("清场（分钟）"), min_value=0, max_value=240, initial=0)
    turnover = forms.IntegerField(
        label=_("两场之间只隔（分钟）"),
        min_value=0,
        max_value=240,
        required=False,
        help_text=_("填了：前一场清场和后一场布置合用这段时间，代替上面两项"),
    )
    notice_days = forms.IntegerField(label=_("至少提前几天"), min_value=0, max_value=60, initial=0)
    ahead_days = forms.IntegerField(label=_("最多提前几天"), min_value=1, max_value=400, initial=60)
    longest_minutes = forms.IntegerField(label=_("一次最多几分钟"), min_value=15, max_value=1440, initial=480)
    faces = forms.MultipleChoiceField(
        label=_("谁能申请"), widget=forms.CheckboxSelectMultiple, choices=FACES, initial=["student", "staff"]
    )
    only_unit = people.UnitField(label=_("只给这个单位"), required=False, help_text=_("不填：全校"))
    fee_fen = YuanField(label=_("每小时收费（元）"), required=False)
    fee_item = forms.RegexField(
        label=_("收费项目代码"),
        regex=r"^venues\.[a-z0-9_.]{1,33}\Z",
        required=False,
        help_text=_("收费时必填，以 venues. 开头，例：venues.fee"),
    )
    key_desk = forms.CharField(label=_("钥匙在哪里领"), max_length=60, required=False, help_text=_("不填：不用领钥匙"))
    key_desk_en = forms.CharField(label=_("钥匙在哪里领（英文）"), max_length=120, required=False, help_text=IN_ENGLISH)

    def clean_fee_fen(self) -> int | None:
        return at_most(self.cleaned_data["fee_fen"], MOST_FEE_FEN)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("fee_fen") and not said.get("fee_item"):
            self.add_error("fee_item", _("收费要写收费项目代码。"))
        if "notice_days" in said and "ahead_days" in said and said["ahead_days"] < said["notice_days"]:
            self.add_error("ahead_days", _("不能比“至少提前几天”少，不然哪一天都约不到。"))
        return said

    def facts(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in VenueFields.base_fields}
        unit, only = said.pop("unit"), said.pop("only_unit")
        return said | {
            "unit_id": unit.id,
            "only_unit_id": only.id if only else None,
            "equipment": listed(said["equipment"]),
            "fee_fen": said["fee_fen"] or 0,
        }


class ChangeVenueForm(RevisionForm, VenueFields):
    pass


class VenueForm(VenueFields):
    room = PlaceField(label=_("房间"), open_only=True)
    field_order = ("room", *VenueFields.base_fields)
