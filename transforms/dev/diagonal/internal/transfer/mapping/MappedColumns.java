package dev.diagonal.internal.transfer.mapping;

import dev.diagonal.internal.rows.Filter;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The columns of a mapping, applied to those of a source. */
public final class MappedColumns {

  private MappedColumns() {}

  /** Chooses the type of a target's column, or null for none. */
  @FunctionalInterface
  public interface TypeChooser {
    @Nullable NamedType typeOf(Target target);
  }

  /** Returns a mapping with types for columns that have neither type nor format. */
  public static Mapping withTypes(Mapping mapping, RowType source, TypeChooser chooser) {
    List<Target> typed = new ArrayList<>();
    boolean changed = false;
    for (Target target : targets(mapping, source)) {
      NamedType chosen =
          target.type() == null && target.pattern() == null ? chooser.typeOf(target) : null;
      typed.add(chosen == null ? target : withType(target, chosen));
      changed |= chosen != null;
    }
    return changed
        ? new Mapping(typed, mapping.filters(), mapping.function(), mapping.functionColumns())
        : mapping;
  }

  private static Target withType(Target target, NamedType named) {
    return new Target(
        target.name(),
        target.origin(),
        target.text(),
        named.type(),
        named.size(),
        target.pattern(),
        target.locale(),
        target.otherwise());
  }

  /** Returns the columns of the target: all of the source if none are set. */
  public static List<Target> targets(Mapping mapping, RowType source) {
    return mapping.columns().isEmpty()
        ? source.names().stream().map(name -> Target.of(name, name)).toList()
        : mapping.columns();
  }

  /**
   * Returns the columns of a source that are used: all of them if the mapping sets none, or uses
   * one that the source lacks.
   */
  public static Set<String> used(Mapping mapping, List<String> source) {
    if (mapping.columns().isEmpty()) {
      return new LinkedHashSet<>(source);
    }
    Set<String> used = new LinkedHashSet<>();
    for (Target target : mapping.columns()) {
      if (target.origin() == Origin.COLUMN) {
        used.add(target.text());
      } else if (target.origin() == Origin.FORMAT) {
        used.addAll(Template.columns(target.text()));
      }
    }
    mapping.filters().forEach(filter -> used.add(Filter.column(filter)));
    return used.isEmpty() || !source.containsAll(used) ? new LinkedHashSet<>(source) : used;
  }
}
