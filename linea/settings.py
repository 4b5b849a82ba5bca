"""The only reader of the environment: every setting of the line, checked once, as one typed object.

In development nothing has to be set. In production a missing or unsafe setting stops the start with
one sentence. A secret `LINEA_X` can also come as `LINEA_X_FILE`, the path of a file that holds it.
"""

from __future__ import annotations

import ipaddress
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "desarrollo"
DEVELOPMENT_PHONE_NUMBER_ID = "100000000000001"
TWILIO = "https://api.twilio.com"
DEVELOPMENT_ACCOUNT_SID = "AC00000000000000000000000000000001"
DEVELOPMENT_SMS_NUMBER = "+5115550100"

SECRETS = (
    "LINEA_WHATSAPP_APP_SECRET",
    "LINEA_WHATSAPP_VERIFY_TOKEN",
    "LINEA_WHATSAPP_TOKEN",
    "LINEA_TWILIO_AUTH_TOKEN",
)
NAMES = (
    "LINEA_ENV",
    "LINEA_DATABASE_URL",
    "LINEA_DATA_DIR",
    "LINEA_BANK_DIR",
    "LINEA_HOST",
    "LINEA_PORT",
    "LINEA_PUBLIC_URL",
    "LINEA_TIMEZONE",
    "LINEA_ON_CALL_FILE",
    "LINEA_KEYS_FILE",
    "LINEA_RASA_URL",
    "LINEA_ACTIONS_URL",
    "LINEA_GRAPH_URL",
    "LINEA_WHATSAPP_PHONE_NUMBER_ID",
    "LINEA_WHATSAPP_ON_CALL_TEMPLATE",
    "LINEA_WHATSAPP_TEMPLATE_LANGUAGE",
    "LINEA_TWILIO_ACCOUNT_SID",
    "LINEA_TWILIO_FROM",
    "LINEA_TWILIO_URL",
    "LINEA_BURST_PAUSE_SECONDS",
    "LINEA_SIMULATOR_PORT",
    *SECRETS,
)
TEST_PREFIX = "LINEA_TEST_"  # read by linea/steps.py and the tests; refused in production


class SettingsError(Exception):
    """A setting is missing, unknown or unsafe; the message is one Spanish sentence for the reader."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between one installation and another."""

    env: str
    database_url: str = field(repr=False)
    data_dir: Path
    bank_dir: Path
    content_dir: Path
    on_call_file: Path
    host: str
    port: int
    public_url: str
    timezone: ZoneInfo
    keys_file: Path
    rasa_url: str
    actions_url: str
    graph_url: str
    whatsapp_app_secrets: tuple[str, ...] = field(repr=False)
    whatsapp_verify_token: str = field(repr=False)
    whatsapp_token: str = field(repr=False)
    whatsapp_phone_number_id: str
    whatsapp_on_call_template: str
    whatsapp_template_language: str
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    twilio_from: str
    twilio_url: str
    burst_pause_seconds: float
    simulator_port: int
    uses_simulator: bool

    @property
    def production(self) -> bool:
        """True where real people write."""
        return self.env == "production"

    @property
    def models_dir(self) -> Path:
        """Where what was trained is: `models/`, as for `rasa shell`, unless the bank is elsewhere."""
        own_data = self.bank_dir == ROOT / "data" / "bank" and self.content_dir == ROOT / "data"
        return (ROOT if own_data else self.data_dir) / "models"

    @property
    def classifier_file(self) -> Path:
        """What the traffic light learnt from messages; not there before the first training."""
        return self.models_dir / "triage.npz"

    @property
    def sms(self) -> bool:
        """Whether the line has an SMS number at Twilio."""
        return bool(self.twilio_account_sid)


