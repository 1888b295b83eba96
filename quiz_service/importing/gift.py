"""Moodle GIFT into questions of ours. `TABLE.md` names every decision taken here."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from quiz_service.importing import gift_grammar as gift
from quiz_service.importing import plain_text
from quiz_service.importing.decoding import decode
from quiz_service.importing.parsed import OPTIONS_MAX, Notebook, Parsed

NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?")
COMMA_NUMBER = re.compile(r"[+-]?\d{1,40},\d{1,40}")
FULL = Decimal(100)
RENDER: dict[gift.Format, Callable[[str], plain_text.Plain]] = {
    "moodle": plain_text.from_moodle,
    "html": plain_text.from_html,
    "markdown": plain_text.from_markdown,
    "plain": plain_text.from_plain,
}
NAMES_LOST = "Question names are not kept: our questions have none."
IDS_LOST = "Ids given in comments are not kept."
FEEDBACK_MOVED = "Feedback on single answers was put into the explanation, which everybody sees."
PART_LOST = "Answers that are worth a part of the points count as wrong here."
MINUS_LOST = "Minus points for wrong answers are not kept."
WEIGHTS_LOST = "Weights are not kept: each right option adds an equal share, each wrong one takes it away."


def read_gift(data: bytes, title: str) -> Parsed:
    """Every question that can be played, and a warning at its row for everything that could not be kept."""
    notes = Notebook()
    topic = ""
    for item in gift.read(decode(data, notes)):
        if isinstance(item, gift.Category):
            topic = _topic(item.path)
        elif notes.is_full:
            notes.pass_over(item.row)
        elif isinstance(item, gift.Broken):
            notes.skip(item.row, item.message)
        else:
            _Reader(notes, item, topic).take()
    return notes.parsed(title)


def _topic(path: str) -> str:
    """The last name of a category's path; `//` is a slash inside a name."""
    names = [name.replace("\0", "/").strip() for name in path.replace("//", "\0").split("/")]
    names = [name for name in names if name and name != "top" and not re.fullmatch(r"\$\w+\$", name)]
    return plain_text.from_html(names[-1]).text if names else ""


