package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.pipelines.plan.PlanNode.Ending;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.rows.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plans as YAML: {@code connections} by name, and {@code tasks}, a list. An element is one key, a
 * kind of task or {@code sequence} or {@code parallel} with a list of elements, and beside it
 * perhaps a {@code name}, {@code onFailure: continue}, and for a group {@code transaction: all}.
 * Elements right under {@code tasks} are a sequence.
 */
public final class PlanFile {

  /** What elements may be besides groups. */
  public interface Kinds {

    /** Returns the names of all kinds of tasks. */
    List<String> names();

    /** Takes the connections, noting what is wrong with them. */
    void connections(YamlNode connections);

    /**
     * Makes a task, or null if it has mistakes, which are noted.
     *
     * @param whole what the group around it, of those that stand or fall as a whole, collects
     */
    @Nullable Task task(String kind, YamlNode node, @Nullable Whole whole);

    /** Makes what collects for a group that stands or falls as a whole. */
    Whole whole();
  }

  /** Collects what the tasks of a group want done together in the end. */
  public interface Whole extends Ending {}

  private static final String SEQUENCE = "sequence";
  private static final String PARALLEL = "parallel";

  private final Kinds kinds;
  private final Set<String> names = new HashSet<>();
  private int tasks;
  private int groups;

  private PlanFile(Kinds kinds) {
    this.kinds = kinds;
  }

  /**
   * Reads a plan.
   *
   * @param environment returns the values of variables, or null
   * @throws dev.diagonal.pipelines.usage.UsageException with all that is wrong with it, line by
   *     line
   */
  public static PlanNode read(Path file, Kinds kinds, UnaryOperator<@Nullable String> environment) {
    Mistakes mistakes = new Mistakes();
    YamlNode root = YamlNode.read(file, mistakes, environment);
    PlanNode plan = root == null ? null : new PlanFile(kinds).plan(root);
    mistakes.throwIfAny();
    if (plan == null) {
      throw new IllegalStateException("a plan without mistakes");
    }
    return plan;
  }

  private @Nullable PlanNode plan(YamlNode root) {
    Map<String, YamlNode> entries = root.entries("connections", "tasks");
    YamlNode connections = entries.get("connections");
    if (connections != null) {
      kinds.connections(connections);
    }
    YamlNode list = root.required(entries, "tasks");
    if (list == null) {
      return null;
    }
    List<PlanNode> children = children(list, null);
    return new Group("plan", false, children, false, null);
  }

  private List<PlanNode> children(YamlNode list, @Nullable Whole whole) {
    List<PlanNode> children = new ArrayList<>();
    for (YamlNode item : list.items()) {
      PlanNode child = element(item, whole);
      if (child != null) {
        children.add(child);
      }
    }
    if (list.items().isEmpty()) {
      list.mistake("there is no task here");
    }
    return children;
  }

  private @Nullable PlanNode element(YamlNode item, @Nullable Whole around) {
    if (!item.isMap()) {
      item.mistake("a task looks like 'kind: {…}'");
      return null;
    }
    Map<String, YamlNode> entries = item.entries();
    List<String> known = new ArrayList<>(kinds.names());
    known.addAll(List.of(SEQUENCE, PARALLEL));
    List<String> beside = List.of("name", "onFailure", "transaction");
    List<String> all = new ArrayList<>(known);
    all.addAll(beside);
    String kind = null;
    for (Map.Entry<String, YamlNode> each : entries.entrySet()) {
      String key = each.getKey();
      if (!all.contains(key)) {
        each.getValue().mistake("unknown task '" + key + "'" + NearestName.hint(key, all));
        return null;
      }
      if (known.contains(key)) {
        if (kind != null) {
          each.getValue()
              .mistake("an element is one task, and this has '%s' and '%s'".formatted(kind, key));
        }
        kind = key;
      }
    }
    if (kind == null) {
      item.mistake("no task is named here" + NearestName.hint("", known));
      return null;
    }
    boolean group = kind.equals(SEQUENCE) || kind.equals(PARALLEL);
    int number = group ? ++groups : ++tasks;
    String name = YamlNode.text(entries.get("name"), kind + "-" + number);
    if (!names.add(name)) {
      item.mistake("the name '" + name + "' stands here twice");
    }
    boolean continues =
        YamlNode.oneOf(entries.get("onFailure"), "stop", List.of("stop", "continue"))
            .equals("continue");
    YamlNode node = entries.get(kind);
    if (node == null) {
      return null;
    }
    YamlNode transaction = entries.get("transaction");
    if (!group) {
      if (transaction != null) {
        transaction.mistake("'transaction' stands beside a group, or within a transfer");
      }
      Task task = kinds.task(kind, node, around);
      return task == null ? null : new Step(name, task, continues);
    }
    boolean atOnce = YamlNode.oneOf(transaction, "each", List.of("each", "all")).equals("all");
    Whole whole = atOnce && around == null ? kinds.whole() : null;
    return new Group(
        name,
        kind.equals(PARALLEL),
        children(node, whole == null ? around : whole),
        continues,
        whole);
  }
}
