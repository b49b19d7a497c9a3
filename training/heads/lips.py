#!/usr/bin/env python3
"""Trains the network that looks whether lips are apart, and its answers for the head that leans on it.

    python3 lips.py cut --images LFW/images --points human.points omz.points --labels ../labels/lfw_attributes.csv --out crops.npz
    python3 lips.py train --crops crops.npz --labels ../labels/lfw_attributes.csv --fold 0 --state fold0    # folds 0 to 3
    python3 lips.py train --crops crops.npz --labels ../labels/lfw_attributes.csv --state all               # all of them
    python3 lips.py answers --crops crops.npz --labels ../labels/lfw_attributes.csv --state all fold0 fold1 fold2 fold3 --out lips
    python3 lips.py export --state all fold0 fold1 --out ../../crates/mien-vision/lips/lips.onnx

Needs tensorflow-cpu, numpy, opencv and onnx. PACK.points are written by the example `features` (README.md). Only people of
the split `train` are trained on; those of fold 0 to 3 are held out in turn, so that the head can be told how much to trust it.
What is served is the mean of the first three.
"""

import argparse
import csv
import hashlib
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

SIDE, UNITS, MIDDLE = 48, 54.0, (56.0, 92.0)
COPIES = 7
# Stride, channels of 3 x 3 convolutions.
LAYERS = [(2, 24), (1, 36), (2, 48), (1, 48), (2, 72), (1, 72)]
DENSE = 32
EPOCHS, BATCH = 22, 64
# Networks whose mean is served.
SERVED = 3
# As in crates/mien-vision/src/heads/sight.rs.
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cut", "train", "answers", "export"])
    for name in ("images", "labels", "crops", "out"):
        parser.add_argument("--" + name)
    parser.add_argument("--points", nargs="+")
    parser.add_argument("--state", nargs="+")
    parser.add_argument("--fold", type=int)
    given = parser.parse_args()
    {"cut": cut, "train": train, "answers": answers, "export": export}[given.what](given)


def labels_of(path):
    """Open, closed or unknown (1, 0, -1), whether of the split `train`, and the fold of the person."""
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    mouths = np.array([{"closed": 0, "open": 1}.get(row["mouth"], -1) for row in rows])
    folds = [hashlib.sha256((row["image"].rsplit("_", 1)[0] + "/fold").encode()).digest()[0] % 4 for row in rows]
    return rows, mouths, np.array([row["split"] == "train" for row in rows]), np.array(folds)


def cut(given):
    import cv2

    rows, mouths, trained, _ = labels_of(given.labels)
    dice = np.random.default_rng(3)
    plain, turned, index = [], [], []
    for path in given.points:
        with open(path, encoding="utf-8") as file:
            points = {line.split()[0]: np.array(line.split()[1:11], float).reshape(5, 2) for line in file}
        patches = np.zeros((len(rows), SIDE, SIDE, 3), np.uint8)
        for row, face in enumerate(rows):
            name = face["image"]
            if name not in points:
                continue
            picture = cv2.imread(os.path.join(given.images, name.rsplit("_", 1)[0], name + ".jpg"))[:, :, ::-1]
            patches[row] = patch(cv2, picture, points[name], MIDDLE, UNITS, 0.0)
            if not trained[row] or mouths[row] < 0:
                continue
            for _ in range(COPIES):
                blurred = cv2.GaussianBlur(picture, (0, 0), dice.uniform(0.5, 1.3)) if dice.random() < 0.25 else picture
                middle = (MIDDLE[0] + dice.normal(0, 2), MIDDLE[1] + dice.normal(0, 2))
                turned.append(patch(cv2, blurred, points[name], middle, UNITS * np.exp(dice.normal(0, 0.09)), dice.normal(0, 0.09)))
                index.append(row)
        plain.append(patches)
    np.savez(given.out, plain=np.array(plain), turned=np.array(turned), index=np.array(index),
             packs=[os.path.basename(path).split(".")[0] for path in given.points])


