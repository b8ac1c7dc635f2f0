package dev.diagonal.internal.schematransforms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;

/**
 * Applies the transforms of a Beam YAML file whose providers are all on the class path, as Beam's
 * own runner, which is Python, would by cross-language expansion.
 */
record YamlPipeline(List<Map<String, Object>> transforms, Map<String, String> identifiers) {

  private static final Pattern VARIABLE = Pattern.compile("\\{\\{ (\\w+) }}");

  /** Parses a file after it has replaced its Jinja variables. */
  @SuppressWarnings("unchecked")
  static YamlPipeline parse(Path file, Map<String, String> variables) throws IOException {
    String text =
        VARIABLE
            .matcher(Files.readString(file))
            .replaceAll(found -> Matcher.quoteReplacement(variables.get(found.group(1))));
    Map<String, Object> root = new Yaml().load(text);
    Map<String, String> identifiers = new LinkedHashMap<>();
    for (Map<String, Object> provider : (List<Map<String, Object>>) of(root, "providers")) {
      identifiers.putAll((Map<String, String>) provider.get("transforms"));
    }
    Map<String, Object> pipeline = (Map<String, Object>) of(root, "pipeline");
    return new YamlPipeline((List<Map<String, Object>>) of(pipeline, "transforms"), identifiers);
  }

  /**
   * Applies all transforms and returns their outputs by name: {@code People}, {@code People.bad}.
   */
  @SuppressWarnings("unchecked")
  Map<String, PCollection<Row>> apply(Pipeline pipeline) {
    Map<String, PCollection<Row>> outputs = new LinkedHashMap<>();
    for (Map<String, Object> each : transforms) {
      String name = (String) each.get("name");
      SchemaTransformProvider provider = provider(of(identifiers, (String) of(each, "type")));
      Row settings = row(provider.configurationSchema(), (Map<String, Object>) of(each, "config"));
      PCollectionRowTuple input =
          each.containsKey("input")
              ? PCollectionRowTuple.of("input", outputs.get((String) each.get("input")))
              : PCollectionRowTuple.empty(pipeline);
      input
          .apply(name, provider.from(settings))
          .getAll()
          .forEach(
              (tag, rows) -> outputs.put(tag.equals("output") ? name : name + "." + tag, rows));
    }
    return outputs;
  }

  /** Returns a value that the file must have. */
  private static <V> V of(Map<String, V> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  /** Returns the provider that Beam finds for an identifier. */
  static SchemaTransformProvider provider(String identifier) {
    return ServiceLoader.load(SchemaTransformProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.identifier().equals(identifier))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no provider of " + identifier));
  }

  /** Returns a row of settings; refuses a setting that does not exist. */
  static Row row(Schema schema, Map<String, ?> values) {
    for (String name : values.keySet()) {
      if (!schema.hasField(name)) {
        throw new AssertionError("no setting " + name + " in " + schema.getFieldNames());
      }
    }
    List<@Nullable Object> ordered = new ArrayList<>();
    for (Schema.Field field : schema.getFields()) {
      Object value = values.get(field.getName());
      ordered.add(
          value instanceof Map<?, ?> map && field.getType().getRowSchema() != null
              ? row(field.getType().getRowSchema(), strings(map))
              : value);
    }
    return Row.withSchema(schema).addValues(ordered).build();
  }

  private static Map<String, Object> strings(Map<?, ?> map) {
    Map<String, Object> strings = new LinkedHashMap<>();
    map.forEach((key, value) -> strings.put((String) key, value));
    return strings;
  }
}
