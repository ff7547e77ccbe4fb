"""One message that Outlook saved (.msg)."""

import struct
from io import BytesIO
from typing import Any

from oxmsg import Message


def parse(data: bytes) -> dict[str, Any]:
    """Subject, sender, time and body of the message."""
    try:
        message = Message.load(BytesIO(data))
        sent = message.sent_date
        return {
            "subject": message.subject or "",
            "sender": message.sender or "",
            "sent": sent.isoformat() if sent else "",
            "headers": dict(message.message_headers),
            "html": message.html_body or "",
            "text": message.body or "",
        }
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, struct.error):
        return {"error": "it is not an Outlook message that can be read; it may be broken or cut off"}
