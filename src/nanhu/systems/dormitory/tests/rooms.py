"""Two clerks of logistics, and short words for what tests ask of a month's bills."""

from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel import intake
from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.dormitory.checking import check_rooms
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.services import lists, posting, returns
from nanhu.systems.dormitory.sheets import ROOMS

PAGES = "/dormitory/rooms/"
HEAD = "楼栋,房间,学工号,姓名,项目,月份,房间金额\n"


def pair():
    return f"南院15号楼,301,14231100001,林小满,电费,{this_month()},30.01\n南院15号楼,301,14231200001,赵一鸣,电费,{this_month()},30.01\n"


def this_month():
    return f"{campus_today():%Y-%m}"


def month_named():
    return f"{campus_today().year}年{campus_today().month}月"


"""One room with two in it: 15.01 for the first by number, 15.00 for the second."""


def line(number, name, *, room="301", item="电费", month="", amount="10"):
    month = month or this_month()
    return f"南院15号楼,{room},{number},{name},{item},{month},{amount}\n"


def faults(text):
    return [(fault.line, fault.what) for fault in check_rooms(ROOMS.read(text.encode())).faults]


def made(funds, text="", *, author="clerk", token=None, title="十月电费"):
    checked = check_rooms(ROOMS.read((text or HEAD + pair()).encode()))
    assert checked.faults == []
    by = funds.campus.actor(author)
    return lists.make_list(by=by, token=token or uuid4(), title=title, rooms=checked.rows)


def approved(funds, text="", *, title="十月电费"):
    room_list = intake.submit(by=funds.campus.actor("clerk"), batch=made(funds, text, title=title))
    return intake.approve(by=funds.campus.actor("second_clerk"), batch=room_list)


def posted(funds, text="", *, title="十月电费"):
    room_list = approved(funds, text, title=title)
    posting.take_shares(batch_id=room_list.pk)
    return fresh(room_list)


def till():
    return ledger.open_accounts([ledger.AccountOrder(code="till", name="柜台", kind="asset")])["till"]


def pay_at_the_till(share, fen, key="till"):
    return ledger.pay(by=SYSTEM, bill=share.charge, amount_fen=fen, payer="counter", account_id=till(), key=key)


def fresh(room_list):
    return RoomList.objects.get(pk=room_list.pk)


def fates(room_list):
    return list(room_list.shares.order_by("line").values_list("state", "amount_fen", "why"))


def payee(code="power.dormitory"):
    account = f"ledger.payee:{code}"
    found = ledger.account_ids([account])
    return ledger.balance_of(found[account]) if found else 0


def with_office(funds):
    for part in ("clerk", "second_clerk"):
        account = identity.account_of(funds.campus.persons[part])
        identity.grant_role(by=SYSTEM, account_id=account.pk, role="dormitory.biller")
    return funds


def with_third(funds):
    """One more of the office, who brought nothing in."""
    account = identity.account_of(funds.campus.persons["teacher"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="dormitory.biller")
    return funds


def ask_back(funds, room_list, part="clerk", reason="电表读错"):
    return returns.ask_back(by=funds.campus.actor(part), token=uuid4(), batch=room_list, reason=reason)


def give_back(funds, room_list):
    """Asked for by its author, agreed to by a third person; the worker's turn."""
    asked = ask_back(funds, room_list)
    returns.agree_back(by=funds.campus.actor("teacher"), rollback=asked)
    return fresh(room_list)


def hand_in(funds, text="", part="clerk"):
    client = funds.campus.client(part)
    form = client.get(PAGES + "new/").context["form"]
    file = SimpleUploadedFile("账单.csv", (text or HEAD + pair()).encode())
    return client.post(PAGES + "new/", {"title": "十月电费", "token": str(form["token"].value()), "file": file})
