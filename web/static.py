"""Style and script: joined, minified, compressed and named by their hash before the first request."""

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import brotli
from servestatic import ServeStaticASGI

SOURCE = Path(__file__).parent / "static"
STYLES = ("tokens", "elements", "layout", "components")
SCRIPTS = ("htmx-4.0.1.min.js", "site.js")
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Static:
    """What a page needs to know of them: addresses, and the style itself for a page that carries it."""

    style: str
    style_address: str
    style_source: str
    """The content security policy's word for the style in the page."""
    script_address: str
    folder: Path


def build(var: Path) -> Static:
    """Writes the files to be served below `var`; any number of processes may do so at once."""
    folder = var / "static"
    folder.mkdir(parents=True, exist_ok=True)
    style = minified("".join((SOURCE / f"{name}.css").read_text() for name in STYLES))
    script = "\n".join((SOURCE / name).read_text() for name in SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return Static(
        style=style,
        style_address=_write(folder, "site", "css", style.encode()),
        style_source=f"'sha256-{digest}'",
        script_address=_write(folder, "site", "js", script.encode()),
        folder=folder,
    )


def minified(css: str) -> str:
    """Without comments and the white space that means nothing. Ours alone: no strings with braces or double spaces."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,>])\s*", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


def _write(folder: Path, stem: str, ending: str, body: bytes) -> str:
    name = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
    versions = {name: body, f"{name}.br": brotli.compress(body, quality=11), f"{name}.gz": gzip.compress(body, 9)}
    for version, content in versions.items():
        path = folder / version
        if not path.exists():
            draft = path.with_name(f"{version}.{id(content)}.draft")
            draft.write_bytes(content)
            draft.replace(path)
    return f"/static/{name}"


def serving(application: object, static: Static) -> ServeStaticASGI:
    """The application with its static files in front. What is not there goes on to the application's own 404."""
    return ServeStaticASGI(
        application,
        root=str(static.folder),
        prefix="static/",
        allow_all_origins=False,
        immutable_file_test=lambda _path, _url: True,
        max_age=31536000,
    )
