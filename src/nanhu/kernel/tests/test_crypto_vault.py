"""Blobs: round trips, tampering, purposes, rotation, the provider switch, and the first use by two at once."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.crypto.envelope import OVERHEAD_BYTES
from nanhu.kernel.crypto.errors import KeyringError, UnreadableBlobError
from nanhu.kernel.crypto.keyring import Keyring
from nanhu.kernel.crypto.keystore import FileKeyStore, GivenKeyStore
from nanhu.kernel.crypto.providers import PROVIDERS
from nanhu.kernel.crypto.vault import Vault
from nanhu.testing.patience import PATIENCE_SECONDS

PURPOSE = "people.id_number"
RING = Keyring()
for _provider in PROVIDERS.values():
    RING = RING.with_new_data_key(_provider.cipher_name)
RING = RING.with_new_index_key("HMAC-SHA-256")
both_providers = pytest.mark.parametrize("name", ["international", "chinese"])


def vault_of(folder: Path, name: str = "international") -> Vault:
    return Vault(FileKeyStore(folder / "secrets" / "keyring.json"), PROVIDERS[name])


def given_vault(name: str) -> Vault:
    return Vault(GivenKeyStore(RING.to_json()), PROVIDERS[name])


@both_providers
@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=8))
def test_what_is_encrypted_is_read_again(name: str, texts: list[str]) -> None:
    vault = given_vault(name)
    blobs = vault.encrypt_many(texts, purpose=PURPOSE)
    assert vault.decrypt_many(blobs, purpose=PURPOSE) == texts
    assert [len(blob) for blob in blobs] == [len(text.encode()) + OVERHEAD_BYTES for text in texts]


@both_providers
def test_the_same_text_gives_another_blob_each_time(name: str) -> None:
    assert len(set(given_vault(name).encrypt_many(["430602199001011234"] * 100, purpose=PURPOSE))) == 100


@both_providers
def test_a_change_of_any_single_bit_is_noticed(name: str) -> None:
    vault = given_vault(name)
    [blob] = vault.encrypt_many(["430602199001011234"], purpose=PURPOSE)
    for position in range(len(blob)):
        for bit in range(8):
            changed = bytearray(blob)
            changed[position] ^= 1 << bit
            with pytest.raises(UnreadableBlobError):
                vault.decrypt_many([bytes(changed)], purpose=PURPOSE)


@both_providers
def test_a_blob_that_was_cut_is_refused(name: str) -> None:
    vault = given_vault(name)
    [blob] = vault.encrypt_many(["张三"], purpose=PURPOSE)
    for length in range(len(blob)):
        with pytest.raises(UnreadableBlobError):
            vault.decrypt_many([blob[:length]], purpose=PURPOSE)


@both_providers
def test_a_value_cannot_be_moved_to_another_column(name: str) -> None:
    vault = given_vault(name)
    [blob] = vault.encrypt_many(["13800138000"], purpose="people.phone")
    with pytest.raises(UnreadableBlobError, match=r"people\.id_number"):
        vault.decrypt_many([blob], purpose=PURPOSE)


@given(text=st.text(st.characters(codec="utf-8")))
def test_a_blind_index_depends_on_text_and_purpose_only(text: str) -> None:
    vault = given_vault("international")
    [index] = vault.blind_index_many([text], purpose=PURPOSE)
    assert len(index) == 32
    assert vault.blind_index_many([text], purpose=PURPOSE) == [index]
    assert vault.blind_index_many([text + "x"], purpose=PURPOSE) != [index]
    assert vault.blind_index_many([text], purpose="people.phone") != [index]


def test_old_blobs_are_read_after_rotation_and_new_ones_take_the_new_key(tmp_path: Path) -> None:
    vault = vault_of(tmp_path)
    [old] = vault.encrypt_many(["旧"], purpose=PURPOSE)
    fresh = vault.rotate_data_key()
    [new] = vault.encrypt_many(["新"], purpose=PURPOSE)
    assert vault.decrypt_many([old, new], purpose=PURPOSE) == ["旧", "新"]
    assert int.from_bytes(new[2:6]) == fresh.id != int.from_bytes(old[2:6])


def test_old_blobs_are_read_and_indexes_stay_after_the_provider_switch(tmp_path: Path) -> None:
    before, after = vault_of(tmp_path), vault_of(tmp_path, "chinese")
    [old] = before.encrypt_many(["旧"], purpose=PURPOSE)
    index = before.blind_index_many(["430602"], purpose=PURPOSE)
    [new] = after.encrypt_many(["新"], purpose=PURPOSE)
    assert new[1] == PROVIDERS["chinese"].cipher_number
    assert after.decrypt_many([old, new], purpose=PURPOSE) == before.decrypt_many([old, new], purpose=PURPOSE)
    assert after.blind_index_many(["430602"], purpose=PURPOSE) == index
    after.rotate_index_key()
    assert after.index_key().algorithm == "HMAC-SM3"
    assert after.blind_index_many(["430602"], purpose=PURPOSE) != index


def test_a_running_process_takes_up_a_rotation_made_by_another(tmp_path: Path) -> None:
    running, command = vault_of(tmp_path), vault_of(tmp_path)
    running.encrypt_many(["a"], purpose=PURPOSE)
    fresh = command.rotate_data_key()
    assert running.data_key() == fresh


def test_a_blob_of_an_unknown_key_names_the_key(tmp_path: Path) -> None:
    [blob] = given_vault("chinese").encrypt_many(["a"], purpose=PURPOSE)
    with pytest.raises(UnreadableBlobError, match="no key 2"):
        vault_of(tmp_path).decrypt_many([blob], purpose=PURPOSE)


def test_the_keyring_file_is_for_its_owner_only(tmp_path: Path) -> None:
    vault = vault_of(tmp_path)
    vault.encrypt_many(["a"], purpose=PURPOSE)
    path = tmp_path / "secrets" / "keyring.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {row["state"] for row in json.loads(path.read_text())["keys"]} == {"primary"}


def test_a_vanished_keyring_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    vault = vault_of(tmp_path)
    vault.encrypt_many(["a"], purpose=PURPOSE)
    (tmp_path / "secrets" / "keyring.json").unlink()
    with pytest.raises(KeyringError, match="vanished"):
        vault.encrypt_many(["b"], purpose=PURPOSE)


def test_a_given_keyring_is_never_changed_by_us() -> None:
    vault = given_vault("international")
    with pytest.raises(KeyringError, match="add the key where it is kept"):
        vault.rotate_data_key()
    assert vault.store.read() == RING


def test_a_keyring_can_be_given_as_a_read_only_file(tmp_path: Path) -> None:
    path = tmp_path / "mounted.json"
    path.write_text(RING.to_json())
    vault = Vault(GivenKeyStore(str(path)), PROVIDERS["chinese"])
    assert vault.store.read() == RING
    with pytest.raises(KeyringError):
        Vault(GivenKeyStore(str(tmp_path / "absent.json")), PROVIDERS["chinese"]).data_key()
    assert not (tmp_path / "absent.json").exists()


def test_keys_do_not_reach_a_log() -> None:
    for key in RING.keys:
        assert repr(key.material) not in repr(RING)
        assert "material" not in repr(RING)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-10],
        lambda text: text.replace('"format": 1', '"format": 9'),
        lambda text: text.replace("AES-256-GCM", "ROT13"),
        lambda text: text.replace("primary", "lost"),
        lambda text: text.replace('"id": 2', '"id": 1'),
        lambda text: text.replace('"material": "', '"material": "AAAA'),
        lambda text: "[]",
        lambda text: "null",
    ],
)
def test_a_damaged_keyring_is_refused_without_showing_it(damage) -> None:
    with pytest.raises(KeyringError) as caught:
        Keyring.from_json(damage(RING.to_json()))
    assert not any(key.material.hex() in str(caught.value) for key in RING.keys)


def test_a_ring_survives_writing_and_reading() -> None:
    assert Keyring.from_json(RING.to_json()) == RING
    retired = replace(RING, keys=tuple(replace(key, is_primary=False) for key in RING.keys))
    assert Keyring.from_json(retired.to_json()) == retired


FIRST_USE = """
import sys
from pathlib import Path
from nanhu.kernel.crypto.keystore import FileKeyStore
from nanhu.kernel.crypto.providers import PROVIDERS
from nanhu.kernel.crypto.vault import Vault
print("ready", flush=True)
sys.stdin.readline()
vault = Vault(FileKeyStore(Path(sys.argv[1])), PROVIDERS["international"])
print(vault.encrypt_many(["a"], purpose="p")[0].hex(), vault.blind_index_many(["a"], purpose="p")[0].hex())
"""


def test_processes_that_start_together_end_with_one_keyring(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "keyring.json"
    starting = [
        subprocess.Popen(
            dying_with_parent([sys.executable, "-c", FIRST_USE, str(path)]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert [process.stdout.readline() for process in starting] == ["ready\n"] * 4
    for process in starting:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=PATIENCE_SECONDS)[0].split() for process in starting]
    blobs, indexes = [bytes.fromhex(blob) for blob, _ in answers], {index for _, index in answers}
    assert vault_of(tmp_path).decrypt_many(blobs, purpose="p") == ["a"] * 4
    assert len(indexes) == 1
    assert len(Keyring.from_json(path.read_text()).keys) == 2


@both_providers
def test_however_many_values_cost_one_look_at_the_keyring(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """31,000 values take less than half a second by this; a look for each would take minutes."""
    vault = given_vault(name)
    vault.encrypt_many(["the keys are made now"], purpose=PURPOSE)
    looks, read = [], vault.store.read
    monkeypatch.setattr(vault.store, "read", lambda: looks.append(1) or read())
    texts = [f"{number:018d}" for number in range(100)]
    assert vault.decrypt_many(vault.encrypt_many(texts, purpose=PURPOSE), purpose=PURPOSE) == texts
    vault.blind_index_many(texts, purpose=PURPOSE)
    assert len(looks) == 3
