"""MailCore 2, whose connection logger hands over a number with each line: 0 is received, 1 sent, 2 sent and private.

MCOConstants.h, MCOConnectionLogType; -1 is what libetpan tells of itself. How the number is written, each app
chooses: `[0]`, `SMTP Event (0):`, or `event logged:0x60 0 withData:`, as MailCore's examples do.
"""

from tutor.explain.formats import Format

FORMAT = Format(
    "mailcore",
    "MailCore 2",
    r"^(?:.{0,100}?[^\w.-])??(?:\w{0,40}(?:\[|\()(?P<mark>[012])(?:\]|\)):?|"
    r"0x[0-9a-f]{1,16} (?P<mark2>[012]) withData:) (?P<line>.*)$",
    server=(b"0",),
    client=(b"1", b"2"),
    noise=r"(?:\[|\()-1(?:\]|\)):?\s*$|0x[0-9a-f]{1,16} -1 withData:",
    both=True,
)
