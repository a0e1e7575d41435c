package dev.parley.simulator.calls;

import org.jspecify.annotations.Nullable;

/** What the client said the call belongs to. */
public record CallMarks(@Nullable String job, @Nullable String session, @Nullable String user) {}
