"""What a phone's app remembers of its user: how far they came, never a whole bank card number."""

import json
import secrets
from typing import Any

from nanhu.emulators.bank.vault import Vault

type Facts = dict[str, Any]


def read(vault: Vault, app: str, phone: str) -> Facts:
    found = vault.rows("SELECT facts FROM phone WHERE number = ? AND app = ?", phone, app)
    return dict(json.loads(found[0]["facts"])) if found else {}


def keep(vault: Vault, app: str, phone: str, facts: Facts) -> None:
    with vault.transaction() as books:
        books.execute(
            "INSERT INTO phone (number, app, facts) VALUES (?, ?, ?)"
            " ON CONFLICT (number, app) DO UPDATE SET facts = excluded.facts",
            (phone, app, json.dumps(facts, ensure_ascii=False)),
        )


def forget(vault: Vault, app: str, phone: str) -> None:
    with vault.transaction() as books:
        books.execute("DELETE FROM phone WHERE number = ? AND app = ?", (phone, app))


def new_code() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def seen(facts: Facts) -> Facts:
    """As the browser may know it: the codes the phone company sent stand in the message, not in the app."""
    return {name: value for name, value in facts.items() if not name.startswith("_")}
