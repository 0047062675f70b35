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
        ("card", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CardOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("number", models.TextField(help_text="ZK and the day, then a running number", unique=True)),
                ("kind", models.TextField(choices=[("batch", "批量"), ("personal", "个人")])),
                (
                    "card_class",
                    models.TextField(choices=[("teacher", "教师卡"), ("student", "学生卡"), ("ordinary", "普通卡")]),
                ),
                ("title", models.TextField()),
                ("unit_code", models.TextField(blank=True, default="")),
                ("unit_name", models.TextField(blank=True, default="")),
                (
                    "source",
                    models.TextField(
                        choices=[("web", "网上提交"), ("mail", "邮件"), ("counter", "柜台"), ("enrolment", "新生名册")]
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "待修正"),
                            ("submitted", "待审批"),
                            ("approved", "待受理"),
                            ("refused", "未通过"),
                            ("accepted", "制卡中"),
                            ("made", "待发放"),
                            ("closed", "已发完"),
                            ("discarded", "已作废"),
                        ],
                        default="draft",
                    ),
                ),
                ("needs_approval", models.BooleanField(default=True)),
                ("requester_name", models.TextField()),
                ("approver_name", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(help_text="the clock of three working days begins", null=True)),
                ("accepted_by_name", models.TextField(blank=True, default="")),
                ("due_on", models.DateField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "collector",
                    models.TextField(blank=True, default="", help_text="领取人: who may fetch the whole batch"),
                ),
                (
                    "collector_code",
                    nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="card_issuing.collector_code"),
                ),
                ("collected_at", models.DateTimeField(null=True)),
                ("collected_how", models.TextField(blank=True, default="")),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "requester",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "card_order",
            },
        ),
        migrations.CreateModel(
            name="IncomingMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.TextField(unique=True)),
                ("sender", models.TextField()),
                ("subject", models.TextField(blank=True, default="")),
                (
                    "outcome",
                    models.TextField(
                        choices=[("ordered", "已成草稿"), ("refused", "已退回"), ("stranger", "发件人不认识")]
                    ),
                ),
                ("why", models.TextField(blank=True, default="")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "order",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mail",
                        to="card_issuing.cardorder",
                    ),
                ),
            ],
            options={
                "db_table": "card_incoming_mail",
            },
        ),
        migrations.CreateModel(
            name="OrderRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("name", models.TextField(blank=True, default="")),
                ("campus_no", models.TextField(blank=True, default="")),
                ("sex", models.TextField(blank=True, default="")),
                ("document_kind", models.TextField(blank=True, default="")),
                ("document", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="card_issuing.document")),
                ("unit", models.TextField(blank=True, default="")),
                ("category", models.TextField(blank=True, default="")),
                ("photo_name", models.TextField(blank=True, default="")),
                ("phone", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="card_issuing.phone")),
                ("collector", models.TextField(blank=True, default="")),
                ("valid_until", models.TextField(blank=True, default="")),
                ("errors", models.JSONField(default=dict)),
                ("photo_path", models.TextField(blank=True, default="")),
                ("photo_note", models.TextField(blank=True, default="")),
                (
                    "photo_seen_at",
                    models.DateTimeField(
                        help_text="a clerk looked at this very photo and took it for a face", null=True
                    ),
                ),
                ("photo_seen_by_name", models.TextField(blank=True, default="")),
                (
                    "is_photo_back",
                    models.BooleanField(
                        default=False, help_text="a clerk sent the photo back, and no other came since"
                    ),
                ),
                ("fee_fen", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "待制卡"), ("made", "待领取"), ("handed", "已发放"), ("void", "作废")],
                        default="waiting",
                    ),
                ),
                (
                    "plastic_uid",
                    models.TextField(
                        help_text="the chip's; the card answers to it once handed over", null=True, unique=True
                    ),
                ),
                ("made_at", models.DateTimeField(null=True)),
                ("pickup_code", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="card_issuing.pickup_code")),
                ("handed_at", models.DateTimeField(null=True)),
                ("handed_by_name", models.TextField(blank=True, default="")),
                (
                    "handed_how",
                    models.TextField(
                        blank=True, choices=[("holder", "本人"), ("code", "领卡码"), ("proxy", "代领")], default=""
                    ),
                ),
                ("handed_to", models.TextField(blank=True, default="")),
                ("handed_document", models.TextField(blank=True, default="")),
                (
                    "card",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card.card"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="card_issuing.cardorder"
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
                "db_table": "card_order_row",
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("kind", models.TextField(help_text="ready, expiring, expired")),
                ("channel", models.TextField(help_text="sms, mail, none")),
                ("to_masked", models.TextField(blank=True, default="")),
                ("text", nanhu.kernel.crypto.EncryptedTextField(purpose="card_issuing.letter")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="card_issuing.orderrow",
                    ),
                ),
            ],
            options={
                "db_table": "card_letter",
            },
        ),
        migrations.CreateModel(
            name="FeePayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", models.BigIntegerField()),
                ("method", models.TextField(choices=[("cash", "现金"), ("wallet", "校园卡余额")])),
                ("entry_id", models.BigIntegerField()),
                ("receipt_id", models.BigIntegerField(help_text="of the wallet's statement, where it paid", null=True)),
                ("clerk_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "row",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee_payment",
                        to="card_issuing.orderrow",
                    ),
                ),
            ],
            options={
                "db_table": "card_fee_payment",
            },
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("file_name", models.TextField()),
                ("content", nanhu.kernel.crypto.EncryptedTextField(purpose="card_issuing.proof")),
                ("content_type", models.TextField()),
                ("added_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="card_issuing.orderrow"
                    ),
                ),
            ],
            options={
                "db_table": "card_order_proof",
            },
        ),
        migrations.CreateModel(
            name="QueueTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[("waiting", "等候"), ("called", "请到窗口"), ("done", "已办"), ("missed", "过号")],
                        default="waiting",
                    ),
                ),
                ("window", models.TextField(blank=True, default="")),
                ("called_by_name", models.TextField(blank=True, default="")),
                ("called_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "card_queue_ticket",
            },
        ),
        migrations.CreateModel(
            name="Regulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField()),
                ("version", models.PositiveIntegerField()),
                ("title", models.TextField()),
                ("document_no", models.TextField(blank=True, default="")),
                ("body", models.TextField(help_text="Markdown")),
                ("effective_on", models.DateField()),
                ("published_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "card_regulation",
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="card_regulation_version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("how", models.TextField(help_text="handed_over or page")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
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
                        to="card_issuing.orderrow",
                    ),
                ),
                (
                    "regulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="card_issuing.regulation"
                    ),
                ),
            ],
            options={
                "db_table": "card_regulation_acceptance",
            },
        ),
        migrations.CreateModel(
            name="UnitDelegate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit_code", models.TextField()),
                ("unit_name", models.TextField()),
                ("role", models.TextField(choices=[("agent", "经办人"), ("leader", "审批领导")])),
                ("named_by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "card_unit_delegate",
            },
        ),
        migrations.AddIndex(
            model_name="cardorder",
            index=models.Index(fields=["state", "-created_at"], name="card_order_state"),
        ),
        migrations.AddConstraint(
            model_name="cardorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver", None),
                    ("requester", None),
                    models.Q(("approver", models.F("requester")), _negated=True),
                    _connector="OR",
                ),
                name="card_order_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["accepted", "made", "closed"]), _negated=True),
                    models.Q(("accepted_at__isnull", False), ("due_on__isnull", False)),
                    _connector="OR",
                ),
                name="card_order_accepted_has_a_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("needs_approval", True), _negated=True),
                    models.Q(("state__in", ["approved", "accepted", "made", "closed"]), _negated=True),
                    ("approver__isnull", False),
                    _connector="OR",
                ),
                name="card_order_approved_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["refused", "discarded"]), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="card_order_refusal_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="incomingmail",
            index=models.Index(fields=["-received_at"], name="card_incoming_mail_newest"),
        ),
        migrations.AddConstraint(
            model_name="incomingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("order__isnull", False), ("outcome", "ordered")),
                    models.Q(models.Q(("outcome", "ordered"), _negated=True), ("order", None)),
                    _connector="OR",
                ),
                name="card_incoming_mail_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["ordered", "refused", "stranger"])),
                name="card_incoming_mail_outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="orderrow",
            index=models.Index(fields=["person"], name="card_order_row_person"),
        ),
        migrations.AddConstraint(
            model_name="orderrow",
            constraint=models.UniqueConstraint(fields=("order", "line"), name="card_order_row_line_once"),
        ),
        migrations.AddConstraint(
            model_name="orderrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "made"])),
                fields=("card",),
                name="card_order_row_one_in_making",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("plastic_uid", None), ("plastic_uid__regex", "^([0-9A-F]{8}|[0-9A-F]{14})$"), _connector="OR"
                ),
                name="card_order_row_uid_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["made", "handed"]), _negated=True),
                    models.Q(("card__isnull", False), ("plastic_uid__isnull", False)),
                    _connector="OR",
                ),
                name="card_order_row_made_has_plastic",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "handed"), _negated=True),
                    models.Q(
                        ("handed_at__isnull", False),
                        models.Q(("handed_how", ""), _negated=True),
                        models.Q(("handed_to", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="card_order_row_handed_to_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderrow",
            constraint=models.CheckConstraint(condition=models.Q(("fee_fen__gte", 0)), name="card_order_row_fee"),
        ),
        migrations.AddConstraint(
            model_name="orderrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("photo_path", ""), ("card", None), ("photo_seen_at__isnull", False), _connector="OR"
                ),
                name="card_order_row_photo_seen",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["-created_at"], name="card_letter_newest"),
        ),
        migrations.AddConstraint(
            model_name="feepayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="card_fee_payment_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="queueticket",
            constraint=models.UniqueConstraint(fields=("day", "number"), name="card_queue_number_once"),
        ),
        migrations.AddConstraint(
            model_name="queueticket",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "called"])),
                fields=("day", "holder"),
                name="card_queue_one_place_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(fields=("regulation", "person"), name="card_acceptance_once"),
        ),
        migrations.AddConstraint(
            model_name="unitdelegate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("unit_code", "person", "role"),
                name="card_unit_delegate_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitdelegate",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["agent", "leader"])), name="card_unit_delegate_role"
            ),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
