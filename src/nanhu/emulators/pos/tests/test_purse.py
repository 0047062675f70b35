"""Cards with a purse at the device: grey records, torn cards, the card's own limits and PIN, the list of refused cards."""

import json
from datetime import datetime

import pytest

from nanhu.emulators.chip.api import Pocket, terminal
from nanhu.emulators.chip.tests.conftest import AT as LOADED_AT
from nanhu.emulators.chip.tests.conftest import CARD, PIN, fill, host_load
from nanhu.emulators.pos.offline import limit_passed, meal_of
from nanhu.emulators.pos.purse import CAMPUS


@pytest.fixture
def pocket(configuration):
    """The chips beside the device's configuration: the card holds ¥ 50, its PSAM sits in N101A."""
    path = configuration.with_name("chip.json")
    fill(path)
    delivery = json.loads(path.read_text())
    delivery["psams"][0]["terminal"] = "N101A"
    path.write_text(json.dumps(delivery))
    pocket = Pocket(path)
    with pocket.card(CARD) as card:
        _begun, mac2 = host_load(card, 5000)
        terminal.finish_load(card, mac2=mac2, at=LOADED_AT)
    return pocket


def on_card(pocket):
    with pocket.card(CARD) as card:
        return terminal.read_facts(card)


def stored_rows(gateway):
    body = [one[3] for one in gateway.seen if one[0] == "upload"][-1]
    return json.loads(body)["rows"]


def test_an_offline_sale_is_debited_on_the_card_and_carries_its_proof(device, gateway, pocket):
    device.do("network", network="off")
    outcome, told = device.do("pay", card=CARD, amount_fen=1200)
    assert (outcome["kind"], outcome["balance_fen"], told["stored_count"]) == ("stored", 3800, 1)
    device.do("network", network="on")
    (row,) = stored_rows(gateway)
    assert row["chip"].items() >= {"counter": 0, "online_counter": 1, "balance_before_fen": 5000, "term_seq": 1}.items()
    assert len(row["chip"]["tac"]) == 8
    assert on_card(pocket).offline_counter == 1


def test_the_card_refuses_what_it_does_not_hold(device, pocket):
    device.do("pay", card=CARD, amount_fen=4000)
    device.do("network", network="off")
    outcome, told = device.do("pay", card=CARD, amount_fen=2999)
    assert (outcome["kind"], outcome["sentence"], told["stored_count"]) == ("refused", "卡上余额不足", 0)


@pytest.mark.parametrize(("tear", "is_debited"), [("before", False), ("during", False), ("after", True)])
def test_a_torn_card_pays_once_or_not_at_all(device, gateway, pocket, tear, is_debited):
    device.do("network", network="off")
    outcome, told = device.do("pay", card=CARD, amount_fen=1200, tear=tear)
    assert (outcome["kind"], told["grey_count"], told["stored_count"]) == ("torn", 1, 0)
    assert on_card(pocket).balance_fen == 5000 - 1200 * is_debited
    outcome, told = device.do("look", card=CARD)
    assert (told["grey_count"], told["stored_count"]) == (0, int(is_debited))
    assert outcome["balance_fen"] == 5000 - 1200 * is_debited
    device.do("network", network="on")
    if is_debited:
        assert stored_rows(gateway)[0]["chip"]["tac"] != "00000000"
    assert gateway.balances[CARD] == 10_000 - 1200 * is_debited


def test_a_grey_record_survives_the_device(device, gateway, pocket, after_restart):
    device.do("network", network="off")
    device.do("pay", card=CARD, amount_fen=1200, tear="after")
    _outcome, told = after_restart.do("look", card=CARD)
    assert (told["grey_count"], told["stored_count"]) == (0, 1)


def test_a_card_that_went_on_elsewhere_is_told_without_its_proof(device, gateway, pocket):
    device.do("network", network="off")
    device.do("pay", card=CARD, amount_fen=1200, tear="after")
    with pocket.card(CARD) as card:
        terminal.buy(card, pocket.psam("N101A"), amount_fen=1, at=LOADED_AT, remember=lambda _grey: None)
    device.do("look", card=CARD)
    device.do("network", network="on")
    assert stored_rows(gateway)[0]["chip"]["tac"] == "00000000"


def test_an_online_sale_moves_the_purse_and_its_proof_waits_for_the_house(device, gateway, pocket):
    outcome, told = device.do("pay", card=CARD, amount_fen=1200)
    assert (outcome["kind"], told["grey_count"], told["proof_count"]) == ("paid", 0, 1)
    assert on_card(pocket).balance_fen == 3800
    gateway.chip_proofs = lambda _sequence, asked: (
        200,
        json.dumps(
            {"outcome": "approved", "rows": [{"sequence": row["sequence"], "code": "ok"} for row in asked["rows"]]}
        ).encode(),
    )
    assert device.do("sign-on")[1]["proof_count"] == 0
    sent = json.loads(gateway.seen[-1][3])["rows"]
    assert (sent[0]["sequence"], sent[0]["amount_fen"], sent[0]["counter"]) == (1, 1200, 0)


def test_a_purse_that_is_short_does_not_stop_an_online_sale(device, gateway, pocket):
    outcome, told = device.do("pay", card=CARD, amount_fen=6000)
    assert (outcome["kind"], outcome["sentence"], told["proof_count"]) == ("paid", "交易成功", 0)
    assert on_card(pocket).balance_fen == 5000


