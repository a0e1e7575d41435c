package dev.parley.worker.provider.wire;

import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.worker.provider.ProviderCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The system message of formats that keep it apart from the conversation. */
final class SystemText {

  private SystemText() {}

  /** The call's own and those among its messages, in order; null when there is none. */
  static @Nullable String of(ProviderCall call) {
    List<String> texts = new ArrayList<>(1);
    if (call.system() != null) {
      texts.add(call.system());
    }
    for (Message message : call.messages()) {
      if (message.role() == Role.SYSTEM) {
        texts.add(message.content().text());
      }
    }
    return texts.isEmpty() ? null : String.join("\n\n", texts);
  }
}