class _Reader:
    """Turns one entry into questions."""

    def __init__(self, notes: Notebook, entry: gift.Entry, topic: str) -> None:
        self.notes, self.entry, self.topic = notes, entry, topic
        self.row = entry.row

    def take(self) -> None:
        entry = self.entry
        if entry.title:
            self.notes.count(self.row, NAMES_LOST)
        if entry.identity:
            self.notes.count(self.row, IDS_LOST)
        self.notes.tag(entry.tags)
        for remark in entry.remarks:
            self.notes.warn(self.row, remark)
        self.stem = self._plain(entry.stem, self.row)
        if not self.stem and entry.title:
            self.stem = entry.title
            self.notes.warn(self.row, "The question has no text of its own; its name was taken.")
        self.general = self._plain(entry.general, self.row) if entry.general else ""
        {
            "description": self._description,
            "essay": self._essay,
            "true_false": self._true_false,
            "short": self._short,
            "choice": self._choice,
            "matching": self._matching,
            "numerical": self._numerical,
        }[entry.kind]()

    def _description(self) -> None:
        self.notes.add(self.row, "slide", self.stem, topic=self.topic)

    def _essay(self) -> None:
        self.notes.add(self.row, "open", self.stem, explanation=self.general, topic=self.topic, time_limit_s=120)

    def _true_false(self) -> None:
        is_true = self.entry.is_true
        self.notes.add(
            self.row,
            "true_false",
            self.stem,
            options=[("True", is_true), ("False", not is_true)],
            explanation=self._explanation((str(not is_true), str(is_true))),
            topic=self.topic,
        )

    def _short(self) -> None:
        choices = self.entry.choices
        accepted = self._credited(choices)
        texts = []
        for choice in accepted:
            text = self._plain(choice.text, choice.row)
            if re.search(r"(?<!\\)\*", text):
                self.notes.warn(choice.row, f"The pattern “{text[:60]}” was left out: * has no meaning here.")
            elif text:
                texts.append(text.replace("\\*", "*"))
        if not texts:
            self.notes.skip(self.row, "no answer is left that counts as right.")
            return
        if texts[0] in {"true", "True", "false", "False"} and len(choices) == 1:
            self.notes.warn(self.row, "This became a typed answer, as in GIFT: only TRUE and FALSE are true or false.")
        self.notes.add(
            self.row,
            "typed",
            self.stem,
            accepted=texts,
            explanation=self._explanation(),
            topic=self.topic,
        )

    def _choice(self) -> None:
        choices = self.entry.choices
        right = [choice for choice in choices if choice.right]
        if not right:
            right = [choice for choice in choices if (choice.weight or 0) > 0]
            kind = "multiple_choice" if right else "poll"
            if not right:
                self.notes.warn(self.row, "No answer is marked as right, so this became a poll.")
            elif not _weighs_like_ours(choices, len(right)):
                self.notes.count(self.row, WEIGHTS_LOST)
        else:
            kind = "single_choice" if len(right) == 1 else "multiple_choice"
            if kind == "multiple_choice":
                self.notes.warn(
                    self.row,
                    "Several answers are right. In the file one is enough; here all of them are asked for.",
                )
            others = [choice.weight for choice in choices if not choice.right and choice.weight]
            if any(weight > 0 for weight in others):
                self.notes.warn(self.row, PART_LOST)
            if any(weight < 0 for weight in others):
                self.notes.count(self.row, MINUS_LOST)
        self.notes.add(
            self.row,
            kind,
            self.stem,
            options=[(self._plain(choice.text, choice.row), choice in right) for choice in choices],
            explanation=self._explanation(),
            topic=self.topic,
        )

    def _matching(self) -> None:
        pairs = [(pair, self._plain(pair.left, pair.row)) for pair in self.entry.pairs]
        rights = list(dict.fromkeys(pair.right for pair in self.entry.pairs if pair.right))
        asked = [(pair, left) for pair, left in pairs if left and pair.right]
        if len(rights) < 2 or not asked:
            self.notes.skip(self.row, "a matching question needs at least two different pairs.")
            return
        self.notes.warn(
            self.row, f"Matching became {len(asked)} single choice questions, one for each pair, with the same answers."
        )
        for pair, left in asked:
            shown = rights
            if len(rights) > OPTIONS_MAX:
                others = [right for right in rights if right != pair.right][: OPTIONS_MAX - 1]
                shown = [right for right in rights if right == pair.right or right in others]
            self.notes.add(
                pair.row,
                "single_choice",
                f"{self.stem}\n{left}",
                options=[(right, right == pair.right) for right in shown],
                explanation=self.general,
                topic=self.topic,
            )
        if len(rights) > OPTIONS_MAX:
            self.notes.warn(self.row, f"Only {OPTIONS_MAX} of the {len(rights)} answers are offered for each pair.")

    def _numerical(self) -> None:
        accepted = self._credited([choice for choice in self.entry.choices if choice.right])
        keys = [(choice, self._interval(choice)) for choice in accepted]
        usable = [(choice, key) for choice, key in keys if key]
        if not usable:
            if not keys:
                self.notes.skip(self.row, "no number is given as the answer.")
            return
        answer, tolerance = usable[0][1]
        for choice, key in usable[1:]:
            if key != (answer, tolerance):
                self.notes.warn(choice.row, "A question holds one number; this further one was left out.")
        self.notes.add(
            self.row,
            "number",
            self.stem,
            number={"answer": float(answer), "tolerance": float(tolerance)},
            explanation=self._explanation(),
            topic=self.topic,
        )

    def _interval(self, choice: gift.Choice) -> tuple[Decimal, Decimal] | None:
        """The middle and the half width of `5`, `5:0.1` or `4.9..5.1`."""
        text = choice.text.text
        low, dots, high = text.partition("..")
        answer, colon, tolerance = text.partition(":")
        if dots:
            ends = self._number(choice, low), self._number(choice, high)
            if ends[0] is None or ends[1] is None:
                return None
            return (ends[0] + ends[1]) / 2, abs(ends[1] - ends[0]) / 2
        middle = self._number(choice, answer)
        width = self._number(choice, tolerance) if colon else Decimal(0)
        return None if middle is None or width is None else (middle, abs(width))

    def _number(self, choice: gift.Choice, text: str) -> Decimal | None:
        text = text.strip()
        if COMMA_NUMBER.fullmatch(text):
            self.notes.warn(choice.row, f"{text} was read as {text.replace(',', '.')}.")
            text = text.replace(",", ".")
        if NUMBER.fullmatch(text):
            return Decimal(text)
        self.notes.skip(choice.row, f"“{text[:60]}” is not a number. Write it like 3.14, 3.14:0.01 or 3.1..3.2.")
        return None

    def _credited(self, choices: Sequence[gift.Choice]) -> list[gift.Choice]:
        """The answers that bring the most points the question gives."""
        best = max((_credit(choice) for choice in choices), default=Decimal(0))
        if any(0 < _credit(choice) < best for choice in choices):
            self.notes.warn(self.row, PART_LOST)
        return [choice for choice in choices if _credit(choice) == best > 0]

    def _explanation(self, labels: Sequence[str] = ()) -> str:
        """The general feedback, then what was to be said to each answer, under the answer it belongs to."""
        told = []
        names = labels or [self._plain(choice.text, choice.row, quiet=True) for choice in self.entry.choices]
        for name, choice in zip(names, self.entry.choices, strict=True):
            text = self._plain(choice.feedback, choice.row) if choice.feedback else ""
            if text:
                told.append(f"{name[:60] if name not in ('', '*') else 'Other answers'}: {text}")
        if told:
            self.notes.count(self.row, FEEDBACK_MOVED)
        return "\n".join(filter(None, [self.general, *told]))

    def _plain(self, rich: gift.Rich, row: int, *, quiet: bool = False) -> str:
        plain = RENDER[rich.format](rich.text)
        if plain.lost and not quiet:
            self.notes.warn(row, f"Not taken over: {', '.join(plain.lost[:5])}.")
        return plain.text


def _credit(choice: gift.Choice) -> Decimal:
    return FULL if choice.weight is None else choice.weight


def _weighs_like_ours(choices: Sequence[gift.Choice], right: int) -> bool:
    """Whether the weights are, to one percent, those of our own rule."""
    share = FULL / right
    return all(abs((choice.weight or 0) - (share if (choice.weight or 0) > 0 else -share)) < 1 for choice in choices)
