"""The shape of what a reader asks and an editor writes."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import clock
from nanhu.kernel.kit.forms import MomentField, offer
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.widgets import ManyFilesInput
from nanhu.platforms.messages import rules
from nanhu.platforms.messages.errors import AttachmentRefusedError
from nanhu.platforms.messages.models import Attachment, Notice
from nanhu.platforms.messages.services.attaching import check_file
from nanhu.platforms.messages.services.writing import Wording
from nanhu.platforms.people import api as people

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class ManyFilesField(forms.FileField):
    """Several files in one control; each is checked, and each refusal is said."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[bytes]"]:  # noqa: ARG002
        files = [file for file in data or () if file]
        problems = [str(error) for file in files if (error := _refusal(file))]
        if problems:
            raise forms.ValidationError(problems)
        return files


def _refusal(file: "UploadedFile[bytes]") -> AttachmentRefusedError | None:
    try:
        check_file(file)
    except AttachmentRefusedError as error:
        return error
    return None


class NoticeForm(forms.Form):
    """Writing a notice."""

    title = forms.CharField(label=_("标题"), max_length=120, help_text=_("读者只看标题也能知道：什么事，和谁有关。"))
    body = forms.CharField(
        label=_("正文"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("空一行分段；行首写“## ”是小标题，“- ”或“1. ”是列表，**两个星号**是重点。"),
    )
    office = forms.TypedChoiceField(
        label=_("发布单位"), required=False, coerce=int, empty_value=None, help_text=_("留空则以学校名义发布。")
    )
    audience = forms.ChoiceField(label=_("发给谁"), choices=Notice.Audience.choices, widget=forms.RadioSelect)
    units = forms.TypedMultipleChoiceField(
        label=_("只发给这些单位"),
        required=False,
        coerce=int,
        help_text=_("不选就是全校；选了学院，下面的专业和班级也收得到。"),
        widget=forms.CheckboxSelectMultiple,
    )
    expires_at = MomentField(
        label=_("到期时间"), required=False, help_text=_("过了这个时间，读者不再看到它；留空则一直有效。")
    )
    pinned = forms.BooleanField(label=_("置顶"), required=False, help_text=_("排在所有公告的最前面。"))
    must_read = forms.BooleanField(label=_("必读"), required=False, help_text=_("读者要亲自按“我已阅读”，才算读过。"))
    added = ManyFilesField(label=_("添加附件"), required=False)
    removed = forms.TypedMultipleChoiceField(
        label=_("移除附件"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, initial=1)

    def __init__(self, *args: Any, attachments: Sequence[Attachment] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(unit.id, unit.name) for unit in people.unit_choices(without_kinds=people.SMALL_UNITS)]
        offer(self, "office", [("", _("学校")), *units])
        offer(self, "units", units)
        offer(self, "removed", [(one.pk, one.name) for one in attachments])
        self.fields["added"].help_text = _("每个不超过 {largest}，最多 {count} 个：{kinds}。").format(
            largest=rules.readable_size(rules.LARGEST_ATTACHMENT),
            count=rules.MOST_ATTACHMENTS,
            kinds="、".join(rules.KINDS),
        )
        if not attachments:
            del self.fields["removed"]

    def clean_expires_at(self) -> datetime | None:
        return ahead(self.cleaned_data["expires_at"], _("到期时间要晚于现在。"))

    def wording(self) -> Wording:
        data = self.cleaned_data
        return Wording(
            title=data["title"],
            body=data["body"],
            office_id=data["office"],
            audience=data["audience"],
            unit_ids=frozenset(data["units"]),
            expires_at=data["expires_at"],
            pinned=data["pinned"],
            must_read=data["must_read"],
        )


def written(notice: Notice) -> dict[str, Any]:
    """A notice as the form's first values."""
    return {
        "title": notice.title,
        "body": notice.body,
        "office": notice.office_id,
        "audience": notice.audience,
        "units": list(notice.for_unit_rows.values_list("unit_id", flat=True)),
        "expires_at": notice.expires_at,
        "pinned": notice.pinned,
        "must_read": notice.must_read,
        "revision": notice.revision,
    }


class PublishForm(forms.Form):
    at = MomentField(label=_("发布时间"), required=False)

    def clean_at(self) -> datetime | None:
        return ahead(self.cleaned_data["at"], _("发布时间要晚于现在。"))


def ahead(moment: datetime | None, refusal: Text) -> datetime | None:
    if moment is not None and moment <= clock.now():
        raise forms.ValidationError(str(refusal))
    return moment


class WithdrawalForm(forms.Form):
    reason = forms.CharField(label=_("撤回原因"), max_length=200, help_text=_("记入审计，读者看不到。"))
