"""An invoice says the same in whichever form it comes; what does not add up, or is none, is refused."""

from datetime import date

import pytest

from nanhu.kernel.invoices.errors import InvoiceUnreadError
from nanhu.kernel.invoices.reading import read_invoice
from nanhu.kernel.invoices.tests.samples import LINES, NUMBER, SELLER, as_ofd, as_pdf, as_xml

FORMS = pytest.mark.parametrize("form", [as_xml, as_ofd, as_pdf])
LONG = (
    "*计算机外部设备*二维码自助服务终端立柜式含打印模块与扫描平台",
    "NH-2000 Pro Max 2026 款",
    "套",
    "3",
    "1000",
    "3000.00",
    "13%",
    "390.00",
)
OFF = ("*计算机外部设备*二维码自助服务终端立柜式含打印模块与扫描平台", "", "", "", "", "-300.00", "13%", "-39.00")
FREE = ("*劳务*安装调试", "", "", "", "", "100.00", "免税", "***")


@FORMS
def test_whichever_form_it_has_its_number_day_seller_sum_and_lines_are_read(form):
    found = read_invoice(form())
    assert (found.number, found.issued_on, found.seller, found.total_fen) == (
        NUMBER,
        date(2026, 9, 2),
        SELLER,
        1_599_800,
    )
    assert [(one.name, one.model, one.measure, one.quantity, one.amount_fen, one.tax_fen) for one in found.items] == [
        ("台式计算机", "启天 M550", "台", 2, 1_399_800, 161_039),
        ("激光打印机", "M2", "台", 1, 200_000, 23_009),
    ]
    assert found.said == read_invoice(as_xml()).said


@FORMS
def test_a_discount_a_line_without_tax_and_words_that_are_broken_are_read_alike(form):
    lines = (LONG, OFF, FREE, *LINES)
    found, plain = (read_invoice(one(lines, total="19149.00")) for one in (form, as_xml))
    assert found.said == plain.said
    assert [(one.quantity, one.amount_fen, one.tax_fen) for one in found.items[:2]] == [
        (3, 305_100, 35_100),
        (1, 10_000, 0),
    ]


@pytest.mark.parametrize("form", [as_ofd, as_pdf])
def test_the_xml_that_it_carries_counts_and_not_its_print(form):
    """A print may be altered, or show less than all."""
    found = read_invoice(form(LINES[:1], total="13998.00", carried=as_xml()))
    assert (found.total_fen, len(found.items)) == (1_599_800, 2)


def test_an_xml_in_gbk_is_read():
    assert read_invoice(as_xml(encoding="GBK")).said == read_invoice(as_xml()).said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (as_ofd(total="15998.01"), "对不上"),
        (as_ofd(LINES[:1]), "对不上"),
        (as_ofd(()), "没有读到"),
        (as_pdf(total="15998.01"), "对不上"),
        (as_pdf(LINES[:1]), "对不上"),
        (b"%PDF-1.7 nothing %%EOF", "不是完整的数电票"),
        (b"PK\x03\x04 nothing", "不是完整的数电票"),
        (as_ofd(carried=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), ""),
    ],
)
def test_what_does_not_add_up_or_is_none_is_refused(content, words):
    if not words:
        assert read_invoice(content).total_fen == 1_599_800
        return
    with pytest.raises(InvoiceUnreadError, match=words):
        read_invoice(content)
