package dev.diagonal.internal.jdbc.table;

import java.util.function.IntBinaryOperator;

/** Sorts the numbers 0 to n - 1 with a comparator of what they index: a bottom-up merge sort. */
final class StableSort {

  private static final int RUN = 16;

  private StableSort() {}

  /** Returns the numbers in order; equal ones stay in ascending order. */
  static int[] order(int n, IntBinaryOperator compare) {
    int[] order = new int[n];
    boolean sorted = true;
    for (int i = 0; i < n; i++) {
      order[i] = i;
      sorted &= i == 0 || compare.applyAsInt(i - 1, i) <= 0;
    }
    return sorted ? order : sorted(order, compare);
  }

  private static int[] sorted(int[] order, IntBinaryOperator compare) {
    int n = order.length;
    for (int from = 0; from < n; from += RUN) {
      insertionSort(order, from, Math.min(n, from + RUN), compare);
    }
    int[] source = order;
    int[] target = new int[n];
    for (long width = RUN; width < n; width *= 2) {
      for (long from = 0; from < n; from += 2 * width) {
        int middle = (int) Math.min(n, from + width);
        int to = (int) Math.min(n, from + 2 * width);
        merge(source, target, (int) from, middle, to, compare);
      }
      int[] free = source;
      source = target;
      target = free;
    }
    return source;
  }

  private static void insertionSort(int[] order, int from, int to, IntBinaryOperator compare) {
    for (int i = from + 1; i < to; i++) {
      int moved = order[i];
      int at = i;
      while (at > from && compare.applyAsInt(order[at - 1], moved) > 0) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = moved;
    }
  }

  private static void merge(
      int[] source, int[] target, int from, int middle, int to, IntBinaryOperator compare) {
    int left = from;
    int right = middle;
    for (int at = from; at < to; at++) {
      boolean takeLeft =
          right == to || (left < middle && compare.applyAsInt(source[left], source[right]) <= 0);
      target[at] = takeLeft ? source[left++] : source[right++];
    }
  }
}
