"""Masks (脱敏) for the screen. They show enough to recognise a value one knows, not to learn one."""

STAR = "*"


def mask_id_number(text: str) -> str:
    """First three and last two of a long number; of a short one (a passport) the last two only."""
    return _masked(text, keep_start=3 if len(text) >= 15 else 0, keep_end=2)  # noqa: PLR2004 - 15 and 18 digits are 身份证


def mask_phone(text: str) -> str:
    """138****5678; of a shorter number the last two digits."""
    return _masked(text, keep_start=3, keep_end=4) if len(text) >= 11 else _masked(text, keep_start=0, keep_end=2)  # noqa: PLR2004 - mobile


def mask_name(text: str) -> str:
    """张三 → *三, 欧阳修文 → ***文: the given name's last character stays, as banks do."""
    return _masked(text, keep_start=0, keep_end=1)


def _masked(text: str, *, keep_start: int, keep_end: int) -> str:
    """At least a third of the text is hidden, however short it is."""
    if keep_start + keep_end > len(text) * 2 // 3:
        keep_start, keep_end = 0, min(keep_end, len(text) // 2)
    hidden = len(text) - keep_start - keep_end
    return text[:keep_start] + STAR * hidden + text[len(text) - keep_end :]


def mask_mail(address: str) -> str:
    """someone@example.edu.cn → s***e@example.edu.cn, of a short name the first letter only."""
    name, _at, host = address.partition("@")
    tail = name[-1] if len(name) > 3 else ""  # noqa: PLR2004  two of three letters would be most of it
    return f"{name[:1]}***{tail}@{host}" if host else "***"
