"""The palette passes WCAG AA in both themes: 4.5:1 for text, 3:1 for shapes one must see. Computed from tokens.css."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from nanhu.kernel.school import school
from nanhu.kernel.ui import brand, contrast

TOKENS = Path(__file__).parent.parent / "static/ui/css/tokens.css"
GROUNDS = ("paper", "surface", "sunken")
TEXT_PAIRS = (
    *[(ink, ground) for ink in ("ink", "ink-soft", "lake", "reed", "persimmon", "cinnabar") for ground in GROUNDS],
    *[(tone, f"{tone}-soft") for tone in ("lake", "reed", "persimmon", "cinnabar")],
    *[("ink", f"{tone}-soft") for tone in ("lake", "reed", "persimmon", "cinnabar")],
    ("ink-soft", "lake-soft"),
    ("lake-strong", "surface"),
    ("lake-strong", "paper"),
    ("lake-strong", "lake-soft"),
    ("on-lake", "lake"),
    ("on-lake", "lake-strong"),
    ("on-cinnabar", "cinnabar"),
    ("on-cinnabar", "cinnabar-strong"),
    ("on-deep", "deep"),
    ("on-deep-soft", "deep"),
    ("on-deep", "deep-far"),
    ("on-deep-soft", "deep-far"),
)
SHAPE_PAIRS = tuple(
    (shape, ground) for shape in ("line-strong", "lake", "reed", "persimmon", "cinnabar") for ground in GROUNDS
)


def blocks() -> dict[str, dict[str, str]]:
    """The three colour blocks of tokens.css: light, dark by the system, dark by choice."""
    text = TOKENS.read_text(encoding="utf-8")
    heads = {
        "light": r":root \{\n    color-scheme: light;",
        "system": r':root:not\(\[data-theme="light"\]\) \{',
        "dark": r':root\[data-theme="dark"\] \{',
    }
    found = {}
    for name, head in heads.items():
        body = text[re.search(head, text).end() :].split("}", 1)[0]
        found[name] = dict(re.findall(r"--([\w-]+): ([^;]+);", body))
    return found


THEMES = {name: block for name, block in blocks().items() if name != "system"}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read(theme, ink, ground):
    colours = THEMES[theme]
    assert contrast.ratio(colours[ink], colours[ground]) >= contrast.TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_shapes_can_be_seen(theme, shape, ground):
    colours = THEMES[theme]
    assert contrast.ratio(colours[shape], colours[ground]) >= contrast.SHAPE


def test_dark_by_the_system_and_dark_by_choice_are_the_same():
    assert blocks()["system"] == blocks()["dark"]


def test_every_colour_has_a_dark_form():
    """What light defines as a colour, dark defines too, so that nothing of the light theme shines through."""
    assert blocks()["light"].keys() == blocks()["dark"].keys()


def test_the_grounds_that_python_knows_are_those_of_the_style_sheet():
    for theme, known in (("light", brand.LIGHT), ("dark", brand.DARK)):
        assert known == {name: THEMES[theme][name] for name in known}


@pytest.mark.parametrize("colour", ["#1b5e7b", "#ffd400", "#c8102e", "#000000", "#ffffff", "#7f7f7f", "#00ff66"])
def test_whatever_colours_a_school_chooses_stay_readable(colour):
    css = brand.theme_css(replace(school(), primary_colour=colour, accent_colour=colour))
    light, dark = (dict(re.findall(r"--([\w-]+): ([^;]+);", part)) for part in css.split("@media")[:2])
    for theme, overrides in ((THEMES["light"], light), (THEMES["dark"], dark)):
        colours = {**theme, **overrides}
        for ink, ground in TEXT_PAIRS:
            if {ink, ground} & overrides.keys():
                assert contrast.ratio(colours[ink], colours[ground]) >= contrast.TEXT, (colour, ink, ground)


def test_ratios_are_those_of_wcag():
    assert contrast.ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast.ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_colour_in_another_form_is_refused():
    with pytest.raises(ValueError, match="rrggbb"):
        contrast.parse("red; } body { display: none")
