"""The data steward's browser, as far as it needs no eyes."""

import re

import requests

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus, second_code


class Steward:
    """A browser in which the steward is signed in by both steps."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        self.session = requests.Session()
        number = CAST["administrator"].campus_no
        self.post("/sign-in", {"username": number, "password": SAMPLE_PASSWORD})
        self.post("/sign-in/second", {"way": "totp", "code": second_code(campus.url, number)})

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.campus.url}{path}", timeout=PATIENCE_SECONDS)

    def post(self, path: str, form: dict[str, str], files: dict | None = None) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        assert token is not None
        answer = self.session.post(
            f"{self.campus.url}{path}",
            data={**form, "csrfmiddlewaretoken": token[1]},
            files=files,
            timeout=PATIENCE_SECONDS,
        )
        assert answer.status_code == 200, answer.text[:2000]
        return answer
