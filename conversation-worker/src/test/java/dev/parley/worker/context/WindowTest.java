package dev.parley.worker.context;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Properties that hold for every conversation and every limit. */
final class WindowTest {

  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int ROUNDS = 3_000;

  private final long seed = Long.getLong("parley.test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void whatBelongsTogetherStaysOrGoesTogether() {
    forAll((conversation, window) -> {
      BitSet keep = window.keep(outlines(conversation));
      pairs(conversation)
          .forEach((result, call) ->
              assertThat(keep.get(result))
                  .as("seed %d: result %d of call %d", seed, result, call)
                  .isEqualTo(keep.get(call)));
    });
  }

  @Test
  void pinnedMessagesAndTheNewestStay() {
    forAll((conversation, window) -> {
      BitSet keep = window.keep(outlines(conversation));
      assertThat(keep.get(conversation.size() - 1)).as("seed %d", seed).isTrue();
      for (int i = 0; i < conversation.size(); i++) {
        if (Boolean.TRUE.equals(conversation.get(i).pinned())) {
          assertThat(keep.get(i)).as("seed %d: %d is pinned", seed, i).isTrue();
        }
      }
    });
  }

  @Test
  void nothingStaysBeyondTheLimitsButWhatAlwaysStays() {
    forAll((conversation, window) -> {
      List<Outline> outlines = outlines(conversation);
      BitSet keep = window.keep(outlines);
      BitSet always = new Window(1, 0).keep(outlines);
      assertThat(contains(keep, always)).as("seed %d", seed).isTrue();
      if (!keep.equals(always)) {
        assertThat((long) keep.cardinality())
            .as("seed %d", seed)
            .isLessThanOrEqualTo(window.maxMessages());
        assertThat(tokens(outlines, keep))
            .as("seed %d", seed)
            .isLessThanOrEqualTo(window.maxTokens());
      }
    });
  }

  @Test
  void theNewestThatFitStayAndMoreRoomTakesNothingAway() {
    forAll((conversation, window) -> {
      List<Outline> outlines = outlines(conversation);
      BitSet keep = window.keep(outlines);
      BitSet always = new Window(1, 0).keep(outlines);
      int oldest = oldestBeyond(keep, always);
      for (int i = oldest; i >= 0 && i < conversation.size(); i++) {
        assertThat(keep.get(i)).as("seed %d: %d is newer than %d", seed, i, oldest).isTrue();
      }
      BitSet more = new Window(window.maxMessages() + 1, window.maxTokens() + 3).keep(outlines);
      assertThat(contains(more, keep)).as("seed %d", seed).isTrue();
      assertThat(new Window(Window.UNLIMITED, Window.UNLIMITED).keep(outlines).cardinality())
          .isEqualTo(conversation.size());
    });
  }

  @Test
  void whatIsSentHoldsNoAnswerToACallThatIsNotThere() {
    forAll((conversation, window) -> {
      List<Message> sent =
          new SlidingWindow((int) window.maxMessages(), WindowTest::tokensOf)
              .fit(conversation, window.maxTokens());
      assertThat(sent.getLast()).isSameAs(conversation.getLast());
      Set<String> asked = new HashSet<>();
      for (Message message : sent.subList(0, sent.size() - 1)) {
        Outline outline = Outline.of(message, WindowTest::tokensOf);
        assertThat(asked).as("seed %d", seed).containsAll(outline.results());
        asked.addAll(outline.calls());
      }
      boolean begins = sent.getFirst().role() == Role.ASSISTANT && sent.size() > 1;
      assertThat(
              begins
                  && sent.getFirst().pinned() == null
                  && !sent.getFirst().equals(conversation.getFirst()))
          .as("seed %d: begins with an answer", seed)
          .isFalse();
    });
  }

  @Test
  void aCompactionSaysExactlyWhichPositionsGo() {
    forAll((conversation, window) -> {
      long first = random.nextInt(2);
      CompactionPlan plan = CompactionPlan.sliding(first, outlines(conversation), window);
      if (plan.isEmpty()) {
        return;
      }
      Set<Long> kept = new HashSet<>(plan.kept());
      for (int i = 0; i < conversation.size(); i++) {
        long position = first + i;
        boolean goes = position >= plan.from() && position < plan.to() && !kept.contains(position);
        assertThat(goes).as("seed %d: %d", seed, position).isEqualTo(plan.goes(position));
        assertThat(goes).isEqualTo(!plan.keep().get(i));
      }
    });
  }

  private void forAll(BiConsumer<List<Message>, Window> property) {
    System.out.println("seed " + seed);
    for (int round = 0; round < ROUNDS; round++) {
      List<Message> conversation = conversation(1 + random.nextInt(24));
      property.accept(conversation, new Window(1 + random.nextInt(26), random.nextInt(120)));
    }
  }

  /** Calls with ids that come again, answered late, twice, by others, or never. */
  private List<Message> conversation(int size) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String id = "c" + random.nextInt(3);
      Part text = new Part.Text("x".repeat(random.nextInt(9)));
      Content content =
          switch (random.nextInt(6)) {
            case 0 -> Content.of(List.of(text, new Part.ToolCall(id, "t", NODES.objectNode())));
            case 1 ->
                Content.of(
                    List.of(
                        new Part.ToolCall("c0", "t", NODES.objectNode()),
                        new Part.ToolCall("c1", "t", NODES.objectNode())));
            case 2 -> Content.of(List.of(new Part.ToolResult(id, "t", NODES.textNode("r"), null)));
            default -> Content.of(List.of(text));
          };
      Role role = random.nextBoolean() ? Role.USER : Role.ASSISTANT;
      messages.add(
          new Message(role, content, null, AT, null, random.nextInt(12) == 0 ? true : null));
    }
    return messages;
  }

  private static List<Outline> outlines(List<Message> conversation) {
    return conversation.stream().map(message -> Outline.of(message, WindowTest::tokensOf)).toList();
  }

  /** Which call each result answers, by index: the last one of its id before it. */
  private static Map<Integer, Integer> pairs(List<Message> conversation) {
    Map<Integer, Integer> pairs = new HashMap<>();
    Map<String, Integer> askedAt = new HashMap<>();
    for (int i = 0; i < conversation.size(); i++) {
      Outline outline = Outline.of(conversation.get(i), WindowTest::tokensOf);
      for (String id : outline.results()) {
        if (askedAt.containsKey(id)) {
          pairs.put(i, askedAt.get(id));
        }
      }
      for (String id : outline.calls()) {
        askedAt.put(id, i);
      }
    }
    return pairs;
  }

  private static long tokensOf(Message message) {
    return message.content().text().length() + 1L;
  }

  private static boolean contains(BitSet all, BitSet some) {
    BitSet rest = (BitSet) some.clone();
    rest.andNot(all);
    return rest.isEmpty();
  }

  private static int oldestBeyond(BitSet keep, BitSet always) {
    BitSet chosen = (BitSet) keep.clone();
    chosen.andNot(always);
    return chosen.nextSetBit(0);
  }

  private static long tokens(List<Outline> outlines, BitSet keep) {
    return keep.stream().mapToLong(i -> outlines.get(i).tokens()).sum();
  }
}
