"""How a robot thinks: how long, and what it comes up with. Pure but for the dice it is given."""

# ruff: noqa: SIM905 - a list of words reads better as words

from dataclasses import dataclass
from typing import Any

from edkit.chance import Chance

_WORDS = (
    "water light energy time music friends sleep home sun tree book lunch football science numbers history rain "
    "questions practice more colour nature city sea mountain bread cà phê mùa hè bạn bè"
).split()

_THOUGHTS = (
    "I think it depends on where you live.",
    "We talked about this last week.",
    "Because everything needs energy.",
    "I am not sure yet, but I would try it.",
    "More time to practise, please.",
    "The second part was hard to follow.",
    "It is like what happens with water in winter.",
    "Em nghĩ là vì trời nóng.",
)


@dataclass(frozen=True, slots=True)
class Mind:
    """`pace` stretches every thought (1 is the average); `sheep` is how often it follows what most would choose."""

    pace: float
    sheep: float

    @classmethod
    def made(cls, chance: Chance) -> "Mind":
        """One of a class: most quick and alike, a few slow or stubborn."""
        slow = chance.uniform(0, 1) < 0.1
        return cls(pace=chance.uniform(1.8, 3) if slow else chance.uniform(0.5, 1.4), sheep=chance.uniform(0.3, 0.9))

    def thinking_s(self, question: dict[str, Any], chance: Chance) -> float:
        """Seconds from opening to answering; may be longer than there is time."""
        reading = len(question.get("text", "")) / 30
        options = sum(len(option["text"]) for option in question.get("options", ())) / 60
        doing = {"order": 5.0, "typed": 4.0, "open": 8.0, "word_cloud": 3.0, "number": 3.0}.get(question["type"], 1.5)
        wanted = self.pace * (reading + options + doing) * chance.uniform(0.6, 1.5)
        limit = float(question["time_limit_ms"]) / 1000
        return wanted if wanted < limit else limit * chance.uniform(0.6, 1.05)

    def answer(self, question: dict[str, Any], chance: Chance) -> dict[str, Any] | None:
        """The fields of an answer that the question takes; nothing for a slide, and now and then for lack of an
        idea."""
        if question["type"] == "slide" or chance.uniform(0, 1) < 0.03:
            return None
        ids = [option["id"] for option in question.get("options", ())]
        match question["type"]:
            case "single_choice" | "true_false" | "poll":
                return {"option_ids": [self._favourite(ids, chance)]}
            case "multiple_choice":
                several = {self._favourite(ids, chance), *(one for one in ids if chance.uniform(0, 1) < 0.3)}
                return {"option_ids": [one for one in ids if one in several]}
            case "order":
                return {"option_ids": chance.shuffled(ids)}
            case "number":
                return {"number": _number(question, chance)}
            case "open":
                return {"text": chance.pick(_THOUGHTS)}
            case _:
                return {"text": chance.pick(_WORDS)}

    def _favourite(self, ids: list[str], chance: Chance) -> str:
        """What most would choose is the same for all robots, and tells nothing of what is right."""
        return min(ids) if chance.uniform(0, 1) < self.sheep else chance.pick(ids)


def _number(question: dict[str, Any], chance: Chance) -> float:
    """Within the scale, on its steps; without a scale a small whole number."""
    low, high = question.get("min"), question.get("max")
    if low is None or high is None:
        start = low if low is not None else high - 100 if high is not None else 0
        return float(round(start + chance.uniform(0, 100)))
    middle = (chance.uniform(low, high) + chance.uniform(low, high)) / 2
    step = question.get("step")
    stepped = middle if not step else low + round((middle - low) / step) * step
    return float(min(max(round(stepped, 6), low), high))
