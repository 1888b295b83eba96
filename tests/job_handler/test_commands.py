"""`edtech jobs`: what operators see and steer, whoever owns it."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edkit.errors import Unavailable
from edkit.service import Command
from job_handler.commands import cancel_command, list_command, retry_command, show_command
from tests.job_handler.stage import OTTO, Stage, kind, stage


async def ran(there: Stage, command: Command, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return await command.run(there.jobs, parser.parse_args(words))


class Steps:
    """A step that fails while it is told to."""

    failing = True

    async def first(self, work: Any) -> Any:
        return 1

    async def second(self, work: Any) -> Any:
        if self.failing:
            raise Unavailable("The weather is bad.")
        work.done_by("model-1")
        return 2


async def test_operators_see_failed_jobs_and_let_them_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps()
    testing = replace(kind(first=steps.first, second=steps.second), attempts=1)
    async with stage(tmp_path, testing) as there:
        await there.begin()
        await there.begin("quiz-2", actor=OTTO)
        await there.told(2)
        steps.failing = False
        await there.begin("quiz-3")
        await there.told(3)

        assert await ran(there, list_command, "--failed") == 0
        lines = capsys.readouterr().out.splitlines()
        assert {line.split()[0] for line in lines} == {"quiz-1", "quiz-2"}
        assert all("The weather is bad." in line for line in lines)
        assert await ran(there, list_command, "--status", "completed") == 0
        assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["quiz-3"]
        assert await ran(there, list_command, "--limit", "1") == 0
        assert len(capsys.readouterr().out.splitlines()) == 1

        assert await ran(there, show_command, "quiz-2") == 0
        shown = capsys.readouterr().out
        assert "Job quiz-2" in shown
        assert "begun 1 times" in shown
        assert shown.count("The weather is bad.") == 2
        assert await ran(there, show_command, "quiz-9") == 1
        assert "not here" in capsys.readouterr().out

        assert await ran(there, retry_command, "--failed") == 0
        await there.told(5)
        assert {event.job_id for event in there.ended if event.status == "completed"} == {"quiz-1", "quiz-2", "quiz-3"}
        capsys.readouterr()
        assert await ran(there, retry_command, "quiz-1", "quiz-9") == 1
        assert "has not failed" in capsys.readouterr().out
        for words in ((), ("quiz-1", "--failed")):
            assert await ran(there, retry_command, *words) == 2
        assert "say --failed" in capsys.readouterr().out


async def test_operators_end_jobs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps()
    async with stage(tmp_path, kind(first=steps.first), work=False) as there:
        await there.begin()
        await there.reached("pending")
        assert await ran(there, cancel_command, "quiz-1") == 0
        assert "cancelled" in capsys.readouterr().out
        assert (await there.get()).status == "cancelled"
        assert await ran(there, cancel_command, "quiz-9") == 1
