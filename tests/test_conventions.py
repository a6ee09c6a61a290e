"""What the house holds to, as tests: ARCHITECTURE's rules about names, files, tables and floors. The pages' own rules
stand in tests/web/test_pages.py."""

import ast
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from jinja2 import StrictUndefined
from piccolo.columns import Column, ForeignKey
from piccolo.table import Table

from db.engine import run
from db.piccolo_app import APP_CONFIG
from domain.mail import MailKind
from domain.permissions import PLACE_RULES, RULES, Permission, PlacePermission
from emails.compose import TEMPLATES
from emails.kinds import BUILDERS, stem
from settings import Settings
from tests.web.wire import Route, routes
from web.app import create_app
from web.authorization import Open
from web.static import build
from web.templates import templates

ROOT = Path(__file__).parent.parent
FLOORS = ("web", "demo", "emails", "domain", "db")
HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
"""SHA-256 of htmx 4.0.1's minified file, as it comes from npm."""
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")
MOJIBAKE = re.compile("\u00c3[\u0080-\u00bf]|\u00e2\u20ac|\u00c2[\u0080-\u00bf]|\ufffd")
DATED = re.compile(r"20\d\d-[01]\d-[0-3]\d-[a-z0-9]+(-[a-z0-9]+)*\.md")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "common", "misc"}


@pytest.fixture(scope="module")
def all_routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    settings = Settings.from_environment({"KITH_ENV": "test", "KITH_VAR": str(tmp_path_factory.mktemp("var"))})
    return list(routes(create_app(settings)))


def kept_files() -> list[Path]:
    """Every file of the project that somebody wrote."""
    folders = [ROOT / name for name in (*FLOORS, "tests", "docs", "deploy", ".github")]
    everywhere = [path for folder in folders for path in folder.rglob("*")] + list(ROOT.glob("*"))
    return [p for p in everywhere if p.is_file() and "__pycache__" not in p.parts and ".min." not in p.name]


def python_of(floor: str) -> list[Path]:
    return sorted((ROOT / floor).rglob("*.py"))


def test_every_handler_names_its_permission(all_routes: list[Route]) -> None:
    """ASVS 8.2.1: and one of ours."""
    ours = {str(permission) for permission in (*Open, *Permission, *PlacePermission)}
    assert [str(route) for route in all_routes if route.permission not in ours] == []


def test_no_address_is_lost_and_each_is_kebab_case(all_routes: list[Route]) -> None:
    """CONTRACT.md: what was published stays. tests/addresses.txt only grows."""
    published = (ROOT / "tests" / "addresses.txt").read_text().split("\n")
    here = {str(route) for route in all_routes}
    assert [line for line in published if line and not line.startswith("#") and line not in here] == []
    assert sorted(here - set(published)) == [], "publish them: add these lines to tests/addresses.txt"
    segments = {part for route in all_routes for part in route.path.split("/") if part and not part.startswith("{")}
    assert [part for part in segments if not KEBAB.fullmatch(part)] == []


def test_web_asks_the_database_nothing() -> None:
    """Only the start of the application knows the engine, and its error that the database is gone."""
    for path in python_of("web"):
        allowed = {"db.gone"} | ({"db.engine", "db.migrate"} if path.name == "app.py" else set())
        imported = imports_of(path)
        floors = {name for name in imported if name.split(".")[0] in ("db", "piccolo", "asyncpg")}
        assert floors <= allowed, path
        assert not re.search(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) ", path.read_text()), path


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return found


