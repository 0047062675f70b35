"""The portal as an app: its manifest and its worker."""

import json
import re

import pytest
from django.test import Client
from django.urls import resolve

from nanhu.kernel import registry
from nanhu.kernel.ui import installable

pytestmark = pytest.mark.django_db


def test_the_manifest_names_the_school_its_icons_and_ways_in(client: Client):
    said = client.get("/manifest.webmanifest").json()
    assert "湖南理工学院" in said["name"]
    assert {one["purpose"] for one in said["icons"]} == {"any", "maskable"}
    names = [one["name"] for one in said["shortcuts"]]
    assert names[:2] == ["付款码", "待办"]
    assert all(resolve(one["url"].partition("?")[0]) for one in said["shortcuts"])


def test_the_worker_keeps_pages_that_are_there_and_forgets_where_somebody_signs_in_or_out(client: Client):
    answer = client.get("/worker.js")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    facts = installable.worker_facts()
    assert f"nanhu-shell-{facts['version']}" in text
    kept, ends = json.loads(facts["kept"]), json.loads(facts["ends"])
    assert "/" in kept
    assert {"/sign-in", "/sign-out", "/cas/logout", "/oidc/end-session", "/saml/slo"} <= set(ends)
    assert not set(kept) & set(ends)
    assert all(resolve(one) for one in (*kept, *ends))
    assert not re.search(r"{%|{{", text)


def test_another_page_is_another_version(monkeypatch):
    before = installable.worker_facts()["version"]
    pages = registry.Register()
    pages.add(*registry.offline_pages, registry.OfflinePage(key="test.page", address=lambda: "/somewhere/"))
    monkeypatch.setattr(registry, "offline_pages", pages)
    assert installable.worker_facts()["version"] != before
