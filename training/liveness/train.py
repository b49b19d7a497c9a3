#!/usr/bin/env python3
"""Trains the network of liveness that comes with Mien: what paper and screens do to a picture of a face.

    python3 train.py --samples SAMPLES --state STATE.npz --minutes 5
    python3 train.py --samples SAMPLES --state STATE.npz --check
    python3 train.py --state STATE.npz --export ../../crates/mien-vision/liveness/surface.onnx

Needs tensorflow-cpu, numpy and onnx. SAMPLES is what `mien eval liveness --half first --images 6000 --samples SAMPLES` wrote.
One person in six is held back: --check says what the network makes of these, and from them the scale is chosen.
"""

import argparse
import os
import time

import numpy as np

SIDE, NAME = 96, 64
RECORD = NAME + 1 + 2 * SIDE * SIDE * 3
# Kernel size, stride, channels in, channels out.
LAYERS = [(5, 2, 6, 24), (3, 2, 24, 32), (3, 1, 32, 40), (3, 2, 40, 56), (3, 1, 56, 64), (3, 2, 64, 80), (3, 1, 80, 80)]
FLAT = 2 * LAYERS[-1][3]
DENSE = 32


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples")
    parser.add_argument("--state", required=True)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--export")
    given = parser.parse_args()
    if given.export:
        export(np.load(given.state), given.export)
    else:
        train(given)


