package dev.parley.endtoend.broken;

import dev.parley.worker.engine.Route;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner.Typing;

/**
 * What is put into methods at their beginnings and ends. The advices' code is copied into the
 * methods, so that all they call is public.
 */
public final class Sabotage {

  private static final AtomicInteger SUBMISSIONS = new AtomicInteger();

  private Sabotage() {}

  /** One in forty. */
  public static boolean forgets() {
    return SUBMISSIONS.incrementAndGet() % 40 == 0;
  }

  /** The same route, but for the lane, of which a session has four. */
  public static Object scattered(Object route) {
    return route instanceof Route.Lane(String tenant, String lane, int priority)
        ? new Route.Lane(tenant, lane + "/" + ThreadLocalRandom.current().nextInt(4), priority)
        : route;
  }

  /** The statement without its conditions on a job's status and attempt. */
  public static String unfenced(String sql) {
    String open = sql.replace("j.status in ('queued', 'in_progress')", "true");
    return open.replace("j.attempt <= excluded.attempt", "true")
        .replace(
            "select job_id, status, attempt from jobs where",
            "select job_id, 'queued' as status, 0 as attempt from jobs where");
  }

  static final class Forgetful {
    private Forgetful() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return Sabotage.forgets();
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter boolean forgotten,
        @Advice.Return(readOnly = false, typing = Typing.DYNAMIC) Object result) {
      if (forgotten) {
        result = CompletableFuture.completedFuture(null);
      }
    }
  }

  static final class Scattering {
    private Scattering() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false, typing = Typing.DYNAMIC) Object result) {
      result = Sabotage.scattered(result);
    }
  }

  static final class Trusting {
    private Trusting() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) String sql) {
      sql = Sabotage.unfenced(sql);
    }
  }

  // what is assigned to is the method's own variable
  @SuppressWarnings("UnusedVariable")
  static final class Hasty {
    private Hasty() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("next") long next, @Advice.Return(readOnly = false) long watermark) {
      watermark = next;
    }
  }

  @SuppressWarnings("UnusedVariable")
  static final class Crowding {
    private Crowding() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) String tenant) {
      tenant = "all";
    }
  }
}
