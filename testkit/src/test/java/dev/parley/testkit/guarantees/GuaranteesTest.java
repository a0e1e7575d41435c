package dev.parley.testkit.guarantees;

import static dev.parley.testkit.guarantees.Histories.SESSION;
import static dev.parley.testkit.guarantees.Histories.amounts;
import static dev.parley.testkit.guarantees.Histories.call;
import static dev.parley.testkit.guarantees.Histories.job;
import static dev.parley.testkit.guarantees.Histories.row;
import static dev.parley.testkit.guarantees.Histories.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.simulator.calls.CallOutcome;
import dev.parley.testkit.guarantees.History.Accepted;
import dev.parley.testkit.guarantees.History.Outcome;
import dev.parley.testkit.guarantees.History.StoredJob;
import dev.parley.testkit.guarantees.History.StoredMessage;
import dev.parley.testkit.guarantees.History.Submitted;
import dev.parley.testkit.guarantees.History.Total;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every check sees the breach that it is there for, and the report names it. */
final class GuaranteesTest {

  private final Histories histories = Histories.kept();

  private void expect(Guarantee guarantee, String... words) {
    List<Violation> found = Guarantees.violations(histories.history(), EnumSet.of(guarantee));
    assertThat(found).singleElement().satisfies(it -> assertThat(it.report()).contains(words));
  }

  private void expectKept() {
    assertThat(Guarantees.violations(histories.history())).isEmpty();
  }

  @Test
  void a_history_in_which_all_was_kept_has_no_violation() {
    expectKept();
    Guarantees.assertKept(histories.history());
  }

  @Test
  void an_assertion_tells_every_guarantee_that_was_broken() {
    histories.submitted.removeFirst();
    histories.totals.clear();
    assertThatThrownBy(() -> Guarantees.assertKept(histories.history()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("ACCEPTED_IS_DURABLE", "USAGE_EXACTLY_ONCE", "3 accepted");
  }

  @Test
  void an_accepted_job_that_is_not_in_the_log_is_lost() {
    histories.submitted.removeLast();
    expect(Guarantee.ACCEPTED_IS_DURABLE, "job_2", "acme/s1", "1 of 3");
  }

  @Nested
  final class Session_order {

    @Test
    void turns_in_another_order_than_the_log_are_out_of_order() {
      histories.submitted.clear();
      histories.submitted.add(new Submitted(job(1), SESSION, 4, 10));
      histories.submitted.add(new Submitted(job(0), SESSION, 4, 11));
      histories.submitted.add(new Submitted(job(2), SESSION, 4, 12));
      histories.accepted.clear();
      expect(Guarantee.SESSION_ORDER, "job_1", "job_0", "in the session");
    }

    @Test
    void a_log_in_another_order_than_the_answers_is_out_of_order() {
      Collections.swap(histories.accepted, 0, 1);
      expect(Guarantee.SESSION_ORDER, "accepted", "offset 10");
    }

    @Test
    void a_session_in_two_partitions_has_no_order() {
      histories.submitted.set(1, new Submitted(job(1), SESSION, 5, 11));
      expect(Guarantee.SESSION_ORDER, "partition 5");
    }

    @Test
    void a_record_that_stands_in_the_log_again_changes_nothing() {
      histories.submitted.add(new Submitted(job(0), SESSION, 4, 99));
      expectKept();
    }
  }

  @Nested
  final class Serial_per_session {

    @Test
    void two_calls_at_once_are_not_serial() {
      histories.calls.set(1, call(1, 40, 90, CallOutcome.COMPLETED));
      expect(Guarantee.SERIAL_PER_SESSION, "job_1", "job_0", "s1");
    }

    @Test
    void a_short_call_within_a_long_one_hides_no_later_overlap() {
      histories.calls.set(0, call(0, 0, 210, CallOutcome.COMPLETED));
      histories.calls.remove(1);
      expect(Guarantee.SERIAL_PER_SESSION, "job_2", "job_0");
    }

    @Test
    void a_call_that_still_goes_on_overlaps_all_that_follow() {
      histories.calls.set(0, call(0, 0, null, CallOutcome.IN_FLIGHT));
      expect(Guarantee.SERIAL_PER_SESSION, "job_1", "job_0");
    }

    @Test
    void a_call_whose_client_had_left_may_overlap() {
      histories.calls.set(0, call(0, 0, 120, CallOutcome.CLIENT_CLOSED));
      expectKept();
    }
  }

  @Nested
  final class Effectively_once_turns {

    @Test
    void what_a_deletion_may_have_taken_out_need_not_be_there() {
      histories.accepted.set(0, new Accepted(job(0), SESSION, true));
      histories.messages.clear();
      for (int i = 1; i < 3; i++) {
        histories.messages.add(new StoredMessage(SESSION, 2L * i - 2, "user", job(i)));
        histories.messages.add(new StoredMessage(SESSION, 2L * i - 1, "assistant", job(i)));
      }
      expectKept();
      histories.messages.clear();
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_1", "messages are not there");
    }

    @Test
    void a_compaction_adds_no_turn_and_costs_nothing() {
      StoredJob turn = stored(3, JobStatus.COMPLETED);
      StoredJob compaction =
          new StoredJob(
              turn.job(),
              SESSION,
              JobStatus.COMPLETED,
              1,
              turn.acceptedAt(),
              turn.startedAt(),
              turn.endedAt(),
              true);
      histories.submitted.add(new Submitted(job(3), SESSION, 4, 13));
      histories.outcomes.add(new Outcome(job(3), JobStatus.COMPLETED));
      histories.jobs.add(compaction);
      expectKept();
      histories.messages.add(new StoredMessage(SESSION, 6, "user", job(3)));
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "position 6", "job_3");
    }

    @Test
    void a_fork_holds_turns_of_another_session_once() {
      SessionKey fork = new SessionKey(SESSION.tenantId(), new SessionId("fork"));
      histories.messages.add(new StoredMessage(fork, 0, "user", job(0)));
      histories.messages.add(new StoredMessage(fork, 1, "assistant", job(0)));
      expectKept();
      histories.messages.add(new StoredMessage(fork, 2, "user", job(0)));
      histories.messages.add(new StoredMessage(fork, 3, "assistant", job(0)));
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_0", "twice");
    }

    @Test
    void a_turn_that_stands_in_a_fork_alone_is_not_in_its_session() {
      SessionKey fork = new SessionKey(SESSION.tenantId(), new SessionId("fork"));
      histories.messages.subList(4, 6).clear();
      histories.messages.add(new StoredMessage(fork, 0, "user", job(2)));
      histories.messages.add(new StoredMessage(fork, 1, "assistant", job(2)));
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_2", "messages are not there");
    }

    @Test
    void a_turn_that_stands_twice_is_doubled() {
      histories.messages.add(new StoredMessage(SESSION, 6, "user", job(1)));
      histories.messages.add(new StoredMessage(SESSION, 7, "assistant", job(1)));
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_1", "twice", "position 6");
    }

    @Test
    void a_turn_doubled_at_once_is_doubled() {
      histories.messages.add(new StoredMessage(SESSION, 6, "user", job(2)));
      histories.messages.add(new StoredMessage(SESSION, 7, "assistant", job(2)));
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_2", "twice", "position 6");
    }

    @Test
    void a_question_without_an_answer_is_half_a_turn() {
      histories.messages.removeLast();
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_2", "no answer");
    }

    @Test
    void a_completed_job_without_messages_is_lost() {
      histories.messages.removeLast();
      histories.messages.removeLast();
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_2", "not there");
    }

    @Test
    void a_failed_job_leaves_no_messages() {
      histories.jobs.set(1, stored(1, JobStatus.FAILED));
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_1", "failed");
    }

    @Test
    void a_gap_between_positions_is_a_lost_message() {
      histories.messages.removeFirst();
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "position 1");
    }

    @Test
    void turns_that_are_mixed_up_are_not_in_one_piece() {
      histories.messages.set(1, new StoredMessage(SESSION, 1, "user", job(1)));
      histories.messages.set(2, new StoredMessage(SESSION, 2, "assistant", job(0)));
      expect(Guarantee.EFFECTIVELY_ONCE_TURNS, "job_0", "no answer");
    }

    @Test
    void what_was_there_from_the_beginning_belongs_to_no_job() {
      histories.messages.replaceAll(
          it -> new StoredMessage(SESSION, it.position() + 1, it.role(), it.job()));
      histories.messages.addFirst(new StoredMessage(SESSION, 0, "system", null));
      expectKept();
    }
  }

