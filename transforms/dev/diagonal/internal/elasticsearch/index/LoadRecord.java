package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of {@code _meta.diagonal.loads} of an index: the settings to restore, and the runs
 * that load it.
 *
 * @param before the settings by name as they were before the first load; {@link #UNSET} for one
 *     that the index did not have
 * @param entries the runs by id
 */
record LoadRecord(Map<String, String> before, Map<String, Entry> entries) {

  /**
   * The value of a setting that the index does not have, so that Elasticsearch's default applies.
   */
  static final String UNSET = "unset";

  static final Map<String, String> LOADED =
      Map.of("index.number_of_replicas", "0", "index.refresh_interval", "-1");

  static final LoadRecord NONE = new LoadRecord(Map.of(), Map.of());

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEFORE = "before";
  private static final String RUNS = "runs";
  private static final String BEAT = "renewals";
  private static final String LEAVING = "ends";

  /**
   * A run that loads the index.
   *
   * @param beat how often the entry was renewed
   * @param leaving whether the run is about to end
   */
  record Entry(long beat, boolean leaving) {}

  LoadRecord {
    before = Map.copyOf(before);
    entries = Map.copyOf(entries);
  }

  /** Returns whether an object has the format of {@link #toJson}. */
  static boolean isOne(JsonNode json) {
    return json.path(BEFORE).isObject() && json.path(RUNS).isObject() && json.size() == 2;
  }

  /** Parses a record; anything else is an empty record. */
  static LoadRecord of(JsonNode json) {
    Map<String, String> before = new TreeMap<>();
    json.path(BEFORE)
        .properties()
        .forEach(setting -> before.put(setting.getKey(), setting.getValue().asText()));
    Map<String, Entry> entries = new TreeMap<>();
    json.path(RUNS)
        .properties()
        .forEach(
            run ->
                entries.put(
                    run.getKey(),
                    new Entry(
                        run.getValue().path(BEAT).asLong(),
                        run.getValue().path(LEAVING).asBoolean())));
    return new LoadRecord(before, entries);
  }

  boolean isEmpty() {
    return before.isEmpty() && entries.isEmpty();
  }

  ObjectNode toJson() {
    ObjectNode json = JSON.createObjectNode();
    ObjectNode settings = json.putObject(BEFORE);
    new TreeMap<>(before).forEach(settings::put);
    ObjectNode runs = json.putObject(RUNS);
    new TreeMap<>(entries)
        .forEach(
            (run, entry) ->
                runs.putObject(run).put(BEAT, entry.beat()).put(LEAVING, entry.leaving()));
    return json;
  }

  LoadRecord withBefore(Map<String, String> settings) {
    return new LoadRecord(settings, entries);
  }

  LoadRecord with(String run, Entry entry) {
    Map<String, Entry> all = new TreeMap<>(entries);
    all.put(run, entry);
    return new LoadRecord(before, all);
  }

  LoadRecord without(String run) {
    Map<String, Entry> all = new TreeMap<>(entries);
    all.remove(run);
    return new LoadRecord(before, all);
  }

  /**
   * Returns the settings that the index has, or had before a load. A setting with the value of a
   * load is looked up in this record, then in {@code known}. A setting that was changed during a
   * load by another client keeps its new value.
   */
  Map<String, String> settingsBehind(Map<String, String> now, Map<String, String> known) {
    Map<String, String> settings = new LinkedHashMap<>();
    LOADED.forEach(
        (name, loaded) -> {
          String value = now.getOrDefault(name, UNSET);
          settings.put(
              name,
              value.equals(loaded)
                  ? before.getOrDefault(name, known.getOrDefault(name, value))
                  : value);
        });
    return settings;
  }

  /** Returns those of {@code wanted} that the index does not have. */
  static Map<String, String> changed(Map<String, String> now, Map<String, String> wanted) {
    Map<String, String> changed = new TreeMap<>(wanted);
    changed.entrySet().removeIf(e -> now.getOrDefault(e.getKey(), UNSET).equals(e.getValue()));
    return changed;
  }

  /** Returns whether a load has changed one of the settings. */
  static boolean isLoaded(Map<String, String> now, Map<String, String> before) {
    return LOADED.entrySet().stream()
        .anyMatch(
            e ->
                e.getValue().equals(now.get(e.getKey()))
                    && !e.getValue().equals(before.get(e.getKey())));
  }
}
