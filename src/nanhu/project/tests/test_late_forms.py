"""A form that came too late comes back without what is secret in it, whichever room's it is."""

from importlib import import_module
from pkgutil import walk_packages

import pytest
from django import forms

import nanhu
from nanhu.kernel.ui.error_pages import is_secret

SHOWN = {"SecretInput", "PasswordInput"}


def form_classes():
    for module in walk_packages(nanhu.__path__, "nanhu."):
        if module.name.rpartition(".")[2] in {"forms", "desk"} or ".views." in module.name:
            import_module(module.name)
    found, left = set(), [forms.BaseForm]
    while left:
        for one in left.pop().__subclasses__():
            if one not in found:
                found.add(one)
                left.append(one)
    return sorted((one for one in found if one.__module__.startswith("nanhu.")), key=repr)


def test_no_field_that_hides_what_is_typed_is_shown_again():
    secret = {
        (form.__module__, form.__name__, name)
        for form in form_classes()
        for name, field in form.base_fields.items()
        if {one.__name__ for one in type(field.widget).__mro__} & SHOWN
    }
    assert len(secret) > 10
    assert {one for one in secret if not is_secret(one[2])} == set()


@pytest.mark.parametrize(
    "name", ["new", "again", "card_number", "answer_1", "again_2", "credential", "id_number", "old_pin"]
)
def test_what_opens_somebody_s_door_is_secret_by_its_name(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["reason", "answer", "renewal", "news", "mapping", "pinned", "number", "token"])
def test_what_is_merely_like_it_is_not(name):
    assert not is_secret(name)
