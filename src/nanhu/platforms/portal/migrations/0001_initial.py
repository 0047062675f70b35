import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=40)),
                ("icon", models.CharField(default="app-window", max_length=60)),
                ("url", models.URLField(max_length=500)),
                (
                    "section",
                    models.TextField(
                        choices=[
                            ("personal", "个人事务"),
                            ("work", "工作生活"),
                            ("study", "学习生活"),
                            ("service", "服务大厅"),
                        ]
                    ),
                ),
                ("faces", django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list),
                ),
                ("owner", models.CharField(blank=True, default="", max_length=80)),
                ("description", models.CharField(blank=True, default="", max_length=80)),
                ("order", models.PositiveSmallIntegerField(default=100)),
                ("has_single_sign_on", models.BooleanField(default=True)),
                ("is_in_maintenance", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "portal_listed_application",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("section__in", ["personal", "work", "study", "service"])),
                        name="portal_listed_section",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("faces__contained_by", ["student", "staff"]), ("faces__len__gt", 0)),
                        name="portal_listed_faces",
                    ),
                    models.CheckConstraint(condition=models.Q(("url__regex", "^https?://")), name="portal_listed_url"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "theme",
                    models.TextField(
                        choices=[("system", "跟随系统"), ("light", "浅色"), ("dark", "深色")], default="system"
                    ),
                ),
                ("type_size", models.TextField(choices=[("normal", "标准字号"), ("large", "大字")], default="normal")),
                ("language", models.TextField(blank=True, default="")),
                ("face", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "portal_preference",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("theme__in", ["system", "light", "dark"])), name="portal_preference_theme"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type_size__in", ["normal", "large"])), name="portal_preference_type_size"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("face__in", ["", "student", "staff"])), name="portal_preference_face"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shortcut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("application_key", models.TextField()),
                ("position", models.PositiveSmallIntegerField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "portal_shortcut",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "application_key"), name="portal_shortcut_once"),
                    models.CheckConstraint(
                        condition=models.Q(("application_key", ""), _negated=True), name="portal_shortcut_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__isnull", False), ("opened_at__isnull", False), _connector="OR"),
                        name="portal_shortcut_of_use",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                (
                    "leaves_out",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        help_text="keys of feeds that are not given out",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(help_text="when a program last came, to the hour", null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "portal_calendar_address",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("account",),
                        name="portal_calendar_address_one_a_person",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField()),
                ("object_key", models.TextField()),
                ("title", models.TextField()),
                ("detail", models.TextField(blank=True)),
                ("url", models.TextField()),
                ("icon", models.TextField(blank=True)),
                ("folded", models.TextField(help_text="the title")),
                ("pinyin", models.TextField(blank=True, help_text="of the title")),
                ("searched", models.TextField()),
                ("grams", django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ("faces", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                ("roles", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list)),
                (
                    "unit_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "portal_search_entry",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["grams"], name="portal_search_grams"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["pinyin"], name="portal_search_pinyin", opclasses=["gin_trgm_ops"]
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "object_key"), name="portal_search_entry_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("url", ""), _negated=True)
                        ),
                        name="portal_search_entry_leads_somewhere",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchMiss",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.TextField()),
                ("day", models.DateField()),
                ("asker", models.BinaryField()),
            ],
            options={
                "db_table": "portal_search_miss",
                "indexes": [models.Index(fields=["asker", "day"], name="portal_search_miss_of_day")],
                "constraints": [models.UniqueConstraint(fields=("word", "asker"), name="portal_search_miss_once")],
            },
        ),
        migrations.CreateModel(
            name="SearchSynonym",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.TextField(help_text="folded")),
                ("means", models.TextField()),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "portal_search_synonym",
                "constraints": [
                    models.UniqueConstraint(fields=("word", "means"), name="portal_search_synonym_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("word", ""), _negated=True), models.Q(("means", ""), _negated=True)
                        ),
                        name="portal_search_synonym_says",
                    ),
                ],
            },
        ),
    ]
