"""Mien's seeing path beside what people would put in its place: same photographs, one run, one thread, ratios.

usage: vision_peers.py --mien target/release/mien --models DIR --photos DIR [--pack omz] [--rounds 20]   (MIEN_HOME holds the pack)

needs: numpy, opencv-python-headless, onnxruntime; optional: dlib-bin + face_recognition (skipped when absent)

Every picture is brought to 640 x 480 and saved as JPEG (quality 90) once; every pipeline starts from those bytes and ends with
an embedding of the largest face. Pictures in which a pipeline sees no face count for nobody.
Pipelines run in turns, picture by picture, so that a noisy neighbour hits all of them alike. Mien itself is measured by
`mien bench vision` on the same files, before and after the peers; its figure is the mean of the two medians.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import cv2
import numpy as np
import onnxruntime

OMZ_TEMPLATE = 128 * np.array(
    [[0.31556875, 0.46157410], [0.68262295, 0.45983934], [0.5002625, 0.6405054], [0.3494719, 0.82469195], [0.6534357, 0.8232509]]
)


def one_thread_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def run_single(session, tensor):
    return session.run(None, {session.get_inputs()[0].name: tensor})


def similarity(source, target):
    """Least-squares similarity transform (Umeyama 1991), 2 x 3."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    s, t = source - source_mean, target - target_mean
    u, scale, vt = np.linalg.svd(t.T @ s / len(source))
    sign = np.diag([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = u @ sign @ vt
    factor = (scale * np.diag(sign)).sum() / s.var(0).sum()
    return np.hstack([factor * rotation, (target_mean - factor * rotation @ source_mean)[:, None]])


class SameModels:
    """YuNet, the five points and the embedder of the omz pack; `detect` is what the two variants differ in."""

    def __init__(self, models, load):
        self.points = load(models / "landmarks-regression-retail-0009.onnx")
        self.embedder = load(models / "face-reidentification-retail-0095.onnx")

    def run(self, jpeg):
        times = {}
        start = time.perf_counter()
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        times["decode"] = time.perf_counter() - start
        start = time.perf_counter()
        box = self.detect(image)
        times["detect"] = time.perf_counter() - start
        if box is None:
            return None
        start = time.perf_counter()
        x, y, width, height = box
        side, cx, cy = max(width, height), x + width / 2, y + height / 2
        crop = cv2.warpAffine(image, np.array([[48 / side, 0, 24 - cx * 48 / side], [0, 48 / side, 24 - cy * 48 / side]]), (48, 48))
        points = self.infer(self.points, np.ascontiguousarray(crop.astype(np.float32).transpose(2, 0, 1)[None]))
        points = points.reshape(5, 2) * side + [cx - side / 2, cy - side / 2]
        face = cv2.warpAffine(image, similarity(points, OMZ_TEMPLATE), (128, 128))
        times["align"] = time.perf_counter() - start
        start = time.perf_counter()
        embedding = self.infer(self.embedder, np.ascontiguousarray(face.astype(np.float32).transpose(2, 0, 1)[None])).ravel()
        embedding /= np.linalg.norm(embedding)
        times["embed"] = time.perf_counter() - start
        return times


class OnnxRuntime(SameModels):
    name = "onnxruntime + OpenCV, same models"

    def __init__(self, models):
        super().__init__(models, one_thread_session)
        self.detector = one_thread_session(models / "yunet_s_dynamic.onnx")
        self.outputs = [output.name for output in self.detector.get_outputs()]

    def infer(self, session, tensor):
        return run_single(session, tensor)[0]

    def detect(self, image, threshold=0.6):
        height, width = image.shape[:2]
        answer = dict(zip(self.outputs, run_single(self.detector, image.astype(np.float32).transpose(2, 0, 1)[None].copy())))
        best, best_area = None, 0.0
        boxes, scores = [], []
        for stride in (8, 16, 32):
            score = np.sqrt(np.clip(answer[f"cls_{stride}"], 0, 1) * np.clip(answer[f"obj_{stride}"], 0, 1)).ravel()
            keep = np.nonzero(score > threshold)[0]
            if not len(keep):
                continue
            columns = width // stride
            raw = answer[f"bbox_{stride}"].reshape(-1, 4)[keep]
            cx, cy = (keep % columns + raw[:, 0]) * stride, (keep // columns + raw[:, 1]) * stride
            w, h = np.exp(raw[:, 2]) * stride, np.exp(raw[:, 3]) * stride
            boxes.extend(np.stack([cx - w / 2, cy - h / 2, w, h], 1).tolist())
            scores.extend(score[keep].tolist())
        for index in np.array(cv2.dnn.NMSBoxes(boxes, scores, threshold, 0.3)).ravel():
            area = boxes[index][2] * boxes[index][3]
            if area > best_area:
                best, best_area = boxes[index], area
        return best


class OpenCv(SameModels):
    name = "OpenCV FaceDetectorYN + OpenCV DNN, same models"

    def __init__(self, models):
        super().__init__(models, lambda path: cv2.dnn.readNetFromONNX(str(path)))
        self.detector = cv2.FaceDetectorYN.create(str(models / "face_detection_yunet_2023mar.onnx"), "", (640, 480), 0.6, 0.3, 50)

    def infer(self, network, tensor):
        network.setInput(tensor)
        return network.forward()

    def detect(self, image):
        _, rows = self.detector.detect(image)
        return None if rows is None else max(rows, key=lambda row: row[2] * row[3])[:4]


class Dlib:
    name = "face_recognition (dlib HOG + ResNet-34)"

    def __init__(self, _models):
        import face_recognition

        self.library = face_recognition

    def run(self, jpeg):
        times = {}
        start = time.perf_counter()
        image = cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        times["decode"] = time.perf_counter() - start
        start = time.perf_counter()
        boxes = self.library.face_locations(image, model="hog")
        times["detect"] = time.perf_counter() - start
        if not boxes:
            return None
        start = time.perf_counter()
        largest = max(boxes, key=lambda box: (box[2] - box[0]) * (box[1] - box[3]))
        self.library.face_encodings(image, [largest], model="small")
        times["embed"] = time.perf_counter() - start
        return times


def make_pictures(photos, folder):
    for index, path in enumerate(sorted(p for p in photos.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))):
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            continue
        scale = min(640 / image.shape[1], 480 / image.shape[0])
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        canvas = np.full((480, 640, 3), 127, np.uint8)
        top, left = (480 - small.shape[0]) // 2, (640 - small.shape[1]) // 2
        canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
        cv2.imwrite(str(folder / f"{index:03}.jpg"), canvas, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return sorted(folder.glob("*.jpg"))


def measure_mien(mien, pack, pictures, seconds):
    """Median over the pictures of the median time of each, milliseconds."""
    command = [mien, "--set", f"pack={pack}", "bench", "vision", "--seconds", str(seconds), "--threads", "1", *map(str, pictures)]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return statistics.median(image["whole_ms"] for image in report["images"])


def measure_peers(peers, pictures, rounds):
    totals = {peer.name: [] for peer in peers}
    stages = {peer.name: {} for peer in peers}
    contents = [picture.read_bytes() for picture in pictures]
    for jpeg in contents:
        for peer in peers:
            peer.run(jpeg)
    for _ in range(rounds):
        for jpeg in contents:
            for peer in peers:
                start = time.perf_counter()
                times = peer.run(jpeg)
                total = time.perf_counter() - start
                if times is None:
                    continue
                totals[peer.name].append(total * 1e3)
                for stage, seconds in times.items():
                    stages[peer.name].setdefault(stage, []).append(seconds * 1e3)
    return totals, stages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mien", required=True, help="the release binary")
    parser.add_argument("--models", required=True, type=pathlib.Path, help="folder with the ONNX files of the omz pack")
    parser.add_argument("--photos", required=True, type=pathlib.Path, help="folder with photographs")
    parser.add_argument("--pack", default="omz")
    parser.add_argument("--rounds", type=int, default=20, help="how often each peer looks at each picture")
    parser.add_argument("--seconds", type=int, default=1, help="how long mien looks at each picture")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    peers = []
    for kind in (OnnxRuntime, OpenCv, Dlib):
        try:
            peers.append(kind(arguments.models))
        except ImportError as missing:
            print(f"skipped: {kind.name}: {missing}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pictures = [picture for picture in make_pictures(arguments.photos, folder) if peers[0].run(picture.read_bytes())]
        before = measure_mien(arguments.mien, arguments.pack, pictures, arguments.seconds)
        totals, stages = measure_peers(peers, pictures, arguments.rounds)
        after = measure_mien(arguments.mien, arguments.pack, pictures, arguments.seconds)
    ours = (before + after) / 2
    print(f"{len(pictures)} pictures of 640 x 480, {arguments.rounds} rounds, one thread, medians in milliseconds")
    print(f"{'mien ' + arguments.pack:52} {ours:8.2f}   (runs: {before:.2f}, {after:.2f})")
    for peer in peers:
        median = statistics.median(totals[peer.name])
        detail = ", ".join(f"{stage} {statistics.median(values):.2f}" for stage, values in stages[peer.name].items())
        print(f"{peer.name:52} {median:8.2f}   {median / ours:5.2f} x   ({detail})")


if __name__ == "__main__":
    main()
