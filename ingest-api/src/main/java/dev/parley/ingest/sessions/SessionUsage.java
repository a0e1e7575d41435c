package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.schemas.SessionKey;

/** What a session used, as it is shown with the session. */
@FunctionalInterface
public interface SessionUsage {
  JsonNode of(SessionKey key);
}
