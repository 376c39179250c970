"""Words out of examples are no secrets: a server does not start with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from server.placeholders import is_placeholder
from server.settings import Settings
from tests.test_cli import estragon


@pytest.mark.parametrize(
    "secret",
    [
        *("changeme", "change-me", "CHANGE_ME", "ChangeMe!", "change_this_password", "REPLACE_ME"),
        *("password", "Password1", "p@ssw0rd", "passwd", "secret", "example", "postgres", "пароль"),
        *("your_password_here", "insert-password-here", "mysecretpassword", "root", "admin123"),
        *("replace-with-a-strong-password", "<password>", "<see the vault>", "${DB_PASSWORD}"),
        *("{{ password }}", "%PASSWORD%", "__PASSWORD__", "xxxxxxxx", "********", "...", "12345"),
    ],
)
def test_a_word_out_of_an_example_is_no_secret(secret: str) -> None:
    assert is_placeholder(secret)


@pytest.mark.parametrize(
    "secret",
    [
        *("k3J-9s", "hunter2", "correct horse battery staple", "secret-8f3ab9014c", "{a", "Wx%"),
        *("example of mine", "my secret garden", "passwordless", "жёлтый чемодан", ""),
    ],
)
def test_a_secret_of_ones_own_is_one(secret: str) -> None:
    assert not is_placeholder(secret)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://estragon:changeme@localhost/estragon",
        "postgresql+psycopg://postgres:postgres@localhost/estragon",
        "postgresql+psycopg://pozzo:Pozzo@localhost/estragon",
        "postgresql+psycopg://u:%3Cpassword%3E@localhost/estragon",
        "postgresql+psycopg://u:<pass/word>@localhost/estragon",
        "postgresql+psycopg://u@/estragon?host=/run/postgresql&password=secret",
    ],
)
def test_a_databases_address_with_a_placeholder_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="database_url: its secret is a placeholder"):
        Settings(database_url=url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgresql+psycopg://postgres@/postgres?host=/tmp/postgres",
        "postgresql+psycopg://example:3tg-9xk@example.org/secret",
        "postgresql+psycopg://u:a/b:c@localhost/estragon",
    ],
)
def test_a_databases_address_without_one_is_taken(url: str) -> None:
    assert Settings(database_url=url).database_url == url


def test_every_setting_that_is_a_secret_is_looked_at() -> None:
    class Later(Settings):
        webhook_secret: SecretStr = SecretStr("")

    assert Later(webhook_secret=SecretStr("tr4-98x")).webhook_secret
    with pytest.raises(ValidationError, match="webhook_secret: its secret is a placeholder"):
        Later(webhook_secret=SecretStr("change-me"))


@pytest.mark.parametrize("words", [("serve",), ("map", "list"), ("admin", "list")])
def test_neither_server_nor_command_starts_with_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    url = "postgresql+psycopg://estragon:changeme@127.0.0.1:1/estragon"
    data = str(tmp_path / "data")
    done = estragon(*words, "--data", data, ESTRAGON_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "estragon: database_url: its secret is a placeholder; put one of your own there\n"
    )
    assert not Path(data).exists()
