"""Every kind of form Twilio posts, by the name of its file in `payloads/`, and what becomes of it.

A new case is a file and a row: `messages/` holds what people send, `statuses/` what became of ours.
https://www.twilio.com/docs/messaging/guides/webhook-request
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

from __future__ import annotations

from typing import Any

from linea.messages import Inbound, Kind, Media, Sender, Status
from linea.settings import DEVELOPMENT_ACCOUNT_SID as ACCOUNT
from tests.channels.expected import Expected

OUTBOX_ID = "0123456789abcdef" * 2
QUERY = f"o={OUTBOX_ID}"  # of the address that Twilio tells about our messages
ROSA = Sender("+51900000001")


def sid(number: int, prefix: str = "SM") -> str:
    return f"{prefix}{number:032x}"


def said(
    number: int, kind: Kind, text: str | None = None, *, sender: Sender = ROSA, **details: Any
) -> Inbound:
    """A message without files."""
    name = sid(number, "MM" if kind == "media" else "SM")
    return Inbound(
        *("sms", f"t:{name}", name, sender, kind, "text", text, None, None, None), raw={}, details=details
    )


def mms(number: int, text: str | None, *files: tuple[int | str, str, str | None], **details: Any) -> Inbound:
    """A message with files: each the number in its address, our word for it, and its type."""
    name = sid(number, "MM")
    media = tuple(Media(_at(number, place), kind, mime) for place, kind, mime in files)
    told = {**details, **({"caption_of": media[0].type} if text else {})}
    return Inbound(
        *("sms", f"t:{name}", name, ROSA, "media", media[0].type, text, None, None, None),
        raw={},
        media=media,
        details=told,
    )


def _at(message: int, place: int | str) -> str:
    if isinstance(place, str):
        return place
    path = f"2010-04-01/Accounts/{ACCOUNT}/Messages/{sid(message, 'MM')}/Media/{sid(place, 'ME')}"
    return f"https://api.twilio.com/{path}"


def became(number: int, status: str, code: int | None = None) -> Status:
    return Status("sms", sid(number), OUTBOX_ID, status, code, None)


AT_THE_SIMULATOR = (
    f"http://127.0.0.1:8010/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid(26, 'MM')}/Media/ME1"
)
LONG = ("Una frase que alguien escribe sin parar. ") * 39
JPEG = ("image", "image/jpeg")

MESSAGES: dict[str, list[Expected]] = {
    "text": [said(1, "text", "¿Dónde me hago la prueba? 1+1 & 50 %\nGracias 🙏")],
    "text_blank": [said(2, "other")],
    "text_empty": [said(3, "other")],
    "text_without_body": [said(4, "other")],
    "text_slash": [said(5, "text", "/restart")],
    "text_of_ten_parts": [said(6, "text", LONG)],
    "text_opting_out": [said(7, "text", "STOP")],
    "text_from_messaging_service": [said(8, "text", "hola")],
    "text_parameters_nobody_knows": [said(9, "text", "hola")],
    "text_smssid_alone": [said(10, "text", "hola")],
    "text_without_account": [said(11, "text", "hola")],
    "text_from_abroad": [said(12, "text", "hola", sender=Sender("+593990000001"))],
    "location_parameters": [said(13, "other")],
    "nul": [said(14, "text", "hola")],
    "not_utf8": [said(15, "text", "ma\ufffdana \ufffd\ufffd\ufffd %")],
    "raw_bytes": [said(16, "text", "ma\ufffdana")],
    "names_that_come_twice": [said(17, "text", "primero")],
    "mms_photo": [mms(20, None, (1, *JPEG))],
    "mms_album_with_words": [
        mms(21, "miren", (1, *JPEG), (2, "video", "video/3gpp"), (3, "document", "text/x-vcard"))
    ],
    "mms_voice": [mms(22, None, (1, "audio", "audio/amr"))],
    "mms_without_type": [mms(23, None, (1, "document", None))],
    "mms_one_missing": [mms(24, "dos fotos", (2, "image", "image/png"), failed=True)],
    "mms_all_missing": [said(25, "media", failed=True)],
    "mms_at_the_simulator": [mms(26, None, (AT_THE_SIMULATOR, *JPEG))],
    "mms_elsewhere": [mms(27, "mira", (2, *JPEG), failed=True), "media_elsewhere"],
    "mms_ten": [mms(28, None, *((place, *JPEG) for place in range(10)))],
    "mms_odd_numbers": [mms(29, "hola", (7, *JPEG))],
    "whatsapp_sender": ["other_channel"],
    "whatsapp_user_id": ["other_channel"],
    "rcs_sender": ["other_channel"],
    "messenger_sender": ["other_channel"],
    "short_code_sender": ["no_sender"],
    "name_sender": ["no_sender"],
    "no_sender": ["no_sender"],
    "blank_sender": ["no_sender"],
    "other_number": ["other_number"],
    "other_account": ["other_account"],
    "no_id": ["no_id"],
    "empty": ["no_id"],
    "json": ["no_id"],
    "ampersands": ["no_id"],
    "a_status_at_this_door": ["other_number"],
}

STATUSES: dict[str, list[Expected]] = {
    "queued": [became(60, "accepted")],
    "sending": [became(61, "accepted")],
    "accepted": [became(62, "accepted")],
    "sent": [became(63, "sent")],
    "delivered": [became(64, "delivered")],
    "read": [became(65, "read")],
    "canceled": [became(66, "failed")],
    "undelivered": [became(70, "failed", 30003)],
    "failed": [became(71, "failed", 30001)],
    "capitals": [became(72, "delivered")],
    "unknown": [became(73, "teleported")],
    "smsstatus_alone": [became(74, "sent")],
    "error_code_of_letters": [became(75, "failed")],
    "error_code_huge": [became(76, "failed")],
    "whatsapp_receiver": [became(77, "failed", 63016)],
    "names_that_come_twice": [became(80, "sent", 30003)],
    "without_id": ["bad_item"],
    "without_status": ["bad_item"],
    "empty": ["bad_item"],
    "a_message_at_this_door": ["message_at_status_door"],
}
