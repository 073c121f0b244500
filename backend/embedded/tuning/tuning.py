"""Responsible for a tuning job: its trials, so many at once, and the best of them."""

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from backend.embedded.clock import now
from backend.embedded.faults import InvalidRequest
from backend.embedded.jobs.job import Job, JobKind, JobStatus, Phase
from backend.embedded.jobs.job_host import UNFORESEEN, JobEnd, JobHost
from backend.embedded.jobs.stop_signal import StopSignal
from backend.embedded.jobs.training import train
from backend.embedded.tuning.search import Search, search_of

# With so many trials failed or silent and none that scored, SageMaker gives up.
_HOPELESS = 5
_NO_METRIC = (
    "No objective metrics found after running {ended} training jobs. Please ensure that the "
    "custom algorithm is emitting the objective metric as defined by the regular expression "
    "provided."
)
_NO_SUCCESS = (
    "No training job succeeded after {ended} attempts. For additional details, please take a "
    "look at the training job failures by listing training jobs for the hyperparameter tuning job."
)
_PASSED_ON = (
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "Environment",
)


def tune(host: JobHost, job: Job, stop: StopSignal) -> Job:
    """Runs the trials to the end; a tuning job needs no berth of its own, its trials do."""
    host.jobs.change(job.arn, lambda job: job.begun(now()))
    tuning = _Tuning(host, job, stop, search_of_job(job.request))
    end = JobEnd(JobStatus.FAILED, UNFORESEEN)
    with stop.calling(lambda: _mark_stopping(host, job)):
        try:
            tuning.run()
            end = tuning.outcome()
        finally:
            _, ended = host.jobs.change(
                job.arn, lambda job: job.ended(end.status, now(), reason=end.reason)
            )
    return ended


def search_of_job(request: Mapping[str, Any]) -> Search:
    """Raises InvalidRequest for a search or an objective that cannot be followed."""
    config = request["HyperParameterTuningJobConfig"]
    definition = request.get("TrainingJobDefinition")
    if definition is None or "HyperParameterTuningJobObjective" not in config:
        raise InvalidRequest(
            "A tuning job needs one TrainingJobDefinition and a HyperParameterTuningJobObjective."
        )
    metric = config["HyperParameterTuningJobObjective"]["MetricName"]
    metrics = definition["AlgorithmSpecification"].get("MetricDefinitions", ())
    if metric not in [definition["Name"] for definition in metrics]:
        raise InvalidRequest(
            f"The objective metric {metric!r} is required in the MetricDefinitions of the "
            "training job."
        )
    return search_of(config, seed=0)


def trials_of(host_jobs: Sequence[Job], tuning_job_arn: str) -> list[Job]:
    """A tuning job's trials, the first one first."""
    trials = [job for job in host_jobs if job.tuning_job_arn == tuning_job_arn]
    return sorted(trials, key=lambda job: (job.created_at, job.name))


def score_of(trial: Job, objective: str) -> float | None:
    if trial.status is not JobStatus.COMPLETED:
        return None
    return next((one.value for one in trial.metrics if one.name == objective), None)


def ranked(trials: Sequence[Job], job: Job) -> list[Job]:
    """The completed trials of a tuning job that have a score, the best and then earliest first."""
    objective = objective_of(job)
    sign = -1.0 if objective["Type"] == "Maximize" else 1.0
    scored = [
        (sign * score, trial)
        for trial in trials
        if (score := score_of(trial, objective["MetricName"])) is not None
    ]
    return [trial for _, trial in sorted(scored, key=lambda pair: pair[0])]


def objective_of(job: Job) -> Mapping[str, str]:
    """Whether to Maximize or Minimize, and which metric."""
    objective: Mapping[str, str] = job.request["HyperParameterTuningJobConfig"][
        "HyperParameterTuningJobObjective"
    ]
    return objective


@dataclass(slots=True)
class _Tuning:
    host: JobHost
    job: Job
    stop: StopSignal
    search: Search
    trials: list[Job] = field(default_factory=list)  # those that ended
    begun: int = 0

    def run(self) -> None:
        running: dict[Future[Job], Job] = {}
        with ThreadPoolExecutor(self.search.at_once) as pool:
            while True:
                while self._wants_more() and len(running) < self.search.at_once:
                    trial = self._next(running.values())
                    running[pool.submit(train, self.host, trial, self.stop)] = trial
                if not running:
                    return
                for ended in wait(running, return_when=FIRST_COMPLETED).done:
                    del running[ended]
                    self.trials.append(ended.result())

    def outcome(self) -> JobEnd:
        if self.stop.requested:
            return JobEnd(JobStatus.STOPPED)
        if self._scored():
            return JobEnd(JobStatus.COMPLETED)
        ended = len(self.trials)
        if any(trial.status is JobStatus.COMPLETED for trial in self.trials):
            return JobEnd(JobStatus.FAILED, _NO_METRIC.format(ended=ended))
        return JobEnd(JobStatus.FAILED, _NO_SUCCESS.format(ended=ended))

    def _wants_more(self) -> bool:
        hopeless = len(self.trials) >= _HOPELESS and not self._scored()
        return self.begun < self.search.most and not self.stop.requested and not hopeless

    def _scored(self) -> list[tuple[Mapping[str, str], float]]:
        objective = objective_of(self.job)["MetricName"]
        scores = [(trial.tuned, score_of(trial, objective)) for trial in self.trials]
        return [(values, score) for values, score in scores if score is not None]

    def _next(self, running: Any) -> Job:
        pending = [trial.tuned for trial in running]
        values = self.search.next_values(self.begun, self._scored(), pending)
        self.begun += 1
        trial = self._trial(values)
        self.host.jobs.put(trial)
        return trial

    def _trial(self, values: Mapping[str, str]) -> Job:
        definition, at = self.job.request["TrainingJobDefinition"], now()
        name = f"{self.job.name}-{self.begun:03d}-{secrets.token_hex(4)}"
        given = {
            **definition.get("StaticHyperParameters", {}),
            **values,
            # SageMaker adds this one, and a program has to bear with it.
            "_tuning_objective_metric": objective_of(self.job)["MetricName"],
        }
        return Job(
            kind=JobKind.TRAINING,
            name=name,
            arn=f"{self.job.arn.rsplit(':', 1)[0]}:{JobKind.TRAINING}/{name.lower()}",
            request={name: definition[name] for name in _PASSED_ON if name in definition}
            | {"TrainingJobName": name, "HyperParameters": given},
            tags=self.job.tags,
            created_at=at,
            changed_at=at,
            phases=(Phase("Starting", at),),
            tuning_job_arn=self.job.arn,
            tuned=dict(values),
        )


def _mark_stopping(host: JobHost, job: Job) -> None:
    host.jobs.change(job.arn, lambda job: job.stopping(now()))
