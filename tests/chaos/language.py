"""What the contract of the sockets says by name: which events come in order, which fields vary, which refusals last."""

# Events that stand for a log entry. Each viewer gets exactly one of them per seq.
SEQUENCED = frozenset(
    {
        "state_advanced", "game_started", "question_opened", "question_extended", "question_closed",
        "question_regraded", "game_paused", "game_unpaused", "game_locked", "player_kicked", "game_ended",
    }
)  # fmt: skip
# What may differ between two deliveries of the same (game, seq).
VARYING = frozenset(
    {
        "opens_in_ms", "closes_in_ms", "remaining_ms", "answered", "of", "players", "player_count", "retry_after_ms",
        "host_key", "ok",
    }
)  # fmt: skip
# Refusals that say: nothing happened, ask again; as does every other that says when.
TRANSIENT = frozenset({"paused", "unavailable", "timed_out", "too_many", "server_leaving"})
# Refusals at the door after which no browser comes back.
FINAL = frozenset(
    {
        "bad_token", "token_expired", "unauthenticated", "forbidden", "not_found", "kicked", "banned", "malformed",
    }
)  # fmt: skip
