"""Cards that are refused without asking (黑名单): the changes since what this terminal holds, and the list itself."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanhu.emulators.pos.device import Device

REASONS = {
    "lost": "此卡已挂失，不能使用",
    "frozen": "此卡已冻结，不能使用",
    "expired": "此卡已过有效期",
    "replaced": "此卡已补办新卡，不能再用",
    "closed": "此卡已注销，不能使用",
}
MOST_PAGES = 50


def pull(device: "Device") -> bool:
    """Bring the list up to date; asking with what one holds tells the house that one holds it."""
    for _page in range(MOST_PAGES):
        memory = device.memory
        facts = {"since": memory.revocation_version, "wait": 0, "status": status(device)}
        answer = device.line.ask_operation("revocations", 0, facts)
        if answer is None or "version" not in answer:
            return False
        take(device, answer)
        if not answer.get("has_more"):
            return True
    return False


def take(device: "Device", answer: dict[str, Any]) -> None:
    memory = device.memory
    if answer.get("is_full"):
        memory.revoked = {}
    for change in answer.get("changes", ()):
        if change.get("reason") is None:
            memory.revoked.pop(change["card"], None)
        else:
            memory.revoked[change["card"]] = str(change["reason"])
    memory.revocation_version = int(answer["version"])
    device.file.keep()


def status(device: "Device") -> dict[str, Any]:
    stored = device.memory.stored
    return {
        "software": "pos 2.0",
        "stored_rows": len(stored),
        "stored_fen": sum(row.amount_fen for row in stored),
        "card_fen": device.limits.card_fen,
        "total_fen": device.limits.total_fen,
    }


def refusal(device: "Device", card: str) -> str:
    reason = device.memory.revoked.get(card.strip().upper())
    return REASONS.get(reason, "此卡不能使用") if reason else ""
