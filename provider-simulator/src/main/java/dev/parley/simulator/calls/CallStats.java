package dev.parley.simulator.calls;

/**
 * Counts since the start, or since the log was cleared.
 *
 * @param inFlight calls that go on now
 * @param peakInFlight the most that there were at once
 * @param peakSessionInFlight the most calls of one session at once: above 1, the client did not
 *     keep a session's turns apart
 */
public record CallStats(
    long calls,
    int inFlight,
    int peakInFlight,
    int peakSessionInFlight,
    long completed,
    long failed,
    long clientClosed,
    long serverClosed,
    long tokensSent) {}
