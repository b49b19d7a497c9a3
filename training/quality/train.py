#!/usr/bin/env python3
"""Trains the cover network: what covers a face, how a mask is worn, and how like itself a spoiled face still looks.

    python3 train.py --samples SAMPLES... --labels ../labels/lfw_attributes.csv --state STATE.npz --minutes 4
    python3 train.py --state STATE.npz --export ../../crates/mien-vision/cover/cover.onnx

Needs tensorflow-cpu, numpy and onnx. SAMPLES are what `mien eval cover` wrote. Training goes on from STATE, so that it can
be cut into pieces; --export writes the network and trains nothing.

`cover.onnx` saw what `mien eval cover` writes (14 epochs). `masks.onnx`, which only masks are asked of, went on from it: 2 epochs, then two
more times 2 epochs together with `--patches --copies 6 --part 1/3` and `--real-masks --copies 12`, each of these listed twice.
"""

import argparse
import csv
import os
import time

import numpy as np

SIDE, NAME = 80, 64
RECORD = NAME + SIDE * SIDE * 3 + 8 * 4
PARTS, MASKS = 6, 5
# Kernel size, stride, channels in, channels out.
LAYERS = [(3, 2, 3, 16), (3, 2, 16, 32), (3, 1, 32, 32), (3, 2, 32, 48), (3, 1, 48, 64), (3, 2, 64, 80), (3, 1, 80, 80)]
DENSE = 48


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", nargs="+", default=[])
    parser.add_argument("--labels")
    parser.add_argument("--state", required=True)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--export")
    given = parser.parse_args()
    if given.export:
        export(np.load(given.state), given.export)
    else:
        train(given)


def read(paths, labels):
    """Pictures, shares covered, classes of masks, cosines."""
    sunglasses = set()
    if labels:
        with open(labels, newline="") as file:
            sunglasses = {row["image"] for row in csv.DictReader(file) if row["glasses"] == "sunglasses"}
    pictures, shares, masks, likeness = [], [], [], []
    for path in paths:
        raw = np.fromfile(path, np.uint8)
        raw = raw[: len(raw) // RECORD * RECORD].reshape(-1, RECORD)
        names = [bytes(name).rstrip(b"\0").decode() for name in raw[:, :NAME]]
        numbers = raw[:, RECORD - 32 :].copy().view(np.float32)
        # Real sunglasses cover eyes as painted ones do.
        numbers[[name in sunglasses for name in names], 1] = 1.0
        # UTKFace is cut off at the chin: a mask below it cannot be seen.
        keep = np.array([name[0] in "0123456789" for name in names]) & (numbers[:, 6] == 1)
        pictures.append(raw[~keep, NAME : RECORD - 32].reshape(-1, SIDE, SIDE, 3))
        shares.append(numbers[~keep, :6])
        masks.append(numbers[~keep, 6].astype(np.int32))
        likeness.append(numbers[~keep, 7])
    return map(np.concatenate, (pictures, shares, masks, likeness))


def fresh():
    dice = np.random.default_rng(4)
    weights = {}
    for index, (kernel, _, before, after) in enumerate(LAYERS):
        weights[f"k{index}"] = dice.normal(0, (2 / (kernel * kernel * before)) ** 0.5, (kernel, kernel, before, after))
        weights[f"b{index}"] = np.zeros(after)
    flat = 25 * LAYERS[-1][3]
    weights["dense"] = dice.normal(0, (2 / flat) ** 0.5, (flat, DENSE))
    weights["dense_b"] = np.zeros(DENSE)
    weights["out"] = dice.normal(0, (1 / DENSE) ** 0.5, (DENSE, PARTS + MASKS + 1))
    weights["out_b"] = np.zeros(PARTS + MASKS + 1)
    return {name: value.astype(np.float32) for name, value in weights.items()}


def train(given):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    pictures, shares, masks, likeness = read(given.samples, given.labels)
    print(f"{len(pictures)} samples, masks {np.bincount(masks)}, covered {shares.mean(0).round(3)}")
    stored = dict(np.load(given.state)) if os.path.exists(given.state) else fresh()
    step = int(stored.pop("step", 0))
    weights = {name: tf.Variable(value) for name, value in stored.items() if "/" not in name}
    first = {n: tf.Variable(stored.get("m/" + n, np.zeros(v.shape, np.float32))) for n, v in weights.items()}
    second = {n: tf.Variable(stored.get("v/" + n, np.zeros(v.shape, np.float32))) for n, v in weights.items()}

    def forward(x, drop):
        for index, (_, stride, _, _) in enumerate(LAYERS):
            x = tf.nn.relu(tf.nn.conv2d(x, weights[f"k{index}"], stride, "SAME") + weights[f"b{index}"])
        x = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [-1, 25 * LAYERS[-1][3]])
        if drop:
            x = tf.nn.dropout(x, 0.3)
        x = tf.nn.relu(x @ weights["dense"] + weights["dense_b"])
        return x @ weights["out"] + weights["out_b"]

    def augment(x):
        x = tf.cast(x, tf.float32) / 255
        count = tf.shape(x)[0]
        x = tf.where(tf.random.uniform([count, 1, 1, 1]) < 0.5, x[:, :, ::-1], x)
        # The edge of the picture may come close, on one side or all.
        edges = tf.random.uniform([count, 4], -0.15, 0.13)
        line = tf.linspace(0.0, 1.0, SIDE)
        across = (line[None] >= edges[:, :1]) & (line[None] <= 1 - edges[:, 1:2])
        down = (line[None] >= edges[:, 2:3]) & (line[None] <= 1 - edges[:, 3:])
        x = x * tf.cast(across[:, None, :] & down[:, :, None], tf.float32)[..., None]
        x = tf.pad(x, [[0, 0], [4, 4], [4, 4], [0, 0]])
        shift = tf.random.uniform([2], 0, 9, tf.int32)
        x = x[:, shift[0] : shift[0] + SIDE, shift[1] : shift[1] + SIDE]
        gain = tf.random.uniform([count, 1, 1, 3], 0.85, 1.15) * tf.random.uniform([count, 1, 1, 1], 0.75, 1.2)
        return tf.clip_by_value(x * gain + tf.random.normal(tf.shape(x), 0, 0.015), 0, 1)

    @tf.function(jit_compile=False, reduce_retracing=True)
    def update(x, share, mask, like, rate, number):
        with tf.GradientTape() as tape:
            said = forward(augment(x), True)
            covered = tf.nn.sigmoid_cross_entropy_with_logits(labels=share, logits=said[:, :PARTS])
            worn = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=mask, logits=said[:, PARTS : PARTS + MASKS])
            alike = tf.square(tf.sigmoid(said[:, -1]) - like)
            loss = tf.reduce_mean(tf.reduce_sum(covered, 1)) + tf.reduce_mean(worn) + 3 * tf.reduce_mean(alike)
        for name, slope in tape.gradient(loss, weights).items():
            first[name].assign(0.9 * first[name] + 0.1 * slope)
            second[name].assign(0.999 * second[name] + 0.001 * tf.square(slope))
            mean, spread = first[name] / (1 - 0.9**number), second[name] / (1 - 0.999**number)
            weights[name].assign_sub(rate * (mean / (tf.sqrt(spread) + 1e-8) + 1e-4 * weights[name]))
        return loss

    # Patches are one picture in four and lie on one part of six: they count twice.
    patched = (masks == 0) & (shares.max(1) > 0.05)
    odds = np.where(patched, 2.0, 1.0)
    order = np.repeat(np.arange(len(pictures)), odds.astype(int))
    batch, total = 64, given.epochs * len(order) // 64
    tf.random.set_seed(step)
    start, losses = time.time(), []
    while step < total and time.time() - start < given.minutes * 60:
        rows = order[np.random.default_rng(step).integers(0, len(order), batch)]
        step += 1
        rate = 1.5e-3 * min(1.0, step / 300) * (0.5 + 0.5 * np.cos(np.pi * step / total))
        loss = update(tf.constant(pictures[rows]), tf.constant(shares[rows]), tf.constant(masks[rows]),
                      tf.constant(np.clip(likeness[rows], 0, 1)), tf.constant(rate, tf.float32), tf.constant(step, tf.float32))
        losses.append(float(loss))
        if step % 200 == 0:
            print(f"{step}/{total} loss {np.mean(losses[-200:]):.4f} {time.time() - start:.0f} s", flush=True)
    state = {name: value.numpy() for name, value in weights.items()}
    state |= {"m/" + name: value.numpy() for name, value in first.items()}
    state |= {"v/" + name: value.numpy() for name, value in second.items()}
    np.savez(given.state, step=step, **state)
    print(f"{step} of {total} steps")


