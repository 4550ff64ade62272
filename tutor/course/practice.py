"""Floor 5: a whole exchange to practise, as a lesson of one step, so that whatever plays lessons plays it."""

from tutor.course.lesson import Cast, Lesson, Step

ID = "practice"


def exchange(mechanism: str = "LOGIN", dialect: str = "plain", tls: str = "none", fault: str = "none") -> Lesson:
    """From the greeting to 235 by hand. Raises LessonError where the mechanism cannot be played."""
    from tutor.course.table import LessonError
    from tutor.sasl import registry
    from tutor.wire.printable import show

    found = registry.get(mechanism)
    if found is None or found.serve is None or found.answer is None:
        known = ", ".join(each.name for each in registry.played())
        why = "is read here, not played" if found is not None else "is not known"
        raise LessonError(f"{show(mechanism)} {why}. Those that can be practised: {known}.")
    step = Step(
        id=found.name.lower(),
        kind="drive",
        goal=f"Log in with {found.name}, from the greeting to `235`.",
        before=_before(found.name),
        after=f"`235`: you are logged in as `{{authcid}}`, by hand, with {found.name}.",
        hints=(),
        source=found.source,
        skill=f"practice.{found.name.lower()}",
        mistakes=(),
        # A mechanism that binds to the TLS channel is offered only where there is one (RFC 5802 section 6).
        cast=Cast(mechanism=found.name, binding="tls-server-end-point" if found.name.endswith("-PLUS") else ""),
        options={"lines": (), "dialect": dialect, "tls": tls, "fault": fault, "say": (), "offers": (),
                 "until": "logged-in"},
    )  # fmt: skip
    return Lesson(ID, f"Practice: {found.name}", "A whole exchange by hand.", 5, (step,), 0, "")


def _before(mechanism: str) -> str:
    if mechanism in ("XOAUTH2", "OAUTHBEARER"):
        who = "You are `{authcid}`, and your access token is `{password}`."
    elif mechanism == "EXTERNAL":
        who = "You are `{authcid}`; TLS has said so already."
    elif mechanism == "ANONYMOUS":
        who = "You are nobody in particular."
    else:
        who = "You are `{authcid}`, and your password is `{password}`."
    nonce = ""
    if mechanism.startswith("SCRAM"):
        nonce = " Your nonce is `{client_nonce}`; another one is as good."
    return f"{who} Your computer is `{{client}}`.{nonce} The server has just greeted you: begin with `EHLO`."
