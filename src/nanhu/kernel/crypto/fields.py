"""A text column that the database only sees encrypted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, overload

from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from nanhu.kernel.crypto.vault import decrypt, encrypt

Given_contra = TypeVar("Given_contra", contravariant=True)
Read_co = TypeVar("Read_co", covariant=True)
if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    class TextColumn(models.TextField[Given_contra, Read_co]):
        """What the type checker's Django plugin takes for the two variables; it adds None where `null=True`."""

        _pyi_private_set_type: "str | Sealed | Combinable"  # type: ignore[assignment] # wider than its base: it takes sealed values too
        _pyi_private_get_type: str

else:

    class TextColumn(models.TextField):
        def __class_getitem__(cls, _: object) -> type:
            return cls


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as the database keeps it. What `values_list` gives; an instance's attribute opens it when read."""

    blob: bytes = field(repr=False)
    purpose: str

    @classmethod
    def of(cls, text: str, *, purpose: str) -> Self:
        return cls(encrypt(text, purpose=purpose), purpose)

    def open(self) -> str:
        return decrypt(self.blob, purpose=self.purpose)


class _OpensWhenRead:
    """Stands on the model class: keeps the sealed value in the instance until somebody asks for the text."""

    def __init__(self, column: "EncryptedTextField[Any, Any]") -> None:
        self.column = column

    @overload
    def __get__(self, instance: None, owner: type[models.Model]) -> Self: ...
    @overload
    def __get__(self, instance: models.Model, owner: type[models.Model]) -> str | None: ...
    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Self | str | None:
        if instance is None:
            return self
        kept, name = instance.__dict__, self.column.attname
        if name not in kept:
            instance.refresh_from_db(fields=[name])
        if isinstance(kept[name], Sealed):
            kept[name] = kept[name].open()
        text: str | None = kept[name]
        return text

    def __set__(self, instance: models.Model, value: str | Sealed | None) -> None:
        instance.__dict__[self.column.attname] = value


class EncryptedTextField(TextColumn[Given_contra, Read_co]):
    """`purpose` names the column ("people.id_number") and is authenticated with each value; once rows exist it must
    not change. Assign text; read text (decrypted when first read). It cannot be searched: keep a blind index beside it.
    """

    description = "Encrypted text"
    descriptor_class = _OpensWhenRead

    def __init__(self, *args: Any, purpose: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.purpose = purpose

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, options = super().deconstruct()
        return name, "nanhu.kernel.crypto.EncryptedTextField", args, {**options, "purpose": self.purpose}

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        found = super().check(**options)
        if self.unique or getattr(self, "db_index", False):
            found.append(
                checks.Error(
                    "an encrypted column is different each time: index its blind index instead",
                    obj=self,
                    id="nanhu.crypto.E001",
                )
            )
        return found

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, self.descriptor_class(self))

    def get_internal_type(self) -> str:
        return "BinaryField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002 - Django's signature
        return "bytea"

    def from_db_value(self, value: bytes | None, *_: object) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.purpose)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002 - Django's signature
        """Take the sealed value as it is when nobody read it: saving must not decrypt."""
        kept = model_instance.__dict__
        return kept[self.attname] if self.attname in kept else getattr(model_instance, self.attname)

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Sealed) else str(value)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, str):
            return encrypt(value, purpose=self.purpose)
        if isinstance(value, Sealed) and value.purpose == self.purpose:
            return value.blob
        message = f"{self.attname} takes text, or a value sealed for {self.purpose!r}, not {type(value).__name__}"
        raise TypeError(message)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: ARG002 - Django's signature
        return value if prepared else self.get_prep_value(value)

    def get_lookup(self, lookup_name: str) -> "type[models.Lookup[Any]] | None":
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        return self._refuse(lookup_name)

    def get_transform(self, lookup_name: str) -> NoReturn:
        self._refuse(lookup_name)

    def _refuse(self, lookup_name: str) -> NoReturn:
        message = (
            f"{self.name} is encrypted and cannot be searched by {lookup_name!r}: "
            "filter on its blind index with blind_index(normalised text), or use isnull"
        )
        raise FieldError(message)

    def value_to_string(self, obj: models.Model) -> NoReturn:  # noqa: ARG002 - Django's signature
        message = f"{self.name} is encrypted: it is not written out by serialisers (dumpdata); use `nanhu backup`"
        raise TypeError(message)
