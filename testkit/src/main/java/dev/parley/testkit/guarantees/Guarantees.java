package dev.parley.testkit.guarantees;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges histories. */
public final class Guarantees {

  private Guarantees() {}

  /** The first breach of each guarantee; empty when all were kept. */
  public static List<Violation> violations(History history) {
    return violations(history, EnumSet.allOf(Guarantee.class));
  }

  /** The first breach of each of these guarantees. */
  public static List<Violation> violations(History history, Set<Guarantee> guarantees) {
    List<Violation> found = new ArrayList<>();
    for (Guarantee guarantee : guarantees) {
      String report = firstViolation(guarantee, history);
      if (report != null) {
        found.add(new Violation(guarantee, report));
      }
    }
    return found;
  }

  private static @Nullable String firstViolation(Guarantee guarantee, History history) {
    return switch (guarantee) {
      case ACCEPTED_IS_DURABLE -> AcceptedIsDurable.firstViolation(history);
      case SESSION_ORDER -> SessionOrder.firstViolation(history);
      case SERIAL_PER_SESSION -> SerialPerSession.firstViolation(history);
      case EFFECTIVELY_ONCE_TURNS -> EffectivelyOnceTurns.firstViolation(history);
      case USAGE_EXACTLY_ONCE -> UsageExactlyOnce.firstViolation(history);
      case TENANT_FAIRNESS -> TenantFairness.firstViolation(history);
      case EVERY_JOB_ENDS -> EveryJobEnds.firstViolation(history);
    };
  }

  /**
   * @throws AssertionError that tells the first breach of each guarantee
   */
  public static void assertKept(History history) {
    List<Violation> found = violations(history);
    if (!found.isEmpty()) {
      throw new AssertionError(
          found.stream()
              .map(Violation::toString)
              .collect(Collectors.joining("\n", history.summary() + "\n", "")));
    }
  }
}
