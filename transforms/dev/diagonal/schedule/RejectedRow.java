package dev.diagonal.schedule;

/**
 * A row that the target refused even alone in a transaction.
 *
 * @param row the row
 * @param reason the target's message
 */
public record RejectedRow<T>(T row, String reason) {}
