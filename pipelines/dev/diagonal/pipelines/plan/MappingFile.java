package dev.diagonal.pipelines.plan;

import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Mappings as YAML:
 *
 * <pre>
 * columns:
 *   - {name: id, template: "{userId}-{movieId}"}
 *   - {name: rating, from: rating, type: double, default: 0}
 *   - {name: day, from: day, type: date, format: dd.MM.yyyy}
 *   - {name: source, constant: movielens}
 * filter: [rating >= 4, userId is not null]
 * function: com.example.MyFunction
 * functionColumns: {id: text, rating: double}
 * </pre>
 */
public final class MappingFile {

  private MappingFile() {}

  /**
   * Reads a file.
   *
   * @throws UsageException with all its mistakes
   */
  public static Mapping read(Path file) {
    Mistakes mistakes = new Mistakes();
    YamlNode root = YamlNode.read(file, mistakes, System::getenv);
    Mapping mapping = root == null ? Mapping.NONE : of(root);
    mistakes.throwIfAny();
    return mapping;
  }

  /** Reads a part of a file, noting its mistakes. */
  public static Mapping of(YamlNode node) {
    Map<String, YamlNode> entries =
        node.entries("columns", "filter", "function", "functionColumns");
    YamlNode columns = entries.get("columns");
    YamlNode filter = entries.get("filter");
    YamlNode function = entries.get("function");
    YamlNode functionColumns = entries.get("functionColumns");
    List<Target> targets = new ArrayList<>();
    if (columns != null) {
      columns.items().forEach(column -> targets.add(target(column)));
    }
    List<Field> fields = new ArrayList<>();
    if (functionColumns != null) {
      functionColumns
          .entries()
          .forEach((name, type) -> fields.add(new Field(name, typeOf(type, FieldType.TEXT))));
    }
    if (function != null) {
      checkFunction(function);
    }
    try {
      return new Mapping(
          targets,
          filter == null ? List.of() : filter.texts(),
          function == null ? null : function.text(),
          fields);
    } catch (IllegalArgumentException e) {
      node.mistake(Reason.of(e));
      return Mapping.NONE;
    }
  }

  private static void checkFunction(YamlNode node) {
    String name = node.text();
    try {
      var unused = Class.forName(name, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      node.mistake("function '" + name + "' is not on the class path");
    }
  }

  /** A plain name is a column of the source, unchanged. */
  private static Target target(YamlNode node) {
    if (node.isText()) {
      return Target.of(node.text(), node.text());
    }
    Map<String, YamlNode> entries =
        node.entries("name", "from", "constant", "template", "type", "format", "locale", "default");
    YamlNode from = entries.get("from");
    YamlNode constant = entries.get("constant");
    YamlNode template = entries.get("template");
    YamlNode name = entries.containsKey("name") ? entries.get("name") : from;
    long origins =
        List.of("from", "constant", "template").stream().filter(entries::containsKey).count();
    if (origins > 1 || name == null) {
      node.mistake(
          origins > 1
              ? "a column needs exactly one of 'from', 'constant' and 'template'"
              : "'name' is missing");
    }
    String text = name == null ? "?" : name.text();
    Origin origin =
        constant != null ? Origin.CONSTANT : template != null ? Origin.FORMAT : Origin.COLUMN;
    YamlNode value = constant != null ? constant : template != null ? template : from;
    NamedType type = namedType(entries.get("type"));
    return new Target(
        text,
        origin,
        value == null ? text : value.text(),
        type == null ? null : type.type(),
        type == null ? null : type.size(),
        textOrNull(entries.get("format")),
        textOrNull(entries.get("locale")),
        textOrNull(entries.get("default")));
  }

  private static @Nullable NamedType namedType(@Nullable YamlNode node) {
    try {
      return node == null ? null : NamedType.of(node.text());
    } catch (IllegalArgumentException e) {
      node.mistake(Reason.of(e));
      return null;
    }
  }

  private static FieldType typeOf(YamlNode node, FieldType otherwise) {
    FieldType type =
        FieldType.named(YamlNode.oneOf(node, otherwise.lowerName(), FieldType.names()));
    return type == null ? otherwise : type;
  }

  private static @Nullable String textOrNull(@Nullable YamlNode node) {
    return node == null ? null : node.text();
  }
}
