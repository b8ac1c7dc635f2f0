package dev.diagonal.pipelines.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes numbers for people, and chooses the ticks of axes. */
final class Figures {

  /** The bytes of a mebibyte. */
  static final double MIB = 1 << 20;

  private Figures() {}

  /** Returns a number with all its digits: {@code 1,234,567}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Returns a number in three digits: {@code 1.23M}. */
  static String brief(double number) {
    double size = Math.abs(number);
    if (size >= 999_500_000) {
      return digits(number / 1e9) + "G";
    } else if (size >= 999_500) {
      return digits(number / 1e6) + "M";
    } else if (size >= 1_000) {
      return digits(number / 1e3) + "k";
    }
    return digits(number);
  }

  private static String digits(double number) {
    double size = Math.abs(number);
    String text =
        String.format(Locale.ROOT, size >= 99.5 ? "%.0f" : size >= 9.95 ? "%.1f" : "%.2f", number);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  /** Returns a time: {@code 1.5 ms}, {@code 12 s}, {@code 3 min 5 s}. */
  static String time(double seconds) {
    if (seconds == 0) {
      return "0";
    } else if (seconds < 0.001) {
      return digits(seconds * 1e6) + " µs";
    } else if (seconds < 1) {
      return digits(seconds * 1e3) + " ms";
    } else if (seconds < 120) {
      return digits(seconds) + " s";
    }
    long whole = Math.round(seconds);
    return whole < 7_200
        ? "%s min %s s".formatted(whole / 60, whole % 60)
        : "%s h %s min".formatted(whole / 3_600, whole / 60 % 60);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  static String decimal(double number) {
    return String.format(Locale.ROOT, "%.1f", number);
  }

  static String mebibytes(double bytes) {
    return digits(bytes / MIB) + " MiB";
  }

  /**
   * Returns about {@code wanted} round numbers from 0 to the first that is not below {@code max}.
   */
  static List<Double> ticks(double max, int wanted) {
    double rough = Math.max(max, 1e-9) / wanted;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = 10 * power;
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= rough) {
        step = factor * power;
        break;
      }
    }
    List<Double> ticks = new ArrayList<>();
    int i = 0;
    do {
      ticks.add(i * step);
    } while (i++ * step < max);
    return ticks;
  }
}
