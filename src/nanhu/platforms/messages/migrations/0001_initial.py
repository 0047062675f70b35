import uuid
from datetime import time
from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import nanhu.kernel.crypto
import nanhu.platforms.messages.models.notices
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
        ("people", "0002_posts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("template", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("notice", "公告"),
                            ("task", "待办"),
                            ("service", "办事进展"),
                            ("money", "校园卡与缴费"),
                            ("safety", "安全提醒"),
                        ]
                    ),
                ),
                ("urgency", models.TextField(choices=[("now", "立即"), ("today", "当天"), ("digest", "每日汇总")])),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("title_en", models.TextField()),
                ("text_en", models.TextField()),
                ("link", models.TextField(blank=True, default="", help_text="a path of this house")),
                ("key", models.TextField(blank=True, default="")),
                ("is_hidden", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "messages_message",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("once", models.UUIDField(null=True)),
                ("is_hidden", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("read_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("gather_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="campus_messages.message",
                    ),
                ),
            ],
            options={
                "db_table": "messages_entry",
            },
        ),
        migrations.CreateModel(
            name="MessageSettings",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("language", models.CharField(choices=[("zh", "中文"), ("en", "English")], default="zh", max_length=2)),
                ("quiet_from", models.TimeField(default=time(22, 30))),
                ("quiet_until", models.TimeField(default=time(7, 0))),
                ("digest_at", models.TimeField(default=time(17, 0))),
                ("shows_content", models.BooleanField(default=False, help_text="pushes say what the message says")),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "messages_settings",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["zh", "en"])), name="messages_settings_language"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("template", models.TextField()),
                ("channel", models.TextField()),
                ("state", models.TextField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "messages_tally",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "template", "channel", "state"), name="messages_tally_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField()),
                (
                    "audience",
                    models.CharField(
                        choices=[("all", "全校师生"), ("students", "全体学生"), ("staff", "全体教职工")],
                        default="all",
                        max_length=10,
                    ),
                ),
                ("for_units", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("published", "已发布"), ("withdrawn", "已撤回")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("pinned", models.BooleanField(default=False)),
                ("must_read", models.BooleanField(default=False)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("revised_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawal_reason", models.CharField(blank=True, max_length=200)),
                ("origin_key", models.CharField(max_length=80, null=True, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
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
                (
                    "office",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "db_table": "messages_notice",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="notice",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="campus_messages.notice"
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("file", models.FileField(max_length=200, upload_to=nanhu.platforms.messages.models.notices.stored_at)),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="campus_messages.notice",
                    ),
                ),
            ],
            options={
                "db_table": "messages_attachment",
            },
        ),
        migrations.CreateModel(
            name="NoticeUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="for_unit_rows",
                        to="campus_messages.notice",
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
                "db_table": "messages_notice_unit",
            },
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(help_text="when the worker looks again; null: never", null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", help_text="of the last attempt", max_length=200)),
                ("channel", models.TextField()),
                ("lane", models.BigIntegerField(default=0)),
                ("language", models.CharField(choices=[("zh", "中文"), ("en", "English")], max_length=2)),
                (
                    "number",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="campus_messages.message"
                    ),
                ),
            ],
            options={
                "db_table": "messages_parcel",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("queued", "等待发送"),
                            ("handed_over", "已交出"),
                            ("delivered", "已送达"),
                            ("failed", "未送达"),
                            ("dropped", "不再发送"),
                        ],
                        default="queued",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("reference", models.TextField(blank=True, default="")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="campus_messages.entry",
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="campus_messages.parcel",
                    ),
                ),
            ],
            options={
                "db_table": "messages_delivery",
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("digest", models.BinaryField(help_text="SHA-256 of the endpoint", max_length=32, unique=True)),
                ("endpoint", nanhu.kernel.crypto.EncryptedTextField(purpose="messages.push_endpoint")),
                ("public_key", nanhu.kernel.crypto.EncryptedTextField(purpose="messages.push_key")),
                ("auth", nanhu.kernel.crypto.EncryptedTextField(purpose="messages.push_auth")),
                ("device", models.CharField(blank=True, default="", max_length=80)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("used_at", models.DateTimeField(null=True)),
                ("refusals", models.PositiveSmallIntegerField(default=0, help_text="in a row")),
                ("last_number", models.UUIDField(help_text="of the batch that came last: it comes once", null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "messages_push_subscription",
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campus_messages.notice",
                    ),
                ),
            ],
            options={
                "db_table": "messages_receipt",
            },
        ),
        migrations.CreateModel(
            name="ChannelChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("notice", "公告"),
                            ("task", "待办"),
                            ("service", "办事进展"),
                            ("money", "校园卡与缴费"),
                            ("safety", "安全提醒"),
                        ]
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, null=True),
                ),
                (
                    "is_gathered",
                    models.BooleanField(default=False, help_text="with the day's digest instead of at once"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "messages_channel_choice",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "kind"), name="messages_channel_choice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["notice", "task", "service", "money", "safety"])),
                        name="messages_channel_choice_kind",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("is_hidden", False)),
                fields=["person", "-created_at", "-id"],
                name="messages_entry_inbox",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("is_hidden", False), ("read_at__isnull", True)),
                fields=["person"],
                name="messages_entry_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="messages_entry_due"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("gather_at__isnull", False)), fields=["gather_at"], name="messages_entry_gather"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("message", "person"), name="messages_entry_once_a_message"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("person", "once"), name="messages_entry_once_a_day"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                models.OrderBy(models.F("pinned"), descending=True),
                models.OrderBy(models.F("published_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "published")),
                name="messages_notice_reading",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("state", "published"), ("told_at", None)),
                fields=["published_at"],
                name="messages_notice_untold",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                models.OrderBy(models.F("published_at"), descending=True, nulls_first=True),
                models.OrderBy(models.F("id"), descending=True),
                name="messages_notice_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("title"), name="gin_trgm_ops"
                ),
                name="messages_notice_title_trgm",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("audience__in", ["all", "students", "staff"])), name="messages_notice_audience"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "published", "withdrawn"])), name="messages_notice_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="messages_notice_titled"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "draft"), ("published_at", None)),
                    models.Q(models.Q(("state", "draft"), _negated=True), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="messages_notice_published_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "withdrawn"), _negated=True), ("withdrawn_at__isnull", False), _connector="OR"
                ),
                name="messages_notice_withdrawn_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None),
                    ("published_at", None),
                    ("expires_at__gt", models.F("published_at")),
                    _connector="OR",
                ),
                name="messages_notice_expires_later",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("key", ""), _negated=True), fields=["template", "key"], name="messages_message_key"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["created_at"], name="messages_message_age"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["notice", "task", "service", "money", "safety"])),
                name="messages_message_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("urgency__in", ["now", "today", "digest"])), name="messages_message_urgency"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("title_en", ""), _negated=True)),
                name="messages_message_titled",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("link", ""),
                    models.Q(("link__startswith", "/"), models.Q(("link__startswith", "//"), _negated=True)),
                    _connector="OR",
                ),
                name="messages_message_link",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0), ("size__lte", 20971520)), name="messages_attachment_size"
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("notice", "name"), name="messages_attachment_name_once"),
        ),
        migrations.AddConstraint(
            model_name="noticeunit",
            constraint=models.UniqueConstraint(fields=("notice", "unit"), name="messages_notice_unit_once"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["lane", "due_at"], name="messages_parcel_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["zh", "en"])), name="messages_parcel_language"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["-created_at", "-id"], name="messages_delivery_newest"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "handed_over")), fields=["channel", "id"], name="messages_delivery_open"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "failed")), fields=["-changed_at"], name="messages_delivery_failed"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "handed_over", "delivered", "failed", "dropped"])),
                name="messages_delivery_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="messages_delivery_failed_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("entry", "channel"), name="messages_delivery_once"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["notice", "read_at"], name="messages_receipt_by_notice"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("account", "notice"), name="messages_receipt_once"),
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
