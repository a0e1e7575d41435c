package dev.parley.ingest.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Compaction;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.Json;
import dev.parley.schemas.Submission;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.storage.Job;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A job as it is shown. */
public final class JobView {

  private JobView() {}

  public static ObjectNode render(Job job) {
    return render(job, null);
  }

  /**
   * @param queuePosition how many jobs of its session are ahead; null when that is not known
   */
  static ObjectNode render(Job job, @Nullable Integer queuePosition) {
    ObjectNode view = head(job.id(), job.tenantId());
    if (job.sessionId() != null) {
      view.put("sessionId", job.sessionId().value());
    }
    view.put("status", job.status().wireName());
    if (job.requestId() != null) {
      view.put("requestId", job.requestId());
    }
    put(view, "createdAt", job.createdAt());
    put(view, "startedAt", job.startedAt());
    put(view, "completedAt", job.completedAt());
    view.put("attempts", job.attempts());
    if (queuePosition != null) {
      view.put("queuePosition", queuePosition);
    }
    ChatResponse response = job.response();
    if (response != null) {
      view.set("response", response(response));
      view.set("usage", view.get("response").get("usage").deepCopy());
    }
    Compaction compaction = job.compaction();
    if (compaction != null) {
      view.set("compaction", compaction(compaction));
      if (compaction.usage() != null) {
        view.set("usage", Json.mapper().<JsonNode>valueToTree(compaction.usage()));
      }
    }
    if (job.error() != null) {
      view.set("error", Json.mapper().<JsonNode>valueToTree(job.error()));
    }
    if (job.metadata() != null) {
      view.set("metadata", job.metadata());
    }
    return view;
  }

  /** A submission that was just accepted. */
  public static ObjectNode accepted(Submission submission) {
    ObjectNode view = head(submission.jobId(), submission.tenantId());
    view.put("sessionId", submission.sessionId().value());
    view.put("status", JobStatus.QUEUED.wireName());
    if (submission.requestId() != null) {
      view.put("requestId", submission.requestId());
    }
    put(view, "createdAt", submission.acceptedAt());
    view.put("attempts", 0);
    if (submission.metadata() != null) {
      view.set("metadata", submission.metadata());
    }
    return view;
  }

  /** A job of which nothing is known but that it was accepted. */
  static ObjectNode unseen(TenantId tenantId, JobId id) {
    ObjectNode view = head(id, tenantId);
    view.put("status", JobStatus.QUEUED.wireName());
    put(view, "createdAt", JobIds.mintedAt(id));
    view.put("attempts", 0);
    return view;
  }

  static ObjectNode compaction(Compaction compaction) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("strategy", compaction.strategy().wireName());
    view.put("compacted", compaction.compacted());
    view.put("removedCount", compaction.removedCount());
    return view;
  }

  static JsonNode response(ChatResponse response) {
    return Json.mapper().valueToTree(response);
  }

  public static ObjectNode wrap(ObjectNode job) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("job", job);
    return body;
  }

  private static ObjectNode head(JobId id, TenantId tenantId) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("id", id.value());
    view.put("tenantId", tenantId.value());
    return view;
  }

  private static void put(ObjectNode view, String name, @Nullable Instant time) {
    if (time != null) {
      view.put(name, Json.format(time));
    }
  }
}
