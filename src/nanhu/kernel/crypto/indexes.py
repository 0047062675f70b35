"""The registry of blind indexes: which column is found by which other one, so that a new index key can recompute them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from nanhu.kernel.crypto.fields import EncryptedTextField


@dataclass(frozen=True, slots=True)
class BlindIndex:
    """`normalise` must be the one that the room itself uses before `blind_index`; None for "not searchable"."""

    model: str
    encrypted: str
    index: str
    purpose: str
    normalise: Callable[[str], str | None]


_registered: dict[tuple[str, str], BlindIndex] = {}


def register_blind_index(
    *, model: str, encrypted: str, index: str, purpose: str, normalise: Callable[[str], str | None]
) -> None:
    """Called from a room's `registrations.py`; `model` is "app_label.Model". Registering twice is harmless."""
    _registered[model, index] = BlindIndex(model, encrypted, index, purpose, normalise)


def blind_indexes() -> tuple[BlindIndex, ...]:
    return tuple(_registered.values())


def encrypted_columns() -> Iterator[tuple[type[models.Model], EncryptedTextField[Any, Any]]]:
    """Every encrypted column of every installed model, in a fixed order."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):  # noqa: SLF001 - Django's public name for it
        if model._meta.managed and not model._meta.proxy:  # noqa: SLF001 - as above
            for column in model._meta.local_fields:  # noqa: SLF001 - as above
                if isinstance(column, EncryptedTextField):
                    yield model, column
