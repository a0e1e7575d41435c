package dev.parley.simulator.wire;

import dev.parley.simulator.script.Reply;

/**
 * The chunks of Gemini's streams. A function call is never told in pieces: its tokens pass in
 * silence, and it comes whole with the last chunk.
 */
final class GeminiFrames implements Frames {

  private static final byte[] NOTHING = {};
  private static final String NEWLINE = "\r\n";

  private final Reply reply;
  private final TokenFrames thoughts;
  private final TokenFrames tokens;

  GeminiFrames(Reply reply) {
    this.reply = reply;
    this.thoughts =
        reply.thoughts().isEmpty()
            ? TokenFrames.NONE
            : new TokenFrames(sample(reply, true), reply.thoughts());
    this.tokens = new TokenFrames(sample(reply, false), reply.text());
  }

  private static byte[] sample(Reply reply, boolean thought) {
    return new Sse(NEWLINE)
        .data(json ->
            GeminiGenerate.chunk(
                json,
                reply,
                "",
                part -> {
                  part.writeStringField("text", TokenFrames.PLACE);
                  if (thought) {
                    part.writeBooleanField("thought", true);
                  }
                },
                0,
                false))
        .bytes();
  }

  @Override
  public byte[] opening() {
    return NOTHING;
  }

  @Override
  public byte[] token() {
    if (!thoughts.done()) {
      return thoughts.next();
    }
    return reply.tool() == null ? tokens.next() : NOTHING;
  }

  @Override
  public byte[] closing() {
    return new Sse(NEWLINE)
        .data(json ->
            GeminiGenerate.chunk(
                json,
                reply,
                "",
                part -> GeminiGenerate.part(part, reply, ""),
                reply.outputTokens(),
                true))
        .bytes();
  }

  @Override
  public byte[] failure() {
    return new Sse(NEWLINE)
        .data(json ->
            GeminiGenerate.writeError(
                json, 503, "The model is overloaded. Please try again later.", null, null))
        .bytes();
  }
}
