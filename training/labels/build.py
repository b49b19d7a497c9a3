"""Expand codes.txt (labels written by eye, one short line per face) into lfw_attributes.csv.

    python3 build.py            # writes lfw_attributes.csv and prints counts per class and split
    python3 build.py --check    # fails when the CSV on disk is not what the codes give

images.txt: index, image, how it was picked. codes.txt: index, five-letter core, then only what differs
from the defaults. mouth_looks.txt: image and the mouth in three looks, of which the last counts. traits.txt: five letters
for some of the images. The alphabet of both is described in README.md. Standard library only.
"""
import collections
import csv
import hashlib
import io
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
UNSEEN = "?"
COLUMNS = (
    "image split pick glasses hat hat_style hat_colour facial_hair mouth teeth mouth_gap eyes smile "
    "hair_length bangs hair_colour eyebrow_density skin face_shape gender_apparent age_band eyelid emotion eye_size eyebrow_curve eyebrow_length nose"
).split()
CORE = (
    ("gender_apparent", {"m": "male", "f": "female"}),
    ("age_band", {"c": "child", "y": "young", "m": "middle", "o": "old"}),
    ("skin", {"l": "light", "m": "medium", "d": "dark"}),
    ("hair_length", {"0": "bald", "s": "short", "m": "medium", "l": "long", "t": "tied"}),
    ("hair_colour", {"K": "black", "B": "brown", "Y": "blond", "G": "grey_white", "R": "red", "O": "other"}),
)
TRAITS = (
    ("emotion", dict(n="neutral", h="happy", s="surprised", a="angry", d="sad", g="disgusted", f="scared")),
    ("eye_size", dict(s="small", n="normal", b="big")),
    ("eyebrow_curve", dict(f="flat", c="curved")),
    ("eyebrow_length", dict(s="short", l="long")),
    ("nose", dict(u="upturned", a="aquiline", n="normal", b="bulbous")),
)
NO_TRAITS = {column: UNSEEN for column, _ in TRAITS}
HAT_STYLES = {"c": "cap", "h": "helmet", "b": "beret/beanie", "r": "brim", "s": "headscarf", "o": "other"}
HAT_COLOURS = "black blue red green yellow orange brown beige purple white grey mixed".split()
TOKENS = {
    "g": {"glasses": "clear"},
    "sg": {"glasses": "sunglasses"},
    "g?": {"glasses": UNSEEN},
    "H?": {"hat": UNSEEN, "hat_style": UNSEEN, "hat_colour": UNSEEN},
    "Hx": {"hat": UNSEEN, "hat_style": "other", "hat_colour": UNSEEN},
    "mu": {"facial_hair": "moustache"},
    "bd": {"facial_hair": "beard"},
    "st": {"facial_hair": "stubble"},
    "f?": {"facial_hair": UNSEEN},
    "t": {"mouth": "open", "teeth": "yes"},
    "o": {"mouth": "open", "mouth_gap": "yes"},
    "to": {"mouth": "open", "teeth": "yes", "mouth_gap": "yes"},
    "m?": {"mouth": UNSEEN, "teeth": UNSEEN, "mouth_gap": UNSEEN},
    "ec": {"eyes": "closed"},
    "e1": {"eyes": "one"},
    "eo": {"eyes": "open"},
    "e?": {"eyes": UNSEEN},
    "s": {"smile": "smile"},
    "l": {"smile": "laugh"},
    "bg": {"bangs": "yes"},
    "b?": {"bangs": UNSEEN},
    "bl": {"eyebrow_density": "light"},
    "bm": {"eyebrow_density": "medium"},
    "bt": {"eyebrow_density": "thick"},
    "d1": {"eyelid": "single"},
    "d2": {"eyelid": "double"},
    "fo": {"face_shape": "oval"},
    "fr": {"face_shape": "round"},
    "fs": {"face_shape": "square"},
    "fl": {"face_shape": "long"},
    "fh": {"face_shape": "heart"},
}


def main():
    rows = labelled_faces()
    text = as_csv(rows)
    target = HERE / "lfw_attributes.csv"
    if "--check" in sys.argv[1:]:
        if target.read_text() != text:
            sys.exit("lfw_attributes.csv is not what codes.txt gives: run build.py")
    else:
        target.write_text(text)
    print_counts(rows)


