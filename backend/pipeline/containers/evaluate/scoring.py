"""Responsible for a trained model of any of our algorithms: unpacked in memory, and its scores."""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from terms import probabilities, sums


class Unreadable(Exception):
    """The archive holds no model of ours; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Model:
    """What model.json says, and the file of the algorithm beside it."""

    card: dict[str, Any]
    kinds: list[str]
    content: bytes

    @classmethod
    def read(cls, archive: Path) -> "Model":
        """Nothing is written to disk, so that no name in the archive can lead anywhere."""
        try:
            with tarfile.open(archive) as bundle:
                card = json.loads(_member(bundle, "model.json"))
                schema = json.loads(_member(bundle, "schema.json"))
                name = "model.ubj" if card["algorithm"] == "xgboost" else "linear.json"
                content = _member(bundle, name)
        except (OSError, tarfile.TarError, KeyError, ValueError) as fault:
            raise Unreadable(f"{archive.name} holds no model that can be read: {fault}.") from fault
        return cls(card, [feature["kind"] for feature in schema["features"]], content)

    def predicted(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """A number for each row, or a probability for each row and class."""
        if self.card["algorithm"] == "xgboost":
            return self._boosted(features)
        model = json.loads(self.content)
        if self.card["objective"] == "regression":
            return sums(model, features)[:, 0]
        return probabilities(model, features)

    def _boosted(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        import xgboost as xgb  # only where it is needed: loading it takes a second

        booster = xgb.Booster(model_file=bytearray(self.content))
        matrix = xgb.DMatrix(
            features,
            feature_names=[f"f{place}" for place in range(features.shape[1])],
            feature_types=["c" if kind == "category" else "q" for kind in self.kinds],
            enable_categorical=True,
        )
        predicted = booster.predict(matrix).astype(np.float64)
        if self.card["objective"] == "binary":
            predicted = np.column_stack([1 - predicted, predicted])
        return np.asarray(predicted)


def _member(bundle: tarfile.TarFile, name: str) -> bytes:
    for found in (name, f"./{name}"):
        if found in bundle.getnames() and (file := bundle.extractfile(found)) is not None:
            return file.read()
    raise KeyError(name)
