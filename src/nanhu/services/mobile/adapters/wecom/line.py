"""Which company, which addresses, which secrets: the school's file under [wecom], and a file of secrets beside it."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nanhu.kernel.configuration import Configuration, configuration
from nanhu.kernel.school import school
from nanhu.kernel.secret_files import generated_secret
from nanhu.services.mobile.adapters.wecom.crypto import Seal

API: Final = "https://qyapi.weixin.qq.com"
AUTHORIZE: Final = "https://open.weixin.qq.com"
EMULATED_CORP, EMULATED_AGENT = "ww-nanhu-sample", 1000002
SECRETS: Final = ("secret", "contacts_secret", "callback_token", "callback_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    corp_id: str
    agent_id: int
    secrets: dict[str, str] = field(repr=False)
    api: str = API
    authorize: str = AUTHORIZE
    join_url: str = ""

    @property
    def seal(self) -> Seal:
        return Seal(self.secrets["callback_token"], self.secrets["callback_key"], self.corp_id)

    def secret_of(self, use: str) -> str:
        return self.secrets["secret" if use == "app" else "contacts_secret"]


def line() -> Line | None:
    """None where the school has no 企业微信."""
    table = school().table("wecom").members
    if not table.get("corp_id"):
        return emulated(configuration()) if configuration().demo else None
    held = secrets_in(Path(configuration().wecom_secret_file or "-"))
    if held is None:
        return None
    return Line(
        corp_id=str(table["corp_id"]),
        agent_id=int(table.get("agent_id", 0)),
        secrets=held,
        api=str(table.get("api", API)).rstrip("/"),
        authorize=str(table.get("authorize", AUTHORIZE)).rstrip("/"),
        join_url=str(table.get("join_url", "")),
    )


def secrets_in(path: Path) -> dict[str, str] | None:
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return {name: str(held[name]) for name in SECRETS} if set(SECRETS) <= held.keys() else None


def emulated(settings: Configuration) -> Line:
    """The sample campus's: the emulator on this machine."""
    address = f"http://127.0.0.1:{settings.wecom_port}"
    return Line(
        corp_id=EMULATED_CORP,
        agent_id=EMULATED_AGENT,
        secrets=emulated_secrets(settings),
        api=address,
        authorize=f"http://localhost:{settings.wecom_port}",
        join_url=f"http://localhost:{settings.wecom_port}/",
    )


def emulated_secrets(settings: Configuration) -> dict[str, str]:
    root = generated_secret(settings.secrets_dir / "emulated-wecom")

    def drawn(name: str) -> bytes:
        return hashlib.sha256(f"{name}|{root}".encode()).digest()

    found = {name: drawn(name).hex() for name in SECRETS}
    return found | {"callback_key": base64.b64encode(drawn("callback_key")).decode().rstrip("=")}


def emulator_facts(settings: Configuration) -> dict[str, Any]:
    """What the emulator is told at its start."""
    return {
        "corp_id": EMULATED_CORP,
        "agent_id": EMULATED_AGENT,
        **emulated_secrets(settings),
        "callback": f"http://127.0.0.1:{settings.web_port}/mobile/wecom/callback",
        "home": f"{settings.public_url}/mobile/enter",
    }
