"""Average the weights of several runs: `python training/average.py a.pt 0.3 b.pt 0.7 --out model.pt`.

Runs that went on from one another lie in one valley of the loss, and what lies between them does better on texts that
none of them saw than any of them does ("model soups"; Wortsman et al., 2022).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor


def average(parts: list[tuple[Path, float]]) -> dict[str, Tensor]:
    """The weighted mean of each weight; what is not a floating-point number is the first run's.

    :param parts: weights of runs and their shares, above 0, which are scaled to sum to one.
    """
    runs = [(torch.load(path, weights_only=True), share) for path, share in parts]
    total = sum(share for _, share in runs)
    first = runs[0][0]
    if any(weights.keys() != first.keys() for weights, _ in runs):
        raise ValueError("the runs are of different networks")
    return {
        name: sum((weights[name].float() * (share / total) for weights, share in runs), torch.zeros(()))
        if tensor.is_floating_point()
        else tensor
        for name, tensor in first.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", help="model.pt and its share, by turns")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if len(options.parts) % 2:
        parser.error("each model.pt needs a share behind it")
    shares = zip(map(Path, options.parts[::2]), map(float, options.parts[1::2]), strict=True)
    torch.save(average(list(shares)), options.out)


if __name__ == "__main__":
    main()
