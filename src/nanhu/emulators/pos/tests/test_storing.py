"""Without a network: stored within limits, uploaded in order, removed only when taken down."""

import json

import pytest

from nanhu.emulators.pos.tests.conftest import CARD, FOREIGN_CARD, POOR_CARD


def test_payments_are_stored_and_uploaded_with_the_outcome_of_each(device, gateway):
    device.do("network", network="off")
    stored, terminal = device.do("pay", card=CARD, amount_fen=600)
    device.do("pay", card=POOR_CARD, amount_fen=500)
    device.do("pay", card=FOREIGN_CARD, amount_fen=800)
    assert (stored["kind"], stored["slip"]["receipt"], terminal["stored_fen"]) == ("stored", None, 600)
    assert gateway.seen == []
    outcome, terminal = device.do("network", network="on")
    assert outcome["headline"] == "上传完成"
    assert outcome["sentence"] == "2 笔入账，1 笔被拒"
    assert [(row["outcome"], row["owed_fen"]) for row in outcome["rows"]] == [
        ("approved", None),
        ("approved", 200),
        ("refused", None),
    ]
    assert (terminal["stored_count"], terminal["network"]) == (0, "on")
    assert gateway.balances == {CARD: 9400, POOR_CARD: 0}
    operation, _sequence, _signature, body = next(one for one in gateway.seen if one[0] == "upload")
    assert operation == "upload"
    assert [row["sequence"] for row in json.loads(body)["rows"]] == [1, 2, 3]


@pytest.mark.capability("A015.4")
def test_the_risk_has_limits_for_a_payment_a_card_and_in_all(device):
    device.do("network", network="off")
    assert "单笔" in device.do("pay", card=CARD, amount_fen=3001)[0]["sentence"]
    assert device.do("pay", card=CARD, amount_fen=3000)[0]["kind"] == "stored"
    assert "每卡" in device.do("pay", card=CARD, amount_fen=2001)[0]["sentence"]
    assert device.do("pay", card=CARD, amount_fen=-5)[0]["kind"] == "refused"
    for number in range(9):
        assert device.do("pay", card=f"0400000000000{number}", amount_fen=3000)[0]["kind"] == "stored"
    outcome, terminal = device.do("pay", card=POOR_CARD, amount_fen=1)
    assert "本机累计" in outcome["sentence"]
    assert (terminal["stored_fen"], terminal["stored_count"]) == (30_000, 10)


@pytest.mark.capability("A015.4")
def test_a_lost_answer_to_an_upload_posts_nothing_twice(device, gateway):
    device.do("network", network="off")
    device.do("pay", card=CARD, amount_fen=600)
    gateway.swallowed = 3
    outcome, terminal = device.do("network", network="on")
    assert (outcome["headline"], terminal["stored_count"]) == ("上传未完成", 1)
    outcome, terminal = device.do("network", network="on")
    assert (outcome["rows"][0]["outcome"], terminal["stored_count"]) == ("approved", 0)
    assert gateway.balances[CARD] == 9400


def test_rows_a_switched_off_terminal_could_not_leave_stay(device, gateway):
    device.do("network", network="off")
    device.do("pay", card=CARD, amount_fen=600)
    gateway.is_off = True
    outcome, terminal = device.do("network", network="on")
    assert (outcome["sentence"], terminal["stored_count"]) == ("1 笔留在本机", 1)
    gateway.is_off = False
    assert device.do("network", network="on")[1]["stored_count"] == 0


def test_the_network_is_not_back_before_the_gateway_answers(device, gateway):
    device.do("network", network="off")
    gateway.dead = True
    outcome, terminal = device.do("network", network="on")
    assert (outcome["headline"], terminal["network"]) == ("仍未连上", "off")


def test_an_open_sale_is_settled_before_stored_ones_are_uploaded(device, gateway):
    gateway.dead = True
    device.do("pay", card=CARD, amount_fen=1000)
    device.do("network", network="off")
    device.do("pay", card=CARD, amount_fen=600)
    gateway.dead = False
    _outcome, terminal = device.do("network", network="on")
    assert [operation for operation, *_ in gateway.seen] == ["hello", "payment", "upload", "revocations"]
    assert (terminal["is_open"], terminal["stored_count"], gateway.balances[CARD]) == (False, 0, 8400)
