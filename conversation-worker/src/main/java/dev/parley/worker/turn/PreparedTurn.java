package dev.parley.worker.turn;

import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.storage.Conversation;
import dev.parley.worker.turn.Admission.CallHistory;
import java.time.Instant;

/** A claimed submission whose session is loaded. */
record PreparedTurn(
    MessageSubmitted submission,
    int attempt,
    CallHistory history,
    Instant startedAt,
    Conversation conversation) {}