def labelled_faces():
    images = {}
    for line in lines("images.txt"):
        index, image, pick = line.split()
        images[index] = (image, pick)
    mouths, marked = last_looks(), traits()
    rows, seen = [], set()
    for line in lines("codes.txt"):
        index, code = line.split(maxsplit=1)
        if index in seen:
            raise ValueError(f"codes.txt: {index} is labelled twice")
        seen.add(index)
        if code.strip() == "X":  # two faces compete for the centre: left out
            continue
        image, pick = images[index]
        face = expand(index, code)
        look_again(face, mouths[image])
        rows.append({"image": image, "split": split(image), "pick": pick, **face, **marked.get(image, NO_TRAITS)})
    return sorted(rows, key=lambda row: row["image"])


def last_looks():
    """The mouth of each image as the last look at it saw it."""
    looks = {}
    for line in lines("mouth_looks.txt"):
        image, seen = line.split()[:2]
        looks[image] = {"o": "open", "c": "closed", "?": UNSEEN}[seen.rstrip("-")[-1]]
    return looks


def traits():
    """Emotion, eyes, eyebrows and nose of the images that were looked at for them."""
    marked = {}
    for line in lines("traits.txt"):
        image, letters = line.split()
        marked[image] = {column: "?" if letter == "-" else names[letter]
                         for letter, (column, names) in zip(letters, TRAITS, strict=True)}
    return marked


def look_again(face, mouth):
    """The later looks told only whether the lips are apart: what of teeth and gap that leaves open is unknown."""
    if mouth == face["mouth"]:
        return
    unknown = {"closed": "no", "open": UNSEEN, UNSEEN: UNSEEN}[mouth]
    face.update(mouth=mouth, teeth=unknown, mouth_gap=unknown)


def lines(name):
    text = (HERE / name).read_text()
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def split(image):
    """60 / 40 by person: the same person never lies in both parts."""
    person = image.rsplit("_", 1)[0]
    return "train" if hashlib.sha256(person.encode()).digest()[0] < 154 else "test"


def expand(index, code):
    core, *tokens = code.split()
    if len(core) != len(CORE):
        raise ValueError(f"codes.txt: {index}: core {core!r} needs {len(CORE)} letters")
    face = {
        "glasses": "none", "hat": "none", "hat_style": "none", "hat_colour": "", "facial_hair": "none",
        "mouth": "closed", "teeth": "no", "mouth_gap": "no", "eyes": "open", "smile": "none",
        "bangs": "no", "eyebrow_density": UNSEEN, "face_shape": UNSEEN, "eyelid": UNSEEN,
    }
    for letter, (column, values) in zip(core, CORE):
        if letter != UNSEEN and letter not in values:
            raise ValueError(f"codes.txt: {index}: {letter!r} is no {column}")
        face[column] = values.get(letter, UNSEEN)
    explicit = {}
    for token in tokens:
        if token in TOKENS:
            explicit.update(TOKENS[token])
        elif token[0] == "H" and token[1] in HAT_STYLES and token[2:3] == ":" and token[3:] in HAT_COLOURS:
            explicit.update(hat="hat", hat_style=HAT_STYLES[token[1]], hat_colour=token[3:])
        else:
            raise ValueError(f"codes.txt: {index}: unknown token {token!r}")
    face.update(explicit)
    if face["hat"] != "none" and "bangs" not in explicit:
        face["bangs"] = UNSEEN  # the forehead is under the hat or band
    if face["glasses"] == "sunglasses" and "eyes" not in explicit:
        face["eyes"] = UNSEEN
    if face["mouth"] == UNSEEN and "smile" not in explicit:
        face["smile"] = UNSEEN
    return face


def as_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def print_counts(rows):
    print(f"{len(rows)} faces of {len({row['image'].rsplit('_', 1)[0] for row in rows})} people")
    for column in COLUMNS[1:]:
        counts = {part: collections.Counter(r[column] for r in rows if r["split"] == part) for part in ("train", "test")}
        values = sorted(counts["train"] | counts["test"], key=lambda v: (v == UNSEEN, v))
        print(f"{column:16}", "  ".join(f"{v or '-'} {counts['train'][v]}+{counts['test'][v]}" for v in values))


if __name__ == "__main__":
    main()
