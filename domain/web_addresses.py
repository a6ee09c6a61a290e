"""What in a text mail programs would make a link of: a practice's words reach its patients without (phishing)."""

import re
from collections.abc import Iterable, Iterator

from domain.errors import Refused
from domain.practices import Practice

REFUSED = "Leave out “{}”: mails carry no web addresses, and no email address but your practice’s own"
OWN = ("name", "phone", "email", "address")
"""Columns of a practice."""
_DOTS = re.compile("[\u2024\u3002\ufe52\uff0e\uff61]")
"""What browsers read as a full stop."""
_SCHEMES = (
    "callto|data|facetime|file|ftp|geo|http|https|javascript|magnet|mailto|maps|market|news|sftp|sip|skype|sms|ssh|tel|"
    "telnet|tg|vbscript|viber|webcal|whatsapp"
)
# Any two letters are a country's. Of the others those that many can have, and the reserved ones.
_ENDINGS = (
    "academy|agency|app|art|asia|associates|bank|bar|best|bet|bid|bio|biz|blog|bond|boo|boutique|build|business|buzz|"
    "cafe|cam|camera|capital|care|careers|casa|cash|casino|cat|center|cfd|chat|church|city|claims|click|clinic|cloud|"
    "club|coach|codes|coffee|college|com|community|company|computer|consulting|contact|cool|coop|country|credit|cyou|"
    "dad|date|day|deals|delivery|dental|dentist|design|dev|digital|direct|directory|doctor|domains|download|earth|"
    "education|email|energy|engineer|enterprises|events|example|exchange|expert|express|family|fan|farm|fashion|"
    "finance|financial|fit|fitness|foo|forum|foundation|fun|fund|fyi|games|garden|gay|gdn|gift|gifts|gives|global|gmbh|"
    "gold|gov|gratis|group|guide|guru|haus|health|healthcare|help|holdings|homes|hospital|host|hosting|house|icu|immo|"
    "inc|info|ing|ink|institute|insurance|int|international|invalid|investments|jobs|kids|kim|land|lat|law|legal|life|"
    "limited|link|live|llc|loan|loans|local|lol|london|love|ltd|management|market|marketing|mba|med|media|melbourne|"
    "men|mil|mobi|moda|moe|mom|money|monster|mov|museum|name|net|network|new|news|ngo|ninja|nyc|one|ong|onion|online|"
    "ooo|org|page|partners|party|pet|phd|photo|photography|photos|pics|pink|place|plus|post|press|pro|prof|promo|"
    "properties|pub|quest|racing|realty|recipes|red|rehab|report|repair|rest|review|reviews|rip|rocks|rsvp|run|sale|"
    "sarl|sbs|school|science|security|services|sex|shop|shopping|show|site|skin|social|software|solutions|space|store|"
    "stream|studio|style|sucks|support|surf|surgery|sydney|systems|tax|team|tech|technology|tel|test|tips|today|tools|"
    "top|tours|trade|training|travel|university|vet|video|vip|vision|vote|voyage|watch|webcam|website|wiki|win|work|"
    "works|world|wtf|xxx|xyz|yoga|zip|zone"
)
_ELSEWHERE = "xn--[a-z0-9-]+|рф|рус|укр|бел|срб|қаз|中国|中國|公司|网络|网址|香港|台湾|台灣|在线|한국|भारत|ไทย"
_LINK = re.compile(
    rf"://|^\W*(?://|\\\\)|(?<![a-z0-9])(?:{_SCHEMES}):\S|(?<!\w)www\d*\.\w"
    rf"|\w@[\w-]+(?:\.[\w-]+)+"
    rf"|[\w-]\.(?:{_ENDINGS}|{_ELSEWHERE})(?![\w-])"
    rf"|[^\W\d_][\w-]*\.[a-z]{{2}}(?![\w-])"
    rf"|(?<![\d.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}[/:]",
    re.IGNORECASE,
)
_EDGES = "()[]{}<>«»“”‘’\"',;.:!?*_"


def is_link(word: str) -> bool:
    """Whether a mail program may make a link of a word, which is without white space."""
    return bool(_LINK.search(_DOTS.sub(".", "".join(letter for letter in word if letter.isprintable()))))


def own(practice: Practice) -> tuple[str, ...]:
    """What a practice says of itself, which stays as it is: what stands in place of its terms."""
    return tuple(getattr(practice, name) for name in OWN)


def found(text: str, kept: Iterable[str] = ()) -> Iterator[str]:
    """The words of a text that are links, without those that are among the words of `kept`."""
    known = {_bare(word) for one in kept for word in one.split()}
    return (word for word in text.split() if is_link(word) and _bare(word) not in known)


def demand_none(text: str, practice: Practice, field: str = "message") -> None:
    """Raises Refused at `field` for a text of a practice's with a link in it, which it names."""
    for word in found(text, own(practice)):
        raise Refused(REFUSED.format(word[:60].strip(_EDGES)), field)


def _bare(word: str) -> str:
    return word.strip(_EDGES).casefold()
