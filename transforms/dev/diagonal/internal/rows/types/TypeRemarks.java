package dev.diagonal.internal.rows.types;

import static java.util.stream.Collectors.joining;

import dev.diagonal.rows.FieldType;
import java.util.ArrayList;
import java.util.List;

/** Reports which columns have guessed types. */
public final class TypeRemarks {

  private static final int MOST_COLUMNS = 20;

  private TypeRemarks() {}

  /** Returns a line for all columns, and one for each column that is text because of odd values. */
  public static List<String> of(List<ColumnGuess> guesses) {
    List<ColumnGuess> typed =
        guesses.stream().filter(guess -> guess.type() != FieldType.TEXT).toList();
    List<String> remarks = new ArrayList<>();
    if (!typed.isEmpty()) {
      remarks.add(
          "types guessed from %s: %s%s (--types sets others)"
              .formatted(
                  typed.get(0).sample(),
                  typed.stream()
                      .limit(MOST_COLUMNS)
                      .map(guess -> guess.column() + " " + guess.type().lowerName())
                      .collect(joining(", ")),
                  typed.size() > MOST_COLUMNS
                      ? " and " + (typed.size() - MOST_COLUMNS) + " more"
                      : ""));
    }
    for (ColumnGuess guess : guesses) {
      String remark = guess.remark();
      if (remark != null && remarks.size() <= MOST_COLUMNS) {
        remarks.add(remark);
      }
    }
    return remarks;
  }
}
