package dev.parley.usage.topology;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.UsageEventCheck;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** What a record of usage.events turned out to hold. */
sealed interface Reading {

  /** Whose hour the record is counted in. */
  CountKey countKey();

  /**
   * @param spread whether it came under a session's key, away from its tenant's partition
   */
  record Event(CountKey countKey, UsageEvent event, boolean spread) implements Reading {}

  /** What cannot be added to anything. */
  record Refused(CountKey countKey, String reason, String detail) implements Reading {}

  static Reading of(Record<byte[], byte[]> record) {
    Header version = record.headers().lastHeader(Headers.SCHEMA_VERSION);
    return switch (EventCodec.USAGE_EVENTS.decode(
        record.value(), version == null ? null : version.value())) {
      case Decoded.Undecodable<UsageEvent>(String reason) -> refused(record, "undecodable", reason);
      case Decoded.Newer<UsageEvent>(int theirs) ->
          refused(record, "newer_release", "schema version " + theirs);
      case Decoded.Value<UsageEvent>(UsageEvent event) -> checked(record, event);
    };
  }

  private static Reading checked(Record<byte[], byte[]> record, UsageEvent event) {
    String implausible = UsageEventCheck.implausible(event);
    if (implausible != null) {
      return refused(record, "implausible", "at " + implausible);
    }
    if (UsageEventCheck.isMisrouted(event, record.key())) {
      return refused(record, "misrouted", "the key is not the event's");
    }
    return new Event(
        CountKey.of(event.tenantId(), event.timestamp()),
        event,
        record.key().length > event.tenantId().value().length());
  }

  private static Reading refused(Record<byte[], byte[]> record, String reason, String detail) {
    Instant appended = Instant.ofEpochMilli(record.timestamp());
    return new Refused(CountKey.of(tenantOf(record.key()), appended), reason, detail);
  }

  private static @Nullable TenantId tenantOf(byte @Nullable [] key) {
    if (key == null) {
      return null;
    }
    String text = new String(key, StandardCharsets.UTF_8);
    int slash = text.indexOf('/');
    String tenant = slash < 0 ? text : text.substring(0, slash);
    return Identifiers.isValid(tenant) ? new TenantId(tenant) : null;
  }
}
