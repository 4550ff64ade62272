"""Floor 5: a small lesson to begin with: valid, playable, and commented key by key."""

import os
import re

TEXT = '''\
# A lesson. Its file's name gives its place among others (10-, 20-, …). Play it, and check it, with
#   sasl-tutor learn --lessons FOLDER @ID@
#   sasl-tutor lesson check FILE

id = "@ID@"                # never change it: progress is kept by it
title = "@TITLE@"
about = "What one can do after it, in a sentence."
minutes = 5

# A step that is only read. Texts may hold `code` between backticks; an empty line begins a paragraph,
# a line that begins with blanks is kept as it is.
[[steps]]
id = "idea"
kind = "read"              # others: choose, order, predict, decode, encode, answer, spot, fix, drive, serve, client
goal = "See who speaks first."
before = """
An SMTP server speaks first: it greets with `220`. Then it is asked for a login, and answers with `334` and Base64."""
after = "The client waits for the greeting before it says anything."
source = "RFC 5321 section 3.1; RFC 4954 section 4"     # each claim has its section

# One right answer among several. Say for each wrong one why it is wrong; `code` names the mistake.
[[steps]]
id = "which-code"
kind = "choose"
goal = "Which code asks the client to go on with its login?"
before = "Every reply of a server begins with three digits."
after = "`334` carries a challenge in Base64, and the client answers it."
choices = [
    { text = "It is `334`.", right = true },
    { text = "It is `220`.", code = "our.greeting", why = "`220` greets, before any login." },
    { text = "It is `535`.", code = "our.refused", why = "`535` refuses a login, at its end." },
]
hints = ["The first digit 3 means: go on.", "It is neither the greeting nor a refusal."]
source = "RFC 4954 section 4"

# An answer in Base64. Its values are drawn by the seed; name them here to have them fixed.
# In texts, {authcid}, {password}, {hostname} stand for them, {b64 {authcid}} for their Base64.
[[steps]]
id = "first-answer"
kind = "answer"
goal = "Answer the server's prompt for the user name as `{authcid}`."
before = "The challenge says `Username:` in Base64. What travels back is the name alone, in Base64 as well."
after = "The name and nothing else: no quotes, no line feed."
scenario = { mechanism = "LOGIN" }
hints = ["Only the name travels now.", "Three letters of the name become four of Base64."]
# Wrong answers with the code that they must get: `text` is what is typed, `make` lets the mistake be made.
# Where the drawn value decides between codes (a name of four letters happens to be Base64), list them.
mistakes = [
    { text = "{authcid}", code = ["b64.plain-text", "b64.accidental"] },
    { make = "text.trailing-newline" },
]
source = "RFC 4954 section 4"
'''


def text(id: str) -> str:
    """The file for a lesson of that id; raises ValueError where the id is not of the form."""
    from tutor.wire.printable import show

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
        raise ValueError(f"A lesson's id is small letters, digits and hyphens, such as our-server; not {show(id)}.")
    return TEXT.replace("@ID@", id).replace("@TITLE@", id.replace("-", " ").capitalize())


def write(id: str, into: str) -> str:
    """Write it as the last of that folder; the path. Raises FileExistsError where the id has a file already."""
    from tutor.course import load

    written = text(id)
    os.makedirs(into, exist_ok=True)
    files = load.files(into)
    for path in files:
        if re.fullmatch(rf"\d*-?{re.escape(id)}\.toml", os.path.basename(path)):
            raise FileExistsError(17, "File exists", path)
    numbers = [int(match[0][:9]) for path in files if (match := re.match(r"\d+", os.path.basename(path)))]
    path = os.path.join(into, f"{max(numbers, default=0) // 10 * 10 + 10}-{id}.toml")
    with open(path, "x", encoding="utf-8") as stream:
        stream.write(written)
    return path
