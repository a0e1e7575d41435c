package dev.parley.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.storage.RefusedException;
import dev.parley.storage.StoreUnavailableException;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SqlErrorsTest {

  @ParameterizedTest
  @ValueSource(strings = {"08006", "57P01", "53100", "58030", "25006", "40001", "40P01"})
  void whatIsNoValuesFaultMayPass(String state) {
    assertThat(SqlErrors.translate(new SQLException("", state)))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"22003", "23514", "54000"})
  void whatIsAValuesFaultNeverPasses(String state) {
    assertThat(SqlErrors.translate(new SQLException("", state)))
        .isInstanceOf(RefusedException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"42P01", ""})
  void theRestIsOurOwnFault(String state) {
    assertThat(SqlErrors.translate(new SQLException("", state)))
        .isInstanceOf(IllegalStateException.class);
  }
}