  @Nested
  final class Usage_exactly_once {

    @Test
    void the_rows_of_two_attempts_count_one_turn_twice() {
      histories.ledger.add(row(1, 2));
      expect(Guarantee.USAGE_EXACTLY_ONCE, "job_1.1.0", "job_1.2.0");
    }

    @Test
    void a_completed_job_without_a_row_is_not_counted() {
      histories.ledger.removeLast();
      expect(Guarantee.USAGE_EXACTLY_ONCE, "job_2", "no row");
    }

    @Test
    void a_row_that_was_not_published_is_missing_downstream() {
      histories.published.removeLast();
      expect(Guarantee.USAGE_EXACTLY_ONCE, "job_2.1.0", "never published");
    }

    @Test
    void an_event_without_a_row_was_counted_without_a_turn() {
      histories.published.add("job_9.1.0");
      expect(Guarantee.USAGE_EXACTLY_ONCE, "job_9.1.0", "not stand in the ledger");
    }

    @Test
    void an_event_that_was_published_again_is_counted_once() {
      histories.published.add("job_1.1.0");
      expectKept();
    }

    @Test
    void a_total_that_differs_from_the_sum_is_wrong() {
      histories.totals.set(0, new Total(Histories.CELL, amounts(4)));
      expect(Guarantee.USAGE_EXACTLY_ONCE, "0.000018", "0.0000135");
    }

    @Test
    void a_cell_without_a_total_is_missing() {
      histories.totals.clear();
      expect(Guarantee.USAGE_EXACTLY_ONCE, "null", "0.0000135");
    }
  }

  @Nested
  final class Every_job_ends {

    @Test
    void a_job_that_is_still_in_progress_has_not_ended() {
      histories.jobs.set(2, stored(2, JobStatus.IN_PROGRESS));
      expect(Guarantee.EVERY_JOB_ENDS, "job_2", "in_progress", "1 of 3");
    }

    @Test
    void a_job_without_a_row_has_not_ended() {
      histories.jobs.removeLast();
      expect(Guarantee.EVERY_JOB_ENDS, "job_2", "not there");
    }

    @Test
    void a_job_that_only_the_log_knows_must_end_too() {
      histories.submitted.add(new Submitted(job(7), SESSION, 4, 17));
      expect(Guarantee.EVERY_JOB_ENDS, "job_7");
    }

    @Test
    void an_end_that_was_not_published_is_not_visible() {
      histories.outcomes.removeLast();
      expect(Guarantee.EVERY_JOB_ENDS, "job_2", "published as nothing");
    }

    @Test
    void two_different_ends_of_one_job_contradict_each_other() {
      histories.outcomes.add(new Outcome(job(1), JobStatus.FAILED));
      expect(Guarantee.EVERY_JOB_ENDS, "job_1", "completed", "failed");
    }
  }
}
