package dev.parley.simulator.script;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the small language in which the course of a call is set.
 *
 * <pre>
 * block     = "[[sim" { SPACE directive } "]]"          in a message, any number of blocks
 * directive = name "=" value                            no spaces, no "]]"
 * time      = NUMBER ("us" | "ms" | "s" | "m")          200ms, 1.5s
 *
 * latency=TIME                     until the first token; TIME..TIME uniform, exp:TIME exponential
 * rate=NUMBER["/s"]                tokens a second after the first; 0 is all at once
 * tokens=COUNT                     the exact length of the reply
 * fail=STATUS[":"TIMES]            an error answer, to the first TIMES calls with one key or to all
 * fail-rate=SHARE                  from 0 to 1: lets "fail" (503 if none) happen to that share only
 * retry-after=TIME                 the header that failures carry
 * error-code=WORD                  the error code that failures carry
 * reset-after=TOKENS               the connection is reset; 0 is before the head
 * cut-after=TOKENS                 the stream ends without its closing event
 * error-in-stream=TOKENS           an error event, then the end
 * hang=before | opened | between   nothing more: before the head, after it, after the first token
 * hang-after=TOKENS                nothing more after so many tokens
 * usage=full | none                whether token counts are reported
 * cached=COUNT cache-write=COUNT cache-write-1h=COUNT reasoning=COUNT   reported on top
 * window=COUNT                     prompt and longest reply together are refused beyond it
 * finish=stop | length | content_filter | tool_calls    the reason that is given
 * tool=NAME                        a call of that tool instead of text
 * key=WORD                         what failing calls are counted by
 * session=WORD                     what the call is logged under
 * </pre>
 *
 * <p>Of directives for the same thing the last one wins. A directive that cannot be read is an
 * error and never ignored, so that a test with a typo in it does not pass.
 */
public final class Directives {

  private static final String OPEN = "[[sim";
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final Pattern BLOCK = Pattern.compile("\\[\\[sim((?:\\s[^\\]]*)?)\\]\\]");

  private Directives() {}

  /**
   * Applies directives that are parted by spaces.
   *
   * @throws DirectiveException when one cannot be read
   */
  public static Behaviour apply(Behaviour base, String directives) {
    if (directives.isBlank()) {
      return base;
    }
    BehaviourChange change = new BehaviourChange(base);
    for (String directive : SPACES.splitAsStream(directives.strip()).toList()) {
      int equals = directive.indexOf('=');
      if (equals < 1 || equals == directive.length() - 1) {
        throw new DirectiveException("directive '" + directive + "' is not name=value");
      }
      try {
        change.set(directive.substring(0, equals), directive.substring(equals + 1));
      } catch (IllegalArgumentException e) {
        throw new DirectiveException("directive '" + directive + "': " + e.getMessage());
      }
    }
    return change.result();
  }

  /** What stands inside the blocks of a message, without the brackets. */
  public static List<String> in(String message) {
    if (!message.contains(OPEN)) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(message);
    while (blocks.find()) {
      found.add(blocks.group(1));
    }
    return found;
  }

  /** The message without its blocks. */
  public static String strip(String message) {
    return message.contains(OPEN) ? BLOCK.matcher(message).replaceAll("").strip() : message;
  }
}
