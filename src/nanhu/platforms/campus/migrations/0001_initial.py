import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                            ("room", "房间"),
                            ("other", "其他"),
                        ]
                    ),
                ),
                ("closed_at", models.DateTimeField(help_text="closes all below it, too", null=True)),
                ("closed_by_name", models.TextField(blank=True, default="")),
                ("why_closed", models.TextField(blank=True, default="")),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, help_text="counts its changes, by a trigger"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
            ],
            options={
                "db_table": "campus_place",
            },
        ),
        migrations.CreateModel(
            name="PeriodTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("reason", models.TextField(help_text="the office's document that asks for it")),
                ("created_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by_name", models.TextField(blank=True, default="")),
                ("season", models.TextField(help_text="as people call it: 夏季作息")),
                ("starts", django.contrib.postgres.fields.ArrayField(base_field=models.TimeField())),
                ("ends", django.contrib.postgres.fields.ArrayField(base_field=models.TimeField())),
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
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campus.periodtable",
                    ),
                ),
                (
                    "campus",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
                ),
            ],
            options={
                "db_table": "campus_period_table",
            },
        ),
        migrations.CreateModel(
            name="RoomImport",
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
                            ("posting", "登记中"),
                            ("posted", "已登记"),
                            ("refused", "未同意"),
                            ("discarded", "已作废"),
                            ("undone", "已回滚"),
                            ("failed", "没有登记成"),
                        ],
                        default="checked",
                    ),
                ),
                ("added_count", models.IntegerField()),
                ("changed_count", models.IntegerField()),
                ("same_count", models.IntegerField()),
                (
                    "failure",
                    models.TextField(blank=True, default="", help_text="why it could not be registered"),
                ),
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
                "db_table": "campus_room_import",
            },
        ),
        migrations.CreateModel(
            name="RoomImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField()),
                ("code", models.TextField()),
                ("change", models.TextField(choices=[("add", "新增"), ("change", "修改"), ("same", "不变")])),
                ("after", models.JSONField()),
                ("before", models.JSONField(null=True)),
                ("place_before", models.JSONField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="campus.roomimport"
                    ),
                ),
            ],
            options={
                "db_table": "campus_room_import_row",
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(help_text="in which the academic year begins")),
                (
                    "season",
                    models.PositiveSmallIntegerField(choices=[(1, "秋季学期"), (2, "春季学期"), (3, "夏季学期")]),
                ),
                (
                    "key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Concat(
                            django.db.models.functions.comparison.Cast("year", models.TextField()),
                            models.Value("-", output_field=models.TextField()),
                            django.db.models.functions.comparison.Cast(
                                django.db.models.expressions.CombinedExpression(models.F("year"), "+", models.Value(1)),
                                models.TextField(),
                            ),
                            models.Value("-", output_field=models.TextField()),
                            django.db.models.functions.comparison.Cast("season", models.TextField()),
                        ),
                        output_field=models.TextField(),
                        unique=True,
                    ),
                ),
                ("name", models.TextField()),
                ("first_monday", models.DateField(null=True)),
                ("teaching_weeks", models.PositiveSmallIntegerField(default=16)),
                ("exam_weeks", models.PositiveSmallIntegerField(default=2)),
                (
                    "ends_on",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("first_monday"),
                                    "+",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("teaching_weeks"), "+", models.F("exam_weeks")
                                        ),
                                        "*",
                                        models.Value(7),
                                    ),
                                ),
                                "-",
                                models.Value(1),
                            ),
                            output_field=models.DateField(),
                        ),
                        output_field=models.DateField(null=True),
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("planned", "筹备中"),
                            ("open", "已开学"),
                            ("closed", "已结束"),
                            ("archived", "已归档"),
                        ],
                        default="planned",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, help_text="counts its changes, by a trigger"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, help_text="set by the trigger"
                    ),
                ),
            ],
            options={
                "db_table": "campus_term",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("season__in", [1, 2, 3]),
                            ("year__range", (2000, 2100)),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="campus_term_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("exam_weeks__lte", 6), ("teaching_weeks__range", (1, 30))),
                        name="campus_term_weeks",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_monday", None), ("first_monday__iso_week_day", 1), _connector="OR"),
                        name="campus_term_begins_on_monday",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_monday", None),
                            models.Q(
                                (
                                    "first_monday__gte",
                                    models.Func(models.F("year"), 7, 1, function="make_date"),
                                ),
                                (
                                    "first_monday__lt",
                                    models.Func(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("year"), "+", models.Value(1)
                                        ),
                                        9,
                                        1,
                                        function="make_date",
                                    ),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="campus_term_begins_in_its_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "planned"),
                            models.Q(("first_monday__isnull", False), ("state__in", ["open", "closed", "archived"])),
                            _connector="OR",
                        ),
                        name="campus_term_open_has_monday",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("state",), name="campus_term_one_is_open"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("first_monday__isnull", False)),
                        expressions=[
                            (
                                models.Func(
                                    models.F("first_monday"),
                                    models.F("ends_on"),
                                    models.Value("[]"),
                                    function="daterange",
                                ),
                                "&&",
                            )
                        ],
                        name="campus_term_no_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.TextField()),
                ("is_rehearsal", models.BooleanField()),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "等着做"), ("done", "已做"), ("failed", "没做成")], default="waiting"
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True, default="")),
                ("ran_at", models.DateTimeField(null=True)),
                (
                    "term",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.term"),
                ),
            ],
            options={
                "db_table": "campus_step_run",
            },
        ),
        migrations.CreateModel(
            name="MovedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("week", models.PositiveSmallIntegerField(null=True)),
                ("weekday", models.PositiveSmallIntegerField(help_text="1 is Monday", null=True)),
                ("reason", models.TextField()),
                ("decided_by_name", models.TextField()),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1, editable=False, help_text="counts its changes, by a trigger"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.term"),
                ),
            ],
            options={
                "db_table": "campus_moved_day",
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "place",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="room",
                        serialize=False,
                        to="campus.place",
                    ),
                ),
                ("floor", models.SmallIntegerField(help_text="-1 is the first basement")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("classroom", "普通教室"),
                            ("media", "多媒体教室"),
                            ("hall", "报告厅"),
                            ("computers", "机房"),
                            ("lab", "实验室"),
                            ("meeting", "会议室"),
                            ("office", "办公室"),
                            ("bedroom", "寝室"),
                            ("sports", "运动场馆"),
                            ("other", "其他"),
                        ]
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField(default=0)),
                ("exam_seats", models.PositiveSmallIntegerField(default=0)),
                ("area_m2", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ("equipment", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                (
                    "lock",
                    models.TextField(
                        choices=[("none", "无锁"), ("key", "机械锁"), ("card", "刷卡锁"), ("code", "密码锁")],
                        default="none",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "campus_room",
            },
        ),
        migrations.CreateModel(
            name="Occupancy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("lesson", "上课"),
                            ("exam", "考试"),
                            ("booking", "借用"),
                            ("meeting", "会议"),
                            ("upkeep", "检修"),
                        ]
                    ),
                ),
                ("source", models.TextField()),
                ("key", models.TextField()),
                ("what", models.TextField(help_text="as people read it")),
                ("held", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "term",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campus.term",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.room"
                    ),
                ),
            ],
            options={
                "db_table": "campus_occupancy",
            },
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__regex", "^[0-9a-z][0-9a-z.-]{0,39}$"), models.Q(("name", ""), _negated=True)),
                name="campus_place_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["campus", "dorm", "library", "teaching", "lab", "room", "other"])),
                name="campus_place_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                ),
                name="campus_place_is_not_its_own_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by_name", ""), ("why_closed", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        models.Q(("closed_by_name", ""), _negated=True),
                        models.Q(("why_closed", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="campus_place_is_closed_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtable",
            constraint=models.CheckConstraint(
                condition=models.Q(("season", ""), _negated=True), name="campus_period_table_is_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtable",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="campus_period_table_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtable",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="campus_period_table_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtable",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at", None)),
                expressions=[
                    (models.F("campus"), "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="campus_period_table_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("added_count__gte", 0),
                    ("changed_count__gte", 0),
                    ("same_count__gte", 0),
                    models.Q(("title", ""), _negated=True),
                ),
                name="campus_room_import_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="campus_room_import_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomimport",
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
                        ("state__in", ["posting", "posted", "refused", "undone", "failed"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="campus_room_import_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomimportrow",
            constraint=models.UniqueConstraint(fields=("batch", "code"), name="campus_room_import_row_once"),
        ),
        migrations.AddConstraint(
            model_name="roomimportrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("before", None), ("change", "add")),
                    models.Q(("before__isnull", False), ("change__in", ["change", "same"])),
                    _connector="OR",
                ),
                name="campus_room_import_row_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.UniqueConstraint(fields=("term", "step", "is_rehearsal"), name="campus_step_run_once"),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ran_at", None), ("state", "waiting")),
                    models.Q(("error", ""), ("ran_at__isnull", False), ("state", "done")),
                    models.Q(("ran_at__isnull", False), ("state", "failed"), models.Q(("error", ""), _negated=True)),
                    _connector="OR",
                ),
                name="campus_step_run_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="movedday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("week", None), ("weekday", None)),
                    models.Q(
                        ("week__isnull", False),
                        ("week__range", (1, 36)),
                        ("weekday__isnull", False),
                        ("weekday__range", (1, 7)),
                    ),
                    _connector="OR",
                ),
                name="campus_moved_day_follows_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="movedday",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="campus_moved_day_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="movedday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("term", "week", "weekday"),
                name="campus_moved_day_is_followed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "classroom",
                            "media",
                            "hall",
                            "computers",
                            "lab",
                            "meeting",
                            "office",
                            "bedroom",
                            "sports",
                            "other",
                        ],
                    )
                ),
                name="campus_room_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("lock__in", ["none", "key", "card", "code"])), name="campus_room_lock"
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exam_seats__lte", models.F("seats")), ("floor__range", (-9, 99)), ("seats__lte", 20000)
                ),
                name="campus_room_floor_and_seats",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_m2", None), ("area_m2__gt", 0), _connector="OR"), name="campus_room_area"
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(fields=["room"], name="campus_occupancy_of_room"),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(fields=["source", "key"], name="campus_occupancy_of_row"),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("term__isnull", False)), fields=["term", "source"], name="campus_occupancy_of_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("during__isempty", False), ("during__lower_inf", False), ("during__upper_inf", False)
                ),
                name="campus_occupancy_has_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["lesson", "exam", "booking", "meeting", "upkeep"]),
                    models.Q(("source", ""), _negated=True),
                    models.Q(("key", ""), _negated=True),
                    models.Q(("what", ""), _negated=True),
                ),
                name="campus_occupancy_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("held", True)),
                expressions=[(models.F("room"), "="), (models.F("during"), "&&")],
                name="campus_occupancy_one_at_a_time",
            ),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rollbacks", to="campus.roomimport"
                    ),
                ),
            ],
            options={
                "db_table": "campus_room_rollback",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="campus_room_rollback_two_people",
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
                        name="campus_room_rollback_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("batch",),
                        name="campus_room_rollback_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="campus_room_rollback_says_why"
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
