"""Prompts, each a file of its own: `NAME.vN.md`, with what it is for, how large a model it needs, and its rules.

A file begins with lines `word: value` between two `---`; `rules` is a list, one `- ` a line, and stands in the prompt
where `$rules` stands. Then come the parts `# system` and `# user`. `$words` are filled in; a word without a value is an
error. A new wording is a new version in a new file.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import cast

from edkit.llm import Size

_FILE = re.compile(r"\A---\n(?P<head>.*?)\n---\n+# system\n+(?P<system>.*?)\n+# user\n+(?P<user>.*?)\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Prompt:
    """A prompt as its file says it. `shape` names the form of the answer that it asks for."""

    name: str
    version: int
    size: Size
    shape: str
    rules: tuple[str, ...]
    system: str
    user: str

    def filled(self, **words: str) -> tuple[str, str]:
        """System and user part with these words in them. What is filled in is not looked through for further words."""
        rules = "\n".join(f"{number}. {rule}" for number, rule in enumerate(self.rules, 1))
        whole = {**words, "rules": Template(rules).substitute(words)}
        return Template(self.system).substitute(whole), Template(self.user).substitute(whole)


@cache
def prompt(name: str, version: int) -> Prompt:
    """The prompt of this file, read once. ValueError if the file is not as it should be."""
    return read_prompt((files(__package__) / f"{name}.v{version}.md").read_text(encoding="utf-8"))


def read_prompt(text: str) -> Prompt:
    """What a file says. ValueError if it is not as it should be."""
    match = _FILE.match(text)
    if match is None:
        raise ValueError("a prompt begins with its head between two lines of ---, then # system, then # user")
    words: dict[str, str] = {}
    rules = []
    for line in match["head"].split("\n"):
        if line.startswith("- "):
            rules.append(line[2:].strip())
        elif line.strip():
            key, _, value = line.partition(":")
            words[key.strip()] = value.strip()
    missing = {"name", "version", "size", "shape", "rules"} - set(words)
    if missing or words["size"] not in ("small", "large"):
        raise ValueError(f"the head of a prompt says name, version, size and shape, and has rules; not so: {missing}")
    size = cast(Size, words["size"])
    return Prompt(
        words["name"], int(words["version"]), size, words["shape"], tuple(rules), match["system"], match["user"]
    )
