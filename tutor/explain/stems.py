"""Floor 4: word stems of what is said about logins, each a pattern of words that mean the same there; case is ignored.

The grammars that are made of them are `meanings.MEANINGS`.
"""

NOT = (
    r"\b(?:not|never|cannot|can't|won't|doesn't|don't|isn't|didn't|unable|forbid\w*|prohibit\w*|disallow\w*|den(?:y|"
    r"ied)|refus\w+|reject\w*|disabled?|may only|impossible|fail\w*)\b"
)
UNSUPPORTED = (
    r"\b(?:unsupported|unavailable|unimplemented|unrecogni[sz]ed|unknown(?!\[)|not[ -](?:\w+ ){0,2}(?:support\w*|"
    r"available|implement\w*|offer\w*|adverti[sz]\w*|enabled|recogni[sz]\w*|known|found|understood|provided|handled|"
    r"present|listed|compiled|one of th\w+|exist\w*|configured|allowed|permitted|possible|among|in (?:the |its |"
    r"their )?(?:server'?s? )?(?:list|offer)\w*)|(?:(?:does|did|do|is|has|have|can|could|was)(?:n't| ?not)|"
    r"cannot) (?:\w+ ){0,2}(?:support|offer|adverti[sz]e|have|provide|implement|allow|list|announce|understand|"
    r"recogni[sz]e|know|handle|do|among)\w*|no (?:\w+ ){0,2}(?:common|supported|suitable|compatible|matching|usable|"
    r"acceptable|mutual|known|shared|valid|working)|none of|neither|no such|missing|lacks?|without|has no|have no|"
    r"had no|offers no|adverti[sz]es no|supports no|found no|with no|there is no|there are no|no more|absent|"
    r"didn.t list)\b"
)
TLS = (
    r"\b(?:start[ -_]?tls|tls|ssl|smtps|encrypt(?:ed|ion|ing)?|secured? (?:\w+ )?(?:connections?|channel|link|"
    r"transport|sessions?|mode)|secure (?:auth\w*|log-?in))\b|verschlüssel\w*|chiffr\w*|cifrad\w*|crittograf\w*|"
    r"szyfrowan\w*|шифрован\w*|加密"
)
NEEDED = (
    r"\b(?:requir(?:e|es|ed|ing|ement)|must|needs?|needed|only|first|mandatory|necessary|has to|have to|before|"
    r"enforced?|obligatory|compulsory|insists?|expected|issue (?:an? |the )?(?:starttls|auth\w*)|please|should|"
    r"wants?|enable|turn on|switch to|use|try|until|unless|prior to|send|demands?)\b|erforder\w*|benötig\w*|"
    r"notwendig|requis\w*|nécessaire|obligatoire|requer\w*|necesari\w*|obbligator\w*|richiest\w*|obrigat\w*|"
    r"necessári\w*|wymagan\w*|требу\w*|необход\w*|必须|需要|必要"
)
CLEAR = (
    r"\b(?:clear[ -]?text|plain[ -]?text|unencrypted|insecure(?:ly)?|unsecured?|non-?(?:ssl|tls|secure|encrypted)|"
    r"unprotected|(?:in (?:the )?)clear|not (?:encrypted|secured?|over (?:tls|ssl)))\b|"
    r"\bwithout (?:\w+ ){0,2}(?:encryption|tls|ssl|starttls|security)\b"
)
AUTH = (
    r"\b(?:auth|authenticat\w*|authentification|authori[sz]ation|smtp[ -]?auth|log-?ins?|log(?:ging)?[ -](?:in|on)|"
    r"logon|sasl|sign(?:ing)?[ -]in)\b"
)
AUTH_NOUN = (
    r"\b(?:auth|authentication|authentification|smtp[ -]?auth|sasl)\b(?: (?:command|verb|extension|capability|"
    r"support|service|login))?"
)
NAMED = (
    r"\b(?:CRAM-?MD5|DIGEST-?MD5|NTLM|GSSAPI|GSS-SPNEGO|XOAUTH2?|OAUTHBEARER|OAUTH ?2?|SCRAM-\S+|EXTERNAL|"
    r"AUTH[ =](?:PLAIN|LOGIN)|(?:PLAIN|LOGIN) auth\w*)\b|(?-i:\b(?:LOGIN|PLAIN)\b)"
)
MECHANISM = (
    r"\b(?:(?:auth\w*|sasl) (?:mechanisms?|mechs?|types?|methods?|schemes?|protocols?)|mechanisms?|mechs?|"
    r"authenticators?|auth[_-](?:types?|methods?|mechanisms?))\b"
)
PASSWORD = (
    r"\b(?:pass(?:words?|wd|codes?|phrases?)|credentials?|user[ -]?(?:names?|ids?)|log-?in(?: name| details| data)?|"
    r"authenti(?:cation|fication)|sign[ -]?in)\b"
)
WRONG = (
    r"(?:\b(?:not|no)|n't) (?:match|correct|right)\w*|\b(?:wrong|invalid|incorrect|bad|not (?:\w+ ){0,2}(?:match\w*|"
    r"correct|valid\w*|accept\w*|recogni[sz]\w*|verif\w*|right|authenticated)|could not be verified|reject\w*|"
    r"refus\w*|den(?:y|ied)|fail\w*|unsuccessful|unauthori[sz]ed|unacceptable)\b"
)
ACCOUNT = (
    r"\b(?:accounts?|mailbox|users?|senders?|subscription|licen[cs]e|domain|(?:smtp|outgoing|outbound|sending|relay|"
    r"e?-?mail) (?:access|service|privileges?|permissions?|mails?|e-?mails?)|sending|log-?ins?|tenant|customer|"
    r"profile)\b"
)
SHUT = (
    r"\b(?:suspend\w*|suspension|withdrawn|under review|barred|removed|compromised|hacked|ended|past due|disabled?|"
    r"lock(?:ed|out|ing)?|block(?:ed|ing)?|banned|frozen|inactive|deactivat\w*|blacklist\w*|not (?:\w+ )?(?:active|"
    r"activated|enabled|verified|confirmed|approved)|unverified|expired|closed|terminated|cancell?ed|revoked|"
    r"restricted|no longer (?:active|valid|exists)|on hold|overdue|unpaid)\b"
)
LIMIT = (
    r"\b(?:limit(?:s|ed|ation)?|quota|too (?:many|much|fast|often|frequent\w*|quickly)|rate|frequency|more than|"
    r"throttl\w*|excessive|flood\w*|concurren\w*|simultaneous\w*|maximum|max|slow down|exceed\w*|allowance|allowed)\b"
)
COUNTED = (
    r"\b(?:log-?ins?|logons?|auth\w*|attempts?|\d+ hours|connections?|sessions?|requests?|sending|e-?mails?|"
    r"messages?|mails?|hour(?:ly)?|da(?:y|ily)|month(?:ly)?|minutes?|second|failures|submissions?|plan|rate|"
    r"clients?|failed)\b"
)
REACHED = (
    r"\b(?:reach(?:ed|es)?|exceed\w*|exhausted|hit|over|above|full|used up|more than|wait (?:an?|\d+) \w+|"
    r"too (?:many|much|fast|often|frequent\w*|quickly)|limited|throttl\w*|excessive|concurren\w*|simultaneous\w*|"
    r"slow down|maximum (?:number )?of)\b"
)
TOKEN = r"\b(?:(?:access|refresh|oauth\d?|bearer|id|security)[ -]?tokens?|tokens?|grants?|bearer|jwt)\b"
SASL_SERVICE = (
    r"\b(?:sasl(?:authd)?|auth\w*[ -]?(?:back-?end|daemon|server|service|provider|database|db|socket|process|source|"
    r"storage)|password verifier|auxprop\w*|pwcheck\w*|user database|private/auth)\b"
)
BROKEN = (
    r"\b(?:unreachable|unavailable|broken|misconfigur\w*|not (?:\w+ )?(?:running|available|reachable|responding|"
    r"configured|initiali[sz]ed)|no such file|missing|(?:cannot|can't) (?:connect|open|find|reach|contact)|"
    r"(?:could not|couldn't|unable to|failed to) (?:be )?(?:connect|open|find|load|init\w*|reach|start)\w*|"
    r"connection (?:refused|lost)|permission denied|init\w* fail\w*|(?:did|does) not (?:respond|answer)|"
    r"generic failure|unknown(?!\[)|internal error|(?:connect|lookup|init)\w* (?:to \S+ )?fail\w*)\b"
)

