"""A sheet that holds at once: its blank form, the faults of a file, and the rows of one that has none."""

from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from openpyxl import load_workbook

from nanhu.kernel.kit.forms import CellField, FileForm
from nanhu.kernel.kit.sheet_forms import sheet_form
from nanhu.kernel.sheets import Column, FaultyRowsError, Sheet, checked, choice

KINDS = {"交换机": "switch", "控制器": "ac"}
SHEET = Sheet(Column("name", "名称", needed=True), Column("kind", "类型", kind=choice(KINDS), needed=True), most=5)


class PageThatIsHungUp:
    """What `sheet_form` asks of the page that it hangs under."""

    def __init__(self):
        self.hung = {}

    def download(self, path):
        def hang(function):
            self.hung[path] = (function.__name__, function)
            return SimpleNamespace(address=lambda: f"/list/{path}")

        return hang

    def form(self, path, form, **options):
        def hang(function):
            self.hung[path] = (function.__name__, function)
            return SimpleNamespace(form=form, options=options, take=function)

        return hang


class SmallForm(FileForm):
    largest = 1000


def rows_of(lines):
    return checked(lines, lambda line: {"name": line["name"], "kind": line.meant("kind")}, once_by=("name",))


def hung(**options):
    page, got = PageThatIsHungUp(), []

    @sheet_form(page, "sheet/", SmallForm, SHEET, name="设备", check=rows_of, **options)
    def nas_sheet(_request, _form, rows):
        got.append(rows)
        return len(rows)

    return page, nas_sheet, got


def handed_in(made, lines):
    given = SimpleNamespace(cleaned_data={"file": f"名称,类型\n{lines}".encode()})
    return made.take(RequestFactory().post("/list/sheet/"), given)


def cells_of(page, query=""):
    answer = page.hung["template.xlsx"][1](RequestFactory().get(f"/list/template.xlsx{query}"))
    rows = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    return answer, [[cell for cell in row if cell] for row in rows if any(row)]


def test_its_function_gets_the_rows_of_a_file_and_none_where_one_line_is_wrong():
    _page, made, got = hung()
    assert handed_in(made, "一栋,交换机\n二栋,控制器\n") == 2
    assert got == [[{"name": "一栋", "kind": "switch"}, {"name": "二栋", "kind": "ac"}]]
    with pytest.raises(FaultyRowsError) as refused:
        handed_in(made, "三栋,交换机\n四栋,路由器\n三栋,控制器\n")
    assert [(one.line, one.column) for one in refused.value.facts["faults"]] == [(3, "类型"), (4, "名称")]
    assert len(got) == 1


def test_its_blank_form_hangs_beside_it_and_holds_what_is_known_where_that_is_wanted():
    page, made, _got = hung(filled=lambda: [{"name": "一栋", "kind": "交换机"}])
    assert page.hung["template.xlsx"][0] == "nas_sheet_template", "two sheets of one console have two addresses"
    answer, blank = cells_of(page)
    assert "attachment" in answer["Content-Disposition"]
    assert [len(blank), len(cells_of(page, "?filled")[1])] == [len(blank), len(blank) + 1]
    assert cells_of(page, "?filled")[1][-1] == ["一栋", "交换机"]
    assert made.options["facts"](None) == {"blank": "/list/template.xlsx", "has_filled": True}


def test_a_room_says_otherwise_what_is_usual():
    _page, usual, _got = hung()
    assert (usual.options["icon"], usual.options["facts"](None)["has_filled"]) == ("upload", False)
    assert usual.options["largest_file"] > SmallForm.largest, "with what a browser sends around the file"
    assert hung(icon="sheet", title="成批登记")[1].options["icon"] == "sheet"
    assert cells_of(hung()[0], "?filled")[1] == cells_of(hung()[0])[1], "nothing is known"


def test_a_field_that_is_read_as_a_cell_means_what_the_cell_means():
    field = CellField(choice(KINDS), required=False)
    assert (field.clean(" 交换机 "), field.clean("交 换 机"), field.clean("")) == ("switch", "switch", "")
    with pytest.raises(ValidationError, match="只能是：交换机"):
        field.clean("路由器")
    with pytest.raises(ValidationError, match="这一项要填"):
        CellField(choice(KINDS)).clean("")
