"""The keys that encrypt addresses and hash what must be recognised again; two versions can live.

The file is JSON, `{"encryption": {"1": …}, "hash": {"1": …}}`, each key 32 bytes in base64, the highest
number is the one in use. It lives outside the database and outside its backup (DESIGN 5.16).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linea.settings import Settings, SettingsError

KINDS = ("encryption", "hash")


@dataclass(frozen=True, repr=False)
class Keys:
    """The line's keys, never shown by `repr`. `encrypt` uses the newest, `decrypt` any living one."""

    encryption: dict[str, bytes]
    hashing: bytes
    older_hashing: tuple[bytes, ...] = ()

    def encrypt(self, text: str, owner: str) -> bytes:
        """`text` under AES-256-GCM, bound to `owner` (a row's id), with the key's number in front."""
        return self.seal(text.encode(), owner)

    def decrypt(self, sealed: bytes, owner: str) -> str:
        """What `encrypt` sealed for `owner`. Raises ValueError if the key is gone or the row is another's."""
        return self.unseal(sealed, owner).decode()

    def seal(self, content: bytes, owner: str) -> bytes:
        """`encrypt` for bytes that may be no text."""
        number = max(self.encryption, key=int)
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self.encryption[number]).encrypt(nonce, content, owner.encode())
        return number.encode() + b":" + nonce + sealed

    def unseal(self, sealed: bytes, owner: str) -> bytes:
        """What `seal` sealed for `owner`. Raises ValueError as `decrypt` does."""
        number, _, rest = sealed.partition(b":")
        key = self.encryption.get(number.decode("ascii", "replace"))
        if key is None:
            raise ValueError("the key of this row is no longer in the keys file")
        try:
            return AESGCM(key).decrypt(rest[:12], rest[12:], owner.encode())
        except InvalidTag as error:
            raise ValueError("this row was sealed for another owner") from error

    def hash(self, purpose: str, value: str) -> str:
        """A keyed SHA-256 of `value`, different for each `purpose`, in hexadecimal.

        Keyed because Peru's mobile numbers are few enough to be guessed from a plain hash.
        """
        return self.hashes(purpose, value)[0]

    def hashes(self, purpose: str, value: str) -> list[str]:
        """The hash of `value` under every living key, the newest first: how what is older is found."""
        message = f"{purpose}:{value}".encode()
        keys = (self.hashing, *self.older_hashing)
        return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in keys]


def load(settings: Settings) -> Keys:
    """The keys of `settings.keys_file`; in development they are made if absent.

    Raises SettingsError if the file cannot be used.
    """
    path = settings.keys_file
    if not path.exists() and not settings.production:
        _make(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        found = {kind: {n: base64.b64decode(k) for n, k in data[kind].items()} for kind in KINDS}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError("LINEA_KEYS_FILE no se puede leer como archivo de claves.") from error
    for kind in KINDS:
        if not found[kind] or any(len(key) != 32 or not n.isdecimal() for n, key in found[kind].items()):
            raise SettingsError(f"LINEA_KEYS_FILE: en «{kind}» falta una clave de 32 bytes con su número.")
    newest, *older = sorted(found["hash"], key=int, reverse=True)
    return Keys(found["encryption"], found["hash"][newest], tuple(found["hash"][n] for n in older))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {kind: {"1": base64.b64encode(secrets.token_bytes(32)).decode()} for kind in KINDS}
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(0o400)
    draft.chmod(0o600)
    draft.write_text(json.dumps(fresh), encoding="utf-8")
    draft.chmod(0o400)
    try:
        os.link(draft, path)  # two processes starting together agree on one file
    except FileExistsError:
        pass
    finally:
        draft.unlink()
