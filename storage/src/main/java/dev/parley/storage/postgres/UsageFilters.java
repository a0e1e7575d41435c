package dev.parley.storage.postgres;

import dev.parley.schemas.Json;
import dev.parley.storage.UsageStore.UsageFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The where clause of a usage filter. */
final class UsageFilters {

  private UsageFilters() {}

  static Sql where(UsageFilter filter, String time) {
    return where(filter, time, filter.since(), filter.until());
  }

  /**
   * With another range than the filter's own; there is always a clause, so that more can follow.
   */
  static Sql where(
      UsageFilter filter, String time, @Nullable Instant since, @Nullable Instant until) {
    StringBuilder text = new StringBuilder(" where true");
    List<String> parameters = new ArrayList<>();
    if (filter.tenantId() != null) {
      text.append(" and tenant_id = ?");
      parameters.add(filter.tenantId().value());
    }
    if (filter.sessionId() != null) {
      text.append(" and session_id = ?");
      parameters.add(filter.sessionId().value());
    }
    if (filter.botId() != null) {
      text.append(" and bot_id = ?");
      parameters.add(filter.botId());
    }
    if (filter.model() != null) {
      text.append(" and model = ?");
      parameters.add(filter.model());
    }
    if (filter.provider() != null) {
      text.append(" and provider = ?");
      parameters.add(filter.provider());
    }
    if (since != null) {
      text.append(" and ").append(time).append(" >= ?::timestamptz");
      parameters.add(Json.format(since));
    }
    if (until != null) {
      text.append(" and ").append(time).append(" < ?::timestamptz");
      parameters.add(Json.format(until));
    }
    return new Sql(text.toString(), parameters);
  }
}
