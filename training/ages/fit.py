"""Fits scale and shift of age and gender of a pack on one half of UTKFace; prints the lines for its manifest.

    python fit.py --data DIR --detector face_detection_yunet_2023mar.onnx --pack HOME/packs/PACK

Needs numpy, opencv-python, onnxruntime and scikit-learn. The half is that of the file names with an even sum of bytes;
`mien eval ages` measures on the other half.
"""

import argparse
import glob
import os
import random
import tomllib

import cv2
import numpy as np
import onnxruntime
from sklearn.linear_model import LogisticRegression

SAMPLES = 900


def similarity(points, template):
    rows, values = [], []
    for (x, y), (u, v) in zip(points, template):
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
        values += [u, v]
    a, b, right, down = np.linalg.lstsq(np.array(rows, float), np.array(values, float), rcond=None)[0]
    return np.array([[a, -b, right], [b, a, down]])


def least_absolute(matrix, values):
    """Least absolute errors by reweighted least squares."""
    found = np.linalg.lstsq(matrix, values, rcond=None)[0]
    for _ in range(50):
        weight = 1 / np.sqrt(np.maximum(abs(matrix @ found - values), 0.5))
        found = np.linalg.lstsq(matrix * weight[:, None], values * weight, rcond=None)[0]
    return found


def main():
    arguments = argparse.ArgumentParser()
    for name in ("data", "detector", "pack"):
        arguments.add_argument(f"--{name}", required=True)
    arguments = arguments.parse_args()
    with open(os.path.join(arguments.pack, "pack.toml"), "rb") as manifest:
        role = tomllib.load(manifest)["roles"]["age_gender"]
    template, form = role["crop"]["points"], role["input"]
    network = onnxruntime.InferenceSession(os.path.join(arguments.pack, role["file"]))
    outputs = [output.name for output in network.get_outputs()]
    detector = cv2.FaceDetectorYN.create(arguments.detector, "", (200, 200), 0.5)

    files = sorted(glob.glob(os.path.join(arguments.data, "utkface", "*")))
    files = [file for file in files if sum(os.path.basename(file).encode()) % 2 == 0]
    random.seed(1)
    ages, females, years, odds = [], [], [], []
    for file in random.sample(files, min(SAMPLES, len(files))):
        image = cv2.imread(file)
        detector.setInputSize((image.shape[1], image.shape[0]))
        faces = detector.detect(image)[1]
        if faces is None:
            continue
        face = max(faces, key=lambda row: row[2] * row[3])
        place = similarity(face[4:14].reshape(5, 2), template)
        crop = cv2.warpAffine(image, place, (form["width"], form["height"])).astype(np.float32)
        if form["colour"] == "rgb":
            crop = crop[:, :, ::-1]
        crop = (crop - np.array(form.get("mean", 0), np.float32)) / np.array(form.get("deviation", 1), np.float32)
        found = dict(zip(outputs, network.run(None, {network.get_inputs()[0].name: crop.transpose(2, 0, 1)[None]})))
        age, gender = found[role["age"]].ravel(), found[role["gender"]].ravel()
        if role["age_kind"] == "distribution":
            age = [(age * np.arange(len(age))).sum() / age.sum()]
        male = {"male": gender[0], "male-female": gender[0], "female-male": gender[-1]}[role["gender_kind"]]
        male = min(max(male, 1e-4), 1 - 1e-4)
        words = os.path.basename(file).split("_")
        ages.append(int(words[0]))
        females.append(int(words[1]))
        years.append(age[0] * (100 if role["age_kind"] == "centuries" else 1))
        odds.append(np.log(male / (1 - male)))

    scale, shift = least_absolute(np.stack([years, np.ones(len(years))], 1), np.array(ages, float))
    fitted = LogisticRegression().fit(np.array(odds)[:, None], 1 - np.array(females))
    print(f"# {len(ages)} faces")
    print(f"age_scale = {scale:.3f}\nage_shift = {shift:.3f}")
    print(f"gender_scale = {fitted.coef_[0, 0]:.3f}\ngender_shift = {fitted.intercept_[0]:.3f}")


main()
