"""Finds the coefficients by which a network's similarity has CompreFace's false match rates.

usage: similarity.py REFERENCE.csv[,MORE.csv] OTHER.csv[,MORE.csv]

Both are what `facestream evaluate --distances` writes for the same pictures: of `facenet`, whose
coefficients are CompreFace's own, and of the other network. The distances of pairs of two people are
brought together quantile by quantile, in the tail where thresholds are.
"""
import csv
import math
import sys

FACENET = (1.1362496, 5.803152427)
QUANTILES = [0.0026 * 1.3**step for step in range(17)]
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99)


def distances(files):
    same, different = [], []
    for name in files.split(","):
        with open(name, newline="") as lines:
            for row in csv.DictReader(lines):
                if row["kind"] == "pair" and row["distance"]:
                    (same if row["same"] == "true" else different).append(float(row["distance"]))
    return sorted(same), sorted(different)


def at(similarity, coefficients):
    return coefficients[0] - math.atanh(2 * similarity - 1) / coefficients[1]


def below(values, limit):
    return sum(value < limit for value in values) / len(values)


def fit(reference, other):
    xs = [reference[int(quantile * len(reference))] for quantile in QUANTILES]
    ys = [other[int(quantile * len(other))] for quantile in QUANTILES]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)
    return slope * FACENET[0] + y - slope * x, FACENET[1] / slope


reference, other = distances(sys.argv[1]), distances(sys.argv[2])
coefficients = fit(reference[1], other[1])
print("middle %.4f slope %.4f, of %d pairs of two people" % (*coefficients, len(other[1])))
for threshold in THRESHOLDS:
    first, second = at(threshold, FACENET), at(threshold, coefficients)
    print(
        "%.2f  facenet %.3f: %.2f %% false, %.1f %% found   other %.3f: %.2f %% false, %.1f %% found"
        % (
            threshold,
            first,
            100 * below(reference[1], first),
            100 * below(reference[0], first),
            second,
            100 * below(other[1], second),
            100 * below(other[0], second),
        )
    )
