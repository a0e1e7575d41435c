package dev.parley.ingest.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorBody;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import dev.parley.schemas.JsonBytes;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The answers to the lines of a bulk request. Those to accepted lines, of which there may be
 * thousands, are written without a tree, as {@link dev.parley.ingest.jobs.JobView} shows such jobs.
 * For one thread.
 */
final class AnswerLines {

  /**
   * What an answer tells of an accepted message: without its content, which would be kept until the
   * whole request was read.
   */
  record AcceptedJob(
      JobId id,
      TenantId tenantId,
      SessionId sessionId,
      @Nullable String requestId,
      Instant createdAt,
      @Nullable ObjectNode metadata) {
    static AcceptedJob of(MessageSubmitted message) {
      return new AcceptedJob(
          message.jobId(),
          message.tenantId(),
          message.sessionId(),
          message.requestId(),
          message.acceptedAt(),
          message.metadata());
    }
  }

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

  private final OutputStream out;
  private final String requestId;
  private final JsonBytes json = new JsonBytes(PIECE + 1_024);

  /**
   * @param requestId told with errors
   */
  AnswerLines(OutputStream out, String requestId) {
    this.out = out;
    this.requestId = requestId;
  }

  void accepted(int index, @Nullable String customId, AcceptedJob job) throws IOException {
    json.raw(INDEX).number(index);
    if (customId != null) {
      json.raw(CUSTOM_ID).text(customId);
    }
    json.raw(JOB).id(job.id());
    json.raw(TENANT).id(job.tenantId());
    json.raw(SESSION).id(job.sessionId()).raw(QUEUED);
    if (job.requestId() != null) {
      json.raw(REQUEST_ID).text(job.requestId());
    }
    json.raw(CREATED).time(job.createdAt()).raw(ATTEMPTS);
    if (job.metadata() != null) {
      json.raw(METADATA).raw(bytes(job.metadata()));
    }
    json.raw(END_OF_JOB);
    writeWhenFull();
  }

  void refused(int index, @Nullable String customId, ApiException refusal) throws IOException {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("index", index);
    if (customId != null) {
      view.put("customId", customId);
    }
    view.put("status", refusal.code().status());
    view.set("error", ErrorBody.error(refusal, requestId));
    json.raw(bytes(view)).raw(END);
    writeWhenFull();
  }

  /** Writes what is left. */
  void end() throws IOException {
    json.drainTo(out);
  }

  private void writeWhenFull() throws IOException {
    if (json.length() >= PIECE) {
      json.drainTo(out);
    }
  }

  private static byte[] bytes(JsonNode value) throws IOException {
    return Json.mapper().writeValueAsBytes(value);
  }
}
