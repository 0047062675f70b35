"""Form fields for files."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nanhu.kernel.errors import CampusError
from nanhu.kernel.files.kinds import PICTURES, checked
from nanhu.kernel.files.purposes import MEGABYTE
from nanhu.kernel.ui.widgets import ManyFilesInput


class PicturesField(forms.FileField):
    """Several photos in one control; the value is a list of pictures made anew, without EXIF. Each refusal is said with the file's name."""

    widget = ManyFilesInput(attrs={"accept": "image/jpeg,image/png"})

    def __init__(self, *, most: int, largest: int = 8 * MEGABYTE, **options: Any) -> None:
        self.most, self.largest = most, largest
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:  # noqa: ARG002 - Django's signature
        uploads = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if self.required and not uploads:
            raise forms.ValidationError(self.error_messages["required"])
        if len(uploads) > self.most:
            raise forms.ValidationError(
                ngettext("最多 %(most)s 张照片。", "最多 %(most)s 张照片。", self.most) % {"most": self.most}
            )
        return [self.picture_of(one) for one in uploads]

    def picture_of(self, upload: Any) -> bytes:
        if upload.size > self.largest:
            raise forms.ValidationError(
                _("%(name)s：一张照片最大 %(most)s MB。") % {"name": upload.name, "most": self.largest // MEGABYTE}
            )
        try:
            return checked(upload.read(), kinds=PICTURES)[1]
        except CampusError as refused:
            raise forms.ValidationError(f"{upload.name}：{refused}") from refused
