package dev.parley.storage.postgres;

import dev.parley.storage.UsageStore.UsageFilter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The where clause of a usage filter. */
final class UsageFilters {

  private UsageFilters() {}

  static String where(UsageFilter filter, String time) {
    List<String> conditions = new ArrayList<>();
    if (filter.tenantId() != null) {
      conditions.add("tenant_id = ?");
    }
    if (filter.sessionId() != null) {
      conditions.add("session_id = ?");
    }
    if (filter.botId() != null) {
      conditions.add("bot_id = ?");
    }
    if (filter.model() != null) {
      conditions.add("model = ?");
    }
    if (filter.provider() != null) {
      conditions.add("provider = ?");
    }
    if (filter.since() != null) {
      conditions.add(time + " >= ?::timestamptz");
    }
    if (filter.until() != null) {
      conditions.add(time + " < ?::timestamptz");
    }
    return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
  }

  static void bind(Binder binder, UsageFilter filter) throws SQLException {
    if (filter.tenantId() != null) {
      binder.text(filter.tenantId().value());
    }
    if (filter.sessionId() != null) {
      binder.text(filter.sessionId().value());
    }
    if (filter.botId() != null) {
      binder.text(filter.botId());
    }
    if (filter.model() != null) {
      binder.text(filter.model());
    }
    if (filter.provider() != null) {
      binder.text(filter.provider());
    }
    if (filter.since() != null) {
      binder.time(filter.since());
    }
    if (filter.until() != null) {
      binder.time(filter.until());
    }
  }
}
