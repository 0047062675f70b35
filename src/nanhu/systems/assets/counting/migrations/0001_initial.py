import uuid
from datetime import timedelta
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("assets", "0001_initial"),
        ("campus", "0001_initial"),
        ("files", "0001_initial"),
        ("people", "0002_posts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FoundReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField()),
                ("words", models.TextField()),
                ("contact", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by_name", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "assets_found_report",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", ""), _negated=True), models.Q(("words", ""), _negated=True)
                        ),
                        name="assets_found_report_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("settled_by_name", "")),
                            models.Q(("settled_at__isnull", False), models.Q(("settled_by_name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="assets_found_report_settled",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockTake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("title", models.TextField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("planned", "待开始"),
                            ("open", "盘点中"),
                            ("counted", "结果待复核"),
                            ("closed", "已结束"),
                            ("dropped", "已取消"),
                        ],
                        default="planned",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("opened_at", models.DateTimeField(null=True)),
                ("counted_at", models.DateTimeField(help_text="what is received later is late", null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "db_table": "assets_stock_take",
            },
        ),
        migrations.CreateModel(
            name="CountTeam",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                (
                    "place",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
                (
                    "take",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to="assets_counting.stocktake",
                    ),
                ),
            ],
            options={
                "db_table": "assets_count_team",
            },
        ),
        migrations.CreateModel(
            name="CountRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.UUIDField(unique=True)),
                ("round", models.PositiveSmallIntegerField()),
                ("session", models.UUIDField(help_text="one stay in a room")),
                ("number", models.TextField(help_text="as it was read")),
                ("has_room_code", models.BooleanField(help_text="the label of the door was read in this session")),
                (
                    "is_other_keeper",
                    models.BooleanField(default=False, help_text="the counter found somebody else using it"),
                ),
                (
                    "method",
                    models.TextField(
                        choices=[("scan", "扫码"), ("typed", "输入编号"), ("photo", "照片"), ("rfid", "RFID 读写器")]
                    ),
                ),
                ("phone_at", models.DateTimeField(help_text="by the phone's own clock")),
                ("seen_at", models.DateTimeField(help_text="the same, set right by ours in whole minutes")),
                ("received_at", models.DateTimeField()),
                (
                    "photo",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
                (
                    "take",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="assets_counting.stocktake",
                    ),
                ),
            ],
            options={
                "db_table": "assets_count_row",
            },
        ),
        migrations.CreateModel(
            name="CountResult",
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
                        choices=[("asked", "待复核"), ("applied", "已入账"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("figures", models.JSONField(help_text="how many of each verdict")),
                ("note", models.TextField(blank=True, default="")),
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
                    "take",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="assets_counting.stocktake",
                    ),
                ),
            ],
            options={
                "db_table": "assets_count_result",
            },
        ),
        migrations.CreateModel(
            name="CountPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
                ),
                (
                    "take",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="assets_counting.stocktake",
                    ),
                ),
            ],
            options={
                "db_table": "assets_count_place",
            },
        ),
        migrations.CreateModel(
            name="CountItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_expected", models.BooleanField()),
                (
                    "asset",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
                (
                    "take",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="assets_counting.stocktake",
                    ),
                ),
            ],
            options={
                "db_table": "assets_count_item",
            },
        ),
        migrations.CreateModel(
            name="CountMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ended_at",
                    models.DateTimeField(
                        help_text="taken off the team; what the phone holds is still taken", null=True
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="assets_counting.countteam",
                    ),
                ),
            ],
            options={
                "db_table": "assets_count_member",
                "constraints": [models.UniqueConstraint(fields=("team", "person"), name="assets_count_member_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__gte", models.F("starts_on")),
                    ("state__in", ["planned", "open", "counted", "closed", "dropped"]),
                    models.Q(("title", ""), _negated=True),
                ),
                name="assets_stock_take_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("counted_at", None), ("opened_at", None), ("round", 0), ("state__in", ["planned", "dropped"])
                    ),
                    models.Q(("counted_at", None), ("opened_at__isnull", False), ("round__gte", 1), ("state", "open")),
                    models.Q(
                        ("counted_at__isnull", False),
                        ("opened_at__isnull", False),
                        ("round__gte", 1),
                        ("state__in", ["counted", "closed"]),
                    ),
                    _connector="OR",
                ),
                name="assets_stock_take_moments",
            ),
        ),
        migrations.AddConstraint(
            model_name="countteam",
            constraint=models.UniqueConstraint(fields=("take", "name"), name="assets_count_team_once"),
        ),
        migrations.AddConstraint(
            model_name="countteam",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="assets_count_team_is_named"
            ),
        ),
        migrations.AddIndex(
            model_name="countrow",
            index=models.Index(fields=["take", "number"], name="assets_count_row_of_number"),
        ),
        migrations.AddIndex(
            model_name="countrow",
            index=models.Index(fields=["take", "asset"], name="assets_count_row_of_thing"),
        ),
        migrations.AddConstraint(
            model_name="countrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("method__in", ["scan", "typed", "photo", "rfid"]),
                    ("round__gte", 1),
                    (
                        "seen_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("received_at"), "+", models.Value(timedelta(seconds=60))
                        ),
                    ),
                    models.Q(("number", ""), _negated=True),
                ),
                name="assets_count_row_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="countrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("method", "photo"), ("photo__isnull", False)),
                    models.Q(models.Q(("method", "photo"), _negated=True), ("photo", None)),
                    _connector="OR",
                ),
                name="assets_count_row_photo_is_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="countrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("has_room_code", False), ("room__isnull", False), _connector="OR"),
                name="assets_count_row_code_has_room",
            ),
        ),
        migrations.AddConstraint(
            model_name="countresult",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "refused"), _negated=True),
                fields=("take",),
                name="assets_count_result_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="countresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_count_result_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="countresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["applied", "refused"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_count_result_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="countplace",
            constraint=models.UniqueConstraint(fields=("take", "place"), name="assets_count_place_once"),
        ),
        migrations.AddIndex(
            model_name="countitem",
            index=models.Index(fields=["take", "room"], name="assets_count_item_in_room"),
        ),
        migrations.AddConstraint(
            model_name="countitem",
            constraint=models.UniqueConstraint(fields=("take", "asset"), name="assets_count_item_once"),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
