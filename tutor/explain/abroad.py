"""Floor 4: that a login failed, as programs say it in other languages than English."""

import re
from functools import lru_cache

_SMTP = re.compile(r"smtp|\u0421\u041c\u0422\u041f", re.IGNORECASE)
"""What such a sentence names; Serbian writes it in Cyrillic."""
_CODE = re.compile(r"[(\uff08](?P<code>[2-5]\d\d)[)\uff09]")
"""Roundcube puts the last reply's code in brackets, whatever the language is."""
_OF_ROUNDCUBE = re.compile(r"\bSMTP[- ]error ?\([2-5]\d\d\): authentication failed", re.IGNORECASE)


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    import os
    import tomllib

    with open(os.path.join(os.path.dirname(__file__), "data", "abroad.toml"), "rb") as file:
        return tuple(tomllib.load(file)["login_failed"])


def login_failed(text: str) -> bool:
    """Whether a sentence of PHPMailer or Roundcube says, in whatever language, that the login by SMTP failed."""
    if _SMTP.search(text) is None:
        return False
    lower = text.lower()
    return _OF_ROUNDCUBE.search(text) is not None or any(words in lower for words in _words())


def code(text: str) -> int:
    """The reply's code that stands in such a sentence; 0 where it has none."""
    found = _CODE.search(text)
    return 0 if found is None else int(found["code"])
