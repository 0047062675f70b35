import uuid
from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

import nanhu.kernel.crypto
from nanhu.kernel.sqlfiles import run_sql_folder


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL((Path(__file__).parent.parent / "sql" / "extensions.sql").read_text(encoding="utf-8"), ""),
        migrations.CreateModel(
            name="ChangeSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("import", "导入"),
                            ("merge", "归并"),
                            ("rebuild", "重建"),
                            ("correction", "更正"),
                            ("revert", "撤回"),
                            ("calendar", "到期"),
                        ]
                    ),
                ),
                ("source", models.TextField(help_text="key of the source, such as hr.staff")),
                ("source_title", models.TextField(blank=True, default="")),
                ("batch_no", models.BigIntegerField(null=True)),
                ("actor", models.TextField()),
                ("reason", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reverts",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reverted_by",
                        to="people.changeset",
                    ),
                ),
            ],
            options={
                "db_table": "people_change_set",
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "entity",
                    models.TextField(choices=[("person", "person"), ("affiliation", "affiliation"), ("unit", "unit")]),
                ),
                ("entity_id", models.BigIntegerField()),
                ("before", models.JSONField()),
                ("sources", models.JSONField(default=dict)),
                ("sealed", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="people.change")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "change_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="people.changeset"
                    ),
                ),
            ],
            options={
                "db_table": "people_change",
            },
        ),
        migrations.CreateModel(
            name="OrgUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("short_name", models.TextField(blank=True, default="")),
                ("kind", models.TextField(blank=True, default="")),
                ("is_active", models.BooleanField(default=True)),
                ("provenance", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.changeset"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="people.orgunit",
                    ),
                ),
            ],
            options={
                "db_table": "people_org_unit",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("name", models.TextField()),
                ("pinyin", models.TextField(blank=True, default="")),
                ("initials", models.TextField(blank=True, default="")),
                ("sex", models.TextField(default="0", help_text="GB/T 2261.1")),
                ("birth_date", models.DateField(null=True)),
                ("nationality", models.TextField(blank=True, default="", help_text="GB/T 2659, three letters")),
                ("ethnicity", models.TextField(blank=True, default="", help_text="GB/T 3304, two digits")),
                ("document_kind", models.TextField(blank=True, default="", help_text="SFZJLX of JY/T 1001")),
                ("id_number", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="people.id_number")),
                ("id_number_index", models.BinaryField(max_length=32, null=True)),
                ("phone", nanhu.kernel.crypto.EncryptedTextField(null=True, purpose="people.phone")),
                ("phone_index", models.BinaryField(max_length=32, null=True)),
                ("email", models.TextField(blank=True, default="")),
                ("photo_path", models.TextField(blank=True, default="")),
                (
                    "portrait_path",
                    models.TextField(blank=True, db_default="", help_text="set by himself; the photo is the office's"),
                ),
                (
                    "is_void",
                    models.BooleanField(
                        default=False,
                        help_text="only batches that were rolled back spoke of them: nobody, until one brings them again",
                    ),
                ),
                ("provenance", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.changeset"
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "people_person",
            },
        ),
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[("student", "学生"), ("staff", "教职工"), ("temporary", "临时人员"), ("guest", "来宾")]
                    ),
                ),
                ("campus_no", models.TextField()),
                ("category", models.TextField(blank=True, default="", help_text="code of the category")),
                ("category_name", models.TextField(blank=True, default="")),
                ("status_name", models.TextField(blank=True, default="", help_text="在读, 休学, 在职, 退休, …")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("planned", "未开始"), ("active", "正常"), ("suspended", "暂停"), ("ended", "已结束")],
                        default="active",
                    ),
                ),
                ("provenance", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.changeset"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="affiliations", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "people_affiliation",
            },
        ),
        migrations.AddIndex(
            model_name="changeset",
            index=models.Index(fields=["batch_no"], name="people_change_set_batch"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["entity", "entity_id", "-id"], name="people_change_of"),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                fields=("change_set", "entity", "entity_id"), name="people_change_once_per_set"
            ),
        ),
        migrations.AddConstraint(
            model_name="orgunit",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="people_unit_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="orgunit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                ),
                name="people_unit_is_not_its_own_parent",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["phone_index"], name="people_person_phone"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name", "birth_date"], name="people_person_name_birth"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into", None), _negated=True),
                fields=["merged_into"],
                name="people_person_merged",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["name", "pinyin"], name="people_person_search", opclasses=["gin_trgm_ops", "gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["initials"], name="people_person_initials", opclasses=["text_pattern_ops"]),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("name", name="text_pattern_ops"),
                condition=models.Q(("merged_into", None)),
                name="people_person_name_start",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Replace("pinyin", models.Value(" "), models.Value("")),
                    name="text_pattern_ops",
                ),
                condition=models.Q(("merged_into", None)),
                name="people_person_pinyin_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "^\\S(.*\\S)?$")), name="people_person_is_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("sex__in", ["0", "1", "2", "9"])), name="people_person_sex_is_standard"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("nationality", ""), ("nationality__regex", "^[A-Z]{3}$"), _connector="OR"),
                name="people_person_nationality_is_standard",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("ethnicity", ""), ("ethnicity__regex", "^[0-9]{2}$"), _connector="OR"),
                name="people_person_ethnicity_is_standard",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("birth_date", None),
                    models.Q(("birth_date__gte", "1900-01-01"), ("birth_date__lte", "2100-01-01")),
                    _connector="OR",
                ),
                name="people_person_birth_is_plausible",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id_number__isnull", True), ("id_number_index", None)),
                    models.Q(("id_number__isnull", False), ("id_number_index__isnull", False)),
                    _connector="OR",
                ),
                name="people_person_id_number_is_indexed",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone__isnull", True), ("phone_index", None)),
                    models.Q(("phone__isnull", False), ("phone_index__isnull", False)),
                    _connector="OR",
                ),
                name="people_person_phone_is_indexed",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None), models.Q(("merged_into", models.F("id")), _negated=True), _connector="OR"
                ),
                name="people_person_is_not_merged_into_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("merged_into", None), models.Q(("document_kind", "A"), _negated=True)),
                fields=("id_number_index", "document_kind"),
                name="people_person_document_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("document_kind", "A"), ("merged_into", None)),
                fields=("id_number_index", "nationality"),
                name="people_person_passport_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_void", False), models.Q(("id_number_index", None), ("phone_index", None)), _connector="OR"
                ),
                name="people_person_void_is_bare",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                fields=["campus_no"], name="people_affiliation_campus_no", opclasses=["text_pattern_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("campus_no"), name="text_pattern_ops"
                ),
                name="people_affiliation_number",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(
                condition=models.Q(("state__in", ["active", "suspended"])),
                fields=["person"],
                name="people_affiliation_alive",
            ),
        ),
        migrations.AddIndex(
            model_name="affiliation",
            index=models.Index(fields=["unit", "kind"], name="people_affiliation_unit"),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["student", "staff", "temporary", "guest"])),
                name="people_affiliation_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "active", "suspended", "ended"])),
                name="people_affiliation_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("campus_no__regex", "^[0-9A-Za-z][0-9A-Za-z-]{1,19}$")),
                name="people_affiliation_campus_no_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="people_affiliation_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ended"), _negated=True), ("ends_on__isnull", False), _connector="OR"
                ),
                name="people_affiliation_ended_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ended"), _negated=True),
                fields=("campus_no",),
                name="people_affiliation_live_campus_no_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.F("person"), "="),
                    (models.F("kind"), "="),
                    (models.F("campus_no"), "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="people_affiliation_no_overlap",
            ),
        ),
        migrations.CreateModel(
            name="Parting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "restored",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "people_parting",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("holder", models.F("restored")), _negated=True),
                        name="people_parting_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("since", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="people_parting_in_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.TextField(choices=[("name", "姓名"), ("unit_id", "单位")])),
                ("until", models.DateField(help_text="its last day")),
                ("reason", models.TextField()),
                ("by_name", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ending",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("followed", "来源已改过来"),
                            ("over", "到期"),
                            ("lifted", "提前结束"),
                            ("replaced", "另定了一次"),
                        ],
                        default="",
                    ),
                ),
                (
                    "affiliation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.affiliation",
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
                "db_table": "people_override",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["until"], name="people_override_running"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("affiliation", None), ("field", "name")),
                            models.Q(("affiliation__isnull", False), ("field", "unit_id")),
                            _connector="OR",
                        ),
                        name="people_override_of_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ending", "")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ending__in", ["followed", "over", "lifted", "replaced"]),
                            ),
                            _connector="OR",
                        ),
                        name="people_override_ended_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="people_override_says_why"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("affiliation", None), ("ended_at", None)),
                        fields=("person", "field"),
                        name="people_override_once_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("affiliation", "field"),
                        name="people_override_once_a_tie",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.TextField(choices=[("pinyin", "姓名拼音"), ("portrait", "头像")])),
                ("value", models.TextField(blank=True, default="", help_text="the reading; of a picture nothing")),
                ("initials", models.TextField(blank=True, default="")),
                ("of_name", models.TextField(blank=True, default="")),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "people_own_value",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("field", "portrait"), ("initials", ""), ("of_name", ""), ("value", "")),
                            models.Q(
                                ("field", "pinyin"),
                                ("initials__regex", "^[a-z]+$"),
                                ("value__regex", "^[a-z]+( [a-z]+)?$"),
                                models.Q(("of_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="people_own_value_of_what",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person", "field"),
                        name="people_own_value_one_stands",
                    ),
                ],
            },
        ),
        *run_sql_folder(Path(__file__).parent.parent / "sql"),
    ]
