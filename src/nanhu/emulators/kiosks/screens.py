"""What a kiosk shows and waits for. A flow yields screens one after another and is given what the person did."""

from typing import Literal

import msgspec

PATIENCE_SECONDS = 40.0
READING_SECONDS = 20.0


class Choice(msgspec.Struct, frozen=True):
    """`icon` is a picture's name on the button; `twice` wants a double touch, as the manual says of 修改密码."""

    key: str
    label: str
    twice: bool = False


class Screen(msgspec.Struct, kw_only=True):
    """`kind` says what the person may do: choose, lay the card, type, confirm, read, take the card."""

    kind: Literal[
        "menu", "card", "document", "digits", "amount", "confirm", "note", "take_card", "take_document", "off"
    ]
    title: str
    lines: list[str] = []
    choices: list[Choice] = []
    toolbar: list[Choice] = []
    footer: list[Choice] = []
    prompt: str = ""
    least: int = 6
    most: int = 6
    is_masked: bool = False
    tone: Literal["plain", "green", "amber", "red"] = "plain"
    seconds: float = PATIENCE_SECONDS


def menu(title: str, choices: list[tuple[str, str]], lines: list[str] | None = None) -> Screen:
    return Screen(kind="menu", title=title, choices=[Choice(key, label) for key, label in choices], lines=lines or [])


def lay_card(title: str) -> Screen:
    return Screen(kind="card", title=title, prompt="请将校园卡放置于读卡区")


def insert_document(title: str) -> Screen:
    return Screen(kind="document", title=title, prompt="请插入身份证")


def pin(title: str, prompt: str) -> Screen:
    return Screen(kind="digits", title=title, prompt=prompt, is_masked=True)


def number(title: str, prompt: str, *, least: int, most: int) -> Screen:
    return Screen(kind="digits", title=title, prompt=prompt, least=least, most=most)


def amount(title: str, prompt: str, presets: list[int]) -> Screen:
    choices = [Choice(str(yuan), f"{yuan} 元") for yuan in presets]
    return Screen(kind="amount", title=title, prompt=prompt, choices=choices, least=1, most=8)


def confirm(title: str, lines: list[str]) -> Screen:
    return Screen(kind="confirm", title=title, lines=lines, prompt="请核对，按“确认”办理")


def note(title: str, lines: list[str], tone: Literal["plain", "green", "amber", "red"] = "plain") -> Screen:
    return Screen(kind="note", title=title, lines=lines, tone=tone, seconds=READING_SECONDS)


def yuan(fen: object) -> str:
    return f"¥ {int(fen) / 100:,.2f}" if isinstance(fen, int) else "—"
