package dev.diagonal.internal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlFaultsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "40001", "40P01", "55P03", "53300", "53100", "08000", "08001", "08006", "57P01", "57P02",
        "57P03", "25P03", "50N05"
      })
  void faultsThatMayPassAreRetried(String state) {
    assertThat(SqlFaults.isRetryable(new SQLException("fault", state))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "42P01", "22003", "28P01", "40002", "57014", "53200", "08004"})
  void othersAreNot(String state) {
    assertThat(SqlFaults.isRetryable(new SQLException("fault", state))).isFalse();
  }

  @Test
  void aFaultWithoutStateIsNotRetried() {
    assertThat(SqlFaults.isRetryable(new SQLException("fault"))).isFalse();
    assertThat(SqlFaults.isRetryable(new IOException("fault"))).isFalse();
  }

  @Test
  void findsTheReasonInChainedAndNestedFaults() {
    BatchUpdateException batch = new BatchUpdateException();
    batch.setNextException(new SQLException("deadlock", "40P01"));
    assertThat(SqlFaults.isRetryable(batch)).isTrue();
    assertThat(SqlFaults.isRetryable(new RuntimeException(batch))).isTrue();
    assertThat(SqlFaults.state(new RuntimeException(batch))).isEqualTo("40P01");
  }
}
