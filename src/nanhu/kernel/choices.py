"""Choices of a field (选项) that the database keeps to as well."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import CheckConstraint, Model, Q


def known[M: type[Model]](**constraints: str) -> Callable[[M], M]:
    """`@known(state="card_state_is_known")`: the database takes no value of the field but its choices, and "" where it may be blank.
    Fields with one name share a constraint. A decorator, for an enumeration within the model cannot be named in its `Meta`."""

    def with_checks(model: M) -> M:
        options = model._meta  # noqa: SLF001 - Django's documented Meta API
        made = [check_of(model, name, constraints) for name in dict.fromkeys(constraints.values())]
        options.constraints = [*options.constraints, *made]
        options.original_attrs["constraints"] = options.constraints  # where `Meta` has none, migrations would not look
        return model

    return with_checks


def check_of(model: type[Model], name: str, constraints: Mapping[str, str]) -> CheckConstraint:
    fields = [field for field, its_name in constraints.items() if its_name == name]
    return CheckConstraint(condition=Q(*((f"{field}__in", values_of(model, field)) for field in fields)), name=name)


def values_of(model: type[Model], name: str) -> list[str]:
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - as above
    values = [value for value, _word in field.flatchoices]
    return ["", *values] if field.blank and "" not in values else values
