package dev.parley.testkit.guarantees;

import static java.util.stream.Collectors.groupingBy;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.StoredMessage;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A turn begins with one user's message, ends with an assistant's, and is in one piece. A fork
 * holds copies of turns of another session, each once and in one piece too.
 */
final class EffectivelyOnceTurns {

  private EffectivelyOnceTurns() {}

  static @Nullable String firstViolation(History history) {
    Map<JobId, StoredJob> jobs = new LinkedHashMap<>();
    history.jobs().forEach(job -> jobs.put(job.job(), job));
    Map<SessionKey, List<StoredMessage>> sessions =
        history.messages().stream()
            .collect(groupingBy(StoredMessage::session, LinkedHashMap::new, Collectors.toList()));
    Set<Place> told = new HashSet<>();
    for (var session : sessions.entrySet()) {
      String found = inSession(session.getKey(), session.getValue(), jobs, told);
      if (found != null) {
        return found;
      }
    }
    Set<JobId> takenOut =
        history.accepted().stream()
            .filter(Accepted::takenOut)
            .map(Accepted::job)
            .collect(Collectors.toSet());
    for (StoredJob job : jobs.values()) {
      if (job.isTurn()
          && !takenOut.contains(job.job())
          && !told.contains(new Place(job.session(), job.job()))) {
        return "session %s: %s is completed, but its messages are not there"
            .formatted(job.session(), job.job().value());
      }
    }
    return null;
  }

  /** Where a turn stands. */
  private record Place(SessionKey session, JobId job) {}

  private static @Nullable String inSession(
      SessionKey session,
      List<StoredMessage> messages,
      Map<JobId, StoredJob> jobs,
      Set<Place> told) {
    @Nullable StoredMessage before = null;
    int index = 0;
    for (StoredMessage message : messages) {
      if (message.position() != index) {
        return "session %s: position %d follows %d"
            .formatted(session, message.position(), index - 1);
      }
      boolean sameTurn =
          before != null && message.job() != null && message.job().equals(before.job());
      String found =
          sameTurn ? repeated(before, message) : beginning(session, before, message, jobs, told);
      if (found != null) {
        return found;
      }
      before = message;
      index++;
    }
    return unfinished(session, before);
  }

  /** Within a turn come tools' messages and the answer, after which the turn is over. */
  private static @Nullable String repeated(@Nullable StoredMessage before, StoredMessage message) {
    return message.role().equals("user") || (before != null && before.role().equals("assistant"))
        ? twice(message)
        : null;
  }

  private static String twice(StoredMessage message) {
    return "session %s: %s stands twice, again at position %d"
        .formatted(message.session(), job(message), message.position());
  }

  private static @Nullable String beginning(
      SessionKey session,
      @Nullable StoredMessage before,
      StoredMessage message,
      Map<JobId, StoredJob> jobs,
      Set<Place> told) {
    String found = unfinished(session, before);
    if (found != null || message.job() == null) {
      return found;
    }
    if (!told.add(new Place(session, message.job()))) {
      return twice(message);
    }
    StoredJob job = jobs.get(message.job());
    if (job == null || !job.isTurn()) {
      return "session %s: position %d holds a message of %s, which is %s"
          .formatted(
              session,
              message.position(),
              job(message),
              job == null ? "not there" : job.status().wireName());
    }
    return message.role().equals("user")
        ? null
        : "session %s: %s begins with a message of role %s at position %d"
            .formatted(session, job(message), message.role(), message.position());
  }

  private static @Nullable String unfinished(SessionKey session, @Nullable StoredMessage last) {
    return last == null || last.job() == null || last.role().equals("assistant")
        ? null
        : "session %s: %s has no answer after position %d"
            .formatted(session, job(last), last.position());
  }

  private static String job(StoredMessage message) {
    return message.job() == null ? "no job" : message.job().value();
  }
}
