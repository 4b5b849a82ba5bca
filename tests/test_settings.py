"""Every setting is right, or the start stops with one sentence that names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linea import settings
from linea.settings import ROOT, SettingsError

Environ = dict[str, str]


@pytest.fixture
def production(tmp_path: Path) -> Environ:
    """A complete, safe production."""
    keys = tmp_path / "keys.json"
    keys.write_text("{}")
    keys.chmod(0o400)
    return {
        "LINEA_ENV": "production",
        "LINEA_DATA_DIR": str(tmp_path / "var"),
        "LINEA_KEYS_FILE": str(keys),
        "LINEA_PUBLIC_URL": "https://linea.example.org",
        "LINEA_GRAPH_URL": "https://graph.example.org/v25.0",
        "LINEA_WHATSAPP_APP_SECRET": "a" * 32,
        "LINEA_WHATSAPP_VERIFY_TOKEN": "b" * 32,
        "LINEA_WHATSAPP_TOKEN": "c" * 32,
        "LINEA_WHATSAPP_PHONE_NUMBER_ID": "123456789012345",
    }


def test_nothing_has_to_be_set_in_development() -> None:
    found = settings.load({})
    assert (found.production, found.port, found.simulator_port) == (False, 8000, 8010)
    assert found.database_url == f"sqlite:///{ROOT}/var/linea.db"
    assert found.timezone == ZoneInfo("America/Lima")
    assert found.whatsapp_app_secrets == (settings.DEVELOPMENT_SECRET,)
    assert (found.graph_url, found.uses_simulator) == ("http://127.0.0.1:8010/graph/v25.0", True)


def test_a_complete_production_starts(production: Environ) -> None:
    found = settings.load(production)
    assert (found.production, found.uses_simulator) == (True, False)


def test_an_empty_value_counts_as_none() -> None:
    assert settings.load({"LINEA_PORT": "  "}).port == 8000


def test_where_the_graph_url_is_set_the_simulator_is_not_used() -> None:
    found = settings.load({"LINEA_GRAPH_URL": "https://graph.example.org/v25.0/"})
    assert (found.graph_url, found.uses_simulator) == ("https://graph.example.org/v25.0", False)


def test_a_path_is_meant_from_the_project_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = settings.load({"LINEA_DATA_DIR": "otra", "LINEA_DATABASE_URL": "sqlite:///otra/linea.db"})
    assert found.data_dir == ROOT / "otra"
    assert found.database_url == f"sqlite:///{ROOT}/otra/linea.db"


@pytest.mark.parametrize(
    "url", ["sqlite:////srv/linea/linea.db", "postgresql://linea:clave@servidor/linea?sslmode=require"]
)
def test_a_whole_database_address_is_taken_as_it_is(url: str) -> None:
    assert settings.load({"LINEA_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LINEA_ENV", "prod", "LINEA_ENV debe ser development o production, no «prod»."),
        ("LINEA_PORT", "0", "LINEA_PORT debe ser un puerto entre 1 y 65535, no «0»."),
        ("LINEA_PORT", "65536", "LINEA_PORT debe ser un puerto entre 1 y 65535, no «65536»."),
        ("LINEA_PORT", "ocho", "LINEA_PORT debe ser un puerto entre 1 y 65535, no «ocho»."),
        ("LINEA_PORT", "8²", "LINEA_PORT debe ser un puerto entre 1 y 65535, no «8²»."),
        ("LINEA_SIMULATOR_PORT", "-1", "LINEA_SIMULATOR_PORT debe ser un puerto entre 1 y 65535, no «-1»."),
        ("LINEA_TIMEZONE", "Lima", "LINEA_TIMEZONE no es una zona horaria conocida: «Lima»."),
        ("LINEA_TIMEZONE", "America", "LINEA_TIMEZONE no es una zona horaria conocida: «America»."),
        ("LINEA_TIMEZONE", "../etc", "LINEA_TIMEZONE no es una zona horaria conocida: «../etc»."),
        ("LINEA_BURST_PAUSE_SECONDS", "-1", "entre 0 y 60, no «-1»."),
        ("LINEA_BURST_PAUSE_SECONDS", "61", "entre 0 y 60, no «61»."),
        ("LINEA_BURST_PAUSE_SECONDS", "nan", "entre 0 y 60, no «nan»."),
        ("LINEA_BURST_PAUSE_SECONDS", "poco", "entre 0 y 60, no «poco»."),
        ("LINEA_PUBLIC_URL", "linea.example.org", "LINEA_PUBLIC_URL debe ser una dirección http(s) completa"),
        ("LINEA_RASA_URL", "ftp://rasa", "LINEA_RASA_URL debe ser una dirección http(s) completa"),
        ("LINEA_ACTIONS_URL", "http://", "LINEA_ACTIONS_URL debe ser una dirección http(s) completa"),
        ("LINEA_GRAPH_URL", "http://[", "LINEA_GRAPH_URL debe ser una dirección http(s) completa"),
        ("LINEA_TWILIO_FROM", "987654321", "LINEA_TWILIO_FROM debe ser el número con «+»"),
        ("LINEA_TWILIO_URL", "twilio", "LINEA_TWILIO_URL debe ser una dirección http(s) completa"),
        ("LINEA_DATABASE_URL", "linea.db", "LINEA_DATABASE_URL debe empezar por sqlite:/// o postgresql://"),
        ("LINEA_DATABASE_URL", "sqlite://", "LINEA_DATABASE_URL debe empezar por sqlite:/// o postgresql://"),
        (
            "LINEA_DATABASE_URL",
            "mysql://a/b",
            "LINEA_DATABASE_URL debe empezar por sqlite:/// o postgresql://",
        ),
        ("LINEA_WHATSAPP_APP_SECRET", "a,b,c", "LINEA_WHATSAPP_APP_SECRET admite uno o dos secretos"),
        ("LINEA_WHATSAPP_APP_SECRET", " , ", "LINEA_WHATSAPP_APP_SECRET admite uno o dos secretos"),
        ("LINEA_WHATSAPP_TOKEN_FILE", "/no/hay", "No se puede leer LINEA_WHATSAPP_TOKEN_FILE"),
        ("LINEA_WHATSAP_TOKEN", "x", "LINEA_WHATSAP_TOKEN no es un ajuste de la línea"),
        ("LINEA_PORT_FILE", "x", "LINEA_PORT_FILE no es un ajuste de la línea"),
    ],
)
def test_a_wrong_value_is_said_in_one_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load({name: value})
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "LINEA_DATA_DIR",
        "LINEA_KEYS_FILE",
        "LINEA_PUBLIC_URL",
        "LINEA_GRAPH_URL",
        "LINEA_WHATSAPP_APP_SECRET",
        "LINEA_WHATSAPP_VERIFY_TOKEN",
        "LINEA_WHATSAPP_TOKEN",
        "LINEA_WHATSAPP_PHONE_NUMBER_ID",
    ],
)
def test_production_does_not_start_with_this_missing(production: Environ, name: str) -> None:
    del production[name]
    with pytest.raises(SettingsError, match=f"Falta {name}: en producción no hay valor por defecto"):
        settings.load(production)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LINEA_WHATSAPP_APP_SECRET", "desarrollo", "LINEA_WHATSAPP_APP_SECRET es demasiado corto"),
        ("LINEA_WHATSAPP_APP_SECRET", "a" * 32 + ",corto", "LINEA_WHATSAPP_APP_SECRET es demasiado corto"),
        ("LINEA_WHATSAPP_VERIFY_TOKEN", "desarrollo", "LINEA_WHATSAPP_VERIFY_TOKEN es demasiado corto"),
        ("LINEA_WHATSAPP_TOKEN", "c" * 15, "LINEA_WHATSAPP_TOKEN es demasiado corto"),
        ("LINEA_WHATSAPP_PHONE_NUMBER_ID", "100000000000001", "LINEA_WHATSAPP_PHONE_NUMBER_ID es el de"),
        ("LINEA_BANK_DIR", "no/hay", "LINEA_BANK_DIR no es una carpeta"),
        ("LINEA_PUBLIC_URL", "http://linea.example.org", "LINEA_PUBLIC_URL debe empezar por https://"),
        ("LINEA_GRAPH_URL", "http://graph.example.org", "LINEA_GRAPH_URL debe empezar por https://"),
        ("LINEA_KEYS_FILE", "/no/hay/keys.json", "LINEA_KEYS_FILE no existe"),
        ("LINEA_TEST_CLOCK_OFFSET_SECONDS", "3600", "LINEA_TEST_CLOCK_OFFSET_SECONDS es solo para pruebas"),
        ("LINEA_TEST_KILL_FILE", "kill", "LINEA_TEST_KILL_FILE es solo para pruebas"),
    ],
)
def test_production_does_not_start_with_an_unsafe_value(
    production: Environ, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load({**production, name: value})
    assert sentence in str(refused.value)


@pytest.mark.parametrize("mode", [0o600, 0o440, 0o404, 0o500, 0o420])
def test_production_does_not_start_when_others_can_touch_the_keys(production: Environ, mode: int) -> None:
    Path(production["LINEA_KEYS_FILE"]).chmod(mode)
    with pytest.raises(SettingsError, match="LINEA_KEYS_FILE debe tener permisos 0400"):
        settings.load(production)


def test_production_does_not_start_with_the_keys_beside_the_data(production: Environ, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LINEA_KEYS_FILE debe estar fuera de LINEA_DATA_DIR"):
        settings.load({**production, "LINEA_DATA_DIR": str(tmp_path)})


TWILIO = {
    "LINEA_TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
    "LINEA_TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
    "LINEA_TWILIO_FROM": "+15005550006",
}


def test_production_has_no_sms_until_twilio_is_named(production: Environ) -> None:
    assert not settings.load(production).sms
    found = settings.load({**production, **TWILIO})
    assert (found.sms, found.twilio_url) == (True, "https://api.twilio.com")


@pytest.mark.parametrize("missing", TWILIO)
def test_production_wants_all_of_twilio_or_nothing(production: Environ, missing: str) -> None:
    some = {name: value for name, value in TWILIO.items() if name != missing}
    with pytest.raises(SettingsError, match="Para los SMS hacen falta"):
        settings.load({**production, **some})


def test_a_link_does_not_hide_that_the_keys_lie_beside_the_data(production: Environ, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.symlink_to(tmp_path)
    with pytest.raises(SettingsError, match="fuera de LINEA_DATA_DIR"):
        settings.load({**production, "LINEA_DATA_DIR": str(link)})


def test_production_may_speak_to_a_graph_on_this_machine(production: Environ) -> None:
    found = settings.load({**production, "LINEA_GRAPH_URL": "http://[::1]:9000/v25.0"})
    assert not found.uses_simulator


SECRETS: list[tuple[str, Callable[[settings.Settings], object]]] = [
    ("LINEA_WHATSAPP_APP_SECRET", lambda found: found.whatsapp_app_secrets[0]),
    ("LINEA_WHATSAPP_VERIFY_TOKEN", lambda found: found.whatsapp_verify_token),
    ("LINEA_WHATSAPP_TOKEN", lambda found: found.whatsapp_token),
    ("LINEA_TWILIO_AUTH_TOKEN", lambda found: found.twilio_auth_token),
]


@pytest.mark.parametrize(("name", "value_of"), SECRETS)
def test_a_secret_can_come_from_a_file(
    tmp_path: Path, name: str, value_of: Callable[[settings.Settings], object]
) -> None:
    file = tmp_path / "secret"
    file.write_text("  del-archivo\n")
    assert value_of(settings.load({f"{name}_FILE": str(file)})) == "del-archivo"


def test_the_table_above_names_every_secret() -> None:
    assert {name for name, _ in SECRETS} == set(settings.SECRETS)


def test_an_empty_secret_file_counts_as_missing(production: Environ, tmp_path: Path) -> None:
    del production["LINEA_WHATSAPP_TOKEN"]
    file = tmp_path / "secret"
    file.touch()
    with pytest.raises(SettingsError, match="Falta LINEA_WHATSAPP_TOKEN"):
        settings.load({**production, "LINEA_WHATSAPP_TOKEN_FILE": str(file)})


def test_two_app_secrets_live_during_a_rotation() -> None:
    found = settings.load({"LINEA_WHATSAPP_APP_SECRET": "nuevo, viejo"})
    assert found.whatsapp_app_secrets == ("nuevo", "viejo")


def test_no_sentence_shows_a_secret(production: Environ) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load({**production, "LINEA_WHATSAPP_TOKEN": "canario-corto"})
    assert "canario" not in str(refused.value)


def test_the_environment_and_the_projects_env_file_are_read_when_nothing_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("LINEA_PORT=8111\nLINEA_HOST=0.0.0.0\nLINEA_TIMEZONE=\n")
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setenv("LINEA_PORT", "8222")
    found = settings.load()
    assert (found.port, found.host) == (8222, "0.0.0.0")


def test_no_secret_is_shown_with_the_settings() -> None:
    secret = "muy-secreto-muy-secreto"
    names = [name for name in settings.SECRETS if name.startswith("LINEA_")]
    read = settings.load(dict.fromkeys(names, secret))
    assert secret in (read.whatsapp_token, *read.whatsapp_app_secrets)
    assert secret not in repr(read)
