import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
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
        ("people", "0002_posts"),
        ("openapi", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                (
                    "seen",
                    models.BigIntegerField(
                        default=0, help_text="of a derived table: the last change set of people that is in it"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_shared_table",
            },
        ),
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
                            ("unmapped", "待对应各列"),
                            ("landed", "已读入，未生效"),
                            ("waiting", "先不生效，等放行"),
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
                ("headings", models.JSONField(default=list, help_text="of the file, in its order")),
                ("columns", models.JSONField(default=dict, help_text="our field → header in the file")),
                ("counts", models.JSONField(default=dict)),
                ("differences", models.JSONField(default=list, help_text="a sample of what changes")),
                ("change_sets", models.JSONField(default=list, help_text="ids of people.ChangeSet, oldest first")),
                ("gate", models.JSONField(default=list, help_text="what was measured: see services/gate.py")),
                (
                    "gate_level",
                    models.TextField(
                        blank=True,
                        choices=[("green", "正常"), ("amber", "要人看过"), ("red", "要负责部门和数据管理员看过")],
                        default="",
                    ),
                ),
                (
                    "is_released",
                    models.BooleanField(default=False, help_text="somebody saw what the gate says, and let it pass"),
                ),
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
                ("pruned_at", models.DateTimeField(help_text="when rows of it were pruned, by a rule", null=True)),
                (
                    "owner_unit",
                    models.ForeignKey(
                        db_index=False,
                        help_text="of what waits: whose word it needs at red, see services/owners.py",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_batch",
                "indexes": [
                    models.Index(fields=["source", "-id"], name="datahub_batch_source"),
                    models.Index(fields=["source", "created_at"], name="datahub_batch_day"),
                    models.Index(fields=["source", "finished_at"], name="datahub_batch_finished"),
                    models.Index(
                        condition=models.Q(("gate_level", "red"), ("state", "waiting")),
                        fields=["owner_unit"],
                        name="datahub_batch_at_red",
                    ),
                ],
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
            name="CodeAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.TextField()),
                ("spelling", models.TextField(help_text="without spaces, width and case")),
                ("code", models.TextField()),
                ("source", models.TextField(blank=True, default="")),
                ("actor", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "datahub_code_alias",
                "constraints": [
                    models.UniqueConstraint(fields=("table", "spelling", "source"), name="datahub_code_alias_once"),
                    models.CheckConstraint(
                        condition=models.Q(("spelling", ""), _negated=True), name="datahub_code_alias_is_spelt"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeadingMap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField()),
                ("signature", models.TextField(help_text="SHA-256 of its headings")),
                ("columns", models.JSONField(help_text="our field → heading")),
                ("actor", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "datahub_heading_map",
                "constraints": [
                    models.UniqueConstraint(fields=("source", "signature"), name="datahub_heading_map_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LandingRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sheet",
                    models.TextField(
                        blank=True, default="", help_text="of a workbook from whose several sheets rows were taken"
                    ),
                ),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="datahub.batch",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="datahub.batch",
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="datahub.landingrow",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_issue",
            },
        ),
        migrations.CreateModel(
            name="Missing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField()),
                ("kind", models.TextField(help_text="of the affiliation")),
                ("campus_no", models.TextField()),
                (
                    "lacked_by",
                    models.JSONField(default=list, help_text="ids of the batches that lacked it, oldest first"),
                ),
                ("since", models.DateTimeField()),
                ("ended_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "back_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.batch"
                    ),
                ),
                (
                    "ended_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.batch"
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
                "db_table": "datahub_missing",
            },
        ),
        migrations.CreateModel(
            name="FilePiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("packed", nanhu.kernel.crypto.EncryptedTextField(purpose="datahub.file")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="datahub.batch",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_file_piece",
                "constraints": [models.UniqueConstraint(fields=("batch", "place"), name="datahub_file_piece_once")],
            },
        ),
        migrations.CreateModel(
            name="HistoryFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.TextField()),
                ("size_bytes", models.BigIntegerField()),
                ("keys", models.TextField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="history_file", to="datahub.batch"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_history_file",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="datahub_history_file_sha256"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField()),
                ("day", models.DateField()),
                ("last", models.BigIntegerField(null=True)),
                ("rows", models.BigIntegerField()),
                ("accepted", models.BigIntegerField()),
                ("batches", models.BigIntegerField()),
                ("created", models.BigIntegerField()),
                ("changed", models.BigIntegerField()),
                ("removed", models.BigIntegerField()),
                ("rejected", models.BigIntegerField()),
                ("codes", models.JSONField(help_text="how often each rule found something")),
            ],
            options={
                "db_table": "datahub_quality_day",
                "constraints": [
                    models.UniqueConstraint(fields=("source", "day"), name="datahub_quality_day_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceOwner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField(unique=True)),
                ("reason", models.TextField()),
                ("changed_by_name", models.TextField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "db_table": "datahub_source_owner",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="datahub_source_owner_has_reason"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Release",
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
                            ("agreed", "已放行"),
                            ("refused", "未同意"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="releases", to="datahub.batch"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        help_text="the owner office",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                    ),
                ),
                (
                    "vacancy",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("no_unit", "机构名册里没有这个部门"),
                            ("nobody", "没有负责人、副职或书记在任"),
                            ("no_account", "在任的人都没有在用的账号"),
                            ("nobody_else", "除申请人以外没有别人能替它说话"),
                            ("both_sides", "能替它说话的人也替改后的部门说话"),
                        ],
                        default="",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_release",
            },
        ),
        migrations.CreateModel(
            name="LimitRequest",
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
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                    ),
                ),
                ("source", models.TextField(blank=True, default="")),
                (
                    "measure",
                    models.TextField(
                        choices=[
                            ("gone", "文件里没有了的人"),
                            ("new", "新增的人"),
                            ("name", "改了姓名"),
                            ("ended", "结束了身份"),
                            ("changed", "某一列改了的人"),
                            ("refused", "拒绝的行"),
                            ("birth", "证件号码与出生日期、性别不符"),
                            ("identity", "证件与人对不上"),
                            ("cleared", "某一列空了的行"),
                            ("heading", "少了的列"),
                        ]
                    ),
                ),
                ("amber", models.PositiveIntegerField()),
                ("red", models.PositiveIntegerField()),
                ("amber_rows", models.PositiveIntegerField(null=True)),
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
                "db_table": "datahub_limit_request",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="datahub_limit_request_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])
                            ),
                            models.Q(
                                ("approver__isnull", False),
                                ("decided_at__isnull", False),
                                ("state__in", ["agreed", "refused"]),
                            ),
                            models.Q(
                                ("approver__isnull", True),
                                ("decided_at__isnull", False),
                                ("state__in", ["refused", "taken_back"]),
                            ),
                            _connector="OR",
                        ),
                        name="datahub_limit_request_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("reason", ""), _negated=True), ("red__gte", models.F("amber"))),
                        name="datahub_limit_request_is_said",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("source", "measure"),
                        name="datahub_limit_request_one_waits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("alias", models.TextField(blank=True, default="")),
                ("reasons", models.JSONField(default=list)),
                ("score", models.SmallIntegerField(default=0, help_text="of a hundred")),
                (
                    "model",
                    models.TextField(
                        blank=True, default="", help_text="the version of the matching model that says so"
                    ),
                ),
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
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
                ("forgotten_at", models.DateTimeField(help_text="when fields of it were last forgotten", null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="datahub.batch",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_shared_row",
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
            },
        ),
        migrations.CreateModel(
            name="CodeRule",
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
                ("table", models.TextField()),
                ("code", models.TextField()),
                ("name", models.TextField(blank=True, default="")),
                (
                    "note",
                    models.TextField(blank=True, default="", help_text="of a status: the state of the affiliation"),
                ),
                ("is_valid", models.BooleanField(default=True)),
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.coderule"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_code_rule",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="datahub_code_rule_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="datahub_code_rule_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        expressions=[
                            (models.F("table"), "="),
                            (models.F("code"), "="),
                            (
                                models.Func(
                                    models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                                ),
                                "&&",
                            ),
                        ],
                        name="datahub_code_rule_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", ""), _negated=True),
                            models.Q(
                                models.Q(("is_valid", False), ("name", ""), ("note", "")),
                                models.Q(("is_valid", True), models.Q(("name", ""), _negated=True)),
                                _connector="OR",
                            ),
                        ),
                        name="datahub_code_rule_is_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeepRule",
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
                (
                    "what",
                    models.TextField(
                        choices=[
                            ("no_effect", "试运行、被拒、作废和回退了的批次"),
                            ("unchanged", "共享表的批次里没有带来变化的行"),
                        ]
                    ),
                ),
                ("days", models.PositiveIntegerField()),
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.keeprule"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_keep_rule",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="datahub_keep_rule_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="datahub_keep_rule_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        expressions=[
                            (models.F("what"), "="),
                            (
                                models.Func(
                                    models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                                ),
                                "&&",
                            ),
                        ],
                        name="datahub_keep_rule_no_overlap",
                    ),
                    models.CheckConstraint(condition=models.Q(("days__gte", 30)), name="datahub_keep_rule_days"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateLimit",
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
                ("source", models.TextField(blank=True, default="")),
                (
                    "measure",
                    models.TextField(
                        choices=[
                            ("gone", "文件里没有了的人"),
                            ("new", "新增的人"),
                            ("name", "改了姓名"),
                            ("ended", "结束了身份"),
                            ("changed", "某一列改了的人"),
                            ("refused", "拒绝的行"),
                            ("birth", "证件号码与出生日期、性别不符"),
                            ("identity", "证件与人对不上"),
                            ("cleared", "某一列空了的行"),
                            ("heading", "少了的列"),
                        ]
                    ),
                ),
                ("amber", models.PositiveIntegerField()),
                ("red", models.PositiveIntegerField()),
                ("amber_rows", models.PositiveIntegerField(null=True)),
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.gatelimit"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_gate_limit",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="datahub_gate_limit_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="datahub_gate_limit_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        expressions=[
                            (models.F("source"), "="),
                            (models.F("measure"), "="),
                            (
                                models.Func(
                                    models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                                ),
                                "&&",
                            ),
                        ],
                        name="datahub_gate_limit_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("red__gte", models.F("amber"))), name="datahub_gate_limit_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("index", models.BinaryField(max_length=32)),
                ("kind", models.TextField(blank=True, default="")),
                ("nationality", models.TextField(blank=True, default="")),
                ("campus_no", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.batch"
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
                "constraints": [
                    models.UniqueConstraint(fields=("index", "kind", "nationality"), name="datahub_known_document_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="landingrow",
            index=models.Index(
                condition=models.Q(("state__in", ["rejected", "held", "skipped"])),
                fields=["batch", "state", "line"],
                name="datahub_landing_state",
            ),
        ),
        migrations.AddIndex(
            model_name="landingrow",
            index=models.Index(
                condition=models.Q(("person", None), _negated=True), fields=["person"], name="datahub_landing_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="landingrow",
            constraint=models.UniqueConstraint(fields=("batch", "sheet", "line"), name="datahub_landing_line_once"),
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
        migrations.AddConstraint(
            model_name="missing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("back_in", None)), fields=("source", "campus_no"), name="datahub_missing_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="missing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_in", None), ("ended_on", None)),
                    models.Q(("ended_in__isnull", False), ("ended_on__isnull", False)),
                    _connector="OR",
                ),
                name="datahub_missing_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="datahub_release_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["agreed", "refused"])
                    ),
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", False),
                        ("state__in", ["refused", "taken_back"]),
                    ),
                    _connector="OR",
                ),
                name="datahub_release_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="datahub_release_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__isnull", False), models.Q(("vacancy", ""), _negated=True), _connector="OR"),
                name="datahub_release_office_or_stand_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("batch",), name="datahub_release_one_waits"
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["state", "id"], name="datahub_review_state"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("alias", ""), ("left__lt", models.F("right")), ("right__isnull", False)),
                    models.Q(("right", None), ("row__isnull", False), models.Q(("alias", ""), _negated=True)),
                    _connector="OR",
                ),
                name="datahub_review_is_ordered",
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
        migrations.AddIndex(
            model_name="sharedrow",
            index=models.Index(
                condition=models.Q(("batch", None), _negated=True), fields=["batch"], name="datahub_shared_row_batch"
            ),
        ),
        migrations.AddIndex(
            model_name="sharedrow",
            index=models.Index(
                models.F("table_key"),
                django.db.models.fields.json.KeyTextTransform("campus_no", "data"),
                condition=models.Q(("valid_to", None)),
                name="datahub_shared_row_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)), fields=("table_key", "key"), name="datahub_shared_row_living"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedrow",
            constraint=models.UniqueConstraint(
                fields=("table_key", "key", "valid_from"), name="datahub_shared_row_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"),
                name="datahub_shared_row_span",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("forgotten_at", None),
                    models.Q(("forgotten_at__gt", models.F("valid_to")), ("valid_to__isnull", False)),
                    _connector="OR",
                ),
                name="datahub_shared_row_forgotten",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_removed", False), models.Q(("data", {}), ("sealed__isnull", True)), _connector="OR"
                ),
                name="datahub_shared_row_removed",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sealed__isnull", True), ("sealed_index", None)),
                    models.Q(("sealed__isnull", False), ("sealed_index__isnull", False)),
                    _connector="OR",
                ),
                name="datahub_shared_row_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="writerswitch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="datahub_writer_switch_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="writerswitch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["agreed", "refused", "overruled"]),
                    ),
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", False),
                        ("state__in", ["refused", "taken_back"]),
                    ),
                    _connector="OR",
                ),
                name="datahub_writer_switch_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="writerswitch",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="datahub_writer_switch_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="writerswitch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("table_key",), name="datahub_writer_switch_one_waits"
            ),
        ),
        migrations.CreateModel(
            name="DataSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("key", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("office", models.TextField(help_text="whose system it is")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("file", "手工交文件"),
                            ("http", "HTTP 接口（JSON）"),
                            ("postgres", "PostgreSQL 数据库"),
                            ("mariadb", "MariaDB、MySQL 数据库"),
                            ("sftp", "SFTP 文件夹"),
                            ("stream", "PostgreSQL 变更流"),
                            ("binlog", "MariaDB 变更流（二进制日志）"),
                        ]
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[("draft", "未启用"), ("live", "在用"), ("resting", "暂停"), ("retired", "停用")],
                        default="draft",
                    ),
                ),
                ("fills", models.TextField(help_text="key of a source of files, or of a shared table")),
                (
                    "address",
                    models.TextField(
                        blank=True, default="", help_text="an URL, or host:port/database, or host:port/folder"
                    ),
                ),
                (
                    "user_name",
                    models.TextField(
                        blank=True, default="", help_text="of the database, or the header that holds the secret"
                    ),
                ),
                ("secret", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="datahub.source_secret")),
                (
                    "query",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="the SELECT that a database is asked, a table that is followed, or what the names of files are like",
                    ),
                ),
                (
                    "tls_roots",
                    models.TextField(
                        blank=True, default="", help_text="certificates (PEM) by one of which a database is known"
                    ),
                ),
                (
                    "paging",
                    models.TextField(
                        choices=[
                            ("none", "不分页"),
                            ("page", "页码"),
                            ("offset", "起始行"),
                            ("next", "回答里有下一页的地址"),
                        ],
                        default="none",
                    ),
                ),
                (
                    "page_name",
                    models.TextField(
                        blank=True, default="", help_text="parameter of the page, or where the next address stands"
                    ),
                ),
                ("size_name", models.TextField(blank=True, default="")),
                ("page_size", models.PositiveIntegerField(default=500)),
                (
                    "rows_at",
                    models.TextField(blank=True, default="", help_text="where in the answer the rows stand: data.list"),
                ),
                ("total_at", models.TextField(blank=True, default="", help_text="where it says how many there are")),
                ("columns", models.JSONField(default=dict, help_text="our field → its name there")),
                (
                    "values",
                    models.JSONField(default=dict, help_text="of a shared table, by field: its word → our code"),
                ),
                ("is_whole", models.BooleanField(default=True, help_text="what it does not say any more is gone")),
                (
                    "keeps_empty",
                    models.BooleanField(
                        default=False, help_text="an empty cell says nothing; else it empties the field"
                    ),
                ),
                ("expected_rows", models.PositiveIntegerField(null=True)),
                ("tolerance", models.PositiveSmallIntegerField(default=20, help_text="percent, up and down")),
                ("every_minutes", models.PositiveIntegerField(default=15)),
                ("stale_minutes", models.PositiveIntegerField(default=60)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("error", models.TextField(blank=True, default="")),
                ("good_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(help_text="since when it fails", null=True)),
                ("rows", models.PositiveIntegerField(help_text="that it last said", null=True)),
                ("sha256", models.TextField(blank=True, default="", help_text="of what is in effect")),
                (
                    "tried_at",
                    models.DateTimeField(help_text="when it was last tried, and was good, as it is", null=True),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "host_key",
                    models.TextField(blank=True, default="", help_text="of an SFTP server, as ssh-keygen -l prints it"),
                ),
                (
                    "done_mark",
                    models.TextField(
                        blank=True, default="", help_text="a file of this ending says that another is whole"
                    ),
                ),
                ("position", models.JSONField(default=dict, help_text="how far it was read")),
                ("made_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "datahub_source",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("campus_no", models.TextField()),
                ("day", models.DateField()),
                (
                    "times",
                    models.PositiveIntegerField(default=1, help_text="readings: pages of one minute are one"),
                ),
                ("at", models.DateTimeField()),
                (
                    "told_at",
                    models.DateTimeField(help_text="null: nobody was known by this number yet", null=True),
                ),
            ],
            options={
                "db_table": "datahub_delivery",
            },
        ),
        migrations.CreateModel(
            name="Grant",
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
                            ("in_case", "申请办理中"),
                            ("agreed", "有效"),
                            ("refused", "未同意"),
                            ("void", "没有给出"),
                            ("taken_back", "已撤回"),
                            ("ended", "已终止"),
                        ],
                        default="asked",
                    ),
                ),
                ("table_key", models.TextField()),
                ("fields", django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                (
                    "masked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="those of its fields that are given masked",
                    ),
                ),
                ("only", models.JSONField(default=dict, help_text="of an open field the values that a row may have")),
                (
                    "past_from",
                    models.DateField(
                        help_text="from which day on earlier states may be read; null: today's alone", null=True
                    ),
                ),
                ("rows_a_day", models.PositiveIntegerField(default=200000)),
                (
                    "wants_news",
                    models.BooleanField(
                        default=False, help_text="the vendor's webhook is told that there is something new"
                    ),
                ),
                (
                    "has_view",
                    models.BooleanField(
                        default=False, help_text="a view in SQL, for a database role of the vendor's own"
                    ),
                ),
                ("purpose", models.TextField()),
                (
                    "basis",
                    models.TextField(
                        choices=[
                            ("consent", "本人同意"),
                            ("contract", "订立、履行合同或人事管理所必需"),
                            ("duty", "履行法定职责或法定义务所必需"),
                            ("emergency", "应对突发公共卫生事件或紧急情况"),
                            ("not_personal", "不含个人信息"),
                        ]
                    ),
                ),
                ("expires_on", models.DateField()),
                (
                    "case_number",
                    models.TextField(
                        blank=True, default="", help_text="of the case that decides it; empty: two stewards do"
                    ),
                ),
                ("owner_name", models.TextField(blank=True, default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_name", models.TextField(blank=True, default="")),
                (
                    "read_to",
                    models.BigIntegerField(
                        help_text="the newest row of its table when it was last read to the end", null=True
                    ),
                ),
                (
                    "told_to",
                    models.BigIntegerField(default=0, help_text="the newest row that its vendor was told of"),
                ),
                (
                    "views_read",
                    models.BigIntegerField(
                        default=0, help_text="reads of its view that were counted for the persons in it"
                    ),
                ),
            ],
            options={
                "db_table": "datahub_grant",
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.TextField()),
                ("address", models.TextField(blank=True, default="")),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                ("rows", models.PositiveIntegerField()),
                (
                    "numbers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), help_text="campus numbers, of removed rows as well", size=None
                    ),
                ),
                (
                    "looked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="those whose sensitive fields went out in the clear",
                        size=None,
                    ),
                ),
                (
                    "read_to",
                    models.BigIntegerField(help_text="at the end: the newest row of the table", null=True),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.grant"
                    ),
                ),
            ],
            options={"db_table": "datahub_reading"},
        ),
        migrations.CreateModel(
            name="SharingDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("pages", models.PositiveIntegerField()),
                ("rows", models.PositiveBigIntegerField()),
                (
                    "read_to",
                    models.BigIntegerField(help_text="as that of a reading, the furthest of the day", null=True),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="datahub.grant",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_sharing_day",
                "constraints": [models.UniqueConstraint(fields=("grant", "day"), name="datahub_sharing_day_once")],
            },
        ),
        migrations.CreateModel(
            name="LineageRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(help_text="when the worker looks again; null: never", null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
                ("told_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                (
                    "batch",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lineage_run",
                        to="datahub.batch",
                    ),
                ),
                (
                    "shared",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lineage_run",
                        to="datahub.sharingday",
                    ),
                ),
            ],
            options={
                "db_table": "datahub_lineage_run",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("batch", None), ("shared", None), _connector="XOR"),
                        name="datahub_lineage_run_is_of_one",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at", None), _negated=True),
                        fields=["due_at"],
                        name="datahub_lineage_due",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="batch",
            name="rules",
            field=models.TextField(blank=True, default="", help_text="the version of the rules that cleaned it"),
        ),
        migrations.AddField(
            model_name="sharedrow",
            name="landing",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="datahub.landingrow",
            ),
        ),
        migrations.AddIndex(
            model_name="sharedrow",
            index=models.Index(
                condition=models.Q(("landing", None), _negated=True),
                fields=["landing"],
                name="datahub_shared_row_landing",
            ),
        ),
        migrations.AddIndex(
            model_name="sharedrow",
            index=models.Index(
                condition=models.Q(("valid_to", None)), fields=["table_key", "id"], name="datahub_shared_row_cursor"
            ),
        ),
        migrations.AddField(
            model_name="datasource",
            name="batch",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="datahub.batch"
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="approver",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="owner",
            field=models.ForeignKey(
                help_text="who agreed in its case before the steward: of the table's owner",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="vendor",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="openapi.vendor"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="grant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="datahub.grant",
            ),
        ),
        migrations.AddIndex(
            model_name="datasource",
            index=models.Index(
                condition=models.Q(("due_at", None), _negated=True), fields=["due_at"], name="datahub_source_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__regex", "^[a-z][a-z0-9]{1,19}\\.[a-z][a-z0-9_]{1,39}$")),
                name="datahub_source_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(("office", ""), _negated=True),
                    models.Q(("fills", ""), _negated=True),
                    models.Q(("kind", "file"), models.Q(("address", ""), _negated=True), _connector="OR"),
                ),
                name="datahub_source_is_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["file", "http"]), models.Q(("query", ""), _negated=True), _connector="OR"
                ),
                name="datahub_source_has_query",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "sftp"), _negated=True),
                    models.Q(("host_key", ""), _negated=True),
                    _connector="OR",
                ),
                name="datahub_source_knows_its_host",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("every_minutes__gte", 1),
                    ("stale_minutes__gte", models.F("every_minutes")),
                    ("tolerance__lte", 100),
                ),
                name="datahub_source_schedule",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at", None),
                    models.Q(("state", "live"), models.Q(("kind", "file"), _negated=True)),
                    _connector="OR",
                ),
                name="datahub_source_due_lives",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "retired"), _negated=True), ("secret__isnull", True), _connector="OR"
                ),
                name="datahub_source_retired_keeps_no_secret",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="datahub_grant_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", True),
                        ("state__in", ["asked", "in_case"]),
                    ),
                    models.Q(
                        ("approver__isnull", False),
                        ("decided_at__isnull", False),
                        ("state__in", ["agreed", "refused", "void", "ended"]),
                    ),
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", False),
                        ("state__in", ["refused", "taken_back"]),
                    ),
                    _connector="OR",
                ),
                name="datahub_grant_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owner", None),
                    models.Q(
                        models.Q(("owner", models.F("author")), _negated=True),
                        models.Q(("owner", models.F("approver")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="datahub_grant_three_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("purpose", ""), _negated=True),
                    ("fields__len__gt", 0),
                    ("fields__contains", models.F("masked")),
                ),
                name="datahub_grant_is_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "agreed")), fields=("vendor", "table_key"), name="datahub_grant_one_holds"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "in_case"])),
                fields=("vendor", "table_key"),
                name="datahub_grant_one_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["grant", "day"], name="datahub_delivery_grant"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("told_at", None)), fields=["day"], name="datahub_delivery_untold"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("campus_no", "grant", "day"), name="datahub_delivery_once"),
        ),
        migrations.CreateModel(
            name="LimitNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("heard_at", models.DateTimeField(null=True)),
                ("heard_by_name", models.TextField(blank=True, default="")),
                ("superseded_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "datahub_limit_notice",
            },
        ),
        migrations.CreateModel(
            name="OwnerChange",
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
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                    ),
                ),
                ("source", models.TextField()),
                ("source_name", models.TextField(help_text="as it was called when it was asked for")),
                (
                    "vacancy",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("no_unit", "机构名册里没有这个部门"),
                            ("nobody", "没有负责人、副职或书记在任"),
                            ("no_account", "在任的人都没有在用的账号"),
                            ("nobody_else", "除申请人以外没有别人能替它说话"),
                            ("both_sides", "能替它说话的人也替改后的部门说话"),
                        ],
                        default="",
                        help_text="as it was when it was asked for, or decided",
                    ),
                ),
                ("reason", models.TextField()),
            ],
            options={
                "db_table": "datahub_owner_change",
            },
        ),
        migrations.AddField(
            model_name="grant",
            name="for_unit",
            field=models.ForeignKey(
                help_text="of whoever asked in its case: his colleagues there may renew it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.orgunit",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="owner_side",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="accounts of all who had to do with the owner's word: who decided, handed it on, or was stood in for",
            ),
        ),
        migrations.AddField(
            model_name="limitrequest",
            name="before",
            field=models.JSONField(
                help_text="agreed to: what held until then, and holds on for files of an office that has not seen it",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="in_place_of",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="in_place_of_name",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="sourceowner",
            name="agreed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sourceowner",
            name="agreed_by_name",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner_side__contains", [models.F("approver")]), _negated=True),
                name="datahub_grant_steward_had_no_other_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("in_place_of", None),
                    models.Q(
                        ("vacancy", ""),
                        models.Q(("in_place_of", models.F("author")), _negated=True),
                        models.Q(("in_place_of", models.F("approver")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="datahub_release_delegate_and_owner_are_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourceowner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agreed_by", None), models.Q(("agreed_by", models.F("changed_by")), _negated=True), _connector="OR"
                ),
                name="datahub_source_owner_two_people",
            ),
        ),
        migrations.AddField(
            model_name="limitnotice",
            name="heard_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="limitnotice",
            name="request",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="datahub.limitrequest",
            ),
        ),
        migrations.AddField(
            model_name="limitnotice",
            name="unit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
            ),
        ),
        migrations.AddField(
            model_name="ownerchange",
            name="approver",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ownerchange",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ownerchange",
            name="before",
            field=models.ForeignKey(
                db_index=False,
                help_text="whose it is",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.orgunit",
            ),
        ),
        migrations.AddField(
            model_name="ownerchange",
            name="unit",
            field=models.ForeignKey(
                help_text="whose it shall be",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.orgunit",
            ),
        ),
        migrations.AddIndex(
            model_name="limitnotice",
            index=models.Index(
                condition=models.Q(("heard_at", None), ("superseded_at", None)),
                fields=["unit"],
                name="datahub_limit_notice_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitnotice",
            constraint=models.UniqueConstraint(fields=("request", "unit"), name="datahub_limit_notice_once"),
        ),
        migrations.AddConstraint(
            model_name="limitnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("heard_at", None), ("heard_by", None)),
                    models.Q(("heard_at__isnull", False), ("heard_by__isnull", False)),
                    _connector="OR",
                ),
                name="datahub_limit_notice_is_heard_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("heard_at", None), ("superseded_at", None), _connector="OR"),
                name="datahub_limit_notice_ends_once",
            ),
        ),
        migrations.AddIndex(
            model_name="ownerchange",
            index=models.Index(
                condition=models.Q(("state", "asked")), fields=["before"], name="datahub_owner_change_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="ownerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="datahub_owner_change_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["agreed", "refused"])
                    ),
                    models.Q(
                        ("approver__isnull", True),
                        ("decided_at__isnull", False),
                        ("state__in", ["refused", "taken_back"]),
                    ),
                    _connector="OR",
                ),
                name="datahub_owner_change_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownerchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("source_name", ""), _negated=True),
                    models.Q(("unit", models.F("before")), _negated=True),
                ),
                name="datahub_owner_change_is_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownerchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("source",), name="datahub_owner_change_one_waits"
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
