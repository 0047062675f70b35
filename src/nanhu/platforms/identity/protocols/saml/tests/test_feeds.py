"""Federations' metadata: taken when it is good, refused with a visible reason when not, the last good copy kept."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Application, SsoGrant
from nanhu.platforms.identity.protocols.saml.errors import FeedRefusedError
from nanhu.platforms.identity.protocols.saml.models import Feed, PersistentName
from nanhu.platforms.identity.protocols.saml.models import Partner as PartnerRow
from nanhu.platforms.identity.protocols.saml.services import feeds, fetching, partners
from nanhu.platforms.identity.protocols.saml.tests.conftest import TEST, sign_in
from nanhu.platforms.identity.protocols.saml.tests.federation import aggregate, federation_pair, signed
from nanhu.platforms.identity.protocols.saml.tests.partner import Partner, pair, template
from nanhu.platforms.identity.services.applications import register_application

pytestmark = pytest.mark.django_db
ONE = Partner(entity_id="https://one.example/sp")
TWO = Partner(entity_id="https://two.example/sp", is_encrypting=True)


@pytest.fixture
def feed(db) -> Feed:
    return feeds.add_feed(
        by=TEST, key="carsi", name="CARSI 联盟资源", address="file:carsi.xml", certificate=federation_pair().certificate
    )


def lay(text: str) -> None:
    (fetching.folder() / "carsi.xml").write_text(text)


def refresh(feed: Feed) -> Feed:
    feeds.refresh(feed)
    feed.refresh_from_db()
    return feed


def entity_ids() -> set[str]:
    return set(PartnerRow.objects.values_list("entity_id", flat=True))


def test_a_good_feed_becomes_rows(feed):
    lay(signed(aggregate(ONE, TWO)))
    refresh(feed)
    assert (feed.state, feed.problem) == ("good", "")
    assert entity_ids() == {ONE.entity_id, TWO.entity_id}
    assert feed.due_at - feed.tried_at == timedelta(hours=6)
    known = partners.partner_with(TWO.entity_id)
    assert (known.application.key, known.name, known.is_registered) == ("carsi", "图书商", False)
    assert known.facts.encryption[0].certificate == TWO.key.bare_certificate


def test_a_partner_of_the_federation_gets_affiliation_and_a_pseudonym_and_no_more(feed, browser, teacher):
    lay(signed(aggregate(ONE)))
    refresh(feed)
    sign_in(browser)
    answer = ONE.answer(browser.get(f"/saml/sso?{ONE.redirect(ONE.request())}"))
    assert set(answer.attributes) == {"eduPersonScopedAffiliation", "eduPersonTargetedID"}
    assert "student@hnist.edu.cn" in answer.attributes["eduPersonScopedAffiliation"]
    assert SsoGrant.objects.get().application.key == "carsi"


def test_rules_of_the_federations_record_hold_for_its_partners(feed, browser, teacher):
    lay(signed(aggregate(ONE)))
    refresh(feed)
    Application.objects.filter(key="carsi").update(is_enabled=False)
    sign_in(browser)
    assert browser.get(f"/saml/sso?{ONE.redirect(ONE.request())}").status_code == 403


def test_a_partner_can_be_given_a_record_of_its_own_and_keeps_its_names(feed, browser, teacher):
    lay(signed(aggregate(ONE, TWO)))
    refresh(feed)
    sign_in(browser)
    before = ONE.answer(browser.get(f"/saml/sso?{ONE.redirect(ONE.request())}"))
    own = register_application(
        by=TEST, key="one", name="一号数据库", owner="图书馆", attributes=["eduPersonTargetedID", "displayName"]
    )
    partners.take_from_federation(by=TEST, application=own, entity_id=ONE.entity_id)

    after = ONE.answer(browser.get(f"/saml/sso?{ONE.redirect(ONE.request())}"))
    assert set(after.attributes) == {"eduPersonTargetedID", "displayName"}
    assert after.attributes["eduPersonTargetedID"] == before.attributes["eduPersonTargetedID"]

    lay(signed(aggregate(Partner(entity_id=ONE.entity_id, consumer="https://one.example/new"), issued=5)))
    refresh(feed)
    known = partners.partner_with(ONE.entity_id)
    assert (known.application.key, known.facts.consumers[0].location) == ("one", "https://one.example/new")
    assert entity_ids() == {ONE.entity_id}, "who left is gone"

    lay(signed(aggregate(TWO, issued=10)))
    refresh(feed)
    assert PartnerRow.objects.get(entity_id=ONE.entity_id).is_gone, "one with a record of its own is shown as gone"
    partners.forget(by=TEST, application=own)


def good(feed: Feed) -> None:
    lay(signed(aggregate(ONE)))
    assert refresh(feed).state == "good"


def wrapped() -> str:
    """A good document hidden in the extensions of an evil one: its signature comes first."""
    inside = signed(aggregate(ONE, identifier="_good"), identifier="_good")
    return aggregate(
        TWO, identifier="_evil", issued=5, signature=f"<md:Extensions>{inside}</md:Extensions>{template('_evil')}"
    )


def wrapped_behind() -> str:
    """The evil root's signature points at the good document it holds."""
    inside = signed(aggregate(ONE, identifier="_good"), identifier="_good")
    signature = inside[inside.index("<ds:Signature") : inside.index("</ds:Signature>") + len("</ds:Signature>")]
    return aggregate(
        TWO, identifier="_evil", issued=5, signature=signature + f"<md:Extensions>{inside}</md:Extensions>"
    )


