"""Makes int8 versions of the detector and the embedder of the installed pack `omz`, and a pack of them to evaluate.

usage: quantise.py --pack $(mien models path omz) --faces LFW/images --out DIR [--faces-used 400] [--only embedder]
       mien eval lfw --pack DIR --data LFW --json        (accuracy beside the original)
       quantise.py --time --pack ... --out DIR            (milliseconds beside f32 and bf16, OpenVINO, one thread)

needs: onnx, onnxruntime, opencv-python-headless, numpy; for --time: openvino

Static quantisation (QDQ): symmetric int8 weights for each output channel, uint8 or int8 activations with ranges from aligned faces. What comes
out was measured and is not shipped: see docs/BENCHMARKS.md, "int8".
"""

import argparse
import hashlib
import pathlib
import re
import shutil
import statistics
import sys
import time

import cv2
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
EMBEDDER = "face-reidentification-retail-0095.onnx"
DETECTOR = "yunet_s_dynamic.onnx"
DETECTOR_SIZE = (320, 256)


def calibration_inputs(pack, folder, count):
    """Aligned faces for the embedder and whole pictures for the detector, as the server makes them."""
    import vision_peers

    peer = vision_peers.OnnxRuntime(pack)
    faces, pictures = [], []
    paths = sorted(folder.rglob("*.jpg"))
    for path in paths[:: max(1, len(paths) // count)]:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        box = peer.detect(image[: image.shape[0] // 32 * 32, : image.shape[1] // 32 * 32])
        if box is None:
            continue
        x, y, width, height = box
        side, cx, cy = max(width, height), x + width / 2, y + height / 2
        crop = cv2.warpAffine(image, np.array([[48 / side, 0, 24 - cx * 48 / side], [0, 48 / side, 24 - cy * 48 / side]]), (48, 48))
        points = peer.infer(peer.points, np.ascontiguousarray(crop.astype(np.float32).transpose(2, 0, 1)[None]))
        points = points.reshape(5, 2) * side + [cx - side / 2, cy - side / 2]
        face = cv2.warpAffine(image, vision_peers.similarity(points, vision_peers.OMZ_TEMPLATE), (128, 128))
        faces.append(face.astype(np.float32).transpose(2, 0, 1)[None])
        pictures.append(cv2.resize(image, DETECTOR_SIZE).astype(np.float32).transpose(2, 0, 1)[None])
    return faces, pictures


def quantise(source, target, inputs):
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            name = onnx.load(str(source)).graph.input[0].name
            self.left = iter([{name: np.ascontiguousarray(tensor)} for tensor in inputs])

        def get_next(self):
            return next(self.left, None)

    prepared = target.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared),
        str(target),
        Reader(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.Percentile,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"],
        extra_options={"WeightSymmetric": True, "CalibPercentile": 99.999},
    )
    prepared.unlink()


def make_pack(arguments):
    shutil.copytree(arguments.pack, arguments.out, dirs_exist_ok=True)
    faces, pictures = calibration_inputs(arguments.pack, arguments.faces, arguments.faces_used)
    print(f"ranges from {len(faces)} faces")
    manifest = (arguments.out / "pack.toml").read_text()
    for name, inputs, wanted in ((EMBEDDER, faces, "embedder"), (DETECTOR, pictures, "detector")):
        if arguments.only not in (None, wanted):
            continue
        target = arguments.out / name
        target.unlink()
        quantise(arguments.pack / name, target, inputs)
        content = target.read_bytes()
        entry = re.compile(rf'(name = "{re.escape(name)}"\nsize = )\d+(\nsha256 = ")[0-9a-f]+')
        manifest = entry.sub(lambda found: f"{found[1]}{len(content)}{found[2]}{hashlib.sha256(content).hexdigest()}", manifest)
    # The calibration belongs to the fingerprint of the original, and the heads to its files.
    manifest = re.sub(r'\ncalibration = "[^"]*"', "", manifest)
    manifest = re.sub(r'\nname = "omz"', '\nname = "omz-int8"', manifest)
    (arguments.out / "pack.toml").write_text(manifest)


def time_models(arguments):
    import openvino

    core = openvino.Core()
    for name, shape in ((EMBEDDER, [1, 3, 128, 128]), (DETECTOR, [1, 3, DETECTOR_SIZE[1], DETECTOR_SIZE[0]])):
        runs = {}
        for label, folder, precision in (
            ("f32", arguments.pack, "f32"),
            ("bf16", arguments.pack, "bf16"),
            ("int8 + bf16", arguments.out, "bf16"),
            ("int8 + f32", arguments.out, "f32"),
        ):
            model = core.read_model(folder / name)
            model.reshape(shape)
            settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
            runs[label] = core.compile_model(model, "CPU", settings).create_infer_request()
        if name == EMBEDDER:
            model = core.read_model(arguments.pack / name)
            model.reshape([4, 3, 128, 128])
            runs["bf16, batch of 4"] = core.compile_model(model, "CPU", settings | {"INFERENCE_PRECISION_HINT": "bf16"}).create_infer_request()
        times = {label: [] for label in runs}
        for _ in range(300):
            for label, request in runs.items():
                start = time.perf_counter()
                request.infer()
                times[label].append((time.perf_counter() - start) * 1e3)
        print(name, {label: round(statistics.median(values), 3) for label, values in times.items()}, "ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True, type=pathlib.Path, help="directory of the installed pack omz")
    parser.add_argument("--faces", type=pathlib.Path, help="photographs with one face each")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="directory of the new pack")
    parser.add_argument("--faces-used", type=int, default=400)
    parser.add_argument("--only", choices=["embedder", "detector"], default="embedder", help="the detector: OpenVINO refuses what comes out")
    parser.add_argument("--time", action="store_true", help="measure instead of making")
    arguments = parser.parse_args()
    time_models(arguments) if arguments.time else make_pack(arguments)


if __name__ == "__main__":
    main()
