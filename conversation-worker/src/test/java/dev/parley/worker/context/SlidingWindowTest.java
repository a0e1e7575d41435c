package dev.parley.worker.context;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SlidingWindowTest {

  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  @Test
  void everythingIsSentWhileItFits() {
    List<Message> all = List.of(user("1"), assistant("2"), user("3"));
    assertThat(window(10).fit(all, 1_000)).isEqualTo(all);
  }

  @Test
  void theOldestGoFirstWhenThereAreTooMany() {
    List<Message> all = List.of(user("1"), assistant("2"), user("3"), assistant("4"), user("5"));
    assertThat(texts(window(3).fit(all, 1_000))).containsExactly("3", "4", "5");
  }

  @Test
  void theTokenBoundCountsWhatIsKept() {
    List<Message> all =
        List.of(user("aaaa"), assistant("bb"), user("cc"), assistant("dd"), user("e"));
    assertThat(texts(window(10).fit(all, 5))).containsExactly("cc", "dd", "e");
  }

  @Test
  void theNewestMessageIsSentHoweverLongItIs() {
    assertThat(texts(window(10).fit(List.of(user("1"), user("very long")), 3)))
        .containsExactly("very long");
  }

  @Test
  void anEmptyAnswerIsNotSent() {
    List<Message> all = List.of(user("1"), assistant(""), user("3"));
    assertThat(texts(window(10).fit(all, 1_000))).containsExactly("1", "3");
  }

  @Test
  void pinnedMessagesStay() {
    Message pinned = new Message(Role.USER, Content.of("p"), null, AT, null, true);
    List<Message> all = List.of(pinned, assistant("2"), user("3"), assistant("4"), user("5"));
    assertThat(texts(window(2).fit(all, 1_000))).containsExactly("p", "5");
  }

  @Test
  void aToolsAnswerGoesWithTheCallThatAskedForIt() {
    Message call =
        Message.of(
            Role.ASSISTANT,
            Content.of(List.of(new Part.ToolCall("c1", "clock", NODES.objectNode()))),
            AT,
            null);
    Message answer =
        Message.of(
            Role.TOOL,
            Content.of(List.of(new Part.ToolResult("c1", "clock", NODES.textNode("12"), null))),
            AT,
            null);
    List<Message> all = List.of(user("1"), call, answer, assistant("noon"), user("thanks"));
    assertThat(window(3).fit(all, 1_000)).doesNotContain(answer);
    assertThat(window(5).fit(all, 1_000)).contains(call, answer);
  }

  @Test
  void theWindowNeverBeginsWithAnAnswer() {
    List<Message> all = List.of(user("1"), assistant("2"), user("3"), assistant("4"), user("5"));
    assertThat(texts(window(4).fit(all, 1_000))).containsExactly("3", "4", "5");
  }

  @Test
  void nothingIsMadeOfNothing() {
    assertThat(window(1).fit(new ArrayList<>(), 1)).isEmpty();
  }

  private static SlidingWindow window(int maxMessages) {
    return new SlidingWindow(maxMessages, message -> message.content().text().length());
  }

  private static Message user(String text) {
    return Message.of(Role.USER, Content.of(text), AT, null);
  }

  private static Message assistant(String text) {
    return Message.of(Role.ASSISTANT, Content.of(text), AT, null);
  }

  private static List<String> texts(List<Message> messages) {
    return messages.stream().map(message -> message.content().text()).toList();
  }
}
