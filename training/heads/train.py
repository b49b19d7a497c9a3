#!/usr/bin/env python3
"""Trains the attribute heads of one pack on the features that the server itself computes.

    python3 train.py --features FEATURES --labels ../labels/lfw_attributes.csv --out ../../crates/mien-vision/heads/PACK.weights

Needs numpy and scikit-learn. FEATURES is what `cargo run --release -p mien-vision --example features` wrote. Only rows of
the split `train` are read for fitting, choosing and calibrating; the split `test` is scored once, at the end.
"""

import argparse
import csv
import hashlib
import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.extmath import randomized_svd

COMPONENTS = 192
STRENGTHS = (0.001, 0.01)

# name: (column of the labels, {label: class}, balanced, candidate sets of looks). "balanced" counts every class alike, which
# is how these are measured; the others keep the frequencies of the labels.
HEAD = ["head/*", "face/*"]
HEADS = {
    "glasses": ("glasses", {"none": "none", "clear": "clear", "sunglasses": "sunglasses"}, True,
                [["head/*", "face/*"], ["face/*", "eyes/*"], ["head/*", "face/*", "eyes/*"]]),
    "hat": ("hat", {"none": "none", "hat": "hat"}, True, [["head/*"], ["head/*", "face/*"]]),
    "hat_style": ("hat_style", {"cap": "ordinary", "beret/beanie": "ordinary", "brim": "ordinary", "headscarf": "ordinary",
                                "other": "ordinary", "helmet": "helmet"}, False, [["head/*"], ["head/*", "face/*"]]),
    "hat_colour": ("hat_colour", {"red": "red", "yellow": "yellow", "beige": "yellow", "orange": "red", "blue": "blue",
                                  "purple": "blue", "green": "mixed", "black": "black", "brown": "mixed",
                                  "grey": "grey_white", "white": "grey_white", "mixed": "mixed"}, False,
                   [["colours"], ["colours", "head/*"]]),
    "facial_hair": ("facial_hair", {"none": "none", "moustache": "facial_hair", "beard": "facial_hair"}, True,
                    [["head/*", "face/*"], ["face/*", "mouth/*"], ["head/*", "face/*", "mouth/*"]]),
    "mouth": ("mouth", {"closed": "closed", "open": "open"}, True, [["lips"]]),
    "eyes": ("eyes", {"open": "open", "closed": "closed"}, True,
             [["eyes/*", "face/*", "left-eye/*", "right-eye/*", "shape"], ["eyes/*", "left-eye/*", "right-eye/*", "shape"],
              ["left-eye/*", "right-eye/*", "shape", "mesh/*"]]),
    "smile": ("smile", {"none": "none", "smile": "smile", "laugh": "laugh"}, False,
              [["mouth/*", "face/*", "mesh/*"], ["mouth/*", "mesh/*", "shape"]]),
    "hair_length": ("hair_length", {k: k for k in ("bald", "short", "medium", "long", "tied")}, False,
                    [["head/*", "face/*"], ["head/*"], ["head/*", "face/*", "colours"]]),
    "bangs": ("bangs", {"no": "no", "yes": "yes"}, False, [["head/*", "face/*"], ["head/*", "face/*", "eyes/*"]]),
    "hair_colour": ("hair_colour", {"black": "black", "brown": "brown", "blond": "blond", "grey_white": "grey_white",
                                    "red": "brown"}, False, [["head/*", "face/*"], ["head/*", "face/*", "colours"]]),
    "eyebrows": ("eyebrow_density", {"light": "light", "thick": "thick"}, False,
                 [["face/*", "eyes/*"], ["face/*", "eyes/*", "head/*"], ["face/*"]]),
    "skin": ("skin", {"light": "light", "medium": "medium", "dark": "dark"}, False,
             [["head/*", "face/*"], ["head/*", "face/*", "colours"]]),
    "face_shape": ("face_shape", {"oval": "oval", "long": "oval", "round": "round", "square": "square", "heart": "heart"},
                   False, [["shape"], ["face/*", "shape"]]),
    "eyelid": ("eyelid", {"single": "single", "double": "double"}, False,
               [["eyes/*", "face/*"], ["eyes/*"], ["head/*", "face/*", "eyes/*"]]),
    "eyebrow_curve": ("eyebrow_curve", {"flat": "flat", "curved": "curved"}, False, [["face/*", "shape"]]),
    "eyebrow_length": ("eyebrow_length", {"short": "short", "long": "long"}, False, [["eyes/*", "shape"], ["face/*", "shape"]]),
    "eye_size": ("eye_size", {"small": "small", "normal": "normal", "big": "big"}, False, [["eyes/*", "shape"]]),
    "nose": ("nose", {"normal": "normal", "bulbous": "bulbous", "aquiline": "aquiline"}, False, [["face/*", "shape"], ["face/*"]]),
}
# Fewer labels bear less freedom.
FEW, STRENGTHS_OF_FEW = 600, (0.0003, 0.001, 0.01)


