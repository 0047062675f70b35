"""SAML in the application registry: metadata pasted, configuration to copy, a trial that leaves nothing behind."""

import pytest
from django.test import RequestFactory

from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.saml import names, panel
from nanhu.platforms.identity.protocols.saml.forms import PartnerForm
from nanhu.platforms.identity.protocols.saml.models import Partner as PartnerRow
from nanhu.platforms.identity.protocols.saml.models import PersistentName, SignIn
from nanhu.platforms.identity.protocols.saml.services import partners
from nanhu.platforms.identity.protocols.saml.tests.conftest import TEST, live_session, registered
from nanhu.platforms.identity.protocols.saml.tests.partner import Partner, moment
from nanhu.platforms.identity.services.applications import register_application

pytestmark = pytest.mark.django_db


def test_pasting_makes_an_application_speak_saml(application):
    assert not panel.speaks(application)
    form = PartnerForm({"metadata": Partner().metadata()})
    assert form.is_valid(), form.errors
    panel.PANEL.save(TEST, application, form.cleaned_data)
    assert panel.speaks(application)
    assert panel.speakers() == {application.pk}
    assert "https://sp.example.edu/shibboleth" in panel.PANEL.initial(application)["metadata"]
    texts = {one.client: one.text for one in panel.PANEL.snippets(application, {})}
    assert set(texts) == {"Shibboleth SP", "mod_auth_mellon", "SimpleSAMLphp", "SAML 2.0"}
    assert "/saml/metadata" in texts["Shibboleth SP"]
    panel.PANEL.forget(TEST, application)
    assert not panel.speaks(application)


def test_pasted_again_the_new_metadata_takes_the_place(application):
    registered(Partner(), application)
    registered(Partner(entity_id="https://sp.example.edu/new"), application)
    assert list(PartnerRow.objects.values_list("entity_id", flat=True)) == ["https://sp.example.edu/new"]
    assert PartnerRow.objects.get().application == application


def test_two_applications_cannot_be_the_same_partner(application, sp):
    other = register_application(by=TEST, key="thief", name="冒名", owner="x")
    with pytest.raises(partners.MetadataRefusedError):
        registered(Partner(consumer="https://thief.example/acs"), other)
    assert partners.partner_with(sp.entity_id).facts.consumers[0].location == sp.consumer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "<a/>",
        "<!DOCTYPE a><a/>",
        Partner(consumer="javascript:alert(1)//").metadata(),
        Partner(consumer="data:text/html,x").metadata(),
        Partner(entity_id="").metadata(),
        Partner().metadata().replace(names.POST, names.REDIRECT),
        Partner().metadata().replace(names.SAMLP, "urn:oasis:names:tc:SAML:1.1:protocol"),
    ],
)
def test_metadata_nobody_could_use_is_refused(db, text):
    assert not PartnerForm({"metadata": text}).is_valid()


def test_an_index_that_no_number_can_be_is_the_first(application):
    text = Partner().metadata().replace('index="1"', f'index="{"9" * 5000}"')
    form = PartnerForm({"metadata": text})
    assert form.is_valid(), form.errors
    panel.PANEL.save(TEST, application, form.cleaned_data)
    entity_id = PartnerRow.objects.get().entity_id
    assert [one.index for one in partners.partner_with(entity_id).facts.consumers][:2] == [0, 2]


def test_metadata_that_has_run_out_is_refused(application):
    text = Partner().metadata().replace("entityID=", f'validUntil="{moment(days=-1)}" entityID=', 1)
    with pytest.raises(partners.MetadataRefusedError):
        partners.paste(by=TEST, application=application, text=text)


def test_the_trial_shows_what_the_partner_would_get_and_leaves_nothing(application, inside, teacher):
    registered(Partner(is_encrypting=True), application)
    request = RequestFactory().post("/")
    request.sso_session = live_session()
    steps = panel.PANEL.trial(request, application)
    shown = {str(step.title): step.detail for step in steps}
    assert all(step.is_good for step in steps), steps
    assert "欧阳修文" in shown["displayName"]
    assert "aes128-cbc" in shown["响应"]
    assert [model.objects.count() for model in (PersistentName, SignIn, SsoGrant)] == [0, 0, 0]


def test_the_trial_says_what_is_wrong(application, inside, teacher, sp):
    request = RequestFactory().post("/")
    request.sso_session = live_session()
    application.is_enabled = False
    application.save()
    steps = panel.PANEL.trial(request, application)
    assert [step.is_good for step in steps if str(step.title) == "准入"] == [False]
