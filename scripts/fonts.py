"""Merges Debian's Noto Sans fonts into one font per weight: assets/fonts.

Fyne draws with one font and has no list of fallback fonts, so that one font
has to hold every script. Of each font only the characters of its own script
are taken, without hinting; what a script needs for shaping comes along. Chinese
and kana are a font of their own, from Droid Sans Fallback, for print and for the
screens in Chinese: they would more than double what every other screen has to
read. Latin stands in it, too, for one line of a screen is drawn in one font. Run
by "make fonts"; needs fonts-noto-core, fonts-droid-fallback and python3-fonttools.

    /usr/bin/python3 scripts/fonts.py /usr/share/fonts/truetype assets/locales/languages.toml assets/fonts
"""

import io
import os
import shutil
import sys
import tomllib

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

# Latin, Greek and Cyrillic with the punctuation, arrows and currency signs that
# all scripts share.
SHARED = [
    (0x0000, 0x058F), (0x1D00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF),
    (0x2100, 0x218F), (0x2C60, 0x2C7F), (0x2DE0, 0x2DFF), (0x2E00, 0x2E7F), (0xA640, 0xA69F),
    (0xA720, 0xA7FF), (0xAB30, 0xAB6F), (0xFB00, 0xFB06), (0xFE20, 0xFE2F), (0xFFFC, 0xFFFD),
]

# Each font of a script, with the characters taken from it. The first of two
# fonts with the same character wins.
FONTS = [
    ("NotoSans", SHARED),
    ("NotoSansArmenian", [(0x0530, 0x058F), (0xFB13, 0xFB17)]),
    ("NotoSansHebrew", [(0x0590, 0x05FF), (0xFB1D, 0xFB4F)]),
    ("NotoSansArabic", [(0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFDF2, 0xFDF2), (0xFDFA, 0xFDFD)]),
    ("NotoSansThaana", [(0x0780, 0x07BF)]),
    ("NotoSansNKo", [(0x07C0, 0x07FF)]),
    ("NotoSansDevanagari", [(0x0900, 0x097F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF), (0x25CC, 0x25CC)]),
    ("NotoSansBengali", [(0x0980, 0x09FF)]),
    ("NotoSansGurmukhi", [(0x0A00, 0x0A7F)]),
    ("NotoSansGujarati", [(0x0A80, 0x0AFF)]),
    ("NotoSansOriya", [(0x0B00, 0x0B7F)]),
    ("NotoSansTamil", [(0x0B80, 0x0BFF)]),
    ("NotoSansTelugu", [(0x0C00, 0x0C7F)]),
    ("NotoSansKannada", [(0x0C80, 0x0CFF)]),
    ("NotoSansMalayalam", [(0x0D00, 0x0D7F)]),
    ("NotoSansSinhala", [(0x0D80, 0x0DFF)]),
    ("NotoSansThai", [(0x0E00, 0x0E7F)]),
    ("NotoSansLao", [(0x0E80, 0x0EFF)]),
    ("NotoSansMyanmar", [(0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)]),
    ("NotoSansGeorgian", [(0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)]),
    ("NotoSansEthiopic", [(0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F)]),
    ("NotoSansKhmer", [(0x1780, 0x17FF), (0x19E0, 0x19FF)]),
    ("NotoSansTifinagh", [(0x2D30, 0x2D7F)]),
    ("NotoSansVai", [(0xA500, 0xA63F)]),
    # Signs a screen needs: arrows, ticks, circles, squares.
    ("NotoSansSymbols", [(0x2190, 0x21FF), (0x2600, 0x26FF)]),
    ("NotoSansSymbols2", [(0x25A0, 0x25FF), (0x2700, 0x27BF)]),
    ("NotoSansMath", [(0x2190, 0x2193), (0x2200, 0x22FF)]),
]

# How deep a line reaches, in thousandths of its size.
DESCENT = 470

# Math and symbols are large; of them this is enough.
SIGNS = set(map(ord, "←↑→↓↔↕↩↪⇧⇨∞−≈≠≤≥■□▲△▶▷▼▽◀◁◆◇○●◌◯★☆☐☑☒✓✔✕✖✗✘✎✏⚙☎✉"))
SIGN_FONTS = {"NotoSansSymbols", "NotoSansSymbols2", "NotoSansMath"}


