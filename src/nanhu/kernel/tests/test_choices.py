"""What a field offers, the database keeps to: said once, by `known`."""

import inspect
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ModelState
from django.db.models import CheckConstraint, Model, Q
from django.test.utils import isolate_apps

from nanhu.kernel.choices import known, values_of

VALUE = re.compile(r"'([^']*)'::")


def listed(model: type[Model], condition: Q) -> list[str]:
    """The fields of a condition that says no more than which of the values that they offer they take."""
    paths = [leaf[0] for leaf in condition.children if isinstance(leaf, tuple)]
    if len(paths) < len(condition.children) or condition.connector != Q.AND or condition.negated:
        return []
    fields = [path.removesuffix("__in") for path in paths if path.endswith("__in")]
    return fields if len(fields) == len(paths) and all(model._meta.get_field(one).choices for one in fields) else []


def lists_of_values() -> Iterator[tuple[type[Model], str, str]]:
    for model in apps.get_models():
        for one in model._meta.constraints:
            if isinstance(one, CheckConstraint) and isinstance(one.condition, Q):
                yield from ((model, field, one.name) for field in listed(model, one.condition))


def test_no_model_repeats_by_hand_what_its_fields_offer() -> None:
    found = list(lists_of_values())
    assert len(found) > 70, "the look finds them"
    by_hand = [
        name
        for model, field, name in found
        if f'{field}="{name}"' not in inspect.getsource(model).partition(f"class {model.__name__}")[0]
    ]
    assert by_hand == []


def test_the_constraint_is_made_of_the_choices() -> None:
    with isolate_apps("nanhu.kernel"):

        @known(kind="sample_kind", mood="sample_moods", paper="sample_moods")
        class Sample(models.Model):
            kind = models.TextField(choices=[("a", "甲"), ("b", "乙")])
            mood = models.TextField(choices=[("good", "好")], blank=True)
            paper = models.TextField(choices=[("", "没有"), ("full", "足")], blank=True)

            class Meta:
                app_label = "kernel"

    assert Sample._meta.constraints == [
        CheckConstraint(condition=Q(kind__in=["a", "b"]), name="sample_kind"),
        CheckConstraint(condition=Q(mood__in=["", "good"], paper__in=["", "full"]), name="sample_moods"),
    ]
    assert "constraints" in ModelState.from_model(Sample).options, "a migration sees them"


@pytest.mark.django_db
def test_the_database_holds_each_of_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'")
        held = {name: set(VALUE.findall(said)) for name, said in cursor.fetchall()}
    offered = defaultdict(set)
    for model, field, name in lists_of_values():
        offered[name].update(values_of(model, field))
    assert {name: held.get(name) for name in offered} == offered
