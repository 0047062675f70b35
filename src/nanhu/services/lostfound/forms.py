"""Forms of lost and found. Whatever others read is refused with a hint where it holds a private number."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.clock import now
from nanhu.kernel.files.fields import PicturesField
from nanhu.kernel.folding import plain_dashes, unspaced
from nanhu.kernel.kit import forms as forms_of_kit
from nanhu.kernel.private_numbers import has_phone, visible
from nanhu.kernel.ui.money_field import YuanField
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.people.api import PersonField, PhoneField
from nanhu.services.lostfound import rules
from nanhu.services.lostfound.models import HandOver, Item

LARGEST_BODY: Final = (rules.MOST_PHOTOS * 8 + 1) * MEGABYTE
OLDEST: Final = timedelta(days=180)
CARD_NUMBER: Final = RegexValidator(r"\A[0-9]{10}\Z", _("十位数字"))


class DigitsField(forms.CharField):
    """As they stand on a card: of any width, in groups."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"widget": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **options}
        )

    def to_python(self, value: Any) -> str:
        return plain_dashes(unspaced(super().to_python(value) or "")).replace("-", "")


class PublicTextField(forms_of_kit.PublicTextField):
    def __init__(self, **options: Any) -> None:
        hint = _(
            "这里像是写了电话、证件号、卡号或学工号，别人都看得到，请去掉。要联系用站内留言，要留电话填在“电话”里。"
        )
        super().__init__(hint=hint, **options)


class PostForm(forms.Form):
    """What is said of either kind; the order is the order of taps."""

    photos = PicturesField(
        label=_("照片"),
        most=rules.MOST_PHOTOS,
        required=False,
        help_text=_("最多 6 张，拍照位置等信息会去掉。请不要拍到人脸和号码。"),
    )
    category = forms.ChoiceField(label=_("是什么"), choices=Item.Category.choices, widget=forms.RadioSelect)
    words = PublicTextField(
        label=_("说一说"),
        max_length=300,
        rows=3,
        help_text=_("颜色、牌子、装在什么里。卡证上的姓名、只有失主知道的特征不要写在这里。"),
    )
    amount_fen = YuanField(label=_("多少钱（现金才填）"), required=False)
    place = PlaceField(label=_("在哪里丢的"), required=False, open_only=True)
    place_words = PublicTextField(label=_("具体位置"), max_length=60, required=False)
    happened_at = forms_of_kit.MomentField(label=_("什么时候"), initial=now)
    phone = PhoneField(
        label=_("电话"),
        required=False,
        autocomplete="tel",
        help_text=_("不填也行：别人用站内留言找您。填了只显示打码的，谁看过会告诉您；结束 30 天后删掉。"),
    )

    def clean_happened_at(self) -> datetime:
        at: datetime = self.cleaned_data["happened_at"]
        if not now() - OLDEST <= at <= now() + timedelta(minutes=5):
            raise forms.ValidationError(_("请写这半年里、现在以前的时间。"))
        return at

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("place") and not given.get("place_words") and not {"place", "place_words"} & set(self.errors):
            self.add_error("place", _("请写在哪里，或在“具体位置”里说一句。"))
        is_cash = given.get("category") == Item.Category.CASH
        if is_cash and not given.get("amount_fen") and "amount_fen" not in self.errors:
            self.add_error("amount_fen", _("现金请写多少钱。"))
        given["amount_fen"] = given.get("amount_fen") if is_cash else None
        return given


class LostForm(PostForm):
    field_order: tuple[str, ...] = (
        "photos",
        "category",
        "words",
        "place",
        "place_words",
        "happened_at",
        "amount_fen",
        "phone",
    )