def part(folder, name, weight, ranges, taken):
    """The part of a font that is merged, as bytes, or None."""
    path = os.path.join(folder, f"{name}-{weight}.ttf")
    if not os.path.exists(path):
        path = os.path.join(folder, f"{name}-Regular.ttf")  # Vai and the signs have one weight
    font = TTFont(path)
    has = set(font.getBestCmap())
    wanted = {c for a, b in ranges for c in range(a, b + 1)} & has - taken
    if name in SIGN_FONTS:
        wanted &= SIGNS
    if not wanted:
        return None
    taken |= wanted
    options = Options()
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.layout_features = ["*"]
    options.drop_tables += ["DSIG", "MATH", "STAT", "meta"]
    subsetter = Subsetter(options)
    # Joiners and the dotted circle take part in shaping within each script.
    subsetter.populate(unicodes=wanted | ({0x200C, 0x200D, 0x25CC} & has))
    subsetter.subset(font)
    if font["head"].unitsPerEm != 1000:
        scale_upem(font, 1000)
    out = io.BytesIO()
    font.save(out)
    out.seek(0)
    return out


def merged(folder, weight):
    """One font of all scripts."""
    taken, parts, first = set(), [], None
    for name, ranges in FONTS:
        p = part(folder, name, weight, ranges, taken)
        if p is not None:
            parts.append(p)
            first = first or TTFont(io.BytesIO(p.getvalue()))
    font = Merger().merge(parts)
    heights(font, first)
    rename(font, weight)
    return font


def heights(font, first):
    """Lines as high as those of the first font merged; the merger takes the tallest
    of all, and lines would stand far apart."""
    for table, fields in {"hhea": ["ascent", "descent", "lineGap"],
                          "OS/2": ["sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent"]}.items():
        for field in fields:
            setattr(font[table], field, getattr(first[table], field))
    # But Fyne cuts off what reaches below the line: the dots of a final yeh in
    # Arabic (-421) and what stacks in Burmese (-467) must have room.
    font["hhea"].descent = font["OS/2"].sTypoDescender = -DESCENT
    font["OS/2"].usWinDescent = DESCENT
    # The same fonts give the same file.
    font["head"].created = font["head"].modified = first["head"].created
    font.recalcTimestamp = False


def rename(font, weight, family="Baraza Sans", version="Version 1.0, merged from Noto Sans"):
    """A merged font is not Noto any more; its name says so."""
    table = font["name"]
    licence = table.getDebugName(0)
    table.names = []
    for number, text in {0: licence, 1: family, 2: weight, 3: f"{family} {weight}", 4: f"{family} {weight}",
                         5: version, 6: f"{family.replace(' ', '')}-{weight}",
                         13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
                         14: "https://scripts.sil.org/OFL"}.items():
        table.setName(text, number, 3, 1, 0x409)


def licence(into):
    """The licence as Debian ships it, unfolded."""
    with open("/usr/share/doc/fonts-noto-core/copyright", encoding="utf-8") as f:
        text = f.read().split("\nLicense: OFL-1.1\n PREAMBLE", 1)[1].split("\n\n", 1)[0]
    lines = ["PREAMBLE"] + [line[1:].replace(".", "", 1) if line == " ." else line[1:] for line in text.split("\n")[1:]]
    head = ["Baraza Sans is merged from Noto Sans, Copyright Google LLC and the Noto project's authors,",
            "https://github.com/notofonts. It is licensed under the", "",
            "SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007", ""]
    with open(os.path.join(into, "OFL.txt"), "w", encoding="utf-8") as f:
        f.write("\n".join(head + lines).rstrip() + "\n")


# What is taken for Chinese: punctuation, kana, the unified ideographs without their
# extensions, full-width forms.
HAN = [(0x3000, 0x30FF), (0x3105, 0x312D), (0x4E00, 0x9FFF), (0xFF00, 0xFFEF)]

# What stands among Chinese on a screen: names and numbers in Latin, marks and signs.
BESIDE_HAN = [
    ("NotoSans", [(0x0020, 0x024F), (0x0300, 0x036F), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF),
                  (0x2100, 0x218F)]),
    ("NotoSansSymbols", [(0x2190, 0x21FF), (0x2600, 0x26FF)]),
    ("NotoSansSymbols2", [(0x25A0, 0x25FF), (0x2700, 0x27BF)]),
    ("NotoSansMath", [(0x2190, 0x2193), (0x2200, 0x22FF)]),
]


def ideographs(folder):
    """The part of Chinese as bytes: outlines alone, for lines that run from left to right."""
    font = TTFont(os.path.join(folder, "DroidSansFallbackFull.ttf"))
    has = set(font.getBestCmap())
    options = Options()
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "vhea", "vmtx"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={c for a, b in HAN for c in range(a, b + 1)} & has)
    subsetter.subset(font)
    scale_upem(font, 1000)
    out = io.BytesIO()
    font.save(out)
    out.seek(0)
    return out


