"""A receipt from a 数电票: read, kept byte for byte, its fields in the form, the class by what the like is, the same one told."""

import re
from io import BytesIO

import pytest

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.invoices.tests.samples import as_ofd, as_pdf, as_xml
from nanhu.systems.assets.models import Invoice, InvoiceFile, Receipt
from nanhu.systems.assets.tests.test_receiving import admit_student, opened

pytestmark = pytest.mark.django_db
HAND_IN = "/assets/unit/receipts/invoice/"
NUMBER = "26432000000012345678"
ITEM = """<IssuItemInformation><ItemName>{name}</ItemName><SpecMod>{model}</SpecMod><MeaUnits>台</MeaUnits>
 <Quantity>{count}</Quantity><UnPrice>1</UnPrice><Amount>{amount}</Amount><TaxRate>0.13</TaxRate><ComTaxAm>{tax}</ComTaxAm></IssuItemInformation>"""


def item(name, count, amount, tax, model=""):
    return ITEM.format(name=name, count=count, amount=amount, tax=tax, model=model)


COMPUTERS = item("*计算机*台式计算机", "2", "12387.61", "1610.39", "启天 M550")
PRINTER = item("*电子设备*激光打印机", "1", "1769.91", "230.09", "M2")


def invoice(*items, number=NUMBER, total="15998.00", head="", seller="联想（北京）有限公司", day="2026-09-02"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
<EInvoice><Header><EIid>{number}</EIid></Header><EInvoiceData>
 <SellerInformation><SellerName>{seller}</SellerName></SellerInformation>
 <BasicInformation><TotalTax-includedAmount>{total}</TotalTax-includedAmount><RequestTime>{day} 10:00:00</RequestTime></BasicInformation>
 {"".join(items or (COMPUTERS, PRINTER))}</EInvoiceData>
 <TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>{day}</IssueTime></TaxSupervisionInfo></EInvoice>""".encode()


def hand_in(client, content, name="发票.xml"):
    file = BytesIO(content)
    file.name = name
    return client.post(HAND_IN, {"file": file})


def as_gbk():
    return as_xml(encoding="GBK")


@pytest.fixture
def keeper(school):
    return school.client("T1")


def form_of(client, answer):
    assert answer.status_code == 302
    return client.get(answer["Location"]).context["form"]


def typed(school, form, **more):
    said = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    people = {
        "buyer": "T4",
        "first_inspector": "T2",
        "second_inspector": "T3",
        "unit": "12",
        "put_into_use_on": "2026-09-17",
        "use": "teaching",
    }
    kept = {name: str(value) for name, value in said.items() if value not in {None, False}}
    return kept | people | more


def test_the_form_is_filled_in_and_the_class_proposed_by_what_the_like_is(school, keeper):
    school.thing(name="台式计算机")
    content = invoice()
    assert f'href="{HAND_IN}"' in keeper.get("/assets/unit/receipts/").content.decode()
    said = form_of(keeper, hand_in(keeper, content)).initial
    assert (said["invoice"], said["supplier"], said["invoice_fen"]) == (NUMBER, "联想（北京）有限公司", "15998.00")
    assert (said["name"], said["model"], said["quantity"], said["price_yuan"]) == (
        "台式计算机",
        "启天 M550",
        2,
        "6999.00",
    )
    assert said["classification"].startswith("A0201 ")
    assert f"{said['acquired_on']}" == "2026-09-02"
    kept = StoredFile.objects.get(purpose="assets.invoice")
    address = f"/files/{kept.public_id}/"
    assert keeper.get(address).content == content, "byte for byte"
    assert [school.client(who).get(address).status_code for who in ("T5", "T7", "T2")] == [200, 404, 404]


@pytest.mark.parametrize(("form", "name"), [(as_ofd, "发票.ofd"), (as_pdf, "发票.pdf"), (as_gbk, "发票.xml")])
def test_an_ofd_a_pdf_and_an_xml_in_gbk_fill_in_the_form_and_are_the_same_invoice_as_its_xml(keeper, form, name):
    content = form()
    said = form_of(keeper, hand_in(keeper, content, name)).initial
    assert (said["invoice"], said["supplier"], said["invoice_fen"]) == (NUMBER, "联想（北京）有限公司", "15998.00")
    assert (said["name"], said["model"], said["quantity"], said["price_yuan"]) == (
        "台式计算机",
        "启天 M550",
        2,
        "6999.00",
    )
    kept = StoredFile.objects.get(purpose="assets.invoice")
    assert keeper.get(f"/files/{kept.public_id}/").content == content, "byte for byte"
    told = keeper.get(hand_in(keeper, invoice())["Location"]).content.decode()
    assert (f"发票 {NUMBER} 以前交过" in told, InvoiceFile.objects.count()) == (True, 1)
    assert hand_in(keeper, invoice(COMPUTERS, total="13998.00")).status_code == 409, "which says otherwise"


def test_line_after_line_becomes_a_receipt_and_no_more_than_the_original_says(school, keeper):
    school.thing(name="台式计算机")
    form = form_of(keeper, hand_in(keeper, invoice()))
    beyond = keeper.post(
        "/assets/unit/receipts/new/", typed(school, form, invoice_fen="99999.00", price_yuan="8000.00")
    )
    assert (beyond.status_code, Receipt.objects.count()) == (409, 0)
    assert "超过发票金额 ¥ 15,998.00" in str(beyond.context["form"].errors)
    assert keeper.post("/assets/unit/receipts/new/", typed(school, form)).status_code == 302
    receipt = Receipt.objects.get()
    page = keeper.get(f"/assets/unit/receipts/{receipt.public_id}/").content.decode()
    assert "发票原件" in page
    [link] = re.findall(r'href="([^"]+invoice_file=[^"]+)"', page)
    line = keeper.get(link.replace("&amp;", "&")).context["form"].initial
    assert (line["name"], line["price_yuan"], line["classification"]) == ("激光打印机", "2000.00", "")
    assert "title" not in line
    again = hand_in(keeper, invoice())
    told = keeper.get(again["Location"]).content.decode()
    assert f"发票 {NUMBER} 以前交过" in told
    assert receipt.title in told
    assert InvoiceFile.objects.count() == 1
    for said in ("", "?invoice_file=x", f"?invoice_file={receipt.public_id}"):
        assert keeper.get(f"/assets/unit/receipts/new/{said}").context["form"].initial == {}


def test_another_keeper_with_the_same_file_is_told_and_a_changed_one_is_refused(school, keeper):
    assert hand_in(keeper, invoice()).status_code == 302
    other = school.client("T7")
    assert "以前交过" in other.get(hand_in(other, invoice())["Location"]).content.decode()
    for content in (invoice(COMPUTERS, total="13998.00"), invoice(day="2026-09-01")):
        changed = hand_in(other, content)
        assert changed.status_code == 409
        assert "已经用过" in changed.content.decode()
    unseen = invoice(seller="联想\u200b（北京）\u202e有限公司")
    assert hand_in(other, unseen).status_code == 302, "what nobody sees is no other content"
    mine = InvoiceFile.objects.order_by("pk").first()
    assert (
        other.get(f"/assets/unit/receipts/new/?invoice_file={mine.public_id}").context["form"].initial.get("invoice")
        is None
    )


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.4 no", "不是完整的数电票"),
        (b"PK\x03\x04 no", "不是完整的数电票"),
        (b"<EInvoice/>", "没有读成"),
        (invoice(head=BOMB), "没有读成"),
        (invoice(total="15998.01"), "对不上"),
        (invoice(item("*计算机*台式计算机", "-1", "-100.00", "-13.00"), total="-113.00"), "没有读成"),
        (invoice(number="x"), "没有读成"),
        (invoice(day="2999-09-02"), "晚于今天"),
        (invoice(*[item("*办公用品*鼠标垫", "1", "1.00", "0")] * 2001, total="2001.00"), "超过 2,000 行"),
        (invoice(number="12345678"), "没有读到号码"),
        (invoice(number="２" * 20), "没有读到号码"),
        (invoice(item("*计算机*", "1", "1.00", "0"), total="1.00"), "没有读到号码"),
        (invoice(f"<IssuItemInformation>{COMPUTERS}</IssuItemInformation>", total="27996.00"), "没有读成"),
        (invoice(item("*计算机*台式计算机", "1", "NaN", "0"), total="1.00"), "没有读成"),
        (invoice(item("*计算机*台式计算机", "1", "1e999999", "0"), total="1.00"), "没有读成"),
        (invoice(item("*计算机*台式计算机", "1e99999999", "1.00", "0"), total="2.00"), "对不上"),
    ],
)
def test_what_is_no_invoice_is_refused_in_words_and_leaves_nothing(keeper, content, words):
    answer = hand_in(keeper, content)
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()
    assert InvoiceFile.objects.count() == 0


def test_a_discount_is_taken_off_the_line_before_it(school, keeper):
    off = item("*计算机*台式计算机", "", "-1000.00", "-130.00")
    said = form_of(keeper, hand_in(keeper, invoice(COMPUTERS, off, total="12868.00"))).initial
    assert (said["quantity"], said["price_yuan"]) == (2, "6434.00")


def test_of_two_lines_that_say_the_same_the_second_is_left_when_one_is_entered(school, keeper):
    school.thing(name="台式计算机")
    form = form_of(keeper, hand_in(keeper, invoice(COMPUTERS, COMPUTERS, total="27996.00")))
    assert keeper.post("/assets/unit/receipts/new/", typed(school, form)).status_code == 302
    page = keeper.get(f"/assets/unit/receipts/{Receipt.objects.get().public_id}/").content.decode()
    assert re.findall(r'invoice_file=[^"]+&amp;line=(\d+)', page) == ["1"]


def test_what_was_given_away_is_no_line(school, keeper):
    gift, off = (item("*办公用品*鼠标垫", "1", amount, tax) for amount, tax in (("10.00", "1.30"), ("-10.00", "-1.30")))
    hand_in(keeper, invoice(COMPUTERS, gift, off, total="13998.00"))
    assert [one["name"] for one in Invoice.objects.get().lines] == ["台式计算机"]


def test_the_number_of_anothers_invoice_on_ones_own_receipt_opens_nothing(school, keeper):
    hand_in(school.client("T7"), invoice())
    receipt = opened(school, head={"invoice": NUMBER}, quantity=1)
    page, theirs = f"/assets/unit/receipts/{receipt.public_id}/", f"/files/{StoredFile.objects.get().public_id}/"
    assert "发票原件" not in keeper.get(page).content.decode()
    hand_in(keeper, invoice())
    ours = f"/files/{InvoiceFile.objects.latest('pk').file.public_id}/"
    assert ours in keeper.get(page).content.decode()
    opens = {who: [school.client(who).get(one).status_code for one in (ours, theirs)] for who in ("T1", "T2", "T7")}
    assert opens == {"T1": [200, 404], "T2": [200, 404], "T7": [404, 200]}


def test_a_receipt_that_was_opened_by_hand_keeps_within_the_original_as_well(school, keeper):
    hand_in(keeper, invoice())
    with pytest.raises(Exception, match="超过发票金额"):
        opened(school, head={"invoice": NUMBER, "supplier": "联想（北京）有限公司"}, quantity=4, invoice_fen=9_000_000)
    opened(school, head={"invoice": NUMBER})
    with pytest.raises(Exception, match="超过发票金额"):
        opened(school, head={"invoice": NUMBER, "supplier": "联想北京公司"}, quantity=1)


def refused_beyond(school, keeper, **said):
    answer = keeper.post("/assets/unit/receipts/new/", BY_HAND | said)
    assert (answer.status_code, Receipt.objects.filter(author=school.actor("T1").account_id).count()) == (409, 0)
    return answer.content.decode()


BY_HAND = {
    "token": "0b5d1d0e-6f0b-4bb0-9b1f-5a2f6f0f9d5a",
    "title": "机房电脑",
    "acquired": "bought",
    "acquired_on": "2026-09-02",
    "supplier": "联想",
    "invoice": NUMBER,
    "invoice_fen": "20000.00",
    "unit": "12",
    "buyer": "T4",
    "first_inspector": "T2",
    "second_inspector": "T3",
    "classification": "A0201",
    "name": "台式计算机",
    "quantity": "2",
    "price_yuan": "7000",
    "put_into_use_on": "2026-09-17",
    "use": "teaching",
}


def test_an_invoice_over_nothing_is_told_at_its_field(keeper):
    answer = keeper.post("/assets/unit/receipts/new/", BY_HAND | {"invoice_fen": "0"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["invoice_fen"])


@pytest.mark.parametrize("field", ["buyer", "first_inspector", "second_inspector", "acquired_on", "put_into_use_on"])
def test_what_is_wrong_is_said_at_its_own_field(school, keeper, field):
    admit_student(school)
    wrong = "2999-09-02" if field.endswith("_on") else "S1"
    answer = keeper.post("/assets/unit/receipts/new/", BY_HAND | {field: wrong})
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, [field])


def test_nobody_learns_by_a_refusal_what_others_entered_of_an_invoice_or_what_their_original_says(school, keeper):
    head = {"invoice": NUMBER, "unit_id": school.units["13"], "title": "化工的电脑"}
    theirs = opened(school, by="T7", buyer="T8", head=head, quantity=1, price_fen=1_234_500)
    page = refused_beyond(school, keeper)
    assert "核对发票号和单价" in page
    told = ("12,345", "12345.00", "26,345", "26345", "化工的电脑", "周资产")
    assert [one for one in told if one in page] == []
    assert school.client("T7").post(f"/assets/unit/receipts/{theirs.public_id}/take-back/").status_code == 302
    hand_in(school.client("T7"), invoice(COMPUTERS, total="13998.00"))
    page = refused_beyond(school, keeper)
    assert ("核对发票号和单价" in page, "13,998" in page, "13998" in page) == (True, False, False)
    hand_in(keeper, invoice(COMPUTERS, total="13998.00"))
    assert "¥ 14,000.00（连同别的验收单），超过发票金额 ¥ 13,998.00" in refused_beyond(school, keeper), (
        "his as well by now"
    )


def test_what_is_beyond_ones_own_sum_is_told_whoever_else_uses_the_number(school, keeper):
    head = {"invoice": NUMBER, "unit_id": school.units["13"]}
    opened(school, by="T7", buyer="T8", head=head, quantity=1, price_fen=1_234_500)
    page = refused_beyond(school, keeper, invoice_fen="13000.00")
    assert "¥ 14,000.00（连同别的验收单），超过发票金额 ¥ 13,000.00" in page
