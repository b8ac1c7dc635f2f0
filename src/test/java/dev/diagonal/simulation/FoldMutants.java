package dev.diagonal.simulation;

import dev.diagonal.jdbc.relationships.Fold;
import java.util.List;

/** Conditions of deltas and folds, each broken once. */
final class FoldMutants {

  private FoldMutants() {}

  static List<Mutant> all() {
    Class<?> sql = LoadMutants.named(Fold.class, "DeltaSql");
    Class<?> ofTables = LoadMutants.named(Fold.class, "RelationshipSql");
    return List.of(
        new Mutant(
            "a fold does not wait for another",
            Fold.class,
            "statement.execute(SETTINGS + \";\" + sql.lock);",
            "statement.execute(SETTINGS);"),
        new Mutant(
            "a writer folds though another fold runs",
            Fold.class,
            "isMany = free.next() && free.getBoolean(1);",
            "isMany = free.next();"),
        new Mutant(
            "a fold leaves the deltas that it has moved",
            sql,
            "return \"WITH %s AS (DELETE FROM %s RETURNING %s) %s\"",
            "return \"WITH %1$s AS (SELECT %3$s FROM %2$s) %4$s\""),
        new Mutant(
            "edges that exist add deltas again",
            sql,
            "insertDeltas(deltas.get(i), deltas.get(i).of().endsOf(added))",
            "insertDeltas(deltas.get(i), deltas.get(i).of().endsOf(\"edges\"))"),
        new Mutant(
            "an edge that exists is an error",
            ofTables,
            "\" ON CONFLICT (%s) DO NOTHING RETURNING",
            "\" /* ON CONFLICT (%s) */ RETURNING"),
        new Mutant(
            "a fold replaces counts",
            ofTables,
            "return \"coalesce(n.%1$s, 0) + excluded.%1$s\"",
            "return \"excluded.%1$s\""));
  }
}
