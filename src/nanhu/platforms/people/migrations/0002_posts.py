import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Office",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField(unique=True)),
                ("order", models.PositiveSmallIntegerField(default=100)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "people_office",
                "ordering": ("order", "key"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("key__regex", "^[a-z][a-z0-9_]{1,39}$"), models.Q(("name", ""), _negated=True)
                        ),
                        name="people_office_is_named",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("document", models.TextField(help_text="the decision that appoints")),
                ("appointed_by_name", models.TextField()),
                ("ended_by_name", models.TextField(blank=True, default="")),
                ("why_ended", models.TextField(blank=True, default="")),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("start_published_at", models.DateTimeField(help_text="when PostStarted was sent", null=True)),
                ("end_published_at", models.DateTimeField(help_text="when PostEnded was sent", null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "joined_into",
                    models.ForeignKey(
                        help_text="stands for it while two records are merged; until they part, this one is withdrawn",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="people.post",
                    ),
                ),
                (
                    "appointed",
                    models.ForeignKey(
                        help_text="the record that was appointed, before a merge",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.office"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "people_post",
            },
        ),
        migrations.CreateModel(
            name="PostList",
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
                            ("posting", "写入中"),
                            ("posted", "已生效"),
                            ("refused", "未同意"),
                            ("discarded", "已作废"),
                            ("undone", "已回滚"),
                        ],
                        default="checked",
                    ),
                ),
                ("document", models.TextField()),
                ("row_count", models.IntegerField()),
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
                "db_table": "people_post_list",
            },
        ),
        migrations.CreateModel(
            name="PostListRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("why", models.TextField(blank=True, default="", help_text="why it became no post")),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.office"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "post",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.post"
                    ),
                ),
                (
                    "post_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="people.postlist"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "people_post_list_row",
            },
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)), fields=["unit", "office"], name="people_post_of_unit"
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["person"], name="people_post_of_person"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("document", ""), _negated=True), name="people_post_has_a_decision"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="people_post_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_by_name", ""), ("why_ended", "")),
                    models.Q(
                        models.Q(("ended_by_name", ""), _negated=True), models.Q(("why_ended", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="people_post_ends_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("joined_into", None), ("withdrawn_at__isnull", False), _connector="OR"),
                name="people_post_joined_is_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at", None)),
                expressions=[
                    (models.F("unit"), "="),
                    (models.F("office"), "="),
                    (models.F("person"), "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="people_post_once",
            ),
        ),
        migrations.AddIndex(
            model_name="postlist",
            index=models.Index(fields=["-created_at"], name="people_post_list_newest"),
        ),
        migrations.AddConstraint(
            model_name="postlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("row_count__gt", 0),
                    models.Q(("title", ""), _negated=True),
                    models.Q(("document", ""), _negated=True),
                ),
                name="people_post_list_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="postlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="people_post_list_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="postlist",
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
                        ("state__in", ["posting", "posted", "refused", "undone"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="people_post_list_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="postlistrow",
            constraint=models.UniqueConstraint(fields=("post_list", "line"), name="people_post_list_row_once"),
        ),
        migrations.AddConstraint(
            model_name="postlistrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="people_post_list_row_ends_after_start",
            ),
        ),
        migrations.CreateModel(
            name="PostRollback",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rollbacks", to="people.postlist"
                    ),
                ),
            ],
            options={
                "db_table": "people_post_rollback",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="people_post_rollback_two_people",
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
                        name="people_post_rollback_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("batch",),
                        name="people_post_rollback_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="people_post_rollback_says_why"
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "posts" / "sql"),
    ]
