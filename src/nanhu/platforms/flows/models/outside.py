"""To-dos of other systems (别的系统的待办): which system may push them, and what it pushed."""

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.openapi.api import Vendor

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2101, 1, 1, tzinfo=UTC)
"""Between them a deadline is; beyond, no page could show it."""


class OutsideSource(models.Model):
    """A system whose to-dos stand in 待办. The keys of its vendor push them; all their addresses begin with its `origin`."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    key = models.TextField(help_text="as it stands in the address of the API")
    name = models.TextField()
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    origin = models.TextField(help_text="https://oa.example.edu.cn")
    is_sandbox = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    contacted_at = models.DateTimeField(null=True)
    registered_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "flows_outside_source"
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(is_sandbox=False), name="flows_outside_source_key_once"
            ),
            models.UniqueConstraint(
                fields=["vendor"], condition=Q(is_sandbox=True), name="flows_outside_source_one_sandbox"
            ),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z][a-z0-9-]{1,29}$")
                & ~Q(name="")
                & Q(origin__regex=r"^https://[a-z0-9.-]+(:[0-9]+)?$")
                & (Q(is_sandbox=False) | Q(key="sandbox"))
                & (Q(is_sandbox=True) | ~Q(key="sandbox")),
                name="flows_outside_source_is_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        return self.origin.removeprefix("https://")


class OutsideTodo(models.Model):
    """One to-do as its system pushed it last. It is nobody's where the number is none of a person who is here (`dropped`)."""

    class State(models.TextChoices):
        OPEN = "open", _("待办")
        DONE = "done", _("已办")

    class Dropped(models.TextChoices):
        UNKNOWN = "unknown", _("没有这个人")
        TOO_MANY = "too_many", _("一个人太多")

    public_id = models.UUIDField(default=uuid4, unique=True)
    source = models.ForeignKey(OutsideSource, on_delete=models.PROTECT, related_name="todos")
    external_id = models.TextField()
    campus_no = models.TextField(help_text="as it was pushed; empty once it is forgotten")
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    dropped = models.TextField(choices=Dropped, default="", blank=True)
    title = models.TextField()
    address = models.TextField()
    state = models.TextField(choices=State)
    due_at = models.DateTimeField(null=True)
    sequence = models.BigIntegerField()
    digest = models.TextField(help_text="of what was pushed under this sequence")
    is_ended = models.BooleanField(default=False, help_text="by DELETE: nothing opens it again")
    pushed_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "flows_outside_todo"
        indexes = [
            models.Index(
                fields=["person", "due_at"],
                name="flows_outside_of_person",
                condition=Q(state="open", person__isnull=False),
            ),
            models.Index(fields=["source"], name="flows_outside_open", condition=Q(state="open")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="flows_outside_todo_once"),
            models.CheckConstraint(
                condition=Q(dropped="") | Q(person=None, dropped__in=["unknown", "too_many"]),
                name="flows_outside_todo_is_somebodys_or_dropped",
            ),
            models.CheckConstraint(
                condition=Q(state="open", done_at=None, is_ended=False) | Q(state="done", done_at__isnull=False),
                name="flows_outside_todo_state",
            ),
            models.CheckConstraint(
                condition=Q(sequence__gte=0, external_id__regex=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"),
                name="flows_outside_todo_is_numbered",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(due_at__gte=EARLIEST, due_at__lt=LATEST), name="flows_outside_todo_due"
            ),
        ]