REFUSED = {
    "signed with another key": lambda: signed(aggregate(TWO), key=pair(12)),
    "unsigned": lambda: aggregate(TWO, signature=""),
    "expired": lambda: signed(aggregate(TWO, validity=-1)),
    "without an end": lambda: signed(aggregate(TWO, until="")),
    "rolled back": lambda: signed(aggregate(TWO, issued=-3600)),
    "changed after signing": lambda: signed(aggregate(TWO)).replace("sp.example.edu/acs", "evil.example/acs"),
    "not XML": lambda: "<md:EntitiesDescriptor",
    "no metadata": lambda: "<html/>",
    "empty": lambda: signed(aggregate()),
    "with entities": lambda: '<!DOCTYPE x [<!ENTITY a "b">]>' + signed(aggregate(TWO)),
    "with an outside subset": lambda: '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + signed(aggregate(TWO)),
    "wrapped": wrapped,
    "wrapped behind": wrapped_behind,
    "with an ID twice": lambda: signed(aggregate(TWO)).replace(
        "</md:EntitiesDescriptor>", '<x xml:id="_feed"/></md:EntitiesDescriptor>'
    ),
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_feed_that_is_not_good_is_refused_and_the_last_good_copy_kept(feed, how):
    good(feed)
    until = feed.valid_until
    lay(REFUSED[how]())
    refresh(feed)
    assert feed.state == "failing", how
    assert feed.problem
    assert entity_ids() == {ONE.entity_id}
    assert feed.valid_until == until
    assert partners.partner_with(ONE.entity_id)


def test_a_source_that_is_gone_keeps_the_copy_until_its_end_and_not_longer(feed):
    good(feed)
    (fetching.folder() / "carsi.xml").unlink()
    assert refresh(feed).state == "failing"
    with time_machine.travel(now() + timedelta(days=15)):
        feeds.refresh_due()
        feed.refresh_from_db()
        assert feed.state == "expired"
        with pytest.raises(Exception, match="过期"):
            partners.partner_with(ONE.entity_id)


def test_the_same_document_again_changes_nothing_and_an_expired_one_is_never_good_again(feed):
    good(feed)
    assert not feeds.refresh(feed)
    with time_machine.travel(now() + timedelta(days=15)):
        refresh(feed)
        assert feed.state == "expired"
        assert feed.problem == "已过期"


def test_a_feed_switched_off_signs_nobody_in(feed):
    good(feed)
    feeds.switch_feed(by=TEST, feed=feed, is_enabled=False)
    with pytest.raises(Exception, match="没有在学校登记"):
        partners.partner_with(ONE.entity_id)


def test_a_record_of_its_own_holds_also_where_its_metadata_gives_way_to_the_federations(feed, browser, teacher):
    """Otherwise a partner whose pasted metadata runs out would be open to all whom the federation's record lets in."""
    good(feed)
    own = register_application(by=TEST, key="one", name="一号数据库", owner="图书馆", attributes=["displayName"])
    partners.paste(by=TEST, application=own, text=ONE.metadata())
    PartnerRow.objects.filter(feed=None).update(valid_until=now() - timedelta(days=1))
    known = partners.partner_with(ONE.entity_id)
    assert (known.application.key, known.is_registered) == ("one", True)
    Application.objects.filter(key="one").update(is_enabled=False)
    sign_in(browser)
    assert browser.get(f"/saml/sso?{ONE.redirect(ONE.request())}").status_code == 403


def test_a_record_taken_from_one_federation_holds_for_the_copy_in_another(feed, teacher):
    good(feed)
    other = register_application(by=TEST, key="edugain", name="eduGAIN", owner="信息中心")
    second = Feed.objects.create(name="二", address="file:two.xml", certificate=feed.certificate, application=other)
    row = PartnerRow.objects.get(entity_id=ONE.entity_id)
    PartnerRow.objects.create(feed=second, entity_id=ONE.entity_id, name=row.name, xml=row.xml, facts=row.facts)
    own = register_application(by=TEST, key="one", name="一号数据库", owner="图书馆")
    row.application = own
    row.save()
    feeds.switch_feed(by=TEST, feed=feed, is_enabled=False)
    assert partners.partner_with(ONE.entity_id).application == own


@pytest.mark.parametrize(
    "address", ["file:../secrets/keyring.json", "file:/etc/passwd", "file:.x", "ftp://x/y", "javascript:1"]
)
def test_only_the_web_and_our_own_folder_are_read(db, address):
    with pytest.raises(FeedRefusedError):
        feeds.add_feed(by=TEST, key="x", name="x", address=address, certificate=federation_pair().certificate)
    assert not Feed.objects.exists()


def test_a_feed_too_large_is_refused(feed, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST_FEED", 1000)
    lay(signed(aggregate(ONE)))
    assert (refresh(feed).state, feed.problem) == ("waiting", "文件过大")


def test_a_partner_that_could_run_script_is_not_taken(feed):
    evil = Partner(entity_id="https://evil.example/sp", consumer="javascript:alert(1)//")
    lay(signed(aggregate(ONE, evil)))
    refresh(feed)
    assert entity_ids() == {ONE.entity_id}


def test_names_are_only_ever_added(db, teacher):
    from django.db import DatabaseError, transaction

    row = PersistentName.objects.create(account=teacher, audience="x", value="abc")
    for change in (lambda: PersistentName.objects.update(value="other"), row.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    with pytest.raises(DatabaseError), transaction.atomic():
        PersistentName.objects.create(account=teacher, audience="x", value="again")
