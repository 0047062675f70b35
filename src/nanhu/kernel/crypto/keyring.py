"""The keys: what one is, and the immutable ring of them. Where the ring is kept is `keystore`'s matter."""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Self

from nanhu.kernel.crypto.errors import KeyringError
from nanhu.kernel.crypto.providers import BY_CIPHER_NAME, BY_INDEX_NAME

type Use = Literal["data", "index"]
FORMAT = 1
INDEX_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """`material` never appears in a repr, so that it does not reach a log by accident."""

    id: int
    use: Use
    algorithm: str
    material: bytes
    created: str
    is_primary: bool

    def __repr__(self) -> str:
        return f"Key(id={self.id}, use={self.use!r}, algorithm={self.algorithm!r}, is_primary={self.is_primary})"


@dataclass(frozen=True, slots=True)
class Keyring:
    """At most one primary data key per algorithm, and one primary index key in all."""

    keys: tuple[Key, ...] = ()

    def key(self, key_id: int) -> Key | None:
        return next((key for key in self.keys if key.id == key_id), None)

    def primary_data_key(self, cipher_name: str) -> Key | None:
        return next(
            (key for key in self.keys if key.is_primary and key.use == "data" and key.algorithm == cipher_name), None
        )

    def primary_index_key(self) -> Key | None:
        return next((key for key in self.keys if key.is_primary and key.use == "index"), None)

    def with_new_data_key(self, cipher_name: str) -> Self:
        """The new key becomes primary for its algorithm; the one before stays for reading."""
        size = BY_CIPHER_NAME[cipher_name].cipher_key_bytes
        return self._with_new_key("data", cipher_name, size, retire=self.primary_data_key(cipher_name))

    def with_new_index_key(self, index_name: str) -> Self:
        return self._with_new_key("index", index_name, INDEX_KEY_BYTES, retire=self.primary_index_key())

    def _with_new_key(self, use: Use, algorithm: str, size: int, *, retire: Key | None) -> Self:
        kept = tuple(replace(key, is_primary=False) if key == retire else key for key in self.keys)
        fresh = Key(
            id=max((key.id for key in self.keys), default=0) + 1,
            use=use,
            algorithm=algorithm,
            material=secrets.token_bytes(size),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            is_primary=True,
        )
        return replace(self, keys=(*kept, fresh))

    def to_json(self) -> str:
        rows = [
            {
                "id": key.id,
                "use": key.use,
                "algorithm": key.algorithm,
                "created": key.created,
                "state": "primary" if key.is_primary else "retired",
                "material": base64.b64encode(key.material).decode("ascii"),
            }
            for key in self.keys
        ]
        return json.dumps({"format": FORMAT, "keys": rows}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        try:
            document = json.loads(text)
            if document["format"] != FORMAT:
                message = f"keyring format {document['format']!r} is unknown to this release"
                raise KeyringError(message)
            keyring = cls(tuple(_key_from(row) for row in document["keys"]))
        except (KeyError, TypeError, ValueError, binascii.Error) as problem:
            message = f"the keyring is not readable: {type(problem).__name__}"  # never the text: it holds the keys
            raise KeyringError(message) from None
        if len({key.id for key in keyring.keys}) != len(keyring.keys):
            message = "the keyring has two keys of the same id"
            raise KeyringError(message)
        return keyring


def _key_from(row: dict[str, object]) -> Key:
    use, algorithm, material = row["use"], str(row["algorithm"]), base64.b64decode(str(row["material"]), validate=True)
    if use == "data" and algorithm in BY_CIPHER_NAME:
        size = BY_CIPHER_NAME[algorithm].cipher_key_bytes
    elif use == "index" and algorithm in BY_INDEX_NAME:
        size = INDEX_KEY_BYTES
    else:
        message = f"key {row['id']}: unknown use or algorithm ({use!r}, {algorithm!r})"
        raise KeyringError(message)
    if len(material) != size:
        message = f"key {row['id']}: {algorithm} needs {size} bytes, not {len(material)}"
        raise KeyringError(message)
    if row["state"] not in {"primary", "retired"}:
        message = f"key {row['id']}: state is primary or retired, not {row['state']!r}"
        raise KeyringError(message)
    return Key(
        id=int(str(row["id"])),
        use="data" if use == "data" else "index",
        algorithm=algorithm,
        material=material,
        created=str(row["created"]),
        is_primary=row["state"] == "primary",
    )
