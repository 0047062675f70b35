"""From a template to a PDF: every name is drawn, a template is told its line, and none of them reaches anything but its folder."""

import socket
import subprocess
import sys
import threading
import time

import pytest

from nanhu.kernel.printing import fonts, rendering
from nanhu.kernel.printing.errors import (
    CharacterMissingError,
    PrintingBusyError,
    PrintingFailedError,
    PrintingTooLongError,
    TemplateRefusedError,
)
from nanhu.kernel.printing.rendering import address_of, pdf_of
from nanhu.kernel.printing.tests.reading import codes_of, glyphs_of, text_of

pytestmark = pytest.mark.slow
ALL_NAMES = fonts.ALL_NAMES
RARE = "镕喆堃昇旻赟䶮㛃𬭎"
CODE = "AbCdEfGhIjKlMnOpQrStUv"
FACTS = {"title": "在读证明", "issuer": "湖南理工学院", "number": "证2026-19", "issued_on": "2026-11-28", "name": RARE}
SHEET = '#import "sheet.typ": sheet\n#let data = json("data.json")\n#show: sheet.with(data)\n'


def made(template, **facts):
    return pdf_of(template, FACTS | facts, code=CODE)


def test_all_of_a_persons_name_can_be_drawn():
    """Also where the first font lacks a character: the next one has it, none is a box."""
    assert fonts.missing_in([RARE]) == []
    text = text_of(made(SHEET + "#data.name"))
    assert RARE in text
    assert "\ufffd" not in text


def test_each_character_of_a_name_has_a_glyph_of_its_own():
    """A box is drawn from glyph 0: the page asks no font for it."""
    assert 0 not in glyphs_of(made(SHEET + "#data.name"))


def test_a_box_would_be_seen(monkeypatch):
    """The page of a font that lacks the name, past the check: so the test above can fail."""
    poor = fonts.FILES[2]
    assert ord("䶮") not in fonts.code_points(poor)
    monkeypatch.setattr(fonts, "present", lambda: [poor])
    monkeypatch.setattr(fonts, "missing_in", lambda _texts: [])
    assert 0 in glyphs_of(made(SHEET + "#data.name"))


def test_what_the_template_itself_says_is_drawn_too():
    with pytest.raises(CharacterMissingError, match="\U0010fffd"):
        made(SHEET + "正文\U0010fffd")


def test_a_font_that_is_installed_counts_without_a_restart(monkeypatch, tmp_path):
    font = tmp_path / "late.ttc"
    monkeypatch.setattr(fonts, "FILES", (font,))
    assert fonts.missing_in(["镕"]) == ["镕"]
    font.symlink_to(ALL_NAMES)
    assert fonts.missing_in(["镕"]) == []


def test_a_process_that_dies_is_no_fault_of_the_template(monkeypatch, tmp_path):
    (tmp_path / "compiling.py").write_text("import os\nos.abort()")
    (tmp_path / "sheets").symlink_to(rendering.HERE / "sheets")
    monkeypatch.setattr(rendering, "HERE", tmp_path)
    with pytest.raises(PrintingFailedError):
        made(SHEET)


def test_only_some_pages_are_set_at_a_time(monkeypatch):
    monkeypatch.setattr(rendering, "seats", threading.BoundedSemaphore(1))
    monkeypatch.setattr(rendering, "SECONDS", 0.1)
    with rendering.seat(), pytest.raises(PrintingBusyError):
        made(SHEET)
    with rendering.seat():
        pass


def test_a_pdf_beyond_bounds_is_refused(monkeypatch, tmp_path):
    program = (rendering.HERE / "compiling.py").read_text("utf-8").replace("20 * 1024**2", "99")
    (tmp_path / "compiling.py").write_text(program, "utf-8")
    (tmp_path / "sheets").symlink_to(rendering.HERE / "sheets")
    monkeypatch.setattr(rendering, "HERE", tmp_path)
    with pytest.raises(TemplateRefusedError, match="bytes"):
        made(SHEET)


def test_the_sheet_names_the_school_the_number_and_a_code_that_a_telephone_reads(tmp_path):
    pdf = made(SHEET + "= 正文\n#pagebreak()\n第二页")
    text = text_of(pdf)
    assert all(said in text for said in ("湖南理工学院", "证2026-19", "2026-11-28", address_of(CODE)))
    assert "第 2 页，共 2 页" in text
    assert codes_of(pdf, tmp_path) == [address_of(CODE)]


def test_a_character_that_no_font_has_is_named_and_never_a_box():
    with pytest.raises(CharacterMissingError, match="\U0010fffd"):
        made(SHEET + "#data.name", name="王\U0010fffd")
    with pytest.raises(CharacterMissingError):
        made(SHEET, rows=[{"name": ("王\U0010fffd",)}])


def test_what_a_person_is_called_is_never_a_command():
    said = '#panic("x") *粗* $1$ \\ "引号" #read("/etc/passwd")'
    assert "#panic" in text_of(made(SHEET + "#data.name", name=said))


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("#let a = (\n", 1),
        (SHEET + "\n#data.nobody", 5),
        ('第一行\n#read("../../../etc/passwd")', 2),
        ('第一行\n\n#read("/etc/passwd")', 3),
        ('#image("/proc/self/environ")', 1),
        ('一\n#import "@preview/cetz:0.3.0": canvas', 2),
        ('#let where = "@" + "preview/cetz:0.3.0"\n#import where: *', 2),
        ("#while true {}", 1),
        ("#let again() = again()\n#again()", 1),
    ],
)
def test_a_template_that_fails_or_reaches_out_is_refused_with_its_line(template, line):
    with pytest.raises(TemplateRefusedError) as refused:
        made(template)
    assert refused.value.facts["line"] == str(line) or refused.value.facts["line"] == line
    assert "root:" not in str(refused.value)


def test_a_template_that_works_on_and_on_is_stopped(monkeypatch):
    monkeypatch.setattr(rendering, "SECONDS", 2)
    endless = "#for a in range(9000) { for b in range(9000) { for c in range(9000) {} } }"
    begun = time.monotonic()
    with pytest.raises(PrintingTooLongError):
        made(endless)
    assert begun <= time.monotonic()


def test_who_sets_a_page_has_no_network():
    """Not even this machine's own, where the system lets a process have one of its own."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        program = "import compiling, socket, sys; compiling.alone(); socket.create_connection(('127.0.0.1', int(sys.argv[1])))"
        child = [sys.executable, "-c", program, str(port)]
        done = subprocess.run(child, cwd=rendering.HERE, capture_output=True, text=True, check=False)
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives nobody a network of his own")
    assert "Network is unreachable" in done.stderr
