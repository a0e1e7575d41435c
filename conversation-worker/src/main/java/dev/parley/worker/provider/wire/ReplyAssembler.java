package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a reply together from deltas and tells the listener of them. Used by one thread, for one try
 * of a call.
 */
final class ReplyAssembler {

  private final ReplyListener listener;
  private final int maxChars;

  /** In the order of their begin. */
  private final List<PieceBuilder> pieces = new ArrayList<>(2);

  private final String askedModel;
  private String model;
  private @Nullable String requestId;
  private @Nullable ProviderUsage usage;

  /** Whether more of the answer came after the usage. */
  private boolean moreCame;

  private @Nullable FinishReason finishReason;
  private boolean terminal;
  private boolean endable;
  private boolean visible;
  private boolean reasoning;
  private int chars;
  private int deltas;

  /**
   * @param model the model that was asked for, until the answer names its own
   * @param maxChars a longer reply is an error: a runaway answer must not fill the memory
   */
  ReplyAssembler(ReplyListener listener, String model, int maxChars) {
    this.listener = listener;
    this.askedModel = model;
    this.model = model;
    this.maxChars = maxChars;
  }

  void model(@Nullable String name) {
    if (name != null && !name.isEmpty()) {
      model = name;
    }
  }

  void requestId(@Nullable String id) {
    if (requestId == null && id != null && !id.isEmpty()) {
      requestId = id;
    }
  }

  void text(@Nullable String delta) throws ProviderException {
    if (delta == null || delta.isEmpty()) {
      return;
    }
    endReasoning();
    delta(delta);
    if (!pieces.isEmpty() && pieces.getLast() instanceof PieceBuilder.Text text) {
      text.append(delta);
    } else {
      pieces.add(new PieceBuilder.Text(delta));
    }
    listener.onText(delta);
  }

  /** Reasoning is shown; what the provider wants back of it goes to {@link #keep}. */
  void reasoning(@Nullable String delta) throws ProviderException {
    if (delta == null || delta.isEmpty()) {
      return;
    }
    delta(delta);
    if (!reasoning) {
      reasoning = true;
      listener.onReasoningStarted();
    }
    listener.onReasoningDelta(delta);
  }

  /** What the provider wants back unchanged, in front of what comes next. */
  void keep(String format, ObjectNode data) throws ProviderException {
    progress();
    count(data.toString().length());
    ObjectNode kept = WireJson.storableOrNull(data);
    if (kept == null) {
      throw new ProviderException(new Failure.InvalidReply(), null);
    }
    pieces.add(new PieceBuilder.Kept(new Part.Reasoning(format, askedModel, kept)));
  }

  /** The model works on something that is not told: it lives. */
  void progress() {
    deltas++;
  }

  ToolCallBuilder toolCall(String id, String name) throws ProviderException {
    endReasoning();
    delta("");
    count(id.length() + name.length());
    ToolCallBuilder call = new ToolCallBuilder(id, name);
    pieces.add(call);
    listener.onToolCallStart(id, name);
    return call;
  }

  void arguments(ToolCallBuilder call, @Nullable String fragment) throws ProviderException {
    if (fragment == null || fragment.isEmpty()) {
      return;
    }
    delta(fragment);
    call.append(fragment);
    listener.onToolCallDelta(call.id(), fragment);
  }

  void completed(ToolCallBuilder call) {
    if (call.done()) {
      return;
    }
    call.complete();
    if (call.part() != null) {
      listener.onToolCallArguments(call.id(), call.name(), call.json());
    }
  }

  /**
   * @param known null when what was told cannot be: then it was not told
   */
  void usage(@Nullable ProviderUsage known) {
    if (known == null) {
      return;
    }
    moreCame = false;
    if (!known.equals(usage)) {
      usage = known;
      listener.onUsage(known);
    }
  }

  void finish(FinishReason reason) {
    finishReason = reason;
  }

  /** The provider said that the answer has ended. */
  void terminal() {
    terminal = true;
  }

  /** The answer is whole, but more may still be told of it until the stream ends. */
  void mayEnd() {
    endable = true;
  }

  /** Whether the end of the stream is the end of the answer. */
  boolean endable() {
    return terminal || endable;
  }

  boolean ended() {
    return terminal;
  }

  boolean hasToolCalls() {
    return pieces.stream().anyMatch(ToolCallBuilder.class::isInstance);
  }

  boolean finished() {
    return finishReason != null;
  }

  /** Grows with each sign of life of the model. */
  int deltas() {
    return deltas;
  }

  /**
   * @throws ProviderException when a tool call cannot be read, or when an end was told of an answer
   *     of which nothing else was
   */
  ProviderReply build() throws ProviderException {
    if (finishReason == null && usage == null && deltas == 0) {
      throw new ProviderException(new Failure.BrokenStream(), null);
    }
    begin();
    endReasoning();
    completeToolCalls();
    FinishReason reason = finishReason;
    if (reason == null || (reason == FinishReason.STOP && hasToolCalls())) {
      reason = hasToolCalls() ? FinishReason.TOOL_CALL : FinishReason.STOP;
    }
    if (reason != FinishReason.LENGTH && hasUnreadableToolCall()) {
      throw new ProviderException(new Failure.InvalidReply(), null);
    }
    return new ProviderReply(content(), reason, usage(), model, requestId);
  }

  /** What has come, when the call fails. */
  ProviderException.Partial partial() {
    return new ProviderException.Partial(
        visible, content(), usage(), visible ? model : null, requestId);
  }

  /** Some tell it at the begin, when there is next to no output, and again at the end. */
  private @Nullable ProviderUsage usage() {
    return usage != null && moreCame ? usage.asUnfinished() : usage;
  }

  private void completeToolCalls() {
    for (PieceBuilder piece : pieces) {
      if (piece instanceof ToolCallBuilder call) {
        completed(call);
      }
    }
  }

  private boolean hasUnreadableToolCall() {
    return pieces.stream().anyMatch(piece -> piece.part() == null);
  }

  private List<Part> content() {
    List<Part> content = new ArrayList<>(pieces.size());
    for (PieceBuilder piece : pieces) {
      Part part = piece.part();
      if (part != null) {
        content.add(part);
      }
    }
    return content;
  }

  private void delta(String delta) throws ProviderException {
    deltas++;
    count(delta.length());
    begin();
    visible = true;
    moreCame = true;
  }

  private void count(int more) throws ProviderException {
    chars += more;
    if (chars > maxChars) {
      throw new ProviderException(new Failure.InvalidReply(), null);
    }
  }

  private void begin() {
    if (!visible) {
      listener.onStarted(model);
    }
  }

  private void endReasoning() {
    if (reasoning) {
      reasoning = false;
      listener.onReasoningCompleted();
    }
  }
}
