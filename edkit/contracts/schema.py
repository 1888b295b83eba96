"""The JSON Schema of the whole published language, made from the models.

It is committed, so that a change of the wire shows in the diff.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from edkit.message import Message, Request


def contract_models() -> list[type[BaseModel]]:
    """Every model that a module of `edkit.contracts` defines, by name."""
    found: dict[str, type[BaseModel]] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        module = import_module(f"edkit.contracts.{path.stem}")
        for value in vars(module).values():
            is_model = isinstance(value, type) and issubclass(value, BaseModel)
            if is_model and value.__module__ == module.__name__ and "[" not in value.__name__:
                if getattr(value, "__pydantic_generic_metadata__", {}).get("parameters"):
                    continue
                other = found.setdefault(value.__name__, value)
                if other is not value:
                    raise TypeError(f"two models are called {value.__name__}: {other.__module__}, {value.__module__}")
    return [found[name] for name in sorted(found)]


def current_schema() -> dict[str, Any]:
    """Definitions of all models, and for every message its kind, service and answer."""
    models = contract_models()
    _, schema = models_json_schema([(model, "validation") for model in models], title="EdTech contracts")
    messages = {}
    for model in models:
        if issubclass(model, Message):
            entry: dict[str, str] = {"kind": model.kind}
            if service := getattr(model, "service", ""):
                entry["service"] = service
            if issubclass(model, Request):
                answer = model.reply_type()
                entry["answer"] = getattr(answer, "__name__", str(answer))
            messages[model.__name__] = entry
    return {**schema, "messages": messages}
