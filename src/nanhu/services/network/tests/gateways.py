"""The contract test of every style by which a NAS is asked to end a session (`services.network.gateways`).

class TestOurStyle(GatewayTests):
    @pytest.fixture
    def gateway(self): ...      # the style
    @pytest.fixture
    def target(self): ...       # a NasTarget that answers
"""

from dataclasses import replace
from typing import Any

from nanhu.services.network.api import Gateway, Heard, NasTarget, Outcome, SessionTarget

NOBODY = SessionTarget(sid="no-such-session", user_name="nobody", station="02:00:00:00:00:09", address="192.0.2.9")


class GatewayTests:
    """Subclassed by a room; collected there alone."""

    def test_it_says_what_it_heard(self, gateway: Gateway, target: NasTarget) -> None:
        outcome = gateway.expel(target, NOBODY)
        assert isinstance(outcome, Outcome)
        assert isinstance(outcome.heard, Heard)
        assert gateway.key
        assert str(gateway.title)

    def test_who_does_not_answer_is_silent_and_breaks_nothing(self, gateway: Gateway, target: NasTarget) -> None:
        wrong = replace(target, secret="another-secret")
        assert gateway.expel(wrong, NOBODY).heard in {Heard.SILENCE, Heard.NAK, Heard.UNSUPPORTED}

    def test_its_list_is_of_who_is_there_or_it_has_none(self, gateway: Gateway, target: NasTarget) -> None:
        found: Any = gateway.listed(target)
        assert found is None or (NOBODY.sid not in found and NOBODY.station not in found)

    def test_it_shows_no_secret(self, target: NasTarget) -> None:
        assert target.secret not in repr(target)
