"""The ways in which English and Vietnamese say what something is, as patterns. Pure."""

import re

from job_handler.quizmaking.terms import TERM_WORDS_MAX

WORDS = r"[A-Za-zÀ-ỹ][A-Za-zÀ-ỹ'’-]*"
TERM = rf"{WORDS}(?: {WORDS}){{0,{TERM_WORDS_MAX - 1}}}"
IS = re.compile(
    rf"^(?P<det>An? |The |Most |All )?(?P<term>{TERM})(?: \((?P<short>[^)]{{1,60}})\))?"
    r"(?:,? (?:or|also called|also known as|sometimes called) (?P<aka>[^,]{3,40}),)? "
    r"(?:(?:can be|is|are) (?:defined|described) as|(?:is|are) (?P<use>used) to (?:describe|mean)|"
    r"(?P<verb>is|are|was|were|refers to|refer to|means|occurs when|occur when|involves|states that|is when)) "
    r"(?P<rest>.{20,}[.!])$"
)
IS_OF = re.compile(
    rf"^The (?P<term>{WORDS}(?: {WORDS})?) of (?:an? |the )?[\w ]{{3,30}}? is (?P<rest>(?:an?|the) [^;:]{{20,}})[.]$"
)
CALLED = re.compile(
    rf"^(?P<rest>(?:An?|The|Any|[A-Z][a-z]+)\b.{{25,220}}?),? (?:is|are|was|were) (?:often |also |sometimes |commonly |"
    rf"generally |usually )?(?:called|known as|referred to as|termed) (?:an? |the "
    rf")?[“\"]?(?P<term>{TERM})[”\"]?\.[”\"]?$"
)
NAMED = re.compile(
    rf"(?:called|known as|referred to as|termed) (?:an? |the )?[“\"]?(?P<term>{TERM}?)[”\"]?(?=[,.;)]| that | which "
    rf"| and )"
)
SECOND = re.compile(
    rf"^[^,;]{{20,150}}[,;] (?:and |whereas |while |but )(?:an? |the )?(?P<term>{TERM}?) (?P<verb>refers to|is|are|"
    rf"means) "
    r"(?P<rest>[^;]{20,})[.!]$"
)
SOMETHING = re.compile(r"\b(an? (?:[\w'’-]+ ){2,16}?),?\s?\(?(?:often |commonly |sometimes |also |generally )?$")
"""What stands before "called": a thing that is described."""
PLAIN_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|can|will|may|do|does|did|would|could|should|be|what)\b")
VERB_FIRST = re.compile(
    r"^(?:(?!that|which|who|whose|where|when)[\w’'“”\",()-]+ )*?"
    r"(?:is|are|was|were|will|can|has|have|had|begins|lies|continues|remains|runs|flows|includes|became)\b"
)
BESIDE = re.compile(
    rf"(?P<term>{WORDS}(?: {WORDS}){{0,2}})(?: \([^)]{{1,30}}\))?[,—] ?(?P<rest>(?:an?|the) (?:[\w-]+ "
    rf"){{0,3}}?(?:process|"
    r"tendency|ability|state|type|kind|form|part|structure|condition|method|theory|study|system|substance|area|region|"
    r"belief|act|set|group|practice|force|device|organ|tool|rule|law|unit|measure|branch|field|science|"
    r"person|man|woman|city|country|river|battle|war|treaty|disorder|disease|hormone|gland|cell|protein|gas|metal|"
    r"language|layer|membrane|point|place|time|period|movement|change|loss|lack|use|chemical|response|feeling|sense|"
    r"idea|approach|technique|procedure|phenomenon|principle|property|mixture|compound|vessel|tube|bundle|sheath)s?"
    r" (?:of|that|which|by which|in which|used|for|who|where|located|when|to|from|between)\b "
    r"[^,;.—]{15,150}?)(?=[,.;—])"
)
APPOSED = re.compile(
    rf"^(?:An? |The )?(?P<term>{TERM})(?: \([^)]{{1,40}}\))?, (?P<rest>(?:an?|the) [^,;]{{20,150}}), "
    r"(?:is|are|was|were|has|have|had|can|may|will|occurs?|helps?|makes?|contains?|plays?|became|[a-z]+(?:ed|es)) "
)
WHICH_IS = re.compile(
    rf"(?P<term>{WORDS}(?: {WORDS}){{0,2}})(?: \([^)]{{1,30}}\))?, which (?:is|are|was|were|means|refers to) "
    r"(?P<rest>(?:an?|the) [^,;.—()]{20,150}?)(?=[,.;—]| and (?:is|are|has|in)\b)"
)
IN_BRACKETS = re.compile(rf"(?P<term>{WORDS}(?: {WORDS}){{0,2}}) \((?P<rest>(?:an?|the) [^();]{{20,120}})\)")
NO_TERM_AFTER = re.compile(
    r"(?:\d|\bv\.|\bvs\.|\b[A-Z][\w’'.-]*|\b(?:would|to|will|can|could|they|may|might|not|must|"
    r"includes?|including|as|among)) $"
)
"""What follows is the second half of a name, a verb, or one of a list."""
IN_IT = re.compile(
    rf"^(?:In|During|With) (?P<term>{TERM})(?: \([^)]{{1,30}}\))?, (?P<rest>(?!but|and|which|or\b)[^;:]{{30,}}[.])$"
)
SOMEBODY_DOES = re.compile(
    r"(?:^|(?<=[a-z,] ))(?!The |This |When |While |Some |Both |Such |Most |Many |Each |One )([A-Z][a-z]{2,}) "
    r"(?:[a-z]+ly )?(?:is|was|has|had|will|can|[a-z]{2,}(?:s|ed)|and (?:her|his))\b"
)
"""A word that may be somebody's name, and does something."""
ONCE = re.compile(r"\b(?:was|were|had|went|took|said|told|came|found|wanted|asked|showed|made|began|gave|did)\b")
WENT_ON = re.compile(r"^The [a-z-]+ (?:was|were|had|has been|have been|became|began|went|took|made|[a-z]+ed)\b")
"""Something with no name that the sentences before have brought in, and what became of it."""
NAMED_OR_DATED = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][a-z]{2,}|\b1\d{3}\b|\b20\d\d\b|\bcentury\b")
OF_THE_SCENE = re.compile(
    r"(?i)\bthe (?:horse|dog|cat|rat|pigeon|boy|girl|woman|man|mother|father|teacher|student|astronaut|driver|player|"
    r"trainer|researcher|experimenter|author|speaker|city|country|school|company|university|show|series|episode)s?\b"
)
"""Somebody or something that the sentences before have brought in."""
SUBJECT = re.compile(
    rf"^(?:An? |The )?(?P<term>{WORDS}(?: {WORDS}){{0,2}})(?: \([^)]{{1,40}}\))? (?:is|are|was|were|can|has|have|"
    rf"had|plays?|"
    r"helps?|causes?|allows?|controls?|contains?|produces?|occurs?|became|developed|proposed|founded|wrote|invented|"
    r"involves?|requires?|uses?|leads?|results?|protects?|carr(?:y|ies)|supports?|forms?|covers?|triggers?|releases?|"
    r"secretes?|receives?|sends?|converts?|absorbs?|regulates?|measures?|describes?|states|holds|argued|suggested|"
    r"explains?|emphasizes?|examines?|stud(?:y|ies)|runs?|flows?|connects?|separates?|surrounds?|lies|stores?|moves?|"
    r"discovered|believed|consists?|includes?|serves?|provides?|affects?|increases?|decreases?|begins?|focus(?:es)?) "
)
NO_FACT = re.compile(r" not | (?:is|are|was|were) (?:that|why|how|because|as follows)\b")
GOES_ON = re.compile(
    r",? (?:and|but|so) (?:is|are|was|were|has|have|can|it|they|he|she|does)\b.*$|, (?:and|but|while|whereas) (?:the|"
    r"an?|different|some|many|most|all|each|this|can|may|often|usually) .*$"
)
NO_FIRST_NAMES = "When|If|As|For|The|A|An|In|While|After|Before|Because|Since|So|But|And|Both|Once|Where|Although|Like"
TWO = re.compile(
    r"\band the [\w ]+? (?:is|are|was|were)\b|\band (?:elsewhere|it|they|he|she)\b|"
    r"\bbeing from\b|[:;]|\b(?:it|this|that|they|which|and|as)$"
)
"""More than one statement, or half of one."""
BEGINS_A_CLAUSE = re.compile(
    r"^(?:As|When|If|Because|Since|While|Although|Though|In|On|With|During|After|Before|Throughout|Regardless|Given|"
    r"For|[A-Z][a-z]+ed)\b[^,]*$"
)
LA = re.compile(rf"^(?P<term>{WORDS}(?: {WORDS}){{0,4}}) (?:là|được định nghĩa là|có nghĩa là) (?P<rest>.{{20,}}\.)$")
LA_NOT = re.compile(r"(?i)^(?:đây|đó|điều|nó|người|việc|có|một|những|các|nếu|khi|vì|tuy|đặc biệt)\b")
ARTICLE = re.compile(r"(?i)^(?:an?|the|any|when|those|someone|something|how|what|where)\b")
NO_DEFINITION = re.compile(
    r"(?i)^(?:(?:an?|the) (?:(?:good|great|common|important|major|key|classic|perfect|prime|well-known|similar|"
    r"interesting|excellent|specific|only|same|main|primary|next|result|cause|reason|case|latter|former|"
    r"problem|matter|part|topic|subject|question|focus|goal|number|class|discussion|series|variety|new|result|"
    r"major|least|lot|few|couple)\b|example)|one (?:of|example)|the one\b|the (?:most|least) \w+ (?:in|of)\b|"
    r"(?:an? )?(?:significant|large|small|vital|essential|crucial|"
    r"central) part\b|home\b|about\b|free\b|key\b|part\b|close\b|open\b|subject\b|evidence\b|"
    r"examples|not\b|no\b|often|more|less|so|as\b)"
)
MASS = re.compile(r"^(?:[\w-]+ )?\w+ (?:about|of|that|which|between|where|in|for)\b")
SEVERAL = re.compile(r"^(?:[\w-]+ ){0,3}(?:[\w-]{2,}s|people|men|women|children)\b")
NO_PLURAL = re.compile(
    r"(?i)(?:\w+(?:ed|en|ing|ly|ble|ful|ive)|better|worse|larger|smaller|like|similar|different|part|due|at|in|on|of|"
    r"to|"
    r"from|with|under|thought|found|made|important|present|known|"
    r"famous|critical|independent|typical|characteristic|crucial|necessary|spread|difficult|easy|true|hard|rich|ready)\b"
)
DIFFERENCE = re.compile(
    r"(?i)\b(?:that|which|who|whom|whose|where|when|of|in|for|to|by|with|used|involving|between|from|based|caused|"
    r"having|"
    r"characterized|designed|located|consisting|made|containing|responsible|after|during|on|through)\b"
)
