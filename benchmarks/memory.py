"""Responsible for peak memory: resident sets of the cloud and of its jobs, sampled as they run."""

import threading

import psutil

_EVERY_SECONDS = 0.05
_MIB = 1 << 20


class PeakMemory:
    """Watches a process tree from `start` to `stop`; peaks are MiB of resident memory."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._peaks: dict[str, float] = {"cloud": 0.0}

    def start(self) -> "PeakMemory":
        self._watching.start()
        return self

    def stop(self) -> dict[str, float]:
        """Peaks by name: `cloud` is the endpoint itself, the others are container scripts."""
        self._ended.set()
        self._watching.join()
        return {name: round(peak, 1) for name, peak in sorted(self._peaks.items())}

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            self._see("cloud", self._root)
            for child in self._root.children(recursive=True):
                try:
                    script = next(
                        (w for w in child.cmdline() if "/containers/" in w or "/images/" in w), ""
                    )
                except psutil.Error:
                    continue
                if script.endswith(".py"):
                    self._see(script.rsplit("/", 1)[-1].removesuffix(".py"), child)

    def _see(self, name: str, process: psutil.Process) -> None:
        try:
            seen = process.memory_info().rss / _MIB
        except psutil.Error:  # it ended between the listing and the look
            return
        self._peaks[name] = max(self._peaks.get(name, 0.0), seen)