@pytest.mark.capability("A124.3")
@pytest.mark.parametrize(("limits", "which"), [((2000, 9000), "餐"), ((9000, 2000), "日")])
def test_above_the_cards_own_limit_the_pin_is_asked_without_network(device, gateway, pocket, limits, which):
    """The first fen above, not before; the card itself checks the PIN and counts the tries."""
    with pocket.card(CARD) as card:
        terminal.verify_pin(card, PIN)
        terminal.write_limits(card, *limits)
    device.do("network", network="off")
    assert device.do("pay", card=CARD, amount_fen=2000)[0]["kind"] == "stored"
    outcome, told = device.do("pay", card=CARD, amount_fen=1)
    assert (outcome["kind"], outcome["sentence"], told["stored_count"]) == (
        "pin_required",
        f"超过{which}限额，请输入消费密码",
        1,
    )
    outcome, _told = device.do("pay", card=CARD, amount_fen=1, pin="000000")
    assert (outcome["kind"], outcome["sentence"]) == ("pin_required", "卡密码不对，还可以试 2 次")
    assert device.do("pay", card=CARD, amount_fen=1, pin=PIN)[0]["kind"] == "stored"
    device.do("network", network="on")
    rows = stored_rows(gateway)
    assert ["pin" in row for row in rows] == [False, True]
    assert PIN not in json.dumps(rows)


@pytest.mark.capability("A124.3", "A134.2", "A134.3")
def test_without_network_the_day_counts_every_meal_and_each_meal_begins_anew(pocket):
    """Of the hours that `hello` told of this canteen; between its meals only the day counts."""
    hours = (("06:30", "09:00"), ("11:00", "13:30"))
    terms = {"meals": [{"meal": number, "starts": one[0], "ends": one[1]} for number, one in enumerate(hours, 1)]}
    with pocket.card(CARD) as card:
        terminal.verify_pin(card, PIN)
        terminal.write_limits(card, 2000, 3000)
        for at, fen in (("20261124070000", 1500), ("20261125070000", 1900)):
            terminal.buy(card, pocket.psam("N101A"), amount_fen=fen, at=at, remember=lambda _grey: None)

        def passed(hour: int, fen: int, told: dict = terms) -> str:
            moment = datetime(2026, 11, 25, hour, tzinfo=CAMPUS).timestamp()
            return limit_passed(card, told, amount_fen=fen, now=moment)

        assert [passed(8, 100), passed(8, 101)] == ["", "meal"]
        assert [passed(9, 1100), passed(9, 1101)] == ["", "daily"]
        assert [passed(12, 1100), passed(12, 1101)] == ["", "daily"]
        assert [passed(8, 101, {"meals": []}), passed(8, 101, {})] == ["", "meal"], "a canteen without meals has none"
        terminal.write_limits(card, 0, 0)
        house = terms | {"limits": {"meal_fen": 2100, "daily_fen": 2900}}
        assert [passed(8, 200, house), passed(8, 201, house)] == ["", "meal"], "of a card without its own, the school's"
        assert [passed(9, 1000, house), passed(9, 1001, house)] == ["", "daily"]


@pytest.mark.capability("A124.3")
def test_a_pin_tried_out_locks_on_the_card(device, pocket):
    with pocket.card(CARD) as card:
        terminal.verify_pin(card, PIN)
        terminal.write_limits(card, 1, 1)
    device.do("network", network="off")
    for _try in range(3):
        outcome, _told = device.do("pay", card=CARD, amount_fen=100, pin="000000")
    assert (outcome["kind"], outcome["sentence"]) == ("refused", "卡密码已锁，请到校园卡管理办公室办理")
    assert device.do("pay", card=CARD, amount_fen=100, pin=PIN)[0]["kind"] == "refused"


@pytest.mark.capability("A117.2")
def test_a_revoked_card_is_refused_without_network(device, gateway, pocket):
    """Pulled by delta; what was taken off the list serves again."""
    deltas = [
        {"version": 7, "is_full": True, "has_more": True, "changes": [{"card": CARD, "reason": "lost"}]},
        {
            "version": 8,
            "is_full": False,
            "has_more": False,
            "changes": [{"card": "04FFFFFFFFFFFF", "reason": "closed"}],
        },
        {"version": 9, "is_full": False, "has_more": False, "changes": [{"card": CARD, "reason": None}]},
    ]
    since = []

    def revocations(_sequence, asked):
        since.append(asked["since"])
        return 200, json.dumps(deltas.pop(0) if deltas else {"version": asked["since"]}).encode()

    gateway.revocations = revocations
    assert device.do("pull")[1]["revoked_count"] == 2
    device.do("network", network="off")
    outcome, told = device.do("pay", card=CARD, amount_fen=100)
    assert (outcome["sentence"], told["stored_count"]) == ("此卡已挂失，不能使用", 0)
    assert on_card(pocket).balance_fen == 5000
    told = device.do("network", network="on")[1]
    assert told["revoked_count"] == 1
    assert since == [0, 7, 8]


def test_a_phones_code_needs_the_network(device):
    device.do("network", network="off")
    outcome, told = device.do("pay", card="N1P" + "0" * 34, amount_fen=100)
    assert (outcome["sentence"], told["stored_count"]) == ("付款码要联网才能验", 0)


def test_a_card_on_another_machine_is_not_read(device, pocket):
    device.do("network", network="off")
    with pocket.card(CARD):
        assert device.do("pay", card=CARD, amount_fen=1)[0]["sentence"] == "卡还在另一台机器上"


@pytest.mark.parametrize(
    ("clock", "hours"),
    [
        ("0700", ("0630", "0900")),
        ("0900", None),
        ("0500", None),
        ("1200", ("1100", "1330")),
        ("2359", ("2030", "2400")),
    ],
)
def test_a_meal_is_told_by_the_clock(clock, hours):
    meals = [("06:30", "09:00"), {"starts": "11:00", "ends": "13:30"}, {"starts": "20:30", "ends": "24:00"}]
    assert meal_of(f"20261125{clock}00", meals) == hours
