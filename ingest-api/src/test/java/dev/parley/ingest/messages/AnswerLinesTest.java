package dev.parley.ingest.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.jobs.JobView;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.TurnOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AnswerLinesTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final AnswerLines lines = new AnswerLines("req_1");

  private static MessageSubmitted message(@Nullable String requestId, @Nullable ObjectNode meta) {
    return new MessageSubmitted(
        new JobId("job_1"),
        new TenantId("acme"),
        new SessionId("s-1"),
        Instant.parse("2026-03-01T12:00:00.070Z"),
        null,
        requestId,
        Content.of("hello"),
        meta,
        TurnOptions.NONE,
        true);
  }

  private static ObjectNode expected(
      int index, @Nullable String customId, MessageSubmitted message) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("index", index);
    if (customId != null) {
      view.put("customId", customId);
    }
    view.put("status", 202);
    view.set("job", JobView.accepted(message));
    return view;
  }

  @Test
  void anAcceptedLineIsShownAsItsJobIsElsewhereToTheByte() throws IOException {
    ObjectNode meta = JsonNodeFactory.instance.objectNode().put("a\"b", "ä\n").put("n", 1);
    List<MessageSubmitted> messages =
        List.of(message(null, null), message("r \"1\" \u0001 明", meta), message("what?", null));
    List<String> customIds = new ArrayList<>(List.of("c1", "c\\2 😀"));
    customIds.add(null);
    StringBuilder wanted = new StringBuilder();
    for (int i = 0; i < messages.size(); i++) {
      lines.accepted(customIds.get(i), messages.get(i));
      wanted.append(
          new String(
              Json.mapper().writeValueAsBytes(expected(i, customIds.get(i), messages.get(i))),
              StandardCharsets.UTF_8));
      wanted.append('\n');
    }
    lines.writeTo(out);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(wanted.toString());
  }

  @Test
  void refusedLinesStandBetweenTheOthersAndManyLinesAreAllWritten() throws IOException {
    for (int i = 0; i < 5_000; i++) {
      if (i % 2 == 0) {
        lines.accepted(null, message(null, null));
      } else {
        lines.refused("c", ApiException.at(ErrorCode.INVALID_REQUEST, "content", "is required"));
      }
    }
    lines.writeTo(out);
    String[] written = out.toString(StandardCharsets.UTF_8).split("\n", -1);
    assertThat(written).hasSize(5_001);
    for (int i = 0; i < 5_000; i++) {
      var line = Json.mapper().readTree(written[i]);
      assertThat(line.path("index").asInt()).isEqualTo(i);
      assertThat(line.path("status").asInt()).isEqualTo(i % 2 == 0 ? 202 : 400);
      assertThat(line.at("/error/requestId").asText()).isEqualTo(i % 2 == 0 ? "" : "req_1");
    }
  }
}
