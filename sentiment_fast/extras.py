"""Packages that only some uses need, by the extra of this package that installs them.

In: an extra and what needs it. Out: nothing, or a `MissingPackageError` with the pip command that installs the extra.
Importing the packages is left to where they are used, so that scoring works without any of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from sentiment_fast.errors import MissingPackageError

# The modules that each extra of pyproject.toml brings.
EXTRAS = {
    "train": ("torch", "sklearn", "pandas", "scipy", "threadpoolctl", "nltk", "matplotlib", "pooch", "requests"),
    "excel": ("python_calamine",),
    "optuna": ("optuna",),
    "ray": ("ray",),
    "tensorboard": ("tensorboard",),
    "transformers": ("transformers",),
}
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "python_calamine": "python-calamine"}  # if not named as the module


def is_installed(module: str) -> bool:
    """Can a top-level module be found? Answered without importing it."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # hidden from this process
        return False


def check_installed(extra: str, use: str, modules: Sequence[str] = ()) -> None:
    """Raises MissingPackageError if modules of an extra, by default all of them, are not installed. Imports none.

    use: what needs them, the subject of the message.
    """
    missing = [module for module in modules or EXTRAS[extra] if not is_installed(module)]
    if missing:
        raise _missing(extra, use, missing)


@contextmanager
def needs(extra: str, use: str) -> Iterator[None]:
    """Within it, packages of an extra are imported; raises MissingPackageError if one is missing or broken.

    use: what needs them, the subject of the message.
    """
    try:
        yield
    except ImportError as error:
        raise _missing(extra, use, _of_extra(extra, error) or EXTRAS[extra], error) from error


def explained(error: ImportError) -> MissingPackageError | None:
    """An ImportError of a package of an extra, missing or broken, as a user reads it; None for any other."""
    for extra in EXTRAS:
        if modules := _of_extra(extra, error):
            return _missing(extra, "This", modules, error)
    return None


def _of_extra(extra: str, error: ImportError) -> list[str]:
    """The modules of an extra that are missing, or that ended their own import."""
    frame, files = error.__traceback__, []
    while frame is not None:
        files.append(frame.tb_frame.f_code.co_filename.replace(os.sep, "/"))
        frame = frame.tb_next
    name = (error.name or "").partition(".")[0]
    return [
        module for module in EXTRAS[extra] if name == module or any(f"/{module}/__init__.py" in file for file in files)
    ]


def _missing(extra: str, use: str, modules: Sequence[str], error: ImportError | None = None) -> MissingPackageError:
    *names, last = [_DISTRIBUTIONS.get(module, module) for module in modules]
    which = "which are not installed" if names else "which is not installed"
    if error is not None and not isinstance(error, ModuleNotFoundError):
        which = f"which cannot be imported ({error})"
    listed = f"{', '.join(names)} and {last}" if names else last
    return MissingPackageError(f'{use} needs {listed}, {which}: pip install "sentiment-fast[{extra}]"')
