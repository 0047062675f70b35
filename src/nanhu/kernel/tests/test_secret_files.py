"""Secrets that the program makes."""

from nanhu.kernel import secret_files


def test_no_secret_begins_as_an_option_of_a_program_does(monkeypatch):
    made = iter(["-abc", "--def", "g-hi"])
    monkeypatch.setattr(secret_files.secrets, "token_urlsafe", lambda _size: next(made))
    assert secret_files.made_secret(3) == "g-hi"
