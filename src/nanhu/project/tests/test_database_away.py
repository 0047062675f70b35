"""The database away, at every door of programs: 503 and when to come again, in the words of whoever answers there."""

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from nanhu.kernel.database import away
from nanhu.kernel.tests.test_database_away import cut_off, nothing_noticed
from nanhu.platforms.datahub.tests.test_sharing import reader_of, registered
from nanhu.project.programs import ADDRESS, ProgramHandler
from nanhu.project.tests.test_doors import DOORS, MACHINES

__all__ = ["nothing_noticed"]
ASKING = {
    "identity:api_me",
    "identity:cas_service_validate",
    "hub_api:openapi",
    "network_portal:agent",
    "network_reach:agent",
}
"""Programs ask here too, without a form."""
PROGRAMS = [door for door in DOORS if door.name in MACHINES | ASKING]
IN_JSON = ("/api/hub/v1/", "/api/card/v1/", "/api/flows/v1/", "/api/requests/v1/", "/terminal/v1/")


@pytest.fixture
def no_database(monkeypatch):
    """Nobody listens where it was."""
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "9")


def by_fewer_middlewares(address):
    return ProgramHandler().get_response(RequestFactory().get(address))


@pytest.mark.django_db
@pytest.mark.usefixtures("no_database")
def test_every_door_of_programs_says_so_and_when_to_come_again():
    away.noticed.set()
    answers = [(door, ask(door.address)) for door in PROGRAMS for ask in (Client().get, Client().post)]
    answers += [(door, by_fewer_middlewares(door.address)) for door in PROGRAMS if ADDRESS.match(door.address)]
    told = {(door.name, one.status_code, one.headers.get("Retry-After")) for door, one in answers}
    assert {one for one in told if one[1:] != (503, str(away.RETRY_SECONDS))} == set()
    in_json = [(door, one) for door, one in answers if door.address.startswith(IN_JSON)]
    assert {one.headers["Content-Type"].partition(";")[0] for _door, one in in_json} == {"application/json"}
    assert {door.name for door, one in in_json if b'"outcome_unknown"' not in one.content} == set()
    assert {"hub_api:product", "card_api:payments", "flows_api:sources", "terminals:services"} <= {
        door.name for door, _one in in_json
    }


@pytest.mark.django_db(transaction=True)
def test_a_program_whose_line_is_cut_is_told_the_same_until_the_database_is_back(monkeypatch, request):
    program = reader_of(registered())
    assert program.get("products").status_code == 200
    cut_off()
    cut = program.get("products")
    connection.close()
    request.getfixturevalue("no_database")
    meanwhile = program.get("products")
    for answer in (cut, meanwhile):
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "outcome_unknown")
        assert int(answer["Retry-After"]) > 0
    assert away.noticed.is_set(), "nobody else has to wait for a connection to learn it"
    monkeypatch.undo()
    assert program.get("products").status_code == 200
