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
        ("campus", "0001_initial"),
        ("datahub", "0001_initial"),
        ("people", "0001_initial"),
        ("terminals", "0001_initial"),
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
                        help_text="hexadecimal; the numbers of credentials are hashed with it in the door's list"
                    ),
                ),
                ("said_at", models.DateTimeField(help_text="when it last asked for its list", null=True)),
                ("said_version", models.BigIntegerField(default=0)),
                ("said_open", models.BooleanField(default=False, help_text="it stands open because of an emergency")),
                (
                    "said_stored",
                    models.PositiveIntegerField(default=0, help_text="off-line passages it has not sent yet"),
                ),
                (
                    "contact_at",
                    models.DateTimeField(null=True, help_text="of its contacts the one that began the running hour"),
                ),
                (
                    "contact_before",
                    models.DateTimeField(null=True, help_text="the one that began the hour before in which it spoke"),
                ),
            ],
            options={
                "db_table": "access_door",
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
                        to="access.door",
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
                "db_table": "access_list",
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
                    "holder_class",
                    models.TextField(
                        blank=True, default="", help_text="of who holds the credential; as its issuer names it"
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
                "db_table": "access_rule",
            },
        ),
        migrations.CreateModel(
            name="AntiPassback",
            fields=[
                (
                    "place",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="campus.place",
                    ),
                ),
                (
                    "mode",
                    models.TextField(choices=[("off", "不限"), ("soft", "放行并标记"), ("hard", "拒绝")]),
                ),
            ],
            options={
                "db_table": "access_anti_passback",
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                ("fingerprint", models.BinaryField()),
                (
                    "credential",
                    models.TextField(
                        blank=True, default="", help_text="its issuer's name of what was presented; empty: unknown"
                    ),
                ),
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
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="passages", to="access.door"
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
                        to="access.doorrule",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
                ),
            ],
            options={
                "db_table": "access_passage",
            },
        ),
        migrations.AddField(
            model_name="doorrule",
            name="place",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
                ),
            ],
            options={
                "db_table": "access_emergency",
            },
        ),
        migrations.AddField(
            model_name="door",
            name="place",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
                ),
            ],
            options={
                "db_table": "access_presence",
            },
        ),
        migrations.CreateModel(
            name="DoorListRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hashed", models.TextField(help_text="its number, under the door's salt")),
                ("profile", models.TextField(help_text="the ids of its rules; empty: gone from the list")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                ("version", models.BigIntegerField()),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="list_rows", to="access.door"
                    ),
                ),
            ],
            options={
                "db_table": "access_list_row",
                "indexes": [models.Index(fields=["door", "version"], name="access_list_row_version")],
                "constraints": [models.UniqueConstraint(fields=("door", "hashed"), name="access_list_row_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="antipassback",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["off", "soft", "hard"])), name="access_anti_passback_mode"
            ),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=models.Index(fields=["place", "-at"], name="access_passage_at_place"),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=models.Index(fields=["person", "-at"], name="access_passage_of_person"),
        ),
        migrations.AddIndex(
            model_name="passage",
            index=models.Index(fields=["received_at"], name="access_passage_received"),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.UniqueConstraint(fields=("door", "sequence"), name="access_passage_once"),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(("direction__in", ["in", "out"])), name="access_passage_direction"
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(("means__in", ["card", "code", "button"])), name="access_passage_means"
            ),
        ),
        migrations.AddIndex(
            model_name="doorrule",
            index=models.Index(condition=models.Q(("withdrawn_at", None)), fields=["place"], name="access_rule_living"),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="access_rule_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekdays__gte", 1), ("weekdays__lte", 127)), name="access_rule_weekdays"
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="access_rule_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder_class__regex", "^[a-z_]{0,20}$")), name="access_rule_class"
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person", None), models.Q(("holder_class", ""), ("sub_class", ""), ("unit", None)), _connector="OR"
                ),
                name="access_rule_names_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="doorrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("sub_class", ""), models.Q(("holder_class", ""), _negated=True), _connector="OR"),
                name="access_rule_sub_class_has_a_class",
            ),
        ),
        migrations.AddIndex(
            model_name="dooremergency",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["ends_at"], name="access_emergency_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="dooremergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="access_emergency_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="dooremergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("opened_at"))), name="access_emergency_ends"
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
                name="access_emergency_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="door",
            constraint=models.CheckConstraint(
                condition=models.Q(("open_seconds__gte", 1), ("open_seconds__lte", 60)), name="access_door_seconds"
            ),
        ),
        migrations.AddConstraint(
            model_name="door",
            constraint=models.CheckConstraint(
                condition=models.Q(("list_salt__regex", "^[0-9a-f]{32}$")), name="access_door_salt"
            ),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(fields=("place", "person"), name="access_presence_once"),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
