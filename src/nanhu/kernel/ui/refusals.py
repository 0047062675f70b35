"""What is wrong with a field, in the house's own sentences: every form of Django takes them, whoever wrote it."""

from typing import Any

from django import forms
from django.core import validators
from django.db.models import fields
from django.utils.translation import gettext_lazy as _

NO_FILE = _("请选一个文件。")
NOT_LISTED = _("没有“%(value)s”这一项，请从列出的里面选。")
SENTENCES: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("这一项要填。")},
    forms.IntegerField: {"invalid": _("写成整数，例如 12。")},
    forms.DecimalField: {"invalid": _("写成数字，例如 12.5。")},
    forms.DateField: {"invalid": _("写成 2026-10-01 这样的日期。")},
    forms.TimeField: {"invalid": _("写成 08:30 这样的时间。")},
    forms.DateTimeField: {"invalid": _("写成 2026-10-01 08:30 这样的日期和时间。")},
    forms.RegexField: {"invalid": _("写法不对，请照说明填。")},
    forms.URLField: {"invalid": _("写成 https://… 这样的完整网址。")},
    forms.JSONField: {"invalid": _("这不是完整的 JSON。")},
    forms.UUIDField: {"invalid": _("这个编号不对。")},
    forms.FileField: {
        "required": NO_FILE,
        "invalid": NO_FILE,
        "missing": NO_FILE,
        "empty": _("这个文件是空的。"),
        "max_length": _("文件名最长 %(max)d 个字，这个有 %(length)d 个。"),
    },
    forms.ImageField: {"invalid_image": _("这不是图片，或已经损坏。")},
    forms.ChoiceField: {"required": _("请选一项。"), "invalid_choice": NOT_LISTED},
    forms.MultipleChoiceField: {"invalid_choice": NOT_LISTED, "invalid_list": _("请从列出的里面选。")},
    forms.ModelChoiceField: {"required": _("请选一项。"), "invalid_choice": _("没有这一项，请从列出的里面选。")},
    forms.ModelMultipleChoiceField: {"invalid_choice": NOT_LISTED, "invalid_list": _("请从列出的里面选。")},
}
VALIDATORS: dict[type, Any] = {
    validators.MaxLengthValidator: _("最长 %(limit_value)d 个字，现在有 %(show_value)d 个。"),
    validators.MinLengthValidator: _("至少 %(limit_value)d 个字，现在只有 %(show_value)d 个。"),
    validators.MaxValueValidator: _("不能大于 %(limit_value)s。"),
    validators.MinValueValidator: _("不能小于 %(limit_value)s。"),
    validators.EmailValidator: _("写成 name@example.edu.cn 这样的邮箱地址。"),
    validators.URLValidator: _("写成 https://… 这样的完整网址。"),
    validators.RegexValidator: _("写法不对，请照说明填。"),
    validators.ProhibitNullCharactersValidator: _("里面有打不出来的字符，请删掉再写一遍。"),
}
CHOOSE = _("请选择")
"""The first line of a list of records of which none is chosen yet: Django says it in English."""
SLUG = _("只能用字母、数字、下划线和连字符。")


def say_them() -> None:
    """Before the first form is declared: a field gathers its sentences when it is made."""
    for field, sentences in SENTENCES.items():
        field.default_error_messages = {**vars(field).get("default_error_messages", {}), **sentences}
    for validator, sentence in VALIDATORS.items():
        validator.message = sentence  # type: ignore[attr-defined]  # Django's own attribute of each of them
    validators.validate_slug.message = SLUG
    fields.BLANK_CHOICE_LABEL = CHOOSE
