"""Floor 4: that a login failed, as programs say it in other languages than English."""

import re
from functools import lru_cache

from tutor.explain.wording import Any

_SMTP = Any(
    r"smtp|\u0421\u041c\u0422\u041f|"
    r"(?:发送|發送|寄送)[^\n]{0,20}(?:邮件|郵件|邮箱|信箱)|(?:邮件|郵件|邮箱|信箱)[^\n]{0,20}(?:发送|發送|寄送)|"
    r"メール[^\n]{0,10}送信|메일[^\n]{0,10}(?:발송|전송|보내)|"
    r"\bmail\w{0,5}[^\n]{0,40}\b(?:(?:ver)?(?:senden|sandt?|sendet|schick\w*)|gesendet)\b|"
    r"\bmailversand|\b(?:versand|senden)\b[^\n]{0,30}\be-?mail|"
    r"\b(?:envoi\w*|envoyer|enviar|env[íi]o|invio|inviare|spedire|wysł\w*|wysyła\w*)\b[^\n]{0,40}"
    r"\b(?:e-?mails?|mails?|courriels?|correos?|posta|wiadomoś\w*)\b|"
    r"\bотправ\w*[^\n]{0,30}(?:почт|пис[ье]м|e-?mail)",
)
"""What such a sentence names, or that a mail was to be sent; Serbian writes SMTP in Cyrillic."""
_NOT_LOGGED_IN = Any(
    r"\b5\.7\.(?:0|1|57)\W{1,3}(?:SMTP; )?(?:"
    r"(?:der )?client (?:wurde |ist )?nicht authentifiziert|authentifizierung (?:ist )?erforderlich|"
    r"(?:le )?client (?:n'est pas |n'était pas |n'a pas été |non )authentifié|authentification (?:requise|nécessaire)|"
    r"(?:el )?cliente no (?:se autentic|(?:ha sido |está |fue )?autenticad)|(?:se requiere autenticación|"
    r"autenticación (?:requerida|necesaria|obligatoria))|"
    r"(?:il )?client non (?:è (?:stato )?)?autenticato|autenticazione (?:richiesta|necessaria|obbligatoria)|"
    r"(?:o )?cliente não (?:foi |está )?autenticado|autenticação (?:necessária|requerida|obrigatória)|"
    r"(?:de )?client (?:is )?niet geverifieerd|verificatie (?:is )?vereist|"
    r"klient nie (?:został |jest )?uwierzytelniony|wymagane (?:jest )?uwierzytelni\w+|"
    r"клиент не прош[её]л проверку подлинности|требуется (?:аутентификация|авторизация|проверка подлинности)|"
    r"客户端未(?:经|通过)?(?:身份)?(?:验证|认证)|用戶端未[經通]?過?(?:身[份分])?驗證|需要(?:身份)?(?:验证|驗證|认证|認證)|"
    r"クライアント[はが]認証されて|認証が必要|클라이언트[가는] 인증되지)",
)
"""That the client has not logged in, as a reply translated into the machine's language says it."""
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


def asks_for_login(text: str) -> bool:
    """Whether a quoted reply says, in another language, that the client has not logged in."""
    return "5.7." in text and _NOT_LOGGED_IN.search(text) is not None


def code(text: str) -> int:
    """The reply's code that stands in such a sentence; 0 where it has none."""
    found = _CODE.search(text)
    return 0 if found is None else int(found["code"])
