"""Forms: read into a pydantic model, with every error at once and what was typed kept. ASVS 2.2.1."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import parse_qs

from litestar.exceptions import ClientException, HTTPException
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import Refused
from web.session import Caller

MOST_FIELDS = 200
MOST_BYTES = 64 * 1024
INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class FormModel(BaseModel):
    """The base of every form's model. Each field's `description` says what to do when it is missing or wrong."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)
    unseen: ClassVar[frozenset[str]] = frozenset({"version", "next"})
    """Fields that nobody types: an error of theirs would have no place on the page."""

    def faults(self) -> Iterable[Refused]:
        """What the rules of the domain say against it, all of it at once."""
        return ()


M = TypeVar("M", bound=FormModel)


class Form(Generic[M]):
    """A form as it is drawn: what was typed and what is wrong with it, by field. '' is the form as a whole."""

    def __init__(self, typed: Mapping[str, Any] | None = None) -> None:
        self.typed: dict[str, Any] = dict(typed or {})
        self.errors: dict[str, str] = {}
        self._value: M | None = None

    def __getitem__(self, field: str) -> Any:
        """What was typed in a field, '' if nothing."""
        return self.typed.get(field, "")

    @property
    def ok(self) -> bool:
        return self._value is not None and not self.errors

    @property
    def value(self) -> M:
        """What was typed, checked. Only when `ok`."""
        assert self._value is not None
        return self._value

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Within it a rule that says no becomes this form's error, at its field."""
        try:
            yield
        except Refused as refused:
            self.errors[refused.field] = refused.words


async def read(request: Caller, model: type[M]) -> Form[M]:
    """The form that was sent. Raises ClientException (400) for what no browser sends, HTTPException 413 and 415."""
    return checked(await sent(request), model)


def checked(came: Mapping[str, Any], model: type[M]) -> Form[M]:
    """What came, held against a model; each value is a text or, where a field came more than once, a list."""
    form: Form[M] = Form({field: _drawn(value) for field, value in came.items()})
    for field in model.model_fields.keys() - model.unseen:
        if INVISIBLE.search(str(came.get(field, ""))):
            form.errors[field] = "There are characters here that cannot be kept. Type it again"
    try:
        form._value = model.model_validate(came)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            field = str(problem["loc"][0]) if problem["loc"] else ""
            form.errors.setdefault(field, _words(model, field, problem))
    else:
        for fault in form._value.faults():
            form.errors.setdefault(fault.field, fault.words)
    order = [*model.model_fields]
    form.errors = dict(
        sorted(form.errors.items(), key=lambda error: order.index(error[0]) if error[0] in order else -1)
    )
    return form


def _drawn(value: str | list[str]) -> str:
    """What the page shows of what came: the first of many, and nothing that cannot be seen."""
    return INVISIBLE.sub("", value if isinstance(value, str) else value[0])


async def sent(request: Caller) -> dict[str, Any]:
    """What came, read once however many models it is held against."""
    kept = request.scope["state"]
    if "form" not in kept:
        kept["form"] = _one_or_many(_parsed(await _body(request)))
    sent: dict[str, Any] = kept["form"]
    return sent


async def _body(request: Caller) -> bytes:
    kind = request.headers.get("Content-Type", "application/x-www-form-urlencoded").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(status_code=415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(status_code=413)
    return body


def _parsed(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ClientException from error


def _one_or_many(fields: dict[str, list[str]]) -> dict[str, Any]:
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def _words(model: type[FormModel], field: str, problem: Any) -> str:
    """What a person reads: a rule's own words, the longest length, else the field's description."""
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    if problem["type"] == "string_too_long":
        return f"Use at most {problem['ctx']['max_length']:,} characters"
    known = model.model_fields.get(field)
    return (known and known.description) or "Check this"
