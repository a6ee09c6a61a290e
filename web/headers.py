"""The headers of every answer, errors and static files included. ASVS 3.4."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

PRODUCTION_ONLY = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def security_headers(style_source: str, *, production: bool) -> dict[str, str]:
    """What every answer carries. `style_source` is the hash of the style that a page may carry."""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' {style_source}; img-src 'self' data:;"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        **(PRODUCTION_ONLY if production else {}),
    }


class SecurityHeaders:
    """Adds those that an answer does not set itself. What says nothing of caching is kept nowhere."""

    def __init__(self, application: ASGIApp, headers: dict[str, str]) -> None:
        self.application = application
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = [*given, *(header for header in self.headers if header[0] not in names)]
            await send(message)

        await self.application(scope, receive, send_with_headers)