def read(path):
    """Pictures of six channels, 1 for the living, and whether the person is held back."""
    raw = np.memmap(path, np.uint8, "r")
    raw = raw[: len(raw) // RECORD * RECORD].reshape(-1, RECORD)
    names = [bytes(name).rstrip(b"\0").decode() for name in raw[:, :NAME]]
    person = [name if name[0].isdigit() else name.rsplit("_", 1)[0] for name in names]
    held_back = np.array([fnv(name) % 6 == 0 for name in person])
    return raw, raw[:, NAME].astype(np.float32), held_back


def fnv(name):
    """FNV-1a, as `mien eval liveness --held-back` has it."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def pictures(raw, rows):
    both = raw[np.sort(rows), NAME + 1 :].reshape(-1, 2, SIDE, SIDE, 3)
    return np.ascontiguousarray(both.transpose(0, 2, 3, 1, 4)).reshape(-1, SIDE, SIDE, 6)


def fresh():
    dice = np.random.default_rng(5)
    weights = {}
    for index, (kernel, _, before, after) in enumerate(LAYERS):
        weights[f"k{index}"] = dice.normal(0, (2 / (kernel * kernel * before)) ** 0.5, (kernel, kernel, before, after))
        weights[f"b{index}"] = np.zeros(after)
    weights["dense"] = dice.normal(0, (2 / FLAT) ** 0.5, (FLAT, DENSE))
    weights["dense_b"] = np.zeros(DENSE)
    weights["out"] = dice.normal(0, (1 / DENSE) ** 0.5, (DENSE, 1))
    weights["out_b"] = np.zeros(1)
    return {name: value.astype(np.float32) for name, value in weights.items()}


def train(given):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    raw, living, held_back = read(given.samples)
    stored = dict(np.load(given.state)) if os.path.exists(given.state) else fresh()
    step = int(stored.pop("step", 0))
    weights = {name: tf.Variable(value) for name, value in stored.items() if "/" not in name}
    first = {n: tf.Variable(stored.get("m/" + n, np.zeros(v.shape, np.float32))) for n, v in weights.items()}
    second = {n: tf.Variable(stored.get("v/" + n, np.zeros(v.shape, np.float32))) for n, v in weights.items()}

    def forward(x, drop):
        for index, (_, stride, _, _) in enumerate(LAYERS):
            x = tf.nn.relu(tf.nn.conv2d(x, weights[f"k{index}"], stride, "SAME") + weights[f"b{index}"])
        # Textures are anywhere and edges somewhere: the mean and the strongest place of each channel.
        x = tf.concat([tf.reduce_mean(x, [1, 2]), tf.reduce_max(x, [1, 2])], 1)
        if drop:
            x = tf.nn.dropout(x, 0.25)
        x = tf.nn.relu(x @ weights["dense"] + weights["dense_b"])
        return (x @ weights["out"] + weights["out_b"])[:, 0]

    def augment(x):
        x = tf.cast(x, tf.float32) / 255
        count = tf.shape(x)[0]
        x = tf.where(tf.random.uniform([count, 1, 1, 1]) < 0.5, x[:, :, ::-1], x)
        # The boxes of detectors differ.
        x = tf.pad(x, [[0, 0], [5, 5], [5, 5], [0, 0]], "REFLECT")
        shift = tf.random.uniform([2], 0, 11, tf.int32)
        x = x[:, shift[0] : shift[0] + SIDE, shift[1] : shift[1] + SIDE]
        gain = tf.random.uniform([count, 1, 1, 3], 0.95, 1.05) * tf.random.uniform([count, 1, 1, 1], 0.85, 1.12)
        # What is around the face is not always of use.
        wide = tf.cast(tf.random.uniform([count, 1, 1, 1]) > 0.1, tf.float32)
        x = x * tf.concat([tf.ones([count, 1, 1, 3]), tf.tile(wide, [1, 1, 1, 3])], 3)
        return tf.clip_by_value(x * tf.tile(gain, [1, 1, 1, 2]), 0, 1)

    @tf.function(jit_compile=False, reduce_retracing=True)
    def update(x, alive, rate, number):
        with tf.GradientTape() as tape:
            said = forward(augment(x), True)
            target = 0.02 + 0.96 * alive
            each = tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=said)
            # Two in three are attacks.
            loss = tf.reduce_mean(each * (1 + alive))
        for name, slope in tape.gradient(loss, weights).items():
            first[name].assign(0.9 * first[name] + 0.1 * slope)
            second[name].assign(0.999 * second[name] + 0.001 * tf.square(slope))
            mean, spread = first[name] / (1 - 0.9**number), second[name] / (1 - 0.999**number)
            weights[name].assign_sub(rate * (mean / (tf.sqrt(spread) + 1e-8) + 1e-4 * weights[name]))
        return loss

    def check():
        rows = np.flatnonzero(held_back)
        said = np.concatenate([
            forward(tf.cast(pictures(raw, rows[at : at + 128]), tf.float32) / 255, False).numpy()
            for at in range(0, len(rows), 128)
        ])
        alive = living[rows] == 1
        bound = np.quantile(said[alive], [0.02, 0.05, 0.1])
        passed = [(said[~alive] >= value).mean() for value in bound]
        order = said.argsort().argsort()
        area = (order[alive].sum() - alive.sum() * (alive.sum() - 1) / 2) / (alive.sum() * (~alive).sum())
        print(f"held back: {alive.sum()} living, {(~alive).sum()} attacks, area {area:.4f}; refusing 2, 5, 10 % of the living "
              f"(logit below {bound.round(2)}) lets {np.round(passed, 3)} of attacks pass", flush=True)

    if given.check:
        return check()
    train_rows = np.flatnonzero(~held_back)
    print(f"{len(train_rows)} samples, {living[train_rows].mean():.3f} living")
    batch = 64
    total = given.epochs * len(train_rows) // batch
    tf.random.set_seed(step)
    start, losses = time.time(), []
    while step < total and time.time() - start < given.minutes * 60:
        rows = np.sort(np.random.default_rng(step).choice(train_rows, batch, False))
        step += 1
        rate = 2e-3 * min(1.0, step / 300) * (0.5 + 0.5 * np.cos(np.pi * step / total))
        loss = update(tf.constant(pictures(raw, rows)), tf.constant(living[rows]),
                      tf.constant(rate, tf.float32), tf.constant(step, tf.float32))
        losses.append(float(loss))
        if step % 200 == 0:
            print(f"{step}/{total} loss {np.mean(losses[-200:]):.4f} {time.time() - start:.0f} s", flush=True)
    state = {name: value.numpy() for name, value in weights.items()}
    state |= {"m/" + name: value.numpy() for name, value in first.items()}
    state |= {"v/" + name: value.numpy() for name, value in second.items()}
    np.savez(given.state, step=step, **state)
    print(f"{step} of {total} steps")
    check()


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
    nodes.append(helper.make_node("GlobalAveragePool", [last], ["mean"]))
    nodes.append(helper.make_node("GlobalMaxPool", [last], ["most"]))
    nodes.append(helper.make_node("Concat", ["mean", "most"], ["pooled"], axis=1))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"], axis=1))
    nodes.append(helper.make_node("Gemm", ["flat", constant("dense", state["dense"]), constant("dense_b", state["dense_b"])], ["d"]))
    nodes.append(helper.make_node("Relu", ["d"], ["dr"]))
    nodes.append(helper.make_node("Gemm", ["dr", constant("out", state["out"]), constant("out_b", state["out_b"])], ["raw"]))
    nodes.append(helper.make_node("Sigmoid", ["raw"], ["live"]))
    output = helper.make_tensor_value_info("live", TensorProto.FLOAT, [1, 1])
    face = helper.make_tensor_value_info("face", TensorProto.FLOAT, [1, 6, SIDE, SIDE])
    graph = helper.make_graph(nodes, "surface", [face], [output], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
