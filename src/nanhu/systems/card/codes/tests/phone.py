"""A code as the phone writes it."""

from nanhu.systems.card.codes.rules import Kind, part_of, write_picture


def write_code(key: bytes, *, kind: Kind, device: str, step: int, nonce: str) -> str:
    return part_of(write_picture({"pay": key, "door": key}, device=device, step=step, nonce=nonce), kind)
