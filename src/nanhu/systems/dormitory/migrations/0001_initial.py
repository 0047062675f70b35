import uuid
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RoomList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                ("title", models.TextField()),
                ("file_name", models.TextField(blank=True, default="")),
                ("progress_id", models.UUIDField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("posted_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("checked", "待提交"),
                            ("submitted", "待复核"),
                            ("posting", "扣款中"),
                            ("posted", "已扣款"),
                            ("refused", "未同意"),
                            ("discarded", "已作废"),
                            ("returning", "退回中"),
                            ("returned", "已全部退回"),
                        ],
                        default="checked",
                    ),
                ),
                ("room_count", models.IntegerField()),
                ("share_count", models.IntegerField()),
                ("sum_fen", models.BigIntegerField()),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "dormitory_room_list",
            },
        ),
        migrations.CreateModel(
            name="RoomRollback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("author_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "待复核"), ("done", "已回滚"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rollbacks", to="dormitory.roomlist"
                    ),
                ),
            ],
            options={
                "db_table": "dormitory_room_rollback",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="dormitory_room_rollback_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])
                            ),
                            models.Q(
                                ("approver__isnull", False),
                                ("decided_at__isnull", False),
                                ("state__in", ["done", "refused"]),
                            ),
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])
                            ),
                            _connector="OR",
                        ),
                        name="dormitory_room_rollback_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("batch",),
                        name="dormitory_room_rollback_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="dormitory_room_rollback_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomBill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("building", models.TextField()),
                ("room", models.TextField()),
                ("item", models.TextField(choices=[("water", "水费"), ("power", "电费")])),
                ("month", models.DateField(help_text="its first day")),
                ("amount_fen", models.BigIntegerField()),
                (
                    "is_first",
                    models.BooleanField(default=False, help_text="no list named this room before: perhaps mistyped"),
                ),
                (
                    "is_waiting",
                    models.BooleanField(default=False, help_text="an older one counts until this list is worked off"),
                ),
                (
                    "released_at",
                    models.DateTimeField(help_text="it no longer counts: refused, discarded or given back", null=True),
                ),
                (
                    "room_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bills", to="dormitory.roomlist"
                    ),
                ),
            ],
            options={
                "db_table": "dormitory_room_bill",
            },
        ),
        migrations.CreateModel(
            name="RoomShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField(help_text="in the file, as the office reads it")),
                ("campus_no", models.TextField()),
                ("name", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "待扣"), ("taken", "已扣"), ("left", "没扣到")], default="waiting"
                    ),
                ),
                ("why", models.TextField(blank=True, default="", help_text="the code of the failure that left it out")),
                ("tries", models.SmallIntegerField(default=0)),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="dormitory.roombill"
                    ),
                ),
                (
                    "charge",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.bill"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "room_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="dormitory.roomlist"
                    ),
                ),
            ],
            options={
                "db_table": "dormitory_room_share",
            },
        ),
        migrations.AddIndex(
            model_name="roomlist",
            index=models.Index(fields=["-created_at"], name="dormitory_room_list_newest"),
        ),
        migrations.AddConstraint(
            model_name="roomlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("room_count__gt", 0),
                    ("share_count__gt", 0),
                    ("sum_fen__gt", 0),
                    models.Q(("title", ""), _negated=True),
                ),
                name="dormitory_room_list_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="dormitory_room_list_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", True),
                        ("state__in", ["checked", "submitted", "discarded"]),
                    ),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["posting", "posted", "refused", "returning", "returned"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="dormitory_room_list_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="roombill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_waiting", False), ("released_at__isnull", True)),
                fields=("building", "room", "item", "month"),
                name="dormitory_room_bill_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="roombill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_waiting", True), ("released_at__isnull", True)),
                fields=("building", "room", "item", "month"),
                name="dormitory_room_bill_once_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="roombill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_fen__gt", 0),
                    ("item__in", ["water", "power"]),
                    ("month__day", 1),
                    models.Q(("building", ""), _negated=True),
                    models.Q(("room", ""), _negated=True),
                ),
                name="dormitory_room_bill_says_what",
            ),
        ),
        migrations.AddIndex(
            model_name="roomshare",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["room_list", "person"],
                name="dormitory_room_share_to_take",
            ),
        ),
        migrations.AddIndex(
            model_name="roomshare",
            index=models.Index(fields=["room_list", "line"], name="dormitory_room_share_as_read"),
        ),
        migrations.AddConstraint(
            model_name="roomshare",
            constraint=models.UniqueConstraint(fields=("bill", "person"), name="dormitory_room_share_person_once"),
        ),
        migrations.AddConstraint(
            model_name="roomshare",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="dormitory_room_share_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="roomshare",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), ("why", "")),
                    models.Q(("charge__isnull", False), ("state", "taken"), ("why", "")),
                    models.Q(("state", "left"), models.Q(("why", ""), _negated=True)),
                    _connector="OR",
                ),
                name="dormitory_room_share_told",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
