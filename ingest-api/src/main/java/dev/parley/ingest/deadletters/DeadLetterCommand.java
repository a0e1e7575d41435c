package dev.parley.ingest.deadletters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import dev.parley.storage.RedriveStore;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Dead letters from the command line: a line of JSON each, so that other tools can read them. */
public final class DeadLetterCommand {

  public static final String USAGE = "dead-letters list | show ID [value] | redrive ID [ID ...]";

  private static final int PAGE = 100;
  private static final int FAILED = 1;
  private static final int USAGE_ERROR = 2;

  private final DeadLetterLog letters;
  private final RedriveStore redrives;
  private final Redrive redrive;
  private final PrintStream out;
  private final PrintStream err;

  public DeadLetterCommand(
      DeadLetterLog letters,
      RedriveStore redrives,
      Redrive redrive,
      PrintStream out,
      PrintStream err) {
    this.letters = letters;
    this.redrives = redrives;
    this.redrive = redrive;
    this.out = out;
    this.err = err;
  }

  /** Whether {@link #run} knows what to do with these words. */
  public static boolean understands(List<String> words) {
    return switch (words.isEmpty() ? "" : words.getFirst()) {
      case "list" -> words.size() == 1;
      case "show" -> words.size() == 2 || (words.size() == 3 && words.get(2).equals("value"));
      case "redrive" -> words.size() >= 2;
      default -> false;
    };
  }

  /**
   * @param words that it {@linkplain #understands understands}
   * @return the exit code
   */
  public int run(List<String> words) throws InterruptedException {
    try {
      return switch (words.getFirst()) {
        case "list" -> list();
        case "show" -> show(words.get(1), words.size() == 3);
        case "redrive" -> redrive(words.subList(1, words.size()));
        default -> USAGE_ERROR;
      };
    } catch (DeadLetterLog.UnavailableException e) {
      err.println("parley: " + e.getMessage());
      return FAILED;
    }
  }

  private int list() throws InterruptedException {
    LetterId after = null;
    while (true) {
      List<DeadLetter> page = letters.list(after, PAGE);
      Map<String, Instant> sent =
          redrives.redriven(page.stream().map(letter -> letter.id().toString()).toList());
      for (DeadLetter letter : page) {
        print(letter, sent.get(letter.id().toString()), false);
      }
      if (page.size() < PAGE) {
        return 0;
      }
      after = page.getLast().id();
    }
  }

  private int show(String id, boolean withValue) throws InterruptedException {
    DeadLetter letter = find(id);
    if (letter == null) {
      return FAILED;
    }
    print(letter, redrives.redriven(List.of(id)).get(id), withValue);
    return 0;
  }

  /** Goes on with the others when one cannot be sent. */
  private int redrive(List<String> ids) throws InterruptedException {
    int exit = 0;
    for (String id : ids) {
      DeadLetter letter = find(id);
      exit = letter == null ? FAILED : Math.max(exit, redrive(letter));
    }
    return exit;
  }

  private int redrive(DeadLetter letter) throws InterruptedException {
    return switch (redrive.redrive(letter)) {
      case Redrive.Result.Sent(Instant at, boolean already) -> {
        out.println(letter.id() + (already ? " was sent already at " : " sent at ") + at);
        yield 0;
      }
      case Redrive.Result.UnderWay _ -> {
        err.println("parley: " + letter.id() + " is being sent right now");
        yield FAILED;
      }
      case Redrive.Result.Impossible(String why) -> {
        err.println("parley: " + letter.id() + " cannot be sent: " + why);
        yield FAILED;
      }
    };
  }

  private @Nullable DeadLetter find(String text) throws InterruptedException {
    LetterId id = LetterId.parse(text);
    DeadLetter letter = id == null ? null : letters.find(id);
    if (letter == null) {
      err.println("parley: there is no dead letter " + text);
    }
    return letter;
  }

  private void print(DeadLetter letter, @Nullable Instant redrivenAt, boolean withValue) {
    ObjectNode view = DeadLetterView.render(letter, redrivenAt, withValue);
    try {
      out.println(Json.mapper().writeValueAsString(view));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can be written", e);
    }
  }
}
