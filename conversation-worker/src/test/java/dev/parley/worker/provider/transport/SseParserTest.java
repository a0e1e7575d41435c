package dev.parley.worker.provider.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SseParserTest {

  private static final String STREAM =
      "\uFEFF: a comment\n"
          + "event: message_start\r\ndata: {\"a\":1}\r\n\r\n"
          + "data:no space\n\n"
          + "data: first\ndata: second\ndata:\ndata: fourth\n\n"
          + "id: 7\nretry: 3000\nevent: ping\n\n"
          + "event: named\rdata: carriage\r\r"
          + "data\n\n"
          + "data: größer ✓ 🎉\n: between\ndata: end\n\n"
          + "event: ignored\nnonsense\n\n"
          + "data: [DONE]\n\n";

  private static final List<String> EVENTS =
      List.of(
          "message_start|{\"a\":1}",
          "null|no space",
          "null|first\nsecond\n\nfourth",
          "named|carriage",
          "null|",
          "null|größer ✓ 🎉\nend",
          "null|[DONE]");

  @Test
  void everySplitIntoTwoChunksGivesTheSameEvents() throws Exception {
    byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
    for (int split = 0; split <= bytes.length; split++) {
      assertThat(parse(bytes, 1 << 16, split)).as("split at %d", split).isEqualTo(EVENTS);
    }
  }

  @Test
  void singleBytesGiveTheSameEvents() throws Exception {
    byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
    int[] all = new int[bytes.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    assertThat(parse(bytes, 1 << 16, all)).isEqualTo(EVENTS);
  }

  @Test
  void randomChunksGiveTheSameEvents() throws Exception {
    long seed = Long.getLong("parley.test.seed", System.nanoTime());
    Random random = new Random(seed);
    byte[] bytes = STREAM.repeat(3).replace("\uFEFF", "").getBytes(StandardCharsets.UTF_8);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      expected.addAll(EVENTS);
    }
    for (int round = 0; round < 500; round++) {
      int[] splits = random.ints(random.nextInt(40), 0, bytes.length).sorted().toArray();
      assertThat(parse(bytes, 1 << 16, splits))
          .as("-Dparley.test.seed=%d, round %d", seed, round)
          .isEqualTo(expected);
    }
  }

  @Test
  void aLastEventCountsWhenOnlyItsEmptyLineIsMissing() throws Exception {
    assertThat(parse("data: [DONE]\n".getBytes(StandardCharsets.UTF_8), 100))
        .containsExactly("null|[DONE]");
  }

  @Test
  void halfALineAtTheEndIsDropped() throws Exception {
    assertThat(parse("data: {}\n\ndata: {\"half\":".getBytes(StandardCharsets.UTF_8), 100))
        .containsExactly("null|{}");
  }

  @Test
  void anEventBeyondTheBoundIsAnError() {
    byte[] line = ("data: " + "x".repeat(101) + "\n\n").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> parse(line, 100)).isInstanceOf(SseParser.EventTooLargeException.class);
    byte[] noEnd = ("data: " + "x".repeat(1000)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> parse(noEnd, 100, 10, 50, 500))
        .isInstanceOf(SseParser.EventTooLargeException.class);
    byte[] manyLines = "data: x\n".repeat(100).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> parse(manyLines, 100))
        .isInstanceOf(SseParser.EventTooLargeException.class);
    byte[] comments = ("data: x\n" + ": y\n".repeat(100)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> parse(comments, 100))
        .isInstanceOf(SseParser.EventTooLargeException.class);
  }

  @Test
  void manySmallEventsInOneChunkAreNoLargeEvent() throws Exception {
    byte[] bytes = "data: x\n\n".repeat(1000).getBytes(StandardCharsets.UTF_8);
    assertThat(parse(bytes, 100)).hasSize(1000);
  }

  private static List<String> parse(byte[] bytes, int max, int... splits)
      throws SseParser.EventTooLargeException {
    SseParser parser = new SseParser(max);
    List<String> events = new ArrayList<>();
    int from = 0;
    for (int split : splits) {
      feed(parser, bytes, from, split, events);
      from = split;
    }
    feed(parser, bytes, from, bytes.length, events);
    if (parser.end()) {
      events.add(current(parser));
    }
    return events;
  }

  private static void feed(SseParser parser, byte[] bytes, int from, int to, List<String> events)
      throws SseParser.EventTooLargeException {
    parser.feed(ByteBuffer.wrap(bytes, from, to - from).asReadOnlyBuffer());
    while (parser.next()) {
      events.add(current(parser));
    }
  }

  private static String current(SseParser parser) {
    return parser.event()
        + "|"
        + new String(parser.array(), parser.offset(), parser.length(), StandardCharsets.UTF_8);
  }
}
