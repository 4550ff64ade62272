"""Scenarios that vary by a seed, for lessons, practice and drills: valid, short, and easy to type."""

from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Scenario

_NAMES = ("ada", "tim", "grace", "linus", "margaret", "radia", "dennis", "barbara", "ken", "edsger", "joan", "alan")
_DOMAINS = ("example.org", "example.com", "example.net")
_ADJECTIVES = ("correct", "quiet", "green", "early", "seven", "paper", "copper", "north", "winter", "gentle")
_NOUNS = ("horse", "river", "lantern", "pocket", "garden", "mirror", "anchor", "window", "harbour", "pencil")
_HOSTS = ("mail", "smtp", "mx1", "post", "relay")
_NONCE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def generate(seed: int, mechanism: str = "LOGIN", authcid: str | None = None, password: str | None = None) -> Scenario:
    """The scenario of this seed: the same one for ever, since lessons and snapshots rely on it.

    `authcid` and `password` take the place of the drawn ones without changing the other
    draws. For OAuth mechanisms the password is an access token.
    """
    from random import Random

    # The mechanism is part of the seed, so that one lesson's steps do not all ask for the same name.
    random = Random(f"{mechanism.upper()} {seed}")
    name = random.choice(_NAMES)
    domain = random.choice(_DOMAINS)
    if random.random() < 0.5:
        name = f"{name}@{domain}"
    secret = f"{random.choice(_ADJECTIVES)} {random.choice(_NOUNS)}"
    host = f"{random.choice(_HOSTS)}.{domain}"
    process_id = random.randrange(300, 32768)
    timestamp = random.randrange(1_700_000_000, 1_795_000_000)
    client_nonce = "".join(random.choices(_NONCE, k=20)).encode()
    server_nonce = "".join(random.choices(_NONCE, k=20)).encode()
    salt = random.randbytes(12)
    token = "ya29." + "".join(random.choices(_NONCE, k=24))
    if mechanism.upper() in ("XOAUTH2", "OAUTHBEARER"):
        secret = token
        name = name if "@" in name else f"{name}@{domain}"
    name = name if authcid is None else authcid
    secret = secret if password is None else password
    return Scenario(
        credentials=Credentials(name, secret),
        users=UserTable({name: secret}),
        hostname=host,
        client_nonce=client_nonce,
        server_nonce=server_nonce,
        process_id=process_id,
        timestamp=timestamp,
        salt=salt,
        scope=f"https://{host}/",
    )
