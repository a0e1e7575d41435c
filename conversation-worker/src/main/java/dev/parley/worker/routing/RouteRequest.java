package dev.parley.worker.routing;

import dev.parley.schemas.SessionKey;
import org.jspecify.annotations.Nullable;

/**
 * What a turn asks for, as far as routes depend on it.
 *
 * @param model that the message, else its session, names
 * @param provider likewise
 * @param tools whether the message brings tools
 */
public record RouteRequest(
    SessionKey session, @Nullable String model, @Nullable String provider, boolean tools) {}
