package dev.parley.schemas.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ContentTest {

  @Test
  void parts_inside_of_a_message_are_read_as_they_were_written() throws Exception {
    Content content =
        Content.of(List.of(new Part.Text("look"), new Part.ImageUrl("https://example.org", null)));
    Message message = Message.of(Role.USER, content, Instant.EPOCH, null);

    String json = Json.mapper().writeValueAsString(message);

    assertThat(Json.mapper().readValue(json, Message.class)).isEqualTo(message);
  }
}
