package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damages golden files at random; {@code -Dparley.seed=...} repeats a run. */
class EventCodecFuzzTest {

  private static final int ROUNDS = 40_000;

  private static final List<String> NASTY =
      List.of(
          "null",
          "{}",
          "[]",
          "\"\"",
          "-1",
          "1e999999999",
          "-1e-999999999",
          "1E2147483648",
          "9".repeat(400),
          "0." + "0".repeat(900) + "1",
          "true",
          "\"\\ud83d\"",
          "\"\\u0000\"",
          "[[[[[[[[",
          "{\"a\":{\"a\":{\"a\":",
          "\u0000",
          "}",
          "]",
          ",",
          ":",
          "\"type\":");

  private enum Seen {
    VALUE,
    NEWER,
    UNDECODABLE
  }

  @Test
  void damagedRecordsAreOutcomesAndNeverExceptions() {
    long seed = Long.getLong("parley.seed", new Random().nextLong());
    System.out.println("parley.seed=" + seed);
    Random random = new Random(seed);
    List<Golden<?>> goldens = Golden.all();
    List<byte[]> texts = goldens.stream().map(Golden::bytes).toList();
    Map<Seen, Integer> seen = new EnumMap<>(Seen.class);
    for (int round = 0; round < ROUNDS; round++) {
      int which = random.nextInt(goldens.size());
      Golden<?> golden = goldens.get(which);
      byte[] damaged = damage(texts.get(which), random);
      byte[] header = random.nextInt(10) == 0 ? randomBytes(random, 2) : null;
      seen.merge(check(golden.codec(), damaged, header, seed, round), 1, Integer::sum);
    }

    assertThat(seen.get(Seen.UNDECODABLE)).as("seed %s", seed).isGreaterThan(ROUNDS / 4);
    assertThat(seen.get(Seen.VALUE)).as("seed %s", seed).isGreaterThan(ROUNDS / 100);
  }

  /** What was read can be written, and is then read as the same. */
  private static <T> Seen check(
      EventCodec<T> codec, byte[] damaged, byte[] header, long seed, int round) {
    try {
      return switch (codec.decode(damaged, header)) {
        case Decoded.Value<T>(T value) -> {
          byte[] written = codec.encode(value);
          assertThat(codec.decode(written, null)).isInstanceOf(Decoded.Value.class);
          assertThat(codec.encode(((Decoded.Value<T>) codec.decode(written, null)).value()))
              .isEqualTo(written);
          yield Seen.VALUE;
        }
        case Decoded.Newer<T> newer -> {
          assertThat(newer.version()).isGreaterThan(1);
          yield Seen.NEWER;
        }
        case Decoded.Undecodable<T> undecodable -> {
          assertThat(undecodable.reason()).isNotBlank().hasSizeLessThan(300);
          yield Seen.UNDECODABLE;
        }
      };
    } catch (Throwable e) {
      throw new AssertionError(
          "seed " + seed + ", round " + round + ": " + new String(damaged, StandardCharsets.UTF_8),
          e);
    }
  }

  private static byte[] damage(byte[] bytes, Random random) {
    byte[] damaged = bytes;
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      int at = random.nextInt(damaged.length + 1);
      int to = Math.min(damaged.length, at + random.nextInt(12));
      damaged =
          switch (random.nextInt(7)) {
            case 0 -> splice(damaged, at, to, new byte[0]);
            case 1 -> splice(damaged, at, at, randomBytes(random, 1 + random.nextInt(4)));
            case 2 -> splice(damaged, at, Math.min(damaged.length, at + 1), randomBytes(random, 1));
            case 3 -> splice(damaged, at, to, nasty(random));
            case 4 -> replaceValue(damaged, at, nasty(random));
            case 5 -> Arrays.copyOf(damaged, Math.max(1, at));
            default -> splice(damaged, at, at, Arrays.copyOfRange(damaged, at, to));
          };
    }
    return damaged;
  }

  /** Puts {@code by} where the next value behind a colon stands, so that it stays JSON at times. */
  private static byte[] replaceValue(byte[] bytes, int from, byte[] by) {
    int begin = from;
    while (begin < bytes.length && bytes[begin] != ':') {
      begin++;
    }
    int end = begin + 1;
    while (end < bytes.length && bytes[end] != ',' && bytes[end] != '}') {
      end++;
    }
    return begin >= bytes.length
        ? bytes
        : splice(bytes, begin + 1, Math.min(end, bytes.length), by);
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] by) {
    byte[] result = new byte[bytes.length - (to - from) + by.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
    return result;
  }

  private static byte[] nasty(Random random) {
    return NASTY.get(random.nextInt(NASTY.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] randomBytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
