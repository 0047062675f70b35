from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.people.models.golden import Person


class OwnValue(models.Model):
    """What somebody says of himself, without an office: how his name is read, for as long as he has that name (`of_name`), and the picture by
    which pages greet him. What was said before stays as history; of a picture the day alone, the file goes."""

    class Field(models.TextChoices):
        PINYIN = "pinyin", _("姓名拼音")
        PORTRAIT = "portrait", _("头像")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    field = models.TextField(choices=Field)
    value = models.TextField(default="", blank=True, help_text="the reading; of a picture nothing")
    initials = models.TextField(default="", blank=True)
    of_name = models.TextField(default="", blank=True)
    said_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_own_value"
        constraints = [
            models.CheckConstraint(
                condition=Q(field="portrait", value="", initials="", of_name="")
                | (Q(field="pinyin", value__regex=r"^[a-z]+( [a-z]+)?$", initials__regex=r"^[a-z]+$") & ~Q(of_name="")),
                name="people_own_value_of_what",
            ),
            models.UniqueConstraint(
                fields=["person", "field"], condition=Q(ended_at=None), name="people_own_value_one_stands"
            ),
        ]