def export(state, path):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, stored = [], []

    def constant(name, value):
        """Weights are kept in 16 bits and widened when the network is loaded."""
        stored.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float16), name + "_16"))
        nodes.append(helper.make_node("Cast", [name + "_16"], [name], to=TensorProto.FLOAT))
        return name

    last, side = "face", SIDE
    for index, (kernel, stride, _, _) in enumerate(LAYERS):
        # "SAME" of TensorFlow: what does not divide is padded behind.
        after = -(-side // stride)
        missing = max((after - 1) * stride + kernel - side, 0)
        pads = [missing // 2, missing // 2, missing - missing // 2, missing - missing // 2]
        names = [constant(f"k{index}", state[f"k{index}"].transpose(3, 2, 0, 1)), constant(f"b{index}", state[f"b{index}"])]
        nodes.append(helper.make_node("Conv", [last, *names], [f"c{index}"], strides=[stride] * 2, pads=pads,
                                      kernel_shape=[kernel] * 2))
        nodes.append(helper.make_node("Relu", [f"c{index}"], [f"r{index}"]))
        last, side = f"r{index}", after
    nodes.append(helper.make_node("Flatten", [last], ["flat"], axis=1))
    nodes.append(helper.make_node("Gemm", ["flat", constant("dense", state["dense"]), constant("dense_b", state["dense_b"])], ["d"]))
    nodes.append(helper.make_node("Relu", ["d"], ["dr"]))
    for name, begin, end, last in [("covered", 0, PARTS, "Sigmoid"), ("mask", PARTS, PARTS + MASKS, "Softmax"),
                                   ("likeness", PARTS + MASKS, PARTS + MASKS + 1, "Sigmoid")]:
        names = [constant("o_" + name, state["out"][:, begin:end]), constant("ob_" + name, state["out_b"][begin:end])]
        nodes.append(helper.make_node("Gemm", ["dr", *names], [name + "_raw"]))
        attributes = {"axis": 1} if last == "Softmax" else {}
        nodes.append(helper.make_node(last, [name + "_raw"], [name], **attributes))
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
               for name, size in (("covered", PARTS), ("mask", MASKS), ("likeness", 1))]
    face = helper.make_tensor_value_info("face", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    graph = helper.make_graph(nodes, "cover", [face], outputs, stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
