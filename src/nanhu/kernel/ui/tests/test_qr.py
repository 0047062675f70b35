"""QR codes as a telephone reads them."""

import pytest

from nanhu.kernel.ui import qr
from nanhu.testing.scanner import read_code, read_codes


@pytest.mark.parametrize("text", ["12345678", "https://nanhu.example/a/b?c=d"])
def test_a_code_is_read_back_and_never_micro(text):
    assert read_codes(f'<img src="{qr.picture(text)}">') == [text]
    assert read_code(qr.code_of(text).svg_inline(border=2)) == text
    assert not qr.code_of(text).is_micro


def test_paper_has_the_code_without_its_quiet_zone():
    text = "https://nanhu.example/v/AAAA"
    width, _height = qr.code_of(text).symbol_size(border=0)
    assert qr.svg(text).startswith(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}"')


def test_dots_that_read_as_bars_as_well_are_one_code():
    """One sign-in code in some ten thousand: its dots are an ITF bar code, too."""
    text = "https://portal.reed-lake.example/scan/900EfPkVxyFKFCtSieSWs4j7nCDai2mh"
    assert read_codes(f'<img src="{qr.picture(text)}">') == [text]
