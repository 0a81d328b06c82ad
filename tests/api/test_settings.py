"""Settings from the environment."""

from __future__ import annotations

import pytest

from api.settings import NAMES, Settings, SettingsRefused


def test_nothing_needs_to_be_set() -> None:
    """A first look takes one command: an own file, this machine only, real time."""
    settings = Settings.of({"PATH": "/bin"})

    assert ("sqlite:///var/motcua.db", ("127.0.0.1", 8000), "system", "info", None) == (
        settings.database_url, settings.bind, settings.clock, settings.log_level, settings.admin_key,
    )  # fmt: skip


def test_everything_can_be_set() -> None:
    """An empty value is as good as none: compose files pass those on."""
    settings = Settings.of(
        {
            "MOTCUA_DATABASE_URL": "postgresql://me@db/motcua",
            "MOTCUA_BIND": "[::1]:0",
            "MOTCUA_ADMIN_KEY": "0123456789abcdef",
            "MOTCUA_CLOCK": "VIRTUAL",
            "MOTCUA_LOG_LEVEL": "",
            "MOTCUA_TOKEN": "for clients",
        }
    )

    assert Settings("postgresql://me@db/motcua", ("::1", 0), "0123456789abcdef", "virtual", "info") == settings
    assert settings.virtual


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MOTCUA_DATABSE_URL", "sqlite:///x"),
        ("MOTCUA_DATABASE_URL", "mysql://x"),
        ("MOTCUA_BIND", "8000"),
        ("MOTCUA_BIND", ":8000"),
        ("MOTCUA_BIND", "127.0.0.1:99999"),
        ("MOTCUA_BIND", "127.0.0.1:http"),
        ("MOTCUA_ADMIN_KEY", "short"),
        ("MOTCUA_ADMIN_KEY", "0123456789 abcdef"),
        ("MOTCUA_CLOCK", "sundial"),
        ("MOTCUA_LOG_LEVEL", "loud"),
        ("MOTCUA_TENANT", "two words"),
        ("MOTCUA_OIDC_ISSUER", "http://example.org"),
        ("MOTCUA_OIDC_JWKS_URL", "keys.json"),
        ("MOTCUA_OIDC_ALGORITHMS", "none"),
        ("MOTCUA_OIDC_ALGORITHMS", "RS256,HS256"),
        ("MOTCUA_RATE_LIMIT", "0"),
        ("MOTCUA_HSTS", "-1"),
    ],
)
def test_what_is_wrong_is_named_with_what_there_is(name: str, text: str) -> None:
    """A misspelt setting that is silently ignored is found out on the worst day."""
    with pytest.raises(SettingsRefused) as refused:
        Settings.of({name: text})

    for sentence in (refused.value.vi, refused.value.en):
        assert name in sentence
        assert all(known in sentence for known in NAMES)


def test_other_machines_only_with_a_key_of_ones_own() -> None:
    """Nobody opens an office to the street by mistake."""
    with pytest.raises(SettingsRefused, match="MOTCUA_ADMIN_KEY"):
        Settings.of({"MOTCUA_BIND": "0.0.0.0:8000"})

    settings = Settings.of({"MOTCUA_BIND": "192.0.2.1:8000", "MOTCUA_ADMIN_KEY": "0123456789abcdef"})
    assert "192.0.2.1" == settings.bind[0]


def test_an_issuer_opens_to_other_machines_too() -> None:
    """Tokens let people in as well as a key does; they must be made for this service."""
    issuer = {"MOTCUA_BIND": "192.0.2.1:8000", "MOTCUA_OIDC_ISSUER": "https://id.example.org"}
    with pytest.raises(SettingsRefused, match="MOTCUA_OIDC_AUDIENCE"):
        Settings.of(issuer)

    settings = Settings.of({**issuer, "MOTCUA_OIDC_AUDIENCE": "motcua", "MOTCUA_OIDC_ALGORITHMS": "ES256, EdDSA"})
    assert ("ES256", "EdDSA") == settings.oidc_algorithms


def test_secrets_are_not_shown() -> None:
    """Settings end up in tracebacks; keys must not."""
    assert "0123456789abcdef" not in repr(Settings(admin_key="0123456789abcdef"))


def test_a_password_in_a_bad_address_is_not_repeated() -> None:
    """An error message is copied into tickets."""
    with pytest.raises(SettingsRefused) as refused:
        Settings.of({"MOTCUA_DATABASE_URL": "mysql://me:geheim@db/x"})

    assert "geheim" not in str(refused.value)
