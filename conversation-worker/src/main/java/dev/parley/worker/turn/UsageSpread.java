package dev.parley.worker.turn;

import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose usage events are too many for one partition, and from when to when.
 *
 * <p>It is an event's own time that decides and not when it is published: so all copies of an event
 * have the same key, also those that are published after the tenant was named here or taken out,
 * and are known for copies.
 */
public record UsageSpread(Map<TenantId, List<Span>> spans) {

  public static final UsageSpread NONE = new UsageSpread(Map.of());

  /**
   * @param since inclusive
   * @param until exclusive
   */
  public record Span(Instant since, Instant until) {

    public static final Span ALWAYS = new Span(Instant.MIN, Instant.MAX);

    boolean includes(Instant time) {
      return !time.isBefore(since) && time.isBefore(until);
    }
  }

  /**
   * Reads {@code TENANT}, {@code TENANT@SINCE} and {@code TENANT@SINCE/UNTIL}, separated by commas.
   *
   * @throws IllegalArgumentException when it is anything else
   */
  public static UsageSpread parse(String text) {
    Map<TenantId, List<Span>> spans = new HashMap<>();
    for (String entry : text.isBlank() ? new String[0] : text.split(",", -1)) {
      int at = entry.indexOf('@');
      String tenant = (at < 0 ? entry : entry.substring(0, at)).strip();
      if (!Identifiers.isValid(tenant)) {
        throw new IllegalArgumentException("not a tenant id");
      }
      spans
          .computeIfAbsent(new TenantId(tenant), key -> new ArrayList<>())
          .add(at < 0 ? Span.ALWAYS : span(entry.substring(at + 1).strip()));
    }
    return new UsageSpread(spans);
  }

  private static Span span(String text) {
    int slash = text.indexOf('/');
    try {
      Instant since = Instant.parse(slash < 0 ? text : text.substring(0, slash));
      Instant until = slash < 0 ? Instant.MAX : Instant.parse(text.substring(slash + 1));
      if (!since.isBefore(until)) {
        throw new IllegalArgumentException("ends before it begins");
      }
      return new Span(since, until);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("not a time", e);
    }
  }

  boolean includes(UsageEvent event) {
    return spans.getOrDefault(event.tenantId(), List.of()).stream()
        .anyMatch(span -> span.includes(event.timestamp()));
  }
}
