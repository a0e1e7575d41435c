package dev.parley.worker.turn;

import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Tool;
import dev.parley.storage.Session;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shares a model's context window out between the answer, what goes with every call of the turn,
 * and the messages. All in estimated tokens.
 */
final class ContextRoom {

  /** Estimates are wrong by about so much, in percent. */
  private static final long MARGIN = 10;

  private final TurnSettings settings;

  /** Of context, as the session or the deployment sets it. */
  private final long most;

  private final int answer;

  /** Of the system message and the tools. */
  private final long beside;

  private ContextRoom(TurnSettings settings, long most, int answer, long beside) {
    this.settings = settings;
    this.most = most;
    this.answer = answer;
    this.beside = beside;
  }

  static ContextRoom of(PreparedTurn turn, TurnSettings settings) {
    Session session = turn.conversation().session();
    Integer most = session.maxContextTokens();
    Integer answer = turn.submission().options().maxTokens();
    String system = session.system();
    List<Tool> tools = turn.submission().options().tools();
    long beside = system == null ? 0 : TokenEstimate.ofCharacters(system.length());
    beside += tools == null ? 0 : tools.stream().mapToLong(TokenEstimate::ofTool).sum();
    return new ContextRoom(
        settings,
        most == null ? settings.maxContextTokens() : most,
        answer == null ? settings.maxOutputTokens() : answer,
        beside);
  }

  /** What the messages to a model may have. */
  long forMessages(String model) {
    Long window = settings.windows().tokensOf(model);
    long bound = window == null ? most : Math.min(most, window - answer);
    return Math.max(0, bound - beside);
  }

  /**
   * The bound of a model's answer: what was asked for, unless the messages, of which some always
   * stay, leave less. Where they leave nothing the provider is to say so.
   */
  int forAnswer(String model, List<Message> messages, ToLongFunction<Message> tokensOf) {
    Long window = settings.windows().tokensOf(model);
    if (window == null || answer <= window / 2) {
      return answer;
    }
    long sent = beside + messages.stream().mapToLong(tokensOf).sum();
    long left = window - sent - sent * MARGIN / 100;
    return left < 1 ? answer : (int) Math.min(answer, left);
  }

  /** What one call may be sent at most, whichever of the models takes it. */
  static long smallest(long most, List<String> models, TurnSettings settings) {
    long smallest = most;
    for (String model : models) {
      @Nullable Long window = settings.windows().tokensOf(model);
      smallest = window == null ? smallest : Math.min(smallest, window);
    }
    return smallest;
  }
}
