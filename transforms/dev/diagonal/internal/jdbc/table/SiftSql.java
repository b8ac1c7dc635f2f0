package dev.diagonal.internal.jdbc.table;

import java.util.function.UnaryOperator;

/**
 * Builds the statement that applies the good rows of a stage and records the bad ones, in one round
 * trip. It tries the rows in pieces, and the rows of a failed piece one by one.
 *
 * <p>The rows are tried after the same statement failed because of a row, so the user has the
 * privilege to run it. A missing privilege then means that a row-level security policy refuses a
 * row.
 *
 * <p>The statement that applies rows runs by EXECUTE, where no variable of the block is visible,
 * and all text is quoted, so no name in it can clash with one of the block.
 */
public final class SiftSql {

  /** Rows that are tried together before each is tried alone. */
  private static final int PIECE_ROWS = 64;

  private SiftSql() {}

  /**
   * Returns a statement that applies the rows of a stage and records the bad ones in a temporary
   * table of the transaction, with columns {@code place bigint, id tid, reason text}: their
   * position from 0 in the order in which they were tried.
   *
   * @param bad the table of bad rows, see {@link #badRows}
   * @param numbered a query of {@code id}, the ctid of a row of the stage, and {@code place}, its
   *     number from 0
   * @param apply returns the statement that applies the rows that meet a condition on the stage's
   *     ctid
   * @param mostBad stops once more rows than this have failed
   */
  public static String sift(
      String bad, String numbered, UnaryOperator<String> apply, long mostBad) {
    String statement = PostgresSql.literal(apply.apply("ctid = ANY ($1)"));
    String block =
        """
        DECLARE
          piece tid[];
          first bigint;
          bad bigint := 0;
        BEGIN
          FOR piece, first IN
            SELECT array_agg(id ORDER BY place), min(place) FROM (%2$s) AS numbered
            GROUP BY numbered.place / %1$s ORDER BY 2
          LOOP
            BEGIN
              EXECUTE %3$s USING piece;
            EXCEPTION
              WHEN data_exception OR integrity_constraint_violation OR with_check_option_violation
                OR insufficient_privilege OR cardinality_violation OR raise_exception THEN
                FOR i IN 1 .. array_length(piece, 1) LOOP
                  BEGIN
                    EXECUTE %3$s USING piece[i:i];
                  EXCEPTION WHEN data_exception OR integrity_constraint_violation
                      OR with_check_option_violation OR insufficient_privilege
                      OR raise_exception THEN
                    INSERT INTO %4$s VALUES (first + i - 1, piece[i], SQLERRM);
                    bad := bad + 1;
                  END;
                END LOOP;
            END;
            EXIT WHEN bad > %5$s;
          END LOOP;
        END
        """
            .formatted(PIECE_ROWS, numbered, statement, bad, mostBad);
    return "CREATE TEMPORARY TABLE %s (place bigint, id tid, reason text) ON COMMIT DROP; DO "
            .formatted(bad)
        + PostgresSql.literal(block);
  }

  /**
   * Returns the name of a table of bad rows: {@code pg_temp.diagonal_bad}, or a name that differs
   * from the target's.
   *
   * @param target the table that the rows are applied to: {@code table} or {@code schema.table}
   */
  public static String badRows(String target) {
    return "pg_temp." + PostgresSql.unlike("diagonal_bad", target);
  }
}
