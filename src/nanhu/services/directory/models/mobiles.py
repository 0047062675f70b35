"""Staff whose mobile phone stands in the directory because they said so."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.registry import Text


@known(audience="directory_staff_mobile_says_for_whom")
class StaffMobile(models.Model):
    """One's own word: for whom one's mobile stands here. The number is never here; it is read where it is kept. Taken back, the row is gone."""

    what: ClassVar[Text] = _("这位教职工的手机号")

    class Audience(models.TextChoices):
        STAFF = "staff", _("教职工看得到")
        MEMBERS = "members", _("全校师生看得到")

    public_id = models.UUIDField(default=uuid4, unique=True)
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    audience = models.TextField(choices=Audience)
    said_at = models.DateTimeField(default=timezone.now)
    name, unit = "", ""
    """As they are met, once `mobiles.with_names` has looked."""

    class Meta:
        db_table = "directory_staff_mobile"
