"""Who logs in, and whom a server knows. Secrets never show in a `repr`."""

from collections.abc import Iterator, Mapping


class Credentials:
    """A user name, and perhaps a password, to log in with. Immutable; `repr` hides the password."""

    __slots__ = ("authcid", "authzid", "password")

    authcid: str
    """The user name (RFC 4422 section 2)."""
    password: str | None
    """None: not known. For OAuth mechanisms it is the access token."""
    authzid: str
    """The identity to act as; empty: the user's own."""

    def __init__(self, authcid: str, password: str | None = None, authzid: str = "") -> None:
        object.__setattr__(self, "authcid", authcid)
        object.__setattr__(self, "password", password)
        object.__setattr__(self, "authzid", authzid)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Credentials are immutable; make new ones to change {name}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        return (self.authcid, self.password, self.authzid) == (other.authcid, other.password, other.authzid)

    def __hash__(self) -> int:
        return hash((self.authcid, self.password, self.authzid))

    def __repr__(self) -> str:
        secret = "no password" if self.password is None else "password hidden"
        return f"<Credentials {self.authcid!r} authzid={self.authzid!r} {secret}>"


class UserTable:
    """The users of a practice server and their passwords, in memory only; `repr` shows names alone."""

    __slots__ = ("_passwords",)

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = dict(passwords)

    def __iter__(self) -> Iterator[str]:
        return iter(self._passwords)

    def __len__(self) -> int:
        return len(self._passwords)

    def __contains__(self, name: object) -> bool:
        return name in self._passwords

    def password(self, name: str) -> str | None:
        """The password of `name`, or None where there is no such user."""
        return self._passwords.get(name)

    def verify(self, name: bytes, password: bytes) -> bool:
        """Whether the UTF-8 octets are a user's name and password.

        An unknown name costs the same comparison as a wrong password, so that time does
        not tell them apart (RFC 4954 section 6 keeps one reply for both).
        """
        from hmac import compare_digest

        known: str | None = None
        try:
            known = self._passwords.get(name.decode("utf-8"))
        except UnicodeDecodeError:
            pass
        equal = compare_digest((known or "").encode("utf-8", "surrogatepass"), password)
        return equal and known is not None

    def may_act_as(self, name: str, authzid: str) -> bool:
        """Whether `name` may act as `authzid`: as nobody but itself."""
        return authzid in ("", name)

    def __repr__(self) -> str:
        return f"<UserTable {sorted(self._passwords)!r}>"
