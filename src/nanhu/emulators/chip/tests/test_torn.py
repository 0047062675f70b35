"""A card torn away at every step, and at every byte of a write: the purse is what it was, or what it should be."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.emulators.chip import terminal
from nanhu.emulators.chip.storage import SLOT, PowerCutError
from nanhu.emulators.chip.tests.conftest import AT, CARD, fill, host_load

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["load", "buy"]),
        st.integers(1, 900),
        st.one_of(st.none(), st.integers(0, SLOT // 16), st.just("answer"), st.just("between")),
    ),
    min_size=1,
    max_size=12,
)


def tear(card, where):
    if where == "answer":
        card.loses_answer = True
    elif isinstance(where, int):
        card.storage.torn_after = where


def do_load(card, fen, where):
    begun, mac2 = host_load(card, fen)
    if where == "between":
        raise PowerCutError
    tear(card, where)
    terminal.finish_load(card, mac2=mac2, at=AT)
    return begun


@settings(max_examples=120)
@given(deeds=DEEDS)
def test_whatever_is_torn_counters_tell_what_happened(tmp_path_factory, deeds):
    pocket = fill(tmp_path_factory.mktemp("torn") / "chip.json")
    balance = online = offline = 0
    psam = pocket.psam("N1001")
    for kind, fen, where in deeds:
        with pocket.card(CARD) as card:
            card.storage.torn_after = None
            greys = []

            def remember(grey, greys=greys, card=card, where=where):
                greys.append(grey)
                if where == "between":
                    raise PowerCutError
                tear(card, where)

            was_torn = False
            try:
                if kind == "load":
                    do_load(card, fen, where)
                elif balance >= fen:
                    terminal.buy(card, psam, amount_fen=fen, at=AT, remember=remember)
                else:
                    continue
            except PowerCutError:
                was_torn = True
        with pocket.card(CARD) as card:  # the next touch: a new power-on from what is in the memory
            facts = terminal.read_facts(card)
            if kind == "load":
                done = facts.online_counter == online + 1
                assert (terminal.prove_load(card, online) is not None) is done
                balance, online = (balance + fen, online + 1) if done else (balance, online)
            else:
                done = terminal.settle(card, greys[0])
                assert done is not None
                assert bool(greys[0].tac) is done
                balance, offline = (balance - fen, offline + 1) if done else (balance, offline)
            assert was_torn or done
            assert (facts.balance_fen, facts.online_counter, facts.offline_counter) == (balance, online, offline)


def test_every_byte_of_the_write_of_a_purchase(tmp_path):
    """All of them, not a sample: the shortest whole write is some hundred bytes."""
    pocket = fill(tmp_path / "chip.json")
    psam = pocket.psam("N1001")
    with pocket.card(CARD) as card:
        _begun, mac2 = host_load(card, 100_000)
        terminal.finish_load(card, mac2=mac2, at=AT)
    debited = 0
    for place in range(700):
        greys = []

        def remember(grey, greys=greys, place=place):
            greys.append(grey)
            card.storage.torn_after = place

        with pocket.card(CARD) as card:
            before = terminal.read_facts(card)
            with contextlib.suppress(PowerCutError):
                terminal.buy(card, psam, amount_fen=10, at=AT, remember=remember)
        with pocket.card(CARD) as card:
            done = terminal.settle(card, greys[0])
            after = terminal.read_facts(card)
            assert (after.balance_fen, after.offline_counter) == (
                before.balance_fen - 10 * done,
                before.offline_counter + done,
            )
            debited += done
    assert 0 < debited < 700


def test_a_proof_is_gone_when_the_card_went_on_elsewhere(pocket):
    psam = pocket.psam("N1001")
    with pocket.card(CARD) as card:
        _begun, mac2 = host_load(card, 100)
        terminal.finish_load(card, mac2=mac2, at=AT)
        greys = []
        card.loses_answer = False

        def remember(grey):
            greys.append(grey)
            card.loses_answer = True

        with pytest.raises(PowerCutError):
            terminal.buy(card, psam, amount_fen=10, at=AT, remember=remember)
        card.power_on()
        terminal.buy(card, psam, amount_fen=20, at=AT, remember=lambda _one: None)
        assert terminal.settle(card, greys[0]) is None
        assert greys[0].member()["tac"] == "00000000"