def patch(cv2, picture, points, middle, units, turn):
    """The mouth as the server cuts it: bilinear, black outside of the picture."""
    source, target = points - points.mean(0), TEMPLATE - TEMPLATE.mean(0)
    size = (source**2).sum()
    cosine, sine = (source * target).sum() / size, (source[:, 0] * target[:, 1] - source[:, 1] * target[:, 0]).sum() / size
    face = np.eye(3)
    face[:2, :2] = [[cosine, -sine], [sine, cosine]]
    face[:2, 2] = TEMPLATE.mean(0) - face[:2, :2] @ points.mean(0)
    zoom, scale = np.eye(3), SIDE / units
    zoom[:2, :2] = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    zoom[:2, 2] = SIDE / 2 - zoom[:2, :2] @ np.array(middle)
    warped = cv2.warpAffine(picture.astype(np.float32), (zoom @ face)[:2], (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return np.rint(warped).astype(np.uint8)


def fresh(tf):
    layers = tf.keras.layers
    mouth = x = tf.keras.Input((SIDE, SIDE, 3))
    for stride, channels in LAYERS:
        x = layers.Conv2D(channels, 3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.95)(x))
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    x = layers.Dropout(0.3)(layers.Dense(DENSE, activation="relu")(x))
    return tf.keras.Model(mouth, layers.Dense(1)(x))


def train(given):
    import tensorflow as tf

    _, mouths, trained, folds = labels_of(given.labels)
    crops = np.load(given.crops)
    keep = (trained & (mouths >= 0) & (folds != (-1 if given.fold is None else given.fold)))[crops["index"]]
    pictures, truth = crops["turned"][keep], mouths[crops["index"][keep]].astype(np.float32)
    weight = np.where(truth == 1, 0.5 / truth.mean(), 0.5 / (1 - truth.mean())).astype(np.float32)
    tf.keras.utils.set_random_seed(0)
    model = fresh(tf)
    steps = EPOCHS * len(pictures) // COPIES // BATCH * 4
    optimiser = tf.keras.optimizers.AdamW(tf.keras.optimizers.schedules.CosineDecay(2e-3, steps), weight_decay=1e-3)

    def augment(x):
        x = tf.cast(x, tf.float32) / 255
        count = tf.shape(x)[0]
        x = tf.where(tf.random.uniform([count, 1, 1, 1]) < 0.5, x[:, :, ::-1], x)
        x = x * tf.exp(tf.random.normal([count, 1, 1, 1], 0, 0.25)) * tf.exp(tf.random.normal([count, 1, 1, 3], 0, 0.08))
        mean = tf.reduce_mean(x, [1, 2], keepdims=True)
        x = (x - mean) * tf.exp(tf.random.normal([count, 1, 1, 1], 0, 0.2)) + mean
        grey = tf.reduce_mean(x, 3, keepdims=True) + tf.zeros_like(x)
        x = tf.where(tf.random.uniform([count, 1, 1, 1]) < 0.1, grey, x)
        return tf.clip_by_value(x + tf.random.normal(tf.shape(x), 0, 0.02), 0, 1)

    @tf.function
    def update(x, wanted, weights):
        with tf.GradientTape() as tape:
            said = model(augment(x), training=True)[:, 0]
            loss = tf.reduce_mean(weights * tf.nn.sigmoid_cross_entropy_with_logits(wanted * 0.96 + 0.02, said))
        optimiser.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    order = np.random.default_rng(0)
    losses = []
    for step in range(steps):
        rows = order.integers(0, len(pictures), BATCH)
        losses.append(float(update(pictures[rows], truth[rows], weight[rows])))
        if step % 300 == 299:
            print(f"{step + 1}/{steps} loss {np.mean(losses[-300:]):.4f}", flush=True)
    model.save(given.state[0] + ".keras")


def answers(given):
    """OUT_PACK.npz: mean logits of the first states for all faces, and of all but the first for the people of their fold."""
    import tensorflow as tf

    _, mouths, trained, folds = labels_of(given.labels)
    crops = np.load(given.crops)
    models = [tf.keras.models.load_model(state + ".keras") for state in given.state]
    for pack, plain in zip(crops["packs"], crops["plain"]):
        said = [model.predict(plain.astype(np.float32) / 255, batch_size=256, verbose=0)[:, 0] for model in models]
        held_out = np.choose(folds, said[1:])
        served = np.mean(said[:SERVED], axis=0)
        np.savez(f"{given.out}_{pack}.npz", served=served, held_out=held_out)
        for name, logits, rows in (("held out", held_out, trained), ("test", served, ~trained)):
            right = [((logits > 0) == bool(label))[rows & (mouths == label)].mean() for label in (0, 1)]
            print(pack, name, "balanced", round(float(np.mean(right)), 4))


def export(given):
    import onnx
    import tensorflow as tf
    from onnx import TensorProto, helper, numpy_helper

    nodes, stored, means = [], [], []

    def constant(name, value):
        """Weights are kept in 16 bits and widened when the network is loaded."""
        stored.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float16), name + "_16"))
        nodes.append(helper.make_node("Cast", [name + "_16"], [name], to=TensorProto.FLOAT))
        return name

    for number, state in enumerate(given.state):
        model = tf.keras.models.load_model(state + ".keras")
        of = lambda kind: [layer for layer in model.layers if isinstance(layer, kind)]
        last, side = "mouth", SIDE
        for index, (layer, norm) in enumerate(zip(of(tf.keras.layers.Conv2D), of(tf.keras.layers.BatchNormalization))):
            gain, shift, mean, variance = (weight.numpy() for weight in norm.weights)
            scale, stride, at = gain / np.sqrt(variance + norm.epsilon), layer.strides[0], f"{number}_{index}"
            kernel = (layer.kernel.numpy() * scale).transpose(3, 2, 0, 1)
            # "same" of TensorFlow: what does not divide is padded behind.
            after = -(-side // stride)
            missing = max((after - 1) * stride + 3 - side, 0)
            pads = [missing // 2, missing // 2, missing - missing // 2, missing - missing // 2]
            inputs = [last, constant("k" + at, kernel), constant("b" + at, shift - mean * scale)]
            nodes.append(helper.make_node("Conv", inputs, ["c" + at], strides=[stride] * 2, pads=pads, kernel_shape=[3, 3]))
            nodes.append(helper.make_node("Relu", ["c" + at], ["r" + at]))
            last, side = "r" + at, after
        nodes.append(helper.make_node("Flatten", [last], [f"flat{number}"], axis=1))
        dense, out = of(tf.keras.layers.Dense)
        channels = LAYERS[-1][1]
        flat = dense.kernel.numpy().reshape(side, side, channels, -1).transpose(2, 0, 1, 3).reshape(side * side * channels, -1)
        inputs = [f"flat{number}", constant(f"dense{number}", flat), constant(f"dense_b{number}", dense.bias.numpy())]
        nodes.append(helper.make_node("Gemm", inputs, [f"d{number}"]))
        nodes.append(helper.make_node("Relu", [f"d{number}"], [f"dr{number}"]))
        share = 1 / len(given.state)
        inputs = [f"dr{number}", constant(f"out{number}", out.kernel.numpy() * share), constant(f"out_b{number}", out.bias.numpy() * share)]
        means.append(f"open{number}")
        nodes.append(helper.make_node("Gemm", inputs, [means[-1]]))
    nodes.append(helper.make_node("Sum", means, ["open"]))
    mouth = helper.make_tensor_value_info("mouth", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    graph = helper.make_graph(nodes, "lips", [mouth], [helper.make_tensor_value_info("open", TensorProto.FLOAT, [1, 1])], stored)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(network)
    onnx.save(network, given.out)
    print(given.out, os.path.getsize(given.out), "bytes")


if __name__ == "__main__":
    main()
