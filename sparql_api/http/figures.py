"""The figures of the processes that answer on one socket: each leaves its own in a folder, and whichever is asked tells
of all.

Knows Prometheus' text format and files; what is counted is the service's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

SECONDS: Final = 1.0
"""Between two times that a process leaves its figures: those of the others are so old at most."""
SAME: Final = frozenset({"observatoire_edition"})
"""What is not the sum of all: each says the same, or will."""


class Figures:
    """Those of this process, and of the others that leave theirs in the same folder; without one there are none."""

    def __init__(self, folder: Path | None = None) -> None:
        self.own: Callable[[], bytes] = lambda: b""
        self._folder = folder

    async def keep_leaving(self) -> None:
        """Leave this process's figures again and again, where there is a folder."""
        while self._folder is not None:
            place = self._folder / f"{os.getpid()}.prom"
            with suppress(OSError):  # A full disk, or the end: the others tell less, and that is all.
                place.with_suffix(".new").write_bytes(self.own())
                place.with_suffix(".new").replace(place)
            await asyncio.sleep(SECONDS)

    def text(self) -> bytes:
        """Return the figures of all, in Prometheus' text format."""
        own, others = self.own(), self._others()
        return generate_latest(_Sum([own, *others])) if others else own

    def beside(self, name: str) -> int:
        """Return a gauge of the others, summed."""
        families = (family for text in self._others() for family in _families(text) if family.name == name)
        return int(sum(sample.value for family in families for sample in family.samples))

    def _others(self) -> list[bytes]:
        texts = []
        for place in self._folder.glob("*.prom") if self._folder else ():
            if place.stem != str(os.getpid()):
                with suppress(OSError):  # It has just ended.
                    texts.append(place.read_bytes())
        return texts


class _Sum:
    """What several texts say together, as Prometheus' library writes it."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._texts = texts

    def collect(self) -> Iterator[Metric]:
        """Yield each family once, its samples summed."""
        merged: dict[str, Metric] = {}
        values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
        for text in self._texts:
            for family in _families(text):
                merged.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                found = values.setdefault(family.name, {})
                for sample in family.samples:
                    key = sample.name, tuple(sample.labels.items())
                    before = found.get(key, 0.0)
                    found[key] = max(before, sample.value) if family.name in SAME else before + sample.value
        for name, family in merged.items():
            for (sample_name, labels), value in values[name].items():
                family.add_sample(sample_name, dict(labels), value)
            yield family


def _families(text: bytes) -> Iterable[Metric]:
    return text_string_to_metric_families(text.decode())
