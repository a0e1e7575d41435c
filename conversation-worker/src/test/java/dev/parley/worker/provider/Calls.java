package dev.parley.worker.provider;

import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TurnOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Calls for tests. */
public final class Calls {

  public static final Deadlines PATIENT =
      new Deadlines(
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60));

  private Calls() {}

  public static ProviderCall hello(String model) {
    return of(model, null, TurnOptions.NONE, user("Hello"));
  }

  public static ProviderCall of(
      String model, String system, TurnOptions options, Message... messages) {
    return ProviderCall.of(model, system, List.of(messages), options, 256, PATIENT);
  }

  public static Message user(String text) {
    return message(Role.USER, Content.of(text));
  }

  public static Message message(Role role, Content content) {
    return Message.of(role, content, Instant.EPOCH, null);
  }
}
