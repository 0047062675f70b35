"""Money as it is typed: one form on every page, told back under the field; scripts of pages and emulators read like the server."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from django import forms
from playwright._impl._driver import compute_driver_executable

from nanhu.kernel.money import format_yuan
from nanhu.kernel.tests.test_money import NO_SUMS, SUMS
from nanhu.kernel.ui.fields import field_parts
from nanhu.kernel.ui.money_field import YuanField

SOURCES = Path(__file__).parents[3]
READERS = ("kernel/ui/static/ui/js/money.js", "emulators/wallets/static/money.js")
FORMS = [*SOURCES.rglob("forms.py"), *SOURCES.rglob("views/*.py"), *SOURCES.rglob("static/**/*.js")]


class Till(forms.Form):
    amount = YuanField(label="收到现金")


@pytest.mark.parametrize("reader", READERS)
def test_a_script_reads_a_sum_as_the_server_does(reader):
    texts = [*(text for text, _fen in SUMS), *NO_SUMS]
    program = f"import {{ fenOf }} from {json.dumps((SOURCES / reader).as_uri())}; console.log(JSON.stringify({json.dumps(texts)}.map(fenOf)));"
    node = compute_driver_executable()[0]
    said = subprocess.run([node, "--input-type=module"], input=program, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == [*(fen for _text, fen in SUMS), *(None for _text in NO_SUMS)]


@pytest.mark.parametrize("typed", ["3,0", "3，0", "1,23", "12,34"])
def test_what_could_be_two_sums_is_refused_with_a_sentence(typed):
    form = Till({"amount": typed})
    assert not form.is_valid()
    assert typed in form.errors["amount"][0]


def test_the_field_has_a_place_where_the_page_says_what_it_understood():
    assert field_parts(Till()["amount"]).is_money


def test_no_form_and_no_script_reads_money_in_a_way_of_its_own():
    """A sum is typed into a YuanField and read by `fenOf`: a decimal field or a multiplied number would take other forms."""
    own_ways = ("DecimalField", "FloatField(", "parse_yuan", ".value) * 100", "parseFloat")
    found = [f"{path.name}: {way}" for path in FORMS for way in own_ways if way in path.read_text("utf-8")]
    assert found == []


ASCII_MINUS = re.compile(
    r"""-\s?[¥￥]|-\{\{[^}]*\|\s?yuan|-\$\{yuan|["'`]-["'`]\s*\+?\s*(?:`?\$?\{?)yuan|f["']-\{format_yuan"""
)


def test_no_page_and_no_script_writes_a_minus_of_its_own_before_a_sum():
    """One sign for money that goes out, U+2212, as `format_yuan` writes it."""
    sources = [
        path for kind in ("*.html", "*.js", "*.py", "*.po") for path in SOURCES.rglob(kind) if "tests" not in path.parts
    ]
    assert [path.name for path in sources if ASCII_MINUS.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "written", ["-¥ 5", "- ¥5", "-{{ row.fen|yuan }}", "-${yuan(fen)}", '"-" + yuan(fen)', "`-`+`${yuan(fen)}"]
)
def test_a_minus_of_its_own_is_seen(written):
    assert ASCII_MINUS.search(written)


def test_the_scripts_of_the_wallets_put_the_sign_before_the_yuan():
    """Of a holder who owes, the balance is less than nothing."""
    parts = (SOURCES / "emulators/wallets/static/yuan.js").as_uri()
    program = (
        f"import {{ yuan }} from {json.dumps(parts)}; console.log(JSON.stringify([-123456, 0, 123456].map(yuan)));"
    )
    node = compute_driver_executable()[0]
    said = subprocess.run([node, "--input-type=module"], input=program, capture_output=True, text=True, check=True)
    assert (
        json.loads(said.stdout)
        == ["−¥ 1,234.56", "¥ 0.00", "¥ 1,234.56"]
        == [format_yuan(fen) for fen in (-123456, 0, 123456)]
    )
