"""Random names: ids nobody can guess, and short codes that two people can say to each other."""

from __future__ import annotations

import secrets

_WORDS = (
    "ALBA ALGA ARCO AULA BARCO BOTE BRISA CALLE CAMPO CANTO CASA CEDRO CERRO CIELO COPA CUADRO DUNA "
    "ESPIGA FARO FLOR FUENTE GARZA HOJA HORNO ISLA JARDIN LAGO LANA LIMON LLAVE LUNA MANGO MAPA MESA "
    "MOLINO MONTE NIDO NUBE OLIVO PALMA PAN PINO PLAYA PLAZA PUENTE QUENA RAMA RIO ROBLE SALA SAUCE "
    "SELVA SOL TAMBO TAZA TECHO TIERRA TORRE TREN TRIGO UVA VALLE VELA VIENTO ZAMPOÑA ZAPATO"
).split()


def new_id() -> str:
    """A random id of 128 bits, as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_code() -> str:
    """A code such as `LUNA-4271`, random and speakable; the caller checks that it is free."""
    return f"{secrets.choice(_WORDS)}-{secrets.randbelow(9000) + 1000}"
