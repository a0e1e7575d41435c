package dev.parley.testkit.guarantees;

import dev.parley.schemas.JobId;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.History.Submitted;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

final class AcceptedIsDurable {

  private AcceptedIsDurable() {}

  static @Nullable String firstViolation(History history) {
    Set<JobId> durable =
        history.submitted().stream().map(Submitted::job).collect(Collectors.toSet());
    List<Accepted> lost =
        history.accepted().stream().filter(accepted -> !durable.contains(accepted.job())).toList();
    return lost.isEmpty()
        ? null
        : "%s of session %s was accepted and is not in the log; %d of %d accepted are missing"
            .formatted(
                lost.getFirst().job().value(),
                lost.getFirst().session(),
                lost.size(),
                history.accepted().size());
  }
}
