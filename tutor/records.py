"""Floor 0: named tuples that cost nothing to define.

`typing.NamedTuple` takes about a quarter of a millisecond a class, and every start of the
command line defines dozens. `Record` is used and type-checked exactly like it; what is
missing at run time (`_make`, a signature with names, subclasses of subclasses) nobody here
needs. From Python 3.14, whose annotations are lazy, it is NamedTuple itself.
"""

import sys

__all__ = ["Record"]

TYPE_CHECKING = False  # as typing has it, without importing typing

if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import NamedTuple as Record
else:
    try:
        from _collections import _tuplegetter  # what collections.namedtuple itself uses
    except ImportError:

        def _tuplegetter(index, doc):
            return property(lambda self: self[index], doc=doc)

    def _new(cls, *args, **named):
        if named or len(args) != len(cls._fields):
            args = _filled(cls, args, named)
        return tuple.__new__(cls, args)

    def _filled(cls, args, named):
        """The values in the order of the fields, with defaults; raises TypeError as a function would."""
        fields, defaults = cls._fields, cls._defaults
        given, count = len(args), len(fields)
        if given > count:
            raise TypeError(f"{cls.__name__} takes {count} values, {given} were given")
        if not named:
            missing = count - given
            if missing > len(defaults):
                raise TypeError(f"{cls.__name__} lacks a value for {fields[given]!r}")
            return args + defaults[len(defaults) - missing :]
        values = {**cls._field_defaults, **dict(zip(fields, args)), **named}  # noqa: B905 - fewer args than fields
        if len(values) == count and not (given and any(name in named for name in fields[:given])):
            try:
                return [values[name] for name in fields]
            except KeyError:
                pass
        for name in fields[given:]:
            if name not in values:
                raise TypeError(f"{cls.__name__} lacks a value for {name!r}")
        wrong = [name for name in named if name not in fields[given:]]
        raise TypeError(f"{cls.__name__} has no place for {', '.join(map(repr, wrong))}")

    class _RecordType(type):
        """Turns annotations into fields; runs once a class, so it does little."""

        def __new__(metacls, name, bases, namespace):
            fields = tuple(namespace.get("__annotations__", ()))
            if not bases or bases == (tuple,):
                return super().__new__(metacls, name, bases, namespace)
            defaults = {field: namespace[field] for field in fields if field in namespace}
            for index, field in enumerate(fields):
                namespace[field] = _tuplegetter(index, None)
            namespace["_fields"] = namespace["__match_args__"] = fields
            namespace["_field_defaults"] = defaults
            namespace["_defaults"] = tuple(defaults[field] for field in fields if field in defaults)
            namespace["__slots__"] = ()
            namespace.setdefault("__new__", _new)
            return super().__new__(metacls, name, bases, namespace)

    class Record(tuple, metaclass=_RecordType):
        """The base of all records; see the module."""

        __slots__ = ()

        def _replace(self, **named):
            """A copy with other values for some fields."""
            values = [named.pop(field, value) for field, value in zip(self._fields, self, strict=True)]
            if named:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(map(repr, named))}")
            return tuple.__new__(type(self), values)

        def _asdict(self):
            """Field name -> value."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            inside = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({inside})"

        def __getnewargs__(self):
            return tuple(self)
