import uuid
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("card_closing", "0001_initial"),
        ("card", "0001_initial"),
        ("card_codes", "0001_initial"),
        ("card_funds", "0001_initial"),
        ("payments", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BindingLock",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("locked_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "card_binding_lock",
            },
        ),
        migrations.CreateModel(
            name="Load",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(help_text="our request id at the bank", unique=True)),
                ("amount_fen", models.BigIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "已受理"),
                            ("sent", "已发往银行"),
                            ("unknown", "银行未答复，正在查询"),
                            ("debited", "银行已扣款"),
                            ("credited", "已入账，待领"),
                            ("writing", "正在写卡"),
                            ("written", "已写卡"),
                            ("unclaimed", "圈存未领"),
                            ("refused", "银行未扣款"),
                            ("reversing", "正在向银行撤销"),
                            ("reversed", "已撤销，未扣款"),
                        ],
                        default="asked",
                    ),
                ),
                ("sentence", models.TextField(blank=True, default="")),
                ("reference", models.TextField(blank=True, default="", help_text="the bank's number of the debit")),
                ("settled_on", models.DateField(help_text="the bank's day", null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
                (
                    "due_at",
                    models.DateTimeField(help_text="when the worker looks again; null: never", null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.agreement"
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
                (
                    "claimable",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_funds.claimable",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="terminals.terminal",
                    ),
                ),
            ],
            options={
                "db_table": "card_load",
            },
        ),
        migrations.CreateModel(
            name="LoadStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_state", models.TextField()),
                ("to_state", models.TextField()),
                ("sentence", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "load",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="card_bank.load"
                    ),
                ),
            ],
            options={
                "db_table": "card_load_step",
            },
        ),
        migrations.CreateModel(
            name="OnlineTopUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.TextField(
                        help_text="our order number; the bank's reference for its own transfers", unique=True
                    ),
                ),
                ("request", models.TextField(help_text="the app's own id of its question", null=True)),
                (
                    "source",
                    models.TextField(choices=[("web", "校园卡网页"), ("app", "外部应用"), ("bank_app", "银行 APP")]),
                ),
                ("amount_fen", models.BigIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("asked", "正在下单"),
                            ("opened", "待支付"),
                            ("paid", "已支付，正在入账"),
                            ("credited", "充值成功，待领"),
                            ("closed", "未支付，已关闭"),
                            ("refunding", "正在退款"),
                            ("refunded", "已原路退款"),
                        ],
                        default="asked",
                    ),
                ),
                ("sentence", models.TextField(blank=True, default="")),
                ("txn_time", models.TextField(blank=True, default="")),
                ("address", models.TextField(blank=True, default="", help_text="where it is paid")),
                ("tn", models.TextField(blank=True, default="")),
                ("query_id", models.TextField(help_text="UnionPay's number of the payment", null=True, unique=True)),
                ("settled_on", models.DateField(null=True)),
                ("told_times", models.PositiveIntegerField(default=0, help_text="notices that came for it")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "error",
                    models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200),
                ),
                (
                    "due_at",
                    models.DateTimeField(help_text="when the worker looks again; null: never", null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "app",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
                (
                    "claimable",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_funds.claimable",
                    ),
                ),
            ],
            options={
                "db_table": "card_online_top_up",
            },
        ),
        migrations.CreateModel(
            name="Binding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("app_user", models.TextField(help_text="how the app calls its user")),
                ("app_phone", nanhu.kernel.crypto.EncryptedTextField(default="", purpose="card.app_phone")),
                ("virtual_no", models.TextField(help_text="the number of the virtual card", unique=True)),
                ("device", models.TextField(help_text="the phone as it calls itself")),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "待短信确认"), ("active", "使用中"), ("revoked", "已解除")], default="asked"
                    ),
                ),
                ("code_hash", models.BinaryField(default=b"")),
                ("code_expires_at", models.DateTimeField()),
                ("tries_left", models.PositiveSmallIntegerField(default=3)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("bound_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "code_device",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="card_codes.codedevice",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "app",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
            ],
            options={
                "db_table": "card_binding",
                "indexes": [models.Index(fields=["person", "-created_at"], name="card_binding_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("app", "person"),
                        name="card_one_active_binding",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("app", "app_user"),
                        name="card_app_user_binds_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "active", "revoked"])),
                        name="card_binding_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "active"), _negated=True),
                            models.Q(("bound_at__isnull", False), ("revoked_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="card_binding_active_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "revoked"), _negated=True),
                            ("revoked_at__isnull", False),
                            _connector="OR",
                        ),
                        name="card_binding_revoked_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("campus_no", models.TextField()),
                ("name", models.TextField()),
                ("phone", nanhu.kernel.crypto.EncryptedTextField(purpose="card.appeal_phone")),
                ("text", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "待处理"), ("revoked", "已解除绑定"), ("refused", "未予支持")], default="open"
                    ),
                ),
                ("answer", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "clerk",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "app",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channel"
                    ),
                ),
            ],
            options={
                "db_table": "card_binding_appeal",
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["-created_at"], name="card_appeal_open")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("clerk__isnull", False),
                                ("decided_at__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="card_appeal_decided_by_a_clerk",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="load",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="card_load_due"),
        ),
        migrations.AddIndex(
            model_name="load",
            index=models.Index(fields=["card", "-created_at"], name="card_load_of_card"),
        ),
        migrations.AddIndex(
            model_name="load",
            index=models.Index(fields=["settled_on"], name="card_load_of_day"),
        ),
        migrations.AddConstraint(
            model_name="load",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_load_amount"),
        ),
        migrations.AddConstraint(
            model_name="load",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["debited", "credited", "writing", "written", "unclaimed"]), _negated=True),
                    models.Q(models.Q(("reference", ""), _negated=True), ("settled_on__isnull", False)),
                    _connector="OR",
                ),
                name="card_load_debited_has_a_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="load",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["credited", "writing", "written", "unclaimed"]), _negated=True),
                    ("claimable__isnull", False),
                    _connector="OR",
                ),
                name="card_load_credited_has_its_claimable",
            ),
        ),
        migrations.AddConstraint(
            model_name="load",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["asked", "sent", "unknown", "debited", "reversing", "credited", "writing"]),
                    ("due_at__isnull", True),
                    _connector="OR",
                ),
                name="card_load_ended_waits_for_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="load",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "sent", "unknown", "debited", "reversing"])),
                fields=("card",),
                name="card_one_load_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="loadstep",
            index=models.Index(fields=["load", "id"], name="card_step_of_load"),
        ),
        migrations.AddIndex(
            model_name="onlinetopup",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="card_online_due"
            ),
        ),
        migrations.AddIndex(
            model_name="onlinetopup",
            index=models.Index(fields=["card", "-created_at"], name="card_online_of_card"),
        ),
        migrations.AddIndex(
            model_name="onlinetopup",
            index=models.Index(fields=["settled_on"], name="card_online_of_day"),
        ),
        migrations.AddConstraint(
            model_name="onlinetopup",
            constraint=models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="card_online_amount"),
        ),
        migrations.AddConstraint(
            model_name="onlinetopup",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9A-Za-z]{8,40}$")), name="card_online_number_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="onlinetopup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["paid", "credited", "refunding", "refunded"]), _negated=True),
                    models.Q(("query_id__isnull", False), ("settled_on__isnull", False)),
                    _connector="OR",
                ),
                name="card_online_paid_has_its_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="onlinetopup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claimable__isnull", False), ("state", "credited")),
                    ("state__in", ["refunding", "refunded"]),
                    models.Q(models.Q(("state", "credited"), _negated=True), ("claimable__isnull", True)),
                    _connector="OR",
                ),
                name="card_online_credited_has_its_claimable",
            ),
        ),
        migrations.AddConstraint(
            model_name="onlinetopup",
            constraint=models.UniqueConstraint(fields=("app", "request"), name="card_online_once_per_question"),
        ),
        migrations.AddConstraint(
            model_name="onlinetopup",
            constraint=models.UniqueConstraint(
                condition=models.Q(("app__isnull", True), ("request__isnull", False)),
                fields=("request",),
                name="card_online_once_per_form",
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
