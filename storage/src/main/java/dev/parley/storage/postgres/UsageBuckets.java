package dev.parley.storage.postgres;

import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.usage.UsageGrain;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/** What usage is grouped by, as expressions; times in a time zone. */
final class UsageBuckets {

  private final String zone;

  UsageBuckets(ZoneId zone) {
    this.zone = postgresName(zone);
  }

  Sql expression(UsageDimension dimension, String time) {
    return switch (dimension) {
      case TENANT -> new Sql("tenant_id");
      case PROVIDER -> new Sql("provider");
      case MODEL -> new Sql("model");
      case SESSION -> new Sql("session_id");
      case BOT -> new Sql("bot_id collate \"C\"");
      // Hours are told apart by the instant they begin at, not by their local name, of which there
      // are two when clocks go back.
      case HOUR -> new Sql("date_trunc('hour', " + time + ", ?)", List.of(zone));
      case DAY -> new Sql("to_char(" + time + " at time zone ?, 'YYYY-MM-DD')", List.of(zone));
      case MONTH -> new Sql("to_char(" + time + " at time zone ?, 'YYYY-MM')", List.of(zone));
    };
  }

  /** Whether an hour's begin and its end are in different groups. */
  Sql splits(List<UsageDimension> groupBy, String hour) {
    Sql splits = new Sql("false");
    String end = "(" + hour + " + interval '" + UsageGrain.REST_OF_HOUR.toMillis() + " ms')";
    for (UsageDimension dimension : groupBy) {
      splits =
          switch (dimension) {
            case TENANT, PROVIDER, MODEL, SESSION, BOT -> splits;
            case HOUR, DAY, MONTH ->
                splits
                    .plus(" or ")
                    .plus(expression(dimension, hour))
                    .plus(" <> ")
                    .plus(expression(dimension, end));
          };
    }
    return splits;
  }

  /** PostgreSQL takes these names for offsets that never change. */
  private static final Map<String, String> ZONES_NOT_ABBREVIATIONS =
      Map.of(
          "CET", "Europe/Brussels",
          "MET", "Europe/Brussels",
          "EET", "Europe/Athens",
          "WET", "Europe/Lisbon");

  /** PostgreSQL reads bare offsets with the sign turned round, as POSIX has it. */
  private static String postgresName(ZoneId zone) {
    if (!(zone.normalized() instanceof ZoneOffset offset)) {
      return ZONES_NOT_ABBREVIATIONS.getOrDefault(zone.getId(), zone.getId());
    }
    if (offset.getTotalSeconds() == 0) {
      return "UTC";
    }
    String digits = offset.getId().substring(1);
    return "<local>" + (offset.getTotalSeconds() > 0 ? "-" : "+") + digits;
  }
}
