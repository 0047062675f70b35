"""A sale on line: what the device shows, what went over the wire, and what it does when the answer does not come."""

from nanhu.emulators.pos.tests.conftest import CARD, POOR_CARD


def test_a_sale_is_paid_and_prints_its_slip(device, gateway):
    outcome, terminal = device.do("pay", card=CARD, amount_fen=1250)
    assert (outcome["kind"], outcome["light"], outcome["sentence"]) == ("paid", "green", "交易成功")
    assert (outcome["amount_fen"], outcome["balance_fen"]) == (1250, 8750)
    slip = outcome["slip"]
    assert (slip["receipt"], slip["sequence"], slip["amount_fen"], slip["balance_fen"]) == (
        "000000000001",
        1,
        1250,
        8750,
    )
    assert not terminal["is_open"]
    assert gateway.balances[CARD] == 8750


def test_a_refusal_is_shown_in_the_gateways_words_and_prints_nothing(device):
    outcome, _terminal = device.do("pay", card=POOR_CARD, amount_fen=301)
    assert (outcome["light"], outcome["sentence"], outcome["slip"]) == ("red", "网关说 balance_short", None)
    assert outcome["balance_fen"] == 300


def test_the_strip_shows_each_message_with_its_signature(device, gateway):
    outcome, _terminal = device.do("pay", card=CARD, amount_fen=1)
    (message,) = outcome["wire"]
    assert message["request_line"] == "POST /terminal/v1/payment HTTP/1.1"
    assert message["request_headers"]["Nanhu-Signature"] == gateway.seen[-1][2]
    assert message["signed_text"].startswith("nanhu-terminal-1\nPOST\n/terminal/v1/payment\nN101A\n1\n")
    assert (message["status"], message["verdict"]) == (200, "genuine")
    assert '"approved"' in message["answer_body"]
    assert message["milliseconds"] > 0


def test_the_very_same_request_twice_more_moves_money_once(device, gateway):
    device.do("pay", card=CARD, amount_fen=1000)
    outcome, _terminal = device.do("again")
    assert (outcome["kind"], outcome["headline"]) == ("again", "同一笔，只扣一次")
    assert len({signature for operation, _s, signature, _b in gateway.seen if operation == "payment"}) == 1
    assert sum(operation == "payment" for operation, *_ in gateway.seen) == 3
    assert gateway.balances[CARD] == 9000


def test_a_lost_answer_is_asked_for_with_the_same_sequence(device, gateway):
    gateway.swallowed = 1
    outcome, _terminal = device.do("pay", card=CARD, amount_fen=1000)
    assert outcome["kind"] == "paid"
    assert [sequence for _o, sequence, *_ in gateway.seen] == [1, 1]
    assert gateway.balances[CARD] == 9000


def test_an_unknown_outcome_stops_the_counter_until_it_is_settled(device, gateway, after_restart):
    gateway.swallowed = 3
    outcome, terminal = device.do("pay", card=CARD, amount_fen=1000)
    assert (outcome["kind"], terminal["is_open"]) == ("unresolved", True)
    assert device.do("pay", card=CARD, amount_fen=700)[0]["kind"] == "unresolved"
    assert gateway.balances[CARD] == 9000
    outcome, terminal = after_restart.do("retry")
    assert (outcome["kind"], terminal["is_open"]) == ("paid", False)
    assert gateway.balances[CARD] == 9000


def test_giving_up_takes_the_money_back_whether_it_moved_or_not(device, gateway):
    gateway.swallowed = 3
    device.do("pay", card=CARD, amount_fen=1000)
    outcome, terminal = device.do("give-up")
    assert (outcome["kind"], terminal["is_open"], gateway.balances[CARD]) == ("reversed", False, 10_000)
    gateway.dead = True
    device.do("pay", card=CARD, amount_fen=1000)
    gateway.dead = False
    outcome, terminal = device.do("give-up")
    assert (outcome["sentence"], terminal["is_open"]) == ("网关说 nothing_to_reverse", False)
    assert gateway.balances[CARD] == 10_000


def test_the_last_sale_is_reversed_once(device, gateway):
    device.do("pay", card=CARD, amount_fen=1000)
    first, second = device.do("reverse")[0], device.do("reverse")[0]
    assert first["kind"] == second["kind"] == "reversed"
    assert first["slip"] == second["slip"]
    assert gateway.balances[CARD] == 10_000


def test_an_answer_nobody_signed_is_not_believed(device, gateway):
    gateway.is_forged = True
    outcome, terminal = device.do("pay", card=CARD, amount_fen=1000)
    assert (outcome["kind"], outcome["slip"], terminal["is_open"]) == ("unresolved", None, True)
    assert "未能验签" in outcome["sentence"]
    assert outcome["wire"][-1]["verdict"] == "false"


def test_a_wrong_clock_is_set_by_hello_and_the_sale_goes_through(device, gateway):
    gateway.clock_ahead = 4000
    outcome, _terminal = device.do("pay", card=CARD, amount_fen=1000)
    assert outcome["kind"] == "paid"
    assert [one["status"] for one in outcome["wire"]] == [401, 200, 200]


def test_hello_lifts_a_forgotten_sequence_above_what_the_gateway_knows(device, gateway):
    gateway.told[41] = (("payment", CARD, 1), b"{}")
    assert device.do("sign-on")[1]["last_sequence"] == 41
    gateway.told[42] = (("payment", CARD, 1), b"{}")
    outcome, terminal = device.do("pay", card=CARD, amount_fen=5)
    assert (outcome["kind"], terminal["last_sequence"]) == ("paid", 43)


def test_a_sequence_is_never_used_again_after_a_restart(device, gateway, after_restart):
    device.do("pay", card=CARD, amount_fen=1)
    device.do("network", network="off")
    device.do("pay", card=CARD, amount_fen=2)
    gateway.told.clear()  # so that only the device's own memory can help
    _outcome, terminal = after_restart.do("network", network="on")
    assert (terminal["last_sequence"], terminal["stored_count"]) == (2, 0)
    after_restart.do("pay", card=CARD, amount_fen=3)
    assert [sequence for operation, sequence, *_ in gateway.seen if operation == "payment"] == [1, 3]
