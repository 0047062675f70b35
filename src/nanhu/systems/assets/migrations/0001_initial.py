import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("campus", "0001_initial"),
        ("files", "0001_initial"),
        ("flows", "0001_initial"),
        ("ledger", "0001_initial"),
        ("people", "0002_posts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(unique=True)),
                (
                    "former_number",
                    models.TextField(blank=True, default="", help_text="of the card it was imported from"),
                ),
                ("name", models.TextField()),
                ("model", models.TextField(blank=True, default="")),
                ("maker", models.TextField(blank=True, default="")),
                ("serial", models.TextField(blank=True, db_index=True, default="")),
                (
                    "tag",
                    models.TextField(
                        blank=True, default="", help_text="EPC of the RFID tag on it, in hexadecimal capitals"
                    ),
                ),
                ("value_fen", models.BigIntegerField()),
                (
                    "carried_fen",
                    models.BigIntegerField(default=0, help_text="depreciation that came with it (import, split)"),
                ),
                ("quantity", models.PositiveIntegerField(default=1)),
                (
                    "acquired",
                    models.TextField(
                        choices=[
                            ("bought", "购置"),
                            ("donated", "捐赠"),
                            ("transferred", "调入"),
                            ("built", "自建"),
                            ("found", "盘盈"),
                        ],
                        default="bought",
                    ),
                ),
                ("acquired_on", models.DateField()),
                ("put_into_use_on", models.DateField()),
                ("funds", models.TextField(blank=True, default="", help_text="the project that paid")),
                ("supplier", models.TextField(blank=True, default="")),
                ("invoice", models.TextField(blank=True, default="")),
                ("contract", models.TextField(blank=True, default="")),
                ("warranty_until", models.DateField(null=True)),
                (
                    "use",
                    models.TextField(
                        choices=[
                            ("teaching", "教学"),
                            ("research", "科研"),
                            ("office", "行政"),
                            ("logistics", "后勤"),
                            ("let", "出租出借"),
                        ],
                        default="teaching",
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("in_stock", "在库"),
                            ("in_use", "在用"),
                            ("lent", "借出"),
                            ("in_repair", "维修中"),
                            ("missing", "丢失待查"),
                            ("to_scrap", "待报废"),
                            ("disposed", "已处置"),
                            ("void", "编号作废"),
                        ],
                        default="in_stock",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(help_text="its keeper said that it is with them", null=True)),
                ("last_seen_at", models.DateTimeField(null=True)),
                ("is_idle", models.BooleanField(default=False)),
                (
                    "is_low_value",
                    models.BooleanField(
                        default=False, help_text="低值品, as it was entered: listed and counted, on no books"
                    ),
                ),
                ("disposed_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "keeper",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
                (
                    "split_from",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"
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
                "db_table": "assets_asset",
            },
        ),
        migrations.CreateModel(
            name="BookedMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(unique=True)),
                ("by_name", models.TextField()),
                ("booked_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "assets_booked_month",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="assets_booked_month_is_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClassImport",
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
                        ],
                        default="checked",
                    ),
                ),
                ("class_count", models.IntegerField()),
                ("new_count", models.IntegerField()),
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
                "db_table": "assets_class_import",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="assets_class_import_two_people",
                    ),
                    models.CheckConstraint(
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
                            models.Q(
                                ("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])
                            ),
                            _connector="OR",
                        ),
                        name="assets_class_import_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("class_count__gt", 0), ("new_count__gte", 0), models.Q(("title", ""), _negated=True)
                        ),
                        name="assets_class_import_says_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClassRollback",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rollbacks", to="assets.classimport"
                    ),
                ),
            ],
            options={
                "db_table": "assets_class_rollback",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="assets_class_rollback_two_people",
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
                        name="assets_class_rollback_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("batch",),
                        name="assets_class_rollback_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="assets_class_rollback_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClassRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("before", models.TextField(blank=True, default="")),
                ("was", models.JSONField(help_text="all that was said of it until then", null=True)),
                ("measure", models.TextField()),
                ("is_depreciable", models.BooleanField()),
                ("holds_data", models.BooleanField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="assets.classimport"
                    ),
                ),
            ],
            options={
                "db_table": "assets_class_row",
                "ordering": ["line"],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "code"), name="assets_class_row_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardImport",
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
                        ],
                        default="checked",
                    ),
                ),
                (
                    "month",
                    models.DateField(
                        help_text="from it on its cards are depreciated; what they carry reaches to the month before"
                    ),
                ),
                ("card_count", models.IntegerField()),
                ("value_fen", models.BigIntegerField()),
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
                "db_table": "assets_card_import",
            },
        ),
        migrations.CreateModel(
            name="CardRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("former_number", models.TextField()),
                ("name", models.TextField()),
                ("card", models.JSONField()),
                (
                    "asset",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="assets.cardimport"
                    ),
                ),
            ],
            options={
                "db_table": "assets_card_row",
                "ordering": ["line"],
            },
        ),
        migrations.CreateModel(
            name="Classification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("is_depreciable", models.BooleanField(default=True)),
                ("measure", models.TextField(default="件", help_text="in what its things are counted")),
                ("holds_data", models.BooleanField(default=False, help_text="its things are wiped before they leave")),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="assets.classification",
                    ),
                ),
            ],
            options={
                "db_table": "assets_class",
                "ordering": ["code"],
            },
        ),
        migrations.AddField(
            model_name="asset",
            name="classification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.classification"
            ),
        ),
        migrations.CreateModel(
            name="Depreciation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("booked_in", models.DateField()),
                ("fen", models.BigIntegerField()),
                (
                    "asset",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="depreciation",
                        to="assets.asset",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                    ),
                ),
            ],
            options={
                "db_table": "assets_depreciation",
            },
        ),
        migrations.CreateModel(
            name="Disposal",
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
                        choices=[("asked", "待审批"), ("done", "已处置"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("number", models.TextField(null=True, unique=True)),
                ("title", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("scrap", "报废"),
                            ("transfer", "调拨出校"),
                            ("donate", "捐赠"),
                            ("sell", "出售"),
                            ("write_off", "报损"),
                            ("shortage", "盘亏"),
                        ]
                    ),
                ),
                (
                    "level",
                    models.TextField(
                        choices=[("office", "国资处审批"), ("council", "校长办公会审批"), ("finance", "报财政部门审批")]
                    ),
                ),
                ("value_fen", models.BigIntegerField()),
                (
                    "appraisal",
                    models.TextField(
                        blank=True, default="", help_text="the technical opinion, where years are missing"
                    ),
                ),
                (
                    "wiping",
                    models.TextField(
                        blank=True, default="", help_text="proof that data was wiped, where it holds some"
                    ),
                ),
                (
                    "approval",
                    models.TextField(
                        blank=True, default="", help_text="the paper of the council or the finance department"
                    ),
                ),
                ("income_fen", models.BigIntegerField(default=0)),
                ("disposed_on", models.DateField(null=True)),
                ("reason", models.TextField()),
                (
                    "remittance",
                    models.TextField(
                        blank=True, default="", help_text="finance's voucher: its income went to the treasury"
                    ),
                ),
                ("remitted_on", models.DateField(null=True)),
                ("remitted_by_name", models.TextField(blank=True, default="")),
                (
                    "case",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.case"
                    ),
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
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "assets_disposal",
            },
        ),
        migrations.CreateModel(
            name="DisposalLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value_fen", models.BigIntegerField()),
                ("accumulated_fen", models.BigIntegerField()),
                ("released_at", models.DateTimeField(help_text="its lot was refused", null=True)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disposal_lines", to="assets.asset"
                    ),
                ),
                (
                    "disposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="assets.disposal"
                    ),
                ),
            ],
            options={
                "db_table": "assets_disposal_line",
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("expires_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "assets",
                    models.ManyToManyField(db_table="assets_hand_over_asset", related_name="+", to="assets.asset"),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "assets_hand_over",
            },
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("lent_on", models.DateField()),
                ("due_on", models.DateField()),
                (
                    "confirmed_at",
                    models.DateTimeField(help_text="who borrowed it said that it is with them", null=True),
                ),
                ("returned_at", models.DateTimeField(null=True)),
                (
                    "rent_refused",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="why its last rents could not be billed as it came back; they are tried again",
                    ),
                ),
                ("by_name", models.TextField()),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="loans", to="assets.asset"
                    ),
                ),
                (
                    "borrower",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "assets_loan",
            },
        ),
        migrations.CreateModel(
            name="Loss",
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
                        choices=[("asked", "待复核"), ("done", "已处理"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("number", models.TextField(help_text="of the series of disposals", null=True, unique=True)),
                ("fault", models.TextField(choices=[("intent", "故意"), ("neglect", "过失"), ("none", "无责任")])),
                ("findings", models.TextField(help_text="what the inquiry found")),
                ("statement", models.TextField(blank=True, default="", help_text="what its person says to it")),
                (
                    "case",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.case"
                    ),
                ),
                ("value_fen", models.BigIntegerField()),
                ("accumulated_fen", models.BigIntegerField()),
                ("owed_fen", models.BigIntegerField()),
                (
                    "level",
                    models.TextField(
                        choices=[("office", "国资处审批"), ("council", "校长办公会审批"), ("finance", "报财政部门审批")]
                    ),
                ),
                (
                    "approval",
                    models.TextField(
                        blank=True, default="", help_text="the paper of the council or the finance department"
                    ),
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
                    "asset",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "bill",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.bill"
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
                "db_table": "assets_loss",
            },
        ),
        migrations.CreateModel(
            name="Maintenance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fault", models.TextField()),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("opened_by_name", models.TextField()),
                (
                    "result",
                    models.TextField(
                        choices=[("open", "维修中"), ("repaired", "修好"), ("beyond", "修不好")], default="open"
                    ),
                ),
                ("cost_fen", models.BigIntegerField(default=0)),
                ("closed_at", models.DateTimeField(null=True)),
                ("request", models.TextField(blank=True, default="", help_text="its number in the service hall")),
                (
                    "request_state",
                    models.TextField(blank=True, default="", help_text="of that, by the code of service.request"),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="maintenance", to="assets.asset"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "assets_maintenance",
            },
        ),
        migrations.CreateModel(
            name="MonthClose",
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
                            ("posting", "结账中"),
                            ("posted", "已结账"),
                            ("refused", "未同意"),
                            ("discarded", "已作废"),
                        ],
                        default="checked",
                    ),
                ),
                ("month", models.DateField()),
                ("card_count", models.IntegerField()),
                ("value_fen", models.BigIntegerField()),
                ("accumulated_fen", models.BigIntegerField()),
                ("difference_count", models.IntegerField()),
                ("ours_value_fen", models.BigIntegerField()),
                ("ours_accumulated_fen", models.BigIntegerField()),
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
                "db_table": "assets_month_close",
            },
        ),
        migrations.CreateModel(
            name="ClosedLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField()),
                ("name", models.TextField()),
                ("value_fen", models.BigIntegerField()),
                ("accumulated_fen", models.BigIntegerField()),
                ("ours_value_fen", models.BigIntegerField()),
                ("ours_accumulated_fen", models.BigIntegerField()),
                ("why", models.TextField()),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="assets.monthclose"
                    ),
                ),
            ],
            options={
                "db_table": "assets_closed_line",
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("received", "验收入库"),
                            ("imported", "导入"),
                            ("assigned", "领用"),
                            ("confirmed", "本人确认"),
                            ("declined", "不在我这里"),
                            ("handed_over", "当面移交"),
                            ("transferred", "调拨"),
                            ("moved", "换地点"),
                            ("returned", "退回库房"),
                            ("lent", "借出"),
                            ("given_back", "归还"),
                            ("broken", "报修"),
                            ("repaired", "修好"),
                            ("beyond_repair", "修不好"),
                            ("lost", "报失"),
                            ("found", "找到"),
                            ("split", "拆分"),
                            ("improved", "改造增值"),
                            ("idle", "闲置登记"),
                            ("to_scrap", "申请报废"),
                            ("kept", "不报废"),
                            ("disposed", "处置出账"),
                            ("voided", "编号作废"),
                            ("counted", "盘点更正"),
                        ]
                    ),
                ),
                ("from_state", models.TextField(blank=True, default="")),
                ("to_state", models.TextField()),
                (
                    "value_fen",
                    models.BigIntegerField(help_text="of the card from then on, as a past month is closed by it"),
                ),
                ("carried_fen", models.BigIntegerField()),
                ("by_name", models.TextField()),
                ("reason", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="assets.asset"
                    ),
                ),
                (
                    "from_keeper",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "from_room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
                (
                    "from_unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
                (
                    "to_keeper",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "to_room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
                (
                    "to_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "assets_movement",
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_month", models.DateField()),
                ("until_month", models.DateField(help_text="the first that is not of it; null: to its end", null=True)),
                ("base_fen", models.BigIntegerField()),
                ("months", models.PositiveSmallIntegerField()),
                ("by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="assets.asset"
                    ),
                ),
            ],
            options={
                "db_table": "assets_plan",
            },
        ),
        migrations.CreateModel(
            name="Purchase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("title", models.TextField()),
                ("fund", models.TextField(help_text="of the ledger, by its code")),
                ("amount_fen", models.BigIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("ordered", "已占用额度"),
                            ("received", "已入库"),
                            ("settled", "已结清"),
                            ("cancelled", "已取消"),
                        ],
                        default="ordered",
                    ),
                ),
                (
                    "answer",
                    models.TextField(
                        blank=True, default="", help_text="why it was cancelled, or settled before all was paid"
                    ),
                ),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "author",
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
                "db_table": "assets_purchase",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_fen__gt", 0),
                            models.Q(("title", ""), _negated=True),
                            models.Q(("fund", ""), _negated=True),
                        ),
                        name="assets_purchase_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("ended_at", None), ("state", "ordered")),
                            models.Q(("answer", ""), ("ended_at__isnull", False), ("state", "received")),
                            models.Q(("ended_at__isnull", False), ("state", "settled")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state", "cancelled"),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="assets_purchase_ends",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("number", models.TextField(null=True, unique=True)),
                ("title", models.TextField()),
                (
                    "acquired",
                    models.TextField(
                        choices=[
                            ("bought", "购置"),
                            ("donated", "捐赠"),
                            ("transferred", "调入"),
                            ("built", "自建"),
                            ("found", "盘盈"),
                        ],
                        default="bought",
                    ),
                ),
                ("acquired_on", models.DateField()),
                ("supplier", models.TextField(blank=True, default="")),
                (
                    "invoice",
                    models.TextField(
                        blank=True, default="", help_text="of what was bought; else the agreement, if any"
                    ),
                ),
                ("invoice_fen", models.BigIntegerField()),
                ("contract", models.TextField(blank=True, default="")),
                ("funds", models.TextField(blank=True, default="")),
                ("first_signed_at", models.DateTimeField(null=True)),
                ("second_signed_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "待验收"),
                            ("received", "已入库"),
                            ("refused", "验收不通过"),
                            ("taken_back", "已撤回"),
                        ],
                        default="waiting",
                    ),
                ),
                ("answer", models.TextField(blank=True, default="", help_text="why it was refused")),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "first_inspector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "second_inspector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.case"
                    ),
                ),
                (
                    "purchase",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="assets.purchase",
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
                "db_table": "assets_receipt",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "received"])),
                        fields=("purchase",),
                        name="assets_receipt_of_purchase",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.TextField()),
                ("model", models.TextField(blank=True, default="")),
                ("maker", models.TextField(blank=True, default="")),
                ("serials", models.TextField(blank=True, default="", help_text="one a line")),
                ("quantity", models.PositiveIntegerField()),
                ("price_fen", models.BigIntegerField(help_text="of one")),
                ("is_batch", models.BooleanField(default=False)),
                (
                    "is_low_value",
                    models.BooleanField(default=False, help_text="by the threshold of the day it was entered"),
                ),
                ("put_into_use_on", models.DateField()),
                (
                    "months",
                    models.PositiveSmallIntegerField(
                        help_text="over how many it is depreciated; null: as its class", null=True
                    ),
                ),
                (
                    "years_basis",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="why other years than the rule's: an appraisal, a house of bricks",
                    ),
                ),
                (
                    "former_number",
                    models.TextField(blank=True, default="", help_text="on the label that it carries already (盘盈)"),
                ),
                (
                    "use",
                    models.TextField(
                        choices=[
                            ("teaching", "教学"),
                            ("research", "科研"),
                            ("office", "行政"),
                            ("logistics", "后勤"),
                            ("let", "出租出借"),
                        ],
                        default="teaching",
                    ),
                ),
                ("warranty_until", models.DateField(null=True)),
                (
                    "classification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.classification"
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="assets.receipt"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"
                    ),
                ),
            ],
            options={
                "db_table": "assets_receipt_line",
                "ordering": ["position"],
            },
        ),
        migrations.AddField(
            model_name="asset",
            name="receipt_line",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="assets", to="assets.receiptline"
            ),
        ),
        migrations.CreateModel(
            name="ServiceLife",
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
                ("code", models.TextField()),
                ("name", models.TextField(help_text="as the guideline calls it")),
                ("years", models.PositiveSmallIntegerField()),
                ("most_years", models.PositiveSmallIntegerField(help_text="null: as many as `years`", null=True)),
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
                        to="assets.servicelife",
                    ),
                ),
            ],
            options={
                "db_table": "assets_service_life",
            },
        ),
        migrations.CreateModel(
            name="Transfer",
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
                        choices=[("asked", "待确认"), ("done", "已调拨"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "wants_idle",
                    models.BooleanField(default=False, help_text="asked for because it stood idle"),
                ),
                ("accepted_by_name", models.TextField(blank=True, default="")),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.case"
                    ),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        help_text="null: nobody is keeper there",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
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
                    "asset",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "from_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
                (
                    "to_keeper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "to_room",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
                ),
                (
                    "to_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "assets_transfer",
            },
        ),
        migrations.AddConstraint(
            model_name="cardimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_card_import_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardimport",
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
                name="assets_card_import_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("card_count__gt", 0),
                    ("month__day", 1),
                    ("value_fen__gt", 0),
                    models.Q(("title", ""), _negated=True),
                ),
                name="assets_card_import_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardrow",
            constraint=models.UniqueConstraint(fields=("batch", "former_number"), name="assets_card_row_once"),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code__regex", "^A[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{2})?)?)?$"),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("measure", ""), _negated=True),
                ),
                name="assets_class_is_named",
            ),
        ),
        migrations.AddIndex(
            model_name="depreciation",
            index=models.Index(fields=["booked_in"], name="assets_depreciation_booked"),
        ),
        migrations.AddConstraint(
            model_name="depreciation",
            constraint=models.UniqueConstraint(fields=("asset", "month"), name="assets_depreciation_once_a_month"),
        ),
        migrations.AddConstraint(
            model_name="depreciation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("booked_in__day", 1), ("booked_in__gte", models.F("month")), ("fen__gte", 0), ("month__day", 1)
                ),
                name="assets_depreciation_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_disposal_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["done", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_disposal_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("income_fen__gte", 0),
                    ("kind__in", ["scrap", "transfer", "donate", "sell", "write_off", "shortage"]),
                    ("level__in", ["office", "council", "finance"]),
                    ("value_fen__gt", 0),
                    models.Q(("title", ""), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="assets_disposal_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("level", "office"),
                    models.Q(("state", "done"), _negated=True),
                    models.Q(("approval", ""), _negated=True),
                    _connector="OR",
                ),
                name="assets_disposal_paper_by_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(("disposed_on__isnull", False), ("number__isnull", False)),
                    _connector="OR",
                ),
                name="assets_disposal_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("remittance", ""), ("remitted_on", None)),
                    models.Q(
                        ("income_fen__gt", 0),
                        ("remitted_on__isnull", False),
                        ("state", "done"),
                        models.Q(("remittance", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="assets_disposal_remitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposalline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None)), fields=("asset",), name="assets_disposal_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at", None), ("taker", None)),
                    models.Q(
                        ("taken_at__isnull", False),
                        ("taken_at__lte", models.F("expires_at")),
                        ("taker__isnull", False),
                        models.Q(("taker", models.F("giver")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="assets_hand_over_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("returned_at", None)), fields=("asset",), name="assets_loan_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("lent_on"))), name="assets_loan_due_after_lent"
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_loss_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["done", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_loss_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "refused"), _negated=True), fields=("asset",), name="assets_loss_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accumulated_fen__gte", 0),
                    ("accumulated_fen__lte", models.F("value_fen")),
                    ("fault__in", ["intent", "neglect", "none"]),
                    ("level__in", ["office", "council", "finance"]),
                    ("owed_fen__gte", 0),
                    ("owed_fen__lte", models.F("value_fen")),
                    models.Q(("findings", ""), _negated=True),
                    models.Q(("person__isnull", False), ("fault", "none"), _connector="OR"),
                ),
                name="assets_loss_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    ("owed_fen", 0),
                    ("bill__isnull", False),
                    _connector="OR",
                ),
                name="assets_loss_is_billed",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("level", "office"),
                    models.Q(("state", "done"), _negated=True),
                    models.Q(("approval", ""), _negated=True),
                    _connector="OR",
                ),
                name="assets_loss_paper_by_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True), ("number__isnull", False), _connector="OR"
                ),
                name="assets_loss_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="maintenance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("result", "open")), fields=("asset",), name="assets_maintenance_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="maintenance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("cost_fen__gte", 0), ("result", "open")),
                    models.Q(
                        ("closed_at__isnull", False), ("cost_fen__gte", 0), ("result__in", ["repaired", "beyond"])
                    ),
                    _connector="OR",
                ),
                name="assets_maintenance_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_month_close_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
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
                        ("state__in", ["posting", "posted", "refused"]),
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_month_close_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["refused", "discarded"]), _negated=True),
                fields=("month",),
                name="assets_month_close_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthclose",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1), models.Q(("title", ""), _negated=True)),
                name="assets_month_close_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="closedline",
            constraint=models.UniqueConstraint(fields=("close", "number"), name="assets_closed_line_once"),
        ),
        migrations.AddConstraint(
            model_name="closedline",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="assets_closed_line_says_why"
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["asset", "-at"], name="assets_movement_of_asset"),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                condition=models.Q(("kind", "transferred")), fields=["asset", "at"], name="assets_movement_transfers"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_month", None)), fields=("asset",), name="assets_plan_one_goes_on"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("base_fen__gte", 0),
                    ("from_month__day", 1),
                    ("months__range", (1, 1200)),
                    models.Q(
                        ("until_month", None),
                        models.Q(("until_month__day", 1), ("until_month__gte", models.F("from_month"))),
                        _connector="OR",
                    ),
                ),
                name="assets_plan_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_inspector", models.F("second_inspector")), _negated=True),
                    models.Q(("first_inspector", models.F("buyer")), _negated=True),
                    models.Q(("second_inspector", models.F("buyer")), _negated=True),
                ),
                name="assets_receipt_three_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("invoice_fen__gt", 0),
                    ("state__in", ["waiting", "received", "refused", "taken_back"]),
                    ("acquired__in", ["bought", "donated", "transferred", "built", "found"]),
                    models.Q(("title", ""), _negated=True),
                    models.Q(
                        models.Q(("invoice", ""), _negated=True),
                        models.Q(("acquired", "bought"), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="assets_receipt_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "received"), _negated=True),
                    models.Q(
                        ("first_signed_at__isnull", False),
                        ("number__isnull", False),
                        ("second_signed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="assets_receipt_signed_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "waiting")),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="assets_receipt_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), models.Q(("answer", ""), _negated=True)),
                    models.Q(models.Q(("state", "refused"), _negated=True), ("answer", "")),
                    _connector="OR",
                ),
                name="assets_receipt_refused_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptline",
            constraint=models.UniqueConstraint(fields=("receipt", "position"), name="assets_receipt_line_once"),
        ),
        migrations.AddConstraint(
            model_name="receiptline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price_fen__gt", 0),
                    ("quantity__gte", 1),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("months", None), ("months__gte", 1), _connector="OR"),
                ),
                name="assets_receipt_line_says_what",
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["keeper", "state"], name="assets_asset_of_keeper"),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["room"], name="assets_asset_in_room"),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["unit", "state"], name="assets_asset_of_unit"),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                django.db.models.functions.text.Upper("former_number"),
                condition=models.Q(("former_number", ""), _negated=True),
                name="assets_asset_formerly",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("former_number", ""), _negated=True), models.Q(("state", "void"), _negated=True)
                ),
                fields=("former_number",),
                name="assets_asset_former_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("tag", ""), _negated=True), models.Q(("state", "void"), _negated=True)),
                fields=("tag",),
                name="assets_asset_tag_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(("tag", ""), ("tag__regex", "^[0-9A-F]{8,64}$"), _connector="OR"),
                name="assets_asset_tag_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("carried_fen__lte", models.F("value_fen")),
                    ("number__regex", "^[0-9]{4}-A[0-9]{2}-[0-9]{6,}-[0-9]$"),
                    ("quantity__gte", 1),
                    ("value_fen__gt", 0),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("is_low_value", False), ("carried_fen", 0), _connector="OR"),
                ),
                name="assets_asset_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("acquired__in", ["bought", "donated", "transferred", "built", "found"]),
                    (
                        "state__in",
                        ["in_stock", "in_use", "lent", "in_repair", "missing", "to_scrap", "disposed", "void"],
                    ),
                    ("use__in", ["teaching", "research", "office", "logistics", "let"]),
                ),
                name="assets_asset_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(("put_into_use_on__gte", models.F("acquired_on"))),
                name="assets_asset_used_after_acquired",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "in_use"), _negated=True),
                    models.Q(("keeper__isnull", False), ("room__isnull", False)),
                    _connector="OR",
                ),
                name="assets_asset_in_use_has_keeper_and_room",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disposed_on__isnull", False), ("state", "disposed")),
                    models.Q(models.Q(("state", "disposed"), _negated=True), ("disposed_on", None)),
                    _connector="OR",
                ),
                name="assets_asset_disposed_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicelife",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="assets_service_life_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicelife",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="assets_service_life_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicelife",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("withdrawn_at", None)),
                expressions=[
                    (models.F("code"), "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="assets_service_life_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicelife",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code__regex", "^A[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{2})?)?)?$"),
                    ("years__range", (1, 100)),
                    models.Q(("name", ""), _negated=True),
                ),
                name="assets_service_life_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_transfer_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["done", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_transfer_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("asset",), name="assets_transfer_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("from_unit", models.F("to_unit")), _negated=True), models.Q(("reason", ""), _negated=True)
                ),
                name="assets_transfer_between_units",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state", "done"), _negated=True), ("accepted_at__isnull", False), _connector="OR"
                    ),
                    models.Q(
                        ("accepted_by", None),
                        ("approver", None),
                        models.Q(("approver", models.F("accepted_by")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="assets_transfer_accepted",
            ),
        ),
        migrations.CreateModel(
            name="Booked",
            fields=[
                (
                    "asset",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="booked",
                        serialize=False,
                        to="assets.asset",
                    ),
                ),
                ("fen", models.BigIntegerField()),
            ],
            options={
                "db_table": "assets_booked",
            },
        ),
        migrations.CreateModel(
            name="BookedSum",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("row_count", models.IntegerField()),
                ("late_count", models.IntegerField()),
                ("fen", models.BigIntegerField()),
            ],
            options={
                "db_table": "assets_booked_sum",
            },
        ),
        migrations.CreateModel(
            name="Improvement",
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
                        choices=[("asked", "待复核"), ("done", "已改值"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("value_fen", models.BigIntegerField(help_text="before it")),
                ("added_fen", models.BigIntegerField()),
                ("months", models.PositiveSmallIntegerField(help_text="over how many it is depreciated from then on")),
                ("reason", models.TextField()),
            ],
            options={
                "db_table": "assets_improvement",
            },
        ),
        migrations.AddField(
            model_name="improvement",
            name="approver",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="improvement",
            name="asset",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"),
        ),
        migrations.AddField(
            model_name="improvement",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="improvement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_improvement_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="improvement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["done", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_improvement_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="improvement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("asset",), name="assets_improvement_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="improvement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("added_fen__gt", 0),
                    ("months__range", (1, 1200)),
                    ("value_fen__gt", 0),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="assets_improvement_says_what",
            ),
        ),
        migrations.CreateModel(
            name="Figure",
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
                    "name",
                    models.TextField(
                        choices=[
                            ("threshold_fen", "固定资产单价起点"),
                            ("council_fen", "校长办公会审批起点"),
                            ("finance_fen", "报财政部门审批起点"),
                            ("large_fen", "大型仪器单价起点"),
                            ("intent_permille", "故意丢失赔偿净值的比例"),
                            ("neglect_permille", "过失丢失赔偿净值的比例"),
                            ("least_permille", "赔偿不低于原值的比例"),
                        ]
                    ),
                ),
                ("value", models.BigIntegerField()),
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.figure"
                    ),
                ),
            ],
            options={
                "db_table": "assets_figure",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="assets_figure_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="assets_figure_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        expressions=[
                            (models.F("name"), "="),
                            (
                                models.Func(
                                    models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                                ),
                                "&&",
                            ),
                        ],
                        name="assets_figure_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name__endswith", "_fen"), ("value__gt", 0)),
                            models.Q(("name__endswith", "_permille"), ("value__range", (0, 1000))),
                            _connector="OR",
                        ),
                        name="assets_figure_says_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("amount_fen", models.BigIntegerField()),
                (
                    "voucher",
                    models.TextField(
                        help_text="half width, capitals, no blanks: so one is entered once for a purchase"
                    ),
                ),
                ("paid_on", models.DateField()),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reversed_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "purchase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="assets.purchase"
                    ),
                ),
            ],
            options={
                "db_table": "assets_payment",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reversed_at", None)),
                        fields=("purchase", "voucher"),
                        name="assets_payment_of_voucher_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0), models.Q(("voucher", ""), _negated=True)),
                        name="assets_payment_says_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField()),
                ("issued_on", models.DateField()),
                ("seller", models.TextField()),
                ("total_fen", models.BigIntegerField()),
                ("lines", models.JSONField()),
                (
                    "state",
                    models.TextField(
                        choices=[("standing", "使用中"), ("claimed", "待核对"), ("void", "已作废")], default="standing"
                    ),
                ),
                ("void_reason", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "assets_invoice",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "standing")), fields=("number",), name="assets_invoice_stands_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__regex", "^[0-9]{8,20}$"),
                            ("total_fen__gt", 0),
                            models.Q(("seller", ""), _negated=True),
                        ),
                        name="assets_invoice_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "void"), models.Q(("void_reason", ""), _negated=True)),
                            models.Q(("state__in", ["standing", "claimed"]), ("void_reason", "")),
                            _connector="OR",
                        ),
                        name="assets_invoice_void_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="assets.invoice"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "assets_invoice_file",
                "constraints": [models.UniqueConstraint(fields=("invoice", "author"), name="assets_invoice_file_once")],
            },
        ),
        migrations.CreateModel(
            name="Contest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("author_name", models.TextField()),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "待核对"), ("done", "以后交的为准"), ("refused", "维持原来的")],
                        default="asked",
                    ),
                ),
                ("number", models.TextField()),
                (
                    "claimed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.invoice"
                    ),
                ),
                (
                    "against",
                    models.ForeignKey(
                        help_text="what stands, while it waits; what it was judged by",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.invoice",
                    ),
                ),
                ("reason", models.TextField()),
            ],
            options={
                "db_table": "assets_contest",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="assets_contest_two_people",
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
                        name="assets_contest_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("number", "author"),
                        name="assets_contest_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="assets_contest_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptFlag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="flags", to="assets.receipt"
                    ),
                ),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="flags", to="assets.contest"
                    ),
                ),
                (
                    "result",
                    models.TextField(
                        choices=[
                            ("open", "发票待更正"),
                            ("belongs", "属于现在使用的那张发票"),
                            ("corrected", "已另行更正"),
                        ],
                        default="open",
                    ),
                ),
                ("correction", models.TextField(blank=True, default="")),
                (
                    "corrected_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("corrected_by_name", models.TextField(blank=True, default="")),
                ("corrected_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "assets_receipt_flag",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("result", "open")),
                        fields=("receipt",),
                        name="assets_receipt_flag_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("corrected_at", None), ("corrected_by", None), ("correction", ""), ("result", "open")
                            ),
                            models.Q(
                                ("corrected_at__isnull", False),
                                ("corrected_by__isnull", False),
                                ("result__in", ["belongs", "corrected"]),
                                models.Q(("correction", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="assets_receipt_flag_set_right",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="assets.receiptline",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="assets.receipt"
                    ),
                ),
            ],
            options={
                "db_table": "assets_receipt_photo",
            },
        ),
        migrations.CreateModel(
            name="Reversal",
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
                        choices=[("asked", "待复核"), ("done", "已冲回"), ("refused", "未同意")], default="asked"
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
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="assets.payment"
                    ),
                ),
            ],
            options={
                "db_table": "assets_reversal",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="assets_reversal_two_people",
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
                        name="assets_reversal_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "refused"), _negated=True),
                        fields=("payment",),
                        name="assets_reversal_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="assets_reversal_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rollback",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rollbacks", to="assets.cardimport"
                    ),
                ),
            ],
            options={
                "db_table": "assets_rollback",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="assets_rollback_two_people",
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
                        name="assets_rollback_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("batch",), name="assets_rollback_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="assets_rollback_says_why"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="servicelife",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("most_years", None),
                    models.Q(("most_years__gt", models.F("years")), ("most_years__lte", 100)),
                    _connector="OR",
                ),
                name="assets_service_life_span",
            ),
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("safety", "特种设备检验"),
                            ("metrology", "计量检定"),
                            ("calibration", "校准"),
                            ("upkeep", "定期保养"),
                        ]
                    ),
                ),
                ("every_months", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.TextField(blank=True, default="")),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="assets.asset"
                    ),
                ),
            ],
            options={
                "db_table": "assets_inspection",
            },
        ),
        migrations.CreateModel(
            name="InspectionRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("done_on", models.DateField()),
                ("result", models.TextField(choices=[("passed", "合格"), ("failed", "不合格")])),
                ("inspector", models.TextField(help_text="who looked at it: a company, an institute, a person")),
                ("certificate", models.TextField(blank=True, default="")),
                ("due_on", models.DateField()),
                ("by_name", models.TextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="assets.inspection"
                    ),
                ),
            ],
            options={
                "db_table": "assets_inspection_record",
            },
        ),
        migrations.AddIndex(
            model_name="inspection",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["due_on"], name="assets_inspection_due"),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("asset", "kind"), name="assets_inspection_one_of_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("every_months__range", (1, 120)),
                    ("kind__in", ["safety", "metrology", "calibration", "upkeep"]),
                    models.Q(
                        models.Q(("end_reason", ""), ("ended_at", None)),
                        models.Q(("ended_at__isnull", False), models.Q(("end_reason", ""), _negated=True)),
                        _connector="OR",
                    ),
                ),
                name="assets_inspection_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionrecord",
            constraint=models.UniqueConstraint(
                fields=("inspection", "done_on", "result"), name="assets_inspection_record_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("result", "failed"),
                    models.Q(("due_on__gt", models.F("done_on")), ("result", "passed")),
                    _connector="OR",
                ),
                name="assets_inspection_record_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("inspector", ""), _negated=True), name="assets_inspection_record_by_whom"
            ),
        ),
        migrations.CreateModel(
            name="Instrument",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("is_shared", models.BooleanField(default=True)),
                ("hours", models.TextField(help_text="when it can be used, in words")),
                ("fee_fen", models.BigIntegerField(help_text="an hour")),
                ("conditions", models.TextField(blank=True, default="")),
                ("by_name", models.TextField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "asset",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sharing", to="assets.asset"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={"db_table": "assets_instrument"},
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_fen__gte", 0), models.Q(("hours", ""), _negated=True)),
                name="assets_instrument_says_what",
            ),
        ),
        migrations.CreateModel(
            name="StockItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("kind", models.TextField(choices=[("consumable", "耗材"), ("hazardous", "危险品")])),
                ("name", models.TextField()),
                ("measure", models.TextField()),
                ("least", models.PositiveIntegerField(default=0, help_text="fewer are too few")),
                ("balance", models.PositiveIntegerField(default=0)),
                (
                    "room",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus.place"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={"db_table": "assets_stock_item"},
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.UniqueConstraint(
                fields=("unit", "name", "measure", "room"), name="assets_stock_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["consumable", "hazardous"]),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("measure", ""), _negated=True),
                ),
                name="assets_stock_item_says_what",
            ),
        ),
        migrations.CreateModel(
            name="StockMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("token", models.UUIDField(help_text="names the form it came from", unique=True)),
                ("change", models.IntegerField()),
                ("balance", models.PositiveIntegerField(help_text="after it")),
                ("reason", models.TextField()),
                ("by_name", models.TextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="assets.stockitem"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={"db_table": "assets_stock_move"},
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("change", 0), _negated=True), models.Q(("reason", ""), _negated=True)),
                name="assets_stock_move_says_what",
            ),
        ),
        migrations.CreateModel(
            name="Letting",
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
                        choices=[("asked", "待审批"), ("done", "已批准"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("taker", models.TextField(help_text="who has it then, and how he is reached")),
                ("starts_on", models.DateField(help_text="from when on it is let; as it is agreed", null=True)),
                ("due_on", models.DateField()),
                ("rent_fen", models.BigIntegerField(help_text="of each period; 0: lent")),
                (
                    "rent_months",
                    models.SmallIntegerField(
                        choices=[(0, "一次付清"), (1, "每月"), (3, "每季度"), (6, "每半年"), (12, "每年")], default=0
                    ),
                ),
                ("contract", models.TextField()),
                (
                    "level",
                    models.TextField(
                        choices=[("office", "国资处审批"), ("council", "校长办公会审批"), ("finance", "报财政部门审批")]
                    ),
                ),
                (
                    "approval",
                    models.TextField(
                        blank=True, default="", help_text="the paper of the council or the finance department"
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "asset",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.asset"),
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
                (
                    "case",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.case"
                    ),
                ),
                (
                    "extends",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="assets.letting",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        help_text="who is billed the rent",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={"db_table": "assets_letting"},
        ),
        migrations.AddConstraint(
            model_name="letting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_letting_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="letting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["done", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_letting_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="letting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("asset",), name="assets_letting_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="letting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rent_fen__gte", 0),
                    ("rent_months__in", [0, 1, 3, 6, 12]),
                    models.Q(("taker", ""), _negated=True),
                    models.Q(("contract", ""), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="assets_letting_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="letting",
            constraint=models.CheckConstraint(
                condition=models.Q(("rent_fen", 0), ("payer__isnull", False), _connector="OR"),
                name="assets_letting_says_who_pays",
            ),
        ),
        migrations.AddConstraint(
            model_name="letting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_on__gte", models.F("starts_on")), ("starts_on__isnull", False), ("state", "done")
                )
                | models.Q(models.Q(("state", "done"), _negated=True), ("starts_on", None)),
                name="assets_letting_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="letting",
            constraint=models.CheckConstraint(
                condition=models.Q(("level", "office"), models.Q(("approval", ""), _negated=True), _connector="OR"),
                name="assets_letting_paper_by_sum",
            ),
        ),
        migrations.CreateModel(
            name="Rent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("ordinal", models.PositiveIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "bill",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.bill"
                    ),
                ),
                (
                    "letting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rents", to="assets.letting"
                    ),
                ),
            ],
            options={"db_table": "assets_rent"},
        ),
        migrations.AddConstraint(
            model_name="rent",
            constraint=models.UniqueConstraint(fields=("letting", "ordinal"), name="assets_rent_once"),
        ),
        migrations.AddConstraint(
            model_name="rent",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on")), ("ordinal__gte", 1)),
                name="assets_rent_says_what",
            ),
        ),
        migrations.CreateModel(
            name="Argument",
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
                        choices=[("asked", "论证中"), ("done", "已批准"), ("refused", "未同意")], default="asked"
                    ),
                ),
                ("title", models.TextField()),
                ("quantity", models.PositiveIntegerField()),
                ("price_fen", models.BigIntegerField(help_text="of one, at most")),
                ("reason", models.TextField()),
                ("sharing", models.TextField(help_text="where it stands, who runs it, who else may use it")),
                ("argued_at", models.DateTimeField(help_text="the experts agreed", null=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
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
                (
                    "case",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.case"
                    ),
                ),
            ],
            options={"db_table": "assets_argument"},
        ),
        migrations.AddConstraint(
            model_name="argument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver__isnull", True),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="assets_argument_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="argument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approver__isnull", True), ("decided_at__isnull", True), ("state__in", ["asked"])),
                    models.Q(
                        ("approver__isnull", False), ("decided_at__isnull", False), ("state__in", ["done", "refused"])
                    ),
                    models.Q(("approver__isnull", True), ("decided_at__isnull", False), ("state__in", ["refused"])),
                    _connector="OR",
                ),
                name="assets_argument_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="argument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price_fen__gt", 0),
                    ("quantity__gte", 1),
                    models.Q(("title", ""), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("sharing", ""), _negated=True),
                    models.Q(models.Q(("state", "done"), _negated=True), ("argued_at__isnull", False), _connector="OR"),
                ),
                name="assets_argument_says_what",
            ),
        ),
        migrations.AddField(
            model_name="loan",
            name="letting",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="loan", to="assets.letting"
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("borrower__isnull", False), ("letting", None)),
                    models.Q(("borrower", None), ("letting__isnull", False)),
                    _connector="OR",
                ),
                name="assets_loan_to_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rent_refused", ""),
                    models.Q(("letting__isnull", False), ("returned_at__isnull", False)),
                    _connector="OR",
                ),
                name="assets_loan_rent_of_what_is_back",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="argument",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="assets.argument"
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
