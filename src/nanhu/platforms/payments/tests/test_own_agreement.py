"""One's own page of the bank agreement, for somebody with nothing that would use one. The others stand with the card (test_pages_holder.py)."""

from nanhu.platforms.payments.models import Agreement
from nanhu.platforms.payments.tests.test_desk import STRANGER, members
from nanhu.testing.sessions import signed_in

__all__ = ["members"]
OWN = "/card/bank/agreement/"


def test_who_has_nothing_that_uses_an_agreement_is_offered_none(members):
    client = signed_in(STRANGER)

    page = client.get(OWN).content.decode()

    assert "您现在没有要用银行签约的业务" in page
    assert f"{OWN}card/" not in page
    assert client.post(f"{OWN}card/", {"card_number": "6228480088888888018", "phone": ""}).status_code == 404
    assert client.post(f"{OWN}cancel/").status_code == 422
    assert not Agreement.objects.exists()
