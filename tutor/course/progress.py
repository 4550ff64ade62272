"""Floor 5: what the learner has done, in SQLite under the user's data folder.

What a method reports as saved is on the disk: each is one transaction, and a kill between
two of them loses nothing. Two apps at once wait for each other for a moment. A damaged
file is set aside under another name, said in `notices`, and never blocks anything.
Progress is kept by the ids of lessons and steps; it holds no answers and no secrets.
"""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from tutor.records import Record

if TYPE_CHECKING:
    import sqlite3

VERSION = 2
"""Of the tables; a file of a later version is left alone."""
STATES = ("read", "shown", "solved")
"""From the least to the most: reading is not solving, and being shown is neither."""
FORMAT = "sasl-tutor progress"
_WAIT = 5.0
_T = TypeVar("_T")

_TABLES = """
CREATE TABLE IF NOT EXISTS steps (
    lesson TEXT NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL, skill TEXT NOT NULL DEFAULT '',
    wrong INTEGER NOT NULL DEFAULT 0, hints INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL,
    PRIMARY KEY (lesson, step));
CREATE TABLE IF NOT EXISTS positions (
    lesson TEXT PRIMARY KEY, step TEXT NOT NULL, seed INTEGER NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS mistakes (
    lesson TEXT NOT NULL, step TEXT NOT NULL, skill TEXT NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (lesson, step, code));
CREATE TABLE IF NOT EXISTS cards (
    skill TEXT PRIMARY KEY, stability REAL NOT NULL, difficulty REAL NOT NULL, last REAL NOT NULL,
    due REAL NOT NULL, reps INTEGER NOT NULL, lapses INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS placed (lesson TEXT PRIMARY KEY, at REAL NOT NULL);
"""
_COLUMNS = {
    "steps": (("lesson", str), ("step", str), ("state", str), ("skill", str), ("wrong", int), ("hints", int),
              ("at", float)),
    "positions": (("lesson", str), ("step", str), ("seed", int), ("at", float)),
    "mistakes": (("lesson", str), ("step", str), ("skill", str), ("code", str), ("count", int), ("at", float)),
    "cards": (("skill", str), ("stability", float), ("difficulty", float), ("last", float), ("due", float),
              ("reps", int), ("lapses", int)),
    "placed": (("lesson", str), ("at", float)),
}  # fmt: skip


class ProgressError(Exception):
    """Progress that cannot be exported or imported; the message is one clear sentence."""


class _Damaged(Exception):
    """What lies at the path is no progress file of ours, or not any more."""


class Position(Record):
    """Where the learner was in a lesson."""

    lesson: str
    step: str
    seed: int
    """What the values were drawn by."""


class LessonProgress(Record):
    """How far a lesson is."""

    solved: frozenset[str]
    """Ids of the steps that the learner solved alone (hints are fine)."""
    shown: frozenset[str]
    """Whose solution was shown on request before they were passed."""
    read: frozenset[str]
    """Steps without a task that were read."""

    @property
    def done(self) -> frozenset[str]:
        """Every step that was gone through."""
        return self.solved | self.shown | self.read


def default_path() -> str:
    """`progress.sqlite3` in the user's data folder for sasl-tutor."""
    from platformdirs import user_data_dir

    return os.path.join(user_data_dir("sasl-tutor", appauthor=False), "progress.sqlite3")


