"""What the lexical index counts: characters and character bigrams of Han runs, other words and numbers whole.

Characters and bigrams found the right passage more often than jieba's words did (docs/lexical-engine.md), need no
dictionary, and so cost nothing at a cold start.
"""

from __future__ import annotations

import re

TOKENS_VERSION = 1  # raised whenever `tokens` gives something else: an index built before is stale
_HAN = "々〇㐀-䶿一-鿿豈-﫿\U00020000-\U000323af"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    r"|(?P<number>[0-9]++(?:[.,][0-9]++)*+%?)(?![a-z])"
    rf"|[^\W_{_HAN}]+"
)
_RUN = re.compile(f"[{_HAN}]+")
# Words that make a text a question, and signs that stand in any sentence. Leaving them out finds more and costs less.
_ASKING = frozenset("的了吗呢啊吧呀是在有和与及为于以之其这那哪个些什么多少请问怎样如何谁") | frozenset(
    ("什么", "多少", "哪个", "哪些", "哪里", "哪儿", "哪年", "哪一", "请问", "怎么", "怎样", "如何", "为什")
    + ("何时", "何地", "几个", "是否")
    + ("a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "did", "do", "does", "for", "from")
    + ("had", "has", "have", "he", "her", "his", "how", "i", "in", "is", "it", "its", "many", "me", "much")
    + ("of", "on", "or", "per", "she", "so", "than", "that", "the", "their", "them", "there", "these", "they")
    + ("this", "to", "was", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will")
    + ("with", "would")
)


def tokens(normalised: str) -> list[str]:
    """The tokens of a text, in the order in which they start, repeats and all; a sentence and a question alike.

    :param normalised: text that `povqa.text.normalise` has been over.
    :return: each Han character followed by the bigram that it opens; ASCII words and numbers whole
        (`app`, `10.2%`), a number without its thousands separators.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(normalised):
        piece = match.group()
        if match.lastgroup == "han":
            for i in range(len(piece) - 1):
                found.append(piece[i])
                found.append(piece[i : i + 2])
            found.append(piece[-1])
        elif match.lastgroup == "number":
            found.append(piece.replace(",", ""))
        else:
            found.append(piece)
    return found


def is_run(token: str) -> bool:
    """Whether a text has the token wherever its characters stand: so with Han characters, not with numbers or words."""
    return _RUN.fullmatch(token) is not None


def question_tokens(normalised: str) -> list[str]:
    """The tokens of a question without those that any question has, or all of them if that leaves none."""
    found = tokens(normalised)
    return [token for token in found if token not in _ASKING] or found
