"""Labelled Faces in the Wild: person -> image paths, and what the tests take of it."""

import base64
import random


def images(data):
    folder = data / "lfw" / "images"
    if not folder.is_dir():
        return {}
    return {person.name: sorted(person.glob("*.jpg")) for person in sorted(folder.iterdir()) if person.is_dir()}


def sample(faces, enrolled, strangers, seed=20):
    """People with two images to enrol and search, and other people to search with; the same ones in every run."""
    chooser = random.Random(seed)
    several = [person for person, files in faces.items() if len(files) >= 2]
    known = chooser.sample(several, enrolled)
    others = chooser.sample([person for person in faces if person not in set(known)], strangers)
    return known, others


def base64_of(path):
    return base64.b64encode(path.read_bytes()).decode()
