"""Cuts Be Vietnam Pro into the pieces in src/design/fonts. Needs fonttools and brotli; the pieces are committed.

ASCII goes to every reader; `latin` and `vietnamese` hold the further letters and are fetched by pages that show them.
"""

import io
import sys
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

WEB = Path(__file__).resolve().parent.parent
SOURCE = WEB / "node_modules/@fontsource/be-vietnam-pro/files"
TARGET = WEB / "src/design/fonts"

ASCII = [*range(0x20, 0x7F), 0xA0, 0xB7, 0xD7, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x2212]
VIETNAMESE = [ord(letter) for letter in "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý₫"] + [
    *(0x102, 0x103, 0x110, 0x111, 0x128, 0x129, 0x168, 0x169, 0x1A0, 0x1A1, 0x1AF, 0x1B0),
    *range(0x1EA0, 0x1EFA),
]
LATIN = [
    code
    for code in [*range(0xA1, 0x100), *range(0x100, 0x180), 0x218, 0x219, 0x21A, 0x21B, 0x20AC, 0x2022, 0x2030, 0x2122]
    if code not in ASCII and code not in VIETNAMESE
]


def cut(weight: int, name: str, wanted: list[int]) -> None:
    """Write the letters of one weight that are wanted, wherever the three source files hold them."""
    parts = []
    for part in ("latin", "latin-ext", "vietnamese"):
        font = TTFont(SOURCE / f"be-vietnam-pro-{part}-{weight}-normal.woff2")
        here = sorted(set(wanted) & set(font.getBestCmap()))
        wanted = [code for code in wanted if code not in here]
        if not here:
            continue
        options = Options()
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
        options.hinting = False
        options.notdef_outline = True
        options.name_IDs = [0, 1, 2, 13, 14]
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=here)
        subsetter.subset(font)
        font.flavor = None
        data = io.BytesIO()
        font.save(data)
        data.seek(0)
        parts.append(data)
    whole = Merger().merge(parts) if len(parts) > 1 else TTFont(parts[0])
    whole.flavor = "woff2"
    target = TARGET / f"{name}-{weight}.woff2"
    whole.save(target)
    sys.stdout.write(f"{target.name} {target.stat().st_size} bytes, without {[hex(code) for code in wanted]}\n")


def ranges(codes: list[int]) -> str:
    """The same set as a CSS `unicode-range`."""
    spans: list[list[int]] = []
    for code in sorted(codes):
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


if __name__ == "__main__":
    css = [
        "/* Written by scripts/fonts.py: regular and semibold; letters beyond ASCII only for pages that show them. */"
    ]
    for name, codes in (("ascii", ASCII), ("vietnamese", VIETNAMESE), ("latin", LATIN)):
        for weight in (400, 600):
            cut(weight, name, codes)
            css.append(
                f"@font-face {{\n  font-family: 'Be Vietnam Pro';\n  font-weight: {weight};\n  font-display: swap;\n"
                f"  src: url('./fonts/{name}-{weight}.woff2') format('woff2');\n  unicode-range: {ranges(codes)};\n}}"
            )
    (WEB / "src/design/fonts.css").write_text("\n".join(css) + "\n")
