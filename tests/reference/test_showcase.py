"""What home shows of the program: the Base64 in it says what stands beside it."""

import base64

from tutor.reference.showcase import CHALLENGE, LOGIN


def test_the_login_says_what_stands_beside_it() -> None:
    told = [spoken for spoken in LOGIN if spoken.line.startswith("334 ") or spoken.line == "YWRh"]
    assert len(told) == 3
    for spoken in told:
        assert base64.b64decode(spoken.line.removeprefix("334 "), validate=True).decode() == spoken.says


def test_the_challenge_is_the_one_of_the_rfc() -> None:
    # RFC 2195 section 2, its example.
    assert base64.b64decode(CHALLENGE[4:]) == b"<1896.697170952@postoffice.reston.mci.net>"