def han(droid, noto):
    """The font of Chinese, as high above the line as the one of all other scripts."""
    taken = set()
    parts = [part(noto, name, "Regular", ranges, taken) for name, ranges in BESIDE_HAN]
    first = TTFont(io.BytesIO(parts[0].getvalue()))
    font = Merger().merge([p for p in parts if p is not None] + [ideographs(droid)])
    heights(font, first)
    table = font["name"]
    table.names = []
    for number, text in {0: "Digitized data copyright © 2006-2010, Google Corporation; Latin: Copyright Google LLC", 1: "Baraza Han", 2: "Regular",
                         3: "Baraza Han Regular", 4: "Baraza Han Regular",
                         5: "Version 2.0, taken from Droid Sans Fallback, with Latin of Noto Sans",
                         6: "BarazaHan-Regular", 13: "Ideographs: Apache License, Version 2.0; Latin: SIL Open Font License, Version 1.1",
                         14: "https://www.apache.org/licenses/LICENSE-2.0"}.items():
        table.setName(text, number, 3, 1, 0x409)
    return font


def cut(font, characters):
    """Leaves only these characters in a font, and all that they are shaped with."""
    options = Options()
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.layout_features = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def names(sans, han, languages, weight):
    """The part of the fonts in which the languages' own names are drawn."""
    with open(languages, "rb") as f:
        known = tomllib.load(f)
    text = set(map(ord, " ".join(language["name"] for language in known["language"])))
    parts = []
    for path in [sans, han]:
        font = TTFont(path)
        here = text & set(font.getBestCmap())
        text -= here
        cut(font, here)
        out = io.BytesIO()
        font.save(out)
        out.seek(0)
        parts.append(out)
    first = TTFont(io.BytesIO(parts[0].getvalue()))
    font = Merger().merge(parts)
    heights(font, first)
    rename(font, weight, "Baraza Names", "Version 2.0, cut from Baraza Sans and Baraza Han")
    return font


# What labels in Arabic are drawn with: its letters, and what stands among them.
ARABIC = [(0x0020, 0x024F), (0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0x2000, 0x206F), (0x20A0, 0x20CF), (0x2100, 0x22FF),
          (0x25A0, 0x27BF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)]

# How far a line of it reaches, in thousandths of its size: a damma above a hamza
# reaches to 1298, two marks on a lam to 1330. app/font.go has the difference from
# the other fonts, so that words stand on one line.
ARABIC_ASCENT, ARABIC_DESCENT = 1369, 530


def arabic(sans, weight):
    """The part of the merged font for Arabic, with lines so high that Fyne cuts off no
    mark. All lines of fields would stand further apart if the merged one had them."""
    font = TTFont(sans)
    cut(font, {c for a, b in ARABIC for c in range(a, b + 1)} & set(font.getBestCmap()) | {0x25CC})
    font["hhea"].ascent = font["OS/2"].sTypoAscender = font["OS/2"].usWinAscent = ARABIC_ASCENT
    font["hhea"].descent = font["OS/2"].sTypoDescender = -ARABIC_DESCENT
    font["OS/2"].usWinDescent = ARABIC_DESCENT
    font.recalcTimestamp = False
    rename(font, weight, "Baraza Arabic", "Version 1.0, cut from Baraza Sans")
    return font


def save(font, path):
    font.save(path)
    print(f"{path}: {os.path.getsize(path)} bytes, {len(TTFont(path).getBestCmap())} characters")


def main():
    folder, languages, into = sys.argv[1:]
    os.makedirs(into, exist_ok=True)
    licence(into)
    shutil.copyfile("/usr/share/common-licenses/Apache-2.0", os.path.join(into, "Apache-2.0.txt"))
    chinese = os.path.join(into, "BarazaHan-Regular.ttf")
    save(han(os.path.join(folder, "droid"), os.path.join(folder, "noto")), chinese)
    for weight in ["Regular", "Bold"]:
        path = os.path.join(into, f"BarazaSans-{weight}.ttf")
        save(merged(os.path.join(folder, "noto"), weight), path)
        save(names(path, chinese, languages, weight), os.path.join(into, f"BarazaNames-{weight}.ttf"))
        save(arabic(path, weight), os.path.join(into, f"BarazaArabic-{weight}.ttf"))


main()
