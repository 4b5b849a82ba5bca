"""Rules for the files beside the bank: fixed lines, directory, programme, and what Rasa must not read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from linea import gsm7, scope
from linea.bank import placeholders, reading
from linea.bank.entry import Finding
from linea.bank.entry_rules import variant_shape, version
from linea.bank.field_rules import DATE_FORM
from linea.bank.reading import File, Files
from linea.bank.text_rules import Known, Response, dates_in, is_sms, places
from linea.bank.yaml_tree import Node

# Who reads a person's words: one of these stands below every text of danger (`linea/on_call.py`).
WHO_COMES = (
    "utter_crisis_present",
    "utter_crisis_called",
    "utter_crisis_answered",
    "utter_crisis_nobody",
    "utter_crisis_nobody_until",
    "utter_protection_called",
    "utter_protection_nobody",
)
# The sentences that code says by name. A missing one would be silence.
REQUIRED_LINES = (
    "utter_greet",
    "utter_notice",
    "utter_menu",
    "utter_thank",
    "utter_goodbye",
    "utter_fallback",
    "utter_suggest",
    "utter_out_of_scope",
    "utter_not_understood_type",
    "utter_photo_kept",
    "utter_voice_kept",
    "utter_file_kept",
    "utter_sticker_kept",
    "utter_location_kept",
    "utter_contacts_kept",
    "utter_media_failed",
    "utter_media_unseen",
    "utter_opted_out",
    "utter_assistant_away",
    "utter_handoff_waiting",
    "utter_handoff_waiting_hours",
    "utter_handoff_waiting_closed",
    "utter_handoff_lapsing",
    "utter_voice_nobody",
    "utter_still_waiting",
    "utter_handoff_closed",
    "utter_unsigned",
    "utter_expired",
    "utter_expired_mark",
    "utter_empty_value",
    "utter_review_mark",
    "utter_crisis_suicide",
    "utter_crisis_violence",
    "utter_crisis_child",
    "utter_medical_alarm",
    "utter_crisis_help",
    "utter_crisis_again",
    "utter_staff_abuse",
    "utter_yellow",
    "utter_handover_offer",
    "utter_my_data",
    "utter_my_data_end",
    "utter_kept_chat",
    "utter_kept_request",
    "utter_kept_profile",
    "utter_kept_appointment",
    "utter_kept_cash_list",
    "utter_kept_subscription",
    "utter_kept_aviso",
    "utter_kept_frozen",
    "utter_erase_ask",
    "utter_erase_confirm",
    "utter_erase_kept",
    "utter_erased",
    "utter_erased_but_open",
    "utter_erased_closed",
    "utter_left_lists",
    "utter_on_no_list",
    "utter_child",
    "utter_not_for_children",
    "utter_cash_list_open",
    "utter_cash_list_closed",
    "utter_cash_list_no_phone",
    "utter_ask_profile",
    "utter_cash_list_terms",
    "utter_cash_list_left",
    "utter_appointment_again",
    "utter_appointment_booked",
    "utter_appointment_by_call",
    "utter_appointment_by_line",
    "utter_appointment_by_visit",
    "utter_appointment_cancel_ask",
    "utter_appointment_cancelled",
    "utter_appointment_declined",
    "utter_appointment_end",
    "utter_appointment_kept",
    "utter_appointment_move",
    "utter_appointment_moved",
    "utter_appointment_moved_by_team",
    "utter_appointment_none",
    "utter_appointment_none_to_move",
    "utter_appointment_none_today",
    "utter_appointment_not_theirs",
    "utter_appointment_off",
    "utter_appointment_offer",
    "utter_appointment_other",
    "utter_appointment_taken",
    "utter_appointment_terms",
    "utter_appointment_unsure",
    "utter_appointment_when",
    "utter_reminder",
    "utter_reminder_by_call",
    "utter_reminder_end",
    *("utter_page", "utter_page_thanks", "utter_page_late"),
    *("utter_page_kind_red", "utter_page_kind_today", "utter_page_kind_held", "utter_page_kind_old"),
    "utter_page_kind_protection",
    *WHO_COMES,
)
DAYS = ("cash_list_until", "cash_list_erased")  # values of the programme that are days
CRISIS = re.compile(r"utter_crisis_\w+|utter_medical_alarm|utter_staff_abuse")
MOST_CRISIS = 600  # what is still read by someone in danger
CRISIS_NUMBER_LINES = 2

# Rasa takes a file under data/ for its own when any line begins with one of the first five, or when a
# top-level key is one of the rest (rasa/shared/utils/io.py `is_key_in_yaml`, core/domain.py).
RASA_ANYWHERE = ("nlu", "rules", "stories", "responses", "actions")
RASA_ON_TOP = ("slots", "forms", "entities", "intents", "e2e_actions", "session_config")
_RASA_LINE = re.compile(rf"^\s*({'|'.join(RASA_ANYWHERE)}):", re.MULTILINE)


def lines_files(files: Files) -> Iterator[Finding]:
    """The files of fixed sentences: their shape, and every name that code relies on."""
    named: dict[str, File] = {}
    for file in files.lines:
        if file.root is None:
            continue
        yield from version(file)
        found = reading.responses(file)
        if not found:
            yield file.finding(
                file.root.line_of("responses"),
                "aquí van frases fijas: añade «responses:» con nombres utter_…",
            )
        for key in file.root.names():
            if key not in ("version", "responses"):
                yield file.finding(file.root.line_of(key), f"«{key}» no va aquí: solo version y responses")
        yield from _names(file, named)
    unread = [file for file in files.lines if file.root is None]
    if not unread:  # the missing sentence may stand in a file that could not be read
        for name in REQUIRED_LINES:
            if name not in named:
                path = reading.shown(files.content_dir / "lines")
                yield Finding(path, 1, f"falta la frase {name}: la línea se quedaría callada; añádela")


def is_crisis(name: str) -> bool:
    """Whether a line is a text for someone in danger."""
    return bool(CRISIS.fullmatch(name)) and name not in WHO_COMES


def crisis_in_two_parts(responses: Sequence[Response], known: Known) -> Iterator[Finding]:
    """By SMS a text of danger goes out together with the longest of WHO_COMES, in two parts at most."""
    sms = [(each, item) for each in responses for item in each.node.items() if is_sms(item)]
    below = max((places(item, known) for each, item in sms if each.name in WHO_COMES), default=0)
    for each, item in sms:
        size = places(item, known) + len("\n\n") + below
        if (is_crisis(each.name) or each.name == "utter_yellow") and size > gsm7.TWO_PARTS:
            yield each.advice(
                item.line_of("text"),
                f"con la frase de quién viene el SMS ocupa {size} letras y caben {gsm7.TWO_PARTS}: acórtalo",
            )


def crisis(response: Response, item: Node) -> Iterator[Finding]:
    """A text for someone in danger is short and opens with a number to call."""
    text = item.get("text")
    words = text.text() if text else None
    if text is None or words is None or not is_crisis(response.name):
        return
    if len(words.strip()) > MOST_CRISIS:
        yield response.advice(
            text.line, f"es un texto de peligro y tiene {len(words.strip())} letras: caben {MOST_CRISIS}"
        )
    opening = "\n".join([line for line in words.splitlines() if line.strip()][:CRISIS_NUMBER_LINES])
    if not placeholders.keys(opening):
        yield response.advice(
            text.line, "es un texto de peligro: pon el número al que llamar en las dos primeras líneas"
        )


def empty_values(response: Response, item: Node, known: Known) -> Iterator[Finding]:
    """A fixed line has no other text to fall back on, unless it is named after the value it needs.

    `utter_handoff_waiting_hours` is only said where [[hours]] is known.
    """
    text = item.get("text")
    for key in dict.fromkeys(placeholders.keys(text.text() or "" if text else "")):
        if known.facts.is_empty(key) and not response.may_fill(key) and not response.name.endswith(f"_{key}"):
            yield response.finding(
                item.line_of("text"),
                f"[[{key}]] está vacío en programme.yml: complétalo allí, o quítalo de esta frase",
            )


def directory(files: Files) -> Iterator[Finding]:
    """Every help line has its number in quotes, its name, its source and the day of its check."""
    file = files.directory
    for key, item in _members(file, "directory"):
        assert file is not None
        number = item.get("number")
        if number is None or number.text() is None:
            yield file.finding(
                item.line_of("number"), f'el número de «{key}» va entre comillas: escríbelo así, "106"'
            )
        else:
            yield from _for_sms(file, number)
        if (item.get("name") or item).text() is None:
            yield file.advice(item.line_of("name"), f"a «{key}» le falta «name»: escríbelo")
        source = item.get("source")
        if source is None or not (
            source.text() or any((source.get(part) or source).text() for part in ("org", "url"))
        ):
            yield file.advice(
                item.line_of("source"), f"a «{key}» le falta «source»: de dónde salió el número"
            )
        checked = item.get("checked")
        if checked is None or type(checked.value) is not date:
            yield file.advice(
                item.line_of("checked"), f"«checked» de «{key}» es el día en que se revisó: {DATE_FORM}"
            )


def programme(files: Files) -> Iterator[Finding]:
    """Every value is a text in quotes, empty while nobody knows it, and no name stands in both files."""
    file = files.programme
    taken = {key for key, _ in _members(files.directory, "directory")}
    for key, item in _members(file, "programme"):
        assert file is not None
        value = item.value.get("value") if isinstance(item.value, dict) else None
        if value is None or not isinstance(value.value, str):
            yield file.finding(
                item.line_of("value"), f'«{key}» lleva «value» entre comillas; si falta el dato, ""'
            )
        else:
            yield from _for_sms(file, value)
            if key in DAYS and value.value and not _is_day(value.value):
                yield file.advice(value.line, f"«{key}» es un día, entre comillas: {DATE_FORM}")
        if key == scope.KEY and value is not None:
            yield from _scope(file, value)
        if key in taken:
            yield file.finding(item.line, f"«{key}» ya está en directory.yml: usa otro nombre")


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text.strip()))
    except ValueError:
        return False


def own_files(files: Files) -> Iterator[Finding]:
    """Our own files use no word that makes Rasa take them for its own, and the two needed are there."""
    for needed, file in (("directory", files.directory), ("programme", files.programme)):
        path = reading.shown(files.content_dir / f"{needed}.yml")
        if file is None:
            yield Finding(path, 1, f"falta el archivo: créalo, con «{needed}:» al inicio")
        elif file.root is not None and not (file.root.get(needed) or Node(None, 1)).names():
            yield file.finding(
                file.root.line_of(needed), f"aquí va «{needed}:» con sus nombres debajo: añádelo"
            )
    for file in files.own:
        text = file.raw.decode("utf-8", "replace")
        for match in _RASA_LINE.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            yield file.finding(
                line, f"ninguna línea puede empezar con «{match.group(1)}:»: Rasa tomaría el archivo por suyo"
            )
        for key in file.root.names() if file.root else []:
            if key in RASA_ON_TOP:
                yield file.finding(
                    file.root.line_of(key) if file.root else 1, f"«{key}» es palabra de Rasa: usa otra"
                )


def nlu_files(files: Files) -> Iterator[Finding]:
    """The intents that are no bank question: every variant counts."""
    for file in files.nlu:
        node = file.root.get("nlu") if file.root else None
        if node is None:
            continue
        yield from dates_in(file, node)
        for _, item in reading.intents(file):
            yield from variant_shape(file, item)


def _scope(file: File, value: Node) -> Iterator[Finding]:
    for word in scope.words(value.text() or ""):
        if word not in scope.SERVICES.values():
            services = ", ".join(scope.SERVICES.values())
            yield file.finding(value.line, f"«{word}» no es un servicio: escribe {services}, o nada")


def _names(file: File, named: dict[str, File]) -> Iterator[Finding]:
    node = file.root.get("responses") if file.root else None
    for name in reading.responses(file):
        line = node.line_of(name) if node else 1
        if name.startswith("utter_faq/"):
            yield file.finding(line, f"{name} es respuesta de una pregunta: va en su archivo de bank/")
        elif not name.startswith("utter_"):
            yield file.finding(line, f"«{name}» no empieza con utter_: cámbiale el nombre")
        elif name in named:
            yield file.finding(line, f"{name} ya está en {named[name].shown}: deja una")
        named.setdefault(name, file)


def _members(file: File | None, top: str) -> list[tuple[str, Node]]:
    node = file.root.get(top) if file and file.root else None
    return list(node.value.items()) if node is not None and isinstance(node.value, dict) else []


def _for_sms(file: File, node: Node) -> Iterator[Finding]:
    strange = gsm7.foreign(gsm7.plain(node.text() or ""))
    if strange:
        yield file.advice(
            node.line, f"«{strange[0][1]}» no cabe en un SMS, y este dato sale en SMS: cámbialo"
        )
