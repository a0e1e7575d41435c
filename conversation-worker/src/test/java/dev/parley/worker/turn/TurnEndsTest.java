package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.Tool;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.ProviderCall;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TurnEndsTest {

  @Test
  void whatACallSendsHoldsItsToolsToo() {
    Tool tool =
        new Tool("look_up", "x".repeat(700), JsonNodeFactory.instance.objectNode().put("a", 1));

    long without = TurnEnds.inputTokens(call(null), message -> 10);
    long with = TurnEnds.inputTokens(call(List.of(tool, tool)), message -> 10);

    assertThat(without).isEqualTo(10 + TokenEstimate.ofCharacters(6));
    assertThat(with).isEqualTo(without + 2 * TokenEstimate.ofTool(tool));
  }

  private static ProviderCall call(@Nullable List<Tool> tools) {
    return ProviderCall.of(
        "model",
        "system",
        List.of(Message.of(Role.USER, Content.of("hello"), Submitted.NOW, null)),
        new TurnOptions(null, null, null, null, tools, null, null, null, null),
        100,
        Deadlines.DEFAULT);
  }
}
