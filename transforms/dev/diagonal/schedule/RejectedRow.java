package dev.diagonal.schedule;

/**
 * A row that the target refused when it stood alone in a transaction.
 *
 * @param row the row
 * @param reason what the target said, for a person
 */
public record RejectedRow<T>(T row, String reason) {}