def main():
    arguments = argparse.ArgumentParser()
    for name in ("features", "labels", "out"):
        arguments.add_argument("--" + name, required=True)
    arguments.add_argument("--lips", required=True, help="what lips.py wrote for this pack")
    arguments.add_argument("--only", nargs="+", help="train these heads and take the others from OUT as it is")
    arguments.add_argument("--rows", help="where to write a few rows of features and answers, for the test of the server")
    arguments.add_argument("--report", help="where to write the figures as JSON")
    options = arguments.parse_args()
    with open(options.labels, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    data = Features(options.features, len(rows), np.load(options.lips))
    train = np.array([row["split"] == "train" for row in rows]) & data.found
    old, known = {}, {}
    if options.only:
        old = {head["name"]: head for head in read(options.out)}
        with open(options.report, encoding="utf-8") as file:
            known = json.load(file)
    heads, report = [], {}
    for name in HEADS:
        head = old.get(name)
        if head and name not in options.only:
            figures = known[name]
        else:
            head, figures = fit(name, rows, train, data)
        heads.append(head)
        report[name] = figures
        print(json.dumps({name: figures}), flush=True)
    write(options.out, heads)
    if options.rows:
        write_rows(options.rows, heads, data, np.where(data.found)[0][:2])
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
            file.write("\n")


class Features:
    """Records of 16-bit floats, for each picture one upright and one mirrored, and the names of the blocks."""

    def __init__(self, path, count, lips):
        with open(path + ".json", encoding="utf-8") as file:
            self.names = json.load(file)
        length = sum(size for _, size in self.names)
        values = np.memmap(path, np.float16, "r", shape=(count, 2, length))
        self.blocks, start = {}, 0
        for name, size in self.names:
            self.blocks[name] = values[:, :, start:start + size]
            start += size
        # Of the network as it is served, and of networks that never saw the person.
        self.blocks["lips"], self.held_out = lips["served"][:, None, None], lips["held_out"]
        self.names = [pair for pair in self.names if pair[0] != "lips"] + [["lips", 1]]
        self.found = ~np.isnan(np.array(values[:, :, 0], np.float32)).any(axis=1)
        self.reduced = {}

    def match(self, patterns):
        return [name for name, _ in self.names
                if any(name == p or (p.endswith("*") and name.startswith(p[:-1])) for p in patterns)]

    def components(self, name, train):
        """Principal components of a block, as values of all rows and the matrix that gives them from raw features."""
        if name not in self.reduced:
            upright = np.array(self.blocks[name][train, 0], np.float32)
            mean = upright.mean(axis=0)
            deviation = upright.std(axis=0) + 1e-3 * upright.std() + 1e-6
            if upright.shape[1] > COMPONENTS:
                scaled = (upright - mean) / deviation
                _, size, axes = randomized_svd(scaled, COMPONENTS, n_iter=3, random_state=0)
                matrix = (axes / (size.mean() / np.sqrt(len(scaled)))).T / deviation[:, None]
            else:
                matrix = np.diag(1.0 / deviation)
            matrix = matrix.astype(np.float32)
            shift = mean @ matrix
            values = np.empty((len(train), 2, matrix.shape[1]), np.float32)
            for begin in range(0, len(train), 256):
                part = np.array(self.blocks[name][begin:begin + 256], np.float32)
                values[begin:begin + 256] = np.nan_to_num(part @ matrix - shift)
            self.reduced[name] = (values, matrix, shift)
        return self.reduced[name]


def fit(name, rows, train, data):
    column, mapping, balanced, candidates = HEADS[name]
    classes = list(dict.fromkeys(mapping.values()))
    labels = np.array([classes.index(mapping[row[column]]) if row[column] in mapping else -1 for row in rows])
    known = np.where(train & (labels >= 0))[0]
    if candidates == [["lips"]]:
        return of_lips(classes, labels, rows, data, known)
    weight = "balanced" if balanced else None
    best = None
    for patterns in candidates:
        names = data.match(patterns)
        values = np.concatenate([data.components(block, train)[0] for block in names], axis=2)
        for strength in STRENGTHS if len(known) > FEW else STRENGTHS_OF_FEW:
            logits = cross_validated(values, labels, known, strength, weight, len(classes))
            score = figure(labels[known], logits.argmax(axis=1), balanced)
            if best is None or score > best[0]:
                best = (score, names, strength, logits)
    score, names, strength, logits = best
    temperature = calibrate(logits, labels[known], balanced)
    values = np.concatenate([data.components(block, train)[0] for block in names], axis=2)
    model = model_of(strength, weight).fit(values[known].reshape(-1, values.shape[2]), np.repeat(labels[known], 2))
    coefficient, bias = both(model, len(classes))
    head = fold(name, classes, names, coefficient / temperature, bias / temperature, data, train)
    return head, figures(head, labels, rows, data, strength, temperature, score)


def figures(head, labels, rows, data, strength, temperature, score):
    test = np.where(~np.array([row["split"] == "train" for row in rows]) & data.found & (labels >= 0))[0]
    answers = answer(head, data, test)
    predicted = answers.argmax(axis=1)
    counts = np.bincount(labels[test], minlength=len(head["classes"]))
    return {
        "looks": [block for block, _ in head["blocks"]], "strength": strength, "temperature": round(float(temperature), 3),
        "cross_validated": round(score, 4), "n": len(test),
        "balanced_accuracy": round(float(balanced_accuracy_score(labels[test], predicted)), 4),
        "accuracy": round(float((labels[test] == predicted).mean()), 4), "majority": round(float(counts.max() / len(test)), 4),
    }


def of_lips(classes, labels, rows, data, known):
    """The network of the lips is trained on these labels already: only its temperature is fitted, on people it never saw."""
    halves = np.array([-0.5, 0.5])
    logits = data.held_out[known][:, None] * halves
    temperature = calibrate(logits, labels[known], True)
    head = {"name": "mouth", "classes": classes, "blocks": [["lips", 1]], "bias": [0.0, 0.0],
            "scales": [[float(np.float32(0.5 / temperature / 127))] for _ in classes],
            "weights": [[np.array([sign * 127], np.int8)] for sign in (-1, 1)]}
    return head, figures(head, labels, rows, data, None, temperature, figure(labels[known], logits.argmax(axis=1), True))


def model_of(strength, weight):
    return LogisticRegression(C=strength, class_weight=weight, max_iter=400, tol=1e-3)


def both(model, classes):
    """Weights of every class; a binary model has one row, which is halved between the two."""
    if classes > 2:
        return model.coef_, model.intercept_
    return np.vstack([-model.coef_[0], model.coef_[0]]) / 2, np.array([-model.intercept_[0], model.intercept_[0]]) / 2


def cross_validated(values, labels, known, strength, weight, classes):
    logits = np.zeros((len(known), classes))
    folds = StratifiedKFold(4, shuffle=True, random_state=0).split(known, labels[known])
    for one, other in folds:
        fitted = values[known[one]].reshape(-1, values.shape[2])
        model = model_of(strength, weight).fit(fitted, np.repeat(labels[known[one]], 2))
        coefficient, bias = both(model, classes)
        logits[other] = values[known[other], 0] @ coefficient.T + bias
    return logits


def figure(labels, predicted, balanced):
    return float(balanced_accuracy_score(labels, predicted) if balanced else (labels == predicted).mean())


def calibrate(logits, labels, balanced):
    """The temperature with the least cross entropy; classes count alike where the head is balanced."""
    counts = np.bincount(labels, minlength=logits.shape[1])
    weight = (len(labels) / (len(counts) * counts))[labels] if balanced else np.ones(len(labels))
    def loss(temperature):
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        logs = scaled[np.arange(len(labels)), labels] - np.log(np.exp(scaled).sum(axis=1))
        return -(weight * logs).mean()
    return min(np.geomspace(0.2, 8.0, 120), key=loss)


def fold(name, classes, names, coefficient, bias, data, train):
    """Weights on raw features in 8 bits, one scale for each class and block."""
    scales, weights, start, bias = [[] for _ in classes], [[] for _ in classes], 0, bias.astype(np.float64).copy()
    for block in names:
        _, matrix, shift = data.components(block, train)
        part = coefficient[:, start:start + matrix.shape[1]]
        start += matrix.shape[1]
        raw = part @ matrix.T
        for index in range(len(classes)):
            scale = float(np.abs(raw[index]).max() / 127 or 1.0)
            scales[index].append(float(np.float32(scale)))
            weights[index].append(np.rint(raw[index] / scale).astype(np.int8))
        bias -= part @ shift
    sizes = dict(data.names)
    return {"name": name, "classes": classes, "blocks": [[block, sizes[block]] for block in names],
            "bias": [float(np.float32(value)) for value in bias], "scales": scales, "weights": weights}


def answer(head, data, rows):
    """What the server answers for upright pictures: from the 8-bit weights, as probabilities."""
    logits = np.tile(np.array(head["bias"]), (len(rows), 1))
    for position, (block, _) in enumerate(head["blocks"]):
        values = np.array(data.blocks[block][rows, 0], np.float32)
        for index in range(len(head["classes"])):
            logits[:, index] += head["scales"][index][position] * (values @ head["weights"][index][position].astype(np.float32))
    logits -= logits.max(axis=1, keepdims=True)
    odds = np.exp(logits)
    return odds / odds.sum(axis=1, keepdims=True)


def read(path):
    with open(path, "rb") as file:
        heads = json.loads(file.readline())["heads"]
        for head in heads:
            head["weights"] = [[np.frombuffer(file.read(size), np.int8) for _, size in head["blocks"]] for _ in head["classes"]]
    return heads


def write(path, heads):
    header = {"heads": [{key: head[key] for key in ("name", "classes", "blocks", "bias", "scales")} for head in heads]}
    with open(path, "wb") as file:
        file.write(json.dumps(header, separators=(",", ":")).encode() + b"\n")
        for head in heads:
            for blocks in head["weights"]:
                for block in blocks:
                    file.write(block.tobytes())
    with open(path, "rb") as file:
        content = file.read()
    print(f"{path}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}", file=sys.stderr)


def write_rows(path, heads, data, rows):
    """Features of some rows in 16 bits and the probabilities that this script gives for them."""
    header = {"blocks": data.names, "rows": len(rows),
              "answers": {head["name"]: answer(head, data, rows).tolist() for head in heads}}
    with open(path, "wb") as file:
        file.write(json.dumps(header, separators=(",", ":")).encode() + b"\n")
        for row in rows:
            for block, _ in data.names:
                file.write(np.array(data.blocks[block][row, 0], np.float16).tobytes())


if __name__ == "__main__":
    main()
