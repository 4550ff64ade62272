"""Nodemailer 0: who speaks on one line, what is said on the next, drawn as a branch; further lines indented."""

from tutor.explain.formats import Format

FORMAT = Format(
    "nodemailer-old",
    "Nodemailer 0 and simplesmtp",
    r"^(?:└──|   (?=[2-5][0-9][0-9][ -]))(?P<line>.*)$",
    noise=r"^(?:SERVER|CLIENT) \d+:\s*$|^Connection secured$",
    weight=2,
)
