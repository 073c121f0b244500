"""Starts programs in forks of one process that has loaded the large libraries already.

Orders come as lines of JSON, exit codes go back as lines; the process ends with its input.
"""

import json
import os
import runpy
import sys
from typing import Any

import pyarrow.parquet
import scipy.sparse
import sklearn.linear_model
import sklearn.metrics
import xgboost

LOADED = (pyarrow.parquet, scipy.sparse, sklearn.linear_model, sklearn.metrics, xgboost)


def next_program() -> dict[str, Any] | None:
    """Returns in a fork, with what it is to run; None at the end."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            order: dict[str, Any] = json.loads(line)
            return order
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return None


if order := next_program():
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    sys.argv = [order["program"], *order["arguments"]]
    sys.path[0] = os.path.dirname(order["program"])
    runpy.run_path(order["program"], run_name="__main__")
