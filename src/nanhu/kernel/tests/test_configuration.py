"""Settings: safe defaults, clear errors, secrets made once and kept to ourselves, all of them documented."""

import re
import stat
import threading
from dataclasses import fields
from pathlib import Path

import pytest

from nanhu.kernel.configuration import Configuration, ConfigurationError, read_configuration
from nanhu.kernel.secret_files import generated_secret

SETTINGS_PAGE = Path(__file__).parents[4] / "docs" / "settings.md"


def test_an_empty_environment_is_a_safe_one(tmp_path: Path) -> None:
    settings = read_configuration({"NANHU_DATA_DIR": str(tmp_path)})

    assert settings.is_database_embedded
    assert not settings.debug
    assert not settings.demo
    assert settings.listen_address == "127.0.0.1"


def test_values_are_read_as_what_they_are(tmp_path: Path) -> None:
    settings = read_configuration(
        {"NANHU_DATA_DIR": str(tmp_path), "NANHU_WEB_PORT": "9000", "NANHU_DEBUG": "yes", "NANHU_CRYPTO": "chinese"}
    )

    assert (settings.web_port, settings.debug, settings.crypto) == (9000, True, "chinese")


@pytest.mark.parametrize(
    ("variable", "text"), [("NANHU_WEB_PORT", "eight"), ("NANHU_CRYPTO", "rot13"), ("NANHU_LOG_FORMAT", "xml")]
)
def test_a_malformed_value_names_its_variable(variable: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        read_configuration({variable: text})


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read_configuration({"NANHU_SECRET_KEY": "top-secret", "DATABASE_URL": "postgresql://u:pass@db/x"})

    assert "top-secret" not in repr(settings)
    assert "pass@db" not in repr(settings)


def test_another_port_of_the_pages_is_part_of_the_address_that_is_printed() -> None:
    assert read_configuration({"NANHU_WEB_PORT": "9100"}).public_url == "http://localhost:9100"
    said = {"NANHU_WEB_PORT": "9100", "NANHU_PUBLIC_URL": "https://my.example.edu.cn"}
    assert read_configuration(said).public_url == "https://my.example.edu.cn"


def test_a_secret_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key"

    first = generated_secret(path)

    assert generated_secret(path) == first
    assert len(first) >= 48
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    found: list[str] = []
    starters = [threading.Thread(target=lambda: found.append(generated_secret(tmp_path / "key"))) for _ in range(12)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()

    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_every_setting_is_documented_with_its_default() -> None:
    page = SETTINGS_PAGE.read_text(encoding="utf-8")
    for one in fields(Configuration):
        assert re.search(rf"^\| `{one.metadata['variable']}` \|", page, re.MULTILINE), one.metadata["variable"]


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {one.metadata["variable"] for one in fields(Configuration)}
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS_PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == known
