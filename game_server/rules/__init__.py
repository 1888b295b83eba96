"""The rules of the live game: pure. No database, web or socket library, no clock, no dice; `now` is epoch milliseconds.

How play uses the rules
-----------------------
Truth is the log (`entries`) and two tables (`rows.PlayerRow`, `rows.AnswerRow`). A server holds one `match.Match` for
each game it follows: `match.begin(first_entry)`, then for each further entry, in order, `match.needs(match.game,
entry)` says what to read and `match.advance(match, entry, players, rows)` moves on.

- A new game: `freeze.freeze(quiz.questions, settings, seed)` gives the questions of `entries.GameCreated`, or a
  `Refusal`.
- A host's command: `decide.decide(game, command, now, facts)` gives `Stale`, a `Refusal` or a `Plan`. For a plan: shut
  its `gate`, read what it names, then `match.write(match, plan, players, rows)` gives the entries. Append them in one
  transaction by compare-and-set on `game.seq`, and, if one of them has a `board`, only while as many players have
  joined as `board.joined` says (see `rows.PlayerRow`). Moved meanwhile: follow and decide again. A gate found shut:
  `decide.settle` first.
- Each tick, each commit of answers, each change of presence: `decide.decide_due(game, now, attendance)`, then likewise.
  `decide.due_at(game)` is when to look at the latest.
- A join: `admit.admit(game)`, `admit.team_for(...)`; names are the business of `nicknames`.
- A submission: look first for the player's stored answer to this question. The same `answer_id` gets
  `answers.receipt_of(row)`, another gets `answers.duplicate(row, answer_id)`. Without one, `answers.receive(...)`
  gives the `AnswerRow` to insert, or the receipt or refusal to send. `scoring.latency_credit` gives its credit.
- Storing an entry: `entries.encode(entry)` gives its bytes, `chain.link(previous_hash, bytes)` its hash (the first
  follows `chain.GENESIS`), `entries.decode(bytes)` reads it back.
- Speaking, for each entry with the match after it: `view.results_for(player_id, entry, board_before, after)` to each
  player, then `view.event_for(HOST, ...)` encoded once for the hosts, `view.event_for(PLAYERS, ...)` once for the
  players, and `view.event_for(Viewer("player", id), ...)` for each player in `view.apart(entry, after.game)`.
  Snapshots: `view.state_for_host`, `view.state_for_player`.
- Reports: `report.questions_of`, `report.players_of`. Checks: `verify.verify`.
"""
