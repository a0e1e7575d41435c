package dev.parley.ingest.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorBody;
import dev.parley.schemas.Json;
import dev.parley.schemas.JsonBytes;
import dev.parley.schemas.Submission.MessageSubmitted;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answers to the lines of a bulk request. Those to accepted lines, of which there may be
 * thousands, are written without a tree, as {@link dev.parley.ingest.jobs.JobView} shows such jobs.
 * For one thread.
 */
final class AnswerLines {

  private static final int PIECE = 32 * 1024;

  private static final byte[] INDEX = JsonBytes.piece("{\"index\":");
  private static final byte[] CUSTOM_ID = JsonBytes.piece(",\"customId\":");
  private static final byte[] JOB = JsonBytes.piece(",\"status\":202,\"job\":{\"id\":");
  private static final byte[] TENANT = JsonBytes.piece(",\"tenantId\":");
  private static final byte[] SESSION = JsonBytes.piece(",\"sessionId\":");
  private static final byte[] QUEUED = JsonBytes.piece(",\"status\":\"queued\"");
  private static final byte[] REQUEST_ID = JsonBytes.piece(",\"requestId\":");
  private static final byte[] CREATED = JsonBytes.piece(",\"createdAt\":");
  private static final byte[] ATTEMPTS = JsonBytes.piece(",\"attempts\":0");
  private static final byte[] METADATA = JsonBytes.piece(",\"metadata\":");
  private static final byte[] END_OF_JOB = JsonBytes.piece("}}\n");
  private static final byte[] END = JsonBytes.piece("\n");

  private final String requestId;
  private final List<byte[]> pieces = new ArrayList<>();
  private int index;
  private final JsonBytes json = new JsonBytes(PIECE + 1_024);

  /**
   * @param requestId told with errors
   */
  AnswerLines(String requestId) {
    this.requestId = requestId;
  }

  void accepted(@Nullable String customId, MessageSubmitted job) {
    json.raw(INDEX).number(index++);
    if (customId != null) {
      json.raw(CUSTOM_ID).text(customId);
    }
    json.raw(JOB).id(job.jobId());
    json.raw(TENANT).id(job.tenantId());
    json.raw(SESSION).id(job.sessionId()).raw(QUEUED);
    if (job.requestId() != null) {
      json.raw(REQUEST_ID).text(job.requestId());
    }
    json.raw(CREATED).time(job.acceptedAt()).raw(ATTEMPTS);
    if (job.metadata() != null) {
      json.raw(METADATA).raw(bytes(job.metadata()));
    }
    json.raw(END_OF_JOB);
    setAsideWhenFull();
  }

  void refused(@Nullable String customId, ApiException refusal) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("index", index++);
    if (customId != null) {
      view.put("customId", customId);
    }
    view.put("status", refusal.code().status());
    view.set("error", ErrorBody.error(refusal, requestId));
    json.raw(bytes(view)).raw(END);
    setAsideWhenFull();
  }

  void writeTo(OutputStream out) throws IOException {
    for (byte[] piece : pieces) {
      out.write(piece);
    }
    json.drainTo(out);
  }

  private void setAsideWhenFull() {
    if (json.length() >= PIECE) {
      pieces.add(json.drain());
    }
  }

  private static byte[] bytes(JsonNode value) {
    try {
      return Json.mapper().writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("what was read as JSON cannot be written", e);
    }
  }
}
