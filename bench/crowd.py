"""Run inside a campus: people of the sample whom a password signs in, each for one client of a rush."""

import json

from bench.inside import set_up_django

PEOPLE = 24


def crowd() -> list[dict[str, str]]:
    set_up_django()
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity.sample import set_password_for_sample
    from nanhu.platforms.people.models import Affiliation
    from nanhu.sample.demo.welcome import SAMPLE_PASSWORD

    numbers = (
        Affiliation.objects.filter(kind="student", state="active").order_by("-pk").values_list("campus_no", flat=True)
    )
    forms = [{"username": number, "password": SAMPLE_PASSWORD} for number in numbers[:PEOPLE]]
    for form in forms:
        set_password_for_sample(by=Actor.system("bench"), campus_no=form["username"], password=form["password"])
    return forms


if __name__ == "__main__":
    print(json.dumps(crowd()))
