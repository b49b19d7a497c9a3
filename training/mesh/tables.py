"""Makes two tables of mien-vision from meshes of LFW: OPPOSITE (points/mirror.rs) and MEAN_FACE (points/pose.rs).

    python training/mesh/tables.py --data DIR --models DIR

DIR of the data holds `lfw`, DIR of the models the files of the pack `omz` and OpenCV's `face_detection_yunet_2023mar.onnx`.
Needs NumPy, SciPy, OpenCV and ONNX Runtime. Every thirteenth image of LFW is looked at; meshes that are no face are left out.
"""

import argparse
import pathlib

import cv2
import numpy as np
import onnxruntime
from scipy.optimize import linear_sum_assignment

# Points that expressions hardly move: corners of the eyes, nose, brows, forehead, temples, cheekbones.
RIGID = [33, 133, 263, 362, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 129, 358, 10, 151, 9, 8, 109, 338, 67, 297, 103, 332, 54,
         284, 21, 251, 162, 389, 127, 356, 234, 454, 116, 345, 117, 346, 50, 280, 205, 425, 70, 300, 105, 334, 107, 336]
EYES = ([33, 133], [263, 362])


def eyes(mesh):
    return mesh[EYES[0]].mean(0), mesh[EYES[1]].mean(0)


def cut(image, centre, side, angle, size):
    scale = size / side
    cosine, sine = np.cos(-angle) * scale, np.sin(-angle) * scale
    way = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0]])
    way[:, 2] = (size - 1) / 2 - way[:, :2] @ centre
    return cv2.warpAffine(image, way, (size, size), flags=cv2.INTER_LINEAR), way


class Looker:
    def __init__(self, models):
        self.mesh = onnxruntime.InferenceSession(str(models / "mediapipe_facemesh_tfjs.onnx"))
        self.detector = cv2.FaceDetectorYN.create(str(models / "face_detection_yunet_2023mar.onnx"), "", (250, 250), 0.6)

    def look(self, image, centre, side, angle):
        crop, way = cut(image, centre, side, angle, 192)
        tensor = (crop[:, :, ::-1].transpose(2, 0, 1)[None] / 255).astype(np.float32)
        outputs = {output.size: output for output in self.mesh.run(None, {"input": tensor})}
        mesh, back = outputs[1404].reshape(468, 3), cv2.invertAffineTransform(way)
        places = (mesh[:, :2] - 0.5) @ back[:, :2].T + back[:, 2]
        return np.c_[places, mesh[:, 2] * side / 192], outputs[1].item()

    def face(self, image):
        """The mesh of the central face from two looks, or None."""
        self.detector.setInputSize((image.shape[1], image.shape[0]))
        found = self.detector.detect(image)[1]
        if found is None:
            return None
        middle = np.array([image.shape[1], image.shape[0]]) / 2
        face = min(found, key=lambda box: np.hypot(*(box[:2] + box[2:4] / 2 - middle)))
        slope = face[6:8] - face[4:6]
        mesh, _ = self.look(image, face[:2] + face[2:4] / 2, max(face[2:4]) * 1.5, np.arctan2(slope[1], slope[0]))
        left, right = eyes(mesh[:, :2])
        angle = np.arctan2(*(right - left)[::-1])
        turn = np.array([[np.cos(-angle), -np.sin(-angle)], [np.sin(-angle), np.cos(-angle)]])
        turned = mesh[:, :2] @ turn.T
        low, high = turned.min(0), turned.max(0)
        mesh, presence = self.look(image, ((low + high) / 2) @ turn, max(high - low) * 1.5, angle)
        return mesh if presence >= 0.5 else None


def aligned(mesh, onto, points):
    """The mesh turned and scaled onto another one (Kabsch)."""
    one, other = mesh[points] - mesh[points].mean(0), onto[points] - onto[points].mean(0)
    u, values, vt = np.linalg.svd(one.T @ other)
    sign = np.diag([1, 1, np.sign(np.linalg.det(vt.T @ u.T))])
    turn, scale = vt.T @ sign @ u.T, (values * np.diag(sign)).sum() / (one**2).sum()
    return (mesh - mesh[points].mean(0)) @ turn.T * scale


def unit(mesh):
    left, right = eyes(mesh)
    return mesh / np.linalg.norm(left - right)


def level(mesh):
    """About its middle, with the eyes at the same height."""
    left, right = eyes(mesh)
    angle = -np.arctan2(right[1] - left[1], right[0] - left[0])
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    return (mesh - mesh.mean(0)) @ turn.T


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    looker = Looker(arguments.models)
    images = sorted((arguments.data / "lfw" / "images").glob("*/*.jpg"))[::13]
    meshes = [mesh for mesh in (looker.face(cv2.imread(str(path))) for path in images) if mesh is not None]

    # The mean of all heads, made level only, looks straight ahead: this is where the angles of a pose begin.
    mean = unit(np.mean([unit(level(mesh)) for mesh in meshes], 0))
    for _ in range(5):
        mean = unit(np.mean([aligned(mesh, mean, list(range(468))) for mesh in meshes], 0))
    mirrored = mean * [-1, 1, 1]
    opposite = linear_sum_assignment(np.linalg.norm(mean[:, None] - mirrored[None], axis=2))[1]
    assert (opposite[opposite] == np.arange(468)).all()

    for _ in range(10):
        mean = np.mean([aligned(mesh, mean, RIGID) for mesh in meshes], 0)
        mean = (mean + (mean * [-1, 1, 1])[opposite]) / 2
        mean = unit(mean - mean[RIGID].mean(0))
    print(f"// {len(meshes)} meshes")
    print("OPPOSITE:", ", ".join(map(str, opposite)))
    for index in sorted(RIGID):
        print(f"({index}, [{mean[index][0]:.4f}, {mean[index][1]:.4f}, {mean[index][2]:.4f}]),")


if __name__ == "__main__":
    main()
