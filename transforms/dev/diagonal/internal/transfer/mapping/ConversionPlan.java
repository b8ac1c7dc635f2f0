package dev.diagonal.internal.transfer.mapping;

import static java.util.stream.Collectors.toSet;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.Filter;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.internal.rows.types.TypeGuesses;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
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
 * The types of rows before and after a conversion.
 *
 * @param from the type of the source's blocks; all text for files
 * @param declared the declared or detected types, which columns have if the mapping sets no type
 * @param mapping the mapping
 * @param checkUtf8 whether texts come from a file, so that they may not be valid UTF-8
 * @param refuseNul whether texts go to a database, which cannot store the character 0
 * @param guesses the guessed types of the columns, or null if the source declares them
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
   *     be created
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

  /** Creates a conversion, so that errors are found before a run. */
  public void check() {
    var unused = new Conversion(this, 1);
  }

  /** Returns the type of the converted rows. */
  public RowType to() {
    return mapping.functionColumns().isEmpty() ? mapped() : new RowType(mapping.functionColumns());
  }

  /** Returns the type of the mapped columns, before the function. */
  RowType mapped() {
    return new RowType(
        targets().stream()
            .map(target -> new Field(target.name(), typeOf(target), sizeOf(target)))
            .toList());
  }

  List<Target> targets() {
    return MappedColumns.targets(mapping, from);
  }

  @Nullable RowFunction function() {
    return mapping.function() == null ? null : RowFunction.of(mapping.function(), mapped(), to());
  }

  /** Returns the guess that decides the type of a column, or null if none does. */
  @Nullable ColumnGuess guessOf(Target target) {
    return guesses == null
            || target.origin() != Origin.COLUMN
            || target.type() != null
            || target.pattern() != null
        ? null
        : guesses.columns().get(Columns.indexOf(from, target.text()));
  }

  /** Returns whether the source itself distinguishes numbers from texts. */
  boolean marksNumbers() {
    return guesses != null && guesses.marksNumbers();
  }

  /** Returns the guesses that decide the types of columns. */
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

  /** Returns whether a target is a column of the source as JSON. */
  boolean becomesJson(Target target) {
    return target.origin() == Origin.COLUMN && typeOf(target) == FieldType.JSON;
  }

  /**
   * Returns the positions of the columns that are JSON in the source's blocks and are also used as
   * texts.
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

  /** Returns the digits that the mapping sets, or those of a decimal that is copied. */
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
