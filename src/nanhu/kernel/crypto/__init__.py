"""Field encryption (字段加密), blind indexes (盲索引) and masks (脱敏).

Owns the keyring file and the blob format; two providers stand behind one door: "international"
(AES-256-GCM, HMAC-SHA-256) and "chinese" (国密: SM4-GCM, HMAC-SM3). Knows no table by name: models
bring their columns as `EncryptedTextField`, and declare each blind index with `register_blind_index`.
Normalise a value before indexing it. Reveals are logged by the room that reveals.
"""

from nanhu.kernel.crypto.errors import CryptoError, KeyringError, UnreadableBlobError
from nanhu.kernel.crypto.fields import EncryptedTextField, Sealed
from nanhu.kernel.crypto.indexes import BlindIndex, blind_indexes, register_blind_index
from nanhu.kernel.crypto.masks import mask_id_number, mask_mail, mask_name, mask_phone
from nanhu.kernel.crypto.rsa_keys import rsa_private_key
from nanhu.kernel.crypto.vault import (
    blind_index,
    blind_index_many,
    decrypt,
    decrypt_many,
    encrypt,
    encrypt_many,
    keys_in_effect,
)

__all__ = [
    "BlindIndex",
    "CryptoError",
    "EncryptedTextField",
    "KeyringError",
    "Sealed",
    "UnreadableBlobError",
    "blind_index",
    "blind_index_many",
    "blind_indexes",
    "decrypt",
    "decrypt_many",
    "encrypt",
    "encrypt_many",
    "keys_in_effect",
    "mask_id_number",
    "mask_mail",
    "mask_name",
    "mask_phone",
    "register_blind_index",
    "rsa_private_key",
]
