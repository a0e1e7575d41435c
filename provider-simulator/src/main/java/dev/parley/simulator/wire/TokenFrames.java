package dev.parley.simulator.wire;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.parley.simulator.script.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes the events of single tokens from one sample event, so that only the token itself has to be
 * encoded each time.
 */
final class TokenFrames {

  /** Stands in the sample, in a JSON string, where the token goes. */
  static final String PLACE = "@@token@@";

  private static final byte[] PLACE_BYTES = PLACE.getBytes(StandardCharsets.US_ASCII);

  /** Of a text that is empty; has nothing to give. */
  static final TokenFrames NONE = new TokenFrames(PLACE_BYTES, "");

  private final byte[] before;
  private final byte[] after;
  private final String text;
  private int position;

  /**
   * @param sample an event with {@link #PLACE} in it, first where the token goes
   */
  TokenFrames(byte[] sample, String text) {
    int place = indexOf(sample);
    this.before = Arrays.copyOf(sample, place);
    this.after = Arrays.copyOfRange(sample, place + PLACE_BYTES.length, sample.length);
    this.text = text;
  }

  /** Whether all tokens of the text have been made. */
  boolean done() {
    return position == text.length();
  }

  byte[] next() {
    int end = Tokens.end(text, position);
    byte[] token = JsonStringEncoder.getInstance().quoteAsUTF8(text.substring(position, end));
    position = end;
    byte[] frame = Arrays.copyOf(before, before.length + token.length + after.length);
    System.arraycopy(token, 0, frame, before.length, token.length);
    System.arraycopy(after, 0, frame, before.length + token.length, after.length);
    return frame;
  }

  private static int indexOf(byte[] sample) {
    for (int start = 0; start <= sample.length - PLACE_BYTES.length; start++) {
      if (Arrays.equals(
          sample, start, start + PLACE_BYTES.length, PLACE_BYTES, 0, PLACE_BYTES.length)) {
        return start;
      }
    }
    throw new IllegalArgumentException("the sample has no place for a token");
  }
}