class Progress:
    """The store. `path` None means the user's own; `:memory:` keeps nothing."""

    def __init__(self, path: str | os.PathLike[str] | None = None, clock: Callable[[], float] | None = None) -> None:
        import time

        self.path = default_path() if path is None else os.fspath(path)
        self.notices: list[str] = []
        """What the learner must be told about the file, one sentence each."""
        self._clock = clock or time.time
        self._database: sqlite3.Connection | None = None
        self._open()

    @property
    def kept(self) -> bool:
        """Whether it lasts; False where only memory is left."""
        return self.path != ":memory:"

    def close(self) -> None:
        """Let the file go."""
        if self._database is not None:
            self._database.close()
            self._database = None

    # Reading

    def lesson(self, lesson: str) -> LessonProgress:
        """How far one lesson is."""
        found: dict[str, set[str]] = {state: set() for state in STATES}
        for step, state in self._rows("SELECT step, state FROM steps WHERE lesson = ?", lesson):
            found.setdefault(state, set()).add(step)
        return LessonProgress(frozenset(found["solved"]), frozenset(found["shown"]), frozenset(found["read"]))

    def lessons(self) -> dict[str, LessonProgress]:
        """Lesson id -> how far it is, in one query; lessons that were never begun are absent."""
        found: dict[str, dict[str, set[str]]] = {}
        for lesson, step, state in self._rows("SELECT lesson, step, state FROM steps"):
            found.setdefault(lesson, {name: set() for name in STATES}).setdefault(state, set()).add(step)
        return {
            lesson: LessonProgress(frozenset(of["solved"]), frozenset(of["shown"]), frozenset(of["read"]))
            for lesson, of in found.items()
        }

    def solved(self, lesson: str) -> int:
        """How many steps of the lesson are honestly behind the learner: solved, or read where there is no task."""
        progress = self.lesson(lesson)
        return len(progress.solved) + len(progress.read)

    def state(self, lesson: str, step: str) -> str:
        """`solved`, `shown`, `read`, or `` where the step was never passed."""
        for (state,) in self._rows("SELECT state FROM steps WHERE lesson = ? AND step = ?", lesson, step):
            return str(state)
        return ""

    def position(self, lesson: str) -> Position | None:
        """Where the learner left this lesson; None where it was never begun, or was finished since."""
        for step, seed in self._rows("SELECT step, seed FROM positions WHERE lesson = ?", lesson):
            return Position(lesson, step, seed)
        return None

    def last_position(self) -> Position | None:
        """Where the learner was last, in any lesson."""
        for row in self._rows("SELECT lesson, step, seed FROM positions ORDER BY at DESC, rowid DESC LIMIT 1"):
            return Position(*row)
        return None

    def mistakes(self) -> list[tuple[str, str, str, str, int]]:
        """(lesson, step, skill, code, how often), the latest first."""
        return [
            (lesson, step, skill, code, count)
            for lesson, step, skill, code, count in self._rows(
                "SELECT lesson, step, skill, code, count FROM mistakes ORDER BY at DESC, rowid DESC"
            )
        ]

    # Writing: each returns whether it is on the disk

    def record(self, lesson: str, step: str, state: str, *, skill: str = "", hints: int = 0, wrong: int = 0) -> bool:
        """A step was passed. What was solved once stays solved."""
        if state not in STATES:
            raise ValueError(f"{state!r} is no state; there are {', '.join(STATES)}")
        rank = "CASE {} WHEN 'solved' THEN 3 WHEN 'shown' THEN 2 ELSE 1 END"
        return self._write(
            "INSERT INTO steps (lesson, step, state, skill, wrong, hints, at) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (lesson, step) DO UPDATE SET at = excluded.at, skill = excluded.skill, "
            "wrong = excluded.wrong, hints = excluded.hints, "
            f"state = CASE WHEN {rank.format('excluded.state')} > {rank.format('steps.state')} "
            "THEN excluded.state ELSE steps.state END",
            lesson, step, state, skill, wrong, hints, self._clock(),
        )  # fmt: skip

    def mistake(self, lesson: str, step: str, skill: str, code: str) -> bool:
        """A wrong answer, by its code; the answer itself is not kept."""
        return self._write(
            "INSERT INTO mistakes (lesson, step, skill, code, count, at) VALUES (?, ?, ?, ?, 1, ?) "
            "ON CONFLICT (lesson, step, code) DO UPDATE SET count = count + 1, at = excluded.at, "
            "skill = excluded.skill",
            lesson, step, skill, code, self._clock(),
        )  # fmt: skip

    def at(self, lesson: str, step: str, seed: int) -> bool:
        """The learner is at this step now."""
        return self._write(
            "INSERT INTO positions (lesson, step, seed, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (lesson) DO UPDATE SET step = excluded.step, seed = excluded.seed, at = excluded.at",
            lesson, step, seed, self._clock(),
        )  # fmt: skip

    def leave(self, lesson: str) -> bool:
        """The lesson is finished: next time it begins at its beginning."""
        return self._write("DELETE FROM positions WHERE lesson = ?", lesson)

    def reset(self, lesson: str | None = None) -> bool:
        """Forget one lesson, or everything."""

        def forget(database: "sqlite3.Connection") -> None:
            for table in ("steps", "positions", "mistakes"):
                if lesson is None:
                    database.execute(f"DELETE FROM {table}")
                else:
                    database.execute(f"DELETE FROM {table} WHERE lesson = ?", (lesson,))
            if lesson is None:
                database.execute("DELETE FROM cards")
                database.execute("DELETE FROM placed")

        return self._transaction(forget)

    # Out and in

    def export(self) -> dict[str, object]:
        """Everything, as what JSON can hold."""
        data: dict[str, object] = {"format": FORMAT, "version": VERSION}
        for table, columns in _COLUMNS.items():
            names = [name for name, _ in columns]
            rows = self._rows(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2")
            data[table] = [dict(zip(names, row, strict=True)) for row in rows]
        return data

    def load(self, data: object) -> int:
        """Merge what `export` gave, all of it or nothing: of each step the better state and the later time stay.

        Returns how many steps it held; raises ProgressError where it is not such data.
        """
        tables = _validated(data)

        def merge(database: "sqlite3.Connection") -> None:
            _merge_steps(database, tables["steps"])
            for table, key in (("positions", "lesson"), ("cards", "skill"), ("placed", "lesson")):
                names = [name for name, _ in _COLUMNS[table]]
                time = "last" if table == "cards" else "at"
                sets = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
                database.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
                    f"ON CONFLICT ({key}) DO UPDATE SET {sets} WHERE excluded.{time} > {table}.{time}",
                    tables[table],
                )
            database.executemany(
                "INSERT INTO mistakes (lesson, step, skill, code, count, at) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (lesson, step, code) DO UPDATE SET count = max(count, excluded.count), "
                "at = max(at, excluded.at)",
                tables["mistakes"],
            )

        if not self._transaction(merge):
            raise ProgressError(f"The progress could not be written to {self.path}: {self.notices[-1]}")
        return len(tables["steps"])

    # Review cards (see review.py)

    def cards(self) -> list[tuple[Any, ...]]:
        """(skill, stability, difficulty, last, due, reps, lapses) of every card."""
        names = ", ".join(name for name, _ in _COLUMNS["cards"])
        return self._rows(f"SELECT {names} FROM cards ORDER BY due, skill")

    def put_card(self, *values: object) -> bool:
        """One card, in the order of `cards`."""
        return self._write("INSERT OR REPLACE INTO cards VALUES (?, ?, ?, ?, ?, ?, ?)", *values)

    # Placement (see placement.py)

    def placed(self) -> frozenset[str]:
        """The lessons that the placement test showed to be known; they are not solved by that."""
        return frozenset(row[0] for row in self._rows("SELECT lesson FROM placed"))

    def place(self, lesson: str) -> bool:
        """A lesson may be passed over."""
        return self._write("INSERT OR REPLACE INTO placed VALUES (?, ?)", lesson, self._clock())

    def now(self) -> float:
        """Seconds since 1970, by the clock that all is dated with."""
        return self._clock()

    # The file

    def _open(self) -> None:
        import sqlite3

        try:
            if self.kept:
                os.makedirs(os.path.dirname(os.path.abspath(self.path)), mode=0o700, exist_ok=True)
            self._connect()
            return
        except _Damaged as error:
            self._set_aside(str(error))
            return
        except sqlite3.Error as error:
            self._forget_disk(str(error))
        except OSError as error:
            self._forget_disk(error.strerror or str(error))
        self._connect()

    def _connect(self) -> None:
        import sqlite3

        # A step that watches another program is told from that watcher's thread; SQLite itself is thread-safe.
        database = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            # A full sync at each commit: what is shown as saved survives a power cut too.
            database.execute("PRAGMA synchronous = FULL")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise sqlite3.OperationalError(f"it was written by a later version of sasl-tutor (tables {version})")
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise _Damaged(str(verdict))
            if version < VERSION:
                # IF NOT EXISTS in one transaction: a second app that starts at the same moment finds it done.
                database.execute("BEGIN IMMEDIATE")
                for statement in _TABLES.split(";"):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {VERSION}")
                database.execute("COMMIT")
            for table, columns in _COLUMNS.items():
                database.execute(f"SELECT {', '.join(name for name, _ in columns)} FROM {table} LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            database.close()
            if _is_damage(error) or "no such" in str(error):  # a database, but none of ours
                raise _Damaged(str(error)) from None
            raise
        except BaseException:
            database.close()
            raise
        self._database = database

    def _set_aside(self, why: str) -> None:
        """Rename a file that is no database of ours, and begin a new one."""
        import sqlite3
        import time

        self.close()
        try:
            self._connect()  # another app may have set it aside a moment ago: what lies there now is good
            return
        except (sqlite3.Error, _Damaged):
            pass
        aside = f"{self.path}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        try:
            os.replace(self.path, aside)
            for tail in ("-journal", "-wal", "-shm"):
                if os.path.exists(self.path + tail):
                    os.replace(self.path + tail, aside + tail)
            self.notices.append(
                f"The progress file was damaged ({why}). It was set aside as {aside}, and a new one was begun."
            )
            self._connect()
        except (OSError, sqlite3.Error, _Damaged) as error:
            self._forget_disk(str(error))
            self._connect()

    def _forget_disk(self, why: str) -> None:
        self.close()
        self.notices.append(f"Progress cannot be kept in {self.path}: {why}. It lasts until you leave.")
        self.path = ":memory:"

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self._with_file(lambda database: database.execute(statement, values).fetchall(), [])

    def _write(self, statement: str, *values: object) -> bool:
        def write(database: "sqlite3.Connection") -> bool:
            database.execute(statement, values)
            return True

        return self._with_file(write, False) and self.kept

    def _transaction(self, change: Callable[["sqlite3.Connection"], None]) -> bool:
        def all_or_nothing(database: "sqlite3.Connection") -> bool:
            database.execute("BEGIN IMMEDIATE")
            try:
                change(database)
                database.execute("COMMIT")
            except BaseException:
                database.execute("ROLLBACK")
                raise
            return True

        return self._with_file(all_or_nothing, False)

    def _with_file(self, use: Callable[["sqlite3.Connection"], _T], otherwise: _T) -> _T:
        """Use the database; where the file turns out damaged, once more with a new one."""
        import sqlite3

        for again in (True, False):
            if self._database is None:
                return otherwise
            try:
                return use(self._database)
            except sqlite3.DatabaseError as error:
                if again and _is_damage(error):
                    self._set_aside(str(error))
                elif isinstance(error, sqlite3.OperationalError) or _is_damage(error):
                    # Locked for too long, a full disk, a file that became read-only: say it, go on.
                    self.notices.append(f"The progress could not be saved in {self.path}: {error}.")
                    return otherwise
                else:
                    raise
        return otherwise


def _is_damage(error: "sqlite3.DatabaseError") -> bool:
    """Whether SQLite says that the file is damaged or no database at all (its codes CORRUPT and NOTADB)."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (11, 26)


def _merge_steps(database: "sqlite3.Connection", rows: Iterable[tuple[Any, ...]]) -> None:
    for lesson, step, state, skill, wrong, hints, at in rows:
        known = database.execute("SELECT state FROM steps WHERE lesson = ? AND step = ?", (lesson, step)).fetchone()
        if known is None or STATES.index(state) > STATES.index(known[0]):
            database.execute(
                "INSERT OR REPLACE INTO steps (lesson, step, state, skill, wrong, hints, at) VALUES (?,?,?,?,?,?,?)",
                (lesson, step, state, skill, wrong, hints, at),
            )


def _validated(data: object) -> dict[str, list[tuple[Any, ...]]]:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ProgressError(f'This is no exported progress: it has no "format": "{FORMAT}".')
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ProgressError("This exported progress says no version.")
    if version > VERSION:
        raise ProgressError(f"This progress was exported by a later version of sasl-tutor (format {version}).")
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for table, columns in _COLUMNS.items():
        rows = data.get(table, [])
        if not isinstance(rows, list):
            raise ProgressError(f"In this exported progress `{table}` is not a list.")
        tables[table] = [_row(table, number, row, columns) for number, row in enumerate(rows, 1)]
    return tables


def _row(table: str, number: int, row: object, columns: tuple[tuple[str, type], ...]) -> tuple[Any, ...]:
    if not isinstance(row, dict):
        raise ProgressError(f"In this exported progress entry {number} of `{table}` is not an object.")
    values: list[Any] = []
    for name, kind in columns:
        value = row.get(name)
        good = isinstance(value, (int, float) if kind is float else kind) and not isinstance(value, bool)
        if good and isinstance(value, int):
            good = -(1 << 63) <= value < 1 << 63
        if good and isinstance(value, str):
            good = not any(0xD800 <= ord(letter) <= 0xDFFF for letter in value)
        if good and isinstance(value, float):
            good = value == value and abs(value) != float("inf")
        if not good or (name == "state" and value not in STATES):
            raise ProgressError(f"In this exported progress entry {number} of `{table}` has no right `{name}`.")
        values.append(value)
    return tuple(values)
