package dev.parley.testkit.guarantees;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toList;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.History.StoredMessage;
import dev.parley.testkit.guarantees.History.Submitted;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The order of acceptance, of the log and of the session are one order. */
final class SessionOrder {

  private SessionOrder() {}

  static @Nullable String firstViolation(History history) {
    Map<JobId, Submitted> log = firstPlaces(history);
    Map<SessionKey, List<JobId>> accepted =
        history.accepted().stream()
            .collect(
                groupingBy(
                    Accepted::session, LinkedHashMap::new, mapping(Accepted::job, toList())));
    Map<SessionKey, Set<JobId>> told =
        history.messages().stream()
            .filter(message -> message.job() != null)
            .collect(
                groupingBy(
                    StoredMessage::session,
                    LinkedHashMap::new,
                    mapping(StoredMessage::job, toCollection(LinkedHashSet::new))));
    for (var session : accepted.entrySet()) {
      String found = disorder(session.getKey(), "accepted", session.getValue(), log);
      if (found != null) {
        return found;
      }
    }
    for (var session : told.entrySet()) {
      String found =
          disorder(session.getKey(), "in the session", List.copyOf(session.getValue()), log);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** A job that stands in the log again was accepted where it stands first. */
  private static Map<JobId, Submitted> firstPlaces(History history) {
    Map<JobId, Submitted> places = new HashMap<>();
    history.submitted().forEach(submitted -> places.putIfAbsent(submitted.job(), submitted));
    return places;
  }

  private static @Nullable String disorder(
      SessionKey session, String where, List<JobId> jobs, Map<JobId, Submitted> log) {
    @Nullable Submitted before = null;
    int number = 0;
    for (JobId job : jobs) {
      Submitted place = log.get(job);
      if (place == null) {
        continue;
      }
      number++;
      if (before != null
          && (before.partition() != place.partition() || before.offset() > place.offset())) {
        return "session %s: as turn %d stands %s %s, after %s"
            .formatted(session, number, place.place(), where, before.place());
      }
      before = place;
    }
    return null;
  }
}
