"""Floor 5: reading one TOML table with names for everything that can be wrong in it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

_TYPES = {str: "text in quotation marks", int: "a whole number", bool: "true or false", list: "a list in [ ]",
          dict: "a table in { }"}  # fmt: skip


class LessonError(ValueError):
    """A lesson that cannot be used: the message is one clear sentence with file, table and key."""


class Table:
    """A table of a lesson file. Each getter takes its key; `finish` complains about keys that nobody took."""

    def __init__(self, values: Mapping[str, object], where: str) -> None:
        self._values = values
        self._left = dict.fromkeys(values)
        self._known: list[str] = []
        self.where = where
        """File and table, such as `lessons/10-x.toml, step 3`."""

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def error(self, key: str, what: str) -> LessonError:
        """The error to raise for this key."""
        return LessonError(f"{self.where}, key `{key}`: {what}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required where there is no default."""
        value = self._take(key, str, default)
        assert isinstance(value, str)
        return value

    def optional(self, key: str) -> str | None:
        """A text, or None."""
        if key in self._values:
            return self.text(key)
        self._known.append(key)
        return None

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._take(key, int, default)
        assert isinstance(value, int)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self._take(key, bool, default)
        assert isinstance(value, bool)
        return value

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        if isinstance(self._values.get(key), str):
            return (self.text(key),)
        values = self._take(key, list, None if default is None else list(default))
        assert isinstance(values, list)
        for value in values:
            if not isinstance(value, str):
                raise self.error(key, f"each entry is {_TYPES[str]}, not {value!r}.")
        return tuple(values)

    def tables(self, key: str, required: bool = False) -> tuple["Table", ...]:
        """A list of tables."""
        values = self._take(key, list, None if required else [])
        assert isinstance(values, list)
        found = []
        for number, value in enumerate(values, 1):
            if not isinstance(value, dict):
                raise self.error(key, f"entry {number} is {_TYPES[dict]}, not {value!r}.")
            found.append(Table(value, f"{self.where}, {key} {number}"))
        return tuple(found)

    def table(self, key: str) -> "Table":
        """A table inside this one; an empty one where it is absent."""
        value = self._take(key, dict, {})
        assert isinstance(value, dict)
        return Table(value, f"{self.where}, {key}")

    def one_of(self, key: str, words: Sequence[str], default: str | None = None) -> str:
        """A text that is one of `words`."""
        value = self.text(key, default)
        if value not in words:
            close = get_close_matches(value, words, n=1)
            meant = f" Did you mean `{close[0]}`?" if close else f" There are: {', '.join(words)}."
            raise self.error(key, f"`{value}` is not known.{meant}")
        return value

    def finish(self) -> None:
        """Raise LessonError where a key was taken by nobody: it is misspelt, most often."""
        for key in self._left:
            close = get_close_matches(key, self._known, n=1)
            meant = f"did you mean `{close[0]}`?" if close else f"known keys are {', '.join(sorted(self._known))}."
            raise self.error(key, f"this key is not known here; {meant}")

    def _take(self, key: str, kind: type, default: object) -> object:
        self._known.append(key)
        if key not in self._values:
            if default is None:
                close = get_close_matches(key, [left for left in self._left if left not in self._known], n=1)
                meant = f" There is a key `{close[0]}`: is it meant?" if close else ""
                raise self.error(key, f"it is missing; it must be {_TYPES[kind]}.{meant}")
            return default
        self._left.pop(key, None)
        value = self._values[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(key, f"it must be {_TYPES[kind]}, not {value!r}.")
        return value
