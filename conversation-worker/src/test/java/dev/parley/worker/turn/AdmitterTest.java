package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.JobId;
import dev.parley.storage.StoreUnavailableException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AdmitterTest {

  private final MemoryStores stores = new MemoryStores();
  private final Admitter admitter = new Admitter(stores);

  @Test
  void aWholePollIsClaimedAtOnceAndAnsweredInOrder() {
    stores.cancel(Submitted.SESSION.tenantId(), new JobId("job_2"), Submitted.NOW, Submitted.NOW);

    List<Admission> admissions =
        admitter.admit(
            List.of(
                Submitted.record("job_1"),
                Submitted.record("acme/s1", Submitted.utf8("{"), "1", "job_x"),
                Submitted.record("job_2"),
                Submitted.record("acme/s1", Submitted.utf8("{}"), "9", "job_y")));

    assertThat(stores.claims).hasSize(1);
    assertThat(admissions.get(0)).isInstanceOf(Admission.Claimed.class);
    assertThat(admissions.get(1)).isInstanceOf(Admission.Undecodable.class);
    assertThat(admissions.get(2)).isInstanceOf(Admission.Ended.class);
    assertThat(admissions.get(3)).isEqualTo(new Admission.FromNewerRelease(9));
  }

  @Test
  void aJobThatStandsTwiceInOnePollIsClaimedOnce() {
    List<Admission> admissions =
        admitter.admit(List.of(Submitted.record("job_1"), Submitted.record("job_1")));

    assertThat(admissions.get(0)).isInstanceOf(Admission.Claimed.class);
    assertThat(admissions.get(1)).isInstanceOf(Admission.Deferred.class);
    assertThat(stores.job("job_1").attempts()).isEqualTo(1);
  }

  @Test
  void aRecordWhoseKeyIsNotItsOwnIsNotTrusted() {
    var record = Submitted.record("job_1");
    var foreign = Submitted.record("other/s1", record.value(), "1", "job_1");

    assertThat(admitter.admit(List.of(foreign)).getFirst())
        .isInstanceOf(Admission.Undecodable.class);
    assertThat(stores.claims).isEmpty();
  }

  @Test
  void aFailedClaimLeavesNothingHeld() {
    stores.away = true;
    assertThatThrownBy(() -> admitter.admit(List.of(Submitted.record("job_1"))))
        .isInstanceOf(StoreUnavailableException.class);

    stores.away = false;
    assertThat(admitter.admit(List.of(Submitted.record("job_1"))).getFirst())
        .isInstanceOf(Admission.Claimed.class);
  }

  @Test
  void aReleasedJobMayBeClaimedEarlyAgain() {
    admitter.admit(List.of(Submitted.record("job_1")));
    admitter.release(new JobId("job_1"));

    assertThat(admitter.admit(List.of(Submitted.record("job_1"))).getFirst())
        .isInstanceOfSatisfying(
            Admission.Claimed.class, claimed -> assertThat(claimed.attempt()).isEqualTo(2));
  }
}
