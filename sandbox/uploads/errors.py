"""Errors as Amazon S3 documents them: XML with a code and a message, whatever the client accepts."""

from __future__ import annotations

from xml.sax.saxutils import escape

from aiohttp import web

REQUEST_ID, HOST_ID = "SANDBOX000000001", "sandboxsandboxsandboxsandbox="
"""What S3 gives each request; here always the same."""

_MESSAGES = {
    403: ("AccessDenied", "Access Denied"),
    404: ("NoSuchBucket", "The specified bucket does not exist"),
    503: ("SlowDown", "Please reduce your request rate."),
}


class Refused(Exception):
    """An upload that is refused; ``response`` is the answer."""

    def __init__(self, status: int, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.response = error(status, code, message, **details)


def error(status: int, code: str, message: str, **details: object) -> web.Response:
    """An error answer; ``details`` are further elements of its XML."""
    elements = {"Code": code, "Message": message, **details, "RequestId": REQUEST_ID, "HostId": HOST_ID}
    inside = "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in elements.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inside}</Error>'
    headers = {"x-amz-request-id": REQUEST_ID, "x-amz-id-2": HOST_ID, "Server": "AmazonS3"}
    return web.Response(status=status, text=text, content_type="application/xml", headers=headers)


def error_response(status: int) -> web.Response:
    """S3's answer for a status that a fault rule asks for."""
    return error(status, *_MESSAGES.get(status, ("InternalError", "We encountered an internal error.")))
