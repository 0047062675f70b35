"""What a school swaps: mark, name, two colours and a picture. Colours are bent until both themes keep their contrast."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from nanhu.kernel.registry import address_of
from nanhu.kernel.school import School, school
from nanhu.kernel.ui.contrast import TEXT, is_light, mix, ratio, shades

LIGHT = {"paper": "#faf7f0", "surface": "#fffefb", "sunken": "#f2ede2", "ink": "#10303e"}
DARK = {"paper": "#0b1920", "surface": "#12242d", "sunken": "#0e1e26", "ink": "#e9efec"}


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    product: str
    mark_url: str
    picture_url: str


def brand() -> Brand:
    own = school()
    is_english = (get_language() or "").startswith("en")
    return Brand(
        name=own.english_name if is_english else own.name,
        product="Nanhu" if is_english else "南湖",
        mark_url=address_of("ui:school_file", "mark") if own.mark else "",
        picture_url=address_of("ui:school_file", "picture") if own.picture else "",
    )


def theme_css(own: School) -> str:
    """The school's overrides of the palette; empty where it keeps the lake's own."""
    if not own.primary_colour and not own.accent_colour:
        return "/* the lake's own colours */\n"
    light, dark = _overrides(own, LIGHT), _overrides(own, DARK)
    return (
        "@layer tokens, base, layout, components, pages, print;\n@layer tokens {\n"
        f"  :root {{ {light} }}\n"
        f'  @media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f'  @media screen {{ :root[data-theme="dark"] {{ {dark} }} }}\n}}\n'
    )


def _overrides(own: School, ground: dict[str, str]) -> str:
    found: dict[str, str] = {}
    if own.primary_colour:
        action = _on_grounds(own.primary_colour, ground)
        found |= {
            "lake": action,
            "lake-strong": mix(action, ground["ink"], 0.7),
            "lake-soft": _soft(action, ground),
            "on-lake": "#ffffff" if ratio("#ffffff", action) >= TEXT else "#05202f",
        }
    if own.accent_colour:
        accent = _on_grounds(own.accent_colour, ground)
        found |= {"persimmon": accent, "persimmon-soft": _soft(accent, ground)}
    return " ".join(f"--{name}: {value};" for name, value in found.items())


def _on_grounds(colour: str, ground: dict[str, str]) -> str:
    """The nearest shade that is readable on paper, on a card, on sunken ground, and on its own soft tint."""
    candidates = shades(colour, darker=is_light(ground["paper"]))
    return next(shade for shade in candidates if all(ratio(shade, one) >= TEXT for one in _under(shade, ground)))


def _under(shade: str, ground: dict[str, str]) -> tuple[str, ...]:
    return (ground["paper"], ground["surface"], ground["sunken"], _soft(shade, ground))


def _soft(shade: str, ground: dict[str, str]) -> str:
    return mix(shade, ground["surface"], 0.12)


@cache
def theme_fingerprint() -> str:
    return hashlib.sha256(theme_css(school()).encode()).hexdigest()[:12]


def theme_address() -> str:
    return f"{address_of('ui:theme')}?v={theme_fingerprint()}"


def school_file(own: School, kind: str) -> Path | None:
    named = {"mark": own.mark, "picture": own.picture}.get(kind, "")
    return Path(named) if named and Path(named).is_file() else None
