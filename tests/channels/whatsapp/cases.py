"""Every kind of webhook body Meta sends, by the name of its file in `payloads/`, and what becomes of it.

A new case is a file and a row. Sources of the forms:
https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from linea.messages import Change, IdentityChange, Inbound, Kind, Media, Sender, Status, Takeover
from tests.channels.expected import Expected

OUR_NUMBER = "100000000000001"
AT = datetime(2025, 11, 7, 7, 20, tzinfo=timezone.utc)  # 1762500000
ROSA = Sender("+51900000001")
ROSA_WITH_ALL_HER_NAMES = Sender("+51900000001", "PE.13491208655302741918", "PE.ENT.11815799212886844830")
FILE = "1908647269898587"
CHECKSUM = "dXBsb2FkZWQ="


def said(
    wamid: str,
    kind: Kind,
    vendor_type: str,
    text: str | None = None,
    option_id: str | None = None,
    *,
    sender: Sender = ROSA,
    sent_at: datetime | None = AT,
    reply_to: str | None = None,
    media: Media | None = None,
    copy: bool = False,
    **details: Any,
) -> Inbound:
    key = wamid if wamid.startswith("p:") else f"{'standby:' if copy else ''}m:{OUR_NUMBER}:{wamid}"
    files = (media,) if media else ()
    return Inbound(
        *("whatsapp", key, wamid, sender, kind, vendor_type, text, option_id, sent_at, reply_to),
        raw={},
        media=files,
        details=details,
    )


def words(wamid: str, text: str, **more: Any) -> Inbound:
    return said(wamid, "text", "text", text, **more)


def file(wamid: str, vendor_type: str, text: str | None = None, **more: Any) -> Inbound:
    """A message with a file, described by `mime`, `name` and `voice`; its checksum is the same in all."""
    kind = {"voice": "audio"}.get(vendor_type, vendor_type)
    about = {name: more.pop(name) for name in ("mime", "name", "voice") if name in more}
    ref, sha256 = more.pop("ref", FILE), more.pop("sha256", CHECKSUM)
    media = Media(ref, kind, sha256=sha256, **about)
    details = {**({"caption_of": kind} if text else {}), **more}
    return said(wamid, "media", vendor_type, text, media=media, **details)


def became(
    wamid: str, status: str, outbox_id: str | None = None, code: int | None = None, at: datetime | None = AT
) -> Status:
    return Status("whatsapp", wamid, outbox_id, status, code, at)


def changed(key: str, change: Change, before: Sender, after: Sender | None = None) -> IdentityChange:
    return IdentityChange("whatsapp", f"c:{OUR_NUMBER}:{key}", change, before, after, AT, {})


def echo(
    wamid: str, text: str | None, who: str = "phone_app", person: Sender = ROSA, at: datetime | None = AT
) -> Takeover:
    key = f"e:{OUR_NUMBER}:{wamid}"
    return Takeover("whatsapp", key, person, who, True, text, at, {})  # type: ignore[arg-type]


def handed(kind: str, person: Sender, name: str) -> Takeover:
    key = f"h:{OUR_NUMBER}:{name}:{kind}:1762500000"
    return Takeover("whatsapp", key, person, "other_system", kind == "control_taken", None, AT, {})


CASES: dict[str, list[Expected]] = {
    # -- texts, and who wrote them --
    "text": [words("wamid.T1", "¿Dónde me hago la prueba? 🙏")],
    "text_bsuid_and_phone": [words("wamid.T2", "hola", sender=ROSA_WITH_ALL_HER_NAMES)],
    "text_bsuid_only": [words("wamid.T3", "hola", sender=Sender(None, "PE.13491208655302741918"))],
    "text_bsuid_completed_from_contact": [words("wamid.T19", "hola", sender=ROSA_WITH_ALL_HER_NAMES)],
    "text_names_nobody": [words("wamid.T4", "hola", sender=Sender("+51900000001", "PE.777"))],
    "text_names_nobody_two_contacts": ["no_sender"],
    "text_names_nobody_no_contacts": ["no_sender"],
    "text_of_parent_alone": ["no_sender"],
    "text_completed_from_its_contact": [words("wamid.T7", "hola", sender=Sender("+51900000002", "PE.222"))],
    "text_contact_of_somebody_else": [words("wamid.T8", "hola")],
    "text_contact_contradicts": [words("wamid.T9", "hola", sender=Sender("+51900000001", "PE.111"))],
    "text_without_contacts": [words("wamid.T10", "hola")],
    "text_with_username_and_identity_key": [
        words("wamid.T22", "hola", sender=Sender("+51900000001", "PE.111"))
    ],
    "text_phone_with_ornaments": [words("wamid.T24", "hola")],
    "text_without_metadata": [words("wamid.T25", "hola")],
    "text_numbers_where_texts_are_promised": [words("77", "119")],
    "text_keys_nobody_knows": [words("wamid.T26", "hola")],
    "text_reply": [words("wamid.T11", "sí", reply_to="wamid.OUT01")],
    "text_forwarded_from_ad": [
        words(
            "wamid.T12",
            "info",
            forwarded=True,
            referral={"headline": "Ayuda", "body": "Escribe", "source": "ad"},
        )
    ],
    "text_frequently_forwarded": [words("wamid.T20", "cuidado con la vacuna", forwarded=True)],
    "text_about_product": [
        words(
            "wamid.T21",
            "¿cuánto cuesta?",
            reply_to="wamid.OUT01",
            products=[{"id": "a", "quantity": None}],
        )
    ],
    "text_with_summary_of_a_model": [
        words("wamid.T23", "quiero una persona", context_summary="The customer asks for a test.")
    ],
    "text_blank": [said("wamid.T13", "other", "text")],
    "text_slash": [words("wamid.T14", "/restart")],
    "text_argentina_and_mexico": [
        words("wamid.T15", "hola", sender=Sender("+5491150000000")),
        words("wamid.T16", "buenas", sender=Sender("+5215550000000")),
    ],
    "text_nul_and_lone_surrogate": [words("wamid.T17", "hola \ufffd fin")],
    "text_escaped_unicode": [words("wamid.T18", "mañana en https://minsa.example/centro")],
    "timestamps": [
        *(words(f"wamid.S{number}", letter) for number, letter in enumerate("abc", 1)),
        *(words(f"wamid.S{number}", letter, sent_at=None) for number, letter in enumerate("def", 4)),
    ],
    "keys_that_come_twice": [words("wamid.T30", "segundo")],
    # -- taps --
    "button_template": [
        said("wamid.B1", "option", "button", "Sí, acepto", "opt_8f2c", reply_to="wamid.OUT02")
    ],
    "button_without_payload": [said("wamid.B2", "text", "button", "Sí, acepto")],
    "button_reply": [
        said("wamid.B3", "option", "interactive", "Hablar con alguien", "opt_1a", reply_to="wamid.OUT03")
    ],
    "list_reply": [said("wamid.B4", "option", "interactive", "Pruebas", "opt_7", reply_to="wamid.OUT04")],
    "taps_that_lack_something": [
        said("wamid.B14", "option", "interactive", None, "opt_2"),
        said("wamid.B15", "text", "interactive", "Pruebas"),
        said("wamid.B16", "other", "button"),
        said("wamid.B17", "option", "button", None, "opt_3"),
    ],
    "flow_reply": [said("wamid.B5", "other", "interactive", form='{"flow_token": "x", "age":')],
    "flow_replies": [
        said("wamid.B8", "other", "interactive", form={"flow_token": "x", "edad": 30}),
        said("wamid.B9", "other", "interactive", form={"values": {"city": "Lima"}}),
        said("wamid.B10", "other", "interactive", form=None),
        said("wamid.B11", "other", "interactive", form=[1, 2]),
        said("wamid.B12", "other", "interactive", form=None),
    ],
    "call_permission_reply": [said("wamid.B6", "silent", "interactive")],
    "interactive_missing": [said("wamid.B7", "other", "interactive"), "value_error"],
    "interactive_of_a_new_kind": [said("wamid.B13", "other", "interactive")],
    # -- files, places, cards --
    "image_with_caption": [file("wamid.M1", "image", "mi prueba salió así", mime="image/jpeg")],
    "image_from_ad": [
        file(
            "wamid.M12",
            "image",
            mime="image/jpeg",
            referral={"headline": None, "body": "Escribe", "source": "post"},
        )
    ],
    "image_not_downloaded": [said("wamid.M2", "media", "image", failed=True, errors=[400])],
    "image_without_id": [said("wamid.M13", "media", "image", "mira", caption_of="image", failed=True)],
    "video": [file("wamid.M3", "video", mime="video/mp4")],
    "video_too_large": [said("wamid.M14", "media", "video", failed=True, errors=[131052])],
    "sticker": [file("wamid.M4", "sticker", mime="image/webp")],
    "audio": [file("wamid.M11", "audio", mime="audio/mpeg")],
    "voice_note": [file("wamid.M5", "audio", mime="audio/ogg", voice=True)],
    "voice_legacy": [file("wamid.M6", "voice", mime="audio/ogg", voice=True)],
    "document": [
        file("wamid.M7", "document", "mis papeles", mime="application/pdf", name="Currículum café.pdf")
    ],
    "document_hostile_name": [
        file("wamid.M15", "document", mime="application/pdf", name=f"gpj.exe {'x' * 108}.pdf")
    ],
    "media_of_odd_types": [
        file("wamid.M16", "image"),
        file("wamid.M17", "sticker", "jaja", mime="image/webp"),
        file("wamid.M18", "document", ref="77", sha256=None),
    ],
    "location": [
        said(
            "wamid.M8",
            "location",
            "location",
            location={"latitude": -12.0464, "longitude": -77.0428, "name": "Plaza", "address": "Lima"},
        )
    ],
    "location_broken": [
        said("wamid.M19", "other", "location"),
        said("wamid.M20", "other", "location"),
        said(
            "wamid.M21",
            "location",
            "location",
            location={"latitude": -12.5, "longitude": 180.0, "name": None, "address": None},
        ),
        said("wamid.M22", "other", "location"),
    ],
    "contact_cards": [
        said(
            "wamid.M9",
            "other",
            "contacts",
            contacts=[{"name": None, "phones": []}, {"name": "Ana", "phones": ["+51 900 000 003"]}],
        )
    ],
    "contact_cards_of_2026": [
        said(
            "wamid.M23",
            "other",
            "contacts",
            contacts=[
                {"name": "Ana Inventada", "phones": ["+51 900 000 003", "+51 1 5550001"]},
                {"name": "Posta", "phones": ["51900000004"]},
                {"name": None, "phones": []},
                {"name": None, "phones": []},
            ],
        )
    ],
    "order": [said("wamid.M10", "other", "order", "dos por favor", products=[{"id": "a", "quantity": "2"}])],
    "order_without_words": [said("wamid.M24", "other", "order", products=[{"id": "b", "quantity": "3"}])],
    # -- what happened to a message --
    "reaction": [said("wamid.Q1", "silent", "reaction", reply_to="wamid.OUT01", reaction="❤️")],
    "reaction_removed": [said("wamid.Q2", "silent", "reaction", reply_to="wamid.OUT01", reaction="")],
    "reaction_emptied": [said("wamid.Q11", "silent", "reaction", reply_to="wamid.OUT01", reaction="")],
    "edit": [said("wamid.Q6", "silent", "edit", "otra cosa", reply_to="wamid.T1", edited=True)],
    "edit_of_a_caption": [
        said("wamid.Q12", "silent", "edit", "otra leyenda", reply_to="wamid.M1", edited=True)
    ],
    "revoke": [said("wamid.Q7", "silent", "revoke", reply_to="wamid.T1", removed=True)],
    "request_welcome": [said("wamid.Q8", "silent", "request_welcome")],
    "ephemeral": [said("wamid.Q9", "other", "ephemeral", errors=[131051])],
    "group_text": [said("wamid.Q10", "silent", "text", "hola a todos", group=True)],
    "group_photo": [said("wamid.Q13", "silent", "image", "miren", group=True)],
    "unsupported_poll": [said("wamid.U1", "other", "unsupported", errors=[131051])],
    "unsupported_others": [
        said("wamid.U4", "silent", "unsupported", edited=True, errors=[131051]),
        said("wamid.U5", "silent", "unsupported", removed=True, errors=[131051]),
        said("wamid.U6", "other", "unsupported", "mira esto", errors=[131051]),
        said("wamid.U7", "other", "unsupported", errors=[131051]),
    ],
    "unknown_type": [said("wamid.U2", "other", "hologram", "mírame")],
    "missing_type": [said("wamid.U3", "other", "unknown", "me quiero morir")],
    "missing_id": ["no_id"],
    # -- who writes may be somebody else --
    "system_number_changed": [changed("wamid.Q3", "number", ROSA, Sender("+51900000004"))],
    "system_number_changed_in_older_versions": [
        changed(f"wamid.Q{number}", "number", ROSA, Sender("+51900000004")) for number in (14, 15, 16)
    ],
    "system_number_changed_with_user_ids": [
        changed(
            "wamid.Q17",
            "number",
            Sender("+51900000001", "PE.1"),
            Sender("+51900000004", "PE.2", "PE.ENT.2"),
        )
    ],
    "system_user_id_changed": [changed("wamid.Q4", "user_id", Sender(None, "PE.1"), Sender(None, "PE.2"))],
    "system_user_id_changed_as_in_metas_example": [
        changed("wamid.Q18", "user_id", Sender(None, "PE.1"), Sender(None, "PE.2"))
    ],
    "system_user_id_changed_on_one_number": [
        changed(
            "wamid.Q19",
            "user_id",
            Sender(None, "PE.1", "PE.ENT.1"),
            Sender("+51900000001", "PE.2", "PE.ENT.2"),
        )
    ],
    "user_id_update": [
        changed(
            "PE.1:PE.2:1762500000",
            "user_id",
            Sender(None, "PE.1", "PE.ENT.1"),
            Sender("+51900000001", "PE.2", "PE.ENT.2"),
        ),
        "user_id_update",
        "user_id_update",
    ],
    "system_identity_changed": [changed("wamid.Q5", "device", ROSA)],
    "system_identity_changed_beside_text": [
        changed("wamid.Q22", "device", ROSA),
        words("wamid.T28", "hola, soy yo"),
    ],
    "system_of_nobody": ["no_sender"],
    "system_of_a_new_kind": [said("wamid.Q21", "silent", "system")],
    # -- what became of what we sent --
    "statuses": [
        became("wamid.OUT01", "sent", "o-17"),
        became("wamid.OUT01", "delivered", "o-17", at=AT.replace(second=2)),
        became("wamid.OUT01", "read", at=AT.replace(second=3)),
        became("wamid.OUT02", "played"),
        became("wamid.OUT03", "warning"),
    ],
    "statuses_without_a_number": [
        became("wamid.OUT11", "delivered"),
        became("wamid.OUT12", "deleted"),
        became("wamid.OUT13", "failed"),
        became("wamid.OUT14", "failed", "18", 137000),
    ],
    "status_failed": [became("wamid.OUT01", "failed", "o-18", 131047)],
    "status_of_group": [became("wamid.OUT05", "read")],
    "status_broken_beside_good": [
        became("wamid.OUT01", "read"),
        became("wamid.OUT06", "delivered", None, 131026),
        *("bad_item", "bad_item", "bad_item"),
    ],
    "value_errors": ["value_error", "value_error"],
    # -- somebody else speaks with a person --
    "standby": [said("wamid.F1", "copy", "text", "hola", copy=True)],
    "standby_echo": [echo("wamid.F4", "soy un modelo", "other_system")],
    "standby_empty": [],
    "standby_reaction_and_danger": [
        said("wamid.F5", "silent", "reaction", reply_to="wamid.F4", copy=True, reaction="👍"),
        said("wamid.F6", "copy", "text", "me quiero morir", copy=True),
        said("7", "copy", "unknown", sent_at=None, copy=True),  # from the only contact beside it
        *("bad_item", "bad_item"),
    ],
    "smb_message_echoes": [echo("wamid.F2", "te llamo")],
    "smb_message_echoes_of_all_kinds": [
        echo("wamid.F7", "así se ve"),
        echo("wamid.F8", None, person=Sender("+51900000002", "PE.2")),
        echo("wamid.F9", "dentro", person=Sender("+51900000003")),
        echo("wamid.F10", "hola", person=Sender("+51900000004")),
        echo("wamid.F11", "¿a quién?", person=Sender("+51900000002", "PE.2"), at=None),
        *("no_id", "bad_item", "empty_change"),
    ],
    "messaging_handovers": ["messaging_handovers"],
    "messaging_handovers_of_somebody": [
        handed("control_taken", Sender("+51900000001", "PE.1"), "+51900000001/PE.1"),
        handed("control_passed", ROSA, "+51900000001"),
        *("messaging_handovers", "other_number"),
    ],
    # -- everything else --
    "history": ["history"],
    "user_preferences": [
        said(f"p:{OUR_NUMBER}:+51900000001:marketing_messages:1762500000:stop", "silent", "user_preferences")
    ],
    "user_preferences_of_others": [
        said(
            f"p:{OUR_NUMBER}:PE.1:marketing_messages:1762500000:resume",
            "silent",
            "user_preferences",
            sender=Sender(None, "PE.1"),
        ),
        said(f"p:{OUR_NUMBER}:+51900000001:?:?:stop", "silent", "user_preferences", sent_at=None),
        *("user_preferences", "empty_change"),
    ],
    "account_update": ["account_update"],
    "template_status": ["message_template_status_update"],
    "phone_quality": ["phone_number_quality_update"],
    "fields_of_the_account": [
        *("account_alerts", "account_review_update", "account_settings_update", "automatic_events"),
        *("business_capability_update", "business_status_update", "calls", "flows"),
        *("group_lifecycle_update", "group_participants_update", "group_settings_update"),
        *("group_status_update", "message_template_components_update", "message_template_quality_update"),
        *("partner_solutions", "payment_configuration_update", "phone_number_name_update", "security"),
        *("smb_app_state_sync", "template_category_update", "template_correct_category_detection"),
        "tracking_events",
    ],
    "field_with_odd_name": ["unknown_field"],
    "field_missing": [words("wamid.T29", "hola"), "unknown_field", "bad_item"],
    "other_number": ["other_number"],
    "no_content": ["empty_change"],
    "entry_is_an_object": [],
    "not_whatsapp": ["not_whatsapp"],
    "batch": [
        words("wamid.X1", "uno"),
        words("wamid.X2", "dos", sender=Sender("+51900000002", "PE.2")),
        words("wamid.X3", "tres", sender=Sender("+51900000003")),
        became("wamid.OUT07", "delivered"),
        *("no_sender", "bad_item", "value_error", "bad_item", "account_update", "bad_item", "bad_item"),
    ],
}
