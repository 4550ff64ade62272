"""The house stands: imports go down, and the low floors know no I/O. Stated twice."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tutor"

FLOORS = {
    "records": -1,  # the ground that floor 0 stands on
    "spans": 0, "diagnosis": 0.5,
    "wire": 1, "reference": 1,
    "sasl": 2, "smtp": 3, "explain": 4, "course": 5, "net": 6, "cli": 7, "tui": 7,
}  # fmt: skip
FORBIDDEN_BELOW_NET = {"asyncio", "socket", "ssl", "threading", "textual", "rich"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in FLOORS)


def imports(path: Path) -> set[str]:
    """Every module name that the file imports, at any depth of indentation."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            if node.module == "tutor":
                found |= {f"tutor.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        top = name.split(".")[0]
        if FLOORS[here] <= 5:
            assert top not in FORBIDDEN_BELOW_NET, f"{path} imports {name}"
        parts = name.split(".")
        if top != "tutor" or len(parts) < 2:
            continue
        there = parts[1]
        if there == here or there == "__version__":
            continue
        if (here, name) == ("cli", "tutor.tui.app"):
            continue  # the one door
        assert FLOORS[there] < FLOORS[here], f"{path.relative_to(ROOT)} (floor {FLOORS[here]}) imports {name}"


def test_the_door_to_the_app_is_inside_functions() -> None:
    for path in (PACKAGE / "cli").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            assert not any(name and name.startswith("tutor.tui") for name in names), path


def loaded_by(code: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return {name.split(".")[0] for name in run.stdout.split()}


def test_low_floors_load_no_io() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if FLOORS[room(path)] <= 5
    ]
    assert not loaded_by("import " + ", ".join(names)) & FORBIDDEN_BELOW_NET


@pytest.mark.parametrize(
    "arguments",
    [
        ["decode", "334", "VXNlcm5hbWU6"],
        ["decode", "--json", "334", "VXNlcm5hbWU6"],
        ["check", "--user", "ada", "--challenge", "334 VXNlcm5hbWU6", "YWRh"],
        ["code", "334"],
        ["lessons"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_the_command_line_never_loads_textual(arguments: list[str]) -> None:
    loaded = loaded_by(
        f"import sys\nfrom tutor.cli.main import main\ntry:\n    main({arguments!r})\nexcept SystemExit: pass\n"
    )
    assert not loaded & {"textual", "rich", "asyncio"}
    assert "tutor" in loaded
