package dev.parley.ingest.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LineReaderTest {

  private static final int MAX_LINE = 100_000;

  /** Gives as much at a time as it likes to. */
  private static final class Dribble extends InputStream {
    private final InputStream in;
    private final SplittableRandom random;
    private final int most;

    private Dribble(byte[] bytes, SplittableRandom random, int most) {
      this.in = new ByteArrayInputStream(bytes);
      this.random = random;
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      return in.read(buffer, from, Math.min(length, random.nextInt(1, most)));
    }
  }

  private static List<String> readAll(InputStream in, long maxBytes) throws IOException {
    LineReader reader = new LineReader(in, MAX_LINE, maxBytes);
    List<String> read = new ArrayList<>();
    while (true) {
      switch (reader.next()) {
        case LineReader.End _ -> {
          return read;
        }
        case LineReader.TotalTooLong _ -> {
          read.add("<total too long>");
          return read;
        }
        case LineReader.Blank _ -> read.add("<blank>");
        case LineReader.TooLong _ -> read.add("<too long>");
        case LineReader.Text text ->
            read.add(
                new String(
                    text.bytes(), text.from(), text.to() - text.from(), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void linesAreTheSameHoweverTheyArriveAndHoweverLongTheyAre() throws IOException {
    SplittableRandom random = new SplittableRandom(Long.getLong("seed", 3));
    for (int round = 0; round < 300; round++) {
      StringBuilder body = new StringBuilder();
      List<String> wanted = new ArrayList<>();
      int lines = random.nextInt(30);
      for (int i = 0; i < lines; i++) {
        int length =
            switch (random.nextInt(8)) {
              case 0 -> 0;
              case 1 -> random.nextInt(60_000, MAX_LINE + 1);
              case 2 -> random.nextInt(MAX_LINE + 1, MAX_LINE + 70_000);
              default -> random.nextInt(1, 900);
            };
        String line = Character.toString('a' + i % 26).repeat(length);
        wanted.add(line.isEmpty() ? "<blank>" : length > MAX_LINE ? "<too long>" : line);
        body.append(line).append('\n');
      }
      if (random.nextBoolean()) {
        body.append("last");
        wanted.add("last");
      }
      byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
      InputStream in = new Dribble(bytes, random, random.nextBoolean() ? 100_000 : 3_000);
      assertThat(readAll(in, Long.MAX_VALUE)).as("round %s", round).isEqualTo(wanted);
    }
  }

  @Test
  void linesOfWhiteSpaceAreBlankAndTheBodyHasAnEnd() throws IOException {
    byte[] body = "a\r\n \t\r\n\nb".getBytes(StandardCharsets.UTF_8);
    assertThat(readAll(new ByteArrayInputStream(body), 100))
        .containsExactly("a\r", "<blank>", "<blank>", "b");
    assertThat(readAll(new ByteArrayInputStream(new byte[0]), 100)).isEmpty();
    assertThat(readAll(new ByteArrayInputStream(body), body.length)).hasSize(4);
    assertThat(readAll(new ByteArrayInputStream(body), body.length - 1))
        .containsExactly("<total too long>");
  }
}
