"""The job handler on one screen."""

from edkit.contracts.accounts import UserErased
from edkit.contracts.engines import GetEngine, ProbeEndpoint
from edkit.contracts.jobs import CancelJob, GetJob, GetJobSteps, JobsDue, ListJobs, RetryJob, RunJob
from edkit.service import Service, read, write
from job_handler import models, server
from job_handler.commands import cancel_command, list_command, retry_command, show_command
from job_handler.handlers.engines import get_engine, probe_endpoint, tell_findings
from job_handler.handlers.jobs import (
    cancel_job,
    forget_user,
    get_job,
    get_job_steps,
    list_jobs,
    retry_job,
    run_job,
)

service = Service(
    "job_handler",
    metadata=models.metadata,
    requests={
        GetJob: read(get_job),
        ListJobs: read(list_jobs),
        GetJobSteps: read(get_job_steps),
        CancelJob: write(cancel_job),
        RetryJob: write(retry_job),
        GetEngine: read(get_engine),
        ProbeEndpoint: read(tell_findings, prepare=probe_endpoint),
    },
    tasks={RunJob: write(run_job)},
    events={UserErased: write(forget_user)},
    notices={JobsDue: server.look},
    issuers={RunJob: ("quiz_service",)},
    start=(server.start,),
    background=(server.hold, server.work, server.sweep_for_ever, server.measure_for_ever),
    commands=(list_command, show_command, retry_command, cancel_command),
)
