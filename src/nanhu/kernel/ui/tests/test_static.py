"""What a browser loads: every script module by its digest, dark colours on screens alone."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders

from nanhu.kernel.school import school
from nanhu.kernel.staticfiles import CampusStaticStorage
from nanhu.kernel.ui import brand

UI = Path(__file__).parent.parent
ROOT = UI.parent.parent
CSS = UI / "static/ui/css"
IMPORTED = re.compile(r"""(?:import|from)\s*["'](\.[^"']+)["']""")
DIGEST = re.compile(r"\.[0-9a-f]{12}\.js$")
DARK = re.compile(r'prefers-color-scheme: dark|data-theme="dark"')


@pytest.mark.slow
def test_a_module_is_imported_under_the_name_of_its_content(tmp_path: Path) -> None:
    storage = CampusStaticStorage(location=tmp_path, base_url="/static/")
    storage.hashed_files = {}
    names = {name: (own, name) for finder in get_finders() for name, own in finder.list([]) if name.endswith(".js")}
    for name, (own, _) in names.items():
        with own.open(name) as file:
            storage.save(name, file)
    list(storage.post_process(names | {name: (storage, name) for name in names}, dry_run=False))
    modules = [storage.path(storage.stored_name(name)) for name in ("ui/js/ui.js", "card_codes/code.js")]
    imported = [found for path in modules for found in IMPORTED.findall(Path(path).read_text())]
    assert len(imported) >= 7
    assert [name for name in imported if not DIGEST.search(name)] == []


@pytest.mark.parametrize("name", ["tokens.css", "lake.css", "theme.css"])
def test_paper_is_light_whatever_the_reader_chose(name: str) -> None:
    text = brand.theme_css(school()) if name == "theme.css" else (CSS / name).read_text()
    for found in DARK.finditer(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        before = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)[: found.end()]
        media = re.findall(r"@media ([^{]*)", before)
        assert media, f"{found.group()} stands outside @media"
        assert media[-1].startswith("screen"), f"{found.group()} in @media {media[-1]}"


def test_the_drawing_of_a_chart_holds_no_letter_that_would_stretch_with_it() -> None:
    drawing = (UI / "templates/ui/_chart.html").read_text().split("<svg", 1)[1].split("</svg>", 1)[0]
    assert "<text" not in drawing
    assert (
        "last-of-type" not in (CSS / "components.css").read_text().split("/* chart */", 1)[1].split("/* copy */", 1)[0]
    )


LIST = re.compile(r"<c-ui\.table.*?</c-ui\.table>", re.DOTALL)
CELL = re.compile(r"<td\b.*?</td>", re.DOTALL)
FOLDING = re.compile(r"<td\b[^>]*(?:data-label=|colspan=)|<form|button|<a ")
LISTS = {
    path.relative_to(ROOT).as_posix(): LIST.findall(path.read_text())
    for path in ROOT.rglob("templates/**/*.html")
    if "<c-ui.table" in path.read_text()
}
DRAWN_BY_HAND = {
    "platforms/datahub/templates/datahub/source_trial.html": "columns that another's system names",
    "platforms/flows/templates/flows/_lists.html": "lists within a form that was designed on the campus",
    "platforms/openapi/templates/openapi/_codes.html": "documents for developers, who are nobody's viewer",
    "platforms/openapi/templates/openapi/_members.html": "as above",
    "platforms/openapi/templates/openapi/guide.html": "as above",
    "systems/card/vendors/templates/card_vendors/_sandbox.html": "its part of these documents",
}
"""Tables of a room that are no table of the kit, and why."""


def test_a_room_draws_no_table_of_its_own() -> None:
    assert {page for page in LISTS if not page.startswith("kernel/ui/")} == set(DRAWN_BY_HAND)


ASKING = re.compile(r"""<form\b[^>]*method=["']get""")
ASKED_BY_HAND = {
    "platforms/flows/workshop/templates/workshop/_fields.html": "leads to the form of a new field of that kind, narrows nothing",
    "platforms/flows/workshop/templates/workshop/bench.html": "as above, of a new step",
    "services/network/portal/templates/network_portal/why.html": "for who has no network yet: a page without the kit's sheets and scripts",
    "systems/assets/counting/templates/assets_counting/labels.html": "answers with a file, so its button may be pressed again",
}
"""Forms of a room that ask by the address and are none of the kit's, and why (decision 36)."""


def pages_with(pattern: re.Pattern[str]) -> set[str]:
    paths = [path for path in ROOT.rglob("templates/**/*.html") if pattern.search(path.read_text())]
    return {name for path in paths if not (name := path.relative_to(ROOT).as_posix()).startswith("kernel/ui/")}


def test_a_room_narrows_and_searches_by_the_pieces_of_the_kit() -> None:
    assert pages_with(ASKING) == set(ASKED_BY_HAND)
    assert pages_with(re.compile(r'class="(?:views|filter|filter-fields|search-line)"')) == set()


def test_each_cell_of_a_list_has_the_label_by_which_a_phone_folds_it() -> None:
    """`tables.js` makes a row a card of three lines and a list one of twelve rows; a cell of buttons
    and a value beside its name need none."""
    shown = {page: [CELL.findall(body.partition("<tbody")[2]) for body in bodies] for page, bodies in LISTS.items()}
    plain = {
        page: [[cell for cell in cells if not FOLDING.search(cell)] for cells in lists if len(cells) > 1]
        for page, lists in shown.items()
    }
    assert {page: lists for page, lists in plain.items() if any(lists)} == {}


def test_no_page_draws_a_list_that_does_not_fold() -> None:
    kit = "kernel/ui/templates/cotton"
    own = {
        f"{kit}/ui/table.html",
        f"{kit}/kit/rows.html",
        f"{kit}/kit/week.html",
        f"{kit}/kit/slots.html",
        "kernel/ui/templates/ui/_chart.html",
        "kernel/ui/templates/ui/_heat.html",  # eight short columns have room on a phone
    }
    own.add("platforms/flows/templates/flows/_rows.html")  # of controls: its style stacks them on a phone
    raw = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("templates/**/*.html") if "<table" in path.read_text()
    }
    assert raw <= own
