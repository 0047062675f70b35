import datetime as dt
import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
        ("openapi", "0001_initial"),
        ("people", "0002_posts"),
        ("printing", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Definition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("summary", models.TextField(blank=True, default="")),
                (
                    "faces",
                    models.JSONField(default=list, help_text="student, staff: who may apply; empty: no page opens it"),
                ),
                (
                    "units",
                    models.JSONField(
                        default=list, help_text="codes of units: who is of them may apply; empty: everybody"
                    ),
                ),
                (
                    "categories",
                    models.JSONField(
                        default=list,
                        help_text="codes of categories of persons: who is of one may apply; empty: everybody",
                    ),
                ),
                ("section", models.TextField(default="service")),
                ("icon", models.TextField(default="file-text")),
                ("promise", models.PositiveIntegerField(help_text="working minutes")),
                ("prefix", models.TextField(help_text="of its cases' numbers")),
                ("origin", models.TextField(choices=[("code", "程序"), ("browser", "网页")], default="code")),
                ("legal_basis", models.TextField(blank=True, default="")),
                (
                    "retention",
                    models.TextField(
                        choices=[("short", "结束后一年"), ("normal", "结束后五年"), ("record", "永久")],
                        default="normal",
                    ),
                ),
                (
                    "fallback",
                    models.TextField(
                        blank=True, default="", help_text="what to do while the system stands still; empty: wait"
                    ),
                ),
                ("is_offered", models.BooleanField(default=True)),
                (
                    "edits",
                    models.PositiveIntegerField(
                        default=0, help_text="how often a draft of it was changed; never falls"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "flows_definition",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(unique=True)),
                ("token", models.UUIDField(help_text="names the form that opened it", unique=True)),
                ("applicant_name", models.TextField(blank=True, default="")),
                ("opened_by_name", models.TextField()),
                ("subject_key", models.TextField(blank=True, default="", help_text="whose it is: a room's own key")),
                ("subject_id", models.TextField(blank=True, default="")),
                (
                    "twin",
                    models.TextField(
                        blank=True, default="", help_text="digest of the fields that two open cases may not share"
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("running", "办理中"), ("returned", "退回待改"), ("closed", "已办结")],
                        default="running",
                    ),
                ),
                ("data", models.JSONField(default=dict)),
                ("sealed", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="flows.case")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "promised",
                    models.PositiveIntegerField(
                        default=0, help_text="working minutes, as its process said when it began"
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="none while the clock stands", null=True)),
                ("minutes_left", models.IntegerField(help_text="of the promise, while the clock stands", null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "stood",
                    models.JSONField(default=list, help_text="from when until when the clock stood, each time"),
                ),
                ("returns", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("granted", "同意"),
                            ("refused", "不同意"),
                            ("withdrawn", "已撤回"),
                            ("cancelled", "已取消"),
                            ("expired", "逾期作废"),
                        ],
                        default="",
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "is_on_paper",
                    models.BooleanField(default=False, help_text="decided on paper and entered afterwards"),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                (
                    "applicant",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.definition"
                    ),
                ),
            ],
            options={
                "db_table": "flows_case",
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("reason", models.TextField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "definition",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.definition"
                    ),
                ),
                (
                    "delegate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "flows_delegation",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor", models.TextField()),
                ("verb", models.TextField()),
                ("step", models.TextField(blank=True, default="")),
                ("words", models.TextField(blank=True, default="")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="flows.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "flows_entry",
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.TextField()),
                ("branch", models.TextField(blank=True, default="", help_text="/g1/b2: within which splits")),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tokens", to="flows.case"
                    ),
                ),
            ],
            options={
                "db_table": "flows_token",
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("step", models.TextField()),
                ("branch", models.TextField(blank=True, default="")),
                ("kind", models.TextField()),
                ("pool_office", models.TextField(blank=True, default="")),
                (
                    "why",
                    models.TextField(
                        help_text="why this holder: post, own_post, person, resolver, signer, transfer, owner"
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "等前一位"),
                            ("open", "待办"),
                            ("claimed", "已认领"),
                            ("done", "已办"),
                            ("cancelled", "已取消"),
                        ],
                        default="open",
                    ),
                ),
                ("is_added", models.BooleanField(default=False, help_text="a signer whom the holder added")),
                (
                    "place",
                    models.PositiveSmallIntegerField(default=0, help_text="for which assignee of its step it stands"),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "level",
                    models.PositiveSmallIntegerField(default=0, help_text="per cent of the promise that were told"),
                ),
                ("urged_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.TextField(
                        blank=True,
                        choices=[("agree", "同意"), ("refuse", "不同意"), ("return", "退回"), ("done", "办好")],
                        default="",
                    ),
                ),
                ("comment", models.TextField(blank=True, default="")),
                ("data", models.JSONField(default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "applicant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "behind",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="flows.task",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="flows.case"
                    ),
                ),
                (
                    "claimed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "done_for",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "pool_unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="flows.token"
                    ),
                ),
            ],
            options={
                "db_table": "flows_task",
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("content", models.TextField(help_text="nanhu.platforms.flows.body.Body as JSON")),
                ("digest", models.TextField()),
                ("change", models.TextField(blank=True, default="", help_text="what is new, in words")),
                ("published_by_name", models.TextField()),
                ("published_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="flows.definition"
                    ),
                ),
            ],
            options={
                "db_table": "flows_version",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="version",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.version"),
        ),
        migrations.AddConstraint(
            model_name="definition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("key__regex", "^[a-z][a-z0-9_.]{1,59}$"),
                    models.Q(("name", ""), _negated=True),
                    ("prefix__regex", "^[A-Z]{2,4}$"),
                    ("promise__gt", 0),
                ),
                name="flows_definition_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="definition",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["code", "browser"])), name="flows_definition_origin"
            ),
        ),
        migrations.AddConstraint(
            model_name="definition",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention__in", ["short", "normal", "record"])), name="flows_definition_retention"
            ),
        ),
        migrations.AddIndex(
            model_name="delegation",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["delegate", "ends_on"], name="flows_delegation_to"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner", models.F("delegate")), _negated=True),
                    ("ends_on__gte", models.F("starts_on")),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="flows_delegation_is_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("ended_at", None)),
                expressions=[
                    (models.F("owner"), "="),
                    (
                        django.db.models.functions.comparison.Coalesce(
                            models.F("definition"), models.Value(0), output_field=models.BigIntegerField()
                        ),
                        "=",
                    ),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="flows_delegation_one_a_day",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["case", "id"], name="flows_entry_of_case"),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.UniqueConstraint(fields=("case", "step", "branch"), name="flows_token_once"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("person__isnull", False), ("state__in", ["open", "claimed"])),
                fields=["person", "due_at"],
                name="flows_task_of_person",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("person", None), ("state__in", ["open", "claimed"])),
                fields=["pool_unit", "pool_office", "due_at"],
                name="flows_task_of_pool",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "claimed"])), fields=["due_at"], name="flows_task_due"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("person__isnull", False), ("state__in", ["done", "cancelled"])),
                fields=["person", "due_at"],
                name="flows_task_ended_of_person",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("person", None), ("state__in", ["done", "cancelled"])),
                fields=["pool_unit", "pool_office", "due_at"],
                name="flows_task_ended_of_pool",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", False), ("pool_office", ""), ("pool_unit", None)),
                    models.Q(
                        ("person", None), ("pool_unit__isnull", False), models.Q(("pool_office", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="flows_task_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("claimed_by", None),
                        ("decision", ""),
                        ("done_at", None),
                        ("done_by", None),
                        ("state__in", ["waiting", "open"]),
                    ),
                    models.Q(
                        ("claimed_by__isnull", False),
                        ("decision", ""),
                        ("done_at", None),
                        ("done_by", None),
                        ("state", "claimed"),
                    ),
                    models.Q(("decision", ""), ("done_by", None), ("state", "cancelled")),
                    models.Q(
                        ("decision__in", ["agree", "refuse", "return", "done"]),
                        ("done_at__isnull", False),
                        ("done_by__isnull", False),
                        ("state", "done"),
                    ),
                    _connector="OR",
                ),
                name="flows_task_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["done", "cancelled"]), ("token__isnull", False), _connector="OR"),
                name="flows_task_has_a_token",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applicant", None),
                    ("kind", "fill"),
                    models.Q(
                        models.Q(
                            ("done_by", None),
                            models.Q(("done_by", models.F("applicant")), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(
                            ("done_for", None),
                            models.Q(("done_for", models.F("applicant")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="flows_task_decider_is_not_the_applicant",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False), ("state__in", ["waiting", "open", "claimed"])),
                fields=("token", "person"),
                name="flows_task_once_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_by__isnull", False), ("is_added", False), ("kind", "countersign")),
                fields=("token", "done_by"),
                name="flows_task_one_vote_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("definition", "number"), name="flows_version_once"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$"), ("number__gt", 0)),
                name="flows_version_is_numbered",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["applicant", "-opened_at"], name="flows_case_of_applicant"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["definition", "-opened_at"], name="flows_case_of_definition"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("state", "running")), fields=["due_at"], name="flows_case_running"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("subject_key", ""), _negated=True),
                fields=["subject_key", "subject_id"],
                name="flows_case_of_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("outcome", ""), ("state__in", ["running", "returned"])),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("outcome__in", ["granted", "refused", "withdrawn", "cancelled", "expired"]),
                        ("state", "closed"),
                    ),
                    _connector="OR",
                ),
                name="flows_case_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", False), ("minutes_left", None), ("stopped_at", None)),
                    models.Q(("due_at", None), ("minutes_left__isnull", False), ("stopped_at__isnull", False)),
                    _connector="OR",
                ),
                name="flows_case_clock_runs_or_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="flows_case_percent"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["running", "returned"]), models.Q(("twin", ""), _negated=True)),
                fields=("definition", "applicant", "twin"),
                name="flows_case_no_twin",
            ),
        ),
        migrations.CreateModel(
            name="OutsideSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("key", models.TextField(help_text="as it stands in the address of the API")),
                ("name", models.TextField()),
                ("origin", models.TextField(help_text="https://oa.example.edu.cn")),
                ("is_sandbox", models.BooleanField(default=False)),
                ("is_on", models.BooleanField(default=True)),
                ("contacted_at", models.DateTimeField(null=True)),
                ("registered_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"
                    ),
                ),
            ],
            options={
                "db_table": "flows_outside_source",
            },
        ),
        migrations.CreateModel(
            name="OutsideTodo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("external_id", models.TextField()),
                ("campus_no", models.TextField(help_text="as it was pushed; empty once it is forgotten")),
                (
                    "dropped",
                    models.TextField(
                        blank=True, choices=[("unknown", "没有这个人"), ("too_many", "一个人太多")], default=""
                    ),
                ),
                ("title", models.TextField()),
                ("address", models.TextField()),
                ("state", models.TextField(choices=[("open", "待办"), ("done", "已办")])),
                ("due_at", models.DateTimeField(null=True)),
                ("sequence", models.BigIntegerField()),
                ("digest", models.TextField(help_text="of what was pushed under this sequence")),
                ("is_ended", models.BooleanField(default=False, help_text="by DELETE: nothing opens it again")),
                ("pushed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="todos", to="flows.outsidesource"
                    ),
                ),
            ],
            options={
                "db_table": "flows_outside_todo",
            },
        ),
        migrations.AddConstraint(
            model_name="outsidesource",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_sandbox", False)), fields=("key",), name="flows_outside_source_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidesource",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_sandbox", True)), fields=("vendor",), name="flows_outside_source_one_sandbox"
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidesource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("key__regex", "^[a-z][a-z0-9-]{1,29}$"),
                    models.Q(("name", ""), _negated=True),
                    ("origin__regex", "^https://[a-z0-9.-]+(:[0-9]+)?$"),
                    models.Q(("is_sandbox", False), ("key", "sandbox"), _connector="OR"),
                    models.Q(("is_sandbox", True), models.Q(("key", "sandbox"), _negated=True), _connector="OR"),
                ),
                name="flows_outside_source_is_named",
            ),
        ),
        migrations.AddIndex(
            model_name="outsidetodo",
            index=models.Index(
                condition=models.Q(("person__isnull", False), ("state", "open")),
                fields=["person", "due_at"],
                name="flows_outside_of_person",
            ),
        ),
        migrations.AddIndex(
            model_name="outsidetodo",
            index=models.Index(condition=models.Q(("state", "open")), fields=["source"], name="flows_outside_open"),
        ),
        migrations.AddConstraint(
            model_name="outsidetodo",
            constraint=models.UniqueConstraint(fields=("source", "external_id"), name="flows_outside_todo_once"),
        ),
        migrations.AddConstraint(
            model_name="outsidetodo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("dropped", ""),
                    models.Q(("dropped__in", ["unknown", "too_many"]), ("person", None)),
                    _connector="OR",
                ),
                name="flows_outside_todo_is_somebodys_or_dropped",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidetodo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("is_ended", False), ("state", "open")),
                    models.Q(("done_at__isnull", False), ("state", "done")),
                    _connector="OR",
                ),
                name="flows_outside_todo_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidetodo",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id__regex", "^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"), ("sequence__gte", 0)),
                name="flows_outside_todo_is_numbered",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidetodo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at", None),
                    models.Q(
                        ("due_at__gte", dt.datetime(2000, 1, 1, 0, 0, tzinfo=dt.UTC)),
                        ("due_at__lt", dt.datetime(2101, 1, 1, 0, 0, tzinfo=dt.UTC)),
                    ),
                    _connector="OR",
                ),
                name="flows_outside_todo_due",
            ),
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("mapping", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("checking", "试算中"),
                            ("checked", "已试算"),
                            ("moving", "迁移中"),
                            ("moved", "已迁移"),
                            ("undoing", "撤销中"),
                            ("undone", "撤销完毕"),
                        ],
                        default="checking",
                    ),
                ),
                ("progress_id", models.UUIDField(null=True)),
                ("asked_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.version"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.version"
                    ),
                ),
            ],
            options={
                "db_table": "flows_move",
            },
        ),
        migrations.CreateModel(
            name="MoveRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.TextField(
                        choices=[("safe", "照旧办下去"), ("asks", "请申请人补填"), ("breaks", "留在旧版本")]
                    ),
                ),
                ("words", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[("kept", "没有动"), ("moved", "已迁移"), ("undone", "已放回")], default="kept"
                    ),
                ),
                ("before", models.JSONField(blank=True, default=dict)),
                ("moved_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.case"),
                ),
                (
                    "move",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="flows.move"
                    ),
                ),
            ],
            options={
                "db_table": "flows_move_row",
            },
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("target")), _negated=True), name="flows_move_is_to_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["checking", "moving", "undoing"])),
                fields=("source",),
                name="flows_move_one_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="moverow",
            constraint=models.UniqueConstraint(fields=("move", "case"), name="flows_move_row_once"),
        ),
        migrations.AddConstraint(
            model_name="moverow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("moved_at", None), ("state", "kept")),
                    models.Q(("moved_at__isnull", False), ("state__in", ["moved", "undone"])),
                    _connector="OR",
                ),
                name="flows_move_row_state",
            ),
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form that made it", unique=True)),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("kinds", models.JSONField(help_text="student, staff: whose tie to the unit counts")),
                ("until", models.DateField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("opening", "正在送达"),
                            ("open", "等待确认"),
                            ("ending", "正在结束"),
                            ("ended", "已结束"),
                        ],
                        default="opening",
                    ),
                ),
                ("last_person_id", models.BigIntegerField(default=0)),
                ("reached", models.PositiveIntegerField(default=0)),
                ("made_by_name", models.TextField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "db_table": "flows_announcement",
                "indexes": [models.Index(fields=["unit", "-made_at"], name="flows_announcement_of_unit")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("text", ""), _negated=True),
                            models.Q(("kinds", []), _negated=True),
                        ),
                        name="flows_announcement_says",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["opening", "open", "ending", "ended"])),
                        name="flows_announcement_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("data", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "flows_draft",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="rating",
            field=models.PositiveSmallIntegerField(help_text="1 to 5, said once by the applicant", null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="rating_words",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="case",
            name="used_minutes",
            field=models.PositiveIntegerField(help_text="working minutes until it was closed", null=True),
        ),
        migrations.AddField(
            model_name="definition",
            name="longer_minutes",
            field=models.PositiveIntegerField(help_text="that nine of ten took", null=True),
        ),
        migrations.AddField(
            model_name="definition",
            name="usual_minutes",
            field=models.PositiveIntegerField(
                help_text="working minutes that half of the last 90 days took", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("used_minutes__isnull", False)),
                fields=["closed_at"],
                include=("definition", "used_minutes", "outcome"),
                name="flows_case_measured",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rating", None), ("rating_words", "")),
                    models.Q(("applicant__isnull", False), ("rating__range", (1, 5))),
                    _connector="OR",
                ),
                name="flows_case_rating",
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="definition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="flows.definition"
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("person", "definition"), name="flows_draft_once"),
        ),
        migrations.AddField(
            model_name="case",
            name="forgotten_at",
            field=models.DateTimeField(help_text="when what was said in it was taken away", null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="archived",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="printing.printeddocument"
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="moved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="moved_by_name",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="move",
            name="reason",
            field=models.TextField(default=None),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="task",
            name="seen_by",
            field=models.JSONField(default=list, help_text="ids of the persons who opened it"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("forgotten_at", None),
                    models.Q(("data", {}), ("sealed__isnull", True), ("state", "closed")),
                    _connector="OR",
                ),
                name="flows_case_forgotten",
            ),
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["checking", "checked"]),
                    models.Q(
                        ("moved_by__isnull", False),
                        models.Q(
                            ("asked_by", None),
                            models.Q(("moved_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="flows_move_by_two",
            ),
        ),
        migrations.CreateModel(
            name="PaperEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("data", models.JSONField(default=dict)),
                ("sealed", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="flows.case")),
                ("outcome", models.TextField()),
                ("decided_on", models.DateField()),
                ("paper", models.TextField(help_text="its number, as it is filed")),
                ("paper_key", models.TextField(help_text="the same however it is written (rules.paper_key)")),
                ("reason", models.TextField(help_text="why it was decided on paper")),
                (
                    "photos",
                    models.JSONField(default=list, help_text="of it: id and name in the store of files"),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(help_text="it was not agreed to, or taken back", null=True)),
                (
                    "applicant",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        help_text="who decided on paper",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.definition"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "made",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="flows.case"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.version"
                    ),
                ),
            ],
            options={
                "db_table": "flows_paper_entry",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), models.Q(("paper_key", ""), _negated=True)),
                        fields=("definition", "paper_key"),
                        name="flows_paper_entry_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["granted", "refused"])), name="flows_paper_entry_says_what"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("applicant__isnull", False),
                                ("decider__isnull", False),
                                ("ended_at", None),
                                models.Q(("paper", ""), _negated=True),
                                models.Q(("paper_key", ""), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                ("decider", None),
                                ("paper", ""),
                                ("paper_key", ""),
                                ("photos", []),
                                ("reason", ""),
                                models.Q(
                                    models.Q(("applicant__isnull", False), ("made__isnull", False)),
                                    models.Q(("applicant", None), ("ended_at__isnull", False)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="flows_paper_entry_is_whole_or_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applicant", models.F("decider")), _negated=True),
                            models.Q(("applicant", models.F("entered_by")), _negated=True),
                        ),
                        name="flows_paper_entry_is_not_ones_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("made", None)),
                            models.Q(("data", {}), ("sealed__isnull", True)),
                            _connector="OR",
                        ),
                        name="flows_paper_entry_is_emptied",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("made", None), ("ended_at", None), _connector="OR"),
                        name="flows_paper_entry_ends_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StoodStill",
            fields=[
                (
                    "outage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="kernel.outage",
                    ),
                ),
                ("cases", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "flows_stood_still",
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
