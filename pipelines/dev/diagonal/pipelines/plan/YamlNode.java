package dev.diagonal.pipelines.plan;

import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.pipelines.usage.Mistakes;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A part of a YAML file that knows its line. Methods note mistakes and return a harmless value, so
 * that one pass finds all of them. {@code ${NAME}} in a text is replaced by the environment
 * variable.
 */
public final class YamlNode {

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)\\}");

  private static final int MAX_PARTS = 1_000_000;

  private final Path file;
  private final Node node;
  private final Mistakes mistakes;
  private final UnaryOperator<@Nullable String> environment;

  private YamlNode(
      Path file, Node node, Mistakes mistakes, UnaryOperator<@Nullable String> environment) {
    this.file = file;
    this.node = node;
    this.mistakes = mistakes;
    this.environment = environment;
  }

  /**
   * Reads a file.
   *
   * @return its root; null, with a mistake noted, if there is none
   */
  public static @Nullable YamlNode read(
      Path file, Mistakes mistakes, UnaryOperator<@Nullable String> environment) {
    try {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      Node root = new Yaml(options).compose(new StringReader(Files.readString(file)));
      if (root == null) {
        mistakes.add(file.toString(), 1, "the file is empty");
        return null;
      }
      Node tangled = tangled(root);
      if (tangled != null) {
        mistakes.add(
            file.toString(),
            tangled.getStartMark().getLine() + 1,
            String.format(
                Locale.ROOT,
                "aliases make this part contain itself, or more than %,d parts",
                MAX_PARTS));
        return null;
      }
      return new YamlNode(file, root, mistakes, environment);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      mistakes.add(file.toString(), line, String.valueOf(e.getProblem()));
    } catch (YAMLException e) {
      mistakes.add(file.toString(), 1, String.valueOf(e.getMessage()));
    } catch (CharacterCodingException e) {
      mistakes.add("the file '%s' is not UTF-8".formatted(file));
    } catch (IOException e) {
      mistakes.add("the file '%s' cannot be read: %s".formatted(file, Reason.ofFile(e)));
    }
    return null;
  }

  /** Returns a part that contains itself or, with its aliases, too many parts; otherwise null. */
  private static @Nullable Node tangled(Node root) {
    IdentityHashMap<Node, Long> sizes = new IdentityHashMap<>();
    return tangled(root, sizes);
  }

  /** A size of 0 marks a part whose size is being computed. */
  private static @Nullable Node tangled(Node node, IdentityHashMap<Node, Long> sizes) {
    Long known = sizes.putIfAbsent(node, 0L);
    if (known != null) {
      return known == 0 ? node : null;
    }
    List<Node> children = new ArrayList<>();
    if (node instanceof SequenceNode list) {
      children.addAll(list.getValue());
    } else if (node instanceof MappingNode map) {
      map.getValue()
          .forEach(
              each -> {
                children.add(each.getKeyNode());
                children.add(each.getValueNode());
              });
    }
    long size = 1;
    for (Node child : children) {
      Node found = tangled(child, sizes);
      if (found != null) {
        return found;
      }
      size += sizes.getOrDefault(child, 0L);
    }
    sizes.put(node, size);
    return size > MAX_PARTS ? node : null;
  }

  public int line() {
    return node.getStartMark().getLine() + 1;
  }

  /** Notes a mistake in this line. */
  public void mistake(String message) {
    mistakes.add(file.toString(), line(), message);
  }

  public Mistakes mistakes() {
    return mistakes;
  }

  public boolean isMap() {
    return node instanceof MappingNode;
  }

  public boolean isText() {
    return node instanceof ScalarNode;
  }

  /** Returns a file path that is relative to the directory of this file. */
  public String pathOf(String text) {
    if (text.equals("-") || text.contains("://") || Path.of(text).isAbsolute()) {
      return text;
    }
    Path directory = file.toAbsolutePath().normalize().getParent();
    // Not resolved by the file system: not every file system accepts a glob as a path.
    return directory == null ? text : directory + "/" + text;
  }

  /** Returns the text of this node. */
  public String text() {
    if (!(node instanceof ScalarNode scalar)) {
      mistake("a text is expected here");
      return "";
    }
    Matcher variables = VARIABLE.matcher(scalar.getValue());
    StringBuilder text = new StringBuilder();
    while (variables.find()) {
      String value = environment.apply(variables.group(1));
      if (value == null) {
        mistake("the environment variable " + variables.group(1) + " is not set");
      }
      variables.appendReplacement(
          text, Matcher.quoteReplacement(value == null ? variables.group() : value));
    }
    variables.appendTail(text);
    if (text.indexOf("\0") >= 0) {
      mistake("the text contains a NUL character");
      return text.toString().replace("\0", "");
    }
    return text.toString();
  }

  /** Returns the elements of this list; a single node is a list of itself. */
  public List<YamlNode> items() {
    if (!(node instanceof SequenceNode list)) {
      return List.of(this);
    }
    return list.getValue().stream().map(this::child).toList();
  }

  /** Returns the texts of this list; a single text is a list of itself. */
  public List<String> texts() {
    return items().stream().map(YamlNode::text).toList();
  }

  /** Returns the entries of this map, in order. */
  public Map<String, YamlNode> entries() {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    if (!(node instanceof MappingNode map)) {
      mistake("keys and values are expected here");
      return entries;
    }
    for (NodeTuple each : map.getValue()) {
      YamlNode key = child(each.getKeyNode());
      YamlNode value = child(each.getValueNode());
      if (entries.put(key.text(), value) != null) {
        key.mistake("the key '" + key.text() + "' is used twice");
      }
    }
    return entries;
  }

  /** Returns the entries of this map, and notes every unknown key. */
  public Map<String, YamlNode> entries(String... known) {
    Map<String, YamlNode> entries = entries();
    List<String> names = Arrays.asList(known);
    entries.forEach(
        (key, value) -> {
          if (!names.contains(key)) {
            value.mistake("unknown key '" + key + "'" + NearestName.hint(key, names));
          }
        });
    return entries;
  }

  /** Returns a number, or {@code otherwise} if the node is missing. */
  public static int number(@Nullable YamlNode node, int otherwise) {
    if (node == null) {
      return otherwise;
    }
    try {
      return Integer.parseInt(node.text());
    } catch (NumberFormatException e) {
      node.mistake("a whole number is expected here, got '" + node.text() + "'");
      return otherwise;
    }
  }

  /** Returns true or false, or {@code otherwise} if the node is missing. */
  public static boolean truth(@Nullable YamlNode node, boolean otherwise) {
    String text = node == null ? String.valueOf(otherwise) : node.text();
    if (node != null && !text.equals("true") && !text.equals("false")) {
      node.mistake("true or false is expected here, got '" + text + "'");
    }
    return text.equals("true");
  }

  /** Returns a text, or {@code otherwise} if the node is missing. */
  public static String text(@Nullable YamlNode node, String otherwise) {
    return node == null ? otherwise : node.text();
  }

  /**
   * Returns one of {@code known}, or {@code otherwise} if the node is missing or has another text.
   */
  public static String oneOf(@Nullable YamlNode node, String otherwise, List<String> known) {
    String text = text(node, otherwise);
    if (node != null && !known.contains(text)) {
      node.mistake("'" + text + "' is not allowed here" + NearestName.hint(text, known));
      return otherwise;
    }
    return text;
  }

  /** Returns the value of a key; notes a mistake if it is missing. */
  public @Nullable YamlNode required(Map<String, YamlNode> entries, String key) {
    YamlNode value = entries.get(key);
    if (value == null) {
      mistake("'" + key + "' is missing");
    }
    return value;
  }

  private YamlNode child(Node child) {
    return new YamlNode(file, child, mistakes, environment);
  }
}