class FoundForm(PostForm):
    place = PlaceField(label=_("在哪里捡到的"), required=False, open_only=True)
    keeper = forms.ChoiceField(
        label=_("东西现在在"), choices=Item.Keeper.choices, initial=Item.Keeper.SELF, widget=forms.RadioSelect
    )
    mark = forms.CharField(
        label=_("只有失主知道的特征"),
        max_length=100,
        required=False,
        help_text=_("例：伞柄刻了名字。谁也不显示；有人认领时，告诉您他说的和这里像不像。"),
    )
    card_number = DigitsField(
        label=_("校园卡的卡号"),
        required=False,
        validators=[CARD_NUMBER],
        help_text=_("捡到校园卡才填，卡面上十位。失主马上收到消息；卡号不公开、不保存，您看不到是谁。"),
    )
    field_order: tuple[str, ...] = (
        "photos",
        "category",
        "words",
        "place",
        "place_words",
        "happened_at",
        "keeper",
        "mark",
        "card_number",
        "amount_fen",
        "phone",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("card_number") and given.get("category") not in {None, Item.Category.CARD}:
            self.add_error("card_number", _("填卡号的话，“是什么”请选卡证。"))
        return given


class MendLostForm(LostForm):
    drops_photos = forms.BooleanField(label=_("不要原来的照片"), required=False)
    field_order = ("photos", "drops_photos", *LostForm.field_order[1:])


class MendFoundForm(FoundForm):
    drops_photos = forms.BooleanField(label=_("不要原来的照片"), required=False)
    field_order = ("photos", "drops_photos", *FoundForm.field_order[1:])


class MessageForm(forms.Form):
    words = PublicTextField(
        label=_("要说的话"), max_length=300, rows=3, help_text=_("对方看不到您是谁。请不要写电话和证件号。")
    )


class ClaimForm(forms.Form):
    """Read by the keeper alone: the number of a device proves whose it is."""

    mark = forms.CharField(
        label=_("说说它的特征"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("照片和说明里看不出来的：里面有什么、刻了什么、哪里有划痕。每人一次。"),
    )

    def clean_mark(self) -> str:
        text = visible(self.cleaned_data["mark"])
        if has_phone(text):
            raise forms.ValidationError(_("这里像是写了电话或证件号，请去掉。要联系用站内留言。"))
        return text


class ReportForm(forms.Form):
    reason = PublicTextField(label=_("哪里不对"), max_length=120, help_text=_("例：是广告；是别人的东西；骂人"))


class RejectForm(forms.Form):
    reason = PublicTextField(label=_("为什么不通过"), max_length=120, help_text=_("发布的人看得到，改好可以再发。"))


class ShelfForm(forms.Form):
    shelf = forms.CharField(label=_("放在哪一格"), max_length=20, help_text=_("例：A-12"))


class HandOverForm(forms.Form):
    receiver = PersonField(label=_("领走的人"), required=False, help_text=_("本校的：姓名或学工号。他在手机上签收。"))
    receiver_name = forms.CharField(label=_("校外的人：姓名"), max_length=40, required=False)
    slip = forms.CharField(
        label=_("签收单号"), max_length=20, required=False, help_text=_("在纸上签了字的填；校外的人必填。")
    )
    document = forms.ChoiceField(label=_("核对了什么证件"), choices=HandOver.Document.choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("receiver") and not (given.get("receiver_name") and given.get("slip")) and not self.errors:
            self.add_error("receiver", _("请选领走的人；校外的人写姓名和签收单号。"))
        return given


class CardForm(forms.Form):
    number = DigitsField(
        label=_("卡号"),
        required=False,
        validators=[CARD_NUMBER],
        help_text=_("卡面上十位，可以扫；看不清就填后四位和姓名。"),
    )
    tail = DigitsField(
        label=_("卡号后四位"), required=False, validators=[RegexValidator(r"\A[0-9]{4}\Z", _("四位数字"))]
    )
    name = forms.CharField(label=_("卡上的姓名"), max_length=40, required=False)
    shelf = forms.CharField(label=_("放在哪一格"), max_length=20)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("number") and not (given.get("tail") and given.get("name")) and not self.errors:
            self.add_error("number", _("请填卡号，或后四位和姓名。"))
        return given
