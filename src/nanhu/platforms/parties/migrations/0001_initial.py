import uuid
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200)),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "party",
                    models.TextField(
                        choices=[("enrolment", "学信网学籍注册"), ("tax", "个税扣缴端"), ("payroll", "代发银行")]
                    ),
                ),
                ("key", models.TextField(help_text="its caller's own: hr.payroll:2026-11")),
                ("number", models.TextField(unique=True)),
                ("digest", models.TextField(help_text="SHA-256 of its lines as they were given")),
                ("line_count", models.PositiveIntegerField()),
                ("sum_fen", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("made", "待送出"),
                            ("sent", "已送出，待回盘"),
                            ("refused", "整批被退回"),
                            ("withdrawn", "已撤回"),
                            ("done", "已回盘"),
                        ],
                        default="made",
                    ),
                ),
                ("reference", models.TextField(blank=True, default="", help_text="the party's own, where it gave one")),
                (
                    "is_unknown",
                    models.BooleanField(
                        default=False,
                        help_text="the party says that it has no file of this number; until it goes out again",
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, null=True)),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(help_text="written before the first byte goes out", null=True)),
                ("heard_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "db_table": "parties_batch",
            },
        ),
        migrations.CreateModel(
            name="BatchLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.TextField(
                        choices=[("enrolment", "学信网学籍注册"), ("tax", "个税扣缴端"), ("payroll", "代发银行")]
                    ),
                ),
                ("key", models.TextField()),
                ("amount_fen", models.BigIntegerField(null=True)),
                (
                    "outcome",
                    models.TextField(
                        choices=[("open", "没有回盘"), ("done", "办成"), ("failed", "没办成")], default="open"
                    ),
                ),
                ("code", models.TextField(blank=True, default="")),
                ("sentence", models.TextField(blank=True, default="")),
                (
                    "result",
                    nanhu.kernel.crypto.EncryptedTextField(
                        default="", help_text="JSON: what else its line of the return said", purpose="parties.result"
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="parties.batch"
                    ),
                ),
            ],
            options={
                "db_table": "parties_batch_line",
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200)),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "party",
                    models.TextField(
                        choices=[
                            ("invoices", "发票查验"),
                            ("degrees", "学历学位核验"),
                            ("works", "DOI 登记"),
                            ("quotas", "财政一体化"),
                            ("enrolment", "学信网学籍注册"),
                            ("tax", "个税扣缴端"),
                            ("payroll", "代发银行"),
                        ]
                    ),
                ),
                ("subject", models.TextField(help_text="what it is found by: a number that is nobody's secret")),
                ("key", models.TextField(help_text="of the whole question")),
                ("question", nanhu.kernel.crypto.EncryptedTextField(purpose="parties.question")),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "等待答复"), ("answered", "已有答复"), ("given_up", "没有答复")],
                        default="waiting",
                    ),
                ),
                (
                    "verdict",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("valid", "有效"),
                            ("void", "已作废"),
                            ("reversed", "已红冲"),
                            ("mismatch", "信息不一致"),
                            ("not_found", "查不到"),
                            ("found", "查到"),
                            ("matching", "相符"),
                            ("read", "已读取"),
                        ],
                        default="",
                    ),
                ),
                ("answer", nanhu.kernel.crypto.EncryptedTextField(default="", purpose="parties.answer")),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, null=True)),
                ("lane", models.BigIntegerField(help_text="its party by number: one that is slow holds up no other")),
                (
                    "asked_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="accounts: who asked the same joins",
                        size=None,
                    ),
                ),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "parties_inquiry",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["lane", "due_at"],
                        name="parties_inquiry_due",
                    ),
                    models.Index(fields=["party", "subject", "-id"], name="parties_inquiry_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("party", "key"),
                        name="parties_inquiry_once_on_its_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_at__isnull", False), ("ended_at", None), ("state", "waiting"), ("verdict", "")
                            ),
                            models.Q(
                                ("due_at", None),
                                ("ended_at__isnull", False),
                                ("state", "answered"),
                                models.Q(("verdict", ""), _negated=True),
                            ),
                            models.Q(
                                ("due_at", None), ("ended_at__isnull", False), ("state", "given_up"), ("verdict", "")
                            ),
                            _connector="OR",
                        ),
                        name="parties_inquiry_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotaList",
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
                            ("posted", "已写入"),
                            ("refused", "未同意"),
                            ("discarded", "已作废"),
                            ("undone", "已回滚"),
                        ],
                        default="checked",
                    ),
                ),
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
                "db_table": "parties_quota_list",
            },
        ),
        migrations.AddConstraint(
            model_name="quotalist",
            constraint=models.CheckConstraint(
                condition=models.Q(("row_count__gt", 0), models.Q(("title", ""), _negated=True)),
                name="parties_quota_list_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotalist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="parties_quota_list_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotalist",
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
                name="parties_quota_list_decided",
            ),
        ),
        migrations.CreateModel(
            name="QuotaListRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(help_text="bgt_id")),
                ("document", models.TextField(help_text="cor_bgt_doc_no")),
                ("year", models.PositiveSmallIntegerField()),
                ("agency", models.TextField()),
                ("fund_type", models.TextField()),
                ("function", models.TextField(help_text="exp_func_code")),
                ("government_class", models.TextField(help_text="gov_bgt_eco_code")),
                ("department_class", models.TextField(help_text="dep_bgt_eco_code")),
                ("project", models.TextField(blank=True, default="")),
                ("amount_fen", models.BigIntegerField()),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("line", models.PositiveIntegerField()),
                (
                    "change",
                    models.TextField(
                        choices=[("new", "新增"), ("changed", "改动"), ("withdrawn", "撤销"), ("same", "没有变")]
                    ),
                ),
                ("before_fen", models.BigIntegerField(null=True)),
                ("is_taken", models.BooleanField(default=False)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="parties.quotalist"
                    ),
                ),
            ],
            options={
                "db_table": "parties_quota_list_row",
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "number"), name="parties_quota_list_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", ""), _negated=True),
                            models.Q(("document", ""), _negated=True),
                            models.Q(("agency", ""), _negated=True),
                        ),
                        name="parties_quota_list_row_says_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotaLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(help_text="bgt_id")),
                ("document", models.TextField(help_text="cor_bgt_doc_no")),
                ("year", models.PositiveSmallIntegerField()),
                ("agency", models.TextField()),
                ("fund_type", models.TextField()),
                ("function", models.TextField(help_text="exp_func_code")),
                ("government_class", models.TextField(help_text="gov_bgt_eco_code")),
                ("department_class", models.TextField(help_text="dep_bgt_eco_code")),
                ("project", models.TextField(blank=True, default="")),
                ("amount_fen", models.BigIntegerField()),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("version", models.TextField(help_text="update_time; of a list when it was taken")),
                (
                    "quota_list",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.quotalist",
                    ),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "parties_quota_line",
                "constraints": [models.UniqueConstraint(fields=("number", "version"), name="parties_quota_line_once")],
            },
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="parties_batch_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("party", "key"),
                name="parties_batch_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "made"),
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(("due_at", None), ("sent_at", None), ("state", "withdrawn")),
                    models.Q(("due_at", None), ("heard_at__isnull", False), ("state__in", ["refused", "done"])),
                    _connector="OR",
                ),
                name="parties_batch_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.UniqueConstraint(fields=("batch", "key"), name="parties_batch_line_once_in_a_batch"),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "failed"), _negated=True),
                fields=("party", "key"),
                name="parties_batch_line_never_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("outcome", "open")),
                    models.Q(("ended_at__isnull", False), ("outcome__in", ["done", "failed"])),
                    _connector="OR",
                ),
                name="parties_batch_line_outcome",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
