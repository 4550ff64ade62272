"""DragonFly Mail Agent, in syslog: a refused login is one line."""

from tutor.explain.formats import Format

FORMAT = Format(
    "dma",
    "DragonFly Mail Agent, in syslog",
    r"\bdma\[(?P<key>[0-9a-f.]+)\]: (?:\w[\w ]{0,60}: ){1,4}(?P<line>[45]\d\d .*)$",
    noise=r"\bdma\[[0-9a-f.]+\]: ",
    weight=4,
    alone=True,
    owner=r"\bdma\[(?P<key>[0-9a-f]+\.[0-9a-f]+)\]: (?P<begin><[^<>]{0,320}> trying delivery)?",
)
