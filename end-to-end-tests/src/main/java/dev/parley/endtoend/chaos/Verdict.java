package dev.parley.endtoend.chaos;

import dev.parley.schemas.JobStatus;
import dev.parley.testkit.guarantees.Guarantee;
import dev.parley.testkit.guarantees.Guarantees;
import dev.parley.testkit.guarantees.History;
import dev.parley.testkit.guarantees.Violation;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a run came to: a line for each guarantee, with the first breach of those that broke. */
record Verdict(
    String summary, String repetitions, Map<JobStatus, Long> ended, List<Violation> violations) {

  static Verdict of(History history) {
    return new Verdict(
        history.summary(),
        "taken up more than once and called for more than once: %d; outcomes published again: %d"
            .formatted(history.calledAgain(), history.publishedAgain()),
        history.jobs().stream()
            .collect(
                Collectors.groupingBy(
                    History.StoredJob::status, TreeMap::new, Collectors.counting())),
        Guarantees.violations(history));
  }

  boolean allKept() {
    return violations.isEmpty();
  }

  String text() {
    StringBuilder text = new StringBuilder(summary).append('\n').append(repetitions).append('\n');
    ended.forEach((status, count) ->
        text.append(String.format(Locale.ROOT, "  %-24s %d%n", status.wireName(), count)));
    for (Guarantee guarantee : Guarantee.values()) {
      String found =
          violations.stream()
              .filter(violation -> violation.guarantee() == guarantee)
              .findFirst()
              .map(violation -> "VIOLATED: " + violation.report())
              .orElse("kept");
      text.append(String.format(Locale.ROOT, "  %-24s %s%n", guarantee, found));
    }
    return text.toString();
  }
}
