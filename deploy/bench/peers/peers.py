"""Times one face detector of Python over a folder of frames and writes what it found.

Runs in a process and a virtual environment of its own, once for each peer and way of input; `run`
beside it does that. The frames are decoded beforehand, by the same decoder for every peer of Python.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Callable

import numpy as np
from PIL import Image

# left, top, right, bottom, score
Box = list[float]


@dataclass
class Peer:
    """A detector that is loaded and set up.

    `detect` takes frames of one size as RGB arrays, unless `prepare` made something else of them,
    and gives each frame's boxes. `prepare` is not timed.
    """

    version: str
    detect: Callable[[list[np.ndarray]], list[list[Box]]]
    prepare: Callable[[np.ndarray], np.ndarray] = lambda rgb: rgb
    notes: list[str] = field(default_factory=list)


def facenet_pytorch(settings: argparse.Namespace) -> Peer:
    import torch
    from facenet_pytorch import MTCNN

    torch.set_num_threads(settings.threads)
    torch.set_num_interop_threads(1)
    detector = MTCNN(
        keep_all=True,
        min_face_size=settings.min_face,
        factor=settings.factor,
        thresholds=settings.thresholds,
        post_process=False,
        device="cpu",
    )

    def boxes_of(boxes, scores) -> list[Box]:
        if boxes is None:
            return []
        return [[*map(float, box), float(score)] for box, score in zip(boxes, scores)]

    def detect(frames):
        if len(frames) == 1:
            return [boxes_of(*detector.detect(frames[0]))]
        return [boxes_of(*found) for found in zip(*detector.detect(np.stack(frames)))]

    return Peer(f"{version('facenet-pytorch')}, torch {version('torch')}", detect)


def mtcnn(settings: argparse.Namespace) -> Peer:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    import mtcnn.stages.stage_pnet as first_stage
    from mtcnn import MTCNN

    # mtcnn 1.0.0 counts the levels of its pyramid without regard to the minimum face. With 40 at
    # 1280x720 the last level is smaller than P-Net's window, TensorFlow refuses it, and mtcnn takes
    # the refusal for "no faces", for every frame. Without such levels it works as it should.
    all_scales = first_stage.build_scale_pyramid
    too_small: set[float] = set()

    def usable_scales(width, height, **options):
        scales = all_scales(width, height, **options)
        usable = scales * min(width, height) >= 12
        too_small.update(scales[~usable].tolist())
        if too_small and not peer.notes:
            peer.notes.append(
                "pyramid levels of less than 12 pixels are taken out by this script: as it is,"
                " mtcnn 1.0.0 finds no face at all at these settings"
            )
        return scales[usable]

    first_stage.build_scale_pyramid = usable_scales
    detector = MTCNN(device="CPU:0")

    def boxes_of(faces) -> list[Box]:
        return [[*map(float, face["box"]), float(face["confidence"])] for face in faces]

    def detect(frames):
        found = detector.detect_faces(
            frames,
            box_format="xyxy",
            min_face_size=settings.min_face,
            scale_factor=settings.factor,
            threshold_pnet=settings.thresholds[0],
            threshold_rnet=settings.thresholds[1],
            threshold_onet=settings.thresholds[2],
        )
        return [boxes_of(faces) for faces in found]

    peer = Peer(f"{version('mtcnn')}, tensorflow {tf.__version__}", detect)
    return peer


def yunet(settings: argparse.Namespace) -> Peer:
    if settings.model is None:
        raise SystemExit("--model is missing")
    import cv2

    cv2.setNumThreads(settings.threads)
    detector = cv2.FaceDetectorYN.create(
        str(settings.model), "", (320, 320), score_threshold=settings.thresholds[2]
    )

    def boxes_of(rows) -> list[Box]:
        if rows is None:
            return []
        # x, y, width, height, five landmarks, score
        return [
            [float(r[0]), float(r[1]), float(r[0] + r[2]), float(r[1] + r[3]), float(r[14])]
            for r in rows
        ]

    def detect(frames):
        found = []
        for frame in frames:
            detector.setInputSize((frame.shape[1], frame.shape[0]))
            found.append(boxes_of(detector.detect(frame)[1]))
        return found

    return Peer(
        f"OpenCV {cv2.__version__}",
        detect,
        prepare=lambda rgb: np.ascontiguousarray(rgb[:, :, ::-1]),
        notes=[f"has no minimum face and no factor; score threshold {settings.thresholds[2]}"],
    )


PEERS = {"facenet-pytorch": facenet_pytorch, "mtcnn": mtcnn, "yunet": yunet}


def spread(items: list, count: int) -> list:
    """At most `count` of the items, evenly over the whole list."""
    if count >= len(items):
        return items
    return [items[i * len(items) // count] for i in range(count)]


def peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def measure(peer: Peer, settings: argparse.Namespace) -> dict:
    files = sorted(settings.frames.glob("frame-*.jpg"))
    if not files:
        raise SystemExit(f"there is no frame-*.jpg in {settings.frames}")
    frames = []
    for file in files:
        with Image.open(file) as image:
            frames.append((file.name, peer.prepare(np.asarray(image.convert("RGB")))))

    failures: dict[str, str] = {}
    found: dict[str, list[Box]] = {}

    def one_round(chosen) -> float:
        """Milliseconds per frame."""
        started = time.perf_counter()
        for at in range(0, len(chosen), settings.batch):
            names, images = zip(*chosen[at : at + settings.batch])
            try:
                found.update(zip(names, peer.detect(list(images))))
            except Exception as error:  # A peer that fails on a frame has found nothing in it.
                failures.update({name: f"{type(error).__name__}: {error}" for name in names})
                found.update({name: [] for name in names})
        return (time.perf_counter() - started) * 1000 / len(chosen)

    # The first calls set things up; what the second takes tells how many frames the budget allows.
    warm_up = frames[: settings.batch]
    one_round(warm_up)
    estimate = max(one_round(warm_up), 0.01)
    allowed = int(settings.budget * 1000 / (estimate * settings.rounds))
    chosen = spread(frames, max(allowed, min(8, len(frames))))
    found.clear()
    failures.clear()
    cpu_started = time.process_time()
    rounds = [one_round(chosen) for _ in range(settings.rounds)]
    cpu_seconds = time.process_time() - cpu_started

    if len(failures) == len(chosen):
        raise SystemExit(next(iter(failures.values())))
    if failures:
        peer.notes.append(f"failed on {len(failures)} frames: {next(iter(failures.values()))}")
    return {
        "peer": settings.peer,
        "version": peer.version,
        "input": "single" if settings.batch == 1 else f"batches of {settings.batch}",
        "msPerFrame": statistics.median(rounds),
        "rounds": rounds,
        "cpuMsPerFrame": cpu_seconds * 1000 / (settings.rounds * len(chosen)),
        "framesGiven": len(frames),
        "boxes": {name: found[name] for name, _ in chosen},
        "peakBytes": peak_bytes(),
        "notes": peer.notes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--frames", type=Path, required=True)
    parser.add_argument("--min-face", type=int, required=True)
    parser.add_argument("--factor", type=float, required=True)
    parser.add_argument(
        "--thresholds", type=lambda text: [float(t) for t in text.split(",")], required=True
    )
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--budget", type=float, required=True, help="seconds for all rounds")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--model", type=Path, help="YuNet's")
    parser.add_argument("--out", type=Path, required=True)
    settings = parser.parse_args()

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    result = measure(PEERS[settings.peer](settings), settings)
    settings.out.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
