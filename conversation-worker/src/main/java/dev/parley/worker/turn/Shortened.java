package dev.parley.worker.turn;

import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.ChatResponse;
import java.util.List;

/** Events without what may make them too large for Kafka; all that is counted is still there. */
final class Shortened {

  private Shortened() {}

  static JobOutcome of(JobOutcome outcome) {
    return switch (outcome) {
      case JobOutcome.Completed(var ended, var response) ->
          new JobOutcome.Completed(
              ended,
              new ChatResponse(
                  "",
                  List.of(),
                  response.finishReason(),
                  response.model(),
                  response.provider(),
                  List.of(),
                  response.usage(),
                  response.routingDecision(),
                  response.warnings()));
      case JobOutcome.Compacted compacted -> compacted;
      case JobOutcome.Failed failed -> failed;
      case JobOutcome.Cancelled cancelled -> cancelled;
      case JobOutcome.Expired expired -> expired;
    };
  }

  static UsageEvent of(UsageEvent event) {
    return event.with(null, event.timestamp());
  }
}
