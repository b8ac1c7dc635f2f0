package dev.diagonal.internal.jdbc.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BoundRowTest {

  private static final Table TABLE =
      Table.of("t", Column.key("id", "bigint"), Column.of("name", "text"));

  @Test
  void refusesTooFewAndTooManyValues() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BoundRow.of(TABLE, (row, values) -> values.putLong(1), "x"))
        .withMessage("the binder must bind 2 values for table t, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                BoundRow.of(
                    TABLE, (row, values) -> values.putLong(1).putText("a").putText("b"), "x"))
        .withMessage("the binder must bind 2 values for table t, got more");
  }

  @Test
  void refusesAKeyOfNull() throws Exception {
    BoundRow row = BoundRow.of(TABLE, (text, values) -> values.putNull().putText(text), "x");
    assertThatIllegalArgumentException()
        .isThrownBy(row::key)
        .withMessage("key column id of table t must not be null");
  }

  @Test
  void keysThatTheDatabaseFindsEqualAreEqual() throws Exception {
    assertSame(values -> values.putInt(5), values -> values.putLong(5));
    assertSame(
        values -> values.putDecimal(new BigDecimal("1.0")),
        values -> values.putDecimal(new BigDecimal("1.00")));
    assertSame(values -> values.putDouble(0.0), values -> values.putDouble(-0.0));
    assertSame(
        values -> values.putBytes(new byte[] {1, 2}), values -> values.putBytes(new byte[] {1, 2}));
    assertSame(
        values -> values.putInstant(Instant.EPOCH),
        values -> values.putInstant(Instant.ofEpochMilli(0)));
    assertSame(values -> values.putUuid(new UUID(1, 2)), values -> values.putUuid(new UUID(1, 2)));
  }

  @Test
  void keysAreOrderedColumnByColumn() throws Exception {
    Table table = Table.of("t", Column.key("a", "text"), Column.key("b", "bigint"));
    RowBinder<Long> low = (b, values) -> values.putText("x").putLong(b);
    RowKey nine = BoundRow.of(table, low, 9L).key();
    RowKey ten = BoundRow.of(table, low, 10L).key();
    RowKey later = BoundRow.of(table, (b, values) -> values.putText("y").putLong(b), 1L).key();
    assertThat(nine).isLessThan(ten);
    assertThat(ten).isLessThan(later);
  }

  @Test
  void aKeyIsShownAndCutInMessages() throws Exception {
    assertThat(key(values -> values.putLong(42))).hasToString("42");
    assertThat(key(values -> values.putText("x".repeat(1_000))).toString()).hasSize(201);
    assertThat(key(values -> values.putBytes(new byte[9]))).hasToString("9 bytes");
  }

  private interface Put {
    void into(RowValues values);
  }

  private static void assertSame(Put one, Put other) throws Exception {
    assertThat(key(one)).isEqualTo(key(other)).isEqualByComparingTo(key(other));
  }

  private static RowKey key(Put put) throws Exception {
    Table table = Table.of("t", Column.key("id", "bigint"));
    return BoundRow.of(table, (row, values) -> put.into(values), "x").key();
  }
}
