package dev.parley.ingest.http;

import java.time.Duration;

/**
 * How the server listens.
 *
 * @param port 0 takes a free one
 * @param maxBodyBytes of a request with a single JSON body
 * @param stopTimeout how long requests in flight may take once the server is told to stop
 */
public record HttpSettings(String host, int port, int maxBodyBytes, Duration stopTimeout) {}
