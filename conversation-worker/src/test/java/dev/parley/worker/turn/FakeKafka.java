package dev.parley.worker.turn;

import dev.parley.schemas.Decoded;
import dev.parley.schemas.EventCodec;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A producer that refuses what is too large, and can be told to fail a number of times. */
final class FakeKafka extends MockProducer<byte[], byte[]> {

  int maxBytes = 1_000_000;
  int failures;
  int sends;

  FakeKafka() {
    super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public synchronized Future<RecordMetadata> send(
      ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
    sends++;
    if (failures > 0) {
      failures--;
      return CompletableFuture.failedFuture(new TimeoutException("told to"));
    }
    if (record.value() != null && record.value().length > maxBytes) {
      return CompletableFuture.failedFuture(new RecordTooLargeException("told to"));
    }
    return super.send(record, callback);
  }

  List<ProducerRecord<byte[], byte[]>> sent(String topic) {
    return history().stream().filter(record -> record.topic().equals(topic)).toList();
  }

  List<JobOutcome> outcomes() {
    return sent(Topics.OUTCOMES).stream()
        .map(record -> value(EventCodec.OUTCOMES.decode(record.value(), null)))
        .toList();
  }

  List<UsageEvent> usage() {
    return sent(Topics.USAGE_EVENTS).stream()
        .map(record -> value(EventCodec.USAGE_EVENTS.decode(record.value(), null)))
        .toList();
  }

  static @Nullable String header(ProducerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  static @Nullable String leftOut(ProducerRecord<byte[], byte[]> record) {
    return header(record, Headers.LEFT_OUT);
  }

  private static <T> T value(Decoded<T> decoded) {
    return ((Decoded.Value<T>) decoded).value();
  }
}