PASSWORD_ELSEWHERE = (
    r"(?:passwort|kennwort|benutzer\w*|zugangsdaten|anmelde(?:daten|name|information\w*)|\banmeldung|"
    r"authentifi(?:zierung|kation)|authentisierung|mot de passe|identifiants?|nom d.utilisateur|authentification|"
    r"connexion|contraseñas?|usuario|credencia\w*|autenticación|inicio de sesión|password|nome utente|credenziali|"
    r"autenticazione|accesso|utente|senha|usuário|palavra-passe|autenticação|wachtwoord|gebruikersnaam|"
    r"inloggegevens|authenticatie|aanmelden|hasło|użytkownik\w*|uwierzytelni\w*|logowani\w*|lösenord|användarnamn|"
    r"adgangskode|brugernavn|heslo|uživatel\w*|şifre|kullanıcı|jelszó|парол\w*|логин\w*|им\w* польз\w*|аутентиф\w*|"
    r"авториз\w*|вход\w*|密码|密碼|用户名|帐号|账号|账户|登录|登陆|认证|身份验证|驗證|パスワード|ユーザー|認証|"
    r"ログイン|비밀번호|암호|인증)"
)
"""A password, a user name, a login: in German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish, Danish,
Czech, Turkish, Hungarian, Russian, Chinese, Japanese and Korean."""
WRONG_ELSEWHERE = (
    r"(?:falsch|ungültig|fehlgeschlagen|fehlerhaft|gescheitert|abgelehnt|verweigert|inkorrekt|nicht (?:korrekt|"
    r"gültig|richtig|akzeptiert|erfolgreich)|stimm\w+ nicht|incorrecte?s?|invalides?|erroné|non valides?|échou\w*|"
    r"échec|refus\w*|rejet\w*|incorrect[oa]s?|incorret\w*|inválid[oa]s?|no (?:es|son) (?:correct|válid)\w*|"
    r"\bfall(?:ó|ad[oa]|ido)\b|rechaz(?:ad\w*|ó)|denegad\w*|errone\w*|\b(?:errat|sbagliat|non corrett|non valid|"
    r"non riuscit)\w*|fallit\w*|rifiutat\w*|não (?:conferem?|corresponde\w*|são válid\w*)|falhou|recusad\w*|onjuist|"
    r"ongeldig|verkeerd|mislukt|geweigerd|niet (?:juist|correct|geldig)|nieprawidłow\w*|błędn\w*|nie powiodł\w*|"
    r"niepoprawn\w*|odrzucon\w*|fel(?:aktig)?\b|ogiltig|misslyckades|forkert|špatn\w*|neplatn\w*|geçersiz|hatalı|"
    r"hibás|неверн\w*|неправильн\w*|ошиб\w*|не уда\w*|отклон\w*|неудач\w*|отказ\w*|有误|错误|錯誤|失败|失敗|不正确|"
    r"无效|"
    r"正しく|間違|違います|실패|잘못|올바르지|일치하지)"
)
"""Wrong, invalid, failed, refused: in the same languages."""
