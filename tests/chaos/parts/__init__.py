"""The parts of the whole proof, each under nine minutes: `make chaos PART=games SEED=7 MINUTES=7`.

A part is a module with `play(seed, minutes) -> bool`, which prints what it found and says whether it passed.
"""

PARTS = {
    "games": "tests.chaos.parts.games",
    "redis": "tests.chaos.parts.redis",
    "rollout": "tests.chaos.parts.rollout",
    "tasks": "tests.chaos.parts.tasks",
    "broker": "tests.chaos.parts.broker",
    "jobs": "tests.chaos.parts.jobs",
    "selftest": "tests.chaos.parts.selftest",
    "selftest-messages": "tests.chaos.parts.selftest_messages",
}
