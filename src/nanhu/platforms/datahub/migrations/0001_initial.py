import uuid
from pathlib import Path

import django.db.models.deletion
import django.db.models.fields.json
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField()),
                ("file_name", models.TextField()),
                ("sha256", models.TextField()),
                ("size_bytes", models.BigIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("landing", "正在读入"),
                            ("landed", "已读入，未生效"),
                            ("applied", "已生效"),
                            ("rehearsed", "已试运行"),
                            ("refused", "整个文件被拒"),
                            ("rolled_back", "已回退"),
                        ],
                        default="landing",
                    ),
                ),
                ("is_dry_run", models.BooleanField(default=False)),
                (
                    "note",
                    models.TextField(
                        blank=True, default="", help_text="encoding or sheet, or why the file was refused"
                    ),
                ),
                ("columns", models.JSONField(default=dict, help_text="our field → header in the file")),
                ("counts", models.JSONField(default=dict)),
                ("differences", models.JSONField(default=list, help_text="a sample of what changes")),
                ("change_sets", models.JSONField(default=list, help_text="ids of people.ChangeSet, oldest first")),
                ("account_id", models.BigIntegerField(null=True)),
                ("actor", models.TextField()),
                (
                    "gone",
                    models.JSONField(
                        default=list, help_text="what a whole list lacks: key and campus number of each row"
                    ),
                ),
                (
                    "is_repeat",
                    models.BooleanField(default=False, help_text="the same file took effect before, and others since"),
                ),
                ("progress_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "datahub_batch",
                "indexes": [models.Index(fields=["source", "-id"], name="datahub_batch_source")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size_bytes__gte", 0)), name="datahub_batch_size"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="datahub_batch_sha256"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_dry_run", True), _negated=True),
                            models.Q(("state__in", ["applied", "rolled_back"]), _negated=True),
                            _connector="OR",
                        ),
                        name="datahub_dry_run_is_never_applied",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_repeat", False), ("state", "applied")),
                        fields=("source", "sha256"),
                        name="datahub_file_applied_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("index", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.batch"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_known_document",
            },
        ),
        migrations.CreateModel(
            name="LandingRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField()),
                ("raw", models.JSONField()),
                ("sealed", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="datahub.landing")),
                ("mended", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="datahub.mended")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("landed", "待处理"),
                            ("accepted", "已采用"),
                            ("rejected", "已拒绝"),
                            ("held", "待核对"),
                            ("skipped", "不是数据"),
                        ],
                        default="landed",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="datahub.batch"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_landing_row",
            },
        ),
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.IntegerField()),
                ("code", models.TextField()),
                ("column", models.TextField(blank=True, default="")),
                ("severity", models.TextField()),
                ("facts", models.JSONField(default=dict)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="issues", to="datahub.batch"
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="issues", to="datahub.landingrow"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_issue",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("reasons", models.JSONField(default=list)),
                ("score", models.SmallIntegerField(default=0)),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "待核对"), ("same", "是同一人"), ("different", "不是同一人")], default="open"
                    ),
                ),
                ("change_set_id", models.BigIntegerField(null=True)),
                ("decided_by", models.TextField(blank=True, default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="datahub.batch",
                    ),
                ),
                (
                    "left",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="datahub.landingrow",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_review",
            },
        ),
        migrations.CreateModel(
            name="StandardCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.TextField()),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("aliases", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "datahub_code",
                "constraints": [models.UniqueConstraint(fields=("table", "code"), name="datahub_code_once")],
            },
        ),
        migrations.AddIndex(
            model_name="landingrow",
            index=models.Index(fields=["batch", "state", "line"], name="datahub_landing_state"),
        ),
        migrations.AddIndex(
            model_name="landingrow",
            index=models.Index(fields=["person"], name="datahub_landing_person"),
        ),
        migrations.AddConstraint(
            model_name="landingrow",
            constraint=models.UniqueConstraint(fields=("batch", "line"), name="datahub_landing_line_once"),
        ),
        migrations.AddConstraint(
            model_name="landingrow",
            constraint=models.CheckConstraint(condition=models.Q(("line__gte", 1)), name="datahub_landing_line"),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["batch", "severity", "code", "line"], name="datahub_issue_batch"),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["row"], name="datahub_issue_row"),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", ["reject", "review", "notice"])), name="datahub_issue_severity"
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["state", "id"], name="datahub_review_state"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("left__lt", models.F("right"))), name="datahub_review_is_ordered"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("row", None)), fields=("left", "right"), name="datahub_review_pair_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("row", None), _negated=True), fields=("row",), name="datahub_review_row_once"
            ),
        ),
        migrations.CreateModel(
            name="SharedTable",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                (
                    "last_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="of its last write: later ones are later"
                    ),
                ),
                (
                    "fields",
                    models.JSONField(
                        default=list, help_text="of its open fields name, type, length, and whether a row needs it"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_shared_table",
            },
        ),
        migrations.CreateModel(
            name="SharedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_key", models.TextField(db_collation="C")),
                ("key", models.TextField(db_collation="C", help_text="the values of its key fields")),
                ("data", models.JSONField(help_text="its open fields")),
                ("sealed", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="datahub.shared")),
                ("sealed_index", models.BinaryField(max_length=32, null=True)),
                ("is_removed", models.BooleanField(default=False)),
                ("actor", models.TextField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.batch"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_shared_row",
                "indexes": [
                    models.Index(
                        condition=models.Q(("batch", None), _negated=True),
                        fields=["batch"],
                        name="datahub_shared_row_batch",
                    ),
                    models.Index(
                        models.F("table_key"),
                        django.db.models.fields.json.KeyTextTransform("campus_no", "data"),
                        condition=models.Q(("valid_to", None)),
                        name="datahub_shared_row_person",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to", None)),
                        fields=("table_key", "key"),
                        name="datahub_shared_row_living",
                    ),
                    models.UniqueConstraint(fields=("table_key", "key", "valid_from"), name="datahub_shared_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="datahub_shared_row_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_removed", False), models.Q(("data", {}), ("sealed__isnull", True)), _connector="OR"
                        ),
                        name="datahub_shared_row_removed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sealed__isnull", True), ("sealed_index", None)),
                            models.Q(("sealed__isnull", False), ("sealed_index__isnull", False)),
                            _connector="OR",
                        ),
                        name="datahub_shared_row_sealed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WriterSwitch",
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
                        choices=[
                            ("asked", "待复核"),
                            ("agreed", "已同意"),
                            ("refused", "未同意"),
                            ("overruled", "已被取代"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                    ),
                ),
                ("table_key", models.TextField()),
                ("source", models.TextField(blank=True, default="")),
                ("starts_on", models.DateField()),
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
            ],
            options={
                "db_table": "datahub_writer_switch",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="datahub_writer_switch_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])
                            ),
                            models.Q(
                                ("approver__isnull", False),
                                ("decided_at__isnull", False),
                                ("state__in", ["agreed", "refused", "overruled"]),
                            ),
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", False), ("state", "taken_back")
                            ),
                            _connector="OR",
                        ),
                        name="datahub_writer_switch_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="datahub_writer_switch_has_reason"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("table_key",),
                        name="datahub_writer_switch_one_waits",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