class _Reader:
    def __init__(self, environ: Mapping[str, str], production: bool) -> None:
        self.environ = environ
        self.production = production

    def text(self, name: str, development: str, *, required: bool = False) -> str:
        value = self.environ.get(name, "").strip()
        if not value and name in SECRETS and self.environ.get(f"{name}_FILE"):
            value = _secret_from_file(name, self.environ[f"{name}_FILE"])
        if value:
            return value
        if self.production and required:
            raise SettingsError(f"Falta {name}: en producción no hay valor por defecto.")
        return development

    def port(self, name: str, development: int) -> int:
        value = self.text(name, str(development))
        if not value.isdecimal() or not 0 < int(value) < 65536:
            raise SettingsError(f"{name} debe ser un puerto entre 1 y 65535, no «{value}».")
        return int(value)

    def seconds(self, name: str, development: float) -> float:
        value = self.text(name, str(development))
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number <= 60:
            raise SettingsError(f"{name} debe ser un número de segundos entre 0 y 60, no «{value}».")
        return number

    def url(self, name: str, development: str, *, required: bool = False) -> str:
        value = self.text(name, development, required=required).rstrip("/")
        try:
            parts = urlsplit(value)
            whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            whole = False
        if not whole:
            raise SettingsError(f"{name} debe ser una dirección http(s) completa, no «{value}».")
        return value


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, from `environ` or from the environment and the project's `.env`.

    Raises SettingsError for an unknown LINEA_ name, a wrong value, and, in production, for anything
    missing or unsafe.
    """
    if environ is None:
        from_file = {name: value or "" for name, value in dotenv_values(ROOT / ".env").items()}
        environ = {**from_file, **os.environ}
    _refuse_unknown(environ)
    env = environ.get("LINEA_ENV", "").strip() or "development"
    if env not in ("development", "production"):
        raise SettingsError(f"LINEA_ENV debe ser development o production, no «{env}».")
    production = env == "production"
    read = _Reader(environ, production)
    data_dir = _path(read.text("LINEA_DATA_DIR", "var", required=True))
    host = read.text("LINEA_HOST", "127.0.0.1")
    port = read.port("LINEA_PORT", 8000)
    simulator_port = read.port("LINEA_SIMULATOR_PORT", 8010)
    simulator = f"http://127.0.0.1:{simulator_port}"
    settings = Settings(
        env=env,
        database_url=_database(read.text("LINEA_DATABASE_URL", f"sqlite:///{data_dir}/linea.db")),
        data_dir=data_dir,
        bank_dir=_path(read.text("LINEA_BANK_DIR", "data/bank")),
        content_dir=ROOT / "data",
        on_call_file=_path(read.text("LINEA_ON_CALL_FILE", "data/on_call.yml")),
        host=host,
        port=port,
        public_url=read.url("LINEA_PUBLIC_URL", f"http://{host}:{port}", required=True),
        timezone=_timezone(read.text("LINEA_TIMEZONE", "America/Lima")),
        keys_file=_path(read.text("LINEA_KEYS_FILE", str(data_dir / "keys.json"), required=True)),
        rasa_url=read.url("LINEA_RASA_URL", "http://127.0.0.1:5005"),
        actions_url=read.url("LINEA_ACTIONS_URL", "http://127.0.0.1:5055/webhook"),
        graph_url=read.url("LINEA_GRAPH_URL", f"{simulator}/graph/v25.0", required=True),
        whatsapp_app_secrets=_app_secrets(
            read.text("LINEA_WHATSAPP_APP_SECRET", DEVELOPMENT_SECRET, required=True)
        ),
        whatsapp_verify_token=read.text("LINEA_WHATSAPP_VERIFY_TOKEN", DEVELOPMENT_SECRET, required=True),
        whatsapp_token=read.text("LINEA_WHATSAPP_TOKEN", DEVELOPMENT_SECRET, required=True),
        whatsapp_phone_number_id=read.text(
            "LINEA_WHATSAPP_PHONE_NUMBER_ID", DEVELOPMENT_PHONE_NUMBER_ID, required=True
        ),
        whatsapp_on_call_template=read.text("LINEA_WHATSAPP_ON_CALL_TEMPLATE", "linea_guardia"),
        whatsapp_template_language=read.text("LINEA_WHATSAPP_TEMPLATE_LANGUAGE", "es"),
        twilio_account_sid=read.text(
            "LINEA_TWILIO_ACCOUNT_SID", "" if production else DEVELOPMENT_ACCOUNT_SID
        ),
        twilio_auth_token=read.text("LINEA_TWILIO_AUTH_TOKEN", "" if production else DEVELOPMENT_SECRET),
        twilio_from=read.text("LINEA_TWILIO_FROM", "" if production else DEVELOPMENT_SMS_NUMBER),
        twilio_url=read.url("LINEA_TWILIO_URL", TWILIO if production else f"{simulator}/twilio"),
        burst_pause_seconds=read.seconds("LINEA_BURST_PAUSE_SECONDS", 2.0),
        simulator_port=simulator_port,
        uses_simulator=not production and not environ.get("LINEA_GRAPH_URL", "").strip(),
    )
    if environ.get("LINEA_BANK_DIR", "").strip() and not settings.bank_dir.is_dir():
        raise SettingsError(f"LINEA_BANK_DIR no es una carpeta: {settings.bank_dir}.")
    if settings.twilio_from and not re.fullmatch(r"\+[0-9]{5,15}", settings.twilio_from):
        raise SettingsError("LINEA_TWILIO_FROM debe ser el número con «+» y el código del país.")
    if not re.fullmatch(r"[a-z0-9_]{1,512}", settings.whatsapp_on_call_template):
        raise SettingsError("LINEA_WHATSAPP_ON_CALL_TEMPLATE lleva solo a-z, 0-9 y «_», como en Meta.")
    if production:
        _refuse_unsafe(settings, environ)
    return settings


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {*NAMES, *(f"{name}_FILE" for name in SECRETS)}
    for name in sorted(environ):
        if name.startswith("LINEA_") and name not in known and not name.startswith(TEST_PREFIX):
            raise SettingsError(f"{name} no es un ajuste de la línea: mira los nombres en .env.example.")


def _refuse_unsafe(settings: Settings, environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if name.startswith(TEST_PREFIX):
            raise SettingsError(f"{name} es solo para pruebas: quítalo en producción.")
    twilio = (settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from)
    if any(twilio) and not all(twilio):
        raise SettingsError(
            "Para los SMS hacen falta LINEA_TWILIO_ACCOUNT_SID, LINEA_TWILIO_AUTH_TOKEN y LINEA_TWILIO_FROM;"
            " sin SMS, ninguno de los tres."
        )
    secrets = {
        "LINEA_WHATSAPP_APP_SECRET": settings.whatsapp_app_secrets,
        "LINEA_WHATSAPP_VERIFY_TOKEN": (settings.whatsapp_verify_token,),
        "LINEA_WHATSAPP_TOKEN": (settings.whatsapp_token,),
        **({"LINEA_TWILIO_AUTH_TOKEN": (settings.twilio_auth_token,)} if settings.sms else {}),
    }
    for name, values in secrets.items():
        if any(len(value) < 16 for value in values):
            raise SettingsError(f"{name} es demasiado corto: en producción, 16 caracteres o más.")
    if settings.whatsapp_phone_number_id == DEVELOPMENT_PHONE_NUMBER_ID:
        raise SettingsError("LINEA_WHATSAPP_PHONE_NUMBER_ID es el de desarrollo: pon el de tu número.")
    if not settings.public_url.startswith("https://"):
        raise SettingsError("LINEA_PUBLIC_URL debe empezar por https:// en producción.")
    if not settings.graph_url.startswith("https://") and not _loopback(settings.graph_url):
        raise SettingsError("LINEA_GRAPH_URL debe empezar por https:// en producción.")
    if settings.sms and not settings.twilio_url.startswith("https://") and not _loopback(settings.twilio_url):
        raise SettingsError("LINEA_TWILIO_URL debe empezar por https:// en producción.")
    keys = settings.keys_file
    if not keys.is_file():
        raise SettingsError("LINEA_KEYS_FILE no existe: en producción las claves no se inventan.")
    if stat.S_IMODE(keys.stat().st_mode) & 0o377:
        raise SettingsError("LINEA_KEYS_FILE debe tener permisos 0400 (solo lectura de su dueño).")
    if settings.data_dir in keys.parents:
        raise SettingsError(
            "LINEA_KEYS_FILE debe estar fuera de LINEA_DATA_DIR, aparte de la copia de seguridad."
        )


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret_from_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"No se puede leer {name}_FILE ({error.strerror}).") from error


def _path(value: str) -> Path:
    return (ROOT / value).resolve()


def _database(url: str) -> str:
    """The database's address; an SQLite path is meant from the project, like every other path."""
    if url.startswith(("postgresql://", "postgresql+psycopg2://")):
        return url
    path = url.removeprefix("sqlite:///")
    if path == url or not path:
        raise SettingsError("LINEA_DATABASE_URL debe empezar por sqlite:/// o postgresql://.")
    return f"sqlite:///{_path(path)}"


def _app_secrets(value: str) -> tuple[str, ...]:
    """The one or two app secrets: two while one is being changed for the other."""
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    if not 1 <= len(parts) <= 2:
        raise SettingsError("LINEA_WHATSAPP_APP_SECRET admite uno o dos secretos, separados por una coma.")
    return parts


def _timezone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"LINEA_TIMEZONE no es una zona horaria conocida: «{name}».") from error
