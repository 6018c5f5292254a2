"""Prints the peers' results as one table; with a truth, also how much of it each one found.

Needs nothing but Python. Reads the folder of results that `run` fills: PEER.WAY.json of each way that
a peer was run in, or PEER.WAY.error with the reason that there is none. Ends with 1 if a peer has no
result at all.
"""

import argparse
import json
import os
import platform
import sys
from pathlib import Path

IOU = 0.4


def iou(a: list[float], b: list[float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def matches(boxes: list[list[float]], truth: list[list[float]]) -> int:
    """How many pairs of a box and a true face there are, best overlap first, each used once."""
    pairs = sorted(
        (
            (overlap, i, j)
            for i, box in enumerate(boxes)
            for j, face in enumerate(truth)
            if (overlap := iou(box, face)) >= IOU
        ),
        reverse=True,
    )
    boxes_used: set[int] = set()
    faces_used: set[int] = set()
    for _, i, j in pairs:
        if i not in boxes_used and j not in faces_used:
            boxes_used.add(i)
            faces_used.add(j)
    return len(faces_used)


def read_truth(frames: Path) -> dict[str, list[list[float]]] | None:
    file = frames / "truth.json"
    if not file.exists():
        return None
    sides = ("left", "top", "right", "bottom")
    return {
        frame["file"]: [[float(face[side]) for side in sides] for face in frame["faces"]]
        for frame in json.loads(file.read_text())["frames"]
    }


def scored(result: dict, truth: dict[str, list[list[float]]] | None) -> dict:
    """The result with figures in place of its boxes; only frames that were timed count."""
    boxes = result.pop("boxes")
    result["framesPerSecond"] = 1000 / result["msPerFrame"]
    result["framesTimed"] = len(boxes)
    result["faces"] = sum(map(len, boxes.values()))
    if truth is not None:
        result["truth"] = sum(len(truth.get(name, [])) for name in boxes)
        result["matched"] = sum(
            matches(found, truth.get(name, [])) for name, found in boxes.items()
        )
        result["recall"] = result["matched"] / result["truth"] if result["truth"] else None
        result["withoutTruth"] = result["faces"] - result["matched"]
    return result


def read_peer(results: Path, peer: str, truth) -> dict:
    """The fastest way that the peer ran in, with what the other ways gave."""
    ways = [
        scored(json.loads(file.read_text()), truth)
        for file in sorted(results.glob(f"{peer}.*.json"))
    ]
    errors = {
        file.name.removeprefix(f"{peer}.").removesuffix(".error"): file.read_text().strip()
        for file in sorted(results.glob(f"{peer}.*.error"))
    }
    if not ways:
        return {"peer": peer, "error": "; ".join(errors.values()) or "was not run"}
    fastest, *others = sorted(ways, key=lambda way: way["msPerFrame"])
    for way in others:
        what = way["input"] if way["input"] != fastest["input"] else way["version"]
        fastest["notes"].append(f"also measured: {what}, {way['msPerFrame']:.1f} ms per frame")
    fastest["notes"] += [f"{way}: {reason}" for way, reason in errors.items()]
    if fastest["framesTimed"] < fastest["framesGiven"]:
        fastest["notes"].append(
            f"slow: {fastest['framesTimed']} of {fastest['framesGiven']} frames were timed"
        )
    fastest["otherWays"] = others
    return fastest


HEADINGS = (
    "peer",
    "version",
    "input",
    "frames/s",
    "ms/frame",
    "CPU ms",
    "frames",
    "faces",
    "recall",
    "no truth",
    "peak MB",
)
WORDS = 3  # So many columns hold words and are set flush left, the others hold numbers.


def cells(peer: dict) -> list[str]:
    recall = peer.get("recall")
    return [
        peer["peer"],
        peer["version"],
        peer["input"],
        f"{peer['framesPerSecond']:.1f}",
        f"{peer['msPerFrame']:.1f}",
        f"{peer['cpuMsPerFrame']:.1f}",
        str(peer["framesTimed"]),
        str(peer["faces"]),
        "-" if recall is None else f"{100 * recall:.1f} %",
        str(peer.get("withoutTruth", "-")),
        f"{peer['peakBytes'] / 1e6:.0f}",
    ]


def print_table(peers: list[dict]) -> None:
    rows = [HEADINGS] + [cells(peer) for peer in peers if "error" not in peer]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    widths[0] = max(widths[0], *(len(peer["peer"]) for peer in peers))

    def line(row) -> str:
        parts = (
            text.ljust(width) if column < WORDS else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths))
        )
        return "  ".join(parts).rstrip()

    print(line(HEADINGS))
    print("  ".join("-" * width for width in widths))
    for peer in peers:
        if "error" in peer:
            print(f"{peer['peer'].ljust(widths[0])}  not run: {peer['error']}")
        else:
            print(line(cells(peer)))
    notes = [(peer["peer"], note) for peer in peers for note in peer.get("notes", [])]
    if notes:
        print()
    for name, note in notes:
        print(f"{name}: {note}")


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--frames", type=Path, required=True)
    parser.add_argument("--peers", required=True, help="in the table's order, with commas")
    parser.add_argument("--settings", required=True, help="what to say about the run")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    truth = read_truth(options.frames)
    peers = [read_peer(options.results, peer, truth) for peer in options.peers.split(",")]
    machine = f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    print(f"{options.settings}; on {machine}")
    print()
    print_table(peers)
    if options.json:
        document = {"settings": options.settings, "machine": machine, "peers": peers}
        options.json.write_text(json.dumps(document, indent=2) + "\n")
    return 1 if any("error" in peer for peer in peers) else 0


if __name__ == "__main__":
    sys.exit(main())