def test_every_module_of_the_command_line_is_installed() -> None:
    """Where Kith is installed from its files, what stands beside them is not there."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["py-modules"]
    assert sorted(told) == sorted(path.stem for path in ROOT.glob("*.py"))


def test_each_floor_imports_only_those_below() -> None:
    for height, floor in enumerate(FLOORS):
        above = set(FLOORS[:height])
        for path in python_of(floor):
            assert not {name.split(".")[0] for name in imports_of(path)} & above, path


def test_own_script_is_at_most_a_hundred_lines() -> None:
    own = [path for path in (ROOT / "web").rglob("*.js") if not path.name.startswith("htmx-")]
    assert [path.name for path in own] == ["site.js"]
    assert sum(len(path.read_text().splitlines()) for path in own) <= 100


def test_htmx_is_the_file_that_it_was() -> None:
    """ASVS 3.6.1, 15.2.4: vendored, and nobody changed it."""
    assert hashlib.sha256((ROOT / "web/static/htmx-4.0.1.min.js").read_bytes()).hexdigest() == HTMX


def test_templates_are_strict_and_escaped(tmp_path: Path) -> None:
    """ASVS 1.2.1: a word that is missing is an error, a word that is typed is text."""
    pages = templates(build(tmp_path), qa=True)
    for environment in (pages, TEMPLATES):
        assert environment.undefined is StrictUndefined
        assert environment.from_string("{{ word }}", template_class=None) is not None
    assert pages.from_string("{{ word }}").render(word="<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"
    assert callable(TEMPLATES.autoescape)
    assert TEMPLATES.autoescape("a.html") is True


def test_escaping_is_switched_off_for_the_style_alone() -> None:
    for path in (*(ROOT / "web").rglob("*.html"), *(ROOT / "emails").rglob("*.html")):
        marked = re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}|\{%\s*autoescape", path.read_text())
        assert marked in ([], ["{{ static.style|safe }}"]), path
    for floor in FLOORS:
        for path in python_of(floor):
            assert "Markup(" not in path.read_text(), path


def test_every_kind_of_mail_has_a_builder_and_both_templates() -> None:
    assert set(BUILDERS) == set(MailKind)
    for kind in MailKind:
        for ending in ("py", "txt", "html"):
            assert (ROOT / "emails" / f"{stem(kind)}.{ending}").is_file(), kind


def test_every_permission_has_a_rule() -> None:
    """ASVS 8.1.1: one table decides."""
    assert set(RULES) == set(Permission)
    assert set(PLACE_RULES) == set(PlacePermission)


TABLES: list[type[Table]] = APP_CONFIG.table_classes
TYPES = {
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "varchar": "character varying",
}


def type_of(column: Column) -> str:
    """The column's type in the words of information_schema."""
    if isinstance(column, ForeignKey):
        return type_of(column._foreign_key_meta.resolved_references._meta.primary_key)
    name = column.column_type.lower().split("(")[0]
    return str(TYPES.get(name, name))


async def test_tables_and_the_migrated_database_agree(database: None) -> None:
    """Columns, their types, and which may be empty; and no table that one of them knows alone."""
    rows = await run(
        "SELECT table_name, column_name, data_type, is_nullable = 'YES' AS empty FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'migration'"
    )
    migrated = {(row["table_name"], row["column_name"], row["data_type"], row["empty"]) for row in rows}
    declared = {
        (table._meta.tablename, column._meta.name, type_of(column), column._meta.null and not column._meta.primary_key)
        for table in TABLES
        for column in table._meta.columns
    }
    assert declared ^ migrated == set()


RULE_WORDS = {"c": "CASCADE", "r": "RESTRICT", "a": "NO ACTION", "n": "SET NULL", "d": "SET DEFAULT"}


async def test_foreign_keys_and_the_migrated_database_agree(database: None) -> None:
    """Where each leads and what becomes of it when that goes; and which columns are unique by themselves."""
    rows = await run(
        "SELECT c.conrelid::regclass::text AS of, a.attname AS col, c.confrelid::regclass::text AS to,"
        " c.confdeltype::text AS rule, c.contype::text AS kind"
        " FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype IN ('f', 'u') AND cardinality(c.conkey) = 1 AND c.connamespace = 'public'::regnamespace"
        " AND c.conrelid <> 'migration'::regclass"
    )
    keys = {(row["of"], row["col"], row["to"], RULE_WORDS[row["rule"]]) for row in rows if row["kind"] == "f"}
    declared = {
        (
            table._meta.tablename,
            key._meta.name,
            key._foreign_key_meta.resolved_references._meta.tablename,
            key._foreign_key_meta.on_delete.value,
        )
        for table in TABLES
        for key in table._meta.foreign_key_columns
    }
    assert declared ^ keys == set()
    unique = {(row["of"], row["col"]) for row in rows if row["kind"] == "u"}
    assert unique == {
        (table._meta.tablename, column._meta.name)
        for table in TABLES
        for column in table._meta.columns
        if column._meta.unique
    }


def test_files_are_named_by_what_they_are_about() -> None:
    named = [path for path in kept_files() if path.stem.lower() in EMPTY_NAMES or path.parent.name in EMPTY_NAMES]
    assert named == []


def test_decisions_are_dated() -> None:
    undated = [path.name for path in (ROOT / "docs" / "decisions").glob("*") if not DATED.fullmatch(path.name)]
    assert undated == []


def test_texts_are_utf_8_and_were_never_read_as_anything_else() -> None:
    for path in kept_files():
        if path.suffix not in (".png", ".ico", ".jpg"):
            assert not MOJIBAKE.search(path.read_text(encoding="utf-8")), path


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    for path in kept_files():
        if path != Path(__file__) and path.suffix in (".py", ".html", ".md", ".txt", ".toml", ".css", ".js", ".in"):
            assert not re.search(r"(?<![\w.])/(work|root)/", path.read_text(encoding="utf-8")), path
