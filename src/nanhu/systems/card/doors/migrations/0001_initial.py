import uuid
from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card_fleet", "0001_initial"),
        ("card_rights", "0001_initial"),
        ("card", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Door",
            fields=[
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="door",
                        serialize=False,
                        to="terminals.terminal",
                    ),
                ),
                ("open_seconds", models.PositiveSmallIntegerField(default=5)),
                (
                    "list_salt",
                    models.TextField(
                        help_text="hexadecimal; the numbers of cards are hashed with it in the door's list"
                    ),
                ),
                ("said_at", models.DateTimeField(help_text="when it last asked for its list", null=True)),
                ("said_version", models.BigIntegerField(default=0)),
                ("said_open", models.BooleanField(default=False, help_text="it stands open because of an emergency")),
                (
                    "said_stored",
                    models.PositiveIntegerField(default=0, help_text="off-line passages it has not sent yet"),
                ),
            ],
            options={
                "db_table": "card_door",
            },
        ),
        migrations.CreateModel(
            name="DoorList",
            fields=[
                (
                    "door",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="list",
                        serialize=False,
                        to="card_doors.door",
                    ),
                ),
                ("version", models.BigIntegerField(default=0)),
                ("stamp", models.TextField(blank=True, default="")),
                ("profiles", models.JSONField(default=dict, help_text="windows by profile, pairs of Unix seconds")),
                ("profiles_tag", models.TextField(blank=True, default="")),
                ("ends_at", models.DateTimeField(help_text="after it the list opens nothing", null=True)),
                ("built_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "card_door_list",
            },
        ),
        migrations.CreateModel(
            name="DoorRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "covers_below",
                    models.BooleanField(
                        default=True, help_text="false: the doors of this place alone, not of rooms in it"
                    ),
                ),
                ("is_allowed", models.BooleanField()),
                (
                    "card_class",
                    models.TextField(
                        blank=True,
                        choices=[("", "所有人"), ("teacher", "教师卡"), ("student", "学生卡"), ("ordinary", "普通卡")],
                        default="",
                    ),
                ),
                ("sub_class", models.TextField(blank=True, default="")),
                (
                    "weekdays",
                    models.PositiveSmallIntegerField(
                        default=127, help_text="bits: 1 Monday … 64 Sunday, of the day it begins"
                    ),
                ),
                (
                    "from_time",
                    models.TimeField(help_text="equal to until_time: the whole day; later than it: over midnight"),
                ),
                ("until_time", models.TimeField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("reason", models.TextField()),
                ("created_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by_name", models.TextField(blank=True, default="")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "card_door_rule",
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("campus", "校区"),
                            ("dorm", "宿舍"),
                            ("library", "图书馆"),
                            ("teaching", "教学楼"),
                            ("lab", "实验室"),
                            ("other", "其他"),
                        ]
                    ),
                ),
                (
                    "pass_back",
                    models.TextField(
                        choices=[("off", "不限"), ("soft", "放行并标记"), ("hard", "拒绝")],
                        default="off",
                        help_text="what happens to who goes in without having gone out",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="card_doors.place",
                    ),
                ),
            ],
            options={
                "db_table": "card_door_place",
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                ("fingerprint", models.BinaryField()),
                ("direction", models.TextField(choices=[("in", "进"), ("out", "出")])),
                ("means", models.TextField(choices=[("card", "刷卡"), ("code", "门禁码"), ("button", "出门按钮")])),
                ("is_opened", models.BooleanField()),
                ("code", models.TextField(help_text="why: see reasons.py")),
                (
                    "remark",
                    models.TextField(
                        blank=True, default="", help_text="what the guard should see, though the door opened"
                    ),
                ),
                ("is_offline", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "received_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"
                    ),
                ),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="passages", to="card_doors.door"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_doors.doorrule",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_doors.place"
                    ),
                ),
            ],
            options={
                "db_table": "card_door_passage",
            },
        ),
        migrations.AddField(
            model_name="doorrule",
            name="place",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rules", to="card_doors.place"
            ),
        ),
        migrations.CreateModel(
            name="DoorEmergency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("reason", models.TextField()),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField()),
                ("opened_by_name", models.TextField()),
                ("closed_at", models.DateTimeField(help_text="by hand, before its end", null=True)),
                ("closed_by_name", models.TextField(blank=True, default="")),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="emergencies", to="card_doors.place"
                    ),
                ),
            ],
            options={
                "db_table": "card_door_emergency",
            },
        ),
        migrations.AddField(
            model_name="door",
            name="place",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="doors", to="card_doors.place"
            ),
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_inside", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="presences", to="card_doors.place"
                    ),
                ),
            ],
            options={
                "db_table": "card_door_presence",
            },
        ),
        migrations.CreateModel(
            name="DoorListRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hashed", models.TextField()),
                ("profile", models.TextField(help_text="the ids of its rules; empty: gone from the list")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                ("version", models.BigIntegerField()),
                (
                    "card",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card.card",
                    ),
                ),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="list_rows", to="card_doors.door"
                    ),
                ),
            ],
            options={
                "db_table": "card_door_list_row",
                "indexes": [models.Index(fields=["door", "version"], name="card_door_list_row_version")],
                "constraints": [models.UniqueConstraint(fields=("door", "card"), name="card_door_list_row_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__regex", "^[0-9a-z][0-9a-z.-]{0,39}$"), models.Q(("name", ""), _negated=True)),
                name="card_door_place_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["campus", "dorm", "library", "teaching", "lab", "other"])),
                name="card_door_place_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("pass_back__in", ["off", "soft", "hard"])), name="card_door_place_pass_back"
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                ),
                name="card_door_place_is_not_its_own_parent",
            ),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=models.Index(fields=["place", "-at"], name="card_door_passage_at_place"),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=models.Index(fields=["person", "-at"], name="card_door_passage_of_person"),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=models.Index(fields=["received_at"], name="card_door_passage_received"),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.UniqueConstraint(fields=("door", "sequence"), name="card_door_passage_once"),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(("direction__in", ["in", "out"])), name="card_door_passage_direction"
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(("means__in", ["card", "code", "button"])), name="card_door_passage_means"
            ),
        ),
        migrations.AddIndex(
            model_name="doorrule",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)), fields=["place"], name="card_door_rule_living"
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="card_door_rule_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekdays__gte", 1), ("weekdays__lte", 127)), name="card_door_rule_weekdays"
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="card_door_rule_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("card_class__in", ["", "teacher", "student", "ordinary"])),
                name="card_door_rule_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person", None), models.Q(("card_class", ""), ("sub_class", ""), ("unit", None)), _connector="OR"
                ),
                name="card_door_rule_names_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("sub_class", ""), models.Q(("card_class", ""), _negated=True), _connector="OR"),
                name="card_door_rule_sub_class_has_a_class",
            ),
        ),
        migrations.AddIndex(
            model_name="dooremergency",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["ends_at"], name="card_door_emergency_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="dooremergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="card_door_emergency_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="dooremergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("opened_at"))), name="card_door_emergency_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="dooremergency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by_name", "")),
                    models.Q(("closed_at__isnull", False), models.Q(("closed_by_name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="card_door_emergency_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="door",
            constraint=models.CheckConstraint(
                condition=models.Q(("open_seconds__gte", 1), ("open_seconds__lte", 60)), name="card_door_seconds"
            ),
        ),
        migrations.AddConstraint(
            model_name="door",
            constraint=models.CheckConstraint(
                condition=models.Q(("list_salt__regex", "^[0-9a-f]{32}$")), name="card_door_salt"
            ),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(fields=("place", "person"), name="card_door_presence_once"),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
