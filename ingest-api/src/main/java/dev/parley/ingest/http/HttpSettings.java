package dev.parley.ingest.http;

import java.time.Duration;

/**
 * How the server listens.
 *
 * @param port 0 takes a free one
 * @param maxBodyBytes of a request with a single JSON body
 * @param idleTimeout after which a connection is closed on which nothing moves, also one whose
 *     client does not read its answer; longer than the longest wait that a request may ask for
 * @param requestTimeout how long the head of a request may take to come, and a body however short
 * @param stopTimeout how long requests in flight may take once the server is told to stop
 */
public record HttpSettings(
    String host,
    int port,
    int maxBodyBytes,
    Duration idleTimeout,
    Duration requestTimeout,
    Duration stopTimeout) {}
