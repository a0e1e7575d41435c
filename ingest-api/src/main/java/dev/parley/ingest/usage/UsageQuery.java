package dev.parley.ingest.usage;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Query;
import dev.parley.ingest.sessions.SessionIds;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.usage.csv.UsageCsv;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a usage query asks for. */
record UsageQuery(UsageFilter filter, List<UsageDimension> groupBy, ZoneId zone) {

  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:00:00Z");

  static UsageQuery parse(Exchange exchange) {
    Query query = exchange.query();
    ZoneId zone = zone(query);
    Instant since = time(query, "since", zone);
    Instant until = time(query, "until", zone);
    if (since != null && until != null && since.isAfter(until)) {
      throw invalid("since", "since must not be after until");
    }
    String session = query.find("sessionId");
    SessionId sessionId = session == null ? null : SessionIds.parse("sessionId", session);
    UsageFilter filter =
        new UsageFilter(
            tenant(exchange, query),
            sessionId,
            query.find("botId"),
            query.find("model"),
            query.find("provider"),
            since,
            until);
    return new UsageQuery(filter, groupBy(query), zone);
  }

  /** An administrator may name any tenant; whether others name their own was checked before. */
  static TenantId tenant(Exchange exchange, Query query) {
    String named = query.find("tenantId");
    if (named == null || !exchange.caller().isAdmin()) {
      return exchange.tenant();
    }
    if (!Identifiers.isValid(named)) {
      throw invalid("tenantId", "tenantId is not a tenant id");
    }
    return new TenantId(named);
  }

  private static ZoneId zone(Query query) {
    String value = query.find("timezone");
    if (value == null) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(value);
    } catch (DateTimeException e) {
      throw invalid("timezone", "timezone must be an IANA name such as Europe/Berlin");
    }
  }

  private static @Nullable Instant time(Query query, String name, ZoneId zone) {
    String value = query.find(name);
    if (value == null) {
      return null;
    }
    try {
      Instant time =
          value.length() == 10
              ? LocalDate.parse(value).atStartOfDay(zone).toInstant()
              : DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(value, Instant::from);
      if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
        throw invalid(name, name + " must lie between the years 1970 and 9999");
      }
      return nextMillisecond(time);
    } catch (DateTimeException e) {
      throw invalid(name, name + " must be a time such as 2026-01-31T12:00:00Z or a date");
    }
  }

  /** Rows have whole milliseconds: none lies between this and the time itself. */
  private static Instant nextMillisecond(Instant time) {
    Instant begin = time.truncatedTo(ChronoUnit.MILLIS);
    return begin.equals(time) ? begin : begin.plusMillis(1);
  }

  private static List<UsageDimension> groupBy(Query query) {
    String value = query.find("groupBy");
    if (value == null) {
      return List.of();
    }
    List<UsageDimension> dimensions = new ArrayList<>();
    int begin = 0;
    while (begin <= value.length()) {
      int comma = value.indexOf(',', begin);
      int end = comma < 0 ? value.length() : comma;
      UsageDimension dimension = dimension(value.substring(begin, end).strip());
      if (dimensions.contains(dimension)) {
        throw invalid("groupBy", "groupBy must name each dimension once");
      }
      dimensions.add(dimension);
      begin = end + 1;
    }
    return dimensions;
  }

  private static UsageDimension dimension(String name) {
    for (UsageDimension dimension : UsageDimension.values()) {
      if (name.equals(UsageCsv.column(dimension))
          || name.equals(dimension.name().toLowerCase(Locale.ROOT))) {
        return dimension;
      }
    }
    throw invalid(
        "groupBy",
        "groupBy must be a list of tenant, provider, model, session, bot, hour, day, month");
  }

  static ApiException invalid(String param, String message) {
    return ApiException.at(ErrorCode.INVALID_REQUEST, param, message);
  }
}
