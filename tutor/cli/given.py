"""What `check` and `answer` are given: who logs in, and where in an exchange we are."""

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tutor.cli.exits import UserError
from tutor.cli.read import add_password_argument, input_lines

if TYPE_CHECKING:
    from tutor.explain.judge import Due
    from tutor.sasl.identity import Credentials
    from tutor.sasl.mechanism import Scenario

LONGEST_EXCHANGE = 100_000
"""Lines. An exchange has a dozen; a log belongs to `explain`."""


def add_exchange_arguments(parser: ArgumentParser) -> None:
    """The arguments that say where in an exchange we are."""
    parser.add_argument("--user", metavar="NAME", required=True, help="the user name (authcid)")
    parser.add_argument("--challenge", metavar="LINE", help="the server's line, such as '334 VXNlcm5hbWU6'")
    parser.add_argument("--mechanism", metavar="NAME", help="the SASL mechanism, such as LOGIN or SCRAM-SHA-256")
    parser.add_argument("--authzid", metavar="NAME", default="", help="whom to act as (mostly nobody else)")
    parser.add_argument("--client-nonce", metavar="TEXT", help="the client's own nonce (SCRAM, DIGEST-MD5)")
    parser.add_argument("--host", metavar="NAME", help="the server's name (DIGEST-MD5, OAUTHBEARER)")
    parser.add_argument("--realm", metavar="TEXT", help="the realm (DIGEST-MD5)")
    parser.add_argument(
        "--from", dest="source", metavar="FILE", help="read an exchange (S: … and C: … lines) from FILE"
    )
    add_password_argument(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--reveal", action="store_true", help="show secrets")


def credentials_of(args: Namespace, password: str | None) -> "Credentials":
    """Who logs in. Octets that are no UTF-8 stay what they are."""
    from tutor.sasl.identity import Credentials

    return Credentials(args.user, password, args.authzid)


def scenario_of(args: Namespace, credentials: "Credentials") -> "Scenario":
    """The scenario that the options describe."""
    from tutor.sasl.identity import UserTable
    from tutor.sasl.mechanism import Scenario

    scenario = Scenario(credentials, UserTable({}))
    if args.host is not None:
        scenario = scenario._replace(hostname=args.host)
    if args.realm is not None:
        scenario = scenario._replace(realm=args.realm)
    if args.client_nonce is not None:
        scenario = scenario._replace(client_nonce=os.fsencode(args.client_nonce))
    return scenario


def read_exchange(source: str) -> list[bytes]:
    """The lines of an exchange in a file or on standard input; UserError where they are too many."""
    lines: list[bytes] = []
    for line in input_lines(source):
        lines.append(line)
        if len(lines) > LONGEST_EXCHANGE:
            raise UserError(f"More than {LONGEST_EXCHANGE:,} lines: give one exchange, or take `sasl-tutor explain`.")
    return lines


def check_carried(due: "Due") -> None:
    """Refuse credentials that the mechanism cannot carry, with its reason."""
    carries = due.mechanism.carries
    if carries is None or due.scenario.credentials.password is None:
        return
    reason = carries(due.scenario.credentials)
    if reason is not None:
        raise UserError(f"{due.mechanism.name} cannot carry these credentials. {reason}")
