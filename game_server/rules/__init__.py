"""The rules of the live game: pure. No database, web or socket library, no clock, no dice; `now` is epoch milliseconds.

How play uses the rules
-----------------------
Truth is the log (`entries`) and two tables (`rows.PlayerRow`, `rows.AnswerRow`). A server holds a `match.Match` per game
it follows: `match.begin(first_entry)`, then for each further entry in order `match.needs(match.game, entry)` says what to
read, `match.advance(match, entry, players, rows)` moves on.

- A new game: `freeze.freeze(quiz, settings, seed)` gives the questions of `entries.GameCreated`, or a `Refusal`.
- A host's command: `decide.decide(game, command, now, facts)` gives `Stale`, `Refusal` or a `Plan`. For a plan: shut its
  `gate`, read what it names, `match.write(match, plan, players, rows)` gives the entries; append them in one transaction
  by compare-and-set on `game.seq` (an entry with a `board` also on the number of players joined, see `rows.PlayerRow`).
  Moved meanwhile: follow and decide again. A gate found shut: `decide.settle` first.
- Each tick, each commit of answers, each change of presence: `decide.decide_due(game, now, attendance)`; the same way.
  `decide.due_at(game)` is when to look at the latest.
- A join: `admit.admit(game)` first; a nickname is unique by `text.fold_name`.
- A submission: look for the player's stored answer of this question first; the same `answer_id` gets
  `answers.receipt_of(row)`, another gets `duplicate`. Else `answers.receive(...)` gives the `AnswerRow` to insert, or the
  receipt or refusal to send.
- Storing an entry: `chain.seal(previous_hash, entry)` gives its bytes and hash; `entries.decode(bytes)` reads it back.
- Speaking: for each entry, with the match before and after, `view.Lens(...)`: `event_for_host`, `event_for_players` once
  each, `event_for_player` for those named by `apart`, and `results_for(player)` before them. `state_for_*` are snapshots.
- Reports: `report.report(...)`. Checks: `verify.verify(...)`.
"""
