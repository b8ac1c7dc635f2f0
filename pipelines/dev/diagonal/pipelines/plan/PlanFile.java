package dev.diagonal.pipelines.plan;

import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.pipelines.plan.PlanNode.Ending;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.pipelines.usage.Mistakes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Parses plans in YAML: {@code connections} by name, and {@code tasks}, a list. An element has one
 * key: a kind of task, or {@code sequence} or {@code parallel} with a list of elements. It may also
 * have a {@code name} and {@code onFailure: continue}, and a group {@code transaction: all} and
 * {@code snapshot: one}. Elements directly under {@code tasks} are a sequence.
 */
public final class PlanFile {

  /** The kinds of elements besides groups. */
  public interface Kinds {

    /** Returns the names of all kinds of tasks. */
    List<String> names();

    /** Sets the connections, noting their mistakes. */
    void connections(YamlNode connections);

    /**
     * Creates a task. If it has mistakes, notes them and returns null.
     *
     * @param name the name of the task in the plan
     * @param scope what the enclosing groups share, or null
     */
    @Nullable Task task(String kind, String name, YamlNode node, @Nullable Scope scope);

    /**
     * Creates what the tasks of a group share.
     *
     * @param around what the enclosing groups share, or null
     * @param atOnce whether their tables change in one transaction
     * @param oneSnapshot whether they read one snapshot
     */
    Scope scope(@Nullable Scope around, boolean atOnce, boolean oneSnapshot);
  }

  /** What the tasks of a group share. */
  public interface Scope extends Ending {

    /** Returns whether the tables of all tasks change in one transaction. */
    boolean isAtOnce();
  }

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
   * @throws dev.diagonal.pipelines.usage.UsageException with all mistakes, line by line
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

  private List<PlanNode> children(YamlNode list, @Nullable Scope scope) {
    List<PlanNode> children = new ArrayList<>();
    for (YamlNode item : list.items()) {
      PlanNode child = element(item, scope);
      if (child != null) {
        children.add(child);
      }
    }
    if (list.items().isEmpty()) {
      list.mistake("a task is missing here");
    }
    return children;
  }

  private @Nullable PlanNode element(YamlNode item, @Nullable Scope around) {
    if (!item.isMap()) {
      item.mistake("write a task as 'kind: {…}'");
      return null;
    }
    Map<String, YamlNode> entries = item.entries();
    List<String> known = new ArrayList<>(kinds.names());
    known.addAll(List.of(SEQUENCE, PARALLEL));
    List<String> beside = List.of("name", "onFailure", "transaction", "snapshot");
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
              .mistake(
                  "an element must be one task, but this one has '%s' and '%s'"
                      .formatted(kind, key));
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
      item.mistake("the name '" + name + "' is used twice");
    }
    boolean continues =
        YamlNode.oneOf(entries.get("onFailure"), "stop", List.of("stop", "continue"))
            .equals("continue");
    YamlNode onFailure = entries.get("onFailure");
    if (continues && onFailure != null && around != null && around.isAtOnce()) {
      onFailure.mistake(
          "'onFailure: continue' cannot be used inside a group with transaction: all, which would publish the tables of the other tasks: remove it, or the transaction");
    }
    YamlNode node = entries.get(kind);
    if (node == null) {
      return null;
    }
    YamlNode transaction = entries.get("transaction");
    YamlNode snapshot = entries.get("snapshot");
    if (!group) {
      if (snapshot != null) {
        snapshot.mistake("'snapshot' belongs to a group, or inside a transfer");
      }
      if (transaction != null) {
        transaction.mistake("'transaction' belongs to a group, or inside a transfer");
      }
      Task task = kinds.task(kind, name, node, around);
      return task == null ? null : new Step(name, task, continues);
    }
    boolean atOnce = YamlNode.oneOf(transaction, "each", List.of("each", "all")).equals("all");
    boolean oneSnapshot = YamlNode.oneOf(snapshot, "each", List.of("each", "one")).equals("one");
    Scope scope = atOnce || oneSnapshot ? kinds.scope(around, atOnce, oneSnapshot) : null;
    return new Group(
        name,
        kind.equals(PARALLEL),
        children(node, scope == null ? around : scope),
        continues,
        scope);
  }
}
