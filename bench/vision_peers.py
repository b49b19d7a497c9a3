"""Mien's seeing path beside what people would put in its place: same photographs, one run, one thread, ratios.

usage: vision_peers.py --mien target/release/mien --omz DIR --human DIR --photos DIR [--rounds 20]   (MIEN_HOME holds the packs;
DIR is what `mien models path omz` and `mien models path human` print)

needs: numpy, opencv-python-headless, onnxruntime; optional: dlib-bin + face_recognition (skipped when absent)

Every picture is brought to 640 x 480 and saved as JPEG (quality 90) once; every pipeline starts from those bytes and ends with
an embedding of the largest face. Pictures in which a pipeline sees no face count for nobody.
Pipelines run in turns, picture by picture, so that a noisy neighbour hits all of them alike. Mien itself is measured by
`mien bench vision` on the same files, before and after the peers; its figure is the mean of the two medians.
Mien shrinks a picture of 640 x 480 to 320 x 256 before it looks for faces, because its smallest face, 34 pixels, can still be
found there; the others are measured both with the full picture, as they are commonly used, and with the same 320 x 256.
"Inference alone" runs each network of a pack by itself, with the same input in both engines.
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
    name = "onnxruntime + OpenCV, models of omz"

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


class OnnxRuntimeSmall(OnnxRuntime):
    name = "the same, detection at 320 x 256 as in Mien"

    def detect(self, image):
        small = cv2.copyMakeBorder(cv2.resize(image, (320, 240), interpolation=cv2.INTER_AREA), 0, 16, 0, 0, cv2.BORDER_CONSTANT)
        best = super().detect(small)
        return best and [2 * value for value in best]


class OpenCv(SameModels):
    name = "OpenCV FaceDetectorYN + OpenCV DNN, models of omz"

    def __init__(self, models):
        super().__init__(models, lambda path: cv2.dnn.readNetFromONNX(str(path)))
        self.detector = cv2.FaceDetectorYN.create(str(models / "yunet_s_dynamic.onnx"), "", (640, 480), 0.6, 0.3, 50)

    def infer(self, network, tensor):
        network.setInput(tensor)
        return network.forward()

    def detect(self, image):
        _, rows = self.detector.detect(image)
        return None if rows is None else max(rows, key=lambda row: row[2] * row[3])[:4]


class Human:
    """The models of the pack `human`, put together as Mien does it."""

    name = "onnxruntime + OpenCV, models of human"
    dlib_template = np.array([[47.5492, 46.599], [100.4761, 46.599], [74.0127, 76.5625], [50.4149, 103.0233], [97.6104, 103.0233]])
    faceres_template = np.array(
        [[81.9008, 104.6837], [141.8041, 104.3524], [112.0428, 138.7522], [87.4338, 173.8213], [137.0408, 173.547]]
    )

    def __init__(self, models):
        self.detector, self.mesh, self.dlib, self.faceres = (
            one_thread_session(models / name) for name in ("blazeface.onnx", "facemesh.onnx", "dlib128.onnx", "faceres.onnx")
        )
        self.means = np.fromfile(models / "dlib-mean.f32", np.float32), np.fromfile(models / "faceres-mean.f32", np.float32)
        grids = ((16, 16, 2), (32, 8, 6))
        self.anchors = [
            np.repeat(np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2), count, 0) * stride + stride / 2
            for stride, side, count in grids
        ]

    @staticmethod
    def tensor(image, mean, deviation):
        return np.ascontiguousarray(((image.astype(np.float32) - np.float32(mean)) / np.float32(deviation)).transpose(2, 0, 1)[None])

    def detect(self, image):
        """The largest face: box, eyes on the left and right."""
        scale = 256 / max(image.shape[:2])
        left, top = (256 - image.shape[1] * scale) / 2, (256 - image.shape[0] * scale) / 2
        small = cv2.warpAffine(image, np.array([[scale, 0, left], [0, scale, top]]), (256, 256), flags=cv2.INTER_AREA)
        answer = self.detector.run(["scores_16", "boxes_16", "scores_32", "boxes_32"], {self.detector.get_inputs()[0].name: self.tensor(small, 127.5, 127.5)})
        best, best_area = None, 0
        for anchors, scores, boxes in zip(self.anchors, answer[::2], answer[1::2]):
            scores, boxes = scores.ravel(), boxes.reshape(-1, 16)
            for index in np.nonzero(scores > 0)[0]:
                centre, (width, height) = boxes[index, :2] + anchors[index], boxes[index, 2:4]
                if width * height > best_area:
                    eyes = (boxes[index, 4:8].reshape(2, 2) + anchors[index] - [left, top]) / scale
                    best, best_area = ((centre - [left, top]) / scale, max(width, height) / scale, eyes), width * height
        return best

    def run(self, jpeg):
        times = {}
        start = time.perf_counter()
        image = cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        times["decode"] = time.perf_counter() - start
        start = time.perf_counter()
        found = self.detect(image)
        times["detect"] = time.perf_counter() - start
        if found is None:
            return None
        start = time.perf_counter()
        centre, side, eyes = found
        slope = np.degrees(np.arctan2(*(eyes[1] - eyes[0])[::-1]))
        place = cv2.getRotationMatrix2D(tuple(map(float, centre)), float(slope), 192 / (1.5 * side))
        place[:, 2] += 96 - centre
        crop = cv2.warpAffine(image, place, (192, 192))
        mesh = run_single(self.mesh, self.tensor(crop, 0, 255))
        mesh = next(output for output in mesh if output.size == 1404).reshape(468, 3)[:, :2]
        mesh = cv2.transform(mesh[None], cv2.invertAffineTransform(place))[0]
        points = np.stack(
            [mesh[[33, 133, 159, 145]].mean(0), mesh[[263, 362, 386, 374]].mean(0), mesh[[1, 4]].mean(0), mesh[61], mesh[291]]
        )
        times["align"] = time.perf_counter() - start
        start = time.perf_counter()
        face = cv2.warpAffine(image, similarity(points, self.dlib_template), (150, 150))
        dlib = run_single(self.dlib, self.tensor(face, (122.782, 117.001, 104.298), 255))[0].ravel() - 0.3 * self.means[0]
        face = cv2.warpAffine(image, similarity(points, self.faceres_template), (224, 224))[..., ::-1]
        name = self.faceres.get_inputs()[0].name
        faceres = self.faceres.run(["embedding"], {name: self.tensor(face, (103.939, 116.779, 123.68), 1)})[0].ravel() - self.means[1]
        np.concatenate([0.83666 * dlib / np.linalg.norm(dlib), 0.54772 * faceres / np.linalg.norm(faceres)])
        times["embed"] = time.perf_counter() - start
        return times


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


def mien_report(mien, pack, *arguments):
    command = [mien, "--set", f"pack={pack}", "bench", "vision", "--threads", "1", *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure_mien(mien, pack, pictures, seconds):
    """Median over the pictures of the median time of each, milliseconds."""
    report = mien_report(mien, pack, "--seconds", seconds, *pictures)
    return {part: statistics.median(image[f"{part}_ms"] for image in report["images"]) for part in ("whole", "open", "detect", "embed")}


def inference_alone(mien, pack, models):
    """Sums over the networks that a search for one face runs: Mien, onnxruntime, milliseconds."""
    ours = theirs = 0.0
    for network in mien_report(mien, pack, "--networks")["networks"]:
        if not network["path"]:
            continue
        session = one_thread_session(models / network["file"])
        feed = {session.get_inputs()[0].name: np.full(network["shape"], 0.5, np.float32)}
        times = []
        for _ in range(220):
            start = time.perf_counter()
            session.run(None, feed)
            times.append((time.perf_counter() - start) * 1e3)
        median = statistics.median(times[20:])
        print(f"  {pack:6} {network['role']:16} {network['file']:45} {network['ms']:7.3f} {median:7.3f}   {median / network['ms']:5.2f} x")
        ours, theirs = ours + network["ms"], theirs + median
    return ours, theirs


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
    parser.add_argument("--omz", required=True, type=pathlib.Path, help="directory of the installed pack omz")
    parser.add_argument("--human", required=True, type=pathlib.Path, help="directory of the installed pack human")
    parser.add_argument("--photos", required=True, type=pathlib.Path, help="folder with photographs")
    parser.add_argument("--rounds", type=int, default=20, help="how often each peer looks at each picture")
    parser.add_argument("--seconds", type=float, default=1, help="how long mien looks at each picture")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    peers = []
    for kind, models in ((OnnxRuntime, arguments.omz), (OnnxRuntimeSmall, arguments.omz), (OpenCv, arguments.omz), (Human, arguments.human), (Dlib, None)):
        try:
            peers.append(kind(models))
        except ImportError as missing:
            print(f"skipped: {kind.name}: {missing}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        seen = lambda picture: all(peer.run(picture.read_bytes()) for peer in peers[:4])
        pictures = [picture for picture in make_pictures(arguments.photos, folder) if seen(picture)]
        runs = [{pack: measure_mien(arguments.mien, pack, pictures, arguments.seconds) for pack in ("omz", "human")}]
        totals, stages = measure_peers(peers, pictures, arguments.rounds)
        runs.append({pack: measure_mien(arguments.mien, pack, pictures, arguments.seconds) for pack in ("omz", "human")})
    ours = {pack: statistics.mean(run[pack]["whole"] for run in runs) for pack in ("omz", "human")}
    print(f"{len(pictures)} pictures of 640 x 480, {arguments.rounds} rounds, one thread, medians in milliseconds; x: over Mien with omz, with human")
    for pack in ours:
        parts = ", ".join(f"{part} {runs[1][pack][part]:.2f}" for part in ("open", "detect", "embed"))
        print(f"{'mien ' + pack:52} {ours[pack]:8.2f}   (runs: {runs[0][pack]['whole']:.2f}, {runs[1][pack]['whole']:.2f}; {parts})")
    for peer in peers:
        median = statistics.median(totals[peer.name])
        detail = ", ".join(f"{stage} {statistics.median(values):.2f}" for stage, values in stages[peer.name].items())
        print(f"{peer.name:52} {median:8.2f}   {median / ours['omz']:5.2f} x  {median / ours['human']:5.2f} x   ({detail})")
    print("inference alone, one thread: Mien, onnxruntime, milliseconds")
    for pack, models in (("omz", arguments.omz), ("human", arguments.human)):
        mine, theirs = inference_alone(arguments.mien, pack, models)
        print(f"  {pack:6} {'all of them':62} {mine:7.3f} {theirs:7.3f}   {theirs / mine:5.2f} x")


if __name__ == "__main__":
    main()
