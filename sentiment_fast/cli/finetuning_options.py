"""The options of finetune that are its settings.

In: a parser. Out: the parser with the options, named as the library's arguments. Defaults are left to the library.
"""

from __future__ import annotations

import argparse


def add_finetuning_arguments(parser: argparse.ArgumentParser) -> None:
    """The settings of finetune, all of which are options."""
    parser.add_argument("--epochs", metavar="N", type=int, help="train for N epochs at most (default: 3)")
    parser.add_argument(
        "--patience",
        metavar="N",
        type=int,
        help="stop after N epochs without a lower validation loss, 0 for never; the epoch with the lowest is kept "
        "(default: 1)",
    )
    parser.add_argument(
        "--learning-rate",
        metavar="X",
        type=float,
        help="set the highest learning rate: 1e-4 for small models such as MiniLM, 2e-5 to 5e-5 from 100 million "
        "parameters on, 1e-5 from 300 million on (default: 1e-4)",
    )
    parser.add_argument("--batch-size", metavar="N", type=int, help="compute N texts at a time (default: 32)")
    parser.add_argument(
        "--accumulate",
        metavar="N",
        type=int,
        help="add up the gradients of N batches for each step, which saves memory (default: 1)",
    )
    parser.add_argument("--max-tokens", metavar="N", type=int, help="read the first N tokens of a text (default: 128)")
    parser.add_argument(
        "--warmup", metavar="X", type=float, help="raise the learning rate for this share of the steps (default: 0.06)"
    )
    parser.add_argument(
        "--weight-decay", metavar="X", type=float, help="let the weights of matrices decay by X (default: 0.01)"
    )
    parser.add_argument(
        "--clip-norm", metavar="X", type=float, help="limit the norm of the gradients to X (default: 1)"
    )
    parser.add_argument("--seed", metavar="N", type=int, help="seed all random numbers with N (default: 0)")
