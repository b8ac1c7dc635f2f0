package dev.diagonal.internal.transfer.mapping;

import static java.util.stream.Collectors.toSet;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.Filter;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowType;
import dev.diagonal.rows.types.ColumnGuess;
import dev.diagonal.rows.types.TypeGuesses;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What rows are before and after a conversion.
 *
 * @param from what the blocks of the source have; all text where it is a file
 * @param declared what the values are said or found to be: what becomes of columns that the mapping
 *     gives no type
 * @param mapping what is done
 * @param checkUtf8 whether texts come from a file, so that they may be no UTF-8
 * @param refuseNul whether texts go to a database, which has none with the character 0 in them
 * @param guesses what was guessed of the columns' types, or null if the source declares them
 */
public record ConversionPlan(
    RowType from,
    RowType declared,
    Mapping mapping,
    boolean checkUtf8,
    boolean refuseNul,
    @Nullable TypeGuesses guesses)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if the mapping does not fit the rows, or its function cannot
   *     be had
   */
  public ConversionPlan {
    checkArgument(
        from.names().equals(declared.names()),
        "columns %s are not %s",
        from.names(),
        declared.names());
  }

  /** Returns a plan for a source that declares its types. */
  ConversionPlan(
      RowType from, RowType declared, Mapping mapping, boolean checkUtf8, boolean refuseNul) {
    this(from, declared, mapping, checkUtf8, refuseNul, null);
  }

  /** Makes one, so that what does not fit is refused before a run. */
  public void check() {
    var unused = new Conversion(this, 1);
  }

  /** Returns what the rows are in the end. */
  public RowType to() {
    return mapping.functionColumns().isEmpty() ? mapped() : new RowType(mapping.functionColumns());
  }

  /** What the columns of the mapping make, before its function. */
  RowType mapped() {
    return new RowType(
        targets().stream()
            .map(target -> new Field(target.name(), typeOf(target), sizeOf(target)))
            .toList());
  }

  List<Target> targets() {
    return mapping.targets(from);
  }

  @Nullable RowFunction function() {
    return mapping.function() == null ? null : RowFunction.of(mapping.function(), mapped(), to());
  }

  /** Returns the guess that gives a column its type, or null if something else does. */
  @Nullable ColumnGuess guessOf(Target target) {
    return guesses == null
            || target.origin() != Origin.COLUMN
            || target.type() != null
            || target.pattern() != null
        ? null
        : guesses.columns().get(Columns.indexOf(from, target.text()));
  }

  /** Whether the source itself tells numbers from texts. */
  boolean marksNumbers() {
    return guesses != null && guesses.marksNumbers();
  }

  /** Returns the guesses that give columns their types. */
  public List<ColumnGuess> guessesInUse() {
    return targets().stream().map(this::guessOf).filter(Objects::nonNull).distinct().toList();
  }

  /** Returns the columns of the source that become JSON. */
  public Set<String> jsonColumns() {
    Set<String> json = new HashSet<>();
    for (Target target : targets()) {
      if (becomesJson(target)) {
        json.add(target.text());
      }
    }
    return json;
  }

  /** Whether a target is a column of the source as JSON. */
  boolean becomesJson(Target target) {
    return target.origin() == Origin.COLUMN && typeOf(target) == FieldType.JSON;
  }

  /**
   * Returns the positions of the columns whose values are JSON as it is written in the blocks of
   * the source, and which are used as texts as well.
   */
  Set<Integer> textsInJson() {
    if (!marksNumbers()) {
      return Set.of();
    }
    Set<String> texts = new HashSet<>();
    for (Target target : targets()) {
      if (target.origin() == Origin.FORMAT) {
        texts.addAll(Template.columns(target.text()));
      } else if (target.origin() == Origin.COLUMN && !becomesJson(target)) {
        texts.add(target.text());
      }
    }
    mapping.filters().stream()
        .filter(Filter::readsValues)
        .forEach(filter -> texts.add(Filter.column(filter)));
    texts.retainAll(jsonColumns());
    return texts.stream().map(column -> Columns.indexOf(from, column)).collect(toSet());
  }

  /** Returns the digits that the mapping names, or those of a decimal that is copied. */
  private @Nullable DecimalSize sizeOf(Target target) {
    if (target.size() != null) {
      return target.size();
    }
    return target.type() == null && target.origin() == Origin.COLUMN
        ? declared.field(Columns.indexOf(declared, target.text())).size()
        : null;
  }

  private FieldType typeOf(Target target) {
    FieldType type = target.type();
    if (type != null) {
      return type;
    }
    return target.origin() == Origin.COLUMN
        ? declared.field(Columns.indexOf(declared, target.text())).type()
        : FieldType.TEXT;
  }
}
